"""To whom a plan was given, what it asks of which role, and who has read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.meetings import Plan
from storage.people import Person
from storage.scope import Scope


class PlanRecipient(Base):
    """A role that a line of *Nơi nhận* stands for: also somebody who joins tomorrow.

    `where_kind` is commune or villages (those of `village_ids`); `line` counts the lines as written, from 1.
    """

    __tablename__ = "plan_recipient"
    __table_args__ = table_args(UniqueConstraint("plan_id", "line", "role", "where_kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    line: Mapped[int]
    role: Mapped[str]
    where_kind: Mapped[str]
    village_ids: Mapped[list[int]] = mapped_column(default=list)


class PlanDuty(Base):
    """One part of *Tổ chức thực hiện*: the words as written, and the roles that they name."""

    __tablename__ = "plan_duty"
    __table_args__ = table_args(UniqueConstraint("plan_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    position: Mapped[int]
    words: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(default=list)


class PlanCopy(Base):
    """What became of one person's copy: read by themselves, or told by telephone. Times are UTC."""

    __tablename__ = "plan_copy"
    __table_args__ = table_args(UniqueConstraint("plan_id", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]


def given(session: Session, since: datetime, *, commune_id: int | None = None) -> Sequence[Plan]:
    """The plans given to their recipients since a moment (UTC), the latest first (papers of an office, no persons)."""
    wanted = select(Plan).where(Plan.given_from >= since).order_by(Plan.given_from.desc(), Plan.id.desc())
    if commune_id is not None:
        wanted = wanted.where(Plan.commune_id == commune_id)
    return session.scalars(wanted).all()


def recipients(session: Session, plan_id: int) -> Sequence[PlanRecipient]:
    """The roles that a plan is given to, line by line."""
    return session.scalars(
        select(PlanRecipient).where(PlanRecipient.plan_id == plan_id).order_by(PlanRecipient.line, PlanRecipient.id)
    ).all()


def duties(session: Session, plan_id: int) -> Sequence[PlanDuty]:
    """What a plan asks, in the paper's order."""
    return session.scalars(select(PlanDuty).where(PlanDuty.plan_id == plan_id).order_by(PlanDuty.position)).all()


def copies(scope: Scope, session: Session, plan_id: int) -> Sequence[PlanCopy]:
    """What became of the copies of the people within the scope."""
    return session.scalars(
        select(PlanCopy)
        .join(Person, Person.id == PlanCopy.person_id)
        .where(PlanCopy.plan_id == plan_id, scope.people())
        .order_by(PlanCopy.id)
    ).all()


def copy_of(session: Session, plan_id: int, person_id: int) -> PlanCopy | None:
    """A person's own copy."""
    return session.scalars(select(PlanCopy).where(PlanCopy.plan_id == plan_id, PlanCopy.person_id == person_id)).first()
