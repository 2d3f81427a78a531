"""Photos, voice notes and files of a chat: what a page sends, and what it is given to show."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.channel import SendError
from bot.channels.web import WebChannel
from bot.messages import Attachment, Kind, Outgoing
from bot.web import bare_photos, forms, posting
from bot.web.guard import FILE_LIMIT
from bot.web.pages import ODD_PHOTO
from bot.web.site import Site
from bot.web.sniffing import SHOWN, kind_of
from storage import files, web

REFERENCE = re.compile(r"([io])(\d{1,15})")
A_DAY_BYTES = 60_000_000  # of one address: a page that went wild fills no disk
SECONDS_AT_MOST = 600
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "audio/ogg": "ogg", "audio/webm": "webm"}
# A file is shown alone in its frame at most: nothing in it may run, and it can reach nothing of ours.
SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


class FilePages:
    """The routes of the files, over one site."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/chat/file", self.take, methods=["POST"]),
            Route("/chat/file/{reference}", self.give),
        ]

    async def take(self, request: Request) -> Response:
        """One file as a message: kept in the transaction that puts it into the inbox."""
        who = await posting.known(self.site, request)
        upload = await forms.upload(request, FILE_LIMIT)
        await posting.allowed(self.site, who, upload.fields)
        if not upload.content and forms.is_page(request):
            return posting.done(self.site, request, who)
        found = kind_of(upload.content, upload.name)
        if found is None:
            raise HTTPException(415)
        now, (kind, media_type) = self.site.service.clock.now(), found
        content = laid_bare(upload.content, media_type) if kind is Kind.PHOTO else upload.content
        since = now - timedelta(days=1)
        if await self.site.service.database.run(lambda s: web.taken_since(s, who.address, since)) > A_DAY_BYTES:
            raise HTTPException(429)
        name = upload.name if kind is Kind.FILE else ""
        client_id = forms.client_id(upload.fields)
        attachment = Attachment(
            kind, f"{who.address}:{client_id}", seconds=_seconds(kind, upload.fields), size_bytes=len(content),
            name=name,
        )  # fmt: skip
        at = forms.written_at(upload.fields, now)
        text = forms.typed(upload.fields)
        update = WebChannel.update(who.address, at=at, text=text, client_id=client_id, attachment=attachment, kind=kind)

        def kept(session: Session) -> None:
            files.put(
                session, channel=web.CHANNEL, bot=web.CHANNEL, file_id=attachment.file_id, address=who.address,
                kind=kind, content=content, media_type=media_type, name=name, at=now,
            )  # fmt: skip

        await posting.take(self.site, who.address, update, kept, waits=forms.is_page(request))
        return posting.done(self.site, request, who)

    async def give(self, request: Request) -> Response:
        """A file of this chat, to this chat only: of a message it sent (`i12`), or that it was sent (`o12`)."""
        who = await posting.known(self.site, request)
        reference = REFERENCE.fullmatch(request.path_params["reference"])
        if reference is None:
            raise HTTPException(404)

        def found(session: Session) -> Attachment | None:
            number = int(reference[2])
            if reference[1] == "i":
                heard = web.sent_from(session, number, who.address)
                told = ((heard.raw if heard is not None else None) or {}).get("attachment")
                return None if not told else Attachment.from_json(told)
            sent = web.sent_to(session, number, who.address)
            return None if sent is None else Outgoing.from_json(sent.shown or {}).attachment

        attachment = await self.site.service.database.run(found)
        if attachment is None:
            raise HTTPException(404)
        return await self.content(attachment)

    async def content(self, attachment: Attachment) -> Response:
        """A file's bytes, as something that is looked at or saved and never run; 404 for what is gone."""
        place = (attachment.channel or web.CHANNEL, attachment.bot or web.CHANNEL)
        wanted = Attachment(attachment.kind, attachment.file_id, name=attachment.name, channel=place[0], bot=place[1])
        try:
            content, media_type = await self.site.service.keeping.content(wanted)
        except (SendError, TimeoutError):
            raise HTTPException(404) from None
        return as_file(content, media_type, attachment.name or _named(attachment.kind, media_type))


def laid_bare(photo: bytes, media_type: str) -> bytes:
    """A photo without its notes; raises Told 415 for one that cannot be read, whose notes could not be found."""
    try:
        return bare_photos.bare(photo, media_type)
    except ValueError:
        raise forms.Told(415, ODD_PHOTO) from None


def as_file(content: bytes, media_type: str, name: str) -> Response:
    """A content as an answer: its type from a short list, never looked into by the browser."""
    is_shown = media_type in SHOWN
    headers = {
        "Content-Disposition": f"{'inline' if is_shown else 'attachment'}; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, max-age=86400, immutable",
    }
    return Response(content, media_type=media_type if is_shown else "application/octet-stream", headers=headers)


def _named(kind: Kind, media_type: str) -> str:
    return f"{kind}.{SUFFIX.get(media_type, 'bin')}"


def _seconds(kind: Kind, form: dict[str, str]) -> int:
    told = form.get("seconds", "")
    return min(int(told), SECONDS_AT_MOST) if kind is Kind.VOICE and told.isdecimal() and len(told) < 6 else 0
