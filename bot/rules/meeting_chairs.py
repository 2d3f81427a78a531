"""Who looks after a meeting: its organiser; where no message reaches the organiser, the commune's officials."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rules import invitees, people
from bot.rules.work import Refused, Work
from storage import meetings
from storage import people as stored_people
from storage.meetings import Meeting
from storage.people import Person


def answering(work: Work, meeting: Meeting) -> Sequence[Person]:
    """Whom a message about running this meeting goes to: its organiser, else the officials who can be reached."""
    organiser = stored_people.get(work.session, meeting.organiser_id)
    if organiser is not None and invitees.reachable(work, [organiser]):
        return [organiser]
    officials = people.officials(work, meeting.commune_id)
    reached = invitees.reachable(work, officials)
    return [person for person in officials if person.id in reached]


def is_answering(work: Work, meeting: Meeting, person_id: int) -> bool:
    return any(person.id == person_id for person in answering(work, meeting))


def require(work: Work, meeting_id: int) -> Meeting:
    """A meeting that the acting person organises, or may organise as the commune does. Raises Refused."""
    meeting = meetings.get(work.scope, work.session, meeting_id)
    if meeting is None:
        raise Refused("outside_scope")
    if not runs(work, meeting):
        raise Refused("not_allowed", action="meetings.organise")
    return meeting


def runs(work: Work, meeting: Meeting) -> bool:
    """Whether the acting person is its organiser, or one of those who organise the commune's meetings."""
    if work.scope.is_everything or (work.actor_id is not None and meeting.organiser_id == work.actor_id):
        return True
    return people.may(work, "meetings.organise") and meeting.commune_id in work.scope.communes


def may_change(work: Work, meeting: Meeting) -> bool:
    """Whether the acting person may move this meeting or call it off."""
    return people.may(work, "meetings.organise") and meeting.commune_id in work.scope.communes
