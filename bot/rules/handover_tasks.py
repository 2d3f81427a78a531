"""Whose turn it is with hand-overs: the school that is asked, both schools after some days, the teacher of who left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.rules import handover, leaving, thresholds
from bot.rules.quiet import after_quiet
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from storage import handovers as stored
from storage import people as stored_people
from storage.handovers import HandOver
from storage.people import Role
from storage.pupils import Pupil
from storage.scope import Scope

ANSWER, LATE, CONFIRM = "handover.answer", "handover.late", "moves.confirm"


def late_at(work: Work, row: HandOver) -> datetime:
    """When an offer has waited for handover.days: then both school boards hear of it (UTC)."""
    commune_id = work.session.get_one(Pupil, row.pupil_id).commune_id
    days = thresholds.value(work, "handover.days", commune_id)
    return after_quiet(row.offered_at + timedelta(days=days), work.zone)


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Offers to answer, offers that nobody has answered, and pupils of whom the new school must still be heard.

    Without a person only those whose push is due between two moments (UTC).
    """
    if person_id is None:
        for row in stored.waiting(Scope.everything(), work.session):
            if start < late_at(work, row) <= end:
                yield from _of_offer(work, row, end)
        return
    grants = stored_people.grants(work.session, person_id, work.today)
    led = {one.place_id for one in grants if one.role == Role.SCHOOL and one.place_id is not None}
    taught = {one.class_id for one in grants if one.role == Role.TEACHER and one.class_id is not None}
    for row in stored.waiting(Scope.everything(), work.session):
        yield from (task for task in _of_offer(work, row, end) if task.person_id == person_id)
    if not led and not taught:
        return
    offered = {row.case_id for row in stored.waiting(Scope.everything(), work.session)}
    for case, _ in stored.of_left(Scope.everything(), work.session):
        if case.id not in offered and person_id in leaving.who_confirms(work, case):
            yield _task(CONFIRM, case.id, person_id, case.opened_at, end, listed_from=case.opened_at)


def _of_offer(work: Work, row: HandOver, end: datetime) -> Iterator[Task]:
    """The receiving head's to answer, from the beginning; after some days the sending head's and the offerer's too."""
    late = late_at(work, row)
    said = (Moment("late", late),)
    asked = {head.id for head in handover.heads(work, row.to_id)}
    for head_id in sorted(asked):
        yield _task(ANSWER, row.id, head_id, late, end, listed_from=row.offered_at, remind=said)
    senders = {head.id for head in handover.heads(work, row.from_school_id)}
    if row.offered_by is not None and (not asked or not senders):
        senders.add(row.offered_by)  # who has spoken with the other school can say who confirmed there
    for sender_id in sorted(senders - asked):
        yield _task(LATE, row.id, sender_id, late, end, listed_from=late, remind=said)


def _task(
    kind: str,
    subject_id: int,
    person_id: int,
    due: datetime,
    end: datetime,
    *,
    listed_from: datetime,
    remind: tuple[Moment, ...] = (),
) -> Task:
    return Task(
        kind=kind,
        subject_id=subject_id,
        person_id=person_id,
        occurrence="first",
        due=due,
        remind=remind,
        useful_until=end + timedelta(days=1),
        listed_from=listed_from,
    )
