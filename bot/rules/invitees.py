"""Whom a meeting invites: a composition of roles, resolved to people at each reading, so that newcomers are met too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from bot.rules import second_ways
from bot.rules.work import Work
from storage import meetings, people
from storage.database import insert_once
from storage.meetings import Composition, Invitation, Meeting, Plan
from storage.people import Person, Role, RoleGrant, Status, holding
from storage.scope import Scope

COMMUNE, VILLAGES = "commune", "villages"


class NamedRole(Protocol):
    """A role that a paper names, in the commune or in the villages; in `villages` those that the words name."""

    @property
    def role(self) -> str: ...
    @property
    def where(self) -> str: ...
    @property
    def villages(self) -> Sequence[str]: ...


class NamedLine(Protocol):
    """One line of a paper as written (of invitees, recipients, duties), and the roles that it stands for."""

    @property
    def words(self) -> str: ...
    @property
    def roles(self) -> Sequence[NamedRole]: ...


@dataclass(frozen=True)
class Part:
    """Everybody who holds `role` in the commune, or in the meeting's villages (those of `village_ids`, if any).

    `line` is the line of the paper that it stands in.
    """

    role: str
    where: str
    village_ids: tuple[int, ...] = ()
    line: int = 0


# Whom a village meeting invites while no plan has said otherwise (domain §3).
USUAL = (
    Part(Role.OFFICIAL, COMMUNE),
    Part(Role.FRONT, COMMUNE),
    Part(Role.ORGANISATION, COMMUNE),
    Part(Role.POLICE, COMMUNE),
    Part(Role.SCHOOL, COMMUNE),
    Part(Role.TEACHER, COMMUNE),
    Part(Role.VILLAGE_HEAD, VILLAGES),
    Part(Role.VILLAGE_FRONT, VILLAGES),
    Part(Role.PARENTS, VILLAGES),
)


@dataclass(frozen=True)
class Invited:
    """One person of a meeting. `is_reachable`: a message of ours can arrive; otherwise only the telephone helps."""

    person: Person
    invitation: Invitation
    is_reachable: bool


@dataclass(frozen=True)
class Custom:
    """How this commune composes a meeting: as its last plan did."""

    parts: tuple[Part, ...]
    plan: Plan | None = None
    lines: tuple[str, ...] = ()


def custom(work: Work, commune_id: int) -> Custom:
    """The composition of the commune's last plan, else the usual one."""
    found = meetings.last_of_plan(work.session, commune_id)
    if found is None:
        return Custom(USUAL)
    plan, meeting = found
    parts = tuple(part for part in parts_of(work, meeting) if not part.village_ids)
    return Custom(parts or USUAL, plan, tuple(meeting.invitees_as_written))


def parts_of(work: Work, meeting: Meeting) -> list[Part]:
    """The composition that a meeting was made with."""
    rows = meetings.composition(work.session, meeting.id)
    return [Part(row.role, row.where_kind, tuple(row.village_ids), row.line) for row in rows]


def compose(work: Work, meeting: Meeting, parts: Iterable[Part]) -> None:
    """Keeps a composition; a role that several lines name is kept once, for all their villages."""
    own = {place.id for place in meetings.villages(work.session, meeting.id)}
    merged: dict[tuple[str, str], Part] = {}
    for part in parts:
        key = (part.role, part.where)
        known = merged.get(key)
        if known is not None and known.village_ids != part.village_ids:
            wanted = (set(known.village_ids) or own) | (set(part.village_ids) or own)
            part = Part(part.role, part.where, tuple(sorted(wanted)), known.line)
        merged[key] = part if known is None or known.village_ids != part.village_ids else known
    for part in merged.values():
        work.session.add(
            Composition(
                meeting_id=meeting.id,
                role=part.role,
                where_kind=part.where,
                village_ids=list(part.village_ids),
                line=part.line,
            )
        )
    work.session.flush()


def resolve(
    work: Work, commune_id: int, parts: Sequence[Part], village_ids: Collection[int], *, but: int | None
) -> list[Person]:
    """The people of a composition today, in its order, without `but` (the organiser invites, and is not invited)."""
    rows = work.session.execute(
        select(Person, RoleGrant.role, RoleGrant.place_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.commune_id == commune_id, Person.status != Status.LEFT)
        .where(RoleGrant.role.in_({part.role for part in parts}), *holding(work.today))
        .order_by(Person.sort_key, Person.id)
    ).all()
    found: dict[int, Person] = {}
    for part in parts:
        villages = set(part.village_ids) or set(village_ids)
        for person, role, place_id in rows:
            if role == part.role and (part.where == COMMUNE or place_id in villages) and person.id != but:
                found.setdefault(person.id, person)
    return list(found.values())


def refresh(work: Work, meeting: Meeting) -> list[Invited]:
    """The invitees as they are now; whoever is new gets an invitation, whoever no longer belongs loses an idle one.

    A meeting that has begun keeps those it had.
    """
    known = {one.person_id: one for one in meetings.invitations(Scope.everything(), work.session, meeting.id)}
    if meeting.starts_at <= work.now and known:
        return _kept(work, known)
    villages = {place.id for place in meetings.villages(work.session, meeting.id)}
    parts = parts_of(work, meeting)
    wanted = resolve(work, meeting.commune_id, parts, villages, but=meeting.organiser_id)
    for person in wanted:
        if person.id not in known:
            known[person.id] = _invited(work, meeting, person.id)
    belongs = {person.id for person in wanted}
    for person_id, invitation in list(known.items()):
        if person_id not in belongs and not invitation.answer:
            work.session.delete(known.pop(person_id))
    work.session.flush()
    return _kept(work, known, wanted)


def _invited(work: Work, meeting: Meeting, person_id: int) -> Invitation:
    insert_once(
        work.session,
        Invitation,
        meeting_id=meeting.id,
        person_id=person_id,
        invited_at=work.now,
        answer="",
        stand_in="",
    )
    found = meetings.invitation(work.session, meeting.id, person_id)
    if found is None:
        raise LookupError(person_id)
    return found


def _kept(work: Work, known: dict[int, Invitation], ordered: Sequence[Person] = ()) -> list[Invited]:
    """In the order of the composition; those who answered and belong to it no longer stand at the end."""
    everybody = {person.id: person for person in ordered}
    for person_id in known:
        person = everybody.get(person_id) or people.get(work.session, person_id)
        if person is not None and person.status != Status.LEFT:
            everybody[person_id] = person
    reached = second_ways.reached(work, everybody.keys())
    return [
        Invited(person, known[person.id], person.status == Status.ACTIVE and person.id in reached)
        for person in everybody.values()
        if person.id in known
    ]


def reachable(work: Work, invited: Collection[Person]) -> set[int]:
    """Which of these people a message can reach."""
    reached = second_ways.reached(work, [person.id for person in invited])
    return {person.id for person in invited if person.status == Status.ACTIVE and person.id in reached}
