"""The ladder: who is asked to go to a pupil's home, one after the other, until somebody says yes.

Village head, the Front's head in the village, the class teacher, an organisation that fits the reason, the commune: the
plan's "everyone works together" (30/KH-UBND, I.2), with the nearest to the family first; the police are on no rung
(a visit by them comes only by an official's word: peers-and-evidence §4, Connecticut).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from bot.rules import organisations, people
from bot.rules.work import Work
from storage import cases, pupils
from storage import people as stored
from storage.people import Person, Role
from storage.pupils import Pupil
from storage.scope import Scope


class Rung(StrEnum):
    VILLAGE_HEAD = "village_head"
    VILLAGE_FRONT = "village_front"
    TEACHER = "teacher"
    ORGANISATION = "organisation"
    COMMUNE = "commune"


RUNGS = tuple(Rung)


def on_rung(work: Work, pupil_id: int, rung: Rung) -> list[Person]:
    """Who stands on a rung for a pupil: people who have joined and have an open chat."""
    found = list(_holding(work, work.session.get_one(Pupil, pupil_id), rung))
    reached = stored.with_address(work.session, [one.id for one in found])
    return [one for one in found if one.id in reached]


def _holding(work: Work, pupil: Pupil, rung: Rung) -> Sequence[Person]:
    session, on = work.session, work.today
    if rung in (Rung.VILLAGE_HEAD, Rung.VILLAGE_FRONT):
        if pupil.village_id is None:
            return ()
        return stored.with_role(session, Role(rung), on, place_id=pupil.village_id)
    if rung == Rung.TEACHER:
        school_class = pupils.class_of(session, pupil.id)
        return people.homeroom_teachers(work, school_class.id) if school_class is not None else ()
    if rung == Rung.ORGANISATION:
        case = cases.open_of(Scope.everything(), session, pupil.id)
        return [person for person, _ in organisations.near(work, pupil, case.reason if case is not None else "")]
    return [
        *stored.with_role(session, Role.OFFICIAL, on, commune_id=pupil.commune_id),
        *stored.with_role(session, Role.FRONT, on, commune_id=pupil.commune_id),
    ]


def following(work: Work, pupil_id: int, rung: str, asked: Collection[int]) -> tuple[Rung, Person] | None:
    """Who is asked next, from a rung on ("": the first), without those asked already; None: the commune's turn."""
    start = RUNGS.index(Rung(rung)) if rung else 0
    for step in RUNGS[start:]:
        if step == Rung.COMMUNE:
            return None
        for person in on_rung(work, pupil_id, step):
            if person.id not in asked:
                return step, person
    return None


def rung_of(work: Work, pupil_id: int, person_id: int) -> Rung:
    """The rung on which somebody stands for a pupil; the commune's for whoever stands on no other."""
    for step in RUNGS:
        if any(person.id == person_id for person in _holding(work, work.session.get_one(Pupil, pupil_id), step)):
            return step
    return Rung.COMMUNE
