"""The engine's memory: the inbox, the outbox, open conversations, and how fast each chat may be written to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class InboxStatus(StrEnum):
    NEW = "new"
    HANDLED = "handled"
    REFUSED = "refused"  # answered with words, or a flood that is met with silence
    QUARANTINED = "quarantined"  # unparsable, or failed three times


class OutboxStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class ConversationStatus(StrEnum):
    OPEN = "open"
    KEPT = "kept"  # set aside for another, offered again
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Inbox(Base):
    """An update exactly as it came; committed before it is confirmed to the platform."""

    __tablename__ = "inbox"
    __table_args__ = table_args(
        UniqueConstraint("channel", "bot", "update_id"),
        Index("ix_inbox_new", "id", sqlite_where=text("status = 'new'"), postgresql_where=text("status = 'new'")),
        Index(None, "received_at"),
        Index(None, "person_id", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    bot: Mapped[str]
    update_id: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(default="")  # what sort of message it turned out to be
    raw: Mapped[dict[str, Any] | None]
    received_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default=InboxStatus.NEW)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    handled_at: Mapped[datetime | None]


class Outbox(Base):
    """One message to one address. Order is kept per chat; `due_at` is when it may leave, `useful_until` the last use.

    `aside` holds small acts done with it, best effort: the press answered, an old keyboard taken away.
    `subject` ("visit:12") finds what must be withdrawn; `values` lists the buttons it carries.

    Several that leave together are one message: they share `together_id` and stay rows of their own, so that one can be
    taken back. When they leave, the first carries the whole (`joined`), and the others name it (`carrier_id`).
    """

    __tablename__ = "outbox"
    __table_args__ = table_args(
        Index(
            "ix_outbox_waiting",
            "due_at",
            "id",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
        Index(
            "ix_outbox_sending",
            "claimed_at",
            sqlite_where=text("status = 'sending'"),
            postgresql_where=text("status = 'sending'"),
        ),
        Index(None, "channel", "bot", "address", "id"),
        Index(None, "channel", "bot", "address", "message_id"),
        Index(None, "channel", "bot", "claimed_at"),
        Index(None, "subject"),
        Index(None, "person_id", "queued_at"),
        Index(None, "together_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    bot: Mapped[str]
    address: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    inbox_id: Mapped[int | None]
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    is_push: Mapped[bool] = mapped_column(default=False)
    is_counted: Mapped[bool] = mapped_column(default=False)  # among the four pushes a day to one person
    payload: Mapped[dict[str, Any] | None]
    aside: Mapped[list[Any]] = mapped_column(default=list)
    due_at: Mapped[datetime]
    queued_at: Mapped[datetime]
    useful_until: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default=OutboxStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    unknowns: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    together_id: Mapped[int | None]  # of several that make one message: the first one's id; empty where it goes alone
    joined: Mapped[dict[str, Any] | None]  # the whole message, on the row that carries it
    carrier_id: Mapped[int | None]  # the row that carries this one
    moved_from: Mapped[int | None]  # the row of another chat of this person that it replaces, or follows in silence

    @property
    def shown(self) -> dict[str, Any] | None:
        """What stands on the phone for this row: the whole message it carries, or its own; nothing where another
        carries it."""
        return None if self.carrier_id is not None else self.joined or self.payload


# What may stand on a phone: also what a dead process had in its hands, and waits to be sent once more.
PERHAPS_SEEN = Outbox.status.in_((OutboxStatus.SENT, OutboxStatus.SENDING)) | (
    (Outbox.status == OutboxStatus.QUEUED) & (Outbox.unknowns > 0)
)


class Pace(Base):
    """Until when a chat (or, with an empty address, a whole bot) must not be written to: a 429 survives a restart."""

    __tablename__ = "pace"
    __table_args__ = table_args(UniqueConstraint("channel", "bot", "address"))

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    bot: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    not_before: Mapped[datetime]


class OpenConversation(Base):
    """A conversation of a person (of an address, before joining). The draft is the state; one open a person."""

    __tablename__ = "conversation"
    __table_args__ = table_args(
        UniqueConstraint("instance"),
        Index(
            "uq_conversation_open_person",
            "person_id",
            unique=True,
            sqlite_where=text("status = 'open' AND person_id IS NOT NULL"),
            postgresql_where=text("status = 'open' AND person_id IS NOT NULL"),
        ),
        Index(
            "uq_conversation_open_address",
            "address_key",
            unique=True,
            sqlite_where=text("status = 'open' AND person_id IS NULL"),
            postgresql_where=text("status = 'open' AND person_id IS NULL"),
        ),
        Index(None, "status", "touched_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instance: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address_key: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    draft: Mapped[dict[str, Any]]
    step: Mapped[str] = mapped_column(default="")
    misses: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default=ConversationStatus.OPEN)
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    nudged_at: Mapped[datetime | None]


def open_conversation(session: Session, person_id: int | None, address_key: str) -> OpenConversation | None:
    """The open conversation of a person; before joining, of an address."""
    wanted = select(OpenConversation).where(OpenConversation.status == ConversationStatus.OPEN)
    if person_id is not None:
        wanted = wanted.where(OpenConversation.person_id == person_id)
    else:
        wanted = wanted.where(OpenConversation.person_id.is_(None), OpenConversation.address_key == address_key)
    return session.scalars(wanted).first()


def left_open(session: Session, since: datetime, until: datetime) -> Sequence[OpenConversation]:
    """Open conversations last touched between two moments (UTC) and not yet offered again; for the clock's tick."""
    return session.scalars(
        select(OpenConversation)
        .where(OpenConversation.status == ConversationStatus.OPEN, OpenConversation.nudged_at.is_(None))
        .where(OpenConversation.touched_at >= since, OpenConversation.touched_at <= until)
        .order_by(OpenConversation.id)
    ).all()


def open_since(session: Session, since: datetime) -> Sequence[OpenConversation]:
    """Everybody's open conversations that were touched since a moment; for asking their questions again."""
    return session.scalars(
        select(OpenConversation)
        .where(OpenConversation.status == ConversationStatus.OPEN, OpenConversation.touched_at >= since)
        .order_by(OpenConversation.id)
    ).all()


def kept_conversation(session: Session, person_id: int, since: datetime) -> OpenConversation | None:
    """The latest conversation that was set aside since a moment."""
    return session.scalars(
        select(OpenConversation)
        .where(OpenConversation.person_id == person_id, OpenConversation.status == ConversationStatus.KEPT)
        .where(OpenConversation.touched_at >= since)
        .order_by(OpenConversation.touched_at.desc(), OpenConversation.id.desc())
    ).first()


def by_instance(session: Session, person_id: int | None, address_key: str, instance: str) -> OpenConversation | None:
    """A conversation by the instance that its buttons carry, if it is this person's."""
    found = session.scalars(select(OpenConversation).where(OpenConversation.instance == instance)).first()
    if found is None or found.person_id != person_id or (person_id is None and found.address_key != address_key):
        return None
    return found


def recent(session: Session, channel: str, bot: str, address: str) -> Sequence[Outbox]:
    """The last messages that an address has perhaps seen, the latest first."""
    return session.scalars(
        select(Outbox)
        .where(Outbox.channel == channel, Outbox.bot == bot, Outbox.address == address)
        .where(PERHAPS_SEEN)
        .order_by(Outbox.claimed_at.desc(), Outbox.id.desc())
        .limit(30)
    ).all()


def last_numbered(rows: Sequence[Outbox], before: datetime | None = None) -> Outbox | None:
    """The last of these with numbered choices: what a typed number refers to.

    `before` (UTC) leaves out what went after the number was written, and cannot have been seen.
    """
    seen = (row for row in rows if before is None or (row.claimed_at is not None and row.claimed_at <= before))
    return next((row for row in seen if numbered(row)), None)


def last_marked(rows: Sequence[Outbox], mark: str) -> str:
    """The value of the last choice of a mark (such as ↩️) among these; empty where there is none."""
    marked = (choice for row in rows for choice in choices_of(row) if choice.get("mark") == mark)
    return next((str(choice["value"]) for choice in marked), "")


def choices_of(row: Outbox) -> list[dict[str, Any]]:
    """The choices that a queued or sent message carries."""
    return list((row.shown or {}).get("choices", ()))


def numbered(row: Outbox) -> bool:
    return any(choice.get("number") for choice in choices_of(row))


def carried(session: Session, channel: str, bot: str, address: str, message_id: str, value: str) -> bool:
    """Whether a message of this chat really carried this button: a modified client can send any bytes (T7).

    A message whose id was lost in a crash (still `sending`, or sent without an answer) counts by its value alone.
    """
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.channel == channel, Outbox.bot == bot, Outbox.address == address)
        .where(PERHAPS_SEEN)
        .where(Outbox.message_id.in_((message_id, "")))
        .order_by(Outbox.id.desc())
        .limit(200)
    )
    return any(choice.get("value") == value for row in rows for choice in choices_of(row))


def withdraw(session: Session, subject: str, *, kinds: Collection[str] = (), person_id: int | None = None) -> int:
    """Takes back what still waits in the outbox for a subject ("meeting:5"); returns how many."""
    waiting = update(Outbox).where(Outbox.subject == subject, Outbox.status == OutboxStatus.QUEUED)
    if kinds:
        waiting = waiting.where(Outbox.kind.in_(kinds))
    if person_id is not None:
        waiting = waiting.where(Outbox.person_id == person_id)
    return int(session.execute(waiting.values(status=OutboxStatus.WITHDRAWN)).rowcount)  # type: ignore[attr-defined]


def supersede(session: Session, row: Outbox, now: datetime) -> None:
    """Takes back earlier words about the same thing to the same person that should have left before a moment (UTC)
    and could not: the later ones say it."""
    late = update(Outbox).where(
        Outbox.subject == row.subject, Outbox.person_id == row.person_id, Outbox.kind == row.kind,
        Outbox.status == OutboxStatus.QUEUED, Outbox.unknowns == 0, Outbox.due_at < now, Outbox.id < row.id,
        or_(Outbox.useful_until.is_(None), Outbox.useful_until > now),
    )  # fmt: skip
    session.execute(late.values(status=OutboxStatus.WITHDRAWN, error="superseded"))


def told(session: Session, subject: str, *, kinds: Collection[str]) -> Sequence[int]:
    """The people whom news of a subject has reached, or is reaching now (ids only)."""
    found = session.scalars(
        select(Outbox.person_id).where(Outbox.subject == subject, Outbox.kind.in_(kinds)).where(PERHAPS_SEEN)
    )
    return sorted({person_id for person_id in found if person_id is not None})


def reached(session: Session, subject: str) -> dict[int, datetime]:
    """Whom a message about a subject ("meetings:5") has reached, and when the latest of them was queued (UTC)."""
    rows = session.execute(
        select(Outbox.person_id, func.max(Outbox.queued_at))
        .where(Outbox.subject == subject, Outbox.is_push)
        .where(Outbox.status.in_((OutboxStatus.SENT, OutboxStatus.SENDING)))
        .group_by(Outbox.person_id)
    )
    return {person_id: at for person_id, at in rows if person_id is not None}


def latest_push(session: Session, subject: str) -> datetime | None:
    """When a message about a subject ("callback:5") was last queued (UTC), unless it was withdrawn."""
    return session.scalar(
        select(func.max(Outbox.queued_at)).where(
            Outbox.subject == subject, Outbox.is_push, Outbox.status != OutboxStatus.WITHDRAWN
        )
    )


def counted(session: Session, person_id: int, start: datetime, end: datetime) -> int:
    """How many messages to a person are due in [start, end) and count among the pushes of a day; what goes together is
    one, what was withdrawn none."""
    message = func.coalesce(Outbox.together_id, Outbox.id)
    wanted = (
        select(func.count(message.distinct()))
        .where(Outbox.person_id == person_id, Outbox.is_counted, Outbox.due_at >= start, Outbox.due_at < end)
        .where(Outbox.status.notin_((OutboxStatus.WITHDRAWN, OutboxStatus.MISSED)))
    )
    return session.scalar(wanted) or 0


def waiting_later(
    session: Session, channel: str, bot: str, address: str, after: datetime, kinds: Collection[str]
) -> Sequence[Outbox]:
    """What of these kinds waits for a later moment (UTC) at an address, and may go together with something sooner."""
    return session.scalars(
        select(Outbox)
        .where(Outbox.channel == channel, Outbox.bot == bot, Outbox.address == address, Outbox.kind.in_(kinds))
        .where(Outbox.status == OutboxStatus.QUEUED, Outbox.unknowns == 0, Outbox.together_id.is_not(None))
        .where(Outbox.due_at > after)
        .order_by(Outbox.id)
    ).all()


def waiting_together(
    session: Session, channel: str, bot: str, address: str, start: datetime, end: datetime
) -> Sequence[Outbox]:
    """What waits to leave for an address in [start, end) and may take others along, in the order of queueing."""
    return session.scalars(
        select(Outbox)
        .where(Outbox.channel == channel, Outbox.bot == bot, Outbox.address == address)
        .where(Outbox.status == OutboxStatus.QUEUED, Outbox.unknowns == 0, Outbox.together_id.is_not(None))
        .where(Outbox.due_at >= start, Outbox.due_at < end)
        .order_by(Outbox.id)
    ).all()


def held_up(session: Session, channel: str, bot: str, address: str, now: datetime) -> Sequence[Outbox]:
    """What should have left for an address by a moment (UTC) and may go together, in the order of its time."""
    return session.scalars(
        select(Outbox)
        .where(Outbox.channel == channel, Outbox.bot == bot, Outbox.address == address)
        .where(Outbox.status == OutboxStatus.QUEUED, Outbox.unknowns == 0, Outbox.together_id.is_not(None))
        .where(Outbox.due_at <= now)
        .order_by(Outbox.due_at, Outbox.id)
        .limit(100)
    ).all()
