"""What was recorded of each class on each school day: the one reading of registers that every figure is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from bot.rules import school_days
from bot.rules.work import Work
from storage import figures
from storage.attendance import Half, Mark
from storage.figures import Kept, Line
from storage.scope import Scope

IN_TIME = {half: place for place, half in enumerate(Half)}


@dataclass(frozen=True)
class Missed:
    """A pupil who was away that day. Of several sessions missed, the first one's mark and reason count."""

    pupil_id: int
    village_id: int | None
    mark: str
    reason: str


@dataclass(frozen=True)
class ClassDay:
    """A day on which a class had lessons, or recorded some. `enrolled` and `missed` are empty where nobody reported.

    A pupil counts once a day: away in one session is away (peers-and-evidence §4 counts half a day as a day). Late is
    there. What was recorded of a session that was closed afterwards is not counted (domain §5).
    """

    class_id: int
    day: date
    is_reported: bool
    enrolled: int = 0
    missed: tuple[Missed, ...] = ()
    late: int = 0


def read(scope: Scope, work: Work, class_ids: Collection[int], since: date, until: date) -> list[ClassDay]:
    """The days of these classes from `since` to `until`, both included, by class and day; five queries in all."""
    kept = _kept(scope, work, class_ids, since, until)
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in figures.lines(scope, work.session, class_ids, since, until):
        lines[line.register_id].append(line)
    held = school_days.held(work, class_ids, since, until)
    found = []
    for class_id in class_ids:
        days = {day for day, _ in held[class_id]} | set(kept[class_id])
        found += [_class_day(class_id, day, kept[class_id].get(day, []), lines) for day in sorted(days)]
    return found


def _kept(
    scope: Scope, work: Work, class_ids: Collection[int], since: date, until: date
) -> dict[int, dict[date, list[Kept]]]:
    """Class -> day -> its registers of lessons, in the order of the sessions; what was closed since is out."""
    closed = school_days.closed_between(work, class_ids, since, until)
    found: dict[int, dict[date, list[Kept]]] = {class_id: defaultdict(list) for class_id in class_ids}
    for one in figures.registers(scope, work.session, class_ids, since, until):
        if one.half in school_days.LESSONS and (one.class_id, one.day, one.half) not in closed:
            found[one.class_id][one.day].append(one)
    for days in found.values():
        for registers in days.values():
            registers.sort(key=lambda one: IN_TIME[Half(one.half)])
    return found


def _class_day(class_id: int, day: date, registers: list[Kept], lines: dict[int, list[Line]]) -> ClassDay:
    if not registers:
        return ClassDay(class_id, day, is_reported=False)
    missed: dict[int, Missed] = {}
    late = set()
    for register in registers:
        for line in lines[register.id]:
            if line.mark == Mark.LATE:
                late.add(line.pupil_id)
            elif line.pupil_id not in missed:
                missed[line.pupil_id] = Missed(line.pupil_id, line.village_id, line.mark, line.reason)
    return ClassDay(class_id, day, True, registers[0].enrolled, tuple(missed.values()), len(late - set(missed)))
