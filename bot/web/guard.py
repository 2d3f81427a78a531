"""The guard before every page: whose host, from which page, how large; and the headers that every answer carries.

The pages sit on 127.0.0.1, which every page of the internet open in the same browser can reach: so Host and Origin are
looked at on every request, and nothing changes without the right Origin (T22).
"""

from __future__ import annotations

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.site import Site

log = structlog.get_logger()

BODY_LIMIT = 1_000_000
FILE_LIMIT = 5_000_000  # of one photo, voice note or file
LARGER = ("/chat/file", "/nhap", "/bang/nhap-danh-sach")  # these look at the length themselves, and answer with a page
RETRY_AFTER_S = "5"
CHANGES_NOTHING = ("GET", "HEAD")
HOOKS = "/hooks/"  # called by platforms, which have no Origin: their secret is looked at instead
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # "no-referrer" would turn the Origin of our own forms into null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cache-Control": "no-store",
}


class Guard:
    """The outermost layer; what falls over inside becomes a plain 500, or 503 where the database refused."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        is_begun = False

        async def sending(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        try:
            await (refusal or self._app)(scope, receive, sending)
        except SQLAlchemyError as error:
            log.error("the database refused a page", error=type(error).__name__)
            if not is_begun:
                await PlainTextResponse("503", 503, {"Retry-After": RETRY_AFTER_S})(scope, receive, sending)
        except Exception as error:
            log.exception("page fell over", error=type(error).__name__)
            if not is_begun:
                await PlainTextResponse("500", 500)(scope, receive, sending)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        own = self._site.origin_of(headers.get("host", ""))
        if own is None:
            return PlainTextResponse("421", 421)
        method, origin = scope["method"], headers.get("origin")
        is_hook = scope["path"].startswith(HOOKS)
        if origin is not None and origin.lower() != own and not is_hook:
            return PlainTextResponse("403", 403)
        if origin is None and method not in CHANGES_NOTHING and not is_hook:
            return PlainTextResponse("403", 403)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or (int(length) > BODY_LIMIT and scope["path"] not in LARGER):
            return PlainTextResponse("413", 413)
        return None


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body; raises HTTPException 413 when more than `limit` is announced, or comes unannounced."""
    if int(request.headers.get("content-length", "0")) > limit:
        raise HTTPException(413)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413)
    return bytes(body)
