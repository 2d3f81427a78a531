"""What stands at the head and foot of the papers of a commune or a school: names of bodies, who signs, who gets one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class Letterhead(Base):
    """One place's own words for its papers; an empty text: the usual one (bot.rules.letterheads).

    `recipients` are the lines of "Nơi nhận" without the last, which is always the archive.
    """

    __tablename__ = "letterhead"
    __table_args__ = table_args(UniqueConstraint("place_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    superior: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    seat: Mapped[str] = mapped_column(default="")
    mark: Mapped[str] = mapped_column(default="")
    on_behalf: Mapped[str] = mapped_column(default="")
    signer_title: Mapped[str] = mapped_column(default="")
    signer: Mapped[str] = mapped_column(default="")
    recipients: Mapped[list[str]] = mapped_column(default=list)
    set_by: Mapped[int | None]
    set_at: Mapped[datetime]


def of(session: Session, place_id: int) -> Letterhead | None:
    """What a commune or a school has set; names of bodies are no personal data and need no scope."""
    return session.scalars(select(Letterhead).where(Letterhead.place_id == place_id)).first()
