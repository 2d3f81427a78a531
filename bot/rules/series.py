"""A pupil's school days as a series, and the figures that the rules are made of: runs, spells, shares. Pure functions.

A school day is missed when the pupil missed half or more of the sessions that were reported for it (peers-and-evidence
§4). A session that nobody reported is not in the series: it is neither present nor absent, and breaks no run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.attendance import Reason


@dataclass(frozen=True)
class SchoolDay:
    """One day of one pupil: sessions reported and missed. `is_excused`: every session missed was (P).

    `reason` is that of the first session missed.
    """

    day: date
    sessions: int = 1
    missed: int = 0
    is_excused: bool = False
    reason: str = ""

    @property
    def is_missed(self) -> bool:
        return self.missed > 0 and self.missed * 2 >= self.sessions

    @property
    def is_unexcused(self) -> bool:
        """Missed, and not known to be excused: without leave, or nobody knows why."""
        return self.is_missed and not self.is_excused

    @property
    def is_ill(self) -> bool:
        return self.is_missed and self.reason == Reason.ILL


Series = Sequence[SchoolDay]  # by day, the earliest first


def until(series: Series, day: date) -> Series:
    """The series as it stood at the end of a day."""
    return [one for one in series if one.day <= day]


def runs(series: Series) -> list[list[SchoolDay]]:
    """The spells of absence: days missed one after the other."""
    found: list[list[SchoolDay]] = []
    was_missed = False
    for one in series:
        if one.is_missed and was_missed:
            found[-1].append(one)
        elif one.is_missed:
            found.append([one])
        was_missed = one.is_missed
    return found


def last_run(series: Series) -> list[SchoolDay]:
    """The days missed up to the end of the series; empty when the pupil was there on the last one."""
    found: list[SchoolDay] = []
    for one in reversed(series):
        if not one.is_missed:
            break
        found.insert(0, one)
    return found


def present_run(series: Series) -> list[SchoolDay]:
    """The days in class up to the end of the series."""
    found: list[SchoolDay] = []
    for one in reversed(series):
        if one.is_missed:
            break
        found.insert(0, one)
    return found


def missed(series: Series) -> list[SchoolDay]:
    """The days missed."""
    return [one for one in series if one.is_missed]


def sessions_missed(series: Series) -> int:
    """What counts towards the 45 of a year: a day missed in both sessions counts once (domain §5)."""
    return sum(1 for one in series if one.missed)


def percent_missed(series: Series) -> int:
    """The share of days missed, in whole percent, rounded down; 0 for an empty series."""
    return len(missed(series)) * 100 // len(series) if series else 0


def is_one_session(series: Series) -> bool:
    """Whether the class has one session a day, so that words say `buổi` rather than `ngày`."""
    return all(one.sessions <= 1 for one in series)
