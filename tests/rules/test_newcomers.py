"""Inviting in the chat: who may invite whom, whose roles wait, and what one tap undoes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.rules import newcomers, people
from bot.rules.newcomers import Newcomer
from bot.rules.work import Refused
from storage import people as stored
from storage.audit import Audit
from storage.people import Person, Role, Status
from tests.world import KEY, World


def admin(world: World) -> Person:
    return world.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=world.commune().id)


def joins(world: World, invite: people.NewInvite, at: str = "new phone") -> Person:
    world.acting(None)
    found = people.find_invite(world.work, KEY, invite.code)
    person = people.join(world.work, found.id, "anh", "phone", "phone", at)
    world.acting(None)
    return person


def test_an_official_invited_in_the_chat_has_no_rights_before_the_inviters_word(world: World) -> None:
    inviter = admin(world)
    world.pupil("Đinh Thị An", of="6A")
    world.acting(inviter)
    _, invite = newcomers.invite(world.work, KEY, Newcomer(Role.OFFICIAL, "Đinh Thị Hiền"))
    newcomer = joins(world, invite)
    assert stored.scope_of(world.session, newcomer, world.work.today).is_empty
    assert people.roles(world.work, newcomer) == frozenset()
    assert [task.subject_id for task in newcomers.tasks(world.work, world.at, world.at, inviter.id)] == [newcomer.id]
    world.acting(inviter)
    newcomers.confirm(world.work, newcomer.id)
    assert people.roles(world.work, newcomer) == {Role.OFFICIAL}
    assert stored.scope_of(world.session, newcomer, world.work.today).communes
    assert not list(newcomers.tasks(world.work, world.at, world.at, inviter.id))
    assert [notice.kind for notice in world.work.notices] == ["person.confirmed"]
    with pytest.raises(Refused, match="nothing_waits"):
        newcomers.confirm(world.work, newcomer.id)


def test_a_teacher_invited_in_the_chat_begins_at_once(world: World) -> None:
    world.pupil("Đinh Thị An", of="6A")
    class_id = world.school_class("6A").id
    world.acting(admin(world))
    _, invite = newcomers.invite(world.work, KEY, Newcomer(Role.TEACHER, "Đinh Thị Na", class_id=class_id))
    assert people.roles(world.work, joins(world, invite)) == {Role.TEACHER}


def test_an_invite_made_on_the_machine_does_not_wait(world: World) -> None:
    person = world.official("Phạm Thị Thu", form="", joined=False)
    assert people.roles(world.work, joins(world, people.invite(world.work, KEY, person))) == {Role.OFFICIAL}


def test_the_wrong_person_is_undone_in_one_step(world: World) -> None:
    inviter = admin(world)
    village = world.village("Cà Xen")
    world.acting(inviter)
    _, invite = newcomers.invite(world.work, KEY, Newcomer(Role.VILLAGE_HEAD, "Đinh Văn Rin", place_id=village.id))
    person = joins(world, invite)
    world.acting(inviter)
    newcomers.undo(world.work, person.id)
    assert not stored.addresses(world.session, person.id)
    assert person.status == Status.LEFT
    assert stored.scope_of(world.session, person, world.work.today).is_empty
    assert world.session.scalars(select(Audit).where(Audit.action == "person.undone")).one().actor_id == inviter.id
    _, again = newcomers.invite(world.work, KEY, Newcomer(Role.VILLAGE_HEAD, "Đinh Văn Rin", place_id=village.id))
    assert people.roles(world.work, joins(world, again, "right phone")) == {Role.VILLAGE_HEAD}


def test_a_phone_of_the_right_person_stays_when_another_is_undone(world: World) -> None:
    inviter, head = admin(world), world.village_head("Đinh Văn Rin", of="Cà Xen")
    for row in stored.addresses(world.session, head.id):
        people.close_address(world.work, row, "lost")
    world.acting(inviter)
    _, invite = newcomers.invite_again(world.work, KEY, head.id)
    joins(world, invite, "wrong phone")
    first = stored.at_address(world.session, "phone", "phone", "bác Rin")
    assert first is not None
    first.linked_at = world.at.replace(year=2023)
    people.hear_from(world.work, first, head)
    world.acting(inviter)
    newcomers.undo(world.work, head.id)
    assert [row.address for row in stored.addresses(world.session, head.id)] == ["bác Rin"]
    assert people.roles(world.work, head) == {Role.VILLAGE_HEAD}


def test_only_the_inviter_has_a_word(world: World) -> None:
    inviter, other = admin(world), world.person("Đinh Văn Bên", Role.ADMIN, place_id=world.commune().id)
    world.acting(inviter)
    _, invite = newcomers.invite(world.work, KEY, Newcomer(Role.POLICE, "Hồ Văn Tú"))
    person = joins(world, invite)
    world.acting(other)
    for word in (newcomers.confirm, newcomers.undo):
        with pytest.raises(Refused, match="outside_scope"):
            word(world.work, person.id)


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.ADMIN, Role.VILLAGE_HEAD, Role.SCHOOL])
def test_a_school_invites_only_its_teachers_and_parents(world: World, role: Role) -> None:
    village = world.village("Cà Xen")
    world.acting(world.school_head("Phạm Văn Sơn"))
    with pytest.raises(Refused, match="not_allowed"):
        newcomers.invite(world.work, KEY, Newcomer(role, "Đinh Văn A", place_id=village.id))


def test_a_school_invites_for_its_own_classes_only(world: World) -> None:
    from bot.rules.people import make_place
    from storage.places import PlaceKind

    other = make_place(world.work, PlaceKind.SCHOOL, "Trường khác", parent_id=world.commune().id)
    theirs = world.school_class("6B", other)
    ours = world.school_class("6A")
    world.acting(world.school_head("Phạm Văn Sơn"))
    with pytest.raises(Refused, match="outside_scope"):
        newcomers.invite(world.work, KEY, Newcomer(Role.TEACHER, "Đinh Thị Na", class_id=theirs.id))
    person, _ = newcomers.invite(world.work, KEY, Newcomer(Role.TEACHER, "Đinh Thị Na", class_id=ours.id))
    assert [one.id for one in newcomers.not_joined(world.work)] == [person.id]


def test_a_teacher_invites_nobody(world: World) -> None:
    world.acting(world.teacher("Đinh Thị Hoa", of="6A"))
    with pytest.raises(Refused, match="not_allowed"):
        newcomers.not_joined(world.work)
