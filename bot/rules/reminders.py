"""Which moments of which tasks are due now, each said once under its natural key, or missed with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.rules import attendance, cases, coverage, meeting_tasks, morning, newcomers, role_ends, unfinished, visits
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from storage.database import insert_once
from storage.reminders import Announced, AnnouncedStatus, recall

Tasks = Callable[..., Iterable[Task]]


def morning_lists(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterable[Task]:
    """The list that everybody who owes something is sent in the morning: made of all the others."""
    return morning.tasks(work, start, end, person_id, owed=of_person)


TASKS: tuple[Tasks, ...] = (
    attendance.tasks,
    cases.tasks,
    visits.tasks,
    meeting_tasks.tasks,
    coverage.tasks,
    newcomers.tasks,
    role_ends.tasks,
    unfinished.tasks,
    morning_lists,
)

STRIDE = timedelta(hours=6)
LOOK_BACK = timedelta(days=2)  # a restart after a longer time reads the last tick instead


@dataclass(frozen=True)
class Due:
    """One moment to be said now."""

    task: Task
    moment: Moment
    announced_id: int


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> list[Task]:
    """All tasks with a moment in the window, or those of one person."""
    return [task for source in TASKS for task in source(work, start, end, person_id)]


def of_person(work: Work, person_id: int) -> list[Task]:
    """What one person owes today and soon: overdue first, then by time."""
    start, end = work.now - timedelta(days=1), work.now + timedelta(days=2)
    owed = [task for task in tasks(work, start, end, person_id) if _is_owed(task, work.now)]
    return sorted(owed, key=lambda task: (task.due, task.kind, task.subject_id))


def _is_owed(task: Task, now: datetime) -> bool:
    return task.is_listed and task.useful_until > now and (task.listed_from is None or task.listed_from <= now)


def due(work: Work, since: datetime) -> list[Due]:
    """What must be said now. Inserted once each: called twice, the second call finds nothing.

    Of several moments of a task that have passed only the latest goes; the others are `missed: superseded`. A task past
    its use is `missed: too late`. `since` is the last tick; what lies further back than LOOK_BACK is not derived.
    What a backup knows nothing of was said long ago: moments before its restore are `missed: restored`.
    """
    start = max(since, work.now - LOOK_BACK) if since else work.now - LOOK_BACK
    restored_at = _restored_at(work)
    found = []
    for task in tasks(work, start - timedelta(seconds=1), work.now):
        passed = [m for m in task.remind if m.at <= work.now and not _before_known(task, m)]
        new = [m for m in passed if not _is_announced(work, task, m)]
        for moment in new:
            if restored_at is not None and moment.at <= restored_at:
                _announce(work, task, moment, AnnouncedStatus.MISSED, "restored")
        new = [m for m in new if restored_at is None or m.at > restored_at]
        if not new:
            continue
        useful = work.now <= task.useful_until
        for earlier in new[:-1] if useful else new:
            _announce(work, task, earlier, AnnouncedStatus.MISSED, "superseded" if useful else "too late")
        if useful and new[-1] is passed[-1]:
            announced = _announce(work, task, new[-1], AnnouncedStatus.TOLD, "")
            if announced is not None:
                found.append(Due(task, new[-1], announced))
        elif useful:
            _announce(work, task, new[-1], AnnouncedStatus.MISSED, "superseded")
    return found


def next_moment(work: Work, after: datetime, until: datetime) -> datetime | None:
    """The next moment in (after, until] at which some task is to be said; for a clock that is moved forward.

    Looked for stride by stride, so that a long way costs what lies before the first moment. The hour of the morning
    lists counts as one, whether or not anybody owes anything by then.
    """
    while after < until:
        end = min(after + STRIDE, until)
        found = [task for source in TASKS if source is not morning_lists for task in source(work, after, end)]
        moments = [
            moment.at
            for task in found
            for moment in task.remind
            if after < moment.at <= end and not _before_known(task, moment)
        ]
        moments += morning.moments(work, after, end)
        if moments:
            return min(moments)
        after = end
    return None


def _restored_at(work: Work) -> datetime | None:
    """When a backup was last put back (storage.backup)."""
    at = recall(work.session, "restore").get("at")
    return datetime.fromisoformat(at) if at else None


def _before_known(task: Task, moment: Moment) -> bool:
    return task.known_from is not None and moment.at < task.known_from


def _key(task: Task, moment: Moment) -> dict[str, object]:
    return {
        "kind": task.kind,
        "subject_id": task.subject_id,
        "person_id": task.person_id,
        "occurrence": task.occurrence,
        "moment": moment.name,
    }


def _is_announced(work: Work, task: Task, moment: Moment) -> bool:
    wanted = select(Announced.id).filter_by(**_key(task, moment))
    return work.session.scalar(wanted) is not None


def _announce(work: Work, task: Task, moment: Moment, status: AnnouncedStatus, reason: str) -> int | None:
    return insert_once(
        work.session,
        Announced,
        **_key(task, moment),
        due_at=moment.at,
        picked_at=work.now,
        status=status,
        reason=reason,
    )
