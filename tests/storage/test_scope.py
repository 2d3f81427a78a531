"""Nobody sees outside their scope, whichever reader is asked: every role against a brute-force list of what is its
own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bot.rules import attendance as rules
from bot.rules.attendance import Line
from bot.rules.work import Work
from storage import attendance, cases, handovers, mergers, minutes, people, pupils, visits
from storage.attendance import Half, Reason
from storage.people import Person, Role
from storage.pupils import Pupil
from storage.scope import Scope
from tests.world import World

DAY = date(2024, 3, 20)


@pytest.fixture
def two_of_each(world: World) -> World:
    """Two villages, two classes, two schools; a pupil in every corner, each with an absence."""
    second = world.school("Trường TH Làng Giữa")
    world.school_class("5A", second)
    for village in ("Cà Xen", "Làng Trê"):
        for name in ("6A", "6B"):
            world.pupil(f"Đinh Thị {village[:2]}{name}", of=name, village=village)
    pupil = world.pupil("Đinh Văn Xa", of="6A", village="Làng Giữa")
    enrolment = world.session.get_one(pupils.Enrolment, pupil.id)
    enrolment.class_id = world.school_class("5A", second).id
    for name in ("6A", "6B"):
        teacher = world.teacher(f"Cô {name}", of=name)
        class_id = world.school_class(name).id
        work = Work(world.session, world.at, DAY, teacher, people.scope_of(world.session, teacher, DAY))
        absent = [Line.absent(one.id, Reason.ILL) for one in pupils.of_class(work.scope, world.session, class_id)]
        rules.report(work, class_id, DAY, Half.MORNING, absent)
    return world


def everybody(world: World) -> list[Pupil]:
    return [one.pupil for one in pupils.listed(Scope.everything(), world.session, studying_only=False)]


def of(world: World, role: Role, **where: int) -> tuple[Person, Scope]:
    person = world.person(f"Người {role}", role, form="bác", **where)
    return person, people.scope_of(world.session, person, DAY)


def test_each_role_sees_its_own_pupils_and_no_other(two_of_each: World) -> None:
    world = two_of_each
    village, school, six_a = world.village("Cà Xen"), world.school(), world.school_class("6A")
    in_village = {one.id for one in everybody(world) if one.village_id == village.id}
    in_class = {one.id for one in pupils.of_class(Scope.everything(), world.session, six_a.id)}
    in_school = {one.pupil.id for one in pupils.listed(Scope.everything(), world.session) if one.class_name != "5A"}
    all_of_them = {one.id for one in everybody(world)}
    commune = world.commune().id
    for role, where, own in (
        (Role.TEACHER, {"class_id": six_a.id}, in_class),
        (Role.VILLAGE_HEAD, {"place_id": village.id}, in_village),
        (Role.VILLAGE_FRONT, {"place_id": village.id}, in_village),
        (Role.SCHOOL, {"place_id": school.id}, in_school),
        (Role.OFFICIAL, {"place_id": commune}, all_of_them),
        (Role.FRONT, {"place_id": commune}, all_of_them),
        (Role.ADMIN, {"place_id": commune}, all_of_them),
        (Role.ORGANISATION, {"place_id": commune}, set()),
        (Role.POLICE, {"place_id": commune}, set()),
        (Role.PARENTS, {"place_id": village.id}, set()),
    ):
        _, scope = of(world, role, **where)
        assert {one.pupil.id for one in pupils.listed(scope, world.session)} == own, role
        for pupil in everybody(world):
            assert (pupils.get(scope, world.session, pupil.id) is not None) == (pupil.id in own), role
            assert bool(attendance.of_pupil(scope, world.session, pupil.id, DAY)) <= (pupil.id in own), role


def test_a_register_shows_only_the_pupils_that_its_reader_may_see(two_of_each: World) -> None:
    world = two_of_each
    register = attendance.register(Scope.everything(), world.session, world.school_class("6A").id, DAY, Half.MORNING)
    assert register is not None
    _, head = of(world, Role.VILLAGE_HEAD, place_id=world.village("Cà Xen").id)
    assert attendance.register(head, world.session, register.class_id, DAY, Half.MORNING) is None
    shown = attendance.absences(head, world.session, register.id)
    assert {pupil.village_id for _, pupil in shown} <= {world.village("Cà Xen").id}


def test_a_role_that_ended_and_a_person_who_left_see_nothing(two_of_each: World) -> None:
    world = two_of_each
    person, scope = of(world, Role.VILLAGE_HEAD, place_id=world.village("Cà Xen").id)
    assert not scope.is_empty
    grant = people.grants(world.session, person.id, DAY)[0]
    grant.until_on = DAY
    assert people.scope_of(world.session, person, DAY).is_empty
    grant.until_on = None
    person.status = people.Status.LEFT
    assert people.scope_of(world.session, person, DAY).is_empty
    assert people.scope_of(world.session, person, DAY + timedelta(days=1)).is_empty


READERS: tuple[Callable[..., object], ...] = (
    pupils.get,
    pupils.of_class,
    pupils.listed,
    pupils.guardians,
    attendance.register,
    attendance.register_by_id,
    attendance.absences,
    attendance.registers_of_day,
    attendance.of_pupil,
    visits.get,
    visits.of_pupil,
    visits.files,
    cases.open_of,
    minutes.current,
    minutes.families,
    minutes.files,
    minutes.guests,
    people.listed,
    handovers.get,
    handovers.open_of_cases,
    handovers.waiting,
    handovers.of_left,
    mergers.namesakes,
    mergers.guardian_names,
    mergers.get,
    mergers.latest,
)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: f"{reader.__module__}.{reader.__name__}")
def test_a_reader_of_personal_data_takes_a_scope_first(reader: Callable[..., object]) -> None:
    first = next(iter(inspect.signature(reader).parameters.values()))
    assert first.name == "scope"
    with pytest.raises(TypeError):
        reader()
