"""The day and the hour inside a longer message, and the message without them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from bot.parsing.days import MOVES, find_day, pointed_at
from bot.parsing.hours import BLANK, blanked, find_hours, loose_part, readable
from bot.parsing.text import any_of, clean_line, lowered

_LEADS_IN = re.compile(
    rf"(?:(?<!\w)(?:{any_of('vào', 'lúc', 'hồi', 'từ', 'bắt đầu', 'khoảng', 'ngày', 'hôm')})[ :]*)+$"
)


@dataclass(frozen=True)
class When:
    """What a message says about time; `rest` is what else it says, in the spelling it was typed in."""

    day: date | None
    at: time | None
    rest: str


def when(text: str, today: date, *, past: bool = False) -> When:
    """Takes the day and the time of day out of a message.

    "họp 18h30 thứ 6 22/3 Làng Trê" leaves "họp Làng Trê"; of a range the start counts and both are taken out.
    Of two days or two times the one after "sang" counts ("đổi 18h sang 19h"), otherwise the first; the other
    stays in the rest, where a second call finds it. A part of the day said with the day helps the hour ("tối
    mai 7 giờ").

    Class names, shares ("28/31 em") and girls called Mai or Thu are left alone: a capitalised "Mai" is a name
    except at the head of a sentence about a plan; "mai" is tomorrow except between the commas of a list. Take
    a class such as 6/1 out first, with `find_class`. `past` and the errors are those of `day`.
    """
    line = clean_line(text)
    low = readable(line)
    named = find_day(line, low, today, past=past)
    if named:
        low = blanked(low, named.start, named.end)
    times = list(find_hours(low))
    hours = times[pointed_at([one.start for one in times], line, MOVES)] if times else None
    if hours:
        low = blanked(low, hours.start, hours.end)
    part = (named.part if named else "") or loose_part(low)
    spans = [(found.start, found.end) for found in (named, hours) if found]
    return When(named.day if named else None, hours.times(part)[0] if hours else None, _without(line, spans))


def _without(line: str, spans: list[tuple[int, int]]) -> str:
    """The line without these places, the words that led to them, and the punctuation that they leave behind."""
    if not spans:
        return line
    for start, end in sorted(spans, reverse=True):
        lead = _LEADS_IN.search(lowered(line[:start]))
        is_open = line.count("(", start, end) > line.count(")", start, end)
        tail = line[end:].lstrip().removeprefix(")") if is_open else line[end:]
        line = f"{line[: lead.start() if lead else start]} {BLANK} {tail}"
    return _tidied(line)


def _tidied(line: str) -> str:
    """Closes the gaps, with one mark where there was one on either side: "họp, 18h30, Cà Xen" keeps one comma."""
    line = re.sub(rf"\([\s{BLANK}]*\)|{BLANK}[\s,;.–-]*{BLANK}", BLANK, line)
    gap = rf"([,;:.]?)[\s–-]*{BLANK}[\s–-]*([,;.]?)"
    line = re.sub(gap, lambda marks: f"{marks[1] or marks[2]} ", line)
    return clean_line(re.sub(r"(?<=\() | +(?=[,;.:)])", "", line)).strip(",; ")
