"""A Bot API server of our own that behaves like the original, and obeys tests: `python -m
tests.fakes.telegram`.

Prints one JSON line `{"port": 12345}` and serves until killed. Everything lives in memory. What people do
and which calls fail is said under /control/ (`tests/fakes/telegram_client.py` has a method for each). The
rules are those of tdlib/telegram-bot-api (`Client.cpp`, `WebhookActor.cpp`), as told in
reference/telegram-and-durability.md.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
from typing import Any

from tests.fakes.telegram_bot import QUERY_LIFE, Bot, Refusal
from tests.fakes.telegram_control import Control
from tests.fakes.wire import Answer, Call, Server


def routes(bot: Bot, control: Control) -> Any:
    """The handler of all requests."""

    async def handle(call: Call) -> Answer:
        if call.path.startswith("/control/"):
            return await control.call(call.path.removeprefix("/control/"), call.params)
        file = re.fullmatch(r"/file/bot([^/]+)/files/(\w+)", call.path)
        if file:
            return Answer(200, bot.files.get(file[2], b""), "application/octet-stream")
        match = re.fullmatch(r"/bot([^/]+)/(\w+)", call.path)
        if not match or not re.fullmatch(r"\d+:[\w-]+", match[1]):
            return Refusal(404, "Not Found").answer()
        if match[1] != bot.token:
            return Refusal(401, "Unauthorized").answer()
        return await bot.call(match[2], call)

    return handle


async def serve(options: argparse.Namespace) -> None:
    """Serves until cancelled."""
    bot = Bot(options.token, options)
    control = Control(bot)
    server = control.server = Server(routes(bot, control), options.port)
    await server.open()
    print(json.dumps({"port": server.port}), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="1234567890:FAKE-token_for-tests")
    parser.add_argument("--limits", default="none", help="none, real, or overall=30,per_chat=1,burst=4")
    parser.add_argument("--latency", default="0", help="milliseconds a call: 0, 100, or 50-150")
    parser.add_argument("--query-life", type=float, default=QUERY_LIFE, help="seconds to answer a press")
    parser.add_argument("--oddities", action="store_true", help="quick polls of one offset get less")
    parser.add_argument("--clock", default="", help="file:PATH, as RALOP_CLOCK")
    parser.add_argument("--copies", type=int, default=1, help="how often every update is handed out")
    parser.add_argument("--seed", type=int, default=1)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
