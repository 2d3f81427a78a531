"""A fake platform in the hands of a test: starts the server in its own process, orders, breaks, waits, looks."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]


class Fake:
    """`with FakeX(latency="50-150") as x:`; all methods block until done. Options are those of the server's module."""

    module = ""

    def __init__(self, port: int = 0, **options: Any) -> None:
        arguments = ["--port", str(port)]
        for name, value in options.items():
            if value is True:
                arguments.append(f"--{name.replace('_', '-')}")
            elif value not in (False, None):
                arguments += [f"--{name.replace('_', '-')}", str(value)]
        self._arguments = arguments
        self._process: subprocess.Popen[str] | None = None
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []
        self._seen: dict[Any, int] = {}
        self.port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        command = [sys.executable, "-m", self.module, *self._arguments]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.port = json.loads(self._process.stdout.readline())["port"]
        return self

    def stop(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        if self._process:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout
            self._process.stdout.close()
        self._process = None

    def control(self, verb: str, **said: Any) -> Any:
        """One order to the server; raises LookupError with its reason when it cannot."""
        try:
            return self._ask(verb, said)
        except (http.client.HTTPException, ConnectionError):
            self._drop()
            return self._ask(verb, said)

    def _ask(self, verb: str, said: dict[str, Any]) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            self._local.connection = connection
            self._connections.append(connection)
        body = json.dumps(said)
        connection.request("POST", f"/control/{verb}", body, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        if "error" in answer:
            raise LookupError(answer["error"])
        return answer["result"]

    def _drop(self) -> None:
        connection = self._local.connection
        self._local.connection = None
        self._connections.remove(connection)
        connection.close()

    # Trouble and time

    def go_dark(self, fault: str = "reset", for_s: float = 1e9) -> None:
        """Every call fails until `heal` (reset, hang, html502 …)."""
        self.control("fault", method="*", fault=fault, count=10**9, for_s=for_s)

    def heal(self) -> None:
        self.control("heal")

    def refuse(self, seconds: float) -> None:
        """Connections are refused for a while (control too)."""
        self.control("refuse", seconds=seconds)

    def advance(self, seconds: float) -> float:
        """Moves the server's clock: what it dates and keeps ages."""
        return self.control("advance", seconds=seconds)

    def set_latency(self, low_ms: float, high_ms: float) -> None:
        self.control("latency", low_ms=low_ms, high_ms=high_ms)

    # What the bot did

    def events(self, chat: Any = None, after: int = 0, kinds: list[str] | None = None) -> list[dict[str, Any]]:
        """All the bot did, in order: seq, kind, chat, text …"""
        return self.control("events", chat=chat, after=after, kinds=kinds)

    def wait(
        self, chat: Any = None, after: int = 0, kinds: list[str] | None = None, timeout: float = 10
    ) -> list[dict[str, Any]]:
        """The events after a number, as soon as there is one; empty when the time is over."""
        return self.control("wait", chat=chat, after=after, kinds=kinds, timeout=timeout)

    def next_message(self, chat: Any, timeout: float = 10) -> dict[str, Any]:
        """The bot's next message to a chat that this client has not returned yet. Raises TimeoutError."""
        found = self.wait(chat, self._seen.get(chat, 0), ["message"], timeout)
        if not found:
            raise TimeoutError(f"nothing was sent to {chat} within {timeout} s")
        self._seen[chat] = found[0]["seq"]
        return found[0]

    def requests(self, method: str | None = None, after: int = 0) -> list[dict[str, Any]]:
        """Every call of the API: method, params, at (server's clock), real_at, fault, status, took."""
        return self.control("requests", method=method, after=after)

    def stats(self) -> dict[str, Any]:
        """Counts of calls a method, `refused 429` …, and what else the platform counts."""
        return self.control("stats")

    def pending(self) -> int:
        """Updates that still wait for us."""
        return self.control("pending")

    def webhook(self) -> dict[str, Any] | None:
        return self.control("webhook")

    def forget(self) -> None:
        """Empties the server's records of requests and events."""
        self.control("forget")
        self._seen.clear()
