"""One row of a roster: a pupil, a row to reject with its reason, or no pupil at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from bot.importers import roster_fields as fields
from bot.importers.roster_cells import Cell, Row, text
from bot.importers.roster_facts import (
    Phone,
    PupilRow,
    RejectedRow,
    Relation,
    RowReason,
    RowWarning,
    Sex,
    Status,
)
from bot.importers.roster_header import Column, Header, is_of_numbers
from bot.importers.roster_titles import class_in
from bot.importers.roster_villages import Villages
from bot.parsing import class_name, fold, grade, same_name_key, tidy_name

MAX_NAME = 60  # letters (T19)
MAX_CLASS = 40
MAX_ADDRESS = 200

# Totals, signatures and remarks; compared folded, so that a family name needs care (Tống, Lưu, Chu).
_NO_PUPIL = re.compile(
    r"(tong (so|cong|hop)|tong( ?:| \d|$)|cong( ?:| \d|$)|danh sach|an dinh danh sach|trong do|ghi chu|"
    r"(nguoi|can bo) (lap|ghi|viet|thong ke)|lap bieu|(pho )?hieu truong|giao vien|gvcn|ban giam hieu|"
    r"xac nhan|thu truong|chu tich|ky ten|\(?(ky|da ky)\b|(nu|nam|luu y|chu y|so luong) ?:|so hoc sinh|si so|"
    r"tm\.|kt\.|huong dan|.*\bngay [\d. …]*thang [\d. …]*nam\b)"
)
_ABOUT_SOMEBODY = (
    Column.CODE, Column.SCHOOL_CODE, Column.PERSONAL_ID, Column.BIRTH, Column.BIRTH_YEAR,
    Column.BIRTH_IF_MALE, Column.BIRTH_IF_FEMALE, Column.FATHER, Column.MOTHER, Column.PARENTS,
    Column.GUARDIAN, Column.PHONE, Column.FATHER_PHONE, Column.MOTHER_PHONE, Column.GUARDIAN_PHONE,
)  # fmt: skip
_PHONES = {
    Column.FATHER_PHONE: Relation.FATHER, Column.MOTHER_PHONE: Relation.MOTHER,
    Column.GUARDIAN_PHONE: Relation.GUARDIAN, Column.PHONE: Relation.FAMILY,
}  # fmt: skip


@dataclass
class Table:
    """The rows under one header, and what holds for all of them."""

    sheet: str
    header: Header
    villages: Villages
    class_name: str | None  # from the titles or the sheet's name, for rows without their own
    school: str | None
    year: str | None  # "2025-2026"
    ticks_girls: bool = True  # False when nobody is ticked: then a blank says nothing
    has_status: bool = True  # False when no cell of that column is a status
    has_ended: bool = False  # after a total or a signature
    last_row: int = 0
    places: dict[Column, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {column: self.header.places(column) for column in Column}
        self.last_row = self.header.rows[-1]

    def first(self, row: Row, *columns: Column) -> Cell:
        """The first cell of these columns that holds something; "" if none does."""
        for column in columns:
            for place in self.places[column]:
                if place < len(row) and row[place] != "":
                    return row[place]
        return ""

    def all(self, row: Row, *columns: Column) -> Iterator[tuple[int, Cell]]:
        """Place and cell wherever these columns hold something."""
        for column in columns:
            for place in self.places[column]:
                if place < len(row) and row[place] != "":
                    yield place, row[place]


class _Rejected(Exception):
    """The row cannot be taken."""

    def __init__(self, reason: RowReason, **details: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


def read(table: Table, number: int, row: Row) -> PupilRow | RejectedRow | None:
    """Reads a row below the table's header; None when it is no pupil."""
    name = _name(table, row)
    follows = number == table.last_row + 1
    table.last_row = number
    if not _is_pupil(table, row, name, follows=follows):
        return None
    try:
        return _pupil(table, number, row, name)
    except _Rejected as error:
        details = {"name": name[:MAX_NAME]} if re.search(r"[^\W\d_]", name) else {}
        return RejectedRow(table.sheet, number, error.reason, {**details, **error.details})


def _is_pupil(table: Table, row: Row, name: str, *, follows: bool) -> bool:
    about = sum(1 for _ in table.all(row, *_ABOUT_SOMEBODY))
    is_numbered = text(table.first(row, Column.NUMBER)).rstrip(".").isdecimal()
    words = fold(next((cell for cell in row if isinstance(cell, str) and re.search(r"[^\W\d_]", cell)), ""))
    if _NO_PUPIL.match(words) and about < 3 and not (is_numbered and about):
        table.has_ended = True
        return False
    if len(name) < 5 and is_of_numbers(row):
        return False
    if not re.search(r"[^\W\d_]", name):
        return _is_nameless_pupil(table, row)
    if is_numbered or (about and not table.has_ended):
        return True
    if table.has_ended:
        return bool(about) and table.first(row, Column.BIRTH, Column.BIRTH_YEAR, Column.CODE) != ""
    return _is_alone(table, row, name, follows=follows)


def _is_nameless_pupil(table: Table, row: Row) -> bool:
    """Whether a row without a name is somebody all the same, and so worth a complaint.

    Pre-numbered empty rows and totals are not: a number of pupils under "Ngày sinh" is no birth.
    """
    try:
        is_born = bool(_birth(table, row)[0])
    except fields.ImpossibleBirth:
        is_born = False
    if table.has_ended:
        return is_born
    codes = [text(cell) for _, cell in table.all(row, Column.CODE, Column.SCHOOL_CODE, Column.PERSONAL_ID)]
    family = [text(cell) for _, cell in table.all(row, Column.FATHER, Column.MOTHER, Column.PARENTS)]
    return is_born or any(len(code) >= 5 for code in codes) or any(len(name.split()) >= 2 for name in family)


def _is_alone(table: Table, row: Row, name: str, *, follows: bool) -> bool:
    """A name and little else: a pupil of a bare list, or a line between two classes, or a signature."""
    if class_in(name) or re.search(r"[\d:]", name) or len(name.split()) > 6:
        return False
    cells = sum(1 for cell in row if cell != "")
    kinds = set(table.header.columns.values()) - {Column.OTHER, Column.NUMBER}
    return cells > 1 or len(kinds) <= 2 or follows


def _pupil(table: Table, number: int, row: Row, name: str) -> PupilRow:
    _require_name(table, row, name)
    label = _class(table, row)
    birth, year = _checked_birth(table, row)
    village_text, village = _village(table, row)
    family = _family(table, row)
    numbers = tuple(
        Phone(found, relation)
        for column, relation in _PHONES.items()
        for _, cell in table.all(row, column)
        for found in fields.phones(cell)
    )
    return PupilRow(
        sheet=table.sheet,
        row=number,
        name=tidy_name(name),
        class_name=label,
        code=_code(table, row),
        personal_id=fields.personal_id(table.first(row, Column.PERSONAL_ID)),
        birth=birth,
        birth_year=year,
        sex=_sex(table, row),
        village_text=village_text,
        village=village,
        ethnicity=_cut(fields.ethnicity(table.first(row, Column.ETHNICITY))),
        father=family[Relation.FATHER],
        mother=family[Relation.MOTHER],
        guardian=family[Relation.GUARDIAN],
        phones=tuple(dict.fromkeys(numbers)),
        policy=_policy(table, row),
        status=_status(table, row),
        school=_cut(text(table.first(row, Column.SCHOOL)) or table.school),
        export_id=_export_id(table, row),
        warnings=tuple(_warnings(table, row, label, year, numbers)),
    )


def _name(table: Table, row: Row) -> str:
    """The whole name, from one column or from its parts."""
    parts = [text(cell) for _, cell in table.all(row, Column.NAME, Column.NAME_FIRST)]
    given = text(table.first(row, Column.NAME_LAST))
    name = " ".join(parts)
    if not given:
        return name
    has_it_already = table.places[Column.NAME] and same_name_key(name).endswith(same_name_key(given))
    return name if has_it_already else f"{name} {given}".strip()


def _require_name(table: Table, row: Row, name: str) -> None:
    if not re.search(r"[^\W\d_]", name):
        raise _Rejected(RowReason.NO_NAME)
    has_two_columns = table.places[Column.NAME_LAST] and table.places[Column.NAME_FIRST]
    if has_two_columns and table.first(row, Column.NAME_LAST) == "":
        raise _Rejected(RowReason.NO_GIVEN_NAME)
    if len(name) > MAX_NAME:
        raise _Rejected(RowReason.NAME_TOO_LONG, limit=MAX_NAME)


def _class(table: Table, row: Row) -> str:
    cell = table.first(row, Column.CLASS)
    if isinstance(cell, date):  # 6/1, which the spreadsheet took for a day
        cell = _class_from_day(cell, text(table.first(row, Column.GRADE)))
    written = text(cell)
    level = re.search(r"\d{1,2}", text(table.first(row, Column.GRADE)))
    if level and len(written) == 1 and written.isalpha():
        written = level[0] + written
    if not written:
        if table.class_name is None:
            raise _Rejected(RowReason.NO_CLASS)
        return table.class_name
    label = class_name(written)
    if label is None:
        raise _Rejected(RowReason.NO_CLASS, value=written[:MAX_NAME])
    if len(label) > MAX_CLASS:
        raise _Rejected(RowReason.CLASS_TOO_LONG, value=written[:MAX_NAME], limit=MAX_CLASS)
    return label


def _class_from_day(cell: date, level: str) -> str:
    is_american = level.strip().endswith(str(cell.month)) and not level.strip().endswith(str(cell.day))
    return f"{cell.month}/{cell.day}" if is_american else f"{cell.day}/{cell.month}"


def _birth(table: Table, row: Row) -> tuple[date | int | None, str]:
    """The birth, and the words it was read from. Raises fields.ImpossibleBirth."""
    cell = table.first(row, Column.BIRTH, Column.BIRTH_IF_MALE, Column.BIRTH_IF_FEMALE)
    if cell != "" or not table.places[Column.BIRTH_YEAR]:
        return fields.born(cell), text(cell)
    day, month = table.first(row, Column.BIRTH_DAY), table.first(row, Column.BIRTH_MONTH)
    return fields.born_on(day, month, table.first(row, Column.BIRTH_YEAR)), ""


def _birth_as_written(table: Table, row: Row) -> str:
    columns = (Column.BIRTH, Column.BIRTH_IF_MALE, Column.BIRTH_IF_FEMALE)
    parts = (Column.BIRTH_DAY, Column.BIRTH_MONTH, Column.BIRTH_YEAR)
    cells = [text(cell) for _, cell in table.all(row, *columns)] or [text(c) for _, c in table.all(row, *parts)]
    return "/".join(cells)[:MAX_NAME]


def _checked_birth(table: Table, row: Row) -> tuple[date | None, int | None]:
    """Day and year of birth. Nobody is born after the school year the file is of."""
    try:
        birth, _ = _birth(table, row)
    except fields.ImpossibleBirth as error:
        value = _birth_as_written(table, row)
        raise _Rejected(RowReason.IMPOSSIBLE_BIRTH_DATE, value=value) from error
    day = birth if isinstance(birth, date) else None
    year = day.year if day else birth if isinstance(birth, int) else None
    if year and table.year and year > int(table.year[-4:]):
        raise _Rejected(RowReason.IMPOSSIBLE_BIRTH_DATE, value=_birth_as_written(table, row))
    return day, year


def _sex(table: Table, row: Row) -> Sex | None:
    if table.places[Column.SEX]:
        return fields.sex(table.first(row, Column.SEX))
    girl = table.first(row, Column.IS_FEMALE, Column.BIRTH_IF_FEMALE)
    boy = table.first(row, Column.IS_MALE, Column.BIRTH_IF_MALE)
    if fields.says_something(girl):
        return fields.sex(girl) or Sex.FEMALE
    if fields.says_something(boy):
        return fields.sex(boy) or Sex.MALE
    is_boy_when_blank = table.places[Column.IS_FEMALE] and not table.places[Column.IS_MALE] and table.ticks_girls
    return Sex.MALE if is_boy_when_blank else None


def _village(table: Table, row: Row) -> tuple[str, str | None]:
    """The cell as written and the village in it; of several cells the first that names one."""
    written = ""
    for column in (Column.VILLAGE, Column.ADDRESS):
        for _, cell in table.all(row, column):
            written = written or text(cell)
            village = table.villages.find(text(cell), is_address=column is Column.ADDRESS)
            if village:
                return text(cell)[:MAX_ADDRESS], village
    return written[:MAX_ADDRESS], None


def _family(table: Table, row: Row) -> dict[Relation, str | None]:
    """The names of the parents. A single name under "Họ tên cha mẹ" may be either's: it is the guardian."""
    father = fields.parent(table.first(row, Column.FATHER))
    mother = fields.parent(table.first(row, Column.MOTHER))
    guardian = fields.parent(table.first(row, Column.GUARDIAN))
    both = fields.parents(table.first(row, Column.PARENTS))
    if len(both) == 2:
        father, mother = father or both[0], mother or both[1]
    elif both:
        guardian = guardian or ", ".join(both)
    return {Relation.FATHER: _cut(father), Relation.MOTHER: _cut(mother), Relation.GUARDIAN: _cut(guardian)}


def _code(table: Table, row: Row) -> str | None:
    return _cut(text(table.first(row, Column.CODE, Column.SCHOOL_CODE)) or None)


def _policy(table: Table, row: Row) -> str | None:
    needs = (fields.support(table.header.headings[place], cell) for place, cell in table.all(row, Column.POLICY))
    return "; ".join(dict.fromkeys(need for need in needs if need))[:MAX_ADDRESS] or None


def _status(table: Table, row: Row) -> Status | None:
    cell = table.first(row, Column.STATUS)
    if not table.has_status or not fields.says_something(cell):
        return None
    status = fields.status(cell)
    if status is None:
        raise _Rejected(RowReason.BAD_STATUS, value=text(cell)[:MAX_NAME])
    return status


def _export_id(table: Table, row: Row) -> int | None:
    written = text(table.first(row, Column.EXPORT_ID))
    return int(written) if written.isdecimal() and len(written) < 19 else None


def _warnings(table: Table, row: Row, label: str, year: int | None, numbers: tuple[Phone, ...]) -> Iterator[RowWarning]:
    if year is None:
        yield RowWarning.NO_BIRTH_DATE
    elif table.year and not _is_usual_age(label, year, int(table.year[:4])):
        yield RowWarning.UNUSUAL_AGE
    if not numbers and any(re.search(r"\d", text(cell)) for _, cell in table.all(row, *_PHONES)):
        yield RowWarning.BAD_PHONE
    identity = table.first(row, Column.PERSONAL_ID)
    if fields.says_something(identity) and fields.personal_id(identity) is None:
        yield RowWarning.BAD_PERSONAL_ID
    if fields.says_something(sex := table.first(row, Column.SEX)) and fields.sex(sex) is None:
        yield RowWarning.UNREADABLE_SEX


def _is_usual_age(label: str, year: int, start: int) -> bool:
    """Grade 1 begins in the year of the sixth birthday; up to three years later is allowed (domain.md §5)."""
    lowest = grade(label)
    if lowest is None:
        return True
    highest = max(int(level) for level in re.findall(r"\d+", label)) if "+" in label else lowest
    return start - highest - 5 - 3 <= year <= start - lowest - 5 + 1


def _cut(words: str | None) -> str | None:
    return words[:MAX_NAME] if words else None
