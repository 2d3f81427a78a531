"""Webhooks: the secret first, then the database, and only then 200 to the platform."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.channel import Channel, Unparsable
from bot.messages import Received
from bot.web.guard import read_body
from bot.web.site import Site

log = structlog.get_logger()

TELEGRAM_SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105
ZALO_SECRET = "x-bot-api-secret-token"  # noqa: S105


class Hooks:
    """One route a platform; they carry no cookie and no Origin, but a secret."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/hooks/telegram", self.telegram, methods=["POST"]),
            Route("/hooks/zalo", self.zalo, methods=["POST"]),
            Route("/hooks/zalo/{number:int}", self.zalo, methods=["POST"]),
        ]

    async def telegram(self, request: Request) -> Response:
        """An update of Telegram."""
        channel = self._addressed(request, "telegram", 1, TELEGRAM_SECRET)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        await self._take(channel, await read_body(request))
        return PlainTextResponse("")

    async def zalo(self, request: Request) -> Response:
        """An event of Zalo's bot in that place of ZALO_BOT_TOKEN.

        What sort of body Zalo calls JSON, and whether its trial of the address sends one, is not documented: with the
        secret everything is taken, and whatever is no event is kept as none.
        """
        channel = self._addressed(request, "zalo", request.path_params.get("number", 1), ZALO_SECRET)
        await self._take(channel, await read_body(request))
        return JSONResponse({"message": "Success"})

    def _addressed(self, request: Request, name: str, number: int, header: str) -> Channel:
        """The channel that a call is for. 404 where there is none; a wrong secret is never parsed, nor told apart from
        none (T13)."""
        there = [one for one in self.site.service.channels if one.name == name]
        if not 1 <= number <= len(there):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        channel = there[number - 1]
        if not channel.accepts(request.headers.get(header)):  # type: ignore[attr-defined]
            raise HTTPException(HTTPStatus.FORBIDDEN)
        return channel

    async def _take(self, channel: Channel, body: bytes) -> None:
        try:
            batch: list[Received] = channel.receive_body(body)  # type: ignore[attr-defined]
        except Unparsable as error:
            log.warning("webhook body is no update", where=str(error))
            raise HTTPException(HTTPStatus.BAD_REQUEST) from None
        if batch:
            await self.site.service.take(channel, batch)  # a database that refuses becomes 503 with Retry-After
