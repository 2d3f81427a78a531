"""Labels of classes and telephone numbers, as leniently as schools write them."""

import pytest

from bot.parsing import class_key, class_name, find_class, grade, phone, phone_shown

KNOWN = ["6A", "6A1", "6B", "6Đ", "10A", "6/1", "16/1", "3+4", "Lá 1", "Mẫu giáo lớn", "5"]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("Lớp 6A", "6A"),
        ("6 A", "6A"),
        ("6a", "6A"),
        ("lop 6a", "6A"),
        ("LỚP 6A", "6A"),
        ("Lớp: 6A", "6A"),
        ("6/1", "6/1"),
        ("6.1", "6/1"),
        ("Lớp 6/2", "6/2"),
        ("6a1", "6A1"),
        ("6 A 1", "6A1"),
        ("10A12", "10A12"),
        ("6đ", "6Đ"),
        ("6-A", "6A"),
        ("06A", "6A"),
        ("Lớp 1", "1"),
        ("6.0", "6"),
        ("1+2", "1+2"),
        ("Ghép 3+4", "3+4"),
        ("Lớp ghép 3 + 4", "3+4"),
        ("lớp ghép 1, 2", "1+2"),
        ("lớp ghép 1+2+3", "1+2+3"),
        ("Mẫu giáo lớn", "Mẫu giáo lớn"),
        ("Lớp Mẫu giáo lớn", "Mẫu giáo lớn"),
        ("Lá 1", "Lá 1"),
        ("Lớp Lá", "Lá"),
        ("Mẫu giáo 5 tuổi", "Mẫu giáo 5 tuổi"),
        ("3-4 tuổi", "3-4 tuổi"),
        ("1A Cà Xen", "1A Cà Xen"),
        ("６Ａ", "6A"),
    ],
)
def test_a_class_label_is_read_leniently(written: str, label: str) -> None:
    assert class_name(written) == label


@pytest.mark.parametrize("written", ["", "  ", "45", "2024", "21/3/2024", "Tổng số: 28 học sinh", "6A?", "-"])
def test_what_is_no_class_label_is_refused(written: str) -> None:
    assert class_name(written) is None


@pytest.mark.parametrize(
    ("one", "other"), [("6A", "lớp 6 a"), ("6/1", "6.1"), ("Lá 1", "la1"), ("Mẫu giáo lớn", "MAU GIAO LON")]
)
def test_two_spellings_of_one_class(one: str, other: str) -> None:
    assert class_key(one) == class_key(other)


def test_the_classes_d_and_đ_are_two() -> None:
    assert class_key("6D") != class_key("6Đ")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("6A", 6),
        ("6/1", 6),
        ("10A1", 10),
        ("3+4", 3),
        ("Lớp 9B", 9),
        ("Lá 1", None),
        ("5 tuổi A", None),
        ("", None),
    ],
)
def test_the_grade_is_the_leading_number(label: str, expected: int | None) -> None:
    assert grade(label) == expected


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("vắng 6A: An", "6A", "vắng : An"),
        ("vắng lớp 6 a: An", "6A", "vắng : An"),
        ("vang 6a An, Binh", "6A", "vang An, Binh"),
        ("Bình 6A đến rồi", "6A", "Bình đến rồi"),
        ("thăm em Chi 6A: gặp mẹ, hẹn thứ 6", "6A", "thăm em Chi : gặp mẹ, hẹn thứ 6"),
        ("6a1 vắng 2 em", "6A1", "vắng 2 em"),
        ("6A 1 em vắng", "6A", "1 em vắng"),
        ("lớp 6.1 đủ", "6/1", "đủ"),
        ("16/1 đủ", "16/1", "đủ"),
        ("6đ đủ", "6Đ", "đủ"),
        ("6d đủ", "6Đ", "đủ"),
        ("lớp ghép 3+4 đủ", "3+4", "đủ"),
        ("la 1 vắng 2", "Lá 1", "vắng 2"),
        ("Lá 1 vắng 2", "Lá 1", "vắng 2"),
        ("mau giao lon du", "Mẫu giáo lớn", "du"),
        ("lớp 5 vắng 2 em", "5", "vắng 2 em"),
        ("5: An", "5", ": An"),
        ("5", "5", ""),
        ("6B, 6A đủ", "6B", ", 6A đủ"),
    ],
)
def test_a_class_is_found_in_a_message(text: str, found: str, rest: str) -> None:
    assert find_class(text, KNOWN) == (found, rest)


@pytest.mark.parametrize(
    "text", ["vắng 5 em", "16A", "6 An vắng", "6C đủ", "là 1 em", "0906 1 2", "ngày 16/1/2024", "6Ă", ""]
)
def test_what_only_looks_like_a_class_is_left_alone(text: str) -> None:
    assert find_class(text, KNOWN) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0900 000 001", "0900000001"),
        ("0900.000.001", "0900000001"),
        ("0900-000-001", "0900000001"),
        ("900000001", "0900000001"),
        ("900000001.0", "0900000001"),
        ("+84 900 000 001", "0900000001"),
        ("84900000001", "0900000001"),
        ("+84 (0) 900 000 001", "0900000001"),
        ("0084 900000001", "0900000001"),
        ("ĐT: 0905 123 456 (mẹ)", "0905123456"),
        ("0905123456 / 0912345678", "0905123456"),
        ("0905123456 - 0912345678", "0905123456"),
        ("0905123456 0912345678", "0905123456"),
        ("01651234567", "0351234567"),
        ("0255 000 000", "0255000000"),
        ("0255 3812 345", "02553812345"),
        ("'0905123456", "0905123456"),
        ("\u202a0905123456\u202c", "0905123456"),
    ],
)
def test_a_telephone_number_is_read(written: str, number: str) -> None:
    assert phone(written) == number


@pytest.mark.parametrize(
    "written", ["", "không có", "12345", "2014", "012345678901", "+856 20 5555 1234", "051212000123"]
)
def test_what_is_no_telephone_number_is_refused(written: str) -> None:
    assert phone(written) is None


def test_a_number_is_shown_so_that_it_can_be_read_out() -> None:
    assert phone_shown("0900000001") == "0900 000 001"
    assert phone_shown("02553812345") == "0255 381 2345"
    assert phone_shown("111") == "111"
