"""The figures of a day: the one place that counts, so that chat, page, paper and export cannot disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.rules import attendance as attendance_rules
from bot.rules import people, roll_times, school_days
from bot.rules.roll_times import Start
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from storage import attendance, places, pupils
from storage import people as stored
from storage.attendance import Half, Mark, Reason, Register
from storage.people import Role
from storage.places import PlaceKind, SchoolClass
from storage.scope import Scope

ORDER = list(Reason)  # of reasons that are equally many
DIGEST_ENDS = timedelta(hours=4)


@dataclass(frozen=True)
class DayFigures:
    """One day of the classes within a scope; `roll` counts the classes that reported, `missing` those that did not.

    A pupil counts once a day: absent in one session is absent. `reasons` are counted in the order of their number.
    """

    day: date
    roll: int = 0
    absent: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    reported: int = 0
    missing: tuple[str, ...] = ()

    @property
    def present(self) -> int:
        return self.roll - self.absent


@dataclass
class _Counting:
    roll: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def day(scope: Scope, work: Work, on: date) -> DayFigures:
    """What was reported for a day's lessons within a scope (officials: the commune, a school: its classes).

    A class that has no school on that day is neither counted nor missing.
    """
    classes = {one.id: one for one in _classes(scope, work, on)}
    registers = [
        one
        for one in attendance.registers_of_day(scope, work.session, on)
        if one.class_id in classes and one.half in school_days.LESSONS
    ]
    counting, seen = _Counting(), set[int]()
    for register in registers:
        if register.class_id not in seen:
            counting.roll += register.enrolled
            seen.add(register.class_id)
    _count_reasons(scope, work, registers, counting)
    rolls = pupils.roll_sizes(work.session, classes)
    held = school_days.held(work, classes, on, on)
    owed = [one for one in classes.values() if held[one.id] and rolls.get(one.id)]
    return DayFigures(
        day=on,
        roll=counting.roll,
        absent=sum(counting.reasons.values()),
        reasons=tuple(sorted(counting.reasons.items(), key=lambda one: (-one[1], ORDER.index(Reason(one[0]))))),
        reported=len(seen),
        missing=tuple(one.name for one in owed if one.id not in seen),
    )


def _count_reasons(scope: Scope, work: Work, registers: list[Register], counting: _Counting) -> None:
    counted: set[int] = set()
    for register in registers:
        for line, pupil in attendance.absences(scope, work.session, register.id):
            if line.mark != Mark.LATE and pupil.id not in counted:
                counted.add(pupil.id)
                counting.reasons[line.reason] += 1


def day_before(scope: Scope, work: Work, on: date) -> DayFigures | None:
    """The last school day before this one for which anything was reported, at most a week back."""
    for back in range(1, 8):
        former = on - timedelta(days=back)
        if school_days.is_school_day(work, former):
            figures = day(scope, work, former)
            if figures.reported:
                return figures
    return None


def _classes(scope: Scope, work: Work, on: date) -> list[SchoolClass]:
    """The classes of the year within the scope, by grade and name."""
    if scope.schools:
        return school_days.classes_of_year(work, school_ids=tuple(sorted(scope.schools)), on=on)
    found = [
        one
        for commune_id in sorted(scope.communes) or [people.commune_of(work).id]
        for one in school_days.classes_of_year(work, commune_id=commune_id, on=on)
    ]
    own = scope.classes
    return [one for one in found if one.id in own] if own and not scope.communes else found


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
