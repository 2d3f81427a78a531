"""Times of day as people write and say them: 18h30, "7 giờ tối", "6 rưỡi", "19 giờ kém 15"; local wall time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from bot.parsing.counts import spelled
from bot.parsing.text import any_of, clean_line, fold, lowered, unmarked

PART = any_of("sáng", "trưa", "chiều", "tối", "đêm", "khuya")
COUNTED = any_of("em", "người", "học sinh", "hs", "hộ", "nhà", "thôn", "bạn", "cháu", "đứa", "buổi", "lần", "lớp")
BLANK = "\0"
_WORDS = {fold(words): number for number in range(1, 60) for words in spelled(number)}
_HOUR_WORDS, _MINUTE_WORDS = (
    any_of(*(words for number in numbers for words in spelled(number))).replace(" ", "[ ]")
    for numbers in (range(1, 24), range(5, 60, 5))
)
_MINUTE_WORD = r"(?:phút|phut|ph|p)\b"
_DASHED = r"-\d{1,2}(?!\d|\ ?(?:h|g|giờ|gio|:))"  # 18h 22-3 is a date behind the hour, 18h30-20h a range
_HALF = any_of("rưỡi", "rưởi")
_TO = any_of("đến", "tới")
_LINK = re.compile(rf" ?(?:[-–—~→]|->|{_TO})(?: {any_of('lúc', 'khoảng')})? ?")
_TIME = re.compile(
    rf"""
    (?<![\w/.+])(?<!\d[:,])(?<!thứ\ )(?<!thu\ )(?<!trong\ )
    (?P<hour>\d{{1,2}}|{_HOUR_WORDS})
    (?:
        \ ?(?:giờ|gio|h|g)(?![^\W\d_])          # no letter behind it: 6hs are six pupils
        (?:
            \ ?(?P<half>{_HALF})
          | \ (?:kém|kem)\ (?P<short>\d{{1,2}})(?:\ ?{_MINUTE_WORD})?
          | \ ?(?P<minute>[0-5]?\d)\ ?{_MINUTE_WORD}
          | \ ?(?P<minute_>[0-5]\d)(?![\w/:]|\.\d|{_DASHED}|\ (?:{COUNTED.replace(" ", "[ ]")})\b)
          | \ (?P<minute_words>{_MINUTE_WORDS})\b(?:\ {_MINUTE_WORD})?
          | (?P<digit>\d)(?![\w/:.])
        )?
      | [:.](?P<colon>[0-5]\d)(?::\d\d)?(?![\d%/]|[:.]\d|\ ?/)(?:\ ?(?:h|giờ|gio)\b)?
      | \ (?P<half_>{_HALF})
    )
    ['’′‘]*
    (?:\ (?:buổi\ |buoi\ )?(?P<part>{PART})\b)?
    (?!\ (?:nữa|nua|đồng\ hồ|dong\ ho)\b)        # so long, not at that time
    """,
    re.VERBOSE,
)
_BARE_START = re.compile(rf"(?<![\w/.:,+-])(?P<hour>\d{{1,2}}){_LINK.pattern}$")
_HOUR_AND_PART = re.compile(rf"(?P<hour>\d{{1,2}}) (?P<part>{PART})")
# Without marks "toi" may be tôi (I), "dem" and "sang" verbs: then only beside a day or an hour.
_LOOSE_PART = re.compile(
    rf"\b(?:sáng|trưa|trua|chiều|chieu|tối|đêm|khuya)\b"
    rf"|\b(?:sang|toi|dem)(?= (?:nay|mai|qua|{any_of('mốt', 'hôm', 'ngày', 'thứ', 'chủ nhật')}|cn|t?\d))"
)


@dataclass(frozen=True)
class Spoken:
    """An hour as said; `minutes` is negative for "kém", `part` is the folded part of the day or nothing."""

    hour: int
    minutes: int
    part: str

    def at(self, part: str = "") -> time:
        """The time of day; `part` helps where none was said with the hour. A bare 7 is in the morning."""
        total = (_hour_of_day(self.hour, self.part or part) * 60 + self.minutes) % (24 * 60)
        return time(total // 60, total % 60)


@dataclass(frozen=True)
class Hours:
    """A time or a range of times, and where in the text it stands."""

    start: int
    end: int
    begins: Spoken
    until: Spoken | None = None

    def times(self, part: str = "") -> tuple[time, time | None]:
        """Start and end. "từ 7h đến 9h tối": the evening of the end is the start's too, if that keeps the order."""
        if self.until is None:
            return self.begins.at(part), None
        until = self.until.at(self.begins.part or part)
        begins = self.begins.at(self.until.part or part)
        return (begins if begins < until else self.begins.at(part)), until


def _hour_of_day(hour: int, part: str) -> int:
    if part == "chieu" or (part == "trua" and hour < 5):
        return hour + 12 if hour < 12 else hour
    if part in ("toi", "dem", "khuya") and 5 <= hour < 12:
        return hour + 12
    return 0 if hour == 12 and part not in ("", "trua", "chieu") else hour


def readable(line: str) -> str:
    """The line in small letters, each in its place, with "sang" blanked where it means moving, not morning.

    It is the verb in a text that has marks elsewhere, and before a number ("doi sang 19h").
    """
    low = lowered(line)
    verb = r"\bsang\b" if unmarked(low) != low else r"\bsang\b(?= (?:luc )?\d)"
    return re.sub(verb, BLANK * 4, low)


def blanked(low: str, start: int, end: int) -> str:
    """The line with one place made unreadable, so that nothing is found there a second time."""
    return low[:start] + BLANK * (end - start) + low[end:]


def find_hours(low: str) -> Iterator[Hours]:
    """The times of a `readable` line, in its order; the two of a range are one."""
    position = 0
    while found := _TIME.search(low, position):
        position = found.end()
        if (said := _spoken(found)) is None:
            position = found.start() + 1
            continue
        if bare := _BARE_START.search(low, 0, found.start()):
            begins = Spoken(int(bare["hour"]), 0, "")
            if begins.hour < 24:
                yield Hours(bare.start(), found.end(), begins, said)
                continue
        hours = _with_end(low, found, said)
        position = hours.end
        yield hours


def _with_end(low: str, found: re.Match[str], begins: Spoken) -> Hours:
    link = _LINK.match(low, found.end())
    second = _TIME.match(low, link.end()) if link else None
    until = _spoken(second) if second else None
    if second is None or until is None:
        return Hours(found.start(), found.end(), begins)
    return Hours(found.start(), second.end(), begins, until)


def _spoken(found: re.Match[str]) -> Spoken | None:
    written = found["hour"]
    hour = int(written) if written.isdigit() else _WORDS[fold(written)]
    minutes = int(found["minute"] or found["minute_"] or found["digit"] or found["colon"] or 0)
    if found["minute_words"]:
        minutes = _WORDS[fold(found["minute_words"])]
    if found["half"] or found["half_"]:
        minutes = 30
    minutes -= int(found["short"] or 0)
    return Spoken(hour, minutes, fold(found["part"] or "")) if hour < 24 and -60 < minutes < 60 else None


def loose_part(low: str) -> str:
    """The part of the day said somewhere else in the text ("tối nay 7 giờ"), folded; empty if none."""
    found = _LOOSE_PART.search(low)
    return fold(found[0]) if found else ""


def time_of_day(text: str) -> time | None:
    """The first time of day in the text, in any of the ways people write it; None if there is none.

    A bare hour is in the morning unless the text says chiều, tối …; "tối" alone is no time: ask for the hour.
    """
    found = time_range(text)
    return found[0] if found else None


def time_range(text: str) -> tuple[time, time | None] | None:
    """The first time in the text, and its end where one is given: "từ 18h30 đến 20h30"."""
    low = readable(clean_line(text))
    if (whole := _HOUR_AND_PART.fullmatch(low)) and int(whole["hour"]) < 24:
        return Spoken(int(whole["hour"]), 0, fold(whole["part"])).at(), None
    first = next(find_hours(low), None)
    return first.times(loose_part(blanked(low, first.start, first.end))) if first else None
