"""Places whose names change: province, commune, village, school and its sites; and the classes of a school year.

A village keeps its identity through a renaming or a merger; its former names stay searchable (domain: since 1/7/2025
Long Môn is part of xã Minh Long).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.scope import Scope


class PlaceKind(StrEnum):
    PROVINCE = "province"
    COMMUNE = "commune"
    VILLAGE = "village"
    SCHOOL = "school"
    SITE = "site"
    FORMER_VILLAGE = "former_village"  # it went into another village, which is its parent


class Place(Base):
    """One place under its present name.

    `parent_id` is the province of a commune, the school of a site, the commune of all others. A site
    (điểm trường) is a place away from the school where some of its classes sit.
    """

    __tablename__ = "place"
    __table_args__ = table_args(Index(None, "kind", "folded"), Index(None, "parent_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str]
    folded: Mapped[str]
    contact: Mapped[str] = mapped_column(default="")
    hall: Mapped[str] = mapped_column(default="")  # where this village meets, as people say it; empty: its usual hall
    created_on: Mapped[date]


class PlaceName(Base):
    """A name that a place bore, from and until a day (None: unknown)."""

    __tablename__ = "place_name"
    __table_args__ = table_args(Index(None, "folded"), Index(None, "place_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str]
    folded: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class SchoolClass(Base):
    """A class is (school, school year, name); names repeat every year. `key` is the folded name.

    `site_id`: the site of the school that it sits at; None at the school itself.
    """

    __tablename__ = "school_class"
    __table_args__ = table_args(UniqueConstraint("school_id", "year", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    year: Mapped[str]
    name: Mapped[str]
    key: Mapped[str]
    grade: Mapped[int | None]
    site_id: Mapped[int | None]


def get(session: Session, place_id: int | None) -> Place | None:
    """A place; places are no personal data and need no scope."""
    return None if place_id is None else session.get(Place, place_id)


def of_kind(session: Session, kind: PlaceKind, parent_id: int | None = None) -> Sequence[Place]:
    """All places of a kind, in the order they were made; below a parent when given."""
    wanted = select(Place).where(Place.kind == kind).order_by(Place.id)
    if parent_id is not None:
        wanted = wanted.where(Place.parent_id == parent_id)
    return session.scalars(wanted).all()


def commune(session: Session) -> Place | None:
    """The first commune: the only one, unless a province runs many."""
    return session.scalars(select(Place).where(Place.kind == PlaceKind.COMMUNE).order_by(Place.id).limit(1)).first()


def named(session: Session, kind: PlaceKind, folded: str, parent_id: int | None = None) -> Sequence[Place]:
    """Places whose present or former name folds to `folded`."""
    former = select(PlaceName.place_id).where(PlaceName.folded == folded)
    wanted = select(Place).where(Place.kind == kind, (Place.folded == folded) | Place.id.in_(former))
    if parent_id is not None:
        wanted = wanted.where(Place.parent_id == parent_id)
    return session.scalars(wanted.order_by(Place.id)).all()


def former_names(session: Session, place_id: int) -> Sequence[str]:
    """All names that a place bore or bears."""
    return session.scalars(select(PlaceName.name).where(PlaceName.place_id == place_id).order_by(PlaceName.id)).all()


def ended_names(session: Session, place_ids: Collection[int], since: date, until: date) -> Sequence[PlaceName]:
    """The names that these places ceased to bear from `since` to `until`, both included."""
    wanted = select(PlaceName).where(PlaceName.valid_until >= since, PlaceName.valid_until <= until)
    return session.scalars(wanted.where(PlaceName.place_id.in_(place_ids)).order_by(PlaceName.id)).all()


def all_names(session: Session, kind: PlaceKind) -> list[tuple[int, str]]:
    """Every name that a place of this kind bears or once bore, with the place's id; the present ones first."""
    present = session.execute(select(Place.id, Place.name).where(Place.kind == kind).order_by(Place.id))
    borne = session.execute(
        select(Place.id, PlaceName.name)
        .join(PlaceName, PlaceName.place_id == Place.id)
        .where(Place.kind == kind)
        .order_by(PlaceName.id)
    )
    return list(dict.fromkeys((place_id, name) for rows in (present, borne) for place_id, name in rows))


def school_class(session: Session, class_id: int | None) -> SchoolClass | None:
    return None if class_id is None else session.get(SchoolClass, class_id)


def classes(session: Session, *, schools: Collection[int], year: str) -> Sequence[SchoolClass]:
    """Classes of these schools in a school year ("2023-2024"), by grade and name."""
    wanted = select(SchoolClass).where(SchoolClass.school_id.in_(schools), SchoolClass.year == year)
    return session.scalars(wanted.order_by(SchoolClass.grade, SchoolClass.key)).all()


def with_communes(session: Session, class_ids: Collection[int]) -> list[tuple[SchoolClass, int]]:
    """These classes, each with the commune of its school."""
    wanted = select(SchoolClass, Place.parent_id).join(Place, Place.id == SchoolClass.school_id)
    rows = session.execute(wanted.where(SchoolClass.id.in_(class_ids)))
    return [(school_class, commune_id or 0) for school_class, commune_id in rows]


def classes_seen(scope: Scope, session: Session, year: str) -> Sequence[SchoolClass]:
    """The classes of a school year whose registers the scope sees, by grade and name."""
    wanted = select(SchoolClass).where(SchoolClass.year == year, scope.classes_seen())
    return session.scalars(wanted.order_by(SchoolClass.grade, SchoolClass.key, SchoolClass.id)).all()


def years(session: Session, *, schools: Collection[int], until: str) -> Sequence[str]:
    """The school years in which these schools have classes, up to one of them, the latest first."""
    wanted = select(SchoolClass.year).where(SchoolClass.school_id.in_(schools), SchoolClass.year <= until)
    return session.scalars(wanted.distinct().order_by(SchoolClass.year.desc())).all()


def class_by_key(session: Session, school_id: int, year: str, key: str) -> SchoolClass | None:
    wanted = select(SchoolClass).where(
        SchoolClass.school_id == school_id, SchoolClass.year == year, SchoolClass.key == key
    )
    return session.scalars(wanted).first()


def class_seen(scope: Scope, session: Session, class_id: int) -> SchoolClass | None:
    """One class whose register the scope sees."""
    return session.scalars(select(SchoolClass).where(SchoolClass.id == class_id, scope.classes_seen())).first()


def names_of(session: Session, place_ids: Collection[int]) -> dict[int, list[PlaceName]]:
    """The names that each of these places bore or bears, in the order they were noted."""
    found: dict[int, list[PlaceName]] = {}
    for row in session.scalars(select(PlaceName).where(PlaceName.place_id.in_(place_ids)).order_by(PlaceName.id)):
        found.setdefault(row.place_id, []).append(row)
    return found
