"""The numbers of the rules that a commune has changed; those it has not keep their defaults (bot.rules.thresholds)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class Threshold(Base):
    """One number of one commune, with who set it and when."""

    __tablename__ = "threshold"
    __table_args__ = table_args(UniqueConstraint("commune_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    key: Mapped[str]
    value: Mapped[int]
    set_by: Mapped[int | None]
    set_at: Mapped[datetime]


def of_commune(session: Session, commune_id: int) -> dict[str, int]:
    """What a commune has set, by key."""
    wanted = select(Threshold.key, Threshold.value).where(Threshold.commune_id == commune_id)
    return {row[0]: row[1] for row in session.execute(wanted)}


def put(session: Session, commune_id: int, key: str, value: int, by: int | None, at: datetime) -> None:
    """Sets one number over the former one."""
    known = session.scalars(select(Threshold).where(Threshold.commune_id == commune_id, Threshold.key == key)).first()
    if known is None:
        session.add(Threshold(commune_id=commune_id, key=key, value=value, set_by=by, set_at=at))
    else:
        known.value, known.set_by, known.set_at = value, by, at
    session.flush()
