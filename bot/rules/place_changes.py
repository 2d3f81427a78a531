"""Places that change: a new name from a day on, and a village that goes into another with all that hangs on it.

A place keeps its identity through a renaming, and both names are found (domain §1). A merged village stays as a row
that nobody is asked about any more: its names become former names of the village it went into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from bot.clock import moment
from bot.parsing import fold, tidy_name
from bot.rules import early_warning, people, school_days
from bot.rules.work import Refused, Work
from storage import people as stored
from storage import places, pupils
from storage.attendance import Half
from storage.calendar import Closure
from storage.columns import Base
from storage.meetings import MeetingVillage
from storage.people import Role, RoleGrant
from storage.places import Place, PlaceKind, PlaceName
from storage.pupils import Pupil
from storage.support import VillageStanding

NAME_AT_MOST = 80
RENAMED = frozenset({PlaceKind.COMMUNE, PlaceKind.VILLAGE, PlaceKind.SCHOOL, PlaceKind.SITE})
OF_VILLAGE = (Role.VILLAGE_HEAD, Role.VILLAGE_FRONT)


@dataclass(frozen=True)
class Known:
    """A place with its names: the former ones with the day on which each ended (None: not known)."""

    place: Place
    former: tuple[tuple[str, date | None], ...]


@dataclass(frozen=True)
class Moving:
    """What goes along when a village goes into another: counts, and who hears of it."""

    pupils: int
    roles: int
    meetings: int
    days_off: int
    hearers: tuple[int, ...]


def known(work: Work) -> list[Known]:
    """The places of the acting person's commune, the commune first. Raises Refused: not allowed."""
    people.require(work, "places.manage")
    commune = people.commune_of(work)
    schools = places.of_kind(work.session, PlaceKind.SCHOOL, commune.id)
    sites = [site for one in schools for site in places.of_kind(work.session, PlaceKind.SITE, one.id)]
    found = [commune, *places.of_kind(work.session, PlaceKind.VILLAGE, commune.id), *schools, *sites]
    ended = places.names_of(work.session, [one.id for one in found])
    return [
        Known(one, tuple((name.name, name.valid_until) for name in ended.get(one.id, ()) if name.name != one.name))
        for one in found
    ]


def of_mine(work: Work, place_id: int) -> Known:
    """One of them. Raises Refused: not allowed, `outside_scope`."""
    found = next((one for one in known(work) if one.place.id == place_id), None)
    if found is None:
        raise Refused("outside_scope")
    return found


def rename(work: Work, place_id: int, name: str, since: date) -> Place:
    """The place bears a new name from a day on, today or a former one; the old one stays findable.

    Raises Refused: not allowed, `outside_scope`, `no_place_name`, `name_too_long`, `nothing_changes`, `name_is_taken`
    for the present name of another place of its kind, `day_to_come`, `day_too_early` before the last renaming.
    """
    place, tidy = of_mine(work, place_id).place, tidy_name(name)
    _check_name(work, place, tidy)
    if since > work.today:
        raise Refused("day_to_come")
    borne = _present(work, place, since)
    if borne.valid_from is not None and since <= borne.valid_from:
        raise Refused("day_too_early", day=borne.valid_from)
    borne.valid_until = since
    work.session.add(
        PlaceName(place_id=place.id, name=tidy, folded=fold(tidy), valid_from=since, valid_until=None)
    )  # fmt: skip
    place.name, place.folded = tidy, fold(tidy)
    work.session.flush()
    work.audit("place.renamed", place.kind, place.id, since=since.isoformat())
    if place.kind == PlaceKind.VILLAGE:
        _tell(work, "places.renamed", place.id, _of_village(work, [place.id]))
    return place


def _check_name(work: Work, place: Place, tidy: str) -> None:
    if not tidy:
        raise Refused("no_place_name")
    if len(tidy) > NAME_AT_MOST:
        raise Refused("name_too_long", n=NAME_AT_MOST)
    if tidy == place.name:
        raise Refused("nothing_changes")
    kind = PlaceKind(place.kind)
    others = [one for one in places.of_kind(work.session, kind, place.parent_id) if one.id != place.id]
    if any(one.folded == fold(tidy) for one in others):
        raise Refused("name_is_taken", name=tidy)


def _present(work: Work, place: Place, since: date) -> PlaceName:
    """The row of the present name; a place that never had one gets it now."""
    rows = work.session.scalars(
        select(PlaceName).where(PlaceName.place_id == place.id, PlaceName.valid_until.is_(None)).order_by(PlaceName.id)
    ).all()
    row = next((one for one in rows if one.name == place.name), None)
    if row is None:
        row = PlaceName(place_id=place.id, name=place.name, folded=place.folded, valid_from=None, valid_until=since)
        work.session.add(row)
    return row


# Merging villages


def moving(work: Work, place_id: int, into_id: int) -> Moving:
    """What merging would move, and who would hear of it. Raises Refused as `merge`."""
    place, into = _two(work, place_id, into_id)
    session = work.session

    def count(column: InstrumentedAttribute[Any], *more: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(column == place.id, *more)) or 0

    return Moving(
        pupils=count(Pupil.village_id, Pupil.merged_into.is_(None)),
        roles=count(RoleGrant.place_id, RoleGrant.until_on.is_(None)),
        meetings=count(MeetingVillage.village_id),
        days_off=count(Closure.village_id, Closure.taken_back_at.is_(None)),
        hearers=tuple(_hearers(work, [place.id, into.id])),
    )


def merge(work: Work, place_id: int, into_id: int, since: date) -> Place:
    """One village goes into another of its commune: pupils, roles, meetings, days off, and its names.

    A report of a past month counts its pupils under the village they belong to now, and says the former name. Of what
    is known of both as places (support), the village that stays is right. Raises Refused: not allowed,
    `outside_scope`, `day_to_come`, `same_village`.
    """
    place, into = _two(work, place_id, into_id)
    if since > work.today:
        raise Refused("day_to_come")
    hearers, classes = _hearers(work, [place.id, into.id]), _classes(work, [place.id, into.id])
    _follow(work, place, into)
    _names(work, place, into, since)
    place.kind, place.parent_id = PlaceKind.FORMER_VILLAGE, into.id
    work.session.flush()
    work.session.expire_all()
    school_days.forget(work)
    work.audit("place.merged", "village", into.id, former=place.id, since=since.isoformat())
    _tell(work, "places.merged", place.id, hearers)
    early_warning.recompute(work, classes)
    return into


def _two(work: Work, place_id: int, into_id: int) -> tuple[Place, Place]:
    place, into = of_mine(work, place_id).place, of_mine(work, into_id).place
    if place.id == into.id:
        raise Refused("same_village")
    if {place.kind, into.kind} != {PlaceKind.VILLAGE}:
        raise Refused("outside_scope")
    return place, into


def _follow(work: Work, place: Place, into: Place) -> None:
    """Every line of the one village is the other's, in every table; where both have one, the one that stays holds."""
    session = work.session
    both = select(MeetingVillage.meeting_id).where(MeetingVillage.village_id == into.id)
    for row in session.scalars(
        select(MeetingVillage).where(MeetingVillage.village_id == place.id, MeetingVillage.meeting_id.in_(both))
    ).all():
        session.delete(row)
    own = session.scalars(select(VillageStanding).where(VillageStanding.village_id == into.id)).first()
    row_of = session.scalars(select(VillageStanding).where(VillageStanding.village_id == place.id)).first()
    if own is not None and row_of is not None:
        session.delete(row_of)
    _end_doubles(work, place, into)
    session.flush()
    for table, column in _columns():
        session.execute(update(table).where(table.c[column] == place.id).values({column: into.id}))
    for table in Base.metadata.sorted_tables:
        if "village_ids" in table.c:
            _in_lists(work, table, place.id, into.id)


def _columns() -> list[tuple[Table, str]]:
    """Every column that may name a village, apart from the names of places themselves, which follow in `_names`."""
    return [
        (table, column.name)
        for table in Base.metadata.sorted_tables
        if table.name != PlaceName.__tablename__
        for column in table.columns
        if column.name in ("village_id", "place_id")
    ]


def _in_lists(work: Work, table: Table, place_id: int, into_id: int) -> None:
    for row_id, ids in work.session.execute(select(table.c.id, table.c.village_ids)).all():
        if place_id in (ids or ()):
            new = list(dict.fromkeys(into_id if one == place_id else one for one in ids))
            work.session.execute(update(table).where(table.c.id == row_id).values(village_ids=new))


def _end_doubles(work: Work, place: Place, into: Place) -> None:
    """Whoever held the same role in both villages holds it once."""
    held = {
        (one.person_id, one.role)
        for one in work.session.scalars(
            select(RoleGrant).where(RoleGrant.place_id == into.id, RoleGrant.until_on.is_(None))
        )
    }
    rows = select(RoleGrant).where(RoleGrant.place_id == place.id, RoleGrant.until_on.is_(None))
    for one in work.session.scalars(rows).all():
        if (one.person_id, one.role) in held:
            one.until_on = max(work.today, one.from_on)


def _names(work: Work, place: Place, into: Place, since: date) -> None:
    """The names of the one village become former names of the other."""
    _present(work, place, since)
    for row in work.session.scalars(select(PlaceName).where(PlaceName.place_id == place.id)).all():
        row.valid_until = row.valid_until or since
        row.place_id = into.id
    for gone in places.of_kind(work.session, PlaceKind.FORMER_VILLAGE, place.id):
        gone.parent_id = into.id


def _classes(work: Work, village_ids: Sequence[int]) -> list[int]:
    return sorted({one for village in village_ids for one in pupils.classes_of_village(work.session, village)})


# Who hears of it


def _of_village(work: Work, village_ids: Sequence[int]) -> list[int]:
    """The heads of these villages and of their Front committees."""
    found = [
        one.id
        for village in village_ids
        for role in OF_VILLAGE
        for one in stored.with_role(work.session, role, work.today, place_id=village)
    ]
    return [one for one in dict.fromkeys(found) if one != work.actor_id]


def _hearers(work: Work, village_ids: Sequence[int]) -> list[int]:
    """They, and the teachers in whose classes their pupils sit: whose village a child is of is theirs to know."""
    classes = _classes(work, village_ids)
    teachers = [teacher for teacher, _ in stored.class_teachers(work.session, work.today, class_ids=classes)]
    found = [*_of_village(work, village_ids), *teachers]
    return [one for one in dict.fromkeys(found) if one != work.actor_id]


def _tell(work: Work, kind: str, place_id: int, hearers: Sequence[int]) -> None:
    until = moment(work.today + timedelta(days=7), school_days.STARTS[Half.MORNING], work.zone)
    for person_id in hearers:
        work.tell(person_id, kind, place_id, useful_until=until)
