"""Promises: the day on which a family said the pupil would be back in class, and whether the roll says it was kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.pupils import Pupil
from storage.scope import Scope

YES, NO = "yes", "no"


class Said(StrEnum):
    """What the one who was promised answered on the day, before a roll did."""

    BACK = "back"
    AWAY = "away"
    UNSURE = "unsure"


class Promise(Base):
    """One promise, given to somebody at a visit or a meeting. `kept` is "yes", "no", or empty while nobody knows.

    `said` is what the one it was given to answered when asked (Said), until the roll tells.
    """

    __tablename__ = "promise"
    __table_args__ = table_args(
        Index(None, "pupil_id", "day"), Index(None, "day", "kept"), Index(None, "to_id"), Index(None, "visit_id")
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("pupil_case.id"))
    day: Mapped[date]
    made_at: Mapped[datetime]
    to_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    visit_id: Mapped[int | None]  # the visit's first revision
    meeting_id: Mapped[int | None]
    kept: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    said: Mapped[str] = mapped_column(default="")
    taken_back_at: Mapped[datetime | None]  # the report that held it was corrected


def get(scope: Scope, session: Session, promise_id: int) -> Promise | None:
    """A promise by id, when the pupil lies within the scope."""
    return session.scalars(
        select(Promise).join(Pupil, Pupil.id == Promise.pupil_id).where(Promise.id == promise_id, scope.pupils())
    ).first()


def of_pupils(scope: Scope, session: Session, pupil_ids: Collection[int]) -> Sequence[Promise]:
    """The promises that stand for these pupils, the latest first."""
    return session.scalars(
        select(Promise)
        .join(Pupil, Pupil.id == Promise.pupil_id)
        .where(Promise.pupil_id.in_(pupil_ids), Promise.taken_back_at.is_(None), scope.pupils())
        .order_by(Promise.day.desc(), Promise.id.desc())
    ).all()


def of_visit(scope: Scope, session: Session, first_id: int) -> Sequence[Promise]:
    """What was promised at one visit."""
    return session.scalars(
        select(Promise)
        .join(Pupil, Pupil.id == Promise.pupil_id)
        .where(Promise.visit_id == first_id, Promise.taken_back_at.is_(None), scope.pupils())
    ).all()


def of_meeting(scope: Scope, session: Session, meeting_id: int) -> Sequence[Promise]:
    """What was promised at one meeting."""
    return session.scalars(
        select(Promise)
        .join(Pupil, Pupil.id == Promise.pupil_id)
        .where(Promise.meeting_id == meeting_id, Promise.taken_back_at.is_(None), scope.pupils())
        .order_by(Promise.id)
    ).all()


def unchecked(
    scope: Scope, session: Session, since: date, until: date, *, to_id: int | None = None
) -> Sequence[Promise]:
    """Promises of days between two days that neither the roll nor anybody has answered."""
    wanted = (
        select(Promise)
        .join(Pupil, Pupil.id == Promise.pupil_id)
        .where(Promise.day.between(since, until), Promise.kept == "", Promise.taken_back_at.is_(None), scope.pupils())
        .order_by(Promise.day, Promise.id)
    )
    if to_id is not None:
        wanted = wanted.where(Promise.to_id == to_id)
    return session.scalars(wanted).all()
