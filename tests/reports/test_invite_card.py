"""The card of an invite: one page, our own fonts with every Vietnamese letter, names that stay names."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime

import pytest
import segno

from bot.i18n import Reader
from bot.reports import invite_card, printing
from bot.reports.invite_card import Card

UNTIL = datetime(2024, 3, 23, 7, 0, tzinfo=UTC)
LINK = "https://t.me/ralop_longmon_bot?start=AbCdEfGhIjKlMnOpQrStUv"
WEB = "https://ralop.minhlong.vn/join/AbCdEfGhIjKlMnOpQrStUv"
LETTERS = "ẮẰẲẴẶĂẤẦẨẪẬÂÁÀÃẢẠĐẾỀỂỄỆÊÉÈẺẼẸÍÌỈĨỊỐỒỔỖỘÔỚỜỞỠỢƠÓÒÕỎỌỨỪỬỮỰƯÚÙỦŨỤÝỲỶỸỴ"


def card(**more: object) -> Card:
    values = {
        "commune": "Long Môn",
        "name": "Đinh Văn Rớt",
        "position": "trưởng thôn Cà Xen",
        "code": "7K3P-9QXM",
        "expires_at": UNTIL,
        "contact": "chị Thu, UBND xã: 0255 000 000",
        "links": (("Telegram", LINK), ("Web", WEB)),
    }
    return Card(**{**values, **more})  # type: ignore[arg-type]


def unpacked(pdf: bytes) -> bytes:
    """The PDF with its compressed streams opened."""
    opened = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            opened.append(zlib.decompress(found[1].strip(b"\r\n")))
        except zlib.error:
            continue
    return b"\n".join(opened)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", unpacked(pdf)))


def fonts(pdf: bytes) -> set[str]:
    return {found.decode() for found in re.findall(rb"/BaseFont\s*/[A-Z]{6}\+([\w-]+)", unpacked(pdf))}


def test_it_is_one_page_in_our_own_fonts() -> None:
    made = invite_card.pdf(Reader(locale="vi"), card())
    assert pages(made) == 1
    assert {name.partition("-Identity")[0] for name in fonts(made)} <= {"LiberationSerif", "LiberationSerif-Bold"}
    assert fonts(made)


def test_every_vietnamese_letter_is_in_the_fonts() -> None:
    """A letter that a font lacks is printed as an empty box, in silence: `fallback: false` lets us see it here."""
    for face in ("Regular", "Bold", "Italic"):
        cmap = characters((printing.FONTS / f"LiberationSerif-{face}.ttf").read_bytes())
        assert [sign for sign in LETTERS + LETTERS.lower() + "“”–•…" if ord(sign) not in cmap] == []


def characters(font: bytes) -> set[int]:
    """The characters of a font, from its `cmap` table of format 4 (OpenType 1.9)."""
    tables = {font[12 + 16 * n : 16 + 16 * n]: at(font, 20 + 16 * n, 4) for n in range(at(font, 4))}
    cmap = tables[b"cmap"]
    for n in range(at(font, cmap + 2)):
        table = cmap + at(font, cmap + 8 + 8 * n, 4)
        if at(font, table) == 4:
            return of_format_4(font, table)
    raise AssertionError("no table of format 4")


def of_format_4(font: bytes, table: int) -> set[int]:
    count = at(font, table + 6) // 2
    ends, starts = table + 14, table + 16 + 2 * count
    return {sign for n in range(count) for sign in range(at(font, starts + 2 * n), at(font, ends + 2 * n) + 1)}


def at(font: bytes, place: int, size: int = 2) -> int:
    return int.from_bytes(font[place : place + size], "big")


@pytest.mark.parametrize(
    "name", ["Nguyễn Thị Hồng Mỹ Duyên Phương Thảo Ngọc Bích Trâm", "#eval(\"1\") <b>$x$ \\ *", "- Đinh", "A" * 60]
)  # fmt: skip
def test_a_long_or_odd_name_stays_a_name_on_one_page(name: str) -> None:
    long = "trưởng ban công tác Mặt trận thôn Làng Giữa, xã Long Môn, huyện Minh Long"
    contact = "Văn phòng Ủy ban nhân dân xã Long Môn, huyện Minh Long, tỉnh Quảng Ngãi: 0255 000 000"
    made = invite_card.pdf(Reader(locale="vi"), card(name=name, position=long, contact=contact))
    assert pages(made) == 1


def test_the_picture_is_the_first_link_and_the_steps_say_where_to_type_the_code() -> None:
    said = invite_card.data(Reader(locale="vi"), card())
    wanted = segno.make(LINK, error="m", micro=False).svg_inline(border=2, omitsize=True)
    assert wanted.partition('d="')[2].partition('"')[0] in str(said["qr"])
    steps = said["steps"]
    assert isinstance(steps, list)
    assert len(steps) == 3
    assert "Telegram @ralop_longmon_bot, hoặc https://ralop.minhlong.vn, rồi gõ mã 7K3P-9QXM" in steps[1]
    assert "AbCdEf" not in " ".join(steps)
    notes = said["notes"]
    assert isinstance(notes, list)
    assert notes[0] == "Mã dùng một lần, đến 14:00 thứ 7, 23/3."


def test_without_a_link_the_picture_holds_the_code() -> None:
    said = invite_card.data(Reader(locale="vi"), card(links=()))
    wanted = segno.make("7K3P-9QXM", error="m", micro=False).svg_inline(border=2, omitsize=True)
    assert wanted.partition('d="')[2].partition('"')[0] in str(said["qr"])
