"""The tokens that programs read our data with: whose, under which name, until when; a token itself is not kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class ApiToken(Base):
    """It sees what its person's roles see on the day of its use. `name` says what it is for."""

    __tablename__ = "api_token"
    __table_args__ = table_args(UniqueConstraint("token_hash"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    token_hash: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


def by_hash(session: Session, token_hash: str) -> ApiToken | None:
    """A token, whatever has become of it."""
    return session.scalars(select(ApiToken).where(ApiToken.token_hash == token_hash)).first()


def all_of(session: Session) -> Sequence[ApiToken]:
    """Every token that was ever made, the oldest first."""
    return session.scalars(select(ApiToken).order_by(ApiToken.id)).all()


def end_all(session: Session, person_id: int, at: datetime) -> None:
    """Whoever leaves takes the tokens along: they do not live again when the person comes back."""
    living = update(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    session.execute(living.values(revoked_at=at))
