"""Simple readable pages for what a chat cannot carry: a long list, a file, a way to hand a file in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.i18n import N_, Reader
from bot.importers.kept import kind_of as read_as
from bot.rules import pupils as pupil_rules
from bot.rules.work import Refused
from bot.service.keeping import hand_in
from bot.service.outbox import chat_for
from bot.web import forms, sessions
from bot.web.files import as_file
from bot.web.guard import FILE_LIMIT
from bot.web.pages import TOO_LARGE
from bot.web.site import Site
from bot.web.sniffing import SHOWN
from storage import people, places, web
from storage.files import FileStatus, KeptFile
from storage.pupils import Listed

CLOSED = N_("This page has closed. Please ask Ra Lớp for a new link in the chat.")
RECEIVED = N_("Received: %(file)s. Ra Lớp answers in the chat.")
ANOTHER_KIND = N_("Please choose a list (.xlsx, .xls, .csv) or a plan (.docx).")
DESTINATION = re.compile(r"/(tep/\d{1,15}|nhap|bang|xem/[a-z]+-\d{1,15}|)")


@dataclass(frozen=True)
class Page:
    """A list as it is read: a title, a line below it, the heads of its columns, and its rows."""

    title: str
    about: str = ""
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)


def class_roster(chat: Chat, number: str) -> Page:
    """The pupils of a class, as far as the reader looks after them."""
    found = pupil_rules.roll(chat.work, class_id=int(number))
    school_class = places.school_class(chat.session, int(number))
    if not found or school_class is None:
        raise Refused("outside_scope")
    title = chat.say_n(
        "Class %(class_name)s, %(n)d pupil", "Class %(class_name)s, %(n)d pupils", len(found),
        class_name=school_class.name,
    )  # fmt: skip
    heads = ["", chat.say("Full name"), chat.say("Village")]
    return Page(title, _as_of(chat), heads, _numbered(found, lambda one: one.village))


def village_roster(chat: Chat, number: str) -> Page:
    """The pupils of a village, as far as the reader looks after them."""
    found = pupil_rules.roll(chat.work, village_id=int(number))
    village = places.get(chat.session, int(number))
    if not found or village is None:
        raise Refused("outside_scope")
    title = chat.say_n("%(village)s, %(n)d pupil", "%(village)s, %(n)d pupils", len(found), village=village.name)
    heads = ["", chat.say("Full name"), chat.say("Class (head of a column)")]
    return Page(title, _as_of(chat), heads, _numbered(found, lambda one: one.class_name))


def _numbered(found: Sequence[Listed], where: Callable[[Listed], str]) -> list[list[str]]:
    return [[str(place), one.pupil.name, where(one) or "–"] for place, one in enumerate(found, start=1)]


def _as_of(chat: Chat) -> str:
    return chat.say("As of %(day)s. Please show it to nobody else.", day=chat.reader.day(chat.work.today))


# What stands behind /xem/<name>-<number>: a new list is a line here.
PAGES: dict[str, Callable[[Chat, str], Page]] = {"lop": class_roster, "thon": village_roster}


def is_page_of_ours(destination: str) -> bool:
    """Whether a link may lead there: the chat, a file, the way in for files, a list."""
    return DESTINATION.fullmatch(destination) is not None


class PaperPages:
    """The routes, over one site; each needs a session of that page, or of the chat for what one may see anyhow."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/xem/{name}", self.list_page),
            Route("/tep/{number:int}", self.file_page),
            Route("/tep/{number:int}/noi-dung", self.file_content),
            Route("/nhap", self.hand_in_page, methods=["GET"]),
            Route("/nhap", self.hand_in, methods=["POST"]),
        ]

    async def _person(self, request: Request, page: str, *, or_chat: bool) -> int:
        """Who may see the page; raises Told 401 for anybody else, and when the hour is over."""
        person_id = await sessions.page_visitor(self.site, request, page)
        if person_id is None and or_chat:
            who = await sessions.visitor(self.site, request)
            person_id = who.person.id if who is not None and who.person is not None else None
        if person_id is None:
            raise forms.Told(401, CLOSED)
        return person_id

    def _chat(self, session: Session, person_id: int) -> Chat:
        """The turn of whoever reads the page. Raises HTTPException 401 for somebody who has left."""
        found = chat_for(self.site.work(session), person_id, self.site.wording)
        if found is None:
            raise HTTPException(401)
        found.work.via = web.CHANNEL
        return found

    async def list_page(self, request: Request) -> Response:
        """A list that somebody may see: their scope decides at every look, and each look is noted."""
        name, _, number = request.path_params["name"].partition("-")
        if name not in PAGES or not number.isdecimal() or len(number) > 15:
            raise HTTPException(404)
        person_id = await self._person(request, f"/xem/{name}-{number}", or_chat=True)

        def read(session: Session) -> tuple[Reader, Page | str]:
            chat = self._chat(session, person_id)
            try:
                return chat.reader, PAGES[name](chat, number)
            except Refused as refused:
                return chat.reader, wording.refusal(chat, refused).text

        reader, page = await self.site.service.database.run(read)
        if isinstance(page, str):
            return self.site.pages.show("error.html", reader, 403, said=page)
        return self.site.pages.show("list.html", reader, page=page)

    async def file_page(self, request: Request) -> Response:
        """One file that was made, or sent, for this person."""
        number = request.path_params["number"]
        person_id = await self._person(request, f"/tep/{number}", or_chat=False)

        def read(session: Session) -> tuple[Reader, KeptFile | None]:
            chat = self._chat(session, person_id)
            found = session.get(KeptFile, number)
            is_here = found is not None and found.status == FileStatus.KEPT
            return chat.reader, found if is_here else None

        reader, file = await self.site.service.database.run(read)
        if file is None:
            return self.site.pages.show(
                "error.html", reader, 410, said=reader.say("This file is no longer kept. Please ask for it again.")
            )
        return self.site.pages.show("file.html", reader, file=file, is_shown=file.media_type in SHOWN)

    async def file_content(self, request: Request) -> Response:
        """Its bytes; the look is noted."""
        number = request.path_params["number"]
        person_id = await self._person(request, f"/tep/{number}", or_chat=False)

        def read(session: Session) -> tuple[bytes, str, str] | None:
            chat = self._chat(session, person_id)
            found = session.get(KeptFile, number)
            if found is None or found.content is None:
                return None
            chat.work.audit("file.fetched", "kept_file", found.id)
            return found.content, found.media_type, found.name or f"{found.kind}-{found.id}"

        content = await self.site.service.database.run(read)
        if content is None:
            raise HTTPException(404)
        return as_file(*content)

    async def hand_in_page(self, request: Request) -> Response:
        """Where a file is handed in that the person's own chat cannot carry."""
        person_id = await self._person(request, "/nhap", or_chat=False)
        reader = await self.site.service.database.run(lambda session: self._chat(session, person_id).reader)
        return self.site.pages.show("hand_in.html", reader)

    async def hand_in(self, request: Request) -> Response:
        """The file goes to the conversation that is open in the person's chat, as if it had come over it.

        One that is too large, or of another kind, is refused in a sentence, and the page asks again.
        """
        person_id = await self._person(request, "/nhap", or_chat=False)
        who = await sessions.visitor(self.site, request)
        try:
            upload = await forms.upload(request, FILE_LIMIT)
            status, sentence = (200, RECEIVED) if read_as(upload.name) else (415, ANOTHER_KIND)
        except HTTPException as refused:
            if refused.status_code != 413:
                raise
            upload, status, sentence = forms.Upload("", b""), 413, TOO_LARGE

        def handed_in(session: Session) -> tuple[Reader, str]:
            chat = self._chat(session, person_id)
            if status == 200:
                self._keep(chat, upload)
            return chat.reader, chat.say(sentence, file=upload.name)

        reader, said = await self.site.service.database.run(handed_in)
        return self.site.pages.show("hand_in.html", reader, status, said=said, is_taken=status == 200, who=who)

    def _keep(self, chat: Chat, upload: forms.Upload) -> None:
        """The chat that hears of it is the one the person wrote in last. Raises Told 401 where there is none."""
        found = people.addresses(chat.session, chat.person.id) if chat.person is not None else ()
        heard = [one for one in found if one.heard_at is not None]
        home = max(heard, key=lambda one: one.heard_at or one.linked_at, default=None)
        if home is None:
            raise forms.Told(401, CLOSED)
        kept = hand_in(
            chat.session, home, name=upload.name, content=upload.content, reader=read_as(upload.name), at=chat.now
        )
        chat.work.audit("file.handed_in", "kept_file", kept.id)
