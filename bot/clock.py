"""The time: a real clock, one a file moves, one a hand moves. `now()` is in UTC, `today()` the commune's day."""

from __future__ import annotations

import time as system_time
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Whoever needs the time is given one of these."""

    zone: ZoneInfo

    def now(self) -> datetime:
        """This moment, aware, in UTC."""

    def today(self) -> date:
        """The commune's calendar day."""


class _Zoned:
    """What every clock shares: the commune's day from the moment."""

    def __init__(self, zone: ZoneInfo = VIETNAM) -> None:
        self.zone = zone

    def now(self) -> datetime:
        raise NotImplementedError

    def today(self) -> date:
        return self.now().astimezone(self.zone).date()


class RealClock(_Zoned):
    """The machine's clock: the one place that asks it."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(system_time.time(), UTC)


class HandClock(_Zoned):
    """Stands still until it is moved: for tests, and for the steps between two moments of a moved clock."""

    def __init__(self, at: datetime, zone: ZoneInfo = VIETNAM) -> None:
        super().__init__(zone)
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        """Sets the clock; it never goes back."""
        self._at = max(self._at, at.astimezone(UTC))


class FileClock(_Zoned):
    """RALOP_CLOCK=file:PATH. The file holds an ISO instant, counted from its own modification, or an offset (`+3600`).

    It is read at every look, so another program moves this one through time; a restart never turns it back, because
    the clock runs on from the moment of the file's writing. Raises ValueError for a file that is neither.
    """

    def __init__(self, path: Path, zone: ZoneInfo = VIETNAM) -> None:
        super().__init__(zone)
        self._path = path

    def now(self) -> datetime:
        text = self._path.read_text("utf-8").strip()
        if text[:1] in "+-" and text[1:].replace(".", "", 1).isdigit():
            return datetime.fromtimestamp(system_time.time(), UTC) + timedelta(seconds=float(text))
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=self.zone)
        return at.astimezone(UTC) + timedelta(seconds=max(0.0, system_time.time() - self._path.stat().st_mtime))


class FollowingClock(HandClock):
    """Runs with another clock, but never over a jump of that one: there it stands until somebody moves it.

    A service that saw the hour leap from 7 to 17 would find a day's reminders late; walked from due moment to due
    moment (`bot.service.follow`) it says each in its own time. It never goes back: while the other one is behind, it
    stands.
    """

    STRIDE = timedelta(seconds=3)

    def __init__(self, leader: Clock) -> None:
        super().__init__(leader.now(), leader.zone)
        self._leader = leader

    def now(self) -> datetime:
        ahead = self._leader.now()
        if ahead - self._at <= self.STRIDE:
            self._at = max(self._at, ahead)
        return self._at

    def left_behind(self) -> datetime | None:
        """Where the other clock is, when it has jumped ahead of this one."""
        ahead = self._leader.now()
        return ahead if ahead - self._at > self.STRIDE else None


def steady_s() -> float:
    """Seconds that only go forward and that nobody sets; where the system can, they count through a suspend too."""
    counting_sleep = getattr(system_time, "CLOCK_BOOTTIME", None)
    return system_time.monotonic() if counting_sleep is None else system_time.clock_gettime(counting_sleep)


def local(at: datetime, zone: ZoneInfo = VIETNAM) -> datetime:
    """The wall time of a moment."""
    return at.astimezone(zone)


def moment(day: date, at: time, zone: ZoneInfo = VIETNAM) -> datetime:
    """The moment (UTC) of a wall time; one that a clock change skips is the first valid one after it."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
