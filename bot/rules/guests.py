"""Guests of a meeting: the families of its villages' pupils at risk, who have no account and are invited by mouth."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.rules import invitees, meeting_chairs
from bot.rules.work import Refused, Work
from storage import cases, meetings, minutes, pupils
from storage import people as stored_people
from storage.cases import Case, CaseStatus
from storage.database import insert_once
from storage.meetings import Answer, Meeting, MeetingStatus
from storage.minutes import MeetingGuest
from storage.people import Person, Role
from storage.pupils import Guardian, Listed, PupilStatus
from storage.scope import Scope

AWAY = (PupilStatus.MOVED, PupilStatus.FINISHED)


@dataclass(frozen=True)
class Guest:
    """A pupil at risk whose family is a guest, with the case that says so. `came` is empty until somebody says."""

    listed: Listed
    case: Case | None
    came: bool | None = None


def expected(work: Work, meeting: Meeting, *, villages: Collection[int] | None = None) -> list[Guest]:
    """The families of the meeting's villages (those of `villages`) within the scope, the oldest case first.

    A meeting of no village is one of all villages. A pupil who is back and only watched needs no invitation. Who was
    noted to have come stays on the list when the case closes.
    """
    if villages is not None and not villages:
        return []
    own = {place.id for place in meetings.villages(work.session, meeting.id)}
    wanted = own if villages is None else (own or set(villages)) & set(villages)
    by_pupil = {
        case.pupil_id: case
        for case, village_id, _ in cases.all_open(work.scope, work.session)
        if case.status != CaseStatus.WATCHING and (village_id in wanted or (not own and villages is None))
    }
    noted = {one.pupil_id: one.came for one in minutes.guests(work.scope, work.session, meeting.id)}
    listed = {
        one.pupil.id: one
        for one in pupils.listed(work.scope, work.session, pupil_ids=[*by_pupil, *noted], studying_only=False)
        if one.pupil.status not in AWAY and (not wanted or one.pupil.village_id in wanted)
    }
    ordered = [*by_pupil, *(pupil_id for pupil_id in noted if pupil_id not in by_pupil)]
    return [
        Guest(listed[pupil_id], by_pupil.get(pupil_id), noted.get(pupil_id))
        for pupil_id in ordered
        if pupil_id in listed
    ]


def villages_to_invite(work: Work, meeting: Meeting, person: Person) -> set[int]:
    """The villages of a meeting whose families this person is to invite by mouth.

    The village head's own; where the head cannot be reached or does not come, the head of the village's Front.
    """
    own = {place.id for place in meetings.villages(work.session, meeting.id)}
    found = set()
    for grant in stored_people.grants(work.session, person.id, work.today):
        if grant.place_id is None or (own and grant.place_id not in own):
            continue
        is_head = grant.role == Role.VILLAGE_HEAD
        if is_head or (grant.role == Role.VILLAGE_FRONT and not _has_head(work, meeting, grant.place_id)):
            found.add(grant.place_id)
    return found


def _has_head(work: Work, meeting: Meeting, village_id: int) -> bool:
    """Whether a village head who can be reached has not declined."""
    heads = people_of(work, Role.VILLAGE_HEAD, village_id)
    reached = invitees.reachable(work, heads)
    for head in heads:
        invitation = meetings.invitation(work.session, meeting.id, head.id)
        if head.id in reached and (invitation is None or invitation.answer != Answer.NO):
            return True
    return False


def people_of(work: Work, role: Role, village_id: int) -> Sequence[Person]:
    """Who holds a role in a village and has joined."""
    return stored_people.with_role(work.session, role, work.today, place_id=village_id)


def may_look(work: Work, meeting: Meeting) -> bool:
    """Whether the acting person runs the meeting, or leads one of its villages."""
    return meeting_chairs.runs(work, meeting) or bool(own_villages(work, meeting))


def own_villages(work: Work, meeting: Meeting) -> set[int]:
    """The villages of a meeting that the acting person leads."""
    if work.person is None or meeting.commune_id != work.person.commune_id:
        return set()
    own = {place.id for place in meetings.villages(work.session, meeting.id)}
    return set(work.scope.villages) & own if own else set(work.scope.villages)


def require(work: Work, meeting_id: int) -> Meeting:
    """A meeting whose guests the acting person may see. Raises Refused("outside_scope")."""
    meeting = meetings.get(Scope.everything(), work.session, meeting_id)
    if meeting is None or meeting.status == MeetingStatus.DRAFT or not may_look(work, meeting):
        raise Refused("outside_scope")
    return meeting


def look(work: Work, meeting_id: int) -> tuple[Meeting, list[Guest]]:
    """The guests of a meeting for somebody's eyes, an audited look: of all its villages, or of one's own.

    Raises Refused("outside_scope").
    """
    meeting = require(work, meeting_id)
    found = expected(work, meeting, villages=_seen(work, meeting))
    work.audit("guests.seen", "meeting", meeting.id, pupils=[one.listed.pupil.id for one in found])
    return meeting, found


def _seen(work: Work, meeting: Meeting) -> set[int] | None:
    """All villages to whoever runs the meeting, else one's own."""
    return None if meeting_chairs.runs(work, meeting) else own_villages(work, meeting)


def parents(work: Work, guest: Guest) -> Sequence[Guardian]:
    """Whom to invite: the guardians, within the scope."""
    return pupils.guardians(work.scope, work.session, guest.listed.pupil.id)


def note_came(work: Work, meeting_id: int, came: Collection[int]) -> int:
    """Notes whose families came (by pupil) and whose did not, of those the acting person sees; returns how many came.

    Raises Refused: `outside_scope`, `meeting_cancelled`, `meeting_to_come`.
    """
    meeting = require(work, meeting_id)
    if meeting.status == MeetingStatus.CANCELLED:
        raise Refused("meeting_cancelled")
    if meeting.starts_at > work.at:
        raise Refused("meeting_to_come")
    seen = [one.listed.pupil.id for one in expected(work, meeting, villages=_seen(work, meeting))]
    if not set(came) <= set(seen):
        raise Refused("outside_scope")
    keep(work, meeting, {pupil_id: pupil_id in came for pupil_id in seen})
    work.audit("guests.noted", "meeting", meeting.id, came=sorted(came))
    return len(set(came))


def keep(work: Work, meeting: Meeting, came: dict[int, bool]) -> None:
    """Writes who came over what stood there before."""
    known = {one.pupil_id: one for one in minutes.guests(Scope.everything(), work.session, meeting.id)}
    for pupil_id, is_here in came.items():
        row = known.get(pupil_id)
        if row is None:
            insert_once(
                work.session, MeetingGuest, meeting_id=meeting.id, pupil_id=pupil_id, came=is_here,
                noted_by=work.actor_id, noted_at=work.now,
            )  # fmt: skip
        elif row.came != is_here:
            row.came, row.noted_by, row.noted_at = is_here, work.actor_id, work.now
    work.session.flush()
