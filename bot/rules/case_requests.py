"""Visits that somebody was asked for and is silent about: the next morning the request goes over another channel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from bot.clock import moment
from bot.rules import morning, second_ways
from bot.rules.tasks import Moment, Task, Way
from bot.rules.work import Work
from storage import cases
from storage.cases import Case

KIND = "cases.asked_again"
A_DAY = timedelta(days=1)


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """The requests of the day before, each morning between two moments (UTC); on nobody's list: the visit stands there.

    Only of people who have a second way, and only what they have not answered.
    """
    if person_id is not None:
        return
    for at in morning.moments(work, start, end):
        since = moment(at.astimezone(work.zone).date() - A_DAY, time(0), work.zone)
        for case in cases.asked_unanswered(work.session, since, since + A_DAY):
            if case.owner_id is not None and second_ways.has_several(work, case.owner_id):
                yield _task(case, case.owner_id, at)


def _task(case: Case, person_id: int, at: datetime) -> Task:
    asked_at = case.asked_at or at
    return Task(
        kind=KIND,
        subject_id=case.id,
        person_id=person_id,
        occurrence=asked_at.isoformat(),
        due=at,
        remind=(Moment("next morning", at, way=Way.ONLY_NEXT),),
        useful_until=case.due_at or at + A_DAY,
        known_from=asked_at,
        is_listed=False,
    )
