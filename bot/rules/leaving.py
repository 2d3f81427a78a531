"""A pupil whom the school's list calls moved or finished in the middle of a case: a person says what is confirmed."""

from __future__ import annotations

from collections.abc import Collection

from bot.rules import cases, handover, moves, people
from bot.rules.work import Refused, Work
from storage import handovers as stored
from storage import pupils
from storage.cases import Case
from storage.handovers import HandOverStatus
from storage.pupils import Pupil, PupilStatus
from storage.scope import Scope


def confirm_left(work: Work, case_id: int, who: str) -> Case:
    """The new school has confirmed a pupil whom the list calls moved: only now the case closes.

    Raises Refused: not allowed, `outside_scope`, `case_is_closed`, `has_not_left`, `no_name`.
    """
    case = left(work, case_id)
    words = handover.confirmer(who)
    row = handover.waiting_of(work, case.id) or handover.insert(work, case, to_id=None, to_words="")
    handover.answer(work, row, HandOverStatus.HANDED_OVER, words)
    handover.leave(work, case, row)
    return case


def left(work: Work, case_id: int) -> Case:
    """An open case of a pupil whom the list calls moved or finished. Raises Refused."""
    people.require(work, "cases.manage")
    case = cases.require(work, case_id)
    if work.session.get_one(Pupil, case.pupil_id).status not in handover.LEFT:
        raise Refused("has_not_left")
    return case


def still_here(work: Work, case_id: int) -> Case:
    """The list was mistaken: the pupil is on the roll of the class again. Raises Refused as `left`."""
    case = left(work, case_id)
    pupil = work.session.get_one(Pupil, case.pupil_id)
    pupil.status, pupil.left_on = PupilStatus.STUDYING, None
    work.session.flush()
    work.audit("pupil.changed", "pupil", pupil.id, fields=["status"])
    return case


def after_import(work: Work, pupil_ids: Collection[int]) -> None:
    """What a school's list means for cases: who moved within it, came by it from another school, or left by it."""
    moves.settle(work, pupil_ids)
    found = {one.pupil_id: one for one in stored.waiting(Scope.everything(), work.session) if one.to_id is not None}
    for pupil_id in set(pupil_ids) & set(found):
        here = handover.school_of(work, pupil_id)
        if here is not None and here.id == found[pupil_id].to_id:
            handover.answer(work, found[pupil_id], HandOverStatus.HANDED_OVER)
            handover.take_over(work, found[pupil_id], work.session.get_one(Case, found[pupil_id].case_id))
    for case, _ in stored.of_left(Scope.everything(), work.session):
        if case.pupil_id in pupil_ids:
            for person_id in who_confirms(work, case):
                work.tell(person_id, "moves.confirm", case.id, useful_until=work.now + handover.WORTH_HEARING)


def who_confirms(work: Work, case: Case) -> list[int]:
    """The class teacher, else the head of the school."""
    school_class = pupils.class_of(work.session, case.pupil_id)
    if school_class is None:
        return []
    found = people.homeroom_teachers(work, school_class.id) or handover.heads(work, school_class.school_id)
    return [one.id for one in found]
