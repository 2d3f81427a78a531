"""When figures are told: 17:00 the officials' digest, three hours into a session what a school has not reported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.rules import attendance as attendance_rules
from bot.rules import people, roll_times, school_days
from bot.rules.roll_times import Start
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from storage import people as stored
from storage import places
from storage.attendance import Half
from storage.people import Role
from storage.places import PlaceKind, SchoolClass

DIGEST_ENDS = timedelta(hours=4)


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """17:00 the officials' digest, on school days; what a school has not reported yet, three hours into each session.

    Nothing is read when neither lies in the window (voice.md §3.12, R10: 10:30 of mornings at 7:00).
    """
    if person_id is not None:
        return
    on, last = start.astimezone(work.zone).date(), end.astimezone(work.zone).date()
    while on <= last:
        digest = moment(on, school_days.DIGEST, work.zone)
        if start < digest <= end:
            yield from _digests(work, on, digest)
        on += timedelta(days=1)
    for day, starts in roll_times.gaps_within(start, end, work.zone):
        yield from _gaps(work, day, starts)


def _digests(work: Work, on: date, at: datetime) -> Iterator[Task]:
    for commune in places.of_kind(work.session, PlaceKind.COMMUNE):
        if school_days.is_school_day(work, on, commune_id=commune.id):
            for official in stored.with_role(work.session, Role.OFFICIAL, on, commune_id=commune.id):
                yield _said(f"{on.isoformat()}", "reports.digest", commune.id, official.id, at)


def _gaps(work: Work, on: date, starts: frozenset[Start]) -> Iterator[Task]:
    """One a school, session and hour; the occurrence is `2024-03-20.morning.10:30`."""
    for school in places.of_kind(work.session, PlaceKind.SCHOOL):
        heads = people.with_role_at_school(work, school.id)
        if not heads:
            continue
        seen = {(half, roll_times.gap(half, at)) for half, at in _owed_at(work, school.id, on) if (half, at) in starts}
        for half, at in sorted(seen):
            occurrence = f"{on.isoformat()}.{half}.{at:%H:%M}"
            for head in heads:
                yield _said(occurrence, "reports.gap", school.id, head.id, moment(on, at, work.zone))


def _owed_at(work: Work, school_id: int, on: date) -> dict[Start, list[SchoolClass]]:
    """The classes of a school that have not been reported, by session and the hour at which it began."""
    classes = school_days.classes_of_year(work, school_ids=(school_id,), on=on)
    owed = attendance_rules.owed_sessions(work, [one.id for one in classes], on)
    found: dict[Start, list[SchoolClass]] = {}
    for one in classes:
        for half, at in owed.get(one.id, {}).items():
            found.setdefault((half, at), []).append(one)
    return found


def missing_of_school(
    work: Work, school_id: int, on: date, half: Half = Half.MORNING, by: time | None = None
) -> list[str]:
    """The classes of a school whose session has not been reported (names of classes, no pupils).

    `by`: only those whose gap was to be seen by that wall time.
    """
    owed = _owed_at(work, school_id, on)
    classes = school_days.classes_of_year(work, school_ids=(school_id,), on=on)
    late = {
        one.id
        for (which, at), found in owed.items()
        if which is half and (by is None or roll_times.gap(which, at) <= by)
        for one in found
    }
    return [one.name for one in classes if one.id in late]


def _said(occurrence: str, kind: str, subject_id: int, person_id: int, at: datetime) -> Task:
    return Task(
        kind=kind,
        subject_id=subject_id,
        person_id=person_id,
        occurrence=occurrence,
        due=at,
        remind=(Moment(kind.rpartition(".")[2], at),),
        useful_until=at + DIGEST_ENDS,
        always=kind == "reports.digest",
        is_listed=False,
    )
