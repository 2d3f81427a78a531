"""When a class has school: its week, the school's year, days off that the calendar gives, and what people decided.

Until a school sets anything: Monday to Friday mornings at 7:00 (interface.md) from 5 September to 31 May (domain §5),
without public holidays and the two weeks of Tết. Pure reads: what a transaction asks twice is read once; after a change
`forget` it. An evening is the head-count of the semi-boarders: a session that is asked about, and no lesson.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.parsing import school_year_of
from bot.rules import holidays
from bot.rules.holidays import Break
from bot.rules.work import Work
from storage import calendar, places
from storage.attendance import Half
from storage.calendar import Closure, Effect, Why
from storage.places import PlaceKind, SchoolClass

MORNING_END = time(11, 30)
DIGEST = time(17)

LESSONS = (Half.MORNING, Half.AFTERNOON)
STARTS = {Half.MORNING: time(7), Half.AFTERNOON: time(13, 30), Half.EVENING: time(18)}  # until a class says otherwise
USUAL_WEEK = {weekday: {Half.MORNING: STARTS[Half.MORNING]} for weekday in range(5)}
LONG_BREAK = 5  # school days closed in a row, after which the first days are watched (R7)
WATCHED_DAYS = 5
DAY = timedelta(days=1)
LOOK_AHEAD = 400  # days, so that the next school day is found over a summer

Week = dict[int, dict[Half, time]]


@dataclass(frozen=True)
class Verdict:
    """Whether a session is held, and if not, why: "week", "year", "holiday", "tet", or the reason of a decision."""

    is_held: bool
    why: str = ""
    closure: Closure | None = None


@dataclass(frozen=True)
class _Class:
    """What the calendar needs of a class; id 0: any class of a school that has none yet."""

    id: int
    school_id: int
    commune_id: int
    year: str
    site_id: int | None = None


@dataclass
class _Known:
    """What has been read of the calendar in this transaction."""

    classes: dict[int, _Class] = field(default_factory=dict)
    weeks: dict[int, Week] = field(default_factory=dict)
    years: dict[int, dict[str, tuple[date, date]]] = field(default_factory=dict)
    decisions: dict[tuple[int, str], dict[date, list[Closure]]] = field(default_factory=dict)
    tet: dict[tuple[int, str], tuple[Break, ...]] = field(default_factory=dict)
    school_days: dict[tuple[date, int | None, int | None], bool] = field(default_factory=dict)


def forget(work: Work) -> None:
    """What was read of the calendar is read anew: after a change, or after classes were made."""
    work.forget("calendar")


def sessions(work: Work, class_id: int, day: date) -> tuple[Half, ...]:
    """The sessions that a class has on a day, those of closures, holidays and other years left out."""
    known = _load(work, [class_id], day, day)
    return tuple(_sessions(known, class_id, day))


def starts_of(work: Work, class_ids: Collection[int], day: date) -> dict[int, dict[Half, time]]:
    """The sessions of many classes on a day with the wall times at which they begin, in a handful of queries."""
    known = _load(work, class_ids, day, day)
    return {
        class_id: {half: _start(known, class_id, day, half) for half in _sessions(known, class_id, day)}
        for class_id in class_ids
    }


def closed_of(work: Work, class_ids: Collection[int], day: date) -> dict[int, tuple[Half, ...]]:
    """The sessions that classes have in their week and that a holiday or a decision took out of this day."""
    known = _load(work, class_ids, day, day)
    found = {}
    for class_id in class_ids:
        one, own = known.classes.get(class_id), known.weeks.get(class_id, USUAL_WEEK).get(day.weekday(), {})
        if one is not None:
            why = {half: _verdict(known, one, day, half).why for half in Half if half in own}
            found[class_id] = tuple(half for half, reason in why.items() if reason not in ("", "year"))
    return found


def closed_between(work: Work, class_ids: Collection[int], since: date, until: date) -> set[tuple[int, date, str]]:
    """The sessions (class, day, session) that a decision closed: what was recorded of one is not counted.

    Only days that somebody decided about are looked at.
    """
    known = _load(work, class_ids, since, until)
    found = set()
    for class_id in class_ids:
        one = known.classes.get(class_id)
        if one is None:
            continue
        for year in _years_between(since, until):
            for day in known.decisions.get((one.commune_id, year), ()):
                if since <= day <= until:
                    found |= {(class_id, day, half.value) for half in Half if _is_closed(known, one, day, half)}
    return found


def _is_closed(known: _Known, one: _Class, day: date, half: Half) -> bool:
    found = _verdict(known, one, day, half)
    return not found.is_held and found.closure is not None


def lessons(work: Work, class_id: int, day: date) -> tuple[Half, ...]:
    """The same without the head-count of an evening."""
    return tuple(half for half in sessions(work, class_id, day) if half in LESSONS)


def verdict(work: Work, class_id: int, day: date, half: Half) -> Verdict:
    """Whether one session is held, and why not."""
    known = _load(work, [class_id], day, day)
    one = known.classes.get(class_id)
    return _verdict(known, one, day, half) if one is not None else Verdict(False, "week")


def starts_at(work: Work, class_id: int, day: date, half: Half) -> datetime:
    """When a session begins, UTC; one that the week does not have, at the usual hour."""
    known = _load(work, [class_id], day, day)
    return moment(day, _start(known, class_id, day, half), work.zone)


def week(work: Work, class_id: int) -> Week:
    """The weekly sessions of a class: weekday (0 is Monday) -> session -> hour."""
    known = _load(work, [class_id], work.today, work.today)
    return known.weeks.get(class_id, USUAL_WEEK)


def held(work: Work, class_ids: Collection[int], since: date, until: date) -> dict[int, list[tuple[date, Half]]]:
    """The lessons that each class was to hold from `since` to `until`, both included; a handful of queries in all.

    Closures of the school, site or class are out; of a village see `village_days_off`.
    """
    known = _load(work, class_ids, since, until)
    return {
        class_id: [
            (day, half)
            for day in _days(since, until)
            for half in _sessions(known, class_id, day)
            if half is not Half.EVENING
        ]
        for class_id in class_ids
    }


def village_days_off(work: Work, village_ids: Collection[int], since: date, until: date) -> set[tuple[int, date, str]]:
    """On which days the pupils of these villages need not come: (village, day, session); "" is the whole day."""
    off: set[tuple[int, date, str]] = set()
    for decision in calendar.of_villages(work.session, village_ids, since, until):
        village = decision.village_id or 0
        for day in _days(max(since, decision.from_on), min(until, decision.until_on)):
            if decision.effect == Effect.CLOSED:
                off.add((village, day, decision.half))
            elif decision.effect == Effect.OPEN and decision.half:
                off.discard((village, day, decision.half))
            elif decision.effect == Effect.OPEN:
                off -= {(village, day, half) for half in ("", *Half)}
    return off


def is_school_day(work: Work, day: date, *, school_id: int | None = None, commune_id: int | None = None) -> bool:
    """Whether any class has lessons on a day: of a school, of a commune, or of the acting person's commune.

    For the machine itself: of any commune. A school without classes counts as one with the usual week.
    """
    if school_id is None and commune_id is None and work.person is not None:
        commune_id = work.person.commune_id
    known = _known(work)
    key = (day, school_id, commune_id)
    if key not in known.school_days:
        known.school_days[key] = _is_school_day(work, day, school_id, commune_id)
    return known.school_days[key]


def next_school_day(work: Work, class_id: int, after: date, n: int = 1) -> date:
    """The n-th day with lessons after a day; over the summer the class's week goes on in the next year."""
    last = after + timedelta(days=LOOK_AHEAD)
    known = _load(work, [class_id], after, last)
    found = 0
    for day in _days(after + DAY, last):
        found += _has_lessons(known, class_id, day, any_year=True)
        if found == n:
            return day
    return after + timedelta(days=n)


def year_of(work: Work, school_id: int, day: date) -> tuple[date, date]:
    """The first and last day of the school year that a day belongs to."""
    return _year(_with_schools(work, {school_id}), school_id, school_year_of(day))


def watched(work: Work, class_id: int, day: date, *, first_days: int = WATCHED_DAYS) -> str:
    """Why each absence of this school day is asked about at once (R7), or "".

    "after_tet" and "after_break": among the first `first_days` school days after it; else the reason of a watch that
    was declared ("flood", "storm" …).
    """
    known = _load(work, [class_id], day - timedelta(days=120), day)
    one = known.classes.get(class_id)
    if one is None or not _has_lessons(known, class_id, day):
        return ""
    for decision in reversed(_decisions(known, one, day)):
        if decision.effect == Effect.WATCH:
            return decision.why
    return _after_break(known, one, day, first_days)


def classes_of_year(
    work: Work, *, commune_id: int | None = None, school_ids: tuple[int, ...] = (), on: date | None = None
) -> list[SchoolClass]:
    """The classes of the school year of a day (today), of these schools or of a whole commune."""
    schools = school_ids or tuple(school.id for school in places.of_kind(work.session, PlaceKind.SCHOOL, commune_id))
    return list(places.classes(work.session, schools=schools, year=school_year_of(on or work.today)))


# --- what is read -------------------------------------------------------------------------------------------


def _known(work: Work) -> _Known:
    return work.once("calendar", _Known)


def _load(work: Work, class_ids: Collection[int], since: date, until: date) -> _Known:
    """Classes, their weeks and years, and the decisions of their communes in these school years."""
    known = _known(work)
    missing = [class_id for class_id in class_ids if class_id not in known.classes]
    if missing:
        for school_class, commune_id in places.with_communes(work.session, missing):
            known.classes[school_class.id] = _Class(
                school_class.id, school_class.school_id, commune_id, school_class.year, school_class.site_id
            )
        for row in calendar.weeks(work.session, missing):
            at = time.fromisoformat(row.starts_at)
            known.weeks.setdefault(row.class_id, {}).setdefault(row.weekday, {})[Half(row.half)] = at
    classes = [known.classes[class_id] for class_id in class_ids if class_id in known.classes]
    _with_schools(work, {one.school_id for one in classes})
    _with_decisions(work, {one.commune_id for one in classes}, since, until)
    return known


def _with_schools(work: Work, schools: Collection[int]) -> _Known:
    known = _known(work)
    missing = [school_id for school_id in schools if school_id not in known.years]
    if missing:
        known.years.update({school_id: {} for school_id in missing})
        for row in calendar.years(work.session, missing):
            known.years[row.school_id][row.year] = (row.starts_on, row.ends_on)
    return known


def _with_decisions(work: Work, communes: Collection[int], since: date, until: date) -> None:
    """The decisions of whole school years, by day: a year has some dozens of them."""
    known = _known(work)
    for year in _years_between(since, until):
        missing = [commune_id for commune_id in communes if (commune_id, year) not in known.decisions]
        if not missing:
            continue
        first, last = date(int(year[:4]), 8, 1), date(int(year[-4:]), 7, 31)
        for commune_id in missing:
            known.decisions[commune_id, year] = defaultdict(list)
        for row in calendar.closures(work.session, missing, first, last):
            if row.village_id is None:
                for day in _days(max(first, row.from_on), min(last, row.until_on)):
                    known.decisions[row.commune_id, year][day].append(row)


def _years_between(since: date, until: date) -> list[str]:
    first, last = int(school_year_of(since)[:4]), int(school_year_of(until)[:4])
    return [f"{year}-{year + 1}" for year in range(first, last + 1)]


def _is_school_day(work: Work, day: date, school_id: int | None, commune_id: int | None) -> bool:
    schools = _schools(work, school_id, commune_id)
    ids = [one.id for one in places.classes(work.session, schools=list(schools), year=school_year_of(day))]
    known = _load(work, ids, day, day)
    if any(_has_lessons(known, class_id, day) for class_id in ids):
        return True
    empty = set(schools) - {known.classes[class_id].school_id for class_id in ids}
    _with_schools(work, empty)
    _with_decisions(work, set(schools.values()), day, day)
    any_class = [_Class(0, one, schools[one], school_year_of(day)) for one in empty]
    return any(_verdict(known, one, day, Half.MORNING).is_held for one in any_class)


def _schools(work: Work, school_id: int | None, commune_id: int | None) -> dict[int, int]:
    """School -> commune; before any school is known, one without a number."""
    if school_id is not None:
        school = places.get(work.session, school_id)
        found = [school] if school is not None else []
    else:
        found = list(places.of_kind(work.session, PlaceKind.SCHOOL, commune_id))
    return {one.id: one.parent_id or 0 for one in found} or {0: commune_id or 0}


# --- what follows from it -----------------------------------------------------------------------------------


def _days(since: date, until: date) -> Iterator[date]:
    day = since
    while day <= until:
        yield day
        day += DAY


def _sessions(known: _Known, class_id: int, day: date, *, any_year: bool = False) -> Iterator[Half]:
    one = known.classes.get(class_id)
    if one is not None:
        yield from (half for half in Half if _verdict(known, one, day, half, any_year=any_year).is_held)


def _start(known: _Known, class_id: int, day: date, half: Half) -> time:
    return known.weeks.get(class_id, USUAL_WEEK).get(day.weekday(), {}).get(half, STARTS[half])


def _has_lessons(known: _Known, class_id: int, day: date, *, any_year: bool = False) -> bool:
    return any(half in LESSONS for half in _sessions(known, class_id, day, any_year=any_year))


def _verdict(known: _Known, one: _Class, day: date, half: Half, *, any_year: bool = False) -> Verdict:
    """The calendar's own answer first; then the decisions in the order they were made, the last one counts."""
    own = known.weeks.get(one.id, USUAL_WEEK).get(day.weekday(), {})
    in_week = half in own
    found = _from_calendar(known, one, day, in_week, any_year=any_year)
    for decision in _decisions(known, one, day):
        if decision.half not in ("", half):
            continue
        if decision.effect == Effect.CLOSED and (found.is_held or found.closure is not None):
            found = Verdict(False, decision.why, decision)
        elif decision.effect == Effect.OPEN and (in_week or _is_made_up(decision, half, own)):
            found = Verdict(True, "", decision)
    return found


def _from_calendar(known: _Known, one: _Class, day: date, in_week: bool, *, any_year: bool) -> Verdict:
    year = school_year_of(day)
    starts, ends = _year(known, one.school_id, year)
    if not any_year and year != one.year:
        return Verdict(False, "year")
    if not in_week:
        return Verdict(False, "week")
    if not starts <= day <= ends:
        return Verdict(False, "year")
    if day in holidays.public(day.year):
        return Verdict(False, "holiday")
    if any(day in one_break for one_break in _tet_breaks(known, one, year)):
        return Verdict(False, "tet")
    return Verdict(True)


def _is_made_up(decision: Closure, half: Half, own: dict[Half, time]) -> bool:
    """A single day opened on which the class has nothing gives it the session named, or a morning."""
    if decision.from_on != decision.until_on:
        return False
    return half == decision.half or (not decision.half and not own and half is Half.MORNING)


def _decisions(known: _Known, one: _Class, day: date) -> list[Closure]:
    """What was decided of this class's day, in the order it was decided."""
    of_day = known.decisions.get((one.commune_id, school_year_of(day)), {}).get(day, ())
    return [
        row
        for row in of_day
        if row.school_id in (None, one.school_id)
        and row.site_id in (None, one.site_id)
        and row.class_id in (None, one.id)
    ]


def _year(known: _Known, school_id: int, year: str) -> tuple[date, date]:
    usual = date(int(year[:4]), 9, 5), date(int(year[-4:]), 5, 31)
    return known.years.get(school_id, {}).get(year, usual)


def _tet_breaks(known: _Known, one: _Class, year: str) -> tuple[Break, ...]:
    """The days off around Tết: the two weeks, unless commune or school has decided which days they are."""
    key = (one.school_id, year)
    if key not in known.tet:
        by_day = known.decisions.get((one.commune_id, year), {})
        known.tet[key] = tuple(
            Break(row.from_on, row.until_on)
            for row in {row.id: row for rows in by_day.values() for row in rows}.values()
            if _sets_tet(row, one.school_id)
        ) or (holidays.tet_break(year),)
    return known.tet[key]


def _sets_tet(row: Closure, school_id: int) -> bool:
    is_whole_school = row.school_id in (None, school_id) and row.site_id is None and row.class_id is None
    return row.effect == Effect.CLOSED and row.why == Why.TET and is_whole_school


def _after_break(known: _Known, one: _Class, day: date, first_days: int) -> str:
    """Goes back from a school day, at most `first_days` of them, to a break: Tết, or a long one."""
    since, _ = _year(known, one.school_id, one.year)
    found, closed, back, tet = 1, 0, day - DAY, holidays.tet(int(one.year[-4:]))
    was_tet = False
    while back >= since and found <= first_days:
        if _has_lessons(known, one.id, back):
            found += 1
            closed, was_tet = 0, False
        else:
            closed += bool(set(known.weeks.get(one.id, USUAL_WEEK).get(back.weekday(), {})) & set(LESSONS))
            was_tet = was_tet or back == tet
        if was_tet or closed >= LONG_BREAK:
            return "after_tet" if was_tet or _reaches_tet(known, one, back, tet) else "after_break"
        back -= DAY
    return ""


def _reaches_tet(known: _Known, one: _Class, back: date, tet: date) -> bool:
    """Whether a long break, met from its end, goes on to the first day of Tết."""
    while back > tet and not _has_lessons(known, one.id, back):
        back -= DAY
    return back == tet
