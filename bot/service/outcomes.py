"""What came of a send: kept, tried again, sent over another chat of the person, or said to whoever waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Gone, Later, Rejected, SendError, Unknown
from bot.clock import Clock
from bot.messages import Outgoing
from bot.rules import people as who
from bot.rules.work import Notice, Work
from bot.service import moving, outbox, pacing
from bot.service.outbox import Wording
from storage import people
from storage.chat import Inbox, Outbox, OutboxStatus

log = structlog.get_logger()

UNKNOWN_WAIT = timedelta(seconds=60)
GIVE_UP = timedelta(hours=3)  # an error that may pass, but did not

Chat = tuple[str, str, str]


@dataclass(frozen=True)
class Claimed:
    """A message in our hands, of one row or of several together: what is needed to send it without a transaction."""

    row_ids: tuple[int, ...]
    chat: Chat
    message: Outgoing
    aside: tuple[Outgoing, ...]


@dataclass(frozen=True)
class Result:
    claimed: Claimed
    message_id: str = ""
    error: SendError | None = None


@dataclass(frozen=True)
class Outcomes:
    """Keeps what came of sends, in the transaction of whoever asks."""

    channels: Mapping[tuple[str, str], Channel]
    clock: Clock
    wording: Wording

    def keep(self, session: Session, results: list[Result]) -> None:
        """Writes down what came of each send, and sees to what follows from it."""
        for result in results:
            rows = [session.get_one(Outbox, row_id) for row_id in result.claimed.row_ids]
            error = result.error
            if isinstance(error, Gone):
                self._gone(session, rows, error)
            elif isinstance(error, Rejected) and len(rows) > 1:
                self._apart(rows, error)
            else:
                for row in rows:
                    self._keep_one(session, row, result)
        session.flush()

    def _keep_one(self, session: Session, row: Outbox, result: Result) -> None:
        error = result.error
        if error is None:
            row.status, row.sent_at, row.error = OutboxStatus.SENT, self.clock.now(), ""
            row.message_id = result.message_id
        elif isinstance(error, Later):
            self._later(session, row, error)
        elif isinstance(error, Unknown):
            self.unknown(session, row)
        else:
            row.status, row.error = OutboxStatus.FAILED, error.reason
            log.error("message rejected", outbox=row.id, reason=error.reason)
            self._rejected(session, row)
            moving.move(session, row, self.channels.keys(), self.clock.now())

    def _apart(self, rows: list[Outbox], error: Rejected) -> None:
        """A refusal of several together may be the fault of one of them: each is tried by itself."""
        log.error("message rejected", outbox=[row.id for row in rows], reason=error.reason)
        for row in rows:
            row.status, row.error = OutboxStatus.QUEUED, error.reason
            row.together_id = row.joined = row.carrier_id = None

    def _later(self, session: Session, row: Outbox, error: Later) -> None:
        now = self.clock.now()
        row.status, row.error = OutboxStatus.QUEUED, error.reason
        row.joined = row.carrier_id = None  # it was not seen: until it leaves, a part can be taken back
        if now - row.queued_at > GIVE_UP and row.useful_until is None:
            row.status = OutboxStatus.FAILED
            moving.move(session, row, self.channels.keys(), now)
        chat = (row.channel, row.bot, "" if error.whole_bot else row.address)
        pacing.leave_alone(session, chat, now + timedelta(seconds=error.after_s))

    def _gone(self, session: Session, rows: list[Outbox], error: Gone) -> None:
        """That address is closed: the next one of this person is tried at once."""
        for row in rows:
            row.status, row.error, row.joined, row.carrier_id = OutboxStatus.FAILED, error.reason, None, None
        address = people.at_address(session, rows[0].channel, rows[0].bot, rows[0].address)
        if address is None:
            return
        work = Work(session=session, now=self.clock.now(), today=self.clock.today(), zone=self.clock.zone)
        who.close_address(work, address, error.reason)
        for row in rows:
            moving.move(session, row, self.channels.keys(), self.clock.now(), anyhow=True)

    def _rejected(self, session: Session, row: Outbox) -> None:
        """A file that somebody asked for and the platform refuses for good: a sentence instead of silence."""
        if row.is_push or row.person_id is None or not (row.payload or {}).get("attachment"):
            return
        now = self.clock.now()
        work = Work(session=session, now=now, today=self.clock.today(), zone=self.clock.zone)
        chat = outbox.chat_for(work, row.person_id, self.wording)
        told = Notice(row.person_id, "files.refused", row.id)
        message = None if chat is None else self.wording.notices[told.kind](chat, told)
        if message is not None:
            copy = {name: getattr(row, name) for name in ("channel", "bot", "address", "person_id", "inbox_id", "kind")}
            session.add(Outbox(payload=message.as_json(), due_at=now, queued_at=now, **copy))

    def unknown(self, session: Session, row: Outbox) -> None:
        """Perhaps it arrived: once more after 60 s, never a third time; an answer only if nothing was heard since."""
        row.unknowns += 1
        row.error = "unknown"
        if row.unknowns > 1 or (not row.is_push and heard_since(session, row)):
            row.status, row.sent_at = OutboxStatus.SENT, row.claimed_at
            return
        row.status = OutboxStatus.QUEUED
        row.due_at = (row.claimed_at or self.clock.now()) + UNKNOWN_WAIT


def heard_since(session: Session, row: Outbox) -> bool:
    """Whether the chat has written since a message was queued for it."""
    newer = (
        select(Inbox.id)
        .where(Inbox.channel == row.channel, Inbox.bot == row.bot, Inbox.address == row.address)
        .where(or_(Inbox.received_at > row.queued_at, Inbox.id > (row.inbox_id or 0)))
        .limit(1)
    )
    return session.scalar(newer) is not None
