"""Alerts: what a rule finds in the roll of a pupil, from the day it holds until it no longer does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.cases import Case
from storage.columns import Base, table_args
from storage.pupils import Enrolment, Pupil
from storage.scope import Scope


class Alert(Base):
    """One rule that holds for one pupil. `since` is the first day it speaks of, `raised_on` the last school day of the
    roll that raised it; `facts` are the figures that the words are made of. At most one of a rule is open a pupil.
    """

    __tablename__ = "alert"
    __table_args__ = table_args(
        Index(None, "pupil_id"),
        Index(None, "rule", "raised_on"),
        Index(
            "uq_alert_open",
            "pupil_id",
            "rule",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    rule: Mapped[str]
    since: Mapped[date]
    raised_on: Mapped[date]
    raised_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime | None]  # the teacher has telephoned, or said why
    answered_by: Mapped[int | None]
    cleared_at: Mapped[datetime | None]


class Call(Base):
    """A telephone call to a family: whether somebody was reached, and what was heard."""

    __tablename__ = "call"
    __table_args__ = table_args(Index(None, "pupil_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    caller_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    is_reached: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


def open_of(scope: Scope, session: Session, pupil_ids: Collection[int]) -> Sequence[Alert]:
    """The open alerts of these pupils, within the scope."""
    return session.scalars(
        select(Alert)
        .join(Pupil, Pupil.id == Alert.pupil_id)
        .where(Alert.pupil_id.in_(pupil_ids), Alert.cleared_at.is_(None), scope.pupils())
        .order_by(Alert.id)
    ).all()


def get(scope: Scope, session: Session, alert_id: int) -> Alert | None:
    """An alert by id, when the pupil lies within the scope."""
    return session.scalars(
        select(Alert).join(Pupil, Pupil.id == Alert.pupil_id).where(Alert.id == alert_id, scope.pupils())
    ).first()


def open_in_classes(
    scope: Scope, session: Session, class_ids: Collection[int], rules: Collection[str]
) -> Sequence[Alert]:
    """The open and unanswered alerts of these rules for the pupils now in these classes.

    A pupil whom a case looks after is left out: somebody is asked already.
    """
    looked_after = select(Case.pupil_id).where(Case.closed_at.is_(None))
    return session.scalars(
        select(Alert)
        .join(Pupil, Pupil.id == Alert.pupil_id)
        .join(Enrolment, (Enrolment.pupil_id == Pupil.id) & Enrolment.until_on.is_(None))
        .where(Enrolment.class_id.in_(class_ids), Alert.rule.in_(rules))
        .where(Alert.cleared_at.is_(None), Alert.answered_at.is_(None), scope.pupils())
        .where(Alert.pupil_id.not_in(looked_after))
        .order_by(Alert.raised_at, Alert.id)
    ).all()


def open_of_rule(scope: Scope, session: Session, rules: Collection[str]) -> Sequence[Alert]:
    """The open alerts of these rules within the scope, the oldest first: the watch list, for instance."""
    return session.scalars(
        select(Alert)
        .join(Pupil, Pupil.id == Alert.pupil_id)
        .where(Alert.rule.in_(rules), Alert.cleared_at.is_(None), scope.pupils())
        .order_by(Alert.since, Alert.id)
    ).all()


def classes_with(session: Session, rule: str, raised_on: date) -> set[int]:
    """The classes with a pupil for whom a rule was raised on a day and nobody has answered (ids only)."""
    wanted = (
        select(Enrolment.class_id)
        .join(Alert, Alert.pupil_id == Enrolment.pupil_id)
        .where(Enrolment.until_on.is_(None), Alert.rule == rule, Alert.raised_on == raised_on)
        .where(Alert.cleared_at.is_(None), Alert.answered_at.is_(None))
    )
    return set(session.scalars(wanted))
