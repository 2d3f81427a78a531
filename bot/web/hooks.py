"""Webhooks: the secret first, then the database, and only then 200 to the platform."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.channel import Unparsable
from bot.messages import Received
from bot.web.guard import read_body
from bot.web.site import Site

log = structlog.get_logger()

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105


class Hooks:
    """One route a platform; they carry no cookie and no Origin, but a secret."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def routes(self) -> list[BaseRoute]:
        return [Route("/hooks/telegram", self.telegram, methods=["POST"])]

    async def telegram(self, request: Request) -> Response:
        """An update of Telegram. 404 while we poll; a wrong secret is never parsed, nor told apart from none (T13)."""
        channel = next((one for one in self.site.service.channels if one.name == "telegram"), None)
        if channel is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if not channel.accepts(request.headers.get(SECRET_HEADER)):  # type: ignore[attr-defined]
            raise HTTPException(HTTPStatus.FORBIDDEN)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        body = await read_body(request)
        try:
            batch: list[Received] = channel.receive_body(body)  # type: ignore[attr-defined]
        except Unparsable as error:
            log.warning("webhook body is no update", where=str(error))
            raise HTTPException(HTTPStatus.BAD_REQUEST) from None
        await self.site.service.take(channel, batch)  # a database that refuses becomes 503 with Retry-After
        return PlainTextResponse("")
