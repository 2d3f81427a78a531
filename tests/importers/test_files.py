"""Foreign files: what is refused before anything is opened, and what the child process may not do."""

import asyncio
import functools
import io
import os
import socketserver
import struct
import threading
import time
import zipfile

import pytest
import xlwt

from bot.importers import files, roster
from bot.importers.files import Kind, Reason, Unreadable
from tests.importers import rosters

JPEG = bytes.fromhex("FFD8FFE000104A46494600010100000100010000") + bytes(2_000)
HEADER = rosters.raw_row(1, "STT", "Họ và tên", "Ngày sinh", "Lớp")
PUPIL = rosters.raw_row(2, "1", "Đinh Thị Hà", "12/6/2014", "6A")


def reason_of(data: bytes, filename: str) -> Reason:
    """Why a file is refused, as a person would meet it: through the whole importer and its child."""
    with pytest.raises(Unreadable) as refused:
        roster.read(data, filename)
    return refused.value.reason


def zipped(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def xls(*rows: tuple[str, ...]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("6A")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- what it says, and what it is ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "filename", "reason"),
    [
        (b"", "a.xlsx", Reason.EMPTY),
        (b"\n\n  \n", "a.csv", Reason.EMPTY),
        (JPEG, "a.xlsx", Reason.NOT_WHAT_IT_SAYS),
        (JPEG, "a.xls", Reason.NOT_WHAT_IT_SAYS),
        (JPEG, "a.csv", Reason.NOT_WHAT_IT_SAYS),
        (b"<html><table><tr><td>STT</td></tr></table></html>", "a.xls", Reason.NOT_WHAT_IT_SAYS),
        (zipped({"word/document.xml": b"<w/>"}), "a.xlsx", Reason.NOT_WHAT_IT_SAYS),
        (zipped({"a.txt": b"hello"}), "a.xlsx", Reason.NOT_WHAT_IT_SAYS),
        (b"STT,Ho ten,Lop", "a.pdf", Reason.UNSUPPORTED),
        (b"STT,Ho ten,Lop", "a", Reason.UNSUPPORTED),
        (bytes(100) + b"abc", "a.csv", Reason.NOT_WHAT_IT_SAYS),
        ("Họ và tên,Lớp\nĐinh,6A".encode("cp1258", "replace"), "a.csv", Reason.NOT_UNICODE),
        (b"Hello, this is a letter.\nIt has no table.", "a.csv", Reason.NO_HEADER),
    ],
)
def test_a_file_that_is_no_roster_is_refused_with_its_reason(data, filename, reason):
    assert reason_of(data, filename) is reason


def test_a_refusal_says_what_the_file_really_is():
    with pytest.raises(Unreadable) as refused:
        roster.read(JPEG, "danh-sach.xlsx")
    assert refused.value.details == {"extension": "xlsx", "found": "jpg"}
    assert str(refused.value) == "not_what_it_says extension=xlsx found=jpg"


def test_the_old_word_format_is_told_apart_from_the_new_one():
    word = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600) + "WordDocument".encode("utf-16-le")
    for filename in ("plan.doc", "plan.docx"):
        with pytest.raises(Unreadable) as refused:
            files.check(word, filename, files.PAPERS)
        assert refused.value.reason is Reason.OLD_WORD_FORMAT
    assert reason_of(word, "a.xls") is Reason.NOT_WHAT_IT_SAYS


def test_an_xls_named_xlsx_and_the_other_way_round_are_read_all_the_same():
    old = xls(("STT", "Họ và tên", "Lớp"), ("1", "Đinh Thị Hà", "6A"))
    assert [row.name for row in roster.read(old, "a.xlsx").rows] == ["Đinh Thị Hà"]
    assert [row.name for row in roster.read(rosters.raw_xlsx(HEADER + PUPIL), "A.XLS").rows] == ["Đinh Thị Hà"]


def test_papers_are_recognised_for_the_plan_importer():
    paper = zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<Types/>"})
    assert files.check(paper, "Kế hoạch 30.DOCX", files.PAPERS) is Kind.DOCX
    assert files.check("Kế hoạch".encode(), "plan.md", files.PAPERS) is Kind.TEXT
    assert files.plain_text("Kế hoạch".encode("utf-16")) == "Kế hoạch"
    assert files.plain_text("\ufeffKế hoạch".encode()) == "Kế hoạch"


# --- passwords and damage -----------------------------------------------------------------------------------


def test_a_workbook_with_a_password_is_recognised():
    encrypted = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(1_000) + "EncryptedPackage".encode("utf-16-le") + bytes(999)
    assert reason_of(encrypted, "a.xlsx") is Reason.PASSWORD
    with pytest.raises(Unreadable) as refused:
        files.check(encrypted, "a.docx", files.PAPERS)
    assert refused.value.reason is Reason.PASSWORD


def test_an_old_workbook_with_a_password_is_recognised():
    data = bytearray(xls(("STT", "Họ và tên", "Lớp"), ("1", "Đinh Thị Hà", "6A")))
    start = data.index(struct.pack("<HH", 0x0809, 16))  # BOF of the workbook
    struct.pack_into("<H", data, start + 20, 0x002F)  # the record after it becomes FILEPASS
    assert reason_of(bytes(data), "a.xls") is Reason.PASSWORD


def test_an_archive_with_a_password_is_recognised():
    data = bytearray(zipped({"xl/workbook.xml": b"<workbook/>"}, zipfile.ZIP_STORED))
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 8, 1)
    struct.pack_into("<H", data, 6, 1)
    assert reason_of(bytes(data), "a.xlsx") is Reason.PASSWORD


def test_damaged_files_are_one_clear_refusal():
    whole = rosters.raw_xlsx(HEADER + PUPIL)
    broken_xml = rosters.raw_xlsx("<row><c></row>" + HEADER)
    old = xls(("STT", "Họ và tên", "Lớp"), ("1", "Đinh Thị Hà", "6A"))
    garbled = bytearray(whole)
    garbled[200:230] = bytes(30)
    for data in (whole[: len(whole) // 2], whole[:-30], broken_xml, bytes(garbled)):
        assert reason_of(data, "a.xlsx") is Reason.DAMAGED
    assert reason_of(old[: len(old) // 2], "a.xls") is Reason.DAMAGED


def test_a_thousand_broken_bytes_never_get_past_the_refusals():
    whole, old = (
        rosters.raw_xlsx(HEADER + PUPIL),
        xls(("STT", "Họ và tên", "Lớp"), ("1", "Đinh Thị Hà", "6A")),
    )
    for data, filename in ((whole, "a.xlsx"), (old, "a.xls")):
        for place in range(16, len(data), len(data) // 12):
            broken = data[:place] + bytes([data[place] ^ 0x5A]) + data[place + 1 :]
            try:
                roster.read(broken, filename)
            except Unreadable:
                continue


# --- bombs --------------------------------------------------------------------------------------------------


def test_more_than_five_megabytes_are_not_even_looked_at():
    assert reason_of(b"a" * (files.MAX_BYTES + 1), "a.csv") is Reason.TOO_LARGE


def test_an_archive_that_unpacks_a_hundredfold_is_refused():
    bomb = rosters.raw_xlsx(HEADER + PUPIL, parts={"xl/media/image1.bmp": bytes(20_000_000)})
    with pytest.raises(Unreadable) as refused:
        roster.read(bomb, "a.xlsx")
    assert refused.value.reason is Reason.ZIP_BOMB
    assert refused.value.details["limit"] == 100


def test_an_archive_of_more_than_fifty_megabytes_is_refused_whatever_its_ratio():
    block = os.urandom(2_000)
    part = b"".join(block[: 1_000 + n % 1_000] for n in range(9_000))
    bomb = rosters.raw_xlsx(HEADER, parts={f"xl/media/{n}.bin": part for n in range(4)})
    assert len(bomb) < files.MAX_BYTES
    with pytest.raises(Unreadable) as refused:
        roster.read(bomb, "a.xlsx")
    assert refused.value.reason is Reason.ZIP_BOMB
    assert refused.value.details["limit"] == files.MAX_UNPACKED_BYTES


def test_an_archive_that_lies_about_its_sizes_is_refused():
    bomb = bytearray(rosters.raw_xlsx(HEADER + PUPIL, parts={"xl/a.bin": bytes(30_000_000)}))
    entry = bomb.rindex(b"PK\x01\x02")
    struct.pack_into("<I", bomb, entry + 24, 1_000)
    assert reason_of(bytes(bomb), "a.xlsx") is Reason.DAMAGED


def test_an_archive_of_two_thousand_and_one_entries_is_refused():
    many = rosters.raw_xlsx(HEADER + PUPIL, parts={f"xl/x/{n}.xml": "<a/>" for n in range(1_996)})
    assert len(zipfile.ZipFile(io.BytesIO(many)).namelist()) == 2_001
    assert reason_of(many, "a.xlsx") is Reason.TOO_MANY_ENTRIES
    fewer = rosters.raw_xlsx(HEADER + PUPIL, parts={f"xl/x/{n}.xml": "<a/>" for n in range(1_995)})
    assert len(roster.read(fewer, "a.xlsx").rows) == 1


def million_cells(with_places: bool) -> bytes:
    rows = []
    for row in range(1, 100_001):
        value = row * 7_919 % 1_000  # values that differ: equal ones would be a bomb by their ratio
        places = (f' r="{letter}{row}"' if with_places else "" for letter in "ABCDEFGHIJ")
        cells = (f"<c{place}><v>{value + column}</v></c>" for column, place in enumerate(places))
        rows.append(f"<row>{''.join(cells)}</row>")
    return rosters.raw_xlsx("".join(rows))


@pytest.mark.parametrize("with_places", [True, False])
def test_a_sheet_of_a_million_cells_is_refused(with_places):
    assert reason_of(million_cells(with_places), "a.xlsx") is Reason.TOO_MANY_CELLS


def list_of(count: int, *, gap: int = 0) -> bytes:
    rows = [HEADER]
    for number in range(count):
        label = "".join("abcdefghij"[int(digit)] for digit in str(number))
        rows.append(rosters.raw_row(number + 2 + gap, str(number + 1), f"Đinh Thị {label}", "2014", "6A"))
    return rosters.raw_xlsx("".join(rows))


def test_twenty_thousand_and_one_rows_are_refused_in_every_format():
    text = "STT,Họ và tên,Lớp\n" + "1,Đinh Thị Hà,6A\n" * 20_000
    assert reason_of(list_of(20_000), "a.xlsx") is Reason.TOO_MANY_ROWS
    assert reason_of(text.encode(), "a.csv") is Reason.TOO_MANY_ROWS


def test_a_list_of_several_thousand_pupils_is_read():
    assert len(roster.read(list_of(4_000), "a.xlsx").rows) == 4_000


def test_a_hundred_thousand_formatted_empty_rows_do_not_refuse_a_list():
    empty = "".join(f'<row r="{row}"><c r="A{row}" s="0"/><c r="B{row}" s="0"/></row>' for row in range(3, 100_000))
    assert len(roster.read(rosters.raw_xlsx(HEADER + PUPIL + empty), "a.xlsx").rows) == 1


def test_one_forgotten_cell_at_the_very_end_is_named_instead_of_filling_the_memory():
    stray = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(Unreadable) as refused:
        roster.read(rosters.raw_xlsx(HEADER + PUPIL + stray), "a.xlsx")
    assert refused.value.reason is Reason.TOO_MANY_ROWS
    assert refused.value.details["last_row"] == 1_048_576


def test_a_hundred_and_one_columns_are_refused():
    wide = ",".join(["Họ và tên", "Lớp", *["x"] * 99])
    assert reason_of(f"{wide}\n".encode(), "a.csv") is Reason.TOO_MANY_COLUMNS


def test_a_line_of_a_megabyte_is_refused_or_read_but_never_stored_whole():
    assert reason_of(f'Họ và tên,Lớp\n"{"a" * 1_000_000}",6A\n'.encode(), "a.csv") is Reason.DAMAGED
    long_name = rosters.raw_row(2, "1", os.urandom(500_000).hex(), "2014", "6A")
    found = roster.read(rosters.raw_xlsx(HEADER + long_name), "a.xlsx")
    assert not found.rows
    assert len(str(found.rejected[0].details["name"])) <= 60


# --- entities -----------------------------------------------------------------------------------------------


@pytest.fixture
def listener():
    """A server on the loopback address and the number of times that anybody came."""
    calls = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            calls.append(1)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1], calls
        server.shutdown()
        thread.join()


def doctypes(port: int) -> list[str]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return [
        f'<!DOCTYPE w [<!ENTITY x SYSTEM "http://127.0.0.1:{port}/x">]>',
        f'<!DOCTYPE w SYSTEM "http://127.0.0.1:{port}/x.dtd">',
        f'<!DOCTYPE w [<!ENTITY % x SYSTEM "http://127.0.0.1:{port}/x"> %x;]>',
        '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        f'<!DOCTYPE w [<!ENTITY l0 "lol">{laughs}]>',
        f'<!DOCTYPE w [<!ENTITY x "{"a" * 50_000}">]>',
    ]


def test_a_part_that_declares_entities_is_refused_and_nobody_is_called(listener):
    port, calls = listener
    rows = HEADER + PUPIL.replace("Đinh Thị Hà", "&x;")
    for doctype in doctypes(port):
        assert reason_of(rosters.raw_xlsx(rows, before=doctype), "a.xlsx") is Reason.DTD
        styles = rosters.raw_xlsx(HEADER + PUPIL, parts={"xl/sharedStrings.xml": f"{doctype}<sst>&x;</sst>"})
        assert reason_of(styles, "a.xlsx") is Reason.DTD
        paper = zipped({"word/document.xml": f"{doctype}<w>&x;</w>".encode()})
        with pytest.raises(Unreadable) as refused:
            files.check(paper, "a.docx", files.PAPERS)
        assert refused.value.reason is Reason.DTD
    assert calls == []


def test_entities_hide_in_no_encoding_and_behind_no_name(listener):
    port, calls = listener
    doctype = f"{doctypes(port)[0]}<sst>&x;</sst>"
    for part in (
        doctype.encode("utf-16"),
        doctype.encode("utf-16-be"),
        doctype.encode("utf-32"),
        doctype.encode(),
    ):
        hidden = rosters.raw_xlsx(HEADER + PUPIL, parts={"xl/innocent.bin": part})
        assert reason_of(hidden, "a.xlsx") is Reason.DTD
    assert calls == []


# --- the child ----------------------------------------------------------------------------------------------


def takes_memory(megabytes: int) -> int:
    return len(bytes(megabytes * 1024 * 1024))


def sleeps(seconds: float) -> None:
    time.sleep(seconds)


def stumbles() -> None:
    raise KeyError("Đinh Thị Hà")


def dies() -> None:
    os.abort()


def environment() -> dict[str, str]:
    return dict(os.environ)


def prints() -> str:
    print("a library that talks")
    return "said"


def test_a_child_that_wants_too_much_memory_is_refused():
    assert files.in_child(takes_memory, 50) == 50 * 1024 * 1024
    with pytest.raises(Unreadable) as refused:
        files.in_child(takes_memory, 220)
    assert refused.value.reason is Reason.TOO_MUCH_MEMORY
    assert refused.value.details == {"megabytes": 200}


def test_a_child_that_takes_too_long_is_stopped():
    with pytest.raises(Unreadable) as refused:
        files.in_child(sleeps, 60.0, seconds=0.5)
    assert refused.value.reason is Reason.TOOK_TOO_LONG


def test_a_child_that_stumbles_names_the_error_and_no_pupil():
    with pytest.raises(Unreadable) as refused:
        files.in_child(stumbles)
    assert refused.value.reason is Reason.DAMAGED
    assert refused.value.details["error"] == "KeyError"
    assert "Đinh" not in str(refused.value)


def test_a_child_that_dies_is_a_refusal_too():
    with pytest.raises(Unreadable) as refused:
        files.in_child(dies)
    assert refused.value.reason is Reason.TOO_MUCH_MEMORY  # so Rust dies when it gets none


def test_a_child_is_given_no_tokens(monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:secret")
    assert "TELEGRAM_BOT_TOKEN" not in files.in_child(environment)


def test_what_a_library_prints_in_the_child_is_not_taken_for_the_answer():
    assert files.in_child(prints) == "said"


async def test_files_are_read_from_threads_of_the_running_service():
    data = rosters.raw_xlsx(HEADER + PUPIL)
    read = functools.partial(roster.read, data, "a.xlsx")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    others = asyncio.create_task(tick())
    found = await asyncio.gather(*(asyncio.to_thread(read) for _ in range(4)))
    others.cancel()
    assert [len(one.rows) for one in found] == [1, 1, 1, 1]
    assert ticks > 10
