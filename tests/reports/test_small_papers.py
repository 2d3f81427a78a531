"""Minutes, visit sheet and invitation: what is known stands there, what is not is left open, and scopes hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.i18n import Reader
from bot.reports import invitation, minutes, visit_sheet, writing
from bot.reports.paper import Paper
from bot.rules import cases, meetings, visits
from bot.rules import minutes as minutes_rules
from bot.rules.minutes import Findings
from bot.rules.work import Refused, Work
from storage.audit import Audit
from storage.cases import Case
from storage.meetings import Meeting, MeetingStatus
from storage.people import Person
from storage.pupils import Guardian, Pupil, Relation
from storage.visits import Met, VisitReason
from tests import world as worlds
from tests.reports.pdf_reading import pages
from tests.world import World

READER = Reader(locale="vi")
PAPERS: list[Callable[[Reader, Work, int], Paper]] = [minutes.paper, invitation.paper]


@pytest.fixture
def commune(commune_of_the_transcripts: World) -> World:
    worlds.fourteen(commune_of_the_transcripts)
    return commune_of_the_transcripts


def person(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def pupil(world: World, name: str) -> Pupil:
    return world.session.scalars(select(Pupil).where(Pupil.name == name)).one()


def lines(paper: Paper) -> list[str]:
    """Every text between the subject and the signatures."""
    found = list(paper.opening)
    for part in paper.parts:
        found += [part.heading, *part.paragraphs, *part.items]
    return [*found, *paper.closing]


def audited(world: World, action: str) -> list[Audit]:
    return list(world.session.scalars(select(Audit).where(Audit.action == action)))


def over(world: World) -> Meeting:
    """The meeting of Cà Xen has begun two hours ago, and its chair acts."""
    meeting = world.session.get_one(Meeting, 1)
    world.work.now = meeting.starts_at + timedelta(hours=2)
    world.work.today = date(2024, 3, 21)
    world.acting(person(world, "Phạm Thị Thu"))
    return meeting


# --- Giấy mời --------------------------------------------------------------------------------------------------------


def test_an_invitation_says_who_when_and_where_in_words(commune: World) -> None:
    commune.acting(person(commune, "Phạm Thị Thu"))
    paper = invitation.paper(READER, commune.work, 1)
    said = lines(paper)
    assert (paper.kind, paper.title) == ("invitation", "GIẤY MỜI")
    assert paper.subject == "Dự họp thôn Cà Xen về việc vận động học sinh ra lớp"
    assert said[0] == "Ủy ban nhân dân xã Long Môn trân trọng kính mời:"
    assert "Thời gian: 18 giờ 30 phút, thứ Năm ngày 21/3/2024." in said
    assert "Địa điểm: nhà sinh hoạt thôn Cà Xen." in said
    assert "Chủ trì: Phạm Thị Thu, Phó Chủ tịch xã." in said
    assert "Lãnh đạo ĐU, HĐND, UBND, UBMTTQVN xã;" in said
    assert paper.head.number == "Số:        /GM-UBND"
    assert paper.signatures[0].name == ""
    assert len(audited(commune, "invitation.printed")) == 1
    assert len(pages(writing.write(paper, "pdf"))) == 1


def test_a_meeting_that_no_plan_ordered_invites_by_its_composition(commune: World) -> None:
    commune.acting(person(commune, "Phạm Thị Thu"))
    meeting = commune.session.get_one(Meeting, 1)
    meeting.invitees_as_written = []
    said = lines(invitation.paper(READER, commune.work, 1))
    assert "Trưởng thôn Cà Xen;" in said
    assert "Giáo viên chủ nhiệm các lớp;" in said
    assert "Ban đại diện cha mẹ học sinh thôn Cà Xen;" in said


# --- Biên bản --------------------------------------------------------------------------------------------------------


def test_minutes_that_nobody_wrote_are_a_form_to_fill_in(commune: World) -> None:
    over(commune)
    said = lines(minutes.paper(READER, commune.work, 1))
    assert "Có mặt: …… trên 14 người được mời." in said
    assert any(line.startswith("Vắng mặt: ……") for line in said)
    assert any(line.startswith("Thư ký: ……") for line in said)


def test_minutes_say_who_came_what_was_agreed_and_who_promised(commune: World) -> None:
    meeting = over(commune)
    invited = meetings.invited(commune.work, meeting)
    ids = tuple(pupil(commune, name).id for name in ("Đinh Thị Bé", "Đinh Văn Ngọc"))
    there = tuple(one.person.id for one in invited[:-1])
    told = Findings(13, "Ba nhà hứa.\nGiúp gạo.", ids, date(2024, 3, 25), attended=there, guests=ids)
    minutes_rules.write(commune.work, 1, told)
    paper = minutes.paper(READER, commune.work, 1)
    said = lines(paper)
    assert "Có mặt: 13 trên 14 người được mời." in said
    assert f"Vắng mặt: {invited[-1].person.name}, đại diện cha mẹ học sinh Cà Xen." in said
    assert "Gia đình học sinh: 2 trên 3 gia đình đến dự." in said
    assert "Ba nhà hứa." in said
    assert "Giúp gạo." in said
    table = paper.parts[-1].table
    assert table is not None
    assert list(table.rows) == [
        (1, "Đinh Thị Bé", "8B", "Cà Xen", "25/3/2024"),
        (2, "Đinh Văn Ngọc", "9A", "Cà Xen", "25/3/2024"),
    ]
    assert [list(one.titles) for one in paper.signatures] == [["THƯ KÝ"], ["CHỦ TRÌ"]]
    assert paper.signatures[1].name == "Phạm Thị Thu"
    assert len(audited(commune, "minutes.printed")) == 1
    assert [entry.details["pupils"] for entry in audited(commune, "minutes.families_printed")] == [list(ids)]
    assert "CHỦ TRÌ" in pages(writing.write(paper, "pdf"))[-1]


@pytest.mark.parametrize("make", PAPERS)
def test_papers_of_a_meeting_are_for_who_runs_it(commune: World, make: Callable[[Reader, Work, int], Paper]) -> None:
    over(commune)
    for name in ("Đinh Thị Hoa", "Đinh Văn Rớt"):
        commune.acting(person(commune, name))
        with pytest.raises(Refused, match=r"not_allowed|outside_scope"):
            make(READER, commune.work, 1)
    commune.acting(person(commune, "Phạm Thị Thu"))
    with pytest.raises(Refused, match="outside_scope"):
        make(READER, commune.work, 999)
    commune.session.get_one(Meeting, 1).status = MeetingStatus.CANCELLED
    with pytest.raises(Refused, match="meeting_cancelled"):
        make(READER, commune.work, 1)


# --- Phiếu vận động --------------------------------------------------------------------------------------------------


def test_a_visit_sheet_holds_what_is_known_on_one_page_for_four_to_sign(commune: World) -> None:
    chi = pupil(commune, "Đinh Thị Chi")
    commune.session.add(Guardian(pupil_id=chi.id, relation=Relation.MOTHER, name="Đinh Thị Lê"))
    commune.acting(person(commune, "Đinh Thị Hoa"))
    paper = visit_sheet.paper(READER, commune.work, chi.id)
    said = lines(paper)
    assert "Họ và tên: Đinh Thị Chi. Lớp: 6A. Ngày sinh: 10/5/2012. Giới tính: Nữ." in said
    assert paper.head.body == "TRƯỜNG PTDTBT TH&THCS LONG MÔN"
    assert any(line.startswith("Họ tên cha: ……") and line.endswith("Họ tên mẹ: Đinh Thị Lê.") for line in said)
    assert "Thành phần đoàn vận động: 1. Đinh Văn Rớt, trưởng thôn Cà Xen" in said
    assert "2. Đinh Thị Hoa, giáo viên chủ nhiệm lớp 6A" in said
    assert [one.titles[0] for one in paper.signatures] == ["PHỤ HUYNH", "HỌC SINH", "GIÁO VIÊN", "ĐẠI DIỆN THÔN"]
    assert paper.head.number == ""
    assert "ngày …… tháng ……" in paper.head.place_and_date
    assert len(pages(writing.write(paper, "pdf"))) == 1
    assert [entry.subject_id for entry in audited(commune, "visit_sheet.printed")] == [chi.id]


def test_a_visit_sheet_of_a_pupil_of_whom_little_is_known_is_left_open(commune: World) -> None:
    chi = pupil(commune, "Đinh Thị Chi")
    chi.birth_date, chi.sex, chi.village_id = "", "", None
    commune.acting(person(commune, "Phạm Thị Thu"))
    said = lines(visit_sheet.paper(READER, commune.work, chi.id))
    assert any("Ngày sinh: ……" in line and "Giới tính: ……" in line for line in said)
    chi.birth_date = "2012"
    assert any("Ngày sinh: 2012." in line for line in lines(visit_sheet.paper(READER, commune.work, chi.id)))


def test_a_reason_is_printed_and_a_private_one_only_for_whoever_heard_it(commune: World) -> None:
    chi = pupil(commune, "Đinh Thị Chi")
    rot, hoa = person(commune, "Đinh Văn Rớt"), person(commune, "Đinh Thị Hoa")
    commune.acting(rot)
    visits.report(commune.work, chi.id, visits.Findings(commune.at, Met.PARENTS, VisitReason.HOUSEHOLD_WORK))
    work_at_home = "Ở nhà phụ việc, trông em, giữ trâu."
    commune.acting(hoa)
    paper = visit_sheet.paper(READER, commune.work, chi.id)
    assert f"Đã ghi nhận trước đây: {work_at_home}" in lines(paper)
    assert len(pages(writing.write(paper, "pdf"))) == 1
    case = commune.session.scalars(select(Case).where(Case.pupil_id == chi.id)).one()
    cases.learn_reason(commune.work, case.id, "family")
    assert any(
        line.startswith("Theo giáo viên chủ nhiệm: Mồ côi")
        for line in lines(visit_sheet.paper(READER, commune.work, chi.id))
    )
    for other in (rot, person(commune, "Phạm Thị Thu")):
        commune.acting(other)
        said = lines(visit_sheet.paper(READER, commune.work, chi.id))
        assert any(line.startswith("Theo giáo viên chủ nhiệm: ……") for line in said)
        assert not any("Mồ côi" in line for line in said)


def test_a_visit_sheet_of_a_pupil_outside_the_scope_is_refused(commune: World) -> None:
    be = pupil(commune, "Đinh Thị Bé")
    commune.acting(person(commune, "Đinh Thị Hoa"))
    with pytest.raises(Refused, match="outside_scope"):
        visit_sheet.paper(READER, commune.work, be.id)
    commune.acting(person(commune, "Đinh Thị Nương"))
    with pytest.raises(Refused, match="not_allowed"):
        visit_sheet.paper(READER, commune.work, be.id)
    assert audited(commune, "visit_sheet.printed") == []
