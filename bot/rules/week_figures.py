"""A school's week in figures, as its regular report freezes them: by class, from the figures of the days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, time, timedelta
from typing import Any

from bot.clock import moment
from bot.rules import class_days, coverage, school_days
from bot.rules.class_days import ClassDay
from bot.rules.counts import summed
from bot.rules.work import Work
from storage import places, pupils, regular_reports
from storage.attendance import Reason
from storage.places import SchoolClass
from storage.scope import Scope

ORDER = list(Reason)  # of reasons that are equally many
A_WEEK = timedelta(days=6)
Reasons = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ClassWeek:
    """One class: its roll now; pupil-days on the roll and in class over the days reported; the days it owes."""

    name: str
    roll: int
    days: int
    enrolled: int
    present: int
    reasons: Reasons
    missing: tuple[date, ...]


@dataclass(frozen=True)
class WeekFigures:
    """A school's days from `starts_on` (its first school day) to `ends_on`, both included.

    A pupil absent in one session is absent that day. `opened`, `closed`, `still_open` count cases.
    """

    school: str
    starts_on: date
    ends_on: date
    classes: tuple[ClassWeek, ...]
    opened: int = 0
    closed: int = 0
    still_open: int = 0

    @property
    def enrolled(self) -> int:
        return sum(one.enrolled for one in self.classes)

    @property
    def present(self) -> int:
        return sum(one.present for one in self.classes)

    @property
    def absent(self) -> int:
        return self.enrolled - self.present

    @property
    def roll(self) -> int:
        return sum(one.roll for one in self.classes)

    @property
    def reasons(self) -> Reasons:
        return _ordered(reason for one in self.classes for reason in one.reasons)

    @property
    def missing(self) -> tuple[tuple[str, int], ...]:
        """The classes with days that nobody has reported, and how many."""
        return tuple((one.name, len(one.missing)) for one in self.classes if one.missing)

    def as_json(self) -> dict[str, Any]:
        """A value that survives JSON."""
        found = asdict(self)
        found |= {"starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()}
        for one in found["classes"]:
            one["missing"] = [day.isoformat() for day in one["missing"]]
        return found

    @staticmethod
    def from_json(data: dict[str, Any]) -> WeekFigures:
        """The inverse of `as_json`."""
        classes = tuple(
            ClassWeek(
                **{name: one[name] for name in ("name", "roll", "days", "enrolled", "present")},
                reasons=tuple((code, n) for code, n in one["reasons"]),
                missing=tuple(date.fromisoformat(day) for day in one["missing"]),
            )
            for one in data["classes"]
        )
        starts_on, ends_on = date.fromisoformat(data["starts_on"]), date.fromisoformat(data["ends_on"])
        counts = {name: data[name] for name in ("opened", "closed", "still_open")}
        return WeekFigures(data["school"], starts_on, ends_on, classes, **counts)


def of_school(work: Work, school_id: int, ends_on: date) -> WeekFigures:
    """The figures of the seven days that end on a day, as they stand now; a day to come is not counted."""
    school = places.get(work.session, school_id)
    since, until = ends_on - A_WEEK, min(ends_on, work.today)
    classes = school_days.classes_of_year(work, school_ids=(school_id,), on=until)
    rolls = pupils.roll_sizes(work.session, [one.id for one in classes])
    owing = [one for one in classes if rolls.get(one.id)]
    scope = Scope(schools=frozenset({school_id}))
    days: dict[int, list[ClassDay]] = {one.id: [] for one in owing}
    for found in class_days.read(scope, work, list(days), since, until):
        days[found.class_id].append(found)
    start, end = (moment(day, time(0), work.zone) for day in (since, ends_on + timedelta(days=1)))
    opened, closed, still_open = regular_reports.case_counts(scope, work.session, start, min(end, work.now))
    return WeekFigures(
        school=school.name if school is not None else "",
        starts_on=min((found[0].day for found in days.values() if found), default=since),
        ends_on=ends_on,
        classes=tuple(_class(one, rolls[one.id], days[one.id]) for one in owing),
        opened=opened,
        closed=closed,
        still_open=still_open,
    )


def _class(school_class: SchoolClass, roll: int, days: list[ClassDay]) -> ClassWeek:
    """From the same class-days as every other figure, so that the week cannot say otherwise than its days."""
    counted = summed((0, coverage.tally_of(day)) for day in days).get(0, coverage.NOTHING)
    return ClassWeek(
        name=school_class.name,
        roll=roll,
        days=len(days),
        enrolled=counted.enrolled,
        present=counted.present,
        reasons=counted.ranked,
        missing=tuple(day.day for day in days if not day.is_reported),
    )


def _ordered(reasons: Iterable[tuple[str, int]]) -> Reasons:
    counted: Counter[str] = Counter()
    for code, n in reasons:
        counted[code] += n
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], ORDER.index(Reason(one[0])))))
