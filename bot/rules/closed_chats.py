"""A chat that is closed for good, or was never opened, is a task for somebody: telephone, and invite anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.rules import newcomers, people, second_ways, unreached
from bot.rules.quiet import after_quiet
from bot.rules.tasks import Moment, Task
from bot.rules.work import Refused, Work
from storage import people as stored
from storage import second_ways as ways
from storage.people import Person, Role, Status

GONE, NEVER = "unreached.gone", "unreached.never"
NIGHT = timedelta(hours=10)
A_DAY = timedelta(days=1)


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Whose chat was closed between two moments (UTC), out of quiet hours; for one person, all that they look after.

    It lasts until the person is heard from again or the role ends. Who never came, though a code was made three days
    ago, is said by the list alone, and calls to it on Mondays.
    """
    if person_id is not None:
        yield from _of_person(work, end, person_id)
        return
    for gone_id in ways.gone_between(work.session, start - NIGHT, end):
        person = stored.get(work.session, gone_id)
        if person is None or person.status != Status.UNREACHABLE:
            continue
        for carer_id in carers(work, person):
            task = _gone(work, person, carer_id, end)
            if start < task.remind[0].at <= end:
                yield task


def _of_person(work: Work, end: datetime, person_id: int) -> Iterator[Task]:
    for person in ways.unreachable(work.session):
        if person_id in carers(work, person):
            yield _gone(work, person, person_id, end)
    waiting = [until for person, _, until in _expired(work) if person_id in inviters(work, person)]
    if waiting:
        yield Task(
            kind=NEVER,
            subject_id=person_id,
            person_id=person_id,
            occurrence=max(waiting).isoformat(),
            due=max(waiting) - people.INVITE_LASTS,
            remind=(),
            useful_until=end + A_DAY,
            is_gentle=True,
        )


def _expired(work: Work) -> list[tuple[Person, int | None, datetime]]:
    return work.once(("never joined", work.now), lambda: list(ways.never_joined(work.session, work.now)))


def _gone(work: Work, person: Person, carer_id: int, end: datetime) -> Task:
    gone_at = ways.gone_at(work.session, person.id) or work.now
    at = after_quiet(gone_at, work.zone)
    return Task(
        kind=GONE,
        subject_id=person.id,
        person_id=carer_id,
        occurrence=gone_at.isoformat(),
        due=at,
        remind=(Moment("gone", at),),
        useful_until=max(end, at) + A_DAY,
        is_gentle=True,
    )


def carers(work: Work, person: Person) -> list[int]:
    """Who gets somebody back: who invited them, if they still invite; else the school for its own, the administrators,
    or whoever may telephone them. Nobody, for a person without a role."""
    return work.once(("carers", person.id, work.now), lambda: _carers(work, person))


def _carers(work: Work, person: Person) -> list[int]:
    if not stored.grants(work.session, person.id, work.today):
        return []
    return inviters(work, person) or unreached.callers(work, person)


def inviters(work: Work, person: Person) -> list[int]:
    """Who may give somebody another code and can be reached: whoever did so before, else all who may."""
    roles = {Role(grant.role) for grant in stored.grants(work.session, person.id, work.today)}
    known = [one.id for one in _who_may_invite(work, person, roles) if one.id != person.id] if roles else []
    reached = second_ways.reached(work, known)
    found = [one for one in known if one in reached]
    made = ways.inviter(work.session, person.id)
    return [made] if made in found else found


def _who_may_invite(work: Work, person: Person, roles: set[Role]) -> list[Person]:
    """The school's heads where the roles are of a kind that a school gives, then the administrators."""
    heads = []
    if roles <= set(newcomers.BY_SCHOOL):
        heads = [one for school in unreached.schools(work, person) for one in people.with_role_at_school(work, school)]
    return [*heads, *stored.with_role(work.session, Role.ADMIN, work.today, commune_id=person.commune_id)]


def look(work: Work, person_id: int) -> Person:
    """Somebody whose chat is closed, for the eyes of who looks after it: an audited look at the number.

    Raises Refused: not allowed, `nothing_waits` when they are reached again.
    """
    people.require(work, "unreached.call")
    person = stored.get(work.session, person_id)
    if person is None or work.actor_id not in carers(work, person):
        raise Refused("outside_scope")
    if person.status != Status.UNREACHABLE:
        raise Refused("nothing_waits")
    work.audit("unreached.phones_seen", "person", person.id)
    return person


def may_invite(work: Work, person: Person) -> bool:
    """Whether the acting person may give them another code."""
    held = {Role(grant.role) for grant in stored.grants(work.session, person.id, work.today)}
    return bool(held) and held <= set(newcomers.roles_to_give(work))
