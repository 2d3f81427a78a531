"""The phones of the tests: a channel that shows what a person would see, and types and presses as a person would."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.channels.channel import Receive, Rejected, Unparsable
from bot.messages import Act, Attachment, Incoming, Kind, Outgoing, Profile, Received, rendered

BUTTONS = Profile(buttons=True, edits=True)
NUMBERS = Profile(buttons=False, edits=False, voice=True, text_limit=1900)


@dataclass
class Shown:
    """A message on a phone; `is_edit` when it changed an older one in place."""

    id: str
    message: Outgoing
    text: str
    is_edit: bool = False

    @property
    def captions(self) -> list[str]:
        return [choice.caption for choice in self.message.choices]

    @property
    def attached(self) -> list[str]:
        """What goes with the words, as a line above them: `(voice 18s)`, `(photo)`."""
        file = self.message.attachment
        if file is None:
            return []
        return [f"({file.kind} {file.seconds}s)" if file.seconds else f"({file.kind})"]


@dataclass
class Screens:
    """Every phone's screen; survives when the program is thrown away."""

    screens: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    unread: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    stripped: set[str] = field(default_factory=set)
    contents: dict[str, bytes] = field(default_factory=dict)  # of the files that were sent, by id
    received: list[tuple[str, bytes]] = field(default_factory=list)  # whose content went along, by address
    ids: Any = field(default_factory=lambda: itertools.count(1))
    updates: Any = field(default_factory=lambda: itertools.count(1))


class PhoneChannel:
    """A channel without a wire; the real ones are tested against servers of their own."""

    is_paced = False

    def __init__(self, screens: Screens, profile: Profile = BUTTONS, name: str = "phone", bot: str = "") -> None:
        self.screens, self.profile = screens, profile
        self.name, self.bot = name, bot or name

    async def run(self, store: Receive) -> None:
        await asyncio.Event().wait()

    def update(self, address: str, at: datetime, **raw: Any) -> Received:
        number = next(self.screens.updates)
        return Received(str(number), {"address": address, "written_at": at.astimezone(UTC).isoformat(), **raw})

    def parse(self, received: Received) -> Incoming | None:
        raw = dict(received.raw)
        if "address" not in raw:
            raise Unparsable("address")
        attachment = raw.pop("attachment", None)
        return Incoming(
            channel=self.name,
            bot=self.bot,
            update_id=received.update_id,
            kind=Kind(raw.pop("kind", "text")),
            written_at=datetime.fromisoformat(raw.pop("written_at")),
            attachment=None if attachment is None else Attachment(**{**attachment, "kind": Kind(attachment["kind"])}),
            **raw,
        )

    async def send(self, address: str, message: Outgoing) -> str:
        if message.act is Act.STRIP:
            self.screens.stripped.add(message.target)
            return ""
        if message.act in (Act.TOAST, Act.LEAVE, Act.DELETE):
            return ""
        is_edit = message.act is Act.EDIT
        message_id = message.target if is_edit else f"m{next(self.screens.ids)}"
        shown = Shown(message_id, message, rendered(message, self.profile), is_edit)
        if is_edit:
            for place, old in enumerate(self.screens.screens[address]):
                if old.id == message_id:
                    self.screens.screens[address][place] = shown
        else:
            self.screens.screens[address].append(shown)
        self.screens.unread[address].append(shown)
        return message_id

    async def send_file(self, address: str, message: Outgoing, content: bytes) -> str:
        self.screens.received.append((address, content))
        return await self.send(address, message)

    async def fetch(self, file_id: str, limit_bytes: int = 5_000_000) -> tuple[bytes, str]:
        if file_id not in self.screens.contents:
            raise Rejected("the file is gone")
        return self.screens.contents[file_id], ""

    def health(self) -> dict[str, Any]:
        return {"last_good_poll": None, "trouble": None}

    async def close(self) -> None:
        pass
