"""Making: papers and pictures that somebody asked for in the chat are read, made by the press, kept, and announced."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.i18n import Reader
from bot.messages import Received
from bot.reports import pictures, requests
from bot.reports.drawing import Drawing
from bot.reports.requests import Made, Request
from bot.rules.meeting_times import ReminderTimes
from bot.rules.work import Refused, Work
from bot.service import inbox
from bot.service.outbox import reader_of
from bot.service.press import Press, Spoiled
from storage import files, people
from storage.database import Database
from storage.files import FileStatus, KeptFile

log = structlog.get_logger()

KEPT = "kept:"  # begins the update id that tells of a file's arrival
NOT_ALLOWED, SPOILED, TROUBLE, NOTHING = "refused", "spoiled", "template", "nothing"


@dataclass(frozen=True)
class Order:
    """One file to be made, read from its row."""

    row_id: int
    request: Request
    reader: Reader


@dataclass
class Making:
    """Makes what was ordered. Nothing of it runs in the event loop, and each transaction is short."""

    database: Database
    clock: Clock
    press: Press
    templates: Path | None = None
    reminder_times: ReminderTimes = field(default_factory=ReminderTimes)

    async def make_next(self) -> bool:
        """Makes the oldest order and announces it; whether there was any. What a kill interrupts is made again."""
        order = await self.database.run(self._next)
        if order is None:
            return False
        try:
            made = await self.made(order.reader, order.request)
        except Refused:  # the right to it has ended since
            await self.database.run(lambda session: self._lost(session, order, NOT_ALLOWED))
        except Spoiled as error:
            log.error("paper not made", file=order.row_id, reason=str(error))
            await self.database.run(lambda session: self._lost(session, order, SPOILED))
        except Exception:  # a bug of ours in reading: whoever asked must not wait for ever
            log.exception("paper not read", file=order.row_id)
            await self.database.run(lambda session: self._lost(session, order, SPOILED))
        else:
            await self.database.run(lambda session: self._kept(session, order, made))
        return True

    async def made(self, reader: Reader, request: Request) -> Made:
        """A file for a person. Raises Refused, Spoiled."""
        facts = await self._read(reader, request)
        return await self.press.make(requests.made, reader, request, facts, self.templates)

    async def drawn(self, reader: Reader, request: Request) -> Drawing:
        """A picture for a page, with its words and its table. Raises Refused, Spoiled."""
        facts = await self._read(reader, request)
        return await self.press.make(pictures.draw, request.name, reader, facts)

    async def _read(self, reader: Reader, request: Request) -> object:
        """What it is made of, while the press gets ready."""
        facts, _ = await asyncio.gather(self._facts(reader, request), self.press.begin())
        return facts

    async def _facts(self, reader: Reader, request: Request) -> object:
        @contextmanager
        def transaction() -> Iterator[Work]:
            self.database.queue_up()
            with self.database.transaction() as session:
                yield self._work(session, request.person_id)

        return await asyncio.to_thread(requests.read, reader, transaction, request)

    def _work(self, session: Session, person_id: int) -> Work:
        """As the person who asked, with the rights of this moment."""
        now = self.clock.now()
        work = Work(
            session=session,
            now=now,
            today=now.astimezone(self.clock.zone).date(),
            person=people.get(session, person_id),
            zone=self.clock.zone,
            via="press",
            reminder_times=self.reminder_times,
        )
        if work.person is None:
            raise Refused("outside_scope")
        work.scope = people.scope_of(session, work.person, work.today)
        return work

    def _next(self, session: Session) -> Order | None:
        for row in files.to_make(session, limit=1):
            request = Request.from_json(row.read or {})
            return Order(row.id, request, reader_of(people.get(session, request.person_id), self.clock.zone))
        return None

    def _kept(self, session: Session, order: Order, made: Made) -> None:
        row = session.get_one(KeptFile, order.row_id)
        if row.status != FileStatus.WANTED:
            return
        if not made.content:
            row.read = {**order.request.as_json(), "sentence": made.sentence}
            self._lost(session, order, NOTHING)
            return
        row.content, row.size_bytes, row.name = made.content, len(made.content), made.name
        row.media_type = requests.MEDIA[order.request.form]
        row.status, row.kept_at = FileStatus.KEPT, self.clock.now()
        row.reason = TROUBLE if made.trouble else ""
        row.read = {**order.request.as_json(), "sentence": made.trouble or made.sentence}
        self._announce(session, row, order.request)

    def _lost(self, session: Session, order: Order, reason: str) -> None:
        row = session.get_one(KeptFile, order.row_id)
        if row.status == FileStatus.WANTED:
            row.status, row.reason = FileStatus.LOST, reason
            self._announce(session, row, order.request)

    def _announce(self, session: Session, row: KeptFile, request: Request) -> None:
        """By the inbox of the chat that asked, in the order of all other messages."""
        channel, bot, address = request.to
        raw: dict[str, Any] = {"kept": row.id, "address": address}
        update = Received(f"{KEPT}{row.id}.{row.wanted_at:%Y%m%d%H%M%S%f}", raw)
        inbox.receive(session, channel, bot, [update], self.clock.now())
