"""Rolls read as series: each pupil's school days of this school year, from the registers that were reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from bot.parsing import school_year_of
from bot.rules import case_events, school_days
from bot.rules.series import SchoolDay
from bot.rules.work import Work
from storage.attendance import Absence, Half, Mark, Register
from storage.cases import Case, CaseEvent
from storage.places import SchoolClass
from storage.pupils import Enrolment, Pupil, PupilStatus

ORDER = {half: place for place, half in enumerate(Half)}
Register_ = tuple[int, int, date, str]  # id, class, day, half


@dataclass
class _Day:
    sessions: int = 0
    lines: list[tuple[str, str]] = field(default_factory=list)  # (mark, reason) of the sessions missed


def of_pupils(
    work: Work, pupil_ids: Collection[int], *, since: date | None = None, until: date | None = None
) -> dict[int, list[SchoolDay]]:
    """The series of these pupils in the school year of `until` (today), in the classes they were in at the time.

    Days on which the pupil's village was cut off or keeps a feast are left out: nothing counts across them. So are
    days after the pupil had dropped out, on which nobody asked: a roll without the pupil says nothing.
    """
    last = until or work.today
    year = school_year_of(last)
    stays = _stays(work, pupil_ids, year)
    registers = _registers(work, {class_id for spans in stays.values() for class_id, _, _ in spans}, since, last)
    lines = _lines(work, pupil_ids, [one[0] for of_class in registers.values() for one in of_class])
    off = _village_days(work, pupil_ids, since, last)
    gone = _gone(work, pupil_ids)
    return {
        pupil_id: _series(
            (
                one
                for class_id, start, end in stays[pupil_id]
                for one in registers[class_id]
                if start <= one[2] < end and (one[0] in lines[pupil_id] or not _lies_in(one[2], gone[pupil_id]))
            ),
            lines[pupil_id],
            off[pupil_id],
        )
        for pupil_id in pupil_ids
    }


def _gone(work: Work, pupil_ids: Collection[int]) -> dict[int, list[tuple[date, date]]]:
    """From which day until which each pupil had dropped out and was on no roll, by the history of the cases."""
    kinds = (case_events.DROPPED_OUT, case_events.BACK)
    rows = work.session.execute(
        select(Case.pupil_id, CaseEvent.kind, CaseEvent.at, Pupil.status)
        .join(Case, Case.id == CaseEvent.case_id)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(Case.pupil_id.in_(pupil_ids), CaseEvent.kind.in_(kinds))
        .order_by(CaseEvent.id)
    )
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    still: dict[int, tuple[date, str]] = {}
    for pupil_id, kind, at, status in rows:
        day = at.astimezone(work.zone).date()
        if kind == case_events.DROPPED_OUT:
            still[pupil_id] = day, status
        elif pupil_id in still:
            found[pupil_id].append((still.pop(pupil_id)[0], day))
    for pupil_id, (day, status) in still.items():
        if status == PupilStatus.DROPPED_OUT:
            found[pupil_id].append((day, date.max))
    return found


def _lies_in(day: date, spans: list[tuple[date, date]]) -> bool:
    return any(start <= day < end for start, end in spans)


def _stays(work: Work, pupil_ids: Collection[int], year: str) -> dict[int, list[tuple[int, date, date]]]:
    """(class, from, until) of each pupil in the classes of a school year."""
    rows = work.session.execute(
        select(Enrolment.pupil_id, Enrolment.class_id, Enrolment.from_on, Enrolment.until_on)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(Enrolment.pupil_id.in_(pupil_ids), SchoolClass.year == year)
        .order_by(Enrolment.id)
    )
    found: dict[int, list[tuple[int, date, date]]] = defaultdict(list)
    for pupil_id, class_id, start, end in rows:
        is_first = not found[pupil_id]  # the roster may have come in long after the pupil did
        found[pupil_id].append((class_id, date.min if is_first else start, end or date.max))
    return found


def _registers(work: Work, class_ids: Collection[int], since: date | None, until: date) -> dict[int, list[Register_]]:
    """The lessons reported; not those of a session that turned out closed, nor the head-counts of an evening."""
    wanted = select(Register.id, Register.class_id, Register.day, Register.half).where(
        Register.class_id.in_(class_ids), Register.is_current, Register.day <= until
    )
    if since is not None:
        wanted = wanted.where(Register.day >= since)
    found: dict[int, list[Register_]] = defaultdict(list)
    year_began = date(int(school_year_of(until)[:4]), 8, 1)
    closed = school_days.closed_between(work, class_ids, since or year_began, until)
    rows = [
        (row[0], row[1], row[2], row[3])
        for row in work.session.execute(wanted)
        if row[3] in school_days.LESSONS and (row[1], row[2], row[3]) not in closed
    ]
    for row in sorted(rows, key=lambda row: (row[2], ORDER[Half(row[3])])):
        found[row[1]].append(row)
    return found


def _lines(
    work: Work, pupil_ids: Collection[int], register_ids: Collection[int]
) -> dict[int, dict[int, tuple[str, str]]]:
    """What current registers say of these pupils: pupil -> register -> (mark, reason)."""
    known = set(register_ids)
    rows = work.session.execute(
        select(Absence.pupil_id, Absence.register_id, Absence.mark, Absence.reason).where(
            Absence.pupil_id.in_(pupil_ids)
        )
    )
    found: dict[int, dict[int, tuple[str, str]]] = defaultdict(dict)
    for pupil_id, register_id, mark, reason in rows:
        if register_id in known and mark != Mark.LATE:
            found[pupil_id][register_id] = (mark, reason)
    return found


def _village_days(
    work: Work, pupil_ids: Collection[int], since: date | None, until: date
) -> dict[int, set[tuple[date, str]]]:
    """The days (and halves) on which a pupil's village had no way to school, or keeps a feast."""
    rows = work.session.execute(select(Pupil.id, Pupil.village_id).where(Pupil.id.in_(pupil_ids)))
    lives = {row[0]: row[1] for row in rows}
    villages = {village_id for village_id in lives.values() if village_id is not None}
    days: dict[int, set[tuple[date, str]]] = defaultdict(set)
    start = since or date(until.year - 1, until.month, 1)
    for village_id, day, half in school_days.village_days_off(work, villages, start, until):
        days[village_id].add((day, half))
    return {pupil_id: days[village_id] if village_id else set() for pupil_id, village_id in lives.items()}


def _series(
    registers: Iterable[Register_], lines: dict[int, tuple[str, str]], off: set[tuple[date, str]]
) -> list[SchoolDay]:
    days: dict[date, _Day] = defaultdict(_Day)
    for register_id, _, day, half in registers:
        if (day, "") in off or (day, half) in off:
            continue
        days[day].sessions += 1
        if register_id in lines:
            days[day].lines.append(lines[register_id])
    return [
        SchoolDay(
            day=day,
            sessions=one.sessions,
            missed=len(one.lines),
            is_excused=bool(one.lines) and all(mark == Mark.EXCUSED for mark, _ in one.lines),
            reason=one.lines[0][1] if one.lines else "",
        )
        for day, one in sorted(days.items())
    ]
