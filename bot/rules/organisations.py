"""Which organisation is asked along: the one that the family is a member of, then one that fits the reason (plan
III.2)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rules import reasons
from bot.rules.work import Work
from storage import people, pupils
from storage.people import Organisation, Person, Role
from storage.pupils import Pupil
from storage.scope import Scope


def memberships(work: Work, pupil_id: int) -> list[Organisation]:
    """The organisations that the guardians of a pupil are members of, in their order."""
    found = pupils.guardians(Scope.everything(), work.session, pupil_id)
    return list(dict.fromkeys(Organisation(one.member_of) for one in found if one.member_of in set(Organisation)))


def wanted(work: Work, pupil_id: int, reason: str) -> list[Organisation]:
    """Whose help is asked first: the family's own, then those that fit the reason."""
    fitting = reasons.FITTING.get(reasons.known(reason), ())
    return list(dict.fromkeys([*memberships(work, pupil_id), *fitting]))


def near(work: Work, pupil: Pupil, reason: str) -> list[tuple[Person, str]]:
    """The people of organisations who can be asked for a pupil, each with the organisation ("": not known).

    The wanted organisations first, each with its branch in the village before the commune; then all others, the
    village's before the commune's.
    """
    found = [
        (person, code)
        for place_id in (pupil.village_id, pupil.commune_id)
        if place_id is not None
        for person, code in _at(work, place_id)
    ]
    order: dict[str, int] = {code: place for place, code in enumerate(wanted(work, pupil.id, reason))}
    once: dict[int, tuple[Person, str]] = {}
    for person, code in sorted(found, key=lambda pair: order.get(pair[1], len(order))):
        once.setdefault(person.id, (person, code))
    return list(once.values())


def _at(work: Work, place_id: int) -> Sequence[tuple[Person, str]]:
    rows = []
    for person in people.with_role(work.session, Role.ORGANISATION, work.today, place_id=place_id):
        grants = people.grants(work.session, person.id, work.today)
        codes = [g.organisation for g in grants if g.role == Role.ORGANISATION and g.place_id == place_id]
        rows.append((person, next((code for code in codes if code), "")))
    return rows
