"""A moved clock, followed in steps: the service is walked through every due moment that the clock jumped over."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import FollowingClock
from bot.service import inbox
from bot.service.app import Service
from storage.chat import Outbox, OutboxStatus, Pace

log = structlog.get_logger()

LOOK_S = 0.2
IDLE_LOOK_S = 0.02
IDLE_S = 10.0  # a platform that takes longer than this to answer does not hold the clock up


class Follower:
    """For rehearsals (RALOP_CLOCK): runs beside the service, which goes on receiving, handling and sending."""

    def __init__(self, service: Service, clock: FollowingClock) -> None:
        self._service, self._clock = service, clock

    async def run(self) -> None:
        """Follows until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                until = self._clock.left_behind()
                if until is not None:
                    await self.walk(until)
            except SQLAlchemyError as error:
                log.error("the database refused while the clock was moved", error=type(error).__name__)
            except (OSError, ValueError) as error:
                log.error("the clock's file cannot be read", error=type(error).__name__)

    async def walk(self, until: datetime) -> None:
        """Moves the service's clock from due moment to due moment; at each, what is due is said before time goes on."""
        await self._idle()
        while (following := await self._next(until)) is not None:
            self._clock.move_to(following)
            await self._service.tick()
            await self._idle()
        self._clock.move_to(until)
        await self._service.tick()

    async def _next(self, until: datetime) -> datetime | None:
        now = self._clock.now()

        def look(session: Session) -> datetime | None:
            pause = select(func.min(Pace.not_before)).where(Pace.not_before > now, Pace.not_before <= until)
            moments = (self._service.schedule.next_moment(session, until), session.scalar(pause))
            return min((moment for moment in moments if moment is not None), default=None)

        return await self._service.database.run(look)

    async def _idle(self) -> None:
        """Until nothing waits to be handled and nothing more can be sent now."""
        end = asyncio.get_running_loop().time() + IDLE_S
        while await self._service.database.run(self._is_busy) and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(IDLE_LOOK_S)

    def _is_busy(self, session: Session) -> bool:
        if inbox.waiting(session):
            return True
        now = self._clock.now()
        held = (
            select(Pace.id)
            .where(Pace.channel == Outbox.channel, Pace.bot == Outbox.bot, Pace.not_before > now)
            .where(or_(Pace.address == Outbox.address, Pace.address == ""))
            .exists()
        )
        due = (Outbox.status == OutboxStatus.QUEUED) & (Outbox.due_at <= now) & ~held
        ours = Outbox.channel.in_([channel.name for channel in self._service.channels])
        wanted = select(Outbox.id).where(ours, due | (Outbox.status == OutboxStatus.SENDING)).limit(1)
        return session.scalar(wanted) is not None
