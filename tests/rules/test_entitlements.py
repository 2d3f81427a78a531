"""Hints say "ask the school" where something seems to be missing, and never give the family away."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from bot.rules import entitlements, thresholds
from bot.rules.entitlements import VillageFacts
from bot.rules.work import Refused
from storage.people import Person
from storage.pupils import Pupil
from storage.support import Circumstance, Offer
from tests.world import World


@pytest.fixture
def head(commune: World) -> Person:
    made = commune.school_head("Phạm Văn Sơn")
    commune.acting(made)
    return made


@pytest.fixture
def chi(commune: World) -> Pupil:
    return commune.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()


def rot(world: World) -> Person:
    return world.session.scalars(select(Person).where(Person.name == "Đinh Văn Rớt")).one()


def village(world: World, **facts: object) -> None:
    entitlements.set_village(world.work, world.village("Cà Xen").id, VillageFacts(**facts))  # type: ignore[arg-type]


def test_a_far_village_on_the_list_suggests_the_boarders_rice(commune: World, head: Person, chi: Pupil) -> None:
    assert entitlements.hints(commune.work, chi.id) == []
    village(commune, is_difficult=True, km=6)
    assert entitlements.hints(commune.work, chi.id) == ["learning_cost"]  # 7 km from grade 6 on
    village(commune, is_difficult=True, km=7)
    assert entitlements.hints(commune.work, chi.id) == ["boarding", "learning_cost"]
    village(commune, is_difficult=True, is_cut_off=True)
    assert "boarding" in entitlements.hints(commune.work, chi.id)
    village(commune, is_difficult=False, km=12)
    assert entitlements.hints(commune.work, chi.id) == []


def test_the_distance_is_a_number_of_the_commune(commune: World, head: Person, chi: Pupil) -> None:
    village(commune, is_difficult=True, km=6)
    commune.acting(None)
    thresholds.put(commune.work, commune.commune().id, {"entitlement.km_secondary": 6})
    commune.acting(head)
    assert "boarding" in entitlements.hints(commune.work, chi.id)


def test_a_list_that_has_ended_gives_no_hint(commune: World, head: Person, chi: Pupil) -> None:
    village(commune, is_difficult=True, until_on=date(2024, 3, 20))
    assert entitlements.hints(commune.work, chi.id) == ["learning_cost"]
    commune.work.today = date(2024, 3, 21)
    assert entitlements.hints(commune.work, chi.id) == []
    with pytest.raises(Refused, match="past_time"):
        village(commune, is_difficult=True, until_on=date(2024, 3, 20))


def test_what_the_pupil_receives_already_is_not_hinted_at(commune: World, head: Person, chi: Pupil) -> None:
    village(commune, is_difficult=True, km=9)
    entitlements.set_family(commune.work, chi.id, ["gets.boarding"])
    assert entitlements.hints(commune.work, chi.id) == ["learning_cost"]
    entitlements.set_family(commune.work, chi.id, [])
    assert entitlements.hints(commune.work, chi.id) == ["boarding", "learning_cost"]


def test_the_family_is_the_schools_alone_and_a_hint_gives_it_to_nobody(
    commune: World, head: Person, chi: Pupil
) -> None:
    entitlements.set_family(commune.work, chi.id, [Circumstance.POOR])
    assert entitlements.family(commune.work, chi.id) == {Circumstance.POOR}
    assert entitlements.hints(commune.work, chi.id) == ["learning_cost"]
    commune.acting(rot(commune))
    assert entitlements.hints(commune.work, chi.id) == []
    with pytest.raises(Refused, match="not_allowed"):
        entitlements.family(commune.work, chi.id)
    with pytest.raises(Refused, match="not_allowed"):
        entitlements.set_family(commune.work, chi.id, [])


def test_papers_follow_the_day_and_the_commune_may_write_over_them(commune: World, head: Person) -> None:
    commune_id = commune.commune().id
    now = {one.code: one.paper for one in entitlements.in_force(commune.work, commune_id)}
    later = {one.code: one.paper for one in entitlements.in_force(commune.work, commune_id, date(2025, 10, 1))}
    assert (now["boarding"], later["boarding"]) == ("Nghị định 116/2016/NĐ-CP", "Nghị định 66/2025/NĐ-CP")
    assert all(one.source for one in entitlements.shipped())
    entitlements.change(commune.work, "boarding", amount="15 kg gạo", until=date(2024, 3, 19))
    assert "boarding" not in {one.code for one in entitlements.in_force(commune.work, commune_id)}
    with pytest.raises(Refused, match="outside_scope"):
        entitlements.change(commune.work, "a car", amount="one")


def test_only_what_the_school_has_set_is_available(commune: World, head: Person, chi: Pupil) -> None:
    school = commune.school().id
    assert entitlements.offers_for(commune.work, chi.id) == []
    entitlements.set_offers(commune.work, school, [Offer.EXTRA_LESSONS, Offer.RICE])
    assert entitlements.offers_for(commune.work, chi.id) == [Offer.RICE, Offer.EXTRA_LESSONS]
    entitlements.set_offers(commune.work, school, [Offer.RICE])
    assert entitlements.offers_for(commune.work, chi.id) == [Offer.RICE]
    commune.acting(rot(commune))
    with pytest.raises(Refused, match="not_allowed"):
        entitlements.set_offers(commune.work, school, [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hộ nghèo", {Circumstance.POOR}),
        ("HỘ CẬN NGHÈO", {Circumstance.NEAR_POOR}),
        ("Hộ nghèo; Mồ côi cha", {Circumstance.POOR, Circumstance.ORPHAN}),
        ("khuyết tật nhẹ, cận nghèo", {Circumstance.DISABLED, Circumstance.NEAR_POOR}),
        ("con thương binh", set()),
    ],
)
def test_a_list_says_what_a_family_is(text: str, found: set[Circumstance]) -> None:
    assert entitlements.written(text) == found


def test_a_list_adds_to_what_the_school_knows_and_takes_nothing_away(commune: World, head: Person, chi: Pupil) -> None:
    entitlements.set_family(commune.work, chi.id, [Circumstance.ORPHAN])
    for _ in range(2):
        entitlements.note_written(commune.work, chi.commune_id, {chi.id: "Hộ nghèo"})
    assert entitlements.family(commune.work, chi.id) == {Circumstance.ORPHAN, Circumstance.POOR}
