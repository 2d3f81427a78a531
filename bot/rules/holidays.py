"""Days off that nobody has to decide: public holidays and the two weeks of Tết, from a library, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

TET = "Lunar New Year"  # the library's name of the first day of Tết
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Break:
    """Days from the first to the last, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@lru_cache
def public(year: int) -> frozenset[date]:
    """The public holidays of a calendar year, with the days in lieu and the bridges that the government has set."""
    return frozenset(country_holidays("VN", years=year, language="en_US"))


@lru_cache
def name(day: date, locale: str) -> str:
    """What a public holiday is called: in Vietnamese, or in English for every other language."""
    found: str = country_holidays("VN", years=day.year, language="vi" if locale == "vi" else "en_US").get(day, "")
    return found


@lru_cache
def tet(year: int) -> date:
    """The first day of Tết in a calendar year."""
    named = country_holidays("VN", years=year, language="en_US").items()
    return min(day for day, name in named if name == TET)


def tet_break(school_year: str) -> Break:
    """The school's days off around Tết until it sets its own: the two whole weeks whose middle is nearest to it.

    So 5/2-18/2/2024 and 1/2-14/2/2027, as schools of the province had them (domain §5).
    """
    first_day = tet(int(school_year[-4:]))
    monday = first_day - timedelta(days=first_day.weekday())
    middle = monday if first_day.weekday() <= 3 else monday + WEEK
    return Break(middle - WEEK, middle + WEEK - timedelta(days=1))
