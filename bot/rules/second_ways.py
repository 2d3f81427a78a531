"""Always a second way: a person's channels in order, a further one by a typed code, and which of them work now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update

from bot.rules import people
from bot.rules.tasks import Moment, Task, Way
from bot.rules.work import Refused, Work
from storage import people as stored
from storage import second_ways
from storage.chat import Outbox, OutboxStatus
from storage.people import Address, AddressStatus
from storage.second_ways import Bot, LinkRequest

CODE_LASTS = timedelta(minutes=15)
STUCK = timedelta(minutes=30)  # a push that waits so long does not arrive by itself
ANSWER_LASTS = timedelta(days=1)  # how long the question on the first channel can be answered
SHOWN_AT_MOST = 40
ASK, LINKED, REFUSED = "linking.asked", "linking.done", "linking.refused"
YES, NO = "yes", "no"

Place = tuple[str, str, str]  # channel, bot, address


@dataclass(frozen=True)
class NewCode:
    """What the person is shown, once: the code is not kept in clear. `expires_at` is in UTC."""

    code: str
    expires_at: datetime


# The order


def addresses(work: Work) -> Sequence[Address]:
    """The acting person's open chats, the preferred first. Raises Refused("not_joined")."""
    if work.person is None:
        raise Refused("not_joined")
    return stored.addresses(work.session, work.person.id)


def put_first(work: Work, channel: str) -> None:
    """From now on the person is written to over this channel first. Raises Refused("no_such_channel")."""
    known = addresses(work)
    if all(one.channel != channel for one in known):
        raise Refused("no_such_channel")
    for place, row in enumerate(sorted(known, key=lambda one: one.channel != channel)):
        row.position = place
    work.session.flush()
    work.audit("address.put_first", "person", work.actor_id, channel=channel)


# A further channel, by a typed code


def new_code(work: Work, key: bytes) -> NewCode:
    """A code that the acting person types in another chat; an earlier one that nobody has typed ends.

    It is kept as an HMAC under `key`, as invites are (T3). Raises Refused("not_joined").
    """
    if work.person is None:
        raise Refused("not_joined")
    ended = update(LinkRequest).where(LinkRequest.person_id == work.person.id, LinkRequest.claimed_at.is_(None))
    work.session.execute(ended.where(LinkRequest.expires_at > work.now).values(expires_at=work.now))
    code = people.new_code()
    row = LinkRequest(
        person_id=work.person.id,
        code_hmac=people.code_hmac(key, code),
        created_at=work.now,
        expires_at=work.now + CODE_LASTS,
    )
    work.session.add(row)
    work.session.flush()
    work.audit("link.code_made", "link_request", row.id)
    return NewCode(code, row.expires_at)


def of_code(work: Work, key: bytes, text: str) -> LinkRequest | None:
    """The request that a typed text is the code of, whatever has become of it; None for any other text."""
    shown = people.code_shown(text)
    return None if shown is None else second_ways.by_code(work.session, people.code_hmac(key, shown))


def claim(work: Work, request: LinkRequest, place: Place, shown_as: str) -> None:
    """A chat that belongs to nobody has typed the code: the person is asked on their first channel, at once and alone.

    One conditional update decides between two who typed it (T4). `shown_as` is the name that the platform shows there.
    Raises Refused: `used_link_code`, `expired_link_code`.
    """
    if request.claimed_at is not None:
        raise Refused("used_link_code")
    channel, bot, address = place
    claimed = work.session.scalar(
        update(LinkRequest)
        .where(LinkRequest.id == request.id, LinkRequest.claimed_at.is_(None), LinkRequest.expires_at > work.now)
        .values(
            claimed_at=work.now, channel=channel, bot=bot, address=address, shown_as=shown_as.strip()[:SHOWN_AT_MOST]
        )
        .returning(LinkRequest.id)
    )
    if claimed is None:
        raise Refused("expired_link_code")
    work.session.refresh(request)
    until = work.now + ANSWER_LASTS
    work.tell(request.person_id, ASK, request.id, always=True, urgent=True, useful_until=until)
    work.audit("link.code_typed", "link_request", request.id, channel=channel)


def waiting_at(work: Work, place: Place) -> LinkRequest | None:
    """The request that waits for the person's word since its code was typed in this chat."""
    return second_ways.typed_at(work.session, *place, work.now - ANSWER_LASTS)


def first_channel(work: Work, request: LinkRequest) -> str:
    """The channel on which the person is asked; empty when none is left."""
    known = stored.addresses(work.session, request.person_id)
    return known[0].channel if known else ""


def answer(work: Work, request_id: int, *, is_me: bool) -> LinkRequest:
    """The person's word on who typed the code: the chat becomes theirs, last in order, or request and code are dead.

    That chat is told either way. Raises Refused: `nothing_waits` (answered already, too old, somebody else's),
    `chat_is_taken` when the chat has become somebody's meanwhile.
    """
    request = work.session.get(LinkRequest, request_id)
    since = work.now - ANSWER_LASTS
    if request is None or request.person_id != work.actor_id or request.claimed_at is None:
        raise Refused("nothing_waits")
    answered = work.session.scalar(
        update(LinkRequest)
        .where(LinkRequest.id == request.id, LinkRequest.answer == "", LinkRequest.claimed_at > since)
        .values(answer=YES if is_me else NO, answered_at=work.now)
        .returning(LinkRequest.id)
    )
    if answered is None:
        raise Refused("nothing_waits")
    work.session.refresh(request)
    place = (request.channel, request.bot, request.address)
    if is_me:
        _link(work, request, place)
    work.audit("link.confirmed" if is_me else "link.refused", "link_request", request.id, channel=request.channel)
    work.tell_chat(place, request.person_id, LINKED if is_me else REFUSED, request.id, until=work.now + ANSWER_LASTS)
    return request


def _link(work: Work, request: LinkRequest, place: Place) -> None:
    if work.person is None:
        raise Refused("not_joined")
    if belongs_to_another(work, place):
        raise Refused("chat_is_taken")
    last = max((one.position for one in addresses(work)), default=-1)
    row = people.link(work, work.person, *place)
    row.position = last + 1
    work.session.flush()


def belongs_to_another(work: Work, place: Place) -> bool:
    """Whether a chat is somebody else's by now: it is never taken over."""
    row = stored.at_address(work.session, *place)
    return row is not None and row.status != AddressStatus.UNLINKED and row.person_id != work.actor_id


# Which bots work now


def down(work: Work) -> frozenset[Bot]:
    """The bots that nothing new is queued for while a person has another way: at rest, or long in trouble."""
    return work.once("bots down", lambda: frozenset(second_ways.resting(work.session, work.now)) | silent(work))


def silent(work: Work) -> frozenset[Bot]:
    """The bots that have been in trouble for half an hour: who has no other way must be telephoned."""
    return work.once("bots silent", lambda: frozenset(second_ways.silent(work.session)))


def reached(work: Work, person_ids: Collection[int]) -> set[int]:
    """Whom a message can reach now (ids only): an open chat, of a bot that has not been silent for long."""
    return second_ways.reached(work.session, person_ids, silent(work))


def stuck(work: Work, person_ids: Collection[int], subject: str) -> set[int]:
    """To whom something about a subject should have left half an hour ago and has not (ids only)."""
    return second_ways.stuck(work.session, subject, person_ids, work.now - STUCK)


def has_several(work: Work, person_id: int) -> bool:
    """Whether a person has a second way at all; read for everybody once."""
    return person_id in work.once("several chats", lambda: set(second_ways.with_several(work.session)))


# Silence


@dataclass(frozen=True)
class Route:
    """How a moment is said: in a chat (None: the person's first, as usual), or not at all (`missed` says why).

    `follows`: the message that met with silence (an id); where that is, this one is never said again.
    """

    address: Address | None = None
    missed: str = ""
    follows: int | None = None


AS_USUAL = Route()


def route(work: Work, task: Task, moment: Moment) -> Route:
    """Over which channel a moment is said: another than the first where silence asks for it.

    There is no silence before something was told.
    """
    if moment.way == Way.FIRST:
        return AS_USUAL
    is_usual = moment.way == Way.NEXT_IF_SILENT
    told = second_ways.tellings(work.session, task.person_id, task.subject, task.known_from or task.remind[0].at)
    seen = [row for row in told if row.status != OutboxStatus.QUEUED or row.unknowns]
    if not seen:
        return AS_USUAL if is_usual else Route(missed="not told yet")
    if _was_heard_since(work, task.person_id, seen[0]):
        return AS_USUAL if is_usual else Route(missed="heard")
    following = _other(work, task.person_id, seen)
    if following is None:
        return AS_USUAL if is_usual else Route(missed="no second way")
    return Route(following, follows=None if is_usual else seen[-1].id)


def _was_heard_since(work: Work, person_id: int, told: Outbox) -> bool:
    heard = second_ways.heard_at(work.session, [person_id]).get(person_id)
    return heard is not None and heard >= (told.claimed_at or told.queued_at)


def _other(work: Work, person_id: int, told: Sequence[Outbox]) -> Address | None:
    """The next chat in order that works and that it was not told in."""
    used = {(row.channel, row.bot, row.address) for row in told}
    known = stored.addresses(work.session, person_id)
    open_to = (one for one in known if (one.channel, one.bot) not in down(work))
    return next((one for one in open_to if (one.channel, one.bot, one.address) not in used), None)
