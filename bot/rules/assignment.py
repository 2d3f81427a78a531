"""Assignment: who is asked to go to a pupil's home, says yes or passes it on, and what happens when nobody does.

A case that is asked of somebody passes to the next rung of the ladder by itself: at once when they cannot, after some
hours of silence, and to the commune when visits are not made in time (R2, R4 of peers-and-evidence §4).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.rules import case_events as events
from bot.rules import ladder, people, thresholds
from bot.rules.ladder import Rung
from bot.rules.quiet import after_quiet
from bot.rules.work import UNDO, Refused, Work
from storage import cases, promises
from storage import people as stored
from storage.cases import Case, CaseHelper
from storage.database import insert_once
from storage.people import Person, Role
from storage.promises import Said
from storage.pupils import Pupil
from storage.scope import Scope
from storage.visits import NextStep

EVENING = time(20)  # a visit is due by the evening: people come back from the fields at dusk
NEXT_MORNING = time(6)
WORTH_HEARING = timedelta(days=3)


def subject(case: Case) -> str:
    """What the outbox knows the requests about a case by."""
    return f"cases:{case.id}"


def numbers(work: Work, case: Case) -> thresholds.Thresholds:
    """The thresholds in force where the pupil lives."""
    return thresholds.of_commune(work, work.session.get_one(Pupil, case.pupil_id).commune_id)


def visit_due(work: Work, case: Case) -> datetime:
    """The evening by which a visit is due: within R2.visit_days days, today being the first (UTC)."""
    days = numbers(work, case)["R2.visit_days"]
    return moment(work.today + timedelta(days=days - 1), EVENING, work.zone)


def overdue_at(work: Work, due_at: datetime) -> datetime:
    """The morning after a visit was due: then it is overdue (UTC)."""
    day = due_at.astimezone(work.zone).date()
    return moment(day + timedelta(days=1), NEXT_MORNING, work.zone)


def silence_ends(work: Work, case: Case) -> datetime:
    """When silence passes a case on that is asked now: ladder.hours from now, outside quiet hours (UTC)."""
    return after_quiet(work.now + timedelta(hours=numbers(work, case)["ladder.hours"]), work.zone)


# Asking


def ask_next(work: Work, case: Case) -> Person | None:
    """Asks whoever comes next on the ladder; returns them, or None when the commune's turn has come."""
    found = ladder.following(work, case.pupil_id, case.rung, asked_already(work, case))
    if found is None:
        to_commune(work, case, "nobody_left")
        return None
    step, person = found
    ask(work, case, person, step)
    return person


def ask(work: Work, case: Case, person: Person, step: Rung, *, after: timedelta = UNDO) -> None:
    """Asks one person; whoever asks themselves has said yes."""
    work.withdraw(subject(case), "cases.asked")
    put_to(work, case, person, step)
    if person.id == work.actor_id:
        _accepted(work, case)
    else:
        work.tell(person.id, "cases.asked", case.id, after=after, useful_until=work.now + WORTH_HEARING)


def put_to(work: Work, case: Case, person: Person, step: Rung) -> None:
    """The case waits for one person's answer, whoever tells them; silence passes it on."""
    case.owner_id, case.rung = person.id, step
    case.asked_at, case.accepted_at = work.now, None
    case.due_at = visit_due(work, case)
    case.escalates_at = silence_ends(work, case)
    events.record(work, case, events.ASKED, person=person.id, rung=str(step))


def asked_already(work: Work, case: Case) -> set[int]:
    """Who has been asked since the case was opened or opened again."""
    found: set[int] = set()
    for event in cases.events(Scope.everything(), work.session, case.id):
        if event.kind in (events.OPENED, events.REOPENED, events.AWAY_AGAIN):
            found.clear()
        elif event.kind == events.ASKED:
            found.add(int(event.facts["person"]))
    return found


def to_commune(work: Work, case: Case, why: str) -> None:
    """The commune and the Front hear of it and decide who goes (R4). Once a case, until it is assigned."""
    if case.is_with_commune:
        return
    case.is_with_commune, case.escalates_at = True, None
    if case.accepted_at is None:
        work.withdraw(subject(case), "cases.asked")
        case.owner_id, case.rung, case.due_at = None, Rung.COMMUNE, None
    events.record(work, case, events.COMMUNE, why=why)
    for person in ladder.on_rung(work, case.pupil_id, Rung.COMMUNE):
        if person.id != work.actor_id:
            work.tell(person.id, "cases.commune", case.id, after=UNDO, useful_until=work.now + WORTH_HEARING)


# Answering


def require(work: Work, case_id: int) -> Case:
    """An open case within the scope. Raises Refused: `outside_scope`, `case_is_closed`."""
    case = cases.get(work.scope, work.session, case_id)
    if case is None:
        raise Refused("outside_scope")
    if case.closed_at is not None:
        raise Refused("case_is_closed")
    return case


def owned(work: Work, case_id: int) -> Case:
    """The open case that the acting person is asked to look after. Raises Refused: `outside_scope`, `case_is_closed`,
    `not_your_case` when somebody else has it by now."""
    case = require(work, case_id)
    if case.owner_id != work.actor_id:
        raise Refused("not_your_case", owner=case.owner_id)
    return case


def accept(work: Work, case_id: int) -> Case:
    """`Tôi sẽ ghé`. Saying it twice changes nothing."""
    case = owned(work, case_id)
    if case.accepted_at is None:
        _accepted(work, case)
    return case


def _accepted(work: Work, case: Case) -> None:
    case.accepted_at = work.now
    case.due_at = case.due_at or visit_due(work, case)
    case.escalates_at = overdue_at(work, case.due_at)
    events.record(work, case, events.ACCEPTED)


def decline(work: Work, case_id: int) -> tuple[Case, Person | None]:
    """`Tôi bận, nhờ người khác`: handed over at once; returns who is asked now, or None for the commune."""
    case = owned(work, case_id)
    events.record(work, case, events.DECLINED)
    case.accepted_at = None
    return case, ask_next(work, case)


def candidates(work: Work, case: Case) -> list[tuple[Rung, Person]]:
    """Everybody whom the case could be given to, the nearest to the family first."""
    found: dict[int, tuple[Rung, Person]] = {}
    for step in ladder.RUNGS:
        for person in ladder.on_rung(work, case.pupil_id, step):
            found.setdefault(person.id, (step, person))
    return list(found.values())


def assign(work: Work, case_id: int, person_id: int) -> Case:
    """Gives a case to somebody of the ladder, by whoever manages cases; they are asked at once.

    Raises Refused: not allowed, `outside_scope`, `case_is_closed`, `not_on_the_ladder`.
    """
    people.require(work, "cases.manage")
    case = require(work, case_id)
    found = {person.id: (step, person) for step, person in candidates(work, case)}
    if person_id not in found:
        raise Refused("not_on_the_ladder")
    step, person = found[person_id]
    if case.owner_id == person.id and not case.is_with_commune and case.escalates_at is not None:
        return case  # asked of them already, perhaps by another official a minute ago
    case.is_with_commune = False
    case.overdue = 0
    ask(work, case, person, step, after=timedelta(0))
    return case


def companions(work: Work, case: Case) -> list[Person]:
    """The organisations and the police of the commune who could be asked along, those of the village first."""
    pupil = work.session.get_one(Pupil, case.pupil_id)
    near = ladder.on_rung(work, case.pupil_id, Rung.ORGANISATION)
    police = stored.with_role(work.session, Role.POLICE, work.today, commune_id=pupil.commune_id)
    reached = stored.with_address(work.session, [one.id for one in police])
    found = {one.id: one for one in (*near, *(one for one in police if one.id in reached))}
    return list(found.values())


def ask_along(work: Work, case_id: int, person_id: int) -> Case:
    """Asks somebody to come along or to help: an organisation, the police (the only cases they see).

    Raises Refused: not allowed, `outside_scope`, `case_is_closed`, `unknown_person`.
    """
    people.require(work, "cases.manage")
    case = require(work, case_id)
    person, pupil = stored.get(work.session, person_id), work.session.get_one(Pupil, case.pupil_id)
    if person is None or person.commune_id != pupil.commune_id:
        raise Refused("unknown_person")
    made = insert_once(
        work.session, CaseHelper, case_id=case.id, person_id=person.id, asked_by=work.actor_id, asked_at=work.now
    )
    if made is not None:
        events.record(work, case, events.ALONG, person=person.id)
        work.tell(person.id, "cases.along", case.id, after=UNDO, useful_until=work.now + WORTH_HEARING)
    return case


# The clock


def escalate(work: Work) -> int:
    """Passes on every case whose time has come (a step of the tick); returns how many."""
    found = cases.to_escalate(work.session, work.now)
    for case in found:
        if case.due_at is None:
            _unanswered(work, case)
        elif case.accepted_at is None:
            events.record(work, case, events.SILENT, person=case.owner_id or 0)
            ask_next(work, case)
        else:
            _overdue(work, case)
    return len(found)


def await_roll(work: Work, case: Case, day: date) -> None:
    """A promise is awaited: the roll of a day answers it, and if nothing does, somebody is asked the next morning."""
    settle(work, case)
    case.escalates_at = moment(day + timedelta(days=1), NEXT_MORNING, work.zone)


def _unanswered(work: Work, case: Case) -> None:
    """Neither a roll nor the visitor has said whether a promise was kept: whoever has the case looks again."""
    owner = stored.get(work.session, case.owner_id)
    if _is_said_to_be_back(work, case):
        settle(work, case, is_back=True)
        return
    events.record(work, case, events.UNANSWERED)
    if owner is None:
        ask_next(work, case)
    else:
        ask(work, case, owner, ladder.rung_of(work, case.pupil_id, owner.id), after=timedelta(0))


def _is_said_to_be_back(work: Work, case: Case) -> bool:
    """Whether the one who was promised has seen the pupil go to school, though no roll tells."""
    found = promises.of_pupils(Scope.everything(), work.session, [case.pupil_id])
    return bool(found) and found[0].case_id == case.id and found[0].said == Said.BACK


def _overdue(work: Work, case: Case) -> None:
    """A visit that somebody said they would make was not made in time."""
    case.overdue += 1
    events.record(work, case, events.OVERDUE, times=case.overdue)
    if case.overdue >= numbers(work, case)["R4.overdue"]:
        to_commune(work, case, "overdue")
        case.escalates_at = None
    else:
        case.due_at = visit_due(work, case)
        case.escalates_at = overdue_at(work, case.due_at)


def settle(work: Work, case: Case, *, is_back: bool = False) -> None:
    """Nobody is asked for anything now: the pupil is in class (`is_back`), or a promise is awaited."""
    work.withdraw(subject(case), "cases.asked", "cases.commune")
    case.due_at = case.escalates_at = None
    case.is_with_commune = False
    if is_back or case.next_step == NextStep.COMMUNE_VISITS:
        case.next_step = NextStep.WAIT
