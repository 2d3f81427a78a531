"""A home visit in one line, as people type it; and how many taps a whole visit takes."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.clock import VIETNAM
from bot.conversations.visits_line import find_pupils, read_line, read_met, read_reason
from storage.database import Database
from storage.pupils import Listed, Pupil
from storage.visits import Met, VisitReason
from tests.play import Stage
from tests.world import WORLDS, World

TODAY = date(2024, 3, 20)


def listed(place: int, name: str, class_name: str, village: str) -> Listed:
    return Listed(Pupil(id=place, name=name), class_name, place, village)


KNOWN = [
    listed(1, "Đinh Thị Chi", "6A", "Cà Xen"),
    listed(2, "Đinh Thị Bé", "6A", "Cà Xen"),
    listed(3, "Đinh Thị Bé", "8B", "Làng Trê"),
    listed(4, "Hứa Văn Hẹn", "8B", "Cà Xen"),
    listed(5, "Đỗ Thị Vì", "9A", "Cà Xen"),
]


@pytest.mark.parametrize(
    ("text", "pupils", "answers", "doubtful"),
    [
        ("thăm em Chi 6A: gặp mẹ, hẹn thứ 6", [1], {"met": "parents", "promise": "2024-03-22"}, ()),
        ("thăm em Chi 6A, hẹn thứ 6, gặp mẹ", [1], {"met": "parents", "promise": "2024-03-22"}, ()),
        ("tham em chi 6a gap me hen thu 6", [1], {"met": "parents", "promise": "2024-03-22"}, ()),
        ("Đã thăm nhà em Bé 8B, hẹn thứ 2", [3], {"promise": "2024-03-25"}, ()),
        ("thăm em Bé: gặp bà", [2, 3], {"met": "relatives"}, ()),
        ("thăm em Bé thôn Làng Trê", [3], {}, ()),
        ("thăm nhà Chi 6A: không gặp ai", [1], {"met": "nobody"}, ()),
        ("chiều nay thăm em Chi: gặp mẹ và em, vì đi rẫy, chờ em đi học", [1],
         {"met": "parents_and_pupil", "why": "migration", "next": "wait"}, ()),
        ("thăm em Chi 6A: gặp mẹ, chưa hẹn", [1], {"met": "parents", "promise": "none"}, ()),
        ("thăm em Chi 6A: vì mẹ mới sinh", [1], {"why": "other:mẹ mới sinh"}, ()),
        ("thăm em Chi 6A: gặp ông Lía, hẹn 30/2", [1], {}, ("met", "promise")),
        ("thăm em Chi 6A: hẹn thứ 5, 22/3", [1], {}, ("promise",)),
        ("thăm em Chi 6A: hẹn 18/3", [1], {}, ("promise",)),
        ("thăm em Hẹn 8B gặp mẹ", [4], {"met": "parents"}, ()),
        ("thăm em Đỗ Thị Vì: gặp mẹ", [5], {"met": "parents"}, ()),
        ("thăm em Xoan: gặp mẹ", [], {"met": "parents"}, ()),
    ],
)  # fmt: skip
def test_a_line_is_read_in_any_order(
    text: str, pupils: list[int], answers: dict[str, str], doubtful: tuple[str, ...]
) -> None:
    said = read_line(text, KNOWN, TODAY)
    assert said is not None
    assert ([one.pupil.id for one in said.pupils], said.answers, said.doubtful) == (pupils, answers, doubtful)


@pytest.mark.parametrize("text", ["thăm ông ngoại ốm", "vắng 6A: Chi", "em Chi đi học rồi", "thăm", ""])
def test_other_lines_are_no_visit(text: str) -> None:
    assert read_line(text, KNOWN, TODAY) is None


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("gặp mẹ", Met.PARENTS),
        ("bố mẹ", Met.PARENTS),
        ("mẹ với em Chi", Met.PARENTS_AND_PUPIL),
        ("bà", Met.RELATIVES),
        ("ông bà, em", Met.RELATIVES),
        ("Chi", Met.PUPIL),
        ("khong co ai o nha", Met.NOBODY),
        ("ba", None),
        ("thằng con ông Lía", None),
        ("no o nha", None),
        ("chiu", None),
    ],
)
def test_who_was_met_is_never_guessed(text: str, met: Met | None) -> None:
    assert read_met(text, "Chi") == met


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("em ốm", VisitReason.ILLNESS),
        ("bi om", VisitReason.ILLNESS),
        ("đi rẫy", VisitReason.MIGRATION),
        ("thiếu sách vở", VisitReason.POVERTY),
        ("mẹ ốm nên em ở nhà", None),
    ],
)
def test_a_reason_is_a_code_only_when_nothing_more_was_said(text: str, reason: VisitReason | None) -> None:
    assert read_reason(text) == reason


def test_a_name_spelled_exactly_comes_before_its_likes() -> None:
    known = [listed(1, "Đinh Thị Bé", "6A", "Cà Xen"), listed(2, "Đinh Thị Bế", "6A", "Cà Xen")]
    assert [one.pupil.id for one in find_pupils("Bé", known)] == [1]
    assert [one.pupil.id for one in find_pupils("be 6a", known)] == [1, 2]


@pytest.mark.parametrize(
    "taps",
    [
        ["[2. Thăm nhà]", "[1. Đinh Thị Chi, 6A, Cà Xen]"],
        ["[1. Việc của tôi (1)]", "[1. Thăm nhà em Chi, 6A]"],
    ],
)
async def test_a_whole_visit_takes_eight_taps_at_most(taps: list[str], long_mon_url: str) -> None:
    database = Database(long_mon_url)
    with database.transaction() as session:
        WORLDS["chi_away"](World(session))
    database.close()
    stage = Stage(long_mon_url, "buttons")
    await stage.move(datetime(2024, 3, 20, 16, 30, tzinfo=VIETNAM))
    stage.who = "bác Rớt"
    await stage.does("menu")
    taps = [*taps, "[1. Cha mẹ]", "[3. Ốm, bệnh]", "[2. Thứ 6, 22/3]", "[1. Chờ em đi học]", "[Bỏ qua]", "[1. Gửi]"]
    for tap in taps:
        await stage.does(tap)
    stage.close()
    assert stage.screens.screens["bác Rớt"][-1].text.startswith("✅ Đã ghi lúc 16:30.")
    assert len(taps) <= 8
