"""Dates in official papers: full, listed or as ranges; a weekday beside one must fit, a lunar remark does not count."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from bot.parsing.dates import WeekdayMismatch, made_date, nearest
from bot.parsing.day_forms import WEEKDAY, weekday_in
from bot.parsing.hours import BLANK, blanked, find_hours
from bot.parsing.text import any_of, clean_line, either, lowered

_LUNAR_WORD = rf"(?:{any_of('âm lịch', 'nhằm')}|\bâl\b|\btết\b)"
_LUNAR = (
    re.compile(rf"\([^()]*{_LUNAR_WORD}[^()]*\)"),
    re.compile(rf"{either('nhằm')} [^,;.()]*"),
    re.compile(rf"\b(?:{any_of('mùng', 'mồng', 'rằm')})\b(?: \d{{1,2}})?(?:(?: tháng | thang |/)\w+)?(?: tết)?"),
    re.compile(
        rf"\d{{1,2}}(?:/| tháng | thang )\d{{1,2}}(?:(?:/| năm | nam )\d{{4}})?,? \(?(?:{either('âm lịch')}|âl\b)\)?"
    ),
)
_GAP = rf"[\s{BLANK}]*"
_LINK = rf"{_GAP}(?:[-–—,;&]|và|va|{any_of('đến', 'tới')})(?:{_GAP}(?:{any_of('hết', 'và', 'ngày')}))*{_GAP}"
_DATE = re.compile(
    r"""
    (?<![\w/.:])(?<!tuần\ )(?<!tuan\ )(?P<day>\d{1,2})
    (?:
        \ ?/\ ?(?P<month>\d{1,2})(?:\ ?/\ ?(?P<year>\d{4}|\d\d))?(?![\w/]|\ ?/)
      | \ ?(?P<dot>[.-])\ ?(?P<month_>\d{1,2})\ ?(?P=dot)\ ?(?P<year_>\d{4}|\d\d)(?![\w/])
      | \ (?:tháng|thang)\ (?P<month__>\d{1,2})(?:,?\ ?(?:năm|nam|/|-)?\ ?(?P<year__>\d{4}))?(?!\w)
      | (?:(?<=ngày\ \d)|(?<=ngay\ \d)|(?<=ngày\ \d\d)|(?<=ngay\ \d\d))
        [.-](?P<month___>0?[1-9]|1[0-2])(?![\w/]|[.-]\d|\ ?/|\ (?:tháng|thang))
    )
    """,
    re.VERBOSE,
)
_EARLIER = re.compile(rf"(?<![\w/.:])(?P<day>\d{{1,2}}){_LINK}$")
_INTRODUCED = re.compile(rf"(?:{any_of('ngày', 'từ', 'hôm')}{_GAP}|\()$")
_DAY_WORD = re.compile(rf"{either('ngày')} $")
_SHARE = re.compile(rf" ?(?:%|(?:{any_of('em', 'người', 'học sinh', 'hộ', 'thôn', 'xã', 'số', 'lớp', 'đại biểu')})\b)")
_BEFORE_DATE = re.compile(rf"[\s,:({BLANK}]*(?:{any_of('ngày')})?[\s({BLANK}]*")
_LISTED = re.compile(r"[\s,;&]+(?:(?:và|va) )?")  # "thứ 6, thứ 7 (22, 23/3)": which fits which is not said
_AFTER_DATE = re.compile(r"[\s,]*\(?\s*(?:là |tức )?")


@dataclass(frozen=True)
class _Written:
    """A date as written: what is missing is None. `is_joined` when it shares month and year with the next."""

    start: int
    end: int
    day: int
    month: int | None
    year: int | None
    is_joined: bool = False


def document_dates(text: str, issued: date | None) -> list[date]:
    """The dates that a passage of an official paper names, in its order, each once.

    Of a list every day, of a range the first and the last. Parts of a list or range take month and year from
    the last; a date without a year is the first on or after `issued` (the day of the paper; without it, after
    the date before). One that stays without a year is left out. Lunar dates are remarks. Raises
    ImpossibleDate, and WeekdayMismatch where a weekday beside a date does not fit.
    """
    low = lowered(clean_line(text))
    low = _without(low, *(form.finditer(low) for form in _LUNAR))
    for hours in find_hours(low):
        if not _DAY_WORD.search(low[: hours.start]):  # "ngày 12.10" is no time
            low = blanked(low, hours.start, hours.end)
    weekdays = list(WEEKDAY.finditer(low))
    low = _without(low, weekdays)
    written = _written_dates(low)
    dates = _completed(written, issued)
    _check_weekdays(low, weekdays, written, dates)
    return list(dict.fromkeys(day for day in dates if day))


def _without(low: str, *found: Iterable[re.Match[str]]) -> str:
    for match in chain(*found):
        low = blanked(low, *match.span())
    return low


def _written_dates(low: str) -> list[_Written]:
    written: list[_Written] = []
    for match in _DATE.finditer(low):
        one = _read(match)
        if not _is_meant(one, match, low):
            continue
        previous_end = written[-1].end if written else 0
        earlier = _earlier_days(low[previous_end : one.start], previous_end)
        if not earlier and written and re.fullmatch(_LINK, low[previous_end : one.start]):
            written[-1] = replace(written[-1], is_joined=True)
        written += [*earlier, one]
    return written


def _read(match: re.Match[str]) -> _Written:
    month = match["month"] or match["month_"] or match["month__"] or match["month___"]
    year = match["year"] or match["year_"] or match["year__"]
    return _Written(match.start(), match.end(), int(match["day"]), int(month), int(year) if year else None)


def _is_meant(one: _Written, match: re.Match[str], low: str) -> bool:
    """A share such as 12/14 or "3/4 số hộ" is no date; one with a year or after "ngày" is meant as one, even 31/2."""
    if one.year is not None or _INTRODUCED.search(low[: match.start()]) or not match["month"]:
        return True
    return 1 <= one.day <= 31 and 1 <= (one.month or 0) <= 12 and not _SHARE.match(low[match.end() :])


def _earlier_days(text: str, offset: int) -> list[_Written]:
    """The bare days before a date that share its month: "10-", "từ ngày 10 đến", "các ngày 10, 11 và"."""
    days: list[_Written] = []
    whole, is_glued = text, bool(re.search(r"\d[-–]$", text))
    while found := _EARLIER.search(text):
        start = found.start()
        days.insert(0, _Written(offset + start, offset + found.end("day"), int(found["day"]), None, None, True))
        text = text[:start]
    while days and not _INTRODUCED.search(whole[: days[0].start - offset]) and not (is_glued and len(days) == 1):
        days.pop(0)
    return days


def _completed(written: list[_Written], issued: date | None) -> list[date | None]:
    """Each date with its month and year; from the last one back, since a list ends with what all of it shares."""
    dates: list[date | None] = []
    following: date | None = None
    for one in reversed(written):
        following = _dated(one, following if one.is_joined else None, _known_before(one, written, issued))
        dates.insert(0, following)
    return dates


def _known_before(one: _Written, written: list[_Written], issued: date | None) -> date | None:
    """From which day on a date without a year is looked for."""
    if issued:
        return issued
    full = [other for other in written if other.year is not None and other.month and other.start < one.start]
    return made_date(full[-1].day, full[-1].month or 0, full[-1].year or 0) if full else None


def _dated(one: _Written, following: date | None, since: date | None) -> date | None:
    if one.month is None:
        return _earlier_in(one.day, following) if following else None
    if one.year is not None:
        return made_date(one.day, one.month, one.year)
    if following:
        is_later = (one.month, one.day) > (following.month, following.day)
        return made_date(one.day, one.month, following.year - is_later)
    return nearest(one.day, one.month, since) if since else None


def _earlier_in(day: int, following: date) -> date:
    """The day in the month of the date that follows it; in the month before if it would not lie earlier."""
    year, month = divmod(following.year * 12 + following.month - 1 - (day > following.day), 12)
    return made_date(day, month + 1, year)


def _check_weekdays(low: str, weekdays: list[re.Match[str]], written: list[_Written], dates: list[date | None]) -> None:
    """Each weekday that touches a date must fit it. In brackets it belongs to the date before; else as the first."""
    is_first = bool(weekdays and written and weekdays[0].start() < written[0].start)
    previous_end = len(low)
    for match in weekdays:
        is_listed = _LISTED.fullmatch(low, previous_end, match.start())
        previous_end = match.end()
        before = [i for i, one in enumerate(written) if _AFTER_DATE.fullmatch(low, one.end, match.start())]
        after = [i for i, one in enumerate(written) if _BEFORE_DATE.fullmatch(low, match.end(), one.start)]
        is_bracketed = low[: match.start()].rstrip().endswith("(")
        touching = after + before if is_first and not is_bracketed else before + after
        day = dates[touching[0]] if touching and not is_listed else None
        if day and day.weekday() != weekday_in(match):
            raise WeekdayMismatch(weekday_in(match), day)
