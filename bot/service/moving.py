"""Moving: what cannot leave by one chat of a person leaves by their next one, at once and only once by each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from storage import people, reminders, second_ways
from storage.chat import Outbox, OutboxStatus
from storage.people import Address
from storage.second_ways import Bot

log = structlog.get_logger()

MOVED = "moved"
AT_ONCE = 400  # rows of one look

# What of a message goes along.
COPIED = ("person_id", "kind", "subject", "is_push", "is_counted", "payload", "due_at", "useful_until", "together_id")

Chat = tuple[str, str, str]


def move_stuck(session: Session, bots: Collection[Bot], now: datetime) -> int:
    """Moves every push that is due of bots at rest, where the person has another chat whose bot works now.

    Replies stay where they were asked for. `bots` are those that this process serves. Returns how many were moved.
    """
    resting = second_ways.resting(session, now)
    if not resting:
        return 0
    down = resting | second_ways.silent(session)
    stuck = session.scalars(
        select(Outbox)
        .where(Outbox.status == OutboxStatus.QUEUED, Outbox.due_at <= now, Outbox.is_push)
        .where(or_(*(and_(Outbox.channel == channel, Outbox.bot == bot) for channel, bot in resting)))
        .where(Outbox.person_id.in_(second_ways.with_several(session)))
        .order_by(Outbox.due_at, Outbox.id)
        .limit(AT_ONCE)
    ).all()
    return sum(_moved(session, row, set(bots) - down, now) for row in stuck)


def move(session: Session, row: Outbox, bots: Collection[Bot], now: datetime, *, anyhow: bool = False) -> bool:
    """Has the next chat of the person carry a push that failed; whether there is one.

    `anyhow`: also one whose bot is at rest, since the first is closed for good.
    """
    if not row.is_push or row.person_id is None:
        return False
    return _moved(session, row, set(bots) - _down(session, now), now) or (
        anyhow and _moved(session, row, set(bots), now)
    )


def _down(session: Session, now: datetime) -> set[Bot]:
    return second_ways.resting(session, now) | second_ways.silent(session)


def _moved(session: Session, row: Outbox, bots: Collection[Bot], now: datetime) -> bool:
    address = _next(session, row, bots)
    if address is None:
        return False
    copy = {name: getattr(row, name) for name in COPIED}
    where = {"channel": address.channel, "bot": address.bot, "address": address.address}
    made = Outbox(queued_at=now, moved_from=row.id, unknowns=min(row.unknowns, 1), **where, **copy)
    session.add(made)
    session.flush()
    reminders.carry_on(session, row.id, made.id)
    if row.status == OutboxStatus.QUEUED and row.unknowns:
        row.status, row.sent_at = OutboxStatus.SENT, row.claimed_at  # perhaps it arrived: this is its second try
    elif row.status == OutboxStatus.QUEUED:
        row.status, row.error = OutboxStatus.WITHDRAWN, MOVED
    log.info("moved to the next channel", outbox=row.id, by=made.id, channel=row.channel, to=address.channel)
    return True


def _next(session: Session, row: Outbox, bots: Collection[Bot]) -> Address | None:
    """The person's next chat in order that this message was in nowhere yet."""
    if row.person_id is None:
        return None
    been = _been(session, row)
    return next(
        (
            one
            for one in people.addresses(session, row.person_id)
            if (one.channel, one.bot) in bots and (one.channel, one.bot, one.address) not in been
        ),
        None,
    )


def _been(session: Session, row: Outbox) -> set[Chat]:
    """The chats in which a message was tried, itself and what it takes the place of."""
    found: set[Chat] = set()
    one: Outbox | None = row
    while one is not None:
        found.add((one.channel, one.bot, one.address))
        one = session.get(Outbox, one.moved_from) if one.moved_from is not None else None
    return found
