"""The day and the hour inside a longer message, seen from Wednesday, 20/3/2024."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing import ImpossibleDate, WeekdayMismatch, When, clean_line, when

WEDNESDAY = date(2024, 3, 20)
FRIDAY = date(2024, 3, 22)
TODAY, TOMORROW = WEDNESDAY, date(2024, 3, 21)


@pytest.mark.parametrize(
    ("text", "day", "at", "rest"),
    [
        ("họp 18h30 thứ 6 22/3 Làng Trê, Làng Giữa", FRIDAY, time(18, 30), "họp Làng Trê, Làng Giữa"),
        ("hop 18h30 thu 6 22/3 Lang Tre, Lang Giua", FRIDAY, time(18, 30), "hop Lang Tre, Lang Giua"),
        ("họp lúc 18 giờ 30, thứ 6, 22/3, Làng Trê", FRIDAY, time(18, 30), "họp, Làng Trê"),
        ("họp ngày 22/3 vào lúc 7 giờ tối tại Cà Xen", FRIDAY, time(19), "họp tại Cà Xen"),
        ("họp Cà Xen từ 18h30 đến 20h30 tối mai", TOMORROW, time(18, 30), "họp Cà Xen"),
        ("họp tối mai 7 giờ ở Cà Xen", TOMORROW, time(19), "họp ở Cà Xen"),
        ("họp thứ 6 (22/3) 18h30 Cà Xen", FRIDAY, time(18, 30), "họp Cà Xen"),
        ("đổi họp tối nay sang 19h", TODAY, time(19), "đổi họp sang"),
        ("doi hop toi nay sang 19h", TODAY, time(19), "doi hop sang"),
        ("doi hop toi nay sang 7h", TODAY, time(19), "doi hop sang"),
        ("đổi họp 18h30 sang 19h", None, time(19), "đổi họp 18h30 sang"),
        ("đổi họp thứ 5 sang thứ 6", FRIDAY, None, "đổi họp thứ 5 sang"),
        ("hoãn họp sang mai", TOMORROW, None, "hoãn họp sang"),
        ("hẹn thứ 6", FRIDAY, None, "hẹn"),
        ("hẹn mai", TOMORROW, None, "hẹn"),
        ("hen mai", TOMORROW, None, "hen"),
        ("thăm em Chi 6A: gặp mẹ, hẹn thứ 6", FRIDAY, None, "thăm em Chi 6A: gặp mẹ, hẹn"),
        ("đã thăm nhà em Ngọc 9A, hẹn thứ 2", date(2024, 3, 25), None, "đã thăm nhà em Ngọc 9A, hẹn"),
        ("thăm em Chi: gặp mẹ, hẹn mai, xin gạo", TOMORROW, None, "thăm em Chi: gặp mẹ, hẹn, xin gạo"),
        ("hôm nay thăm em Chi, hẹn thứ 6", FRIDAY, None, "hôm nay thăm em Chi, hẹn"),
        ("hẹn 22/3 em đi học lại", FRIDAY, None, "hẹn em đi học lại"),
        ("hẹn thứ 6 em đi học lại", FRIDAY, None, "hẹn em đi học lại"),
        ("sáng mai họp", TOMORROW, None, "họp"),
        ("Mai họp 18h30 Cà Xen", TOMORROW, time(18, 30), "họp Cà Xen"),
        ("Mai", TOMORROW, None, ""),
        ("Mai, thứ 5, 21/3", TOMORROW, None, ""),
        ("HẸN MAI", TOMORROW, None, "HẸN"),
        ("bác Mai hẹn sáng mai", TOMORROW, None, "bác Mai hẹn"),
        ("Bình 6A đến lúc 9h40", None, time(9, 40), "Bình 6A đến"),
        ("mốt cháu ghé", FRIDAY, None, "cháu ghé"),
        ("họp thứ 6 tuần sau 18.30 Cà Xen", date(2024, 3, 29), time(18, 30), "họp Cà Xen"),
        ("họp 22.3 lúc 18.30", FRIDAY, time(18, 30), "họp"),
        ("3 nhà hứa cho con đi học từ thứ 2", date(2024, 3, 25), None, "3 nhà hứa cho con đi học"),
        ("Hẹn đi học lại: thứ 6, 22/3", FRIDAY, None, "Hẹn đi học lại:"),
        ("hoãn họp tối nay đến thứ 6", FRIDAY, None, "hoãn họp tối nay đến"),
        ("vắng 6A: An (hôm nay cũng vắng)", TODAY, None, "vắng 6A: An (cũng vắng)"),
        ("họp Cà Xen (thứ 6) lúc 19h.", FRIDAY, time(19), "họp Cà Xen."),
        ("hẹn em thứ 6 đi học", FRIDAY, None, "hẹn em đi học"),
        ("hen thu 6 em di hoc", FRIDAY, None, "hen em di hoc"),
        ("hẹn Thu 6", FRIDAY, None, "hẹn"),
        ("3 ngày nữa em đi", date(2024, 3, 23), None, "em đi"),
    ],
)
def test_day_and_hour_are_taken_out(text: str, day: date | None, at: time | None, rest: str) -> None:
    assert when(text, WEDNESDAY) == When(day, at, rest)


@pytest.mark.parametrize(
    "text",
    [
        "vắng 6A: Mai, An",
        "vắng 6A: An, Mai",
        "vắng 6A: An, Mai ốm",
        "vang 6a: mai, an",
        "vang 6a: an, mai va binh",
        "em Mai ốm",
        "Mai ốm",
        "Mai, An vắng",
        "Hồ Thị Mai",
        "ho thi mai",
        "chị Thu 2 buổi",
        "Thu Ba vắng",
        "vắng 6A: An, Thu 2 buổi",
        "vắng 6A: An, Bình, Chi ốm",
        "vắng 3/31 em",
        "28/31 em",
        "9/10 em đủ",
        "vắng 2 em",
        "6A vắng 1 3 4",
        "lớp 6/1 đủ",
        "học ngày 2 buổi",
        "buổi thứ 2",
        "30/KH-UBND",
        "0900 000 001",
        "một em",
        "thằng con ông Lía",
        "mai mốt gì cũng được",
        "1 giờ nữa",
        "trong 2 giờ",
        "Tôi năm nay 40 tuổi",
        "",
    ],
)
def test_names_classes_and_counts_are_left_alone(text: str) -> None:
    assert when(text, WEDNESDAY) == When(None, None, text)


def test_after_a_move_the_old_time_is_still_there_to_be_read() -> None:
    moved = when("đổi họp thứ 5 18h30 sang thứ 6 19h", WEDNESDAY)
    assert (moved.day, moved.at) == (FRIDAY, time(19))
    old = when(moved.rest, WEDNESDAY)
    assert (old.day, old.at) == (TOMORROW, time(18, 30))


def test_what_has_been_is_looked_for_backwards() -> None:
    assert when("vắng hôm thứ 2", WEDNESDAY, past=True) == When(date(2024, 3, 18), None, "vắng")
    assert when("đã thăm em Chi 18/3", WEDNESDAY, past=True) == When(date(2024, 3, 18), None, "đã thăm em Chi")


def test_a_wrong_day_in_a_message_is_told_and_the_right_one_understood() -> None:
    with pytest.raises(ImpossibleDate):
        when("họp 30/2 18h30", WEDNESDAY)
    with pytest.raises(WeekdayMismatch):
        when("họp thứ 5 22/3", WEDNESDAY)
    assert when("họp thứ 6 22/3", WEDNESDAY).day == FRIDAY


@given(st.text(max_size=80))
def test_any_message_has_an_answer_and_loses_nothing_without_a_time(text: str) -> None:
    try:
        found = when(text, WEDNESDAY)
    except (ImpossibleDate, WeekdayMismatch):
        return
    if found.day is None and found.at is None:
        assert found.rest == clean_line(text)
    assert found.rest == clean_line(found.rest)


@given(
    st.sampled_from(["họp", "thăm em Chi", "Cà Xen"]),
    st.sampled_from([("mai", TOMORROW), ("thứ 6", FRIDAY), ("22/3", FRIDAY), ("tối nay", TODAY)]),
    st.sampled_from([("18h30", time(18, 30)), ("19 giờ", time(19)), ("18:30", time(18, 30))]),
    st.booleans(),
)
def test_day_and_hour_may_stand_in_any_order(
    words: str, day: tuple[str, date], at: tuple[str, time], is_day_first: bool
) -> None:
    order = [day[0], at[0]] if is_day_first else [at[0], day[0]]
    assert when(" ".join([words, *order]), WEDNESDAY) == When(day[1], at[1], words)
