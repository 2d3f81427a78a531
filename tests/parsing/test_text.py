"""Text from any keyboard, phone or spreadsheet becomes one form."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing import clean, clean_line, fold, same_name_key

NAMES = [
    "Đinh Thị Hạ",
    "Đinh Thị Hồng Mơ",
    "Phạm Văn Thủy",
    "Nguyễn Đức Hoà",
    "Hồ Thị Ý",
    "Đinh Rê",
    "H'Krít",
]
names = st.sampled_from(NAMES)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Đinh   Thị\tHà ", "Đinh Thị Hà"),
        ("Ðinh Văn Ðạt", "Đinh Văn Đạt"),  # the Icelandic letter
        ("ðến", "đến"),
        ("Đinh\u00a0Thị\u2009Hà", "Đinh Thị Hà"),
        ("\ufeffĐinh\u200b Thị\u200d Hà\u202e", "Đinh Thị Hà"),
        ("Ha\u0323", "Hạ"),
        ("\u00e2\u0301n", "ấn"),  # half-composed
        ("a\u200b\u0301", "á"),  # something invisible between a letter and its mark
        ("một\r\nhai \n ba\rbốn", "một\nhai\nba\nbốn"),
        ("a\x00b\x1bc\ud800", "abc"),
        ("\u3164", ""),
        ("một\u2028hai", "một\nhai"),
        ("✅ 👍🏽", "✅ 👍🏽"),
        ("", ""),
    ],
)
def test_text_is_cleaned(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_a_line_has_no_line_breaks() -> None:
    assert clean_line("thôn\n Cà  Xen\n") == "thôn Cà Xen"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đinh Thị Hạ", "dinh thi ha"),
        ("ĐƯỜNG XA, MƯA LŨ", "duong xa, mua lu"),
        ("H’re", "h're"),
        ("Nguyễn  Ượng", "nguyen uong"),
        ("Ðức", "duc"),
    ],
)
def test_search_ignores_marks_and_capitals(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(name=names, data=st.data())
def test_every_keyboard_writes_the_same_name(name: str, data: st.DataObject) -> None:
    written = list(data.draw(st.sampled_from([name, unicodedata.normalize("NFD", name)])))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(written)))
        written.insert(place, data.draw(st.sampled_from(["\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad"])))
    typed = "".join(written)
    assert clean(typed) == name
    assert fold(typed) == fold(name)
    assert same_name_key(typed) == same_name_key(name)
