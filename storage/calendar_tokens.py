"""The secret addresses under which a phone reads one person's meetings; a token itself is not kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class CalendarToken(Base):
    """One address; `read_at` is the last day (at its first reading) that somebody asked for it."""

    __tablename__ = "calendar_token"
    __table_args__ = table_args(UniqueConstraint("token_hash"), Index(None, "person_id", "made_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str]
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


def living(session: Session, token_hash: str) -> CalendarToken | None:
    """The token of an address that still opens."""
    return session.scalars(
        select(CalendarToken).where(CalendarToken.token_hash == token_hash, CalendarToken.revoked_at.is_(None))
    ).first()


def of_person(session: Session, person_id: int) -> Sequence[CalendarToken]:
    """A person's addresses that still open, the oldest first."""
    return session.scalars(
        select(CalendarToken)
        .where(CalendarToken.person_id == person_id, CalendarToken.revoked_at.is_(None))
        .order_by(CalendarToken.id)
    ).all()


def made_since(session: Session, since: datetime) -> Sequence[CalendarToken]:
    """The addresses made since a moment (UTC), which a message of ours may still show."""
    return session.scalars(select(CalendarToken).where(CalendarToken.made_at > since).order_by(CalendarToken.id)).all()


def end_all(session: Session, person_id: int, at: datetime) -> int:
    """None of a person's addresses opens any more; returns how many did."""
    ending = update(CalendarToken).where(CalendarToken.person_id == person_id, CalendarToken.revoked_at.is_(None))
    return int(session.execute(ending.values(revoked_at=at)).rowcount)  # type: ignore[attr-defined]
