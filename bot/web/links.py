"""One-time links that a chat gave out: GET shows a button and looks at nothing, only POST uses the link up."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.i18n import N_
from bot.rules import devices, page_links
from bot.rules import people as rules
from bot.rules.work import Refused, Work
from bot.service import outbox
from bot.web import forms, sessions
from bot.web.chat import REFUSED, TOKEN, Card, ChatPages
from bot.web.paper import is_page_of_ours
from bot.web.sessions import Visitor
from storage import people, web
from storage.people import Person, Status

GOING_ON = Card(
    N_("This link was made for you, and is good once. Press the button to go on."),
    N_("If the link is a different person’s, this device changes over to that person."),
    N_("Go on"),
    N_("You did not ask for this link? Then please leave it; or call %(contact)s."),
)


@dataclass(frozen=True)
class Opened:
    """Where the browser goes on, and the cookie that lets it in there; no token: it is in already."""

    destination: str
    token: str = ""
    is_login: bool = False


class LinkPages:
    """`/di/<token>`, over the chat's pages (which word what cannot be)."""

    def __init__(self, chat: ChatPages) -> None:
        self.site, self.chat = chat.site, chat

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/di/{token}", self.page, methods=["GET"]),
            Route("/di/{token}", self.use, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """One button: chat apps fetch links for previews, and would burn them."""
        token = request.path_params["token"]
        if not TOKEN.fullmatch(token):
            raise HTTPException(404)
        who = await sessions.visitor(self.site, request)
        return await self.chat.stranger(request, "once.html", card=GOING_ON, who=who)

    async def use(self, request: Request) -> Response:
        """The link is used up; the browser becomes a channel of the person, or sees one page for an hour."""
        await forms.fields(request)
        who = await sessions.visitor(self.site, request)
        token = request.path_params["token"]
        opened = await self.site.service.database.run(lambda session: self._opened(session, request, token, who))
        if isinstance(opened, Refused):
            status, sentence = REFUSED[opened.code]
            return await self.chat.stranger(request, "refused.html", status, refused=sentence, who=who)
        self.site.service.delivery.wake.set()
        response = RedirectResponse(opened.destination, 303)
        if opened.token and opened.is_login:
            sessions.set_cookie(self.site, request, response, opened.token)
        elif opened.token:
            sessions.set_page_cookie(self.site, request, response, opened.destination, opened.token)
        return response

    def _opened(self, session: Session, request: Request, token: str, who: Visitor | None) -> Refused | Opened:
        work = self.site.work(session)
        savepoint = session.begin_nested()
        try:
            link = page_links.use(work, token)
            person = people.get(session, link.person_id)
            if person is None or person.status == Status.LEFT or not is_page_of_ours(link.destination):
                raise Refused("unknown_link")
            savepoint.commit()
        except Refused as refused:
            savepoint.rollback()
            return refused
        if not link.is_login:
            return Opened(link.destination, sessions.begin_page(session, person.id, link.destination, work.now))
        if who is not None and who.person is not None and who.person.id == person.id:
            return Opened(link.destination)
        return Opened(link.destination, self._logged_in(work, request, person, who), is_login=True)

    def _logged_in(self, work: Work, request: Request, person: Person, who: Visitor | None) -> str:
        """A fresh session at a fresh address of this person; returns its token."""
        address, token = sessions.begin(work, sessions.browser_of(request), who, person.id)
        work.person = person
        found = web.live_session(work.session, rules.token_hash(token), work.now)
        if found is None:
            raise LookupError("a session that was just begun is gone")
        devices.begin(work, person, address, found.id)
        outbox.queue_notices(work, self.site.wording)
        return token
