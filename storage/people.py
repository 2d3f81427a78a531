"""People who use Ra Lớp: their roles, each with a scope, the addresses they are reached at, and their invites."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.scope import Scope


class Role(StrEnum):
    """Who is who (domain §2); several in one person are usual."""

    ADMIN = "admin"
    OFFICIAL = "official"
    FRONT = "front"
    ORGANISATION = "organisation"
    POLICE = "police"
    SCHOOL = "school"
    TEACHER = "teacher"
    VILLAGE_HEAD = "village_head"
    VILLAGE_FRONT = "village_front"
    PARENTS = "parents"


class Organisation(StrEnum):
    """The organisations of the people (domain §2), each with a branch in every village."""

    YOUTH = "youth"
    WOMEN = "women"
    FARMERS = "farmers"
    VETERANS = "veterans"


class Status(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    LEFT = "left"
    UNREACHABLE = "unreachable"


class AddressStatus(StrEnum):
    ACTIVE = "active"
    GONE = "gone"  # the platform says it is closed; revived by any message from there
    UNLINKED = "unlinked"  # a lost phone: nothing is sent there, nothing heard from there


class Person(Base):
    """`form` is how Ra Lớp addresses this person (bác, chú, cô, anh, chị, thầy); empty before joining."""

    __tablename__ = "person"
    __table_args__ = table_args(Index(None, "commune_id"), Index(None, "folded"))

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str]
    folded: Mapped[str]
    sort_key: Mapped[str]
    form: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")  # as said aloud: "Phó Chủ tịch xã"
    phone: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="vi")
    status: Mapped[str] = mapped_column(default=Status.INVITED)
    consent_version: Mapped[str] = mapped_column(default="")
    consent_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    speaks_hre: Mapped[bool] = mapped_column(default=False, server_default="0")


class RoleGrant(Base):
    """A role of a person in a place, or in a class; both empty only for one that spans the commune.

    `until_on` is the first day on which it no longer holds. `organisation` says which one a grant of that role is of,
    where it is known.
    """

    __tablename__ = "role_grant"
    __table_args__ = table_args(Index(None, "person_id"), Index(None, "role", "place_id"), Index(None, "class_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_class.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    organisation: Mapped[str] = mapped_column(default="", server_default="")


class Address(Base):
    """Where a person is reached: a chat of a bot, or a web session's person. `position` orders several."""

    __tablename__ = "address"
    __table_args__ = table_args(UniqueConstraint("channel", "bot", "address"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str]
    bot: Mapped[str]
    address: Mapped[str]
    status: Mapped[str] = mapped_column(default=AddressStatus.ACTIVE)
    gone_reason: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    linked_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]


class Invite(Base):
    """One way in for one person: a typed code (kept as an HMAC) and a link token (kept hashed), used once."""

    __tablename__ = "invite"
    __table_args__ = table_args(UniqueConstraint("code_hmac"), UniqueConstraint("token_hash"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hmac: Mapped[str]
    token_hash: Mapped[str]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CodeTry(Base):
    """A wrong code typed from an address: guessing dies after five, then again after fifteen a day (T3).

    `is_unread`: typed while the address had to wait, and never looked up; it was told so with the first of these.
    """

    __tablename__ = "code_try"
    __table_args__ = table_args(Index(None, "channel", "bot", "address", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    bot: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]
    is_unread: Mapped[bool] = mapped_column(default=False, server_default="0")


class WebSession(Base):
    """A browser that joined or logged in; the cookie is kept only as a hash.

    `page`: it sees this one page until `ends_at`, and has no chat (and no address). `shown_as`: "Chrome, Android".
    """

    __tablename__ = "web_session"
    __table_args__ = table_args(UniqueConstraint("token_hash"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str]
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    page: Mapped[str] = mapped_column(default="", server_default="")
    shown_as: Mapped[str] = mapped_column(default="", server_default="")
    ends_at: Mapped[datetime | None]


def get(session: Session, person_id: int | None) -> Person | None:
    """One person by id, for the work in hand (who acts, who is told); lists for people's eyes take a scope."""
    return None if person_id is None else session.get(Person, person_id)


def several(session: Session, person_ids: Collection[int]) -> list[Person]:
    """The same of several at once, by id."""
    return list(session.scalars(select(Person).where(Person.id.in_(person_ids)).order_by(Person.id)))


def at_address(session: Session, channel: str, bot: str, address: str) -> Address | None:
    """The address row of a chat, whatever its status."""
    return session.scalars(
        select(Address).where(Address.channel == channel, Address.bot == bot, Address.address == address)
    ).first()


def addresses(session: Session, person_id: int, *, active_only: bool = True) -> Sequence[Address]:
    """Where to reach a person, the preferred first."""
    wanted = select(Address).where(Address.person_id == person_id).order_by(Address.position, Address.id)
    if active_only:
        wanted = wanted.where(Address.status == AddressStatus.ACTIVE)
    return session.scalars(wanted).all()


def with_address(session: Session, person_ids: Collection[int]) -> set[int]:
    """Which of these people have an open chat (ids only)."""
    wanted = select(Address.person_id).where(Address.person_id.in_(person_ids), Address.status == AddressStatus.ACTIVE)
    return set(session.scalars(wanted))


@dataclass
class Held:
    """Everybody's roles of a day, read at once for a transaction that asks about everybody and changes no role."""

    on: date
    people: Sequence[Person]
    grants: dict[int, list[RoleGrant]]
    scopes: dict[int, Scope] = field(default_factory=dict)


def hold(session: Session, on: date) -> None:
    """Reads people and roles at once, for the rest of this transaction."""
    if _held(session, on) is not None:
        return
    people = session.scalars(select(Person).where(Person.status == Status.ACTIVE)).all()
    by_person: dict[int, list[RoleGrant]] = {person.id: [] for person in people}
    for grant in session.scalars(select(RoleGrant).where(*holding(on)).order_by(RoleGrant.id)):
        by_person.setdefault(grant.person_id, []).append(grant)
    session.info[HELD] = Held(on, people, by_person)


def _held(session: Session, on: date) -> Held | None:
    held: Held | None = session.info.get(HELD)
    return held if held is not None and held.on == on else None


HELD = "people held"


def grants(session: Session, person_id: int, on: date) -> Sequence[RoleGrant]:
    """The roles that hold on a day."""
    held = _held(session, on)
    if held is not None and person_id in held.grants:
        return held.grants[person_id]
    return session.scalars(
        select(RoleGrant).where(RoleGrant.person_id == person_id, *holding(on)).order_by(RoleGrant.id)
    ).all()


def holding(on: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions for a grant to hold on a day."""
    return (RoleGrant.from_on <= on, or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > on))


def with_role(
    session: Session,
    role: Role,
    on: date,
    *,
    place_id: int | None = None,
    class_id: int | None = None,
    commune_id: int | None = None,
    joined_only: bool = True,
) -> Sequence[Person]:
    """People holding a role on a day, in a place or class when given; for finding whom to tell, not for showing."""
    wanted = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role, *holding(on))
        .order_by(Person.id)
        .distinct()
    )
    if place_id is not None:
        wanted = wanted.where(RoleGrant.place_id == place_id)
    if class_id is not None:
        wanted = wanted.where(RoleGrant.class_id == class_id)
    if commune_id is not None:
        wanted = wanted.where(Person.commune_id == commune_id)
    if joined_only:
        wanted = wanted.where(Person.status == Status.ACTIVE)
    return session.scalars(wanted).all()


def ending_grants(
    session: Session, roles: Collection[Role], after: date, until: date, *, person_id: int | None = None
) -> Sequence[RoleGrant]:
    """The roles of people who have joined that end after a day and at the latest on another, by person (no names)."""
    wanted = (
        select(RoleGrant)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role.in_(roles), RoleGrant.until_on > after, RoleGrant.until_on <= until)
        .where(RoleGrant.from_on < RoleGrant.until_on, Person.status == Status.ACTIVE)
        .order_by(RoleGrant.person_id, RoleGrant.id)
    )
    if person_id is not None:
        wanted = wanted.where(RoleGrant.person_id == person_id)
    return session.scalars(wanted).all()


def waiting_grants(session: Session, person_id: int, since: date, on: date) -> Sequence[RoleGrant]:
    """The roles of a person that begin on `since` or later and have not ended `on` a day: they wait for a word."""
    lasts = or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > on)
    return session.scalars(
        select(RoleGrant)
        .where(RoleGrant.person_id == person_id, RoleGrant.from_on >= since, lasts)
        .order_by(RoleGrant.id)
    ).all()


def used_invites(session: Session, *, created_by: int | None = None, person_id: int | None = None) -> Sequence[Invite]:
    """Invites that somebody joined with, the latest first: those one person made, or those for one person."""
    wanted = select(Invite).where(Invite.used_at.is_not(None)).order_by(Invite.used_at.desc(), Invite.id.desc())
    if created_by is not None:
        wanted = wanted.where(Invite.created_by == created_by)
    if person_id is not None:
        wanted = wanted.where(Invite.person_id == person_id)
    return session.scalars(wanted).all()


def reachable(session: Session) -> Sequence[int]:
    """Everybody who has joined and has an open chat (ids only)."""
    open_chats = select(Address.person_id).where(Address.status == AddressStatus.ACTIVE)
    return session.scalars(
        select(Person.id).where(Person.status == Status.ACTIVE, Person.id.in_(open_chats)).order_by(Person.id)
    ).all()


def listed(scope: Scope, session: Session) -> Sequence[Person]:
    """Everybody within the scope, by name."""
    return session.scalars(select(Person).where(scope.people()).order_by(Person.sort_key, Person.id)).all()


def scope_of(session: Session, person: Person | None, on: date) -> Scope:
    """What this person may see on a day, from the roles that hold then (interface.md, Roles)."""
    if person is None or person.status != Status.ACTIVE:
        return Scope.nothing()
    held = _held(session, on)
    if held is None:
        return _scope_of(session, person, on)
    if person.id not in held.scopes:
        held.scopes[person.id] = _scope_of(session, person, on)
    return held.scopes[person.id]


def _scope_of(session: Session, person: Person, on: date) -> Scope:
    from storage.cases import pupils_asked

    communes: set[int] = set()
    schools: set[int] = set()
    classes: set[int] = set()
    villages: set[int] = set()
    for grant in grants(session, person.id, on):
        if grant.role in (Role.OFFICIAL, Role.FRONT, Role.ADMIN):
            communes.add(grant.place_id or person.commune_id)
        elif grant.role == Role.SCHOOL and grant.place_id is not None:
            schools.add(grant.place_id)
        elif grant.role == Role.TEACHER and grant.class_id is not None:
            classes.add(grant.class_id)
        elif grant.role in (Role.VILLAGE_HEAD, Role.VILLAGE_FRONT) and grant.place_id is not None:
            villages.add(grant.place_id)
    return Scope(
        person_id=person.id,
        communes=frozenset(communes),
        schools=frozenset(schools),
        classes=frozenset(classes),
        villages=frozenset(villages),
        pupils_asked=frozenset(pupils_asked(session, person.id)),
    )


def count_wrong_codes(
    session: Session, channel: str, bot: str, address: str, since: datetime, *, unread: bool = False
) -> int:
    """How many wrong codes came from an address since a moment; `unread` counts those that were not looked up."""
    return (
        session.scalar(
            select(func.count())
            .select_from(CodeTry)
            .where(
                CodeTry.channel == channel,
                CodeTry.bot == bot,
                CodeTry.address == address,
                CodeTry.at >= since,
                CodeTry.is_unread == unread,
            )
        )
        or 0
    )


def wrong_codes(session: Session, since: datetime) -> int:
    """How many wrong codes were typed since a moment, from wherever (T3)."""
    wanted = select(func.count()).select_from(CodeTry).where(CodeTry.at >= since, ~CodeTry.is_unread)
    return session.scalar(wanted) or 0


def class_teachers(
    session: Session, on: date, *, person_id: int | None = None, class_ids: Collection[int] | None = None
) -> Sequence[tuple[int, int]]:
    """(person, class) of every teacher who has joined and keeps a register on a day (ids only), or of these classes."""
    wanted = (
        select(RoleGrant.person_id, RoleGrant.class_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == Role.TEACHER, RoleGrant.class_id.is_not(None), Person.status == Status.ACTIVE)
        .where(*holding(on))
        .order_by(RoleGrant.person_id, RoleGrant.id)
    )
    if person_id is not None:
        wanted = wanted.where(RoleGrant.person_id == person_id)
    if class_ids is not None:
        wanted = wanted.where(RoleGrant.class_id.in_(class_ids))
    return [(holder, class_id) for holder, class_id in session.execute(wanted) if class_id is not None]
