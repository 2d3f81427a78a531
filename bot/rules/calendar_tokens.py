"""The secret address of one person's meetings, which a phone's calendar reads again and again without a login.

It opens nothing but the hours and places of that person's meetings: no pupil, no purpose, nobody's answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from bot.rules import people
from bot.rules.people import token_hash
from bot.rules.work import Refused, Work
from storage import calendar_tokens
from storage import people as stored
from storage.calendar_tokens import CalendarToken
from storage.people import Person

MOST = 5  # living addresses of one person: every device has room, and none is forgotten
A_DAY = timedelta(days=1)


def make(work: Work) -> str:
    """A new address of the acting person; returns its token, which is shown once. The oldest of too many ends.

    Raises Refused: not allowed.
    """
    people.require(work, "meetings.see")
    if work.person is None:
        raise Refused("not_joined")
    for old in calendar_tokens.of_person(work.session, work.person.id)[: -(MOST - 1)]:
        old.revoked_at = work.now
    token = secrets.token_urlsafe(16)
    row = CalendarToken(person_id=work.person.id, token_hash=token_hash(token), made_at=work.now)
    work.session.add(row)
    work.session.flush()
    work.audit("calendar_token.made", "calendar_token", row.id)
    return token


def mine(work: Work) -> Sequence[CalendarToken]:
    """The acting person's addresses that still open."""
    return calendar_tokens.of_person(work.session, work.person.id) if work.person is not None else []


def end_mine(work: Work) -> int:
    """Ends them all; returns how many."""
    if work.person is None:
        raise Refused("not_joined")
    n = calendar_tokens.end_all(work.session, work.person.id, work.now)
    work.audit("calendar_token.revoked", "person", work.person.id, count=n)
    return n


def reader(work: Work, token: str) -> Person | None:
    """Whose meetings a token opens; None for one that is none or is over, and for somebody who is not here any more."""
    row = calendar_tokens.living(work.session, token_hash(token))
    person = stored.get(work.session, row.person_id) if row is not None else None
    if row is None or person is None or not people.roles(work, person):
        return None
    if row.read_at is None or work.now - row.read_at >= A_DAY:
        row.read_at = work.now
    return person
