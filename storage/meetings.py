"""Meetings of a plan: villages, invitees by composition, answers and stand-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.places import Place
from storage.scope import Scope


class MeetingStatus(StrEnum):
    DRAFT = "draft"
    PLANNED = "planned"
    CANCELLED = "cancelled"
    HELD = "held"


class Answer(StrEnum):
    YES = "yes"
    LATE = "late"
    NO = "no"


class Plan(Base):
    """An official plan as it was read, e.g. 30/KH-UBND of 20/3/2024."""

    __tablename__ = "plan"
    __table_args__ = table_args(UniqueConstraint("commune_id", "number", "issued_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    number: Mapped[str]
    issued_on: Mapped[date | None]
    issuer: Mapped[str] = mapped_column(default="")
    signer: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    read_at: Mapped[datetime]


class Meeting(Base):
    """`revision` counts moves: invitees of an older revision must hear of the change. Times are UTC.

    `invited_from` is when invitations may leave (a meeting made in the chat can be taken back for two minutes).
    `row` is the meeting's line in its plan, so that a plan read twice adds nothing.
    """

    __tablename__ = "meeting"
    __table_args__ = table_args(
        UniqueConstraint("plan_id", "row", "planned_for"), Index(None, "starts_at"), Index(None, "commune_id")
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    row: Mapped[int | None]
    planned_for: Mapped[datetime | None]  # when the paper set it, before any move
    purpose: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue: Mapped[str]
    place_as_written: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default=MeetingStatus.PLANNED)
    revision: Mapped[int] = mapped_column(default=1)
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    invited_from: Mapped[datetime | None]
    invitees_as_written: Mapped[list[str]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(default="")


class MeetingVillage(Base):
    __tablename__ = "meeting_village"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "village_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("place.id"))


class Composition(Base):
    """Who is invited, as a role in a place: also for somebody who joins tomorrow. `where` is commune or villages."""

    __tablename__ = "meeting_composition"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "role", "where_kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    role: Mapped[str]
    where_kind: Mapped[str]
    line: Mapped[int] = mapped_column(default=0)  # which line of the words as written


class Invitation(Base):
    """One person's place in a meeting: what was told (`told_revision`), what was answered, whether they came."""

    __tablename__ = "invitation"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    told_revision: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    stand_in: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]  # the organiser telephoned
    attended: Mapped[bool | None]


def get(scope: Scope, session: Session, meeting_id: int) -> Meeting | None:
    """One meeting within the scope."""
    return session.scalars(select(Meeting).where(Meeting.id == meeting_id, scope.meetings())).first()


def between(scope: Scope, session: Session, start: datetime, end: datetime) -> Sequence[Meeting]:
    """Meetings that begin in [start, end), within the scope, by time; cancelled ones and drafts are left out."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.starts_at >= start, Meeting.starts_at < end)
        .where(Meeting.status.in_((MeetingStatus.PLANNED, MeetingStatus.HELD)), scope.meetings())
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def villages(session: Session, meeting_id: int) -> Sequence[Place]:
    """The villages that meet together."""
    return session.scalars(
        select(Place)
        .join(MeetingVillage, MeetingVillage.village_id == Place.id)
        .where(MeetingVillage.meeting_id == meeting_id)
        .order_by(MeetingVillage.id)
    ).all()


def composition(session: Session, meeting_id: int) -> Sequence[Composition]:
    return session.scalars(
        select(Composition).where(Composition.meeting_id == meeting_id).order_by(Composition.id)
    ).all()


def invitations(scope: Scope, session: Session, meeting_id: int) -> Sequence[Invitation]:
    """All invitations of a meeting within the scope."""
    return session.scalars(
        select(Invitation)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Invitation.meeting_id == meeting_id, scope.meetings())
        .order_by(Invitation.id)
    ).all()


def invitation(session: Session, meeting_id: int, person_id: int) -> Invitation | None:
    """A person's own invitation."""
    return session.scalars(
        select(Invitation).where(Invitation.meeting_id == meeting_id, Invitation.person_id == person_id)
    ).first()
