"""Days of the calendar, and the two ways in which a written one can be wrong.

All dates are local wall time; nothing here asks a clock.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


class ImpossibleDate(ValueError):
    """A day that no calendar has, such as 30/2.

    `year` is None where no year was written and the day exists in none; 29/2 without a year carries the year
    that lacked it.
    """

    def __init__(self, day: int, month: int, year: int | None = None) -> None:
        super().__init__(f"no such date: {day}/{month}" + (f"/{year}" if year is not None else ""))
        self.day, self.month, self.year = day, month, year


class WeekdayMismatch(ValueError):
    """A weekday (`said`, 0 = Monday) and a date that do not fit; only the person can tell which one was meant."""

    def __init__(self, said: int, date: date) -> None:
        super().__init__(f"{date.isoformat()} is weekday {date.weekday()}, not {said}")
        self.said, self.date = said, date


def made_date(day: int, month: int, year: int) -> date:
    """The date, or ImpossibleDate. Two digits of a year mean this century."""
    year += 2000 if year < 100 else 0
    try:
        return date(year, month, day)
    except ValueError:
        raise ImpossibleDate(day, month, year) from None


def nearest(day: int, month: int, today: date, *, past: bool = False) -> date:
    """The first such day of a year on or after today; with `past` the last on or before it.

    29/2 is looked for in that one year only: who writes it in another year has made a slip.
    """
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(2024, month)[1]:
        raise ImpossibleDate(day, month)
    wanted, now = (month, day), (today.month, today.day)
    later = today.year - (past and wanted > now) + (not past and wanted < now)
    return made_date(day, month, later)


def nearest_day_of_month(day: int, today: date, *, past: bool = False) -> date:
    """The first such day of a month on or after today, in a month that has it; with `past` the last before."""
    if not 1 <= day <= 31:
        raise ImpossibleDate(day, today.month)
    step = timedelta(days=-1 if past else 1)
    while today.day != day:
        today += step
    return today


def in_month(day: int, today: date, months: int) -> date:
    """That day of the month which lies `months` after today's."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return made_date(day, month + 1, year)


def next_weekday(weekday: int, today: date, *, past: bool = False) -> date:
    """The next such weekday after today; with `past` the latest one, which may be today."""
    if past:
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_of_week(weekday: int, today: date, weeks: int) -> date:
    """That weekday in the week (from Monday) which lies `weeks` after today's."""
    return today + timedelta(days=weekday - today.weekday(), weeks=weeks)
