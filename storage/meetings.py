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
    """An official plan as it was read, e.g. 30/KH-UBND of 20/3/2024: its `text` in lines, not the file.

    `given_from` (UTC) is since when its recipients have it; empty: it is given to nobody. `organiser_id`: whose it is.
    """

    __tablename__ = "plan"
    __table_args__ = table_args(UniqueConstraint("commune_id", "number", "issued_on", "subject"))

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    number: Mapped[str]
    issued_on: Mapped[date | None]
    issuer: Mapped[str] = mapped_column(default="")
    signer: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    read_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(default="", server_default="")
    purpose: Mapped[str] = mapped_column(default="", server_default="")
    recipients_as_written: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    given_from: Mapped[datetime | None]
    organiser_id: Mapped[int | None]


class Meeting(Base):
    """`revision` counts moves: invitees of an older revision must hear of the change. Times are UTC.

    `invited_from` is when invitations may leave (a meeting made in the chat can be taken back for two minutes).
    `row` is the meeting's line in its plan, so that a plan read twice adds nothing.
    """

    __tablename__ = "meeting"
    __table_args__ = table_args(
        UniqueConstraint("plan_id", "row", "planned_for", "place_as_written"),
        Index(None, "starts_at"),
        Index(None, "commune_id"),
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
    ask_again_at: Mapped[datetime | None]  # it was still going on when its minutes were asked for


class MeetingVillage(Base):
    __tablename__ = "meeting_village"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "village_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("place.id"))


class Composition(Base):
    """Who is invited, as a role in a place: also for somebody who joins tomorrow.

    `where_kind` is commune or villages: those of `village_ids`, where the words name others than the meeting's own.
    """

    __tablename__ = "meeting_composition"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "role", "where_kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    role: Mapped[str]
    where_kind: Mapped[str]
    village_ids: Mapped[list[int]] = mapped_column(default=list)
    line: Mapped[int] = mapped_column(default=0)  # which line of the words as written


class Invitation(Base):
    """One person's place in a meeting: since when they are invited, what was answered, whether they came.

    `attended`: they, or whoever came in their stead.
    """

    __tablename__ = "invitation"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime | None]  # when the composition first met this person; empty: with the meeting
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


def upcoming(scope: Scope, session: Session, after: datetime) -> Sequence[Meeting]:
    """Planned meetings that are not over at a moment (UTC), within the scope, by time."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.ends_at > after, Meeting.status == MeetingStatus.PLANNED, scope.meetings())
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def drafts(scope: Scope, session: Session, organiser_id: int, after: datetime) -> Sequence[Meeting]:
    """Meetings that their organiser holds back, unless their time has passed."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.organiser_id == organiser_id, Meeting.status == MeetingStatus.DRAFT)
        .where(Meeting.starts_at > after, scope.meetings())
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def plan(session: Session, commune_id: int, number: str, issued_on: date | None, subject: str) -> Plan | None:
    """The plan of this number and day; one without a number is known by its subject."""
    day = Plan.issued_on.is_(None) if issued_on is None else Plan.issued_on == issued_on
    wanted = select(Plan).where(Plan.commune_id == commune_id, Plan.number == number, day)
    if not number:
        wanted = wanted.where(Plan.subject == subject)
    return session.scalars(wanted.order_by(Plan.id)).first()


def of_plan(session: Session, plan_id: int) -> Sequence[Meeting]:
    """The meetings that a plan ordered, whatever became of them."""
    return session.scalars(
        select(Meeting).where(Meeting.plan_id == plan_id, Meeting.row.is_not(None)).order_by(Meeting.id)
    ).all()


def last_of_plan(session: Session, commune_id: int) -> tuple[Plan, Meeting] | None:
    """The plan that was read last, with its first meeting that invites somebody: how this commune composes one."""
    row = session.execute(
        select(Plan, Meeting)
        .join(Meeting, Meeting.plan_id == Plan.id)
        .where(Plan.commune_id == commune_id, Meeting.row.is_not(None))
        .where(Meeting.id.in_(select(Composition.meeting_id)))
        .order_by(Plan.read_at.desc(), Plan.id.desc(), Meeting.id)
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


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


def invited_to(session: Session, person_id: int, now: datetime) -> Sequence[tuple[Meeting, Invitation]]:
    """The planned meetings that a person has been invited to by now (UTC) and that are not over, by time."""
    rows = session.execute(
        select(Meeting, Invitation)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .where(Invitation.person_id == person_id, Meeting.status == MeetingStatus.PLANNED)
        .where(Meeting.ends_at > now, Meeting.invited_from <= now)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [(meeting, invitation) for meeting, invitation in rows]


def organised_by(session: Session, person_id: int, now: datetime) -> Sequence[Meeting]:
    """The planned meetings of an organiser that have not begun, by time."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.organiser_id == person_id, Meeting.status == MeetingStatus.PLANNED, Meeting.starts_at > now)
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def invitation_by_id(scope: Scope, session: Session, invitation_id: int) -> tuple[Invitation, Meeting] | None:
    """An invitation with its meeting, within the scope."""
    row = session.execute(
        select(Invitation, Meeting)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Invitation.id == invitation_id, scope.meetings())
    ).first()
    return None if row is None else (row[0], row[1])


def on_calendar(session: Session, person_id: int, since: datetime, now: datetime) -> list[tuple[Meeting, str]]:
    """The meetings since a moment that a person runs or was invited to by now (UTC), with the answer given, by time.

    Those that were called off are among them: a phone takes out only what it is told of.
    """
    own = select(Invitation.meeting_id, Invitation.answer).where(Invitation.person_id == person_id).subquery()
    rows = session.execute(
        select(Meeting, own.c.answer)
        .outerjoin(own, own.c.meeting_id == Meeting.id)
        .where((Meeting.organiser_id == person_id) | own.c.meeting_id.is_not(None))
        .where(Meeting.status != MeetingStatus.DRAFT, Meeting.starts_at >= since, Meeting.invited_from <= now)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [(meeting, answer or "") for meeting, answer in rows]
