"""Promises: the day a family said the pupil would be back, checked against that morning's roll (R8).

Kept: the visitor and the teacher hear the good news. Broken: the visitor is asked, then somebody else visits; broken
twice, it is for the commune.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.rules import assignment, cases, ladder, moves, people, school_days
from bot.rules import case_events as events
from bot.rules.tasks import Moment, Task
from bot.rules.work import UNDO, Refused, Work
from storage import cases as stored_cases
from storage import people as stored_people
from storage import promises, pupils
from storage.cases import Case
from storage.database import insert_once
from storage.promises import NO, YES, Promise, Said
from storage.scope import Scope

NOT_BEFORE = time(7, 30)  # the roll answers when it is in, not before (voice.md §3.12)
WITHOUT_ROLL = time(10, 30)  # without a roll by then the visitor is asked
LISTED = time(6)
LOOKS_BACK = timedelta(days=7)
A_MONTH = timedelta(days=31)
WORTH_HEARING = timedelta(days=2)


def make(
    work: Work,
    pupil_id: int,
    on: date,
    *,
    to_id: int | None = None,
    visit_id: int | None = None,
    meeting_id: int | None = None,
) -> Promise:
    """Keeps a promise that the pupil will be in class on a day, given to `to_id` (whoever acts).

    Opens a case if none is open; the case waits for the roll. Raises Refused: `promise_in_the_past`, `outside_scope`.
    """
    if on < work.at.astimezone(work.zone).date():
        raise Refused("promise_in_the_past")
    cases.require_pupil(work, pupil_id)
    case = stored_cases.open_of(Scope.everything(), work.session, pupil_id)
    if case is None:
        case = cases.note_visit(work, pupil_id, reason="unknown", next_step="", is_promised=True)
    given_to = to_id or work.actor_id
    if case is None or given_to is None:
        raise Refused("outside_scope")
    new_id = insert_once(
        work.session, Promise, pupil_id=pupil_id, case_id=case.id, day=on, made_at=work.at, to_id=given_to,
        visit_id=visit_id, meeting_id=meeting_id, kept="", said="",
    )  # fmt: skip
    if case.owner_id is None:
        case.owner_id = given_to
    assignment.await_roll(work, case, answered_on(work, pupil_id, on))
    events.record(work, case, events.PROMISED, day=on.isoformat(), to=given_to)
    return work.session.get_one(Promise, new_id)


def replace(work: Work, former: Sequence[Promise], on: date | None) -> bool:
    """Takes back the promises of a report that was corrected, unless one of them is for the same day already.

    Returns whether the day still has to be promised anew.
    """
    keeps = False
    for promise in former:
        if promise.day == on and not keeps:
            keeps = True
            continue
        promise.taken_back_at = work.now
        work.withdraw(subject(promise))
    work.session.flush()
    return on is not None and not keeps


def subject(promise: Promise) -> str:
    """What the outbox knows the news of a promise by."""
    return f"promises:{promise.id}"


# The roll answers


def check(work: Work, pupil_id: int, case: Case | None, on: date, missed: bool | None) -> Promise | None:
    """What the roll of a day says of the promise for it; `missed` None: the roll does not speak of the pupil.

    A corrected roll corrects the answer: news that still waits is withdrawn. Returns the promise whose answer changed.
    """
    promise = _standing(work, pupil_id, on)
    answer = "" if missed is None else NO if missed else YES
    if promise is None or promise.kept == answer:
        return None
    work.withdraw(subject(promise), "promises.kept", "promises.broken")
    promise.kept, promise.checked_at = answer, work.now if answer else None
    work.session.flush()
    if case is not None and answer:
        _follow(work, case, promise)
    return promise


def _standing(work: Work, pupil_id: int, on: date) -> Promise | None:
    """The latest promise that the roll of a day answers: for that day, or for a day without school just before it."""
    for promise in promises.of_pupils(Scope.everything(), work.session, [pupil_id]):
        if promise.day <= on and _answered_on(work, promise) == on:
            return promise
    return None


def _answered_on(work: Work, promise: Promise) -> date:
    return answered_on(work, promise.pupil_id, promise.day)


def answered_on(work: Work, pupil_id: int, day: date) -> date:
    """The first school day on or after a promised day: its roll answers the promise.

    Where none follows within a month (the summer), the day itself: then the visitor is asked.
    """
    school_class = pupils.class_of(work.session, pupil_id)
    return day if school_class is None else answered_by(work, school_class.id, day)


def answered_by(work: Work, class_id: int, day: date) -> date:
    """The same for a class."""
    found = school_days.next_school_day(work, class_id, day - timedelta(days=1))
    return found if found - day < A_MONTH else day


def _follow(work: Work, case: Case, promise: Promise) -> None:
    not_before = moment(work.today, NOT_BEFORE, work.zone) - work.now
    after = max(UNDO, not_before)
    if promise.kept == YES:
        events.record(work, case, events.KEPT, day=promise.day.isoformat())
        assignment.settle(work, case, is_back=True)
        for person_id in _who_hears(work, promise):
            _tell(work, person_id, "promises.kept", promise, after)
        return
    events.record(work, case, events.BROKEN, day=promise.day.isoformat(), times=times_broken(work, case))
    visitor = stored_people.get(work.session, promise.to_id)
    if times_broken(work, case) >= assignment.numbers(work, case)["R8.broken"]:
        assignment.to_commune(work, case, "promises")
    elif visitor is not None and moves.stands(work, case.pupil_id, visitor):
        # The one who was promised is asked first; without an answer somebody of another role visits.
        assignment.put_to(work, case, visitor, ladder.rung_of(work, case.pupil_id, visitor.id))
    else:
        cases.ask_anew(work, case)  # the pupil has moved since, and the visitor has to do with others now
    _tell(work, promise.to_id, "promises.broken", promise, after)


def _tell(work: Work, person_id: int, kind: str, promise: Promise, after: timedelta) -> None:
    if person_id != work.actor_id:
        work.tell(person_id, kind, promise.id, after=after, useful_until=work.now + WORTH_HEARING)


def _who_hears(work: Work, promise: Promise) -> list[int]:
    """The visitor and the class teacher."""
    teacher_id = cases.teacher_id_of(work, promise.pupil_id)
    return list(dict.fromkeys(one for one in (promise.to_id, teacher_id) if one is not None))


def times_broken(work: Work, case: Case) -> int:
    """How many promises of a case the roll has seen broken."""
    found = promises.of_pupils(Scope.everything(), work.session, [case.pupil_id])
    return sum(1 for one in found if one.case_id == case.id and one.kept == NO)


# The one who was promised answers


def answer(work: Work, promise_id: int, said: str) -> Promise:
    """What the visitor says on the day, before the roll does: "back", "away", "unsure". The roll has the last word.

    Raises Refused: not allowed, `outside_scope`, `not_your_promise`.
    """
    people.require(work, "visits.report")
    promise = promises.get(work.scope, work.session, promise_id)
    if promise is None:
        raise Refused("outside_scope")
    if promise.to_id != work.actor_id:
        raise Refused("not_your_promise")
    promise.said = said
    case = work.session.get(Case, promise.case_id) if promise.case_id else None
    if said == Said.BACK and case is not None and case.closed_at is None:
        _back_on_the_list(work, case)
    if said == Said.AWAY and case is not None and case.closed_at is None:
        case.due_at = moment(work.today, assignment.EVENING, work.zone)
        case.accepted_at = work.now
        case.owner_id = work.actor_id
        case.escalates_at = assignment.overdue_at(work, case.due_at)
    work.audit("promise.answered", "promise", promise.id, said=said)
    return promise


def _back_on_the_list(work: Work, case: Case) -> None:
    """Who had left school stands in no roll: the visitor's word brings them back into it, and the teacher hears."""
    if work.session.get_one(pupils.Pupil, case.pupil_id).status != pupils.PupilStatus.DROPPED_OUT:
        return
    cases.is_back(work, case.id)
    teacher_id = cases.teacher_id_of(work, case.pupil_id)
    if teacher_id is not None and teacher_id != work.actor_id:
        work.tell(teacher_id, "cases.listed_again", case.id, useful_until=work.now + WORTH_HEARING)


def ask_teacher(work: Work, promise_id: int) -> Promise:
    """`Nhờ cô giáo gọi`: the visitor asks the class teacher to telephone. Raises Refused as `answer`."""
    promise = answer(work, promise_id, Said.UNSURE)
    teacher_id = cases.teacher_id_of(work, promise.pupil_id)
    if teacher_id is not None and teacher_id != work.actor_id:
        work.tell(teacher_id, "calls.asked", promise.pupil_id, by=work.actor_id, useful_until=work.now + WORTH_HEARING)
    return promise


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Promises of the day on the visitor's list; without a roll by 10:30 the visitor is asked."""
    last = end.astimezone(work.zone).date()
    first = start.astimezone(work.zone).date() - LOOKS_BACK
    found = promises.unchecked(Scope.everything(), work.session, first, last, to_id=person_id)
    for promise in found:
        day = _answered_on(work, promise)
        asked = moment(day, WITHOUT_ROLL, work.zone)
        if promise.said or (person_id is None and not start < asked <= end):
            continue
        yield Task(
            kind="promises.check",
            subject_id=promise.id,
            person_id=promise.to_id,
            occurrence=day.isoformat(),
            due=asked,
            remind=(Moment("no roll", asked),),
            useful_until=moment(day + timedelta(days=1), LISTED, work.zone),
            listed_from=moment(day, LISTED, work.zone),
        )
