"""Places that change: names before and now, and a village that goes into another with all that hangs on it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.i18n import Reader
from bot.importers.roster_facts import PupilRow
from bot.parsing import fold
from bot.reports import exports, month
from bot.reports.exports import Window
from bot.reports.tables import TABLES
from bot.rules import attendance, calendar, coverage, people, place_changes, roster
from bot.rules.attendance import Line
from bot.rules.calendar import Days, Where
from bot.rules.work import Refused
from storage import meetings, places
from storage import people as stored
from storage.attendance import Half, Reason
from storage.audit import Audit
from storage.calendar import Closure, Why
from storage.columns import Base
from storage.meetings import Composition, Meeting, MeetingVillage
from storage.people import Person, Role, RoleGrant
from storage.places import Place, PlaceKind, PlaceName
from storage.pupils import Pupil
from storage.scope import Scope
from tests.world import World

TODAY = date(2024, 3, 20)


def named(world: World, name: str) -> Place:
    return world.session.scalars(select(Place).where(Place.name == name)).one()


def person(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


@pytest.fixture
def acting(commune: World) -> World:
    """Chị Thu at her desk."""
    commune.acting(person(commune, "Phạm Thị Thu"))
    return commune


def test_a_village_keeps_its_identity_and_both_names_find_it(acting: World) -> None:
    village = named(acting, "Cà Xen")
    place_changes.rename(acting.work, village.id, " gò  Tranh ", date(2024, 3, 1))
    assert village.name == "gò Tranh"
    for name in ("Cà Xen", "ca xen", "Gò Tranh"):
        assert [one.id for one in places.named(acting.session, PlaceKind.VILLAGE, fold(name))] == [village.id]
    rows = acting.session.scalars(
        select(PlaceName).where(PlaceName.place_id == village.id).order_by(PlaceName.id)
    ).all()
    assert [(one.name, one.valid_from, one.valid_until) for one in rows] == [
        ("Cà Xen", None, date(2024, 3, 1)), ("gò Tranh", date(2024, 3, 1), None)
    ]  # fmt: skip
    assert [one.kind for one in acting.work.notices] == ["places.renamed"], "its village head hears of it"


@pytest.mark.parametrize(
    ("name", "since", "code"),
    [
        ("  ", TODAY, "no_place_name"),
        ("x" * 81, TODAY, "name_too_long"),
        ("Cà Xen", TODAY, "nothing_changes"),
        ("lang tre", TODAY, "name_is_taken"),
        ("Gò Tranh", date(2024, 3, 21), "day_to_come"),
    ],
)
def test_what_is_no_new_name_is_refused(acting: World, name: str, since: date, code: str) -> None:
    with pytest.raises(Refused) as refused:
        place_changes.rename(acting.work, named(acting, "Cà Xen").id, name, since)
    assert refused.value.code == code


def test_a_name_cannot_begin_before_the_last_one(acting: World) -> None:
    village = named(acting, "Cà Xen")
    place_changes.rename(acting.work, village.id, "Gò Tranh", date(2024, 3, 10))
    with pytest.raises(Refused, match="day_too_early"):
        place_changes.rename(acting.work, village.id, "Gò Tre", date(2024, 3, 10))


def test_only_the_commune_changes_its_places(commune: World) -> None:
    village, other = named(commune, "Cà Xen"), named(commune, "Làng Trê")
    commune.school_head("Phạm Văn Sơn")
    for name in ("Đinh Thị Hoa", "Đinh Văn Rớt", "Phạm Văn Sơn"):
        commune.acting(person(commune, name))
        for change in (
            lambda: place_changes.known(commune.work),
            lambda: place_changes.rename(commune.work, village.id, "Gò Tranh", TODAY),
            lambda: place_changes.merge(commune.work, village.id, other.id, TODAY),
        ):
            with pytest.raises(Refused, match="not_allowed"):
                change()


def _hangs_on_it(world: World, village: Place, other: Place) -> Meeting:
    """A head of the other village, a meeting of both, a day off, and a composition that names it."""
    world.village_head("Đinh Văn Krin", of=other.name)
    meeting = Meeting(
        commune_id=world.commune().id, starts_at=datetime(2024, 3, 22, 18, 30, tzinfo=VIETNAM),
        ends_at=datetime(2024, 3, 22, 20, 30, tzinfo=VIETNAM), venue="Nhà văn hóa", created_at=world.at,
    )  # fmt: skip
    world.session.add(meeting)
    world.session.flush()
    for one in (village, other):
        world.session.add(MeetingVillage(meeting_id=meeting.id, village_id=one.id))
    world.session.add(
        Composition(meeting_id=meeting.id, role=Role.VILLAGE_HEAD, where_kind="villages", village_ids=[village.id])
    )
    world.session.flush()
    calendar.close(world.work, Where(village_id=village.id), Days(TODAY, TODAY), Why.FEAST)
    world.work.notices.clear()
    return meeting


def test_everything_goes_along_when_a_village_goes_into_another(acting: World) -> None:
    world, village, other = acting, named(acting, "Cà Xen"), named(acting, "Làng Trê")
    meeting = _hangs_on_it(world, village, other)
    before = {one: len(world.session.scalars(select(Pupil).where(Pupil.village_id == one)).all())
              for one in (village.id, other.id)}  # fmt: skip
    seen = place_changes.moving(world.work, village.id, other.id)
    assert (seen.pupils, seen.roles, seen.meetings, seen.days_off) == (before[village.id], 1, 1, 1)
    names = {stored.get(world.session, one).name for one in seen.hearers}  # type: ignore[union-attr]
    assert names == {"Đinh Văn Rớt", "Đinh Văn Krin", "Đinh Thị Hoa"}

    place_changes.merge(world.work, village.id, other.id, TODAY)
    here = world.session.scalars(select(Pupil).where(Pupil.village_id == other.id)).all()
    assert len(here) == sum(before.values())
    assert [one.id for one in meetings.villages(world.session, meeting.id)] == [other.id]
    assert world.session.scalars(select(Composition.village_ids)).one() == [other.id]
    assert world.session.scalars(select(Closure.village_id)).one() == other.id
    rot = person(world, "Đinh Văn Rớt")
    assert stored.scope_of(world.session, rot, TODAY).villages == {other.id}
    assert {one.kind for one in world.work.notices} == {"places.merged"}
    assert {one.person_id for one in world.work.notices} == set(seen.hearers)
    assert [one.name for one in places.of_kind(world.session, PlaceKind.VILLAGE)] == ["Làng Trê", "Làng Giữa"]
    assert [one.id for one in places.named(world.session, PlaceKind.VILLAGE, "ca xen")] == [other.id]
    assert "place.merged" in world.session.scalars(select(Audit.action)).all()


def test_nothing_in_any_table_still_names_the_village_that_is_gone(acting: World) -> None:
    world, village, other = acting, named(acting, "Cà Xen"), named(acting, "Làng Trê")
    _hangs_on_it(world, village, other)
    gone = village.id
    place_changes.merge(world.work, gone, other.id, TODAY)
    left = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "place" for key in column.foreign_keys) or column.name == "village_id":
                left += [(table.name, column.name)] * len(
                    world.session.execute(select(column).where(column == gone)).all()
                )
    assert left == []


def test_whoever_looked_after_both_does_so_once(acting: World) -> None:
    world, village, other = acting, named(acting, "Cà Xen"), named(acting, "Làng Trê")
    rot = person(world, "Đinh Văn Rớt")
    people.grant(world.work, rot, Role.VILLAGE_HEAD, place_id=other.id)
    place_changes.merge(world.work, village.id, other.id, TODAY)
    held = [one for one in stored.grants(world.session, rot.id, TODAY) if one.role == Role.VILLAGE_HEAD]
    assert [one.place_id for one in held] == [other.id]
    assert world.session.scalars(select(RoleGrant).where(RoleGrant.place_id == village.id)).all() == []


def test_the_list_of_the_school_still_finds_the_pupils_by_the_former_name(acting: World) -> None:
    world, village, other = acting, named(acting, "Cà Xen"), named(acting, "Làng Trê")
    place_changes.merge(world.work, village.id, other.id, TODAY)
    row = PupilRow(sheet="", row=2, name="Đinh Thị Chi", class_name="6A", birth=date(2012, 5, 10), village="Cà Xen")
    done = roster.take(world.work, [row], school=None, year=None)
    assert (done.added, done.changed, done.unchanged, done.made) == (0, 0, 1, [])


def test_a_month_before_counts_its_pupils_under_the_village_of_now(acting: World) -> None:
    world, village, other = acting, named(acting, "Cà Xen"), named(acting, "Làng Trê")
    hoa = person(world, "Đinh Thị Hoa")
    chi = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    world.acting(hoa)
    class_id = people.classes_taught(world.work)[0]
    attendance.report(world.work, class_id, date(2024, 3, 19), Half.MORNING, [Line.absent(chi.id, Reason.ILL)])
    world.acting(person(world, "Phạm Thị Thu"))
    since = date(2024, 3, 1)
    before = coverage.period(Scope.everything(), world.work, since, TODAY)
    place_changes.merge(world.work, village.id, other.id, TODAY)
    after = coverage.period(Scope.everything(), world.work, since, TODAY)
    assert set(after.villages) == set(before.villages) - {village.id}
    assert after.villages[other.id].roll == before.villages[other.id].roll + before.villages[village.id].roll
    assert after.total.attendance == before.total.attendance
    paper = month.paper(Reader("vi"), lambda: nullcontext(world.work), world.commune(), date(2024, 2, 15))
    notes = [line for part in paper.parts for line in part.paragraphs]
    assert "Thôn Cà Xen nay nhập vào thôn Làng Trê và được tính chung." in notes


def test_exports_name_the_village_of_now(acting: World) -> None:
    world, village, other = acting, named(acting, "Cà Xen"), named(acting, "Làng Trê")
    place_changes.rename(world.work, other.id, "Gò Tranh", date(2024, 3, 1))
    place_changes.merge(world.work, village.id, other.id, TODAY)
    table = TABLES["pupils"]
    found = [row for rows in exports.rows(lambda: nullcontext(world.work), table, Window()) for row in rows]
    column = table.header(Window()).index("village")
    assert {row[column] for row in found} == {"Gò Tranh", "Làng Giữa"}


def test_two_places_that_are_no_two_villages_do_not_merge(acting: World) -> None:
    village, commune = named(acting, "Cà Xen"), acting.commune()
    for place, into, code in ((village, village, "same_village"), (village, commune, "outside_scope")):
        with pytest.raises(Refused, match=code):
            place_changes.merge(acting.work, place.id, into.id, TODAY)
    with pytest.raises(Refused, match="day_to_come"):
        place_changes.merge(acting.work, village.id, named(acting, "Làng Trê").id, date(2024, 3, 21))
