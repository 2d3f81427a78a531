"""Keeping: fetches what a platform holds only for a while, has it read where somebody sent it to be read, and finds the
content of what goes to another channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Rejected, SendError
from bot.clock import Clock
from bot.messages import Attachment, Kind, Received
from bot.service import inbox
from bot.service.making import KEPT, Making
from storage import files
from storage.database import Database
from storage.files import OURS, FileStatus, KeptFile
from storage.people import Address

__all__ = ["KEPT", "OURS", "Keeping", "hand_in"]

log = structlog.get_logger()

LIMIT_BYTES = 5_000_000
TRIES = 5
AGAIN = timedelta(seconds=20)
ASK_S = 45.0
TYPES = {Kind.PHOTO: "image/jpeg", Kind.VOICE: "audio/ogg"}


Read = Callable[[bytes, str], dict[str, Any]]  # of a content and its file name; called outside any transaction
Readers = Mapping[str, Callable[[Session], Read]]  # by the kind of what is read


@dataclass(frozen=True)
class Job:
    """One file to be fetched, read from its row: nothing of the session is needed any more."""

    row_id: int
    channel: str
    bot: str
    file_id: str
    kind: str


@dataclass(frozen=True)
class Paper:
    """One file that is here and is to be read."""

    row_id: int
    content: bytes
    name: str
    read: Read


class Keeping:
    """The files of one service. `woken` is called when a file's arrival was put into the inbox."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[tuple[str, str], Channel],
        clock: Clock,
        readers: Readers,
        making: Making | None = None,
    ) -> None:
        self._making = making
        self._database, self._channels, self._clock, self._readers = database, channels, clock, readers
        self._asked: dict[int, datetime] = {}  # when a file was last asked for in vain
        self.woken: Callable[[], None] = lambda: None

    async def content(self, attachment: Attachment) -> tuple[bytes, str]:
        """Content and media type of an attachment of some channel; kept from then on. Raises SendError."""
        place = (attachment.channel, attachment.bot, attachment.file_id)
        held = await self._database.run(lambda session: files.content_of(session, *place))
        if held is not None:
            return held
        content, media_type = await self._asked_for(*place, attachment.kind)
        now = self._clock.now()
        await self._database.run(
            lambda session: files.put(
                session, channel=place[0], bot=place[1], file_id=place[2], address="", kind=attachment.kind,
                name=attachment.name, content=content, media_type=media_type, at=now,
            )
        )  # fmt: skip
        return content, media_type

    async def _asked_for(self, channel: str, bot: str, file_id: str, kind: str) -> tuple[bytes, str]:
        origin = self._channels.get((channel, bot))
        if origin is None:
            raise Rejected("the file's channel is not there")
        async with asyncio.timeout(ASK_S):
            content, media_type = await origin.fetch(file_id, LIMIT_BYTES)
        return content, media_type or TYPES.get(Kind(kind), "application/octet-stream")

    async def fetch_some(self) -> int:
        """Fetches what is wanted, reads what is to be read and makes what was ordered, one after the other.

        Returns how many files were settled: kept, read, made or lost.
        """
        settled = 0
        for job in await self._database.run(self._jobs):
            settled += await self._fetch(job)
        for paper in await self._database.run(self._papers):
            await self._read(paper)
            settled += 1
        if self._making is not None and await self._making.make_next():
            self.woken()
            settled += 1
        return settled

    def _jobs(self, session: Session) -> list[Job]:
        now = self._clock.now()
        found = [Job(row.id, row.channel, row.bot, row.file_id, row.kind) for row in files.wanted(session)]
        self._asked = {job.row_id: self._asked[job.row_id] for job in found if job.row_id in self._asked}
        return [
            one for one in found if now - self._asked.get(one.row_id, datetime.min.replace(tzinfo=now.tzinfo)) > AGAIN
        ]

    async def _fetch(self, job: Job) -> bool:
        self._asked[job.row_id] = self._clock.now()
        try:
            content, media_type = await self._asked_for(job.channel, job.bot, job.file_id, job.kind)
        except (SendError, TimeoutError) as error:
            reason = error.reason if isinstance(error, SendError) else "too slow"
            is_lost = isinstance(error, Rejected)
            return await self._database.run(lambda session: self._failed(session, job, reason, is_lost))
        await self._database.run(lambda session: self._kept(session, job, content, media_type))
        self.woken()
        return True

    def _kept(self, session: Session, job: Job, content: bytes, media_type: str) -> None:
        row = session.get_one(KeptFile, job.row_id)
        now = self._clock.now()
        row.content, row.media_type, row.size_bytes = content, media_type, len(content)
        row.status, row.kept_at, row.reason = FileStatus.KEPT, now, ""
        if not row.reader:
            self._announce(session, row)

    def _papers(self, session: Session) -> list[Paper]:
        """What is to be read, with what a reader must know beforehand; of what nobody reads, nothing is found."""
        found = []
        for row in files.unread(session):
            if row.reader in self._readers:
                found.append(Paper(row.id, row.content or b"", row.name, self._readers[row.reader](session)))
        return found

    async def _read(self, paper: Paper) -> None:
        try:
            read = await asyncio.to_thread(paper.read, paper.content, paper.name)
        except Exception:  # a bug of ours in reading this file: whoever sent it must not wait for ever
            log.exception("file not read", file=paper.row_id)
            await self._database.run(lambda session: self._not_read(session, paper))
        else:
            await self._database.run(lambda session: self._has_read(session, paper, read))
        self.woken()

    def _not_read(self, session: Session, paper: Paper) -> None:
        row = session.get_one(KeptFile, paper.row_id)
        row.status, row.reason, row.content = FileStatus.LOST, "not read", None
        self._announce(session, row)

    def _has_read(self, session: Session, paper: Paper, read: dict[str, Any]) -> None:
        row = session.get_one(KeptFile, paper.row_id)
        if row.status == FileStatus.KEPT and row.read_at is None:  # not forgotten meanwhile
            row.read, row.read_at = read, self._clock.now()
            self._announce(session, row)

    def _failed(self, session: Session, job: Job, reason: str, is_lost: bool) -> bool:
        row = session.get_one(KeptFile, job.row_id)
        row.attempts, row.reason = row.attempts + 1, reason
        if not (is_lost or row.attempts >= TRIES):
            return False
        row.status = FileStatus.LOST
        log.warning("file lost", file=row.id, channel=row.channel, reason=reason)
        self._announce(session, row)
        return True

    def _announce(self, session: Session, row: KeptFile) -> None:
        """A file that somebody waits for arrives as a message of its own, by the inbox, in the order of all others.

        Sent a second time it arrives a second time.
        """
        if row.announces and row.address:
            update = Received(f"{KEPT}{row.id}.{row.wanted_at:%Y%m%d%H%M%S%f}", {"kept": row.id})
            inbox.receive(session, row.channel, row.bot, [update], self._clock.now())


def hand_in(session: Session, to: Address, *, name: str, content: bytes, reader: str, at: datetime) -> KeptFile:
    """Takes a file that somebody gave to a page of ours for a chat that carries none (`at` in UTC).

    It is read like one that came over that chat, and its arrival is told there.
    """
    file_id = f"page-{uuid4().hex}"
    files.put(
        session, channel=to.channel, bot=to.bot, file_id=file_id, address=to.address, kind=Kind.FILE, content=content,
        media_type="", name=name, at=at,
    )  # fmt: skip
    return files.want(
        session, channel=to.channel, bot=to.bot, file_id=file_id, address=to.address, kind=Kind.FILE, name=name,
        announces=True, reader=reader, at=at,
    )  # fmt: skip
