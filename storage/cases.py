"""Cases: one open file a pupil at risk, with the sentence that says why, an owner and a next step."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.pupils import Pupil
from storage.scope import Scope


class CaseStatus(StrEnum):
    OPEN = "open"
    WATCHING = "watching"
    CLOSED = "closed"
    HANDED_OVER = "handed_over"


class Case(Base):
    """`opened_by` is a person's id as text, or a rule ("R2"). At most one unclosed case a pupil."""

    __tablename__ = "pupil_case"
    __table_args__ = table_args(
        Index(None, "pupil_id"),
        Index(
            "uq_pupil_case_open",
            "pupil_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    reason: Mapped[str] = mapped_column(default="unknown")
    status: Mapped[str] = mapped_column(default=CaseStatus.OPEN)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    next_step: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")


def open_of(scope: Scope, session: Session, pupil_id: int) -> Case | None:
    """The pupil's open case, if any."""
    return session.scalars(
        select(Case)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(Case.pupil_id == pupil_id, Case.closed_at.is_(None), scope.pupils())
    ).first()
