"""Plans as papers: the founding plan, the sample with merged cells, and every layout that plans.py writes."""

from __future__ import annotations

import json
import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.importers import plan
from bot.importers.plan import InviteeRole, PlanDocument, PlannedMeeting
from tests.importers import plans

SAMPLES = Path(__file__).parent / "samples"
SEED = "ke-hoach-30-KH-UBND.txt"
SEEDS = range(1, 21) if os.environ.get("RALOP_TESTS") == "long" else range(1, 4)  # of every layout


def read(data: bytes, filename: str = "ke-hoach.txt") -> PlanDocument:
    """What `plan.read` does, without the child process: for the many papers of a parametrised test."""
    return plan._read(data, filename)


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def roles(meeting: PlannedMeeting) -> set[str]:
    return {role.role for invitee in meeting.invitees for role in invitee.roles}


# ---------------------------------------------------------------------------------- the founding plan


@pytest.fixture(scope="module")
def founding() -> PlanDocument:
    return plan.read(sample(SEED), SEED)


def test_the_founding_plan_orders_exactly_two_meetings(founding: PlanDocument) -> None:
    assert [(m.day, m.at, m.ends, m.villages, m.venue) for m in founding.meetings] == [
        (date(2024, 3, 21), time(18, 30), None, ("Cà Xen",), None),
        (date(2024, 3, 22), time(18, 30), None, ("Làng Trê", "Làng Giữa"), None),
    ]
    assert [m.place_text for m in founding.meetings] == ["Thôn Cà Xen", "Thôn Làng Trê và thôn Làng Giữa"]
    assert [m.row for m in founding.meetings] == [1, 2]
    assert founding.doubts == ()
    assert founding.skipped == ()


def test_the_founding_plan_says_who_it_is_from(founding: PlanDocument) -> None:
    assert founding.number == "30/KH-UBND"
    assert founding.issued_on == date(2024, 3, 20)
    assert founding.issuer == "UBND xã Long Môn"
    assert founding.signer == "Đinh Trung Hiếu"
    assert founding.subject == (
        "tuyên truyền, vận động học sinh ra lớp, ngăn chặn học sinh bỏ học trên địa bàn xã Long Môn"
    )
    assert founding.recipients == (
        "TT. ĐU; HĐND xã", "Mặt trận và các hội đoàn thể", "Các ban, ngành của UBND xã", "Các thôn",
    )  # fmt: skip
    assert "học giả gạo" in founding.text
    assert "<b>" not in founding.text
    assert "**" not in founding.text


def test_the_founding_plan_invites_in_four_lines_each_with_its_roles(founding: PlanDocument) -> None:
    commune, villages = "commune", "villages"
    for meeting in founding.meetings:
        assert [(i.words, [(r.role, r.where) for r in i.roles]) for i in meeting.invitees] == [
            ("Lãnh đạo ĐU, HĐND, UBND, UBMTTQVN xã", [("official", commune), ("front", commune)]),
            ("Giáo viên nhà trường và các tổ chức chính trị xã hội xã; đại diện Công an xã",
             [("teacher", commune), ("organisation", commune), ("police", commune)]),
            ("Ở thôn: Trưởng thôn, Trưởng BCT Mặt trận thôn",
             [("village_head", villages), ("village_front", villages)]),
            ("Chi hội phụ huynh, học sinh", [("parents", villages)]),
        ]  # fmt: skip


def test_the_founding_plan_reads_the_same_as_markdown_and_with_windows_line_ends(
    founding: PlanDocument,
) -> None:
    assert read(sample(SEED), "ke-hoach.md").meetings == founding.meetings
    windows = sample(SEED).decode().replace("\n", "\r\n").encode("utf-8-sig")
    assert read(windows).meetings == founding.meetings


def test_reading_a_plan_twice_gives_the_same(founding: PlanDocument) -> None:
    assert plan.read(sample(SEED), SEED) == founding


# ------------------------------------------------------------------------- the sample with merged cells


@pytest.fixture(scope="module")
def merged() -> tuple[PlanDocument, dict[str, Any]]:
    expected = json.loads(sample("plan-merged-cells.expected.json"))
    return plan.read(sample("plan-merged-cells.docx"), "plan-merged-cells.docx"), expected


def test_merged_cells_are_read_as_a_careful_reader_reads_them(
    merged: tuple[PlanDocument, dict[str, Any]],
) -> None:
    document, expected = merged
    assert len(document.meetings) == expected["meeting_count"]
    for meeting, truth in zip(document.meetings, expected["meetings"], strict=True):
        at = datetime.fromisoformat(truth["datetime"])
        assert (meeting.row, meeting.day, meeting.at) == (truth["row"], at.date(), at.time())
        assert (meeting.ends, meeting.venue, meeting.note) == (truth["end"], truth["venue"], truth["note"])
        assert list(meeting.villages) == truth["villages"]
        assert [invitee.words for invitee in meeting.invitees] == truth["invitees"]
        assert sorted(roles(meeting)) == truth["roles"]


def test_the_other_dates_of_the_sample_are_no_meetings(merged: tuple[PlanDocument, dict[str, Any]]) -> None:
    document, expected = merged
    never = {date.fromisoformat(day) for day in expected["dates_never_meetings"]}
    assert not never & {meeting.day for meeting in document.meetings}
    assert document.doubts == ()
    assert list(document.skipped) == expected["skipped_rows"]


def test_the_sample_says_who_it_is_from(merged: tuple[PlanDocument, dict[str, Any]]) -> None:
    document, expected = merged
    truth = expected["document"]
    assert document.number == truth["number"]
    assert document.issued_on == date.fromisoformat(truth["date"])
    assert document.issuer == truth["issuer"]
    assert document.signer == truth["signer"]
    assert document.recipients[0] == "TT. Đảng ủy, TT. HĐND xã"


def test_the_heads_of_all_villages_are_invited_to_a_meeting_of_the_commune(
    merged: tuple[PlanDocument, dict[str, Any]],
) -> None:
    assert merged[0].meetings[5].invitees[2].roles == (InviteeRole("village_head", "commune"),)


# ------------------------------------------------------------------------------------------- layouts


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("layout", plans.LAYOUTS, ids=lambda layout: layout.__name__)
def test_every_layout_gives_its_meetings_and_no_others(layout: Any, seed: int) -> None:
    paper = layout(plans.Hand(seed))
    document = read(paper.data, paper.filename)
    found = {
        (m.row, m.day, m.at, m.ends, m.villages, frozenset(roles(m))) for m in document.meetings
    }  # fmt: skip
    assert found == {(m.row, m.day, m.at, m.ends, m.villages, m.roles) for m in paper.meetings}
    assert len(document.meetings) == len(paper.meetings)
    assert tuple((doubt.row, doubt.kind) for doubt in document.doubts) == paper.doubts
    assert tuple((row.row, row.reason) for row in document.skipped) == paper.skipped
    assert (document.number, document.issued_on) == (paper.number, paper.issued_on)
    assert document.issuer == "UBND xã Minh Rin"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_without_a_schedule_is_read_and_has_no_meetings(seed: int) -> None:
    document = read(plans.WordPaper(plans.Hand(seed)).done().data, "ke-hoach.docx")
    assert document.meetings == ()
    assert document.doubts == ()
    assert document.number == f"{40 + seed}/KH-UBND"
