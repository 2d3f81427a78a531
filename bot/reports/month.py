"""The report of one month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from bot.i18n import Reader
from bot.reports import report
from bot.reports.exports import Transaction
from bot.reports.paper import Paper
from bot.reports.report_words import MONTH, Span
from storage.places import Place


def paper(reader: Reader, transaction: Transaction, place: Place, on: date) -> Paper:
    """The paper of a commune or a school for the month that holds a day. Raises Refused: not allowed, `outside_scope`,
    `day_to_come`."""
    return report.made(reader, transaction, place, span(on))


def span(on: date) -> Span:
    last = on.replace(day=monthrange(on.year, on.month)[1])
    return Span(MONTH, on.replace(day=1), last, last)
