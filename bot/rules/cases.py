"""Cases: a pupil whom somebody looks after until the pupil is back; opened by hand or by a home visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.rules import people
from bot.rules.tasks import Task
from bot.rules.work import Refused, Work
from storage import cases, pupils
from storage import people as stored_people
from storage.cases import Case, CaseStatus
from storage.database import insert_once
from storage.people import Role
from storage.scope import Scope
from storage.visits import NextStep, VisitReason


def open(
    work: Work,
    pupil_id: int,
    *,
    owner_id: int | None = None,
    due_at: datetime | None = None,
    reason: str = VisitReason.UNKNOWN,
) -> Case:
    """Opens a case by hand. With `due_at` (UTC) its owner is asked to visit the home by then.

    The owner is the class teacher unless somebody is named. Raises Refused: not allowed, outside the scope,
    `case_is_open` when the pupil has one already.
    """
    people.require(work, "cases.manage")
    require_pupil(work, pupil_id)
    case = _opened(work, pupil_id, owner_id=owner_id or _teacher_id(work, pupil_id) or work.actor_id, reason=reason)
    if case is None:
        raise Refused("case_is_open")
    case.due_at = due_at
    work.session.flush()
    return case


def close(work: Work, case_id: int, outcome: str, *, status: CaseStatus = CaseStatus.CLOSED) -> Case:
    """Closes a case with what came of it. Raises Refused: not allowed, outside the scope, `case_is_closed`."""
    people.require(work, "cases.manage")
    case = cases.get(work.scope, work.session, case_id)
    if case is None:
        raise Refused("outside_scope")
    if case.closed_at is not None:
        raise Refused("case_is_closed")
    case.closed_at, case.outcome, case.status = work.now, outcome, status
    work.session.flush()
    work.audit("case.closed", "case", case.id, status=status)
    return case


def note_visit(
    work: Work,
    pupil_id: int,
    *,
    reason: str,
    next_step: str,
    is_done: bool = True,
    case_id: int | None = None,
) -> Case | None:
    """Moves the pupil's case on after a visit; without an open one the visit opens it.

    `case_id` is the case of a visit that is being corrected: if it was closed meanwhile, a correction does not open
    another, and None comes back. A step or reason that the visitor does not know stays what it was; a visit that
    is not done (nobody was at home, and no day is named for coming again) is still owed.
    """
    case = cases.open_of(Scope.everything(), work.session, pupil_id)
    if case is None and case_id is not None:
        return None
    if case is None:
        owner_id = _teacher_id(work, pupil_id) or work.actor_id
        case = _opened(work, pupil_id, owner_id=owner_id, reason=reason)
    if case is None:
        raise Refused("case_is_open")
    if reason != VisitReason.UNKNOWN:
        case.reason = reason
    case.next_step = next_step or case.next_step
    if next_step == NextStep.TEACHER_VISITS:
        case.owner_id = _teacher_id(work, pupil_id) or case.owner_id
    if is_done:
        case.due_at = None  # whoever was asked to visit has visited
    work.session.flush()
    work.audit("case.moved_on", "case", case.id, next_step=case.next_step)
    return case


def require_pupil(work: Work, pupil_id: int) -> pupils.Pupil:
    """The pupil, within the scope of the acting person; else Refused, whether the pupil exists or not."""
    pupil = pupils.get(work.scope, work.session, pupil_id)
    if pupil is None:
        raise Refused("outside_scope")
    return pupil


def _opened(work: Work, pupil_id: int, *, owner_id: int | None, reason: str) -> Case | None:
    new_id = insert_once(
        work.session,
        Case,
        pupil_id=pupil_id,
        opened_at=work.at,
        opened_by=str(work.actor_id or ""),
        reason=reason,
        status=CaseStatus.OPEN,
        owner_id=owner_id,
        next_step="",
        outcome="",
    )
    if new_id is None:
        return None
    work.audit("case.opened", "case", new_id, pupil=pupil_id)
    return work.session.get_one(Case, new_id)


def _teacher_id(work: Work, pupil_id: int) -> int | None:
    school_class = pupils.class_of(work.session, pupil_id)
    teachers = people.homeroom_teachers(work, school_class.id) if school_class is not None else ()
    return teachers[0].id if teachers else None


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Homes that somebody is to visit next. They stand on the person's list; nothing is pushed for them."""
    person = stored_people.get(work.session, person_id)
    if person is None:
        return  # no moment of a case is said by itself, so a tick has nothing to find here
    scope = stored_people.scope_of(work.session, person, work.today)
    grants = stored_people.grants(work.session, person.id, work.today)
    taught = {grant.class_id for grant in grants if grant.role == Role.TEACHER}
    headed = {grant.place_id for grant in grants if grant.role in (Role.VILLAGE_HEAD, Role.VILLAGE_FRONT)}
    for case, village_id, class_id in cases.all_open(scope, work.session):
        asked = case.due_at is not None and case.owner_id == person.id
        as_teacher = case.next_step == NextStep.TEACHER_VISITS and class_id in taught
        together = case.next_step == NextStep.COMMUNE_VISITS and (village_id in headed or case.owner_id == person.id)
        if asked or as_teacher or together:
            yield Task(
                kind="cases.visit",
                subject_id=case.id,
                person_id=person.id,
                occurrence=case.next_step or "first",
                due=case.due_at or case.opened_at,
                remind=(),
                useful_until=end + timedelta(days=1),
            )
