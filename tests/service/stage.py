"""A service with one phone whose channel can be made to fail, on a database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.channels.channel import SendError
from bot.clock import VIETNAM, HandClock
from bot.messages import Act, Outgoing
from bot.service.app import Service
from storage.database import Database
from tests.phone import PhoneChannel, Screens
from tests.play import SURROUNDINGS

MORNING = datetime(2024, 3, 20, 8, 0, tzinfo=VIETNAM)


class Shaky(PhoneChannel):
    """`fails(address, message)` returns the error that a send ends with, or None; every attempt is kept."""

    def __init__(self, screens: Screens) -> None:
        super().__init__(screens)
        self.fails: Callable[[str, Outgoing], SendError | None] = lambda address, message: None
        self.attempts: list[tuple[str, str]] = []
        self.left: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def send(self, address: str, message: Outgoing) -> str:
        if message.act is Act.LEAVE:
            self.left.append(address)
            return ""
        if message.act in (Act.SEND, Act.EDIT):
            self.attempts.append((address, message.text))
            if address in self.gates:
                await self.gates[address].wait()
            error = self.fails(address, message)
            if error is not None:
                raise error
        return await super().send(address, message)


class Bench:
    """The service, its clock and its shaky channel; `restart` keeps database, clock and screens."""

    def __init__(self, url: str, at: datetime = MORNING) -> None:
        self.url, self.clock, self.screens = url, HandClock(at), Screens()
        self.channel = Shaky(self.screens)
        self._open()

    def _open(self) -> None:
        self.database = Database(self.url)
        self.service = Service(self.database, [self.channel], self.clock, SURROUNDINGS)

    async def restart(self) -> None:
        self.database.close()
        self._open()
        await self.service.delivery.recover()

    def close(self) -> None:
        self.database.close()

    async def says(self, address: str, text: str = "", **raw: object) -> None:
        await self.service.take(self.channel, [self.channel.update(address, self.clock.now(), text=text, **raw)])
        await self.service.settle()

    def seen(self, address: str) -> list[str]:
        """What stands on a phone, oldest first."""
        return [shown.text for shown in self.screens.screens[address]]
