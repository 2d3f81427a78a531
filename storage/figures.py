"""What is counted, of many classes at once: registers, their lines, stays and the history of cases (ids, no names)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from storage.attendance import Absence, Register
from storage.cases import Case, CaseEvent
from storage.places import SchoolClass
from storage.promises import Promise
from storage.pupils import Enrolment, Pupil
from storage.scope import Scope
from storage.visits import Visit


@dataclass(frozen=True)
class Kept:
    """A current register, as far as it is counted."""

    id: int
    class_id: int
    day: date
    half: str
    enrolled: int


@dataclass(frozen=True)
class Line:
    """Somebody who was not simply there."""

    register_id: int
    pupil_id: int
    village_id: int | None
    mark: str
    reason: str


@dataclass(frozen=True)
class Stay:
    """A pupil's time in a class, and what the pupil is now. `until_on` is the first day after it; None: still there."""

    pupil_id: int
    class_id: int
    school_id: int
    year: str
    village_id: int | None
    from_on: date
    until_on: date | None
    status: str
    left_on: date | None

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True)
class CaseLife:
    """A case as it is counted."""

    id: int
    pupil_id: int
    opened_at: datetime
    closed_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class Happening:
    """One line of a case's history."""

    case_id: int
    pupil_id: int
    at: datetime
    kind: str


def registers(scope: Scope, session: Session, class_ids: Collection[int], since: date, until: date) -> list[Kept]:
    """The current registers of these classes from `since` to `until`, both included, by class and day."""
    rows = session.execute(
        select(Register.id, Register.class_id, Register.day, Register.half, Register.enrolled)
        .join(SchoolClass, SchoolClass.id == Register.class_id)
        .where(Register.class_id.in_(class_ids), Register.day >= since, Register.day <= until, Register.is_current)
        .where(scope.classes_seen())
        .order_by(Register.class_id, Register.day)
    )
    return [Kept(*row) for row in rows]


def lines(scope: Scope, session: Session, class_ids: Collection[int], since: date, until: date) -> list[Line]:
    """The lines of the same registers. A class's register is counted as it was kept, whoever has left it since."""
    rows = session.execute(
        select(Absence.register_id, Absence.pupil_id, Pupil.village_id, Absence.mark, Absence.reason)
        .join(Register, Register.id == Absence.register_id)
        .join(SchoolClass, SchoolClass.id == Register.class_id)
        .join(Pupil, Pupil.id == Absence.pupil_id)
        .where(Register.class_id.in_(class_ids), Register.day >= since, Register.day <= until, Register.is_current)
        .where(scope.classes_seen(), Pupil.merged_into.is_(None))
        .order_by(Absence.id)
    )
    return [Line(*row) for row in rows]


def stays(scope: Scope, session: Session, class_ids: Collection[int]) -> list[Stay]:
    """Every stay, here or elsewhere, of whoever has been in these classes, in the order they began."""
    return _stays(session, Enrolment.pupil_id.in_(_pupils_of(scope, class_ids)))


def stays_of(scope: Scope, session: Session, pupil_id: int) -> list[Stay]:
    """Every stay of one pupil within the scope, in the order they began."""
    return _stays(session, and_(Enrolment.pupil_id == pupil_id, scope.pupils()))


def _stays(session: Session, wanted: ColumnElement[bool]) -> list[Stay]:
    rows = session.execute(
        select(
            Enrolment.pupil_id, Enrolment.class_id, SchoolClass.school_id, SchoolClass.year, Pupil.village_id,
            Enrolment.from_on, Enrolment.until_on, Pupil.status, Pupil.left_on,
        )
        .join(Pupil, Pupil.id == Enrolment.pupil_id)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(wanted)
        .order_by(Enrolment.from_on, Enrolment.id)
    )  # fmt: skip
    return [Stay(*row) for row in rows]


def cases(scope: Scope, session: Session, class_ids: Collection[int]) -> list[CaseLife]:
    """The cases of whoever has been in these classes."""
    rows = session.execute(
        select(Case.id, Case.pupil_id, Case.opened_at, Case.closed_at, Case.outcome)
        .where(Case.pupil_id.in_(_pupils_of(scope, class_ids)))
        .order_by(Case.id)
    )
    return [CaseLife(*row) for row in rows]


def happenings(
    scope: Scope, session: Session, class_ids: Collection[int], kinds: Collection[str], until: datetime
) -> list[Happening]:
    """What happened to their cases before a moment (UTC), of these kinds, in order."""
    rows = session.execute(
        select(CaseEvent.case_id, Case.pupil_id, CaseEvent.at, CaseEvent.kind)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.pupil_id.in_(_pupils_of(scope, class_ids)), CaseEvent.kind.in_(kinds), CaseEvent.at < until)
        .order_by(CaseEvent.case_id, CaseEvent.id)
    )
    return [Happening(*row) for row in rows]


def visits(scope: Scope, session: Session, class_ids: Collection[int], since: date, until: date) -> list[int]:
    """Whose homes were visited from `since` to `until`: the pupil of each visit."""
    wanted = select(Visit.pupil_id).where(
        Visit.pupil_id.in_(_pupils_of(scope, class_ids)), Visit.is_current,
        Visit.visited_on >= since, Visit.visited_on <= until,
    )  # fmt: skip
    return list(session.scalars(wanted.order_by(Visit.id)))


def promises(
    scope: Scope, session: Session, class_ids: Collection[int], since: date, until: date
) -> list[tuple[int, str]]:
    """The promises for days from `since` to `until`: the pupil, and whether the roll says that it was kept."""
    rows = session.execute(
        select(Promise.pupil_id, Promise.kept).where(
            Promise.pupil_id.in_(_pupils_of(scope, class_ids)), Promise.taken_back_at.is_(None),
            Promise.day >= since, Promise.day <= until,
        ).order_by(Promise.id)
    )  # fmt: skip
    return [(row[0], row[1]) for row in rows]


def _pupils_of(scope: Scope, class_ids: Collection[int]) -> Select[int]:
    return (
        select(Enrolment.pupil_id)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .join(Pupil, Pupil.id == Enrolment.pupil_id)
        .where(Enrolment.class_id.in_(class_ids), scope.classes_seen(), Pupil.merged_into.is_(None))
    )
