"""Meetings moved, called off, or put off after their start: who hears of it, and what of their answers stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.rules import invitees, meetings
from bot.rules.meeting_times import is_urgent
from bot.rules.meetings import ANSWER_TASK, INVITATION, WORDS_AT_MOST
from bot.rules.work import Refused, Work
from storage import meetings as stored
from storage.database import insert_once
from storage.meetings import Meeting, MeetingStatus
from storage.people import Person
from storage.reminders import Announced, AnnouncedStatus
from storage.scope import Scope

NEWS_LASTS = timedelta(hours=14)  # that a meeting did not take place is of use until the next morning


@dataclass(frozen=True)
class Change:
    """What became of a meeting: whom a message tells, and whom only the telephone reaches."""

    meeting: Meeting
    told: int
    to_call: tuple[Person, ...] = ()


def move(
    work: Work,
    meeting_id: int,
    *,
    starts_at: datetime | None = None,
    venue: str | None = None,
    is_put_off: bool = False,
) -> Change:
    """Moves a meeting in time, place or both; everybody who had been told hears of it at once, answers are kept.

    What was waiting to be sent is withdrawn; whoever had not been told is invited to the new time. `starts_at` in UTC.
    `is_put_off`: it did not take place, which is said after its start. Raises Refused: not allowed, over, `past_time`,
    `nothing_changes`.
    """
    meeting = meetings.get_organised(work, meeting_id, is_put_off=is_put_off)
    before, old_venue = meeting.starts_at, meeting.venue
    starts_at = starts_at or before
    if starts_at <= work.now:
        raise Refused("past_time", starts_at=starts_at)
    if starts_at == before and venue in (None, old_venue):
        raise Refused("nothing_changes")
    meeting.ends_at = starts_at + (meeting.ends_at - before)
    meeting.starts_at = starts_at
    meeting.venue = old_venue if venue is None else venue[:WORDS_AT_MOST]
    work.audit("meeting.moved", "meeting", meeting.id, time=starts_at != before, place=meeting.venue != old_venue)
    if meeting.status == MeetingStatus.DRAFT:
        return Change(meeting, 0)
    meeting.revision += 1
    meeting.invited_from = work.now
    meeting.ask_again_at = None
    facts: dict[str, Any] = {"was": before.isoformat(), "revision": meeting.revision}
    if meeting.venue != old_venue:
        facts["was_at"] = old_venue
    change = _tell_all(work, meeting, "meetings.moved", before, facts)
    for invitation in stored.invitations(Scope.everything(), work.session, meeting.id):
        invitation.called_at = None
    work.session.flush()
    return change


def cancel(work: Work, meeting_id: int, *, is_put_off: bool = False) -> Change:
    """Calls a meeting off; everybody who had been told hears of it at once, nobody else. Raises Refused.

    `is_put_off`: it did not take place, which is said after its start; no new day is known yet.
    """
    meeting = meetings.get_organised(work, meeting_id, is_put_off=is_put_off)
    was_draft = meeting.status == MeetingStatus.DRAFT
    meeting.status = MeetingStatus.CANCELLED
    work.audit("meeting.cancelled", "meeting", meeting.id)
    if was_draft:
        return Change(meeting, 0)
    return _tell_all(work, meeting, "meetings.cancelled", meeting.starts_at, {})


def _tell_all(work: Work, meeting: Meeting, kind: str, before: datetime, facts: dict[str, Any]) -> Change:
    invited = invitees.refresh(work, meeting)
    already = meetings.told(work, meeting)
    work.withdraw(meetings.subject(meeting.id))
    work.withdraw(f"minutes:{meeting.id}")
    for person_id in sorted(already):
        work.tell(
            person_id,
            kind,
            meeting.id,
            useful_until=meeting.ends_at if meeting.ends_at > work.now else work.now + NEWS_LASTS,
            always=True,
            urgent=is_urgent(work.now, *(start for start in (before, meeting.starts_at) if start > work.now)),
            **facts,
        )
        _count_as_invited(work, meeting, person_id)
    to_call = tuple(one.person for one in invited if not one.is_reachable)
    reached = {one.person.id for one in invited if one.is_reachable} | already
    if meeting.status == MeetingStatus.CANCELLED:
        reached = already
    return Change(meeting, len(reached), to_call)


def _count_as_invited(work: Work, meeting: Meeting, person_id: int) -> None:
    """The news of a change is this revision's invitation: it is not said a second time."""
    insert_once(
        work.session,
        Announced,
        kind=ANSWER_TASK,
        subject_id=meeting.id,
        person_id=person_id,
        occurrence=str(meeting.revision),
        moment=INVITATION,
        due_at=work.now,
        picked_at=work.now,
        status=AnnouncedStatus.TOLD,
        reason="",
    )
