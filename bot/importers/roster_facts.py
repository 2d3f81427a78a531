"""What a roster says, as values: pupils, rows that were refused, rows that repeat others, and the titles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class Status(StrEnum):
    """As the export of `pupils` writes it."""

    STUDYING = "studying"
    MOVED = "moved"
    DROPPED_OUT = "dropped_out"
    FINISHED = "finished"


class Relation(StrEnum):
    """Whose telephone it is; FAMILY where the file does not say."""

    FATHER = "father"
    MOTHER = "mother"
    GUARDIAN = "guardian"
    FAMILY = "family"


class RowReason(StrEnum):
    """Why a row was rejected. Its details hold `name` where it has one, and what stands behind the reason."""

    NO_NAME = "no_name"
    NO_GIVEN_NAME = "no_given_name"  # name in two columns, the given name's cell is empty
    NAME_TOO_LONG = "name_too_long"  # limit
    NO_CLASS = "no_class"
    CLASS_TOO_LONG = "class_too_long"  # value, limit
    IMPOSSIBLE_BIRTH_DATE = "impossible_birth_date"  # value
    BAD_STATUS = "bad_status"  # value
    CONTRADICTS = "contradicts"  # sheet, row, field: the earlier row, and the field that differs


class RowWarning(StrEnum):
    """What the school may want to look at; the row is taken all the same."""

    NO_BIRTH_DATE = "no_birth_date"
    UNUSUAL_AGE = "unusual_age"  # more than three years older, or one younger, than the class's age
    BAD_PHONE = "bad_phone"
    BAD_PERSONAL_ID = "bad_personal_id"
    UNREADABLE_SEX = "unreadable_sex"
    NAMESAKE = "namesake"  # an earlier row has this name and birth date, and is another pupil


@dataclass(frozen=True)
class Phone:
    number: str  # "0905123456"
    relation: Relation


@dataclass(frozen=True)
class PupilRow:
    """One pupil, as one row says it. Empty and None mean that the file says nothing, never "none"."""

    sheet: str  # "" for a .csv
    row: int  # as the spreadsheet shows it, from 1; the line of a .csv counts records
    name: str
    class_name: str
    code: str | None = None  # the ministry's or the school's
    personal_id: str | None = None  # 12 digits
    birth: date | None = None
    birth_year: int | None = None  # of `birth`, or alone
    sex: Sex | None = None
    village_text: str = ""  # the cell as written
    village: str | None = None  # "Cà Xen"
    ethnicity: str | None = None
    father: str | None = None
    mother: str | None = None
    guardian: str | None = None
    phones: tuple[Phone, ...] = ()
    policy: str | None = None  # support need, as written; several joined with "; "
    status: Status | None = None
    school: str | None = None
    export_id: int | None = None  # `id`, where the file is our own export of pupils
    warnings: tuple[RowWarning, ...] = ()


@dataclass(frozen=True)
class RejectedRow:
    sheet: str
    row: int
    reason: RowReason
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class RepeatedRow:
    """Says nothing that the earlier row does not say, or completes it (what it adds stands there)."""

    sheet: str
    row: int
    repeats_sheet: str
    repeats_row: int


@dataclass(frozen=True)
class SheetFacts:
    """What a sheet's titles say, and what was found in it. Without a header it holds no pupils."""

    name: str
    school: str | None = None
    year: str | None = None  # "2025-2026"
    class_name: str | None = None  # the last one, where a sheet has several
    header_rows: tuple[int, ...] = ()
    is_hidden: bool = False  # not read
    pupils: int = 0


@dataclass(frozen=True)
class Roster:
    """A roster file. `school` and `year` are the titles' when they all agree."""

    school: str | None
    year: str | None
    rows: tuple[PupilRow, ...]
    rejected: tuple[RejectedRow, ...]
    repeats: tuple[RepeatedRow, ...]
    sheets: tuple[SheetFacts, ...]
