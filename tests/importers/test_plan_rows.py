"""Single rows of a plan: times, places, people, and what is doubtful about them."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.importers.plan import Doubt, PlanDocument, PlannedMeeting, _read
from bot.importers.plan_invitees import InviteeRole, invitee_lines, read_invitees, roles_of
from bot.importers.plan_places import Place, read_place

HEAD = "| TT | Thời gian | Địa điểm | Thành phần | Ghi chú |\n|---|---|---|---|---|\n"
ISSUED = "Long Môn, ngày 20 tháng 3 năm 2024\n\nKẾ HOẠCH\n\n"


def read(
    when: str, place: str = "Thôn Cà Xen", who: str = "Trưởng thôn", note: str = "", *, issued: str = ISSUED
) -> PlanDocument:
    """A plan of one row."""
    return _read(f"{issued}{HEAD}| 1 | {when} | {place} | {who} | {note} |\n".encode(), "ke-hoach.md")


def meeting(when: str, place: str = "Thôn Cà Xen") -> PlannedMeeting:
    document = read(when, place)
    assert document.doubts == ()
    [only] = document.meetings
    return only


def doubt(when: str, place: str = "Thôn Cà Xen", note: str = "", *, issued: str = ISSUED) -> Doubt:
    document = read(when, place, note=note, issued=issued)
    assert document.meetings == ()
    [only] = document.doubts
    return only


@pytest.mark.parametrize(
    ("written", "at", "ends"),
    [
        ("18 giờ 30 phút, ngày 21/3/2024", time(18, 30), None),
        ("Lúc 18 giờ 30, 21-3-2024", time(18, 30), None),
        ("18h30’ ngày 21.3.2024", time(18, 30), None),
        ("18g30 21/03/24", time(18, 30), None),
        ("18.30 ngày 21 tháng 3 năm 2024", time(18, 30), None),
        ("7 giờ tối ngày 21/3", time(19), None),
        ("tối 21/3, lúc 7 giờ", time(19), None),
        ("6 giờ 30 chiều, thứ Năm ngày 21/3/2024", time(18, 30), None),
        ("7 giờ 30, thứ 5 (21/3/2024)", time(7, 30), None),
        ("từ 18h30 đến 20h30 ngày 21/3/2024", time(18, 30), time(20, 30)),
        ("18h30 - 20h30, 21/3/2024", time(18, 30), time(20, 30)),
        ("Bắt đầu từ 19h, ngày 21 tháng 3", time(19), None),
        ("18h30, 21/3/2024 (nhằm ngày 12/2 âm lịch)", time(18, 30), None),
        ("18h30 ngày 21/3/2024 (12/02 ÂL)", time(18, 30), None),
        ("18h30, 21/3 này", time(18, 30), None),
        ("18h30: ngày 21/3", time(18, 30), None),
        ("18h30/21/3/2024", time(18, 30), None),
        ("18h30, 21 - 3 - 2024", time(18, 30), None),
        ("18h30 ngày 21.3", time(18, 30), None),
        ("18h30 ngày 21/3/2024, 12/2 âm lịch", time(18, 30), None),
        ("Từ 18h30-20h30 21/3", time(18, 30), time(20, 30)),
        ("18h30 ngày 21/3, kết thúc lúc 20h30", time(18, 30), time(20, 30)),
        ("19h00 (7 giờ tối) ngày 21/3", time(19), None),
        ("20 giờ kém 15, 21/3", time(19, 45), None),
        ("7 giờ rưỡi tối 21/3", time(19, 30), None),
    ],
)
def test_a_time_is_read_in_every_way_it_is_written(written: str, at: time, ends: time | None) -> None:
    found = meeting(written)
    assert (found.day, found.at, found.ends) == (date(2024, 3, 21), at, ends)


def test_a_date_without_a_year_is_the_first_one_from_the_date_of_the_paper_on() -> None:
    issued = "Long Môn, ngày 28 tháng 12 năm 2025\n\nKẾ HOẠCH\n\n"
    assert read("18h30 ngày 5/1", issued=issued).meetings[0].day == date(2026, 1, 5)
    assert read("18h30 ngày 28/12", issued=issued).meetings[0].day == date(2025, 12, 28)


def test_a_draft_whose_day_is_blank_still_knows_its_year() -> None:
    draft = "Long Môn, ngày … tháng 3 năm 2024\n\nKẾ HOẠCH\n\n"
    document = read("18h30 ngày 21/3", issued=draft)
    assert document.issued_on is None
    assert document.meetings[0].day == date(2024, 3, 21)


def test_two_moments_in_one_cell_are_two_meetings() -> None:
    document = read("18h30 ngày 21/3/2024; 19h00 ngày 22/3/2024")
    assert [(m.day, m.at, m.row) for m in document.meetings] == [
        (date(2024, 3, 21), time(18, 30), 1), (date(2024, 3, 22), time(19), 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("18h30 ngày 10-12/4/2024", (10, 11, 12)),
        ("18h30, 10 - 12/4", (10, 11, 12)),
        ("10, 11, 15/4/2024, 18h30", (10, 11, 15)),
        ("18h30 các ngày 10 và 12/4", (10, 12)),
        ("18h30, 10/4 và 12/4", (10, 12)),
        ("từ ngày 10/4 đến hết ngày 12/4, 18h30", (10, 11, 12)),
        ("18h30 từ thứ 2 (8/4) đến thứ 4 (10/4)", (8, 9, 10)),
    ],
)
def test_several_days_are_a_meeting_each(written: str, days: tuple[int, ...]) -> None:
    assert [m.day for m in read(written).meetings] == [date(2024, 4, day) for day in days]


def test_a_range_of_weeks_is_asked() -> None:
    assert doubt("18h30 từ ngày 1/4 đến ngày 28/4/2024").kind == "unclear"


def test_times_and_places_line_by_line_in_one_row_are_meetings_each() -> None:
    document = read("18h30 ngày 21/3<br>19h00 ngày 22/3", "Thôn Cà Xen<br>Thôn Làng Trê")
    assert [(m.day.day, m.villages) for m in document.meetings] == [(21, ("Cà Xen",)), (22, ("Làng Trê",))]
    assert doubt("18h30 ngày 21/3; 19h00 ngày 22/3", "Thôn Cà Xen và thôn Làng Trê").kind == "unclear"


def test_time_and_place_may_share_a_column() -> None:
    rows = "| 1 | 18h30 ngày 21/3, tại nhà văn hóa thôn Cà Xen | Trưởng thôn |\n| 2 | Thôn Làng Trê: 19h 22/3 | nt |\n"
    document = _read(f"{ISSUED}| TT | Thời gian, địa điểm | Thành phần |\n|-|-|-|\n{rows}".encode(), "k.md")
    assert [(m.day.day, m.villages) for m in document.meetings] == [(21, ("Cà Xen",)), (22, ("Làng Trê",))]


def test_the_day_may_stand_above_the_table() -> None:
    rows = "TT\tGiờ\tThôn\tThành phần\n1\t18h30\tCà Xen\tTrưởng thôn\n2\t20h\tLàng Trê\tTrưởng thôn\n"
    document = _read(f"{ISSUED}Các thôn họp trong ngày 21/3/2024:\n\n{rows}".encode(), "k.txt")
    assert [(m.day.day, m.at.hour) for m in document.meetings] == [(21, 18), (21, 20)]


def test_a_row_broken_over_lines_of_a_text_file_is_one_row() -> None:
    rows = "1\t18h30 21/3\tThôn Cà Xen\t1. Lãnh đạo UBND xã\n2. Trưởng thôn\n2\t18h30 22/3\tThôn Làng Trê\tTrưởng thôn"
    text = f"{ISSUED}TT\tThời gian\tĐịa điểm\tThành phần\tGhi chú\n{rows}"
    first, second = _read(text.encode(), "k.txt").meetings
    assert [invitee.words for invitee in first.invitees] == ["Lãnh đạo UBND xã", "Trưởng thôn"]
    assert second.villages == ("Làng Trê",)


def test_a_list_of_pupils_with_hours_is_no_schedule() -> None:
    head = "| TT | Họ và tên | Lớp | Thôn | Thời gian |\n|-|-|-|-|-|\n"
    text = f"{ISSUED}{head}| 1 | Đinh Thị Rê | 6A | Cà Xen | 18h30 21/3 |\n"
    document = _read(text.encode(), "k.md")
    assert (document.meetings, document.doubts) == ((), ())


def test_meetings_in_paragraphs_keep_their_own_people() -> None:
    text = (
        f"{ISSUED}a) Thôn Cà Xen\n- Thời gian: Lúc 18h30 ngày 21/3/2024\n- Địa điểm: Tại nhà văn hóa thôn\n"
        "- Thành phần: Trưởng thôn; phụ huynh\nb) Thôn Làng Trê\n- Thời gian: 18h30 ngày 22/3/2024\n"
        "- Địa điểm: Điểm trường thôn\n- Thành phần:\n+ Trưởng thôn\n+ Công an xã\n- Nội dung: vận động\n"
    )
    found = [(m.villages, m.venue, [i.words for i in m.invitees]) for m in _read(text.encode(), "k.txt").meetings]
    assert found == [
        (("Cà Xen",), "nhà văn hóa thôn", ["Trưởng thôn", "phụ huynh"]),
        (("Làng Trê",), "Điểm trường thôn", ["Trưởng thôn", "Công an xã"]),
    ]


def test_a_row_that_repeats_a_meeting_is_passed_over() -> None:
    rows = "".join(f"| {n} | 18h30 21/3/2024 | Thôn Cà Xen | Trưởng thôn | |\n" for n in (1, 2))
    document = _read(f"{ISSUED}{HEAD}{rows}".encode(), "k.md")
    assert len(document.meetings) == 1
    assert [(row.row, row.reason) for row in document.skipped] == [(2, "repeated")]


# ------------------------------------------------------------------------------------------- doubts


def test_a_weekday_that_does_not_fit_is_asked_with_the_date_that_would() -> None:
    found = doubt("18h30 ngày 21/3/2024 (thứ 6)")
    assert found.kind == "weekday_mismatch"
    assert found.row == 1
    assert (found.details["said"], found.details["date"], found.details["fits"]) == (
        4,
        date(2024, 3, 21),
        date(2024, 3, 22),
    )


@pytest.mark.parametrize(
    "written", ["Tối ngày 21/3/2024", "Buổi sáng 21/3", "ngày 21/3/2024", "Chiều thứ 5, 21/3/2024"]
)
def test_a_session_without_an_hour_is_asked(written: str) -> None:
    found = doubt(written)
    assert found.kind == "no_hour"
    assert found.details["date"] == date(2024, 3, 21)


@pytest.mark.parametrize("written", ["18h30 ngày 30/2/2024", "18h30, 31/4", "18h30 ngày 12/13/2024"])
def test_a_date_of_no_calendar_is_asked(written: str) -> None:
    assert doubt(written).kind == "impossible_date"


@pytest.mark.parametrize(
    "written",
    ["18h30", "18h30 thứ 5", "18h30, mùng 6 Tết", "18h30 tuần sau", "18h30 (nhằm ngày 15/2 âm lịch)"],
)
def test_an_hour_without_a_date_is_asked(written: str) -> None:
    assert doubt(written).kind == "no_date"


def test_a_date_without_a_year_in_a_paper_without_a_date_is_asked() -> None:
    assert doubt("18h30 ngày 21/3", issued="KẾ HOẠCH\n\n").kind == "no_year"
    assert read("18h30 ngày 21/3/2024", issued="KẾ HOẠCH\n\n").meetings[0].day == date(2024, 3, 21)


@pytest.mark.parametrize("written", ["18h30 ngày 19/3/2024", "18h30 ngày 21/3/2042", "18h30 21/3/2023"])
def test_a_date_before_the_paper_or_years_after_it_is_asked(written: str) -> None:
    assert doubt(written).kind == "date_unlikely"


def test_two_hours_in_one_row_are_asked() -> None:
    found = doubt("7h30 và 14h00 ngày 21/3/2024")
    assert found.kind == "several_hours"
    assert found.details["hours"] == "07:30, 14:00"


@pytest.mark.parametrize("place", ["", "Các thôn", "Tại 03 thôn trên địa bàn"])
def test_a_place_that_names_none_is_asked(place: str) -> None:
    assert doubt("18h30 ngày 21/3/2024", place).kind == "no_place"


@pytest.mark.parametrize("note", ["Hoãn", "Tạm hoãn, có thông báo sau", "Hủy bỏ"])
def test_a_row_that_is_called_off_is_asked(note: str) -> None:
    assert doubt("18h30 ngày 21/3/2024", note=note).kind == "called_off"


@pytest.mark.parametrize(
    "when", ["Trước ngày 25/3/2024", "Trước 17 giờ ngày 25/3/2024", "Chậm nhất 25/3", "Thường xuyên"]
)
def test_a_term_is_no_meeting(when: str) -> None:
    document = read(when)
    assert (document.meetings, document.doubts) == ((), ())
    assert [row.reason for row in document.skipped] == ["deadline"]


# ------------------------------------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("written", "villages", "venue"),
    [
        ("Thôn Cà Xen", ("Cà Xen",), None),
        ("THÔN CÀ XEN", ("Cà Xen",), None),
        ("Tại thôn: Cà Xen", ("Cà Xen",), None),
        ("Cà Xen", ("Cà Xen",), None),
        ("Thôn Làng Trê và thôn Làng Giữa", ("Làng Trê", "Làng Giữa"), None),
        ("Thôn Làng Trê, Làng Giữa", ("Làng Trê", "Làng Giữa"), None),
        ("02 thôn: Làng Trê + Làng Giữa", ("Làng Trê", "Làng Giữa"), None),
        ("Các thôn Làng Trê - Làng Giữa", ("Làng Trê", "Làng Giữa"), None),
        ("Làng Trê, Làng Giữa", ("Làng Trê", "Làng Giữa"), None),
        ("Thôn 1 và thôn 2", ("Thôn 1", "Thôn 2"), None),
        ("Thôn 1, 2", ("Thôn 1", "Thôn 2"), None),
        ("Thôn Lạc Hạ và thôn Lạc Hà", ("Lạc Hạ", "Lạc Hà"), None),
        ("Thôn Cà Xen, xã Long Môn", ("Cà Xen",), None),
        ("Thôn Đồng Vông", ("Đồng Vông",), None),
        ("Nhà văn hóa thôn Cà Xen", ("Cà Xen",), "Nhà văn hóa thôn Cà Xen"),
        ("Nhà văn hoá Cà Xen", ("Cà Xen",), "Nhà văn hoá Cà Xen"),
        ("Thôn Cà Xen (tại nhà văn hóa thôn)", ("Cà Xen",), "nhà văn hóa thôn"),
        ("Thôn Làng Trê, Làng Giữa, tại Nhà sinh hoạt cộng đồng", ("Làng Trê", "Làng Giữa"), "Nhà sinh hoạt cộng đồng"),
        ("Điểm trường thôn Cà Xen", ("Cà Xen",), "Điểm trường thôn Cà Xen"),
        ("Điểm trường Cà Xen", ("Cà Xen",), "Điểm trường Cà Xen"),
        ("Điểm trường Mầm non Cà Xen", ("Cà Xen",), "Điểm trường Mầm non Cà Xen"),
        ("Nhà ông Đinh Văn Rá, thôn Cà Xen", ("Cà Xen",), "Nhà ông Đinh Văn Rá"),
        ("Nhà trưởng thôn Cà Xen", ("Cà Xen",), "Nhà trưởng thôn Cà Xen"),
        ("Hội trường UBND xã", (), "Hội trường UBND xã"),
        ("Hội trường UBND xã Long Môn", (), "Hội trường UBND xã Long Môn"),
        ("Trường PTDTBT TH&THCS Long Môn", (), "Trường PTDTBT TH&THCS Long Môn"),
        ("Sân vận động xã", (), "Sân vận động xã"),
    ],
)  # fmt: skip
def test_a_place_gives_its_villages_and_its_house(written: str, villages: tuple[str, ...], venue: str | None) -> None:
    assert read_place(written, commune="Long Môn") == Place(villages, venue)


# ------------------------------------------------------------------------------------------- people


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Lãnh đạo ĐU, HĐND, UBND, UBMTTQVN xã", "official front"),
        ("Thường trực Đảng ủy xã", "official"),
        ("TT. ĐU, HĐND xã", "official"),
        ("Đồng chí Chủ tịch UBND xã", "official"),
        ("Phòng Văn hóa - Xã hội xã", "official"),
        ("Công chức VH-XH", "official"),
        ("Các ban, ngành, đoàn thể xã", "official organisation"),
        ("Ủy ban Mặt trận Tổ quốc Việt Nam xã", "front"),
        ("Chủ tịch UBMTTQVN xã", "front"),
        ("Mặt trận và các hội đoàn thể", "front organisation"),
        ("Chủ tịch Hội LHPN xã", "organisation"),
        ("Các tổ chức chính trị - xã hội xã", "organisation"),
        ("Hội Nông dân, Hội CCB, ĐTN xã", "organisation"),
        ("Bí thư Đoàn Thanh niên", "organisation"),
        ("Đại diện Công an xã", "police"),
        ("CAX", "police"),
        ("Ban giám hiệu các trường", "school"),
        ("Hiệu trưởng Trường Mầm non xã", "school"),
        ("Đại diện nhà trường", "school"),
        ("Trường PTDTBT TH&THCS xã và trường Mầm non xã", "school"),
        ("Giáo viên nhà trường", "teacher"),
        ("GVCN các lớp", "teacher"),
        ("BGH, GVCN lớp 6A", "school teacher"),
        ("Trưởng thôn", "village_head"),
        ("Trưởng các thôn", "village_head"),
        ("Trưởng 03 thôn", "village_head"),
        ("Trưởng thôn, Trưởng BCT Mặt trận thôn", "village_head village_front"),
        ("Trưởng ban công tác Mặt trận thôn", "village_front"),
        ("Trưởng ban CTMT thôn", "village_front"),
        ("Trưởng BCT thôn", "village_front"),
        ("Bí thư chi bộ, Trưởng thôn, Trưởng ban công tác Mặt trận thôn", "village_head village_front"),
        ("Ban cán sự thôn", "village_head village_front"),
        ("Chi hội phụ huynh, học sinh", "parents"),
        ("Ban đại diện CMHS", "parents"),
        ("Phụ huynh và học sinh có nguy cơ bỏ học", "parents"),
        ("Người có uy tín, già làng", ""),
        ("Lãnh đạo UBND huyện", ""),
        ("Trạm Y tế xã", ""),
    ],
)
def test_the_words_of_an_invitation_stand_for_roles(words: str, expected: str) -> None:
    found = {role.role for role in roles_of(words, villages=("Cà Xen",))}
    assert found == set(expected.split())


def test_branches_of_an_organisation_are_invited_in_the_villages() -> None:
    [role] = roles_of("Chi hội Phụ nữ, Chi đoàn thôn", villages=("Cà Xen",))
    assert role == InviteeRole("organisation", "villages")


def test_heads_of_named_villages_are_invited_to_a_meeting_elsewhere() -> None:
    [role] = roles_of("Trưởng thôn Làng Trê, Làng Giữa", villages=())
    assert role == InviteeRole("village_head", "villages", ("Làng Trê", "Làng Giữa"))


def test_below_the_words_at_the_village_stand_those_of_the_village() -> None:
    found = read_invitees("Cấp xã:\n- Đoàn Thanh niên\nỞ thôn:\n- Đoàn Thanh niên\n- Trưởng thôn", villages=("Cà Xen",))
    assert [(invitee.words, invitee.roles[0].where) for invitee in found] == [
        ("Đoàn Thanh niên", "commune"), ("Đoàn Thanh niên", "villages"), ("Trưởng thôn", "villages"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("1. Lãnh đạo xã 2. Công an xã. 3. Trưởng thôn.", ["Lãnh đạo xã", "Công an xã", "Trưởng thôn"]),
        ("- Lãnh đạo xã;\n- Công an xã;\n- Trưởng thôn.", ["Lãnh đạo xã", "Công an xã", "Trưởng thôn"]),
        ("- Lãnh đạo xã; - Công an xã; - Trưởng thôn.", ["Lãnh đạo xã", "Công an xã", "Trưởng thôn"]),
        ("Lãnh đạo xã; Công an xã; Trưởng thôn.", ["Lãnh đạo xã", "Công an xã", "Trưởng thôn"]),
        ("Lãnh đạo xã\nCông an xã,\nCông an viên", ["Lãnh đạo xã", "Công an xã, Công an viên"]),
        ("- Trưởng ban\ncông tác Mặt trận;\n- Phụ huynh", ["Trưởng ban công tác Mặt trận", "Phụ huynh"]),
        ("- Phòng Văn hóa - Xã hội; các trường", ["Phòng Văn hóa - Xã hội", "các trường"]),
        ("Thành phần gồm: Lãnh đạo xã; Công an xã", ["Lãnh đạo xã", "Công an xã"]),
        ("Giáo viên lớp 6A, 7.2 và phụ huynh", ["Giáo viên lớp 6A, 7.2 và phụ huynh"]),
    ],
)
def test_a_composition_is_split_as_it_is_written(cell: str, lines: list[str]) -> None:
    assert invitee_lines(cell) == lines
