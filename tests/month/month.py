"""One month by the clock, and what came of it: every message counted in both directions, every reminder looked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.rules import budget
from bot.rules.budget import HELD_BACK, Stage
from bot.rules.morning import KIND as LIST
from bot.rules.work import Work
from storage.chat import Inbox, Outbox, OutboxStatus
from storage.meetings import Answer, Invitation, Meeting
from storage.reminders import Announced, AnnouncedStatus
from storage.scope import Scope
from tests.month.commune import CHANNEL, Town
from tests.month.life import Life, at

MEETINGS = ((6, ("Gò Tranh",)), (20, ("Cà Xen",)), (21, ("Làng Trê", "Làng Giữa")))  # days after the first, villages
TIMES_A_MEETING = 3  # the invitation, the evening before, two hours before


@dataclass
class Seen:
    """What a month did. `due` and `delivered` are reminders by kind; `missing` says in words which never came."""

    days: int = 0
    out: Counter[str] = field(default_factory=Counter)  # pushes by kind, answers by conversation
    received: Counter[str] = field(default_factory=Counter)  # by conversation
    by_group: dict[str, tuple[int, int]] = field(default_factory=dict)
    by_post: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind of person, direction)
    merged: Counter[str] = field(default_factory=Counter)  # carried by another message
    kept_back: Counter[str] = field(default_factory=Counter)
    stages: list[tuple[date, Stage]] = field(default_factory=list)  # where it changed
    due: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)

    @property
    def outbound(self) -> int:
        return sum(self.out.values())

    @property
    def inbound(self) -> int:
        return sum(self.received.values())

    @property
    def total(self) -> int:
        return self.outbound + self.inbound


Convened = tuple[tuple[int, tuple[str, ...]], ...]


async def live(life: Life, first: date, last: date, *, warm_up: int, convened: Convened = MEETINGS) -> Seen:
    """Some school days beforehand, then every day from the first to the last."""
    seen, days = Seen(), life.town.school.days
    start = next(n for n, on in enumerate(days) if on >= first)
    for n in range(start - warm_up, start):
        await life.day(n, days[n])
    await life.until(at(first, time(0)))
    for after, villages in convened:
        held = first + timedelta(days=after)
        if held <= last:
            life.plan(at(held - timedelta(days=2), time(15, 10)), "convene", (villages, at(held, time(18, 30))))
    for n, on in enumerate(days):
        if first <= on <= last:
            await life.until(at(on, time(6)))
            _note_stage(life, on, seen)
            await life.day(n, on)
            seen.days += 1
    await life.until(at(last, time(23, 59)))
    with life.database.transaction() as session:
        _count(life.town, session, first, last, seen)
        _look_for_reminders(life.town, session, first, last, seen)
    return seen


def _note_stage(life: Life, on: date, seen: Seen) -> None:
    with life.database.transaction() as session:
        work = Work(session=session, now=life.clock.now(), today=on, limits=life.surroundings.limits)
        found = budget.stage(work, CHANNEL, CHANNEL)
    if not seen.stages or seen.stages[-1][1] is not found:
        seen.stages.append((on, found))


def _count(town: Town, session: Session, first: date, last: date, seen: Seen) -> None:
    """By the rows themselves; the budget's own count must come to the same."""
    start, end = at(first, time(0)), at(last + timedelta(days=1), time(0))
    sent = select(Outbox).where(Outbox.status == OutboxStatus.SENT, Outbox.claimed_at >= start, Outbox.claimed_at < end)
    for row in session.scalars(sent):
        if row.carrier_id is not None:
            seen.merged[row.kind] += 1
            continue
        seen.out[row.kind if row.is_push else f"answer: {row.subject}"] += 1
        seen.by_post[town.posts[row.address], "out"] += 1
    came = select(Inbox.address, func.min(Outbox.subject)).outerjoin(Outbox, Outbox.inbox_id == Inbox.id)
    came = came.where(Inbox.received_at >= start, Inbox.received_at < end).group_by(Inbox.id)
    for address, about in session.execute(came):
        seen.received[about or ""] += 1
        seen.by_post[town.posts[address], "in"] += 1
    announced = select(Announced).where(Announced.due_at >= start, Announced.due_at < end)
    for one in session.scalars(announced):
        if one.reason == HELD_BACK:
            seen.kept_back[one.kind] += 1
        elif one.kind == LIST and one.status == AnnouncedStatus.TOLD and one.outbox_id is None:
            seen.merged[f"{LIST} (below a register)"] += 1
    missed = select(Outbox.kind).where(Outbox.status == OutboxStatus.MISSED, Outbox.error == HELD_BACK)
    seen.kept_back.update(session.scalars(missed.where(Outbox.queued_at >= start, Outbox.queued_at < end)))
    work = Work(session=session, now=end - timedelta(minutes=1), today=last, scope=Scope.everything())
    own = budget.usage(work, CHANNEL, CHANNEL, start, end)
    seen.by_group = own.by_kind
    if (own.outbound, own.inbound) != (seen.outbound, seen.inbound):
        seen.missing.append(f"the budget counts {own.outbound} + {own.inbound}")


def _look_for_reminders(town: Town, session: Session, first: date, last: date, seen: Seen) -> None:
    """Invitation and reminders of every meeting, the question of every class, every home to visit."""
    start, end = at(first, time(0)), at(last + timedelta(days=1), time(0))
    sent: Counter[tuple[str, str, int | None]] = Counter()
    rows = select(Outbox).where(Outbox.is_push, Outbox.due_at >= start, Outbox.due_at < end)
    for row in session.scalars(rows):
        sent[row.kind, row.subject, row.person_id] += row.status == OutboxStatus.SENT
        if row.kind.startswith("cases.asked") and row.status != OutboxStatus.WITHDRAWN:
            _expect(seen, "homes to visit", 1, int(row.status == OutboxStatus.SENT), f"{row.subject} {row.error}")
    for meeting in session.scalars(select(Meeting).where(Meeting.starts_at >= start, Meeting.starts_at < end)):
        asked = select(Invitation).where(Invitation.meeting_id == meeting.id)
        for one in session.scalars(asked.where(Invitation.person_id != meeting.organiser_id)):
            n = sent["meetings.answer", f"meetings:{meeting.id}", one.person_id]
            expected = 1 if one.answer == Answer.NO else TIMES_A_MEETING
            _expect(seen, "meetings", expected, min(n, expected), f"meeting {meeting.id}, person {one.person_id}")
    for name, class_id in town.classes.items():
        person_id = town.people[town.teachers[name]]
        days = sum(first <= on <= last for on in town.school.days)
        told = select(func.count(Announced.occurrence.distinct())).join(Outbox, Outbox.id == Announced.outbox_id)
        told = told.where(Announced.kind == "attendance.report", Announced.subject_id == class_id)
        told = told.where(Announced.person_id == person_id, Outbox.status == OutboxStatus.SENT)
        told = told.where(Announced.due_at >= start, Announced.due_at < end)
        _expect(seen, "class questions", days, session.scalar(told) or 0, f"class {name}")


def _expect(seen: Seen, kind: str, due: int, delivered: int, what: str) -> None:
    seen.due[kind] += due
    seen.delivered[kind] += delivered
    if delivered < due:
        seen.missing.append(f"{kind}: {what}, {due - delivered} of {due}")
