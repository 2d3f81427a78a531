"""What the pages read and keep: the thread of one web address, browser sessions, and who was pushed what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from storage.chat import Inbox, InboxStatus, Outbox, OutboxStatus
from storage.files import KeptFile
from storage.people import Address, AddressStatus, CodeTry, Person, WebSession
from storage.scope import Scope

CHANNEL = "web"


def sent_after(session: Session, address: str, row_id: int, limit: int = 300) -> Sequence[Outbox]:
    """What went to a web address after a row of its outbox, in the order of its sending; after 0, the last `limit`.

    A row with a greater id counts as later even if its time does not say so (a clock that was put back): whoever reads
    along sees some rows twice then, but misses none.
    """
    wanted = select(Outbox).where(
        Outbox.channel == CHANNEL, Outbox.address == address, Outbox.status == OutboxStatus.SENT
    )
    anchor = session.get(Outbox, row_id) if row_id else None
    if anchor is not None and anchor.sent_at is not None and anchor.address == address:
        wanted = wanted.where(_later(anchor.sent_at, anchor.id))
    newest = session.scalars(wanted.order_by(Outbox.sent_at.desc(), Outbox.id.desc()).limit(limit)).all()
    return newest[::-1]


def _later(at: datetime, row_id: int) -> ColumnElement[bool]:
    same_moment = and_(Outbox.sent_at == at, Outbox.id > row_id)
    return or_(Outbox.sent_at > at, same_moment, Outbox.id > row_id)


def carrying(session: Session, address: str, message_id: str, before: int) -> Sequence[Outbox]:
    """The rows that showed a message (its sending and its edits) before a row, the latest first."""
    return session.scalars(
        select(Outbox)
        .where(Outbox.channel == CHANNEL, Outbox.address == address, Outbox.message_id == message_id)
        .where(Outbox.id < before)
        .order_by(Outbox.id.desc())
        .limit(20)
    ).all()


def heard(session: Session, inbox_ids: Collection[int]) -> dict[int, Inbox]:
    """Messages that were answered, by id."""
    return {row.id: row for row in session.scalars(select(Inbox).where(Inbox.id.in_(inbox_ids)))}


def live_session(session: Session, token_hash: str, since: datetime) -> WebSession | None:
    """A browser's session: not ended, used since a moment, and its address not unlinked."""
    found = session.scalars(
        select(WebSession).where(WebSession.token_hash == token_hash, WebSession.page == "")
    ).first()
    if found is None or found.ended_at is not None or found.seen_at < since:
        return None
    return None if found.address in _unlinked(session, [found.address]) else found


def page_session(session: Session, token_hash: str, page: str, now: datetime) -> WebSession | None:
    """The session that sees one page, while it lasts."""
    return session.scalars(
        select(WebSession).where(
            WebSession.token_hash == token_hash,
            WebSession.page == page,
            WebSession.ended_at.is_(None),
            WebSession.ends_at > now,
        )
    ).first()


def browsers(session: Session, person_id: int, since: datetime) -> Sequence[WebSession]:
    """The live sessions of one person (their own list only), the one used last first."""
    found = session.scalars(
        select(WebSession)
        .join(Address, (Address.channel == CHANNEL) & (Address.address == WebSession.address))
        .where(Address.person_id == person_id, Address.status != AddressStatus.UNLINKED)
        .where(WebSession.page == "", WebSession.ended_at.is_(None), WebSession.seen_at >= since)
        .order_by(WebSession.seen_at.desc(), WebSession.id.desc())
    )
    return found.all()


def sent_from(session: Session, inbox_id: int, address: str) -> Inbox | None:
    """A message that a web address sent, by its number; nothing of another address."""
    found = session.get(Inbox, inbox_id)
    return found if found is not None and (found.channel, found.address) == (CHANNEL, address) else None


def sent_to(session: Session, outbox_id: int, address: str) -> Outbox | None:
    """A message that went to a web address, by its number; nothing of another address."""
    found = session.get(Outbox, outbox_id)
    if found is None or (found.channel, found.address) != (CHANNEL, address):
        return None
    return found if found.status == OutboxStatus.SENT else None


def taken_since(session: Session, address: str, since: datetime) -> int:
    """How many bytes of files a web address has sent since a moment."""
    wanted = select(func.sum(KeptFile.size_bytes)).where(
        KeptFile.channel == CHANNEL, KeptFile.address == address, KeptFile.wanted_at >= since
    )
    return session.scalar(wanted) or 0


def unseen_pushes(session: Session, address: str, since: datetime) -> int:
    """How many pushes went to a web address after a moment: what nobody may have looked at yet."""
    wanted = (
        select(func.count())
        .select_from(Outbox)
        .where(Outbox.channel == CHANNEL, Outbox.address == address, Outbox.is_push)
        .where(Outbox.status == OutboxStatus.SENT, Outbox.sent_at > since, Outbox.carrier_id.is_(None))
    )
    return session.scalar(wanted) or 0


def ended(session: Session, addresses: Collection[str], since: datetime) -> set[str]:
    """Which of these addresses have no live session any more."""
    live = session.scalars(
        select(WebSession.address).where(
            WebSession.address.in_(addresses), WebSession.ended_at.is_(None), WebSession.seen_at >= since
        )
    )
    return set(addresses) - set(live) | _unlinked(session, addresses)


def _unlinked(session: Session, addresses: Collection[str]) -> set[str]:
    return set(
        session.scalars(
            select(Address.address).where(
                Address.channel == CHANNEL,
                Address.address.in_(addresses),
                Address.status == AddressStatus.UNLINKED,
            )
        )
    )


def wrong_codes(session: Session, since: datetime) -> int:
    """How many wrong codes were typed into the pages since a moment, from wherever."""
    return (
        session.scalar(
            select(func.count())
            .select_from(CodeTry)
            .where(CodeTry.channel == CHANNEL, CodeTry.at >= since, ~CodeTry.is_unread)
        )
        or 0
    )


def pushed(scope: Scope, session: Session, limit: int) -> Sequence[tuple[Outbox, Person]]:
    """The last pushes to people within the scope, sent or waiting for their time, the newest first."""
    rows = session.execute(
        select(Outbox, Person)
        .join(Person, Person.id == Outbox.person_id)
        .where(Outbox.is_push, Outbox.status.in_((OutboxStatus.SENT, OutboxStatus.QUEUED)), scope.people())
        .order_by(func.coalesce(Outbox.sent_at, Outbox.due_at).desc(), Outbox.id.desc())
        .limit(limit)
    )
    return [(row, person) for row, person in rows]


def waiting(session: Session) -> dict[str, int]:
    """How much waits and how much went wrong: counts only, for the health page."""
    boxes: tuple[tuple[str, type[Inbox] | type[Outbox], str], ...] = (
        ("inbox_new", Inbox, InboxStatus.NEW),
        ("inbox_quarantined", Inbox, InboxStatus.QUARANTINED),
        ("outbox_queued", Outbox, OutboxStatus.QUEUED),
        ("outbox_sending", Outbox, OutboxStatus.SENDING),
        ("outbox_failed", Outbox, OutboxStatus.FAILED),
    )
    return {
        name: session.scalar(select(func.count()).select_from(box).where(box.status == status)) or 0
        for name, box, status in boxes
    }
