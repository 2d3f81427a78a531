"""A Zalo of prepared answers: what we ask is recorded to the letter, and each call gets what the test laid out."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.channels.zalo import ZaloChannel

TOKEN = "12345689:abc-xyz_SECRET"
BASE = "http://127.0.0.1:9"
AT = datetime(2026, 10, 8, 1, 0, tzinfo=UTC)
ME = {"ok": True, "result": {"id": "1459", "account_name": "bot.AbC"}, "error_code": 0}
SENT = {"ok": True, "result": {"message_id": "82599fa32f56d00e8941", "date": 1749632637199}, "error_code": 0}
CLEAN = {"ok": False, "description": "Webhook is not set", "error_code": 404}
EMPTY = {"ok": False, "description": "Request timeout", "error_code": 408}


class Stopped(Exception):
    """The prepared answers are used up."""


class Zalo:
    """Answers for each method, one after the other, the last of `always` for ever; what was asked stands in `asked`."""

    def __init__(self) -> None:
        self.answers: dict[str, deque[Any]] = defaultdict(deque)
        self.always: dict[str, Any] = {"getMe": ME, "getWebhookInfo": CLEAN, "sendMessage": SENT}
        self.asked: list[tuple[str, Any]] = []
        self.requests: list[httpx.Request] = []

    def lay(self, method: str, *answers: Any) -> None:
        self.answers[method].extend(answers)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        method = request.url.path.rpartition("/")[2]
        self.asked.append((method, json.loads(request.content or b"null")))
        answer = self.answers[method].popleft() if self.answers[method] else self.always.get(method)
        if answer is None:
            raise Stopped(method)
        if isinstance(answer, httpx.HTTPError):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    def calls(self, method: str) -> list[Any]:
        return [said for name, said in self.asked if name == method]


class Time:
    """A clock that a sleep moves."""

    def __init__(self) -> None:
        self.at = AT
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


def channel_on(zalo: Zalo, time: Time, **more: Any) -> ZaloChannel:
    """Our channel on these answers."""
    transport = httpx.MockTransport(zalo.handle)
    return ZaloChannel(TOKEN, now=time.now, sleep=time.sleep, transport=transport, **{"base_url": BASE, **more})


def refusal(code: Any, words: str = "No", status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"ok": False, "description": words, "error_code": code})


def page(status: int) -> httpx.Response:
    return httpx.Response(status, html="<html><body>nginx</body></html>")
