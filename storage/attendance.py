"""Attendance by class, day and session, in revisions: a correction adds, it never overwrites."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.places import SchoolClass
from storage.pupils import Pupil
from storage.scope import Scope


class Half(StrEnum):
    """A session (buổi): absence is counted in these."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Mark(StrEnum):
    """What the register says of a pupil who was not simply there."""

    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    UNKNOWN = "unknown"
    LATE = "late"  # present, but late


class Reason(StrEnum):
    ILL = "ill"
    FIELDS = "fields"
    DISTANCE = "distance"
    FAMILY = "family"
    UNKNOWN = "unknown"
    OTHER = "other"


class Register(Base):
    """One revision of the register of a class for a session. `is_current` marks the latest.

    `written_at` is when the teacher wrote it, `reported_at` when we recorded it (both UTC).
    """

    __tablename__ = "register"
    __table_args__ = table_args(
        UniqueConstraint("class_id", "day", "half", "revision"),
        Index(None, "day", "is_current"),
        Index(
            "uq_register_current",
            "class_id",
            "day",
            "half",
            unique=True,
            sqlite_where=text("is_current = 1"),
            postgresql_where=text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"))
    day: Mapped[date]
    half: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    is_current: Mapped[bool] = mapped_column(default=True)
    enrolled: Mapped[int]
    reported_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    reported_at: Mapped[datetime]
    is_late_entry: Mapped[bool] = mapped_column(default=False)


class Absence(Base):
    """A pupil's line in one revision of a register; whoever has none was present."""

    __tablename__ = "absence"
    __table_args__ = table_args(UniqueConstraint("register_id", "pupil_id"), Index(None, "pupil_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    mark: Mapped[str]
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


def register(scope: Scope, session: Session, class_id: int, day: date, half: str) -> Register | None:
    """The current register of a class for a session, when it has been reported and the scope sees the class."""
    return session.scalars(
        select(Register)
        .join(SchoolClass, SchoolClass.id == Register.class_id)
        .where(Register.class_id == class_id, Register.day == day, Register.half == half, Register.is_current)
        .where(scope.classes_seen())
    ).first()


def register_by_id(scope: Scope, session: Session, register_id: int) -> Register | None:
    """Any revision by id, within the scope."""
    return session.scalars(
        select(Register)
        .join(SchoolClass, SchoolClass.id == Register.class_id)
        .where(Register.id == register_id, scope.classes_seen())
    ).first()


def absences(scope: Scope, session: Session, register_id: int) -> list[tuple[Absence, Pupil]]:
    """The lines of one revision with their pupils, in register order."""
    rows = session.execute(
        select(Absence, Pupil)
        .join(Pupil, Pupil.id == Absence.pupil_id)
        .where(Absence.register_id == register_id, scope.pupils())
        .order_by(Pupil.sort_key, Pupil.id)
    )
    return [(absence, pupil) for absence, pupil in rows]


def registers_of_day(scope: Scope, session: Session, day: date) -> Sequence[Register]:
    """All current registers of a day within the scope."""
    return session.scalars(
        select(Register)
        .join(SchoolClass, SchoolClass.id == Register.class_id)
        .where(Register.day == day, Register.is_current, scope.classes_seen())
        .order_by(Register.class_id, Register.half)
    ).all()


def reported_classes(session: Session, day: date, half: str, class_ids: Collection[int]) -> set[int]:
    """Which of these classes have been reported for a session (ids only)."""
    return set(
        session.scalars(
            select(Register.class_id).where(
                Register.day == day,
                Register.half == half,
                Register.is_current,
                Register.class_id.in_(class_ids),
            )
        )
    )


def classes_reported(session: Session, class_ids: Collection[int], since: date, until: date) -> set[int]:
    """Which of these classes have a register of some day from `since` to `until`, both included (ids only)."""
    return set(
        session.scalars(
            select(Register.class_id).where(
                Register.day >= since, Register.day <= until, Register.is_current, Register.class_id.in_(class_ids)
            )
        )
    )


def classes_reported_since(session: Session, class_ids: Collection[int], since: datetime) -> set[int]:
    """Which of these classes have had a register, or a correction of one, after a moment (UTC; ids only)."""
    wanted = select(Register.class_id).where(Register.class_id.in_(class_ids), Register.reported_at > since)
    return set(session.scalars(wanted))


def of_pupil(scope: Scope, session: Session, pupil_id: int, since: date) -> list[tuple[Absence, Register]]:
    """A pupil's lines in current registers since a day, the latest first."""
    rows = session.execute(
        select(Absence, Register)
        .join(Register, Register.id == Absence.register_id)
        .join(Pupil, Pupil.id == Absence.pupil_id)
        .where(Absence.pupil_id == pupil_id, Register.is_current, Register.day >= since, scope.pupils())
        .order_by(Register.day.desc(), Register.half.desc())
    )
    return [(absence, register) for absence, register in rows]
