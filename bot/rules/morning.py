"""The morning list: at 6:30 everybody is told what the day asks of them; whom it asks nothing hears nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.rules import budget
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from storage import people
from storage.reminders import AnnouncedStatus, missed, said

MORNING = time(6, 30)  # voice.md §3.12
OF_USE_UNTIL = time(11, 30)

KIND = "tasks.morning"
WITH_REGISTER = "goes with the register"  # why a list was not sent where the month's messages run short
Owed = Callable[[Work, int], Sequence[Task]]


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None, *, owed: Owed) -> Iterator[Task]:
    """The list of every morning between two moments (UTC), for whoever owes something then.

    `owed` tells what a person owes at the hour of the given work. The list stands on nobody's list.
    """
    if person_id is not None:
        return
    for at in moments(work, start, end):
        yield from _of_day(work, at.astimezone(work.zone).date(), at, owed)


def moments(work: Work, start: datetime, end: datetime) -> list[datetime]:
    """The mornings' hours in (start, end], UTC."""
    first, last = start.astimezone(work.zone).date(), end.astimezone(work.zone).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [at for day in days if start < (at := moment(day, MORNING, work.zone)) <= end]


def _calls(task: Task, day: date, work: Work, *, is_short: bool) -> bool:
    """Whether a task is worth a message of its own this morning; a gentle one only on its first day and on Mondays.

    Where the month's messages run short (`is_short`), so is every other that is not due on this very day.
    """
    first, last = ((at).astimezone(work.zone).date() for at in (task.listed_from or task.due, task.due))
    is_gentle = task.is_gentle or (is_short and last != day)
    return not is_gentle or day.weekday() == 0 or (day - first).days <= 1


def list_of(work: Work, person_id: int) -> Sequence[Task] | None:
    """What a person's list of this morning was made of, within the transaction that made it; else None."""
    found: Sequence[Task] | None = work.known.get((KIND, work.today, person_id))
    return found


def take_along(work: Work) -> bool:
    """Whether the acting person's list of today waits for a message that can carry it; from now on it was told."""
    if work.person is None:
        return False
    row = missed(
        work.session, kind=KIND, person_id=work.person.id, occurrence=work.today.isoformat(), reason=WITH_REGISTER
    )
    if row is None:
        return False
    row.status, row.reason = AnnouncedStatus.TOLD, ""
    return True


def _of_day(work: Work, day: date, at: datetime, owed: Owed) -> Iterator[Task]:
    then = replace(work, now=at, today=day, written_at=None, held={}, notices=[])
    told = said(work.session, kind=KIND, occurrence=day.isoformat())
    left = [person_id for person_id in people.reachable(work.session) if person_id not in told]
    if left:
        people.hold(work.session, day)
    for person_id in left:
        found = owed(then, person_id)
        is_short = bool(found) and budget.is_short(then, person_id)
        if any(_calls(task, day, work, is_short=is_short) for task in found):
            work.known[KIND, day, person_id] = found
            yield Task(
                kind=KIND,
                subject_id=person_id,
                person_id=person_id,
                occurrence=day.isoformat(),
                due=at,
                remind=(Moment("list", at),),
                useful_until=moment(day, OF_USE_UNTIL, work.zone),
                is_listed=False,
            )
