"""The forms in which a text names days, and what each means: "mai", "thứ 6 tuần sau", "tối nay", 22/3, "ngày 25"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.parsing.counts import number, spelled
from bot.parsing.dates import (
    in_month,
    made_date,
    nearest,
    nearest_day_of_month,
    next_weekday,
    weekday_of_week,
)
from bot.parsing.hours import PART
from bot.parsing.text import any_of, either, fold

_DAY_WORD = any_of("ngày", "hôm", "bữa")
_MONTH_WORD = either("tháng")
_WEEK = either("tuần")
_THIS = any_of("này", "nay")
_NEXT = any_of("sau", "tới")
_GONE = any_of("trước", "rồi", "vừa rồi", "vừa qua")
_LATER = either("nữa")
_MONTHS = {fold(words): month for month in range(1, 13) for words in spelled(month)}
_MONTH = any_of(*(words for month in range(1, 13) for words in spelled(month)))
_FEW = any_of(*(words for count in range(1, 11) for words in spelled(count)))
_SHARES_OF_A_DAY = any_of("buổi", "lần", "bữa", "giờ", "tiếng", "nữa")  # "ngày 2 buổi": two sessions a day


def _not_after(*words: str) -> str:
    """Refuses a match that follows one of these words, typed with marks or without."""
    return "".join(f"(?<!{form} )" for word in words for form in dict.fromkeys((word, fold(word))))


_START = rf"(?<![\w/.+-])(?<!\d:){_not_after('lớp', 'mùng', 'mồng', 'lúc')}"  # 6/1 a class, mùng 3 lunar, 7.05 an hour
_STOP = rf"(?!\d|[/.:-]\d| ?/| ?(?:giờ|gio|h|g)\b| ?\(?{either('âm lịch')})"
_PART = rf"(?:(?:{either('buổi')} )?(?P<part>{PART}) )?"
_LEAD = rf"(?P<lead>(?:{either('vào')} )?{_DAY_WORD} )"
_NTH = {"hai": 0, "ba": 1, "tư": 2, "bốn": 2, "năm": 3, "sáu": 4, "bảy": 5, "bẩy": 5}
_NUMERALS = {fold(word): weekday for word, weekday in _NTH.items()}
_WEEKDAY = (
    rf"(?<!\w){_not_after('lần', 'buổi', 'điểm', 'đợt', 'tuần', 'câu', 'cái', 'người')}"
    rf"{{before}}(?:(?P<thu>thứ|thu|thư|thú|thừ) ?(?P<nth>[2-7]|{any_of(*_NTH)})"
    rf"|t(?P<short>[2-7])|(?P<sunday>cn|{any_of('chủ nhật', 'chúa nhật')}))(?!\w|/\d)"
)
_WHICH = (
    rf"(?: (?:(?P<after_next>{_WEEK} sau {_LATER})|(?P<next_week>{_WEEK} {_NEXT})|(?P<this_week>{_WEEK} {_THIS})"
    rf"|(?P<last_week>{_WEEK} (?:{_GONE}|qua))|(?P<last>{_GONE})"
    rf"|(?P<coming>tới|{either('sắp tới')}|toi(?=$|[,.;)]))|(?P<this>{_THIS}))\b)?"  # "toi" may be tôi (I)
)
WEEKDAY = re.compile(_WEEKDAY.replace("{before}", ""))

Reader = Callable[[re.Match[str], date, bool], date]


def weekday_in(match: re.Match[str]) -> int:
    """The weekday (0 = Monday) that a match of the weekday pattern says."""
    if match["sunday"]:
        return 6
    said = match["short"] or match["nth"]
    return int(said) - 2 if said.isdigit() else _NUMERALS[fold(said)]


def _year_of(match: re.Match[str]) -> int | None:
    return int(match["year"]) if match["year"] else None


def _dated(match: re.Match[str], today: date, past: bool) -> date:
    day, month, year = int(match["day"]), int(match["month"]), _year_of(match)
    return made_date(day, month, year) if year else nearest(day, month, today, past=past)


def _worded(match: re.Match[str], today: date, past: bool) -> date:
    day, year = int(match["day"]), _year_of(match)
    month = int(match["month"]) if match["month"].isdigit() else _MONTHS[fold(match["month"])]
    return made_date(day, month, year) if year else nearest(day, month, today, past=past)


def _numbered(match: re.Match[str], today: date, past: bool) -> date:
    if match["next"] or match["current"]:
        return in_month(int(match["day"]), today, 1 if match["next"] else 0)
    return nearest_day_of_month(int(match["day"]), today, past=past)


def _counted(match: re.Match[str], today: date, past: bool) -> date:
    days = (number(match["count"]) or 0) * (7 if match["weeks"] else 1)
    return today + timedelta(days=days)


def _weekly(match: re.Match[str], today: date, past: bool) -> date:
    weekday = weekday_in(match)
    weeks = {"after_next": 2, "next_week": 1, "this_week": 0, "last_week": -1}
    if which := next((name for name in weeks if match[name]), None):
        return weekday_of_week(weekday, today, weeks[which])
    if match["this"]:
        return next_weekday(weekday, today - timedelta(days=1))
    if match["last"]:
        return next_weekday(weekday, today - timedelta(days=1), past=True)
    return next_weekday(weekday, today, past=past and not match["coming"])


def _shift(days: int) -> Reader:
    return lambda _match, today, _past: today + timedelta(days=days)


_YEAR = r"(?P<year>\d{4}|\d\d)"
_TODAY = any_of("hôm nay", "bữa nay")
_YESTERDAY = any_of("hôm qua", "bữa qua")
_IN_TWO_DAYS = rf"{any_of('ngày mốt', 'bữa mốt', 'ngày kia')}|{_not_after('mai')}mốt"
_NEVER = "(?!)"
# Of each form its kind, its pattern, and what it means. `(?(part)…)` holds only behind a part of the day: "tối qua".
_FORMS: tuple[tuple[str, str, Reader], ...] = (
    ("date", rf"{_LEAD}?(?P<day>\d{{1,2}}) ?/ ?(?P<month>\d{{1,2}})(?: ?/ ?{_YEAR})?(?: {_THIS}\b)?", _dated),
    ("date", rf"{_LEAD}?(?P<day>\d{{1,2}})(?P<dot>[.-])(?P<month>0?[1-9]|1[0-2])(?:(?P=dot){_YEAR})?", _dated),
    (
        "date",
        rf"{_LEAD}?(?P<day>\d{{1,2}}) {_MONTH_WORD} ?(?P<month>\d{{1,2}}|(?!{_NEXT}\b){_MONTH}\b)"
        rf"(?:,? ?(?:{either('năm')} |/ ?|- ?)?(?P<year>\d{{4}}))?(?: {_THIS}\b)?",
        _worded,
    ),
    (
        "date",
        rf"{_LEAD}(?P<day>\d{{1,2}})(?!\w| {_SHARES_OF_A_DAY}\b)"
        rf"(?: {_MONTH_WORD} (?:(?P<next>{_NEXT})|(?P<current>{_THIS}))\b|(?! {_MONTH_WORD}\b))",
        _numbered,
    ),
    ("date", r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", _dated),
    ("shift", rf"(?:{_TODAY}|(?(part)nay|{_NEVER}))\b", _shift(0)),
    ("mai", rf"{_LEAD}?mai\b(?! {either('mốt')}\b)", _shift(1)),  # "mai mốt" is some day or other
    ("shift", rf"(?:{_IN_TWO_DAYS}|(?(part)mot|{_NEVER}))\b", _shift(2)),
    ("shift", r"(?:ngày|ngay) kìa\b", _shift(3)),
    ("shift", rf"(?:{_YESTERDAY}|(?(part)qua|{_NEVER}))\b", _shift(-1)),
    ("shift", rf"{either('hôm kia')}\b", _shift(-2)),
    ("shift", r"(?:hôm|hom) kìa\b", _shift(-3)),
    ("shift", rf"(?P<count>\d{{1,2}}|{_FEW}) (?:{_DAY_WORD}|(?P<weeks>{_WEEK})) {_LATER}\b", _counted),
)
_PATTERNS = (
    *((kind, re.compile(rf"{_START}{_PART}{form}{_STOP}"), reader) for kind, form, reader in _FORMS),
    ("weekday", re.compile(_WEEKDAY.replace("{before}", rf"{_PART}(?:{_DAY_WORD} )?") + _WHICH), _weekly),
)


def forms_in(low: str) -> list[tuple[str, re.Match[str], Reader]]:
    """Every form found in a `readable` line, in its order; of two at one place the longer."""
    found = [(kind, match, reader) for kind, form, reader in _PATTERNS for match in form.finditer(low)]
    found.sort(key=lambda one: (one[1].start(), -one[1].end()))
    kept: list[tuple[str, re.Match[str], Reader]] = []
    for one in found:
        if not kept or one[1].start() >= kept[-1][1].end():
            kept.append(one)
    return kept
