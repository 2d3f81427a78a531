"""The exports of attendance: who was not simply there, and which registers were kept, missed or not due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from bot.parsing import school_year_of
from bot.reports import lookups
from bot.reports.exports import Part, Row, Source, Table, Window
from bot.rules import roll_times, school_days
from bot.rules.work import Work
from storage.attendance import Absence, Half, Mark, Register
from storage.places import Place, SchoolClass
from storage.pupils import Enrolment, Pupil

DAYS_AT_ONCE = 7
ORDER = list(Half)


def _attendance(work: Work, part: Part) -> tuple[list[Row], int]:
    school, village = aliased(Place), aliased(Place)
    wanted = (
        select(Absence.id, Absence, Register, SchoolClass.name, school.name, Pupil.name, village.name)
        .join(Register, Register.id == Absence.register_id)
        .join(SchoolClass, SchoolClass.id == Register.class_id)
        .join(school, school.id == SchoolClass.school_id)
        .join(Pupil, Pupil.id == Absence.pupil_id)
        .outerjoin(village, village.id == Pupil.village_id)
        .where(Register.is_current, work.scope.pupils(), *lookups.on_days(Register.day, part.window))
    )
    found, reached = lookups.slice_of(work, part, Absence.id, wanted)
    reporters = lookups.names(work, (register.reported_by for _, _, register, *_ in found))
    return [
        (
            absence.id,
            register.day,
            register.half,
            class_name,
            school_name,
            absence.pupil_id,
            pupil,
            village_name or "",
            absence.mark,
            absence.reason,
            absence.note,
            reporters[register.reported_by],
            register.reported_at,
            register.is_late_entry,
            register.revision,
        )
        for _, absence, register, class_name, school_name, pupil, village_name in found
    ], reached


ATTENDANCE = Table(
    "attendance",
    (
        "id", "date", "session", "class", "school", "pupil_id", "pupil", "village", "status", "reason", "note",
        "reported_by", "reported_at", "is_late_entry", "revision",
    ),
    (Source(_attendance, lookups.by_id(Absence.id)),),
    dated="date",
    hidden=frozenset({"reason", "note"}),
)  # fmt: skip


def _registers(work: Work, part: Part) -> tuple[list[Row], int]:
    """Day by day: the key is the day's ordinal number."""
    reached = min(part.after + part.limit, part.until)
    days = (date.fromordinal(number) for number in range(part.after + 1, reached + 1))
    return [row for day in days for row in _of_day(work, day)], reached


def _of_day(work: Work, day: date) -> Iterable[Row]:
    """What was kept, and what should have been, by school, class and session."""
    kept = {(register.class_id, register.half): (register, absent) for register, absent in _kept(work, day)}
    expected, closed = _expected(work, day)
    classes = _classes(work, {class_id for class_id, _ in expected | closed | set(kept)})
    rolls, boarders = _rolls(work, day), _rolls(work, day, boarders_only=True)
    reporters = lookups.names(work, (register.reported_by for register, _ in kept.values()))
    decided = school_days.closed_between(work, list(classes), day, day)
    for key in sorted(
        expected | closed | set(kept), key=lambda one: (*classes.get(one[0], ("", "")), ORDER.index(Half(one[1])))
    ):
        class_id, half = key
        if class_id not in classes:
            continue
        school, name = classes[class_id]
        if key in kept:
            register, absent = kept[key]
            present = register.enrolled - absent
            reported = (
                register.enrolled,
                present,
                absent,
                # What was recorded before the session was closed stays readable and counts nowhere (domain §5).
                "closed" if (class_id, day, half) in decided else "reported",
                reporters[register.reported_by],
                register.reported_at,
            )
            yield (day, half, name, school, *reported)
        elif enrolled := (boarders if half == Half.EVENING else rolls).get(class_id):
            status = "closed" if key in closed else "missing"
            yield (day, half, name, school, enrolled, None, None, status, "", None)


def _kept(work: Work, day: date) -> list[tuple[Register, int]]:
    """The current registers of a day, each with the number of pupils absent (the late were there)."""
    absent = (
        select(func.count())
        .select_from(Absence)
        .join(Pupil, Pupil.id == Absence.pupil_id)
        .where(Absence.register_id == Register.id, Absence.mark != Mark.LATE, Pupil.merged_into.is_(None))
        .correlate(Register)
        .scalar_subquery()
    )
    wanted = select(Register, absent).where(Register.day == day, Register.is_current)
    return [(register, count) for register, count in work.session.execute(wanted)]


def _expected(work: Work, day: date) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """The sessions of a day that somebody should have reported by now, and those that were closed."""
    of_year = select(SchoolClass.id).where(SchoolClass.year == school_year_of(day), work.scope.classes_seen())
    ids = list(work.session.scalars(of_year))
    expected = {
        (class_id, str(half))
        for class_id, found in school_days.starts_of(work, ids, day).items()
        for half, at in found.items()
        if roll_times.moments(day, half, at, work.zone)[0].at <= work.now
    }
    closed = {
        (class_id, str(half)) for class_id, found in school_days.closed_of(work, ids, day).items() for half in found
    }
    return expected, closed


def _classes(work: Work, ids: set[int]) -> dict[int, tuple[str, str]]:
    """School and name of these classes, within the scope."""
    wanted = (
        select(SchoolClass.id, Place.name, SchoolClass.name)
        .join(Place, Place.id == SchoolClass.school_id)
        .where(SchoolClass.id.in_(ids), work.scope.classes_seen())
    )
    return {class_id: (school, name) for class_id, school, name in work.session.execute(wanted)}


def _rolls(work: Work, day: date, *, boarders_only: bool = False) -> dict[int, int]:
    """How many pupils each class had on a day, or how many of those who lodge now."""
    wanted = (
        select(Enrolment.class_id, func.count())
        .where(Enrolment.from_on <= day, or_(Enrolment.until_on.is_(None), Enrolment.until_on > day))
        .group_by(Enrolment.class_id)
    )
    if boarders_only:
        wanted = wanted.join(Pupil, Pupil.id == Enrolment.pupil_id).where(Pupil.is_boarder)
    return {row[0]: row[1] for row in work.session.execute(wanted)}


def _days(work: Work, window: Window) -> tuple[int, int]:
    """From the first register that was ever kept until today, or the days asked for."""
    first = window.since or work.session.scalar(select(func.min(Register.day))) or work.today
    last = min(window.until or work.today, work.today)
    return first.toordinal() - 1, last.toordinal()


REGISTERS = Table(
    "registers",
    (
        "date", "session", "class", "school", "enrolled", "present", "absent", "status", "reported_by", "reported_at",
    ),
    (Source(_registers, _days, limit=DAYS_AT_ONCE, many=True),),
    dated="date",
)  # fmt: skip
