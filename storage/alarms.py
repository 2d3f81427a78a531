"""Alarms: what only an administrator can mend, from its beginning to its end; one open of a kind and channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class AlarmKind(StrEnum):
    CODES = "codes"  # very many wrong invite codes in a day (T3)
    CLOCK = "clock"  # the machine's clock cannot be believed (F12)
    BACKUP = "backup"  # the last backup is too old
    STOLEN = "stolen"  # somebody else receives with our token (T14)
    SILENT = "silent"  # a platform has not answered for long
    OVERDUE = "overdue"  # messages that should have left, on a channel that answers
    BUDGET = "budget"  # four fifths of a month's messages are used


class Alarm(Base):
    """`channel` and `bot` are empty for what concerns no channel; `told_at` is when administrators last heard."""

    __tablename__ = "alarm"
    __table_args__ = table_args(
        Index(
            "uq_alarm_open",
            "kind",
            "channel",
            "bot",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "kind", "raised_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    channel: Mapped[str] = mapped_column(default="")
    bot: Mapped[str] = mapped_column(default="")
    raised_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


def open_ones(session: Session) -> Sequence[Alarm]:
    """The alarms that have not ended, the oldest first."""
    return session.scalars(select(Alarm).where(Alarm.ended_at.is_(None)).order_by(Alarm.id)).all()


def is_told(session: Session, kind: AlarmKind, since: datetime, until: datetime) -> bool:
    """Whether administrators heard of an alarm of this kind between two moments (UTC)."""
    wanted = select(Alarm.id).where(Alarm.kind == kind, Alarm.told_at > since, Alarm.told_at <= until).limit(1)
    return session.scalar(wanted) is not None


def was_open(session: Session, kind: AlarmKind, at: datetime) -> bool:
    """Whether an alarm of this kind stood open at a moment (UTC)."""
    lasts = or_(Alarm.ended_at.is_(None), Alarm.ended_at > at)
    return session.scalar(select(Alarm.id).where(Alarm.kind == kind, Alarm.raised_at <= at, lasts).limit(1)) is not None
