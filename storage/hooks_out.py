"""The addresses of other programs that hear of new cases and of days, and what each is still to be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.database import insert_once


class HookEvent(StrEnum):
    """What can be told of."""

    CASE_OPENED = "case.opened"
    DAYS_CLOSED = "days.closed"
    DAY_REPORTED = "day.reported"


class DeliveryStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"  # it was no longer so, or the address was removed, before it could be sent


class Hook(Base):
    """One address. Its secret is derived from `salt` by the key outside the database, and stands nowhere in it."""

    __tablename__ = "hook"
    __table_args__ = table_args()

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    salt: Mapped[str]
    events: Mapped[list[str]]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class HookDelivery(Base):
    """One thing that one address is told, written with what it tells of. `public_id` is the same at every try.

    `subject` (`case:12:0`) makes it one: whatever writes twice tells once.
    """

    __tablename__ = "hook_delivery"
    __table_args__ = table_args(
        UniqueConstraint("hook_id", "subject"),
        UniqueConstraint("public_id"),
        Index(None, "hook_id", "status", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hook_id: Mapped[int] = mapped_column(ForeignKey("hook.id"))
    event: Mapped[str]
    subject: Mapped[str]
    public_id: Mapped[str]
    payload: Mapped[dict[str, Any]]
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default=DeliveryStatus.QUEUED)
    error: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime | None]


def listening(session: Session, event: str = "") -> list[Hook]:
    """The addresses that are told of an event; of any, where none is named."""
    found = session.scalars(select(Hook).where(Hook.removed_at.is_(None)).order_by(Hook.id))
    return [one for one in found if not event or event in one.events]


def told_of(session: Session, subjects: Collection[str]) -> set[tuple[int, str]]:
    """Which (address, subject) of these were written already."""
    wanted = select(HookDelivery.hook_id, HookDelivery.subject).where(HookDelivery.subject.in_(subjects))
    return {(hook_id, subject) for hook_id, subject in session.execute(wanted)}


def queue(session: Session, hook_id: int, **values: Any) -> int | None:
    """Writes a delivery unless its subject was written before; returns its id, or None."""
    return insert_once(
        session, HookDelivery, hook_id=hook_id, attempts=0, status=DeliveryStatus.QUEUED, error="", **values
    )


def due(session: Session, hook_id: int, now: datetime, limit: int) -> Sequence[HookDelivery]:
    """What an address is to be told now, the oldest first."""
    return session.scalars(
        select(HookDelivery)
        .where(HookDelivery.hook_id == hook_id, HookDelivery.status == DeliveryStatus.QUEUED)
        .where(HookDelivery.due_at <= now)
        .order_by(HookDelivery.due_at, HookDelivery.id)
        .limit(limit)
    ).all()


def postpone(session: Session, hook_id: int, until: datetime) -> None:
    """An address that fails is left alone: nothing that waits for it is tried before a moment (UTC)."""
    waiting = update(HookDelivery).where(HookDelivery.hook_id == hook_id, HookDelivery.status == DeliveryStatus.QUEUED)
    session.execute(waiting.where(HookDelivery.due_at < until).values(due_at=until))


def hurry(session: Session, hook_id: int, queued_before: datetime, now: datetime) -> None:
    """An address that answers again is told now what was queued before a moment (UTC)."""
    waiting = update(HookDelivery).where(HookDelivery.hook_id == hook_id, HookDelivery.status == DeliveryStatus.QUEUED)
    late = waiting.where(HookDelivery.due_at > now, HookDelivery.queued_at <= queued_before)
    session.execute(late.values(due_at=now))


def counts(session: Session, since: datetime) -> dict[int, dict[str, int]]:
    """By address: how many wait, and how many were sent or given up since a moment (UTC)."""
    found: dict[int, dict[str, int]] = {}
    wanted = (
        select(HookDelivery.hook_id, HookDelivery.status, func.count())
        .where((HookDelivery.status == DeliveryStatus.QUEUED) | (HookDelivery.done_at > since))
        .group_by(HookDelivery.hook_id, HookDelivery.status)
    )
    for hook_id, status, n in session.execute(wanted):
        found.setdefault(hook_id, {})[status] = n
    return found


def withdraw_all(session: Session, hook_id: int, at: datetime) -> int:
    """What waits for an address is not sent; returns how much that was."""
    waiting = update(HookDelivery).where(HookDelivery.hook_id == hook_id, HookDelivery.status == DeliveryStatus.QUEUED)
    values = {"status": DeliveryStatus.WITHDRAWN, "done_at": at}
    return int(session.execute(waiting.values(**values)).rowcount)  # type: ignore[attr-defined]


def forget(session: Session, before: datetime) -> int:
    """Deletes what was done with before a moment (UTC); returns how many."""
    return int(session.execute(delete(HookDelivery).where(HookDelivery.done_at < before)).rowcount)  # type: ignore[attr-defined]
