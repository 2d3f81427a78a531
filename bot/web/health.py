"""Health: is it alive, is it ready, and counts for whoever watches. No names, no versions, no paths (T32)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.site import LOOPBACK, Site
from storage import web
from storage.reminders import remember

WRITE_WITHIN_S = 5.0
ALARMS = ("trouble", "last_good_poll")
SEVERAL = ("zalo",)  # of such a platform a deployment may have several bots


class Unwritable(Exception):
    """Ends the trial of writing: what it wrote is taken back."""


class Health:
    """The pages of a watcher: `/healthz`, `/readyz`, and on this machine `/metrics`."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def routes(self) -> list[BaseRoute]:
        return [Route("/healthz", self.alive), Route("/readyz", self.ready), Route("/metrics", self.metrics)]

    async def alive(self, request: Request) -> Response:
        """The process answers, and its clock ticks or has not begun to."""
        is_alive = self.site.service.ticked_at is None or self.site.service.is_ticking
        return JSONResponse({"alive": is_alive}, 200 if is_alive else 503)

    async def ready(self, request: Request) -> Response:
        """503 only for a database that takes nothing, or a clock without a tick within 60 s; channels are told."""
        service = self.site.service
        counts = await self._counts()
        is_ready = counts is not None and service.is_ticking
        told = {
            "ready": is_ready,
            "database": {"writable": counts is not None},
            "clock": {"ticking": service.is_ticking, "last_tick": _iso(service.ticked_at)},
            "channels": dict(self._channels()),
            "waiting": counts or {},
        }
        return JSONResponse(told, 200 if is_ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Gauges in the text form that Prometheus reads, for this machine only."""
        if not self._is_local(request):
            raise HTTPException(404)
        service = self.site.service
        lines = ["# TYPE ralop_rows gauge"]
        lines += [f'ralop_rows{{state="{state}"}} {count}' for state, count in (await self._counts() or {}).items()]
        lines += ["# TYPE ralop_streams gauge", f"ralop_streams {len(self.site.hub)}"]
        lines += ["# TYPE ralop_ticking gauge", f"ralop_ticking {int(service.is_ticking)}"]
        lines += ["# TYPE ralop_channel_well gauge"]
        lines += [
            f'ralop_channel_well{{channel="{name}"}} {int(health["trouble"] is None)}'
            for name, health in self._channels()
        ]
        return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")

    def _channels(self) -> list[tuple[str, dict[str, Any]]]:
        found: list[tuple[str, dict[str, Any]]] = []
        for channel in self.site.service.channels:
            name = f"{channel.name}:{channel.bot}" if channel.name in SEVERAL else channel.name
            health = channel.health()
            found.append((name, {key: health.get(key) for key in ALARMS}))
        return found

    async def _counts(self) -> dict[str, int] | None:
        """How much waits, after a trial of writing that is taken back; None when the database takes nothing."""
        try:
            return await asyncio.wait_for(self._tried(), WRITE_WITHIN_S)
        except (SQLAlchemyError, OSError, TimeoutError):
            return None

    async def _tried(self) -> dict[str, int]:
        counts: dict[str, int] = {}

        def tried(session: Session) -> None:
            counts.update(web.waiting(session))
            remember(session, "health", tried=True)
            session.flush()
            raise Unwritable  # a look at our health leaves no trace

        with suppress(Unwritable):
            await self.site.service.database.run(tried)
        return counts

    def _is_local(self, request: Request) -> bool:
        peer = request.client.host if request.client is not None else ""
        host = request.url.hostname or ""
        return peer in LOOPBACK and host in LOOPBACK and "x-forwarded-for" not in request.headers


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
