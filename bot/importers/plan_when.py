"""When a meeting of a plan is: the days, the hour, and what makes a time doubtful.

What is doubtful is a question for a person and never a meeting (reference/domain.md §9, interface.md, `plan`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise

from bot.importers.plan_words import flat, one_line
from bot.parsing import ImpossibleDate, WeekdayMismatch, document_dates, time_range, weekday

RANGE_AT_MOST = timedelta(days=7)  # longer is a campaign, and not a meeting every evening

Detail = str | int | date


class DoubtKind(StrEnum):
    """What a person must be asked. The details that come with each stand behind it; all have `text`."""

    WEEKDAY_MISMATCH = "weekday_mismatch"  # said (0 Monday), date, fits (the nearest date on that weekday)
    IMPOSSIBLE_DATE = "impossible_date"  # day, month, year (where written)
    NO_DATE = "no_date"  # nothing, or only a lunar date or a weekday
    NO_YEAR = "no_year"  # a date without a year in a paper without a date
    NO_HOUR = "no_hour"  # only morning, afternoon, evening; date where it is known
    SEVERAL_HOURS = "several_hours"  # hours, "07:30, 14:00": one meeting, or several?
    NO_PLACE = "no_place"  # neither village nor venue, or "the villages" without a name
    DATE_UNLIKELY = "date_unlikely"  # date, issued_on: before the plan itself, or more than a year after it
    CALLED_OFF = "called_off"  # the row itself says that it is postponed or off
    UNCLEAR = "unclear"


class Doubtful(Exception):
    """This row cannot become a meeting before a person answers."""

    def __init__(self, kind: DoubtKind, text: str, **details: Detail) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.details: Mapping[str, Detail] = {"text": one_line(text), **details}


@dataclass(frozen=True)
class Moment:
    """A day of the commune with the hours of its wall clock."""

    day: date
    at: time
    ends: time | None


_LUNAR = re.compile(
    r"\([^()]*(?:\b(?:âm lịch|ÂL|AL)\b|\bnhằm\b)[^()]*\)|\bnhằm\b[^,;()\n]*"
    r"|\bmùng\s+[0-9]{1,2}(?:\s+(?:tháng\s+\w+|tết))?"
    r"|(?:\bngày\s+)?\b[0-9]{1,2}(?:/|\s+tháng\s+)[0-9]{1,2}(?:/[0-9]{4})?,?\s*\(?(?:âm lịch|ÂL|AL)\b\)?",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    r"\btruoc (?:\w+ ){0,3}(?:ngay|[0-9]{1,2}[/.])|\bcham nhat\b|\bhan (?:cuoi|chot|nop)\b|\bthuong xuyen\b"
    r"|\bhang (?:ngay|tuan|thang)\b"
)
_SAME_DAY = re.compile(r"\bcung ngay\b|\bngay tren\b")
_NEXT_DAY = re.compile(r"\b(?:ngay )?(?:hom sau|ke tiep|tiep theo)\b")
_DATED = re.compile(
    r"(?:\bngày\s+)?\b[0-9]{1,2}\s?([/.-])\s?[0-9]{1,2}\s?\1\s?(?:20)?[0-9]{2}\b|(?:\bngày\s+)?\b[0-9]{1,2}\s?/\s?[0-9]{1,2}\b"
    r"|\bngày\s+[0-9]{1,2}(?:\s+tháng\s+[0-9]{1,2}(?:\s+năm\s+[0-9]{4})?)?|\bnăm\s+[0-9]{4}\b|\btháng\s+[0-9]{1,2}\b",
    re.IGNORECASE,
)
# The first day of a range, what may stand behind it ("/3", "(thứ 2)"), the link, some words, the last day.
_FROM_TO = (
    r"\b0?{first}\b[0-9/.\s]{{0,9}}(?:\([^()]*|[),])*\s*(?:-|–|đến|tới)\s*"
    r"(?:hết\s+)?(?:[^\W\d]+\s+(?:[2-7],?\s+)?){{0,4}}\(?0?{last}\b"
)
_YEAR = re.compile(r"[/.-]\s?[0-9]{1,2}\s?[/.-]\s?[0-9]{2,4}|năm\s+[0-9]{4}", re.IGNORECASE)
# Minutes behind a space ("18 giờ 30") may as well begin a date ("18 giờ 21/3"); the others may not.
_CLOCK_FORM = r"""
    \b([01]?[0-9]|2[0-3])
    (?: \s?(?:giờ|gio|h|g)
        (?: ([0-5][0-9])(?![0-9])
          | \s([0-5][0-9])\b(?!\s?/\s?[0-9]|[.-][0-9]{1,2}[.-][0-9]|\s?tháng)
          | \b )
      | :([0-5][0-9])\b )
    (?:\s?(?:phút|ph|p)\b)?['’′‘]*
"""
_CLOCK = re.compile(_CLOCK_FORM, re.IGNORECASE | re.VERBOSE)
_CLOCK_AND_REST = re.compile(_CLOCK_FORM + r"(?:\s?kém\s[0-9]{1,2}\b)?(?:\s?/)?", re.IGNORECASE | re.VERBOSE)
_UNTIL = re.compile(r"[,;(]?\s*\bkết thúc(?:\s+(?:lúc|vào|khoảng|trước))*\b", re.IGNORECASE)
_APART = re.compile(r"(?<![\w/.])([0-9]{1,2})\s?([/.-])\s?([0-9]{1,2})\s?\2\s?((?:20)?[0-9]{2})(?![\w/])")
_DAY_AND_MONTH = re.compile(r"(?<![\w/.,-])([0-9]{1,2})([.-])([0-9]{1,2})(?!\s?[/.-]?\s?[0-9]|\s?tháng|\w)")
_BARE_LIST = re.compile(
    r"(?<![\w/.:,-])(?<!ngày )(?<!thứ )(?=[0-9]{1,2}\s*(?:[,;&–-]|và|đến|tới)\s*(?:ngày\s*)?[0-9]{1,2}\b)"
)
_WEEKDAY = re.compile(r"\bth[ứu]\s*(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])\b|\bch[ủu] nh[ậa]t\b|\bCN\b", re.IGNORECASE)


def is_deadline(text: str) -> bool:
    """Whether the words set a term ("trước ngày 20/10") or a habit and not a moment."""
    return _DEADLINE.search(flat(text)) is not None


def moments(day: str, hour: str, *, issued: date | None, above: Sequence[date] = ()) -> list[Moment]:
    """The moments of a row. `day` may hold the hour too; `above` are the days of the row above.

    Without `issued` a date must carry its year. Raises Doubtful.
    """
    pieces = times_in(day) if not hour else [day]
    found = [moment for piece in pieces for moment in _moments(piece, hour, issued, above)]
    return sorted(set(found), key=lambda moment: (moment.day, moment.at))


def times_in(text: str) -> list[str]:
    """ "18h30 ngày 21/3; 19h00 ngày 22/3": two moments when each part has its own hour and its own date."""
    parts = [part for part in re.split(r"[;\n]", _LUNAR.sub(" ", text)) if part.strip()]
    if len(parts) > 1 and all(_DATED.search(part) and _CLOCK.search(part) for part in parts):
        return parts
    return [text]


def _moments(day: str, hour: str, issued: date | None, above: Sequence[date]) -> list[Moment]:
    day = one_line(_LUNAR.sub(" ", day))
    both = one_line(f"{hour} {day}")
    days = _days(day, issued, above)
    at, ends = _hours(one_line(hour) or _undated(day), both, days)
    return [Moment(each, at, ends) for each in days]


def _days(text: str, issued: date | None, above: Sequence[date]) -> list[date]:
    if above and _SAME_DAY.search(flat(text)):
        return list(above)
    if above and _NEXT_DAY.search(flat(text)):
        return [above[-1] + timedelta(days=1)]
    if issued is None and _DATED.search(text) and not _YEAR.search(text):
        raise Doubtful(DoubtKind.NO_YEAR, text)
    try:
        days = document_dates(_spelled_out(text), issued or date(2000, 1, 1))
    except ImpossibleDate as error:
        year = {} if error.year is None else {"year": error.year}
        raise Doubtful(DoubtKind.IMPOSSIBLE_DATE, text, day=error.day, month=error.month, **year) from error
    except WeekdayMismatch as error:
        raise _mismatch(text, error.said, error.date) from error
    if not days:
        raise Doubtful(DoubtKind.NO_DATE, text)
    days = _filled(_spelled_out(text), days)
    _check_weekdays(text, days)
    return days


def _spelled_out(text: str) -> str:
    """The dates of a cell in the forms that `document_dates` is sure of; the hours are out of their way."""
    text = _CLOCK_AND_REST.sub(" ; ", text)
    text = _APART.sub(r"\1/\3/\4", text)
    text = _DAY_AND_MONTH.sub(_as_day_and_month, text)
    return _BARE_LIST.sub("ngày ", one_line(text))


def _as_day_and_month(found: re.Match[str]) -> str:
    """ "21.3" and "21-3" are dates; "10-12" may be a range as well, and stays."""
    day, month = int(found[1]), int(found[3])
    return f"{day}/{month}" if month <= 12 and (found[2] == "." or day > month) else found[0]


def _filled(text: str, days: Sequence[date]) -> list[date]:
    """Every day of a range ("10-12/3"); `document_dates` names its first and its last."""
    every = list(days[:1])
    for first, last in pairwise(days):
        if re.search(_FROM_TO.format(first=first.day, last=last.day), text, re.IGNORECASE):
            if not first < last <= first + RANGE_AT_MOST:
                raise Doubtful(DoubtKind.UNCLEAR, text)
            every += [first + timedelta(days=after) for after in range(1, (last - first).days)]
        every.append(last)
    return every


def _check_weekdays(text: str, days: Sequence[date]) -> None:
    """Each weekday that is written must be that of its date; of a range the first and the last."""
    said = [number for found in _WEEKDAY.finditer(text) if (number := weekday(found.group())) is not None]
    if not said:
        return
    if len(said) == len(days):
        pairs = list(zip(said, days, strict=True))
    elif len(said) == 2:
        pairs = [(said[0], days[0]), (said[1], days[-1])]
    elif len(days) == 1:
        pairs = [(number, days[0]) for number in said]
    else:
        pairs = [(said[0], days[0])]
    for number, day in pairs:
        if day.weekday() != number:
            raise _mismatch(text, number, day)


def _mismatch(text: str, said: int, day: date) -> Doubtful:
    ahead = (said - day.weekday()) % 7
    fits = day + timedelta(days=ahead if ahead <= 3 else ahead - 7)
    return Doubtful(DoubtKind.WEEKDAY_MISMATCH, text, said=said, date=day, fits=fits)


def _undated(text: str) -> str:
    """The text without its dates; the clock times are kept from them ("18h30/21/10")."""
    clocks = iter([found.group() for found in _CLOCK.finditer(text)])
    rest = _DATED.sub(" ", _CLOCK.sub("\0", text)).replace("/", " ")
    return re.sub("\0", lambda _: f" {next(clocks)} ", rest)


def _hours(text: str, both: str, days: Sequence[date]) -> tuple[time, time | None]:
    clocks = [(int(found[1]), int(found[2] or found[3] or found[4] or 0)) for found in _CLOCK.finditer(text)]
    hours = time_range(_CLOCK.sub(_as_hour, _UNTIL.sub(" đến ", _WEEKDAY.sub(" ", text))))
    if hours is None:
        raise Doubtful(DoubtKind.NO_HOUR, both, **({"date": days[0]} if len(days) == 1 else {}))
    said = {(hour % 12, minute) for hour, minute in clocks}  # "19h (7 giờ tối)" says it twice
    if len(clocks) > 2 or (len(said) > 1 and hours[1] is None):
        written = ", ".join(f"{hour:02}:{minute:02}" for hour, minute in clocks)
        raise Doubtful(DoubtKind.SEVERAL_HOURS, both, hours=written, **({"date": days[0]} if len(days) == 1 else {}))
    return hours


def _as_hour(found: re.Match[str]) -> str:
    """One form for all, with space around it, so that no neighbour ("18h30: họp", "13h30-16h30") is read into it."""
    minute = found[2] or found[3] or found[4]
    return f" {found[1]}:{minute} " if minute else f" {found[1]} giờ "
