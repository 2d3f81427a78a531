"""Logs: events with ids, as text or JSON, in which neither a token nor anybody's name can stand (T25).

What an exception says may quote a name or a whole message, so only its type and the lines it passed through are kept.
Libraries are quiet below WARNING: at DEBUG httpx logs the token in its address, SQLAlchemy the rows it read.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import threading
from collections.abc import Iterable
from pathlib import PurePath
from types import TracebackType
from typing import Any
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, WrappedLogger

from bot.settings import Settings

OURS = ("bot", "storage")
FOREIGN_LENGTH = 200
FRAMES = 12
# The form of a bot's token, wherever it stands; the secrets of the settings are known to the letter besides.
_TOKEN_FORM = re.compile(r"(?<![\w.])\d{4,}:[A-Za-z0-9_-]{3,}|(?<=/bot)[^/\s\"']+(?=/)")
_JOIN_LINK = re.compile(r"(?<=/join/)[\w-]+|(?<=[?&]start=)[\w-]+")
HIDDEN = "•••"

Kind = type[BaseException]


def configure(settings: Settings, *, quiet: bool = False) -> None:
    """Sends all logs to standard error, in the form and from the level of the settings.

    `quiet` is for commands that run and end: their one line on standard error is the error's. At DEBUG they speak, too.
    """
    level = settings.log_level if not quiet or settings.log_level == "DEBUG" else "CRITICAL"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exceptions_to_frames,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(_formatter(settings.log_format), secrets_of(settings)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    sys.excepthook = _last_words
    threading.excepthook = lambda args: _last_words(args.exc_type, args.exc_value, args.exc_traceback)


def guard(loop: asyncio.AbstractEventLoop) -> None:
    """What falls out of a task that nobody waits for is logged in our form; asyncio's own quotes the exception."""
    log = structlog.get_logger("bot")

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        log.error("a task fell over", exc_info=error if isinstance(error, BaseException) else False)

    loop.set_exception_handler(handle)


def secrets_of(settings: Settings) -> list[str]:
    """Every secret of the settings to the letter: tokens whole, and their second half by itself."""
    found: list[str] = []
    for secret in (settings.telegram_bot_token, settings.zalo_bot_token):
        for token in secret.get_secret_value().split(",") if secret is not None else ():
            found += [token.strip(), token.strip().partition(":")[2]]
    for secret in (settings.webhook_secret, settings.backup_passphrase):
        if secret is not None:
            found.append(secret.get_secret_value())
    return found


class Redacting(logging.Formatter):
    """The last hand on every line: whatever wrote it, secrets are struck out."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        known = {form for secret in secrets for form in (secret, quote(secret, safe="")) if len(secret) >= 3}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(self._inner.format(record))

    def redact(self, line: str) -> str:
        """The line without secrets."""
        if self._known is not None:
            line = self._known.sub(HIDDEN, line)
        return _JOIN_LINK.sub(HIDDEN, _TOKEN_FORM.sub(HIDDEN, line))


def place(error: BaseException) -> str:
    """`KeyError at bot/rules/visits.py:31 report`: the innermost line of ours, for the one line of a command."""
    ours = [one for one in frames(error).partition("; after ")[0].split(" < ") if re.search(r"\b(bot|storage)/", one)]
    found = ours[0] if ours else "?"
    return found if " at " in found else f"{type(error).__name__} at {found}"


def frames(error: BaseException) -> str:
    """`KeyError at bot/rules/visits.py:31 report < bot/service/dispatch.py:70 _handle; after TimeoutError at …`."""
    told = [_one(error)]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told.append(_one(cause))
    return "; after ".join(told)


def _one(error: BaseException) -> str:
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        file = "/".join(PurePath(code.co_filename).parts[-3:])
        places.append(f"{file}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' < '.join(reversed(places[-FRAMES:])) or '?'}"


def _exceptions_to_frames(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """`exc_info` becomes the type and the lines passed through: no message, no local variable."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["exception"] = frames(found)
    return event


def _foreign(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A library's line: its first, cut short. Whatever it wanted to quote at length stays out."""
    event["event"] = str(event.get("event", "")).partition("\n")[0][:FOREIGN_LENGTH]
    return event


def _formatter(form: str) -> logging.Formatter:
    render = _as_json if form == "json" else _as_text
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _foreign,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _exceptions_to_frames,
            render,
        ],
    )


def _as_text(_: WrappedLogger, __: str, event: EventDict) -> str:
    """`2024-03-20T00:15:02Z info    visit recorded visit=12 by=7`."""
    at, level, what = event.pop("timestamp", ""), event.pop("level", ""), event.pop("event", "")
    told = " ".join(f"{key}={_plain(value)}" for key, value in event.items())
    return f"{at} {level:<7} {what} {told}".rstrip().replace("\n", " ")


def _plain(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if " " in text else text


def _as_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)


def _last_words(kind: Kind, error: BaseException | None, trace: TracebackType | None) -> None:
    """An error that nobody caught, in one line."""
    if error is None or issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("fell over", exc_info=(kind, error, trace))
