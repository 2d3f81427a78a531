"""A roster sent in the chat: whose it may be, that a look leaves nothing behind, that twice changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.importers import roster as importer
from bot.importers.roster_facts import Roster
from bot.rules import roster, roster_import
from bot.rules.roster_import import Trial
from bot.rules.work import Refused
from storage import places
from storage.audit import Audit
from storage.people import Person, Role
from storage.places import PlaceKind
from storage.pupils import Pupil
from tests import papers
from tests.world import World, admin_and_school


@pytest.fixture
def school(commune: World) -> World:
    """An administrator, and the head of the only school."""
    admin_and_school(commune)
    commune.work.notices.clear()
    return commune


def acting(world: World, name: str) -> World:
    world.acting(world.session.scalars(select(Person).where(Person.name == name)).one())
    return world


def read(content: bytes) -> Roster:
    return importer.read_here(content, "a.csv", ())


def count(world: World) -> tuple[int | None, int | None, int | None]:
    world.session.flush()
    tables = (Pupil, places.Place, Audit)
    return tuple(world.session.scalar(select(func.count()).select_from(table)) for table in tables)  # type: ignore[return-value]


def test_a_look_says_what_taking_in_would_do_and_nothing_of_it_stays(school: World) -> None:
    work, file = acting(school, "Phạm Văn Sơn").work, read(papers.class_6a())
    before = count(school)
    found = roster_import.look(work, file)
    assert count(school) == before
    assert work.notices == []
    assert (found.added, found.changed, found.unchanged, found.villages) == (3, 1, 30, ("Làng Rin",))
    assert [(row, near) for row, _, near in found.alike] == [(35, "Đinh Thị Nga")]
    assert roster_import.facts(*roster_import.take(work, file)) == found


def test_taken_in_twice_nothing_changes(school: World) -> None:
    work, file = acting(school, "Phạm Văn Sơn").work, read(papers.class_6a())
    roster_import.take(work, file)
    again = roster_import.look(work, file)
    assert (again.added, again.changed, again.unchanged, again.villages) == (0, 0, 34, ())


def test_a_head_brings_a_file_of_another_name_into_the_own_school_and_sees_that_name(school: World) -> None:
    found = roster_import.look(acting(school, "Phạm Văn Sơn").work, read(papers.nine_wrong()))
    assert (found.school, found.named, found.schools) == (
        "Trường PTDTBT TH&THCS Long Môn",
        "Trường THCS Long Sơn",
        (),
    )


def test_an_administrator_makes_the_school_that_the_file_names(school: World) -> None:
    found = roster_import.look(acting(school, "Đinh Văn Lập").work, read(papers.nine_wrong()))
    assert (found.school, found.named, found.schools) == ("Trường THCS Long Sơn", "", ("Trường THCS Long Sơn",))


def test_of_a_file_of_several_schools_a_head_takes_the_own_rows_only(school: World) -> None:
    file = by_school(("Đinh Văn Groi", "Trường PTDTBT TH&THCS Long Môn"), ("Đinh Văn Hrin", "Trường THCS Long Sơn"))
    found = roster_import.look(acting(school, "Phạm Văn Sơn").work, file)
    assert (found.added, found.left_out, found.schools) == (1, 1, ())
    others = by_school(("Đinh Văn Groi", "Trường THCS Long An"), ("Đinh Văn Hrin", "Trường THCS Long Sơn"))
    with pytest.raises(Refused, match="other_schools"):
        roster_import.look(school.work, others)


def by_school(*rows: tuple[str, str]) -> Roster:
    lines = [f"{name},6A,Cà Xen,{school}" for name, school in rows]
    return read(("\N{BYTE ORDER MARK}Họ và tên,Lớp,Thôn,Trường\n" + "\n".join(lines)).encode())


def test_a_file_that_names_no_school_is_asked_about_where_there_are_several(school: World) -> None:
    second = school.school("Trường THCS Long Sơn")
    work, file = acting(school, "Đinh Văn Lập").work, read(papers.table("1,Đinh Văn Groi,2012,6B,Cà Xen,"))
    with pytest.raises(Refused, match="which_school"):
        roster_import.look(work, file)
    assert roster_import.look(work, file, second.id).school == second.name


def test_nobody_brings_a_roster_into_a_school_of_others(school: World) -> None:
    second = school.school("Trường THCS Long Sơn")
    file = read(papers.class_6a())
    with pytest.raises(Refused, match="outside_scope"):
        roster_import.take(acting(school, "Phạm Văn Sơn").work, file, second.id)
    for name in ("Đinh Thị Hoa", "Phạm Thị Thu", "Đinh Văn Rớt"):
        with pytest.raises(Refused, match="not_allowed"):
            roster_import.look(acting(school, name).work, file)


def test_a_pupil_of_another_school_is_counted_before_the_list_moves_them(school: World) -> None:
    second = school.school("Trường THCS Long Sơn")
    school.person("Phạm Thị Lành", Role.SCHOOL, form="cô", place_id=second.id)
    chi = school.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    chi.code = "5112345678"
    rows = "Mã học sinh,Họ và tên,Ngày sinh,Lớp,Thôn\n5112345678,Đinh Thị Chi,10/05/2012,6B,Cà Xen\n"
    found = roster_import.look(acting(school, "Phạm Thị Lành").work, read(f"\N{BYTE ORDER MARK}{rows}".encode()))
    assert (found.changed, found.from_elsewhere) == (1, 1)


def test_a_file_too_large_for_the_chat_is_for_the_machine(school: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_import, "ROWS_AT_MOST", 20)
    with pytest.raises(Refused, match="too_many_rows"):
        roster_import.look(acting(school, "Phạm Văn Sơn").work, read(papers.class_6a()))


def test_a_look_that_is_refused_leaves_the_work_as_it_was(school: World) -> None:
    work = acting(school, "Phạm Văn Sơn").work
    villages = len(places.of_kind(school.session, PlaceKind.VILLAGE))
    with pytest.raises(Refused):
        roster_import.look(work, read(papers.class_6a()), 999)
    assert len(places.of_kind(school.session, PlaceKind.VILLAGE)) == villages
    assert isinstance(roster_import.look(work, read(papers.class_6a())), Trial)


def test_how_many_are_written_at_once_changes_nothing(school: World, monkeypatch: pytest.MonkeyPatch) -> None:
    work, file = acting(school, "Phạm Văn Sơn").work, read(papers.class_6a())
    found = roster_import.look(work, file)
    monkeypatch.setattr(roster, "AT_ONCE", 1)
    assert roster_import.look(work, file) == found
    monkeypatch.setattr(roster, "AT_ONCE", 2)
    assert roster_import.facts(*roster_import.take(work, file)) == found


def test_one_code_twice_in_a_file_is_one_pupil(school: World) -> None:
    work, file = acting(school, "Phạm Văn Sơn").work, read(papers.class_6a())
    twice = [replace(file.rows[-1], name="Đinh Thị Xuyến", code="0512345", class_name=name) for name in ("6A", "6B")]
    found = roster_import.look(work, replace(file, rows=tuple(twice)))
    assert (found.added, found.changed) == (1, 1)
