"""What is typed about a meeting, read: one whole line that makes, moves or calls off one; a day or an hour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.parsing import ImpossibleDate, WeekdayMismatch, clean_line, fold, time_of_day, when
from bot.parsing.text import lowered
from storage.places import Place

MAKES = re.compile(r"(?:(?:moi|len lich|dat lich|tao|to chuc|them) )?(?:lich |buoi |cuoc )*hop\b")
MOVES = re.compile(
    r"(?:doi|chuyen|dich|lui|hoan|tam hoan)(?: lai)?(?P<what> (?:gio|ngay|cho|dia diem))?(?: (?:lich|buoi|cuoc))? hop\b"
)
CALLS_OFF = re.compile(r"(?:tam )?(?:hoan|huy|bo|thoi)(?: (?:lich|buoi|cuoc))? hop\b")
ASKS = re.compile(r"\?|\b(?:o dau|may gio|khi nao|luc nao|hom nao|chua|khong|ai)\b")
TARGET = ("sang", "đến", "den", "thành", "thanh", "tới", "qua")
AT_PLACE = re.compile(r"(?:^|[\s,])(?:tại|tai|ở|o) +(?P<place>\S.*)$", re.IGNORECASE)
HOUSE = re.compile(r"\b(?:nha|truong|hoi truong|diem|ubnd|uy ban|tru so|san|dinh|phong)\b")
NO_NAME = re.compile(r"\b(?:thon|lang|va|o|tai|cac)\b|\W+")
PART = re.compile(r"\b(?:sáng|sang|trưa|trua|chiều|chieu|tối|toi|đêm|dem)\b")


@dataclass(frozen=True)
class Line:
    """What a line says; `trouble` is a day that cannot be, for the question about it (see `trouble_of`)."""

    day: date | None = None
    at: time | None = None
    villages: tuple[int, ...] = ()
    venue: str = ""
    trouble: dict[str, Any] | None = None


@dataclass(frozen=True)
class Move:
    """Which meeting (`which`: what is said of it) and where to; `is_off`: it is called off, not moved."""

    which: Line
    to: Line
    is_off: bool = False
    wants_place: bool = False


def read_new(text: str, today: date, villages: Sequence[tuple[Place, Sequence[str]]]) -> Line | None:
    """`họp 18h30 thứ 6 22/3 Làng Trê, Làng Giữa`; None for a line that makes no meeting.

    `villages` are the commune's, each with all its names.
    """
    folded = fold(text)
    if not MAKES.match(folded) or ASKS.search(folded):
        return None
    line = read_parts(text, today, villages)
    return line if line.day or line.at or line.trouble else None


def read_move(text: str, today: date, villages: Sequence[tuple[Place, Sequence[str]]]) -> Move | None:
    """`đổi họp tối nay sang 19h`, `hoãn họp`, `hoãn họp Cà Xen sang thứ 7`."""
    folded = fold(text)
    moves, off = MOVES.match(folded), CALLS_OFF.match(folded)
    if moves is None and off is None:
        return None
    before, target = _split(text)
    if target is None and off is not None:
        return Move(read_parts(before, today, villages), Line(), is_off=True)
    if moves is None:
        return None
    wants_place = moves["what"] in (" cho", " dia diem")
    if target is None:
        whole = read_parts(before, today, villages)
        return Move(Line(villages=whole.villages), whole, wants_place=wants_place)
    to = read_parts(target, today, villages, is_place=wants_place)
    return Move(read_parts(before, today, villages), to, wants_place=wants_place)


def _split(text: str) -> tuple[str, str | None]:
    """Behind the last *sang*, *đến* … stands the new time or place; *sáng* is a part of the day."""
    words = clean_line(text).split()
    places = [place for place, word in enumerate(words) if lowered(word) in TARGET and place + 1 < len(words)]
    if not places:
        return text, None
    return " ".join(words[: places[-1]]), " ".join(words[places[-1] + 1 :])


def read_parts(
    text: str, today: date, villages: Sequence[tuple[Place, Sequence[str]]], *, is_place: bool = False
) -> Line:
    """Day, hour, villages and house of a piece of text."""
    named = named_villages(text, villages)
    try:
        found = when(text, today)
    except (ImpossibleDate, WeekdayMismatch) as error:
        return Line(None, time_of_day(text), named, "", trouble_of(error))
    return Line(found.day, found.at, named, _venue(found.rest, villages, is_place=is_place))


def trouble_of(error: ImpossibleDate | WeekdayMismatch) -> dict[str, Any]:
    """A day that cannot be, as it is kept in a draft."""
    if isinstance(error, ImpossibleDate):
        return {"day": error.day, "month": error.month}
    return {"said": error.said, "date": error.date.isoformat()}


def both_days(trouble: dict[str, Any]) -> tuple[date, date]:
    """Of "thứ 5, 22/3": the nearest Thursday, and the 22nd."""
    written = date.fromisoformat(trouble["date"])
    return written + timedelta(days=(trouble["said"] - written.weekday() + 3) % 7 - 3), written


def named_villages(text: str, villages: Sequence[tuple[Place, Sequence[str]]]) -> tuple[int, ...]:
    """The villages that a text names, in its order; by their spelling, else without marks."""
    low, folded = lowered(clean_line(text)), fold(text)
    found: dict[int, int] = {}
    taken: set[str] = set()
    for place, names in villages:
        for name in names:
            if at := _at(name.casefold(), low):
                found[place.id] = at
                taken.add(fold(name))
    for place, names in villages:
        for name in names:
            if place.id not in found and fold(name) not in taken and (at := _at(fold(name), folded)):
                found[place.id] = at
    return tuple(sorted(found, key=lambda place_id: found[place_id]))


def _at(name: str, text: str) -> int:
    """Where a name stands in a text as words of its own, counted from 1; 0 where it does not."""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) if name else None
    return found.start() + 1 if found else 0


def _venue(rest: str, villages: Sequence[tuple[Place, Sequence[str]]], *, is_place: bool) -> str:
    """`tại nhà văn hóa`: the house, unless it is nothing but the names of villages."""
    place = AT_PLACE.search(rest)
    said = place["place"] if place else (rest if is_place or HOUSE.match(fold(rest)) else "")
    bare = fold(said)
    for _, names in villages:
        for name in names:
            bare = re.sub(rf"\b{re.escape(fold(name))}\b", " ", bare)
    return said.strip(" ,.") if NO_NAME.sub("", bare) else ""


def moved_to(starts_at: datetime, day: date | None, at: time | None, text: str) -> datetime:
    """The new start, in the wall time of `starts_at`: what is not said stays. "7h" of an evening meeting is 19:00."""
    hour = at or starts_at.time()
    if at is not None and at.hour < 12 <= starts_at.hour and not PART.search(lowered(text)):
        hour = at.replace(hour=at.hour + 12)
    return datetime.combine(day or starts_at.date(), hour, tzinfo=starts_at.tzinfo)
