"""What helps a visitor at the door: the family's own total, what to talk of, whom to take along, what the school has.

Never a threat, never a promise that the school has not set; a private reason stays with whoever said it (domain §6,
peers-and-evidence R11).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from bot.rules import case_events, cases, early_warning, entitlements, organisations, people, reasons
from bot.rules.reasons import Why
from bot.rules.work import Refused, Work
from storage import cases as stored_cases
from storage import people as stored_people
from storage import pupils
from storage.cases import Case
from storage.people import Organisation, Person, Role
from storage.pupils import Guardian, Pupil
from storage.support import Offer

WOMEN = frozenset({"cô", "chị"})  # a form of address says it; nothing else about people does
MEMBER, FITS, WOMAN, HRE = "member", "fits", "woman", "hre"
ALONG_AT_MOST = 3


@dataclass(frozen=True)
class Companion:
    """Who should come along and why; without a person it is an organisation, or a woman, to be looked for."""

    why: str
    person: Person | None = None
    organisation: str = ""


@dataclass(frozen=True)
class Advice:
    """`reason` is what this reader may know: a private one is `private` to all but whoever said it.

    `missed` and `average` (None: nothing to compare with) count school days of this year, `is_sessions` says that they
    are sessions as well. `asks` is whom to ask about a private matter.
    """

    reason: Why
    missed: int
    average: float | None
    is_sessions: bool
    along: tuple[Companion, ...]
    offers: tuple[Offer, ...]
    hints: tuple[str, ...]
    asks: Person | None = None

    @property
    def may_be_danger(self) -> bool:
        """The hotline 111 is named wherever a private matter may be one of violence or marriage."""
        return self.reason in reasons.PRIVATE


def of_pupil(work: Work, pupil_id: int, said: str = "") -> Advice:
    """The advice for a visit to a pupil of the scope; `said` is the reason that this visitor has just heard.

    An audited look. Raises Refused: not allowed, outside the scope.
    """
    people.require(work, "visits.report")
    pupil = cases.require_pupil(work, pupil_id)
    case = stored_cases.open_of(work.scope, work.session, pupil_id)
    reason = _shown(work, case, said)
    standing = early_warning.standing(work, [pupil_id], with_average=True)[pupil_id]
    work.audit("advice.seen", "pupil", pupil_id)
    is_hidden = case is not None and reason == Why.PRIVATE and case.reason_by != work.actor_id and not said
    return Advice(
        reason=reason,
        missed=standing.missed,
        average=standing.class_average,
        is_sessions=standing.missed == standing.sessions_missed,
        along=tuple(companions(work, pupil, reason)),
        offers=tuple(entitlements.offers_for(work, pupil_id)),
        hints=tuple(entitlements.hints(work, pupil_id)),
        asks=_keeper(work, pupil_id) if is_hidden else None,
    )


def _shown(work: Work, case: Case | None, said: str) -> Why:
    if said and said != Why.UNKNOWN:
        return reasons.known(said)
    if case is None:
        return Why.UNKNOWN
    reason = reasons.known(case.reason)
    return Why.PRIVATE if is_hidden(work, case) else reason


def is_hidden(work: Work, case: Case) -> bool:
    """Whether the reason of a case is private to somebody else."""
    return reasons.known(case.reason) in reasons.PRIVATE and case.reason_by != work.actor_id


def _keeper(work: Work, pupil_id: int) -> Person | None:
    """The class teacher, who knows about private matters; None when it is the reader, or nobody has joined."""
    found = stored_people.get(work.session, cases.teacher_id_of(work, pupil_id))
    return found if found is not None and found.id != work.actor_id else None


# Whom to take along


def companions(work: Work, pupil: Pupil, reason: str) -> list[Companion]:
    """At most three: the family's organisation or one that fits the reason, a woman for a girl, a speaker of Hrê."""
    found = _organisation(work, pupil, reason)
    if pupil.sex == "female" and not _any_woman(work, found):
        woman = next((one for one in _neighbours(work, pupil) if one.form in WOMEN), None)
        found.append(Companion(WOMAN, woman))
    if work.person is not None and not work.person.speaks_hre and not any(_speaks(one) for one in found):
        speaker = next((one for one in _neighbours(work, pupil) if one.speaks_hre), None)
        if speaker is not None:
            found.append(Companion(HRE, speaker))
    return found[:ALONG_AT_MOST]


def _organisation(work: Work, pupil: Pupil, reason: str) -> list[Companion]:
    """One organisation: its branch in the village, else its people of the commune, else its name alone."""
    codes = organisations.wanted(work, pupil.id, reason)
    if not codes:
        return []
    own = organisations.memberships(work, pupil.id)
    for person, code in organisations.near(work, pupil, reason):
        if code in codes and person.id != work.actor_id and (not own or code in own or code == codes[0]):
            return [Companion(MEMBER if code in own else FITS, person, code)]
    return [Companion(MEMBER if own else FITS, None, codes[0])]


def _any_woman(work: Work, found: list[Companion]) -> bool:
    if work.person is not None and work.person.form in WOMEN:
        return True
    return any(
        one.organisation == Organisation.WOMEN or (one.person is not None and one.person.form in WOMEN) for one in found
    )


def _speaks(one: Companion) -> bool:
    return one.person is not None and one.person.speaks_hre


def _neighbours(work: Work, pupil: Pupil) -> list[Person]:
    """Who could come along besides: the class teacher, then those of the village, then the organisations."""
    session, on = work.session, work.today
    school_class = pupils.class_of(session, pupil.id)
    found = list(people.homeroom_teachers(work, school_class.id)) if school_class is not None else []
    if pupil.village_id is not None:
        for role in (Role.VILLAGE_FRONT, Role.PARENTS, Role.VILLAGE_HEAD):
            found += stored_people.with_role(session, role, on, place_id=pupil.village_id)
    found += [person for person, _ in organisations.near(work, pupil, Why.UNKNOWN)]
    return [one for one in dict.fromkeys(found) if one.id != work.actor_id]


# What is written down


def set_reason(work: Work, case_id: int, code: str) -> Case:
    """The reason of a case as the teacher (or the school) knows it: any code of domain §6.

    Raises Refused: not allowed, `outside_scope`, `case_is_closed`.
    """
    people.require(work, "cases.reason")
    case = cases.require(work, case_id)
    if code not in set(Why):
        raise Refused("outside_scope")
    case.reason, case.reason_by = code, work.actor_id
    work.session.flush()
    case_events.record(work, case, case_events.REASON)
    return case


def set_member(work: Work, guardian_id: int, organisation: str) -> Guardian:
    """A guardian is a member of an organisation ("": of none), said by somebody who sees the pupil.

    Raises Refused: not allowed, `outside_scope`.
    """
    people.require(work, "pupils.see")
    guardian = work.session.get(Guardian, guardian_id)
    if guardian is None or (organisation and organisation not in set(Organisation)):
        raise Refused("outside_scope")
    cases.require_pupil(work, guardian.pupil_id)
    work.session.execute(update(Guardian).where(Guardian.id == guardian_id).values(member_of=organisation))
    work.session.refresh(guardian)
    work.audit("guardian.member_set", "pupil", guardian.pupil_id)
    return guardian


def guardians(work: Work, pupil_id: int) -> list[Guardian]:
    """The guardians of a pupil of the scope. Raises Refused: not allowed, `outside_scope`, `no_guardian`."""
    people.require(work, "pupils.see")
    cases.require_pupil(work, pupil_id)
    found = list(pupils.guardians(work.scope, work.session, pupil_id))
    if not found:
        raise Refused("no_guardian")
    return found
