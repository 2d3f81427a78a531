"""The school calendar: a school's year, the weekly sessions of a class, decisions that close, open or watch days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class Effect(StrEnum):
    """What a decision does to the sessions it names: no school, school after all, or school under close watch."""

    CLOSED = "closed"
    OPEN = "open"
    WATCH = "watch"


class Why(StrEnum):
    """For what a decision was made."""

    HOLIDAY = "holiday"
    TET = "tet"
    FLOOD = "flood"
    STORM = "storm"
    FEAST = "feast"
    OTHER = "other"


class SchoolYear(Base):
    """The first and last day of a school's year, where the school has set them; `year` is "2023-2024"."""

    __tablename__ = "school_year"
    __table_args__ = table_args(UniqueConstraint("school_id", "year"))

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    year: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class ClassSession(Base):
    """One session of a class's week: weekday 0 is Monday, `starts_at` the wall time ("07:00").

    A class without any has Monday to Friday mornings. An evening is the head-count of the semi-boarders.
    """

    __tablename__ = "class_session"
    __table_args__ = table_args(UniqueConstraint("class_id", "weekday", "half"), Index(None, "weekday", "starts_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"))
    weekday: Mapped[int]
    half: Mapped[str]
    starts_at: Mapped[str]


class Closure(Base):
    """A decision about days from `from_on` to `until_on`, both included; `half` empty: all sessions.

    It concerns the whole commune, or the one of school, site, class or village that is set: a village's concerns the
    pupils who live there, not their classes. Of two decisions about one session the later counts. Nobody deletes one:
    it is taken back.
    """

    __tablename__ = "closure"
    __table_args__ = table_args(Index(None, "commune_id", "until_on"), Index(None, "village_id", "until_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_class.id"))
    village_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    half: Mapped[str] = mapped_column(default="")
    effect: Mapped[str]
    why: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    from_on: Mapped[date]
    until_on: Mapped[date]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


def closure(session: Session, closure_id: int) -> Closure | None:
    """A decision by id; decisions are no personal data and need no scope."""
    return session.get(Closure, closure_id)


def closures(session: Session, communes: Collection[int], since: date, until: date) -> Sequence[Closure]:
    """The decisions in force of these communes that touch days from `since` to `until`, in the order they were made."""
    return session.scalars(
        select(Closure)
        .where(Closure.commune_id.in_(communes), Closure.until_on >= since, Closure.from_on <= until)
        .where(Closure.taken_back_at.is_(None))
        .order_by(Closure.id)
    ).all()


def of_villages(session: Session, villages: Collection[int], since: date, until: date) -> Sequence[Closure]:
    """The same of these villages only."""
    return session.scalars(
        select(Closure)
        .where(Closure.village_id.in_(villages), Closure.until_on >= since, Closure.from_on <= until)
        .where(Closure.taken_back_at.is_(None))
        .order_by(Closure.id)
    ).all()


def years(session: Session, schools: Collection[int]) -> Sequence[SchoolYear]:
    """The school years that these schools have set."""
    return session.scalars(select(SchoolYear).where(SchoolYear.school_id.in_(schools))).all()


def weeks(session: Session, classes: Collection[int]) -> Sequence[ClassSession]:
    """The weekly sessions that these classes have of their own."""
    return session.scalars(select(ClassSession).where(ClassSession.class_id.in_(classes))).all()


def starting(session: Session, weekday: int, starts: Collection[tuple[str, str]]) -> set[int]:
    """The classes with a session on a weekday that begins at one of these (session, wall time as "07:00")."""
    by_half = {half: [at for one, at in starts if one == half] for half, _ in starts}
    if not by_half:
        return set()
    begins = or_(*((ClassSession.half == half) & ClassSession.starts_at.in_(hours) for half, hours in by_half.items()))
    return set(session.scalars(select(ClassSession.class_id).where(ClassSession.weekday == weekday, begins)))
