"""A case's history: one line for everything that happened to it."""

from __future__ import annotations

from typing import Any

from bot.rules.work import Work
from storage.cases import Case, CaseEvent

OPENED = "opened"
REOPENED = "reopened"
ASKED = "asked"
ALONG = "along"
ACCEPTED = "accepted"
DECLINED = "declined"
SILENT = "silent"
OVERDUE = "overdue"
UNANSWERED = "unanswered"
VISITED = "visited"
CALLED = "called"
REASON = "reason"
PROMISED = "promised"
KEPT = "kept"
BROKEN = "broken"
COMMUNE = "commune"
DROPPED_OUT = "dropped_out"
BACK = "back"
AWAY_AGAIN = "away_again"
WATCHED = "watched"
NOTED = "noted"
PROPOSED = "proposed"
CORRECTED = "corrected"
HANDED = "handed"
RETURNED = "returned"
TAKEN_OVER = "taken_over"
MERGED = "merged"
CLOSED = "closed"

# What somebody did about a case: one that nobody has touched may be withdrawn when its roll was a slip.
BY_HAND = frozenset({ACCEPTED, VISITED, CALLED, REASON, PROMISED, NOTED, HANDED, MERGED})


def record(work: Work, case: Case, kind: str, /, **facts: Any) -> CaseEvent:
    """Adds a line to a case's history, and to the audit."""
    event = CaseEvent(case_id=case.id, at=work.now, actor_id=work.actor_id, kind=kind, facts=facts)
    work.session.add(event)
    work.session.flush()
    work.audit(f"case.{kind}", "case", case.id, **{key: facts[key] for key in facts if isinstance(facts[key], int)})
    return event
