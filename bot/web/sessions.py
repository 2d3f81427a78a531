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
from bot.rules.devices import LASTS
from bot.rules.page_links import PAGE_LASTS
from bot.rules.work import Work
from bot.service.outbox import reader_of
from bot.web.site import Site
from storage import people, web
from storage.people import Person, WebSession

TOUCHED_EVERY = timedelta(hours=1)
BROWSERS = (
    ("coc_coc", "Cốc Cốc"), ("SamsungBrowser", "Samsung"), ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("CriOS", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Visitor:
    """Somebody with a live session; `person` is None between the invite and the consent."""

    address: str
    session_id: int
    person: Person | None
    reader: Reader
    is_due: bool

    @property
    def tag(self) -> str:
        """Whose page it is, for the page's own outbox: what one person typed never leaves under another's name."""
        return self.address if self.person is None else f"p{self.person.id}"


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


def begin(work: Work, shown_as: str, instead_of: Visitor | None, person_id: int | None = None) -> tuple[str, str]:
    """A new session at a fresh address; the one that this browser had ends. Returns (address, token)."""
    address, token = f"w{secrets.token_hex(8)}", secrets.token_urlsafe(16)
    work.session.add(
        WebSession(
            address=address, token_hash=rules.token_hash(token), person_id=person_id, shown_as=shown_as,
            created_at=work.now, seen_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    if instead_of is not None:
        work.session.get_one(WebSession, instead_of.session_id).ended_at = work.now
        former = people.at_address(work.session, web.CHANNEL, web.CHANNEL, instead_of.address)
        if former is not None:  # its person looks into this browser no more
            rules.close_address(work, former, "browser changed over")
    return address, token


def begin_page(session: Session, person_id: int, page: str, now: datetime) -> str:
    """A session that sees this one page for an hour, and has no chat; returns its token."""
    token = secrets.token_urlsafe(16)
    session.add(
        WebSession(
            address="", token_hash=rules.token_hash(token), person_id=person_id, page=page, created_at=now, seen_at=now,
            ends_at=now + PAGE_LASTS,
        )
    )  # fmt: skip
    return token


async def page_visitor(site: Site, request: Request, page: str) -> int | None:
    """Whose session of this one page it is: the person's id."""
    token = request.cookies.get(page_cookie_name(site, request), "")
    if not token:
        return None
    now = site.service.clock.now()

    def found(session: Session) -> int | None:
        row = web.page_session(session, rules.token_hash(token), page, now)
        return None if row is None else row.person_id

    return await site.service.database.run(found)


def browser_of(request: Request) -> str:
    """`Chrome, Android`, as somebody may know their own phone by."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for sign, name in BROWSERS if sign in agent), "Web")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return f"{browser}, {system}" if system else browser


async def looked_in(site: Site, who: Visitor) -> None:
    """Notes, at most once an hour, that the chat was looked at: whoever reads and never writes is not telephoned."""
    if who.is_due:
        now = site.service.clock.now()
        await site.service.database.run(lambda session: touch(session, who, now))


def touch(session: Session, who: Visitor, now: datetime) -> None:
    """Renewed by use. Of what a GET may change this is all: when the owner of the cookie was last here."""
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


def page_cookie_name(site: Site, request: Request) -> str:
    """It goes to one path only, which `__Host-` does not allow."""
    return "__Secure-ralop-page" if site.is_secure(request.headers.get("host", "")) else "ralop-page"


def set_page_cookie(site: Site, request: Request, response: Response, page: str, token: str) -> None:
    response.set_cookie(
        page_cookie_name(site, request),
        token,
        max_age=int(PAGE_LASTS.total_seconds()),
        path=page,
        secure=site.is_secure(request.headers.get("host", "")),
        httponly=True,
        samesite="lax",
    )


def renew_cookie(site: Site, request: Request, response: Response) -> None:
    """The same cookie for another 180 days."""
    set_cookie(site, request, response, request.cookies[cookie_name(site, request)])
