"""A village head saw pupils at home in school hours: a note to the class teacher, never a line of the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.clock import moment
from bot.rules import people, school_days
from bot.rules.work import UNDO, Refused, Work
from storage import audit, places, pupils
from storage import people as stored_people
from storage.people import Person, Role
from storage.pupils import Listed
from storage.scope import Scope

RIGHT = "attendance.seen_at_home"
NOTED = "seen_at_home.noted"
KIND = "seen_at_home.told"


@dataclass(frozen=True)
class Heard:
    """The pupils of one class, and which teachers of it hear of them.

    When no teacher has joined, `to_call` is who of the class or its school can be telephoned instead, if anybody.
    """

    class_id: int
    class_name: str
    pupils: tuple[Listed, ...]
    teachers: tuple[Person, ...]
    to_call: Person | None = None


@dataclass(frozen=True)
class Note:
    """A note that was made; `id` (that of its line in the audit) takes it back."""

    id: int
    heard: tuple[Heard, ...]


def require(work: Work) -> None:
    """Raises Refused unless the acting person heads a village and classes have school on the day spoken of."""
    people.require(work, RIGHT)
    if not school_days.is_school_day(work, _day(work)):
        raise Refused("no_school_today")


def of_village(work: Work) -> list[Listed]:
    """The pupils with a class who live in the villages that the acting person heads, by name; not yet a look."""
    if work.person is None:
        return []
    held = stored_people.grants(work.session, work.person.id, work.today)
    headed = {one.place_id for one in held if one.role == Role.VILLAGE_HEAD and one.place_id is not None}
    own = Scope(person_id=work.person.id, villages=frozenset(headed))
    return [one for one in pupils.listed(own, work.session) if one.class_id is not None]


def look(work: Work) -> list[Listed]:
    """The same, for showing; an audited look."""
    require(work)
    found = of_village(work)
    work.audit("pupils.listed", "seen_at_home", n=len(found))
    return found


def who_hears(work: Work, pupil_ids: Sequence[int]) -> tuple[Heard, ...]:
    """The chosen pupils by class, with the teachers who hear. Raises Refused for a pupil of another village."""
    chosen = [one for one in of_village(work) if one.pupil.id in set(pupil_ids)]
    if not chosen or len(chosen) < len(set(pupil_ids)):
        raise Refused("outside_scope")
    by_class: dict[int, list[Listed]] = {}
    for one in chosen:
        by_class.setdefault(one.class_id or 0, []).append(one)
    return tuple(_heard(work, class_id, of_class) for class_id, of_class in by_class.items())


def note(work: Work, pupil_ids: Sequence[int]) -> Note:
    """Tells the homeroom teachers of these pupils, each once a class, after the two minutes of undo.

    The register is not touched. Raises Refused: not allowed, `no_school_today`, outside the villages headed.
    """
    require(work)
    heard = who_hears(work, pupil_ids)
    work.audit(NOTED, "class", heard[0].class_id, pupils=sorted(set(pupil_ids)))
    work.session.flush()
    note_id = audit.latest(work.session, work.actor_id, NOTED)
    day = _day(work)
    for one in heard:
        for teacher in one.teachers:
            work.tell(
                teacher.id,
                KIND,
                note_id,
                after=UNDO,
                useful_until=moment(work.today + timedelta(days=1), time(0), work.zone),
                always=True,
                seen_by=work.actor_id,
                class_id=one.class_id,
                pupils=[listed.pupil.id for listed in one.pupils],
                day=day,
                in_morning=work.at.astimezone(work.zone).time() <= school_days.MORNING_END,
            )
    return Note(note_id, heard)


def take_back(work: Work, note_id: int) -> bool:
    """Takes one's own note back; False when the teachers have it already. Raises Refused for a note of others."""
    people.require(work, RIGHT)
    if not audit.is_by(work.session, note_id, work.actor_id, NOTED):
        raise Refused("outside_scope")
    if not work.withdraw(f"seen_at_home:{note_id}", KIND):
        return False
    work.audit("seen_at_home.taken_back", "seen_at_home", note_id)
    return True


def _heard(work: Work, class_id: int, of_class: Sequence[Listed]) -> Heard:
    teachers = tuple(people.homeroom_teachers(work, class_id))
    to_call = None if teachers else _to_call(work, class_id)
    return Heard(class_id, of_class[0].class_name, tuple(of_class), teachers, to_call)


def _to_call(work: Work, class_id: int) -> Person | None:
    """The class's teacher who has not joined, else a head of its school; only who has a telephone number."""
    at_class = stored_people.with_role(work.session, Role.TEACHER, work.today, class_id=class_id, joined_only=False)
    school_class = places.school_class(work.session, class_id)
    at_school = people.with_role_at_school(work, school_class.school_id) if school_class is not None else ()
    return next((one for one in (*at_class, *at_school) if one.phone), None)


def _day(work: Work) -> date:
    return work.at.astimezone(work.zone).date()
