"""Cases: a pupil whom somebody looks after until the pupil is back and stays; one open file a pupil.

A case is opened by a rule or by a person, with the sentence that says why; whom it is asked of is `assignment`, what
the roll says of it `case_watch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.clock import moment
from bot.rules import assignment, hooks_out, ladder, people, reasons, thresholds
from bot.rules import case_events as events
from bot.rules.ladder import Rung
from bot.rules.tasks import Task
from bot.rules.work import UNDO, Refused, Work
from storage import cases, pupils
from storage import people as stored_people
from storage.cases import Case, CaseStatus, Outcome
from storage.database import insert_once
from storage.people import Role
from storage.pupils import PupilStatus
from storage.scope import Scope
from storage.visits import NextStep, VisitReason

LOOK_AGAIN = timedelta(days=3)  # after a visit without a promise somebody looks again
require = assignment.require  # an open case within the scope
LOOKS = frozenset({NextStep.WAIT, NextStep.SUPPORT, ""})


# Opening


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
    case = _opened(work, pupil_id, owner_id=owner_id or teacher_id_of(work, pupil_id) or work.actor_id, reason=reason)
    if case is None:
        raise Refused("case_is_open")
    if due_at is not None:
        case.due_at, case.asked_at = due_at, work.now
        case.escalates_at = assignment.overdue_at(work, due_at)
        case.accepted_at = work.now if owner_id == work.actor_id else None
        if case.owner_id is not None:
            case.rung = ladder.rung_of(work, pupil_id, case.owner_id)
    work.session.flush()
    return case


def open_and_ask(work: Work, pupil_id: int) -> Case:
    """Opens a case by hand and asks the ladder from its foot, as a rule would. Raises Refused as `open`."""
    people.require(work, "cases.manage")
    require_pupil(work, pupil_id)
    case = _opened(work, pupil_id, owner_id=None, reason=VisitReason.UNKNOWN)
    if case is None:
        raise Refused("case_is_open")
    assignment.ask_next(work, case)
    return case


def open_by_rule(work: Work, pupil_id: int, rule: str, on: date, facts: dict[str, Any]) -> Case | None:
    """Opens a case because a rule holds since the roll of a day, and asks the first of the ladder to visit.

    A case closed less than R9.reopen days ago is opened again instead: the same file. None when one is open.
    """
    numbers = thresholds.of_commune(work, work.session.get_one(pupils.Pupil, pupil_id).commune_id)
    since = work.now - timedelta(days=numbers["R9.reopen"])
    former = cases.last_closed(Scope.everything(), work.session, [pupil_id], since).get(pupil_id)
    if former is not None and former.outcome not in (Outcome.CORRECTED, Outcome.MERGED):
        return reopen(work, former, rule, on, facts)
    case = _opened(work, pupil_id, owner_id=None, reason=VisitReason.UNKNOWN, rule=rule, on=on, facts=facts)
    if case is not None:
        assignment.ask_next(work, case)
    return case


def reopen(work: Work, case: Case, rule: str, on: date, facts: dict[str, Any]) -> Case:
    """Absent again: the same file goes on, and whoever knew the family is asked first."""
    case.status, case.closed_at, case.outcome = CaseStatus.OPEN, None, ""
    case.reopened += 1
    case.opened_on, case.why = on, {"rule": rule, **facts}
    forget_the_watch(case)
    case.overdue, case.is_with_commune, case.next_step = 0, False, ""
    work.session.flush()
    events.record(work, case, events.REOPENED, rule=rule, **facts)
    hooks_out.case_opened(work, case)
    ask_anew(work, case)
    return case


def ask_anew(work: Work, case: Case) -> None:
    """The last owner first, when they stand on the ladder; else the ladder from its foot."""
    owner = stored_people.get(work.session, case.owner_id)
    step = ladder.rung_of(work, case.pupil_id, owner.id) if owner is not None else Rung.COMMUNE
    is_there = owner is not None and any(one.id == owner.id for one in ladder.on_rung(work, case.pupil_id, step))
    if owner is not None and step != Rung.COMMUNE and is_there:
        assignment.ask(work, case, owner, step)
    else:
        case.rung = ""
        assignment.ask_next(work, case)


def forget_the_watch(case: Case) -> None:
    case.back_on = case.watched_from = case.proposed_at = None
    case.watch_days = case.watch_missed = 0
    case.is_noted = False


def _opened(
    work: Work,
    pupil_id: int,
    *,
    owner_id: int | None,
    reason: str,
    rule: str = "",
    on: date | None = None,
    facts: dict[str, Any] | None = None,
) -> Case | None:
    why = {"rule": rule, **(facts or {})}
    new_id = insert_once(
        work.session,
        Case,
        pupil_id=pupil_id,
        opened_at=work.at,
        opened_by=rule.partition(".")[0] or str(work.actor_id or ""),
        opened_on=on,
        why=why if rule else None,
        reason=reason,
        reason_by=None if reason == VisitReason.UNKNOWN else work.actor_id,
        status=CaseStatus.OPEN,
        owner_id=owner_id,
        next_step="",
        outcome="",
    )
    if new_id is None:
        return None
    case = work.session.get_one(Case, new_id)
    events.record(work, case, events.OPENED, pupil=pupil_id, **(why if rule else {}))
    hooks_out.case_opened(work, case)
    return case


def require_pupil(work: Work, pupil_id: int) -> pupils.Pupil:
    """The pupil, within the scope of the acting person; else Refused, whether the pupil exists or not."""
    pupil = pupils.get(work.scope, work.session, pupil_id)
    if pupil is None:
        raise Refused("outside_scope")
    return pupil


def look(work: Work, case_id: int) -> Case:
    """A case for somebody's eyes: a look that is audited. Raises Refused: not allowed, `outside_scope`."""
    people.require(work, "cases.see")
    case = cases.get(work.scope, work.session, case_id)
    if case is None:
        raise Refused("outside_scope")
    work.audit("case.seen", "case", case.id, pupil=case.pupil_id)
    return case


# What is done


def note_visit(
    work: Work,
    pupil_id: int,
    *,
    reason: str,
    next_step: str,
    is_done: bool = True,
    case_id: int | None = None,
    again_on: date | None = None,
    is_promised: bool = False,
) -> Case | None:
    """Moves the pupil's case on after a visit; without an open one the visit opens it.

    `case_id` is the case of a visit that is being corrected: if it was closed meanwhile, a correction does not open
    another, and None comes back. A step or reason that the visitor does not know stays what it was; a visit that
    is not done (nobody was at home, and no day is named for coming again) is still owed: nobody met never closes a
    case (peers-and-evidence §4, Hong Kong).
    """
    case = cases.open_of(Scope.everything(), work.session, pupil_id)
    if case is None and case_id is not None:
        return None
    if case is None:
        owner_id = teacher_id_of(work, pupil_id) or work.actor_id
        case = _opened(work, pupil_id, owner_id=owner_id, reason=reason)
    if case is None:
        raise Refused("case_is_open")
    hear_reason(work, case, reason)
    case.next_step = next_step or case.next_step
    if case.owner_id is None:
        case.owner_id = work.actor_id
    events.record(work, case, events.VISITED, is_done=int(is_done), next_step=case.next_step)
    if is_done:
        _after_visit(work, case, next_step, again_on=again_on, is_promised=is_promised)
    work.session.flush()
    return case


def _after_visit(work: Work, case: Case, next_step: str, *, again_on: date | None, is_promised: bool) -> None:
    """Whoever was asked to visit has visited; what comes next has an owner and an hour, or a promise that the roll
    checks."""
    was_with_commune = case.is_with_commune
    assignment.settle(work, case)
    case.accepted_at = case.accepted_at or work.now
    case.overdue = 0
    if next_step == NextStep.COMMUNE_VISITS:
        case.next_step = next_step
        if was_with_commune:
            case.is_with_commune = True
        else:
            assignment.to_commune(work, case, "visit")
        return
    if next_step == NextStep.TEACHER_VISITS:
        case.owner_id = teacher_id_of(work, case.pupil_id) or case.owner_id
        case.rung = Rung.TEACHER
        case.due_at = assignment.visit_due(work, case)
    elif again_on is not None:
        case.due_at = moment(again_on, assignment.EVENING, work.zone)
    elif not is_promised and case.back_on is None:  # of a pupil who is in class the roll tells
        case.due_at = moment(work.today + LOOK_AGAIN, assignment.EVENING, work.zone)
    if case.due_at is not None:
        case.escalates_at = assignment.overdue_at(work, case.due_at)


def hear_reason(work: Work, case: Case, reason: str) -> None:
    """What somebody said, and who: a private reason is shown to nobody else."""
    if reason != VisitReason.UNKNOWN and reasons.kept(case.reason, reason) == reason:
        case.reason, case.reason_by = reason, work.actor_id


def learn_reason(work: Work, case_id: int, reason: str, note: str = "") -> Case:
    """`Tôi biết lý do rồi`: why the pupil stays away, from somebody who knows the family. The teacher hears of it.

    Raises Refused: not allowed, `outside_scope`, `case_is_closed`.
    """
    people.require(work, "visits.report")
    case = require(work, case_id)
    hear_reason(work, case, reason)
    if case.accepted_at is None and case.owner_id == work.actor_id:
        case.accepted_at = work.now
        case.escalates_at = assignment.overdue_at(work, case.due_at) if case.due_at is not None else None
    events.record(work, case, events.REASON, reason=reason, note=note)
    teacher_id = teacher_id_of(work, case.pupil_id)
    if teacher_id is not None and teacher_id != work.actor_id:
        work.tell(teacher_id, "cases.reason", case.id, after=UNDO)
    return case


def write_note(work: Work, case_id: int, note: str) -> Case:
    """The teacher's short note after ten days in class (R9). Raises Refused: not allowed, outside, closed."""
    people.require(work, "cases.manage")
    case = require(work, case_id)
    case.is_noted = True
    events.record(work, case, events.NOTED, note=note[:500])
    return case


def has_dropped_out(work: Work, case_id: int) -> Case:
    """`Đã bỏ học`, said by a person. Raises Refused: not allowed, `outside_scope`, `case_is_closed`."""
    people.require(work, "cases.manage")
    case = require(work, case_id)
    drop_out(work, case)
    return case


def drop_out(work: Work, case: Case) -> None:
    """The pupil has left school, by a person's word or by the roll (R4.dropout).

    The pupil leaves the roll that is asked about, stays in the class, and is listed until somebody says: back.
    """
    pupil = work.session.get_one(pupils.Pupil, case.pupil_id)
    if pupil.status != PupilStatus.STUDYING:
        return
    pupil.status = PupilStatus.DROPPED_OUT
    events.record(work, case, events.DROPPED_OUT, pupil=pupil.id)
    assignment.to_commune(work, case, "dropped_out")


def is_back(work: Work, case_id: int) -> Case:
    """A pupil who had dropped out sits in class again: on the roll from now on, and watched from today."""
    people.require(work, "cases.see")
    case = require(work, case_id)
    pupil = work.session.get_one(pupils.Pupil, case.pupil_id)
    had_left = pupil.status == PupilStatus.DROPPED_OUT
    if had_left:
        pupil.status = PupilStatus.STUDYING
    if case.back_on is None or had_left:
        case.back_on = case.back_on or work.today
        events.record(work, case, events.BACK, pupil=pupil.id)
    assignment.settle(work, case, is_back=True)
    return case


def close(work: Work, case_id: int, outcome: str, *, status: CaseStatus = CaseStatus.CLOSED) -> Case:
    """Closes a case with what came of it: a person confirms, always.

    Raises Refused: not allowed, outside the scope, `case_is_closed`.
    """
    if work.person is None or not _owns(work, case_id):
        people.require(work, "cases.manage")
    case = require(work, case_id)
    shut(work, case, outcome, status=status)
    return case


def _owns(work: Work, case_id: int) -> bool:
    """The owner may confirm what the roll has proposed."""
    case = cases.get(work.scope, work.session, case_id)
    return case is not None and case.owner_id == work.actor_id and case.proposed_at is not None


def shut(work: Work, case: Case, outcome: str, *, status: CaseStatus = CaseStatus.CLOSED) -> None:
    """Ends a case, whoever says so: a person, a correction of the roll, a merger."""
    assignment.settle(work, case)
    case.closed_at, case.outcome, case.status = work.now, outcome, status
    work.session.flush()
    events.record(work, case, events.CLOSED, outcome=outcome, status=str(status))


def teacher_id_of(work: Work, pupil_id: int) -> int | None:
    """The first homeroom teacher of a pupil who has joined."""
    school_class = pupils.class_of(work.session, pupil_id)
    teachers = people.homeroom_teachers(work, school_class.id) if school_class is not None else ()
    return teachers[0].id if teachers else None


# Whose turn it is


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Homes to visit next, notes to write, files to close, cases to give to somebody. They stand on the person's list;
    nothing is pushed for them."""
    person = stored_people.get(work.session, person_id)
    if person is None:
        return  # no moment of a case is said by itself, so a tick has nothing to find here
    scope = stored_people.scope_of(work.session, person, work.today)
    grants = stored_people.grants(work.session, person.id, work.today)
    taught = {grant.class_id for grant in grants if grant.role == Role.TEACHER}
    headed = {grant.place_id for grant in grants if grant.role in (Role.VILLAGE_HEAD, Role.VILLAGE_FRONT)}
    leads = any(grant.role in (Role.OFFICIAL, Role.FRONT) for grant in grants)
    for case, village_id, class_id in cases.all_open(scope, work.session):
        as_teacher = case.next_step == NextStep.TEACHER_VISITS and class_id in taught
        together = case.next_step == NextStep.COMMUNE_VISITS and (village_id in headed or case.owner_id == person.id)
        if case.handed_at is not None:
            continue
        if case.proposed_at is not None and (case.owner_id == person.id or class_id in taught):
            yield _task(work, case, "cases.close", person.id, end)
        elif case.watched_from is not None:
            if class_id in taught and not case.is_noted and case.watch_days >= _note_after(work, case):
                yield _task(work, case, "cases.note", person.id, end)
        elif leads and case.is_with_commune:
            yield _task(work, case, "cases.decide", person.id, end)
        elif (case.due_at is not None and case.owner_id == person.id) or as_teacher or together:
            yield _task(work, case, "cases.visit", person.id, end)


def _note_after(work: Work, case: Case) -> int:
    return assignment.numbers(work, case)["R9.note"]


def _task(work: Work, case: Case, kind: str, person_id: int, end: datetime) -> Task:
    """A look without a promise is listed on its own day, whatever else is asked at once."""
    waits = kind == "cases.visit" and case.due_at is not None and case.next_step in LOOKS and case.accepted_at
    return Task(
        kind=kind,
        subject_id=case.id,
        person_id=person_id,
        occurrence=case.next_step or "first",
        due=case.due_at or case.proposed_at or case.opened_at,
        remind=(),
        useful_until=end + timedelta(days=1),
        listed_from=_morning_of(work, case.due_at) if waits and case.due_at is not None else None,
        is_gentle=kind in ("cases.close", "cases.note"),
    )


def _morning_of(work: Work, at: datetime) -> datetime:
    return moment(at.astimezone(work.zone).date(), time(0), work.zone)
