"""What is typed about a meeting in one line: made, moved, called off, or none of these."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from bot.clock import VIETNAM
from bot.conversations.meetings_line import Line, moved_to, named_villages, read_move, read_new
from bot.parsing import fold
from storage.places import Place

TODAY = date(2024, 3, 20)
NAMES = ("Cà Xen", "Làng Trê", "Làng Giữa", "Lạc Hạ", "Lạc Hà")
VILLAGES = [(Place(id=number, name=name, folded=fold(name)), (name,)) for number, name in enumerate(NAMES, start=1)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("họp 18h30 thứ 6 22/3 Làng Trê, Làng Giữa", Line(date(2024, 3, 22), time(18, 30), (2, 3))),
        ("hop 18h30 t6 lang tre, lang giua", Line(date(2024, 3, 22), time(18, 30), (2, 3))),
        ("mời họp tối mai 7 giờ ở Cà Xen", Line(date(2024, 3, 21), time(19), (1,))),
        ("họp 19h mai tại nhà văn hóa xã", Line(date(2024, 3, 21), time(19), (), "nhà văn hóa xã")),
        ("họp mai Cà Xen", Line(date(2024, 3, 21), None, (1,))),
        ("họp 19h 30/2 Cà Xen", Line(None, time(19), (1,), "", {"day": 30, "month": 2})),
        ("họp thứ 5 22/3 Cà Xen", Line(None, None, (1,), "", {"said": 3, "date": "2024-03-22"})),
    ],
)
def test_a_line_that_makes_a_meeting_is_read(text: str, line: Line) -> None:
    assert read_new(text, TODAY, VILLAGES) == line


@pytest.mark.parametrize("text", ["họp", "họp Cà Xen", "họp tối nay mấy giờ", "mai họp ở đâu", "thăm em Chi 6A mai"])
def test_other_lines_make_none(text: str) -> None:
    assert read_new(text, TODAY, VILLAGES) is None


@pytest.mark.parametrize(
    ("text", "which", "to"),
    [
        ("đổi họp tối nay sang 19h", Line(TODAY), Line(None, time(19))),
        ("doi hop toi nay sang 19h", Line(TODAY), Line(None, time(19))),
        ("dời họp Cà Xen đến 19h mai", Line(None, None, (1,)), Line(date(2024, 3, 21), time(19))),
        ("hoãn họp tối nay sang thứ 7", Line(TODAY), Line(date(2024, 3, 23))),
        ("đổi giờ họp 19h", Line(), Line(None, time(19))),
        ("đổi chỗ họp tối nay sang trường Cà Xen", Line(TODAY), Line(None, None, (1,), "trường Cà Xen")),
    ],
)
def test_a_line_that_moves_a_meeting_names_it_and_where_it_goes(text: str, which: Line, to: Line) -> None:
    read = read_move(text, TODAY, VILLAGES)
    assert read is not None
    assert not read.is_off
    assert (read.which, read.to) == (which, to)


@pytest.mark.parametrize("text", ["hoãn họp", "hủy họp tối nay", "huy hop toi nay", "hoãn buổi họp Cà Xen"])
def test_a_line_without_a_new_time_calls_it_off(text: str) -> None:
    read = read_move(text, TODAY, VILLAGES)
    assert read is not None
    assert read.is_off


def test_two_villages_that_differ_by_a_mark_are_told_apart_where_the_mark_is_typed() -> None:
    assert named_villages("họp Lạc Hà", VILLAGES) == (5,)
    assert set(named_villages("hop lac ha", VILLAGES)) == {4, 5}


@pytest.mark.parametrize(
    ("text", "at", "moved"),
    [("7h", time(7), "19:00"), ("7h sáng", time(7), "07:00"), ("19h30", time(19, 30), "19:30")],
)
def test_a_small_hour_of_an_evening_meeting_is_in_the_evening(text: str, at: time, moved: str) -> None:
    start = datetime(2024, 3, 21, 18, 30, tzinfo=VIETNAM)
    assert moved_to(start, None, at, text).strftime("%H:%M") == moved
