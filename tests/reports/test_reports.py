"""What reports say where data are odd: nothing recorded, a class that never reported, a renamed village, formulas."""

from __future__ import annotations

from datetime import date

import pytest

from bot.i18n import Reader
from bot.reports import day, month, week, writing
from bot.reports.paper import Paper, Part
from bot.rules import regular_report, universal_education
from bot.rules.universal_education import Child, Education, Share
from bot.rules.work import Refused
from storage.audit import Audit
from tests.reports.a_month import UNTIL, Month, build
from tests.world import World

VI = Reader("vi")


@pytest.fixture
def made(world: World) -> Month:
    return build(world)


def part(paper: Paper, heading: str) -> Part:
    return next(one for one in paper.parts if heading in one.heading)


def words(paper: Paper) -> str:
    lines = [*paper.opening, *paper.closing]
    for one in paper.parts:
        lines += [one.heading, *one.paragraphs, *one.items]
    return "\n".join(lines)


def test_a_class_that_never_reported_is_named_and_counts_nobody_as_present(made: Month) -> None:
    paper = month.paper(VI, made.transaction, made.commune, UNTIL)
    assert "Chưa báo ngày nào: 8B." in words(paper)
    found = part(paper, "Theo lớp").table
    assert found is not None
    row = next(one for one in found.rows if one[0] == "8B")
    assert row[2:9] == [1, 1, None, None, None, None, "–"]
    assert row[-1] == "Chưa báo ngày nào"


def test_coverage_stands_first_and_parts_are_numbered(made: Month) -> None:
    paper = week.paper(VI, made.transaction, made.commune, UNTIL)
    assert paper.parts[0].heading == "I. Kết quả báo điểm danh và thăm nhà"
    assert [one.heading.partition(".")[0] for one in paper.parts if one.level == 1] == [
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII",
    ]  # fmt: skip
    assert paper.parts[-1].heading == "VIII. Kiến nghị, đề xuất"
    assert paper.parts[-1].items


def test_a_village_that_was_renamed_stands_once_under_its_present_name(made: Month) -> None:
    paper = month.paper(VI, made.transaction, made.commune, UNTIL)
    found = part(paper, "Theo thôn")
    assert found.table is not None
    assert [row[0] for row in found.table.rows] == ["Cà Xen Mới", "Làng Trê"]
    assert found.paragraphs == ["Thôn Cà Xen Mới đổi tên trong kỳ này, trước đó là Cà Xen."]


def test_the_list_names_who_is_away_or_looked_after_without_any_reason(made: Month) -> None:
    paper = month.paper(VI, made.transaction, made.commune, UNTIL)
    found = part(paper, "Danh sách").table
    assert found is not None
    by_name = {str(row[1]): row for row in found.rows}
    assert by_name["Phạm Văn An"][-1] == "Đã bỏ học"
    assert by_name["Đinh Thị Chi"][3:6] == ["6A", "Cà Xen Mới", 5]
    said = " ".join(str(cell) for row in found.rows for cell in row)
    assert "rẫy" not in said
    assert "Ốm" not in said


def test_the_look_at_the_list_is_in_the_audit(made: Month) -> None:
    before = made.world.session.query(Audit).count()
    day.paper(VI, made.of(made.official), made.commune, UNTIL)
    lines = made.world.session.query(Audit).order_by(Audit.id).all()[before:]
    assert {(one.action, one.actor_id) for one in lines} >= {
        ("report.made", made.official.id),
        ("pupils.listed", made.official.id),
    }


def test_a_month_without_data_is_a_true_paper(made: Month) -> None:
    paper = month.paper(VI, made.transaction, made.commune, date(2023, 12, 10))
    assert "Chưa có lớp nào báo." in words(paper)
    assert "Không có." in words(paper)
    assert paper.subject == "Tình hình học sinh ra lớp tháng 12 năm 2023"


def test_a_summer_before_the_first_class_is_a_true_paper_too(made: Month) -> None:
    assert "Trong kỳ không có lớp nào phải báo điểm danh." in words(
        month.paper(VI, made.transaction, made.commune, date(2021, 7, 1))
    )


def test_a_day_to_come_is_refused(made: Month) -> None:
    for kind in (day, week, month):
        with pytest.raises(Refused) as refused:
            kind.paper(VI, made.transaction, made.commune, date(2024, 5, 20))
        assert refused.value.code == "day_to_come"


def test_odd_names_are_written_in_every_form(made: Month) -> None:
    made.six[5].name = '=HYPERLINK("x") <&> #eval("1") $_{x}$'
    made.roll(made.hoa, "6A", UNTIL, base=1)
    paper = day.paper(VI, made.transaction, made.commune, UNTIL)
    for form in writing.FORMS:
        assert len(writing.write(paper, form)) > 1000


def test_proposals_are_the_schools_own_words_and_without_them_drafted_from_the_figures(made: Month) -> None:
    drafted = part(week.paper(VI, made.transaction, made.commune, UNTIL), "Kiến nghị").items
    assert any("2 em có nguy cơ bỏ học" in one for one in drafted), drafted
    head = made.world.school_head("Trần Văn Sơn")
    made.at(UNTIL, 17, head)
    words = {"done": "Thầy cô đã đến nhà ba em.", "proposed": "Xin xã hai xe đạp"}
    regular_report.report(made.world.work, made.school.id, UNTIL, **words)
    made.at(UNTIL, 18, None)
    for place in (made.commune, made.school):
        paper = week.paper(VI, made.transaction, place, UNTIL)
        assert part(paper, "Kiến nghị").items == ["Xin xã hai xe đạp."]
        assert "Thầy cô đã đến nhà ba em." in part(paper, "biện pháp").items


def test_one_dropout_costs_more_where_there_are_fewer_children() -> None:
    found = Education()
    for n in range(20):
        found.add(Child(age=12, village_id=1, grade=6, is_in_school=n > 0))
    assert found.groups["11-14"] == Share(20, 19)
    assert universal_education.cost_of_one(found.groups["11-14"]) == 5.0


def test_the_standards_are_those_of_the_kind_of_commune() -> None:
    usual, difficult = Education(), Education(is_difficult=True)
    assert universal_education.asked(usual, universal_education.AGED_15) == (80, 90, 95)
    assert universal_education.asked(difficult, universal_education.AGED_15) == (70, 80, 90)


def test_ages_are_counted_in_the_year_in_which_school_began() -> None:
    assert universal_education.counted_in(date(2024, 3, 20)) == 2023
