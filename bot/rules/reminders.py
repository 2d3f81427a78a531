"""Which moments of which tasks are due now, each said once under its natural key, or missed with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules import (
    attendance,
    case_requests,
    cases,
    closed_chats,
    early_warning,
    handover_tasks,
    meeting_tasks,
    mergers,
    minutes,
    morning,
    newcomers,
    plan_copies,
    promises,
    regular_report,
    report_times,
    role_ends,
    support,
    unfinished,
    unreached,
    village_week,
    visits,
)
from bot.rules.owing import may_owe
from bot.rules.tasks import Moment, Task, Way
from bot.rules.work import Work
from storage.database import insert_once
from storage.reminders import Announced, AnnouncedStatus, announced, recall

Tasks = Callable[..., Iterable[Task]]


def morning_lists(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterable[Task]:
    """The list that everybody who owes something is sent in the morning: made of all the others."""
    return morning.tasks(work, start, end, person_id, owed=_of_one_among_all)


TASKS: tuple[Tasks, ...] = (
    attendance.tasks,
    early_warning.tasks,
    cases.tasks,
    case_requests.tasks,
    promises.tasks,
    handover_tasks.tasks,
    mergers.tasks,
    visits.tasks,
    support.tasks,
    plan_copies.tasks,
    meeting_tasks.tasks,
    minutes.tasks,
    report_times.tasks,
    regular_report.tasks,
    village_week.tasks,
    newcomers.tasks,
    role_ends.tasks,
    unfinished.tasks,
    unreached.tasks,
    closed_chats.tasks,
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
    """What one person owes today and soon: by the child's risk, then by the age of the task (RANKS)."""
    return _listed(work, person_id, TASKS)


def _of_one_among_all(work: Work, person_id: int) -> list[Task]:
    """The same, of everybody in turn: a source is asked only of those who may owe something by it."""
    return _listed(work, person_id, [source for source in TASKS if may_owe(work, source, person_id)])


def _listed(work: Work, person_id: int, sources: Iterable[Tasks]) -> list[Task]:
    start, end = work.now - timedelta(days=1), work.now + timedelta(days=2)
    found = [task for source in sources for task in source(work, start, end, person_id)]
    owed = [task for task in found if _is_owed(task, work.now)]
    return sorted(owed, key=lambda task: (_rank(task, work.now), task.due, task.kind, task.subject_id))


# What comes first on a list: a class that nobody has called, a child whom nobody looks after, a home to visit, people
# waiting at an hour, a promise that the roll will answer anyway; then all that has time.
RANKS = {
    kind: rank
    for rank, kinds in enumerate(
        (
            ("attendance.report", "cases.decide"),
            ("cases.visit", "visits.again", "alerts.call"),
            ("meetings.answer", "meetings.call", "minutes.write"),
            ("promises.check",),
        )
    )
    for kind in kinds
}
OVERDUE_HOME = 0.5  # a visit that is late stands before the others


def _rank(task: Task, now: datetime) -> float:
    rank = RANKS.get(task.kind, len(RANKS))
    return OVERDUE_HOME if rank == 1 and task.due < now else rank


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
    owed = tasks(work, start - timedelta(seconds=1), work.now)
    all_passed = [[m for m in task.remind if m.at <= work.now and not _before_known(task, m)] for task in owed]
    said = _announced(work, [m for passed in all_passed for m in passed])
    found = []
    for task, passed in zip(owed, all_passed, strict=True):
        new = [m for m in passed if _natural(task, m) not in said]
        for moment in new:
            if restored_at is not None and moment.at <= restored_at:
                _announce(work, task, moment, AnnouncedStatus.MISSED, "restored")
        new = [m for m in new if restored_at is None or m.at > restored_at]
        if not new:
            continue
        useful = work.now <= task.useful_until
        last = _last(passed, new)
        for moment in new:
            if not useful or moment is not last:
                _announce(work, task, moment, AnnouncedStatus.MISSED, "superseded" if useful else "too late")
        if useful and last is not None:
            announced = _announce(work, task, last, AnnouncedStatus.TOLD, "")
            if announced is not None:
                found.append(Due(task, last, announced))
    return found


def _last(passed: list[Moment], new: list[Moment]) -> Moment | None:
    """The moment among the new that says all the others have to say; None when a later one was said already.

    A try over the next channel stands beside the words themselves, and takes no one's place.
    """
    usual = [moment for moment in new if moment.way != Way.ONLY_NEXT]
    if not usual:
        return new[-1] if new[-1] is passed[-1] else None
    return usual[-1] if usual[-1] is [moment for moment in passed if moment.way != Way.ONLY_NEXT][-1] else None


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
        moments += [*morning.moments(work, after, end), *unreached.moments(work, after, end)]
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


def _natural(task: Task, moment: Moment) -> tuple[str, int, int, str, str]:
    return task.kind, task.subject_id, task.person_id, task.occurrence, moment.name


def _announced(work: Work, moments: list[Moment]) -> set[tuple[str, int, int, str, str]]:
    """What was announced of the time that these moments span, read at once.

    What was announced under the same key at another time is found at the insertion, which happens once.
    """
    if not moments:
        return set()
    return announced(work.session, min(m.at for m in moments), max(m.at for m in moments))


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
