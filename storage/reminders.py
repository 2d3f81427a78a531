"""What has been announced: a reminder's identity is its natural key, so saying it twice is impossible."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.chat import Outbox, OutboxStatus
from storage.columns import Base, table_args


class AnnouncedStatus(StrEnum):
    TOLD = "told"
    MISSED = "missed"


class Announced(Base):
    """One named moment of one task of one person, said or missed with the reason. Due, picked and sent times are
    kept."""

    __tablename__ = "announced"
    __table_args__ = table_args(
        UniqueConstraint("kind", "subject_id", "person_id", "occurrence", "moment"),
        Index(None, "due_at"),
        Index(None, "person_id", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[int]
    person_id: Mapped[int]
    occurrence: Mapped[str]
    moment: Mapped[str]
    due_at: Mapped[datetime]
    picked_at: Mapped[datetime]
    outbox_id: Mapped[int | None]
    status: Mapped[str] = mapped_column(default=AnnouncedStatus.TOLD)
    reason: Mapped[str] = mapped_column(default="")


def missed(session: Session, *, kind: str, person_id: int, occurrence: str, reason: str) -> Announced | None:
    """The moment of an occurrence that this person missed for a reason."""
    return session.scalars(
        select(Announced)
        .where(Announced.kind == kind, Announced.person_id == person_id, Announced.occurrence == occurrence)
        .where(Announced.status == AnnouncedStatus.MISSED, Announced.reason == reason)
    ).first()


def is_sent(session: Session, *, kind: str, subject_id: int, person_id: int, occurrence: str) -> bool:
    """Whether a task's moment has reached the person's channel, not only our outbox."""
    wanted = (
        select(Announced.id)
        .join(Outbox, Outbox.id == Announced.outbox_id)
        .where(Announced.kind == kind, Announced.subject_id == subject_id)
        .where(Announced.person_id == person_id, Announced.occurrence == occurrence)
        .where(Outbox.status.in_((OutboxStatus.SENT, OutboxStatus.SENDING)))
    )
    return session.scalar(wanted) is not None


def said(session: Session, *, kind: str, occurrence: str) -> set[int]:
    """The subjects (ids) of one occurrence of a kind that have been said or missed already, whatever the moment."""
    return set(
        session.scalars(select(Announced.subject_id).where(Announced.kind == kind, Announced.occurrence == occurrence))
    )


def carry_on(session: Session, outbox_id: int, by: int) -> None:
    """What a message announced is announced by another one, which takes its place."""
    session.execute(update(Announced).where(Announced.outbox_id == outbox_id).values(outbox_id=by))


def unsaid(
    session: Session, since: datetime, until: datetime, reasons: Collection[str]
) -> Sequence[tuple[str, int, int]]:
    """(kind, person, subject) of the moments due in [since, until] that were missed for one of these reasons."""
    rows = session.execute(
        select(Announced.kind, Announced.person_id, Announced.subject_id)
        .where(Announced.due_at >= since, Announced.due_at <= until)
        .where(Announced.status == AnnouncedStatus.MISSED, Announced.reason.in_(reasons))
        .order_by(Announced.id)
    )
    return [(kind, person_id, subject_id) for kind, person_id, subject_id in rows]


def announced(session: Session, since: datetime, until: datetime) -> set[tuple[str, int, int, str, str]]:
    """The natural keys of all moments due in [since, until] that have been said or missed."""
    rows = session.execute(
        select(Announced.kind, Announced.subject_id, Announced.person_id, Announced.occurrence, Announced.moment).where(
            Announced.due_at >= since, Announced.due_at <= until
        )
    )
    return {(row[0], row[1], row[2], row[3], row[4]) for row in rows}


def was_said(session: Session, *, kind: str, subject_id: int, person_id: int, occurrence: str, since: datetime) -> bool:
    """Whether an earlier moment of a task has left, or is about to leave, since a moment (UTC)."""
    wanted = (
        select(Announced.id)
        .join(Outbox, Outbox.id == Announced.outbox_id)
        .where(Announced.kind == kind, Announced.subject_id == subject_id)
        .where(Announced.person_id == person_id, Announced.occurrence == occurrence)
        .where(Outbox.due_at >= since, Outbox.status.notin_((OutboxStatus.WITHDRAWN, OutboxStatus.MISSED)))
    )
    return session.scalar(wanted) is not None


class Memo(Base):
    """Small facts of the machine itself: the last tick, the last backup, the last restore."""

    __tablename__ = "memo"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]


def recall(session: Session, key: str) -> dict[str, Any]:
    """A memo, or an empty one."""
    memo = session.get(Memo, key)
    return {} if memo is None else dict(memo.value)


def remember(session: Session, key: str, **value: Any) -> None:
    """Writes a memo over the former one."""
    memo = session.get(Memo, key)
    if memo is None:
        session.add(Memo(key=key, value=value))
    else:
        memo.value = value
