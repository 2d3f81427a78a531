"""The inbox: an update is committed here before the platform hears that we have it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.messages import Received
from storage.chat import Inbox, InboxStatus
from storage.database import insert_once


def receive(session: Session, channel: str, bot: str, batch: Sequence[Received], now: datetime) -> int:
    """Stores updates once each, under (channel, bot, update id); returns how many were new."""
    added = 0
    for update in batch:
        values = {
            "channel": channel,
            "bot": bot,
            "update_id": update.update_id,
            "raw": update.raw,
            "received_at": now,
            "status": InboxStatus.NEW,
            "attempts": 0,
            "address": "",
            "kind": "",
            "error": "",
        }
        added += insert_once(session, Inbox, **values) is not None
    return added


def next_batch(session: Session, limit: int) -> Sequence[Inbox]:
    """The oldest unhandled updates, in the order of their arrival.

    On PostgreSQL several processes may ask at once: each row is locked to one of them, and of one chat (told apart by
    the address in its raw update only once parsed) the dispatcher serves the rows in order.
    """
    wanted = select(Inbox).where(Inbox.status == InboxStatus.NEW).order_by(Inbox.id).limit(limit)
    return session.scalars(wanted).all()


def waiting(session: Session) -> int:
    """How many updates wait to be handled."""
    return session.scalar(select(func.count()).select_from(Inbox).where(Inbox.status == InboxStatus.NEW)) or 0
