"""Which coming meetings somebody new concerns: found for all of them in a handful of queries, at every tick of a day
on which people join or get roles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from bot.rules.invitees import COMMUNE
from bot.rules.meeting_times import leaves_at
from bot.rules.work import Work
from storage.meetings import Composition, Invitation, Meeting, MeetingVillage
from storage.people import Person, RoleGrant, Status, holding


def concerned(work: Work, upcoming: Sequence[Meeting], start: datetime, end: datetime) -> set[int]:
    """The meetings (ids) whose composition meets somebody without an invitation, or one of whose invitees can first be
    told between two moments (UTC)."""
    ids = [meeting.id for meeting in upcoming if meeting.starts_at > work.now]
    invited = _invited(work, ids)
    told = {
        meeting.id
        for meeting in upcoming
        for known in invited[meeting.id].values()
        if known is not None and start < _first_told(work, meeting, known) <= end
    }
    wanted = _wanted(work, [meeting for meeting in upcoming if meeting.starts_at > work.now])
    return told | {meeting_id for meeting_id, person_id in wanted if person_id not in invited[meeting_id]}


def _first_told(work: Work, meeting: Meeting, known: datetime) -> datetime:
    return leaves_at(max(known, meeting.invited_from or known), meeting.starts_at, work.zone)


def _invited(work: Work, ids: Sequence[int]) -> defaultdict[int, dict[int, datetime | None]]:
    """Meeting -> its invitees, with the moment from which each belonged to it and had joined; None before joining."""
    rows = work.session.execute(
        select(Invitation.meeting_id, Invitation.person_id, Invitation.invited_at, Person.joined_at, Person.status)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.meeting_id.in_(ids))
    )
    found: defaultdict[int, dict[int, datetime | None]] = defaultdict(dict)
    for meeting_id, person_id, invited_at, joined_at, status in rows:
        moments = [at for at in (invited_at, joined_at) if at is not None]
        found[meeting_id][person_id] = max(moments) if moments and status == Status.ACTIVE else None
    return found


def _wanted(work: Work, upcoming: Sequence[Meeting]) -> Iterator[tuple[int, int]]:
    """(meeting, person) of every composition, as `invitees.resolve` finds them."""
    ids = [meeting.id for meeting in upcoming]
    villages: defaultdict[int, set[int]] = defaultdict(set)
    for row in work.session.execute(
        select(MeetingVillage.meeting_id, MeetingVillage.village_id).where(MeetingVillage.meeting_id.in_(ids))
    ):
        villages[row[0]].add(row[1])
    holders: defaultdict[tuple[int, str], list[tuple[int, int | None]]] = defaultdict(list)
    for commune_id, role, person_id, place_id in work.session.execute(
        select(Person.commune_id, RoleGrant.role, Person.id, RoleGrant.place_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.status != Status.LEFT, *holding(work.today))
    ):
        holders[commune_id, role].append((person_id, place_id))
    by_id = {meeting.id: meeting for meeting in upcoming}
    for part in work.session.scalars(select(Composition).where(Composition.meeting_id.in_(ids))):
        meeting = by_id[part.meeting_id]
        places = set(part.village_ids) or villages[meeting.id]
        for person_id, place_id in holders[meeting.commune_id, part.role]:
            if person_id != meeting.organiser_id and (part.where_kind == COMMUNE or place_id in places):
                yield meeting.id, person_id
