"""At what hours a session is asked about, and when its school sees the gap: from its start, by the clock alone.

A session is asked about 15 minutes after it starts, in the afternoon not before 13:30; again after 30 and 105 minutes;
the school sees the gap after 3 hours, of a morning not before 10:30 (voice.md §3.12, R10). Of mornings at 7:00 that is
7:15, 7:45, 9:00 and 10:30. Which starts have a moment at a given minute is a table, so that the clock's tick reads only
those classes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.clock import moment
from bot.rules import quiet
from bot.rules.tasks import Moment, Way
from storage.attendance import Half

ASKED_AFTER = 15  # minutes
AGAIN_AFTER = (30, 105)  # from the first question on
GAP_AFTER = 180
NOT_BEFORE = {Half.AFTERNOON: 13 * 60 + 30}
GAP_NOT_BEFORE = {Half.MORNING: 10 * 60 + 30}
# Said later it would only confuse: the half-day is over.
USEFUL_UNTIL = {Half.MORNING: time(11, 30), Half.AFTERNOON: time(17, 30), Half.EVENING: quiet.EVENING}
LAST_MINUTE = 24 * 60 - 1
EARLIEST = {Half.MORNING: time(5), Half.AFTERNOON: time(12), Half.EVENING: time(17)}
LATEST = {Half.MORNING: time(10), Half.AFTERNOON: time(16, 30), Half.EVENING: time(20)}

Start = tuple[Half, time]


def asked(half: Half, start: time) -> list[time]:
    """The wall times of the question and its repetitions, while they are of use."""
    first = max(_minute(start) + ASKED_AFTER, NOT_BEFORE.get(half, 0))
    minutes = [first, *(first + after for after in AGAIN_AFTER)]
    last = _minute(USEFUL_UNTIL[half])
    return [_time(minute) for place, minute in enumerate(minutes) if not place or minute < last]


def gap(half: Half, start: time) -> time:
    """When the school sees who has not reported; out of the quiet hours before it would fall into them."""
    at = max(_minute(asked(half, start)[0]) + GAP_AFTER, GAP_NOT_BEFORE.get(half, 0))
    for begins, ends in ((quiet.NOON, quiet.AFTERNOON), (quiet.EVENING, time(23, 59))):
        if _minute(begins) <= at <= _minute(ends):
            at = _minute(begins) - 1
    return _time(min(at, LAST_MINUTE))


def moments(day: date, half: Half, start: time, zone: ZoneInfo) -> tuple[Moment, ...]:
    """The moments (UTC) at which a session is asked about, named by their wall time.

    Where the first question was met with silence the second goes over another channel (issue 3).
    """
    return tuple(
        Moment(f"{at:%H:%M}", moment(day, at, zone), way=Way.NEXT_IF_SILENT if place == 1 else Way.FIRST)
        for place, at in enumerate(asked(half, start))
    )


def useful_until(day: date, half: Half, zone: ZoneInfo) -> datetime:
    """Until when the question is of use, UTC."""
    return moment(day, USEFUL_UNTIL[half], zone)


def asked_within(after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[date, frozenset[Start]]]:
    """The starts that are asked about at some minute in (after, until], day by day; days without any are left out."""
    return _within(_asked_at(), after, until, zone)


def gaps_within(after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[date, frozenset[Start]]]:
    """The starts whose gap the school sees at some minute in (after, until]."""
    return _within(_gap_at(), after, until, zone)


def is_possible(half: Half, start: time) -> bool:
    """Whether a session of this half-day can begin then: an hour typed by mistake is found here."""
    return EARLIEST[half] <= start <= LATEST[half]


def _within(
    table: dict[int, frozenset[Start]], after: datetime, until: datetime, zone: ZoneInfo
) -> Iterator[tuple[date, frozenset[Start]]]:
    day, last = after.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        midnight = moment(day, time(0), zone)
        first = int((after - midnight) // timedelta(minutes=1)) + 1
        until_minute = int((until - midnight) // timedelta(minutes=1))
        hours = range(max(0, first), min(LAST_MINUTE, until_minute) + 1)
        found = frozenset(start for minute in hours for start in table.get(minute, ()))
        if found:
            yield day, found
        day += timedelta(days=1)


@lru_cache
def _asked_at() -> dict[int, frozenset[Start]]:
    found: dict[int, set[Start]] = defaultdict(set)
    for half, start in _starts():
        for at in asked(half, start):
            found[_minute(at)].add((half, start))
    return {minute: frozenset(starts) for minute, starts in found.items()}


@lru_cache
def _gap_at() -> dict[int, frozenset[Start]]:
    found: dict[int, set[Start]] = defaultdict(set)
    for half, start in _starts():
        found[_minute(gap(half, start))].add((half, start))
    return {minute: frozenset(starts) for minute, starts in found.items()}


def _starts() -> Iterator[Start]:
    """Every minute at which a session can begin."""
    for half in Half:
        for minute in range(_minute(EARLIEST[half]), _minute(LATEST[half]) + 1):
            yield half, _time(minute)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)
