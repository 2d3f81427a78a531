"""The figures of a day and of a period: the one place that counts, so that chat, page, chart, paper, export and API
cannot disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.rules import class_days, lives, people, school_days
from bot.rules.class_days import ClassDay
from bot.rules.counts import ClassFigures, Counts, PeriodFigures, Tally, added, monday, summed, tally
from bot.rules.lives import Lives
from bot.rules.work import Work
from storage import pupils
from storage.figures import Stay
from storage.places import SchoolClass
from storage.scope import Scope

NOTHING = Tally()


@dataclass(frozen=True)
class DayFigures:
    """One day of the classes within a scope; `tally` is of the classes that reported, `missing` names the others.

    A pupil counts once a day: absent in one session is absent. `reasons` are counted in the order of their number.
    `missing_ids` are the same classes by id, since two schools may each have a 6A.
    """

    day: date
    tally: Tally = NOTHING
    reported: int = 0
    missing: tuple[str, ...] = ()
    missing_ids: tuple[int, ...] = ()

    @property
    def roll(self) -> int:
        return self.tally.enrolled

    @property
    def absent(self) -> int:
        return self.tally.absent

    @property
    def present(self) -> int:
        return self.tally.present

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        return self.tally.ranked


def day(scope: Scope, work: Work, on: date) -> DayFigures:
    """What was reported for a day's lessons within a scope (officials: the commune, a school: its classes).

    A class that has no school on that day is neither counted nor missing.
    """
    classes = {one.id: one for one in classes_of(scope, work, on)}
    found = class_days.read(scope, work, list(classes), on, on)
    rolls = pupils.roll_sizes(work.session, classes)
    reported = [one for one in found if one.is_reported]
    missing = [one.class_id for one in found if not one.is_reported and rolls.get(one.class_id)]
    return DayFigures(
        day=on,
        tally=summed((0, tally_of(one)) for one in reported).get(0, NOTHING),
        reported=len(reported),
        missing=tuple(classes[class_id].name for class_id in missing),
        missing_ids=tuple(missing),
    )


def tally_of(one: ClassDay) -> Tally:
    """The tally of a class-day; empty where nobody reported."""
    return tally(one.enrolled, ((missed.mark, missed.reason) for missed in one.missed), one.late)


def day_before(scope: Scope, work: Work, on: date) -> DayFigures | None:
    """The last school day before this one for which anything was reported, at most a week back."""
    for back in range(1, 8):
        former = on - timedelta(days=back)
        if school_days.is_school_day(work, former):
            figures = day(scope, work, former)
            if figures.reported:
                return figures
    return None


def classes_of(scope: Scope, work: Work, on: date) -> list[SchoolClass]:
    """The classes of the year within the scope, by school, grade and name."""
    if scope.schools:
        return school_days.classes_of_year(work, school_ids=tuple(sorted(scope.schools)), on=on)
    found = [
        one
        for commune_id in sorted(scope.communes) or [people.commune_of(work).id]
        for one in school_days.classes_of_year(work, commune_id=commune_id, on=on)
    ]
    own = scope.classes
    return [one for one in found if one.id in own] if own and not scope.communes else found


def period(
    scope: Scope,
    work: Work,
    since: date,
    until: date,
    classes: Iterable[SchoolClass] | None = None,
    *,
    became: Lives | None = None,
) -> PeriodFigures:
    """The figures from `since` to `until`, both included, of these classes of one school year; else of the scope's.

    Days to come are not counted, and `until` may not lie after today (ValueError). Parts that were read in
    transactions of their own add up: a large commune is read a few dozen classes at a time. `became` is what
    `lives.read` has read of the same classes and days, where the caller needs it too.
    """
    if until > work.today or since > until:
        raise ValueError("a period ends today at the latest, and not before it begins")
    wanted = list(classes if classes is not None else classes_of(scope, work, until))
    ids = [one.id for one in wanted]
    of_class: dict[int, list[ClassDay]] = defaultdict(list)
    for one in class_days.read(scope, work, ids, since, until):
        of_class[one.class_id].append(one)
    became = became or lives.read(scope, work, ids, since, until)
    weeks = _village_weeks(became, of_class)
    by_class: dict[int, list[Counts]] = defaultdict(list)
    for (_, class_id), counts in became.counts.items():
        by_class[class_id].append(counts)
    return PeriodFigures(
        since,
        until,
        tuple(_class(one, of_class[one.id], added(by_class[one.id])) for one in wanted),
        _villages(became, weeks),
        summed((one.day, tally_of(one)) for found in of_class.values() for one in found if one.is_reported),
        weeks,
    )


def _class(school_class: SchoolClass, found: list[ClassDay], became: Counts) -> ClassFigures:
    """Days that nobody reported count for a class that has pupils."""
    reported = [one for one in found if one.is_reported]
    has_pupils = bool(became.roll or became.roll_at_start)
    missing = tuple(one.day for one in found if not one.is_reported) if has_pupils else ()
    kept = Counts(
        attendance=summed((0, tally_of(one)) for one in reported).get(0, NOTHING),
        due=len(reported) + len(missing),
        reported=len(reported),
    )
    return ClassFigures(
        school_class.id, school_class.name, school_class.grade, school_class.school_id, became + kept, missing
    )


def _villages(became: Lives, weeks: Mapping[int | None, Mapping[date, Tally]]) -> dict[int | None, Counts]:
    """By the village of each pupil: what became of whom, and the attendance of all weeks."""
    found: dict[int | None, list[Counts]] = defaultdict(list)
    for (pupil_id, _), counts in became.counts.items():
        found[became.villages[pupil_id]].append(counts)
    return {
        village_id: added(found[village_id]) + Counts(attendance=sum(weeks.get(village_id, {}).values(), NOTHING))
        for village_id in sorted({*found, *weeks}, key=lambda one: (one is None, one or 0))
    }


def _village_weeks(became: Lives, of_class: dict[int, list[ClassDay]]) -> dict[int | None, dict[date, Tally]]:
    """By village and Monday: who was on the roll of a reported day, and who of them was away."""
    enrolled: dict[tuple[int | None, date], int] = defaultdict(int)
    away: dict[tuple[int | None, date], list[tuple[str, str]]] = defaultdict(list)
    reported = {
        class_id: [(one.day, monday(one.day)) for one in found if one.is_reported]
        for class_id, found in of_class.items()
    }
    for stay in became.stays:
        ends = became.away_from.get(stay.pupil_id, date.max)
        for day, week in reported.get(stay.class_id, ()):
            enrolled[stay.village_id, week] += stay.covers(day) and day < ends
    own: dict[tuple[int, int], list[Stay]] = defaultdict(list)
    for stay in became.stays:
        own[stay.pupil_id, stay.class_id].append(stay)
    for one in (day for days in of_class.values() for day in days):
        for missed in one.missed:
            key = missed.village_id, monday(one.day)
            away[key].append((missed.mark, missed.reason))
            is_there = any(stay.covers(one.day) for stay in own[missed.pupil_id, one.class_id])
            ends = became.away_from.get(missed.pupil_id, date.max)
            enrolled[key] += not (is_there and one.day < ends)  # in a register: on its roll, whatever the lists say
    found: dict[int | None, dict[date, Tally]] = defaultdict(dict)
    for village_id, week in sorted({*enrolled, *away}, key=lambda key: key[1]):
        found[village_id][week] = tally(enrolled[village_id, week], away[village_id, week])
    return dict(found)
