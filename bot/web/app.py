"""The pages put together, and the server that serves them inside our own event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.i18n import N_, Reader
from bot.settings import Settings
from bot.web import forms
from bot.web.api import Api
from bot.web.calendar_feed import CalendarFeed
from bot.web.chat import ChatPages
from bot.web.files import FilePages
from bot.web.guard import Guard
from bot.web.health import Health
from bot.web.hooks import Hooks
from bot.web.installed import AppPages
from bot.web.links import LinkPages
from bot.web.office.office import OfficePages
from bot.web.pages import TOO_LARGE
from bot.web.paper import PaperPages
from bot.web.pushes import Pushes, PushPages
from bot.web.site import Served, Site
from bot.web.static import FOREVER

GRACE_S = 3
ERRORS = {
    401: N_("This page belongs to somebody who has joined. Please open your link or type your code."),
    404: N_("There is no such page."),
    409: N_("Somebody else is using Ra Lớp in this browser by now. Please open your own link."),
    413: TOO_LARGE,
    415: N_("Ra Lớp takes photos, voice notes, lists (.xlsx, .xls, .csv) and papers (.docx, .pdf)."),
    429: N_("That is a lot for one day. Please go on tomorrow."),
}
SOMETHING_WRONG = N_("That did not work. Please go back and try again.")


def build(
    service: Served,
    settings: Settings | None = None,
    *,
    pages: Callable[[Site], Sequence[BaseRoute]] | None = None,
) -> Starlette:
    """Everything that is served for a service: the chat (or `pages` in its place), webhooks, health.

    Call it before the service runs: from then on delivery tells the open pages what was sent.
    """
    site = Site(service, public_url=(settings.web_public_url or "") if settings is not None else "")
    service.delivery.kept = site.hub.sent
    static = site.pages.static

    async def file(request: Request) -> Response:
        found = static.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return Response(found[0], media_type=found[1], headers={"Cache-Control": FOREVER})

    async def wrong(request: Request, error: Exception) -> Response:
        return _wrong(site, request, error)

    pushes = Pushes(site, settings.data_folder if settings is not None else None)
    own = chat_routes(site, pushes) if pages is None else pages(site)
    api = Api(site)
    app = Starlette(
        routes=[
            Route("/static/{name}", file),
            *own,
            *Hooks(site).routes(),
            *Health(site).routes(),
            *api.routes(),
            *CalendarFeed(site).routes(),
        ],
        middleware=[Middleware(Guard, site=site), Middleware(GZipMiddleware, minimum_size=500)],
        exception_handlers={HTTPException: wrong},
    )
    app.state.site, app.state.pushes, app.state.api = site, pushes, api
    return app


def chat_routes(site: Site, pushes: Pushes) -> list[BaseRoute]:
    """The pages of the real service."""
    chat = ChatPages(site)
    rooms = (
        FilePages(site),
        LinkPages(chat),
        PaperPages(site),
        OfficePages(site),
        AppPages(site),
        PushPages(site, pushes),
    )
    return [*chat.routes(), *(route for room in rooms for route in room.routes())]


def _wrong(site: Site, request: Request, error: Exception) -> Response:
    """A refused request: a page for people, the bare number for everything else."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    reader = Reader(locale=site.service.default_locale, zone=site.service.clock.zone)
    said = reader.say(error.said if isinstance(error, forms.Told) else ERRORS.get(status, SOMETHING_WRONG))
    if forms.is_page(request):
        return site.pages.show("error.html", reader, status, said=said)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"ok": False, "said": said}, status)
    return PlainTextResponse(str(status), status)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; raises OSError when the port is taken or the host is not ours. Port 0: any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made


async def serve(
    app: Starlette, host: str, port: int, stop: asyncio.Event, *, sock: socket.socket | None = None
) -> None:
    """Serves until `stop` is set, then closes the streams and ends within a few seconds.

    Raises OSError at once when the port is taken; `sock` is a socket of `listening`, opened by the caller.
    """
    opened = sock or listening(host, port)
    config = uvicorn.Config(
        app,
        log_config=None,  # our own logs, which strike out tokens (bot.logs)
        log_level="warning",
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        await app.state.site.hub.close()
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving
        opened.close()


class _Server(uvicorn.Server):
    """Signals are the command's business, not the server's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
