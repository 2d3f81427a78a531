"""What became of the pupils of some classes over a period: on the roll, moved, dropped out, looked after, back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.parsing import school_year_of
from bot.rules import case_events as events
from bot.rules import school_days
from bot.rules.counts import Counts
from bot.rules.work import Work
from storage import figures
from storage.cases import Outcome
from storage.figures import Happening, Stay
from storage.promises import YES
from storage.pupils import PupilStatus
from storage.scope import Scope

AWAY_AGAIN = (events.AWAY_AGAIN, events.DROPPED_OUT)
COUNTED = (events.VISITED, events.OVERDUE, events.BACK, *AWAY_AGAIN)
NOT_A_CASE = (Outcome.CORRECTED, Outcome.MERGED)


@dataclass
class Lives:
    """The pupils of the classes that are asked about: where each belongs on the last day, and what was counted.

    `homes`: pupil -> the last stay of the school year that began by then. Pupils are counted where their home is, and
    for the roll at the start of the year in the class they sat in then, so that classes asked one by one add up.
    """

    homes: dict[int, Stay]
    stays: list[Stay]  # in the classes that are asked about
    villages: dict[int, int | None]
    counts: dict[tuple[int, int], Counts] = field(default_factory=dict)  # (pupil, class) -> what is counted there
    away_from: dict[int, date] = field(default_factory=dict)  # pupil -> the first day on no roll any more


def read(scope: Scope, work: Work, class_ids: Collection[int], since: date, until: date) -> Lives:
    """Reads and counts the pupils of these classes, all of one school year; six queries in all."""
    wanted, year = set(class_ids), school_year_of(until)
    everywhere = [one for one in figures.stays(scope, work.session, class_ids) if one.year == year]
    homes: dict[int, Stay] = {}
    for stay in everywhere:
        if stay.from_on <= until:
            homes[stay.pupil_id] = stay
    found = Lives(
        {pupil: stay for pupil, stay in homes.items() if stay.class_id in wanted},
        [stay for stay in everywhere if stay.class_id in wanted],
        {stay.pupil_id: stay.village_id for stay in everywhere},
    )
    happened = _happened(scope, work, class_ids, until)
    gone = _gone(work, found.homes.values(), happened, until)
    _count_roll(work, found, everywhere, gone, since, until)
    _count_cases(scope, work, class_ids, found, happened, since, until)
    _count_visits(scope, work, class_ids, found, since, until)
    return found


def starts(work: Work, stays: Iterable[Stay]) -> dict[int, date]:
    """The day on which each class's roll is taken as that of the year's start: its first lesson day, or the day on
    which the roll was first known."""
    first: dict[int, date] = {}
    schools: dict[int, tuple[int, str]] = {}
    for stay in stays:
        first[stay.class_id] = min(first.get(stay.class_id, date.max), stay.from_on)
        schools[stay.class_id] = stay.school_id, stay.year
    return {
        class_id: max(day, school_days.year_of(work, schools[class_id][0], _in_autumn(schools[class_id][1]))[0])
        for class_id, day in first.items()
    }


def _in_autumn(year: str) -> date:
    return date(int(year[:4]), 9, 30)


def _add(found: Lives, pupil_id: int, counts: Counts) -> None:
    if pupil_id in found.homes:
        _add_at(found, (pupil_id, found.homes[pupil_id].class_id), counts)


def _add_at(found: Lives, place: tuple[int, int], counts: Counts) -> None:
    found.counts[place] = found.counts.get(place, Counts()) + counts


def _happened(scope: Scope, work: Work, class_ids: Collection[int], until: date) -> dict[int, list[Happening]]:
    """Pupil -> what happened to their cases up to the end of a day, in order."""
    end = moment(until + timedelta(days=1), time(0), work.zone)
    found: dict[int, list[Happening]] = defaultdict(list)
    for one in figures.happenings(scope, work.session, class_ids, COUNTED, end):
        found[one.pupil_id].append(one)
    return found


def _gone(work: Work, homes: Iterable[Stay], happened: dict[int, list[Happening]], until: date) -> dict[int, date]:
    """Who had dropped out at the end of a day, and since when: by the cases' history, else by the school's list."""
    found = {}
    for home in homes:
        told = [one for one in happened.get(home.pupil_id, ()) if one.kind in (events.DROPPED_OUT, events.BACK)]
        if any(one.kind == events.DROPPED_OUT for one in told):
            if told[-1].kind == events.DROPPED_OUT:
                found[home.pupil_id] = told[-1].at.astimezone(work.zone).date()
        elif home.status == PupilStatus.DROPPED_OUT and home.left_on is not None and home.left_on <= until:
            found[home.pupil_id] = home.left_on
    return found


def _count_roll(
    work: Work, found: Lives, everywhere: list[Stay], gone: dict[int, date], since: date, until: date
) -> None:
    first_day, starting = date(int(school_year_of(until)[:4]), 8, 1), starts(work, found.stays)
    for place in {(one.pupil_id, one.class_id) for one in found.stays if one.covers(starting[one.class_id])}:
        _add_at(found, place, Counts(roll_at_start=1))
    of_pupil: dict[int, list[Stay]] = defaultdict(list)
    for stay in everywhere:
        of_pupil[stay.pupil_id].append(stay)
    for pupil_id, home in found.homes.items():
        gone_on, left_on = gone.get(pupil_id), _left_on(home, until)
        if gone_on or left_on:
            found.away_from[pupil_id] = min(one for one in (gone_on, left_on) if one)
        counts = Counts(
            roll=int(home.covers(until) and gone_on is None and left_on is None),
            dropped_out=int(gone_on is not None and gone_on >= since),
            dropped_out_in_year=int(gone_on is not None and gone_on >= first_day),
            moved_out=int(home.status == PupilStatus.MOVED and left_on is not None and left_on >= since),
            moved_in=int(_came(of_pupil[pupil_id], home, starting, since, until)),
        )
        _add(found, pupil_id, counts)


def _left_on(home: Stay, until: date) -> date | None:
    """The day on which the school's list, or a hand-over, took the pupil off the roll, up to a day."""
    has_left = home.status in (PupilStatus.MOVED, PupilStatus.FINISHED)
    return home.left_on if has_left and home.left_on is not None and home.left_on <= until else None


def _came(stays: list[Stay], home: Stay, starting: dict[int, date], since: date, until: date) -> bool:
    """Whether the pupil came to this school in the period: no earlier stay there, and not with the first roll."""
    first = next(stay for stay in stays if stay.school_id == home.school_id)
    begins = starting.get(first.class_id)
    return since <= first.from_on <= until and begins is not None and first.from_on > begins


def _count_cases(
    scope: Scope, work: Work, class_ids: Collection[int], found: Lives, happened: dict[int, list[Happening]],
    since: date, until: date,
) -> None:  # fmt: skip
    start, end = (moment(day, time(0), work.zone) for day in (since, until + timedelta(days=1)))
    for case in figures.cases(scope, work.session, class_ids):
        if case.outcome in NOT_A_CASE or case.opened_at >= end:
            continue
        told = [one for one in happened.get(case.pupil_id, ()) if one.case_id == case.id]
        is_open = case.closed_at is None or case.closed_at >= end
        is_new = case.opened_at >= start
        first = _first_outcome(told) if is_new else ""
        counts = Counts(
            at_risk=int(is_open),
            new_cases=int(is_new),
            brought_back=int(_is_back(told, start)),
            visits_due=int(bool(first)),
            visits_in_time=int(first == events.VISITED),
        )
        _add(found, case.pupil_id, counts)


def _first_outcome(told: list[Happening]) -> str:
    """How the first request for a visit ended: visited, or overdue; nothing while there is time."""
    return next((one.kind for one in told if one.kind in (events.VISITED, events.OVERDUE)), "")


def _is_back(told: list[Happening], start: datetime) -> bool:
    """Whether the pupil came back to class after a moment, and was not away again or gone since."""
    last = [one for one in told if one.kind in (events.BACK, *AWAY_AGAIN)][-1:]
    return bool(last) and last[0].kind == events.BACK and last[0].at >= start


def _count_visits(
    scope: Scope, work: Work, class_ids: Collection[int], found: Lives, since: date, until: date
) -> None:  # fmt: skip
    for pupil_id in figures.visits(scope, work.session, class_ids, since, until):
        _add(found, pupil_id, Counts(visits=1))
    for pupil_id, kept in figures.promises(scope, work.session, class_ids, since, until):
        if kept:
            _add(found, pupil_id, Counts(promises_due=1, promises_kept=int(kept == YES)))
