"""What importers read survives JSON, and what cannot be read keeps its reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.importers import as_json, files, kept, roster
from bot.importers import plan as plans_read
from bot.importers.files import Reason, Unreadable
from bot.importers.plan import PlanDocument
from bot.importers.roster_facts import Roster
from tests.importers import plans, rosters

SAMPLES = Path(__file__).parent / "samples"


def through_json(value: object) -> object:
    return json.loads(json.dumps(as_json.dumped(value)))


@pytest.mark.parametrize("layout", rosters.LAYOUTS, ids=lambda layout: layout.__name__)
def test_a_roster_survives(layout: Callable[[], rosters.Written]) -> None:
    written = layout()
    read = roster.read_here(written.data, written.filename, ())
    assert read.rows
    assert as_json.loaded(Roster, through_json(read)) == read


@pytest.mark.parametrize("name", ["plan-merged-cells.docx", "ke-hoach-30-KH-UBND.txt"])
def test_a_plan_survives(name: str) -> None:
    read = plans_read._read((SAMPLES / name).read_bytes(), name)
    assert read.meetings
    assert as_json.loaded(PlanDocument, through_json(read)) == read


@pytest.mark.parametrize("layout", plans.LAYOUTS, ids=lambda layout: layout.__name__)
def test_a_plans_doubts_survive_with_their_days(layout: Callable[[plans.Hand], plans.Paper]) -> None:
    paper = layout(plans.Hand(3))
    read = plans_read._read(paper.data, paper.filename)
    assert as_json.loaded(PlanDocument, through_json(read)) == read


def test_what_a_later_version_added_is_passed_over() -> None:
    read = roster.read_here(rosters.LAYOUTS[0]().data, rosters.LAYOUTS[0]().filename, ())
    dumped = as_json.dumped(read)
    dumped["later"] = dumped["rows"][0]["later"] = 1
    assert as_json.loaded(Roster, dumped) == read


def test_a_file_that_cannot_be_read_keeps_its_reason() -> None:
    def read() -> object:
        raise Unreadable(Reason.TOO_LARGE, bytes=7_000_000, limit=files.MAX_BYTES)

    facts = json.loads(json.dumps(kept._facts(read)))
    with pytest.raises(Unreadable) as refused:
        kept.roster_of(facts)
    assert (refused.value.reason, refused.value.details["bytes"]) == (Reason.TOO_LARGE, 7_000_000)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Danh sách 6A.XLSX", "roster"), ("a.csv", "roster"), ("KH 30.docx", "plan"), ("a.doc", "plan"), ("a.pdf", "")],
)
def test_a_files_name_says_what_it_would_be(name: str, kind: str) -> None:
    assert kept.kind_of(name) == kind
