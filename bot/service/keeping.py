"""Keeping: fetches what a platform holds only for a while, and finds the content of what goes to another channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Rejected, SendError
from bot.clock import Clock
from bot.messages import Attachment, Kind, Received
from bot.service import inbox
from storage import files
from storage.database import Database
from storage.files import FileStatus, KeptFile

log = structlog.get_logger()

OURS = "ralop"  # the channel of files that we made ourselves
LIMIT_BYTES = 5_000_000
TRIES = 5
AGAIN = timedelta(seconds=20)
ASK_S = 45.0
KEPT = "kept:"  # begins the update id that tells of a file's arrival
TYPES = {Kind.PHOTO: "image/jpeg", Kind.VOICE: "audio/ogg"}


@dataclass(frozen=True)
class Job:
    """One file to be fetched, read from its row: nothing of the session is needed any more."""

    row_id: int
    channel: str
    bot: str
    file_id: str
    kind: str


class Keeping:
    """The files of one service. `woken` is called when a file's arrival was put into the inbox."""

    def __init__(self, database: Database, channels: Mapping[tuple[str, str], Channel], clock: Clock) -> None:
        self._database, self._channels, self._clock = database, channels, clock
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
        """Fetches what is wanted, one after the other; returns how many files were settled, kept or lost."""
        jobs = await self._database.run(self._jobs)
        settled = 0
        for job in jobs:
            settled += await self._fetch(job)
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
        """A file that somebody waits for arrives as a message of its own, by the inbox, in the order of all others."""
        if row.announces and row.address:
            update = Received(f"{KEPT}{row.id}", {"kept": row.id})
            inbox.receive(session, row.channel, row.bot, [update], self._clock.now())
