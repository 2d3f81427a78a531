"""Home visits, in revisions: who was met, what was heard, what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from storage.cases import Case
from storage.columns import Base, table_args
from storage.pupils import Pupil
from storage.scope import Scope


class Met(StrEnum):
    PARENTS = "parents"
    PARENTS_AND_PUPIL = "parents_and_pupil"
    RELATIVES = "relatives"
    PUPIL = "pupil"
    NOBODY = "nobody"


class VisitReason(StrEnum):
    """Why the pupil stays away, as the visitor heard it: the eight options of voice.md V06, by the codes of domain
    §6."""

    HOUSEHOLD_WORK = "household_work"
    MIGRATION = "migration"
    ILLNESS = "illness"
    POVERTY = "poverty"
    DISTANCE = "distance"
    WEAK_LEARNING = "weak_learning"
    PRIVATE = "private"
    OTHER = "other"
    UNKNOWN = "unknown"


class NextStep(StrEnum):
    WAIT = "wait"
    TEACHER_VISITS = "teacher_visits"
    SUPPORT = "support"
    COMMUNE_VISITS = "commune_visits"


class Visit(Base):
    """One revision of a visit. `first_id` is the id of the visit's first revision: it names the visit for ever."""

    __tablename__ = "visit"
    __table_args__ = table_args(
        Index(None, "pupil_id"),
        Index(None, "visited_on"),
        Index(None, "visitor_id"),
        Index(None, "reported_at"),
        Index(
            "uq_visit_current",
            "first_id",
            unique=True,
            sqlite_where=text("is_current = 1"),
            postgresql_where=text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    is_current: Mapped[bool] = mapped_column(default=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    visitor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("pupil_case.id"))
    visited_on: Mapped[date]
    visited_at: Mapped[datetime]
    companions: Mapped[str] = mapped_column(default="")
    met: Mapped[str]
    reason: Mapped[str] = mapped_column(default=VisitReason.UNKNOWN)
    note: Mapped[str] = mapped_column(default="")
    promised_on: Mapped[date | None]
    again_on: Mapped[date | None]  # nobody was met: when the visitor means to come again
    next_step: Mapped[str] = mapped_column(default="")
    skipped: Mapped[list[str]] = mapped_column(default=list)  # questions that somebody will ask later
    reported_at: Mapped[datetime]


class VisitFile(Base):
    """A photo or voice note of a visit, still on the platform it was sent over."""

    __tablename__ = "visit_file"
    __table_args__ = table_args(UniqueConstraint("visit_id", "file_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    channel: Mapped[str]
    bot: Mapped[str]
    kind: Mapped[str]
    file_id: Mapped[str]
    seconds: Mapped[int] = mapped_column(default=0)


def get(scope: Scope, session: Session, visit_id: int) -> Visit | None:
    """One revision by id, when the pupil lies within the scope."""
    return session.scalars(
        select(Visit).join(Pupil, Pupil.id == Visit.pupil_id).where(Visit.id == visit_id, scope.pupils())
    ).first()


def of_pupil(scope: Scope, session: Session, pupil_id: int) -> Sequence[Visit]:
    """The visits to a pupil's home (their latest revisions), the latest first."""
    return session.scalars(
        select(Visit)
        .join(Pupil, Pupil.id == Visit.pupil_id)
        .where(Visit.pupil_id == pupil_id, Visit.is_current, scope.pupils())
        .order_by(Visit.visited_at.desc(), Visit.id.desc())
    ).all()


def files(scope: Scope, session: Session, visit_id: int) -> Sequence[VisitFile]:
    """Photos and voice notes of one revision."""
    return session.scalars(
        select(VisitFile)
        .join(Visit, Visit.id == VisitFile.visit_id)
        .join(Pupil, Pupil.id == Visit.pupil_id)
        .where(VisitFile.visit_id == visit_id, scope.pupils())
        .order_by(VisitFile.id)
    ).all()


def current(scope: Scope, session: Session, first_id: int) -> Visit | None:
    """The latest revision of the visit that this first revision names, within the scope."""
    return session.scalars(
        select(Visit)
        .join(Pupil, Pupil.id == Visit.pupil_id)
        .where(Visit.first_id == first_id, Visit.is_current, scope.pupils())
    ).first()


@dataclass(frozen=True)
class Reported:
    """That a visit was reported: by whom, when first, when last (UTC). Ids only."""

    first_id: int
    visitor_id: int
    pupil_id: int
    commune_id: int
    first_at: datetime
    last_at: datetime

    @property
    def home(self) -> tuple[int, int]:
        """Who has been to whose home."""
        return self.visitor_id, self.pupil_id


def reported(session: Session, start: datetime, end: datetime, *, commune_id: int | None = None) -> list[Reported]:
    """The visits first reported in [start, end], commune by commune in the order of their reports (ids only)."""
    latest = aliased(Visit)
    wanted = (
        select(Visit.id, Visit.visitor_id, Visit.pupil_id, Pupil.commune_id, Visit.reported_at, latest.reported_at)
        .join(latest, (latest.first_id == Visit.id) & latest.is_current)
        .join(Pupil, Pupil.id == Visit.pupil_id)
        .where(Visit.revision == 1, Visit.reported_at >= start, Visit.reported_at <= end)
        .order_by(Pupil.commune_id, Visit.reported_at, Visit.id)
    )
    if commune_id is not None:
        wanted = wanted.where(Pupil.commune_id == commune_id)
    return [Reported(*row) for row in session.execute(wanted)]


def who_come_again(session: Session, first: date, last: date) -> set[int]:
    """The visitors who named a day between two days for coming again (ids only)."""
    return set(
        session.scalars(
            select(Visit.visitor_id).where(Visit.is_current, Visit.again_on >= first, Visit.again_on <= last)
        )
    )


def to_come_again(scope: Scope, session: Session, visitor_id: int, since: date, until: date) -> Sequence[Visit]:
    """Visits at which nobody was met, to be repeated between two days; a later visit or a closed case ends them."""
    later = aliased(Visit)
    return session.scalars(
        select(Visit)
        .join(Pupil, Pupil.id == Visit.pupil_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .where(Visit.visitor_id == visitor_id, Visit.is_current, Visit.again_on.between(since, until), scope.pupils())
        .where(Case.closed_at.is_(None))
        .where(
            ~select(later.id)
            .where(later.pupil_id == Visit.pupil_id, later.is_current, later.visited_at > Visit.visited_at)
            .exists()
        )
        .order_by(Visit.again_on, Visit.id)
    ).all()
