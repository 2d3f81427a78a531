"""Tokens of programs: made and ended on the machine itself, each for one person, whose roles it reads with."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.parsing import clean_line
from bot.rules.people import token_hash
from bot.rules.work import Refused, Work
from storage import api_tokens, people
from storage.api_tokens import ApiToken
from storage.people import Person, Status

LASTS_DAYS = 180
LONGEST_DAYS = 730
NAME_AT_MOST = 60
FORM = re.compile(r"ralop_[A-Za-z0-9_-]{32}")  # 192 bits, known at a look for what it is
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class NewToken:
    """What is shown once: the token itself is not kept."""

    row: ApiToken
    token: str


def make(work: Work, person: Person, name: str, *, days: int = LASTS_DAYS) -> NewToken:
    """A token that reads what `person` may see, for at most `days`. Raises Refused("no_token_for") for who has left."""
    if person.status == Status.LEFT:
        raise Refused("no_token_for", name=person.name)
    token = f"ralop_{secrets.token_urlsafe(24)}"
    row = ApiToken(
        person_id=person.id,
        name=clean_line(name)[:NAME_AT_MOST],
        token_hash=token_hash(token),
        made_at=work.now,
        expires_at=work.now + timedelta(days=min(days, LONGEST_DAYS)),
    )
    work.session.add(row)
    work.session.flush()
    work.audit("api_token.made", "api_token", row.id, person=person.id, days=min(days, LONGEST_DAYS))
    return NewToken(row, token)


def revoke(work: Work, token_id: int) -> ApiToken:
    """Ends a token at once. Raises Refused: `no_such_token`, `nothing_waits` for one that is over already."""
    row = work.session.get(ApiToken, token_id)
    if row is None:
        raise Refused("no_such_token")
    if row.revoked_at is not None:
        raise Refused("nothing_waits")
    row.revoked_at = work.now
    work.audit("api_token.revoked", "api_token", row.id)
    return row


def state(row: ApiToken, work: Work) -> str:
    """`revoked`, `expired` or `good`."""
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at <= work.now else "good"


def holder(work: Work, token: str) -> tuple[ApiToken, Person] | None:
    """The token's row and whose it is; None for one that is none, is over, or whose person has left."""
    row = api_tokens.by_hash(work.session, token_hash(token)) if FORM.fullmatch(token) else None
    person = people.get(work.session, row.person_id) if row is not None else None
    if row is None or person is None or person.status == Status.LEFT or state(row, work) != "good":
        return None
    if row.used_at is None or work.now - row.used_at >= A_MINUTE:
        row.used_at = work.now
    return row, person
