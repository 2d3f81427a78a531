"""Tasks: who owes what by when, derived from what is true now. Menu, /viec, reminders and reports read the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Way(StrEnum):
    """Over which of the person's channels a moment is said. Silence: nothing was heard since the task was first told,
    and there is another channel that works (bot.rules.second_ways.route)."""

    FIRST = "first"
    NEXT_IF_SILENT = "next if silent"  # over the next channel in silence; otherwise over the first
    ONLY_NEXT = "only next"  # over the next channel in silence; otherwise it is not said


@dataclass(frozen=True)
class Moment:
    """A named time (UTC) at which a task is said: ("evening before", when).

    `is_urgent`: it passes the quiet hours.
    """

    name: str
    at: datetime
    is_urgent: bool = False
    way: Way = Way.FIRST


@dataclass(frozen=True)
class Task:
    """Something one person owes. Times are UTC.

    `occurrence` makes this time different from the last (the meeting's revision, the school day). After `useful_until`
    saying it would only confuse, and at `words_change_at` the words of an unsent message stop being right. `always`:
    goes whatever the cap on pushes says (voice.md §3.12). Moments before `known_from` (when the person was first told)
    are not said. It stands on the person's list from `listed_from` on, if `is_listed`. A gentle task stands there
    without calling anybody to it every morning: on its first day and on Mondays.
    """

    kind: str
    subject_id: int
    person_id: int
    occurrence: str
    due: datetime
    remind: tuple[Moment, ...]
    useful_until: datetime
    always: bool = False
    words_change_at: tuple[datetime, ...] = ()
    known_from: datetime | None = None
    listed_from: datetime | None = None
    is_listed: bool = True
    is_gentle: bool = False

    @property
    def subject(self) -> str:
        """`meeting:5`: what is withdrawn together in the outbox."""
        return f"{self.kind.partition('.')[0]}:{self.subject_id}"
