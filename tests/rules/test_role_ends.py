"""Roles that end, with a moved clock: warned of three times, renewed in one tap, refused after the end (T5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.rules import people, reminders, role_ends
from bot.rules.work import Refused, Work
from storage import people as stored
from storage.audit import Audit
from storage.people import Role, RoleGrant
from tests.rules.test_visits import by, named
from tests.world import World

FIRST = datetime(2024, 9, 5, 18, tzinfo=VIETNAM)
ENDS = date(2024, 9, 19)


def grant_of(world: World, name: str = "Đinh Thị Hoa") -> RoleGrant:
    return world.session.scalars(select(RoleGrant).where(RoleGrant.person_id == named(world, name).id)).one()


def warned(world: World, first: datetime, days: int) -> list[tuple[date, str]]:
    """The day and the moment of each warning, of a clock that ticks every evening at 18:00."""
    found = []
    for at in (first + timedelta(days=n) for n in range(days)):
        work = Work(session=world.session, now=at, today=at.date())
        due = reminders.due(work, at - timedelta(days=1))
        found += [(at.date(), one.moment.name) for one in due if one.task.kind == role_ends.KIND]
    return found


def listed(world: World, at: datetime) -> list[str]:
    work = by(world, "Đinh Thị Hoa", at)
    owed = reminders.of_person(work, work.actor_id or 0)
    return [task.occurrence for task in owed if task.kind == role_ends.KIND]


def test_a_teacher_is_warned_three_times(commune: World) -> None:
    assert grant_of(commune).until_on == ENDS
    assert warned(commune, FIRST - timedelta(days=5), 25) == [
        (date(2024, 9, 5), "14 days before"),
        (date(2024, 9, 12), "7 days before"),
        (date(2024, 9, 18), "1 days before"),
    ]


def test_it_stands_on_the_list_from_the_first_warning_to_the_end(commune: World) -> None:
    assert listed(commune, FIRST - timedelta(minutes=1)) == []
    assert listed(commune, FIRST) == ["2024-09-19"]
    assert listed(commune, datetime(2024, 9, 18, 23, 59, tzinfo=VIETNAM)) == ["2024-09-19"]
    assert listed(commune, datetime(2024, 9, 19, 0, 1, tzinfo=VIETNAM)) == []


def test_one_tap_renews_for_a_year_and_a_second_adds_no_year(commune: World) -> None:
    grant = grant_of(commune)
    for _ in range(2):
        role_ends.renew(by(commune, "Đinh Thị Hoa", FIRST), grant.id)
    assert grant.until_on == date(2025, 9, 19)
    actions = commune.session.scalars(select(Audit.action).where(Audit.action == "role.renewed")).all()
    assert len(actions) == 1
    assert warned(commune, FIRST, 16) == []
    assert len(warned(commune, FIRST + timedelta(days=360), 20)) == 3


def test_the_next_tap_after_the_end_is_refused(commune: World) -> None:
    before, after = (datetime(2024, 9, day, 7, 15, tzinfo=VIETNAM) for day in (18, 19))
    people.require(by(commune, "Đinh Thị Hoa", before), "attendance.report")
    late = by(commune, "Đinh Thị Hoa", after)
    with pytest.raises(Refused) as refused:
        people.require(late, "attendance.report")
    assert refused.value.code == "not_allowed"
    assert late.scope.is_empty
    with pytest.raises(Refused) as refused:
        role_ends.renew(late, grant_of(commune).id)
    assert refused.value.code == "role_is_over"


def test_ending_it_oneself_ends_it_today(commune: World) -> None:
    work = by(commune, "Đinh Thị Hoa", FIRST)
    assert people.may(work, "attendance.report")
    role_ends.end(work, grant_of(commune).id)
    assert not people.may(work, "attendance.report")
    assert work.scope.is_empty
    assert warned(commune, FIRST, 16) == []


def test_a_role_of_others_is_neither_renewed_nor_ended(commune: World) -> None:
    for act in (role_ends.renew, role_ends.end):
        with pytest.raises(Refused) as refused:
            act(by(commune, "Đinh Văn Rớt", FIRST), grant_of(commune).id)
        assert refused.value.code == "outside_scope"
    assert grant_of(commune).until_on == ENDS


def test_the_last_administrator_never_ends(commune: World) -> None:
    admin = commune.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=commune.commune().id)
    with pytest.raises(Refused):
        role_ends.end(by(commune, "Đinh Văn Lập", FIRST), grant_of(commune, "Đinh Văn Lập").id)
    assert stored.grants(commune.session, admin.id, date(2030, 1, 1))
