"""Rosters as schools send them, written by a generator that knows the truth.

Every function of LAYOUTS writes the same kind of school in another shape of reference/domain.md §10 and says
which pupils it wrote and which of their facts the file carries. All people are invented.
"""

import csv
import datetime as dt
import io
import random
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import xlsxwriter
import xlwt

SCHOOL = "Trường PTDTBT TH&THCS Long Môn"
YEAR = "2025-2026"
VILLAGES = ("Cà Xen", "Làng Trê", "Làng Giữa")
FAMILIES = ("Đinh", "Đinh", "Đinh", "Phạm", "Tống", "Lưu", "Võ", "Hồ")
BOYS = ("Văn Rê", "Krít", "Minh Đát", "Văn Hòa", "Quốc Tổng", "Duy", "Hoàng Ý", "Văn Nam", "Tấn Bơ", "Văn Hạ")
GIRLS = (
    "Thị Hà",
    "Thị Hạ",
    "Y",
    "Thị Mỹ Ân",
    "Thị Hồng Mơ",
    "Thị Nữ",
    "Khánh Thủy",
    "Thị Hoà",
    "Thị Lớp",
    "Thị Tên",
)


@dataclass(frozen=True)
class Truth:
    name: str
    class_name: str
    birth: dt.date | int
    sex: str
    village: str
    father: str
    mother: str
    phone: str
    code: str
    personal_id: str

    @property
    def birth_year(self) -> int:
        return self.birth if isinstance(self.birth, int) else self.birth.year

    @property
    def day(self) -> str:
        return str(self.birth) if isinstance(self.birth, int) else f"{self.birth:%d/%m/%Y}"

    @property
    def family_and_middle(self) -> str:
        return self.name.rpartition(" ")[0]

    @property
    def given(self) -> str:
        return self.name.rpartition(" ")[2]


@dataclass(frozen=True)
class Written:
    """A file, and what a careful reader takes from it."""

    filename: str
    data: bytes
    pupils: Sequence[Truth]
    carries: frozenset[str]  # facts beyond name, birth, class and village
    school: str | None = SCHOOL
    year: str | None = YEAR


def class_of(name: str, born: int, count: int, seed: int = 7) -> list[Truth]:
    """A class of invented pupils, all different."""
    chance = random.Random(f"{name}{seed}")
    pupils: dict[tuple[str, dt.date], Truth] = {}
    while len(pupils) < count:
        sex = chance.choice(("male", "female"))
        family = chance.choice(FAMILIES)
        full = f"{family} {chance.choice(BOYS if sex == 'male' else GIRLS)}"
        birth = dt.date(born, chance.randint(1, 12), chance.randint(1, 28))
        pupils[full, birth] = Truth(
            name=full,
            class_name=name,
            birth=birth,
            sex=sex,
            village=chance.choice(VILLAGES),
            father=f"{family} Văn {chance.choice(('Rá', 'Tré', 'Hiếu', 'Bảo'))}",
            mother=f"Đinh Thị {chance.choice(('Huệ', 'Đào', 'Quý', 'Xía'))}",
            phone=f"09{chance.randint(10_000_000, 99_999_999)}",
            code=f"51{chance.randint(10_000_000, 99_999_999)}",
            personal_id=f"051{2 if sex == 'male' else 3}{birth:%y}{chance.randint(100_000, 999_999)}",
        )
    return list(pupils.values())


def years_only(pupils: Iterable[Truth]) -> list[Truth]:
    """The same pupils where only the year of birth is known; of two that are then alike, one."""
    known = [replace(pupil, birth=pupil.birth_year) for pupil in pupils]
    return list({(pupil.name, pupil.class_name): pupil for pupil in known}.values())


class Book:
    """An .xlsx sheet after sheet; every sheet is filled row by row."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._bytes, {"strings_to_formulas": False})
        self._date = self._book.add_format({"num_format": "dd/mm/yyyy"})
        self._border = self._book.add_format({"border": 1})

    def sheet(self, name: str, *, hidden: bool = False) -> "Page":
        sheet = self._book.add_worksheet(name)
        if hidden:
            sheet.hide()
        return Page(sheet, self._date, self._border)

    def data(self) -> bytes:
        self._book.close()
        return self._bytes.getvalue()


class Page:
    def __init__(self, sheet, date, border) -> None:
        self.sheet, self._date, self._border, self.next = sheet, date, border, 0

    def row(self, *cells: object) -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, dt.date):
                self.sheet.write_datetime(self.next, column, dt.datetime(cell.year, cell.month, cell.day), self._date)
            elif isinstance(cell, str) and cell:
                self.sheet.write_string(self.next, column, cell)
            elif cell not in ("", None):
                self.sheet.write(self.next, column, cell)
        self.next += 1

    def title(self, text: str, width: int = 9) -> None:
        self.sheet.merge_range(self.next, 0, self.next, width, text)
        self.next += 1

    def merge(self, top: int, left: int, bottom: int, right: int, text: str) -> None:
        self.sheet.merge_range(top, left, bottom, right, text)

    def empty_rows(self, count: int, width: int) -> None:
        for row in range(self.next, self.next + count):
            for column in range(width):
                self.sheet.write_blank(row, column, None, self._border)


_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="6A" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def raw_xlsx(rows: str, *, before: str = "", parts: dict[str, str | bytes] | None = None) -> bytes:
    """A workbook of one sheet "6A" from the bare XML of its rows: for files that no program would write."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'{before}<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in {**_PARTS, "xl/worksheets/sheet1.xml": sheet, **(parts or {})}.items():
            archive.writestr(name, part)
    return out.getvalue()


def raw_row(number: int, *cells: str) -> str:
    texts = "".join(f'<c r="{"ABCDEFGHIJ"[place]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
                    for place, cell in enumerate(cells))  # fmt: skip
    return f'<row r="{number}">{texts}</row>'


def csv_bytes(rows: Iterable[Sequence[object]], delimiter: str, encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def two_merged_header_rows() -> Written:
    """SMAS-like: the whole school in one sheet; parents under merged headings; birth as text; signatures."""
    pupils = [*class_of("6A", 2014, 14), *class_of("6B", 2014, 9), *class_of("9/1", 2011, 5)]
    book = Book()
    page = book.sheet("DanhSachHocSinh")
    page.row("SỞ GIÁO DỤC VÀ ĐÀO TẠO QUẢNG NGÃI")
    page.row("TRƯỜNG PTDTBT TH&THCS LONG MÔN", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    page.title("DANH SÁCH HỌC SINH NĂM HỌC 2025 - 2026", 13)
    page.row()
    top = page.next
    single = (
        "STT",
        "Mã định danh Bộ GD&ĐT",
        "Họ và tên (*)",
        "Ngày sinh (*)\n(dd/mm/yyyy)",
        "Giới tính",
        "Lớp (*)",
    )
    for column, heading in enumerate((*single, "Dân tộc", "Thôn/xóm")):
        page.merge(top, column, top + 1, column, heading)
    page.merge(top, 8, top, 10, "Cha")
    page.merge(top, 11, top, 13, "Mẹ")
    page.next += 1
    page.row(*[""] * 8, *("Họ tên", "Năm sinh", "Điện thoại") * 2)
    for number, one in enumerate(pupils, 1):
        girl = "Nữ" if one.sex == "female" else "Nam"
        own = (
            number,
            one.code,
            one.name,
            one.day,
            girl,
            f"Lớp {one.class_name}",
            "H’re",
            f"Thôn {one.village}",
        )
        page.row(*own, one.father, 1985, one.phone, one.mother, 1990, "")
    page.row()
    page.row("", "", f"Tổng số: {len(pupils)} học sinh")
    page.row(*[""] * 8, "Long Môn, ngày 10 tháng 9 năm 2025")
    page.row("", "", "Người lập", *[""] * 5, "HIỆU TRƯỞNG")
    page.row(*[""] * 8, "(Ký tên, đóng dấu)")
    page.row("", "", "Trần Thị Thu Ngân", *[""] * 5, "Nguyễn Văn Hải")
    return Written("smas.xlsx", book.data(), pupils, frozenset({"sex", "father", "mother", "phone", "code"}))


def one_sheet_a_class() -> Written:
    """The class only in title or sheet name; one heading over two name columns; many formatted rows."""
    book = Book()
    pupils: list[Truth] = []
    for name, born, tab in (
        ("1A", 2019, "1A"),
        ("2A", 2018, "Lớp 2A"),
        ("3+4", 2016, "Ghép 3+4"),
        ("5", 2015, "Khối 5"),
    ):
        pupils += (of_class := class_of(name, born, 11))
        page = book.sheet(tab)
        page.title("TRƯỜNG PTDTBT TH&THCS LONG MÔN")
        if name != "2A":  # there only the sheet's name tells
            page.title(f"DANH SÁCH HỌC SINH LỚP {'GHÉP ' if '+' in name else ''}{name} - NĂM HỌC: 2025-2026")
        page.title("GVCN: Trần Thị Linh")
        page.row()
        page.row("TT", "Họ và tên", "", "Sinh ngày", "Nữ (x)", "Địa chỉ", "SĐT")
        page.merge(page.next - 1, 1, page.next - 1, 2, "Họ và tên")
        for number, one in enumerate(of_class, 1):
            girl = "x" if one.sex == "female" else ""
            home = f"Thôn {one.village}, xã Minh Long, tỉnh Quảng Ngãi"
            page.row(number, one.family_and_middle, one.given, one.birth, girl, home, one.phone)
            if number == 5:
                page.row()
        page.row("", f"Danh sách này có {len(of_class)} học sinh.")
        page.empty_rows(3_000, 7)
    notes = book.sheet("Ghi chú")
    notes.row("Hướng dẫn:")
    notes.row("- Ngày sinh: dd/mm/yyyy.")
    old = book.sheet("cu", hidden=True)
    old.row("STT", "Họ và tên", "Ngày sinh", "Lớp")
    old.row(1, "Đinh Văn Cũ", "01/01/2010", "9A")
    return Written("vnedu.xlsx", book.data(), pupils, frozenset({"sex", "phone"}))


def three_birth_columns_xls() -> Written:
    """Survey-like .xls: day, month and year apart, names in capitals, a row that counts the columns."""
    book = xlwt.Workbook(encoding="utf-8")
    pupils: list[Truth] = []
    for name, born in (("7A", 2013), ("8A", 2012)):
        pupils += (of_class := class_of(name, born, 13))
        sheet = book.add_sheet(f"DS {name}")
        sheet.write(0, 0, "Trường PTDTBT TH&THCS Long Môn - Năm học 2025 - 2026")
        sheet.write_merge(2, 3, 0, 0, "Số TT")
        sheet.write_merge(2, 3, 1, 1, "HỌ VÀ TÊN")
        sheet.write_merge(2, 2, 2, 4, "NGÀY SINH")
        sheet.write_merge(2, 2, 5, 6, "GIỚI TÍNH")
        sheet.write_merge(2, 2, 7, 9, "NƠI THƯỜNG TRÚ")
        for column, heading in enumerate(("Ngày", "Tháng", "Năm", "Nam", "Nữ", "Thôn", "Xã", "Tỉnh"), 2):
            sheet.write(3, column, heading)
        for column in range(10):
            sheet.write(4, column, f"({column + 1})")
        for row, one in enumerate(of_class, 5):
            parts = (one.birth.day, one.birth.month, one.birth.year)
            ticks = ("x", "") if one.sex == "male" else ("", "x")
            cells = (
                row - 4,
                one.name.upper(),
                *parts,
                *ticks,
                one.village.upper(),
                "Minh Long",
                "Quảng Ngãi",
            )
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
        sheet.write(len(of_class) + 5, 0, "Cộng")
        sheet.write(len(of_class) + 5, 5, 6)
        sheet.write(len(of_class) + 5, 6, 7)
    out = io.BytesIO()
    book.save(out)
    return Written("dieutra.xls", out.getvalue(), pupils, frozenset({"sex"}))


def semicolons_with_odd_letters() -> Written:
    """CSV with BOM and semicolons, text decomposed as Macs do, Icelandic Ð, two header rows."""
    pupils = [*class_of("6A", 2014, 10), *class_of("6A1", 2014, 10)]
    rows: list[Sequence[object]] = [
        ("Trường: PTDTBT TH&THCS Long Môn", *[""] * 7),
        ("Năm học", "2025-2026", *[""] * 6),
        ("TT", "Họ và tên đệm", "Tên", "Ngày tháng năm sinh", "Tên lớp", "Thôn/bản", "Mẹ", ""),
        ("", "", "", "", "", "", "Họ tên", "SĐT"),
    ]
    for number, one in enumerate(pupils, 1):
        name = one.family_and_middle.replace("Đ", "Ð")
        day = f"{one.birth.day}-{one.birth.month}-{one.birth.year}"
        phone = f"{one.phone[:4]}.{one.phone[4:7]}.{one.phone[7:]}"
        label = f"{one.class_name[0]} {one.class_name[1:].lower()}"
        rows.append((number, f" {name}\u00a0", one.given, day, label, one.village, one.mother, f"+84 {phone[1:]}"))
    rows.append(("", "Tổng cộng: 20 em", *[""] * 6))
    rows = [tuple(unicodedata.normalize("NFD", str(cell)) for cell in row) for row in rows]
    return Written("lop6.csv", csv_bytes(rows, ";", "utf-8-sig"), pupils, frozenset({"mother", "phone"}))


def kindergarten_with_years() -> Written:
    """A kindergarten: groups without digits, mixed ages, only the year of birth, CSV without BOM."""
    groups = (
        ("Lá 1", 2020),
        ("Chồi", 2021),
        ("Mẫu giáo lớn", 2020),
        ("3-4 tuổi", 2021),
        ("Nhà trẻ 25-36 tháng", 2023),
    )
    pupils = years_only(one for name, born in groups for one in class_of(name, born, 6))
    rows: list[Sequence[object]] = [("Số TT", "Họ và tên trẻ", "Năm sinh", "Nhóm, lớp", "Thôn", "Họ tên cha mẹ")]
    for number, one in enumerate(pupils, 1):
        rows.append(
            (
                number,
                one.name,
                one.birth,
                one.class_name,
                f"thôn {one.village}",
                f"{one.father} - {one.mother}",
            )
        )
    return Written(
        "mamnon.csv",
        csv_bytes(rows, ",", "utf-8"),
        pupils,
        frozenset({"father", "mother"}),
        school=None,
        year=None,
    )


def years_under_boys_and_girls_xls() -> Written:
    """An old form: the year of birth stands under "Nam" or under "Nữ"; each group its own sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    pupils: list[Truth] = []
    for name, title in (
        ("Mẫu giáo lớn A", "LỚP MẪU GIÁO LỚN A TẠI ĐIỂM TRƯỜNG CÀ XEN"),
        ("Lá 2", "DANH SÁCH TRẺ LỚP LÁ 2"),
    ):
        pupils += (of_group := years_only(class_of(name, 2020, 9)))
        sheet = book.add_sheet(f"Trang{len(pupils)}")
        sheet.write(0, 0, "TRƯỜNG MẦM NON LONG MÔN")
        sheet.write(1, 0, f"{title} (5-6 TUỔI)")
        sheet.write_merge(3, 4, 0, 0, "STT")
        sheet.write_merge(3, 4, 1, 1, "Họ tên")
        sheet.write_merge(3, 3, 2, 3, "Năm sinh")
        sheet.write(4, 2, "Nam")
        sheet.write(4, 3, "Nữ")
        sheet.write_merge(3, 4, 4, 4, "Chỗ ở hiện nay")
        for row, one in enumerate(of_group, 5):
            sheet.write(row, 0, row - 4)
            sheet.write(row, 1, one.name)
            sheet.write(row, 2 if one.sex == "male" else 3, one.birth)
            sheet.write(row, 4, f"{one.village} - Minh Long - Quảng Ngãi")
    out = io.BytesIO()
    book.save(out)
    return Written("mg.xls", out.getvalue(), pupils, frozenset({"sex"}), school="Trường Mầm non Long Môn", year=None)


def classes_below_each_other() -> Written:
    """One sheet, a block a class: its line, its header again, blank rows, a total; from column B on."""
    book = Book()
    page = book.sheet("Sheet1")
    pupils: list[Truth] = []
    page.row("", "", "UBND XÃ MINH LONG")
    page.row("", "", "TRƯỜNG PTDTBT TH&THCS LONG MÔN")
    page.row("", "", "DANH SÁCH HỌC SINH NĂM HỌC 2025-2026")
    for name, born in (("3A", 2017), ("3B", 2017), ("4A", 2016)):
        pupils += (of_class := class_of(name, born, 8))
        page.row()
        page.row("", f"Lớp {name}: {len(of_class)} học sinh - GVCN Đinh Thị Xía")
        if name != "3B":  # the header is not always repeated
            page.row("", "STT", "Họ tên học sinh", "NTNS", "Phái", "Thôn", "Ghi chú")
        for number, one in enumerate(of_class, 1):
            page.row("", number, one.name, one.day, "Nữ" if one.sex == "female" else "nam", one.village, "")
        page.row("", "", "Tổng số", len(of_class))
    page.row("", "", "Giáo viên", "", "", "Hiệu trưởng")
    page.row("", "", "Đinh Thị Xía", "", "", "Võ Văn Nam")
    return Written("toantruong.xlsx", book.data(), pupils, frozenset({"sex"}))


def numbers_as_numbers() -> Written:
    """Birth days as serial numbers, lost zeros, homes as free addresses, ticked support needs, states."""
    pupils = [*class_of("6A", 2014, 12), *class_of("9B", 2011, 12)]
    book = Book()
    page = book.sheet("Danh sách")
    page.title(f"DANH SÁCH HỌC SINH {SCHOOL.upper()}")
    page.title("NĂM HỌC 2025 – 2026")
    page.row("STT", "Mã HS", "Số ĐDCN", "Họ và tên", "Ngày sinh", "Giới tính (Nam/Nữ)", "Khối", "Lớp",
             "Hộ nghèo", "Khuyết tật", "Trạng thái", "Nơi ở hiện nay", "ĐT liên hệ", "Nơi sinh")  # fmt: skip
    for number, one in enumerate(pupils, 1):
        page.row(
            number, one.code, int(one.personal_id), one.name, (one.birth - dt.date(1899, 12, 30)).days,
            "Nữ" if one.sex == "female" else "Nam", one.class_name[0], one.class_name,
            "x" if number % 3 == 0 else "", "Khiếm thính" if number == 6 else "", "Đang học",
            f"Tổ {number}, {one.village}, Minh Long", int(one.phone), "Quảng Ngãi",
        )  # fmt: skip
    return Written("csdl.xlsx", book.data(), pupils, frozenset({"sex", "phone", "code", "personal_id"}))


def merged_downwards() -> Written:
    """The class in one merged cell beside its pupils; a heading of three floors."""
    pupils = [*class_of("1+2", 2018, 6), *class_of("4/2", 2016, 7)]
    book = Book()
    page = book.sheet("HS")
    page.title("Đơn vị: Trường PTDTBT TH&THCS Long Môn", 7)
    page.title("Danh sách học sinh, năm học 2025-2026", 7)
    top = page.next
    page.merge(top, 0, top + 2, 0, "Lớp")
    page.merge(top, 1, top, 4, "Thông tin học sinh")
    page.merge(top, 5, top, 7, "Gia đình")
    page.merge(top + 1, 1, top + 1, 2, "Họ và tên")
    page.merge(top + 1, 3, top + 2, 3, "Ngày sinh")
    page.merge(top + 1, 4, top + 2, 4, "Nữ")
    page.merge(top + 1, 5, top + 2, 5, "Họ tên bố")
    page.merge(top + 1, 6, top + 2, 6, "Điện thoại bố")
    page.merge(top + 1, 7, top + 2, 7, "Hộ khẩu thường trú")
    page.next += 2
    page.row("", "Họ và chữ lót", "Tên")
    for name in ("1+2", "4/2"):
        of_class = [one for one in pupils if one.class_name == name]
        page.merge(page.next, 0, page.next + len(of_class) - 1, 0, name)
        for one in of_class:
            girl = "x" if one.sex == "female" else ""
            home = f"{one.village}, xã Long Môn, huyện Minh Long, tỉnh Quảng Ngãi"
            page.row("", one.family_and_middle, one.given, one.birth, girl, one.father, one.phone, home)
    return Written("gop.xlsx", book.data(), pupils, frozenset({"sex", "father", "phone"}))


def tabs_in_utf16() -> Written:
    """Excel's "Unicode text": UTF-16 and tabs; no numbers in front, birth in words or with two digits."""
    pupils = class_of("2B", 2018, 12)
    rows: list[Sequence[object]] = [
        ("DANH SÁCH LỚP 2B", "", "", ""),
        ("Trường PTDTBT TH&THCS Long Môn, năm học 2025-2026", "", "", ""),
        ("Họ tên", "Ngày sinh", "Nữ", "Thôn"),
    ]
    for number, one in enumerate(pupils):
        day = f"{one.birth:%d.%m.%y}" if number % 2 else f"{one.birth.day} tháng {one.birth.month} năm {one.birth.year}"
        rows.append((one.name, day, "x" if one.sex == "female" else "", one.village))
    return Written("unicode.csv", csv_bytes(rows, "\t", "utf-16"), pupils, frozenset({"sex"}))


OUR_COLUMNS = ("id", "code", "name", "birth_date", "sex", "class", "grade", "school", "village", "commune",
               "father", "mother", "guardian", "status", "enrolled_on", "left_on")  # fmt: skip


def our_rows(pupils: Iterable[Truth]) -> list[Sequence[object]]:
    return [
        (number, one.code, one.name, str(one.birth), one.sex, one.class_name, one.class_name[:1], SCHOOL,
         one.village, "Minh Long", one.father, one.mother, "", "studying", "2025-09-05", "")
        for number, one in enumerate(pupils, 1)
    ]  # fmt: skip


def our_own_export() -> Written:
    """`ralop export pupils`: English headings, ISO dates, an apostrophe before what looks like a formula."""
    pupils = [*class_of("6A", 2014, 9), *years_only(class_of("Lá 1", 2020, 5))]
    pupils[0] = replace(pupils[0], name="=HYPERLINK(A1) Hà")
    pupils[1] = replace(pupils[1], name="-Đinh Y")
    rows = [[f"'{cell}" if str(cell)[:1] in tuple("=+-@\t") else cell for cell in row] for row in our_rows(pupils)]
    data = csv_bytes([OUR_COLUMNS, *rows], ",", "utf-8-sig")
    return Written("pupils.csv", data, pupils, frozenset({"sex", "father", "mother", "code"}), None, None)


def our_own_export_as_workbook() -> Written:
    pupils = class_of("7/1", 2013, 9)
    book = Book()
    page = book.sheet("pupils")
    for row in (OUR_COLUMNS, *our_rows(pupils)):
        page.row(*row)
    return Written("pupils.xlsx", book.data(), pupils, frozenset({"sex", "father", "mother", "code"}), None, None)


LAYOUTS: tuple[Callable[[], Written], ...] = (
    two_merged_header_rows,
    one_sheet_a_class,
    three_birth_columns_xls,
    semicolons_with_odd_letters,
    kindergarten_with_years,
    years_under_boys_and_girls_xls,
    classes_below_each_other,
    numbers_as_numbers,
    merged_downwards,
    tabs_in_utf16,
    our_own_export,
    our_own_export_as_workbook,
)
