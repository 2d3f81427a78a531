"""Needs, givers, hand-overs: one need a thing, no child in a giver's view, and what waits too long is the school's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.rules import support, support_for_donors, thresholds
from bot.rules.sent_files import File
from bot.rules.support import Gift
from bot.rules.tasks import Task
from bot.rules.work import Refused
from storage import support as stored
from storage.people import Person
from storage.pupils import Pupil
from storage.scope import Scope
from storage.support import Need, NeedKind, NeedStatus
from tests.world import World


def one(world: World, name: str) -> Pupil:
    return world.session.scalars(select(Pupil).where(Pupil.name == name)).one()


def who(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


@pytest.fixture
def head(commune: World) -> Person:
    """The head of the school, who acts."""
    made = commune.school_head("Phạm Văn Sơn")
    commune.acting(made)
    return made


def needed(world: World, name: str, what: NeedKind = NeedKind.BICYCLE, *, days_ago: int = 0) -> Need:
    now = world.work.now
    world.work.now = now - timedelta(days=days_ago)
    made = support.note(world.work, one(world, name).id, what).need
    world.work.now = now
    return made


def owed(world: World, person: Person) -> Sequence[Task]:
    return list(support.tasks(world.work, world.work.now, world.work.now, person.id))


def test_the_same_thing_for_the_same_pupil_is_one_need(commune: World, head: Person) -> None:
    chi = one(commune, "Đinh Thị Chi")
    first = support.note(commune.work, chi.id, NeedKind.RICE)
    again = support.note(commune.work, chi.id, NeedKind.RICE)
    other = support.note(commune.work, chi.id, NeedKind.OTHER, "áo mưa")
    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert again.need.id == first.need.id
    assert support.note(commune.work, chi.id, NeedKind.OTHER, "Áo  mưa").need.id == other.need.id
    with pytest.raises(Refused, match="no_words"):
        support.note(commune.work, chi.id, NeedKind.OTHER, "  ")


def test_a_need_is_noted_by_who_sees_the_pupil_and_given_by_who_manages_support(commune: World) -> None:
    commune.acting(who(commune, "Đinh Văn Rớt"))
    chi, of_another_village = one(commune, "Đinh Thị Chi"), one(commune, "Hồ Văn An")
    need = support.note(commune.work, chi.id, NeedKind.CLOTHES).need
    with pytest.raises(Refused, match="outside_scope"):
        support.note(commune.work, of_another_village.id, NeedKind.CLOTHES)
    for act in (support.overview, support.donors, support_for_donors.for_donors):
        with pytest.raises(Refused, match="not_allowed"):
            act(commune.work)
    with pytest.raises(Refused, match="not_allowed"):
        support.pledge(commune.work, need.id, Gift(name="anh Tuấn"))
    commune.work.now += timedelta(hours=25)
    with pytest.raises(Refused, match="not_allowed"):
        support.withdraw(commune.work, need.id)
    commune.work.now -= timedelta(hours=2)
    assert support.withdraw(commune.work, need.id).status == NeedStatus.WITHDRAWN


def test_a_giver_is_one_record_however_often_named(commune: World, head: Person) -> None:
    first = support.pledge(commune.work, needed(commune, "Đinh Thị Chi").id, Gift(name="Anh Tuấn", phone="0905111222"))
    again = support.pledge(commune.work, needed(commune, "Đinh Thị An").id, Gift(name="anh tuấn"))
    assert first.donor_id == again.donor_id
    (donor,) = support.donors(commune.work)
    assert (donor.name, donor.phone) == ("Anh Tuấn", "0905111222")
    with pytest.raises(Refused, match="need_changed"):
        support.pledge(commune.work, first.id, Gift(name="chị Lan"))
    with pytest.raises(Refused, match="no_donor"):
        support.pledge(commune.work, needed(commune, "Đinh Thị Gái").id, Gift(name="  "))


def test_a_promise_taken_back_leaves_its_row_and_the_need_waits_on(commune: World, head: Person) -> None:
    need = needed(commune, "Đinh Thị Chi", days_ago=20)
    support.pledge(commune.work, need.id, Gift(name="anh Tuấn"))
    again = support.take_pledge_back(commune.work, need.id)
    assert (need.status, again.status) == (NeedStatus.WITHDRAWN, NeedStatus.NEEDED)
    assert again.id != need.id
    assert again.donor_id is None
    assert support.waited_days(commune.work, again.waits_since) == 20


def test_whoever_noted_it_hears_when_the_pupil_has_it_and_not_after_an_undo(commune: World, head: Person) -> None:
    rot = who(commune, "Đinh Văn Rớt")
    commune.acting(rot)
    need = needed(commune, "Đinh Thị Chi")
    commune.acting(head)
    support.pledge(commune.work, need.id, Gift(name="anh Tuấn"))
    support.hand_over(commune.work, need.id, [File("photo", "f1", "phone", "phone")])
    (notice,) = commune.work.notices
    assert (notice.person_id, notice.kind, notice.facts) == (rot.id, "support.arrived", {})
    assert len(stored.photos(commune.work.scope, commune.session, need.id)) == 1
    assert support.undo_hand_over(commune.work, need.id).status == NeedStatus.PLEDGED
    with pytest.raises(Refused, match="need_changed"):
        support.undo_hand_over(commune.work, need.id)


def test_a_school_gives_what_it_has_without_a_giver(commune: World, head: Person) -> None:
    need = support.hand_over(commune.work, needed(commune, "Đinh Thị Chi").id)
    assert (need.status, need.donor_id) == (NeedStatus.HANDED_OVER, None)
    assert commune.work.notices == []  # whoever noted it handed it over
    commune.work.now += timedelta(hours=25)
    with pytest.raises(Refused, match="need_changed"):
        support.undo_hand_over(commune.work, need.id)


def test_what_waits_too_long_is_the_schools_task_from_that_day_on(commune: World, head: Person) -> None:
    needed(commune, "Đinh Thị Chi", days_ago=29)
    promised = needed(commune, "Đinh Thị An", days_ago=13)
    commune.work.now -= timedelta(days=13)
    support.pledge(commune.work, promised.id, Gift(name="anh Tuấn"))
    commune.work.now += timedelta(days=13)
    assert owed(commune, head) == []
    commune.work.now += timedelta(days=1)
    commune.work.today += timedelta(days=1)
    found = {task.kind: task for task in owed(commune, head)}
    assert set(found) == {"support.find_donor", "support.hand_over"}
    assert all(task.remind == () and task.useful_until > commune.work.now for task in found.values())
    assert owed(commune, who(commune, "Phạm Thị Thu")) == []


def test_a_commune_changes_the_days_and_the_task_follows(commune: World, head: Person) -> None:
    needed(commune, "Đinh Thị Chi", days_ago=10)
    assert owed(commune, head) == []
    commune.acting(None)
    thresholds.put(commune.work, commune.commune().id, {"support.donor_days": 10})
    commune.acting(head)
    (task,) = owed(commune, head)
    assert task.due == datetime(2024, 3, 20, 7, 15, tzinfo=VIETNAM)


def test_a_giver_is_shown_no_village_in_which_a_child_could_be_guessed(commune: World, head: Person) -> None:
    of_cà_xen = [p for p in commune.session.scalars(select(Pupil)) if p.village_id == commune.village("Cà Xen").id]
    for pupil in of_cà_xen[:6]:
        support.note(commune.work, pupil.id, NeedKind.CLOTHES)
    assert support_for_donors.for_donors(commune.work).villages == (("Cà Xen", 6),)
    support.note(commune.work, one(commune, "Hồ Văn An").id, NeedKind.RICE)
    found = support_for_donors.for_donors(commune.work)
    assert found.villages == ()  # 7 less 6 would be the one child of Làng Trê
    assert {what: sum(levels.values()) for what, levels in found.kinds.items()} == {"clothes": 6, "rice": 1}


def test_reads_of_needs_keep_to_the_scope(commune: World, head: Person) -> None:
    need = needed(commune, "Hồ Văn An")
    village = Scope(villages=frozenset({commune.village("Cà Xen").id}))
    assert stored.get(village, commune.session, need.id) is None
    assert stored.listed(village, commune.session, (NeedStatus.NEEDED,)) == []
    assert stored.with_class(village, commune.session, (NeedStatus.NEEDED,)) == []
    assert stored.get(Scope(villages=frozenset({commune.village("Làng Trê").id})), commune.session, need.id) is need
