"""The line to the Bot API: HTTP requests whose errors and logs hold neither a token nor anybody's words."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import httpx
from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{3,}")
DESCRIPTION_LIMIT = 200
# A Bot API flood answer always says how long; a proxy's 429 does not.
FLOOD_SECONDS = 5.0
# Whether Telegram said ok to this task's last call: what fails afterwards is only how we read the answer.
took_effect: ContextVar[bool] = ContextVar("took_effect", default=False)

_UPDATE_IDS = re.compile(rb'"update_id"\s*:\s*(\d{1,10})\b')
_LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
    "telegram",
    "telegram.Bot",
    "telegram.request.BaseRequest",
    "telegram.request.HTTPXRequest",
)


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


def read_json(payload: bytes) -> Any:
    """The JSON value, or None where it is none.

    NaN, infinities and numbers of 40 digits become None: PostgreSQL's JSON and Python's own limit (4,300
    digits) refuse them later, when nobody can skip them any more.
    """
    try:
        return json.loads(
            payload.decode("utf-8", "replace"),
            parse_int=lambda digits: int(digits) if len(digits) < 40 else None,
            parse_float=_finite,
            parse_constant=lambda _: None,
        )
    except (ValueError, RecursionError):  # nesting of a thousand levels is a RecursionError
        return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


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


class _Discreet(logging.Filter):
    """Takes tokens out of what the libraries log, and drops PTB's accounts of its calls: they hold people's
    words.

    Measured (M5): httpx prints each URL, token included, at INFO; `telegram.Bot` its base URL and every
    text at DEBUG.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("telegram") and record.levelno < logging.WARNING:
            return False
        record.msg, record.args = TOKEN.sub("<token>", record.getMessage()), None
        return True


_DISCREET = _Discreet()


def silence_secrets() -> None:
    """Puts the filter on the loggers that see URLs (one on their parents would not see their records)."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_DISCREET)  # adding the same one twice changes nothing
