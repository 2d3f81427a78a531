"""The exports of meetings and of who was invited to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select

from bot.reports import lookups
from bot.reports.exports import Part, Row, Source, Table
from bot.rules.work import Work
from storage import minutes
from storage.meetings import Answer, Composition, Invitation, Meeting, MeetingVillage, Plan
from storage.people import Person, RoleGrant, holding
from storage.places import Place


def _meetings(work: Work, part: Part) -> tuple[list[Row], int]:
    wanted = (
        select(Meeting.id, Meeting, Plan.number)
        .outerjoin(Plan, Plan.id == Meeting.plan_id)
        .where(work.scope.meetings(), *lookups.at_moments(Meeting.starts_at, part.window))
    )
    found, reached = lookups.slice_of(work, part, Meeting.id, wanted)
    ids = [row[0] for row in found]
    villages, counts = _villages(work, ids), _counts(work, ids)
    makers = lookups.names(work, (meeting.created_by for _, meeting, _ in found))
    return [
        (
            meeting.id,
            meeting.starts_at,
            meeting.place_as_written or meeting.venue,
            tuple(villages[meeting.id]),
            meeting.purpose,
            number or "",
            meeting.status,
            *counts.get(meeting.id, (0, 0, None)),
            makers.get(meeting.created_by, ""),
        )
        for _, meeting, number in found
    ], reached


def _villages(work: Work, meeting_ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    wanted = (
        select(MeetingVillage.meeting_id, Place.name)
        .join(Place, Place.id == MeetingVillage.village_id)
        .where(MeetingVillage.meeting_id.in_(meeting_ids))
        .order_by(MeetingVillage.id)
    )
    for meeting_id, name in work.session.execute(wanted):
        found[meeting_id].append(name)
    return found


def _counts(work: Work, meeting_ids: Collection[int]) -> dict[int, tuple[int, int, int | None]]:
    """Invited, will come (the late too), came; the last as the minutes have it, else by name; empty: nobody said."""
    coming = Invitation.answer.in_((Answer.YES, Answer.LATE))
    wanted = (
        select(
            Invitation.meeting_id,
            func.count(),
            func.count().filter(coming),
            func.count().filter(Invitation.attended.is_(True)),
            func.count(Invitation.attended),
        )
        .where(Invitation.meeting_id.in_(meeting_ids))
        .group_by(Invitation.meeting_id)
    )
    counted = minutes.came(work.session, meeting_ids)
    return {
        meeting_id: (invited, will_come, counted.get(meeting_id, came if noted else None))
        for meeting_id, invited, will_come, came, noted in work.session.execute(wanted)
    }


MEETINGS = Table(
    "meetings",
    (
        "id", "starts_at", "place", "villages", "purpose", "plan", "status", "invited", "will_come", "came",
        "created_by",
    ),
    (Source(_meetings, lookups.by_id(Meeting.id)),),
    dated="starts_at",
)  # fmt: skip


def _invitations(work: Work, part: Part) -> tuple[list[Row], int]:
    wanted = (
        select(Invitation.id, Invitation, Person.name)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(Person, Person.id == Invitation.person_id)
        .where(work.scope.invitations(), *lookups.at_moments(Invitation.answered_at, part.window))
    )
    found, reached = lookups.slice_of(work, part, Invitation.id, wanted)
    invitations = [invitation for _, invitation, _ in found]
    roles = _roles(work, {one.person_id for one in invitations})
    asked = _asked(work, {one.meeting_id for one in invitations})
    return [
        (
            invitation.meeting_id,
            invitation.person_id,
            person,
            _role(roles[invitation.person_id], asked[invitation.meeting_id]),
            invitation.answer,
            invitation.stand_in,
            invitation.answered_at,
            invitation.attended,
        )
        for _, invitation, person in found
    ], reached


def _roles(work: Work, person_ids: Collection[int]) -> dict[int, list[str]]:
    """The roles people hold today; of those who hold none any more, the ones they held."""
    found: dict[int, list[str]] = defaultdict(list)
    ever = select(RoleGrant.person_id, RoleGrant.role).where(RoleGrant.person_id.in_(person_ids)).order_by(RoleGrant.id)
    for wanted in (ever.where(*holding(work.today)), ever):
        missing = {person_id for person_id in person_ids if person_id not in found}
        for person_id, role in work.session.execute(wanted):
            if person_id in missing:
                found[person_id].append(role)
    return found


def _asked(work: Work, meeting_ids: Collection[int]) -> dict[int, list[str]]:
    """The roles that a meeting invites, in the order of its paper."""
    found: dict[int, list[str]] = defaultdict(list)
    wanted = select(Composition.meeting_id, Composition.role).where(Composition.meeting_id.in_(meeting_ids))
    for meeting_id, role in work.session.execute(wanted.order_by(Composition.line, Composition.id)):
        found[meeting_id].append(role)
    return found


def _role(held: list[str], asked: list[str]) -> str:
    """The role by which somebody was invited; of one invited by hand, the first held."""
    return next((role for role in asked if role in held), held[0] if held else "")


INVITATIONS = Table(
    "invitations",
    ("meeting_id", "person_id", "person", "role", "answer", "stand_in", "answered_at", "attended"),
    (Source(_invitations, lookups.by_id(Invitation.id)),),
    dated="answered_at",
)
