"""A Zalo Bot Platform of our own that behaves like the original, and obeys tests: `python -m tests.fakes.zalo`.

Prints one JSON line `{"port": 12345}` and serves until killed. Everything lives in memory. What people do and which
calls fail is said under /control/ (`tests/fakes/zalo_client.py` has a method for each). The rules are those of
reference/zalo-bot-api.md; where it says that nobody knows, an option chooses.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
from typing import Any

from tests.fakes.wire import Answer, Call, Server
from tests.fakes.zalo_bot import Bot, Files
from tests.fakes.zalo_control import Control

TOKEN = "1459232241454765289:FAKE-zalo_for-tests"


def routes(hands: dict[str, Control], files: Files) -> Any:
    """The handler of all requests, for every bot of the server."""
    first = next(iter(hands.values()))

    async def handle(call: Call) -> Answer:
        if call.path.startswith("/control/"):
            said = dict(call.params)
            hand = hands.get(said.pop("token", ""), first)
            return await hand.call(call.path.removeprefix("/control/"), said)
        if call.path.startswith("/files/"):
            return await files.answer(call.path.removeprefix("/files/"))
        match = re.fullmatch(r"/bot([^/]+)/(\w+)", call.path)
        if not match:
            return Answer(404, b"<html>404</html>", "text/html")
        hand = hands.get(match[1])
        return first.bot.unauthorized() if hand is None else await hand.bot.call(match[2], call)

    return handle


async def serve(options: argparse.Namespace) -> None:
    """Serves until cancelled."""
    files = Files()
    bots = [Bot(token, options, files) for token in options.tokens.split(",")]
    hands = {bot.token: Control(bot) for bot in bots}
    server = Server(routes(hands, files), options.port)
    for hand in hands.values():
        hand.server = server
    await server.open()
    files.base = f"http://127.0.0.1:{server.port}/files"
    print(json.dumps({"port": server.port}), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", default=TOKEN, help="several are separated by commas")
    parser.add_argument("--poll-s", type=float, default=30.0, help="a poll is held at most so long")
    parser.add_argument("--http-errors", action="store_true", help="an error's code is the HTTP status, too")
    parser.add_argument("--empty-ok", action="store_true", help="an empty poll is ok:true without an update, not a 408")
    parser.add_argument("--replay", action="store_true", help="consumed updates come back at every poll")
    parser.add_argument("--copies", type=int, default=1, help="how often every update is handed out")
    parser.add_argument("--life-s", type=float, default=1e9, help="an update that nobody fetches for so long is lost")
    parser.add_argument("--photo-field", default="photo_url", help="photo_url (live) or photo (the documentation)")
    parser.add_argument("--webhook-body", default="wrapped", help="wrapped ({ok, result}), bare, or list")
    parser.add_argument("--webhook-tries", type=int, default=1, help="how often a push is tried; 0: until it is taken")
    parser.add_argument("--webhook-pause-s", type=float, default=0.2, help="between two tries")
    parser.add_argument("--only-public", action="store_true", help="webhooks on this machine are refused, as by Zalo")
    parser.add_argument("--quota", type=int, default=3000, help="sends of a bot before 429")
    parser.add_argument("--users", type=int, default=50, help="users that a bot serves")
    parser.add_argument("--latency", default="0", help="milliseconds a call: 0, 100, or 50-150")
    parser.add_argument("--clock", default="", help="file:PATH, as RALOP_CLOCK")
    parser.add_argument("--seed", type=int, default=1)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
