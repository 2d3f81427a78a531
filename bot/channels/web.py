"""The web chat as a channel: what is sent is kept by the outbox, and shown at once to whoever has the page open."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bot.channels.channel import Receive, Rejected, Unparsable
from bot.messages import Act, Attachment, Incoming, Kind, Outgoing, Profile, Received

Listener = Callable[[str, dict[str, Any]], None]


class WebChannel:
    """Messages of the pages. `say` and `press` are called by the web floor; listeners hear every message sent."""

    name = "web"
    bot = "web"
    is_paced = False

    def __init__(self, profile: Profile | None = None) -> None:
        self.profile = profile or Profile(buttons=True, edits=True)
        self._listeners: list[Listener] = []
        self._store: Receive | None = None
        self._ready = asyncio.Event()
        self._ids = itertools.count(1)

    async def run(self, store: Receive) -> None:
        """Nothing is fetched: pages post. Waits to be cancelled."""
        self._store = store
        self._ready.set()
        await asyncio.Event().wait()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener(address, event)` for every message; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @staticmethod
    def update(
        address: str,
        *,
        at: datetime,
        text: str = "",
        press: str = "",
        message_id: str = "",
        client_id: str = "",
        attachment: Attachment | None = None,
        kind: Kind | None = None,
    ) -> Received:
        """A post of a page as an update; `client_id` (made by the page) keeps a repeated post from counting twice.

        `at` is when it was written: a page that had no signal posts it later.
        """
        found = kind or (Kind.PRESS if press else Kind.TEXT)
        raw = {
            "address": address,
            "kind": found,
            "text": text,
            "press": press,
            "message_id": message_id,
            "written_at": at.astimezone(UTC).isoformat(),
            "attachment": None if attachment is None else asdict(attachment),
        }
        return Received(f"{address}:{client_id or uuid4().hex}", raw)

    def parse(self, received: Received) -> Incoming | None:
        raw = received.raw
        try:
            attachment = raw.get("attachment")
            return Incoming(
                channel=self.name,
                bot=self.bot,
                update_id=received.update_id,
                address=str(raw["address"]),
                kind=Kind(raw["kind"]),
                written_at=datetime.fromisoformat(raw["written_at"]),
                text=str(raw.get("text", "")),
                press=str(raw.get("press", "")),
                message_id=str(raw.get("message_id", "")),
                attachment=None
                if attachment is None
                else Attachment(**{**attachment, "kind": Kind(attachment["kind"])}),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Unparsable(f"web update: {type(error).__name__}") from error

    async def send(self, address: str, message: Outgoing) -> str:
        """Shows it on the open pages; a page opened later reads the outbox."""
        message_id = message.target if message.act is not Act.SEND else f"w{uuid4().hex[:12]}"
        for listener in list(self._listeners):
            listener(address, {"id": message_id, **message.as_json()})
        return message_id

    async def send_file(self, address: str, message: Outgoing, content: bytes) -> str:
        """The page fetches the content by itself, from what we hold."""
        return await self.send(address, message)

    async def fetch(self, file_id: str, limit_bytes: int = 5_000_000) -> tuple[bytes, str]:
        """What a page sends is kept as it comes; what is not kept is gone."""
        raise Rejected("the file is no longer there")

    def health(self) -> dict[str, Any]:
        return {"last_good_poll": None, "trouble": None}

    async def close(self) -> None:
        self._listeners.clear()
