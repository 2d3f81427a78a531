"""The numbers of the rules: what each means, its default, and what a commune has set instead.

The defaults are those of peers-and-evidence §4, where each has its study; `make simulate` says what they find.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.rules import people
from bot.rules.work import Refused, Work
from storage import thresholds


@dataclass(frozen=True)
class Number:
    """A threshold: its default, the least and the greatest value that makes sense, and its unit."""

    default: int
    least: int
    greatest: int
    unit: str = "days"


NUMBERS: dict[str, Number] = {
    "R1.days": Number(2, 1, 10),  # in a row, the last two not excused: the teacher calls
    "R1.ill_days": Number(5, 2, 30),  # ill in a row: the teacher rings, no case
    "R2.days": Number(3, 2, 20),  # in a row, the last two not excused: a case
    "R2.visit_days": Number(2, 1, 14),  # a visit is due within so many days
    "R3.window": Number(20, 5, 60),  # the last school days that are looked at for coming and going
    "R3.spells": Number(3, 2, 10, "times"),  # separate absences in them
    "R3.days": Number(4, 2, 20),  # days missed in them
    "R3.not_excused": Number(2, 0, 20),  # of them not excused: excused days alone open no case
    "R4.days": Number(7, 4, 30),  # in a row: the commune and the Front
    "R4.overdue": Number(2, 1, 5, "times"),  # a visit so often not made in time: the commune and the Front
    "R4.dropout": Number(15, 6, 60),  # in a row: has dropped out
    "R5.from_day": Number(20, 5, 100),  # of the school year: shares are looked at after it
    "R5.watch": Number(10, 2, 60, "percent"),  # of all days missed: the watch list
    "R5.case": Number(20, 4, 90, "percent"),  # a case
    "R6.limit": Number(45, 10, 100, "times"),  # sessions that may be missed in a year (TT 22/2021, Điều 12)
    "R6.first": Number(15, 1, 100, "times"),
    "R6.second": Number(30, 2, 100, "times"),
    "R6.third": Number(40, 3, 100, "times"),
    "R7.days": Number(5, 0, 20),  # first school days after Tết and long breaks in which each absence is asked about
    "R8.broken": Number(2, 1, 5, "times"),  # promises broken: the case is for the meeting
    "R9.watch": Number(5, 1, 20),  # days in class in a row: watched
    "R9.note": Number(10, 2, 40),  # the teacher's short note
    "R9.close": Number(20, 5, 80),  # a proposal to close
    "R9.share": Number(90, 50, 100, "percent"),  # of the days of the watch spent in class
    "R9.reopen": Number(60, 1, 365),  # absent again within so many days: the same file
    "ladder.hours": Number(24, 1, 120, "hours"),  # without an answer the case passes to the next
    "handover.days": Number(2, 1, 30),  # a hand-over not accepted is asked about again
    "report.weekday": Number(6, 2, 7, "weekday"),  # the school's regular report is asked for on it: 6 is thứ 6, Friday
    "report.hour": Number(16, 6, 20, "hours"),  # at this hour
    "village.weekday": Number(6, 2, 7, "weekday"),  # the weekly page of a village, at 17:30
    "plan.days": Number(90, 7, 366),  # so long after its day a plan is given to whoever joins
    "plan.remind_days": Number(2, 1, 14),  # who has not read it finds it once on the morning list
    "support.pledge_days": Number(14, 1, 120),  # pledged and not handed over: the school asks
    "support.donor_days": Number(30, 1, 365),  # a need without a giver: the school looks for one
    "entitlement.km_primary": Number(4, 1, 50, "km"),  # from here on the way is far for grades 1-5 (Decree 66/2025)
    "entitlement.km_secondary": Number(7, 1, 50, "km"),  # for grades 6-9
}

# (the smaller, the greater, whether they may be equal): numbers that make no sense together are refused.
ORDER = (
    ("R1.days", "R2.days", False),
    ("R2.days", "R4.days", False),
    ("R4.days", "R4.dropout", False),
    ("R3.spells", "R3.days", True),
    ("R3.days", "R3.window", False),
    ("R3.not_excused", "R3.days", True),
    ("R5.watch", "R5.case", False),
    ("R6.first", "R6.second", False),
    ("R6.second", "R6.third", False),
    ("R6.third", "R6.limit", True),
    ("R9.watch", "R9.note", False),
    ("R9.note", "R9.close", False),
)

Thresholds = dict[str, int]
DEFAULTS: Thresholds = {key: number.default for key, number in NUMBERS.items()}


def of_commune(work: Work, commune_id: int) -> Thresholds:
    """All numbers in force in a commune."""
    return work.once(
        ("thresholds", commune_id),
        lambda: (
            {key: number.default for key, number in NUMBERS.items()} | thresholds.of_commune(work.session, commune_id)
        ),
    )


def value(work: Work, key: str, commune_id: int) -> int:
    """One number in force in a commune. Raises KeyError for a name that is no threshold."""
    NUMBERS[key]
    return of_commune(work, commune_id)[key]


def check(found: Thresholds) -> None:
    """Raises Refused when a number is unknown, out of bounds (`impossible_number`), or does not fit another
    (`numbers_out_of_order`)."""
    for key, number in found.items():
        if key not in NUMBERS:
            raise Refused("unknown_threshold", key=key)
        bounds = NUMBERS[key]
        if not bounds.least <= number <= bounds.greatest:
            raise Refused("impossible_number", key=key, least=bounds.least, greatest=bounds.greatest)
    for smaller, greater, may_be_equal in ORDER:
        if found[smaller] > found[greater] or (found[smaller] == found[greater] and not may_be_equal):
            raise Refused("numbers_out_of_order", smaller=smaller, greater=greater)


def put(work: Work, commune_id: int, changes: Thresholds) -> None:
    """Sets numbers of a commune, all or none. What follows from them is `early_warning.recompute`'s.

    Raises Refused: not allowed, `unknown_threshold`, `impossible_number`, `numbers_out_of_order`.
    """
    if work.person is not None:
        people.require(work, "thresholds.set")
    known = set(changes) <= set(NUMBERS)
    check({**of_commune(work, commune_id), **changes} if known else changes)
    for key, number in changes.items():
        thresholds.put(work.session, commune_id, key, number, work.actor_id, work.now)
        work.audit("threshold.set", "place", commune_id, key=key, value=number)
    work.forget(("thresholds", commune_id))
