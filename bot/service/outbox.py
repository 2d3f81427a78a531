"""The outbox: replies and notices become words in each reader's language, and rows that delivery sends later."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.clock import moment
from bot.dialogue.conversation import Chat, Surroundings
from bot.i18n import Reader
from bot.messages import Act, Incoming, Outgoing
from bot.parsing import given_name
from bot.rules.quiet import after_quiet
from bot.rules.work import Notice, Work
from bot.service import together
from storage import chat as memory
from storage import people
from storage.chat import Outbox, OutboxStatus
from storage.people import Address, Person

REPLY_LASTS = timedelta(hours=24)
PUSHES_A_DAY = 4
A_DAY = timedelta(days=1)
TOO_LATE, ENOUGH = "too late", "four already today"
# The morning list is made by the first tick after 6:30; what waits for it leaves a little later, so that it goes along.
WITH_THE_LIST = time(6, 30, 45)

Words = Callable[[Chat, Notice], Outgoing | None]


@dataclass(frozen=True)
class Wording:
    """What the outbox needs to put notices into words: the sentences, and what they may know of the deployment."""

    notices: Mapping[str, Words]
    surroundings: Surroundings
    zone: ZoneInfo
    alone: Collection[str] = ()  # kinds that are never put into one message with others


def reader_of(person: Person | None, zone: ZoneInfo, default_locale: str = "vi") -> Reader:
    """The reader that a person is; a stranger reads the deployment's language."""
    if person is None:
        return Reader(locale=default_locale, zone=zone)
    return Reader(person.locale, person.form, given_name(person.name), zone)


def reply(
    session: Session,
    incoming: Incoming,
    person_id: int | None,
    inbox_id: int,
    replies: Sequence[Outgoing],
    aside: Sequence[Outgoing],
    now: datetime,
) -> None:
    """Queues the answers to one message, to the chat it came from; `aside` acts go with the first."""
    asides = [act.as_json() for act in aside]
    for place, message in enumerate(replies or ((Outgoing(act=Act.TOAST),) if aside else ())):
        session.add(
            Outbox(
                channel=incoming.channel,
                bot=incoming.bot,
                address=incoming.address,
                person_id=person_id,
                inbox_id=inbox_id,
                kind="reply",
                payload=message.as_json(),
                aside=asides if place == 0 else [],
                due_at=now,
                queued_at=now,
                useful_until=now + REPLY_LASTS,
            )
        )
    session.flush()


def push(
    session: Session,
    address: Address,
    message: Outgoing,
    *,
    kind: str,
    subject: str,
    due_at: datetime,
    now: datetime,
    useful_until: datetime | None = None,
    is_counted: bool = False,
) -> Outbox:
    """Queues a message that answers nothing the person just said. `is_counted`: among the four of a day."""
    row = Outbox(
        channel=address.channel,
        bot=address.bot,
        address=address.address,
        person_id=address.person_id,
        kind=kind,
        subject=subject,
        is_push=True,
        is_counted=is_counted,
        payload=message.as_json(),
        due_at=due_at,
        queued_at=now,
        useful_until=useful_until,
    )
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True)
class Telling:
    """Something that one person is to hear at a moment (UTC), outside quiet hours already.

    `words_change_at`: when its words stop being right. `is_counted`: among the four of a day. `is_alone`: never in one
    message with others. `is_listed`: it stands on the person's list, so that what exceeds the four is said there.
    `avoid`: a channel that failed.
    """

    person_id: int
    kind: str
    subject: str
    words: Callable[[Chat], Outgoing | None]
    at: datetime
    useful_until: datetime | None
    words_change_at: tuple[datetime, ...] = ()
    is_counted: bool = True
    is_alone: bool = False
    is_listed: bool = False
    avoid: str = ""


def tell(work: Work, wording: Wording, one: Telling) -> Outbox | str:
    """Queues what a person is to hear, or the reason why not.

    What leaves in the same minute goes along in one message. What exceeds the four of a day waits for the next morning
    list (voice.md §3.12): as a line of it, where it is a task, else as news above it.
    """
    address = first_address(work.session, one.person_id, avoid=one.avoid)
    at = one.at
    while one.useful_until is None or at <= one.useful_until:
        chat = chat_for(work, one.person_id, wording, at=at)
        if chat is None or address is None:
            return "no channel"
        message = one.words(chat)
        if message is None:
            return "nothing to say"
        may_join = not one.is_alone and together.may_join(message)
        others = together.mates(work.session, chat.reader, address, message, at) if may_join else []
        if others or not one.is_counted or has_room(work, one.person_id, at):
            row = _queued(work, address, message, one, at)
            if may_join:
                row.together_id = row.id
            if others:
                together.join(row, others)
            return row
        at = next_morning(work, at)
        if one.is_listed and one.useful_until is not None and at <= one.useful_until:
            return "waits on the morning list"
    return TOO_LATE if at == one.at else ENOUGH


def _queued(work: Work, address: Address, message: Outgoing, one: Telling, at: datetime) -> Outbox:
    return push(
        work.session,
        address,
        message,
        kind=one.kind,
        subject=one.subject,
        due_at=at,
        now=work.now,
        is_counted=one.is_counted,
        useful_until=min((change for change in one.words_change_at if change > at), default=one.useful_until),
    )


def queue_notices(work: Work, wording: Wording) -> None:
    """Everything that a rule wanted to be told, each in its reader's words; quiet hours move what can wait."""
    for notice in work.notices:
        due = notice.due_at or work.now
        one = Telling(
            person_id=notice.person_id,
            kind=notice.kind,
            subject=notice.subject,
            words=partial(_in_words, wording, notice),
            at=due if notice.urgent else after_quiet(due, work.zone),
            useful_until=notice.useful_until,
            is_counted=not notice.always,
            is_alone=notice.urgent or notice.kind in wording.alone,
            avoid=notice.avoid,
        )
        told = tell(work, wording, one)
        if told in (TOO_LATE, ENOUGH):
            _keep_missed(work, one, str(told))
    work.notices.clear()


def _keep_missed(work: Work, one: Telling, reason: str) -> None:
    """What came to nobody's ears is kept without its words: the list of deliveries tells it."""
    address = first_address(work.session, one.person_id)
    if address is not None:
        row = push(
            work.session, address, Outgoing(), kind=one.kind, subject=one.subject, due_at=one.at, now=work.now,
            useful_until=one.useful_until,
        )  # fmt: skip
        row.payload, row.status, row.error = None, OutboxStatus.MISSED, reason


def _in_words(wording: Wording, notice: Notice, chat: Chat) -> Outgoing | None:
    return wording.notices[notice.kind](chat, notice)


def has_room(work: Work, person_id: int, at: datetime) -> bool:
    """Whether one message more may go to a person on the day of a moment (UTC)."""
    start = midnight(work, at)
    return memory.counted(work.session, person_id, start, start + A_DAY) < PUSHES_A_DAY


def midnight(work: Work, at: datetime) -> datetime:
    """When the commune's day of a moment (UTC) began."""
    return moment(at.astimezone(work.zone).date(), time(0), work.zone)


def next_morning(work: Work, at: datetime) -> datetime:
    """When what exceeds the four of a day leaves: with the list of the next morning."""
    return moment(at.astimezone(work.zone).date() + A_DAY, WITH_THE_LIST, work.zone)


def chat_for(work: Work, person_id: int, wording: Wording, *, at: datetime | None = None) -> Chat | None:
    """The turn of somebody who is told something: their scope, their language; None for whoever is not active.

    `at` is the hour (UTC) at which it will be read: what quiet hours move to the morning says "today" of that morning.
    """
    at = at or work.now
    person = people.get(work.session, person_id)
    if person is None or person.status != people.Status.ACTIVE:
        return None
    own = Work(
        session=work.session,
        now=at,
        today=at.astimezone(work.zone).date(),
        person=person,
        scope=people.scope_of(work.session, person, work.today),
        zone=work.zone,
        via="notice",
        reminder_times=wording.surroundings.reminder_times,
        known=work.known,
    )
    return Chat(own, reader_of(person, wording.zone), surroundings=wording.surroundings)


def first_address(session: Session, person_id: int, *, avoid: str = "") -> Address | None:
    """Where this person is reached first; over a channel that failed (`avoid`) only when there is no other."""
    addresses = people.addresses(session, person_id)
    others = [one for one in addresses if one.channel != avoid]
    return next(iter(others or addresses), None)
