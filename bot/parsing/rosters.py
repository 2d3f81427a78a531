"""What rosters and other school papers write about time: dates of birth and school years."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from bot.parsing.dates import ImpossibleDate, made_date
from bot.parsing.text import clean_line, fold

_NUMERIC = re.compile(r"(\d{1,2})\s*[/.,\s-]\s*(\d{1,2})\s*[/.,\s-]\s*(\d{4}|\d{2})")
_IN_WORDS = re.compile(r"(\d{1,2}) thang (\d{1,2})(?: nam|,|/)? ?(\d{4})")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ t]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?z?)?")
_GLUED = re.compile(r"(\d\d)(\d\d)((?:19|20)\d\d)")
_YEAR = re.compile(r"(?:nam )?(?:[\W_]*|0{1,2}\W0{1,2}\W|\d{1,2} ?[/.-] ?)((?:19|20)\d\d)(?:\.0)?")
_LEAD = re.compile(r"^'?(?:sinh )?(?:ngay |nam |ns |sn )*(?:sinh ?:? ?)?(?=\W?\d)")
_SCHOOL_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*[-–—/]\s*(20\d\d|\d\d)(?!\d)")
_FIRST_MONTH = 8


def birth_date(text: str) -> date | int | None:
    """A date of birth, day first; the year as a number where only that is known; None where nothing is.

    "12/6/2010", "12-06-2010", "12.6.10", "2010-06-12", "12 tháng 6 năm 2010"; "2010", "6/2010" and
    "00/00/2010" give 2010. Two digits of a year up to 40 are of this century. Raises ImpossibleDate, also for
    the 6/13/2010 of a spreadsheet set to American dates: better asked than guessed.
    """
    plain = _LEAD.sub("", fold(unicodedata.normalize("NFKC", clean_line(text))))
    if found := _YEAR.fullmatch(plain):
        return int(found[1])
    if found := _ISO.fullmatch(plain):
        return made_date(int(found[3]), int(found[2]), int(found[1]))
    found = _NUMERIC.fullmatch(plain) or _IN_WORDS.fullmatch(plain) or _GLUED.fullmatch(plain)
    return _born(int(found[1]), int(found[2]), found[3]) if found else None


def _born(day: int, month: int, written: str) -> date:
    year = int(written)
    if len(written) == 2:
        year += 2000 if year <= 40 else 1900
    elif not 1900 <= year <= 2100:
        raise ImpossibleDate(day, month, year)
    return made_date(day, month, year)


def school_year(text: str) -> str | None:
    """The school year named in the text ("Năm học 2023 - 2024", "2023-24") as "2023-2024"."""
    for first, second in _SCHOOL_YEAR.findall(clean_line(text)):
        if int(second) % 100 == (int(first) + 1) % 100 and len(second) in (2, 4):
            return f"{first}-{int(first) + 1}"
    return None


def school_year_of(day: date) -> str:
    """The school year that a day belongs to. A year begins on 1 August, when schools make up their classes."""
    start = day.year if day.month >= _FIRST_MONTH else day.year - 1
    return f"{start}-{start + 1}"
