"""When a class has school: until a school has a calendar, Monday to Friday mornings (interface.md)."""

from __future__ import annotations

from datetime import date, time

from bot.parsing import school_year_of
from bot.rules.work import Work
from storage import places
from storage.attendance import Half
from storage.places import PlaceKind, SchoolClass

MORNING_ASKED = time(7, 15)
MORNING_ASKED_AGAIN = (time(7, 45), time(9, 0))
SCHOOL_SEES_GAP = time(10, 30)
MORNING_END = time(11, 30)
DIGEST = time(17)


def sessions(work: Work, class_id: int, day: date) -> tuple[Half, ...]:
    """The sessions that a class has on a day."""
    return (Half.MORNING,) if day.weekday() < 5 else ()


def is_school_day(work: Work, day: date) -> bool:
    """Whether any class has school on a day."""
    return day.weekday() < 5


def classes_of_year(
    work: Work, *, commune_id: int | None = None, school_ids: tuple[int, ...] = ()
) -> list[SchoolClass]:
    """The classes of today's school year, of these schools or of a whole commune."""
    schools = school_ids or tuple(school.id for school in places.of_kind(work.session, PlaceKind.SCHOOL, commune_id))
    return list(places.classes(work.session, schools=schools, year=school_year_of(work.today)))
