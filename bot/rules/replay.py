"""A series played day by day: which rules would have begun to hold when, and which would have opened a case.

Pure functions. Rehearsals and the simulated school year read them; the life of a case is that of `case_watch`, with a
person who confirms each proposal on its day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.rules.findings import OPENS_CASE, evaluate
from bot.rules.series import SchoolDay, Series
from bot.rules.thresholds import Thresholds

SHARES = ("R5.watch", "R5.case")


@dataclass(frozen=True)
class Hit:
    """A rule that begins to hold on a day. `opens`: it opens a case, or one that was closed a short while ago again.

    Of `R9` it is the day on which the roll proposes to close the case.
    """

    rule: str
    on: date
    opens: bool = False


@dataclass
class _File:
    """A case as far as the roll alone can tell."""

    is_open: bool = False
    opened_on: date = date.min
    back: int = 0  # days in class one after the other since it was opened
    missed: int = 0  # days missed since the watch began
    watched: int = 0  # days since the pupil is back, once watched
    closed_on: date | None = None


@dataclass
class _Count:
    """Running figures that say whether looking closer is worth it."""

    days: int = 0
    missed: int = 0
    lately: int = 0


def replay(
    days: Series, numbers: Thresholds, *, since: date = date.min, watched: Callable[[date], str] | None = None
) -> list[Hit]:
    """What begins to hold from `since` on, by day. `days` is one school year; `watched` says why a day is watched."""
    hits: list[Hit] = []
    holding: frozenset[str] = frozenset()
    count, file = _Count(), _File()
    for place, today in enumerate(days):
        _note(count, days, place, numbers)
        before, holding = holding, frozenset()
        if _may_hold(count, today, numbers):
            why = watched(today.day) if watched is not None and today.is_missed else ""
            found = evaluate(days[: place + 1], numbers, watched=why)
            holding = frozenset(one.rule for one in found)
        opener = _opener(holding, before, today, file, numbers)
        _live(file, today, opener, numbers)
        if today.day >= since:
            if file.closed_on == today.day:
                hits.append(Hit("R9", today.day))
            hits += [Hit(rule, today.day, rule == opener) for rule in sorted(holding - before)]
            if opener and opener in before:
                hits.append(Hit(opener, today.day, opens=True))
    return hits


def _note(count: _Count, days: Series, place: int, numbers: Thresholds) -> None:
    count.days += 1
    count.missed += days[place].is_missed
    count.lately += days[place].is_missed
    if place >= numbers["R3.window"]:
        count.lately -= days[place - numbers["R3.window"]].is_missed


def _may_hold(count: _Count, today: SchoolDay, numbers: Thresholds) -> bool:
    """Whether any rule of absences can hold: most days of most pupils need no closer look."""
    return (
        today.missed > 0
        or count.lately >= numbers["R3.days"]
        or count.missed * 100 >= min(numbers[share] for share in SHARES) * count.days
    )


def _opener(holding: frozenset[str], before: frozenset[str], today: SchoolDay, file: _File, numbers: Thresholds) -> str:
    """The rule that opens a case on this day, if any: one that begins to hold, or still holds at a new absence."""
    if file.is_open:
        return ""
    for rule in OPENS_CASE:
        if rule in holding and (rule not in before or today.is_unexcused):
            return rule
    is_lately = file.closed_on is not None and today.day - file.closed_on <= timedelta(days=numbers["R9.reopen"])
    return "R1" if is_lately and "R1" in holding else ""


def _live(file: _File, today: SchoolDay, opener: str, numbers: Thresholds) -> None:
    """One day of a case's life (R9): back, watched, closed; or away again."""
    if opener:
        file.is_open, file.opened_on, file.back, file.watched, file.missed = True, today.day, 0, 0, 0
        return
    if not file.is_open:
        return
    is_watching = file.back >= numbers["R9.watch"]
    if today.is_unexcused or (today.is_missed and not is_watching):
        file.back = file.watched = file.missed = 0
        return
    file.watched += 1
    file.missed += today.is_missed
    if not is_watching:
        file.back += 1
    stays = (file.watched - file.missed) * 100 >= numbers["R9.share"] * file.watched
    if file.watched >= numbers["R9.close"] and stays:
        file.is_open, file.closed_on = False, today.day


__all__ = ["Hit", "replay"]
