"""The figures of a period for a whole commune, read a few classes at a time, so that nobody who writes waits long."""

from __future__ import annotations

from datetime import date

from bot.reports.exports import Transaction
from bot.rules import coverage
from bot.rules.counts import PeriodFigures

CLASSES_AT_ONCE = 16  # of a month; of a longer period fewer, so that no transaction lasts longer
DAYS_AT_ONCE = 31


def period(transaction: Transaction, since: date, until: date, *, audited_as: str = "figures.seen") -> PeriodFigures:
    """The figures from `since` to `until`, both included, of the scope that `transaction` opens its work with.

    A period whose end lies in the future ends today. What is recorded meanwhile may stand in a later slice only.
    """
    with transaction() as work:
        until = min(until, work.today)
        classes = coverage.classes_of(work.scope, work, until)
        work.audit(audited_as, since=since.isoformat(), until=until.isoformat())
    found = PeriodFigures(since, until)
    days = max(DAYS_AT_ONCE, (until - since).days + 1)
    at_once = max(2, CLASSES_AT_ONCE * DAYS_AT_ONCE // days)
    for first in range(0, len(classes), at_once):
        with transaction() as work:
            found += coverage.period(work.scope, work, since, until, classes[first : first + at_once])
    return found
