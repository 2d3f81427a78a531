"""Who is at the page: a cookie of 128 bits, kept only as a hash, good for 180 days of use (reliability §4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from bot.i18n import Reader
from bot.rules import people as rules
from bot.service.outbox import reader_of
from bot.web.site import Site
from storage import people, web
from storage.people import Person, WebSession

LASTS = timedelta(days=180)
TOUCHED_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class Visitor:
    """Somebody with a live session; `person` is None between the invite and the consent."""

    address: str
    session_id: int
    person: Person | None
    reader: Reader
    is_due: bool


def cookie_name(site: Site, request: Request) -> str:
    """`__Host-` binds the cookie to https and to this host; a browser refuses the prefix on plain http."""
    return "__Host-ralop" if site.is_secure(request.headers.get("host", "")) else "ralop"


async def visitor(site: Site, request: Request) -> Visitor | None:
    """Whose cookie this is, if it is anybody's."""
    token = request.cookies.get(cookie_name(site, request), "")
    if not token:
        return None
    return await site.service.database.run(lambda session: _visitor(site, session, rules.token_hash(token)))


def _visitor(site: Site, session: Session, token_hash: str) -> Visitor | None:
    service = site.service
    now = service.clock.now()
    found = web.live_session(session, token_hash, now - LASTS)
    if found is None:
        return None
    known = people.at_address(session, web.CHANNEL, web.CHANNEL, found.address)
    person = people.get(session, known.person_id) if known is not None else None
    reader = reader_of(person, service.clock.zone, service.default_locale)
    is_due = found.person_id != (person.id if person is not None else None) or now - found.seen_at > TOUCHED_EVERY
    return Visitor(found.address, found.id, person, reader, is_due)


def begin(session: Session, now: datetime, instead_of: Visitor | None = None) -> tuple[str, str]:
    """A new session at a fresh address; the one that this browser had ends. Returns (address, token)."""
    address, token = f"w{secrets.token_hex(8)}", secrets.token_urlsafe(16)
    session.add(WebSession(address=address, token_hash=rules.token_hash(token), created_at=now, seen_at=now))
    if instead_of is not None:
        session.get_one(WebSession, instead_of.session_id).ended_at = now
    return address, token


def touch(session: Session, who: Visitor, now: datetime) -> None:
    """Renewed by use; only posts call this, since no GET changes anything."""
    row = session.get_one(WebSession, who.session_id)
    row.seen_at = now
    row.person_id = None if who.person is None else who.person.id


def set_cookie(site: Site, request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        cookie_name(site, request),
        token,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=site.is_secure(request.headers.get("host", "")),
        httponly=True,
        samesite="lax",
    )


def renew_cookie(site: Site, request: Request, response: Response) -> None:
    """The same cookie for another 180 days."""
    set_cookie(site, request, response, request.cookies[cookie_name(site, request)])
