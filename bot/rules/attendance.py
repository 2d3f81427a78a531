"""Attendance: who was not in class in a session, and why; corrections add a revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.clock import moment
from bot.rules import people, school_days
from bot.rules.tasks import Moment, Task
from bot.rules.work import Refused, Work
from storage import attendance, places, pupils
from storage import people as stored_people
from storage.attendance import Absence, Half, Mark, Reason, Register
from storage.database import insert_once
from storage.scope import Scope

# Excused, unexcused and not known yet follow from the reason, until somebody says otherwise (interface.md).
MARK_OF = {
    Reason.ILL: Mark.EXCUSED,
    Reason.FAMILY: Mark.EXCUSED,
    Reason.DISTANCE: Mark.EXCUSED,
    Reason.FIELDS: Mark.UNEXCUSED,
    Reason.UNKNOWN: Mark.UNKNOWN,
    Reason.OTHER: Mark.UNKNOWN,
}


@dataclass(frozen=True)
class Line:
    """One pupil who was absent, or came late."""

    pupil_id: int
    reason: Reason
    mark: Mark
    note: str = ""

    @staticmethod
    def absent(pupil_id: int, reason: Reason, note: str = "") -> Line:
        """An absence whose mark follows from its reason."""
        return Line(pupil_id, reason, MARK_OF[reason], note)


def require_class(work: Work, class_id: int) -> None:
    """Raises Refused unless the acting person keeps the register of this class or leads its school."""
    people.require(work, "attendance.report")
    school_class = places.school_class(work.session, class_id)
    keeps = class_id in work.scope.classes
    leads = school_class is not None and school_class.school_id in work.scope.schools
    if not (keeps or leads):
        raise Refused("outside_scope")


def reportable_classes(work: Work) -> list[int]:
    """The classes whose register the acting person may report: their own, or all of their school's."""
    own = people.classes_taught(work)
    if own:
        return own
    if not work.scope.schools:
        return []
    classes = school_days.classes_of_year(work, school_ids=tuple(sorted(work.scope.schools)))
    return [school_class.id for school_class in classes]


def report(work: Work, class_id: int, day: date, half: Half, lines: Sequence[Line], *, base: int = 0) -> Register:
    """Records the register of a class for a session, or the next revision of it.

    `base` is the revision that the reporter saw (0: none). Raises Refused: outside the scope; a pupil who is not on the
    roll; a day to come; `reported_meanwhile` when another revision was recorded since.
    """
    require_class(work, class_id)
    if day > work.today:
        raise Refused("day_to_come")
    roll = {pupil.id for pupil in pupils.of_class(Scope.everything(), work.session, class_id)}
    if not {line.pupil_id for line in lines} <= roll:
        raise Refused("not_on_the_roll")
    former = attendance.register(Scope.everything(), work.session, class_id, day, half)
    if (former.revision if former is not None else 0) != base:
        raise Refused("reported_meanwhile", register=former.id if former is not None else 0)
    register = _next_revision(work, class_id, day, half, former, enrolled=len(roll))
    for line in lines:
        work.session.add(
            Absence(
                register_id=register.id,
                pupil_id=line.pupil_id,
                mark=line.mark,
                reason=line.reason,
                note=line.note,
            )
        )
    work.session.flush()
    work.withdraw(task_subject(class_id))
    action = "attendance.reported" if former is None else "attendance.corrected"
    work.audit(action, "register", register.id, class_id=class_id, absent=len(lines))
    return register


def _next_revision(
    work: Work, class_id: int, day: date, half: Half, former: Register | None, *, enrolled: int
) -> Register:
    if former is not None:
        former.is_current = False
        work.session.flush()
    new_id = insert_once(
        work.session,
        Register,
        class_id=class_id,
        day=day,
        half=half,
        revision=1 if former is None else former.revision + 1,
        is_current=True,
        enrolled=enrolled,
        reported_by=work.actor_id,
        written_at=work.at,
        reported_at=work.now,
        is_late_entry=work.at.astimezone(work.zone).date() > day,
    )
    if new_id is None:
        raise Refused("reported_meanwhile")
    return work.session.get_one(Register, new_id)


def lines_of(work: Work, register: Register) -> list[Line]:
    """The lines of a revision, as they could be reported again."""
    found = attendance.absences(Scope.everything(), work.session, register.id)
    return [Line(row.pupil_id, Reason(row.reason), Mark(row.mark), row.note) for row, _ in found]


def correct_one(work: Work, register: Register, pupil_id: int, *, came_late: bool) -> Register:
    """A pupil recorded absent came after all: late, or was there all the time."""
    lines = []
    for line in lines_of(work, register):
        if line.pupil_id != pupil_id:
            lines.append(line)
        elif came_late:
            lines.append(replace(line, mark=Mark.LATE))
    return report(work, register.class_id, register.day, Half(register.half), lines, base=register.revision)


def task_subject(class_id: int) -> str:
    """What the outbox knows the question about a class by."""
    return f"attendance:{class_id}"


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """The class question of every morning: 7:15, again 7:45 and 9:00, useful until noon (voice.md §3.12).

    `start` and `end` (UTC) bound the moments that matter; with `person_id`, only that person's classes.
    """
    day = start.astimezone(work.zone).date()
    last = end.astimezone(work.zone).date()
    while day <= last:
        asked = (school_days.MORNING_ASKED, *school_days.MORNING_ASKED_AGAIN)
        moments = tuple(Moment(f"{at:%H:%M}", moment(day, at, work.zone)) for at in asked)
        if school_days.is_school_day(work, day) and moments[-1].at > start and moments[0].at <= end:
            yield from _tasks_of_day(work, day, moments, person_id)
        day = date.fromordinal(day.toordinal() + 1)


def _tasks_of_day(work: Work, day: date, moments: tuple[Moment, ...], person_id: int | None) -> Iterator[Task]:
    grants = stored_people.class_teachers(work.session, day, person_id=person_id)
    reported = attendance.reported_classes(work.session, day, Half.MORNING, {class_id for _, class_id in grants})
    for teacher_id, class_id in grants:
        if class_id in reported or Half.MORNING not in school_days.sessions(work, class_id, day):
            continue
        if not pupils.roll_size(work.session, class_id):
            continue
        yield Task(
            kind="attendance.report",
            subject_id=class_id,
            person_id=teacher_id,
            occurrence=f"{day.isoformat()}.{Half.MORNING}",
            due=moments[0].at,
            remind=moments,
            useful_until=moment(day, school_days.MORNING_END, work.zone),
            always=True,
            listed_from=moments[0].at,
        )
