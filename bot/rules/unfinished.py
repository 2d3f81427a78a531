"""What somebody began to write down and left: offered again once, after half an hour (voice.md §3.9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from bot.clock import moment
from bot.rules.quiet import after_quiet
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from storage import chat

AFTER = timedelta(minutes=30)
NIGHT = timedelta(hours=10)  # what was left in the evening is offered in the morning


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Open conversations that nobody touched for half an hour, and that have not been offered again yet.

    `start` and `end` (UTC) bound the moments. Nothing is sent by itself, and the offer stands on nobody's list.
    """
    if person_id is not None:
        return
    for row in chat.left_open(work.session, start - AFTER - NIGHT, end - AFTER):
        at = after_quiet(row.touched_at + AFTER, work.zone)
        if row.person_id is None or not start < at <= end:
            continue
        kept_until = row.touched_at.astimezone(work.zone).date() + timedelta(days=2)
        yield Task(
            kind="conversation.nudge",
            subject_id=row.id,
            person_id=row.person_id,
            occurrence="once",
            due=at,
            remind=(Moment("half an hour", at),),
            useful_until=moment(kept_until, time(0), work.zone),
            is_listed=False,
        )


def note_offered(work: Work, conversation_id: int) -> None:
    """Keeps that it was offered again; it never is a second time."""
    row = work.session.get_one(chat.OpenConversation, conversation_id)
    row.nudged_at = work.now
