"""To whom a plan is given and what it asks of whom: of the founding plan, and of every layout that plans.py writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.importers import plan
from bot.importers.plan_recipients import addressed_lines, read_recipients, recipient_lines
from tests.importers import plans

SEED = "ke-hoach-30-KH-UBND.txt"
SEEDS = range(1, 9)


def founding() -> plan.PlanDocument:
    return plan._read((Path(__file__).parent / "samples" / SEED).read_bytes(), SEED)


def test_the_founding_plan_is_given_to_four_lines_and_its_files_are_nobody() -> None:
    assert [(one.words, [(r.role, r.where) for r in one.roles]) for one in founding().given_to] == [
        ("TT. ĐU; HĐND xã", [("official", "commune")]),
        ("Mặt trận và các hội đoàn thể", [("front", "commune"), ("organisation", "commune")]),
        ("Các ban, ngành của UBND xã", [("official", "commune")]),
        ("Các thôn", [("village_head", "commune")]),
    ]


def test_the_founding_plan_says_its_aim_and_its_duties_in_its_own_words() -> None:
    document = founding()
    assert document.purpose.startswith("Để hạn chế thấp nhất tình trạng học sinh bỏ nửa chừng")
    schools, front, closing = document.duties
    assert [role.role for role in schools.roles] == ["school", "teacher"]
    assert schools.words.startswith("Trường PTDTBTTH&THCS xã và trường Mầm Non xã:\n- Phối hợp với cấp ủy")
    assert "mạnh thuận quân" in schools.words  # as written, not as meant
    assert [role.role for role in front.roles] == ["front", "organisation", "village_front"]
    assert [role.role for role in closing.roles] == ["official", "village_head"]
    assert closing.words == "Yêu cầu các ban, ngành, trưởng thôn nghiêm túc thực hiện."


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("layout", plans.LAYOUTS, ids=lambda layout: layout.__name__)
def test_every_recipient_is_found_and_none_invented(layout: Any, seed: int) -> None:
    paper = layout(plans.Hand(seed))
    document = plan._read(paper.data, paper.filename)
    found = [
        (one.words, {role.role for role in one.roles}, tuple(name for role in one.roles for name in role.villages))
        for one in document.given_to
    ]
    assert found == [(one.words, set(one.roles), one.villages) for one in paper.recipients]
    assert document.recipients == tuple(one.words for one in paper.recipients)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("layout", plans.LAYOUTS, ids=lambda layout: layout.__name__)
def test_every_duty_goes_to_those_it_names_and_to_nobody_whom_it_only_mentions(layout: Any, seed: int) -> None:
    paper = layout(plans.Hand(seed))
    document = plan._read(paper.data, paper.filename)
    assert [frozenset(role.role for role in duty.roles) for duty in document.duties] == list(paper.duties)


def test_as_above_among_the_recipients_means_those_addressed() -> None:
    lines = [
        "Kính gửi:",
        "- Các ban, ngành xã;",
        "- Trưởng các thôn.",
        "Nội dung",
        "Nơi nhận:",
        "- Như trên;",
        "- Lưu: VT.",
    ]
    found = read_recipients(recipient_lines(lines), addressed_lines(lines))
    assert [(one.words, [role.role for role in one.roles]) for one in found] == [
        ("Như trên", ["official", "village_head"])
    ]


def test_higher_bodies_and_websites_are_nobody_here() -> None:
    found = read_recipients(("Huyện ủy, UBND huyện", "Sở GD&ĐT tỉnh", "Trang TTĐT xã"))
    assert [one.roles for one in found] == [(), (), ()]


def test_a_paper_without_recipients_is_given_to_nobody() -> None:
    document = plan._read("KẾ HOẠCH\nVề việc họp thôn\n\nTrên đây là Kế hoạch./.\n\nCHỦ TỊCH".encode(), "a.txt")
    assert (document.recipients, document.given_to, document.duties, document.purpose) == ((), (), (), "")
