"""Figures as values that add up: pupil-days, class-days, and what became of pupils; counting them is `coverage`'s."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import TypeVar

from storage.attendance import Mark, Reason

K = TypeVar("K")
ORDER = list(Reason)  # of reasons that are equally many

KINDERGARTEN, PRIMARY, SECONDARY, UPPER = "kindergarten", "primary", "secondary", "upper"
LEVELS = (KINDERGARTEN, PRIMARY, SECONDARY, UPPER)


def level_of(grade: int | None) -> str:
    """Kindergarten without a grade, primary 1-5, lower secondary (THCS) 6-9, upper secondary from 10 (domain §5)."""
    if grade is None or grade < 1:
        return KINDERGARTEN
    return PRIMARY if grade <= 5 else SECONDARY if grade <= 9 else UPPER


@dataclass(frozen=True)
class Tally:
    """Pupil-days of the class-days that were reported: on the roll, away by mark, late (which is there).

    On one day these are pupils. `reasons` counts each pupil-day away once.
    """

    enrolled: int = 0
    excused: int = 0
    unexcused: int = 0
    unknown: int = 0
    late: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def absent(self) -> int:
        return self.excused + self.unexcused + self.unknown

    @property
    def present(self) -> int:
        return self.enrolled - self.absent

    @property
    def share(self) -> float | None:
        """Of the pupil-days, those in class, from 0 to 1; None where nothing was reported."""
        return self.present / self.enrolled if self.enrolled else None

    @property
    def ranked(self) -> tuple[tuple[str, int], ...]:
        """The reasons, the most frequent first."""
        return tuple(sorted(self.reasons.items(), key=lambda one: (-one[1], ORDER.index(Reason(one[0])))))

    def __add__(self, other: Tally) -> Tally:
        # written out: the year of a large commune adds some 300,000 of them
        reasons = dict(self.reasons)
        for code, n in other.reasons.items():
            reasons[code] = reasons.get(code, 0) + n
        return Tally(
            self.enrolled + other.enrolled,
            self.excused + other.excused,
            self.unexcused + other.unexcused,
            self.unknown + other.unknown,
            self.late + other.late,
            reasons,
        )


def tally(enrolled: int, missed: Iterable[tuple[str, str]], late: int = 0) -> Tally:
    """A tally of one class-day, from the (mark, reason) of everybody away."""
    marks: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for mark, reason in missed:
        marks[mark] += 1
        reasons[reason] += 1
    return Tally(enrolled, marks[Mark.EXCUSED], marks[Mark.UNEXCUSED], marks[Mark.UNKNOWN], late, reasons)


@dataclass(frozen=True)
class Counts:
    """What is counted of a class, a village, a level or a school over a period; any two add up.

    `due`, `reported`: class-days that were to be reported, and that were. `roll_at_start`: on the roll when the school
    year began (or when the roll was first known); `roll`: on the period's last day. `dropped_out`, `moved_out`,
    `moved_in`: in the period and still so at its end; `dropped_out_in_year`: since the year began. `at_risk`: cases
    open at the end; `new_cases`: opened in the period; `brought_back`: pupils looked after whom the roll, or a person,
    found back in class in the period and who stayed. `visits`: homes visited; `visits_due`: cases opened in the period
    whose first visit was made or overdue, `visits_in_time`: of them visited before it was overdue. `promises_due`:
    promised days in the period that the roll has answered, `promises_kept`.
    """

    attendance: Tally = Tally()
    due: int = 0
    reported: int = 0
    roll_at_start: int = 0
    roll: int = 0
    dropped_out: int = 0
    dropped_out_in_year: int = 0
    moved_out: int = 0
    moved_in: int = 0
    at_risk: int = 0
    new_cases: int = 0
    brought_back: int = 0
    visits: int = 0
    visits_due: int = 0
    visits_in_time: int = 0
    promises_due: int = 0
    promises_kept: int = 0

    @property
    def missing(self) -> int:
        return self.due - self.reported

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})


def added(found: Iterable[Counts]) -> Counts:
    """The sum of several counts."""
    return sum(found, Counts())


@dataclass(frozen=True)
class ClassFigures:
    """One class over a period. `missing_days` are those nobody reported."""

    class_id: int
    name: str
    grade: int | None
    school_id: int
    counts: Counts
    missing_days: tuple[date, ...] = ()

    @property
    def level(self) -> str:
        return level_of(self.grade)


@dataclass(frozen=True)
class PeriodFigures:
    """A period, both ends included: its classes by school, grade and name; its villages (None: not known); its days;
    the weeks of each village, by their Mondays.

    `villages` count pupils by where they live now, and only whom these classes hold. Class-days belong to classes and
    are 0 there. Parts of a period's classes add up to the whole.
    """

    since: date
    until: date
    classes: tuple[ClassFigures, ...] = ()
    villages: Mapping[int | None, Counts] = field(default_factory=dict)
    days: Mapping[date, Tally] = field(default_factory=dict)
    village_weeks: Mapping[int | None, Mapping[date, Tally]] = field(default_factory=dict)

    @property
    def total(self) -> Counts:
        return added(one.counts for one in self.classes)

    def by_level(self) -> dict[str, Counts]:
        """The levels that have classes, from kindergarten up."""
        found = {level: [one.counts for one in self.classes if one.level == level] for level in LEVELS}
        return {level: added(counts) for level, counts in found.items() if counts}

    def by_school(self) -> dict[int, Counts]:
        """Each school's counts, in the order of its first class."""
        ids = dict.fromkeys(one.school_id for one in self.classes)
        return {school: added(one.counts for one in self.classes if one.school_id == school) for school in ids}

    def by_weekday(self) -> dict[int, Tally]:
        """Monday is 0."""
        return summed((day.weekday(), tally) for day, tally in self.days.items())

    def by_week(self) -> dict[date, Tally]:
        """By the Monday of each week that has a school day."""
        return summed((monday(day), tally) for day, tally in self.days.items())

    def missing_by_week(self) -> dict[date, int]:
        """The class-days that nobody reported, by the Monday of their week."""
        return dict(Counter(monday(day) for one in self.classes for day in one.missing_days))

    def __add__(self, other: PeriodFigures) -> PeriodFigures:
        """Two sets of different classes over the same period."""
        villages = dict(self.villages)
        for village_id, counts in other.villages.items():
            villages[village_id] = villages.get(village_id, Counts()) + counts
        days = summed([*self.days.items(), *other.days.items()])
        weeks = {
            village_id: summed(
                [*self.village_weeks.get(village_id, {}).items(), *other.village_weeks.get(village_id, {}).items()]
            )
            for village_id in {**self.village_weeks, **other.village_weeks}
        }
        return PeriodFigures(self.since, self.until, self.classes + other.classes, villages, days, weeks)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def summed(found: Iterable[tuple[K, Tally]]) -> dict[K, Tally]:
    """Tallies added up under their keys."""
    sums: dict[K, Tally] = {}
    for key, one in found:
        sums[key] = sums[key] + one if key in sums else one
    return sums
