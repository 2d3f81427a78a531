"""Help for pupils: what a pupil needs, who gives it, what a school has, and what decides who is entitled to more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.pupils import Enrolment, Pupil
from storage.scope import Scope


class NeedKind(StrEnum):
    """What a pupil lacks (plan 30/KH-UBND, III.1)."""

    RICE = "rice"
    CLOTHES = "clothes"
    BOOKS = "books"
    BICYCLE = "bicycle"
    PAPERS = "papers"
    OTHER = "other"


class NeedStatus(StrEnum):
    NEEDED = "needed"
    PLEDGED = "pledged"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn"


OPEN = (NeedStatus.NEEDED, NeedStatus.PLEDGED)


class Offer(StrEnum):
    """What a school can say that it has."""

    RICE = "rice"
    MEALS = "meals"
    BOARDING = "boarding"
    CLOTHES = "clothes"
    BOOKS = "books"
    BICYCLE = "bicycle"
    EXTRA_LESSONS = "extra_lessons"


class Circumstance(StrEnum):
    """What the school knows of a family (domain §11: sensitive)."""

    POOR = "poor"
    NEAR_POOR = "near_poor"
    ORPHAN = "orphan"
    DISABLED = "disabled"


class Donor(Base):
    """A giver (mạnh thường quân): a record, no account. `gives` is what was offered, in words."""

    __tablename__ = "donor"
    __table_args__ = table_args(Index(None, "commune_id", "sort_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str]
    folded: Mapped[str]
    sort_key: Mapped[str]
    gives: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Need(Base):
    """One thing that one pupil needs, and the gift that answers it.

    `words` name the thing where `what` is other. A pledge that is taken back ends its row as withdrawn, and the need
    goes on in a new one: `waits_since` is carried along.
    """

    __tablename__ = "need"
    __table_args__ = table_args(
        Index(None, "pupil_id"),
        Index(None, "status", "waits_since"),
        Index(None, "donor_id"),
        Index(
            "uq_need_open",
            "pupil_id",
            "what",
            unique=True,
            sqlite_where=text("status IN ('needed', 'pledged') AND what <> 'other'"),
            postgresql_where=text("status IN ('needed', 'pledged') AND what <> 'other'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    what: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default=NeedStatus.NEEDED)
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]
    waits_since: Mapped[datetime]
    donor_id: Mapped[int | None] = mapped_column(ForeignKey("donor.id"))
    gift: Mapped[str] = mapped_column(default="")
    pledged_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    pledged_at: Mapped[datetime | None]
    handed_over_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    handed_over_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class NeedPhoto(Base):
    """A photo of the thing that was handed over, still on the platform it was sent over; never of the child."""

    __tablename__ = "need_photo"
    __table_args__ = table_args(UniqueConstraint("need_id", "file_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    channel: Mapped[str]
    bot: Mapped[str]
    kind: Mapped[str]
    file_id: Mapped[str]


class SchoolOffer(Base):
    """Something that a school has set as available, from and until a day (None: still)."""

    __tablename__ = "school_offer"
    __table_args__ = table_args(Index(None, "school_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    what: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class VillageStanding(Base):
    """What of a village decides about support: on a list of special difficulty (which, from, until), distance, cut off.

    `until_on` is the last day of the list's period; `km` is the way to the school.
    """

    __tablename__ = "village_standing"
    __table_args__ = table_args(UniqueConstraint("village_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    is_difficult: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    paper: Mapped[str] = mapped_column(default="")
    km: Mapped[int | None]
    is_cut_off: Mapped[bool] = mapped_column(default=False)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class PupilStanding(Base):
    """What the school knows of a pupil's family, or that the pupil receives something (`gets.CODE`): sensitive."""

    __tablename__ = "pupil_standing"
    __table_args__ = table_args(
        Index(
            "uq_pupil_standing_open",
            "pupil_id",
            "code",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    code: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class EntitlementChange(Base):
    """What a commune has put in place of the shipped words of an entitlement: paper, amount, period."""

    __tablename__ = "entitlement_change"
    __table_args__ = table_args(UniqueConstraint("commune_id", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    code: Mapped[str]
    paper: Mapped[str]
    amount: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


# Needs and donors


def get(scope: Scope, session: Session, need_id: int) -> Need | None:
    """One need by id, when its pupil lies within the scope."""
    return session.scalars(
        select(Need).join(Pupil, Pupil.id == Need.pupil_id).where(Need.id == need_id, scope.pupils())
    ).first()


def listed(scope: Scope, session: Session, statuses: Collection[str], *, pupil_id: int | None = None) -> Sequence[Need]:
    """Needs within the scope in these states, the longest waiting first; of one pupil when given."""
    wanted = (
        select(Need)
        .join(Pupil, Pupil.id == Need.pupil_id)
        .where(Need.status.in_(statuses), scope.pupils())
        .order_by(Need.waits_since, Need.id)
    )
    if pupil_id is not None:
        wanted = wanted.where(Need.pupil_id == pupil_id)
    return session.scalars(wanted).all()


def late(
    scope: Scope, session: Session, *, noted_before: datetime, pledged_before: datetime
) -> list[tuple[int, str, datetime]]:
    """(need, status, since) of needs without a donor since before a moment, or pledged before one and not handed over.

    Ids and states only; the longest first.
    """
    rows = session.execute(
        select(Need.id, Need.status, Need.waits_since, Need.pledged_at)
        .join(Pupil, Pupil.id == Need.pupil_id)
        .where(scope.pupils())
        .where(
            or_(
                (Need.status == NeedStatus.NEEDED) & (Need.waits_since <= noted_before),
                (Need.status == NeedStatus.PLEDGED) & (Need.pledged_at <= pledged_before),
            )
        )
        .order_by(Need.waits_since, Need.id)
    )
    return [(row[0], row[1], row[3] if row[1] == NeedStatus.PLEDGED and row[3] else row[2]) for row in rows]


def with_class(
    scope: Scope, session: Session, statuses: Collection[str]
) -> list[tuple[str, int, int | None, int | None]]:
    """(what, pupil, village, class) of needs in these states within the scope (ids only): for counting."""
    rows = session.execute(
        select(Need.what, Need.pupil_id, Pupil.village_id, Enrolment.class_id)
        .join(Pupil, Pupil.id == Need.pupil_id)
        .outerjoin(Enrolment, (Enrolment.pupil_id == Pupil.id) & Enrolment.until_on.is_(None))
        .where(Need.status.in_(statuses), scope.pupils())
        .order_by(Need.id)
    )
    return [(what, pupil_id, village_id, class_id) for what, pupil_id, village_id, class_id in rows]


def photos(scope: Scope, session: Session, need_id: int) -> Sequence[NeedPhoto]:
    """Photos of what was handed over."""
    return session.scalars(
        select(NeedPhoto)
        .join(Need, Need.id == NeedPhoto.need_id)
        .join(Pupil, Pupil.id == Need.pupil_id)
        .where(NeedPhoto.need_id == need_id, scope.pupils())
        .order_by(NeedPhoto.id)
    ).all()


def donor(session: Session, commune_id: int, donor_id: int | None) -> Donor | None:
    """A giver of a commune, for the work in hand."""
    found = None if donor_id is None else session.get(Donor, donor_id)
    return found if found is not None and found.commune_id == commune_id else None


def donors(session: Session, commune_id: int) -> Sequence[Donor]:
    """The givers of a commune, by name."""
    return session.scalars(select(Donor).where(Donor.commune_id == commune_id).order_by(Donor.sort_key, Donor.id)).all()


def donor_named(session: Session, commune_id: int, folded: str) -> Donor | None:
    """The giver of that name."""
    return session.scalars(
        select(Donor).where(Donor.commune_id == commune_id, Donor.folded == folded).order_by(Donor.id)
    ).first()


def of_donor(scope: Scope, session: Session, donor_id: int) -> Sequence[Need]:
    """What a giver has pledged or given to pupils of the scope, the latest first."""
    return session.scalars(
        select(Need)
        .join(Pupil, Pupil.id == Need.pupil_id)
        .where(Need.donor_id == donor_id, scope.pupils())
        .order_by(Need.pledged_at.desc(), Need.id.desc())
    ).all()


# What decides about support


def offers(session: Session, school_id: int, on: date) -> Sequence[SchoolOffer]:
    """What a school has set as available on a day."""
    return session.scalars(
        select(SchoolOffer)
        .where(SchoolOffer.school_id == school_id, SchoolOffer.from_on <= on)
        .where(or_(SchoolOffer.until_on.is_(None), SchoolOffer.until_on > on))
        .order_by(SchoolOffer.id)
    ).all()


def village_standing(session: Session, village_id: int | None) -> VillageStanding | None:
    """What of a village decides about support, when somebody has noted it."""
    if village_id is None:
        return None
    return session.scalars(select(VillageStanding).where(VillageStanding.village_id == village_id)).first()


def pupil_standings(scope: Scope, session: Session, pupil_id: int) -> set[str]:
    """The codes that hold for a pupil now; whoever reads them must be of the school (`rules.entitlements`)."""
    return set(
        session.scalars(
            select(PupilStanding.code)
            .join(Pupil, Pupil.id == PupilStanding.pupil_id)
            .where(PupilStanding.pupil_id == pupil_id, PupilStanding.until_on.is_(None), scope.pupils())
        )
    )


def standings_in(scope: Scope, session: Session, commune_id: int) -> dict[int, set[str]]:
    """The codes that hold for each pupil of a commune now; for a list that is taken in as a whole."""
    found: dict[int, set[str]] = {}
    for pupil_id, code in session.execute(
        select(PupilStanding.pupil_id, PupilStanding.code)
        .join(Pupil, Pupil.id == PupilStanding.pupil_id)
        .where(Pupil.commune_id == commune_id, PupilStanding.until_on.is_(None), scope.pupils())
    ):
        found.setdefault(pupil_id, set()).add(code)
    return found


def entitlement_change(session: Session, commune_id: int, code: str) -> EntitlementChange | None:
    """What a commune has put in place of the shipped words."""
    return session.scalars(
        select(EntitlementChange).where(EntitlementChange.commune_id == commune_id, EntitlementChange.code == code)
    ).first()
