"""Rehearsal: what the rules would have raised on the registers that are there, before a number is changed.

Reads, and writes nothing. The question is asked of peers-and-evidence §2 ("3 days: 7 cases a week"): nobody switches a
rule on without knowing how many visits it asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from bot.parsing import school_year_of
from bot.rules import people, rolls, school_days, thresholds
from bot.rules.findings import OPENS_CASE
from bot.rules.replay import replay
from bot.rules.series import SchoolDay
from bot.rules.thresholds import Thresholds
from bot.rules.work import Refused, Work
from storage import places, pupils
from storage.places import PlaceKind
from storage.pupils import Enrolment, Pupil

TOO_MANY = 5  # cases a day in a village: more, and nobody can visit them (issue 2, "Bad input")
FOUR_WEEKS = timedelta(days=28)
CALLS, TO_COMMUNE = ("R1", "R1.ill", "R7"), ("R4", "R4.dropout")
ANSWERED_AT_ONCE = 2000  # pupils: some five seconds of a slow machine; for more nobody waits in the chat


@dataclass(frozen=True)
class Raising:
    """A rule that would have begun to hold for a pupil of a village; `opens`: it would have opened a case."""

    rule: str
    on: date
    village_id: int | None
    opens: bool


@dataclass(frozen=True)
class Crowded:
    """A day on which one rule would have raised more cases in a village than anybody can visit."""

    rule: str
    on: date
    village_id: int | None
    n: int


@dataclass(frozen=True)
class Rehearsal:
    """What would have been raised from `since` to `until`, both included, among so many pupils."""

    since: date
    until: date
    pupils: int
    raisings: tuple[Raising, ...]

    def total(self, rule: str, *, opens: bool = False) -> int:
        """How often a rule would have begun to hold; with `opens`, how many cases it would have opened."""
        return sum(1 for one in self.raisings if one.rule == rule and (one.opens or not opens))

    @property
    def cases(self) -> int:
        """How many cases there would have been, whichever rule opened them."""
        return sum(one.opens for one in self.raisings)

    def openers(self) -> list[str]:
        """The rules that would have opened cases, and those that may."""
        found = {one.rule for one in self.raisings if one.opens}
        return [*OPENS_CASE, *sorted(found - set(OPENS_CASE))]

    def weeks(self) -> list[date]:
        """The Mondays of the weeks that are looked at."""
        monday = self.since - timedelta(days=self.since.weekday())
        return [monday + timedelta(days=7 * n) for n in range((self.until - monday).days // 7 + 1)]

    def by_week(self) -> dict[date, Counter[str]]:
        """Cases by week (its Monday) and rule; weeks without any are there too."""
        found = {monday: Counter[str]() for monday in self.weeks()}
        for one in self.raisings:
            if one.opens:
                found[one.on - timedelta(days=one.on.weekday())][one.rule] += 1
        return found

    def by_village(self) -> dict[int | None, Counter[str]]:
        """Cases by village and rule, the most burdened village first."""
        found: dict[int | None, Counter[str]] = {}
        for one in self.raisings:
            if one.opens:
                found.setdefault(one.village_id, Counter())[one.rule] += 1
        return dict(sorted(found.items(), key=lambda one: -one[1].total()))

    def crowded(self) -> list[Crowded]:
        """Where one rule would have raised more than `TOO_MANY` cases in a village on a day, the worst first."""
        counted = Counter((one.rule, one.on, one.village_id) for one in self.raisings if one.opens)
        found = [Crowded(rule, on, village, n) for (rule, on, village), n in counted.items() if n > TOO_MANY]
        return sorted(found, key=lambda one: (-one.n, one.on, one.rule))

    def in_brief(self) -> dict[str, int]:
        """What is asked first: cases, families to call, what goes to the commune, the watch list, the worst day."""
        return {
            "cases": self.cases,
            "calls": sum(self.total(rule) for rule in CALLS),
            "commune": sum(self.total(rule) for rule in TO_COMMUNE),
            "watched": self.total("R5.watch"),
            "most": max((one.n for one in self.crowded()), default=0),
        }


def with_changes(work: Work, commune_id: int, changes: Thresholds) -> Thresholds:
    """The numbers in force with these in place of theirs. Raises Refused as `thresholds.check`."""
    unknown = sorted(set(changes) - set(thresholds.NUMBERS))
    if unknown:
        raise Refused("unknown_threshold", key=unknown[0])
    numbers = {**thresholds.of_commune(work, commune_id), **changes}
    thresholds.check(numbers)
    return numbers


def rehearse(
    begin: Callable[[], AbstractContextManager[Work]],
    commune_id: int,
    since: date,
    until: date,
    *plans: Thresholds,
    watch: Callable[[Sequence[object]], AbstractContextManager[Callable[[int], None]]] | None = None,
) -> list[Rehearsal]:
    """Plays the registers of a commune from `since` to `until` (both included) by each of these sets of numbers.

    Each day is judged by the series as it stood at its end, corrections included. `begin` opens the work of one class:
    a command takes a transaction a class, so that the service is not held up. `watch` is given the classes and opens
    what hears how many are done. Raises Refused: not allowed, `days_back_to_front`.
    """
    with begin() as work:
        if work.person is not None:
            people.require(work, "thresholds.set")
        if until < since:
            raise Refused("days_back_to_front")
        classes = [
            (one.id, one.year, last)
            for last in _ends(since, until)
            for one in school_days.classes_of_year(work, commune_id=commune_id, on=last)
        ]
    raisings: list[list[Raising]] = [[] for _ in plans]
    seen: set[tuple[str, int]] = set()  # who changed class within a year is played once
    with watch(classes) if watch is not None else nullcontext(_nobody_watches) as done:
        for class_id, year, last in classes:
            with begin() as work:
                lives = _lives(work, class_id)
                new = {one: village for one, village in lives.items() if (year, one) not in seen}
                days = rolls.of_pupils(work, new, until=last)
                for found, numbers in zip(raisings, plans, strict=True):
                    found += _of_class(work, class_id, new, days, since, numbers)
            seen |= {(year, one) for one in new}
            done(1)
    count = len({one for _, one in seen})
    return [Rehearsal(since, until, count, tuple(found)) for found in raisings]


def _nobody_watches(done: int) -> None:
    """A chat has no progress bar."""


def lately(work: Work, commune_id: int, *plans: Thresholds) -> list[Rehearsal] | None:
    """The last four weeks by each of these sets of numbers, today included.

    None where the commune has too many pupils for an answer in the chat: an operator rehearses there.
    """
    if pupils.count(work.session, commune_id) > ANSWERED_AT_ONCE:
        return None
    since = work.today - FOUR_WEEKS + timedelta(days=1)
    return rehearse(lambda: nullcontext(work), commune_id, since, work.today, *plans)


def _ends(since: date, until: date) -> Iterator[date]:
    """The last day to look at in every school year that the days touch."""
    last = since
    while True:
        year = school_year_of(last)
        end = date(int(year[-4:]), 7, 31)
        yield min(until, end)
        if until <= end:
            return
        last = end + timedelta(days=1)


def _lives(work: Work, class_id: int) -> dict[int, int | None]:
    """The pupils who were ever in a class, with their villages."""
    rows = work.session.execute(
        select(Pupil.id, Pupil.village_id)
        .join(Enrolment, Enrolment.pupil_id == Pupil.id)
        .where(Enrolment.class_id == class_id)
        .distinct()
    )
    return {row[0]: row[1] for row in rows}


def _of_class(
    work: Work,
    class_id: int,
    lives: dict[int, int | None],
    days: dict[int, list[SchoolDay]],
    since: date,
    numbers: Thresholds,
) -> Iterator[Raising]:
    def watched(day: date) -> str:
        return school_days.watched(work, class_id, day, first_days=numbers["R7.days"])

    for pupil_id, series in days.items():
        for hit in replay(series, numbers, since=since, watched=watched):
            yield Raising(hit.rule, hit.on, lives[pupil_id], hit.opens)


def village_names(work: Work, ids: Collection[int | None]) -> dict[int | None, str]:
    """The names of these villages; "" for pupils without one."""
    known = {one.id: one.name for one in places.of_kind(work.session, PlaceKind.VILLAGE)}
    return {one: known.get(one, "") if one is not None else "" for one in ids}
