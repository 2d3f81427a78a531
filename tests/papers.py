"""Files that the plays send, by name: a sample of the importers, or one made here of the commune of the transcripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.world import CLASS_6A

SAMPLES = Path(__file__).parent / "importers" / "samples"
HEADER = "STT,Họ và tên,Ngày sinh,Lớp,Thôn,Họ tên cha"


def content(name: str) -> bytes:
    """The content of a file of this name."""
    return MADE[name]() if name in MADE else (SAMPLES / name).read_bytes()


def table(*rows: str, title: str = "") -> bytes:
    """A roster as .csv."""
    lines = [*([f"{title},,,,,"] if title else []), HEADER, *rows]
    return ("\N{BYTE ORDER MARK}" + "\n".join(lines) + "\n").encode()


def class_6a() -> bytes:
    """Class 6A as it stands, but em Ý has moved to Làng Trê; three pupils more, and four rows with something wrong."""
    rows = []
    for place, name in enumerate(CLASS_6A):
        village = "Làng Trê" if name.startswith("Hồ") else ("Cà Xen", "Cà Xen", "Làng Giữa")[place % 3]
        village = "Cà Xen" if name in ("Đinh Thị An", "Đinh Thị Chi") else village
        village = "Làng Trê" if name == "Đinh Văn Ý" else village
        rows.append(f"{place + 1},{name},10/05/2012,6A,{village},")
    return table(*rows, *NEWCOMERS, *WRONG, title="Trường PTDTBT TH&THCS Long Môn")


NEWCOMERS = (
    "32,Đinh Văn Xu,01/02/2012,6A,Làng Rin,Đinh Văn Lía",
    "33,Đinh Thị Ngà,07/08/2012,6B,Cà Xen,Đinh Văn Tro",
    "34,Hồ Văn Sím,2012,6B,Làng Trê,",
)
WRONG = (
    "35,Đinh Văn Tơ,01/02/2012,,Cà Xen,",
    "36,Đinh Văn Rế,30/02/2012,6B,Cà Xen,",
    "37,,01/02/2012,6B,Cà Xen,Đinh Văn Vút",
    "38,Đinh Văn Xu,01/02/2012,6B,Làng Rin,Đinh Văn Lía",
)


def nine_wrong() -> bytes:
    """One good row of another school's name, and nine without a class."""
    rows = [f"{n},Đinh Văn Bơ,01/02/2012,,Cà Xen," for n in range(2, 11)]
    return table("1,Đinh Văn Groi,01/02/2012,6B,Cà Xen,", *rows, title="Trường THCS Long Sơn")


def no_table() -> bytes:
    """A spreadsheet that is no roster."""
    return "Ngày,Số bữa ăn\n20/3,112\n".encode()


def unclear_plan() -> bytes:
    """The plan of the samples with a weekday that does not fit its date, and another number."""
    text = (SAMPLES / "ke-hoach-30-KH-UBND.txt").read_text("utf-8").replace("30/KH-UBND", "31/KH-UBND")
    return text.replace("21/3/2024", "22/3/2024", 1).encode()


MADE: dict[str, Callable[[], bytes]] = {
    "danh-sach-6A.csv": class_6a,
    "chin-dong-loi.csv": nine_wrong,
    "bua-an.csv": no_table,
    "ke-hoach-chua-ro.txt": unclear_plan,
    "ke-hoach-cu.doc": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "thong-bao.txt": lambda: "THÔNG BÁO\nVề việc nghỉ lễ\n".encode(),
    "sai-dong.xlsx": lambda: b"PK\x03\x04 no workbook",
}
