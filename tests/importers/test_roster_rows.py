"""Odd rows: which are taken, which are rejected and why, which are nobody at all."""

import datetime as dt
import io

import pytest
import xlsxwriter

from bot.importers import roster
from bot.importers.roster import Reason, Relation, Roster, RowReason, RowWarning, Sex, Status, Unreadable
from tests.importers import rosters

HEADER = ("STT", "Họ và tên", "Ngày sinh", "Lớp")


def read(*rows: tuple[object, ...], villages: tuple[str, ...] = ()) -> Roster:
    """Reads a workbook of one sheet with these rows, the header among them."""
    book = rosters.Book()
    page = book.sheet("Sheet1")
    for row in rows:
        page.row(*row)
    return roster.read(book.data(), "ds.xlsx", known_villages=villages)


def one(heading: str, cell: object) -> roster.PupilRow:
    """The pupil of a file that has this column beside the usual ones."""
    (row,) = read((*HEADER, heading), (1, "Đinh Thị Hà", "12/6/2014", "6A", cell)).rows
    return row


def reasons(*rows: tuple[object, ...]) -> list[RowReason]:
    return [row.reason for row in read(HEADER, *rows).rejected]


# --- rejected -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((1, "", "12/6/2014", "6A"), RowReason.NO_NAME),
        ((1, "---", "12/6/2014", "6A"), RowReason.NO_NAME),
        ((1, "Đinh Thị Hà", "12/6/2014", ""), RowReason.NO_CLASS),
        ((1, "Đinh Thị Hà", "12/6/2014", "???"), RowReason.NO_CLASS),
        ((1, "Đinh Thị Hà", "31/11/2014", "6A"), RowReason.IMPOSSIBLE_BIRTH_DATE),
        ((1, "Đinh Thị Hà", "30/02/2014", "6A"), RowReason.IMPOSSIBLE_BIRTH_DATE),
        ((1, "Đinh Thị Hà", "6/13/2014", "6A"), RowReason.IMPOSSIBLE_BIRTH_DATE),
        ((1, "Đinh Thị Hà", "12/6/20145", "6A"), RowReason.IMPOSSIBLE_BIRTH_DATE),
        ((1, "Đinh Thị Hà", 123, "6A"), RowReason.IMPOSSIBLE_BIRTH_DATE),
        ((1, "Đinh " * 13, "12/6/2014", "6A"), RowReason.NAME_TOO_LONG),
    ],
)
def test_a_row_that_cannot_be_taken_is_rejected_with_its_number_and_reason(row, reason):
    found = read(HEADER, row, (2, "Đinh Văn Rê", "1/1/2014", "6A"))
    assert [(rejected.row, rejected.reason) for rejected in found.rejected] == [(2, reason)]
    assert [pupil.name for pupil in found.rows] == ["Đinh Văn Rê"]


def test_nobody_is_born_after_the_school_year():
    found = read(("Năm học 2025-2026",), HEADER, (1, "Đinh Thị Hà", "12/6/2041", "6A"))
    assert found.rejected[0].reason is RowReason.IMPOSSIBLE_BIRTH_DATE
    assert found.rejected[0].details["value"] == "12/6/2041"


def test_a_name_in_two_columns_needs_its_given_name():
    found = read(("STT", "Họ và tên đệm", "Tên", "Lớp", "Ngày sinh"), (1, "Đinh Thị", "", "6A", "2014"),
                 (2, "", "Krít", "6A", "2014"))  # fmt: skip
    assert [row.reason for row in found.rejected] == [RowReason.NO_GIVEN_NAME]
    assert [row.name for row in found.rows] == ["Krít"]


# --- births -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "birth", "year"),
    [
        ("12/6/2014", dt.date(2014, 6, 12), 2014),
        ("12.6.14", dt.date(2014, 6, 12), 2014),
        ("2014-06-12", dt.date(2014, 6, 12), 2014),
        (dt.date(2014, 6, 12), dt.date(2014, 6, 12), 2014),
        (41802, dt.date(2014, 6, 12), 2014),
        ("41802", dt.date(2014, 6, 12), 2014),
        (12062014, dt.date(2014, 6, 12), 2014),
        (2062014, dt.date(2014, 6, 2), 2014),
        (2014, None, 2014),
        ("2014", None, 2014),
        ("00/00/2014", None, 2014),
        (dt.date(1905, 7, 6), None, 2014),  # 2014 typed into a cell that is formatted as a date
        ("", None, None),
        ("chưa rõ", None, None),
    ],
)
def test_a_birth_is_understood_as_schools_write_it(cell, birth, year):
    (row,) = read(HEADER, (1, "Đinh Thị Hà", cell, "6A")).rows
    assert (row.birth, row.birth_year) == (birth, year)
    assert (RowWarning.NO_BIRTH_DATE in row.warnings) == (year is None)


def test_an_unusual_age_is_a_warning_and_no_reason_to_refuse():
    ages = ((2014, False), (2011, False), (2010, True), (2015, False), (2016, True))
    rows = [(n, f"Đinh Thị {'ABCDE'[n]}", year, "6A") for n, (year, _) in enumerate(ages)]
    found = read(("Năm học 2025-2026",), HEADER, *rows)
    assert [RowWarning.UNUSUAL_AGE in row.warnings for row in found.rows] == [odd for _, odd in ages]


# --- the same pupil twice -----------------------------------------------------------------------------------

LONG = ("STT", "Mã HS", "Họ và tên", "Ngày sinh", "Lớp", "Cha", "Thôn", "SĐT")
HA = (1, "C1", "Đinh Thị Hà", "12/6/2014", "6A", "Đinh Văn Rá", "Cà Xen", "0905123456")


def second(**changes: object) -> Roster:
    names = ("stt", "code", "name", "birth", "label", "father", "village", "phone")
    return read(LONG, HA, tuple({**dict(zip(names, HA, strict=True)), **changes}.values()))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"stt": 2},
        {"name": "ĐINH THỊ HÀ"},
        {"label": "Lớp 6a"},
        {"birth": dt.date(2014, 6, 12)},
        {"code": ""},
    ],
)
def test_a_row_that_repeats_an_earlier_one_is_no_second_pupil(changes):
    found = second(**changes)
    assert (len(found.rows), len(found.rejected)) == (1, 0)
    assert [(row.row, row.repeats_row) for row in found.repeats] == [(3, 2)]


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"label": "7A"}, "class_name"),
        ({"birth": "13/6/2014"}, "birth"),
        ({"name": "Đinh Thị Hạ"}, "name"),
        ({"father": "Đinh Văn Tré"}, "father"),
        ({"code": "", "label": "7A"}, "class_name"),
    ],
)
def test_a_row_that_contradicts_an_earlier_one_names_it(changes, differs):
    found = second(**changes)
    assert len(found.rows) == 1
    (row,) = found.rejected
    assert (row.row, row.reason) == (3, RowReason.CONTRADICTS)
    assert (row.details["row"], row.details["sheet"], row.details["field"]) == (2, "Sheet1", differs)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "C2"},
        {"code": "", "father": "Đinh Văn Tré"},
        {"code": "", "village": "Làng Trê"},
        {"code": "", "father": "Đinh Văn Tré", "label": "7A"},
    ],
)
def test_namesakes_of_one_birthday_are_told_apart_and_flagged(changes):
    found = second(**changes)
    assert (len(found.rows), len(found.rejected), len(found.repeats)) == (2, 0, 0)
    assert found.rows[1].warnings == (RowWarning.NAMESAKE,)


def test_a_second_row_completes_the_first():
    rows = ((1, "", "Đinh Thị Hà", "12/6/2014", "6A", "", "Cà Xen", ""), HA)
    found = read(LONG, *rows)
    assert len(found.repeats) == 1
    assert (found.rows[0].row, found.rows[0].code, found.rows[0].father) == (2, "C1", "Đinh Văn Rá")


def test_names_that_differ_by_a_mark_or_a_birthday_are_two_pupils():
    rows = (("Đinh Thị Hà", "15/6/2014"), ("Đinh Thị Hạ", "15/6/2014"), ("Đinh Thị Hà", "16/6/2014"),
            ("Đinh Thị Hoà", "1/1/2014"), ("Đinh Thị Hòa", "1/1/2014"))  # fmt: skip
    found = read(HEADER, *((n, *row, "6A") for n, row in enumerate(rows)))
    assert len(found.rows) == 4  # Hoà and Hòa are one name
    assert len(found.repeats) == 1


def test_two_pupils_of_one_name_without_birthdays_are_one_only_if_nothing_differs():
    rows = ((1, "Đinh Thị Hà", "", "6A"), (2, "Đinh Thị Hà", "", "6B"), (3, "Đinh Thị Hà", "", "6A"))
    found = read(HEADER, *rows)
    assert [row.class_name for row in found.rows] == ["6A", "6B"]
    assert [row.row for row in found.repeats] == [4]


def test_one_birthday_and_name_in_two_schools_are_two_pupils():
    rows = (
        (1, "Đinh Thị Hà", "1/1/2014", "6A", "TH Long Môn"),
        (2, "Đinh Thị Hà", "1/1/2014", "6B", "TH Long Mai"),
    )
    assert len(read((*HEADER, "Trường"), *rows).rows) == 2


# --- nobody -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        ("", "Tổng số: 28 học sinh", "", ""),
        ("Tổng cộng", "", 28, ""),
        ("", "Cộng", 28, 14),
        ("", "Danh sách này có 22 học sinh.", "", ""),
        ("", "Ấn định danh sách gồm 28 em", "", ""),
        ("", "Trong đó nữ: 14", "", ""),
        ("", "Long Môn, ngày 10 tháng 9 năm 2025", "", ""),
        ("", "", "", "Long Môn, ngày … tháng … năm 2025"),
        ("", "Người lập", "", "HIỆU TRƯỞNG"),
        ("", "(Ký, ghi rõ họ tên)", "", ""),
        (29, "", "", ""),
        (29, "", "", "6A"),
        ("(1)", "(2)", "(3)", "(4)"),
        ("A", "B", "1", "2"),
        ("Ghi chú: em nào chuyển đi thì ghi rõ", "", "", ""),
    ],
)
def test_a_row_that_is_plainly_no_pupil_is_passed_over(row):
    found = read(HEADER, (1, "Đinh Thị Hà", "12/6/2014", "6A"), row)
    assert [pupil.name for pupil in found.rows] == ["Đinh Thị Hà"]
    assert not found.rejected


def test_names_under_a_total_are_signatures():
    found = read(HEADER, (1, "Đinh Thị Hà", "1/1/2014", "6A"), ("", "Tổng số: 1"), ("", "Trần Thị Ngân", "", "Võ Nam"))
    assert [pupil.name for pupil in found.rows] == ["Đinh Thị Hà"]
    assert not found.rejected


@pytest.mark.parametrize(
    "name",
    ["Tống Y", "Tống Cộng", "Lưu Ý", "Chu Ý", "Cộng Thị Nữ", "Danh Y", "Đinh Nam", "Y", "Hiệu Thị Trưởng"],
)
def test_a_pupil_whose_name_sounds_like_a_remark_is_a_pupil(name):
    (row,) = read(HEADER, (1, name, "1/1/2014", "6A")).rows
    assert row.name == name


def test_a_table_of_teachers_is_no_roster():
    staff = (
        ("STT", "Họ và tên", "Ngày sinh", "Chức vụ", "Lớp"),
        (1, "Trần Thị Linh", "1/1/1985", "Giáo viên", "6A"),
    )
    with pytest.raises(Unreadable) as refused:
        read(*staff)
    assert refused.value.reason is Reason.NO_HEADER


def test_a_bare_list_of_names_under_the_name_of_a_class_is_read():
    found = read(("DANH SÁCH LỚP 6A",), ("STT", "Họ và tên"), (1, "Đinh Thị Hà"), (2, "Đinh Văn Rê"))
    assert [(row.name, row.class_name) for row in found.rows] == [
        ("Đinh Thị Hà", "6A"),
        ("Đinh Văn Rê", "6A"),
    ]


# --- cells --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ĐINH THỊ HÀ", "Đinh Thị Hà"),
        ("  Ðinh\u00a0Thị   Hà ", "Đinh Thị Hà"),
        ("Đinh Thi\u0323 Ha\u0300", "Đinh Thị Hà"),
        ("Đinh\u200b Thị\u202e Hà", "Đinh Thị Hà"),
        ("đinh thị hà", "đinh thị hà"),
        ("=1+1 Hà", "=1+1 Hà"),
        ('=HYPERLINK("http://x","Hà")', '=HYPERLINK("http://x","Hà")'),
    ],
)
def test_a_name_is_made_regular_and_never_rewritten(written, name):
    (row,) = read(HEADER, (1, written, "1/1/2014", "6A")).rows
    assert row.name == name


def test_a_formula_is_its_stored_value_and_is_never_evaluated():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("6A")
        sheet.write_row(0, 0, ("STT", "Họ và tên", "Ngày sinh"))
        sheet.write_row(1, 0, (1, "", "12/6/2014"))
        sheet.write_formula(1, 1, '=CONCATENATE("Đinh ","Thị Hà")', None, "Đinh Thị Hà")
        sheet.write_row(2, 0, (2, "", "13/6/2014"))
        sheet.write_formula(2, 1, '=WEBSERVICE("http://127.0.0.1:9/")', None, "")
    found = roster.read(out.getvalue(), "ds.xlsx")
    assert [row.name for row in found.rows] == ["Đinh Thị Hà"]
    assert [row.reason for row in found.rejected] == [RowReason.NO_NAME]


@pytest.mark.parametrize(
    ("cell", "label"),
    [("Lớp 6A", "6A"), ("6 a", "6A"), (6, "6"), (6.1, "6/1"), ("6/1", "6/1"), (dt.date(2026, 1, 6), "6/1"),
     ("Ghép 1+2", "1+2"), ("Lá 1", "Lá 1"), ("Mẫu giáo lớn", "Mẫu giáo lớn")],
)  # fmt: skip
def test_a_class_is_read_in_its_regular_form(cell, label):
    (row,) = read(HEADER, (1, "Đinh Thị Hà", "", cell)).rows
    assert row.class_name == label


def test_a_letter_beside_its_grade_is_a_class():
    (row,) = read(("Họ tên", "Khối", "Lớp"), ("Đinh Thị Hà", "Khối 6", "B")).rows
    assert row.class_name == "6B"


@pytest.mark.parametrize(
    ("cell", "status"),
    [("Đang học", Status.STUDYING), ("chuyển trường", Status.MOVED), ("Thôi học", Status.DROPPED_OUT),
     ("Bỏ học", Status.DROPPED_OUT), ("Chuyển đến", Status.STUDYING), ("Tốt nghiệp", Status.FINISHED),
     ("", None)],
)  # fmt: skip
def test_a_status_is_understood(cell, status):
    found = read((*HEADER, "Trạng thái"), (1, "Đinh Y", "", "6A", "Đang học"), (2, "Đinh Thị Hà", "", "6A", cell))
    assert found.rows[1].status == status


def test_an_unknown_status_is_rejected_unless_the_column_is_about_something_else():
    header = (*HEADER, "Tình trạng")
    found = read(header, (1, "Đinh Y", "", "6A", "Đang học"), (2, "Đinh Thị Hà", "", "6A", "Bay"))
    assert [(row.row, row.reason, row.details["value"]) for row in found.rejected] == [(3, RowReason.BAD_STATUS, "Bay")]
    found = read(header, (1, "Đinh Y", "", "6A", "Tốt"), (2, "Đinh Thị Hà", "", "6A", "Khá"))
    assert len(found.rows) == 2


@pytest.mark.parametrize(
    ("heading", "cell", "numbers", "relation"),
    [
        ("SĐT", 905123456, ["0905123456"], Relation.FAMILY),
        ("Điện thoại cha", "0905.123.456", ["0905123456"], Relation.FATHER),
        ("SĐT mẹ", "+84 905 123 456", ["0905123456"], Relation.MOTHER),
        ("ĐT người giám hộ", "0905123456; 0978123456", ["0905123456", "0978123456"], Relation.GUARDIAN),
        ("ĐT", "0905123456", ["0905123456"], Relation.FAMILY),
        ("ĐT liên hệ", "0905123456 - 0978123456", ["0905123456", "0978123456"], Relation.FAMILY),
    ],
)
def test_telephone_numbers_are_put_right_and_keep_their_owner(heading, cell, numbers, relation):
    row = one(heading, cell)
    assert [phone.number for phone in row.phones] == numbers
    assert {phone.relation for phone in row.phones} == {relation}


def test_what_is_no_telephone_number_is_a_warning():
    assert RowWarning.BAD_PHONE in one("SĐT", "12345").warnings
    assert not one("SĐT", "không có").warnings


@pytest.mark.parametrize(
    ("heading", "cell", "personal", "code"),
    [
        ("Số ĐDCN", "051314123456", "051314123456", None),
        ("CCCD", 51314123456, "051314123456", None),
        ("Mã định danh", "051314123456", "051314123456", None),
        ("Mã định danh", "5112345678", None, "5112345678"),
        ("Mã định danh (BGD)", 5112345678, None, "5112345678"),
        ("Mã học sinh", "HS-01", None, "HS-01"),
        ("Số định danh cá nhân", "12", None, None),
    ],
)
def test_codes_and_personal_ids_are_told_apart(heading, cell, personal, code):
    row = one(heading, cell)
    assert (row.personal_id, row.code) == (personal, code)
    assert (RowWarning.BAD_PERSONAL_ID in row.warnings) == (cell == "12")


@pytest.mark.parametrize("written", ["H're", "H’rê", "Hrê", "hre", "HRÊ"])
def test_the_hre_have_one_spelling(written):
    assert one("Dân tộc", written).ethnicity == "Hrê"
    assert one("DT", written).ethnicity == "Hrê"


@pytest.mark.parametrize(
    ("heading", "cell", "sex"),
    [("Giới tính", "Nữ", Sex.FEMALE), ("Phái", "NAM", Sex.MALE), ("Nữ", "x", Sex.FEMALE),
     ("Nam", "X", Sex.MALE),
     ("Nữ (x)", "", None), ("Giới tính", "", None)],
)  # fmt: skip
def test_a_sex_is_read_and_never_deduced_from_the_name(heading, cell, sex):
    assert one(heading, cell).sex == sex


def test_a_blank_under_girls_is_a_boy_only_where_girls_are_ticked():
    rows = ((1, "Đinh Thị Hà", "", "6A", "x"), (2, "Đinh Rê", "", "6A", ""))
    assert [row.sex for row in read((*HEADER, "Nữ"), *rows).rows] == [Sex.FEMALE, Sex.MALE]


def test_a_single_parent_under_father_and_mother_is_the_guardian():
    row = one("Họ tên cha mẹ", "Đinh Văn Rá")
    assert (row.father, row.mother, row.guardian) == (None, None, "Đinh Văn Rá")
    row = one("Họ tên cha, mẹ", "Ông Đinh Văn Rá; bà Đinh Thị Xía")
    assert (row.father, row.mother) == ("Đinh Văn Rá", "Đinh Thị Xía")


# --- places -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "cell", "village"),
    [
        ("Thôn", "Cà Xen", "Cà Xen"),
        ("Thôn", "Thôn Làng Giữa", "Làng Giữa"),
        ("Thôn/xóm", "Thôn Cà Xen, xã Long Môn", "Cà Xen"),
        ("Thôn", "ca xen", "Cà Xen"),
        ("Thôn", "CÀ XEN", "Cà Xen"),
        ("Thôn", "Thôn Gò Tranh", "Gò Tranh"),
        ("Thôn", "Cà Xen 2", "Cà Xen 2"),
        ("Địa chỉ", "Thôn Cà Xen, xã Minh Long, tỉnh Quảng Ngãi", "Cà Xen"),
        ("Địa chỉ", "Tổ 3, Làng Trê, Long Môn", "Làng Trê"),
        ("Nơi thường trú", "Xóm 2 thôn Gò Tranh xã Long Môn", "Gò Tranh"),
        ("Chỗ ở hiện nay", "Gò Tranh - Minh Long - Quảng Ngãi", "Gò Tranh"),
        ("Hộ khẩu", "xã Minh Long, tỉnh Quảng Ngãi", None),
        ("Địa chỉ", "Minh Long", None),
        ("Địa chỉ", "", None),
    ],
)
def test_the_village_is_found_in_what_is_written_about_the_home(heading, cell, village):
    found = read((*HEADER, heading), (1, "Đinh Thị Hà", "", "6A", cell), villages=("Thôn Cà Xen", "Làng Trê"))
    assert (found.rows[0].village, found.rows[0].village_text) == (village, cell)


def test_a_village_beside_an_address_comes_first():
    pupil = (1, "Đinh Thị Hà", "", "6A", "Thôn Làng Trê, xã Minh Long", "Cà Xen")
    assert read((*HEADER, "Địa chỉ", "Thôn"), pupil).rows[0].village == "Cà Xen"


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("DANH SÁCH HỌC SINH LỚP 1A", "1A"),
        ("Lớp: 6/1 - GVCN: Trần Thị Linh", "6/1"),
        ("DANH SÁCH LỚP GHÉP 3+4 NĂM HỌC 2025-2026", "3+4"),
        ("DANH SÁCH TRẺ LỚP LÁ 1 (5-6 TUỔI)", "Lá 1"),
        ("LỚP MẪU GIÁO LỚN A TẠI ĐIỂM TRƯỜNG CÀ XEN", "Mẫu giáo lớn A"),
        ("Danh sách học sinh lớp 6A, năm học 2025-2026", "6A"),
    ],
)
def test_the_class_may_stand_only_in_the_title(title, label):
    found = read((title,), ("STT", "Họ và tên", "Ngày sinh"), (1, "Đinh Thị Hà", "1/1/2014"))
    assert [row.class_name for row in found.rows] == [label]


@pytest.mark.parametrize(
    "title",
    [
        "DANH SÁCH HỌC SINH KHỐI 6",
        "DANH SÁCH HỌC SINH LỚP 6A VÀ 6B",
        "Lớp trưởng: Đinh Y",
        "Sơ đồ lớp học",
        "Số lớp: 3",
    ],
)
def test_a_title_that_names_no_single_class_gives_none(title):
    found = read((title,), ("STT", "Họ và tên", "Ngày sinh"), (1, "Đinh Thị Hà", "1/1/2014"))
    assert [row.reason for row in found.rejected] == [RowReason.NO_CLASS]


@pytest.mark.parametrize(
    ("title", "school"),
    [
        ("TRƯỜNG PTDTBT TH&THCS LONG MÔN", "Trường PTDTBT TH&THCS Long Môn"),
        ("Trường: Mầm non Long Môn", "Trường Mầm non Long Môn"),
        ("TRƯỜNG MẦM NON LONG MÔN - NĂM HỌC 2025-2026", "Trường Mầm non Long Môn"),
        ("DANH SÁCH HỌC SINH TRƯỜNG TIỂU HỌC LONG MAI, LỚP 6A", "Trường Tiểu học Long Mai"),
        ("HIỆU TRƯỞNG", None),
        ("Điểm trường Cà Xen", None),
    ],
)
def test_the_school_is_read_from_the_title(title, school):
    assert read((title,), HEADER, (1, "Đinh Thị Hà", "1/1/2014", "6A")).school == school


# --- old fonts ----------------------------------------------------------------------------------------------

OLD_FONTS = {
    "TCVN3": (("STT", "Hä vµ tªn", "Ngµy sinh", "Líp"), (1, "§inh ThÞ Hµ", "12/6/2014", "6A")),
    "VNI": (("STT", "Hoï vaø teân", "Ngaøy sinh", "Lôùp"), (1, "Ñinh Thò Haø", "12/6/2014", "6A")),
    "TCVN3 under Unicode headings": (HEADER, (1, "§inh ThÞ Hµ", "12/6/2014", "6A")),
    "VNI under Unicode headings": (HEADER, (1, "Ñinh Thò Haø", "12/6/2014", "6A")),
}


@pytest.mark.parametrize("rows", OLD_FONTS.values(), ids=OLD_FONTS.keys())
def test_a_file_in_an_old_font_is_refused_and_never_imported_as_garbage(rows):
    with pytest.raises(Unreadable) as refused:
        read(*rows)
    assert refused.value.reason is Reason.OLD_FONT
    assert refused.value.details["sheet"] == "Sheet1"
    as_text = rosters.csv_bytes(rows, ",", "utf-8")
    with pytest.raises(Unreadable) as refused:
        roster.read(as_text, "ds.csv")
    assert refused.value.reason is Reason.OLD_FONT
