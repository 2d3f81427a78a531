"""The line to the Bot API: HTTP requests whose errors and logs hold neither a token nor anybody's words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import httpx
from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.discreet import TOKEN
from bot.channels.plain import read_json

DESCRIPTION_LIMIT = 200
# A Bot API flood answer always says how long; a proxy's 429 does not.
FLOOD_SECONDS = 5.0
# Whether Telegram said ok to this task's last call: what fails afterwards is only how we read the answer.
took_effect: ContextVar[bool] = ContextVar("took_effect", default=False)

_UPDATE_IDS = re.compile(rb'"update_id"\s*:\s*(\d{1,10})\b')


class NoAnswer(NetworkError):
    """Whatever answered, it was not the Bot API in good health: a proxy's page, a 5xx, a garbled body.

    `update_ids` are those that a garbled but successful answer to getUpdates holds; the body is nowhere kept.
    """

    def __init__(self, status: int, payload: bytes) -> None:
        super().__init__(f"no Bot API answer: status {status}, {len(payload)} bytes")
        self.status = status
        self.is_page = payload.lstrip()[:1] == b"<"
        is_batch = status < 300 and payload.lstrip()[:1] == b"{"
        self.update_ids = [int(found) for found in _UPDATE_IDS.findall(payload)] if is_batch else []


class Flood(TelegramError):
    """We are too fast. (PTB's own RetryAfter issues a deprecation warning whenever it is made.)"""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too fast, {seconds} s")
        self.seconds = seconds


class Request(HTTPXRequest):
    """PTB's HTTP client, for which only an answer of the Bot API is an answer.

    PTB writes an unreadable body into its log and into `str(error)`, and takes a proxy's HTML 404 for a bad
    token and its HTML 403 for a person who blocked us (E3). Here all of these become NoAnswer.
    """

    def __init__(self, base_url: str, *, on_date: Callable[[str], None], **options: Any) -> None:
        async def note_date(response: httpx.Response) -> None:
            on_date(response.headers.get("date", ""))

        # The environment's proxies must not catch a Bot API server (or a fake one) on this very machine.
        is_local = urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")
        httpx_kwargs = {"event_hooks": {"response": [note_date]}, "trust_env": not is_local}
        super().__init__(httpx_kwargs=httpx_kwargs, **options)

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        took_effect.set(False)
        status, payload = await super().do_request(*args, **kwargs)
        if kwargs.get("method") == "GET":  # a file, of any content
            return status, payload
        status, payload = _checked(status, payload)
        took_effect.set(status < 300)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        data = read_json(payload)
        if not isinstance(data, dict):
            raise NoAnswer(0, payload)
        return data


def _checked(status: int, payload: bytes) -> tuple[int, bytes]:
    """The answer, if it is one; raises NoAnswer or Flood.

    Of an error only what PTB reads is kept, each of the right type: with others PTB raises AttributeError or
    TypeError in the middle of its own handling. Where a proxy turned the status into 200 (PTB then raises
    KeyError), the body's own code counts.
    """
    data = read_json(payload)
    if not isinstance(data, dict) or not isinstance(data.get("ok"), bool):
        raise NoAnswer(status, payload)
    if data["ok"]:
        if status >= 300 or "result" not in data:
            raise NoAnswer(status, payload)
        return status, payload
    code = data.get("error_code")
    status = code if status < 300 and isinstance(code, int) else status
    if not 400 <= status < 500:
        raise NoAnswer(status, payload)
    return status, _plain_error(status, data)


def _plain_error(status: int, data: dict[str, Any]) -> bytes:
    found = data.get("parameters")
    parameters = {
        name: value
        for name, value in (found.items() if isinstance(found, dict) else ())
        if isinstance(value, int | float) and value
    }
    if status == 429 or parameters.get("retry_after", 0) > 0:
        raise Flood(max(1.0, parameters.get("retry_after", FLOOD_SECONDS)))
    moved = int(parameters.get("migrate_to_chat_id", 0))
    description = TOKEN.sub("<token>", str(data.get("description") or ""))[:DESCRIPTION_LIMIT]
    error = {
        "ok": False,
        "description": description,
        "parameters": {"migrate_to_chat_id": moved} if moved else {},
    }
    return json.dumps(error).encode()
