"""Minutes of meetings, in revisions: how many came, what was agreed, whose families promised; and the families invited
by mouth."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.meetings import Meeting, MeetingStatus
from storage.pupils import Pupil
from storage.scope import Scope


class Minutes(Base):
    """One revision of a meeting's minutes. `came` is empty when nobody knows how many came. Times are UTC."""

    __tablename__ = "minutes"
    __table_args__ = table_args(
        UniqueConstraint("meeting_id", "revision"),
        Index(
            "uq_minutes_current",
            "meeting_id",
            unique=True,
            sqlite_where=text("is_current = 1"),
            postgresql_where=text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    revision: Mapped[int] = mapped_column(default=1)
    is_current: Mapped[bool] = mapped_column(default=True)
    came: Mapped[int | None]
    agreed: Mapped[str] = mapped_column(default="")
    promised_on: Mapped[date | None]  # the day that the families named
    written_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]


class MinutesFile(Base):
    """A photo of the paper, or a voice note, still on the platform it was sent over."""

    __tablename__ = "minutes_file"
    __table_args__ = table_args(UniqueConstraint("minutes_id", "file_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    channel: Mapped[str]
    bot: Mapped[str]
    kind: Mapped[str]
    file_id: Mapped[str]
    seconds: Mapped[int] = mapped_column(default=0)


class MinutesFamily(Base):
    """A family that promised at the meeting, by its pupil."""

    __tablename__ = "minutes_family"
    __table_args__ = table_args(UniqueConstraint("minutes_id", "pupil_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))


class MeetingGuest(Base):
    """Whether a family without an account, by its pupil, came to a meeting; no row: nobody has said so yet."""

    __tablename__ = "meeting_guest"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "pupil_id"), Index(None, "pupil_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    came: Mapped[bool]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]


def current(scope: Scope, session: Session, meeting_id: int) -> Minutes | None:
    """The latest revision of a meeting's minutes, within the scope."""
    return session.scalars(
        select(Minutes)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(Minutes.meeting_id == meeting_id, Minutes.is_current, scope.meetings())
    ).first()


def first_written_at(session: Session, meeting_id: int) -> datetime | None:
    """When the first revision was written (UTC)."""
    return session.scalar(select(func.min(Minutes.written_at)).where(Minutes.meeting_id == meeting_id))


def files(scope: Scope, session: Session, minutes_id: int) -> Sequence[MinutesFile]:
    """Photos and voice notes of one revision, within the scope."""
    return session.scalars(
        select(MinutesFile)
        .join(Minutes, Minutes.id == MinutesFile.minutes_id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(MinutesFile.minutes_id == minutes_id, scope.meetings())
        .order_by(MinutesFile.id)
    ).all()


def families(scope: Scope, session: Session, minutes_id: int) -> Sequence[int]:
    """The pupils (ids) whose families promised, those within the scope."""
    return session.scalars(
        select(MinutesFamily.pupil_id)
        .join(Pupil, Pupil.id == MinutesFamily.pupil_id)
        .where(MinutesFamily.minutes_id == minutes_id, scope.pupils())
        .order_by(MinutesFamily.id)
    ).all()


def guests(scope: Scope, session: Session, meeting_id: int) -> Sequence[MeetingGuest]:
    """What is known of the families invited by mouth, those within the scope."""
    return session.scalars(
        select(MeetingGuest)
        .join(Pupil, Pupil.id == MeetingGuest.pupil_id)
        .where(MeetingGuest.meeting_id == meeting_id, scope.pupils())
        .order_by(MeetingGuest.id)
    ).all()


def came(session: Session, meeting_ids: Collection[int]) -> dict[int, int]:
    """How many came, of the meetings whose minutes say so (counts only)."""
    rows = session.execute(
        select(Minutes.meeting_id, Minutes.came).where(
            Minutes.meeting_id.in_(meeting_ids), Minutes.is_current, Minutes.came.is_not(None)
        )
    )
    return {meeting_id: count for meeting_id, count in rows if count is not None}


def written(session: Session, meeting_ids: Collection[int]) -> set[int]:
    """Which of these meetings have minutes (ids only)."""
    return set(session.scalars(select(Minutes.meeting_id).where(Minutes.meeting_id.in_(meeting_ids))))


def without(scope: Scope, session: Session, begun_since: datetime, begun_until: datetime) -> Sequence[Meeting]:
    """Meetings within the scope that began between two moments (UTC) and of which no minutes exist, by time.

    Called off and held back ones are left out.
    """
    return session.scalars(
        select(Meeting)
        .where(Meeting.starts_at >= begun_since, Meeting.starts_at <= begun_until, scope.meetings())
        .where(Meeting.status.in_((MeetingStatus.PLANNED, MeetingStatus.HELD)))
        .where(Meeting.id.notin_(select(Minutes.meeting_id)))
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
