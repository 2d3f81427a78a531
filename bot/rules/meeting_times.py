"""When a meeting is spoken of: the reminders of MEETING_REMINDERS, the telephone list, and quiet hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import moment
from bot.rules.quiet import after_quiet, for_start
from bot.rules.tasks import Moment

LASTS = timedelta(hours=2)  # unless its paper says otherwise (interface.md)
SILENCE = timedelta(hours=20)  # of somebody invited, before another channel is tried (issue 3)
CALL_BEFORE = timedelta(hours=3, minutes=30)  # the organiser's telephone list (voice.md §3.12)
URGENT = timedelta(hours=3)  # what changes within this time of the start passes the quiet hours
EVENING_BEFORE, TWO_HOURS = "-1d 19:00", "-2h"
_DAYS_BEFORE = re.compile(r"-(\d+)d (\d{1,2}):(\d\d)")
_TIME_BEFORE = re.compile(r"-(\d+)([hm])")


@dataclass(frozen=True)
class ReminderTimes:
    """The setting MEETING_REMINDERS: `-1d 19:00` (a wall time some days before) or `-2h`, `-90m` (before the start)."""

    leads: tuple[str, ...] = (EVENING_BEFORE, TWO_HOURS)

    def moments(self, start: datetime, zone: ZoneInfo) -> tuple[Moment, ...]:
        """The reminders of a meeting that begins at `start` (UTC), by time."""
        found = [Moment(lead, for_start(_before(lead, start, zone), start, zone)) for lead in self.leads]
        return tuple(sorted((one for one in found if one.at < start), key=lambda one: one.at))


def _before(lead: str, start: datetime, zone: ZoneInfo) -> datetime:
    if found := _DAYS_BEFORE.fullmatch(lead):
        day = start.astimezone(zone).date() - timedelta(days=int(found[1]))
        return moment(day, time(int(found[2]), int(found[3])), zone)
    if found := _TIME_BEFORE.fullmatch(lead):
        return start - timedelta(**{"hours" if found[2] == "h" else "minutes": int(found[1])})
    raise ValueError(lead)


def call_list_at(start: datetime, zone: ZoneInfo) -> datetime:
    """When the organiser gets the telephone list: 15:00 for 18:30."""
    return for_start(start - CALL_BEFORE, start, zone)


def silence_ends(invited_at: datetime, start: datetime, zone: ZoneInfo) -> datetime:
    """When an invitation that was met with silence goes over another channel: after 20 hours, outside quiet hours, at
    the latest with the telephone list."""
    return min(after_quiet(invited_at + SILENCE, zone), call_list_at(start, zone))


def is_urgent(now: datetime, *starts: datetime) -> bool:
    """Whether what is said now of a meeting at (one of) these starts passes the quiet hours."""
    return any(start - now <= URGENT for start in starts)


def leaves_at(at: datetime, start: datetime, zone: ZoneInfo) -> datetime:
    """When an invitation may leave: quiet hours move it to their end, unless the start is near."""
    return at if is_urgent(at, start) else after_quiet(at, zone)


def day_begins(at: datetime, zone: ZoneInfo) -> datetime:
    """Midnight before a moment: when "tomorrow evening" becomes "this evening"."""
    return moment(at.astimezone(zone).date(), time(0), zone)
