"""Browsers that may be woken: their push subscriptions (RFC 8030, RFC 8291)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class PushSubscription(Base):
    """One browser of one web address; `p256dh` and `auth` are its keys (base64url).

    `gone_at`: its push service said that it is there no more (404, 410).
    """

    __tablename__ = "push_subscription"
    __table_args__ = table_args(UniqueConstraint("endpoint"), Index(None, "address"))

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str]
    endpoint: Mapped[str]
    p256dh: Mapped[str]
    auth: Mapped[str]
    created_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


def of_address(session: Session, address: str) -> Sequence[PushSubscription]:
    """The browsers of a web address that can be woken."""
    return session.scalars(
        select(PushSubscription)
        .where(PushSubscription.address == address, PushSubscription.gone_at.is_(None))
        .order_by(PushSubscription.id)
    ).all()
