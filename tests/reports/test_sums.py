"""One month told by chat, papers, pictures and exports: every number is the same, and counted anew from the exports."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.conversations import reports as in_chat
from bot.dialogue.conversation import Chat
from bot.i18n import Reader
from bot.reports import day, exports, month, pictures, week
from bot.reports.exports import Window
from bot.reports.paper import Paper, Part, Table
from bot.reports.tables import TABLES
from bot.rules import coverage
from bot.rules.work import Refused
from storage.attendance import Mark
from tests.reports.a_month import SINCE, UNTIL, Month, build
from tests.world import World

VI = Reader("vi")
DAYS = [SINCE + timedelta(days=n) for n in range((UNTIL - SINCE).days + 1)]


@pytest.fixture
def made(world: World) -> Month:
    return build(world)


def rows(of: Month, what: str) -> list[dict[str, Any]]:
    """An export of the month."""
    window = Window(SINCE, UNTIL) if TABLES[what].dated else Window()
    header = TABLES[what].header(window)
    return [
        dict(zip(header, row, strict=True))
        for part in exports.rows(of.transaction, TABLES[what], replace(window, is_sensitive=False))
        for row in part
    ]


def table(paper: Paper, heading: str) -> Table:
    found = next(one.table for one in paper.parts if heading in one.heading)
    assert found is not None
    return found


def totals(found: Table) -> dict[str, Any]:
    """The row of sums, by the heads of its columns."""
    heads = [one.head for one in found.columns]
    return dict(zip(heads, found.totals[0], strict=True))


def counted(of: Month, since: date, until: date) -> dict[str, int]:
    """Class-days, pupil-days on the roll and away, counted anew from the exported registers and their lines."""
    first: dict[tuple[str, date], int] = {}
    due = set()
    for row in rows(of, "registers"):
        if since <= row["date"] <= until and row["status"] in ("reported", "missing"):
            due.add((row["class"], row["date"]))
        if since <= row["date"] <= until and row["status"] == "reported":
            first.setdefault((row["class"], row["date"]), row["enrolled"])
    away: dict[tuple[str, date, int], str] = {}
    for row in rows(of, "attendance"):
        if (row["class"], row["date"]) in first and row["status"] != Mark.LATE:
            away.setdefault((row["class"], row["date"], row["pupil_id"]), row["status"])
    marks: dict[str, int] = defaultdict(int)
    for mark in away.values():
        marks[mark] += 1
    enrolled = sum(first.values())
    return {
        "due": len(due), "reported": len(first), "enrolled": enrolled, "present": enrolled - len(away),
        "excused": marks["excused"], "unexcused": marks["unexcused"], "unknown": marks["unknown"],
    }  # fmt: skip


def told(paper: Paper, heading: str) -> dict[str, int]:
    found = totals(table(paper, heading))
    present = found.get("Hiện diện (lượt)", found.get("Hiện diện"))
    return {"present": present or 0, "excused": found["Vắng P"] or 0, "unexcused": found["Vắng K"] or 0,
            "unknown": found["Chưa rõ"] or 0}  # fmt: skip


def same(told: dict[str, int], wanted: dict[str, int]) -> bool:
    return all(wanted[key] == value for key, value in told.items())


def test_a_month_on_paper_is_what_its_exports_add_up_to(made: Month) -> None:
    paper, wanted = month.paper(VI, made.transaction, made.commune, UNTIL), counted(made, SINCE, UNTIL)
    assert wanted["unexcused"]
    assert wanted["excused"]
    assert wanted["unknown"]
    for heading in ("Theo lớp", "Theo cấp học", "Theo thôn", "Theo tuần"):
        assert same(told(paper, heading), wanted), (heading, told(paper, heading), wanted)
    shown = paper.parts[0].paragraphs[0]
    assert f"{wanted['reported']}/{wanted['due']} lượt lớp" in shown
    assert f"{wanted['present']}/{wanted['enrolled']} lượt" in paper.parts[1].paragraphs[1]


def test_the_days_and_the_weeks_on_paper_add_up_to_the_month(made: Month) -> None:
    whole = told(month.paper(VI, made.transaction, made.commune, UNTIL), "Theo lớp")
    days = [told(day.paper(VI, made.transaction, made.commune, one), "Theo lớp") for one in DAYS]
    assert {key: sum(one[key] for one in days) for key in whole} == whole
    mondays = [one for one in DAYS if one.weekday() == 0 and one.month == 3]
    weeks = [told(week.paper(VI, made.transaction, made.commune, one), "Theo lớp") for one in (SINCE, *mondays)]
    assert {key: sum(one[key] for one in weeks) for key in whole} == whole


def test_the_chat_says_of_each_day_what_its_paper_says(made: Month) -> None:
    for on in DAYS:
        of_day, paper = counted(made, on, on), day.paper(VI, made.transaction, made.commune, on)
        with made.of(made.official)() as work:
            found = coverage.day(work.scope, work, on)
            line = in_chat.in_a_line(Chat(work, VI), on)
        assert (found.roll, found.present, found.reported) == (
            of_day["enrolled"], of_day["present"], of_day["reported"],
        )  # fmt: skip
        assert told(paper, "Theo lớp")["present"] == found.present
        assert not found.reported or f"{found.present}/{found.roll}" in line


def test_pictures_are_drawn_from_the_same_numbers(made: Month) -> None:
    wanted = counted(made, SINCE, UNTIL)
    for name in ("weeks", "weekdays", "villages"):
        kept = pictures.PICTURES[name].read(made.of(made.official), 0).this.total.attendance
        assert (kept.enrolled, kept.present, kept.excused, kept.unexcused, kept.unknown) == (
            wanted["enrolled"], wanted["present"], wanted["excused"], wanted["unexcused"], wanted["unknown"],
        )  # fmt: skip


def test_visits_and_cases_on_paper_are_those_of_the_exports(made: Month) -> None:
    paper = month.paper(VI, made.transaction, made.commune, UNTIL)
    found = totals(table(paper, "Theo lớp"))
    assert rows(made, "visits")
    assert f"Đã đến nhà vận động: {len(rows(made, 'visits'))} lượt." in part(paper, "biện pháp").items
    still_open = [row for row in rows(made, "cases") if row["closed_at"] is None]
    assert found["Nguy cơ"] == len(still_open) == 2
    assert (found["Bỏ học"], found["Đã ra lớp lại"]) == (1, 1)
    assert sum(row[7] or 0 for row in table(paper, "Danh sách").rows) == len(rows(made, "visits"))  # type: ignore[misc]


def part(paper: Paper, heading: str) -> Part:
    return next(one for one in paper.parts if heading in one.heading)


def test_the_parts_of_a_school_are_those_of_the_commune_where_there_is_one_school(made: Month) -> None:
    commune = month.paper(VI, made.transaction, made.commune, UNTIL)
    school = month.paper(VI, made.transaction, made.school, UNTIL)
    assert table(school, "Theo lớp").rows == table(commune, "Theo lớp").rows
    assert school.to
    assert not commune.to
    assert school.head.superior


def test_a_narrow_scope_cannot_make_the_paper_of_the_commune(made: Month) -> None:
    with pytest.raises(Refused):
        month.paper(VI, made.of(made.hoa), made.commune, UNTIL)
