"""The report of one week: the seven days that the schools' regular reports are about (plan III.1)."""

from __future__ import annotations

from datetime import date, timedelta

from bot.i18n import Reader
from bot.reports import report
from bot.reports.exports import Transaction
from bot.reports.paper import Paper
from bot.reports.report_words import WEEK, Span
from bot.rules import thresholds
from bot.rules.work import Work
from storage.places import Place, PlaceKind


def paper(reader: Reader, transaction: Transaction, place: Place, on: date) -> Paper:
    """The paper of a commune or a school for the week that holds a day. Raises Refused: not allowed, `outside_scope`,
    `day_to_come`."""
    with transaction() as work:
        found = span(work, place, on)
    return report.made(reader, transaction, place, found)


def span(work: Work, place: Place, on: date) -> Span:
    """Up to the commune's weekday for reports, so that paper, chat and the school's own report say the same."""
    commune_id = place.parent_id if place.kind == PlaceKind.SCHOOL and place.parent_id else place.id
    weekday = thresholds.value(work, "report.weekday", commune_id) - 2
    ends_on = on + timedelta(days=(weekday - on.weekday()) % 7)
    return Span(WEEK, ends_on - timedelta(days=6), ends_on, ends_on)
