"""Second ways to a person: a further chat that waits to be confirmed, and telephone calls in place of a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class LinkRequest(Base):
    """A code by which a person brings a further chat in; typed there (`claimed_at`), confirmed on the first one.

    `shown_as` is the name that the platform shows of whoever typed it. `answer` is empty until the person has said
    yes or no.
    """

    __tablename__ = "link_request"
    __table_args__ = table_args(UniqueConstraint("code_hmac"), Index(None, "person_id", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hmac: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(default="")
    bot: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    shown_as: Mapped[str] = mapped_column(default="")
    claimed_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]


class Telephoned(Base):
    """Somebody who could not be reached by a message was telephoned on a day, and by whom."""

    __tablename__ = "telephoned"
    __table_args__ = table_args(UniqueConstraint("person_id", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    called_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    called_at: Mapped[datetime]


def by_code(session: Session, code_hmac: str) -> LinkRequest | None:
    """The request of a code, whatever has become of it."""
    return session.scalars(select(LinkRequest).where(LinkRequest.code_hmac == code_hmac)).first()


def telephoned(session: Session, day: date) -> Sequence[int]:
    """Whom somebody has telephoned on a day (ids only)."""
    return session.scalars(select(Telephoned.person_id).where(Telephoned.day == day)).all()
