"""Newcomers: who may be invited by whom, who has not joined yet, and the inviter's word on who did (reliability §4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.parsing import same_name_key, school_year_of
from bot.rules import people
from bot.rules.people import WAITS, NewInvite
from bot.rules.tasks import Task
from bot.rules.work import Refused, Work
from storage import people as stored
from storage import places
from storage.people import AddressStatus, Invite, Person, Role, Status
from storage.places import PlaceKind

BY_SCHOOL = (Role.TEACHER, Role.PARENTS)
NEEDS_CLASS = frozenset({Role.TEACHER})
NEEDS_VILLAGE = frozenset({Role.VILLAGE_HEAD, Role.VILLAGE_FRONT, Role.PARENTS})


@dataclass(frozen=True)
class Newcomer:
    """Whom an invite is for."""

    role: Role
    name: str
    place_id: int | None = None
    class_id: int | None = None
    phone: str = ""
    organisation: str = ""


def roles_to_give(work: Work) -> tuple[Role, ...]:
    """What the acting person may invite to: an administrator everything, a school its teachers and parents."""
    held = people.roles(work)
    if Role.ADMIN in held:
        return tuple(Role)
    return BY_SCHOOL if Role.SCHOOL in held else ()


def villages(work: Work) -> Sequence[places.Place]:
    """The villages that somebody can be invited for."""
    return places.of_kind(work.session, PlaceKind.VILLAGE, people.commune_of(work).id)


def classes(work: Work) -> list[places.SchoolClass]:
    """The classes that the acting person may invite teachers of: of the latest school year that has any."""
    schools = _schools(work)
    for year in places.years(work.session, schools=schools, until=school_year_of(work.today)):
        return list(places.classes(work.session, schools=schools, year=year))
    return []


def _schools(work: Work) -> list[int]:
    commune = people.commune_of(work)
    if Role.ADMIN in people.roles(work):
        return [school.id for school in places.of_kind(work.session, PlaceKind.SCHOOL, commune.id)]
    return sorted(work.scope.schools)


def schools(work: Work) -> list[places.Place]:
    """The schools that the acting person may invite for."""
    found = (places.get(work.session, school_id) for school_id in _schools(work))
    return [school for school in found if school is not None]


def invite(work: Work, key: bytes, newcomer: Newcomer) -> tuple[Person, NewInvite]:
    """Makes a single-use code for a person; whoever has this name and this role there already is invited again.

    Raises Refused: not allowed, `outside_scope` for a place of others, `no_name`.
    """
    people.require(work, "people.invite")
    _require_place(work, newcomer)
    person = _known(work, newcomer) or _added(work, newcomer)
    person.phone = newcomer.phone or person.phone
    if newcomer.organisation:
        people.name_organisation(work, person, newcomer.organisation)
    return person, people.invite(work, key, person)


def invite_again(work: Work, key: bytes, person_id: int) -> tuple[Person, NewInvite]:
    """Another code for somebody who has not joined; the former one ends. Raises Refused("outside_scope")."""
    person = require_not_joined(work, person_id)
    return person, people.invite(work, key, person)


def not_joined(work: Work) -> list[Person]:
    """Who was named and has not joined, within the scope of the acting person, by name; an audited look."""
    people.require(work, "people.invite")
    found = [one for one in stored.listed(work.scope, work.session) if _may_invite_again(work, one)]
    work.audit("people.not_joined_seen", n=len(found))
    return found


def require_not_joined(work: Work, person_id: int) -> Person:
    """Somebody who can be given another code. Raises Refused."""
    people.require(work, "people.invite")
    found = next((one for one in stored.listed(work.scope, work.session) if one.id == person_id), None)
    if found is None or not _may_invite_again(work, found):
        raise Refused("outside_scope")
    return found


def _may_invite_again(work: Work, person: Person) -> bool:
    """A school invites only its teachers and parents, also the second time."""
    if person.status not in (Status.INVITED, Status.UNREACHABLE):
        return False
    held = {Role(grant.role) for grant in stored.grants(work.session, person.id, work.today)}
    return bool(held) and held <= set(roles_to_give(work))


def _require_place(work: Work, newcomer: Newcomer) -> None:
    if newcomer.role not in roles_to_give(work):
        raise Refused("not_allowed", action="people.invite")
    commune = people.commune_of(work)
    if newcomer.class_id is not None:
        school_class = places.school_class(work.session, newcomer.class_id)
        if school_class is None or school_class.school_id not in _schools(work):
            raise Refused("outside_scope")
    elif newcomer.role in NEEDS_CLASS or Role.ADMIN not in people.roles(work):
        raise Refused("outside_scope")
    if newcomer.place_id is not None:
        place = places.get(work.session, newcomer.place_id)
        if place is None or commune.id not in (place.id, place.parent_id):
            raise Refused("outside_scope")
    elif newcomer.role in NEEDS_VILLAGE | {Role.SCHOOL}:
        raise Refused("outside_scope")


def _known(work: Work, newcomer: Newcomer) -> Person | None:
    where = {"place_id": newcomer.place_id, "class_id": newcomer.class_id}
    for one in stored.with_role(work.session, newcomer.role, work.today, joined_only=False, **where):
        if same_name_key(one.name) == same_name_key(newcomer.name) and one.status != Status.LEFT:
            return one
    return None


def _added(work: Work, newcomer: Newcomer) -> Person:
    commune = people.commune_of(work)
    person = people.add_person(work, commune.id, newcomer.name)
    place_id = newcomer.place_id
    if place_id is None and newcomer.class_id is None:
        place_id = commune.id
    people.grant(work, person, newcomer.role, place_id=place_id, class_id=newcomer.class_id)
    return person


# The inviter's word


def inviter_of(work: Work, person_id: int) -> Person | None:
    """Who made the invite that this person joined with."""
    used = stored.used_invites(work.session, person_id=person_id)
    return stored.get(work.session, used[0].created_by) if used else None


def waits(work: Work, person: Person) -> list[Role]:
    """The roles of a person that do not hold before the inviter's word."""
    return [Role(grant.role) for grant in stored.waiting_grants(work.session, person.id, WAITS, work.today)]


def confirm(work: Work, person_id: int) -> Person:
    """The inviter knows who joined: the roles that waited hold from today, and the newcomer hears of it.

    Raises Refused: not allowed, `outside_scope` for whom one has not invited, `nothing_waits`.
    """
    person, _ = _invited_by_me(work, person_id)
    waiting = stored.waiting_grants(work.session, person.id, WAITS, work.today)
    if not waiting:
        raise Refused("nothing_waits")
    for grant in waiting:
        grant.from_on = work.today
    work.session.flush()
    work.held.pop(person.id, None)
    work.audit("person.confirmed", "person", person.id)
    work.tell(person.id, "person.confirmed", person.id)
    return person


def undo(work: Work, person_id: int) -> Person:
    """Somebody else joined with the code: the roles end, the chat is let go (reliability §4).

    A chat that the right person had before stays, and then the roles stay too. Raises Refused as `confirm` does.
    """
    person, invite = _invited_by_me(work, person_id)
    if people.is_last_admin(work, person):
        raise Refused("last_admin")
    for row in stored.addresses(work.session, person.id, active_only=False):
        if invite.used_at is not None and row.linked_at >= invite.used_at:
            row.status = AddressStatus.UNLINKED
    work.session.flush()
    if not stored.addresses(work.session, person.id):
        waiting = stored.waiting_grants(work.session, person.id, WAITS, work.today)
        for grant in (*waiting, *stored.grants(work.session, person.id, work.today)):
            grant.until_on = work.today
        person.status = Status.LEFT
    people.end_tokens(work, person)
    work.session.flush()
    work.held.pop(person.id, None)
    work.audit("person.undone", "person", person.id)
    return person


def require_invited_by_me(work: Work, person_id: int) -> Person:
    """Somebody who joined with an invite of the acting person. Raises Refused."""
    return _invited_by_me(work, person_id)[0]


def _invited_by_me(work: Work, person_id: int) -> tuple[Person, Invite]:
    people.require(work, "people.invite")
    used = stored.used_invites(work.session, person_id=person_id)
    person = stored.get(work.session, person_id)
    if not used or person is None or used[0].created_by != work.actor_id or person.status == Status.LEFT:
        raise Refused("outside_scope")
    return person, used[0]


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Newcomers of weight who wait for one's word; they stand on the list, and were told of when they joined."""
    if person_id is None:
        return
    for used in stored.used_invites(work.session, created_by=person_id):
        person = stored.get(work.session, used.person_id)
        if used.used_at is None or person is None or person.status == Status.LEFT or not waits(work, person):
            continue
        yield Task(
            kind="people.confirm",
            subject_id=person.id,
            person_id=person_id,
            occurrence=str(used.id),
            due=used.used_at,
            remind=(),
            useful_until=end + timedelta(days=1),
        )
