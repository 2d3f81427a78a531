"""The morning list: at 6:30 everybody is told what the day asks of them; whom it asks nothing hears nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from storage import people

MORNING = time(6, 30)  # voice.md §3.12
OF_USE_UNTIL = time(11, 30)

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


def _of_day(work: Work, day: date, at: datetime, owed: Owed) -> Iterator[Task]:
    then = replace(work, now=at, today=day, written_at=None, held={}, notices=[])
    for person_id in people.reachable(work.session):
        if owed(then, person_id):
            yield Task(
                kind="tasks.morning",
                subject_id=person_id,
                person_id=person_id,
                occurrence=day.isoformat(),
                due=at,
                remind=(Moment("list", at),),
                useful_until=moment(day, OF_USE_UNTIL, work.zone),
                is_listed=False,
            )
