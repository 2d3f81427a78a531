"""The browsers that a person's chat is open in: their own list, and ending them (reliability §4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.rules import people
from bot.rules.work import Notice, Refused, Work
from storage import people as stored
from storage import web, web_pushes
from storage.people import Address, AddressStatus, Person, WebSession

LASTS = timedelta(days=180)  # of a session that is not used (libraries §2.2)


def listed(work: Work) -> Sequence[WebSession]:
    """The acting person's live browsers, the one used last first. Raises Refused("not_joined")."""
    return web.browsers(work.session, _me(work).id, work.now - LASTS)


def begin(work: Work, person: Person, address: str, session_id: int) -> Address:
    """A browser becomes a channel of a person who asked for its link in another chat; that other chat hears of it."""
    row = people.link(work, person, web.CHANNEL, web.CHANNEL, address)
    work.audit("device.begun", "web_session", session_id)
    facts = {"browser": work.session.get_one(WebSession, session_id).shown_as}
    # Over another channel than the new one, and at once, whatever the hour: the person has just pressed.
    work.notices.append(
        Notice(person.id, "devices.new", session_id, facts, work.now, always=True, urgent=True, avoid=web.CHANNEL)
    )
    return row


def end(work: Work, session_id: int) -> WebSession:
    """Ends one browser of the acting person; nothing more is sent to it.

    Raises Refused: `no_such_device` for one that is somebody else's, or over.
    """
    found = next((one for one in listed(work) if one.id == session_id), None)
    if found is None:
        raise Refused("no_such_device")
    let_go(work, found)
    return found


def end_others(work: Work, address: str) -> int:
    """Ends every browser of the acting person but the one of this address; returns how many."""
    others = [one for one in listed(work) if one.address != address]
    for one in others:
        let_go(work, one)
    return len(others)


def let_go(work: Work, row: WebSession) -> None:
    """The session is over: its address is nobody's any more, and its browser is not woken again."""
    row.ended_at = work.now
    address = stored.at_address(work.session, web.CHANNEL, web.CHANNEL, row.address)
    if address is not None:
        address.status = AddressStatus.UNLINKED
    for one in web_pushes.of_address(work.session, row.address):
        one.gone_at = work.now
    work.session.flush()
    work.audit("device.ended", "web_session", row.id)


def _me(work: Work) -> Person:
    if work.person is None:
        raise Refused("not_joined")
    return work.person
