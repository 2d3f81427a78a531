"""Files that are no plans, or that were made to do harm: each is refused with its reason, and nothing else happens."""

from __future__ import annotations

import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import docx
import pytest

from bot.importers import plan
from bot.importers.files import Reason, Unreadable

REFUSALS = (Reason.TOOK_TOO_LONG, Reason.TOO_MUCH_MEMORY, Reason.TOO_MANY_ROWS, Reason.EMPTY)
SAMPLE = Path(__file__).parent / "samples" / "plan-merged-cells.docx"


def reason(data: bytes, filename: str) -> Reason:
    with pytest.raises(Unreadable) as refused:
        plan.read(data, filename)
    return refused.value.reason


def outcome(data: bytes, filename: str) -> int | Reason:
    """The number of meetings, or why there are none."""
    try:
        return len(plan.read(data, filename).meetings)
    except Unreadable as refused:
        return refused.reason


def with_part(name: str, content: bytes) -> bytes:
    """The sample with one part replaced or added."""
    out = BytesIO()
    with zipfile.ZipFile(SAMPLE) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


def document_xml() -> bytes:
    with zipfile.ZipFile(SAMPLE) as archive:
        return archive.read("word/document.xml")


@pytest.mark.parametrize(
    ("data", "filename", "expected"),
    [
        (b"", "ke-hoach.docx", Reason.EMPTY),
        (b" \n\t ", "ke-hoach.txt", Reason.EMPTY),
        (b"x" * (5 * 1024 * 1024 + 1), "ke-hoach.txt", Reason.TOO_LARGE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "ke-hoach.doc", Reason.OLD_WORD_FORMAT),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
            "ke-hoach.docx",
            Reason.OLD_WORD_FORMAT,
        ),
        (b"%PDF-1.7 ...", "ke-hoach.docx", Reason.NOT_WHAT_IT_SAYS),
        (b"\x89PNG\r\n\x1a\n", "ke-hoach.txt", Reason.NOT_WHAT_IT_SAYS),
        (b"Th\xc3\xb4n C\xc3\xa0 Xen", "ke-hoach.docx", Reason.NOT_WHAT_IT_SAYS),
        (b"anything", "ke-hoach.pdf", Reason.UNSUPPORTED),
        (b"anything", "ke-hoach", Reason.UNSUPPORTED),
        ("Lúc 18 giờ".encode("cp1258", "ignore") + b"\xff", "ke-hoach.txt", Reason.NOT_UNICODE),
    ],
)
def test_what_is_no_plan_is_refused_with_its_reason(data: bytes, filename: str, expected: Reason) -> None:
    assert reason(data, filename) is expected


def test_a_word_file_renamed_to_text_is_refused() -> None:
    assert reason(SAMPLE.read_bytes(), "ke-hoach.txt") is Reason.NOT_WHAT_IT_SAYS


def test_a_damaged_word_file_is_refused() -> None:
    whole = SAMPLE.read_bytes()
    assert reason(whole[: len(whole) // 2], "ke-hoach.docx") is Reason.DAMAGED
    assert reason(with_part("word/document.xml", document_xml()[:2000]), "ke-hoach.docx") is Reason.DAMAGED
    assert reason(with_part("word/document.xml", b"<x/>"), "ke-hoach.docx") is Reason.DAMAGED
    assert reason(with_part("[Content_Types].xml", b"<Types/>"), "ke-hoach.docx") is Reason.DAMAGED


def test_a_zip_bomb_is_refused() -> None:
    assert reason(with_part("word/media/image1.xml", b" " * (40 * 1024 * 1024)), "ke-hoach.docx") is Reason.ZIP_BOMB
    assert reason(with_part("word/media/image1.xml", b" " * (60 * 1024 * 1024)), "ke-hoach.docx") is Reason.ZIP_BOMB


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port on this machine, and who came."""
    came: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    stop = threading.Event()

    def listen() -> None:
        while not stop.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            came.append("came")
            connection.close()

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], came
    stop.set()
    thread.join()
    server.close()


def test_entities_are_refused_and_nothing_is_fetched(listener: tuple[int, list[str]]) -> None:
    port, came = listener
    for target in (f"http://127.0.0.1:{port}/x", "file:///etc/passwd"):
        dtd = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{target}">]>'.encode()
        xml = document_xml()
        start = xml.index(b"?>") + 2
        bad = xml[:start] + dtd + xml[start:].replace(b"</w:t>", b"&x;</w:t>", 1)
        assert reason(with_part("word/document.xml", bad), "ke-hoach.docx") is Reason.DTD
    assert came == []


def test_an_external_picture_or_template_is_not_fetched(listener: tuple[int, list[str]]) -> None:
    port, came = listener
    with zipfile.ZipFile(SAMPLE) as archive:
        relations = archive.read("word/_rels/document.xml.rels")
    link = (
        f'<Relationship Id="rIdX" TargetMode="External" Target="http://127.0.0.1:{port}/x" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
    ).encode()
    data = with_part("word/_rels/document.xml.rels", relations.replace(b"</Relationships>", link))
    assert len(plan.read(data, "ke-hoach.docx").meetings) == 6
    assert came == []


def test_billions_of_laughs_are_refused() -> None:
    def ten(n: int) -> str:
        return f"&l{n};" * 10

    laughs = "".join(f'<!ENTITY l{n} "{ten(n - 1)}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">{laughs}]><l>&l9;</l>'.encode()
    assert reason(with_part("word/document.xml", xml), "ke-hoach.docx") is Reason.DTD


@pytest.mark.parametrize("words", ["§inh ThÞ Hµ häp th«n ngµy 21/3/2024", "Ñinh Thò Haø hoïp thoân ngaøy 21/3/2024"])
def test_old_fonts_are_refused_with_a_word_to_show(words: str) -> None:
    document = docx.Document()
    document.add_paragraph(words)
    data = BytesIO()
    document.save(data)
    for content, filename in ((data.getvalue(), "ke-hoach.docx"), (words.encode(), "ke-hoach.txt")):
        with pytest.raises(Unreadable) as refused:
            plan.read(content, filename)
        assert refused.value.reason is Reason.OLD_FONT
        assert refused.value.details["value"] in words.split()


def test_tables_within_tables_without_end_are_refused_or_read_but_never_hang() -> None:
    cell = b"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='9999'/></w:tcPr><w:p/>"
    xml = document_xml()
    at = xml.index(b"<w:body>") + len(b"<w:body>")
    deep = xml[:at] + cell * 300 + b"<w:p/></w:tc></w:tr></w:tbl>" * 300 + xml[at:]
    assert outcome(with_part("word/document.xml", deep), "ke-hoach.docx") in (6, Reason.DAMAGED, Reason.TOO_MUCH_MEMORY)


def test_a_schedule_without_end_is_refused_and_not_cut_short() -> None:
    rows = "".join(f"| {n} | 18h30 21/3/2024 | Thôn {n} |\n" for n in range(1, 502))
    text = f"| TT | Thời gian | Địa điểm |\n|-|-|-|\n{rows}"
    assert reason(text.encode(), "ke-hoach.md") is Reason.TOO_MANY_ROWS


@pytest.mark.parametrize(
    "line",
    ["Thôn Cà Xen lúc 18h30 ngày 21/3/2024, ", "| 1 | 18h30 21/3/2024 | Thôn Cà Xen |\n", "<table><tr><td>",
     "1. 2. 3. ", "\t", "Thôn Làng Trê và ", "- ", "18h", "ngày 21/3, ", "((((", "****", "  x   y   z\n", "+--+--+\n"],
)  # fmt: skip
def test_a_megabyte_of_anything_is_answered_in_time(line: str) -> None:
    head = "| TT | Thời gian | Địa điểm | Thành phần |\n|---|---|---|---|\n| 1 | 18h30 ngày 21/3/2024 | Thôn Cà Xen | "
    started = time.monotonic()
    for text in (line * (1_000_000 // len(line.encode())), head + line * (200_000 // len(line.encode()))):
        found = outcome(text.encode(), "ke-hoach.md")
        assert isinstance(found, int) or found in REFUSALS
    assert time.monotonic() - started < 14
