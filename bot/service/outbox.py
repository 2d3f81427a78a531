"""The outbox: replies and notices become words in each reader's language, and rows that delivery sends later."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.clock import moment
from bot.dialogue.conversation import Chat, Surroundings
from bot.i18n import Reader
from bot.messages import Act, Incoming, Outgoing
from bot.parsing import given_name
from bot.rules import budget, morning, second_ways
from bot.rules.budget import HELD_BACK, Handling, Stage
from bot.rules.quiet import after_quiet
from bot.rules.work import Notice, Work
from bot.service import together
from storage import chat as memory
from storage import people
from storage.chat import Outbox, OutboxStatus
from storage.people import Address, AddressStatus, Person

REPLY_LASTS = timedelta(hours=24)
PUSHES_A_DAY = 4
A_DAY = timedelta(days=1)
TOO_LATE, ENOUGH = "too late", "four already today"
# The morning list is made by the first tick after 6:30; what waits for it leaves a little later, so that it goes along.
WITH_THE_LIST = time(6, 30, 45)
LIST_LASTS = timedelta(hours=5)

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
    about: str = "",
) -> None:
    """Queues the answers to one message, to the chat it came from; `aside` acts go with the first.

    `about` names the conversation, so that a budget can tell what messages were spent on.
    """
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
                subject=about,
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
    `avoid`: a channel that failed. `address`: the chat to say it in, if not the person's first. `follows`: the message
    that met with silence in another chat (an id), and is never said there again.
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
    address: Address | None = None
    follows: int | None = None


def tell(work: Work, wording: Wording, one: Telling) -> Outbox | str:
    """Queues what a person is to hear, or the reason why not.

    What leaves in the same minute goes along in one message. What exceeds the four of a day waits for the next morning
    list (voice.md §3.12): as a line of it, where it is a task, else as news above it.
    """
    address = one.address or first_address(work.session, one.person_id, avoid=one.avoid, down=second_ways.down(work))
    if address is None:
        return "no channel"
    address, how = _budgeted(work, one, address)
    if how is Handling.KEEP and _is_said_with_register(work, one, address):
        return morning.WITH_REGISTER
    if how is Handling.KEEP:
        return "waits on the morning list" if one.is_listed else HELD_BACK
    if how is Handling.WAIT:
        one = _with_the_list(work, one)
    at = one.at
    while one.useful_until is None or at <= one.useful_until:
        chat = chat_for(work, one.person_id, wording, at=at)
        if chat is None:
            return "no channel"
        message = one.words(chat)
        if message is None:
            return "nothing to say"
        if how is Handling.WAIT:
            message = together.in_short(message)
        may_join = (how is Handling.WAIT or not one.is_alone) and together.may_join(message)
        others = together.mates(work.session, chat.reader, address, message, at) if may_join else []
        if not others and _is_said_with_register(work, one, address):
            return morning.WITH_REGISTER
        if others or not one.is_counted or has_room(work, one.person_id, at):
            row = _queued(work, address, message, one, at)
            if may_join:
                row.together_id = row.id
            if others:
                together.join(row, others)
            elif may_join and how is not Handling.WAIT and budget.counts(work, one.person_id):
                _take_along(work, chat, address, message, row)
            return row
        at = next_morning(work, at)
        if one.is_listed and one.useful_until is not None and at <= one.useful_until:
            return "waits on the morning list"
    return TOO_LATE if at == one.at else ENOUGH


def _take_along(work: Work, chat: Chat, address: Address, message: Outgoing, row: Outbox) -> None:
    """What waits for the list costs nothing where a message goes anyway."""
    waiting = together.company(work.session, chat.reader, address, message, row.due_at, budget.WAITS)
    if waiting:
        together.join(row, waiting, at=row.due_at)


def _budgeted(work: Work, one: Telling, address: Address) -> tuple[Address, Handling]:
    """What a channel that counts its messages has left for this, and the chat that it goes to."""
    found = budget.stage(work, address.channel, address.bot)
    other = budget.other_chat(work, one.person_id, address) if found in (Stage.RESERVE, Stage.SPENT) else None
    how = budget.handling(found, one.kind, has_other=other is not None)
    if how is Handling.ELSEWHERE and other is not None:
        return other, Handling.GO
    return address, how


def _with_the_list(work: Work, one: Telling) -> Telling:
    """Courtesy and digests of a month that runs short: worth a line of the next morning list, and read with it."""
    this = moment(one.at.astimezone(work.zone).date(), WITH_THE_LIST, work.zone)
    at = this if one.at <= this else next_morning(work, one.at)
    until = None if one.useful_until is None else max(one.useful_until, at + LIST_LASTS)
    return replace(one, at=at, useful_until=until, words_change_at=())


def _is_said_with_register(work: Work, one: Telling, address: Address) -> bool:
    """A teacher's list costs nothing where the receipt of the class can carry it."""
    if one.kind != morning.KIND or budget.stage(work, address.channel, address.bot) is Stage.PLENTY:
        return False
    return budget.goes_with_register(work, one.person_id)


def _queued(work: Work, address: Address, message: Outgoing, one: Telling, at: datetime) -> Outbox:
    row = push(
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
    row.moved_from = one.follows
    return row


def queue_notices(work: Work, wording: Wording) -> None:
    """Everything that a rule wanted to be told, each in its reader's words; quiet hours move what can wait."""
    for notice in work.notices:
        if notice.place is not None:
            _say_there(work, wording, notice, notice.place)
            continue
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
        if told in (TOO_LATE, ENOUGH, HELD_BACK):
            _keep_missed(work, one, str(told))
    work.notices.clear()


def _say_there(work: Work, wording: Wording, notice: Notice, place: tuple[str, str, str]) -> None:
    """Queues what one chat is to hear; where it is not the person's, nothing of the person goes along."""
    chat = chat_for(work, notice.person_id, wording)
    message = _in_words(wording, notice, chat) if chat is not None else None
    if message is None:
        return
    known = people.at_address(work.session, *place)
    is_own = known is not None and known.person_id == notice.person_id and known.status == AddressStatus.ACTIVE
    channel, bot, address = place
    row = Outbox(
        channel=channel, bot=bot, address=address, person_id=notice.person_id if is_own else None, kind=notice.kind,
        subject=notice.subject, is_push=True, payload=message.as_json(), due_at=work.now, queued_at=work.now,
        useful_until=notice.useful_until,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()


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
        limits=wording.surroundings.limits,
        made_at=work.made_at or work.now,
        known=work.known,
    )
    return Chat(own, reader_of(person, wording.zone), surroundings=wording.surroundings)


def first_address(
    session: Session, person_id: int, *, avoid: str = "", down: Collection[tuple[str, str]] = ()
) -> Address | None:
    """Where this person is reached first. Over a channel that failed (`avoid`), or a bot that does not work now
    (`down`: channel and bot), only when there is no other."""
    addresses = people.addresses(session, person_id)
    working = [one for one in addresses if (one.channel, one.bot) not in down]
    others = [one for one in working or addresses if one.channel != avoid]
    return next(iter(others or working or addresses), None)
