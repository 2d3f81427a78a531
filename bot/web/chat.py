"""The web chat of `ralop run`: joining by link or code, the page of the chat, and what it posts and hears."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web import WebChannel
from bot.conversations import wording
from bot.i18n import N_, Reader
from bot.rules import people
from bot.rules.devices import LASTS
from bot.rules.work import Refused
from bot.service.outbox import chat_for
from bot.web import forms, posting, sessions
from bot.web.sessions import Visitor
from bot.web.site import LOOPBACK, Site
from bot.web.stream import event
from bot.web.thread import SHOWN, Item, Thread, cursor_of, folded
from storage import places, web

TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
SHOWN_FIRST = 12  # of a thread, on the page that a slow line must carry
WRONG_CODES_A_DAY = 50  # in all: 31 signs of 8 are safe only while nobody tries from a thousand addresses (T3)
REFUSED = {
    "unknown_code": (404, N_("The code %(code)s is not known. Please check it letter by letter and type it again.")),
    "no_code": (404, N_("This is no invite code. One looks like this: 7K3P-9QXM")),
    "used_code": (410, N_("This code has been used. Please call the person who invited you for a new one.")),
    "expired_code": (410, N_("This code has expired. Please call the person who invited you for a new one.")),
    "too_many_codes": (429, N_("Please try again in 15 minutes, or open the link you were sent.")),
    "unknown_link": (404, N_("This link is not known. Please ask Ra Lớp for a new one in the chat.")),
    "used_link": (410, N_("This link has been used. Please ask Ra Lớp for a new one in the chat.")),
    "expired_link": (410, N_("This link was good for half an hour. Please ask Ra Lớp for a new one in the chat.")),
}


@dataclass(frozen=True)
class Card:
    """The words of a page with one button, which uses a link up (once.html)."""

    said: str
    changes_over: str  # where somebody else is using Ra Lớp on this device
    button: str
    foreign: str


JOINING = Card(
    N_("You have been invited. Press the button to begin; the link is good for one person, once."),
    N_("On this device somebody else is using Ra Lớp. When you go on, it changes over to the invited person."),
    N_("Begin"),
    N_("Not for you? Call %(contact)s."),
)


class ChatPages:
    """The routes of the chat, over one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        site.hub.find_ended = self._ended

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.page),
            Route("/join", self.join_by_code, methods=["POST"]),
            Route("/join/{token}", self.join_page, methods=["GET"]),
            Route("/join/{token}", self.join, methods=["POST"]),
            Route("/chat/say", self.say, methods=["POST"]),
            Route("/chat/press", self.press, methods=["POST"]),
            Route("/chat/stream", self.stream),
            Route("/chat/after", self.after),
        ]

    # Joining

    async def join_page(self, request: Request) -> Response:
        """One button, and no look into the database: chat apps fetch links for previews and would burn them."""
        token = request.path_params["token"]
        if not TOKEN.fullmatch(token):
            raise HTTPException(404)
        who = await sessions.visitor(self.site, request)
        return await self.stranger(request, "once.html", card=JOINING, who=who)

    async def join(self, request: Request) -> Response:
        await forms.fields(request)
        return await self._join(request, request.path_params["token"], is_typed=False)

    async def join_by_code(self, request: Request) -> Response:
        return await self._join(request, (await forms.fields(request)).get("code", "")[:64].strip(), is_typed=True)

    async def _join(self, request: Request, invite: str, *, is_typed: bool) -> Response:
        """A good invite opens a fresh chat, in which consent and form of address are asked; a bad one opens nothing."""
        who = await sessions.visitor(self.site, request)
        service = self.site.service
        opened = await service.database.run(lambda session: self._opened(session, request, invite, is_typed, who))
        if isinstance(opened, Refused):
            status, sentence = REFUSED[opened.code]
            return await self.stranger(request, "stranger.html", status, refused=sentence, details=opened.details)
        address, token = opened
        await posting.take(
            self.site, address, WebChannel.update(address, at=service.clock.now(), text=f"/start {invite}")
        )
        response = RedirectResponse("/", 303)
        sessions.set_cookie(self.site, request, response, token)
        return response

    def _opened(
        self, session: Session, request: Request, invite: str, is_typed: bool, who: Visitor | None
    ) -> Refused | tuple[str, str]:
        work = self.site.work(session)
        client = (web.CHANNEL, web.CHANNEL, f"guest:{client_host(self.site, request)}")
        try:
            if is_typed:
                people.check_guessing(work, *client)
                if web.wrong_codes(session, work.now - timedelta(days=1)) >= WRONG_CODES_A_DAY:
                    raise Refused("too_many_codes")
            people.find_invite(work, self.site.service.surroundings.invite_key, invite)
        except Refused as refused:
            if is_typed and refused.code == "unknown_code":
                people.note_wrong_code(work, *client)
            return refused
        return sessions.begin(work, sessions.browser_of(request), who)

    async def stranger(self, request: Request, name: str, status: int = 200, **values: object) -> Response:
        """A page for whoever has no chat here: whose channel this is, and whom to call."""
        service = self.site.service

        def about(session: Session) -> tuple[str, str]:
            commune = places.commune(session)
            contact = service.surroundings.contact or (commune.contact if commune is not None else "")
            return (commune.name if commune is not None else ""), contact

        commune, contact = await service.database.run(about)
        reader = Reader(locale=service.default_locale, zone=service.clock.zone)
        return self.site.pages.show(name, reader, status, commune=commune, contact=contact, **values)

    # The chat

    async def page(self, request: Request) -> Response:
        """The chat of the person whose cookie it is, else how to join."""
        who = await sessions.visitor(self.site, request)
        if who is None:
            return await self.stranger(request, "stranger.html")
        thread = self._thread(who)
        shown = SHOWN if "cu" in request.query_params else SHOWN_FIRST

        def read(session: Session) -> tuple[Sequence[Item], str]:
            return folded(thread.read(session), shown), self._about(session, who)

        items, about = await self.site.service.database.run(read)
        name = wording.person(who.reader, who.person) if who.person is not None else ""
        await sessions.looked_in(self.site, who)
        response = self.site.pages.show(
            "chat.html",
            who.reader,
            items=items,
            cursor=thread.cursor,
            name=name,
            about=about,
            tag=who.tag,
            has_older=len(items) == SHOWN_FIRST,
        )
        if who.is_due:
            sessions.renew_cookie(self.site, request, response)
        return response

    def _about(self, session: Session, who: Visitor) -> str:
        """Whose page this is, as it stands at the top; before joining, whose channel."""
        if who.person is None:
            commune = places.commune(session)
            return who.reader.say("%(commune)s commune", commune=commune.name) if commune is not None else ""
        chat = chat_for(self.site.work(session), who.person.id, self.site.wording)
        position = wording.position(chat, who.person) if chat is not None else ""
        name = wording.person(who.reader, who.person)
        return who.reader.say("%(name)s, %(position)s", name=name, position=position) if position else name

    def _thread(self, who: Visitor, cursor: str = "0") -> Thread:
        return Thread(who.address, who.reader, self.site.web.profile, cursor_of(cursor))

    async def say(self, request: Request) -> Response:
        """A typed message. What is posted again under the same id is kept once, and told yes."""
        who, form, at = await self._posted(request)
        text = forms.typed(form)
        if text:
            update = WebChannel.update(who.address, at=at, text=text, client_id=forms.client_id(form))
            await posting.take(self.site, who.address, update, waits=forms.is_page(request))
        return posting.done(self.site, request, who)

    async def press(self, request: Request) -> Response:
        """A button that was pressed."""
        who, form, at = await self._posted(request)
        message, value = forms.pressed(form)
        update = WebChannel.update(who.address, at=at, press=value, message_id=message, client_id=forms.client_id(form))
        await posting.take(self.site, who.address, update, waits=forms.is_page(request))
        return posting.done(self.site, request, who)

    async def _posted(self, request: Request) -> tuple[Visitor, dict[str, str], datetime]:
        """Who posted what, and when it was written."""
        who = await posting.known(self.site, request)
        form = await forms.fields(request)
        await posting.allowed(self.site, who, form)
        return who, form, forms.written_at(form, self.site.service.clock.now())

    async def stream(self, request: Request) -> Response:
        """What is sent from now on, and what was missed since the last event."""
        who = await posting.known(self.site, request)
        await sessions.looked_in(self.site, who)
        cursor = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        thread = self._thread(who, cursor)

        async def look() -> Iterable[str]:
            items = await self.site.service.database.run(thread.read)
            told = {"phone": "me", "items": [item.as_json() for item in items]}
            return [event("items", told, str(thread.cursor))] if items else []

        return self.site.hub.answer([who.address], look)

    async def after(self, request: Request) -> Response:
        """The same for a page whose stream does not come through."""
        who = await posting.known(self.site, request)
        await sessions.looked_in(self.site, who)
        thread = self._thread(who, request.query_params.get("id", "0"))
        items = await self.site.service.database.run(thread.read)
        return JSONResponse({"cursor": str(thread.cursor), "phone": "me", "items": [item.as_json() for item in items]})

    async def _ended(self, addresses: Iterable[str]) -> set[str]:
        since = self.site.service.clock.now() - LASTS
        wanted = list(addresses)
        return await self.site.service.database.run(lambda session: web.ended(session, wanted, since))


def client_host(site: Site, request: Request) -> str:
    """Where a stranger's guesses come from: the peer, or what our own proxy on this machine says of it."""
    peer = request.client.host if request.client is not None else ""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    if site.public_url and forwarded and peer in LOOPBACK:
        return forwarded[:64]
    return peer
