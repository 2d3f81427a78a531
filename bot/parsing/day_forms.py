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
_START = r"(?<![\w/.+-])(?<!\d:)"
_NOT_A_DATE = "".join(
    f"(?<!{word} )" for word in ("lớp", "lop", "mùng", "mồng", "mung", "mong", "lúc", "luc")
)
_PART = rf"(?:(?:buổi |buoi )?(?P<part>{PART}) )?"
_LEAD = rf"{_START}{_NOT_A_DATE}{_PART}(?P<lead>(?:vào |vao )?{_DAY_WORD} )?"
_STOP = rf"(?!\d|[/.:-]\d| ?/| ?(?:giờ|gio|h|g)\b| ?\(?{any_of('âm lịch')})"
_THIS = r"(?: (?:này|nay)\b)?"
_A_DAY = any_of("buổi", "lần", "bữa", "giờ", "tiếng", "nữa")  # "ngày 2 buổi": two sessions a day
_MONTHS = {fold(words): month for month in range(1, 13) for words in spelled(month)}
_MONTH = any_of(*(words for month in range(1, 13) for words in spelled(month)))
_NEXT_MONTH = any_of("sau", "tới")
_FEW = any_of(*(words for count in range(1, 11) for words in spelled(count)))
_ORDINALS = ("lần", "buổi", "điểm", "nhà", "con", "đợt", "người", "tuần", "em", "cái", "số", "câu")
_NO_ORDINAL = "".join(f"(?<!{word} )(?<!{fold(word)} )" for word in _ORDINALS)
_NTH = {"hai": 0, "ba": 1, "tu": 2, "bon": 2, "nam": 3, "sau": 4, "bay": 5}
_WEEKDAY = (
    rf"(?:(?P<thu>thứ|thu|thư|thú|thừ) ?(?P<nth>[2-7]|hai|ba|tư|tu|bốn|năm|nam|sáu|sau|bảy|bẩy|bay)|t(?P<short>[2-7])"
    rf"|(?P<sunday>cn|{any_of('chủ nhật', 'chúa nhật')}))(?!\w|/\d)"
)
_WEEK = either("tuần")
_WHICH = (
    rf"(?: (?:(?P<after_next>{_WEEK} sau (?:nữa|nua))|(?P<next_week>{_WEEK} (?:sau|tới|toi))"
    rf"|(?P<this_week>{_WEEK} (?:này|nay))"
    rf"|(?P<last_week>{_WEEK} (?:trước|truoc|rồi|roi|qua|vừa rồi|vua roi|vừa qua|vua qua))"
    rf"|(?P<last>vừa rồi|vua roi|vừa qua|vua qua|trước|truoc|rồi|roi)"
    rf"|(?P<coming>tới|sắp tới|toi(?=$|[,.;)]))|(?P<this>này|nay))\b)?"
)

Reader = Callable[[re.Match[str], date, bool], date]


def weekday_in(match: re.Match[str]) -> int:
    """The weekday (0 = Monday) that a match of the weekday pattern says."""
    if match["sunday"]:
        return 6
    said = match["short"] or match["nth"]
    return int(said) - 2 if said.isdigit() else _NTH[fold(said)]


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


_NAY = rf"(?:{PART}(?: (?:hôm|hom|bữa|bua))?|(?:hôm|hom|bữa|bua)) nay"
_FORMS: tuple[tuple[str, str, Reader], ...] = (
    (
        "date",
        rf"{_LEAD}(?P<day>\d{{1,2}}) ?/ ?(?P<month>\d{{1,2}})(?: ?/ ?(?P<year>\d{{4}}|\d\d))?{_THIS}{_STOP}",
        _dated,
    ),
    (
        "date",
        rf"{_LEAD}(?P<day>\d{{1,2}})(?P<dot>[.-])(?P<month>0?[1-9]|1[0-2])(?:(?P=dot)(?P<year>\d{{4}}|\d\d))?{_STOP}",
        _dated,
    ),
    (
        "date",
        rf"{_LEAD}(?P<day>\d{{1,2}}) (?:tháng|thang) ?(?P<month>\d{{1,2}}|(?!{_NEXT_MONTH}\b){_MONTH}\b)"
        rf"(?:,? ?(?:năm |nam |/ ?|- ?)?(?P<year>\d{{4}}))?{_THIS}{_STOP}",
        _worded,
    ),
    (
        "date",
        rf"{_START}{_NOT_A_DATE}{_PART}(?:vào |vao )?(?P<lead>{_DAY_WORD} )(?P<day>\d{{1,2}})(?!\w|[/.:-]\d| ?/| {_A_DAY}\b)"
        rf"(?: (?:tháng|thang) (?:(?P<next>{_NEXT_MONTH})|(?P<current>này|nay))\b|(?! (?:tháng|thang)\b))",
        _numbered,
    ),
    ("date", rf"{_START}(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)", _dated),
    ("shift", rf"\b(?=(?:(?P<part>{PART})\b)?){_NAY}\b", _shift(0)),
    ("mai", rf"\b{_PART}(?P<lead>{_DAY_WORD} )?mai\b", _shift(1)),
    (
        "shift",
        rf"\b{_PART}(?:(?:ngày|ngay|bữa|bua) (?:mốt|mot)|(?:ngày|ngay) kia|mốt|(?(part)mot|(?!)))\b",
        _shift(2),
    ),
    ("shift", rf"\b{_PART}(?:ngày|ngay) kìa\b", _shift(3)),
    ("shift", rf"\b{_PART}(?:(?:hôm|hom|bữa|bua) qua|(?(part)qua|(?!)))\b", _shift(-1)),
    ("shift", rf"\b{_PART}(?:hôm|hom) kia\b", _shift(-2)),
    ("shift", rf"\b{_PART}(?:hôm|hom) kìa\b", _shift(-3)),
    (
        "shift",
        rf"\b(?P<count>\d{{1,2}}|{_FEW}) (?:{any_of('ngày', 'hôm', 'bữa')}|(?P<weeks>{_WEEK})) (?:nữa|nua)\b",
        _counted,
    ),
    ("weekday", rf"(?<!\w){_NO_ORDINAL}{_PART}(?:{_DAY_WORD} )?{_WEEKDAY}{_WHICH}", _weekly),
)
_PATTERNS = tuple((kind, re.compile(form), reader) for kind, form, reader in _FORMS)
WEEKDAY = re.compile(rf"(?<!\w){_NO_ORDINAL}{_WEEKDAY}")


def forms_in(low: str) -> list[tuple[str, re.Match[str], Reader]]:
    """Every form found in a `readable` line, in its order; of two at one place the longer."""
    found = [(kind, match, reader) for kind, form, reader in _PATTERNS for match in form.finditer(low)]
    found.sort(key=lambda one: (one[1].start(), -one[1].end()))
    kept: list[tuple[str, re.Match[str], Reader]] = []
    for one in found:
        if not kept or one[1].start() >= kept[-1][1].end():
            kept.append(one)
    return kept
