"""Advice before a visit: the family's own total, who comes along, only what the school has set, and private reasons."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.conversations.advice_words import LABELS, TALK
from bot.i18n import catalogue
from bot.rules import advice, cases, entitlements, ladder, people, visits
from bot.rules.advice import FITS, HRE, MEMBER, WOMAN
from bot.rules.ladder import Rung
from bot.rules.reasons import Why
from bot.rules.visits import Findings
from bot.rules.work import Refused
from storage.attendance import Reason
from storage.cases import Case
from storage.people import Organisation, Person, Role
from storage.pupils import Guardian, Pupil
from storage.support import Offer
from storage.visits import Met
from tests.world import World


@pytest.fixture
def chi(commune: World) -> Pupil:
    return commune.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()


def who(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def of_organisation(
    world: World, name: str, organisation: Organisation, *, form: str = "anh", village: str = ""
) -> Person:
    place_id = world.village(village).id if village else world.commune().id
    person = world.person(name, Role.ORGANISATION, form=form, place_id=place_id)
    people.name_organisation(world.work, person, organisation)
    return person


def visited(world: World, pupil: Pupil, reason: str) -> Case:
    """A visit of the village head, who heard this reason."""
    world.acting(who(world, "Đinh Văn Rớt"))
    visits.report(world.work, pupil.id, Findings(visited_at=world.work.now, met=Met.PARENTS, reason=reason))
    return world.session.scalars(select(Case).where(Case.pupil_id == pupil.id)).one()


def test_the_familys_total_stands_beside_the_others_of_the_class(commune: World, chi: Pupil) -> None:
    hoa = who(commune, "Đinh Thị Hoa")
    commune.absent(chi, hoa, *[(f"2024-03-{day:02d}", Reason.ILL) for day in (4, 8, 11)])
    commune.acting(who(commune, "Đinh Văn Rớt"))
    found = advice.of_pupil(commune.work, chi.id)
    assert (found.missed, found.average, found.is_sessions) == (3, 0, True)


def test_advice_is_for_visitors_who_see_the_pupil(commune: World, chi: Pupil) -> None:
    commune.acting(commune.village_head("Đinh Văn Rin", of="Làng Trê"))
    with pytest.raises(Refused, match="outside_scope"):
        advice.of_pupil(commune.work, chi.id)
    commune.acting(commune.person("Đinh Thị Nương", Role.PARENTS, place_id=commune.village("Cà Xen").id))
    with pytest.raises(Refused, match="not_allowed"):
        advice.of_pupil(commune.work, chi.id)


def test_only_what_the_school_has_set_is_named(commune: World, chi: Pupil) -> None:
    head = commune.school_head("Phạm Văn Sơn")
    commune.acting(who(commune, "Đinh Văn Rớt"))
    assert advice.of_pupil(commune.work, chi.id, Why.POVERTY).offers == ()
    commune.acting(head)
    entitlements.set_offers(commune.work, commune.school().id, [Offer.RICE])
    commune.acting(who(commune, "Đinh Văn Rớt"))
    assert advice.of_pupil(commune.work, chi.id, Why.POVERTY).offers == (Offer.RICE,)


def test_a_private_reason_is_known_to_whoever_said_it_and_to_nobody_else(commune: World, chi: Pupil) -> None:
    case = visited(commune, chi, Why.PRIVATE)
    commune.acting(who(commune, "Đinh Thị Hoa"))
    advice.set_reason(commune.work, case.id, Why.EARLY_MARRIAGE)
    own = advice.of_pupil(commune.work, chi.id)
    assert (own.reason, own.asks, own.may_be_danger) == (Why.EARLY_MARRIAGE, None, True)
    for other in ("Đinh Văn Rớt", "Phạm Thị Thu"):
        commune.acting(who(commune, other))
        found = advice.of_pupil(commune.work, chi.id)
        assert (found.reason, found.may_be_danger) == (Why.PRIVATE, True)
        assert found.asks is not None
        assert found.asks.name == "Đinh Thị Hoa"


def test_a_later_visit_does_not_wipe_out_what_the_teacher_found(commune: World, chi: Pupil) -> None:
    case = visited(commune, chi, Why.PRIVATE)
    commune.acting(who(commune, "Đinh Thị Hoa"))
    advice.set_reason(commune.work, case.id, Why.FAMILY)
    commune.work.now = commune.work.now.replace(hour=9)
    visited(commune, chi, Why.PRIVATE)
    assert (case.reason, case.reason_by) == (Why.FAMILY, who(commune, "Đinh Thị Hoa").id)
    commune.work.now = commune.work.now.replace(hour=10)
    visited(commune, chi, Why.HOUSEHOLD_WORK)
    assert (case.reason, case.reason_by) == (Why.HOUSEHOLD_WORK, who(commune, "Đinh Văn Rớt").id)


def test_only_teacher_and_school_write_down_any_reason(commune: World, chi: Pupil) -> None:
    case = visited(commune, chi, Why.ILLNESS)
    with pytest.raises(Refused, match="not_allowed"):
        advice.set_reason(commune.work, case.id, Why.EARLY_MARRIAGE)
    commune.acting(who(commune, "Đinh Thị Hoa"))
    with pytest.raises(Refused, match="outside_scope"):
        advice.set_reason(commune.work, case.id, "a guess")


def test_the_familys_own_organisation_is_asked_before_the_one_that_fits(commune: World, chi: Pupil) -> None:
    of_organisation(commune, "Đinh Văn Bên", Organisation.YOUTH)
    farmers = of_organisation(commune, "Đinh Văn Rơ", Organisation.FARMERS)
    near = of_organisation(commune, "Đinh Văn Krít", Organisation.FARMERS, village="Cà Xen")
    commune.acting(who(commune, "Đinh Văn Rớt"))
    first = advice.of_pupil(commune.work, chi.id, Why.WEAK_LEARNING).along[0]
    assert (first.why, first.organisation) == (FITS, Organisation.YOUTH)
    guardian = Guardian(pupil_id=chi.id, relation="mother", name="Đinh Thị Lê")
    commune.session.add(guardian)
    commune.session.flush()
    advice.set_member(commune.work, guardian.id, Organisation.FARMERS)
    first = advice.of_pupil(commune.work, chi.id, Why.WEAK_LEARNING).along[0]
    assert (first.why, first.person) == (MEMBER, near)
    asked = ladder.on_rung(commune.work, chi.id, Rung.ORGANISATION)
    assert asked[:2] == [near, farmers]  # the ladder asks the same


def test_an_organisation_that_nobody_has_joined_for_is_named_all_the_same(commune: World, chi: Pupil) -> None:
    commune.acting(who(commune, "Đinh Văn Rớt"))
    first = advice.of_pupil(commune.work, chi.id, Why.HOUSEHOLD_WORK).along[0]
    assert (first.person, first.organisation) == (None, Organisation.FARMERS)


def test_a_woman_comes_along_to_a_girl_and_a_speaker_of_hre_to_who_speaks_none(commune: World, chi: Pupil) -> None:
    rot, hoa = who(commune, "Đinh Văn Rớt"), who(commune, "Đinh Thị Hoa")
    front = commune.person("Đinh Văn Liêu", Role.VILLAGE_FRONT, form="bác", place_id=commune.village("Cà Xen").id)
    front.speaks_hre = True
    commune.acting(rot)
    assert [(one.why, one.person) for one in advice.of_pupil(commune.work, chi.id).along] == [
        (WOMAN, hoa),
        (HRE, front),
    ]
    rot.speaks_hre = True
    assert [one.why for one in advice.of_pupil(commune.work, chi.id).along] == [WOMAN]
    commune.acting(hoa)
    assert [one.why for one in advice.of_pupil(commune.work, chi.id).along] == [HRE]
    boy = commune.pupil("Đinh Văn Krít", of="6A")
    commune.acting(rot)
    assert advice.of_pupil(commune.work, boy.id, Why.OTHER).along == ()


def test_every_reason_has_its_lines_and_none_threatens_or_promises() -> None:
    assert set(TALK) == set(Why)
    assert set(LABELS) == set(Why) - {Why.PRIVATE, Why.UNKNOWN}
    said = [catalogue("vi").gettext(line) for found in TALK.values() for line in found]
    assert all(1 <= len(found) <= 3 for found in TALK.values())
    assert not [line for line in said if len(line.split()) > 18]
    for word in ("phạt", "xử lý", "công an", "sẽ được", "sẽ có", "cam kết", "bắt buộc"):
        assert not [line for line in said if word in line], word


def test_a_case_learns_who_said_its_reason(commune: World, chi: Pupil) -> None:
    rot = who(commune, "Đinh Văn Rớt")
    case = visited(commune, chi, Why.UNKNOWN)
    assert case.reason_by is None
    cases.learn_reason(commune.work, case.id, Why.PRIVATE)
    assert (case.reason, case.reason_by) == (Why.PRIVATE, rot.id)
