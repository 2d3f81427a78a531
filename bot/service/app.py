"""The service: channels in, one worker, delivery out, and the tick; it starts and works when a platform is down."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from bot.clock import Clock, HandClock
from bot.conversations import ALONE, DIALOGUE, NOTICES, REMINDERS
from bot.dialogue.conversation import Surroundings
from bot.importers.kept import READERS
from bot.messages import Received
from bot.service import inbox
from bot.service.delivery import Delivery
from bot.service.dispatch import Dispatcher
from bot.service.hooks_out import LOOK_S as HOOKS_LOOK_S
from bot.service.hooks_out import HooksOut
from bot.service.keeping import Keeping
from bot.service.making import Making
from bot.service.outbox import Wording
from bot.service.press import Press
from bot.service.schedule import Schedule, Ticker
from bot.service.watch import Watch
from storage.database import Database

log = structlog.get_logger()

BATCH = 50
LOOK_S = 1.0
STOP_S = 6.0
LEAP = timedelta(hours=12)


@dataclass
class Service:
    """One process of Ra Lớp on one database. `settle` and `advance` are for tests and the demo, `run` is the real
    thing."""

    database: Database
    channels: Sequence[Channel]
    clock: Clock
    surroundings: Surroundings = field(default_factory=Surroundings)
    default_locale: str = "vi"
    backs_up: bool = False  # somebody relies on backups: an old one is an alarm
    press: Press = field(default_factory=Press)
    paper_templates: Path | None = None  # the office's own, as Word files

    def __post_init__(self) -> None:
        by_bot = {(channel.name, channel.bot): channel for channel in self.channels}
        wording = Wording(NOTICES, self.surroundings, self.clock.zone, ALONE)
        watch = Watch(self.clock, self.channels, backs_up=self.backs_up)
        self.dispatcher = Dispatcher(by_bot, DIALOGUE, wording, self.clock, watch, self.default_locale)
        times = self.surroundings.reminder_times
        self.making = Making(self.database, self.clock, self.press, self.paper_templates, times)
        self.keeping = Keeping(self.database, by_bot, self.clock, READERS, self.making)
        self.delivery = Delivery(self.database, by_bot, self.clock, wording, self.keeping)
        self.hooks_out = HooksOut(self.database, self.clock, self.surroundings.invite_key)
        self.schedule = Schedule(self.clock, wording, REMINDERS, DIALOGUE, watch)
        self.ticked_at: datetime | None = None
        self._wake = asyncio.Event()
        self.keeping.woken = self._wake.set
        self._stopping = False
        self._ticker: Ticker | None = None

    async def take(
        self, channel: Channel, batch: list[Received], also: Callable[[Session], None] | None = None
    ) -> None:
        """Stores a batch; when this returns, the platform may hear that we have it.

        `also` stores what comes with it (a file's content) in the same transaction.
        """
        now = self.clock.now()

        def stored(session: Session) -> None:
            if also is not None:
                also(session)
            inbox.receive(session, channel.name, channel.bot, batch, now)

        await self.database.run(stored)
        self._wake.set()

    async def handle(self) -> int:
        """Handles everything that waits; returns how many updates."""
        handled = 0
        while True:
            some = await self.database.run(lambda session: self.dispatcher.handle_some(session, BATCH))
            handled += some
            if some:
                self.delivery.wake.set()
            if some < BATCH:
                return handled

    async def tick(self) -> None:
        """Says what is due."""
        await self.database.run(self.schedule.tick)
        self.ticked_at = self.clock.now()
        self.delivery.wake.set()

    async def settle(self) -> None:
        """Until every update is handled, every file fetched, and every message that may leave has left."""
        await self.handle()
        while await self.keeping.fetch_some():
            await self.handle()
        await self.delivery.drain()

    async def advance(self, clock: HandClock, until: datetime) -> None:
        """Moves a clock that stands still, through every due moment between: nothing is skipped, nothing is late."""
        await self.settle()
        while True:
            horizon = min(until, clock.now() + LEAP)  # what is due in a month is long to find, and found at every step
            following = await self.database.run(partial(self.schedule.next_moment, until=horizon))
            if following is not None:
                clock.move_to(following)
                await self.tick()
                await self.settle()
            elif horizon < until:
                clock.move_to(horizon)
            else:
                break
        clock.move_to(until)
        await self.tick()
        await self.settle()

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop` is set; then ends within ten seconds, with nothing lost."""
        await self.delivery.recover()
        await self.database.run(self.schedule.after_gap)
        self._ticker = Ticker(self._safe_tick, self.clock)
        tasks = [asyncio.create_task(self._receive(channel)) for channel in self.channels]
        tasks += [asyncio.create_task(loop()) for loop in (self._work, self._deliver, self._keep, self._tell_others)]
        await self._safe_tick()
        self._ticker.start()
        await stop.wait()
        self._stopping = True
        await self._ticker.stop()
        self.press.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.delivery.stop(STOP_S)
        for channel in self.channels:
            await channel.close()

    async def _receive(self, channel: Channel) -> None:
        async def store(batch: list[Received]) -> None:
            await self.take(channel, batch)

        while not self._stopping:
            try:
                await channel.run(store)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("channel fell over; it is started again", channel=channel.name)
                await asyncio.sleep(5)

    async def _work(self) -> None:
        while not self._stopping:
            try:
                await self.handle()
            except Exception as error:
                await self._stumbled("work", error)
            await _woken(self._wake, LOOK_S)

    async def _deliver(self) -> None:
        while not self._stopping:
            try:
                await self.delivery.pump()
            except Exception as error:
                await self._stumbled("delivery", error)
            await _woken(self.delivery.wake, min(self.delivery.pause_s or LOOK_S, LOOK_S))

    async def _keep(self) -> None:
        while not self._stopping:
            try:
                await self.keeping.fetch_some()
            except Exception as error:
                await self._stumbled("keeping", error)
            await asyncio.sleep(LOOK_S)

    async def _tell_others(self) -> None:
        while not self._stopping:
            try:
                if not self.schedule.watch.is_wrong:
                    await self.hooks_out.pump()
            except Exception as error:
                await self._stumbled("hooks", error)
            await asyncio.sleep(HOOKS_LOOK_S)

    async def _stumbled(self, what: str, error: Exception) -> None:
        """A loop never ends by itself: a database that refuses is tried again, and so is what a bug of ours broke."""
        ours = not isinstance(error, SQLAlchemyError)
        log.error("stumbled", loop=what, error=type(error).__name__, exc_info=error if ours else None)
        await asyncio.sleep(1)

    async def _safe_tick(self) -> None:
        try:
            await self.tick()
        except Exception as error:
            await self._stumbled("tick", error)

    @property
    def is_ticking(self) -> bool:
        """Whether the clock ticked within the last minute."""
        return self.ticked_at is not None and self.clock.now() - self.ticked_at < timedelta(seconds=60)


async def _woken(event: asyncio.Event, timeout_s: float) -> None:
    """Waits for the event, or for the time to pass; then the event is cleared."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):  # wait_for of Python 3.11 can swallow a cancellation
            await event.wait()
    event.clear()
