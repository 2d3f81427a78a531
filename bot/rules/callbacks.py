"""Asking somebody to telephone: for whoever would rather talk than type (voice.md V11)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules import cases, people
from bot.rules.quiet import after_quiet
from bot.rules.work import Refused, Work
from storage import cases as stored_cases
from storage import chat, pupils
from storage.people import Person

ONCE_IN = timedelta(hours=1)  # a second wish within the hour is the same wish
WORTH_HEARING = timedelta(days=1)
KIND = "callback.asked"


@dataclass(frozen=True)
class Asked:
    """Who was asked to call, and when they hear of it (UTC); `is_new` is False for a wish that already waits."""

    listener: Person
    hears_at: datetime
    is_new: bool


def listener(work: Work) -> Person | None:
    """Who should call back: the teacher most concerned, else an official of the commune; None when nobody has joined.

    Most concerned is the teacher of the pupil whom the person is to visit next, then of an open case of theirs, then of
    most of the pupils they look after.
    """
    for class_id in _classes_concerned(work):
        teachers = [one for one in people.homeroom_teachers(work, class_id) if one.id != work.actor_id]
        if teachers:
            return teachers[0]
    found = people.officials(work, people.commune_of(work).id)
    return next((one for one in found if one.id != work.actor_id), None)


def _classes_concerned(work: Work) -> list[int]:
    if work.person is None:
        return []
    owed = [task.subject_id for task in cases.tasks(work, work.now, work.now, work.person.id)]
    rows = sorted(stored_cases.all_open(work.scope, work.session), key=lambda row: row[0].id not in owed)
    of_cases = [class_id for _, _, class_id in rows if class_id is not None]
    listed = pupils.listed(work.scope, work.session)
    most = Counter(one.class_id for one in listed if one.class_id is not None).most_common()
    return list(dict.fromkeys([*of_cases, *(class_id for class_id, _ in most)]))


def ask(work: Work) -> Asked:
    """Tells the listener that this person wishes to be called. Raises Refused("nobody_to_call")."""
    who, person = listener(work), work.person
    if who is None or person is None:
        raise Refused("nobody_to_call")
    hears_at = after_quiet(work.now, work.zone)
    latest = chat.latest_push(work.session, f"callback:{person.id}")
    if latest is not None and work.now - latest < ONCE_IN:
        return Asked(who, hears_at, is_new=False)
    work.tell(who.id, KIND, person.id, useful_until=hears_at + WORTH_HEARING)
    work.audit("callback.asked", "person", who.id)
    return Asked(who, hears_at, is_new=True)
