"""A second receiver of our bot's messages, on a server that behaves like Telegram's: told within two minutes (T14)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from bot.channels.telegram import TelegramChannel
from bot.clock import VIETNAM, HandClock
from bot.rules import people
from bot.service.app import Service
from bot.service.schedule import TICK_S
from storage.alarms import Alarm, AlarmKind
from storage.database import Database
from storage.people import Role
from tests.fakes.telegram_client import FakeTelegram
from tests.phone import PhoneChannel, Screens
from tests.play import SURROUNDINGS
from tests.running import WIDE_S
from tests.world import World

NIGHT = datetime(2024, 3, 20, 23, 0, tzinfo=VIETNAM)
WITHIN = timedelta(minutes=2)


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        yield running


class Watched:
    """The service with Telegram, and a second way to its administrator."""

    def __init__(self, url: str, telegram: FakeTelegram) -> None:
        self.clock, self.screens = HandClock(NIGHT), Screens()
        self.database = Database(url)
        with self.database.transaction() as session:
            world = World(session, NIGHT)
            admin = world.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=world.commune().id, channel="x")
            for place, channel in enumerate((telegram.token.partition(":")[0], "phone")):
                kind = "telegram" if place == 0 else "phone"
                people.link(world.work, admin, kind, channel, "500" if place == 0 else "anh Lập")
            for address in world.session.scalars(select(people.Address).where(people.Address.channel == "x")):
                people.close_address(world.work, address, "test")
            world.done()
        self.channel = TelegramChannel(telegram.token, now=self.clock.now, base_url=telegram.url, sleep=_nap)
        self.service = Service(self.database, [self.channel, PhoneChannel(self.screens)], self.clock, SURROUNDINGS)

    async def told(self) -> timedelta:
        """How long after the theft the administrator reads of it on the other channel, by the service's clock."""
        begun = self.clock.now()
        while not self.screens.screens["anh Lập"]:
            assert self.clock.now() - begun <= WITHIN
            self.clock.move_to(self.clock.now() + timedelta(seconds=TICK_S))
            await self.service.tick()
            await self.service.handle()
            await self.service.delivery.drain()
        return self.clock.now() - begun


async def _nap(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.05))


@asynccontextmanager
async def receiving(url: str, telegram: FakeTelegram) -> AsyncIterator[Watched]:
    watched = Watched(url, telegram)

    async def store(batch: object) -> None:
        """Nobody writes."""

    polling = asyncio.create_task(watched.channel.run(store))
    try:
        await until(lambda: watched.channel.health()["last_good_poll"] is not None)
        yield watched
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await watched.channel.close()
        watched.database.close()


async def until(look: Callable[[], object]) -> None:
    end = time.monotonic() + WIDE_S
    while not look():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def test_a_second_poller_is_told_over_another_channel_also_at_night(
    long_mon_url: str, telegram: FakeTelegram
) -> None:
    async with receiving(long_mon_url, telegram) as watched, httpx.AsyncClient(trust_env=False) as thief:

        async def steal() -> None:
            while True:
                await thief.post(f"{telegram.url}/bot{telegram.token}/getUpdates", data={"timeout": "1"}, timeout=5)

        stealing = asyncio.create_task(steal())
        await until(lambda: watched.channel.health()["last_conflict"])
        assert await watched.told() <= WITHIN
        stealing.cancel()
        await asyncio.gather(stealing, return_exceptions=True)
        (alarm,) = watched.screens.screens["anh Lập"]
        assert alarm.text.startswith("⚠️ Có máy khác đang nhận tin của bot Telegram.")
        for step in ("@BotFather", "/revoke", "TELEGRAM_BOT_TOKEN", ".env"):
            assert step in alarm.text
        assert len(alarm.text) <= 300
        assert telegram.texts(500) == []


async def test_a_webhook_that_somebody_else_set_is_told_although_we_have_taken_it_away(
    long_mon_url: str, telegram: FakeTelegram
) -> None:
    async with receiving(long_mon_url, telegram) as watched:
        telegram.steal_webhook("https://elsewhere.example.org/hook")
        await until(lambda: telegram.webhook() is None)
        await until(lambda: watched.channel.health()["trouble"] is None)
        assert await watched.told() <= WITHIN
        with watched.database.transaction() as session:
            assert session.scalars(select(Alarm)).one().kind == AlarmKind.STOLEN
        watched.clock.move_to(watched.clock.now() + timedelta(hours=2))
        await until(lambda: watched.channel.health()["trouble"] is None)
        await watched.service.tick()
        with watched.database.transaction() as session:
            assert session.scalars(select(Alarm)).one().ended_at is not None
