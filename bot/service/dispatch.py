"""Dispatch: one message, one transaction. Who writes, the open conversation, the rule, the replies: all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Unparsable
from bot.clock import Clock
from bot.dialogue.conversation import Chat
from bot.dialogue.engine import Dialogue, Turn
from bot.dialogue.late import arrived_late
from bot.i18n import N_
from bot.messages import Act, Attachment, Choice, Incoming, Kind, Outgoing, Received
from bot.parsing import clean
from bot.rules import people as who
from bot.rules.work import Work
from bot.service import inbox, outbox
from bot.service.keeping import KEPT
from bot.service.outbox import Wording, reader_of
from bot.service.watch import Watch
from storage import chat as memory
from storage import files, people
from storage.chat import Inbox, InboxStatus, Outbox
from storage.files import KeptFile
from storage.people import AddressStatus, Person

log = structlog.get_logger()

TRIES = 3
TEXT_LIMIT = 2000  # signs of one message that are read; notes are kept up to here (T19)
TEXTS_A_MINUTE = 30
PRESSES_A_MINUTE = 120
PAUSED = N_("That is a lot at once. Ra Lớp reads on in a minute.")
APOLOGY = N_(
    "Ra Lớp is in trouble, but your message is kept. When it is recorded Ra Lớp writes; no need to send it again."
)
WHOLE_SECOND = timedelta(seconds=1)  # some platforms date to the second
CLOCKS_AGREE_S = 60.0  # a platform's clock further from ours than this dates nothing for us
IN_PRIVATE = N_("Please write to Ra Lớp privately; nothing of the pupils is said in a group.")
WITHHELD = "withheld"  # the kind of what a platform announces and does not hand over

Channels = Mapping[tuple[str, str], Channel]


@dataclass(frozen=True)
class Dispatcher:
    """Handles what the inbox holds. `channels` by (name, bot); `dialogue` owns all conversations."""

    channels: Channels
    dialogue: Dialogue
    wording: Wording
    clock: Clock
    watch: Watch
    default_locale: str = "vi"

    def handle_some(self, session: Session, limit: int = 50) -> int:
        """Handles waiting updates in order, each behind its own savepoint, sharing one commit; returns how many."""
        rows = inbox.next_batch(session, limit)
        for row in rows:
            self._handle_safely(session, row)
        return len(rows)

    def _handle_safely(self, session: Session, row: Inbox) -> None:
        savepoint = session.begin_nested()
        try:
            self._handle(session, row)
            session.flush()
            savepoint.commit()
        except SQLAlchemyError as error:
            savepoint.rollback()
            if not getattr(error, "connection_invalidated", False) and _is_ours(error):
                self._failed(session, row, error)
            else:
                raise
        except Exception as error:
            savepoint.rollback()
            self._failed(session, row, error)

    def _failed(self, session: Session, row: Inbox, error: Exception) -> None:
        """A bug, or an update that nobody understands: three tries, then it is parked and the person is told."""
        row.attempts += 1
        row.error = type(error).__name__
        unparsable = isinstance(error, Unparsable)
        log.error("update failed", inbox=row.id, attempt=row.attempts, error=row.error, exc_info=not unparsable)
        if unparsable or row.attempts >= TRIES:
            row.status = InboxStatus.QUARANTINED
            row.handled_at = self.clock.now()
            self._apologise(session, row)
        session.flush()

    def _apologise(self, session: Session, row: Inbox) -> None:
        try:
            incoming = self._parse(session, row)
        except Exception:
            return
        if incoming is None or not incoming.address:
            return
        known = people.at_address(session, row.channel, row.bot, incoming.address)
        person = people.get(session, known.person_id) if known is not None else None
        message = Outgoing(reader_of(person, self.clock.zone, self.default_locale).say(APOLOGY))
        outbox.reply(session, incoming, None, row.id, [message], [], self.clock.now())

    def _arrived(self, session: Session, row: Inbox) -> Incoming | None:
        """A file that somebody waits for is here, or lost: a message of its own, as if it came just now."""
        kept = session.get(KeptFile, (row.raw or {})["kept"])
        if kept is None:
            return None
        attachment = Attachment(
            Kind(kept.kind),
            kept.file_id,
            size_bytes=kept.size_bytes,
            name=kept.name,
            channel=kept.channel,
            bot=kept.bot,
        )
        return Incoming(
            channel=row.channel,
            bot=row.bot,
            update_id=row.update_id,
            address=(row.raw or {}).get("address") or kept.address,
            kind=Kind(kept.kind),
            written_at=row.received_at,
            attachment=attachment,
        )

    def _parse(self, session: Session, row: Inbox) -> Incoming | None:
        channel = self.channels.get((row.channel, row.bot))
        if channel is None or row.raw is None:
            return None
        if row.update_id.startswith(KEPT):
            return self._arrived(session, row)
        try:
            return channel.parse(Received(row.update_id, row.raw))
        except Unparsable:
            raise
        except Exception as error:
            raise Unparsable(type(error).__name__) from error

    def _handle(self, session: Session, row: Inbox) -> None:
        incoming = self._parse(session, row)
        row.status = InboxStatus.HANDLED
        row.handled_at = self.clock.now()
        if incoming is None:
            return
        row.address, row.kind = incoming.address, WITHHELD if incoming.is_withheld else incoming.kind
        incoming = replace(incoming, text=clean(incoming.text[: 4 * TEXT_LIMIT])[:TEXT_LIMIT])
        if incoming.kind is Kind.ROOM:
            self._leave(session, row, incoming)
            return
        known = people.at_address(session, incoming.channel, incoming.bot, incoming.address)
        if known is not None and known.status == AddressStatus.UNLINKED:
            known = None
        person = people.get(session, known.person_id) if known is not None else None
        row.person_id = None if person is None else person.id
        work = self._work(session, person, incoming)
        if incoming.kind is Kind.BLOCKED:
            if known is not None:
                who.close_address(work, known, "blocked")
            return
        if known is not None and person is not None:
            who.hear_from(work, known, person)
        if incoming.kind is Kind.UNBLOCKED:
            return
        if person is not None:
            self._keep_file(session, incoming)
        is_repeated = incoming.is_withheld and self._was_answered_today(session, row)
        if is_repeated or self._is_flood(session, row, incoming):
            row.status = InboxStatus.REFUSED
            return
        self._answer(session, row, incoming, work, person)

    def _work(self, session: Session, person: Person | None, incoming: Incoming) -> Work:
        now, written_at = self.watch.moments(incoming.written_at)
        work = Work(
            session=session,
            now=now,
            today=now.astimezone(self.clock.zone).date(),
            person=person,
            written_at=written_at,
            zone=self.clock.zone,
            via=incoming.channel,
            reminder_times=self.wording.surroundings.reminder_times,
            limits=self.wording.surroundings.limits,
        )
        work.scope = people.scope_of(session, person, work.today)
        return work

    def _answer(self, session: Session, row: Inbox, incoming: Incoming, work: Work, person: Person | None) -> None:
        rows = memory.recent(session, incoming.channel, incoming.bot, incoming.address)
        shown, newest = memory.last_numbered(rows, self._written(incoming)), memory.last_numbered(rows)
        chat = self._chat(work, person, incoming)
        chat.shown = _choices(shown)
        chat.shown_since = _choices(newest) if newest is not shown else ()
        chat.fix = memory.last_marked(rows, "↩️") if incoming.kind is Kind.TEXT else ""
        address_key = f"{incoming.channel}:{incoming.bot}:{incoming.address}"
        turn = self.dialogue.hear(chat, address_key)
        turn.replies = arrived_late(chat, turn.replies)
        aside = self._aside(incoming, shown, turn)
        now = min(work.now, self.clock.now())  # an answer leaves by our own clock, however wrong it is
        who_asked = chat.person.id if chat.person else None
        outbox.reply(session, incoming, who_asked, row.id, turn.replies, aside, now, turn.about)
        outbox.queue_notices(work, self.wording)

    def _written(self, incoming: Incoming) -> datetime | None:
        """When a text was written by our own clock, as far as its platform tells: what left later was not seen.

        In a dead spot somebody types 1 twice; the second must not answer the question that the first one brought.
        """
        ahead_s = self.channels[(incoming.channel, incoming.bot)].health().get("server_ahead_s")
        if ahead_s is None or abs(ahead_s) > CLOCKS_AGREE_S or incoming.kind is not Kind.TEXT:
            return None
        return incoming.written_at - timedelta(seconds=ahead_s) + WHOLE_SECOND

    def _chat(self, work: Work, person: Person | None, incoming: Incoming) -> Chat:
        channel = self.channels[(incoming.channel, incoming.bot)]
        place = (incoming.channel, incoming.bot, incoming.address)
        return Chat(
            work=work,
            reader=reader_of(person, self.clock.zone, self.default_locale),
            incoming=incoming,
            profile=channel.profile,
            surroundings=self.wording.surroundings,
            is_genuine=incoming.kind is not Kind.PRESS
            or memory.carried(work.session, *place, incoming.message_id, incoming.press),
        )

    def _aside(self, incoming: Incoming, shown: Outbox | None, turn: Turn) -> list[Outgoing]:
        """A press is answered, and an answered question loses its buttons."""
        aside = []
        if incoming.press_id:
            aside.append(Outgoing(act=Act.TOAST, target=incoming.press_id))
        channel = self.channels[(incoming.channel, incoming.bot)]
        edits = any(message.act is Act.EDIT for message in turn.replies)
        if turn.answered and not edits and channel.profile.buttons and channel.profile.edits:
            target = incoming.message_id if incoming.kind is Kind.PRESS else (shown.message_id if shown else "")
            if target:
                aside.append(Outgoing(act=Act.STRIP, target=target))
        return aside

    def _keep_file(self, session: Session, incoming: Incoming) -> None:
        """What the platform gives out only for a while is fetched at once, and nothing is fetched for strangers."""
        file = incoming.attachment
        is_ours = file is not None and file.channel == files.OURS
        if file is None or is_ours or not self.channels[(incoming.channel, incoming.bot)].profile.files_expire:
            return
        files.want(
            session, channel=incoming.channel, bot=incoming.bot, file_id=file.file_id, address=incoming.address,
            kind=file.kind, name=file.name, at=self.clock.now(),
        )  # fmt: skip

    def _leave(self, session: Session, row: Inbox, incoming: Incoming) -> None:
        """Anything but a private chat: leave, without an answer (T11); where no bot can leave, one answer a day."""
        work = self._work(session, None, incoming)
        if not self.channels[(incoming.channel, incoming.bot)].profile.leaves:
            self._answer_room(session, row, incoming)
            return
        work.audit("room.left", "inbox", row.id)
        outbox.reply(session, incoming, None, row.id, [Outgoing(act=Act.LEAVE)], [], work.now)

    def _answer_room(self, session: Session, row: Inbox, incoming: Incoming) -> None:
        if self._was_answered_today(session, row):
            row.status = InboxStatus.REFUSED
            return
        message = Outgoing(reader_of(None, self.clock.zone, self.default_locale).say(IN_PRIVATE))
        outbox.reply(session, incoming, None, row.id, [message], [], self.clock.now())

    def _was_answered_today(self, session: Session, row: Inbox) -> bool:
        """Whether this chat sent the same sort of thing within the last day already."""
        since = self.clock.now() - timedelta(days=1)
        earlier = (
            select(Inbox.id)
            .where(Inbox.channel == row.channel, Inbox.bot == row.bot, Inbox.address == row.address)
            .where(Inbox.kind == row.kind, Inbox.received_at > since, Inbox.id < row.id)
            .where(Inbox.status == InboxStatus.HANDLED)
            .limit(1)
        )
        return session.scalar(earlier) is not None

    def _is_flood(self, session: Session, row: Inbox, incoming: Incoming) -> bool:
        """Over 30 texts or 120 presses a minute from one chat: one notice, then silence (T20)."""
        since = self.clock.now() - timedelta(minutes=1)
        limit = PRESSES_A_MINUTE if incoming.kind is Kind.PRESS else TEXTS_A_MINUTE
        alike = Inbox.kind == Kind.PRESS if incoming.kind is Kind.PRESS else Inbox.kind != Kind.PRESS
        count = session.scalar(
            select(func.count())
            .select_from(Inbox)
            .where(Inbox.channel == row.channel, Inbox.bot == row.bot, Inbox.address == incoming.address)
            .where(Inbox.received_at >= since, alike)
        )
        if (count or 0) <= limit:
            return False
        if (count or 0) == limit + 1:
            known = people.at_address(session, row.channel, row.bot, incoming.address)
            person = people.get(session, known.person_id) if known is not None else None
            message = Outgoing(reader_of(person, self.clock.zone, self.default_locale).say(PAUSED))
            outbox.reply(session, incoming, row.person_id, row.id, [message], [], self.clock.now())
        return True


def _is_ours(error: SQLAlchemyError) -> bool:
    """Whether a database error is a bug of ours (a broken constraint), not the disk or the server."""
    from sqlalchemy.exc import IntegrityError, ProgrammingError, StatementError

    return isinstance(error, IntegrityError | ProgrammingError) or type(error) is StatementError


def _choices(row: Outbox | None) -> list[Choice]:
    """What a message offered."""
    return [] if row is None else [Choice(**choice) for choice in memory.choices_of(row)]
