"""Who is found by which words, in which order, and what a search says to whom."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.rules import pupils
from bot.rules.work import Refused
from storage.attendance import Reason
from storage.audit import Audit
from storage.people import Person
from tests.world import World, many_dinh_thi


@pytest.fixture
def asked(world: World) -> World:
    """The commune of V12, with an official who searches."""
    world.teacher("Đinh Thị Hoa", of="6A")
    world.official("Phạm Thị Thu")
    many_dinh_thi(world)
    for name, of, village in (
        ("Hồ Văn An", "6A", "Làng Trê"),
        ("Đinh Văn Anh", "6A", "Cà Xen"),
        ("Đinh Thị Ánh", "7A", "Cà Xen"),
        ("Y", "7A", "Cà Xen"),
    ):
        world.pupil(name, of=of, village=village)
    as_person(world, "Phạm Thị Thu")
    return world


def as_person(world: World, name: str) -> None:
    world.acting(world.session.scalars(select(Person).where(Person.name == name)).one())


def names(found: pupils.Found) -> list[str]:
    return [f"{one.pupil.name} {one.class_name}" for one in found.hits]


def test_exact_spelling_stands_before_what_is_equal_without_marks(asked: World) -> None:
    found = pupils.search(asked.work, "đinh thị bế")
    assert names(found) == ["Đinh Thị Bế 3A", "Đinh Thị Bé 6A", "Đinh Thị Bé 8B", "Đinh Thị Bê 7A"]
    assert found.is_sure, "one pupil alone is spelled so"


def test_without_marks_nobody_is_chosen_silently(asked: World) -> None:
    found = pupils.search(asked.work, "dinh thi be")
    assert len(found.hits) == 4
    assert not found.is_sure


def test_two_of_the_same_name_are_never_sure(asked: World) -> None:
    assert not pupils.search(asked.work, "Đinh Thị Bé").is_sure


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("be 6A", ["Đinh Thị Bé 6A"]),
        ("6a bé", ["Đinh Thị Bé 6A"]),
        ("Đinh Thị Bé Cà Xen 8B", ["Đinh Thị Bé 8B"]),
        ("be thôn làng trê", ["Đinh Thị Bê 7A"]),
        ("be lang giua", ["Đinh Thị Bế 3A"]),
        ("Bé Đinh 8B", ["Đinh Thị Bé 8B"]),
        ("y", ["Y 7A"]),
    ],
)
def test_class_and_village_narrow_in_any_order(asked: World, text: str, who: list[str]) -> None:
    assert names(pupils.search(asked.work, text)) == who


def test_the_given_name_weighs_most(asked: World) -> None:
    """WRatio alone puts Khánh beside Ánh for "anh"; the given name as it is spelled stands first, then its
    beginnings."""
    assert names(pupils.search(asked.work, "anh")) == ["Đinh Văn Anh 6A", "Đinh Thị Ánh 7A"]
    assert names(pupils.search(asked.work, "an")) == ["Hồ Văn An 6A", "Đinh Văn Anh 6A", "Đinh Thị Ánh 7A"]


def test_what_only_sounds_alike_is_offered_and_never_taken(asked: World) -> None:
    found = pupils.search(asked.work, "đinh thị xoan")
    assert not found.hits
    assert [one.pupil.name for one in found.near] == ["Đinh Thị Xuân", "Đinh Thị Loan"]
    assert not found.is_sure


def test_a_former_name_of_a_village_narrows_too(asked: World) -> None:
    from storage.places import PlaceName

    tre = asked.village("Làng Trê")
    asked.session.add(PlaceName(place_id=tre.id, name="Thôn Ba Trang", folded="ba trang", valid_from=None))
    asked.session.flush()
    assert names(pupils.search(asked.work, "bê thôn ba trang")) == ["Đinh Thị Bê 7A"]


def test_a_village_head_finds_nobody_of_another_village(asked: World) -> None:
    asked.acting(None)
    head = asked.village_head("Đinh Văn Rớt", of="Cà Xen")
    asked.acting(head)
    assert not pupils.search(asked.work, "Hồ Văn An").hits
    assert not pupils.search(asked.work, "bê 7A làng trê").hits
    tro = asked.session.scalars(select(pupils.pupils.Pupil).where(pupils.pupils.Pupil.name == "Đinh Thị Bê")).one()
    with pytest.raises(Refused, match="outside_scope"):
        pupils.card(asked.work, tro.id)
    with pytest.raises(Refused, match="outside_scope"):
        pupils.card(asked.work, 999_999)


def test_the_card_counts_this_month_and_knows_the_last_promise(asked: World) -> None:
    be = pupils.search(asked.work, "Bé 8B").hits[0]
    card = pupils.card(asked.work, be.pupil.id)
    assert card.this_month == 4
    assert card.last is not None
    assert (card.last.day.isoformat(), card.last.reason) == ("2024-03-19", Reason.FIELDS)
    assert card.promised_on is not None
    assert card.promised_on.isoformat() == "2024-03-25"


def test_every_look_is_audited_and_no_audit_line_holds_a_name(asked: World) -> None:
    be = pupils.search(asked.work, "Đinh Thị Bé 8B").hits[0]
    pupils.card(asked.work, be.pupil.id)
    pupils.phones(asked.work, be.pupil.id)
    pupils.absences(asked.work, be.pupil.id)
    pupils.roll(asked.work, class_id=be.class_id)
    rows = asked.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(5)).all()
    assert [row.action for row in reversed(rows)] == [
        "pupils.searched",
        "pupil.seen",
        "pupil.phones_seen",
        "pupil.absences_seen",
        "pupils.listed",
    ]
    assert not any("Bé" in str(row.details) for row in rows)


def test_an_absurd_search_finds_nobody_and_breaks_nothing(asked: World) -> None:
    for text in ("", " , ", "\u202e", "%_'\"<b>", "a" * 5000, "6A", "thôn Cà Xen", "12345", "(((", "đ" * 90):
        pupils.search(asked.work, text)
