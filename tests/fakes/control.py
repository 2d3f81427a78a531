"""The other side of every fake: which calls fail, what happened, and the waiting for it."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

from tests.fakes.platform import Fault, Platform
from tests.fakes.wire import Answer, Server


class Hand:
    """Orders of the tests: POST /control/<verb> with JSON; the one of each platform adds its people."""

    def __init__(self, bot: Platform) -> None:
        self.bot = bot
        self.server: Server | None = None

    async def call(self, verb: str, said: dict[str, Any]) -> Answer:
        handler = getattr(self, f"do_{verb}", None)
        if handler is None:
            return Answer.of({"error": f"no such control: {verb}"}, 404)
        try:
            result = handler(**said)
            if asyncio.iscoroutine(result):
                result = await result
        except (LookupError, TypeError, ValueError) as error:
            return Answer.of({"error": f"{type(error).__name__}: {error}"}, 400)
        return Answer.of({"result": result})

    def do_fault(
        self, method: str = "*", fault: str = "", count: int = 1, for_s: float = math.inf, **more: Any
    ) -> None:
        until = asyncio.get_running_loop().time() + for_s
        self.bot.faults.add(Fault(method, fault, count, until=until, **more))

    def do_heal(self) -> None:
        self.bot.faults.clear()

    async def do_refuse(self, seconds: float) -> None:
        """Connections are refused for a while; this one is answered first."""
        assert self.server
        asyncio.get_running_loop().call_later(0.05, lambda: asyncio.ensure_future(_refuse(self.server, seconds)))

    def do_advance(self, seconds: float) -> float:
        self.bot.clock.ahead += seconds
        return self.bot.clock.now()

    def do_latency(self, low_ms: float, high_ms: float) -> None:
        self.bot.latency = (low_ms / 1000, high_ms / 1000)

    def do_events(self, after: int = 0, chat: Any = None, kinds: list[str] | None = None) -> list[Any]:
        return [
            event
            for event in self.bot.events[after:]
            if chat in (None, event["chat"]) and (not kinds or event["kind"] in kinds)
        ]

    async def do_wait(
        self, chat: Any = None, after: int = 0, kinds: list[str] | None = None, timeout: float = 10
    ) -> list[Any]:
        """The events after a number, as soon as there is one; empty when the time is over."""
        ends_at = time.monotonic() + timeout
        while True:
            self.bot.happened.clear()
            found = self.do_events(after, chat, kinds)
            left = ends_at - time.monotonic()
            if found or left <= 0:
                return found
            try:
                await asyncio.wait_for(asyncio.shield(self._happened()), min(left, 0.5))
            except TimeoutError:
                continue

    async def _happened(self) -> None:
        await self.bot.happened.wait()

    def do_requests(self, after: int = 0, method: str | None = None) -> list[Any]:
        return [record for record in self.bot.requests[after:] if method in (None, record["method"])]

    def do_stats(self) -> dict[str, Any]:
        return {**self.bot.stats, "requests": len(self.bot.requests), "events": len(self.bot.events)}

    def do_forget(self) -> None:
        """Empties the records of requests and events (for long runs)."""
        self.bot.requests.clear()
        self.bot.events.clear()
        self.bot.stats.clear()


async def _refuse(server: Server | None, seconds: float) -> None:
    if server:
        await server.refuse(seconds)
