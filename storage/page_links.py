"""One-time links to a page of ours: whose, where to, until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class PageLink(Base):
    """`destination` is a path of our pages (`/`, `/tep/12`, `/nhap`); the token is kept only as a hash, and used once.

    `is_login`: the browser becomes a channel of the person. Otherwise it sees this one page, for an hour.
    """

    __tablename__ = "page_link"
    __table_args__ = table_args(UniqueConstraint("token_hash"), Index(None, "person_id", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str]
    destination: Mapped[str]
    is_login: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def by_hash(session: Session, token_hash: str) -> PageLink | None:
    """The link of a token, whatever has become of it."""
    return session.scalars(select(PageLink).where(PageLink.token_hash == token_hash)).first()
