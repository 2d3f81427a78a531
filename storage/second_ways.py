"""Second ways to a person: a further chat that waits to be confirmed, and telephone calls in place of a message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.alarms import Alarm, AlarmKind
from storage.chat import Outbox, OutboxStatus, Pace
from storage.columns import Base, table_args
from storage.people import Address, AddressStatus, Invite, Person, Role, RoleGrant, Status, WebSession, holding
from storage.scope import Scope
from storage.web_pushes import PushSubscription

Bot = tuple[str, str]  # channel and bot
QUEUED_BEFORE = timedelta(days=2)  # what leaves today was queued at most so long before (voice.md §3.12)


class LinkRequest(Base):
    """A code by which a person brings a further chat in; typed there (`claimed_at`), confirmed on the first one.

    `shown_as` is the name that the platform shows of whoever typed it. `answer` is empty until the person has said
    yes or no.
    """

    __tablename__ = "link_request"
    __table_args__ = table_args(UniqueConstraint("code_hmac"), Index(None, "person_id", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hmac: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(default="")
    bot: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    shown_as: Mapped[str] = mapped_column(default="")
    claimed_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]


class Telephoned(Base):
    """Somebody who could not be reached by a message was telephoned on a day, and by whom."""

    __tablename__ = "telephoned"
    __table_args__ = table_args(UniqueConstraint("person_id", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    called_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    called_at: Mapped[datetime]


def by_code(session: Session, code_hmac: str) -> LinkRequest | None:
    """The request of a code, whatever has become of it."""
    return session.scalars(select(LinkRequest).where(LinkRequest.code_hmac == code_hmac)).first()


def typed_at(session: Session, channel: str, bot: str, address: str, since: datetime) -> LinkRequest | None:
    """The request whose code was typed in a chat since a moment (UTC) and that nobody has answered yet."""
    return session.scalars(
        select(LinkRequest)
        .where(LinkRequest.channel == channel, LinkRequest.bot == bot, LinkRequest.address == address)
        .where(LinkRequest.claimed_at > since, LinkRequest.answer == "")
        .order_by(LinkRequest.id.desc())
    ).first()


def telephoned(session: Session, day: date) -> Sequence[int]:
    """Whom somebody has telephoned on a day (ids only)."""
    return session.scalars(select(Telephoned.person_id).where(Telephoned.day == day)).all()


# Which bots cannot be relied on


def resting(session: Session, now: datetime) -> set[Bot]:
    """The bots that a platform told us, or a broken line forces us, to leave alone for a while."""
    rows = session.execute(select(Pace.channel, Pace.bot).where(Pace.address == "", Pace.not_before > now))
    return {(channel, bot) for channel, bot in rows}


def silent(session: Session) -> set[Bot]:
    """The bots that have been in trouble for so long that an alarm stands open (bot.rules.alarms)."""
    kinds = (AlarmKind.SILENT, AlarmKind.STOLEN)
    rows = session.execute(select(Alarm.channel, Alarm.bot).where(Alarm.kind.in_(kinds), Alarm.ended_at.is_(None)))
    return {(channel, bot) for channel, bot in rows}


def reached(session: Session, person_ids: Collection[int], without: Collection[Bot]) -> set[int]:
    """Which of these people have an open chat of a bot that is not among `without` (ids only)."""
    rows = session.execute(
        select(Address.person_id, Address.channel, Address.bot).where(
            Address.person_id.in_(person_ids), Address.status == AddressStatus.ACTIVE
        )
    )
    return {person_id for person_id, channel, bot in rows if (channel, bot) not in without}


def only_page(session: Session, person_ids: Collection[int], without: Collection[Bot]) -> dict[int, datetime]:
    """Who of these people is reached over a page only that nothing wakes, and when they last used it (UTC).

    An address that no browser was ever at (the demo's phones) is no page that somebody fails to open.
    """
    chats: dict[int, list[Address]] = {}
    for one in session.scalars(
        select(Address).where(Address.person_id.in_(person_ids), Address.status == AddressStatus.ACTIVE)
    ):
        if (one.channel, one.bot) not in without:
            chats.setdefault(one.person_id, []).append(one)
    pages = {person_id: known for person_id, known in chats.items() if all(one.channel == "web" for one in known)}
    names = [one.address for known in pages.values() for one in known]
    seen = select(WebSession.address, func.max(WebSession.seen_at)).where(WebSession.address.in_(names))
    last = {row[0]: row[1] for row in session.execute(seen.group_by(WebSession.address))}
    woken = select(PushSubscription.address).where(
        PushSubscription.address.in_(names), PushSubscription.gone_at.is_(None)
    )
    asleep = last.keys() - set(session.scalars(woken))
    return {
        person_id: max(max(last[one.address], one.heard_at or last[one.address]) for one in known)
        for person_id, known in pages.items()
        if all(one.address in asleep for one in known)
    }


def with_several(session: Session) -> Sequence[int]:
    """Who has more than one open chat (ids only)."""
    open_chats = select(Address.person_id).where(Address.status == AddressStatus.ACTIVE)
    return session.scalars(open_chats.group_by(Address.person_id).having(func.count() > 1)).all()


# What was said, and whether anything was heard


def tellings(session: Session, person_id: int, subject: str, since: datetime) -> Sequence[Outbox]:
    """The pushes about a subject ("meetings:5") to a person, queued since a moment (UTC): what stands on a phone, or
    waits to leave."""
    alive = (OutboxStatus.SENT, OutboxStatus.SENDING, OutboxStatus.QUEUED)
    return session.scalars(
        select(Outbox)
        .where(Outbox.person_id == person_id, Outbox.queued_at >= since, Outbox.subject == subject)
        .where(Outbox.is_push, Outbox.status.in_(alive))
        .order_by(Outbox.id)
    ).all()


def heard_at(session: Session, person_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these people was last heard from, over whatever channel (UTC)."""
    rows = session.execute(
        select(Address.person_id, func.max(Address.heard_at))
        .where(Address.person_id.in_(person_ids), Address.heard_at.is_not(None))
        .group_by(Address.person_id)
    )
    return {person_id: at for person_id, at in rows if at is not None}


def undelivered(session: Session, person_ids: Collection[int], since: datetime, until: datetime) -> Sequence[Outbox]:
    """Pushes to these people, due in [since, until), that have not arrived: they wait, or the time ran out, or the
    platform refused them. What another chat of the person carries instead is not among them, nor what Ra Lớp itself
    held back."""
    waits = (Outbox.status == OutboxStatus.QUEUED) & (Outbox.unknowns == 0)
    lost = Outbox.status.in_((OutboxStatus.FAILED, OutboxStatus.MISSED)) & Outbox.payload.is_not(None)
    moved = select(Outbox.moved_from).where(Outbox.moved_from.is_not(None), Outbox.queued_at >= since)
    return session.scalars(
        select(Outbox)
        .where(Outbox.person_id.in_(person_ids), Outbox.queued_at >= since - QUEUED_BEFORE, Outbox.is_push)
        .where(Outbox.due_at >= since, Outbox.due_at < until, or_(waits, lost), Outbox.id.not_in(moved))
        .order_by(Outbox.id)
    ).all()


def on_page(session: Session, person_ids: Collection[int], since: datetime, until: datetime) -> Sequence[Outbox]:
    """Pushes to these people, due in [since, until), that stand on a page."""
    return session.scalars(
        select(Outbox)
        .where(Outbox.person_id.in_(person_ids), Outbox.queued_at >= since - QUEUED_BEFORE, Outbox.is_push)
        .where(Outbox.due_at >= since, Outbox.due_at < until)
        .where(Outbox.channel == "web", Outbox.status == OutboxStatus.SENT)
        .order_by(Outbox.id)
    ).all()


def stuck(session: Session, subject: str, person_ids: Collection[int], before: datetime) -> set[int]:
    """To whom a push about a subject should have left before a moment (UTC) and still waits (ids only)."""
    waits = (Outbox.status == OutboxStatus.QUEUED) & (Outbox.due_at < before)
    return set(
        session.scalars(
            select(Outbox.person_id).where(Outbox.subject == subject, Outbox.person_id.in_(person_ids), waits)
        )
    )


def told_today(session: Session, subject: str, since: datetime) -> set[int]:
    """Whom a push about a subject has reached since a moment (UTC; ids only)."""
    return set(
        session.scalars(
            select(Outbox.person_id)
            .where(Outbox.subject == subject, Outbox.is_push, Outbox.status == OutboxStatus.SENT)
            .where(Outbox.queued_at >= since, Outbox.person_id.is_not(None))
        )
    )


# Who uses Ra Lớp, whether or not a message can reach them now

USING = (Status.ACTIVE, Status.UNREACHABLE)


def communes(session: Session) -> Sequence[int]:
    """The communes that have people in Ra Lớp (ids)."""
    wanted = select(Person.commune_id).where(Person.status.in_(USING)).distinct().order_by(Person.commune_id)
    return session.scalars(wanted).all()


def using(scope: Scope, session: Session, commune_id: int) -> Sequence[Person]:
    """Who has joined in a commune and not left, within the scope."""
    return session.scalars(
        select(Person)
        .where(Person.commune_id == commune_id, Person.status.in_(USING), scope.people())
        .order_by(Person.id)
    ).all()


def teachers(session: Session, on: date) -> Sequence[tuple[int, int]]:
    """(person, class) of every teacher who has joined, also those whom no message can reach (ids only)."""
    wanted = (
        select(RoleGrant.person_id, RoleGrant.class_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == Role.TEACHER, RoleGrant.class_id.is_not(None), Person.status.in_(USING))
        .where(*holding(on))
        .order_by(RoleGrant.person_id, RoleGrant.id)
    )
    return [(person_id, class_id) for person_id, class_id in session.execute(wanted) if class_id is not None]


def gone_between(session: Session, after: datetime, until: datetime) -> Sequence[int]:
    """Whose chat a platform has closed within a time (UTC; ids only)."""
    wanted = select(Address.person_id).where(Address.gone_at > after, Address.gone_at <= until)
    return session.scalars(wanted.distinct().order_by(Address.person_id)).all()


def gone_at(session: Session, person_id: int) -> datetime | None:
    """When the last of a person's chats was closed (UTC)."""
    return session.scalar(select(func.max(Address.gone_at)).where(Address.person_id == person_id))


def unreachable(session: Session) -> Sequence[Person]:
    """Who has joined and has no open chat any more (for the clock and the people who are told)."""
    return session.scalars(select(Person).where(Person.status == Status.UNREACHABLE).order_by(Person.id)).all()


def inviter(session: Session, person_id: int) -> int | None:
    """Who made the last code of a person (an id); None for the machine itself."""
    wanted = select(Invite.created_by).where(Invite.person_id == person_id).order_by(Invite.id.desc()).limit(1)
    return session.scalar(wanted)


def never_joined(session: Session, now: datetime) -> Sequence[tuple[Person, int | None, datetime]]:
    """Who was invited, never joined, and whose last code is over: the person, who invited, until when it held (UTC)."""
    last = select(func.max(Invite.id)).where(Invite.person_id == Person.id).correlate(Person).scalar_subquery()
    rows = session.execute(
        select(Person, Invite.created_by, Invite.expires_at)
        .join(Invite, Invite.id == last)
        .where(Person.status == Status.INVITED, Invite.used_at.is_(None), Invite.expires_at <= now)
        .order_by(Person.id)
    )
    return [(person, by, until) for person, by, until in rows]
