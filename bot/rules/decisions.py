"""What the commune's leaders should see in the evening: the cases of the day, and those that nobody takes on."""

from __future__ import annotations

from datetime import timedelta

from bot.rules.work import Work
from storage import cases
from storage.cases import Case, CaseStatus
from storage.scope import Scope

A_DAY = timedelta(hours=24)


def for_leaders(scope: Scope, work: Work, at_most: int) -> tuple[list[Case], int]:
    """The cases that are new or that nobody takes on, in the order in which they were opened; and how many more.

    When there are too many, those that nobody has come first, then the overdue, then the new.
    """
    found = [case for case, _, _ in cases.all_open(scope, work.session) if _is_news(work, case)]
    chosen = sorted(found, key=lambda case: (_urgency(work, case), case.opened_at, case.id))[:at_most]
    return sorted(chosen, key=lambda case: (case.opened_at, case.id)), len(found) - len(chosen)


def _is_news(work: Work, case: Case) -> bool:
    if case.status != CaseStatus.OPEN or case.handed_at is not None:
        return False
    opened = max(case.opened_at, case.asked_at or case.opened_at)
    return _urgency(work, case) < 3 or opened > work.now - A_DAY


def _urgency(work: Work, case: Case) -> int:
    """0: nobody has it, 1: overdue, 2: asked and no answer yet, 3: somebody has it."""
    if case.is_with_commune or case.owner_id is None:
        return 0
    if case.overdue or (case.due_at is not None and case.due_at < work.now):
        return 1
    return 2 if case.accepted_at is None and case.asked_at is not None else 3


def is_anybodys(case: Case) -> bool:
    """Whether somebody has said yes to a case."""
    return case.accepted_at is not None and not case.is_with_commune
