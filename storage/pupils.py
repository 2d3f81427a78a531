"""Pupils with their guardians, and their enrolment by school year and class."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.places import Place, SchoolClass
from storage.scope import Scope


class PupilStatus(StrEnum):
    STUDYING = "studying"
    MOVED = "moved"
    DROPPED_OUT = "dropped_out"
    FINISHED = "finished"


class Relation(StrEnum):
    FATHER = "father"
    MOTHER = "mother"
    GUARDIAN = "guardian"


class Pupil(Base):
    """`same_key` is the name with its marks, tone placement made equal; `folded` the name without marks, for searching.

    `birth_date` is ISO text and may be a year alone ("2010"). `is_boarder`: lodges at the school during the week
    (bán trú).
    """

    __tablename__ = "pupil"
    __table_args__ = table_args(
        Index(None, "commune_id", "sort_key"),
        Index(None, "village_id"),
        Index(None, "code"),
        Index(None, "personal_id"),
        Index(None, "same_key"),
        Index(None, "folded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    village_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(default="")
    personal_id: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    same_key: Mapped[str]
    folded: Mapped[str]
    sort_key: Mapped[str]
    birth_date: Mapped[str] = mapped_column(default="")
    sex: Mapped[str] = mapped_column(default="")
    ethnicity: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default=PupilStatus.STUDYING)
    enrolled_on: Mapped[date | None]
    left_on: Mapped[date | None]
    is_boarder: Mapped[bool] = mapped_column(default=False, server_default="0")
    merged_into: Mapped[int | None]  # another entry of the same child: this one is seen nowhere any more


class Guardian(Base):
    """A father, mother or another guardian, with the telephone as the school has it.

    `member_of` is an organisation (`people.Organisation`) whose branch in the village is then asked along first.
    """

    __tablename__ = "guardian"
    __table_args__ = table_args(Index(None, "pupil_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    relation: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    member_of: Mapped[str] = mapped_column(default="", server_default="")


class Enrolment(Base):
    """A pupil's time in a class; `until_on` None is the present one."""

    __tablename__ = "enrolment"
    __table_args__ = table_args(Index(None, "pupil_id"), Index(None, "class_id", "until_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


@dataclass(frozen=True)
class Listed:
    """A pupil as lists show it: enough to tell two of the same name apart."""

    pupil: Pupil
    class_name: str
    class_id: int | None
    village: str


def get(scope: Scope, session: Session, pupil_id: int) -> Pupil | None:
    """One pupil within the scope, or None: outside it a pupil is as unknown as one who does not exist."""
    return session.scalars(select(Pupil).where(Pupil.id == pupil_id, scope.pupils())).first()


def of_class(scope: Scope, session: Session, class_id: int, *, boarders_only: bool = False) -> Sequence[Pupil]:
    """Pupils now on the roll of a class, in the order of a register (given name first)."""
    wanted = (
        select(Pupil)
        .join(Enrolment, Enrolment.pupil_id == Pupil.id)
        .where(Enrolment.class_id == class_id, Enrolment.until_on.is_(None), Pupil.status == PupilStatus.STUDYING)
        .where(scope.pupils())
        .order_by(Pupil.sort_key, Pupil.id)
    )
    return session.scalars(wanted.where(Pupil.is_boarder) if boarders_only else wanted).all()


def classes_of_village(session: Session, village_id: int) -> Sequence[int]:
    """The classes in which pupils of a village sit now (ids only)."""
    return session.scalars(
        select(Enrolment.class_id)
        .join(Pupil, Pupil.id == Enrolment.pupil_id)
        .where(Pupil.village_id == village_id, Pupil.status == PupilStatus.STUDYING, Enrolment.until_on.is_(None))
        .distinct()
        .order_by(Enrolment.class_id)
    ).all()


def count(session: Session, commune_id: int) -> int:
    """How many pupils of a commune are at school (a count, no names)."""
    wanted = select(func.count()).select_from(Pupil)
    return session.scalar(wanted.where(Pupil.commune_id == commune_id, Pupil.status == PupilStatus.STUDYING)) or 0


def roll_size(session: Session, class_id: int, *, boarders_only: bool = False) -> int:
    """How many pupils are on the roll of a class, or lodge of them (a count, no names)."""
    return roll_sizes(session, [class_id], boarders_only=boarders_only).get(class_id, 0)


def roll_sizes(session: Session, class_ids: Collection[int], *, boarders_only: bool = False) -> dict[int, int]:
    """The same for several classes; a class without pupils is left out."""
    wanted = (
        select(Enrolment.class_id, func.count())
        .join(Pupil, Pupil.id == Enrolment.pupil_id)
        .where(Enrolment.class_id.in_(class_ids), Enrolment.until_on.is_(None), Pupil.status == PupilStatus.STUDYING)
        .group_by(Enrolment.class_id)
    )
    rows = session.execute(wanted.where(Pupil.is_boarder) if boarders_only else wanted)
    return {row[0]: row[1] for row in rows}


def listed(
    scope: Scope, session: Session, *, pupil_ids: Collection[int] | None = None, studying_only: bool = True
) -> list[Listed]:
    """Pupils with class and village, in name order; all of the scope, or only these ids of it."""
    wanted = (
        select(Pupil, SchoolClass.name, SchoolClass.id, Place.name)
        .outerjoin(Enrolment, (Enrolment.pupil_id == Pupil.id) & Enrolment.until_on.is_(None))
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .outerjoin(Place, Place.id == Pupil.village_id)
        .where(scope.pupils())
        .order_by(Pupil.sort_key, Pupil.id)
    )
    if pupil_ids is not None:
        wanted = wanted.where(Pupil.id.in_(pupil_ids))
    if studying_only:
        wanted = wanted.where(Pupil.status == PupilStatus.STUDYING)
    return [
        Listed(pupil, class_name or "", class_id, village or "")
        for pupil, class_name, class_id, village in session.execute(wanted)
    ]


def class_of(session: Session, pupil_id: int) -> SchoolClass | None:
    """The present class of a pupil."""
    return session.scalars(
        select(SchoolClass)
        .join(Enrolment, Enrolment.class_id == SchoolClass.id)
        .where(Enrolment.pupil_id == pupil_id, Enrolment.until_on.is_(None))
        .order_by(Enrolment.id.desc())
    ).first()


def guardians(scope: Scope, session: Session, pupil_id: int) -> Sequence[Guardian]:
    """Father, mother and others of a pupil within the scope."""
    return session.scalars(
        select(Guardian)
        .join(Pupil, Pupil.id == Guardian.pupil_id)
        .where(Guardian.pupil_id == pupil_id, scope.pupils())
        .order_by(Guardian.id)
    ).all()
