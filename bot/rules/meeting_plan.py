"""An official plan becomes meetings: read twice it adds nothing, and invites by the roles that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol

from bot.clock import moment
from bot.parsing import fold, same_name_key
from bot.rules import meetings, people
from bot.rules.invitees import VILLAGES, NamedLine, Part
from bot.rules.meeting_times import LASTS
from bot.rules.meetings import Setting
from bot.rules.work import Work
from storage import meetings as stored
from storage import places
from storage.meetings import Meeting, Plan
from storage.people import Person
from storage.places import Place, PlaceKind


class Planned(Protocol):
    """One meeting of the paper, in the commune's wall time."""

    @property
    def row(self) -> int: ...
    @property
    def day(self) -> date: ...
    @property
    def at(self) -> time: ...
    @property
    def ends(self) -> time | None: ...
    @property
    def place_text(self) -> str: ...
    @property
    def villages(self) -> Sequence[str]: ...
    @property
    def venue(self) -> str | None: ...
    @property
    def invitees(self) -> Sequence[NamedLine]: ...
    @property
    def note(self) -> str: ...
    @property
    def topic(self) -> str: ...


class Document(Protocol):
    """What an importer read from the paper."""

    @property
    def number(self) -> str | None: ...
    @property
    def issued_on(self) -> date | None: ...
    @property
    def issuer(self) -> str | None: ...
    @property
    def signer(self) -> str | None: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def meetings(self) -> Sequence[Planned]: ...


@dataclass
class Outcome:
    """What a plan led to. `known` stood there before, `past` are over already; `in_order` as in the paper.

       `is_foreign`: another issuer's plan.
    `double_booked`: how many people are invited elsewhere at the hour of a new meeting, by meeting id.
    """

    plan: Plan
    is_foreign: bool = False
    created: list[Meeting] = field(default_factory=list)
    known: list[Meeting] = field(default_factory=list)
    in_order: list[Meeting] = field(default_factory=list)
    past: list[Meeting] = field(default_factory=list)
    villages: list[Place] = field(default_factory=list)
    double_booked: dict[int, int] = field(default_factory=dict)


def take(work: Work, document: Document, *, organiser: Person | None) -> Outcome:
    """Makes the meetings of a plan that are not there yet; invitations leave at once, in quiet hours at their end.

    Villages that are new are made. A meeting that is over is made, and nobody is told. Raises Refused: not allowed.
    """
    commune = people.commune_of(work)
    meetings.require_organiser(work, commune.id)
    plan = _plan(work, commune, document)
    outcome = Outcome(plan, is_foreign=_is_foreign(work, commune, document.issuer))
    for planned in document.meetings:
        _take_one(work, commune, outcome, planned, organiser)
    work.audit("plan.taken", "plan", plan.id, created=len(outcome.created), known=len(outcome.known))
    return outcome


def _plan(work: Work, commune: Place, document: Document) -> Plan:
    number, subject = document.number or "", document.subject or ""
    found = stored.plan(work.session, commune.id, number, document.issued_on, subject)
    if found is not None:
        return found
    plan = Plan(
        commune_id=commune.id,
        number=number,
        issued_on=document.issued_on,
        issuer=document.issuer or "",
        signer=document.signer or "",
        subject=subject,
        read_at=work.now,
    )
    work.session.add(plan)
    work.session.flush()
    return plan


def _is_foreign(work: Work, commune: Place, issuer: str | None) -> bool:
    """Whether the paper names another commune; this one's former names are its own."""
    if not issuer:
        return False
    own = [commune.name, *places.former_names(work.session, commune.id)]
    return not any(fold(name) in fold(issuer) for name in own)


def _take_one(work: Work, commune: Place, outcome: Outcome, planned: Planned, organiser: Person | None) -> None:
    villages = [_village(work, commune, outcome, name) for name in planned.villages]
    starts_at = moment(planned.day, planned.at, work.zone)
    there = _same(work, outcome, planned, starts_at, villages)
    if there is not None:
        outcome.known.append(there)
        outcome.in_order.append(there)
        return
    setting = Setting(
        starts_at=starts_at,
        ends_at=_ends(work, planned, starts_at),
        village_ids=tuple(place.id for place in villages),
        parts=tuple(_parts(work, commune, outcome, planned.invitees)),
        venue=planned.venue or "",
        purpose=planned.topic or outcome.plan.subject,
        lines=tuple(invitee.words for invitee in planned.invitees),
        plan_id=outcome.plan.id,
        note=planned.note,
    )
    meeting = meetings.make(
        work,
        commune.id,
        setting,
        organiser_id=None if organiser is None else organiser.id,
        invited_from=work.now,
        row=planned.row,
        place_as_written=planned.place_text,
    )
    outcome.created.append(meeting)
    outcome.in_order.append(meeting)
    if meeting.ends_at <= work.now:
        outcome.past.append(meeting)
        return
    invited = [one.person for one in meetings.invited(work, meeting)]
    both = meetings.double_booked(work, invited, meeting.starts_at, meeting.ends_at, but=meeting.id)
    if any(both.values()):
        outcome.double_booked[meeting.id] = sum(both.values())


def _ends(work: Work, planned: Planned, starts_at: datetime) -> datetime:
    """Two hours unless the paper says otherwise; an end before the start is the next morning's."""
    if planned.ends is None:
        return starts_at + LASTS
    ends_at = moment(planned.day, planned.ends, work.zone)
    return ends_at if ends_at > starts_at else moment(planned.day + timedelta(days=1), planned.ends, work.zone)


def _village(work: Work, commune: Place, outcome: Outcome, name: str) -> Place:
    """The village of this name, present or former; Lạc Hạ and Lạc Hà are two, a spelling without marks is either."""
    found = places.named(work.session, PlaceKind.VILLAGE, fold(name), commune.id)
    for place in found:
        if same_name_key(place.name) == same_name_key(name):
            return place
    bare = fold(name)
    for place in found:
        if bare in (name.casefold(), place.name.casefold()) or fold(place.name) != bare:
            return place
    made = people.make_place(work, PlaceKind.VILLAGE, name, parent_id=commune.id)
    outcome.villages.append(made)
    return made


def _same(
    work: Work, outcome: Outcome, planned: Planned, starts_at: datetime, villages: Sequence[Place]
) -> Meeting | None:
    """The meeting that this row made before: for the same hour, villages and house.

    Else the one that its row made, where a corrected paper names the place otherwise: that is changed in the chat, not
    by a second meeting. A row of one hour and two places is two meetings, so those met already do not count again.
    """
    ids = {place.id for place in villages}
    at_that_hour = [m for m in stored.of_plan(work.session, outcome.plan.id) if m.planned_for == starts_at]
    for meeting in at_that_hour:
        own = {place.id for place in stored.villages(work.session, meeting.id)}
        if own == ids and fold(meeting.place_as_written) == fold(planned.place_text):
            return meeting
    met = {meeting.id for meeting in (*outcome.created, *outcome.known)}
    return next((m for m in at_that_hour if m.row == planned.row and m.id not in met), None)


def _parts(work: Work, commune: Place, outcome: Outcome, invitees: Sequence[NamedLine]) -> list[Part]:
    found = []
    for line, invitee in enumerate(invitees, start=1):
        for one in invitee.roles:
            named = one.villages if one.where == VILLAGES else ()
            ids = tuple(_village(work, commune, outcome, name).id for name in named)
            found.append(Part(one.role, one.where, ids, line))
    return found
