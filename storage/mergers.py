"""Mergers: two entries that are one child, what was changed to make them one, and pairs that are two children."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.pupils import Guardian, Pupil
from storage.scope import Scope


class Merger(Base):
    """One merger: the pupil who is kept, the entry that went into it (`Pupil.merged_into`), and what undoes it.

    `changes` holds every value that was changed, [table, id, column, before, after], and the rows that were added,
    by table.
    """

    __tablename__ = "merger"
    __table_args__ = table_args(Index(None, "kept_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    merged_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    merged_at: Mapped[datetime]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    changes: Mapped[dict[str, Any]]


class ToldApart(Base):
    """Somebody has looked at two pupils who are alike, and they are two children. `first_id` is the smaller id."""

    __tablename__ = "told_apart"
    __table_args__ = table_args(UniqueConstraint("first_id", "second_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    said_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]


def namesakes(scope: Scope, session: Session, *, folded: str = "") -> Sequence[Pupil]:
    """The pupils of the scope whose names, without marks, another of the scope has too; only of one name if given."""
    shared = select(Pupil.folded).where(scope.pupils()).group_by(Pupil.folded).having(func.count() > 1).correlate(None)
    wanted = select(Pupil).where(scope.pupils()).order_by(Pupil.folded, Pupil.id)
    wanted = wanted.where(Pupil.folded == folded) if folded else wanted.where(Pupil.folded.in_(shared))
    return session.scalars(wanted).all()


def guardian_names(scope: Scope, session: Session, pupil_ids: Collection[int]) -> list[tuple[int, str]]:
    """(pupil, name) of the guardians of these pupils, within the scope."""
    rows = session.execute(
        select(Guardian.pupil_id, Guardian.name)
        .join(Pupil, Pupil.id == Guardian.pupil_id)
        .where(Guardian.pupil_id.in_(pupil_ids), scope.pupils())
    )
    return [(pupil_id, name) for pupil_id, name in rows]


def told_apart(session: Session, pupil_ids: Iterable[int]) -> set[tuple[int, int]]:
    """The pairs of these pupils of whom somebody has said that they are two children (ids only)."""
    rows = session.execute(
        select(ToldApart.first_id, ToldApart.second_id).where(ToldApart.first_id.in_(list(pupil_ids)))
    )
    return {(first, second) for first, second in rows}


def get(scope: Scope, session: Session, merger_id: int) -> Merger | None:
    """A merger by id, when the pupil who was kept lies within the scope."""
    return session.scalars(
        select(Merger).join(Pupil, Pupil.id == Merger.kept_id).where(Merger.id == merger_id, scope.pupils())
    ).first()


def latest(scope: Scope, session: Session, kept_id: int, since: datetime) -> Merger | None:
    """The last merger into a pupil since a moment (UTC) that has not been undone."""
    return session.scalars(
        select(Merger)
        .join(Pupil, Pupil.id == Merger.kept_id)
        .where(Merger.kept_id == kept_id, Merger.merged_at >= since, Merger.undone_at.is_(None), scope.pupils())
        .order_by(Merger.id.desc())
    ).first()


def since(scope: Scope, session: Session, moment: datetime) -> Sequence[Merger]:
    """The mergers since a moment (UTC) that have not been undone, of pupils within the scope, the last first."""
    return session.scalars(
        select(Merger)
        .join(Pupil, Pupil.id == Merger.kept_id)
        .where(Merger.merged_at >= moment, Merger.undone_at.is_(None), scope.pupils())
        .order_by(Merger.id.desc())
    ).all()
