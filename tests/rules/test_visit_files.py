"""Voice notes and photos of a visit: who may hear and see them, and that every such look is written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.rules import visit_files, visits
from bot.rules.sent_files import File
from bot.rules.visits import Findings
from bot.rules.work import Refused
from storage.audit import Audit
from storage.visits import Met, Visit, VisitReason
from tests.rules.test_visits import AT, by, named, pupil
from tests.world import World

FILES = (File("voice", "v", "phone", "phone", 18), File("photo", "p", "phone", "phone"))
VOICE = frozenset({"voice"})


def visited(world: World, reason: VisitReason) -> Visit:
    findings = Findings(AT, Met.PARENTS, reason, files=FILES)
    return visits.report(by(world, "Đinh Văn Rớt"), pupil(world).id, findings)


@pytest.mark.parametrize(
    ("name", "reason", "heard"),
    [
        ("Đinh Văn Rớt", VisitReason.PRIVATE, ["v"]),
        ("Đinh Thị Hoa", VisitReason.PRIVATE, ["v"]),
        ("Phạm Thị Thu", VisitReason.PRIVATE, []),
        ("Phạm Thị Thu", VisitReason.ILLNESS, ["v"]),
    ],
)
def test_a_private_matter_is_heard_by_the_visitor_and_the_class_teacher_alone(
    commune: World, name: str, reason: VisitReason, heard: list[str]
) -> None:
    visit = visited(commune, reason)
    work = by(commune, name)
    _, found = visit_files.look(work, visit.id, VOICE)
    assert [file.file_id for file in found] == heard
    looks = commune.session.scalars(select(Audit).where(Audit.action == "visit.files_seen")).all()
    assert [look.actor_id for look in looks] == [named(commune, name).id] * bool(heard)


def test_a_correction_is_heard_by_the_name_of_the_first_revision(commune: World) -> None:
    first = visited(commune, VisitReason.ILLNESS)
    mended = Findings(AT, Met.PARENTS, VisitReason.ILLNESS, files=FILES[1:])
    visits.correct(by(commune, "Đinh Văn Rớt"), first.id, mended, base=1)
    visit, found = visit_files.look(by(commune, "Đinh Thị Hoa"), first.id, VOICE)
    assert (visit.revision, list(found)) == (2, [])


def test_nobody_outside_the_scope_hears_anything(commune: World) -> None:
    visit = visited(commune, VisitReason.ILLNESS)
    commune.village_head("Hồ Văn Nhớ", of="Làng Trê")
    with pytest.raises(Refused) as refused:
        visit_files.look(by(commune, "Hồ Văn Nhớ"), visit.id, VOICE)
    assert refused.value.code == "outside_scope"


def test_a_look_for_what_is_not_there_is_no_look(commune: World) -> None:
    visit = visited(commune, VisitReason.ILLNESS)
    _, found = visit_files.look(by(commune, "Đinh Thị Hoa"), visit.id, frozenset({"file"}))
    assert found == []
    assert commune.session.scalars(select(Audit).where(Audit.action == "visit.files_seen")).all() == []
