"""Numbers, yes and no, as people type them."""

import pytest

from bot.parsing import affirmative, negative, number, numbers


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1", 1),
        ("1.", 1),
        ("1)", 1),
        ("số 1", 1),
        ("so 1", 1),
        ("câu 2", 2),
        ("một", 1),
        ("mot", 1),
        ("Hai em", 2),
        ("12 người", 12),
        ("12 nguoi a", None),  # "a" may be the class
        ("12 người ạ", 12),
        ("dạ 12", 12),
        ("khoảng 12 người", 12),
        ("mười một", 11),
        ("hai mươi mốt", 21),
        ("hai mươi lăm người", 25),
        ("tư", None),
        ("１２", 12),
        ("3️⃣", 3),
        (" 0 ", 0),
        ("99", 99),
        ("ba nhà", 3),
    ],
)
def test_a_number_is_read(typed: str, meant: int | None) -> None:
    assert number(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "6A", "6 a", "1 3", "1,3", "-1", "1.5", "mốt", "em An", "không", "thứ 2", "1/2", "18h", "Ba An"],
)
def test_what_is_no_single_number_is_refused(typed: str) -> None:
    assert number(typed) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1 3 4", [1, 3, 4]),
        ("1,3 ,4", [1, 3, 4]),
        ("1, 3 và 4", [1, 3, 4]),
        ("1, 3 va 4.", [1, 3, 4]),
        ("1;3", [1, 3]),
        ("1. 3. 4", [1, 3, 4]),
        ("số 1, số 3", [1, 3]),
        ("1\n3\n4", [1, 3, 4]),
        ("1 & 3", [1, 3]),
        ("7", [7]),
        ("１，３", [1, 3]),
    ],
)
def test_a_list_of_numbers_is_read(typed: str, meant: list[int]) -> None:
    assert numbers(typed) == meant


@pytest.mark.parametrize("typed", ["", "1 An", "1-3", "đủ", "0900000001", "6A", "1,a", "và", ",", "1 và"])
def test_a_list_with_anything_else_is_refused(typed: str) -> None:
    assert numbers(typed) is None


def test_a_long_answer_is_read_in_no_time() -> None:
    assert numbers(" ".join(["1"] * 2000) + " x") is None
    assert numbers("1 , " * 1000 + "1") == [1] * 1001


@pytest.mark.parametrize(
    "typed",
    [
        "đúng",
        "Đúng rồi",
        "dung",
        "dung roi",
        "phải",
        "phải ạ",
        "có",
        "co",
        "ừ",
        "ok",
        "OK!",
        "okê",
        "vâng",
        "Vâng ạ",
        "dạ",
        "dạ có",
        "dạ phải ạ",
        "dạ, đúng",
        "đồng ý",
        "được",
        "👍",
    ],
)
def test_yes(typed: str) -> None:
    assert affirmative(typed)
    assert not negative(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "không",
        "khong",
        "ko",
        "Không ạ",
        "dạ không",
        "dạ chưa",
        "chưa",
        "chua",
        "không phải",
        "ko phai",
        "sai rồi",
        "đừng",
        "no",
        "không có đâu",
    ],
)
def test_no(typed: str) -> None:
    assert negative(typed)
    assert not affirmative(typed)


@pytest.mark.parametrize(
    "typed", ["", "cô", "dùng", "có ốm", "không biết", "đủ", "có không", "vắng", "em có", "phải không"]
)
def test_neither_yes_nor_no(typed: str) -> None:
    assert not affirmative(typed)
    assert not negative(typed)
