"""Tokens stay out of logs and errors: those of every platform have one form, and stand in the addresses we call."""

from __future__ import annotations

import logging
import re

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{3,}")

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
