"""Who stands on a list of pupils away or at risk: what a paper says of each, of many classes at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from storage.places import SchoolClass
from storage.promises import Promise
from storage.pupils import Enrolment, Pupil
from storage.scope import Scope
from storage.visits import Visit


@dataclass(frozen=True)
class Child:
    """A pupil as a list names one; `birth_date` is ISO text and may be a year alone."""

    id: int
    name: str
    sort_key: str
    birth_date: str
    village_id: int | None


@dataclass(frozen=True)
class Seen:
    """A visit to a pupil's home: when, and the day that was promised."""

    pupil_id: int
    on: date
    met: str
    promised_on: date | None


@dataclass(frozen=True)
class Elsewhere:
    """A pupil who sits in no class of the year: where from, born when, and what the school's list says."""

    village_id: int | None
    birth_date: str
    status: str
    grade: int | None
    left_on: date | None


def children(scope: Scope, session: Session, class_ids: Collection[int]) -> list[Child]:
    """Everybody who has been in these classes, as far as the scope sees the class."""
    rows = session.execute(
        select(Pupil.id, Pupil.name, Pupil.sort_key, Pupil.birth_date, Pupil.village_id).where(
            Pupil.id.in_(_of_classes(scope, class_ids)), Pupil.merged_into.is_(None)
        )
    )
    return [Child(*row) for row in rows]


def visits(scope: Scope, session: Session, class_ids: Collection[int], since: date, until: date) -> list[Seen]:
    """The visits to their homes from `since` to `until`, both included, the earliest first."""
    rows = session.execute(
        select(Visit.pupil_id, Visit.visited_on, Visit.met, Visit.promised_on)
        .where(Visit.pupil_id.in_(_of_classes(scope, class_ids)), Visit.is_current)
        .where(Visit.visited_on >= since, Visit.visited_on <= until)
        .order_by(Visit.visited_on, Visit.id)
    )
    return [Seen(*row) for row in rows]


def promised(scope: Scope, session: Session, class_ids: Collection[int], since: date) -> list[tuple[int, date, str]]:
    """Their promises of days from `since` on that nobody took back: pupil, day, whether it was kept."""
    rows = session.execute(
        select(Promise.pupil_id, Promise.day, Promise.kept)
        .where(Promise.pupil_id.in_(_of_classes(scope, class_ids)), Promise.taken_back_at.is_(None))
        .where(Promise.day >= since)
        .order_by(Promise.day, Promise.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def elsewhere(scope: Scope, session: Session, year: str) -> list[Elsewhere]:
    """The pupils within the scope who sit in no class of a school year, with the grade they sat in last."""
    of_year = (
        select(Enrolment.id)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(Enrolment.pupil_id == Pupil.id, SchoolClass.year == year)
    )
    rows = session.execute(
        select(Pupil.id, Pupil.village_id, Pupil.birth_date, Pupil.status, SchoolClass.grade, Pupil.left_on)
        .outerjoin(Enrolment, Enrolment.pupil_id == Pupil.id)
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(scope.pupils(), ~exists(of_year))
        .order_by(Pupil.id, Enrolment.from_on, Enrolment.id)
    )
    found = {row[0]: Elsewhere(*row[1:]) for row in rows}
    return list(found.values())


def _of_classes(scope: Scope, class_ids: Collection[int]) -> Select[int]:
    return (
        select(Enrolment.pupil_id)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(Enrolment.class_id.in_(class_ids), scope.classes_seen())
    )
