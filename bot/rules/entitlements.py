"""What a school has, what the law may give a pupil, and what decides it: never more than "ask the school" (domain §7).

The papers and amounts are data (`entitlements.toml`) that a commune can change; a hint says only that one of them seems
to be missing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from bot.parsing import clean_line, fold
from bot.rules import cases, people, thresholds
from bot.rules.work import Refused, Work
from storage import places, pupils, support
from storage.database import insert_all_once
from storage.people import Role
from storage.places import PlaceKind
from storage.scope import Scope
from storage.support import Circumstance, EntitlementChange, Offer, PupilStanding, SchoolOffer, VillageStanding

GETS = "gets."  # before the code of what a pupil receives already
LEARNING_COST = frozenset({Circumstance.POOR, Circumstance.ORPHAN, Circumstance.DISABLED})
TEXT_AT_MOST = 200


@dataclass(frozen=True)
class Entitlement:
    """One thing that the law gives, with its paper, its amount in words, where that was read, and its days."""

    code: str
    paper: str
    amount: str
    source: str
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, on: date) -> bool:
        """Both ends are inclusive; None is open."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


@dataclass(frozen=True)
class Facts:
    """What is known of a pupil that decides about entitlements; `family` is empty for whoever may not know it."""

    grade: int | None
    is_difficult: bool
    is_far: bool
    family: frozenset[str]

    @property
    def is_kindergarten(self) -> bool:
        return not self.grade


# When an entitlement seems to fit (domain §7).
FITS: dict[str, Callable[[Facts], bool]] = {
    "boarding": lambda one: not one.is_kindergarten and one.is_difficult and one.is_far,
    "learning_cost": lambda one: one.is_difficult or bool(one.family & LEARNING_COST),
    "kindergarten_lunch": lambda one: one.is_kindergarten and (one.is_difficult or bool(one.family & LEARNING_COST)),
}
CODES = tuple(FITS)


@lru_cache
def shipped() -> tuple[Entitlement, ...]:
    """The entitlements that come with the product."""
    text = files("bot.rules").joinpath("entitlements.toml").read_text("utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["entitlement"]
    return tuple(Entitlement(**row) for row in rows)


def in_force(work: Work, commune_id: int, on: date | None = None) -> list[Entitlement]:
    """The entitlements of a day (today), each as the commune has put it, in the order of `CODES`."""
    day = on or work.today
    found = []
    for code in CODES:
        known = [_as_set(work, commune_id, one) for one in shipped() if one.code == code and one.holds(day)]
        found += [one for one in known[:1] if one.holds(day)]
    return found


def all_of(work: Work, commune_id: int) -> list[Entitlement]:
    """The latest form of each entitlement, also where it no longer holds: for whoever keeps them right."""
    latest = {one.code: one for one in shipped() if one.valid_from is None or one.valid_from <= work.today}
    return [_as_set(work, commune_id, latest[code]) for code in CODES if code in latest]


def _as_set(work: Work, commune_id: int, one: Entitlement) -> Entitlement:
    change = support.entitlement_change(work.session, commune_id, one.code)
    if change is None:
        return one
    return Entitlement(one.code, change.paper, change.amount, "", change.valid_from, change.valid_until)


def change(
    work: Work, code: str, *, paper: str | None = None, amount: str | None = None, until: date | None = None
) -> Entitlement:
    """Puts other words, or another last day, in place of what stands there.

    Raises Refused: not allowed, `outside_scope` for a code that is none, `no_words`.
    """
    people.require(work, "support.manage")
    commune_id = people.commune_of(work).id
    now = next((one for one in all_of(work, commune_id) if one.code == code), None)
    if now is None:
        raise Refused("outside_scope")
    paper, amount = (now.paper if paper is None else clean_line(paper)), now.amount if amount is None else amount
    amount = clean_line(amount)[:TEXT_AT_MOST]
    if not paper or not amount:
        raise Refused("no_words")
    row = support.entitlement_change(work.session, commune_id, code)
    if row is None:
        row = EntitlementChange(commune_id=commune_id, code=code, set_at=work.now)
        work.session.add(row)
    row.paper, row.amount = paper[:TEXT_AT_MOST], amount
    row.valid_from, row.valid_until = now.valid_from, until or now.valid_until
    row.set_by, row.set_at = work.actor_id, work.now
    work.session.flush()
    work.audit("entitlement.changed", "place", commune_id, code=code)
    return _as_set(work, commune_id, now)


# Hints


def hints(work: Work, pupil_id: int) -> list[str]:
    """Codes of what the law may give this pupil and nobody has noted as received: "ask the school", no more.

    What the family is (poor, orphan, …) counts only for whoever is of the pupil's school, so that a hint tells nobody
    else. Raises Refused outside the scope.
    """
    pupil = cases.require_pupil(work, pupil_id)
    standings = support.pupil_standings(work.scope, work.session, pupil_id)
    facts = _facts(work, pupil, frozenset(standings) if _is_of_school(work, pupil_id) else frozenset())
    return [
        one.code
        for one in in_force(work, pupil.commune_id)
        if FITS[one.code](facts) and f"{GETS}{one.code}" not in standings
    ]


def _facts(work: Work, pupil: pupils.Pupil, family: frozenset[str]) -> Facts:
    school_class = pupils.class_of(work.session, pupil.id)
    grade = None if school_class is None else school_class.grade
    village = support.village_standing(work.session, pupil.village_id)
    return Facts(
        grade=grade,
        is_difficult=village is not None and is_difficult(village, work.today),
        is_far=village is not None and _is_far(work, village, grade, pupil.commune_id),
        family=family,
    )


def is_difficult(village: VillageStanding, on: date) -> bool:
    """Whether a village stands on its list of special difficulty on a day."""
    begun = village.from_on is None or village.from_on <= on
    return village.is_difficult and begun and (village.until_on is None or on <= village.until_on)


def _is_far(work: Work, village: VillageStanding, grade: int | None, commune_id: int) -> bool:
    if village.is_cut_off:
        return True
    key = "entitlement.km_primary" if not grade or grade <= 5 else "entitlement.km_secondary"
    return village.km is not None and village.km >= thresholds.value(work, key, commune_id)


def _is_of_school(work: Work, pupil_id: int) -> bool:
    school_class = pupils.class_of(work.session, pupil_id)
    return (
        school_class is not None and school_class.school_id in work.scope.schools and Role.SCHOOL in people.roles(work)
    )


# What decides about them


def require_family(work: Work, pupil_id: int) -> None:
    """Raises Refused unless the acting person is of the pupil's school."""
    people.require(work, "support.school")
    cases.require_pupil(work, pupil_id)
    if not _is_of_school(work, pupil_id):
        raise Refused("outside_scope")


def family(work: Work, pupil_id: int) -> frozenset[str]:
    """What the school knows of a family; an audited look. Raises Refused to whoever is not of the school."""
    require_family(work, pupil_id)
    work.audit("family.seen", "pupil", pupil_id)
    return frozenset(support.pupil_standings(work.scope, work.session, pupil_id))


def set_family(work: Work, pupil_id: int, codes: Collection[str]) -> None:
    """What holds for a family from today on: circumstances, and `gets.CODE` for what the pupil receives.

    Raises Refused to whoever is not of the school, `outside_scope` for a code that is none.
    """
    require_family(work, pupil_id)
    if not set(codes) <= {*Circumstance, *(f"{GETS}{code}" for code in CODES)}:
        raise Refused("outside_scope")
    known = select(PupilStanding).where(PupilStanding.pupil_id == pupil_id, PupilStanding.until_on.is_(None))
    held = {row.code: row for row in work.session.scalars(known)}
    for code, row in held.items():
        if code not in codes:
            row.until_on = work.today
    for code in sorted(set(codes) - set(held)):
        work.session.add(
            PupilStanding(pupil_id=pupil_id, code=code, from_on=work.today, until_on=None, noted_by=work.actor_id)
        )
    work.session.flush()
    work.audit("family.set", "pupil", pupil_id)


# How lists write what a family is ("Diện chính sách"); read without marks, the longer words first.
WRITTEN = (
    ("can ngheo", Circumstance.NEAR_POOR),
    ("ngheo", Circumstance.POOR),
    ("mo coi", Circumstance.ORPHAN),
    ("khuyet tat", Circumstance.DISABLED),
)


def written(text: str) -> set[Circumstance]:
    """What a school's list says of a family: `Hộ nghèo; mồ côi`."""
    found, left = set(), fold(text)
    for words, circumstance in WRITTEN:
        if words in left:
            found.add(circumstance)
            left = left.replace(words, " ")
    return found


def note_written(work: Work, commune_id: int, texts: Mapping[int, str]) -> None:
    """Adds what a school's list says (by pupil) to what the schools of a commune know; what the list leaves out
    stays."""
    if not texts:
        return
    held = support.standings_in(Scope.everything(), work.session, commune_id)
    new = [
        (pupil_id, code)
        for pupil_id, text in texts.items()
        for code in sorted(written(text) - held.get(pupil_id, set()))
    ]
    values = {"from_on": work.today, "noted_by": work.actor_id}
    insert_all_once(work.session, PupilStanding, [{"pupil_id": one, "code": code, **values} for one, code in new])
    for pupil_id, _ in new:
        work.audit("family.set", "pupil", pupil_id)


@dataclass(frozen=True)
class VillageFacts:
    """What somebody says of a village; `until_on` is the last day of the list's period."""

    is_difficult: bool
    paper: str = ""
    until_on: date | None = None
    km: int | None = None
    is_cut_off: bool = False


def villages(work: Work) -> list[tuple[places.Place, VillageStanding | None]]:
    """The villages of the commune with what is noted of each."""
    people.require(work, "support.manage")
    found = places.of_kind(work.session, PlaceKind.VILLAGE, people.commune_of(work).id)
    return [(place, support.village_standing(work.session, place.id)) for place in found]


def set_village(work: Work, village_id: int, facts: VillageFacts) -> VillageStanding:
    """What of a village decides about support. Raises Refused: not allowed, outside the commune, `past_time` for a
    period that is over."""
    people.require(work, "support.manage")
    place = places.get(work.session, village_id)
    if place is None or place.kind != PlaceKind.VILLAGE or place.parent_id != people.commune_of(work).id:
        raise Refused("outside_scope")
    if facts.until_on is not None and facts.until_on < work.today:
        raise Refused("past_time")
    row = support.village_standing(work.session, village_id)
    if row is None:
        row = VillageStanding(village_id=village_id, set_at=work.now)
        work.session.add(row)
    if facts.is_difficult and not row.is_difficult:
        row.from_on = work.today
    row.is_difficult, row.paper = facts.is_difficult, clean_line(facts.paper)[:TEXT_AT_MOST]
    row.until_on = facts.until_on
    row.km, row.is_cut_off = facts.km, facts.is_cut_off
    row.set_by, row.set_at = work.actor_id, work.now
    work.session.flush()
    work.audit("village.standing_set", "village", village_id)
    return row


# What the school has


def schools(work: Work) -> list[places.Place]:
    """The schools that the acting person may set offers of."""
    people.require(work, "support.school")
    found = (places.get(work.session, school_id) for school_id in sorted(work.scope.schools))
    return [school for school in found if school is not None]


def offers(work: Work, school_id: int) -> list[Offer]:
    """What a school has set as available today, in the order of `Offer`."""
    held = {row.what for row in support.offers(work.session, school_id, work.today)}
    return [one for one in Offer if one in held]


def offers_for(work: Work, pupil_id: int) -> list[Offer]:
    """What the pupil's school has: the only things that may be named as available."""
    school_class = pupils.class_of(work.session, pupil_id)
    return [] if school_class is None else offers(work, school_class.school_id)


def set_offers(work: Work, school_id: int, what: Sequence[str]) -> None:
    """What a school has from today on; what is left out it no longer has. Raises Refused: not allowed, another's
    school."""
    people.require(work, "support.school")
    if school_id not in work.scope.schools:
        raise Refused("outside_scope")
    held = {row.what: row for row in support.offers(work.session, school_id, work.today)}
    for code, row in held.items():
        if code not in what:
            row.until_on = work.today
    for one in Offer:
        if one in what and one not in held:
            work.session.add(
                SchoolOffer(school_id=school_id, what=one, from_on=work.today, until_on=None, set_by=work.actor_id)
            )
    work.session.flush()
    work.audit("school.offers_set", "school", school_id)
