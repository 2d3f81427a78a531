"""Who may do what, who holds a role where, how people join and leave."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import select, update

from bot.parsing import fold, sort_key, tidy_name
from bot.rules.work import Refused, Work
from storage import alarms, api_tokens, calendar_tokens, people, places
from storage.alarms import AlarmKind
from storage.people import Address, AddressStatus, CodeTry, Invite, Person, Role, RoleGrant, Status
from storage.places import PlaceKind

CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 signs, without 0 O 1 I L
CODE_LENGTH = 8
INVITE_LASTS = timedelta(hours=72)
FIRST_ADMIN_LASTS = timedelta(hours=1)
WRONG_CODES_AT_ONCE = 5
WRONG_CODES_PAUSE = timedelta(minutes=15)
WRONG_CODES_A_DAY = 15
WRONG_CODES_OF_ALL = 50  # over so many in a day from everybody together somebody is guessing (T3)
CONSENT_VERSION = "2024-03-20"
FORMS = ("bác", "chú", "anh", "cô", "chị", "thầy")

# A role that reads or steers much, given in the chat, holds only when its inviter has seen who joined with the code
# (reliability §4); until then it begins on a day that never comes.
CAUTIOUS = frozenset({Role.ADMIN, Role.OFFICIAL, Role.SCHOOL, Role.POLICE})
WAITS = date.max

EVERYBODY = frozenset(Role)
ORGANISERS = frozenset({Role.ADMIN, Role.OFFICIAL, Role.FRONT})
RIGHTS: dict[str, frozenset[Role]] = {
    "attendance.report": frozenset({Role.TEACHER, Role.SCHOOL}),
    "attendance.seen_at_home": frozenset({Role.VILLAGE_HEAD}),
    "visits.report": frozenset(
        {
            Role.VILLAGE_HEAD,
            Role.VILLAGE_FRONT,
            Role.FRONT,
            Role.TEACHER,
            Role.ORGANISATION,
            Role.POLICE,
            Role.OFFICIAL,
        }
    ),
    "cases.manage": ORGANISERS | {Role.SCHOOL, Role.TEACHER},
    "cases.see": frozenset(Role) - {Role.PARENTS},
    "cases.reason": frozenset({Role.TEACHER, Role.SCHOOL}),
    "handover.answer": frozenset({Role.SCHOOL}),
    "pupils.merge": frozenset({Role.SCHOOL, Role.OFFICIAL, Role.ADMIN}),
    "thresholds.set": frozenset({Role.ADMIN, Role.OFFICIAL}),
    "meetings.see": EVERYBODY,
    "meetings.organise": ORGANISERS,
    "pupils.see": frozenset(Role) - {Role.PARENTS},
    "places.manage": frozenset({Role.ADMIN, Role.OFFICIAL}),
    "calendar.manage": frozenset({Role.ADMIN, Role.SCHOOL, Role.OFFICIAL}),
    "reports.see": ORGANISERS | {Role.SCHOOL},
    "office.see": ORGANISERS | {Role.SCHOOL},
    "audit.see": frozenset({Role.ADMIN, Role.OFFICIAL}),
    "letterheads.set": frozenset({Role.ADMIN, Role.OFFICIAL, Role.SCHOOL}),
    "people.invite": frozenset({Role.ADMIN, Role.SCHOOL}),
    "roster.import": frozenset({Role.ADMIN, Role.SCHOOL}),
    "people.see": ORGANISERS | {Role.SCHOOL},
    "alarms.see": frozenset({Role.ADMIN}),
    "support.note": frozenset(Role) - {Role.PARENTS},
    "support.manage": ORGANISERS | {Role.SCHOOL},
    "support.school": frozenset({Role.SCHOOL}),
    "plans.see": EVERYBODY,
    "plans.oversee": frozenset({Role.ADMIN, Role.OFFICIAL}),
    "regular_report.send": frozenset({Role.SCHOOL}),
    "regular_report.see": ORGANISERS | {Role.SCHOOL},
    "village_week.see": ORGANISERS | {Role.VILLAGE_HEAD, Role.VILLAGE_FRONT},
    "unreached.call": ORGANISERS | {Role.SCHOOL},
    "preferences": EVERYBODY,
}


@dataclass(frozen=True)
class Position:
    """A role as people say it: which role, and where."""

    role: Role
    place: str = ""
    class_name: str = ""
    organisation: str = ""
    is_village: bool = False


@dataclass(frozen=True)
class NewInvite:
    """What the inviter is shown, once: the typed code and the token of the links are not kept in clear."""

    person_id: int
    code: str
    token: str
    expires_at: datetime
    invite_id: int = 0


def roles(work: Work, person: Person | None = None) -> frozenset[Role]:
    """The roles that hold today."""
    who = person or work.person
    if who is None or who.status != Status.ACTIVE:
        return frozenset()
    if who.id not in work.held:
        work.held[who.id] = frozenset(grant.role for grant in people.grants(work.session, who.id, work.today))
    return frozenset(Role(role) for role in work.held[who.id])


def may(work: Work, action: str) -> bool:
    """Whether today's roles of the acting person allow an action."""
    return bool(roles(work) & RIGHTS[action])


def require(work: Work, action: str) -> None:
    """Raises Refused("not_allowed") unless the acting person may; read again in the writing transaction (T9)."""
    if not may(work, action):
        raise Refused("not_allowed", action=action)


def positions(work: Work, person: Person) -> list[Position]:
    """The roles of a person with their places, for showing who somebody is."""
    found = []
    for grant in people.grants(work.session, person.id, work.today):
        place = places.get(work.session, grant.place_id)
        school_class = places.school_class(work.session, grant.class_id)
        found.append(
            Position(
                Role(grant.role),
                place.name if place else "",
                school_class.name if school_class else "",
                grant.organisation,
                place is not None and place.kind == PlaceKind.VILLAGE,
            )
        )
    return found


def classes_taught(work: Work, person: Person | None = None) -> list[int]:
    """The classes a teacher keeps the register of, oldest grant first."""
    who = person or work.person
    if who is None:
        return []
    grants = people.grants(work.session, who.id, work.today)
    return [grant.class_id for grant in grants if grant.role == Role.TEACHER and grant.class_id is not None]


def homeroom_teachers(work: Work, class_id: int) -> Sequence[Person]:
    """Who keeps the register of a class and has joined."""
    return people.with_role(work.session, Role.TEACHER, work.today, class_id=class_id)


def officials(work: Work, commune_id: int) -> Sequence[Person]:
    """The commune's officials who have joined."""
    return people.with_role(work.session, Role.OFFICIAL, work.today, commune_id=commune_id)


def add_person(work: Work, commune_id: int, name: str, *, phone: str = "", title: str = "") -> Person:
    """A person known by name who has not joined; raises Refused("no_name")."""
    tidy = tidy_name(name)[:60]
    if not tidy:
        raise Refused("no_name")
    person = Person(
        commune_id=commune_id,
        name=tidy,
        folded=fold(tidy),
        sort_key=sort_key(tidy),
        phone=phone,
        title=title,
        created_at=work.now,
    )
    work.session.add(person)
    work.session.flush()
    work.audit("person.added", "person", person.id)
    return person


def grant(
    work: Work,
    person: Person,
    role: Role,
    *,
    place_id: int | None = None,
    class_id: int | None = None,
    organisation: str = "",
) -> RoleGrant:
    """Gives a role; a class's teacher and the parents end two weeks into the next school year (T5).

    `organisation` (`storage.people.Organisation`) says which one somebody with that role is of, where it is known.
    """
    row = RoleGrant(
        person_id=person.id,
        role=role,
        place_id=place_id,
        class_id=class_id,
        from_on=work.today,
        until_on=role_ends(work.today) if role in (Role.TEACHER, Role.PARENTS) else None,
        organisation=organisation,
    )
    work.session.add(row)
    work.session.flush()
    work.held.pop(person.id, None)
    work.audit("role.granted", "person", person.id, role=role, place=place_id, class_id=class_id)
    return row


def name_organisation(work: Work, person: Person, organisation: str) -> None:
    """Says which organisation somebody with that role is of."""
    for row in people.grants(work.session, person.id, work.today):
        if row.role == Role.ORGANISATION and row.organisation != organisation:
            row.organisation = organisation
            work.audit("role.organisation_set", "person", person.id, organisation=organisation)
    work.session.flush()


def role_ends(today: date) -> date:
    """Two weeks into the school year after today's: opening day is 5 September (domain §5), so 19 September."""
    this_year = date(today.year, 9, 19)
    return this_year if today < date(today.year, 8, 1) else date(today.year + 1, 9, 19)


def new_code() -> str:
    """`7K3P-9QXM`: some 39 bits of 31 signs that nobody mistakes, one at least a digit, so that no word is a code."""
    signs = ""
    while not any(sign.isdigit() for sign in signs):
        signs = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    return f"{signs[:4]}-{signs[4:]}"


def code_shown(typed: str) -> str | None:
    """A typed code in its shown form, or None if it cannot be one."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    if len(signs) != CODE_LENGTH or not signs.isascii() or not any(sign.isdigit() for sign in signs):
        return None
    return f"{signs[:4]}-{signs[4:]}"


def code_hmac(key: bytes, code: str) -> str:
    return hmac.new(key, code.replace("-", "").encode(), sha256).hexdigest()


def token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def invite(
    work: Work,
    key: bytes,
    person: Person,
    *,
    lasts: timedelta = INVITE_LASTS,
    code: str | None = None,
    token: str | None = None,
) -> NewInvite:
    """Makes a single-use code and link token for a person; earlier unused ones of that person end.

    The code is kept as an HMAC under `key`, which lives outside the database (T3).
    """
    code = code or new_code()
    token = token or secrets.token_urlsafe(16)
    ended = update(Invite).where(Invite.person_id == person.id, Invite.used_at.is_(None), Invite.expires_at > work.now)
    work.session.execute(ended.values(expires_at=work.now))
    row = Invite(
        person_id=person.id,
        code_hmac=code_hmac(key, code),
        token_hash=token_hash(token),
        created_by=work.actor_id,
        created_at=work.now,
        expires_at=work.now + lasts,
    )
    work.session.add(row)
    work.session.flush()
    work.audit("invite.made", "person", person.id)
    return NewInvite(person.id, code, token, row.expires_at, row.id)


def find_invite(work: Work, key: bytes, text: str) -> Invite:
    """The live invite that a typed code or a link's token opens.

    Raises Refused: `no_code` (this is no code at all), `unknown_code` (with the code as shown), `used_code`,
    `expired_code`.
    """
    shown = code_shown(text)
    wanted = Invite.token_hash == token_hash(text.strip())
    if shown is not None:
        wanted = wanted | (Invite.code_hmac == code_hmac(key, shown))
    found = work.session.scalars(select(Invite).where(wanted)).first()
    if found is None:
        raise Refused("unknown_code", code=shown) if shown else Refused("no_code")
    if found.used_at is not None:
        raise Refused("used_code")
    if found.expires_at <= work.now:
        raise Refused("expired_code", expired_at=found.expires_at)
    return found


def check_guessing(work: Work, channel: str, bot: str, address: str) -> None:
    """Raises Refused("too_many_codes") while an address must wait: five wrong, then 15 minutes, 15 a day (T3)."""
    recent = people.count_wrong_codes(work.session, channel, bot, address, work.now - WRONG_CODES_PAUSE)
    today = people.count_wrong_codes(work.session, channel, bot, address, work.now - timedelta(days=1))
    if recent >= WRONG_CODES_AT_ONCE or today >= WRONG_CODES_A_DAY:
        raise Refused("too_many_codes")


def note_wrong_code(work: Work, channel: str, bot: str, address: str) -> None:
    """Counts a wrong code."""
    work.session.add(CodeTry(channel=channel, bot=bot, address=address, at=work.now))
    work.session.flush()
    work.audit("invite.wrong_code")


def note_unread_code(work: Work, channel: str, bot: str, address: str) -> bool:
    """A code typed while the address must wait; True for the first since it must: it is told so once (T3)."""
    place = (channel, bot, address)
    since = work.now - WRONG_CODES_PAUSE
    if people.count_wrong_codes(work.session, *place, since, unread=True):
        return False
    work.session.add(CodeTry(channel=channel, bot=bot, address=address, at=work.now, is_unread=True))
    work.session.flush()
    return True


def is_guessed(work: Work) -> bool:
    """Whether somebody seems to guess codes: over fifty wrong ones in the last 24 hours, from wherever (T3)."""
    return people.wrong_codes(work.session, work.now - timedelta(days=1)) > WRONG_CODES_OF_ALL


def join(work: Work, invite_id: int, form: str, channel: str, bot: str, address: str) -> Person:
    """Uses an invite up: the person is active, reached at this address, addressed by `form`, and has agreed.

    One conditional update decides between two who typed the same code (T4); the loser gets Refused("used_code").
    """
    claimed = work.session.execute(
        update(Invite)
        .where(Invite.id == invite_id, Invite.used_at.is_(None), Invite.expires_at > work.now)
        .values(used_at=work.now)
        .returning(Invite.person_id, Invite.created_by, Invite.created_at)
    ).first()
    if claimed is None:
        raise Refused("used_code")
    person = work.session.get_one(Person, claimed.person_id)
    person.form = form
    person.status = Status.ACTIVE
    person.joined_at = person.joined_at or work.now
    person.consent_at = work.now
    person.consent_version = CONSENT_VERSION
    link(work, person, channel, bot, address)
    if claimed.created_by is not None and claimed.created_by != person.id:
        _hold_back(work, person, everything=is_guessed(work) or _was_guessed(work, claimed.created_at))
    work.person = person
    work.scope = people.scope_of(work.session, person, work.today)
    work.audit("person.joined", "person", person.id, channel=channel)
    return person


def _was_guessed(work: Work, at: datetime) -> bool:
    """Whether codes were being guessed when this one was made."""
    return alarms.was_open(work.session, AlarmKind.CODES, at)


def _hold_back(work: Work, person: Person, *, everything: bool) -> None:
    """Roles of weight wait for the inviter's "đúng người"; an invite made on the machine itself does not wait.

    `everything`: while somebody guesses codes every role waits (T3).
    """
    for row in people.grants(work.session, person.id, work.today):
        if everything or row.role in CAUTIOUS:
            row.from_on = WAITS
            work.audit("role.waits", "person", person.id, role=row.role)
    work.session.flush()


def link(work: Work, person: Person, channel: str, bot: str, address: str) -> Address:
    """Ties a chat to a person; a chat belongs to one person at a time."""
    row = people.at_address(work.session, channel, bot, address)
    if row is None:
        position = len(people.addresses(work.session, person.id, active_only=False))
        row = Address(
            person_id=person.id,
            channel=channel,
            bot=bot,
            address=address,
            position=position,
            linked_at=work.now,
        )
        work.session.add(row)
    row.person_id = person.id
    row.status = AddressStatus.ACTIVE
    row.gone_reason, row.gone_at = "", None
    row.linked_at = work.now
    work.session.flush()
    return row


def hear_from(work: Work, row: Address, person: Person) -> None:
    """A sign of life from an address: it counts as open again, unless it was unlinked."""
    row.heard_at = work.now
    person.last_seen_at = work.now
    if row.status == AddressStatus.GONE:
        row.status = AddressStatus.ACTIVE
        row.gone_reason, row.gone_at = "", None
    if person.status == Status.UNREACHABLE:
        person.status = Status.ACTIVE


def close_address(work: Work, row: Address, reason: str) -> None:
    """The platform says that this chat is closed; with no other way left the person is unreachable."""
    if row.status != AddressStatus.ACTIVE:
        return
    row.status = AddressStatus.GONE
    row.gone_reason, row.gone_at = reason, work.now
    person = work.session.get_one(Person, row.person_id)
    if person.status == Status.ACTIVE and not people.addresses(work.session, person.id):
        person.status = Status.UNREACHABLE
    work.audit("address.gone", "person", row.person_id, channel=row.channel, reason=reason)


def leave(work: Work) -> None:
    """The person withdraws consent: roles end today, chats are let go, what was reported stays."""
    person = work.person
    if person is None:
        raise Refused("not_joined")
    for role_grant in people.grants(work.session, person.id, work.today):
        if role_grant.role == Role.ADMIN and is_last_admin(work, person):
            raise Refused("last_admin")
        role_grant.until_on = work.today
    for row in people.addresses(work.session, person.id):
        row.status = AddressStatus.UNLINKED
    work.held.pop(person.id, None)
    person.status = Status.LEFT
    end_tokens(work, person)
    work.audit("person.left", "person", person.id)


def end_tokens(work: Work, person: Person) -> None:
    """Whoever is gone is read by no program and no calendar any more, also not after coming back."""
    api_tokens.end_all(work.session, person.id, work.now)
    calendar_tokens.end_all(work.session, person.id, work.now)


def is_last_admin(work: Work, person: Person) -> bool:
    """The last administrator never ends (T5)."""
    admins = people.with_role(work.session, Role.ADMIN, work.today, commune_id=person.commune_id)
    return [admin.id for admin in admins] == [person.id]


def commune_of(work: Work) -> places.Place:
    """The commune of the acting person, or the first one. Raises Refused("no_commune") before `init`."""
    found = (
        places.get(work.session, work.person.commune_id) if work.person is not None else places.commune(work.session)
    )
    if found is None:
        raise Refused("no_commune")
    return found


def make_place(work: Work, kind: PlaceKind, name: str, *, parent_id: int | None, contact: str = "") -> places.Place:
    """A new place under its present name."""
    tidy = tidy_name(name)
    place = places.Place(
        kind=kind, parent_id=parent_id, name=tidy, folded=fold(tidy), contact=contact, created_on=work.today
    )
    work.session.add(place)
    work.session.flush()
    work.session.add(
        places.PlaceName(place_id=place.id, name=tidy, folded=fold(tidy), valid_from=None, valid_until=None)
    )
    work.audit("place.made", kind, place.id)
    return place


def with_role_at_school(work: Work, school_id: int) -> Sequence[Person]:
    """The heads of a school who have joined."""
    return people.with_role(work.session, Role.SCHOOL, work.today, place_id=school_id)
