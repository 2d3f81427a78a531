"""Logs: no token, no name, no message, whoever writes the line (T25)."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
import structlog

from bot import logs
from bot import settings as configuration

TOKEN = "1234567890:FAKE-token_for-tests"
SECRET = "mot-chuoi-dai-it-nhat-16"
NAME = "Đinh Thị Canary"

Configured = Callable[..., io.StringIO]


@pytest.fixture(params=["text", "json"])
def configured(request: pytest.FixtureRequest) -> Iterator[Configured]:
    """Sets logs up in one of the forms; what is written can be read from what it returns."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    err = io.StringIO()

    def configure(**more: Any) -> io.StringIO:
        settings = configuration.load(
            _env_file=None, telegram_bot_token=TOKEN, webhook_secret=SECRET, log_format=request.param,
            **{"log_level": "DEBUG", **more},
        )  # fmt: skip
        with patch("sys.stderr", err):  # pytest has one of its own for each phase of a test
            logs.configure(settings)
        return err

    with patch("sys.excepthook"), patch("threading.excepthook"):
        yield configure
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_holds_the_event_and_its_ids(configured: Configured) -> None:
    written = configured()
    structlog.get_logger("bot.service").info("visit recorded", visit=12, by=7)
    line = written.getvalue()
    assert "visit recorded" in line
    assert "visit=12" in line or json.loads(line)["visit"] == 12


def test_a_level_below_the_settings_is_not_written(configured: Configured) -> None:
    written = configured(log_level="WARNING")
    structlog.get_logger("bot.service").info("visit recorded")
    structlog.get_logger("storage.database").warning("busy")
    assert "visit recorded" not in written.getvalue()
    assert "busy" in written.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        f"Bot[token={TOKEN}]",
        TOKEN.replace(":", "%3A"),
        TOKEN.partition(":")[2],
        SECRET,
        "987654321:another_token-of-somebody",
        "GET /join/9nE2f_x-Y HTTP/1.1",
        "https://t.me/ralop_bot?start=9nE2f_x-Y",
    ],
)
def test_no_secret_is_written_by_us_or_by_a_library(configured: Configured, text: str) -> None:
    written = configured()
    structlog.get_logger("bot.channels").warning(text, url=text)
    logging.getLogger("somebody.else").warning("%s", text)
    line = written.getvalue()
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET, "another_token", "9nE2f_x-Y"):
        assert secret not in line
    assert logs.HIDDEN in line or "\\u2022" in line


@pytest.mark.parametrize("text", ["127.0.0.1:8080", "2024-03-20T07:15:30.123456+07:00", "07:15", "attendance.py:120"])
def test_hours_and_ports_are_no_tokens(configured: Configured, text: str) -> None:
    written = configured()
    structlog.get_logger("bot.channels").warning("x", at=text)
    assert text in written.getvalue()


def test_an_exception_leaves_its_type_and_place_never_what_it_says(configured: Configured) -> None:
    written = configured()
    local = NAME
    try:
        try:
            {}[local]
        except KeyError:
            raise ValueError(local) from None
    except ValueError:
        structlog.get_logger("bot.service").exception("update failed", inbox=3)
        logging.getLogger("uvicorn.error").exception(f"Exception in ASGI application\n{NAME}")
    lines = written.getvalue()
    assert len(re.findall(r"ValueError at (?:[^/ ]+/)?tests/test_logs\.py", lines)) == 2
    assert "Canary" not in lines
    assert lines.count("\n") == 2


def test_an_error_nobody_caught_is_one_line(configured: Configured) -> None:
    written = configured()
    logs._last_words(ValueError, ValueError(NAME), None)
    assert "fell over" in written.getvalue()
    assert "Canary" not in written.getvalue()


def test_libraries_are_quiet_below_warning(configured: Configured) -> None:
    written = configured()
    for name in ("httpx", "httpcore.http11", "telegram.Bot", "sqlalchemy.engine", "apscheduler", "uvicorn.access"):
        logging.getLogger(name).info(NAME)
        logging.getLogger(name).debug(NAME)
    assert written.getvalue() == ""


async def test_what_falls_out_of_a_task_is_told_in_our_form(configured: Configured) -> None:
    import asyncio

    written = configured()
    loop = asyncio.get_running_loop()
    logs.guard(loop)
    loop.call_exception_handler({"message": NAME, "exception": KeyError(NAME)})
    loop.set_exception_handler(None)
    assert "a task fell over" in written.getvalue()
    assert "KeyError" in written.getvalue()
    assert "Canary" not in written.getvalue()
