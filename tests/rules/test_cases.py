"""Cases as functions: opened by hand or by a visit, one a pupil, on the list of whoever visits next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.rules import cases, reminders, visits
from bot.rules.visits import Findings
from bot.rules.work import Refused
from storage.cases import CaseStatus
from storage.visits import Met, NextStep
from tests.rules.test_visits import AT, by, named, pupil
from tests.world import World


def owed(world: World, name: str) -> list[str]:
    """The kinds of what stands on somebody's list."""
    work = by(world, name)
    return [task.kind for task in reminders.of_person(work, work.actor_id or 0) if task.kind.startswith("cases.")]


def test_a_case_opened_by_hand_asks_its_owner_to_visit(commune: World) -> None:
    head = named(commune, "Đinh Văn Rớt")
    cases.open(by(commune, "Đinh Thị Hoa"), pupil(commune).id, owner_id=head.id, due_at=AT)
    assert owed(commune, "Đinh Văn Rớt") == ["cases.visit"]
    assert owed(commune, "Đinh Thị Hoa") == []
    visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, Findings(AT, Met.PARENTS))
    assert owed(commune, "Đinh Văn Rớt") == []


def test_a_visit_at_which_nobody_was_met_stays_owed(commune: World) -> None:
    head = named(commune, "Đinh Văn Rớt")
    cases.open(by(commune, "Đinh Thị Hoa"), pupil(commune).id, owner_id=head.id, due_at=AT)
    visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, Findings(AT, Met.NOBODY))
    assert owed(commune, "Đinh Văn Rớt") == ["cases.visit"]


@pytest.mark.parametrize(
    ("step", "teacher", "head"),
    [
        (NextStep.TEACHER_VISITS, ["cases.visit"], []),
        (NextStep.COMMUNE_VISITS, ["cases.visit"], ["cases.visit"]),
        (NextStep.WAIT, [], []),
        (NextStep.SUPPORT, [], []),
    ],
)
def test_the_next_step_decides_who_visits(commune: World, step: str, teacher: list[str], head: list[str]) -> None:
    visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, Findings(AT, Met.PARENTS, next_step=step))
    assert owed(commune, "Đinh Thị Hoa") == teacher
    assert owed(commune, "Đinh Văn Rớt") == head


def test_a_pupil_has_one_open_case(commune: World) -> None:
    work = by(commune, "Đinh Thị Hoa")
    case = cases.open(work, pupil(commune).id)
    assert case.owner_id == work.actor_id
    with pytest.raises(Refused) as refused:
        cases.open(by(commune, "Phạm Thị Thu"), pupil(commune).id)
    assert refused.value.code == "case_is_open"
    cases.close(work, case.id, "back at school")
    assert cases.open(work, pupil(commune).id).id != case.id


def test_a_case_is_closed_once_and_within_the_scope(commune: World) -> None:
    case = cases.open(by(commune, "Đinh Thị Hoa"), pupil(commune).id)
    commune.teacher("Đinh Thị Na", of="7A")
    with pytest.raises(Refused) as refused:
        cases.close(by(commune, "Đinh Thị Na"), case.id, "")
    assert refused.value.code == "outside_scope"
    later = by(commune, "Phạm Thị Thu", AT + timedelta(hours=1))
    closed = cases.close(later, case.id, "moved away", status=CaseStatus.HANDED_OVER)
    assert (closed.closed_at, closed.status) == (later.now, "handed_over")
    with pytest.raises(Refused) as refused:
        cases.close(later, case.id, "")
    assert refused.value.code == "case_is_closed"


def test_a_village_head_neither_opens_nor_closes_by_hand(commune: World) -> None:
    with pytest.raises(Refused) as refused:
        cases.open(by(commune, "Đinh Văn Rớt"), pupil(commune).id)
    assert refused.value.code == "not_allowed"
