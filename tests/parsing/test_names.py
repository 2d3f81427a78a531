"""Names: who is the same person, how a list is sorted, what a person is called."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing import given_name, is_old_font, same_name_key, sort_key, tidy_name

IN_ORDER = ["An", "Ân", "Bơ", "Duy", "Đát", "Hà", "Hạ", "Hòa", "Ý"]
SYLLABLES = [
    "An",
    "Anh",
    "Ân",
    "Ấn",
    "Bé",
    "Bê",
    "Bế",
    "Bơ",
    "Chi",
    "Duy",
    "Đát",
    "Đinh",
    "Hà",
    "Hả",
    "Hạ",
    "Hòa",
    "Hoà",
    "Lía",
    "Mơ",
    "Ngọc",
    "Nhân",
    "Ơn",
    "Phạm",
    "Rá",
    "Thị",
    "Văn",
    "Ước",
    "Y",
]
full_names = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Đinh Thị Hòa", "Đinh Thị Hoà"),
        ("Thủy", "Thuỷ"),
        ("Khỏe", "Khoẻ"),
        ("Thúy Hóa", "Thuý Hoá"),
        ("ĐINH THỊ HÀ", "Đinh Thị Hà"),
        ("Đinh  Thị Hà ", "Đinh Thị Hà"),
        ("H’Rê", "H'rê"),
        ("Ðinh Văn Rá", "Đinh Văn Rá"),
        ("Huyền", "Huye\u0302\u0300n"),
        ("Nguyễn", "Nguye\u0303\u0302n"),
    ],
)
def test_two_spellings_of_one_name(one: str, other: str) -> None:
    assert same_name_key(one) == same_name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hà", "Hạ"), ("Hà", "Ha"), ("Bé", "Bế"), ("Bé", "Bê"), ("Quý", "Quí"), ("Đinh", "Dinh"), ("Mơ", "Mo")],
)
def test_names_of_two_people_stay_apart(one: str, other: str) -> None:
    assert same_name_key(f"Đinh Thị {one}") != same_name_key(f"Đinh Thị {other}")


def test_lists_sort_by_given_name_in_vietnamese_order() -> None:
    people = [f"Đinh Thị {name}" for name in IN_ORDER]
    shuffled = random.Random(1).sample(people, len(people))
    assert sorted(shuffled, key=sort_key) == people


@pytest.mark.parametrize(
    "people",
    [
        ["Đinh Văn An", "Hồ Văn An", "Phạm Thị An", "An Thị Anh"],
        ["Đinh Thị Hà", "Phạm Thị Hà", "Đinh Thị Hạ"],  # all called Hà before all called Hạ
        ["Đinh A", "Đinh Ă", "Đinh Â", "Đinh B"],
        ["Đinh Ha", "Đinh Hà", "Đinh Hả", "Đinh Hã", "Đinh Há", "Đinh Hạ"],
        ["Đinh Hà", "Đinh Han"],  # a tone decides only between equal letters
        ["Dinh Hà", "Đinh Hà"],
        ["Đinh Văn Y", "Đinh Y Y"],
        ["Đinh Na", "Đinh Ngọc", "Đinh Nhân"],
        ["Đinh Oanh", "Đinh Ông", "Đinh Ơn", "Đinh Út", "Đinh Ước"],
        ["Rê", "Đinh Rê", "Đinh Văn Rê"],
    ],
)
def test_lists_of_a_class_sort_as_on_paper(people: list[str]) -> None:
    backwards = people[::-1]
    assert sorted(backwards, key=sort_key) == people


@given(st.lists(st.sampled_from(IN_ORDER), unique=True))
def test_the_documented_order_holds_for_any_selection(names: list[str]) -> None:
    assert sorted(names, key=sort_key) == [name for name in IN_ORDER if name in names]


@given(full_names)
def test_a_sort_key_is_plain_in_every_collation(name: str) -> None:
    key = sort_key(name)
    assert key.isascii()
    assert key.isalnum()
    assert key == key.lower()


@given(full_names, full_names)
def test_equal_names_sort_equally(one: str, other: str) -> None:
    if same_name_key(one) == same_name_key(other):
        assert sort_key(one) == sort_key(other)
    assert sort_key(one.upper()) == sort_key(one)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Đinh Thị Hồng Mơ", "Mơ"),
        ("Đinh Rê", "Rê"),
        ("Y", "Y"),
        ("Đinh Thị Hà (B)", "Hà"),
        ("(chưa rõ)", "rõ)"),
        ("", ""),
    ],
)
def test_people_are_called_by_the_last_word(name: str, called: str) -> None:
    assert given_name(name) == called


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("ĐINH THỊ HÀ", "Đinh Thị Hà"),
        ("ĐINH Y", "Đinh Y"),
        ("Y", "Y"),
        ("H’RÊ AN-NA", "H’rê An-Na"),
        ("đinh thị hà", "đinh thị hà"),
        ("Đinh K’Brôi", "Đinh K’Brôi"),
        ("NGUYỄN\u00a0THỊ  THUỶ", "Nguyễn Thị Thuỷ"),
    ],
)
def test_names_in_capitals_are_made_readable(written: str, tidy: str) -> None:
    assert tidy_name(written) == tidy


@pytest.mark.parametrize(
    "text",
    [
        "§inh ThÞ Hµ",
        "Ñinh Thò Haø",
        "NguyÔn V¨n H¶i",
        "Nguyeãn Vaên Haûi",
        "Hä vµ tªn",
        "Hoï vaø teân",
        "Hµ",
        "§inh V¨n R¸",
        "Traàn Thò Leä",
        "Danh s¸ch häc sinh",
        "Danh saùch hoïc sinh",
        "Ph¹m ThÞ Mü",
        "Th«n Lµng Trª",
        "§inh ThÞ BÐ",
        "Tr\u00ad\u00eang",
        "TRÖÔØNG THCS LONG MOÂN",
        "Lôùp",
        "Ñöôøng xa",
    ],
)
def test_text_for_an_old_font_is_recognised(text: str) -> None:
    assert is_old_font(text)


@pytest.mark.parametrize(
    "text",
    [
        *IN_ORDER,
        "Đinh Thị Hà",
        "Ðinh Văn Ðát",
        "Hà",
        "Quí",
        "Lý Mĩ",
        "Hoàng Thúy Kiều",
        "Hòa Hoà Hoá Hóa",
        "Khoèo Ngoéo Xoã",
        "Đinh Krít",
        "Rê",
        "Y Ê",
        "Hồ Văn Út",
        "Niê Kđoh Mlô",
        "Êñuôl",
        "Yô",  # one unusual name proves nothing
        "Đinh Yô Krâ",
        "Bríu Pố",
        "Đinh Thị Tô",
        "Lê Tú Ân",
        "Nông Tô Bê",
        "họ và tên",
        "Trần Ích Hán",
        "Cù Thìn Nhì",
        "Già làng Phú Quý",
        "Quảng Ngãi",
        "Hà · 6A · con ông Rá",
        "names and dates",
        "naïve café, Zoë, señor, El Niño, Acme® ½ cup, 5 µm ±2°, §5, «quoted», Curaçao",
        "Müller, Köln, größer, façade, Beyoncé, résumé",
        "6A",
        "",
        "0900 000 001",
        "✅ 📅 ☑",
    ],
)
def test_proper_text_is_not_taken_for_an_old_font(text: str) -> None:
    assert not is_old_font(text)


@given(full_names)
def test_no_name_in_unicode_is_taken_for_an_old_font(name: str) -> None:
    assert not is_old_font(name)
