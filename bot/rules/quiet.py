"""Quiet hours: 21:00-6:00 and 11:30-13:30 of the commune's wall time (voice.md §3.12)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import moment

EVENING, MORNING = time(21), time(6)
NOON, AFTERNOON = time(11, 30), time(13, 30)


def is_quiet(at: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment lies in quiet hours."""
    wall = at.astimezone(zone).time()
    return wall >= EVENING or wall < MORNING or NOON <= wall < AFTERNOON


def after_quiet(at: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself, or the end of the quiet hours that it lies in."""
    wall = at.astimezone(zone)
    if wall.time() >= EVENING:
        return moment(wall.date() + timedelta(days=1), MORNING, zone)
    if wall.time() < MORNING:
        return moment(wall.date(), MORNING, zone)
    if NOON <= wall.time() < AFTERNOON:
        return moment(wall.date(), AFTERNOON, zone)
    return at


def before_quiet(at: datetime, zone: ZoneInfo) -> datetime:
    """The last minute before the quiet hours that a moment lies in."""
    wall = at.astimezone(zone)
    if wall.time() >= EVENING:
        return moment(wall.date(), EVENING, zone) - timedelta(minutes=1)
    if wall.time() < MORNING:
        return moment(wall.date() - timedelta(days=1), EVENING, zone) - timedelta(minutes=1)
    if NOON <= wall.time() < AFTERNOON:
        return moment(wall.date(), NOON, zone) - timedelta(minutes=1)
    return at


def for_start(at: datetime, start: datetime, zone: ZoneInfo) -> datetime:
    """A reminder's moment before a meeting: in quiet hours it moves to their end if 60 minutes then remain."""
    if not is_quiet(at, zone):
        return at
    later = after_quiet(at, zone)
    return later if start - later >= timedelta(minutes=60) else before_quiet(at, zone)
