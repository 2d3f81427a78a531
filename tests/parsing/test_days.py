"""Days as people name them, seen from Wednesday, 20/3/2024 (the week of the transcripts)."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing import ImpossibleDate, WeekdayMismatch, day, fold, weekday

WEDNESDAY = date(2024, 3, 20)


def on(day_of_march: int) -> date:
    return date(2024, 3, day_of_march)


SAID = [
    ("hôm nay", on(20)),
    ("nay", on(20)),
    ("bữa nay", on(20)),
    ("tối nay", on(20)),
    ("sáng nay ạ", on(20)),
    ("tối hôm nay", on(20)),
    ("mai", on(21)),
    ("Mai", on(21)),
    ("ngày mai", on(21)),
    ("sáng mai", on(21)),
    ("sáng ngày mai", on(21)),
    ("mai cháu đi", on(21)),
    ("Mai, thứ 5, 21/3", on(21)),
    ("mốt", on(22)),
    ("ngày mốt", on(22)),
    ("sáng mốt", on(22)),
    ("ngày kia", on(22)),
    ("ngày kìa", on(23)),
    ("hôm qua", on(19)),
    ("tối qua", on(19)),
    ("hôm kia", on(18)),
    ("thứ 6", on(22)),
    ("thứ sáu", on(22)),
    ("Thứ Sáu", on(22)),
    ("thứ6", on(22)),
    ("t6", on(22)),
    ("T6", on(22)),
    ("thư 6", on(22)),
    ("chiều thứ 5", on(21)),
    ("thứ 5 em đi học", on(21)),
    ("thứ tư", on(27)),  # today is one: the next
    ("thứ ba", on(26)),
    ("thứ bảy", on(23)),
    ("thứ bẩy", on(23)),
    ("chủ nhật", on(24)),
    ("chúa nhật", on(24)),
    ("CN", on(24)),
    ("thứ 6 này", on(22)),
    ("thứ 4 này", on(20)),
    ("thứ 6 tuần này", on(22)),
    ("thứ 2 tuần này", on(18)),
    ("thứ 6 tuần sau", on(29)),
    ("thứ 6 tuần tới", on(29)),
    ("chủ nhật tuần sau", on(31)),
    ("thứ 2 tới", on(25)),
    ("thứ 6 tuần trước", on(15)),
    ("thứ 2 vừa rồi", on(18)),
    ("22/3", on(22)),
    ("22-3", on(22)),
    ("22.3", on(22)),
    ("22/03", on(22)),
    ("22 / 3", on(22)),
    ("hẹn 22/3.", on(22)),
    ("22/3/2024", on(22)),
    ("21/03/24", on(21)),
    ("22.3.2024", on(22)),
    ("22-3-2024", on(22)),
    ("2024-03-22", on(22)),
    ("ngày 22/3", on(22)),
    ("20/3", on(20)),
    ("ngày 21 tháng 3", on(21)),
    ("21 tháng ba", on(21)),
    ("5 tháng sáu", date(2024, 6, 5)),
    ("ngày 21 tháng 3 năm 2024", on(21)),
    ("ngày 5 tháng sau", date(2024, 4, 5)),
    ("21/3 này", on(21)),
    ("thứ 5, 21/3", on(21)),
    ("thứ 5 ngày 21/3", on(21)),
    ("21/3 (thứ 5)", on(21)),
    ("thứ 2, ngày 25", on(25)),
    ("ngày 25", on(25)),
    ("ngày 25 em đi học", on(25)),
    ("hôm 25", on(25)),
    ("ngày 20", on(20)),
    ("ngày 5", date(2024, 4, 5)),
    ("ngày 31", on(31)),
    ("18/3", date(2025, 3, 18)),  # gone by: a year ahead, for the caller to see
    ("3 ngày nữa", on(23)),
    ("ba hôm nữa", on(23)),
    ("2 tuần nữa", date(2024, 4, 3)),
    ("tối thứ 6 22/3", on(22)),
    ("hôm nay thăm, hẹn thứ 6", on(22)),
]


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_a_day_is_understood(said: str, meant: date) -> None:
    assert day(said, WEDNESDAY) == meant


# Without marks these say something else: kìa reads as kia, tháng sáu as tháng sau.
@pytest.mark.parametrize(("said", "meant"), [row for row in SAID if "kìa" not in row[0] and "sáu" not in row[0][4:]])
def test_a_day_is_understood_without_marks(said: str, meant: date) -> None:
    assert day(fold(said), WEDNESDAY) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("thứ 6", on(15)),
        ("thứ 4", on(20)),
        ("hôm thứ 2", on(18)),
        ("18/3", on(18)),
        ("22/3", date(2023, 3, 22)),
        ("ngày 25", date(2024, 2, 25)),
        ("hôm 18", on(18)),
        ("hôm qua", on(19)),
        ("20/3", on(20)),
        ("31/12", date(2023, 12, 31)),
    ],
)
def test_a_day_that_has_been(said: str, meant: date) -> None:
    assert day(said, WEDNESDAY, past=True) == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "chưa hẹn",
        "25",
        "6A",
        "một",
        "này",
        "số 3",
        "tuần sau",
        "mùng 6 Tết",
        "18.30",
        "18h30",
        "lần thứ 2",
        "không",
        "15/2 âm lịch",
    ],
)
def test_what_names_no_day(said: str) -> None:
    assert day(said, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("30/2", (30, 2, None)),
        ("ngày 30 tháng 2", (30, 2, None)),
        ("31/4/2024", (31, 4, 2024)),
        ("29/2", (29, 2, 2025)),  # gone by in 2024
        ("22/13", (22, 13, None)),
        ("32/3", (32, 3, None)),
        ("ngày 32", (32, 3, None)),
    ],
)
def test_an_impossible_day_is_told(said: str, wrong: tuple[int, int, int | None]) -> None:
    with pytest.raises(ImpossibleDate) as caught:
        day(said, WEDNESDAY)
    assert (caught.value.day, caught.value.month, caught.value.year) == wrong


@pytest.mark.parametrize(
    ("said", "weekday_said", "meant"),
    [
        ("thứ 5, 22/3", 3, on(22)),
        ("22/3 (chủ nhật)", 6, on(22)),
        ("mai thứ 6", 4, on(21)),
        ("mai, 22/3", 3, on(22)),
    ],
)
def test_a_weekday_that_does_not_fit_is_asked_about(said: str, weekday_said: int, meant: date) -> None:
    with pytest.raises(WeekdayMismatch) as caught:
        day(said, WEDNESDAY)
    assert (caught.value.said, caught.value.date) == (weekday_said, meant)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thứ 5", 3),
        ("thứ năm", 3),
        ("T5", 3),
        ("CN", 6),
        ("Chủ nhật", 6),
        ("thứ Hai", 0),
        ("Thu 2", 0),
        ("21/3", None),
        ("lần thứ 2", None),
    ],
)
def test_a_weekday_is_read(text: str, expected: int | None) -> None:
    assert weekday(text) == expected


days = st.dates(date(2023, 1, 1), date(2030, 12, 31))


@given(today=days, ahead=st.integers(0, 300))
def test_a_date_without_a_year_is_never_past(today: date, ahead: int) -> None:
    wanted = today + timedelta(days=ahead)
    if (wanted.month, wanted.day) != (2, 29):
        assert day(f"{wanted.day}/{wanted.month}", today) == wanted
        earlier = today - timedelta(days=ahead)
        if (earlier.month, earlier.day) != (2, 29):
            assert day(f"{earlier.day}/{earlier.month}", today, past=True) == earlier


@given(today=days, nth=st.integers(2, 7))
def test_a_weekday_lies_within_the_next_seven_days(today: date, nth: int) -> None:
    found = day(f"thứ {nth}", today)
    assert found is not None
    assert 1 <= (found - today).days <= 7
    assert found.weekday() == nth - 2


@given(st.text(max_size=60), days)
def test_any_text_has_an_answer(text: str, today: date) -> None:
    with suppress(ImpossibleDate, WeekdayMismatch):
        day(text, today)
