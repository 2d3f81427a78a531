"""A pupil who changes class, village or school in the middle of a case: days, file and whoever has it follow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from bot.rules import assignment, cases, ladder
from bot.rules import case_events as events
from bot.rules.ladder import Rung
from bot.rules.work import UNDO, Work
from storage import cases as stored
from storage import chat, people, places, pupils
from storage.attendance import Register
from storage.cases import Case
from storage.people import Person
from storage.places import SchoolClass
from storage.pupils import Enrolment, Pupil, PupilStatus
from storage.scope import Scope

WORTH_HEARING = timedelta(days=2)


# The class


def reported_today(work: Work, class_ids: Collection[int] | None = None) -> set[int]:
    """Which of these classes (of all, without) have been reported today (ids only)."""
    wanted = select(Register.class_id).where(Register.day == work.today, Register.is_current)
    if class_ids is not None:
        wanted = wanted.where(Register.class_id.in_(class_ids))
    return set(work.session.scalars(wanted))


def turn(
    work: Work, former_id: int | None, class_id: int, reported: Collection[int] | None = None
) -> tuple[date, date]:
    """The day on which a stay ends (the first that it does not hold) and the one on which the next begins.

    Today belongs to the class whose register has the pupil. A register that was reported before a pupil came does not
    name them, and would count them as present. `reported`: the classes that were, where they have been looked up.
    """
    asked = {one for one in (former_id, class_id) if one is not None}
    known = reported_today(work, asked) if reported is None else asked.intersection(reported)
    tomorrow = work.today + timedelta(days=1)
    return tomorrow if former_id in known else work.today, tomorrow if known else work.today


def enrol(work: Work, pupil: Pupil, school_class: SchoolClass) -> None:
    """Puts a pupil into a class, from today or (when today is reported already) from tomorrow on."""
    wanted = select(Enrolment).where(Enrolment.pupil_id == pupil.id, Enrolment.until_on.is_(None))
    present = work.session.scalars(wanted).all()
    if any(one.class_id == school_class.id for one in present):
        return
    until_on, from_on = turn(work, present[-1].class_id if present else None, school_class.id)
    for one in present:
        one.until_on = max(until_on, one.from_on)
    work.session.add(Enrolment(pupil_id=pupil.id, class_id=school_class.id, from_on=from_on, until_on=None))
    work.session.flush()
    work.audit("pupil.changed", "pupil", pupil.id, fields=["class"])


def come(work: Work, pupil: Pupil, school_class: SchoolClass) -> None:
    """A pupil arrives at a school, perhaps of another commune, whose villages are others."""
    school = places.get(work.session, school_class.school_id)
    if pupil.status in (PupilStatus.MOVED, PupilStatus.FINISHED, PupilStatus.DROPPED_OUT):
        pupil.status, pupil.left_on = PupilStatus.STUDYING, None
    if school is not None and school.parent_id is not None and school.parent_id != pupil.commune_id:
        pupil.commune_id, pupil.village_id = school.parent_id, None
    enrol(work, pupil, school_class)


# The case


def settle(work: Work, pupil_ids: Collection[int]) -> None:
    """After pupils have changed class, village or school: an owner who no longer sees the pupil is replaced.

    The ladder is read from where the pupil is now, so the new teacher and the new village head stand on it at once.
    """
    for case in stored.open_of_pupils(Scope.everything(), work.session, pupil_ids).values():
        follow(work, case)


def follow(work: Work, case: Case) -> None:
    """One case after its pupil has moved: whoever has it keeps it while they see the pupil, else somebody is asked."""
    owner = people.get(work.session, case.owner_id)
    if owner is None:
        return
    if stands(work, case.pupil_id, owner):
        case.rung = ladder.rung_of(work, case.pupil_id, owner.id) if case.rung else ""
        return
    heard = owner.id in chat.told(work.session, assignment.subject(case), kinds=("cases.asked",))
    if case.due_at is not None:
        case.accepted_at, case.rung, case.overdue = None, "", 0
        assignment.ask_next(work, case)
    else:
        case.owner_id, case.accepted_at = cases.teacher_id_of(work, case.pupil_id), None
        case.rung = Rung.TEACHER if case.owner_id is not None else ""
        events.record(work, case, events.TAKEN_OVER, person=case.owner_id or 0)
    if heard and owner.id != case.owner_id:
        relieve(work, case, owner.id)


def stands(work: Work, pupil_id: int, person: Person) -> bool:
    """Whether somebody has to do with a pupil whatever cases they have: on the ladder, or by what they look after."""
    scope = replace(people.scope_of(work.session, person, work.today), pupils_asked=frozenset())
    if pupils.get(scope, work.session, pupil_id) is not None:
        return True
    return any(one.id == person.id for step in ladder.RUNGS for one in ladder.on_rung(work, pupil_id, step))


def relieve(work: Work, case: Case, person_id: int) -> None:
    """Somebody who was asked to go hears that others do."""
    if person_id != work.actor_id:
        work.tell(person_id, "moves.relieved", case.id, after=UNDO, useful_until=work.now + WORTH_HEARING)
