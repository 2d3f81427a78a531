"""The outbox: replies and notices become words in each reader's language, and rows that delivery sends later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.clock import moment
from bot.dialogue.conversation import Chat, Surroundings
from bot.i18n import Reader
from bot.messages import Act, Incoming, Outgoing
from bot.parsing import given_name
from bot.rules.quiet import after_quiet
from bot.rules.work import Notice, Work
from storage import chat as memory
from storage import people
from storage.chat import Outbox
from storage.people import Address, Person

REPLY_LASTS = timedelta(hours=24)
PUSHES_A_DAY = 4
A_DAY = timedelta(days=1)
NEXT_MORNING = time(6, 30)

Words = Callable[[Chat, Notice], Outgoing | None]


@dataclass(frozen=True)
class Wording:
    """What the outbox needs to put notices into words: the sentences, and what they may know of the deployment."""

    notices: Mapping[str, Words]
    surroundings: Surroundings
    zone: ZoneInfo


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


def queue_notices(work: Work, wording: Wording) -> None:
    """Everything that a rule wanted to be told, each in its reader's words; quiet hours move what can wait."""
    for notice in work.notices:
        due = notice.due_at or work.now
        leaves = due if notice.urgent else after_quiet(due, work.zone)
        if not notice.always:
            leaves = after_enough(work, notice.person_id, leaves)
        chat = chat_for(work, notice.person_id, wording, at=leaves)
        if chat is None:
            continue
        message = wording.notices[notice.kind](chat, notice)
        address = first_address(work.session, notice.person_id)
        if message is None or address is None:
            continue
        push(
            work.session,
            address,
            message,
            kind=notice.kind,
            subject=notice.subject,
            due_at=leaves,
            now=work.now,
            useful_until=notice.useful_until,
            is_counted=not notice.always,
        )
    work.notices.clear()


def after_enough(work: Work, person_id: int, at: datetime) -> datetime:
    """The moment itself, or the next morning at 6:30 when the person already has four that day (voice.md §3.12)."""
    day = at.astimezone(work.zone).date()
    midnight = moment(day, time(0), work.zone)
    queued = [row for row in memory.pushes_since(work.session, person_id, midnight) if row.due_at < midnight + A_DAY]
    return at if len(queued) < PUSHES_A_DAY else moment(day + A_DAY, NEXT_MORNING, work.zone)


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
    )
    return Chat(own, reader_of(person, wording.zone), surroundings=wording.surroundings)


def first_address(session: Session, person_id: int) -> Address | None:
    """Where this person is reached first."""
    addresses = people.addresses(session, person_id)
    return addresses[0] if addresses else None
