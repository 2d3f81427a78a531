"""`ralop export support`: one row a need, what it is only unless asked for, and days that go by the promise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rules import support
from bot.rules.support import Gift
from storage.audit import Audit
from storage.people import Person
from storage.pupils import Pupil
from storage.support import Need, NeedKind
from tests.commands.shell import Shell
from tests.reports.test_exports import commune, records


@pytest.fixture
def four(shell: Shell) -> list[int]:
    """A need without a giver, one promised and taken back, one handed over; the ids in their order."""
    with commune(shell) as world:
        world.acting(world.session.scalars(select(Person).where(Person.name == "Phạm Thị Thu")).one())
        names = ("Đinh Thị Chi", "Đinh Thị An", "Đinh Văn Dút")
        pupils = [world.session.scalars(select(Pupil).where(Pupil.name == name)).one() for name in names]
        needs = [support.note(world.work, p.id, NeedKind.OTHER, "áo mưa").need.id for p in pupils]
        support.pledge(world.work, needs[1], Gift(name="anh Tuấn", words="2 áo mưa"))
        support.take_pledge_back(world.work, needs[1])
        world.work.now += timedelta(days=1)
        support.pledge(world.work, needs[2], Gift(name="chị Lan", words="1 áo mưa"))
        world.work.now += timedelta(hours=2)
        support.hand_over(world.work, needs[2])
        return list(world.session.scalars(select(Need.id).order_by(Need.id)))


def test_each_need_is_one_row_with_its_giver_and_state(shell: Shell, four: list[int]) -> None:
    rows = records(shell, "support")
    assert [row["id"] for row in rows] == four
    assert [(row["donor"], row["status"]) for row in rows] == [
        ("", "needed"),
        ("anh Tuấn", "withdrawn"),
        ("chị Lan", "handed_over"),
        ("", "needed"),
    ]
    assert {row["need"] for row in rows} == {None}
    assert (rows[2]["pledged_at"], rows[2]["handed_over_at"]) == (
        "2024-03-21T07:15:00+07:00",
        "2024-03-21T09:15:00+07:00",
    )


def test_what_is_needed_is_given_out_only_when_asked_for_and_that_is_noted(shell: Shell, four: list[int]) -> None:
    rows = records(shell, "support", "--sensitive")
    assert {(row["need"], row["note"]) for row in rows} == {("other", "áo mưa")}
    assert rows[2]["gift"] == "1 áo mưa"
    with commune(shell) as world:
        noted = world.session.scalars(select(Audit).where(Audit.action == "data.exported")).all()
        assert noted[-1].details["sensitive"] is True
        needs = world.session.scalars(select(Audit).where(Audit.subject_type == "need")).all()
        assert needs
        assert not any("áo mưa" in str(row.details) for row in needs)


def test_days_go_by_the_promise(shell: Shell, four: list[int]) -> None:
    found = records(shell, "support", "--from", "2024-03-21", "--to", "2024-03-21")
    assert [row["id"] for row in found] == [four[2]]
