"""The list of pupils away or at risk (domain §10): since when, how often somebody came to the home, what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.rules import class_days
from bot.rules.class_days import ClassDay
from bot.rules.counts import Counts, added
from bot.rules.lives import Lives
from bot.rules.work import Work
from storage import watched
from storage.places import SchoolClass
from storage.scope import Scope
from storage.watched import Child, Seen

LOOK_BACK = timedelta(
    days=28
)  # for the day since when somebody is away; what began earlier is said to have begun earlier
NOBODY = Counts()


class State(StrEnum):
    """What has become of a pupil by the period's last day."""

    DROPPED_OUT = "dropped_out"
    BACK = "back"
    AT_RISK = "at_risk"
    AWAY = "away"
    THERE = "there"


@dataclass(frozen=True)
class Watched:
    """One line of the list. `missed`: days in the period; `away_since`: while still away on the class's last reported
    day, and `is_longer` where it may have begun before what was looked at; `visits` were made in the period,
    `last_visit` is the latest up to its end.

    `promised_on` is the last day promised by then, `kept` whether the roll says so ("" while it is open). No reason
    stands here: a reason is the family's (domain §11).
    """

    pupil_id: int
    name: str
    birth_date: str
    class_name: str
    school_id: int
    village_id: int | None
    state: State
    missed: int
    is_away: bool
    away_since: date | None
    is_longer: bool
    visits: int
    last_visit: date | None
    promised_on: date | None
    kept: str


def listed(
    scope: Scope, work: Work, classes: Sequence[SchoolClass], became: Lives, since: date, until: date, least: int
) -> list[Watched]:
    """The pupils of these classes who dropped out, are or were looked after, were visited, or missed at least so many
    days from `since` to `until`; by class, then by name. The look is audited.

    Parts read in transactions of their own add up. `became` was read for the same classes and days: the counts of each
    pupil are those of the figures.
    """
    ids = [one.id for one in classes]
    days: dict[int, list[ClassDay]] = defaultdict(list)
    for day in class_days.read(scope, work, ids, since - LOOK_BACK, until):
        if day.is_reported:
            days[day.class_id].append(day)
    counts: dict[int, list[Counts]] = defaultdict(list)
    for (pupil_id, _), one in became.counts.items():
        counts[pupil_id].append(one)
    missed = _missed(days, since)
    sums = {pupil_id: added(counts[pupil_id]) for pupil_id in became.homes}
    wanted = {pupil_id: one for pupil_id, one in sums.items() if _is_wanted(one, missed.get(pupil_id, 0), least)}
    of_class: dict[int, list[Child]] = defaultdict(list)
    told = _Told.read(scope, work, ids, since, until)
    for pupil_id in wanted:
        of_class[became.homes[pupil_id].class_id].append(told.children[pupil_id])
    found = []
    for school_class in classes:
        for child in sorted(of_class[school_class.id], key=lambda one: (one.sort_key, one.id)):
            away = _away_since(child.id, days[school_class.id])
            found.append(told.line(child, school_class, wanted[child.id], missed.get(child.id, 0), away))
    work.audit("pupils.listed", n=len(found), since=since.isoformat(), until=until.isoformat())
    return found


def _missed(days: dict[int, list[ClassDay]], since: date) -> dict[int, int]:
    """Pupil -> days missed in the period."""
    found: dict[int, int] = defaultdict(int)
    for one in (day for of_class in days.values() for day in of_class if day.day >= since):
        for missed in one.missed:
            found[missed.pupil_id] += 1
    return found


def _is_wanted(counts: Counts, missed: int, least: int) -> bool:
    is_looked_after = counts.at_risk or counts.new_cases or counts.brought_back or counts.visits
    return bool(is_looked_after or counts.dropped_out_in_year or missed >= least)


@dataclass(frozen=True)
class _Away:
    is_away: bool
    since: date | None = None
    is_longer: bool = False


def _away_since(pupil_id: int, days: Sequence[ClassDay]) -> _Away:
    """The first day of the run of days missed up to the class's last reported day."""
    first = None
    for one in reversed(days):
        if not any(missed.pupil_id == pupil_id for missed in one.missed):
            return _Away(first is not None, first)
        first = one.day
    return _Away(first is not None, first, is_longer=first is not None)


@dataclass(frozen=True)
class _Told:
    """What is said of each pupil, by pupil."""

    children: dict[int, Child]
    visits: dict[int, list[Seen]]
    promises: dict[int, list[tuple[date, str]]]
    since: date

    @staticmethod
    def read(scope: Scope, work: Work, ids: Sequence[int], since: date, until: date) -> _Told:
        visits: dict[int, list[Seen]] = defaultdict(list)
        for seen in watched.visits(scope, work.session, ids, since - LOOK_BACK, until):
            visits[seen.pupil_id].append(seen)
        promises: dict[int, list[tuple[date, str]]] = defaultdict(list)
        for pupil_id, day, kept in watched.promised(scope, work.session, ids, since - LOOK_BACK):
            promises[pupil_id].append((day, kept if day <= until else ""))
        children = {one.id: one for one in watched.children(scope, work.session, ids)}
        return _Told(children, visits, promises, since)

    def line(self, child: Child, school_class: SchoolClass, counts: Counts, missed: int, away: _Away) -> Watched:
        visits = self.visits.get(child.id, [])
        promises = self.promises.get(child.id)
        return Watched(
            pupil_id=child.id,
            name=child.name,
            birth_date=child.birth_date,
            class_name=school_class.name,
            school_id=school_class.school_id,
            village_id=child.village_id,
            state=_state(counts, away.is_away),
            missed=missed,
            is_away=away.is_away,
            away_since=away.since,
            is_longer=away.is_longer,
            visits=counts.visits,
            last_visit=visits[-1].on if visits else None,
            promised_on=promises[-1][0] if promises else None,
            kept=promises[-1][1] if promises else "",
        )


def _state(counts: Counts, is_away: bool) -> State:
    if counts.dropped_out_in_year:
        return State.DROPPED_OUT
    if counts.brought_back:
        return State.BACK
    if counts.at_risk:
        return State.AT_RISK
    return State.AWAY if is_away else State.THERE


def states(found: Iterable[Watched]) -> dict[State, int]:
    """How many stand in each state."""
    counted = dict.fromkeys(State, 0)
    for one in found:
        counted[one.state] += 1
    return counted
