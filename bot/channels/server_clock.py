"""A platform's clock as the `Date` of its answers tells it: the only one that can say whether ours is right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.clock import steady_s


class ServerClock:
    """How far a platform's clock stands before ours. `now` (UTC) is our own."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._said: tuple[datetime, float] | None = None  # as stated, and our steady seconds then

    def note(self, header: str) -> None:
        """What the `Date` of an answer says; an odd one says nothing."""
        try:
            stated = parsedate_to_datetime(header)
        except (TypeError, ValueError):
            return
        self._said = (stated.replace(tzinfo=stated.tzinfo or UTC), steady_s())

    def ahead_s(self) -> float | None:
        """Counted on from the last answer, so that a step of our own clock shows at once; None before the first."""
        if self._said is None:
            return None
        stated, then_s = self._said
        return (stated - self._now()).total_seconds() + steady_s() - then_s
