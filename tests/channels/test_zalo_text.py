"""Long texts for Zalo: numbered parts, none of them too long, and not a word of them lost."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_text import parts, units

LIMIT = 60
MENU = ["1. Có", "2. Không"]


def bare(pieces: list[str]) -> list[str]:
    return [re.sub(r"^\(\d+/\d+\) ", "", piece) for piece in pieces]


def test_what_fits_goes_as_it_is() -> None:
    assert parts("Lớp 6A có em nào vắng?", MENU, LIMIT) == ["Lớp 6A có em nào vắng?\n1. Có\n2. Không"]
    assert parts("", MENU, LIMIT) == ["1. Có\n2. Không"]
    assert parts("", [], LIMIT) == []


def test_cuts_come_after_a_paragraph_then_a_line_then_a_word_and_parts_are_numbered() -> None:
    text = "Một hai ba bốn năm sáu bảy.\n\nMột dòng ngắn.\nMột dòng nữa rất là dài đây.\nHết rồi, hết thật rồi."
    assert parts(text, [], LIMIT) == [
        "(1/3) Một hai ba bốn năm sáu bảy.",
        "(2/3) Một dòng ngắn.\nMột dòng nữa rất là dài đây.",
        "(3/3) Hết rồi, hết thật rồi.",
    ]
    assert bare(parts("chữ " * 30, [], LIMIT))[0] == "chữ chữ chữ chữ chữ chữ chữ chữ chữ chữ chữ chữ chữ"


def test_the_menu_stays_whole_below_the_question() -> None:
    text = "Danh sách:\n" + "\n".join(f"Em số {number}" for number in range(20)) + "\n\nEm nào vắng ạ?"
    shown = parts(text, MENU, LIMIT)
    assert shown[-1].endswith(") Em nào vắng ạ?\n1. Có\n2. Không")
    assert "\n".join(bare(shown)).replace("\n\n", "\n") == (text + "\n" + "\n".join(MENU)).replace("\n\n", "\n")


def test_a_menu_longer_than_a_message_is_cut_at_its_lines() -> None:
    menu = [f"{number}. Lựa chọn số {number}" for number in range(1, 9)]
    shown = bare(parts("Chọn:", menu, LIMIT))
    assert [line for part in shown for line in part.split("\n")] == ["Chọn:", *menu]


def test_a_sign_of_two_units_and_a_mark_on_a_letter_are_never_cut() -> None:
    for piece in parts("🙂" * 100, [], LIMIT):
        piece.encode()
        assert "\ufffd" not in piece
    for piece in bare(parts("ạ́" * 100, [], LIMIT)):
        assert not unicodedata.combining(piece[0])


@given(
    st.lists(st.text(st.sampled_from("aă🙂ộ \n-"), max_size=80), max_size=12),
    st.lists(st.text(st.sampled_from("abcộ🙂"), min_size=1, max_size=30), max_size=6),
)
def test_no_part_is_too_long_and_no_sign_is_lost(lines: list[str], menu: list[str]) -> None:
    text = "\n".join(lines)
    shown = parts(text, menu, LIMIT)
    assert all(0 < units(piece) <= LIMIT for piece in shown)
    pieces = shown if len(shown) < 2 else bare(shown)
    wanted = unicodedata.normalize("NFC", text + "\n".join(menu))
    assert "".join("".join(pieces).split()) == "".join(wanted.split())
