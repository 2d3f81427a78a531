"""Dates in official papers, and those of rosters."""

from datetime import date

import pytest

from bot.parsing import (
    ImpossibleDate,
    WeekdayMismatch,
    birth_date,
    document_dates,
    school_year,
    school_year_of,
)

ISSUED = date(2024, 3, 20)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("ngày 21/3/2024 (thứ 5)", [date(2024, 3, 21)]),
        ("21-3-2024", [date(2024, 3, 21)]),
        ("21.3.2024", [date(2024, 3, 21)]),
        ("21/03/24", [date(2024, 3, 21)]),
        ("ngày 21 tháng 3 năm 2024", [date(2024, 3, 21)]),
        ("18 giờ 30 phút, thứ Năm ngày 21/3/2024", [date(2024, 3, 21)]),
        ("18 giờ 30, 21/3/2024", [date(2024, 3, 21)]),
        ("18h30, 21/3", [date(2024, 3, 21)]),
        ("18 giờ 30 phút\nngày 21/3/2024\n(thứ 5)", [date(2024, 3, 21)]),
        ("từ 18h30 đến 20h30 ngày 21/3", [date(2024, 3, 21)]),
        ("ngày 21/3", [date(2024, 3, 21)]),
        ("ngày 21 tháng 3", [date(2024, 3, 21)]),
        ("ngày 19/3", [date(2025, 3, 19)]),
        ("ngày 5/1", [date(2025, 1, 5)]),
        ("từ ngày 10 đến ngày 12/3/2025", [date(2025, 3, 10), date(2025, 3, 12)]),
        ("từ ngày 10 đến hết ngày 12 tháng 3 năm 2025", [date(2025, 3, 10), date(2025, 3, 12)]),
        ("10-12/3/2025", [date(2025, 3, 10), date(2025, 3, 12)]),
        ("ngày 10 - 12/3/2025", [date(2025, 3, 10), date(2025, 3, 12)]),
        ("các ngày 10, 11, 12/3/2025", [date(2025, 3, 10), date(2025, 3, 11), date(2025, 3, 12)]),
        ("các ngày 10, 11 và 12/4", [date(2024, 4, 10), date(2024, 4, 11), date(2024, 4, 12)]),
        ("từ ngày 10/3 đến ngày 12/3/2025", [date(2025, 3, 10), date(2025, 3, 12)]),
        ("từ ngày 30/12 đến 2/1/2025", [date(2024, 12, 30), date(2025, 1, 2)]),
        ("từ ngày 28 đến ngày 2/3/2025", [date(2025, 2, 28), date(2025, 3, 2)]),
        ("10-12-2025", [date(2025, 12, 10)]),
        ("từ thứ 2 ngày 10 đến thứ 4 ngày 12/3/2025", [date(2025, 3, 10), date(2025, 3, 12)]),
        ("21/3/2024 (thứ 5), 22/3/2024 (thứ 6)", [date(2024, 3, 21), date(2024, 3, 22)]),
        ("thứ 5, 21/3, thứ 6, 22/3", [date(2024, 3, 21), date(2024, 3, 22)]),
        ("Thứ Năm (21/3/2024)", [date(2024, 3, 21)]),
        ("21/3/2024 và 21/3/2024", [date(2024, 3, 21)]),
        ("ngày 25/3/2024 (nhằm ngày 16/2 âm lịch)", [date(2024, 3, 25)]),
        ("ngày 25/3/2024, nhằm ngày 16/2 năm Giáp Thìn", [date(2024, 3, 25)]),
        ("mùng 6 Tết (15/2/2025)", [date(2025, 2, 15)]),
        ("sau mùng 6 Tết", []),
        ("ngày 10/3 âm lịch", []),
        ("ngày 10/3 (âm lịch)", []),
        ("rằm tháng 7", []),
        ("Nghị định 30/2020/NĐ-CP, Kế hoạch 30/KH-UBND, tháng 3/2024", []),
        ("12/14 người, 3/4 số hộ, 28/31", []),
        ("lớp 6, ngày 21/3", [date(2024, 3, 21)]),
        ("Lúc 7 giờ 30, các ngày 22 và 23/3", [date(2024, 3, 22), date(2024, 3, 23)]),
        ("tuần 3 tháng 10", []),
        ("thứ Sáu, thứ Bảy (22, 23/3/2024)", [date(2024, 3, 22), date(2024, 3, 23)]),
        ("ngày 15 tháng 2 năm 2024 âm lịch", []),
        ("8g00 ngày 22-3", [date(2024, 3, 22)]),
        ("ngày 22.3, lúc 18.30", [date(2024, 3, 22)]),
        ("Ngày 22 . 3 . 2024", [date(2024, 3, 22)]),
        ("", []),
    ],
)
def test_dates_of_a_paper_are_read(text: str, dates: list[date]) -> None:
    assert document_dates(text, ISSUED) == dates


def test_without_the_day_of_the_paper_a_year_comes_from_the_text_or_not_at_all() -> None:
    assert document_dates("ngày 21/3/2024 và ngày 22/3", None) == [date(2024, 3, 21), date(2024, 3, 22)]
    assert document_dates("từ ngày 10/3 đến 12/3/2025", None) == [date(2025, 3, 10), date(2025, 3, 12)]
    assert document_dates("ngày 21/3", None) == []


@pytest.mark.parametrize(
    "text",
    [
        "ngày 21/3/2024 (thứ 6)",
        "thứ Sáu, ngày 21/3/2024",
        "21/3/2024 (thứ 5), 22/3/2024 (thứ 7)",
        "thứ 6 ngày 21/3",
        "CN 21/3",
        "18h30, thứ Sáu, ngày 21/3",
    ],
)
def test_a_weekday_that_does_not_fit_is_asked_about(text: str) -> None:
    with pytest.raises(WeekdayMismatch):
        document_dates(text, ISSUED)


@pytest.mark.parametrize("text", ["ngày 31/2/2024", "30/2", "ngày 32/3", "các ngày 29, 30, 31/4/2024"])
def test_an_impossible_date_is_told(text: str) -> None:
    with pytest.raises(ImpossibleDate):
        document_dates(text, ISSUED)


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("12/6/2010", date(2010, 6, 12)),
        ("12-06-2010", date(2010, 6, 12)),
        ("12.6.2010", date(2010, 6, 12)),
        ("12/06/10", date(2010, 6, 12)),
        ("12.6.10", date(2010, 6, 12)),
        ("12/6/85", date(1985, 6, 12)),
        ("12 / 6 / 2010", date(2010, 6, 12)),
        ("2010-06-12", date(2010, 6, 12)),
        ("2010-06-12 00:00:00", date(2010, 6, 12)),
        ("12 tháng 6 năm 2010", date(2010, 6, 12)),
        ("Sinh ngày 12/6/2010", date(2010, 6, 12)),
        ("12062010", date(2010, 6, 12)),
        ("'12/06/2010", date(2010, 6, 12)),
        ("2010", 2010),
        ("2010.0", 2010),
        ("năm 2010", 2010),
        ("sinh năm 2010", 2010),
        ("6/2010", 2010),
        ("__/__/2010", 2010),
        ("00/00/2010", 2010),
        ("", None),
        ("chưa rõ", None),
        ("40341", None),
        ("6A", None),
    ],
)
def test_a_date_of_birth_is_read(written: str, born: date | int | None) -> None:
    assert birth_date(written) == born


@pytest.mark.parametrize("written", ["30/2/2010", "6/13/2010", "31/11/2012", "2010-02-30", "12/6/0210"])
def test_an_impossible_date_of_birth_is_told(written: str) -> None:
    with pytest.raises(ImpossibleDate):
        birth_date(written)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Năm học 2023 - 2024", "2023-2024"),
        ("NĂM HỌC: 2023–2024", "2023-2024"),
        ("2023/2024", "2023-2024"),
        ("năm học 2023-24", "2023-2024"),
        ("DANH SÁCH HỌC SINH LỚP 6A NĂM HỌC 2026-2027", "2026-2027"),
        ("2023-2025", None),
        ("ngày 12/6/2010", None),
        ("0905 2023 2024 1", None),
    ],
)
def test_a_school_year_is_read(text: str, year: str | None) -> None:
    assert school_year(text) == year


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2024, 3, 20), "2023-2024"),
        (date(2024, 7, 31), "2023-2024"),
        (date(2024, 8, 1), "2024-2025"),
        (date(2026, 9, 5), "2026-2027"),
    ],
)
def test_a_school_year_begins_in_august(day: date, year: str) -> None:
    assert school_year_of(day) == year
