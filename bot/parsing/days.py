"""Days as people name them in a chat, and what they mean from today: "mai", "thứ 6 tuần sau", 22/3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.parsing.dates import WeekdayMismatch
from bot.parsing.day_forms import WEEKDAY, Reader, forms_in, weekday_in
from bot.parsing.hours import COUNTED, readable
from bot.parsing.text import any_of, clean_line, fold, lowered

_BETWEEN = re.compile(rf"[\s,(–-]*(?:(?:{any_of('ngày', 'là', 'tức', 'vào', 'hôm')})\b[\s,(]*)*")
_MOVES = re.compile(r"\b(?:sang|thành)\b")
_PUTS_OFF = re.compile(
    rf"\b(?:{any_of('hoãn', 'dời', 'lùi', 'chuyển', 'đổi')})\b.*?\b(?:{any_of('đến', 'tới', 'qua')})\b", re.IGNORECASE
)
MOVES = (_MOVES, _PUTS_OFF)
_PROMISES = re.compile(r"\b(?:sang|thành|[hH][ẹe]n)\b")
# What follows "Mai" at the head of a sentence when it means tomorrow.
_PLANNED = ("thứ", "ngày", "lúc", "sáng", "trưa", "chiều", "tối", "họp", "hẹn", "ghé", "thăm", "tôi", "bác")
_TOMORROW_GOES_ON = re.compile(rf",? ?(?:\d{{1,2}} ?(?:h|g|giờ|gio|:|/)|{any_of('chủ nhật', *_PLANNED)}\b|$)")
_PERSON = re.compile(rf"\b{any_of('chị', 'cô', 'em', 'bé', 'thị')} $")
_LIST_GOES_ON = re.compile(rf"(?:[,;] ?|(?:và|va) )(?!\d|{any_of('thứ', 'ngày', 'chủ nhật')}\b|t\d|cn\b)")


@dataclass(frozen=True)
class Mention:
    """A day in a text: where it stands, which day it is, the weekday that was said, the folded part of the day."""

    start: int
    end: int
    kind: str
    day: date
    said: int | None = None
    part: str = ""


def day(text: str, today: date, *, past: bool = False) -> date | None:
    """The day that an answer names, or None; for texts that hold more than a day see `when`.

    Without a year: the first such date on or after today, with `past` the last on or before it (so a day that
    was just missed comes back a year ahead: ask when it lies far off). A weekday alone is the next after
    today, with `past` the latest, which may be today. "này" counts today in, "tuần sau" is the week from
    Monday on. Raises ImpossibleDate (30/2) and WeekdayMismatch ("thứ 5, 22/3" of a Friday).
    """
    line = clean_line(text)
    if fold(line) in ("nay", "mot") and lowered(line) not in ("này", "một"):
        return today + timedelta(days=0 if fold(line) == "nay" else 2)
    found = find_day(line, readable(line), today, past=past, asked=True)
    return found.day if found else None


def weekday(text: str) -> int | None:
    """The first weekday in the text, 0 = Monday: "thứ 5", "thứ năm", "T5", "CN"."""
    found = WEEKDAY.search(lowered(clean_line(text)))
    return weekday_in(found) if found else None


def find_day(line: str, low: str, today: date, *, past: bool = False, asked: bool = False) -> Mention | None:
    """The day that a line (and its `readable` form) names; with `asked` it is the answer to "which day?".

    Words that stand together ("mai, thứ 5, 21/3") are one mention and must agree. Of several mentions the one
    after "sang", "thành" or "hẹn" counts, otherwise the first.
    """
    mentions = [
        _mention(kind, match, reader, today, past)
        for kind, match, reader in forms_in(low)
        if asked or _is_a_day(kind, match, line, low)
    ]
    groups = _grouped(mentions, low)
    if not groups:
        return None
    return _agreed(groups[pointed_at([group[0].start for group in groups], line, (_PROMISES, _PUTS_OFF))])


def pointed_at(starts: list[int], line: str, verbs: tuple[re.Pattern[str], ...]) -> int:
    """Which of several places a verb points to: the first one behind the last such verb, or simply the first.

    The kinds of verb are tried in turn.
    """
    for found in (found for verb in verbs for found in reversed(list(verb.finditer(line)))):
        behind = [index for index, start in enumerate(starts) if start >= found.end()]
        if behind:
            return behind[0]
    return 0


def _mention(kind: str, match: re.Match[str], reader: Reader, today: date, past: bool) -> Mention:
    named = match.groupdict()
    said = weekday_in(match) if kind == "weekday" else None
    return Mention(*match.span(), kind, reader(match, today, past), said, fold(named.get("part") or ""))


def _grouped(mentions: list[Mention], low: str) -> list[list[Mention]]:
    """Neighbours of different kinds belong together; a second of the same kind begins another day."""
    groups: list[list[Mention]] = []
    for one in mentions:
        last = groups[-1] if groups else []
        is_near = bool(last) and bool(_BETWEEN.fullmatch(low, last[-1].end, one.start))
        if is_near and one.kind not in {other.kind for other in last}:
            last.append(one)
        else:
            groups.append([one])
    return groups


def _agreed(group: list[Mention]) -> Mention:
    """The one day that a group means; a written date is surer than "mai", and both than a weekday."""
    sure = min(group, key=lambda one: ("date", "shift", "mai", "weekday").index(one.kind))
    for one in group:
        said = one.day.weekday() if one.said is None else one.said
        if said != sure.day.weekday() or (one.said is None and one.day != sure.day):
            raise WeekdayMismatch(said, sure.day)
    part = next((one.part for one in group if one.part), "")
    return Mention(group[0].start, group[-1].end, sure.kind, sure.day, sure.said, part)


def _is_a_day(kind: str, match: re.Match[str], line: str, low: str) -> bool:
    """Whether a form found in a longer text is meant as a day, and is no name, count or share."""
    if kind == "mai":
        return bool(match["part"] or match["lead"]) or not _is_the_name_mai(line, match.end() - 3)
    if kind == "weekday":
        return match["thu"] is None or not _is_the_name_thu(line, match)
    if kind == "date" and not match.groupdict().get("lead", "") and match["day"].isdigit():
        return _looks_like_a_date(match, low)
    return True


def _looks_like_a_date(match: re.Match[str], low: str) -> bool:
    """28/31 and "9/10 em" are shares; 30/2 is a date that was mistyped."""
    month = match["month"] if match["month"].isdigit() else "1"
    if not (1 <= int(match["day"]) <= 31 and 1 <= int(month) <= 12):
        return False
    is_counted = re.match(rf" ?(?:%|{COUNTED}\b)", low[match.end() :])
    return not (is_counted and int(match["day"]) <= int(month))


def _is_the_name_mai(line: str, start: int) -> bool:
    """Whether a lone "mai" is the girl's name. The rule, for want of a better one:

    "Mai" with a capital is the name, but not at the head of a sentence that goes on as plans do ("Mai họp
    18h30", since phones capitalise it). "mai" is tomorrow, but not between the commas of a list ("vang 6a:
    mai, an") and not after Thị.
    """
    before, after = line[:start].rstrip(), lowered(line[start + 3 :])
    if re.search(r"\bth[ịi]$", lowered(before[-4:])):
        return True
    if line[start].isupper() and not line.isupper():
        return not ((not before or before[-1] in ".!?") and _TOMORROW_GOES_ON.match(after))
    return before.endswith((":", ",", ";")) and bool(_LIST_GOES_ON.match(after.lstrip()))


def _is_the_name_thu(line: str, match: re.Match[str]) -> bool:
    """Whether "thu" without marks is the woman's name: "Thu Ba", "chị Thu 2 buổi"; but "hen thu 6 em di hoc" is not."""
    word, numeral = line[slice(*match.span("thu"))], line[slice(*match.span("nth"))]
    before, after = lowered(line[: match.start("thu")]), lowered(line[match.end() :])
    is_capital = word[0].isupper() and not line.isupper()
    if not word.isascii():
        return False
    if not numeral.isdigit():
        return is_capital and (bool(before) or numeral[0].isupper())
    is_person = _PERSON.search(before) or (is_capital and before)
    return bool(is_person and re.match(rf" {COUNTED}\b", after))
