"""The weekly page of a village as functions: what it counts, who reads it, and that nobody is named as late."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.conversations import village_week as words
from bot.dialogue.conversation import Chat
from bot.i18n import Reader
from bot.rules import case_events, cases, reminders, thresholds, village_week, visits
from bot.rules.visits import Findings
from bot.rules.work import Refused, Work
from storage import people as stored_people
from storage.cases import Case
from storage.people import Person, Role
from storage.pupils import Pupil
from storage.scope import Scope
from storage.visits import Met
from tests.world import World, a_village_week

ROT, NGHIA, HOA, THU, XEM = "Đinh Văn Rớt", "Đinh Văn Nghĩa", "Đinh Thị Hoa", "Phạm Thị Thu", "Đinh Thị Xem"
FRIDAY = date(2024, 3, 22)
SENT = datetime(2024, 3, 22, 17, 30, tzinfo=VIETNAM)


def at(text: str) -> datetime:
    """`22 16:00`: an hour of March 2024."""
    return datetime.strptime(f"2024-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


@pytest.fixture
def commune(commune_of_the_transcripts: World) -> World:
    """Long Môn after a week in which Cà Xen looked after two children."""
    world = commune_of_the_transcripts
    a_village_week(world)
    return world


def named(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def case_of(world: World, name: str) -> Case:
    return world.session.scalars(select(Case).join(Pupil, Pupil.id == Case.pupil_id).where(Pupil.name == name)).one()


def machine(world: World, moment: datetime) -> Work:
    return Work(session=world.session, now=moment, today=moment.astimezone(VIETNAM).date(), scope=Scope.everything())


def by(world: World, name: str, moment: datetime = SENT) -> Work:
    person, day = named(world, name), moment.astimezone(VIETNAM).date()
    scope = stored_people.scope_of(world.session, person, day)
    return Work(session=world.session, now=moment, today=day, person=person, scope=scope)


def page(world: World, moment: datetime = SENT, name: str = ROT, on: date = FRIDAY) -> village_week.Page:
    return village_week.page(by(world, name, moment), world.village("Cà Xen").id, on)


def shown(world: World, found: village_week.Page, name: str = ROT) -> str:
    person = named(world, name)
    return words.page(Chat(by(world, name), Reader("vi", person.form, "")), found).text


def read_by(world: World, moment: datetime) -> list[tuple[str, str]]:
    """Who is sent a page at a tick, and of what; the tick before it was 15 seconds ago."""
    due = reminders.due(machine(world, moment), moment - timedelta(seconds=15))
    found = [one.task for one in due if one.task.kind.startswith("village_week.")]
    return sorted((world.session.get_one(Person, one.person_id).name, one.kind) for one in found)


def test_the_page_counts_what_was_done_for_the_children_of_the_village(commune: World) -> None:
    found = page(commune)
    chi = commune.session.scalars(select(Pupil.id).where(Pupil.name == "Đinh Thị Chi")).one()
    assert (found.homes, found.back, found.kept, found.promised) == (2, (chi,), 1, 1)
    assert [n for _, n in found.visited] == [1, 1]
    assert (found.in_time, found.late) == (1, 0)
    assert [one.owner_id for one in found.still_open] == [named(commune, HOA).id]
    assert len(found.meetings) == 1


def test_it_goes_to_the_head_and_the_front_of_the_village_and_to_the_officials(commune: World) -> None:
    commune.village_head("Đinh Văn Rin", of="Làng Trê")
    assert read_by(commune, SENT) == sorted([(ROT, "village_week.page"), (NGHIA, "village_week.page"),
                                             (THU, "village_week.commune")])  # fmt: skip
    assert read_by(commune, SENT + timedelta(seconds=15)) == []


def test_a_week_without_news_sends_nothing(commune: World) -> None:
    cases.close(by(commune, THU), case_of(commune, "Phạm Văn Bình").id, "back")
    assert read_by(commune, SENT + timedelta(days=7)) == []


def test_who_waits_since_before_the_week_is_something_to_say(commune: World) -> None:
    assert read_by(commune, SENT + timedelta(days=7)) != []


def test_a_case_that_is_only_new_is_told_when_it_arises_and_not_again(commune: World) -> None:
    pupil = commune.session.scalars(select(Pupil).where(Pupil.name == "Hồ Văn An")).one()
    cases.open(by(commune, THU, at("22 09:00")), pupil.id)
    other = commune.village("Làng Trê").id
    found = village_week.page(by(commune, THU), other, FRIDAY)
    assert len(found.still_open) == 1
    assert not found.has_something_to_say


def test_the_commune_sets_the_day(commune: World) -> None:
    thresholds.put(machine(commune, at("20 08:00")), commune.commune().id, {"village.weekday": 5})
    assert len(read_by(commune, at("21 17:30"))) == 3
    assert read_by(commune, SENT) == []


def test_what_was_late_is_a_number_and_never_a_name(commune: World) -> None:
    case = case_of(commune, "Phạm Văn Bình")
    case_events.record(machine(commune, at("19 08:00")), case, case_events.ASKED, person=named(commune, NGHIA).id)
    case_events.record(machine(commune, at("20 16:50")), case, case_events.OVERDUE, times=1)
    found = page(commune)
    assert (found.in_time, found.late) == (1, 1)
    late = next(line for line in shown(commune, found).splitlines() if "trễ" in line)
    assert late == "• Việc xong: 1 đúng hẹn, 1 trễ hẹn"


def test_a_step_whose_day_is_over_names_who_looks_after_it_and_no_day(commune: World) -> None:
    case = case_of(commune, "Phạm Văn Bình")
    case.due_at, case.overdue = at("20 17:00"), 2
    commune.session.flush()
    assert "• em Bình (6A): cô Hoa đang lo" in shown(commune, page(commune)).splitlines()


def test_an_awaited_promise_says_its_day_and_a_case_of_the_commune_names_nobody(commune: World) -> None:
    visits.report(
        by(commune, NGHIA, at("22 12:00")),
        case_of(commune, "Phạm Văn Bình").pupil_id,
        Findings(visited_at=at("22 12:00"), met=Met.PARENTS, promised_on=date(2024, 3, 25)),
    )
    assert "• em Bình (6A): hẹn thứ 2, 25/3" in shown(commune, page(commune)).splitlines()
    case_of(commune, "Phạm Văn Bình").is_with_commune = True
    commune.session.flush()
    last = page(commune, at("27 10:00"), on=date(2024, 3, 29))
    assert last.still_open[0].owner_id is None


def test_a_visit_of_the_friday_evening_stands_on_the_next_page(commune: World) -> None:
    pupil_id = case_of(commune, "Phạm Văn Bình").pupil_id
    evening = at("22 19:00")
    visits.report(by(commune, NGHIA, evening), pupil_id, Findings(visited_at=evening, met=Met.RELATIVES))
    assert page(commune, at("22 20:00")).homes == 2
    assert page(commune, at("29 17:30"), on=date(2024, 3, 29)).homes == 1


def test_another_village_is_not_for_its_eyes(commune: World) -> None:
    other = commune.village("Làng Trê").id
    with pytest.raises(Refused, match="outside_scope"):
        village_week.page(by(commune, ROT), other, FRIDAY)
    with pytest.raises(Refused, match="not_allowed"):
        village_week.page(by(commune, HOA), commune.village("Cà Xen").id, FRIDAY)
    with pytest.raises(Refused, match="outside_scope"):
        village_week.pages(by(commune, ROT), commune.commune().id, FRIDAY)
    for name in (THU, XEM):
        assert village_week.page(by(commune, name), other, FRIDAY).homes == 0


def test_a_full_week_stays_below_900_characters(commune: World) -> None:
    hoa = named(commune, HOA)
    heads = [
        commune.person(f"Đinh Văn Người{n}", Role.ORGANISATION, form="chú", place_id=commune.commune().id)
        for n in range(9)
    ]
    village_id = commune.village("Cà Xen").id
    pupils = commune.session.scalars(select(Pupil).where(Pupil.village_id == village_id)).all()
    commune.acting(hoa)
    commune.work.now, commune.work.today = at("21 08:00"), date(2024, 3, 21)
    for pupil in pupils:
        if pupil.name not in ("Đinh Thị Chi", "Phạm Văn Bình"):
            case = cases.open(commune.work, pupil.id)
            case.back_on = date(2024, 3, 21) if pupil.id % 2 else None
    commune.acting(None)
    found = page(commune)
    found = village_week.Page(**{**found.__dict__, "visited": tuple((one.id, 12) for one in heads), "homes": 108})
    text = shown(commune, found)
    assert len(text) <= 900
    assert len(found.still_open) > 5
    assert "• và " in text
