"""What the fake platforms share: a clock, faults by order, a record of every call, and what tests wait for."""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.fakes.wire import Answer, Call

PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1>Tổng đài thông báo</body></html>"


class Refusal(Exception):
    """An answer other than ok."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def answer(self) -> Answer:
        value = {"ok": False, "error_code": self.code, "description": self.description}
        return Answer.of(value | ({"parameters": self.parameters} if self.parameters else {}), self.code)


class Dark(Exception):
    """The lights went out while a poll was waiting."""


class Clock:
    """The server's time, which tests move; with a file it is RALOP_CLOCK's: an instant, or an offset in
    seconds."""

    def __init__(self, path: str = "") -> None:
        self._path = Path(path.removeprefix("file:")) if path else None
        self.ahead = 0.0

    def now(self) -> float:
        return self._base() + self.ahead

    def _base(self) -> float:
        if self._path is None or not self._path.exists():
            return time.time()
        said = self._path.read_text().strip()
        if re.fullmatch(r"[+-]?\d+(\.\d+)?", said):
            return time.time() + float(said)
        return datetime.fromisoformat(said).timestamp() + max(0.0, time.time() - self._path.stat().st_mtime)


@dataclass
class Fault:
    """The next `count` calls of `method` ("*" is any) go wrong, each with `rate`, until `until` (loop's
    time)."""

    method: str
    fault: str
    count: int
    rate: float = 1.0
    until: float = math.inf
    chat: Any = None
    seconds: float = 0.0
    code: int = 400
    text: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


class Faults:
    """What goes wrong by order."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._list: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._list.append(fault)

    def clear(self) -> None:
        self._list.clear()

    def darkness(self) -> Fault | None:
        """The fault that every call meets, if there is one: it also ends a poll that was waiting already."""
        found = (fault for fault in self._list if fault.method == "*" and fault.count > 10**6)
        return next((fault for fault in found if fault.rate == 1), None)

    def take(self, method: str, chat: Any) -> Fault | None:
        now = asyncio.get_running_loop().time()
        self._list = [fault for fault in self._list if fault.count > 0 and fault.until > now]
        for fault in self._list:
            is_meant = fault.method in ("*", method) or method.lower() == fault.method.lower()
            if is_meant and fault.chat in (None, chat) and self._rng.random() < fault.rate:
                fault.count -= 1
                return fault
        return None


class Platform:
    """A bot's side of a platform; the one of each platform adds its methods and its world."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.clock = Clock(options.clock)
        self.rng = random.Random(options.seed)
        low, _, high = str(options.latency).partition("-")
        self.latency = (float(low) / 1000, float(high or low) / 1000)
        self.faults = Faults(self.rng)
        self.events: list[dict[str, Any]] = []
        self.happened = asyncio.Event()
        self.requests: list[dict[str, Any]] = []
        self.stats: dict[str, int] = defaultdict(int)

    def handler_of(self, method: str) -> Any:
        """What serves a method; None where there is none."""
        raise NotImplementedError

    def chat_of(self, params: dict[str, Any]) -> Any:
        """The chat that a call is about, or None."""
        raise NotImplementedError

    def accepted(self, result: Any) -> Answer:
        """How the platform says yes."""
        return Answer.of({"ok": True, "result": result})

    def refused(self, refusal: Refusal) -> Answer:
        """How the platform says no."""
        return refusal.answer()

    def note(self, kind: str, chat: Any, **facts: Any) -> None:
        """Remembers something that the bot did; tests read and wait for these."""
        event = {"seq": len(self.events) + 1, "kind": kind, "chat": chat, "at": self.clock.now(), **facts}
        self.events.append(event | {"real_at": time.time()})
        self.happened.set()

    # Calls

    async def call(self, method: str, call: Call) -> Answer:
        started = time.time()
        params = call.params
        chat = self.chat_of(params)
        record = {"method": method, "params": dict(params), "at": self.clock.now(), "real_at": started}
        self.requests.append(record)
        self.stats[method] += 1
        if method != "getUpdates" and self.latency[1]:
            await asyncio.sleep(self.rng.uniform(*self.latency))
        fault = self.faults.take(method, chat)
        record["fault"] = fault.fault if fault else None
        answer = await self._with_fault(fault, method, call) if fault else await self._answer(method, call)
        record["status"] = answer.status if not answer.cut else 0
        record["took"] = time.time() - started
        return answer

    async def _answer(self, method: str, call: Call) -> Answer:
        handler = self.handler_of(method)
        if handler is None:
            return self.refused(Refusal(404, "Not Found"))
        try:
            result = handler(self, call)
            if asyncio.iscoroutine(result):
                result = await result
        except Refusal as refusal:
            self.stats[f"refused {refusal.code}"] += 1
            return self.refused(refusal)
        except Dark:
            fault = self.faults.darkness()
            return await self._with_fault(fault, method, call) if fault else Answer(cut="close")
        return self.accepted(result)

    async def _with_fault(self, fault: Fault, method: str, call: Call) -> Answer:
        name = fault.fault
        if name.endswith("_after"):  # it takes effect, and the answer is lost
            done = await self._answer(method, call)
            if done.status != 200:
                return done
            name = name.removesuffix("_after")
            if name == "half":
                done.cut = "half"
                return done
        if name in ("hang", "slow"):
            await asyncio.sleep(fault.seconds or (3600 if name == "hang" else 1))
            return await self._answer(method, call) if name == "slow" else Answer(cut="close")
        return self._broken(name, fault)

    def _broken(self, name: str, fault: Fault) -> Answer:
        if name in ("reset", "close"):
            return Answer(cut=name)
        if name == "429":
            wait_s = int(fault.seconds or 3)
            return self.refused(Refusal(429, f"Too Many Requests: retry after {wait_s}", retry_after=wait_s))
        if name.startswith("html"):
            status = int(name.removeprefix("html"))
            return Answer(status, (fault.text or PAGE.format(status)).encode(), "text/html; charset=utf-8")
        if name == "5xx":
            return self.refused(Refusal(502, "Bad Gateway"))
        if name == "error":
            return self.refused(Refusal(fault.code, fault.text, **fault.parameters))
        if name == "raw":  # any status, any body
            return Answer(fault.code, fault.text.encode())
        if name.isdigit():
            texts = {"401": "Unauthorized", "404": "Not Found", "500": "Internal Server Error"}
            return self.refused(Refusal(int(name), fault.text or texts.get(name, "Error")))
        return self.refused(Refusal(500, f"unknown fault {name}"))
