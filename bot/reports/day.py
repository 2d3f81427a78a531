"""The report of one day."""

from __future__ import annotations

from datetime import date

from bot.i18n import Reader
from bot.reports import report
from bot.reports.exports import Transaction
from bot.reports.paper import Paper
from bot.reports.report_words import DAY, Span
from storage.places import Place


def paper(reader: Reader, transaction: Transaction, place: Place, on: date) -> Paper:
    """The paper of a commune or a school on a day. Raises Refused: not allowed, `outside_scope`, `day_to_come`."""
    return report.made(reader, transaction, place, Span(DAY, on, on, on))
