"""What the rules R0-R7 find in a pupil's series, each with the figures that explain it. Pure functions.

The rules are those of peers-and-evidence §4; their numbers are thresholds of the commune.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.rules import series
from bot.rules.series import SchoolDay, Series
from bot.rules.thresholds import Thresholds
from storage.attendance import Reason

LAST = 2  # R1 and R2 look at the last two days of a run: both not excused


@dataclass(frozen=True)
class Finding:
    """A rule that holds, since the first day it speaks of. `facts` are ready to be words: counts and ISO days."""

    rule: str
    since: date
    facts: dict[str, Any] = field(default_factory=dict)


# The rules by what they ask for: whoever teaches telephones; a case is opened; the commune is called in.
TO_CALL = ("R0", "R1", "R1.ill", "R7")
OPENS_CASE = ("R2", "R3", "R5.case")
IN_A_ROW = frozenset({"R2", "R4", "R4.dropout"})


def evaluate(days: Series, numbers: Thresholds, *, watched: str = "") -> list[Finding]:
    """All that holds at the end of a series (this school year's). `watched`: why its last day is watched."""
    if not days:
        return []
    return [
        *_of_the_day(days, watched),
        *_in_a_row(days, numbers),
        *_on_and_off(days, numbers),
        *_share(days, numbers),
        *_limit(days, numbers),
    ]


def _of_the_day(days: Series, watched: str) -> list[Finding]:
    """R0: absent and nobody knows why. R7: in a watched time each absence is asked about on its first day."""
    last = days[-1]
    if not last.is_missed:
        return []
    found = [Finding("R0", last.day)] if last.reason == Reason.UNKNOWN and last.is_unexcused else []
    if watched and last.is_unexcused:
        found.append(Finding("R7", last.day, {"why": watched}))
    return found


def _in_a_row(days: Series, numbers: Thresholds) -> list[Finding]:
    """R1, R2, R4: days missed one after the other up to now, of any reason, the last two not excused."""
    run = series.last_run(days)
    facts = {
        "n": len(run),
        "one_session": series.is_one_session(days),
        "is_unknown": bool(run) and run[-1].reason == Reason.UNKNOWN,
        "days": _iso(run),
    }
    rules = {
        "R1": numbers["R1.days"],
        "R2": numbers["R2.days"],
        "R4": numbers["R4.days"],
        "R4.dropout": numbers["R4.dropout"],
    }
    found = [Finding(rule, run[0].day, facts) for rule, least in rules.items() if _has_fired(run, least)]
    if len(run) >= numbers["R1.ill_days"] and all(one.is_ill for one in run):
        found.append(Finding("R1.ill", run[0].day, facts))
    return found


def _has_fired(run: Series, least: int) -> bool:
    """Whether the rule held on any day of the run: a later day with a note does not take it back."""
    return any(all(one.is_unexcused for one in run[max(0, n - LAST) : n]) for n in range(max(least, 1), len(run) + 1))


def _on_and_off(days: Series, numbers: Thresholds) -> list[Finding]:
    """R3, học giã gạo: several separate short absences in the last school days, none of them a run for R2."""
    window = days[-numbers["R3.window"] :]
    spells = [spell for spell in series.runs(days) if spell[-1].day >= window[0].day]  # whole, though they began before
    away = [one for one in window if one.is_missed]
    is_pattern = (
        len(spells) >= numbers["R3.spells"]
        and len(away) >= numbers["R3.days"]
        and sum(one.is_unexcused for one in away) >= numbers["R3.not_excused"]
        and all(len(spell) < numbers["R2.days"] for spell in spells)
    )
    if not is_pattern:
        return []
    facts = {
        "n": len(away),
        "spells": len(spells),
        "weeks": max(1, round(((window[-1].day - window[0].day).days + 1) / 7)),
        "weekdays": {str(day): n for day, n in sorted(Counter(one.day.weekday() for one in away).items())},
        "one_session": series.is_one_session(days),
        "days": _iso(away),
    }
    return [Finding("R3", away[0].day, facts)]


def _share(days: Series, numbers: Thresholds) -> list[Finding]:
    """R5: the share of days missed since the year began: a watch list, then a case."""
    if len(days) <= numbers["R5.from_day"]:
        return []
    share, away = series.percent_missed(days), series.missed(days)
    facts = {
        "percent": share,
        "n": len(away),
        "of": len(days),
        "one_session": series.is_one_session(days),
        "is_excused": all(one.is_excused for one in away),
    }
    rules = {"R5.watch": numbers["R5.watch"], "R5.case": numbers["R5.case"]}
    return [Finding(rule, away[0].day, facts) for rule, least in rules.items() if share >= least]


def _limit(days: Series, numbers: Thresholds) -> list[Finding]:
    """R6: the sessions missed of those that may be missed in a year."""
    count = series.sessions_missed(days)
    facts = {"n": count, "limit": numbers["R6.limit"], "left": max(0, numbers["R6.limit"] - count)}
    steps = ("R6.first", "R6.second", "R6.third")
    return [Finding(rule, days[0].day, facts) for rule in steps if count >= numbers[rule]]


def _iso(days: Series) -> list[str]:
    return [one.day.isoformat() for one in days]


__all__ = ["IN_A_ROW", "OPENS_CASE", "TO_CALL", "Finding", "SchoolDay", "evaluate"]
