"""What went over a bot in a time, counted from the inbox and the outbox: there is no counter that could drift."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from storage.chat import Inbox, Outbox, OutboxStatus
from storage.people import Address, AddressStatus, Invite

ARRIVAL = "kept:"  # begins the update that tells of a file's arrival: ours, not a message (bot.service.keeping)
# How often a row may have reached the platform: every answer that was lost, and the sending that ended well or lasts.
TIMES = Outbox.unknowns + case(
    ((Outbox.status == OutboxStatus.SENT) & (Outbox.message_id != ""), 1),
    (Outbox.status == OutboxStatus.SENDING, 1),
    else_=0,
)


def _sent(channel: str, bot: str, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """What left between two moments (UTC); of several that made one message, the one that carried it."""
    return (
        Outbox.channel == channel,
        Outbox.bot == bot,
        Outbox.carrier_id.is_(None),
        Outbox.claimed_at >= start,
        Outbox.claimed_at < end,
    )


def _came(channel: str, bot: str, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Inbox.channel == channel,
        Inbox.bot == bot,
        Inbox.received_at >= start,
        Inbox.received_at < end,
        ~Inbox.update_id.startswith(ARRIVAL),
    )


def totals(session: Session, channel: str, bot: str, start: datetime, end: datetime) -> tuple[int, int]:
    """How many messages were sent over a bot, and how many came, between two moments (UTC)."""
    sent = select(func.coalesce(func.sum(TIMES), 0)).where(*_sent(channel, bot, start, end))
    came = select(func.count()).select_from(Inbox).where(*_came(channel, bot, start, end))
    return int(session.scalar(sent) or 0), int(session.scalar(came) or 0)


def pushed_by_kind(session: Session, channel: str, bot: str, start: datetime, end: datetime) -> dict[str, int]:
    """How many pushes of each kind were sent."""
    wanted = select(Outbox.kind, func.sum(TIMES)).where(*_sent(channel, bot, start, end), Outbox.is_push)
    return {kind: int(n or 0) for kind, n in session.execute(wanted.group_by(Outbox.kind))}


def answered_by_conversation(
    session: Session, channel: str, bot: str, start: datetime, end: datetime
) -> dict[str, int]:
    """How many answers each conversation sent; empty for those that none did."""
    wanted = select(Outbox.subject, func.sum(TIMES)).where(*_sent(channel, bot, start, end), ~Outbox.is_push)
    return {about: int(n or 0) for about, n in session.execute(wanted.group_by(Outbox.subject))}


def came_by_conversation(session: Session, channel: str, bot: str, start: datetime, end: datetime) -> dict[str, int]:
    """How many messages came that each conversation answered; empty for those that none did."""
    answered = (
        select(Outbox.inbox_id, func.min(Outbox.subject).label("about"))
        .where(Outbox.channel == channel, Outbox.bot == bot, ~Outbox.is_push, Outbox.queued_at >= start)
        .group_by(Outbox.inbox_id)
        .subquery()
    )
    wanted = select(func.coalesce(answered.c.about, ""), func.count()).select_from(Inbox)
    wanted = wanted.outerjoin(answered, answered.c.inbox_id == Inbox.id).where(*_came(channel, bot, start, end))
    found: dict[str, int] = {}
    for about, n in session.execute(wanted.group_by(answered.c.about)):
        found[about] = found.get(about, 0) + n
    return found


def first_sent(session: Session, channel: str, bot: str, since: datetime) -> datetime | None:
    """When the first message since a moment (UTC) was sent over a bot."""
    wanted = select(func.min(Outbox.claimed_at)).where(Outbox.channel == channel, Outbox.bot == bot)
    return session.scalar(wanted.where(Outbox.claimed_at >= since))


def people_on(session: Session, channel: str, bot: str) -> int:
    """How many people have an open chat with a bot."""
    wanted = select(func.count(Address.person_id.distinct())).where(Address.channel == channel, Address.bot == bot)
    return session.scalar(wanted.where(Address.status == AddressStatus.ACTIVE)) or 0


def first_on(session: Session, channel: str, bot: str) -> set[int]:
    """Who is reached over a bot before any other chat (ids only)."""
    rows = session.execute(
        select(Address.person_id, Address.channel, Address.bot)
        .where(Address.status == AddressStatus.ACTIVE)
        .order_by(Address.person_id, Address.position, Address.id)
    )
    first: dict[int, tuple[str, str]] = {}
    for person_id, of_channel, of_bot in rows:
        first.setdefault(person_id, (of_channel, of_bot))
    return {person_id for person_id, place in first.items() if place == (channel, bot)}


def open_invites(session: Session, channel: str, now: datetime) -> int:
    """How many people hold a code that still works and have no open chat on a channel yet."""
    there = select(Address.person_id).where(Address.channel == channel, Address.status == AddressStatus.ACTIVE)
    wanted = select(func.count(Invite.person_id.distinct())).where(Invite.used_at.is_(None), Invite.expires_at > now)
    return session.scalar(wanted.where(Invite.person_id.not_in(there))) or 0
