"""Streams: what the outbox has sent, told to the open pages at once (Server-Sent Events).

There is one way for everything: a stream is woken, reads the outbox after its cursor, and tells what it found. So a
page that lost its line reads on where it stopped (`Last-Event-ID`), and nothing lives in memory only.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import StreamingResponse

log = structlog.get_logger()

RETRY_MS = 3000
HEARTBEAT_S = 20.0
WATCH_S = 1.0
STREAMS_AN_ADDRESS = 6  # as many as a browser opens to one host
HEADERS = {"X-Accel-Buffering": "no"}

# A comment keeps proxies awake; the event tells the page's script that the line is alive.
HEARTBEAT = ": alive\nevent: beat\ndata: 1\n\n"
Look = Callable[[], Awaitable[Iterable[str]]]


def event(name: str, data: Any, event_id: str = "") -> str:
    """One event as it stands on the wire."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


class Stream:
    """One open page: the addresses it shows, and a bell."""

    def __init__(self, addresses: Collection[str]) -> None:
        self.addresses = frozenset(addresses)
        self.is_closed = False
        self._bell = asyncio.Event()

    def ring(self) -> None:
        self._bell.set()

    def close(self) -> None:
        self.is_closed = True
        self._bell.set()

    async def woken(self, within_s: float) -> bool:
        """Waits for the bell; False when the time passed without it."""
        try:
            await asyncio.wait_for(self._bell.wait(), within_s)
        except TimeoutError:
            return False
        self._bell.clear()
        return True


class Hub:
    """All open streams. `sent` is called by delivery once sends are committed."""

    def __init__(self) -> None:
        self._streams: list[Stream] = []
        self._watch: asyncio.Task[None] | None = None
        self.is_closed = False
        self.find_ended: Callable[[Collection[str]], Awaitable[Collection[str]]] | None = None

    def __len__(self) -> int:
        return len(self._streams)

    def sent(self, chats: Collection[tuple[str, str, str]]) -> None:
        """Wakes the pages that show one of these chats (channel, bot, address)."""
        self.ring({address for channel, _, address in chats if channel == "web"})

    def ring(self, addresses: Collection[str]) -> None:
        for stream in self._streams:
            if not stream.addresses.isdisjoint(addresses):
                stream.ring()

    def shows(self, address: str) -> bool:
        """Whether some page has this address open."""
        return any(address in stream.addresses for stream in self._streams)

    def ring_all(self) -> None:
        for stream in self._streams:
            stream.ring()

    def open(self, addresses: Collection[str]) -> Stream:
        """A new stream; the oldest of the same addresses ends when there are too many (T22)."""
        stream = Stream(addresses)
        if self.is_closed:
            stream.close()
            return stream
        same = [one for one in self._streams if one.addresses == stream.addresses]
        for old in same[: max(0, len(same) + 1 - STREAMS_AN_ADDRESS)]:
            self.let_go(old)
        self._streams.append(stream)
        if self._watch is None and self.find_ended is not None:
            self._watch = asyncio.create_task(self._watching())
        return stream

    async def wait_for(self, address: str, doing: Awaitable[None], within_s: float) -> None:
        """Does something, and waits until it was answered at this address, or the time has passed."""
        stream = Stream([address])
        self._streams.append(stream)
        try:
            await doing
            await stream.woken(within_s)
        finally:
            self.let_go(stream)

    def let_go(self, stream: Stream) -> None:
        stream.close()
        if stream in self._streams:
            self._streams.remove(stream)

    async def _watching(self) -> None:
        """Closes, within a second, the streams of sessions that have ended (T21); runs while any stream is open."""
        while self._streams and self.find_ended is not None:
            await asyncio.sleep(WATCH_S)
            try:
                ended = await self.find_ended({one for stream in self._streams for one in stream.addresses})
            except SQLAlchemyError as error:
                log.error("the database refused", error=type(error).__name__)
                continue
            for stream in [one for one in self._streams if not one.addresses.isdisjoint(ended)]:
                self.let_go(stream)
        self._watch = None

    async def close(self) -> None:
        """Ends every stream, else the server waits for them."""
        self.is_closed = True
        for stream in list(self._streams):
            self.let_go(stream)
        if self._watch is not None:
            self._watch.cancel()

    def answer(self, addresses: Sequence[str], look: Look) -> StreamingResponse:
        """The response of a stream: what `look` finds now, and again at every ring."""
        return StreamingResponse(self._lines(addresses, look), media_type="text/event-stream", headers=HEADERS)

    async def _lines(self, addresses: Sequence[str], look: Look) -> AsyncIterator[str]:
        stream = self.open(addresses)
        try:
            yield f"retry: {RETRY_MS}\n\n"  # at once: what stands between may hold the headers back until a body comes
            while not stream.is_closed:
                for line in await self._found(look):
                    yield line
                if not await stream.woken(HEARTBEAT_S):
                    yield HEARTBEAT
        finally:
            self.let_go(stream)

    @staticmethod
    async def _found(look: Look) -> Iterable[str]:
        try:
            return await look()
        except SQLAlchemyError as error:
            log.error("the database refused", error=type(error).__name__)
            return ()
