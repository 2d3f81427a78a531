"""Papers and pictures of the office page: made by the press while the browser waits, and given when they are ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import quote

import structlog
from starlette.responses import Response

from bot.i18n import N_, Reader
from bot.reports import requests
from bot.reports.drawing import Drawing
from bot.reports.requests import Made, Request
from bot.rules.work import Refused
from bot.service.press import Spoiled
from bot.web.files import SANDBOX
from bot.web.office.desk import Sheet, Wanted
from bot.web.site import Site

log = structlog.get_logger()

WAITS_S = 6.0  # a browser that sees nothing for so long looks broken: then a page says what is going on
AN_IMAGE_S = 60.0
DRAWN_HOLDS_S = 60.0  # the page and its picture are one look
UNFETCHED_S = 300.0
UNDER_WAY_AT_MOST = 3  # of one person
NOT_MADE = N_("That could not be made. Please try again; if it stays so, tell whoever runs Ra Lớp.")
TOO_MANY = N_("Three papers are being made for you already. Please wait for them.")
NOT_YOURS = N_("That lies outside what you look after.")

Show = Callable[[Sheet], Response]
Task = asyncio.Task[Made | Drawing]


@dataclass
class MadeFiles:
    """What is being made, by request: a browser that asks again finds the same."""

    site: Site
    _under_way: dict[tuple[Request, str], Task] = field(default_factory=dict)

    async def give(self, wanted: Wanted, reader: Reader, show: Show) -> Response:
        """The file, the picture, or the page with it; a page that asks again while it is not ready."""
        key = (wanted.request, reader.locale)
        if key not in self._under_way:
            if self._of(wanted.request.person_id) >= UNDER_WAY_AT_MOST:
                return show(_sorry(wanted, reader.say(TOO_MANY), 429))
            self._under_way[key] = asyncio.create_task(self._making(wanted.request, reader))
            self._under_way[key].add_done_callback(lambda task: self._forget_after(key, task, UNFETCHED_S))
        task = self._under_way[key]
        await asyncio.wait({task}, timeout=AN_IMAGE_S if wanted.as_svg else WAITS_S)
        if not task.done():
            return Response(status_code=503) if wanted.as_svg else show(wanted.waits)
        self._forget_after(key, task, DRAWN_HOLDS_S if wanted.request.kind == requests.PICTURE else 0)
        try:
            return _given(wanted, reader, task.result(), show)
        except Refused:
            return show(_sorry(wanted, reader.say(NOT_YOURS), 403))
        except Spoiled as error:
            log.error("paper not made", kind=wanted.request.kind, reason=str(error))
            return show(_sorry(wanted, reader.say(NOT_MADE), 503))

    def _forget_after(self, key: tuple[Request, str], task: Task, seconds: float) -> None:
        """What was given, could not be made, or is not fetched, is made anew when it is asked for later."""
        asyncio.get_running_loop().call_later(seconds, self._forget, key, task)

    def _forget(self, key: tuple[Request, str], task: Task) -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]

    def _of(self, person_id: int) -> int:
        return sum(key[0].person_id == person_id and not task.done() for key, task in self._under_way.items())

    async def _making(self, request: Request, reader: Reader) -> Made | Drawing:
        making = self.site.service.making
        if request.kind == requests.PICTURE:
            return await making.drawn(reader, request)
        return await making.made(reader, request)


def _given(wanted: Wanted, reader: Reader, made: Made | Drawing, show: Show) -> Response:
    if isinstance(made, Made):
        return _file(made, requests.MEDIA[wanted.request.form])
    if wanted.as_svg:
        return _picture(made)
    page = wanted.page or wanted.waits
    return show(replace(page, title=made.title, values={**page.values, "drawing": made}))


def _file(made: Made, media_type: str) -> Response:
    """A paper is saved, never shown inside our pages."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}",
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, no-store",
    }
    return Response(made.content, media_type=media_type, headers=headers)


def _picture(drawing: Drawing) -> Response:
    """A picture is a page of its own to the browser, in which nothing runs."""
    if drawing.is_empty:
        return Response(status_code=404)
    headers = {"Content-Security-Policy": SANDBOX, "Cache-Control": "private, no-store"}
    return Response(drawing.svg, media_type="image/svg+xml", headers=headers)


def _sorry(wanted: Wanted, said: str, status: int) -> Sheet:
    return Sheet("refused.html", wanted.waits.title, {"said": said}, status)
