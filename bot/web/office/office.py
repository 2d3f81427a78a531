"""The routes of the office page: who is at the desk, what they may open, and how a room's sheet is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.conversations import wording
from bot.i18n import N_, Reader
from bot.rules import people
from bot.rules.work import Refused, Work
from bot.service import outbox
from bot.web import forms, sessions
from bot.web.guard import FILE_LIMIT
from bot.web.office.desk import ROOT, TOO_LARGE, Asked, Desk, Gone, Room, Sheet, Wanted
from bot.web.office.made import MadeFiles
from bot.web.office.periods import Periods
from bot.web.office.rooms import ROOMS
from bot.web.site import Site
from storage import web

DONE = "xong"
LARGEST_ID = 2**63 - 1  # so far a database counts
FIELDS_AT_MOST = 120  # all numbers of the rules, or the week of a class, on one page
CLOSED = N_("This page opens from the chat: type there “office page”, and press the link that comes.")
NOT_FOR_YOU = N_("This page is for the commune's office and for heads of school. Please go back to the chat.")


class OfficePages:
    """`/bang` and everything below it: by the session of the chat, or by one that a one-time link began."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.periods = Periods(site)
        self.made = MadeFiles(site)

    def routes(self) -> list[BaseRoute]:
        found: list[BaseRoute] = []
        for room in ROOMS:
            found.append(Route(ROOT + room.path, self._getting(room), methods=["GET"]))
            if room.post is not None:
                found.append(Route(ROOT + room.path, self._posting(room), methods=["POST"]))
        return found

    def _getting(self, room: Room) -> Callable[[Request], Awaitable[Response]]:
        async def get(request: Request) -> Response:
            asked = Asked(request.path_params, dict(request.query_params))
            return await self._answer(await self._person(request), room, asked, room.get)

        return get

    def _posting(self, room: Room) -> Callable[[Request], Awaitable[Response]]:
        async def post(request: Request) -> Response:
            person_id = await self._person(request)  # before a body is read
            asked = Asked(request.path_params, dict(request.query_params))
            if room.takes_file:
                upload = await _upload(request)
                asked = replace(asked, form=upload.fields, upload=upload)
            else:
                asked = replace(asked, form=await forms.fields(request, FIELDS_AT_MOST))
            return await self._answer(person_id, room, asked, room.post or room.get)

        return post

    async def _person(self, request: Request) -> int:
        """Who is at the desk; raises HTTPException 401."""
        person_id = await sessions.page_visitor(self.site, request, ROOT)
        if person_id is None:
            who = await sessions.visitor(self.site, request)
            person_id = who.person.id if who is not None and who.person is not None else None
        if person_id is None:
            raise forms.Told(401, CLOSED)
        return person_id

    async def _answer(
        self, person_id: int, room: Room, asked: Asked, act: Callable[[Desk], Sheet | Gone | Wanted]
    ) -> Response:
        """In one transaction: may they, what do they see; what cannot be is one sentence, and nothing is written."""
        if any(isinstance(part, int) and part > LARGEST_ID for part in asked.path.values()):
            raise HTTPException(404)
        figures = await self.periods.of(person_id, room, asked) if room.period is not None else None

        def acted(session: Session) -> tuple[Reader, Sheet | Gone | Wanted, list[Room]]:
            chat = outbox.chat_for(self.site.work(session), person_id, self.site.wording)
            if chat is None:
                raise forms.Told(401, CLOSED)
            chat.work.via = web.CHANNEL
            return chat.reader, self._acted(Desk(chat, asked, figures), room, act), _navigation(chat.work)

        reader, found, navigation = await self.site.service.database.run(acted)
        if act is not room.get:
            self.site.service.delivery.wake.set()
        if isinstance(found, Gone):
            separator = "&" if "?" in found.to else "?"
            return RedirectResponse(f"{found.to}{separator}{DONE}=1" if found.is_written else found.to, 303)

        def show(sheet: Sheet) -> Response:
            shown = self.site.pages.show(
                f"office/{sheet.template}", reader, sheet.status, title=sheet.title, root=ROOT, rooms=navigation,
                here=room.path, is_done=DONE in asked.query, **sheet.values,
            )  # fmt: skip
            if sheet.again_s:
                shown.headers["Refresh"] = str(sheet.again_s)
            return shown

        return await self.made.give(found, reader, show) if isinstance(found, Wanted) else show(found)

    def _acted(self, desk: Desk, room: Room, act: Callable[[Desk], Sheet | Gone | Wanted]) -> Sheet | Gone | Wanted:
        if not people.may(desk.work, "office.see"):
            return Sheet("refused.html", desk.say("Office page"), {"said": desk.say(NOT_FOR_YOU)}, 403)
        savepoint = desk.session.begin_nested()
        try:
            people.require(desk.work, room.may)
            found = act(desk)
            savepoint.commit()
            self._tell(desk)
        except Refused as refused:
            savepoint.rollback()
            said = wording.refusal(desk.chat, refused).text
            return Sheet("refused.html", desk.say("Office page"), {"said": said}, 403)
        return found

    def _tell(self, desk: Desk) -> None:
        """Whoever must hear of a change hears of it as if it had been made in the chat."""
        outbox.queue_notices(desk.work, self.site.wording)


async def _upload(request: Request) -> forms.Upload:
    """The file of a form; one that is too large comes without a content, so that the form can say so."""
    try:
        return await forms.upload(request, FILE_LIMIT)
    except HTTPException as refused:
        if refused.status_code != 413:
            raise
        return forms.Upload("", b"", {TOO_LARGE: "1"})


def _navigation(work: Work) -> list[Room]:
    """The rooms that this person may open, as the navigation shows them."""
    return [room for room in ROOMS if room.label and people.may(work, room.may)]
