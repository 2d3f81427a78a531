"""Guests as functions: whose families are invited by mouth, by whom, and who may note that they came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rules import guests, invitees, meetings
from bot.rules.invitees import USUAL
from bot.rules.meetings import Setting
from bot.rules.work import Refused
from storage import minutes as stored
from storage.audit import Audit
from storage.meetings import Answer, Meeting
from storage.people import Role, Status
from storage.pupils import PupilStatus
from storage.scope import Scope
from tests.rules.test_minutes import HOA, MADE, ROT, START, THU, at, by, machine, named, pupil
from tests.world import World, cases_of


@pytest.fixture
def together(commune: World) -> Meeting:
    """Cà Xen and Làng Trê meet; em Chi (Cà Xen), em Sim (Làng Trê) and em Tí (Làng Giữa) are at risk."""
    commune.village_head("Đinh Văn Rin", of="Làng Trê")
    sim = commune.pupil("Đinh Thị Sim", of="7A", village="Làng Trê")
    ti = commune.pupil("Đinh Văn Tí", of="7A", village="Làng Giữa")
    cases_of(commune, pupil(commune, "Đinh Thị Chi"), sim, ti)
    villages = (commune.village("Cà Xen").id, commune.village("Làng Trê").id)
    meeting = meetings.create(by(commune, THU, MADE), Setting(START, villages, USUAL))
    invitees.refresh(machine(commune, MADE), meeting)
    return meeting


def names(found: list[guests.Guest]) -> list[str]:
    return [one.listed.pupil.name for one in found]


def invited_by(world: World, name: str, meeting: Meeting) -> list[str]:
    work = by(world, name, at("21 16:30"))
    villages = guests.villages_to_invite(work, meeting, named(world, name))
    return names(guests.expected(work, meeting, villages=villages))


def test_each_village_head_hears_of_the_own_villages_families_only(commune: World, together: Meeting) -> None:
    assert invited_by(commune, ROT, together) == ["Đinh Thị Chi"]
    assert invited_by(commune, "Đinh Văn Rin", together) == ["Đinh Thị Sim"]
    assert invited_by(commune, HOA, together) == []
    assert names(guests.look(by(commune, ROT, MADE), together.id)[1]) == ["Đinh Thị Chi"]
    assert names(guests.look(by(commune, THU, MADE), together.id)[1]) == ["Đinh Thị Chi", "Đinh Thị Sim"]


def test_every_look_at_the_list_is_audited(commune: World, together: Meeting) -> None:
    guests.look(by(commune, ROT, MADE), together.id)
    seen = commune.session.scalars(select(Audit).where(Audit.action == "guests.seen")).one()
    assert seen.details["pupils"] == [pupil(commune, "Đinh Thị Chi").id]


def test_where_the_head_does_not_come_or_cannot_be_reached_the_front_of_the_village_invites(
    commune: World, together: Meeting
) -> None:
    commune.person("Đinh Văn Nghĩa", Role.VILLAGE_FRONT, form="chú", place_id=commune.village("Cà Xen").id)
    assert invited_by(commune, "Đinh Văn Nghĩa", together) == []
    meetings.answer(by(commune, ROT, MADE + timedelta(minutes=5)), together.id, Answer.NO)
    assert invited_by(commune, "Đinh Văn Nghĩa", together) == ["Đinh Thị Chi"]
    meetings.answer(by(commune, ROT, MADE + timedelta(minutes=6)), together.id, Answer.YES)
    named(commune, ROT).status = Status.UNREACHABLE
    assert invited_by(commune, "Đinh Văn Nghĩa", together) == ["Đinh Thị Chi"]


def test_the_family_of_a_pupil_who_moved_away_is_no_guest(commune: World, together: Meeting) -> None:
    pupil(commune, "Đinh Thị Chi").status = PupilStatus.MOVED
    commune.session.flush()
    assert invited_by(commune, ROT, together) == []


def test_a_head_notes_who_came_of_the_own_village_and_of_no_other(commune: World, together: Meeting) -> None:
    chi, sim = pupil(commune, "Đinh Thị Chi"), pupil(commune, "Đinh Thị Sim")
    with pytest.raises(Refused, match="meeting_to_come"):
        guests.note_came(by(commune, ROT, at("21 18:00")), together.id, [chi.id])
    work = by(commune, ROT, at("21 19:00"))
    with pytest.raises(Refused, match="outside_scope"):
        guests.note_came(work, together.id, [sim.id])
    assert guests.note_came(work, together.id, [chi.id]) == 1
    assert guests.note_came(work, together.id, []) == 0
    found = stored.guests(Scope.everything(), commune.session, together.id)
    assert [(one.pupil_id, one.came) for one in found] == [(chi.id, False)]


def test_a_teacher_and_a_head_of_another_village_see_no_guests(commune: World, together: Meeting) -> None:
    commune.village_head("Đinh Văn Vút", of="Làng Giữa")
    for name in (HOA, "Đinh Văn Vút"):
        with pytest.raises(Refused, match="outside_scope"):
            guests.look(by(commune, name, MADE), together.id)
