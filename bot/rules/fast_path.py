"""Who writes a whole report in one line: it is offered first to whoever has, and taught once to whoever has not
(voice.md §3.7)."""

from __future__ import annotations

from bot.rules.work import Work
from storage.reminders import recall, remember

TAUGHT_AT = 3  # the guided report whose receipt teaches it


def is_used(work: Work, what: str) -> bool:
    """Whether the acting person has ever written a report of a kind in one line."""
    return bool(recall(work.session, _key(work, what)).get("used"))


def note_used(work: Work, what: str) -> None:
    """A report of a kind came in one line."""
    if not is_used(work, what):
        remember(work.session, _key(work, what), used=True)


def note_guided(work: Work, what: str) -> bool:
    """A report of a kind was led through its questions; True for the one whose receipt teaches the line."""
    known = recall(work.session, _key(work, what))
    guided = int(known.get("guided", 0)) + 1
    if known.get("used") or guided > TAUGHT_AT:
        return False
    remember(work.session, _key(work, what), guided=guided)
    return guided == TAUGHT_AT


def _key(work: Work, what: str) -> str:
    return f"fast:{what}:{work.actor_id}"
