"""The distribution of a plan (*Nơi nhận*): who is given it, what it asks of whom, who has read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol

from bot.clock import moment
from bot.parsing import fold
from bot.rules import invitees, people, thresholds
from bot.rules.invitees import COMMUNE, VILLAGES, NamedLine, Part
from bot.rules.meeting_tasks import communes_with_newcomers
from bot.rules.quiet import after_quiet
from bot.rules.tasks import Moment, Task
from bot.rules.work import Refused, Work
from storage import meetings, places, plan_copies
from storage import people as stored_people
from storage.database import insert_once
from storage.meetings import Plan
from storage.people import Person, Role, Status
from storage.places import PlaceKind
from storage.plan_copies import PlanCopy, PlanDuty, PlanRecipient
from storage.scope import Scope

COPY_TASK, READ_TASK, CALL_TASK = "plans.copy", "plans.read", "plans.call"
COPY = "copy"
MEETINGS_AT_MOST = 8
_A_DAY = timedelta(days=1)
_LONGEST = timedelta(days=366)  # of plan.days: what a tick looks back at most


class Paper(Protocol):
    """What an importer read of a plan, as far as it is given to people."""

    @property
    def text(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def given_to(self) -> Sequence[NamedLine]: ...
    @property
    def duties(self) -> Sequence[NamedLine]: ...


@dataclass(frozen=True)
class Given:
    """One line of *Nơi nhận* and the people that it stands for today."""

    words: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Copy:
    """One recipient's copy. `is_reachable`: a message of ours can arrive; otherwise only the telephone helps."""

    person: Person
    read_at: datetime | None
    called_at: datetime | None
    is_reachable: bool


@dataclass(frozen=True)
class Standing:
    """Who has read a plan and who has not; of those, whom to telephone (who cannot be reached first)."""

    plan: Plan
    read: tuple[Copy, ...]
    unread: tuple[Copy, ...]
    to_call: tuple[Copy, ...]


# Giving it


def distribute(
    work: Work, plan: Plan, paper: Paper, *, organiser: Person | None, is_foreign: bool = False
) -> list[Given]:
    """Keeps the paper's words and gives it to its recipients, once; returns who that is, line by line.

    A paper of another body (its recipients are that body's), without recipients, or older than `plan.days` is kept and
    given to nobody. Read again it changes nothing. Raises Refused: not allowed.
    """
    _require_may_give(work, plan.commune_id)
    if not plan.text:
        plan.text, plan.purpose = paper.text, paper.purpose
        plan.recipients_as_written = [line.words for line in paper.given_to]
        plan.organiser_id = None if organiser is None else organiser.id
        _keep(work, plan, paper)
        if plan.recipients_as_written and not is_foreign and _is_recent(work, plan):
            plan.given_from = work.now
            work.forget(("plans given", plan.commune_id))
        work.session.flush()
        work.audit("plan.given", "plan", plan.id, people=len(recipients(work, plan)))
    return lines(work, plan) if plan.given_from is not None else []


def _require_may_give(work: Work, commune_id: int) -> None:
    if work.scope.is_everything:
        return
    people.require(work, "meetings.organise")
    if commune_id not in work.scope.communes:
        raise Refused("outside_scope")


def _is_recent(work: Work, plan: Plan) -> bool:
    days = thresholds.value(work, "plan.days", plan.commune_id)
    return plan.issued_on is None or plan.issued_on >= work.today - timedelta(days=days)


def _keep(work: Work, plan: Plan, paper: Paper) -> None:
    for number, line in enumerate(paper.given_to, start=1):
        merged: dict[tuple[str, str], list[int]] = {}
        for role in line.roles:
            ids = merged.setdefault((role.role, role.where), [])
            ids += [one for one in _village_ids(work, plan, role.villages) if one not in ids]
        for (name, where), ids in merged.items():
            if where == COMMUNE or ids:
                work.session.add(
                    PlanRecipient(plan_id=plan.id, line=number, role=name, where_kind=where, village_ids=ids)
                )
    for number, duty in enumerate(paper.duties, start=1):
        roles = list(dict.fromkeys(role.role for role in duty.roles))
        work.session.add(PlanDuty(plan_id=plan.id, position=number, words=duty.words, roles=roles))
    work.session.flush()


def _village_ids(work: Work, plan: Plan, names: Sequence[str]) -> list[int]:
    """The villages of these names that are known, present or former; a recipient makes no new village."""
    return [
        place.id
        for name in names
        for place in places.named(work.session, PlaceKind.VILLAGE, fold(name), plan.commune_id)
    ]


def lines(work: Work, plan: Plan) -> list[Given]:
    """Each line of *Nơi nhận* with the people that it stands for today, the organiser left out."""
    parts = _parts(work, plan)
    return [
        Given(words, tuple(_resolved(work, plan, [part for part in parts if part.line == number])))
        for number, words in enumerate(plan.recipients_as_written, start=1)
    ]


def recipients(work: Work, plan: Plan) -> list[Person]:
    """Everybody whom a plan is given to today: by the roles that its lines name, without its organiser."""
    if plan.given_from is None:
        return []
    key = ("plan recipients", plan.id, work.today)
    return work.once(key, lambda: _resolved(work, plan, _parts(work, plan)))


def _parts(work: Work, plan: Plan) -> list[Part]:
    rows = plan_copies.recipients(work.session, plan.id)
    return [Part(row.role, row.where_kind, tuple(row.village_ids), row.line) for row in rows]


def _resolved(work: Work, plan: Plan, parts: Sequence[Part]) -> list[Person]:
    if not parts:
        return []
    villages = {village_id for part in parts if part.where == VILLAGES for village_id in part.village_ids}
    return invitees.resolve(work, plan.commune_id, parts, villages, but=plan.organiser_id)


def without_copy(work: Work, plan: Plan) -> list[str]:
    """The duties (their first lines) of whom no recipient's line names: the author may have forgotten them."""
    given = {part.role for part in _parts(work, plan)}
    return [
        duty.words.split("\n", 1)[0]
        for duty in plan_copies.duties(work.session, plan.id)
        if not given & set(duty.roles)
    ]


# Reading it


def visible(work: Work, plan_id: int) -> Plan:
    """A plan that the acting person was given, or oversees. Raises Refused("no_copy")."""
    plan = work.session.get(Plan, plan_id)
    if plan is None or not (is_recipient(work, plan) or oversees(work, plan)):
        raise Refused("no_copy")
    return plan


def mine(work: Work) -> list[Plan]:
    """The plans that the acting person was given or oversees, the latest first."""
    found = _given(work, people.commune_of(work).id)
    return [plan for plan in found if is_recipient(work, plan) or oversees(work, plan)]


def is_recipient(work: Work, plan: Plan) -> bool:
    """Whether the acting person is among those the plan is given to."""
    return any(person.id == work.actor_id for person in recipients(work, plan))


def oversees(work: Work, plan: Plan) -> bool:
    """The plan's organiser, and the commune's officials and administrators, see who has read it."""
    if work.actor_id is not None and work.actor_id == plan.organiser_id:
        return True
    return people.may(work, "plans.oversee") and plan.commune_id in work.scope.communes


def duties(work: Work, plan: Plan) -> list[str]:
    """What the plan asks of the acting person's roles, in the paper's own words."""
    roles = people.roles(work)
    return [duty.words for duty in plan_copies.duties(work.session, plan.id) if roles & set(duty.roles)]


def meetings_of(work: Work, plan: Plan) -> list[meetings.Meeting]:
    """The meetings that the plan sets and that still stand, by time."""
    standing = (meetings.MeetingStatus.PLANNED, meetings.MeetingStatus.HELD)
    found = [one for one in meetings.of_plan(work.session, plan.id) if one.status in standing]
    return sorted(found, key=lambda one: (one.starts_at, one.id))[:MEETINGS_AT_MOST]


def copy(work: Work, plan: Plan) -> PlanCopy | None:
    """What became of the acting person's copy so far."""
    return None if work.actor_id is None else plan_copies.copy_of(work.session, plan.id, work.actor_id)


def read(work: Work, plan_id: int) -> bool:
    """The acting person has read the plan; False when that was known. Raises Refused("no_copy")."""
    people.require(work, "plans.see")
    plan = work.session.get(Plan, plan_id)
    if plan is None or not is_recipient(work, plan) or work.actor_id is None:
        raise Refused("no_copy")
    row = _row(work, plan, work.actor_id)
    if row.read_at is not None:
        return False
    row.read_at = work.at
    work.session.flush()
    work.withdraw(f"plans:{plan.id}", person_id=work.actor_id)
    work.audit("plan.read", "plan", plan.id)
    return True


def _row(work: Work, plan: Plan, person_id: int) -> PlanCopy:
    insert_once(work.session, PlanCopy, plan_id=plan.id, person_id=person_id)
    row = plan_copies.copy_of(work.session, plan.id, person_id)
    if row is None:
        raise LookupError(person_id)
    return row


# Who has read it


def standing(work: Work, plan_id: int) -> Standing:
    """Who has read a plan, for the eyes of its author: a look that is audited. Raises Refused("outside_scope")."""
    plan = work.session.get(Plan, plan_id)
    if plan is None or not oversees(work, plan):
        raise Refused("outside_scope")
    work.audit("plan.readers_seen", "plan", plan.id)
    return _standing(work, plan)


def _standing(work: Work, plan: Plan) -> Standing:
    known = {row.person_id: row for row in plan_copies.copies(Scope.everything(), work.session, plan.id)}
    everybody = recipients(work, plan)
    reachable = invitees.reachable(work, everybody)
    found = [
        Copy(one, row.read_at if row else None, row.called_at if row else None, one.id in reachable)
        for one, row in ((one, known.get(one.id)) for one in everybody)
    ]
    unread = tuple(one for one in found if one.read_at is None)
    to_call = sorted((one for one in unread if one.called_at is None), key=lambda one: one.is_reachable)
    return Standing(plan, tuple(one for one in found if one.read_at is not None), unread, tuple(to_call))


def note_called(work: Work, plan_id: int) -> int:
    """The author has telephoned everybody who had not read it; returns how many. Raises Refused("outside_scope")."""
    called = standing(work, plan_id).to_call
    for one in called:
        _row(work, work.session.get_one(Plan, plan_id), one.person.id).called_at = work.now
    work.session.flush()
    work.audit("plan.called", "plan", plan_id, people=len(called))
    return len(called)


# When it is spoken of


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """The copy, at once, also for whoever joins later; and once on the morning list of who has not read it.

    `start` and `end` (UTC) bound the moments that matter; with `person_id`, what stands on this person's list today.
    """
    if person_id is not None:
        yield from _of_person(work, person_id)
        return
    given = [one for one in plan_copies.given(work.session, end - _LONGEST) if _lasts_until(work, one) > start]
    newcomers = communes_with_newcomers(work, start, end) if given else set()
    for plan in given:
        given_at = after_quiet(_given_from(plan), work.zone)
        if start < given_at <= end or plan.commune_id in newcomers:
            yield from _copies(work, plan)


def _copies(work: Work, plan: Plan) -> Iterator[Task]:
    known = {row.person_id: row for row in plan_copies.copies(Scope.everything(), work.session, plan.id)}
    then = replace(work, known={})  # whoever joined in this very transaction belongs to it
    for person in recipients(then, plan):
        row = known.get(person.id)
        if person.status != Status.ACTIVE or (row is not None and row.read_at is not None):
            continue
        at = after_quiet(_known(plan, person), work.zone)
        yield Task(
            kind=COPY_TASK,
            subject_id=plan.id,
            person_id=person.id,
            occurrence="1",
            due=at,
            remind=(Moment(COPY, at),),
            useful_until=_lasts_until(work, plan),
            is_listed=False,
        )


def _of_person(work: Work, person_id: int) -> Iterator[Task]:
    """Two days after somebody was given a plan it stands on that day's list, once; a day later on its author's."""
    person = stored_people.get(work.session, person_id)
    if person is None:
        return
    for plan in _given(work, person.commune_id):
        days = timedelta(days=thresholds.value(work, "plan.remind_days", plan.commune_id))
        day = _day(work, _known(plan, person)) + days
        if day == work.today and _has_not_read(work, plan, person):
            yield _listed(work, READ_TASK, plan, person_id, day)
        day = _day(work, _given_from(plan)) + days + _A_DAY
        if day == work.today and _is_author(work, plan, person) and _standing(work, plan).to_call:
            yield _listed(work, CALL_TASK, plan, person_id, day)


def _given(work: Work, commune_id: int) -> Sequence[Plan]:
    """The plans of a commune that people have; read once in a transaction: every morning list asks for them."""
    since = work.now - _LONGEST
    return work.once(("plans given", commune_id), lambda: plan_copies.given(work.session, since, commune_id=commune_id))


def _listed(work: Work, kind: str, plan: Plan, person_id: int, day: date) -> Task:
    midnight = moment(day, time(0), work.zone)
    return Task(
        kind=kind,
        subject_id=plan.id,
        person_id=person_id,
        occurrence=day.isoformat(),
        due=midnight + timedelta(hours=17),
        remind=(),
        useful_until=midnight + _A_DAY,
        listed_from=midnight,
    )


def _has_not_read(work: Work, plan: Plan, person: Person) -> bool:
    row = plan_copies.copy_of(work.session, plan.id, person.id)
    is_read = row is not None and (row.read_at is not None or row.called_at is not None)
    return not is_read and any(one.id == person.id for one in recipients(work, plan))


def _is_author(work: Work, plan: Plan, person: Person) -> bool:
    if plan.organiser_id is not None:
        return plan.organiser_id == person.id
    return Role.OFFICIAL in people.roles(work, person)


def _known(plan: Plan, person: Person) -> datetime:
    """Since when this person can have it: the plan is given, and they have joined."""
    return max(_given_from(plan), person.joined_at or _given_from(plan))


def _given_from(plan: Plan) -> datetime:
    if plan.given_from is None:
        raise LookupError(plan.id)
    return plan.given_from


def _lasts_until(work: Work, plan: Plan) -> datetime:
    return _given_from(plan) + timedelta(days=thresholds.value(work, "plan.days", plan.commune_id))


def _day(work: Work, at: datetime) -> date:
    return after_quiet(at, work.zone).astimezone(work.zone).date()
