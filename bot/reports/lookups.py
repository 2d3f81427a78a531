"""What several exports look up for the rows of a slice: names of people, classes of pupils, and slices by id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from bot.reports.exports import Part, Window
from bot.rules.work import Work
from storage.people import Person
from storage.places import Place, SchoolClass
from storage.pupils import Enrolment


@dataclass(frozen=True)
class Stay:
    """A pupil's time in a class; `until_on` None is the present one."""

    class_id: int
    class_name: str
    grade: int | None
    school: str
    from_on: date
    until_on: date | None

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


def by_id(column: Any) -> Callable[[Work, Window], tuple[int, int]]:
    """The ends of a table that is read by its id."""

    def ends(work: Work, window: Window) -> tuple[int, int]:
        return 0, work.session.scalar(select(func.max(column))) or 0

    return ends


def slice_of(work: Work, part: Part, column: Any, wanted: Any) -> tuple[list[Any], int]:
    """The rows of a slice by id, and the id reached; the first column selected must be that id."""
    wanted = wanted.where(column > part.after, column <= part.until).order_by(column).limit(part.limit)
    found = list(work.session.execute(wanted))
    return found, int(found[-1][0]) if len(found) == part.limit else part.until


def on_days(column: Any, window: Window) -> Iterable[ColumnElement[bool]]:
    """The conditions for a column of days."""
    if window.since is not None:
        yield column >= window.since
    if window.until is not None:
        yield column <= window.until


def at_moments(column: Any, window: Window) -> Iterable[ColumnElement[bool]]:
    """The conditions for a column of moments, by the commune's days."""
    if window.start is not None:
        yield column >= window.start
    if window.end is not None:
        yield column < window.end


def names(work: Work, ids: Iterable[int | None]) -> dict[int | None, str]:
    """People's names by id."""
    wanted = {one for one in ids if one is not None}
    found = work.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))) if wanted else ()
    return {row[0]: row[1] for row in found}


def stays(work: Work, pupil_ids: Collection[int]) -> dict[int, list[Stay]]:
    """Where these pupils were and are enrolled, the earliest first."""
    found: dict[int, list[Stay]] = {pupil_id: [] for pupil_id in pupil_ids}
    rows = work.session.execute(
        select(
            Enrolment.pupil_id,
            SchoolClass.id,
            SchoolClass.name,
            SchoolClass.grade,
            Place.name,
            Enrolment.from_on,
            Enrolment.until_on,
        )
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .join(Place, Place.id == SchoolClass.school_id)
        .where(Enrolment.pupil_id.in_(pupil_ids))
        .order_by(Enrolment.from_on, Enrolment.id)
    )
    for pupil_id, class_id, class_name, grade, school, from_on, until_on in rows:
        found[pupil_id].append(Stay(class_id, class_name, grade, school, from_on, until_on))
    return found


def stay_on(of_pupil: list[Stay], day: date | None) -> Stay | None:
    """The class of a day; else the last one known."""
    covering = [stay for stay in of_pupil if day is not None and stay.covers(day)]
    return (covering or of_pupil)[-1] if of_pupil else None


def day_of(at: datetime, work: Work) -> date:
    """The commune's day of a moment."""
    return at.astimezone(work.zone).date()
