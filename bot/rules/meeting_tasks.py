"""Who is told of a meeting, and when: invitation, reminders, the organiser's telephone list (voice.md §3.12).

Where no message reaches the organiser, the commune's officials get the telephone list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.rules import invitees, meeting_chairs, meeting_newcomers, people, second_ways
from bot.rules.meeting_times import call_list_at, day_begins, is_urgent, leaves_at, silence_ends
from bot.rules.meetings import ANSWER_TASK, CALL_TASK, INVITATION, INVITED_AGAIN, standing, subject
from bot.rules.quiet import after_quiet
from bot.rules.tasks import Moment, Task, Way
from bot.rules.work import Work
from storage import chat, meetings
from storage import people as stored_people
from storage.meetings import Answer, Invitation, Meeting
from storage.people import Person, RoleGrant, Status
from storage.scope import Scope

BEGUN = "begun"  # said at the start to whom the reminder before it did not reach
TELEPHONE_LIST = "telephone list"
NIGHT = timedelta(hours=10)
A_DAY = timedelta(days=1)


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Answering and coming to a meeting, and telephoning those whom no message reaches.

    A meeting that was over when it was made tells nobody. `start` and `end` (UTC) bound the moments that matter; with
    `person_id`, all that this person owes.
    """
    if person_id is not None:
        yield from _of_person(work, person_id)
        return
    newcomers = communes_with_newcomers(work, start, end)
    upcoming = meetings.upcoming(Scope.everything(), work.session, start)
    near = [one for one in upcoming if one.commune_id in newcomers]
    concerned = meeting_newcomers.concerned(work, near, start, end) if near else set()
    for meeting in upcoming:
        if meeting.invited_from is None or meeting.invited_from >= meeting.ends_at:
            continue
        again = _again(work, meeting, meeting.invited_from)
        moments = (*_moments(work, meeting, meeting.invited_from), *again, *_call(work, meeting, 0).remind)
        if meeting.id in concerned or any(start < one.at <= end for one in moments):
            yield from _of_meeting(work, meeting, start, end)


def _of_meeting(work: Work, meeting: Meeting, start: datetime, end: datetime) -> Iterator[Task]:
    reached = chat.reached(work.session, subject(meeting.id)) if meeting.starts_at <= end else {}
    for one in invitees.refresh(work, meeting):
        if one.person.status == Status.ACTIVE and one.invitation.answer != Answer.NO:
            task = _answer(work, meeting, one.invitation, one.person)
            yield _without_begun(task, meeting, reached.get(one.person.id))
    if any(start < one.at <= end for one in _call(work, meeting, 0).remind):
        for person in meeting_chairs.answering(work, meeting):
            yield _call(work, meeting, person.id)


def _of_person(work: Work, person_id: int) -> Iterator[Task]:
    """What stands on a person's list: meetings to answer, those of today, and whom to telephone."""
    person = stored_people.get(work.session, person_id)
    if person is None:
        return
    for meeting, invitation in meetings.invited_to(work.session, person_id, work.now):
        if invitation.answer != Answer.NO:
            yield _answer(work, meeting, invitation, person)
    for meeting in _answered_for(work, person):
        task = _call(work, meeting, person.id)
        is_due = task.listed_from is not None and task.listed_from <= work.now < meeting.starts_at
        yield replace(task, is_listed=is_due and bool(standing(work, meeting).to_call))


def _answered_for(work: Work, person: Person) -> list[Meeting]:
    """The meetings to come that a person runs: their own, and as an official those whose organiser is out of reach."""
    own = list(meetings.organised_by(work.session, person.id, work.now))
    if person.id not in _officials(work, person.commune_id):
        return own
    soon = meetings.between(Scope.everything(), work.session, work.now, work.now + A_DAY)
    known = {meeting.id for meeting in own}
    return own + [
        one
        for one in soon
        if one.id not in known and one.organiser_id != person.id and one.commune_id == person.commune_id
        if meeting_chairs.is_answering(work, one, person.id)
    ]


def _officials(work: Work, commune_id: int) -> set[int]:
    """Ids of the commune's officials, read once for all people's lists."""
    return work.once(("officials", commune_id), lambda: {person.id for person in people.officials(work, commune_id)})


def _answer(work: Work, meeting: Meeting, invitation: Invitation, person: Person) -> Task:
    known = _known(work, meeting, invitation, person)
    day = day_begins(meeting.starts_at, work.zone)
    is_open = not invitation.answer and second_ways.has_several(work, person.id)
    again = _again(work, meeting, known) if is_open else ()
    return Task(
        kind=ANSWER_TASK,
        subject_id=meeting.id,
        person_id=person.id,
        occurrence=str(meeting.revision),
        due=meeting.starts_at,
        remind=tuple(sorted((*_moments(work, meeting, known), *again), key=lambda one: one.at)),
        useful_until=meeting.ends_at,
        always=True,
        words_change_at=(day, meeting.starts_at),
        known_from=known,
        listed_from=max(known, day) if invitation.answer else known,
    )


def _known(work: Work, meeting: Meeting, invitation: Invitation, person: Person) -> datetime:
    """When this person can first be told: the meeting is open, the person belongs to it and has joined."""
    moments = (meeting.invited_from, invitation.invited_at, person.joined_at)
    known = max(at for at in moments if at is not None)
    return leaves_at(known, meeting.starts_at, work.zone)


def _moments(work: Work, meeting: Meeting, known: datetime) -> tuple[Moment, ...]:
    """The invitation, the reminders after it, and the start; by time."""
    known = leaves_at(known, meeting.starts_at, work.zone)
    first = Moment(INVITATION, known, is_urgent=is_urgent(known, meeting.starts_at))
    leads = [one for one in work.reminder_times.moments(meeting.starts_at, work.zone) if one.at > known]
    begun = after_quiet(meeting.starts_at, work.zone)
    last = [Moment(BEGUN, begun)] if known < begun < meeting.ends_at else []
    return (first, *leads, *last)


def _again(work: Work, meeting: Meeting, known: datetime) -> tuple[Moment, ...]:
    """The invitation over another channel, where the first was met with silence (issue 3).

    Everybody's hour is that of the meeting; whoever came later hears of it with the telephone list.
    """
    at = silence_ends(meeting.invited_from or known, meeting.starts_at, work.zone)
    at = at if known < at else call_list_at(meeting.starts_at, work.zone)
    return (Moment(INVITED_AGAIN, at, way=Way.ONLY_NEXT),) if known < at < meeting.starts_at else ()


def _without_begun(task: Task, meeting: Meeting, reached_at: datetime | None) -> Task:
    """Whoever got the last word before the start need not be told that the meeting has begun."""
    before = [one.at for one in task.remind if one.name not in (BEGUN, INVITED_AGAIN)]
    if reached_at is None or reached_at < max(before):
        return task
    return replace(task, remind=tuple(one for one in task.remind if one.name != BEGUN))


def _call(work: Work, meeting: Meeting, person_id: int) -> Task:
    """The telephone list for whoever runs the meeting: of those who cannot be reached or have not answered."""
    at = call_list_at(meeting.starts_at, work.zone)
    return Task(
        kind=CALL_TASK,
        subject_id=meeting.id,
        person_id=person_id,
        occurrence=str(meeting.revision),
        due=meeting.starts_at,
        remind=(Moment(TELEPHONE_LIST, at),),
        useful_until=meeting.starts_at,
        always=True,
        known_from=meeting.invited_from,
        listed_from=at,
    )


def communes_with_newcomers(work: Work, start: datetime, end: datetime) -> set[int]:
    """Where somebody joined, or got a role, so that the composition of a meeting may meet them now.

    One who came in quiet hours is told at their end, so the look goes back a night.
    """
    start -= NIGHT
    joined = select(Person.commune_id).where(Person.joined_at > start, Person.joined_at <= end)
    days = (start.astimezone(work.zone).date(), end.astimezone(work.zone).date())
    given = (
        select(Person.commune_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.from_on.between(*days))
    )
    return set(work.session.scalars(joined)) | set(work.session.scalars(given))
