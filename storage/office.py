"""The lists of the office page, a page of rows at a time with how many there are, each within a scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from storage.audit import Audit
from storage.cases import Case, CaseStatus
from storage.chat import Outbox, OutboxStatus
from storage.meetings import Invitation, Meeting, MeetingStatus, MeetingVillage
from storage.people import Address, AddressStatus, Person, RoleGrant, Status, holding
from storage.places import Place, SchoolClass
from storage.pupils import Enrolment, Listed, Pupil
from storage.scope import Scope

Selected = Select[*tuple[Any, ...]]


class Which(StrEnum):
    """Which cases are asked for."""

    OPEN = "open"
    NOBODYS = "nobodys"  # open, and nobody has said yes
    OVERDUE = "overdue"
    WATCHING = "watching"
    CLOSED = "closed"  # since a moment


@dataclass(frozen=True)
class CasesAsked:
    """A list of cases: of a village, of a class, in a state; `now` and `closed_since` are UTC."""

    which: str
    now: datetime
    closed_since: datetime
    village_id: int = 0
    class_id: int = 0


def cases(scope: Scope, session: Session, asked: CasesAsked, rows: slice) -> list[tuple[Case, Listed]]:
    """Cases with their pupils, those that nobody has first, then the overdue, the oldest first; closed: the latest."""
    wanted = _of_cases(select(Case, Pupil, SchoolClass.name, SchoolClass.id, Place.name), scope, asked)
    if asked.which == Which.CLOSED:
        wanted = wanted.order_by(Case.closed_at.desc(), Case.id.desc())
    else:
        wanted = wanted.order_by(
            *(one.desc() for one in (_is_nobodys(), _is_overdue(asked.now))), Case.opened_at, Case.id
        )
    found = session.execute(wanted.offset(rows.start).limit(rows.stop - rows.start))
    return [
        (case, Listed(pupil, name or "", class_id, village or "")) for case, pupil, name, class_id, village in found
    ]


def count_cases(scope: Scope, session: Session, asked: CasesAsked) -> int:
    """How many there are of them."""
    return session.scalar(_of_cases(select(func.count(Case.id)), scope, asked)) or 0


def _of_cases(wanted: Selected, scope: Scope, asked: CasesAsked) -> Selected:
    found = (
        wanted.select_from(Case)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .outerjoin(Enrolment, (Enrolment.pupil_id == Pupil.id) & Enrolment.until_on.is_(None))
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .outerjoin(Place, Place.id == Pupil.village_id)
        .where(scope.pupils(), *_in_state(asked))
    )
    if asked.village_id:
        found = found.where(Pupil.village_id == asked.village_id)
    return found.where(Enrolment.class_id == asked.class_id) if asked.class_id else found


def _in_state(asked: CasesAsked) -> list[ColumnElement[bool]]:
    if asked.which == Which.CLOSED:
        return [Case.closed_at >= asked.closed_since]
    is_open = Case.closed_at.is_(None)
    if asked.which == Which.NOBODYS:
        return [is_open, Case.status == CaseStatus.OPEN, _is_nobodys()]
    if asked.which == Which.OVERDUE:
        return [is_open, Case.status == CaseStatus.OPEN, _is_overdue(asked.now)]
    return [is_open, Case.status == CaseStatus.WATCHING] if asked.which == Which.WATCHING else [is_open]


def _is_nobodys() -> ColumnElement[bool]:
    """As `rules.decisions.is_anybodys` has it, turned round."""
    return or_(Case.accepted_at.is_(None), Case.is_with_commune)


def _is_overdue(now: datetime) -> ColumnElement[bool]:
    return or_(Case.overdue > 0, func.coalesce(Case.due_at < now, False))


@dataclass(frozen=True)
class PeopleAsked:
    """A list of people: whose name holds these letters (folded), in a status."""

    letters: str = ""
    status: str = ""


def people(scope: Scope, session: Session, asked: PeopleAsked, rows: slice) -> Sequence[Person]:
    """People within the scope, by name."""
    wanted = select(Person).where(scope.people(), *_of_people(asked)).order_by(Person.sort_key, Person.id)
    return session.scalars(wanted.offset(rows.start).limit(rows.stop - rows.start)).all()


def count_people(scope: Scope, session: Session, asked: PeopleAsked) -> int:
    """How many there are of them."""
    return session.scalar(select(func.count(Person.id)).where(scope.people(), *_of_people(asked))) or 0


def _of_people(asked: PeopleAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [] if asked.status else [Person.status != Status.LEFT]
    if asked.status:
        found.append(Person.status == asked.status)
    if asked.letters:
        found.append(Person.folded.contains(asked.letters, autoescape=True))
    return found


def roles(
    session: Session, person_ids: Collection[int], on: date
) -> dict[int, list[tuple[RoleGrant, Place | None, SchoolClass | None]]]:
    """Of people who may be seen: their roles that hold on a day, each with its place or class."""
    rows = session.execute(
        select(RoleGrant, Place, SchoolClass)
        .outerjoin(Place, Place.id == RoleGrant.place_id)
        .outerjoin(SchoolClass, SchoolClass.id == RoleGrant.class_id)
        .where(RoleGrant.person_id.in_(person_ids), *holding(on))
        .order_by(RoleGrant.id)
    )
    found: dict[int, list[tuple[RoleGrant, Place | None, SchoolClass | None]]] = {}
    for grant, place, school_class in rows:
        found.setdefault(grant.person_id, []).append((grant, place, school_class))
    return found


def chats(session: Session, person_ids: Collection[int]) -> dict[int, list[Address]]:
    """Of people who may be seen: where they are reached, the preferred first, closed chats too."""
    found: dict[int, list[Address]] = {}
    for one in session.scalars(
        select(Address)
        .where(Address.person_id.in_(person_ids), Address.status != AddressStatus.UNLINKED)
        .order_by(Address.position, Address.id)
    ):
        found.setdefault(one.person_id, []).append(one)
    return found


def in_village(scope: Scope, session: Session, village_id: int, on: date) -> Sequence[Person]:
    """Who holds a role in a village and may be seen, by name."""
    holders = select(RoleGrant.person_id).where(RoleGrant.place_id == village_id, *holding(on))
    return session.scalars(
        select(Person).where(Person.id.in_(holders), scope.people()).order_by(Person.sort_key, Person.id)
    ).all()


# Meetings


def meetings(
    scope: Scope,
    session: Session,
    start: datetime,
    end: datetime,
    *,
    village_id: int = 0,
    is_latest_first: bool = False,
) -> Sequence[Meeting]:
    """Meetings that begin in [start, end), also those that were called off; held back ones are left out."""
    wanted = select(Meeting).where(Meeting.starts_at >= start, Meeting.starts_at < end, scope.meetings())
    wanted = wanted.where(Meeting.status != MeetingStatus.DRAFT)
    if village_id:
        wanted = wanted.where(
            Meeting.id.in_(select(MeetingVillage.meeting_id).where(MeetingVillage.village_id == village_id))
        )
    order = (Meeting.starts_at.desc(), Meeting.id.desc()) if is_latest_first else (Meeting.starts_at, Meeting.id)
    return session.scalars(wanted.order_by(*order)).all()


def answers(scope: Scope, session: Session, meeting_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Of each meeting whose answers may be seen, how many gave which."""
    rows = session.execute(
        select(Invitation.meeting_id, Invitation.answer, func.count())
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Invitation.meeting_id.in_(meeting_ids), scope.invitations())
        .group_by(Invitation.meeting_id, Invitation.answer)
    )
    found: dict[int, dict[str, int]] = {}
    for meeting_id, answer, n in rows:
        found.setdefault(meeting_id, {})[answer] = n
    return found


def villages_of(session: Session, meeting_ids: Collection[int]) -> dict[int, list[str]]:
    """The villages that meet together, by meeting."""
    rows = session.execute(
        select(MeetingVillage.meeting_id, Place.name)
        .join(Place, Place.id == MeetingVillage.village_id)
        .where(MeetingVillage.meeting_id.in_(meeting_ids))
        .order_by(MeetingVillage.id)
    )
    found: dict[int, list[str]] = {}
    for meeting_id, name in rows:
        found.setdefault(meeting_id, []).append(name)
    return found


# Messages


def lost(scope: Scope, session: Session, since: datetime, rows: slice) -> list[tuple[Outbox, Person]]:
    """Pushes queued since a moment (UTC) that did not arrive, the latest first, with whom they were for.

    What another chat of the person carried instead is not among them.
    """
    wanted = _lost(select(Outbox, Person), scope, since).order_by(Outbox.id.desc())
    found = session.execute(wanted.offset(rows.start).limit(rows.stop - rows.start))
    return [(row, person) for row, person in found]


def count_lost(scope: Scope, session: Session, since: datetime) -> int:
    """How many there are of them."""
    return session.scalar(_lost(select(func.count(Outbox.id)), scope, since)) or 0


def _lost(wanted: Selected, scope: Scope, since: datetime) -> Selected:
    seen = select(Person.id).where(scope.people())
    moved = select(Outbox.moved_from).where(Outbox.moved_from.is_not(None), Outbox.queued_at >= since)
    return (
        wanted.select_from(Outbox)
        .join(Person, Person.id == Outbox.person_id)
        .where(Outbox.person_id.in_(seen), Outbox.queued_at >= since, Outbox.is_push)
        .where(Outbox.status.in_((OutboxStatus.FAILED, OutboxStatus.MISSED)), Outbox.payload.is_not(None))
        .where(Outbox.id.not_in(moved))
    )


# The audit


@dataclass(frozen=True)
class AuditAsked:
    """Lines of the audit: between two moments (UTC), of a person, of a kind of act (`case`, `case.seen`)."""

    commune_ids: frozenset[int]
    has_machine: bool  # also what no commune's person did
    start: datetime | None = None
    end: datetime | None = None
    actor_id: int = 0
    action: str = ""


def audit(session: Session, asked: AuditAsked, rows: slice) -> Sequence[Audit]:
    """Lines of the audit, the latest first; ids and codes only."""
    wanted = _of_audit(select(Audit), asked).order_by(Audit.id.desc())
    return session.scalars(wanted.offset(rows.start).limit(rows.stop - rows.start)).all()


def count_audit(session: Session, asked: AuditAsked) -> int:
    """How many there are of them."""
    return session.scalar(_of_audit(select(func.count(Audit.id)), asked)) or 0


def _of_audit(wanted: Selected, asked: AuditAsked) -> Selected:
    own: ColumnElement[bool] = Audit.commune_id.in_(asked.commune_ids)
    wanted = wanted.where(or_(own, Audit.commune_id.is_(None)) if asked.has_machine else own)
    if asked.start is not None:
        wanted = wanted.where(Audit.at >= asked.start)
    if asked.end is not None:
        wanted = wanted.where(Audit.at < asked.end)
    if asked.actor_id:
        wanted = wanted.where(Audit.actor_id == asked.actor_id)
    if asked.action:
        exact = Audit.action == asked.action
        wanted = wanted.where(or_(exact, Audit.action.startswith(f"{asked.action}.", autoescape=True)))
    return wanted
