"""The school's regular report to the commune, in revisions: figures frozen as they were sent, and the head's words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.cases import Case
from storage.columns import Base, table_args
from storage.places import Place
from storage.pupils import Pupil
from storage.scope import Scope


class RegularReport(Base):
    """One revision of a school's report on the seven days that end on `ends_on`; `is_current` marks the latest.

    `written_at` is when the head wrote it, `reported_at` when we recorded it (both UTC).
    """

    __tablename__ = "regular_report"
    __table_args__ = table_args(
        UniqueConstraint("school_id", "ends_on", "revision"),
        Index(
            "uq_regular_report_current",
            "school_id",
            "ends_on",
            unique=True,
            sqlite_where=text("is_current = 1"),
            postgresql_where=text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    ends_on: Mapped[date]
    revision: Mapped[int] = mapped_column(default=1)
    is_current: Mapped[bool] = mapped_column(default=True)
    figures: Mapped[dict[str, Any]]
    done: Mapped[str] = mapped_column(default="")
    proposed: Mapped[str] = mapped_column(default="")
    reported_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    reported_at: Mapped[datetime]


def get(scope: Scope, session: Session, report_id: int) -> RegularReport | None:
    """One revision by id, when the scope sees the school."""
    found = session.get(RegularReport, report_id)
    return found if found is not None and _sees(scope, session, found.school_id) else None


def current(scope: Scope, session: Session, school_id: int, ends_on: date) -> RegularReport | None:
    """A school's report on the days that end on a day, in its latest revision."""
    if not _sees(scope, session, school_id):
        return None
    return session.scalars(
        select(RegularReport).where(
            RegularReport.school_id == school_id, RegularReport.ends_on == ends_on, RegularReport.is_current
        )
    ).first()


def latest(scope: Scope, session: Session, school_ids: Collection[int], n: int) -> Sequence[RegularReport]:
    """The last reports of these schools, the latest first."""
    seen = [school_id for school_id in school_ids if _sees(scope, session, school_id)]
    return session.scalars(
        select(RegularReport)
        .where(RegularReport.school_id.in_(seen), RegularReport.is_current)
        .order_by(RegularReport.ends_on.desc(), RegularReport.school_id)
        .limit(n)
    ).all()


def reported(session: Session, ends_on: date, school_ids: Collection[int]) -> set[int]:
    """Which of these schools have sent the report on the days that end on a day (ids only)."""
    return set(
        session.scalars(
            select(RegularReport.school_id).where(
                RegularReport.ends_on == ends_on, RegularReport.is_current, RegularReport.school_id.in_(school_ids)
            )
        )
    )


def _sees(scope: Scope, session: Session, school_id: int) -> bool:
    """A school sees its own reports, officials and the Front those of the commune's schools."""
    if scope.is_everything or school_id in scope.schools:
        return True
    school = session.get(Place, school_id)
    return school is not None and school.parent_id in scope.communes


def case_counts(scope: Scope, session: Session, start: datetime, end: datetime) -> tuple[int, int, int]:
    """How many cases of the pupils within the scope were opened and closed in [start, end), and how many were open at
    its end (counts, no names)."""

    def count(*conditions: ColumnElement[bool]) -> int:
        wanted = select(func.count()).select_from(Case).join(Pupil, Pupil.id == Case.pupil_id)
        return session.scalar(wanted.where(scope.pupils(), *conditions)) or 0

    return (
        count(Case.opened_at >= start, Case.opened_at < end),
        count(Case.closed_at >= start, Case.closed_at < end),
        count(Case.opened_at < end, or_(Case.closed_at.is_(None), Case.closed_at >= end)),
    )
