"""A small HTTP/1.1 server whose connections can also break, hang or lie: the ground that the fakes stand
on."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Call:
    """A request, with its parameters from query, form, multipart or JSON."""

    verb: str
    path: str
    headers: dict[str, str]
    params: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Answer:
    """What is sent back. `cut`: "" whole, "close" and "reset" end the connection unanswered, "half"
    midway."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: str = ""

    @staticmethod
    def of(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
        return Answer(status, json.dumps(value).encode(), headers=headers or {})

    def encoded(self) -> bytes:
        phrase = HTTPStatus(self.status).phrase if self.status in HTTPStatus._value2member_map_ else "Odd"
        head = {
            "Content-Type": self.kind,
            "Content-Length": str(len(self.body)),
            "Date": formatdate(usegmt=True),
            **self.headers,
        }
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{name}: {value}" for name, value in head.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


Handler = Callable[[Call], Awaitable[Answer]]


class Connection(asyncio.Protocol):
    """Requests of one client, one after the other; when the client goes, its unanswered request is
    dropped."""

    def __init__(self, handle: Handler, alive: set[Connection]) -> None:
        self._handle, self._alive = handle, alive
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._alive.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._alive.discard(self)
        if self._task:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def _next(self) -> None:
        if self._task is None and (call := self._read()):
            self._task = asyncio.create_task(self._answer(call))

    async def _answer(self, call: Call) -> None:
        try:
            answer = await self._handle(call)
        except asyncio.CancelledError:
            return
        except Exception as error:
            answer = Answer.of({"ok": False, "error_code": 500, "description": repr(error)}, 500)
        self._send(answer)
        self._task = None
        if not self.transport.is_closing():
            self._next()

    def _send(self, answer: Answer) -> None:
        if answer.cut == "reset":
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        elif answer.cut == "close":
            self.transport.close()
        elif answer.cut == "half":
            whole = answer.encoded()
            self.transport.write(whole[: len(whole) - len(answer.body) // 2 - 1])
            self.transport.close()
        else:
            self.transport.write(answer.encoded())

    def _read(self) -> Call | None:
        """The next whole request of the buffer, or None while some of it is missing."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if headers.get("transfer-encoding") == "chunked":
            taken = self._chunks(end + 4)
            if taken is None:
                return None
            body, total = taken
        else:
            total = end + 4 + int(headers.get("content-length", 0))
            if len(self._buffer) < total:
                return None
            body = bytes(self._buffer[end + 4 : total])
        del self._buffer[:total]
        verb, target, _ = first.split(" ", 2)
        parts = urlsplit(target)
        params: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
        files: dict[str, bytes] = {}
        _add_body(headers.get("content-type", ""), body, params, files)
        return Call(verb, parts.path, headers, params, files)

    def _chunks(self, at: int) -> tuple[bytes, int] | None:
        body = bytearray()
        while True:
            line_end = self._buffer.find(b"\r\n", at)
            if line_end < 0:
                return None
            size = int(self._buffer[at:line_end].split(b";")[0], 16)
            if len(self._buffer) < line_end + 2 + size + 2:
                return None
            body += self._buffer[line_end + 2 : line_end + 2 + size]
            at = line_end + 2 + size + 2
            if size == 0:
                return bytes(body), at


def _add_body(kind: str, body: bytes, params: dict[str, Any], files: dict[str, bytes]) -> None:
    if kind.startswith("application/json"):
        value = json.loads(body or b"{}")
        params.update(value if isinstance(value, dict) else {"value": value})
    elif kind.startswith("multipart/form-data"):
        boundary = b"--" + kind.partition("boundary=")[2].strip('"').encode()
        for piece in body.split(boundary)[1:-1]:
            head, _, content = piece[2:-2].partition(b"\r\n\r\n")
            _add_piece(head.decode("utf-8", "replace"), content, params, files)
    else:
        params.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _add_piece(head: str, content: bytes, params: dict[str, Any], files: dict[str, bytes]) -> None:
    name = head.partition('name="')[2].partition('"')[0]
    if "filename=" in head:
        params[name] = head.partition('filename="')[2].partition('"')[0]
        files[name] = content
    else:
        params[name] = content.decode("utf-8", "replace")


class Server:
    """Listens on the loopback address, and can stop listening for a while (connections are then refused)."""

    def __init__(self, handle: Handler, port: int = 0) -> None:
        self._handle, self.port = handle, port
        self._alive: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        make = lambda: Connection(self._handle, self._alive)  # noqa: E731
        self._server = await loop.create_server(make, "127.0.0.1", self.port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self, seconds: float) -> None:
        """Breaks every connection and refuses new ones for a while."""
        assert self._server
        self._server.close()
        for connection in list(self._alive):
            connection.transport.abort()
        await asyncio.sleep(seconds)
        await self.open()


async def post_json(url: str, value: Any, headers: dict[str, str], timeout_s: float = 30) -> tuple[int, dict[str, str]]:
    """A webhook call: status and headers of the answer; raises OSError or TimeoutError."""
    parts = urlsplit(url)
    body = json.dumps(value).encode()
    head = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {parts.path or '/'} HTTP/1.1", *(f"{name}: {content}" for name, content in head.items())]
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        try:
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            await writer.drain()
            raw = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("no answer") from error
        finally:
            writer.close()
    first, *rest = raw.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in rest if line)
    return int(first.split(" ")[1]), {name.strip().lower(): content.strip() for name, _, content in pairs}
