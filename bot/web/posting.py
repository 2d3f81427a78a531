"""What a page of the chat posts, from its form to the inbox: whose it is, stored once, and answered."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.messages import Received
from bot.web import forms, sessions
from bot.web.sessions import Visitor
from bot.web.site import Site

ANSWER_S = 3.0  # how long a page without JavaScript waits for the answer to what it posted


async def known(site: Site, request: Request) -> Visitor:
    """Whose chat it is; raises HTTPException 401 for nobody's."""
    who = await sessions.visitor(site, request)
    if who is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED)
    return who


async def allowed(site: Site, who: Visitor, form: dict[str, str]) -> None:
    """A page that stands for somebody else by now sends nothing (409); whoever posts keeps the session alive."""
    if form.get("for", who.tag) not in (who.tag, who.address):
        raise HTTPException(HTTPStatus.CONFLICT)
    await sessions.looked_in(site, who)


async def take(
    site: Site,
    address: str,
    update: Received,
    also: Callable[[Session], None] | None = None,
    *,
    waits: bool = True,
) -> None:
    """Stored before it is answered with 200; a page without JavaScript also waits to see the reply."""
    storing = site.service.take(site.web, [update], also)
    await (site.hub.wait_for(address, storing, ANSWER_S) if waits else storing)


def done(site: Site, request: Request, who: Visitor) -> Response:
    """The page again, or a word for the script; the cookie is renewed with the session."""
    response = forms.done(request, "/#me-text")
    if who.is_due:
        sessions.renew_cookie(site, request, response)
    return response
