"""The schedule: one tick finds what is due and queues it; a watchdog re-arms the clock after a suspend or a step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.dialogue.conversation import Chat
from bot.dialogue.engine import Dialogue
from bot.messages import Outgoing
from bot.rules import alarms, assignment, reminders, second_ways
from bot.rules.quiet import after_quiet, is_quiet
from bot.rules.reminders import Due
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from bot.service import outbox
from bot.service.outbox import Telling, Wording
from bot.service.watch import Watch
from storage import cases, people, retention, wrong_clock
from storage import chat as memory
from storage.chat import OpenConversation, Outbox, OutboxStatus
from storage.reminders import Announced, AnnouncedStatus, recall, remember, was_said

log = structlog.get_logger()

TICK_S = 15
GAP = timedelta(minutes=2)
WATCH_S = 5
STEP_S = 2.0
MANY = 20  # reminders of one tick, from which on people and roles are read at once
Words = Callable[[Chat, Task, Moment], Outgoing | None]


@dataclass(frozen=True)
class Schedule:
    """Says what is due. `words` are the sentences of each kind of task, beside the conversation that answers it."""

    clock: Clock
    wording: Wording
    words: Mapping[str, Words]
    dialogue: Dialogue
    watch: Watch

    def tick(self, session: Session) -> int:
        """Everything that is due now, in one transaction; returns how many messages were queued.

        At an hour that cannot be believed nothing is said or noted but the alarm (architecture.md, A reminder, 6).
        """
        now = self.clock.now()
        last = recall(session, "tick").get("at")
        since = datetime.fromisoformat(last) if last else now - timedelta(minutes=1)
        work = self._work(session, now)
        signs = self.watch.signs(session, now)
        work.today = self.watch.believed().astimezone(self.clock.zone).date()
        alarms.look(work, signs)
        if signs.is_clock_wrong or (now < since and not signs.is_clock_confirmed):
            outbox.queue_notices(work, self.wording)
            if self.watch.is_ahead:
                wrong_clock.mark(session)  # what such an hour writes down says nothing of the right one
            return 0  # the clock went back: state decides, not time; nothing is said twice
        since = min(since, now)
        assignment.escalate(work)
        found = reminders.due(work, since)
        if len(found) > MANY:
            people.hold(session, work.today)
        queued = sum(self._say(work, due) for due in found)
        outbox.queue_notices(work, self.wording)
        self._tidy(session, since, now)
        remember(session, "tick", at=now.isoformat())
        return queued

    def after_gap(self, session: Session) -> int:
        """After two minutes of silence or more: open questions are asked once more; returns how many.

        A press lives 150 s at Telegram, so those made meanwhile are gone, while texts arrive. Only questions younger
        than a day, and outside quiet hours.
        """
        now = self.clock.now()
        last = recall(session, "tick").get("at")
        if last is None or now - datetime.fromisoformat(last) < GAP or is_quiet(now, self.clock.zone):
            return 0
        work = self._work(session, now)
        return sum(self._ask_again(work, row) for row in memory.open_since(session, now - timedelta(days=1)))

    def _ask_again(self, work: Work, row: OpenConversation) -> bool:
        if row.person_id is None:
            return False
        chat = outbox.chat_for(work, row.person_id, self.wording)
        address = outbox.first_address(work.session, row.person_id, down=second_ways.down(work))
        question = self.dialogue.pending(chat, row.address_key) if chat is not None else None
        if question is None or address is None:
            return False
        subject = f"conversation:{row.id}"
        outbox.push(
            work.session, address, question, kind="conversation.again", subject=subject, due_at=work.now, now=work.now,
            useful_until=work.now + timedelta(hours=4),
        )  # fmt: skip
        return True

    def _tidy(self, session: Session, since: datetime, now: datetime) -> None:
        """Once a night, at three: what need not be kept any longer is forgotten."""
        three = now.astimezone(self.clock.zone).replace(hour=3, minute=0, second=0, microsecond=0)
        if since < three <= now:
            retention.expire(session, now)
            log.info("forgotten", **retention.forget(session, now))

    def next_moment(self, session: Session, until: datetime) -> datetime | None:
        """When something happens next, at the latest `until`: a reminder, or a message that waits for its time."""
        now = self.clock.now()
        work = self._work(session, now)
        waiting = session.scalar(
            select(func.min(Outbox.due_at)).where(
                Outbox.status == OutboxStatus.QUEUED, Outbox.due_at > now, Outbox.due_at <= until
            )
        )
        passes_on = cases.next_escalation(session, now, until)
        moments = [at for at in (reminders.next_moment(work, now, until), waiting, passes_on) if at is not None]
        return min(moments, default=None)

    def _work(self, session: Session, now: datetime) -> Work:
        return Work(
            session=session,
            now=now,
            today=self.clock.today(),
            zone=self.clock.zone,
            via="schedule",
            reminder_times=self.wording.surroundings.reminder_times,
            limits=self.wording.surroundings.limits,
        )

    def _say(self, work: Work, due: Due) -> bool:
        """One reminder into its reader's words and the outbox; what cannot be said is kept as missed."""
        task = due.task
        announced = work.session.get_one(Announced, due.announced_id)
        route = second_ways.route(work, task, due.moment)
        if route.missed:
            announced.status, announced.reason = AnnouncedStatus.MISSED, route.missed
            return False
        one = Telling(
            person_id=task.person_id,
            kind=task.kind,
            subject=task.subject,
            words=lambda chat: self.words[task.kind](chat, task, due.moment),
            at=work.now if due.moment.is_urgent else after_quiet(work.now, work.zone),
            useful_until=task.useful_until,
            words_change_at=task.words_change_at,
            is_counted=not (task.always or self._is_repeated(work, task)),
            is_alone=due.moment.is_urgent or task.kind in self.wording.alone,
            is_listed=task.is_listed,
            address=route.address,
            follows=route.follows,
        )
        told = outbox.tell(work, self.wording, one)
        if isinstance(told, str):
            announced.status, announced.reason = AnnouncedStatus.MISSED, told
            return False
        announced.outbox_id = told.id
        memory.supersede(work.session, told, work.now)
        work.audit("reminder.queued", task.kind, task.subject_id, person=task.person_id, moment=due.moment.name)
        return True

    def _is_repeated(self, work: Work, task: Task) -> bool:
        """Whether it was asked today already: a repeated question counts once with its first (voice.md §3.12)."""
        if len(task.remind) < 2:
            return False
        return was_said(
            work.session,
            kind=task.kind,
            subject_id=task.subject_id,
            person_id=task.person_id,
            occurrence=task.occurrence,
            since=outbox.midnight(work, work.now),
        )


class Ticker:
    """APScheduler as a clock only: one in-memory job, and a monotonic watchdog.

    Its wake-up is computed once (`loop.call_later`), so a stepped clock or a suspend silences it; the watchdog compares
    wall time with monotonic time and re-arms the job.
    """

    def __init__(self, tick: Callable[[], Awaitable[None]], clock: Clock) -> None:
        self._tick = tick
        self._scheduler = AsyncIOScheduler(timezone=clock.zone, jobstores={"default": MemoryJobStore()})
        self._watch: asyncio.Task[None] | None = None
        self.last_monotonic = time.monotonic()

    async def _run(self) -> None:
        await self._tick()
        self.last_monotonic = time.monotonic()

    def start(self) -> None:
        self._scheduler.add_job(
            self._run,
            "interval",
            seconds=TICK_S,
            id="tick",
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )
        self._scheduler.start()
        self._watch = asyncio.create_task(self._watching())

    async def _watching(self) -> None:
        drift = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(WATCH_S)
            now = time.time() - time.monotonic()
            if abs(now - drift) > STEP_S:
                log.warning("the clock stepped", seconds=round(now - drift))
                self._scheduler.reschedule_job("tick", trigger="interval", seconds=TICK_S)
                await self._run()
            drift = now

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
