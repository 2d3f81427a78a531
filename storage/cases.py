"""Cases: one open file a pupil at risk, with the sentence that says why, an owner and a next step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.pupils import Enrolment, Pupil
from storage.scope import Scope


class CaseStatus(StrEnum):
    OPEN = "open"
    WATCHING = "watching"
    CLOSED = "closed"
    HANDED_OVER = "handed_over"


class Outcome(StrEnum):
    """What came of a case. `corrected`: the roll that opened it was a slip."""

    BACK = "back"
    MOVED = "moved"
    DROPPED_OUT = "dropped_out"
    CORRECTED = "corrected"
    MERGED = "merged"
    OTHER = "other"


class Case(Base):
    """`opened_by` is a person's id as text, or a rule ("R2"). At most one unclosed case a pupil.

    `why` holds the rule and the figures of its sentence. The owner was asked at `asked_at` and has said yes at
    `accepted_at`; at `escalates_at` (UTC) it passes on to the next rung of the ladder unless something has happened.
    `overdue` counts the visits that were not made in time. `back_on` is the first day of the present time in class,
    `watched_from` the day on which the watch began.
    """

    __tablename__ = "pupil_case"
    __table_args__ = table_args(
        Index(None, "pupil_id"),
        Index(None, "escalates_at"),
        Index(None, "owner_id"),
        Index(
            "uq_pupil_case_open",
            "pupil_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    reason: Mapped[str] = mapped_column(default="unknown")
    status: Mapped[str] = mapped_column(default=CaseStatus.OPEN)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    next_step: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    why: Mapped[dict[str, Any] | None]
    opened_on: Mapped[date | None]  # the school day of the roll that opened it
    rung: Mapped[str] = mapped_column(default="", server_default="")
    asked_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    escalates_at: Mapped[datetime | None]
    overdue: Mapped[int] = mapped_column(default=0, server_default="0")
    is_with_commune: Mapped[bool] = mapped_column(default=False, server_default="0")
    back_on: Mapped[date | None]
    watched_from: Mapped[date | None]
    watch_days: Mapped[int] = mapped_column(default=0, server_default="0")  # school days since the pupil is back
    watch_missed: Mapped[int] = mapped_column(default=0, server_default="0")  # of them missed
    proposed_at: Mapped[datetime | None]  # the roll says that the case may be closed
    is_noted: Mapped[bool] = mapped_column(default=False, server_default="0")  # the teacher's note after ten days
    reopened: Mapped[int] = mapped_column(default=0, server_default="0")
    handed_to: Mapped[str] = mapped_column(default="", server_default="")  # the school or commune, in words
    handed_to_id: Mapped[int | None]
    handed_at: Mapped[datetime | None]
    reason_by: Mapped[int | None]  # who said the reason: a private one is shown to nobody else


class CaseEvent(Base):
    """One line of a case's history: who did what, with the figures of its words."""

    __tablename__ = "case_event"
    __table_args__ = table_args(Index(None, "case_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("pupil_case.id"))
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]]


class CaseHelper(Base):
    """Somebody who was asked to help with a case: an organisation or the police see no other pupils than these."""

    __tablename__ = "case_helper"
    __table_args__ = table_args(UniqueConstraint("case_id", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("pupil_case.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime]


def pupils_asked(session: Session, person_id: int) -> set[int]:
    """The pupils of the open cases that somebody owns or was asked to help with (ids only; it makes the scope)."""
    helps = select(CaseHelper.case_id).where(CaseHelper.person_id == person_id)
    wanted = select(Case.pupil_id).where(Case.closed_at.is_(None), or_(Case.owner_id == person_id, Case.id.in_(helps)))
    return set(session.scalars(wanted))


def open_of(scope: Scope, session: Session, pupil_id: int) -> Case | None:
    """The pupil's open case, if any."""
    return session.scalars(
        select(Case)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(Case.pupil_id == pupil_id, Case.closed_at.is_(None), scope.pupils())
    ).first()


def open_of_pupils(scope: Scope, session: Session, pupil_ids: Collection[int]) -> dict[int, Case]:
    """The open cases of these pupils, by pupil."""
    found = session.scalars(
        select(Case)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(Case.pupil_id.in_(pupil_ids), Case.closed_at.is_(None), scope.pupils())
    )
    return {case.pupil_id: case for case in found}


def last_closed(scope: Scope, session: Session, pupil_ids: Collection[int], since: datetime) -> dict[int, Case]:
    """The case of each of these pupils that was closed last, since a moment (UTC)."""
    found = session.scalars(
        select(Case)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(Case.pupil_id.in_(pupil_ids), Case.closed_at >= since, scope.pupils())
        .order_by(Case.closed_at, Case.id)
    )
    return {case.pupil_id: case for case in found}


def of_pupil(scope: Scope, session: Session, pupil_id: int) -> Sequence[Case]:
    """All cases of a pupil, the latest first."""
    return session.scalars(
        select(Case)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(Case.pupil_id == pupil_id, scope.pupils())
        .order_by(Case.opened_at.desc(), Case.id.desc())
    ).all()


def to_escalate(session: Session, until: datetime) -> Sequence[Case]:
    """The open cases whose time to pass on has come (for the clock: no names)."""
    return session.scalars(
        select(Case)
        .where(Case.closed_at.is_(None), Case.escalates_at.is_not(None), Case.escalates_at <= until)
        .order_by(Case.escalates_at, Case.id)
    ).all()


def asked_unanswered(session: Session, since: datetime, until: datetime) -> Sequence[Case]:
    """The open cases that somebody was asked about in [since, until) and has not answered (for the clock: no names)."""
    return session.scalars(
        select(Case)
        .where(Case.closed_at.is_(None), Case.accepted_at.is_(None), Case.handed_at.is_(None))
        .where(Case.owner_id.is_not(None), Case.asked_at >= since, Case.asked_at < until)
        .order_by(Case.id)
    ).all()


def next_escalation(session: Session, after: datetime, until: datetime) -> datetime | None:
    """When the next case passes on, in (after, until]."""
    return session.scalar(
        select(func.min(Case.escalates_at)).where(
            Case.closed_at.is_(None), Case.escalates_at > after, Case.escalates_at <= until
        )
    )


def events(scope: Scope, session: Session, case_id: int) -> Sequence[CaseEvent]:
    """A case's history, the oldest line first, when the pupil lies within the scope."""
    return session.scalars(
        select(CaseEvent)
        .join(Case, Case.id == CaseEvent.case_id)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(CaseEvent.case_id == case_id, scope.pupils())
        .order_by(CaseEvent.at, CaseEvent.id)
    ).all()


def get(scope: Scope, session: Session, case_id: int) -> Case | None:
    """A case by id, when the pupil lies within the scope."""
    return session.scalars(
        select(Case).join(Pupil, Pupil.id == Case.pupil_id).where(Case.id == case_id, scope.pupils())
    ).first()


def all_open(scope: Scope, session: Session) -> Sequence[tuple[Case, int | None, int | None]]:
    """Open cases within the scope, the oldest first, each with the pupil's village and present class."""
    rows = session.execute(
        select(Case, Pupil.village_id, Enrolment.class_id)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .outerjoin(Enrolment, (Enrolment.pupil_id == Pupil.id) & Enrolment.until_on.is_(None))
        .where(Case.closed_at.is_(None), scope.pupils())
        .order_by(Case.opened_at, Case.id)
    )
    return [(case, village_id, class_id) for case, village_id, class_id in rows]
