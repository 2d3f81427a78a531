"""The distribution of a plan as functions: who gets it and when, what it asks of whom, who has read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.importers.plan import PlanDocument, document_of
from bot.importers.plan_tables import as_text
from bot.importers.plan_texts import blocks_of_text
from bot.rules import meeting_plan, plan_copies, reminders
from bot.rules.plan_copies import Given
from bot.rules.work import Refused, Work
from storage import people as stored_people
from storage.audit import Audit
from storage.meetings import Plan
from storage.people import Person, Role
from storage.scope import Scope
from tests.world import FOUNDING_PLAN, World

GIVEN = datetime(2024, 3, 20, 15, 10, tzinfo=VIETNAM)
THU, HOA, ROT, XEM, SON = "Phạm Thị Thu", "Đinh Thị Hoa", "Đinh Văn Rớt", "Đinh Thị Xem", "Phạm Văn Sơn"
RECIPIENTS = "\nNơi nhận:\n- {};\n- Lưu: VT."


def founding() -> PlanDocument:
    blocks = blocks_of_text(FOUNDING_PLAN.read_text("utf-8"))
    return document_of(blocks, as_text(blocks))


def paper(recipients: str, number: str = "41/KH-UBND", day: str = "ngày 20 tháng 3 năm 2024") -> PlanDocument:
    """A plan without meetings, of Long Môn."""
    text = f"UBND XÃ LONG MÔN\nSố: {number}\nLong Môn, {day}\nKẾ HOẠCH\nVề việc vận động học sinh ra lớp"
    blocks = blocks_of_text(text + RECIPIENTS.format(recipients))
    return document_of(blocks, as_text(blocks))


@pytest.fixture
def commune(commune_of_the_transcripts: World) -> World:
    """Long Môn, with the Front and the head of the school."""
    world = commune_of_the_transcripts
    world.person(XEM, Role.FRONT, form="chị", place_id=world.commune().id, phone="0900000012")
    world.school_head(SON)
    return world


def named(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def machine(world: World, moment: datetime = GIVEN) -> Work:
    return Work(session=world.session, now=moment, today=moment.astimezone(VIETNAM).date(), scope=Scope.everything())


def by(world: World, name: str, moment: datetime = GIVEN) -> Work:
    person, day = named(world, name), moment.astimezone(VIETNAM).date()
    scope = stored_people.scope_of(world.session, person, day)
    return Work(session=world.session, now=moment, today=day, person=person, scope=scope)


def give(
    world: World, document: PlanDocument, moment: datetime = GIVEN, organiser: str = THU
) -> tuple[Plan, list[Given]]:
    work, who = machine(world, moment), named(world, organiser)
    outcome = meeting_plan.take(work, replace(document, meetings=()), organiser=who)
    given = plan_copies.distribute(work, outcome.plan, document, organiser=who, is_foreign=outcome.is_foreign)
    return outcome.plan, given


def names(given: list[Given]) -> list[tuple[str, list[str]]]:
    return [(line.words, [one.name for one in line.people]) for line in given]


def copies(world: World, moment: datetime) -> list[str]:
    """Who is given a plan at a tick; the tick before it was 15 seconds ago."""
    due = reminders.due(machine(world, moment), moment - timedelta(seconds=15))
    return sorted(world.session.get_one(Person, one.task.person_id).name for one in due if one.moment.name == "copy")


def listed(world: World, name: str, moment: datetime) -> list[str]:
    owed = reminders.of_person(machine(world, moment), named(world, name).id)
    return [task.kind for task in owed if task.kind.startswith("plans.")]


def test_a_plan_goes_to_those_whom_its_lines_name_and_not_to_its_organiser(commune: World) -> None:
    _, given = give(commune, founding())
    assert names(given) == [
        ("TT. ĐU; HĐND xã", []),
        ("Mặt trận và các hội đoàn thể", [XEM]),
        ("Các ban, ngành của UBND xã", []),
        ("Các thôn", [ROT]),
    ]
    assert copies(commune, GIVEN) == sorted([XEM, ROT])
    assert copies(commune, GIVEN + timedelta(seconds=15)) == []


def test_whoever_gets_a_role_tomorrow_is_given_the_plan_then(commune: World) -> None:
    give(commune, founding())
    copies(commune, GIVEN)
    later = GIVEN + timedelta(days=1)
    commune.work.now, commune.work.today = later, later.date()
    commune.at = later
    commune.village_head("Đinh Văn Rin", of="Làng Trê")
    assert copies(commune, later) == ["Đinh Văn Rin"]
    assert copies(commune, later + timedelta(minutes=1)) == []


def test_nobody_is_given_a_plan_whose_time_is_over(commune: World) -> None:
    give(commune, founding())
    copies(commune, GIVEN)
    later = GIVEN + timedelta(days=120)
    commune.work.now, commune.work.today, commune.at = later, later.date(), later
    commune.village_head("Đinh Văn Rin", of="Làng Trê")
    assert copies(commune, later) == []


def test_a_plan_given_at_night_arrives_in_the_morning(commune: World) -> None:
    night = datetime(2024, 3, 20, 22, 0, tzinfo=VIETNAM)
    give(commune, founding(), night)
    assert copies(commune, night) == []
    assert copies(commune, datetime(2024, 3, 21, 6, 0, tzinfo=VIETNAM)) == sorted([XEM, ROT])


def test_a_village_named_among_the_recipients_is_its_head_alone(commune: World) -> None:
    commune.village_head("Đinh Văn Rin", of="Làng Trê")
    _, given = give(commune, paper("Thôn Làng Trê"))
    assert names(given) == [("Thôn Làng Trê", ["Đinh Văn Rin"])]


def test_a_village_that_nobody_knows_is_not_made(commune: World) -> None:
    _, given = give(commune, paper("Thôn Nước Mù"))
    assert names(given) == [("Thôn Nước Mù", [])]


def test_the_plan_of_another_body_and_an_old_one_are_given_to_nobody(commune: World) -> None:
    foreign = replace(founding(), issuer="UBND xã Minh Rin", number="55/KH-UBND")
    old = paper("Các thôn", day="ngày 20 tháng 9 năm 2023")
    for document in (foreign, old):
        plan, given = give(commune, document)
        assert (given, plan.given_from) == ([], None)
        assert plan.text
    assert copies(commune, GIVEN) == []


def test_a_plan_read_a_second_time_is_not_given_again(commune: World) -> None:
    plan, _ = give(commune, founding())
    again, given = give(commune, founding(), GIVEN + timedelta(hours=2))
    assert again.id == plan.id
    assert plan.given_from == GIVEN
    assert len(given) == 4


def test_reading_a_plan_counts_once_and_is_audited(commune: World) -> None:
    plan, _ = give(commune, founding())
    assert plan_copies.read(by(commune, ROT), plan.id) is True
    assert plan_copies.read(by(commune, ROT, GIVEN + timedelta(hours=1)), plan.id) is False
    audited = commune.session.scalars(select(Audit.actor_id).where(Audit.action == "plan.read")).all()
    assert audited == [named(commune, ROT).id]
    assert copies(commune, GIVEN) == [XEM]  # who has read it already needs no copy


@pytest.mark.parametrize("name", [HOA, SON])
def test_whom_the_plan_does_not_name_can_neither_see_it_nor_have_read_it(commune: World, name: str) -> None:
    plan, _ = give(commune, founding())
    for act in (plan_copies.read, plan_copies.visible):
        with pytest.raises(Refused, match="no_copy"):
            act(by(commune, name), plan.id)
    assert plan_copies.mine(by(commune, name)) == []


@pytest.mark.parametrize("name", [ROT, XEM, SON])
def test_who_has_read_a_plan_is_for_its_author_and_the_officials(commune: World, name: str) -> None:
    plan, _ = give(commune, founding())
    with pytest.raises(Refused, match="outside_scope"):
        plan_copies.standing(by(commune, name), plan.id)
    commune.official("Đinh Văn Lập", form="anh")
    for author in (THU, "Đinh Văn Lập"):
        found = plan_copies.standing(by(commune, author), plan.id)
        assert ROT in [one.person.name for one in found.unread]


def test_the_list_to_telephone_begins_with_whom_no_message_reaches(commune: World) -> None:
    commune.village_head("Đinh Văn Rin", of="Làng Trê", joined=False, phone="0900000001")
    plan, _ = give(commune, founding())
    plan_copies.read(by(commune, XEM), plan.id)
    found = plan_copies.standing(by(commune, THU), plan.id)
    assert [one.person.name for one in found.read] == [XEM]
    assert [(one.person.name, one.is_reachable) for one in found.to_call] == [("Đinh Văn Rin", False), (ROT, True)]
    assert plan_copies.note_called(by(commune, THU), plan.id) == 2
    assert plan_copies.standing(by(commune, THU), plan.id).to_call == ()


def test_one_reminder_after_two_days_and_the_author_a_day_later(commune: World) -> None:
    plan, _ = give(commune, founding())
    plan_copies.read(by(commune, XEM), plan.id)
    mornings = [datetime(2024, 3, day, 6, 30, tzinfo=VIETNAM) for day in range(21, 27)]
    assert [listed(commune, ROT, at) for at in mornings] == [[], ["plans.read"], [], [], [], []]
    assert [listed(commune, XEM, at) for at in mornings] == [[]] * 6
    assert [listed(commune, THU, at) for at in mornings] == [[], [], ["plans.call"], [], [], []]
    plan_copies.note_called(by(commune, THU), plan.id)
    assert listed(commune, THU, mornings[2]) == []


def test_each_role_reads_its_own_duties_in_the_papers_words(commune: World) -> None:
    plan, _ = give(commune, founding())
    of_front, of_village = (plan_copies.duties(by(commune, name), plan) for name in (XEM, ROT))
    assert [words[:20] for words in of_front] == ["Đề nghị UBMTTQVN và "]
    assert of_village == ["Yêu cầu các ban, ngành, trưởng thôn nghiêm túc thực hiện."]
    assert plan_copies.without_copy(machine(commune), plan) == ["Trường PTDTBTTH&THCS xã và trường Mầm Non xã:"]
