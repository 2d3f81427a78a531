"""What a village's weekly page is made of: visits, cases, promises and meetings of one village between two moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from storage.cases import Case, CaseEvent
from storage.meetings import Meeting, MeetingStatus, MeetingVillage
from storage.promises import Promise
from storage.pupils import Pupil
from storage.scope import Scope
from storage.visits import Visit


def visits(scope: Scope, session: Session, village_id: int, start: datetime, end: datetime) -> Sequence[Visit]:
    """The visits to homes of a village first reported in [start, end), in their current revisions, by time."""
    first = aliased(Visit)
    return session.scalars(
        select(Visit)
        .join(first, first.id == Visit.first_id)
        .join(Pupil, Pupil.id == Visit.pupil_id)
        .where(Visit.is_current, first.reported_at >= start, first.reported_at < end)
        .where(Pupil.village_id == village_id, scope.pupils())
        .order_by(first.reported_at, Visit.id)
    ).all()


def back(scope: Scope, session: Session, village_id: int, since: date, until: date) -> Sequence[Case]:
    """The cases of a village's pupils who have been back in class since a day between two days, by that day."""
    return session.scalars(
        select(Case)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(Case.back_on.between(since, until), Pupil.village_id == village_id, scope.pupils())
        .order_by(Case.back_on, Case.id)
    ).all()


def promises(scope: Scope, session: Session, village_id: int, start: datetime, end: datetime) -> Sequence[Promise]:
    """The promises of a village's families that the roll answered in [start, end)."""
    return session.scalars(
        select(Promise)
        .join(Pupil, Pupil.id == Promise.pupil_id)
        .where(Promise.checked_at >= start, Promise.checked_at < end, Promise.kept != "")
        .where(Promise.taken_back_at.is_(None), Pupil.village_id == village_id, scope.pupils())
    ).all()


def events(scope: Scope, session: Session, village_id: int, start: datetime, end: datetime) -> Sequence[CaseEvent]:
    """The whole history, case by case, of a village's cases to which something happened in [start, end)."""
    touched = select(CaseEvent.case_id).where(CaseEvent.at >= start, CaseEvent.at < end)
    return session.scalars(
        select(CaseEvent)
        .join(Case, Case.id == CaseEvent.case_id)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(Case.id.in_(touched), CaseEvent.at < end, Pupil.village_id == village_id, scope.pupils())
        .order_by(CaseEvent.case_id, CaseEvent.at, CaseEvent.id)
    ).all()


def meetings(session: Session, village_id: int, start: datetime, end: datetime) -> Sequence[Meeting]:
    """The planned meetings of a village that begin in [start, end) and to which people have been invited by `start`."""
    return session.scalars(
        select(Meeting)
        .join(MeetingVillage, MeetingVillage.meeting_id == Meeting.id)
        .where(MeetingVillage.village_id == village_id, Meeting.status == MeetingStatus.PLANNED)
        .where(Meeting.starts_at >= start, Meeting.starts_at < end, Meeting.invited_from <= start)
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
