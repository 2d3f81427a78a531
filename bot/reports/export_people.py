"""The export of people: who uses Ra Lớp, in which roles and places, over which channels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select

from bot.reports import lookups
from bot.reports.exports import Part, Row, Source, Table
from bot.rules.work import Work
from storage.people import Address, AddressStatus, Person, RoleGrant, holding
from storage.places import Place, SchoolClass


def _people(work: Work, part: Part) -> tuple[list[Row], int]:
    wanted = select(Person.id, Person).where(work.scope.people())
    found, reached = lookups.slice_of(work, part, Person.id, wanted)
    ids = [row[0] for row in found]
    grants, channels = _grants(work, ids), _channels(work, ids)
    return [
        (
            person.id,
            person.name,
            tuple(role for role, _ in grants[person.id]),
            tuple(place for _, place in grants[person.id]),
            tuple(dict.fromkeys(channels[person.id])),
            person.status,
            person.joined_at,
            person.last_seen_at,
            person.phone,
        )
        for _, person in found
    ], reached


def _grants(work: Work, person_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """(role, place or class) of today, in pairs: the n-th scope belongs to the n-th role."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    wanted = (
        select(RoleGrant.person_id, RoleGrant.role, Place.name, SchoolClass.name)
        .outerjoin(Place, Place.id == RoleGrant.place_id)
        .outerjoin(SchoolClass, SchoolClass.id == RoleGrant.class_id)
        .where(RoleGrant.person_id.in_(person_ids), *holding(work.today))
        .order_by(RoleGrant.id)
    )
    for person_id, role, place, class_name in work.session.execute(wanted):
        found[person_id].append((role, class_name or place or ""))
    return found


def _channels(work: Work, person_ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    wanted = (
        select(Address.person_id, Address.channel)
        .where(Address.person_id.in_(person_ids), Address.status == AddressStatus.ACTIVE)
        .order_by(Address.position, Address.id)
    )
    for person_id, channel in work.session.execute(wanted):
        found[person_id].append(channel)
    return found


PEOPLE = Table(
    "people",
    ("id", "name", "roles", "scopes", "channels", "status", "joined_at", "last_seen_at"),
    (Source(_people, lookups.by_id(Person.id)),),
    further=("phone",),
)
