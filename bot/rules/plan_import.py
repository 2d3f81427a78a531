"""An official plan taken in whole: its meetings made, the paper given to its recipients; what that would lead to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.rules import meeting_plan, meetings, plan_copies
from bot.rules.meeting_plan import Document, Outcome, Planned
from bot.rules.plan_copies import Given, Paper
from bot.rules.trial import tried
from bot.rules.work import Work
from storage.people import Person


class PlanPaper(Document, Paper, Protocol):
    """What an importer read of a plan: its meetings, and the paper itself."""


@dataclass(frozen=True)
class Shown:
    """A meeting of the paper as it is printed; times in the commune's wall time."""

    planned: Planned
    starts_at: datetime
    ends_at: datetime
    invited: int
    is_new: bool
    is_past: bool
    double_booked: int


@dataclass(frozen=True)
class Result:
    """What reading the plan leads to, as plain values."""

    meetings: tuple[Shown, ...]
    villages: tuple[str, ...]
    is_foreign: bool
    given: tuple[tuple[str, int], ...] = ()  # each line of the recipients, and how many people it stands for
    forgotten: tuple[str, ...] = ()  # duties of whom no recipient is

    @property
    def added(self) -> int:
        return sum(one.is_new for one in self.meetings)


def take(work: Work, document: PlanPaper, *, organiser: Person | None) -> Result:
    """Makes the meetings that are not there yet and gives the paper to its recipients; a second time adds nothing.

    Raises Refused: not allowed.
    """
    outcome = meeting_plan.take(work, document, organiser=organiser)
    given = plan_copies.distribute(work, outcome.plan, document, organiser=organiser, is_foreign=outcome.is_foreign)
    return _result(work, document, outcome, given)


def look(work: Work, document: PlanPaper, *, organiser: Person | None) -> Result:
    """What `take` would lead to; nothing of it stays. Raises Refused: not allowed."""
    return tried(work, lambda trial: take(trial, document, organiser=organiser))


def _result(work: Work, document: PlanPaper, outcome: Outcome, given: list[Given]) -> Result:
    new = {meeting.id for meeting in outcome.created}
    shown = []
    for planned, meeting in zip(document.meetings, outcome.in_order, strict=True):
        shown.append(
            Shown(
                planned,
                (meeting.planned_for or meeting.starts_at).astimezone(work.zone),
                meeting.ends_at.astimezone(work.zone),
                len(meetings.invited(work, meeting)),
                is_new=meeting.id in new,
                is_past=meeting.ends_at <= work.now,
                double_booked=outcome.double_booked.get(meeting.id, 0),
            )
        )
    return Result(
        tuple(shown),
        tuple(place.name for place in outcome.villages),
        outcome.is_foreign,
        tuple((line.words, len(line.people)) for line in given),
        tuple(plan_copies.without_copy(work, outcome.plan)) if given else (),
    )
