"""The watch: what only the running service knows of its channels and its clock, for the alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from bot.clock import Clock, RealClock, steady_s
from bot.rules.alarms import Line, Signs
from storage import wrong_clock

log = structlog.get_logger()

BEHIND = timedelta(minutes=10)
JUMP_S = 86_400.0
CONFIRMS_S = 600.0
GAP = timedelta(minutes=2)  # a longer silence of ours says nothing about the channels: counting begins anew
STOLEN = frozenset({"conflict", "foreign webhook"})
CONFLICT_LASTS = timedelta(hours=1)


@dataclass
class _Seen:
    """Since when a channel has been well or in trouble, as far as we have looked."""

    is_well: bool
    since: datetime


class Watch:
    """Looks at every tick; what it remembers, it remembers for this process only.

    `steady` counts the seconds that nobody can set. A clock moved by hand or file has none: only its going back counts.
    """

    def __init__(
        self,
        clock: Clock,
        channels: Sequence[Channel] = (),
        *,
        backs_up: bool = False,
        steady: Callable[[], float] | None = None,
    ) -> None:
        self._clock, self._channels, self._backs_up = clock, channels, backs_up
        self.steady = steady if steady is not None else steady_s if isinstance(clock, RealClock) else None
        self._drift_s: float | None = None
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._looked_at: datetime | None = None
        self._newest: datetime | None = None
        self.is_wrong = False
        self.is_ahead = False  # the clock has leapt ahead, and nobody confirms its hour

    def signs(self, session: Session, now: datetime) -> Signs:
        """What a look shows at a moment (UTC)."""
        health = [(channel.name, channel.bot, channel.health()) for channel in self._channels]
        is_confirmed = self._is_confirmed([told.get("server_ahead_s") for _, _, told in health])
        self.is_wrong = self._is_clock_wrong(session, now, is_confirmed)
        has_gap = self._looked_at is None or not timedelta() <= now - self._looked_at <= GAP
        if has_gap:
            self._seen.clear()
        self._looked_at = now
        lines = tuple(self._line(name, bot, told, now) for name, bot, told in health)
        return Signs(lines, self.is_wrong, is_confirmed, self._backs_up)

    def believed(self, written_at: datetime | None = None) -> datetime:
        """The moment (UTC) that a report is taken at: our clock's, unless it is wrong.

        Then it is the hour that the steady seconds lead to; after a start, the later of what was last written down and
        what the platform says of the message. Otherwise nobody would hold a role in 1970, and no report be taken.
        """
        now = self._clock.now()
        if not self.is_wrong:
            return now
        if self.steady is not None and self._drift_s is not None:
            return datetime.fromtimestamp(self.steady() + self._drift_s, UTC)
        return max(at for at in (now, self._newest, written_at) if at is not None)

    def moments(self, written_at: datetime) -> tuple[datetime, datetime]:
        """When a message is taken and when it was written (UTC): what our own wrong clock has stamped counts as now."""
        ours, now = self._clock.now(), self.believed(written_at)
        is_stamped_by_us = now != ours and abs(written_at - ours) <= BEHIND
        return now, now if is_stamped_by_us else min(written_at, now)

    # The clock

    def _is_confirmed(self, ahead: Sequence[float | None]) -> bool:
        """Whether some platform's clock agrees with ours. A moved clock asks nobody."""
        return self.steady is not None and any(one is not None and abs(one) <= CONFIRMS_S for one in ahead)

    def _is_clock_wrong(self, session: Session, now: datetime, is_confirmed: bool) -> bool:
        """Ten minutes behind what was written down, or a day's jump while running (F12), unless a platform agrees."""
        jumped_s = self._jumped_s(now)
        was_ahead, self.is_ahead = self.is_ahead, jumped_s > JUMP_S and not is_confirmed
        if abs(jumped_s) > JUMP_S and not is_confirmed:
            return True
        if was_ahead:
            wrong_clock.mark(session)
        newest = self._newest = wrong_clock.newest(session)
        is_behind = newest is not None and newest - now > BEHIND and not is_confirmed
        if self.steady is not None and not is_behind:
            self._drift_s = now.timestamp() - self.steady()
        return is_behind

    def _jumped_s(self, now: datetime) -> float:
        """By how much the clock stands off from where the steady seconds since the last good look would have it."""
        if self.steady is None or self._drift_s is None:
            return 0.0
        return now.timestamp() - self.steady() - self._drift_s

    # The channels

    def _line(self, name: str, bot: str, told: dict[str, object], now: datetime) -> Line:
        is_well = told.get("trouble") is None
        seen = self._seen.get((name, bot))
        if seen is None or seen.is_well != is_well:
            seen = self._seen[(name, bot)] = _Seen(is_well, now)
        since = seen.since
        last_good = told.get("last_good_poll")
        if not is_well and isinstance(last_good, str):
            since = max(since, min(now, datetime.fromisoformat(last_good)))
        return Line(name, bot, is_well, since, self._is_stolen(told, now))

    def _is_stolen(self, told: dict[str, object], now: datetime) -> bool:
        """Somebody else receives with our token (T14): now, or within the last hour."""
        if told.get("trouble") in STOLEN:
            return True
        at = told.get("last_conflict")
        return isinstance(at, str) and abs(now - datetime.fromisoformat(at)) < CONFLICT_LASTS
