"""Single cells of a roster as values: births, sexes, numbers, states. None where a cell says nothing."""

import re
from datetime import date, timedelta
from functools import lru_cache

from bot.importers.roster_cells import Cell, text
from bot.importers.roster_facts import Sex, Status
from bot.parsing import ImpossibleDate, birth_date, clean_line, fold, phone, tidy_name

_YEARS = range(1950, 2101)
_SERIALS = range(14_000, 60_000)  # days since _EPOCH, 1938-2064: a date in a cell formatted as a number
_EPOCH = date(1899, 12, 30)
_NOTHING = frozenset({"", "0", "-", "--", "khong", "khong co", "ko", "no", "none", "false", "binh thuong", "n/a"})
_TICKS = frozenset({"x", "v", "1", "co", "yes", "true", "✓", "✔", "☑", "√", "*", "+"})
_MALE = frozenset({"nam", "male", "trai", "m", "be trai"})
_FEMALE = frozenset({"nu", "female", "gai", "f", "be gai"})
_STATUSES = tuple(
    (re.compile(pattern), status)
    for pattern, status in (
        (r"dang (theo )?hoc|studying|chuyen den|tiep nhan|luu ban|o lai|hoc lai|moi|di hoc|nhap hoc|con hoc",
         Status.STUDYING),
        (r"(da |xin )?chuyen|moved", Status.MOVED),
        (r"(da |tu |xin )?(bo hoc|thoi hoc|nghi hoc|nghi luon)|dropped[_ ]out", Status.DROPPED_OUT),
        (r"(da )?(tot nghiep|hoan thanh|ra truong|hoan tat)|finished", Status.FINISHED),
    )
)  # fmt: skip
_BETWEEN_NUMBERS = re.compile(r"[;,/|]|\s[-–]\s|\s(?:hoặc|và|hay)\s", re.IGNORECASE)
_BETWEEN_PARENTS = re.compile(r"\s*[;,/|]\s*|\s+[-–]\s+|\s+và\s+", re.IGNORECASE)


class ImpossibleBirth(Exception):
    """The cell is meant to be a birth date and there is no such day."""


def born(cell: Cell) -> date | int | None:
    """The day of birth, or the year where only that is known. Raises ImpossibleBirth.

    Spreadsheets keep days as numbers: 43277 is 26/6/2018. A year typed into a cell formatted as a date became
    a day of 1905.
    """
    if isinstance(cell, date):
        days = (cell - _EPOCH).days
        return days if days in _YEARS else cell
    written = text(cell)
    if written.isdecimal() and int(written) in _SERIALS:
        return _EPOCH + timedelta(days=int(written))
    if isinstance(cell, int | float) and len(written) == 7:  # 1062010, the 0 dropped
        written = f"0{written}"
    return _born(written)


def born_on(day: Cell, month: Cell, year: Cell) -> date | int | None:
    """A birth from three cells; where day or month is missing, the year. Raises ImpossibleBirth."""
    if year == "" and (day != "" or month != ""):
        return _born(text(day)) if month == "" else None
    if day == "" or month == "":
        return born(year)
    return _born(f"{text(day)}/{text(month)}/{text(year)}")


def _born(written: str) -> date | int | None:
    try:
        birth = birth_date(written)
    except ImpossibleDate as error:
        raise ImpossibleBirth from error
    if birth is None and re.search(r"\d", written):
        raise ImpossibleBirth
    return birth


def sex(cell: Cell) -> Sex | None:
    """ "Nam", "Nữ" and the words of our export; None also for what means neither."""
    plain = fold(text(cell))
    if plain in _MALE:
        return Sex.MALE
    return Sex.FEMALE if plain in _FEMALE else None


@lru_cache(maxsize=20_000)
def says_something(cell: Cell) -> bool:
    """False for an empty cell and for "không", "0", "-"."""
    return fold(text(cell)) not in _NOTHING


def support(heading: str, cell: Cell) -> str | None:
    """A support need: the cell's words, or the heading ("Hộ nghèo") where the cell is only ticked."""
    if not says_something(cell):
        return None
    is_only_ticked = fold(text(cell)) in _TICKS
    return clean_line(re.sub(r"\([^)]*\)|\*", "", heading)) if is_only_ticked else text(cell)


def status(cell: Cell) -> Status | None:
    """None also for words that are no status: the caller knows whether the cell was empty."""
    plain = fold(text(cell))
    return next((status for pattern, status in _STATUSES if pattern.match(plain)), None)


@lru_cache(maxsize=1_000)
def ethnicity(cell: Cell) -> str | None:
    """One spelling for the H're (Hrê, as the official list writes it); others as the school writes them."""
    written = text(cell)
    if not says_something(cell) or re.search(r"\d", written):
        return None
    return "Hrê" if re.sub("[^a-z]", "", fold(written)) == "hre" else tidy_name(written)


def personal_id(cell: Cell) -> str | None:
    """Twelve digits; zeros that a spreadsheet dropped in front are put back. None for anything else."""
    digits = re.sub(r"[\s.]", "", text(cell))
    if not digits.isdecimal() or not 10 <= len(digits) <= 12:
        return None
    # The fourth digit is century and sex, 0-3 for those born in the two centuries of anybody at school.
    return digits.zfill(12) if digits.zfill(12)[3] in "0123" else None


def phones(cell: Cell) -> list[str]:
    """Every telephone number of a cell."""
    found: list[str] = []
    for piece in _BETWEEN_NUMBERS.split(text(cell)):
        number = phone(piece)
        found += [number] if number else re.findall(r"(?<!\d)0\d{9}(?!\d)", piece.replace(".", ""))
    return list(dict.fromkeys(found))


def parents(cell: Cell) -> list[str]:
    """The two names of a cell "Họ tên cha mẹ", or the one that stands there."""
    names = [name for name in _BETWEEN_PARENTS.split(text(cell)) if re.search(r"[^\W\d_]", name)]
    return [person for name in names if (person := parent(name))]


@lru_cache(maxsize=20_000)
def parent(cell: Cell) -> str | None:
    if not says_something(cell):
        return None
    return tidy_name(re.sub(r"^(ông|bà|cha|bố|mẹ)\s*:?\s+", "", text(cell), flags=re.IGNORECASE)) or None
