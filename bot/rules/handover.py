"""Hand-over: a pupil's case is offered to another school or commune, and stays with the sender until it is taken there.

The receiving school sees nothing before the offer, and the least that helps until it says yes: name, class, the reason
unless it is private, promises, and who knows the family (peers-and-evidence §3, 14; §5, 11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update

from bot.parsing import clean_line, grade
from bot.rules import case_events as events
from bot.rules import cases, moves, people, school_days
from bot.rules.work import UNDO, Refused, Work
from storage import handovers as stored
from storage import people as stored_people
from storage import places, promises, pupils, visits
from storage.cases import Case, CaseStatus, Outcome
from storage.database import insert_once
from storage.handovers import HandOver, HandOverStatus
from storage.people import Person
from storage.places import Place, PlaceKind, SchoolClass
from storage.promises import Promise
from storage.pupils import Pupil, PupilStatus
from storage.scope import Scope
from storage.visits import VisitReason

WORDS_AT_MOST = 120
WORTH_HEARING = timedelta(days=3)
LEFT = (PupilStatus.MOVED, PupilStatus.FINISHED)


@dataclass(frozen=True)
class Minimum:
    """What is seen of a pupil before the hand-over is accepted. `reason` is empty where nobody may know it yet."""

    offer: HandOver
    name: str
    class_name: str
    school: str
    reason: str
    promises: tuple[Promise, ...]
    knows: tuple[Person, ...]


# Offering


def schools(work: Work, case: Case) -> list[Place]:
    """The schools of this database that a case could go to."""
    here = school_of(work, case.pupil_id)
    found = places.of_kind(work.session, PlaceKind.SCHOOL)
    return [one for one in found if here is None or one.id != here.id]


def offer(work: Work, case_id: int, *, to_id: int | None = None, to_words: str = "") -> HandOver:
    """Offers an open case to a school of this database (`to_id`), or to one outside it in words.

    Its owner stays its owner and is chased as before. Raises Refused: not allowed, `outside_scope`, `case_is_closed`,
    `no_such_school`, `handover_waits` when it is offered to somebody already.
    """
    people.require(work, "cases.manage")
    case = cases.require(work, case_id)
    words = clean_line(to_words)[:WORDS_AT_MOST]
    if to_id is not None and to_id not in {one.id for one in schools(work, case)}:
        raise Refused("no_such_school")
    if to_id is None and len(words) < 2:
        raise Refused("no_such_school")
    row = insert(work, case, to_id=to_id, to_words=words)
    case.handed_to, case.handed_to_id = words, to_id
    events.record(work, case, events.HANDED, offer=row.id)
    for head in heads(work, to_id):
        work.tell(head.id, "handover.offered", row.id, after=UNDO, useful_until=work.now + WORTH_HEARING)
    return row


def insert(work: Work, case: Case, *, to_id: int | None, to_words: str) -> HandOver:
    """An open offer. Raises Refused("handover_waits") when there is one."""
    school_class, here = pupils.class_of(work.session, case.pupil_id), school_of(work, case.pupil_id)
    new_id = insert_once(
        work.session,
        HandOver,
        case_id=case.id,
        pupil_id=case.pupil_id,
        from_school_id=here.id if here is not None else None,
        from_class=school_class.name if school_class is not None else "",
        to_id=to_id,
        to_words=to_words,
        status=HandOverStatus.OFFERED,
        offered_by=work.actor_id,
        offered_at=work.now,
        answer="",
    )
    if new_id is None:
        raise Refused("handover_waits")
    return work.session.get_one(HandOver, new_id)


def school_of(work: Work, pupil_id: int) -> Place | None:
    """The school of a pupil's present class."""
    school_class = pupils.class_of(work.session, pupil_id)
    return places.get(work.session, school_class.school_id) if school_class is not None else None


def heads(work: Work, school_id: int | None) -> Sequence[Person]:
    """The heads of a school who have joined; nobody for one outside this database."""
    return people.with_role_at_school(work, school_id) if school_id is not None else ()


def waiting_of(work: Work, case_id: int) -> HandOver | None:
    """The offer of a case that nobody has answered yet, if the acting person may see it."""
    return stored.open_of_cases(work.scope, work.session, [case_id]).get(case_id)


def take_back(work: Work, offer_id: int) -> HandOver:
    """The sender goes on after all. Raises Refused: not allowed, `outside_scope`, `handover_answered`."""
    row, case = _sent(work, offer_id)
    answer(work, row, HandOverStatus.TAKEN_BACK)
    _keep(work, case)
    work.audit("case.handover_taken_back", "case", case.id, offer=row.id)
    return row


def _sent(work: Work, offer_id: int) -> tuple[HandOver, Case]:
    """An open offer whose pupil the acting person looks after. Raises Refused."""
    people.require(work, "cases.manage")
    row = stored.get(work.scope, work.session, offer_id)
    if row is None or pupils.get(work.scope, work.session, row.pupil_id) is None:
        raise Refused("outside_scope")
    if row.status != HandOverStatus.OFFERED:
        raise Refused("handover_answered")
    return row, cases.require(work, row.case_id)


def answer(work: Work, row: HandOver, status: HandOverStatus, answer: str = "") -> None:
    """One conditional update decides between two who answer at once. Raises Refused("handover_answered")."""
    claimed = work.session.execute(
        update(HandOver)
        .where(HandOver.id == row.id, HandOver.status == HandOverStatus.OFFERED)
        .values(status=status, answered_by=work.actor_id, answered_at=work.now, answer=answer)
        .returning(HandOver.id)
    ).first()
    if claimed is None:
        raise Refused("handover_answered")
    work.session.refresh(row)
    work.withdraw(subject(row))


def subject(row: HandOver) -> str:
    """What the outbox knows the news of a hand-over by."""
    return f"handover:{row.id}"


def _keep(work: Work, case: Case) -> None:
    """The case is the sender's alone again."""
    case.handed_to, case.handed_to_id = "", None
    work.session.flush()


# The receiving school


def look(work: Work, offer_id: int) -> Minimum:
    """An offer for the eyes of the sender or of the school that is asked, the least of it; an audited look.

    Once the pupil is away, the sender sees whom it was about and what was answered, no more. Raises Refused: not
    allowed, `outside_scope`.
    """
    people.require(work, "cases.see")
    row = stored.get(work.scope, work.session, offer_id)
    if row is None:
        raise Refused("outside_scope")
    everything = Scope.everything()
    pupil, case = work.session.get_one(Pupil, row.pupil_id), work.session.get_one(Case, row.case_id)
    school = places.get(work.session, row.from_school_id)
    is_near = row.status == HandOverStatus.OFFERED or pupils.get(work.scope, work.session, pupil.id) is not None
    is_told = is_near and case.reason not in (VisitReason.PRIVATE, VisitReason.UNKNOWN)
    found = promises.of_pupils(everything, work.session, [pupil.id]) if is_near else ()
    work.audit("handover.seen", "case", case.id, offer=row.id)
    return Minimum(
        offer=row,
        name=pupil.name,
        class_name=row.from_class,
        school=school.name if school is not None else "",
        reason=case.reason if is_told else "",
        promises=tuple(one for one in found if one.case_id == case.id),
        knows=tuple(_knows(work, case)) if is_near else (),
    )


def _knows(work: Work, case: Case) -> list[Person]:
    """Who knows the family: whoever has visited, the class teacher, the owner."""
    visited = [one.visitor_id for one in visits.of_pupil(Scope.everything(), work.session, case.pupil_id)]
    ids = dict.fromkeys([*visited, cases.teacher_id_of(work, case.pupil_id), case.owner_id])
    return [person for one in ids if (person := stored_people.get(work.session, one)) is not None][:3]


def is_asked(work: Work, row: HandOver) -> bool:
    """Whether the acting person answers for the school that an offer waits for."""
    return (
        row.status == HandOverStatus.OFFERED and row.to_id in work.scope.schools and people.may(work, "handover.answer")
    )


def classes(work: Work, row: HandOver) -> list[SchoolClass]:
    """The classes of the receiving school this year, those of the pupil's own grade first."""
    if row.to_id is None:
        return []
    own = grade(row.from_class)
    found = school_days.classes_of_year(work, school_ids=(row.to_id,))
    return sorted(found, key=lambda one: (one.grade != own, one.grade or 0, one.name))


def accept(work: Work, offer_id: int, class_id: int) -> HandOver:
    """The receiving school takes the pupil into a class: the file goes on there with its history.

    Raises Refused: not allowed, `outside_scope`, `handover_answered`, `case_is_closed`, `class_of_another_school`.
    """
    row, case = _asked(work, offer_id)
    school_class = places.school_class(work.session, class_id)
    if school_class is None or school_class.id not in {one.id for one in classes(work, row)}:
        raise Refused("class_of_another_school")
    answer(work, row, HandOverStatus.HANDED_OVER)
    moves.come(work, work.session.get_one(Pupil, row.pupil_id), school_class)
    take_over(work, row, case)
    return row


def take_over(work: Work, row: HandOver, case: Case) -> None:
    """What follows once the pupil is in a class of the receiving school."""
    _keep(work, case)
    events.record(work, case, events.TAKEN_OVER, offer=row.id)
    moves.follow(work, case)
    _tell_senders(work, row, "handover.accepted")
    teacher_id = cases.teacher_id_of(work, case.pupil_id)
    if teacher_id not in (None, case.owner_id, work.actor_id):
        work.tell(int(teacher_id or 0), "handover.arrived", row.id, after=UNDO, useful_until=work.now + WORTH_HEARING)


def _asked(work: Work, offer_id: int) -> tuple[HandOver, Case]:
    """An open offer to a school of the acting head. Raises Refused."""
    people.require(work, "handover.answer")
    row = stored.get(Scope.everything(), work.session, offer_id)
    if row is None or row.to_id not in work.scope.schools:
        raise Refused("outside_scope")
    if row.status != HandOverStatus.OFFERED:
        raise Refused("handover_answered")
    case = work.session.get_one(Case, row.case_id)
    if case.closed_at is not None:
        raise Refused("case_is_closed")
    return row, case


def refuse(work: Work, offer_id: int, reason: str) -> HandOver:
    """The receiving school cannot, and says why: the case comes back to the sender, who hears of it.

    Raises Refused: not allowed, `outside_scope`, `handover_answered`, `case_is_closed`, `no_reason`.
    """
    row, case = _asked(work, offer_id)
    words = clean_line(reason)[:WORDS_AT_MOST]
    if len(words) < 2:
        raise Refused("no_reason")
    answer(work, row, HandOverStatus.REFUSED, words)
    _keep(work, case)
    events.record(work, case, events.RETURNED, offer=row.id)
    _tell_senders(work, row, "handover.refused")
    return row


def _tell_senders(work: Work, row: HandOver, kind: str) -> None:
    """Whoever offered it, and the head of the school it came from."""
    told = dict.fromkeys([row.offered_by, *(head.id for head in heads(work, row.from_school_id))])
    for person_id in told:
        if person_id is not None and person_id != work.actor_id:
            work.tell(person_id, kind, row.id, after=UNDO, useful_until=work.now + WORTH_HEARING)


# Outside this database


def is_confirmed_here(work: Work, row: HandOver) -> bool:
    """Whether a person of the sender notes who confirmed: outside this database, or where no head has joined."""
    return row.status == HandOverStatus.OFFERED and not heads(work, row.to_id)


def confirm(work: Work, offer_id: int, who: str) -> HandOver:
    """Somebody there has confirmed, by telephone or paper: the case closes here as handed over.

    Raises Refused: not allowed, `outside_scope`, `handover_answered`, `case_is_closed`, `no_name`,
    `the_school_answers` when its head can answer here.
    """
    row, case = _sent(work, offer_id)
    if not is_confirmed_here(work, row):
        raise Refused("the_school_answers")
    answer(work, row, HandOverStatus.HANDED_OVER, confirmer(who))
    leave(work, case, row)
    return row


def confirmer(who: str) -> str:
    """Who confirmed, tidied. Raises Refused("no_name")."""
    words = clean_line(who)[:WORDS_AT_MOST]
    if len(words) < 2:
        raise Refused("no_name")
    return words


def leave(work: Work, case: Case, row: HandOver) -> None:
    """The pupil is elsewhere now, and somebody there has said so: the case closes."""
    pupil = work.session.get_one(Pupil, case.pupil_id)
    if pupil.status not in LEFT:
        pupil.status, pupil.left_on = PupilStatus.MOVED, work.today
        work.audit("pupil.changed", "pupil", pupil.id, fields=["status"])
    case.handed_to, case.handed_to_id, case.handed_at = row.to_words, row.to_id, work.now
    cases.shut(work, case, Outcome.MOVED, status=CaseStatus.HANDED_OVER)
