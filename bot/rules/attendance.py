"""Attendance: who was not in class in a session, and why; corrections add a revision."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.rules import early_warning, people, roll_times, school_days
from bot.rules.early_warning import Raised
from bot.rules.roll_times import Start
from bot.rules.tasks import Task
from bot.rules.work import Refused, Work
from storage import attendance, calendar, places, pupils
from storage import people as stored_people
from storage.attendance import Absence, Half, Mark, Reason, Register
from storage.database import insert_once
from storage.pupils import Pupil
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

ORDER = list(Half)
EARLY = timedelta(hours=1)


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

    `base` is the revision that the reporter saw (0: none). A pupil who has left the class since keeps the line of the
    former revision. Raises Refused: outside the scope; a pupil who is not on the roll; a day to come;
    `reported_meanwhile` when another revision was recorded since.
    """
    require_class(work, class_id)
    if day > work.today:
        raise Refused("day_to_come")
    roll = {pupil.id for pupil in on_roll(Scope.everything(), work, class_id, half)}
    former = attendance.register(Scope.everything(), work.session, class_id, day, half)
    gone = {line.pupil_id: line for line in lines_of(work, former) if line.pupil_id not in roll} if former else {}
    if not {line.pupil_id for line in lines} <= roll | set(gone):
        raise Refused("not_on_the_roll")
    lines = [*lines, *(line for line in gone.values() if line.pupil_id not in {one.pupil_id for one in lines})]
    if (former.revision if former is not None else 0) != base:
        raise Refused("reported_meanwhile", register=former.id if former is not None else 0)
    register = _next_revision(work, class_id, day, half, former, enrolled=len(roll | set(gone)))
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
    work.known["raised", register.id] = early_warning.follow(work, class_id, day)
    action = "attendance.reported" if former is None else "attendance.corrected"
    work.audit(action, "register", register.id, class_id=class_id, absent=len(lines))
    return register


def raised(work: Work, register: Register) -> list[Raised]:
    """What began to hold with a register that was recorded in this transaction: its receipt says who acts next."""
    found: list[Raised] = work.known.get(("raised", register.id), [])
    return found


def on_roll(scope: Scope, work: Work, class_id: int, half: Half) -> Sequence[Pupil]:
    """Who is asked about in a session: the class; in the head-count of an evening those of it who lodge."""
    return pupils.of_class(scope, work.session, class_id, boarders_only=half is Half.EVENING)


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


def session_to_report(work: Work, class_ids: Collection[int], day: date) -> Half:
    """The session that somebody who reports now speaks of: the last that has begun, within the hour before it, too."""
    begun, first = [Half.MORNING], None
    for found in school_days.starts_of(work, class_ids, day).values():
        for half, at in found.items():
            first = half if first is None or ORDER.index(half) < ORDER.index(first) else first
            if moment(day, at, work.zone) - EARLY <= work.at:
                begun.append(half)
    return first if first is not None and len(begun) == 1 else max(begun, key=ORDER.index)


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
    """The class question of every session that is held, and its repetitions (voice.md §3.12, `roll_times`).

    `start` and `end` (UTC) bound the moments that matter: nothing is read when none lies between them, and only the
    classes that are asked then. With `person_id`: that person's classes, as long as the question is open.
    """
    if person_id is not None:
        yield from _tasks_of_person(work, start, end, person_id)
        return
    for day, starts in roll_times.asked_within(start, end, work.zone):
        class_ids = _classes_starting(work, day, starts)
        if class_ids is None or class_ids:
            grants = stored_people.class_teachers(work.session, day, class_ids=class_ids)
            yield from (task for one, task in _tasks_of_day(work, day, grants) if one in starts)


def _tasks_of_person(work: Work, start: datetime, end: datetime, person_id: int) -> Iterator[Task]:
    day, last = start.astimezone(work.zone).date(), end.astimezone(work.zone).date()
    while day <= last:
        grants = stored_people.class_teachers(work.session, day, person_id=person_id)
        for _, task in _tasks_of_day(work, day, grants):
            if task.remind[-1].at > start and task.remind[0].at <= end:
                yield task
        day += timedelta(days=1)


def _classes_starting(work: Work, day: date, starts: Collection[Start]) -> set[int] | None:
    """The classes with a session that begins at one of these hours; None: any class may, since an hour is the usual."""
    if any(school_days.STARTS[half] == at for half, at in starts):
        return None
    return calendar.starting(work.session, day.weekday(), [(half, f"{at:%H:%M}") for half, at in starts])


def _tasks_of_day(work: Work, day: date, grants: Sequence[tuple[int, int]]) -> Iterator[tuple[Start, Task]]:
    """What is owed of the classes of these (teacher, class): with the session and hour that each is about."""
    owed = owed_sessions(work, {class_id for _, class_id in grants}, day)
    for teacher_id, class_id in grants:
        for half, at in owed.get(class_id, {}).items():
            moments = roll_times.moments(day, half, at, work.zone)
            task = Task(
                kind="attendance.report",
                subject_id=class_id,
                person_id=teacher_id,
                occurrence=f"{day.isoformat()}.{half}",
                due=moments[0].at,
                remind=moments,
                useful_until=roll_times.useful_until(day, half, work.zone),
                always=True,
                listed_from=moments[0].at,
            )
            yield (half, at), task


def owed_sessions(work: Work, class_ids: Collection[int], day: date) -> dict[int, dict[Half, time]]:
    """The sessions of a day that are held, have pupils, and have not been reported, each with its start."""
    held = {class_id: found for class_id, found in school_days.starts_of(work, class_ids, day).items() if found}
    for half in Half:
        asked = {class_id for class_id, found in held.items() if half in found}
        if asked:
            reported = attendance.reported_classes(work.session, day, half, asked)
            rolls = pupils.roll_sizes(work.session, asked, boarders_only=half is Half.EVENING)
            for class_id in asked:
                if class_id in reported or not rolls.get(class_id):
                    del held[class_id][half]
    return held
