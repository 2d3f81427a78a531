"""Delivery: claims what is due, sends outside any transaction, and keeps what came of it. Order is kept per chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Later, Rejected, SendError
from bot.clock import Clock
from bot.messages import Act, Outgoing
from bot.service import moving, pacing, together
from bot.service.keeping import Keeping
from bot.service.outbox import Wording, reader_of
from bot.service.outcomes import Chat, Claimed, Outcomes, Result, heard_since
from bot.service.pacing import Pacer
from storage import chat as memory
from storage import people
from storage.chat import Outbox, OutboxStatus
from storage.database import Database
from storage.people import AddressStatus, Status

log = structlog.get_logger()

IN_FLIGHT = 40
LATE = timedelta(minutes=10)  # what leaves so late was held up; all of it goes together, as far as it fits
FILE_AGAIN_S = 30.0


class Delivery:
    """Sends in parallel across chats and in order within one, so that a slow line holds up nobody else."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[tuple[str, str], Channel],
        clock: Clock,
        wording: Wording,
        keeping: Keeping,
    ) -> None:
        self._database, self._channels, self._clock, self._keeping = database, channels, clock, keeping
        self._tasks: dict[Chat, asyncio.Task[None]] = {}
        self._results: list[Result] = []
        self._outcomes = Outcomes(channels, clock, wording)
        self.pacer = Pacer()
        self._moves = 0
        self.wake = asyncio.Event()
        self.kept: Callable[[Collection[Chat]], None] = lambda chats: None  # told once these chats' sends are committed
        self.pause_s = 0.0

    async def recover(self) -> None:
        """After a start: what a dead process had in its hands was perhaps sent; it is treated as Unknown."""

        def orphaned(session: Session) -> None:
            for row in session.scalars(select(Outbox).where(Outbox.status == OutboxStatus.SENDING)):
                self._outcomes.unknown(session, row)

        await self._database.run(orphaned)

    async def pump(self) -> bool:
        """Keeps results and sends what is due, once round; False when there is nothing in hand and nothing due."""
        results, self._results = self._results, []
        try:
            claimed = await self._database.run(lambda session: self._round(session, results))
        except BaseException:
            self._results = [*results, *self._results]  # what was sent must be kept, once the database takes it again
            raise
        if results:
            self.kept({result.claimed.chat for result in results})
        for one in claimed:
            self._tasks[one.chat] = asyncio.create_task(self._send(one))
        return bool(claimed or self._tasks or self._results or self._moves)

    async def drain(self) -> None:
        """Until nothing is in hand and nothing more can be sent now."""
        while await self.pump():
            self.wake.clear()
            if self._tasks and not self._results:
                await self.wake.wait()

    async def stop(self, within_s: float) -> None:
        """Lets what is in flight end, and keeps its results."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=within_s)
        for task in list(self._tasks.values()):
            task.cancel()
        results, self._results = self._results, []
        if results:
            await self._database.run(lambda session: self._outcomes.keep(session, results))

    # In one transaction

    def _round(self, session: Session, results: list[Result]) -> list[Claimed]:
        self._outcomes.keep(session, results)
        self._moves = moving.move_stuck(session, self._channels.keys(), self._clock.now())
        return self._claim(session)

    def _claim(self, session: Session) -> list[Claimed]:
        now = self._clock.now()
        room = IN_FLIGHT - len(self._tasks)
        self.pause_s = 0.0
        if room <= 0:
            return []
        claimed: dict[Chat, Claimed] = {}
        held: set[Chat] = set(self._tasks)
        paced = pacing.asked_to_wait(session, now)
        for row in session.scalars(self._due(session, now, paced)):
            chat = (row.channel, row.bot, row.address)
            if chat in held or chat in claimed:
                continue
            if (row.channel, row.bot) not in self._channels:
                continue
            if chat in paced or self._must_wait(chat):
                held.add(chat)
                continue
            taken = self._take(session, row, now)
            if taken is None:
                continue
            claimed[chat] = taken
            if self._channels[chat[:2]].is_paced:
                self.pacer.note(chat)
            if len(claimed) >= room:
                break
        session.flush()
        return list(claimed.values())

    def _due(self, session: Session, now: datetime, paced: Collection[Chat]) -> Select[Outbox]:
        """What waits for a bot at rest is left out: it would fill the look, and hold up all others."""
        wanted = select(Outbox).where(Outbox.status == OutboxStatus.QUEUED, Outbox.due_at <= now)
        for channel, bot, address in paced:
            if not address:
                wanted = wanted.where(or_(Outbox.channel != channel, Outbox.bot != bot))
        wanted = wanted.order_by(Outbox.due_at, Outbox.id).limit(400)
        return wanted if self._database.is_sqlite else wanted.with_for_update(skip_locked=True)

    def _must_wait(self, chat: Chat) -> bool:
        if not self._channels[chat[:2]].is_paced:
            return False
        wait = self.pacer.wait_s(chat)
        if wait > 0:
            self.pause_s = min(self.pause_s or wait, wait)
        return wait > 0

    def _is_pointless(self, session: Session, row: Outbox, now: datetime) -> bool:
        """Past its use, or for somebody who may no longer hear it: rights are looked at again at the sending (T9)."""
        if row.useful_until is not None and now > row.useful_until:
            row.status, row.error = OutboxStatus.MISSED, "too late"
            return True
        if row.unknowns and not row.is_push and heard_since(session, row):
            row.status, row.sent_at = OutboxStatus.SENT, row.claimed_at
            return True
        if row.person_id is not None and row.is_push:
            person = people.get(session, row.person_id)
            address = people.at_address(session, row.channel, row.bot, row.address)
            usable = address is not None and address.person_id == row.person_id
            if not usable or address is None or address.status == AddressStatus.UNLINKED:
                row.status, row.error = OutboxStatus.WITHDRAWN, "unlinked"
                return True
            if person is None or person.status == Status.LEFT:
                row.status, row.error = OutboxStatus.WITHDRAWN, "left"
                return True
        return False

    def _take(self, session: Session, row: Outbox, now: datetime) -> Claimed | None:
        """The row, with what goes together with it; None when nothing of it is worth sending any more."""
        self._gather(session, row, now)
        rows = [one for one in self._together(session, row, now) if not self._is_pointless(session, one, now)]
        if not rows:
            return None
        message = self._message(session, rows)
        if message is None:
            rows, message = self._first_alone(rows), together.own(rows[0])
        self._note_carrier(rows, message)
        for one in rows:
            one.status, one.claimed_at, one.attempts = OutboxStatus.SENDING, now, one.attempts + 1
        first = rows[0]
        return Claimed(
            tuple(one.id for one in rows),
            (first.channel, first.bot, first.address),
            message,
            tuple(Outgoing.from_json(act) for act in first.aside),
        )

    def _gather(self, session: Session, row: Outbox, now: datetime) -> None:
        """What was held up leaves as one message, as far as it fits (voice.md §3.12): nobody is flooded afterwards."""
        if row.together_id is None or row.unknowns or now - row.due_at < LATE:
            return
        waiting = memory.held_up(session, row.channel, row.bot, row.address, now)
        reader = reader_of(people.get(session, row.person_id), self._clock.zone)
        parts: list[Outbox] = []
        for one in waiting:
            if self._is_pointless(session, one, now):
                continue
            if together.joined(reader, [together.own(part) for part in (*parts, one)]) is not None:
                parts.append(one)
        for one in parts:
            one.together_id = parts[0].id
        session.flush()

    def _together(self, session: Session, row: Outbox, now: datetime) -> list[Outbox]:
        """The parts that leave with a row. What is sent once more is what went together the first time."""
        if row.together_id is None or row.status != OutboxStatus.QUEUED:
            return [row]
        wanted = (
            select(Outbox)
            .where(Outbox.together_id == row.together_id, Outbox.channel == row.channel, Outbox.bot == row.bot)
            .where(Outbox.address == row.address, Outbox.status == OutboxStatus.QUEUED, Outbox.due_at <= now)
            .where(Outbox.unknowns > 0 if row.unknowns else Outbox.unknowns == 0)
            .order_by(Outbox.id)
        )
        return list(session.scalars(wanted if self._database.is_sqlite else wanted.with_for_update()))

    def _message(self, session: Session, rows: list[Outbox]) -> Outgoing | None:
        """What the rows say in one message; None when they make none any more (the reader's words have changed)."""
        if len(rows) == 1:
            return together.own(rows[0])
        reader = reader_of(people.get(session, rows[0].person_id), self._clock.zone)
        return together.joined(reader, [together.own(one) for one in rows])

    def _first_alone(self, rows: list[Outbox]) -> list[Outbox]:
        """The others go by themselves, after it."""
        for one in rows:
            one.together_id = None
        return rows[:1]

    def _note_carrier(self, rows: list[Outbox], message: Outgoing) -> None:
        """The first row keeps the whole message, the others the first's id."""
        for one in rows:
            one.joined, one.carrier_id = None, None if one is rows[0] else rows[0].id
        if len(rows) > 1:
            rows[0].joined = message.as_json()

    # Outside any transaction

    async def _send(self, claimed: Claimed) -> None:
        channel = self._channels[claimed.chat[:2]]
        result = Result(claimed)
        try:
            for act in claimed.aside:
                await self._best_effort(channel, claimed.chat[2], act)
            if claimed.message.act is Act.TOAST and not claimed.message.target:
                result = Result(claimed)
            else:
                result = Result(claimed, message_id=await self._sent(channel, claimed.chat, claimed.message))
        except SendError as error:
            result = Result(claimed, error=error)
        except Exception as error:
            log.exception("send failed", outbox=claimed.row_ids)
            result = Result(claimed, error=Rejected(type(error).__name__))
        finally:
            self._tasks.pop(claimed.chat, None)
            self._results.append(result)
            self.wake.set()

    async def _sent(self, channel: Channel, chat: Chat, message: Outgoing) -> str:
        """Sends; what is attached and came over another channel goes along as its content."""
        file = message.attachment
        if file is None or not file.channel or (file.channel, file.bot) == chat[:2]:
            return await channel.send(chat[2], message)
        try:
            content, _ = await self._keeping.content(file)
        except TimeoutError:
            raise Later("the file was too slow", FILE_AGAIN_S) from None
        return await channel.send_file(chat[2], message, content)

    async def _best_effort(self, channel: Channel, address: str, act: Outgoing) -> None:
        """A spinner stopped, an old keyboard taken away: nice when it works, nothing when it does not."""
        try:
            await channel.send(address, act)
        except SendError as error:
            log.debug("aside not done", act=act.act, reason=error.reason)
