"""Meetings: made, moved, called off, answered; who hears of it, and at what hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.parsing import tidy_name
from bot.rules import invitees, people, second_ways
from bot.rules.invitees import Invited, Part
from bot.rules.meeting_times import LASTS, is_urgent
from bot.rules.work import UNDO, Refused, Work
from storage import chat, meetings
from storage import people as stored_people
from storage.meetings import Answer, Invitation, Meeting, MeetingStatus, MeetingVillage
from storage.people import Person, Status
from storage.places import Place
from storage.scope import Scope

ANSWER_TASK, CALL_TASK = "meetings.answer", "meetings.call"
INVITATION = "invitation"  # the moment at which somebody is first told
INVITED_AGAIN = "invited again"  # over another channel, who was told and is silent
PUT_OFF_WITHIN = timedelta(days=7)  # after its start, a meeting can still be said not to have taken place
NAME_AT_MOST = 60
WORDS_AT_MOST = 200


@dataclass(frozen=True)
class Setting:
    """What a meeting is: times in UTC. `village_ids` empty: a meeting of the commune. `venue` empty: the usual hall."""

    starts_at: datetime
    village_ids: tuple[int, ...]
    parts: tuple[Part, ...]
    ends_at: datetime | None = None
    venue: str = ""
    purpose: str = ""
    lines: tuple[str, ...] = ()
    plan_id: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Answered:
    """An answer and what stood there before. `told`: the organiser, if there is somebody to tell."""

    meeting: Meeting
    invitation: Invitation
    former: str
    told: Person | None = None


@dataclass(frozen=True)
class Standing:
    """Who comes, who does not, who has not answered, and whom to telephone (who cannot be reached, who is silent)."""

    coming: tuple[Invited, ...]
    late: tuple[Invited, ...]
    declined: tuple[Invited, ...]
    silent: tuple[Invited, ...]
    to_call: tuple[Invited, ...]

    @property
    def replaced(self) -> tuple[Invited, ...]:
        """Those of whom somebody else comes in their stead."""
        return tuple(one for one in self.declined if one.invitation.stand_in)

    @property
    def expected(self) -> tuple[Invited, ...]:
        """Whose seat will be filled: the coming, the late, and those in whose stead somebody comes."""
        return (*self.coming, *self.late, *self.replaced)

    @property
    def invited(self) -> int:
        return len(self.coming) + len(self.late) + len(self.declined) + len(self.silent)


def require_organiser(work: Work, commune_id: int) -> None:
    """Raises Refused unless the acting person may organise this commune's meetings; the operator may."""
    if work.scope.is_everything:
        return
    people.require(work, "meetings.organise")
    if commune_id not in work.scope.communes:
        raise Refused("outside_scope")


def create(work: Work, setting: Setting, *, as_draft: bool = False) -> Meeting:
    """Makes a meeting; its invitations leave after the two minutes in which it can be taken back.

    Raises Refused: not allowed, `past_time` for a start that has passed.
    """
    commune = people.commune_of(work)
    require_organiser(work, commune.id)
    if setting.starts_at <= work.now:
        raise Refused("past_time", starts_at=setting.starts_at)
    invited_from = None if as_draft else work.now + UNDO
    return make(work, commune.id, setting, organiser_id=work.actor_id, invited_from=invited_from)


def make(
    work: Work,
    commune_id: int,
    setting: Setting,
    *,
    organiser_id: int | None,
    invited_from: datetime | None,
    row: int | None = None,
    place_as_written: str = "",
) -> Meeting:
    """Writes a meeting with its villages, composition and invitations. `invited_from` None: it is held back."""
    meeting = Meeting(
        commune_id=commune_id,
        plan_id=setting.plan_id,
        row=row,
        planned_for=None if row is None else setting.starts_at,
        purpose=setting.purpose[:WORDS_AT_MOST],
        starts_at=setting.starts_at,
        ends_at=setting.ends_at or setting.starts_at + LASTS,
        venue=setting.venue[:WORDS_AT_MOST],
        place_as_written=place_as_written,
        status=MeetingStatus.DRAFT if invited_from is None else MeetingStatus.PLANNED,
        organiser_id=organiser_id,
        created_by=work.actor_id or organiser_id,
        created_at=work.now,
        invited_from=invited_from,
        invitees_as_written=list(setting.lines),
        note=setting.note,
    )
    work.session.add(meeting)
    work.session.flush()
    for village_id in dict.fromkeys(setting.village_ids):
        work.session.add(MeetingVillage(meeting_id=meeting.id, village_id=village_id))
    work.session.flush()
    invitees.compose(work, meeting, setting.parts)
    invited = invitees.refresh(work, meeting)
    work.audit("meeting.created", "meeting", meeting.id, plan=setting.plan_id, invited=len(invited))
    return meeting


def send(work: Work, meeting_id: int) -> Meeting:
    """Lets the invitations of a meeting go that was held back. Raises Refused."""
    meeting = get_organised(work, meeting_id)
    if meeting.status != MeetingStatus.DRAFT:
        raise Refused("meeting_is_planned")
    meeting.status = MeetingStatus.PLANNED
    meeting.invited_from = work.now + UNDO
    invitees.refresh(work, meeting)
    work.audit("meeting.sent", "meeting", meeting.id)
    return meeting


def take_back(work: Work, meeting_id: int) -> Meeting:
    """Holds a meeting back again, as long as nobody has been told. Raises Refused("already_invited")."""
    meeting = get_organised(work, meeting_id)
    if meeting.status == MeetingStatus.DRAFT:
        return meeting
    if told(work, meeting):
        raise Refused("already_invited")
    meeting.status = MeetingStatus.DRAFT
    meeting.invited_from = None
    work.withdraw(subject(meeting.id))
    work.audit("meeting.taken_back", "meeting", meeting.id)
    return meeting


def get_organised(work: Work, meeting_id: int, *, is_put_off: bool = False) -> Meeting:
    """A meeting that the acting person may change. Raises Refused, also for one that is over or called off.

    `is_put_off`: one that should have begun, and of which no minutes say that it was held, may be changed, too.
    """
    meeting = meetings.get(work.scope, work.session, meeting_id)
    if meeting is None:
        raise Refused("outside_scope")
    require_organiser(work, meeting.commune_id)
    if meeting.status == MeetingStatus.CANCELLED:
        raise Refused("meeting_cancelled")
    is_open = is_put_off and meeting.status == MeetingStatus.PLANNED and work.at - meeting.starts_at <= PUT_OFF_WITHIN
    if meeting.starts_at <= work.at and not is_open:
        raise Refused("meeting_begun")
    return meeting


def told(work: Work, meeting: Meeting) -> set[int]:
    """Whom a message about this meeting has reached, but for its organiser."""
    return set(chat.reached(work.session, subject(meeting.id))) - {meeting.organiser_id}


def answer(work: Work, meeting_id: int, given: Answer, *, stand_in: str = "", is_final: bool = True) -> Answered:
    """One invitee's answer, changeable until the meeting starts. A refusal is told to the organiser at once.

    `is_final` False: a refusal of which the stand-in is still being asked; the organiser hears of it after two minutes
    unless the final one comes first. Raises Refused: `not_invited`, `meeting_cancelled`, `meeting_begun`.
    """
    people.require(work, "meetings.see")
    meeting, invitation = own_invitation(work, meeting_id)
    if meeting.status == MeetingStatus.CANCELLED:
        raise Refused("meeting_cancelled")
    if meeting.starts_at <= work.at:
        raise Refused("meeting_begun")
    former = invitation.answer
    invitation.answer = given
    invitation.stand_in = tidy_name(stand_in)[:NAME_AT_MOST] if given == Answer.NO else ""
    invitation.answered_at = work.at
    work.session.flush()
    if given == Answer.NO:
        work.withdraw(subject(meeting.id), person_id=work.actor_id)
    work.audit("meeting.answered", "meeting", meeting.id, answer=given, stand_in=bool(invitation.stand_in))
    return Answered(meeting, invitation, former, _tell_organiser(work, meeting, invitation, former, is_final))


def _tell_organiser(work: Work, meeting: Meeting, invitation: Invitation, former: str, is_final: bool) -> Person | None:
    organiser = stored_people.get(work.session, meeting.organiser_id)
    if organiser is None or organiser.id == work.actor_id:
        return None
    waiting = work.withdraw(f"invitation:{invitation.id}")
    if invitation.answer == Answer.NO:
        kind = "invitation.declined"
    elif former == Answer.NO and not waiting:
        kind = "invitation.comes_after_all"
    else:
        return None
    work.tell(
        organiser.id,
        kind,
        invitation.id,
        after=timedelta(0) if is_final else UNDO,
        useful_until=meeting.starts_at,
        always=True,
        urgent=is_urgent(work.now, meeting.starts_at),
    )
    return organiser if organiser.status == Status.ACTIVE else None


def own_invitation(work: Work, meeting_id: int) -> tuple[Meeting, Invitation]:
    """A meeting and the acting person's place in it. Raises Refused("not_invited")."""
    meeting = meetings.get(Scope.everything(), work.session, meeting_id)
    if meeting is None or work.actor_id is None or meeting.status == MeetingStatus.DRAFT:
        raise Refused("not_invited")
    found = meetings.invitation(work.session, meeting.id, work.actor_id)
    if found is None and any(one.person.id == work.actor_id for one in invitees.refresh(work, meeting)):
        found = meetings.invitation(work.session, meeting.id, work.actor_id)
    if found is None:
        raise Refused("not_invited")
    return meeting, found


def standing(work: Work, meeting: Meeting) -> Standing:
    """How the answers stand; for its organiser's eyes."""
    invited = invitees.refresh(work, meeting)

    def having(answer: str) -> tuple[Invited, ...]:
        return tuple(one for one in invited if one.invitation.answer == answer)

    stuck = second_ways.stuck(work, [one.person.id for one in invited], subject(meeting.id))
    to_call = [one for one in invited if _is_to_call(one, is_stuck=one.person.id in stuck)]
    return Standing(
        coming=having(Answer.YES),
        late=having(Answer.LATE),
        declined=having(Answer.NO),
        silent=having(""),
        to_call=tuple(sorted(to_call, key=lambda one: one.is_reachable)),
    )


def _is_to_call(one: Invited, *, is_stuck: bool) -> bool:
    """Who is silent; and who has answered, but would not hear of it if something changed."""
    if one.invitation.called_at is not None or one.invitation.answer == Answer.NO:
        return False
    return not one.invitation.answer or not one.is_reachable or is_stuck


def note_called(work: Work, meeting_id: int) -> int:
    """The organiser has telephoned everybody of the list; returns how many. Raises Refused."""
    meeting = get_organised(work, meeting_id)
    called = standing(work, meeting).to_call
    for one in called:
        one.invitation.called_at = work.now
    work.session.flush()
    work.audit("meeting.called", "meeting", meeting.id, people=len(called))
    return len(called)


def upcoming(work: Work) -> Sequence[Meeting]:
    """What this person may see of the meetings to come: their own, and the commune's for who organises them."""
    commune = people.commune_of(work)
    for meeting in meetings.upcoming(Scope.everything(), work.session, work.now):
        if meeting.commune_id == commune.id:
            invitees.refresh(work, meeting)
    found = meetings.upcoming(work.scope, work.session, work.now)
    return [one for one in found if _is_open(work, one)]


def _is_open(work: Work, meeting: Meeting) -> bool:
    """Whether its invitations have left, or this person is among those who may still take them back."""
    organises = meeting.commune_id in work.scope.communes or meeting.organiser_id == work.actor_id
    return organises or (meeting.invited_from is not None and meeting.invited_from <= work.now)


def double_booked(
    work: Work, invited: Sequence[Person], starts_at: datetime, ends_at: datetime, *, but: int | None = None
) -> dict[Meeting, int]:
    """Other meetings at the same hours, with how many of these people are invited there as well (domain §9: warn)."""
    wanted = {person.id for person in invited}
    found: dict[Meeting, int] = {}
    for meeting in meetings.upcoming(Scope.everything(), work.session, starts_at):
        if meeting.id == but or meeting.starts_at >= ends_at:
            continue
        both = sum(
            one.person_id in wanted for one in meetings.invitations(Scope.everything(), work.session, meeting.id)
        )
        if both or meeting.organiser_id in wanted | {work.actor_id}:
            found[meeting] = both
    return found


def at_the_same_hour(work: Work, meeting: Meeting) -> list[Meeting]:
    """Other meetings at the hours of this one that the acting person goes to or runs (domain §9: warn)."""
    if work.actor_id is None:
        return []
    going = [
        other
        for other, invitation in meetings.invited_to(work.session, work.actor_id, work.now)
        if invitation.answer != Answer.NO
    ]
    found = {one.id: one for one in (*going, *meetings.organised_by(work.session, work.actor_id, work.now))}
    return [
        one
        for one in found.values()
        if one.id != meeting.id and one.starts_at < meeting.ends_at and meeting.starts_at < one.ends_at
    ]


def invited(work: Work, meeting: Meeting) -> list[Invited]:
    """Who is invited as of now, in the order of the composition."""
    return invitees.refresh(work, meeting)


def villages(work: Work, meeting: Meeting) -> Sequence[Place]:
    """The villages that meet together."""
    return meetings.villages(work.session, meeting.id)


def subject(meeting_id: int) -> str:
    """What the outbox knows everything about a meeting by."""
    return f"meetings:{meeting_id}"
