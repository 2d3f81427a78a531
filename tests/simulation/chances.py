"""The chances that a year is drawn from. Numbers are chosen on `FIRST` and reported on `SECOND`.

`FIRST` is the load check of peers-and-evidence §4: a chance a school day that an absence starts and, once away, that it
goes on. `SECOND` has other chances on purpose: fewer and later spells of those who come and go, tied to weekdays and
seasons, more illness, more registers that never come, and a class whose teacher leaves many out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Habit:
    """A kind of pupil: the chance a day that an absence starts, that it goes on, and what the register says of it.

    `excused` and `unknown` are shares of the absences; the rest is without leave. `varies` widens the chances from
    pupil to pupil: each has its own, between 1/varies and varies times the start.
    """

    starts: float
    goes_on: float
    excused: float
    unknown: float
    varies: float = 1.0


@dataclass(frozen=True)
class Chances:
    """How a year comes about. Shares are of all pupils; days are school days of the year."""

    name: str
    regular: Habit
    on_and_off: Habit
    leaving: Habit  # of those who will drop out, before they do
    share_on_and_off: float
    share_leaving: float
    begins_by: int  # the last day on which coming and going begins: 14 weeks are left to be seen in
    from_start: float  # share of those who come and go from the first day on
    market: float = 1.0  # how much more likely an absence starts on market day and on Mondays, for who comes and goes
    harvest: float = 1.0  # in November and March
    ill_season: float = 1.0  # in December and January, for everybody
    pause: float = 0.0  # chance that two weeks of coming and going are followed by two weeks in class
    comes_back: float = 0.5  # a pupil who drops out comes back after the visit
    missing: float = 0.03  # share of registers that never come
    careless: float = 0.0  # the same in one class
    half_days: float = 0.1  # of absences on days of two sessions: the afternoon alone


FIRST = Chances(
    name="first",
    regular=Habit(0.02, 0.30, excused=0.60, unknown=0.25),
    on_and_off=Habit(0.10, 0.45, excused=0.15, unknown=0.35),
    leaving=Habit(0.05, 0.45, excused=0.20, unknown=0.40),
    share_on_and_off=0.12,
    share_leaving=0.03,
    begins_by=105,
    from_start=0.3,
)
SECOND = Chances(
    name="second",
    regular=Habit(0.018, 0.38, excused=0.55, unknown=0.30, varies=2.0),
    on_and_off=Habit(0.085, 0.40, excused=0.20, unknown=0.45, varies=1.3),
    leaving=Habit(0.04, 0.35, excused=0.25, unknown=0.45),
    share_on_and_off=0.09,
    share_leaving=0.04,
    begins_by=105,
    from_start=0.15,
    market=1.8,
    harvest=1.4,
    ill_season=1.5,
    pause=0.15,
    comes_back=0.35,
    missing=0.06,
    careless=0.2,
)
