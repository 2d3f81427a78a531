"""The header of a roster: which column holds what, in one row or in several merged ones.

The variants are those of reference/domain.md §10, "Roster files". A heading is compared folded and without
signs ("Họ và tên (*)" is "ho va ten"), with the headings above it as its context ("Cha" over "Điện thoại").
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.importers.roster_cells import Row, Sheet, text
from bot.parsing import fold

MAX_HEADER_ROWS = 3


class Column(StrEnum):
    """What a column holds. OTHER is a heading that we know of and do not read."""

    NUMBER = "number"
    NAME = "name"
    NAME_FIRST = "name_first"  # họ, họ đệm
    NAME_LAST = "name_last"  # tên
    CODE = "code"
    SCHOOL_CODE = "school_code"  # where there is the ministry's too
    ANY_ID = "any_id"  # "Mã định danh": the ministry's or the personal one
    PERSONAL_ID = "personal_id"
    BIRTH = "birth"
    BIRTH_DAY = "birth_day"
    BIRTH_MONTH = "birth_month"
    BIRTH_YEAR = "birth_year"
    BIRTH_IF_MALE = "birth_if_male"  # old forms write the birth under "Nam" or under "Nữ"
    BIRTH_IF_FEMALE = "birth_if_female"
    SEX = "sex"
    IS_MALE = "is_male"
    IS_FEMALE = "is_female"
    CLASS = "class"
    CLASS_CODE = "class_code"
    GRADE = "grade"
    ETHNICITY = "ethnicity"
    VILLAGE = "village"
    ADDRESS = "address"
    FATHER = "father"
    MOTHER = "mother"
    PARENTS = "parents"
    GUARDIAN = "guardian"
    PHONE = "phone"
    FATHER_PHONE = "father_phone"
    MOTHER_PHONE = "mother_phone"
    GUARDIAN_PHONE = "guardian_phone"
    POLICY = "policy"
    STATUS = "status"
    SCHOOL = "school"
    YEAR = "year"
    EXPORT_ID = "export_id"
    OTHER = "other"


@dataclass(frozen=True)
class Header:
    """Where a table begins: its columns by place (from 0), and the headings of those that need theirs."""

    rows: tuple[int, ...]  # as the spreadsheet shows them
    columns: dict[int, Column]
    headings: dict[int, str]  # as written

    def places(self, column: Column) -> list[int]:
        return [place for place, what in self.columns.items() if what is column]


_NAMES = frozenset({Column.NAME, Column.NAME_FIRST, Column.NAME_LAST})
_OURS = {
    "code": Column.CODE, "name": Column.NAME, "birth_date": Column.BIRTH, "sex": Column.SEX,
    "class": Column.CLASS, "school": Column.SCHOOL, "village": Column.VILLAGE, "father": Column.FATHER,
    "mother": Column.MOTHER, "guardian": Column.GUARDIAN, "status": Column.STATUS,
    "ethnicity": Column.ETHNICITY, "personal_id": Column.PERSONAL_ID, "phone": Column.PHONE,
    "id": Column.EXPORT_ID,
}  # fmt: skip
_OUR_MARKS = frozenset({"id", "name", "birth_date", "class", "enrolled_on", "left_on"})
# A table of staff is no roster, though it has names and birth dates.
_STAFF = re.compile(r"\b(chuc vu|chuc danh|mon day|chuyen mon|he so luong|ngay vao nganh|phan cong)\b")

_BIRTH = r"(ngay( thang)?( nam)? sinh|sinh ngay|ntns|nam sinh)"  # also a group's heading
_MINISTRY = r"(bo|bgd|bgddt|moet|csdl|nganh)\b.*"
_SUPPORT = r"chinh sach|uu tien|uu dai|doi tuong|ngheo|khuyet tat|mo coi|hoan canh|kho khan"
_THIS_YEAR = r"( (dang hoc|hien tai|hien nay|moi|nam nay|nam hoc .*))?"
_PLAIN = tuple(
    (re.compile(pattern), column)
    for pattern, column in (
        (r"(stt|tt|so tt|so thu tu|thu tu|no)", Column.NUMBER),
        (r"(noi (sinh|cap|lam|cong tac)|que|nguyen quan|ngay (cap|vao|nhap|ket nap|chuyen)).*", Column.OTHER),
        (r"(ghi chu|quoc tich|ton giao|email|ky ten|xep loai|anh).*", Column.OTHER),
        (r"ho (va )?(ten )?(dem|lot|chu lot)( .*)?|ho|ho va|ten dem|chu lot|dem", Column.NAME_FIRST),
        (r"ten( goi)?", Column.NAME_LAST),
        (r"(ho (va )?ten|ten)( day du| khai sinh)?( cua)?( (hoc sinh|hs|tre( em)?|chau|em))?", Column.NAME),
        (r"(ma|so) (so )?(dinh danh )?(hoc sinh |hs )?(cua )?" + _MINISTRY, Column.CODE),
        (r"ma (so )?(hoc sinh|hs|tre)( .*)?", Column.SCHOOL_CODE),
        (r"ma dinh danh( (hoc sinh|hs|tre))?|ma so|ma", Column.ANY_ID),
        (r".*(ddcn|dinh danh|cccd|can cuoc|cmnd|ma so ca nhan).*", Column.PERSONAL_ID),
        (_BIRTH + r"( .*)?|ns", Column.BIRTH),
        (r"con ong( ba)?|con ba", Column.PARENTS),
        (r"ngay", Column.BIRTH_DAY),
        (r"thang( sinh)?", Column.BIRTH_MONTH),
        (r"gioi tinh( .*)?|gioi|phai|gt|nam nu", Column.SEX),
        (r"(la )?nu( x| danh dau.*)?", Column.IS_FEMALE),
        (r"nam( x| danh dau.*)?", Column.IS_MALE),
        (r"ma lop( hoc)?", Column.CLASS_CODE),
        (r"(ten |dang hoc |hoc )?lop( hoc)?" + _THIS_YEAR, Column.CLASS),
        (r"(ten )?nhom( tre| lop)*|lop nhom|nhom tuoi", Column.CLASS),
        (r"khoi( lop| hoc)*", Column.GRADE),
        (r"(thanh phan )?dan toc.*", Column.ETHNICITY),
        (r"(ten )?(thon|xom|ban|buon|ap|khu dan cu|kdc|to( dan pho)?)( (xom|ban|lang|buon|ap|to|kdc))*",
         Column.VILLAGE),
        (r".*(dia chi|cho o|noi o|thuong tru|ho khau|tam tru).*|thon( ban| xom)? xa.*", Column.ADDRESS),
        (r"(so )?(dien thoai|sdt|dt|di dong|lien he)( .*)?|.* (sdt|dien thoai)", Column.PHONE),
        (f".*({_SUPPORT}).*", Column.POLICY),
        (r"(trang thai|tinh trang)( (hoc sinh|hs|hoc tap|hoc|hien tai))?", Column.STATUS),
        (r"(ten )?truong( hoc)?", Column.SCHOOL),
        (r"nam hoc", Column.YEAR),
        (r"(ten )?(xa|phuong|huyen|quan|tinh|thanh pho|tp|so nha|duong)( .*)?", Column.OTHER),
    )
)  # fmt: skip
_PARTS_OF_BIRTH = {
    "ngay": Column.BIRTH_DAY, "thang": Column.BIRTH_MONTH, "năm": Column.BIRTH_YEAR,
    "nam": Column.BIRTH_IF_MALE, "nu": Column.BIRTH_IF_FEMALE,
}  # fmt: skip
_PHONE = re.compile(r"\b(dien thoai|sdt|dt|di dong|lien he)\b")
_ADDRESS = re.compile(r"\b(dia chi|cho o|noi o|thuong tru|ho khau|tam tru)\b")
_ABOUT_PARENT = re.compile(
    r"\b(sinh|nghe|cong viec|noi lam|dan toc|dinh danh|cccd|cmnd|can cuoc|email|trinh do|quoc tich)\b"
)
# With the marks on: "bộ" is the ministry and "bà" a grandmother.
_FATHER = re.compile(r"\b(cha|bố|ba)\b")
_MOTHER = re.compile(r"\b(mẹ|me|má)\b")
_GUARDIAN = re.compile(r"\b(giám hộ|phụ huynh|phhs|cmhs|ph|đỡ đầu|nuôi dưỡng|giam ho|phu huynh)\b")
_HINT = re.compile(r"\b(vd|vi du|bat buoc)\b.*")


def find(sheet: Sheet, at: int) -> Header | None:
    """The header that begins at this place of `sheet.rows`: a pupil's name and at least one more column."""
    ours = _our_export(sheet, at)
    if ours is not None:
        return ours
    if not _is_of_headings(sheet.rows[at][1], fewest=2):
        return None
    last = at
    while last - at + 1 < MAX_HEADER_ROWS and _goes_on(sheet, last):
        last += 1
    found = (_header(sheet, at, end) for end in range(last, at - 1, -1))
    return next((header for header in found if header is not None), None)


def is_name_heading(cell: str) -> bool:
    """Whether a cell of a name's column is a heading again: a second table below the first."""
    return _plain_meaning(_key(cell)) in _NAMES


def is_of_numbers(row: Row) -> bool:
    """A row under the header that only counts the columns: (1) (2) (3), or A B 1 2."""
    cells = [text(cell).strip("()[] .") for cell in row if cell != ""]
    numbers = [int(cell) for cell in cells if cell.isdecimal() and len(cell) <= 2]
    rest = [cell for cell in cells if not cell.isdecimal()]
    return len(numbers) > 1 and numbers == sorted(set(numbers)) and all(len(cell) == 1 for cell in rest)


def _our_export(sheet: Sheet, at: int) -> Header | None:
    number, row = sheet.rows[at]
    names = [text(cell).lower() for cell in row]
    if not _OUR_MARKS.issubset(names):
        return None
    columns = {place: _OURS.get(name, Column.OTHER) for place, name in enumerate(names) if name}
    return Header((number,), columns, dict(enumerate(names)))


def _is_of_headings(row: Row, *, fewest: int) -> bool:
    """Whether a row names columns: no numbers or dates, and known headings are half of it, or four."""
    cells = {text(cell) for cell in row if cell != ""}
    if any(not isinstance(cell, str) for cell in row) or not all(_key(cell)[:1].isalpha() for cell in cells):
        return False
    known = [what for cell in cells if (what := _meaning((cell,))) is not None]
    is_enough = len(known) * 2 >= len(cells) or (len(known) >= 4 and not _NAMES.isdisjoint(known))
    return len(known) >= fewest and is_enough


def _goes_on(sheet: Sheet, at: int) -> bool:
    """Whether the next row still belongs to the header."""
    if at + 1 >= len(sheet.rows) or sheet.rows[at + 1][0] != sheet.rows[at][0] + 1:
        return False
    return _is_of_headings(sheet.rows[at + 1][1], fewest=1)


def _header(sheet: Sheet, first: int, last: int) -> Header | None:
    columns: dict[int, Column] = {}
    headings: dict[int, str] = {}
    stacks = _stacks(sheet, first, last)
    for place, parts in enumerate(stacks):
        if parts:
            headings[place] = parts[-1]
            columns[place] = _meaning(parts) or Column.OTHER
    kinds = set(columns.values()) - {Column.OTHER}
    if not _NAMES & kinds or len(kinds) < 2 or _is_of_staff(stacks):
        return None
    numbers = tuple(number for number, _ in sheet.rows[first : last + 1])
    return Header(numbers, _settled(columns, headings, sheet, last), headings)


def _is_of_staff(stacks: list[tuple[str, ...]]) -> bool:
    headings = [" ".join(parts) for parts in stacks]
    return any(_STAFF.search(_key(heading)) for heading in headings if _parent(heading) is None)


def _stacks(sheet: Sheet, first: int, last: int) -> list[tuple[str, ...]]:
    """For each column its headings from above, the same one once; a group's stands over all of its own."""
    rows = sheet.rows[first : last + 1]
    width = max(len(row) for _, row in rows)
    texts = [[text(cell) for cell in row] + [""] * (width - len(row)) for _, row in rows]
    for level, (number, _) in enumerate(rows):
        for place in range(1, width):
            is_under = any(lower[place] for lower in texts[level + 1 :])
            is_merged = (number, place) in sheet.beside
            if not texts[level][place] and (is_merged or (is_under and not sheet.beside)):
                texts[level][place] = texts[level][place - 1]
    return [tuple(dict.fromkeys(part for part in column if part)) for column in zip(*texts, strict=True)]


def _meaning(parts: tuple[str, ...]) -> Column | None:
    """What a column with these headings, from above, holds; None for a heading that we do not know."""
    last, context = _key(parts[-1]), _key(" ".join(parts[:-1]))
    whole = f"{context} {last}".strip()
    if re.search(r"\bmo coi\b", whole):
        return Column.POLICY
    parent = _parent(parts[-1]) or _parent(" ".join(parts[:-1]))
    if parent is not None:
        return _of_parent(parent, last)
    is_year = parts[-1].lower().startswith("năm")
    if re.search(_BIRTH, context) and (part := _PARTS_OF_BIRTH.get("năm" if is_year else last)):
        return part
    if last == "nam" and is_year:
        return Column.BIRTH_YEAR
    if parts[-1].lower() == "dt":  # with its mark, ĐT, it is the telephone
        return Column.ETHNICITY
    return _plain_meaning(last) or (_plain_meaning(whole) if context else None)


def _plain_meaning(key: str) -> Column | None:
    return next((column for pattern, column in _PLAIN if pattern.fullmatch(key)), None)


def _parent(heading: str) -> tuple[Column, Column] | None:
    """Where the name and the telephone of the parent go that a heading speaks of."""
    words = heading.lower()
    father, mother = _FATHER.search(words), _MOTHER.search(words)
    if father and mother:
        return Column.PARENTS, Column.PHONE
    if father:
        return Column.FATHER, Column.FATHER_PHONE
    if mother:
        return Column.MOTHER, Column.MOTHER_PHONE
    return (Column.GUARDIAN, Column.GUARDIAN_PHONE) if _GUARDIAN.search(words) else None


def _of_parent(parent: tuple[Column, Column], last: str) -> Column:
    name, phone = parent
    if _PHONE.search(last):
        return phone
    if _ADDRESS.search(last):
        return Column.ADDRESS
    return Column.OTHER if _ABOUT_PARENT.search(last) else name


def _key(heading: str) -> str:
    words = re.sub(r"[^a-z0-9]+", " ", fold(heading)).strip()
    return _HINT.sub("", words).strip()


# --- what only the whole header, or what stands under it, can tell -----------------------------------------


def _settled(columns: dict[int, Column], headings: dict[int, str], sheet: Sheet, last: int) -> dict[int, Column]:
    settled = dict(sorted(columns.items()))
    _settle_names(settled, sheet, last)
    _settle_birth(settled, headings)
    _settle_class(settled, headings)
    for place, what in settled.items():
        if what is Column.ANY_ID:
            settled[place] = Column.PERSONAL_ID if _holds_personal_ids(sheet, last, place) else Column.CODE
    _keep_first(settled)
    return settled


def _settle_names(columns: dict[int, Column], sheet: Sheet, last: int) -> None:
    """A name in two columns, where one heading stands over both; a given name alone is a name."""
    names = [place for place, what in columns.items() if what in _NAMES]
    first = names[0]
    if first + 1 in names and columns[first] is columns[first + 1]:
        columns[first], columns[first + 1] = Column.NAME_FIRST, Column.NAME_LAST
    elif len(names) == 1:
        if first + 1 not in columns and _holds_texts(sheet, last, first + 1):
            columns[first], columns[first + 1] = Column.NAME_FIRST, Column.NAME_LAST
        else:
            columns[first] = Column.NAME


def _settle_birth(columns: dict[int, Column], headings: dict[int, str]) -> None:
    """ "Ngày sinh", "Tháng sinh", "Năm sinh" side by side are three parts of one date."""
    if Column.BIRTH_MONTH not in columns.values():
        return
    for place, what in columns.items():
        if what is Column.BIRTH:
            is_year = _key(headings[place]).startswith("nam")
            columns[place] = Column.BIRTH_YEAR if is_year else Column.BIRTH_DAY


def _settle_class(columns: dict[int, Column], headings: dict[int, str]) -> None:
    """Of last year's class and this year's the later one; a class's code only where there is no name."""
    classes = [place for place, what in columns.items() if what is Column.CLASS]
    codes = [place for place, what in columns.items() if what is Column.CLASS_CODE]
    best = max(classes or codes, key=lambda place: re.findall(r"20\d\d", headings[place]), default=None)
    for place in [*classes, *codes]:
        columns[place] = Column.CLASS if place == best else Column.OTHER


_SEVERAL = frozenset(
    {Column.NAME_FIRST, Column.VILLAGE, Column.ADDRESS, Column.POLICY, Column.PHONE, Column.OTHER}
    | {Column.FATHER_PHONE, Column.MOTHER_PHONE, Column.GUARDIAN_PHONE, Column.SCHOOL_CODE}
)


def _keep_first(columns: dict[int, Column]) -> None:
    """A second "Họ và tên" is somebody else's."""
    seen: set[Column] = set()
    for place, what in columns.items():
        if what in seen and what not in _SEVERAL:
            columns[place] = Column.OTHER
        seen.add(what)


def _below(sheet: Sheet, last: int, place: int) -> list[str]:
    rows = sheet.rows[last + 1 : last + 41]
    return [text(row[place]) for _, row in rows if place < len(row) and row[place] != ""]


def _holds_texts(sheet: Sheet, last: int, place: int) -> bool:
    """Whether at least half of the rows below have a word there."""
    rows = min(len(sheet.rows) - last - 1, 40)
    words = [cell for cell in _below(sheet, last, place) if cell[:1].isalpha() and len(cell) < 20]
    return rows > 0 and len(words) * 2 >= rows


def _holds_personal_ids(sheet: Sheet, last: int, place: int) -> bool:
    """Twelve digits, or eleven where the spreadsheet dropped the 0; the ministry's own codes have ten."""
    cells = _below(sheet, last, place)
    return sum(1 for cell in cells if cell.isdecimal() and len(cell) in (11, 12)) * 2 > len(cells)
