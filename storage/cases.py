"""Cases: one open file a pupil at risk, with the sentence that says why, an owner and a next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.pupils import Enrolment, Pupil
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


def get(scope: Scope, session: Session, case_id: int) -> Case | None:
    """A case by id, when the pupil lies within the scope."""
    return session.scalars(
        select(Case).join(Pupil, Pupil.id == Case.pupil_id).where(Case.id == case_id, scope.pupils())
    ).first()


def all_open(scope: Scope, session: Session) -> Sequence[tuple[Case, int | None, int | None]]:
    """Open cases within the scope, the oldest first, each with the pupil's village and present class."""
    rows = session.execute(
        select(Case, Pupil.village_id, Enrolment.class_id)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .outerjoin(Enrolment, (Enrolment.pupil_id == Pupil.id) & Enrolment.until_on.is_(None))
        .where(Case.closed_at.is_(None), scope.pupils())
        .order_by(Case.opened_at, Case.id)
    )
    return [(case, village_id, class_id) for case, village_id, class_id in rows]
