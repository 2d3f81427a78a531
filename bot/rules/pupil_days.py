"""The school days of one pupil, day by day, and what happened in a case: for those who may see the pupil."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.parsing import given_name, school_year_of
from bot.rules import case_events as events
from bot.rules import cases, class_days, pupils, rolls, school_days
from bot.rules.work import Refused, Work
from storage import cases as stored
from storage import figures, promises, visits
from storage import pupils as stored_pupils
from storage.attendance import Mark
from storage.cases import Case, CaseEvent, Outcome
from storage.figures import Stay
from storage.scope import Scope
from storage.visits import Met

BEFORE = timedelta(days=21)  # of a case's line, so that the days which opened it stand there


class State(StrEnum):
    """What is known of a pupil on a day on which the class had lessons."""

    PRESENT = "present"
    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    UNKNOWN = "unknown"
    NOT_REPORTED = "not_reported"
    GONE = "gone"  # had dropped out: on the roll of nobody


AWAY = (State.EXCUSED, State.UNEXCUSED, State.UNKNOWN)
OF_MARK = {Mark.EXCUSED: State.EXCUSED, Mark.UNEXCUSED: State.UNEXCUSED, Mark.UNKNOWN: State.UNKNOWN}


@dataclass(frozen=True)
class PupilYear:
    """One pupil by given name and class, and the days of the school year up to today on which there were lessons."""

    given: str
    class_name: str
    days: Mapping[date, State] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseLine:
    """A case by given name and class, without any reason: its days, and on which what was done.

    `calls` and `visits`: the day, and whether somebody was reached. `promises`: the day promised, and whether it was
    kept ("yes", "no", "" while nobody knows). `back`: since when the pupil is in class again, if so. `gone`: since when
    dropped out. `ended`: the day on which the case was closed.
    """

    given: str
    class_name: str
    since: date
    until: date
    days: Mapping[date, State] = field(default_factory=dict)
    calls: tuple[tuple[date, bool], ...] = ()
    visits: tuple[tuple[date, bool], ...] = ()
    promises: tuple[tuple[date, str], ...] = ()
    back: date | None = None
    gone: date | None = None
    ended: date | None = None


def year(work: Work, pupil_id: int) -> PupilYear:
    """The school year of one pupil; an audited look. Raises Refused: not allowed, outside the scope."""
    listed = pupils.require_pupil(work, pupil_id)
    work.audit("pupil.absences_seen", "pupil", pupil_id)
    first = date(int(school_year_of(work.today)[:4]), 8, 1)
    return PupilYear(given_name(listed.pupil.name), listed.class_name, days(work, pupil_id, first, work.today))


def case(work: Work, case_id: int) -> CaseLine:
    """What happened in a case; an audited look. Raises Refused: not allowed, outside the scope."""
    found = cases.look(work, case_id)
    listed = stored_pupils.listed(work.scope, work.session, pupil_ids=[found.pupil_id], studying_only=False)
    if not listed:
        raise Refused("outside_scope")
    ended = _day(work, found.closed_at) if found.closed_at else None
    opened, until = found.opened_on or _day(work, found.opened_at), ended or work.today
    line = days(work, found.pupil_id, opened - BEFORE, until)
    told = stored.events(work.scope, work.session, case_id)
    return CaseLine(
        given=given_name(listed[0].pupil.name),
        class_name=listed[0].class_name,
        since=min([opened, *(day for day, state in line.items() if state in AWAY)]),
        until=until,
        days=line,
        calls=tuple(
            (_day(work, one.at), bool(one.facts.get("is_reached"))) for one in told if one.kind == events.CALLED
        ),
        visits=_visits(work, found),
        promises=_promises(work, found),
        back=_back(work, found, told),
        gone=_last_on(work, told, events.DROPPED_OUT, unless=(events.BACK,)),
        ended=ended,
    )


def days(work: Work, pupil_id: int, since: date, until: date) -> dict[date, State]:
    """The days with lessons of the classes the pupil was in, in the school year of `until`; whoever asks has checked.

    Left out: days on which the village was cut off or kept a feast, and today before its roll.
    """
    everything = Scope.everything()
    year_of = school_year_of(until)
    stays = [one for one in figures.stays_of(everything, work.session, pupil_id) if one.year == year_of]
    known = {one.day for one in rolls.of_pupils(work, [pupil_id], since=since, until=until)[pupil_id]}
    off = {day for _, day, half in school_days.village_days_off(work, _villages(stays), since, until) if not half}
    found: dict[date, State] = {}
    for place, stay in enumerate(stays):
        for one in class_days.read(everything, work, [stay.class_id], since, until):
            # the roster may have come in long after the pupil did: the first stay began with the year
            is_here = (place == 0 or stay.from_on <= one.day) and (stay.until_on is None or one.day < stay.until_on)
            if not is_here or one.day in off or (one.day == work.today and not one.is_reported):
                continue
            marks = {missed.pupil_id: missed.mark for missed in one.missed}
            if not one.is_reported:
                found[one.day] = State.NOT_REPORTED
            elif one.day not in known:
                found[one.day] = State.GONE
            else:
                found[one.day] = OF_MARK[Mark(marks[pupil_id])] if pupil_id in marks else State.PRESENT
    return dict(sorted(found.items()))


def _villages(stays: Iterable[Stay]) -> set[int]:
    return {one.village_id for one in stays if one.village_id is not None}


def _day(work: Work, at: datetime) -> date:
    return at.astimezone(work.zone).date()


def _visits(work: Work, found: Case) -> tuple[tuple[date, bool], ...]:
    made = [one for one in visits.of_pupil(work.scope, work.session, found.pupil_id) if one.case_id == found.id]
    return tuple(sorted((one.visited_on, one.met != Met.NOBODY) for one in made))


def _promises(work: Work, found: Case) -> tuple[tuple[date, str], ...]:
    given = promises.of_pupils(work.scope, work.session, [found.pupil_id])
    return tuple(sorted({(one.day, one.kept) for one in given if one.case_id == found.id}))


def _back(work: Work, found: Case, told: Iterable[CaseEvent]) -> date | None:
    if found.back_on is not None and found.outcome in ("", Outcome.BACK):
        return found.back_on
    return _last_on(work, told, events.BACK, unless=(events.AWAY_AGAIN, events.DROPPED_OUT))


def _last_on(work: Work, told: Iterable[CaseEvent], kind: str, *, unless: tuple[str, ...]) -> date | None:
    """The day of the last line of a kind, when none of others came after it."""
    last = [one for one in told if one.kind == kind or one.kind in unless][-1:]
    return _day(work, last[0].at) if last and last[0].kind == kind else None
