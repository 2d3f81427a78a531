"""The school's regular report as functions: when it is asked for, what it freezes, who hears, when it is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.dialogue.conversation import Chat
from bot.i18n import Reader
from bot.rules import attendance, regular_report, reminders, thresholds, week_figures
from bot.rules.attendance import Line
from bot.rules.week_figures import WeekFigures
from bot.rules.work import Refused, Work
from storage import people as stored_people
from storage import pupils
from storage.attendance import Half, Reason
from storage.calendar import Closure, Effect
from storage.people import Person
from storage.regular_reports import RegularReport
from storage.scope import Scope
from tests.world import World, a_school_week

SON, THU, HOA, ROT = "Phạm Văn Sơn", "Phạm Thị Thu", "Đinh Thị Hoa", "Đinh Văn Rớt"
FRIDAY = date(2024, 3, 22)
ASKED = datetime(2024, 3, 22, 16, tzinfo=VIETNAM)


def at(text: str) -> datetime:
    """`22 16:00`: an hour of March 2024."""
    return datetime.strptime(f"2024-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


@pytest.fixture
def commune(commune_of_the_transcripts: World) -> World:
    """Long Môn with a school head; 6A has reported the whole week, 7A three days of it."""
    world = commune_of_the_transcripts
    a_school_week(world)
    return world


def named(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def machine(world: World, moment: datetime) -> Work:
    return Work(session=world.session, now=moment, today=moment.astimezone(VIETNAM).date(), scope=Scope.everything())


def by(world: World, name: str, moment: datetime = ASKED) -> Work:
    person, day = named(world, name), moment.astimezone(VIETNAM).date()
    scope = stored_people.scope_of(world.session, person, day)
    return Work(session=world.session, now=moment, today=day, person=person, scope=scope)


def asked(world: World, moment: datetime) -> list[str]:
    """Who is asked for the report at a tick; the tick before it was 15 seconds ago."""
    due = reminders.due(machine(world, moment), moment - timedelta(seconds=15))
    kind = regular_report.ASK_TASK
    return [world.session.get_one(Person, one.task.person_id).name for one in due if one.task.kind == kind]


def owes(world: World, moment: datetime) -> bool:
    owed = reminders.of_person(machine(world, moment), named(world, SON).id)
    return any(task.kind == regular_report.ASK_TASK for task in owed)


def close_school(world: World, *days: int) -> None:
    for day in days:
        on = date(2024, 3, day)
        world.session.add(
            Closure(
                commune_id=world.commune().id,
                from_on=on,
                until_on=on,
                effect=Effect.CLOSED,
                why="storm",
                made_at=world.at,
            )
        )
    world.session.flush()


def test_the_head_is_asked_on_friday_at_four_and_only_once(commune: World) -> None:
    assert asked(commune, at("22 15:59")) == []
    assert asked(commune, ASKED) == [SON]
    assert asked(commune, at("22 16:00")) == []
    assert asked(commune, at("21 16:00")) == []


def test_the_commune_sets_the_day_and_the_hour(commune: World) -> None:
    operator = machine(commune, at("20 08:00"))
    thresholds.put(operator, commune.commune().id, {"report.weekday": 5, "report.hour": 10})
    assert asked(commune, at("21 10:00")) == [SON]
    assert asked(commune, ASKED) == []


def test_a_week_that_a_storm_cuts_short_is_reported_on_its_last_school_day(commune: World) -> None:
    close_school(commune, 22)
    assert asked(commune, at("21 16:00")) == [SON]
    assert asked(commune, ASKED) == []


def test_a_week_without_school_is_not_reported(commune: World) -> None:
    close_school(commune, 18, 19, 20, 21, 22)
    assert asked(commune, ASKED) == []
    assert not owes(commune, at("25 06:30"))


def test_who_has_sent_it_already_is_not_asked(commune: World) -> None:
    regular_report.report(by(commune, SON, at("22 15:00")), commune.school().id, FRIDAY)
    assert asked(commune, ASKED) == []
    assert not owes(commune, at("22 17:00"))


def test_it_stands_on_the_list_until_sent_but_on_no_sunday(commune: World) -> None:
    assert owes(commune, at("22 16:05"))
    assert [owes(commune, at(f"{day} 06:30")) for day in (23, 24, 25)] == [False, False, True]
    regular_report.report(by(commune, SON, at("25 07:00")), commune.school().id, FRIDAY)
    assert not owes(commune, at("25 07:01"))


def test_the_officials_find_it_missing_from_the_next_morning_on_until_it_comes(commune: World) -> None:
    def missing(text: str) -> list[str]:
        return [school.name for school in regular_report.missing(by(commune, THU, at(text)), commune.commune().id)]

    assert missing("22 17:00") == []
    assert missing("23 06:30") == missing("25 17:00") == [commune.school().name]
    regular_report.report(by(commune, SON, at("25 18:00")), commune.school().id, FRIDAY)
    assert missing("26 17:00") == []


def test_what_was_asked_before_a_head_joined_is_owed_by_nobody(commune: World) -> None:
    named(commune, SON).joined_at = at("23 08:00")
    commune.session.flush()
    assert not owes(commune, at("25 06:30"))
    assert regular_report.missing(by(commune, THU, at("25 17:00")), commune.commune().id) == []


def test_the_figures_are_those_of_the_days(commune: World) -> None:
    found = week_figures.of_school(machine(commune, ASKED), commune.school().id, FRIDAY)
    assert (found.starts_on, found.ends_on, found.roll) == (date(2024, 3, 18), FRIDAY, 41)
    assert (found.enrolled, found.present) == (31 * 5 + 10 * 3, 31 * 5 + 10 * 3 - 7)
    assert found.reasons == (("ill", 3), ("fields", 2), ("distance", 1), ("unknown", 1))
    assert found.missing == (("7A", 2),)
    assert WeekFigures.from_json(found.as_json()) == found


def test_what_was_sent_stays_as_it_was_when_a_roll_is_corrected(commune: World) -> None:
    school = commune.school().id
    sent = regular_report.report(by(commune, SON), school, FRIDAY, done="Đã đến nhà em Chi")
    before = dict(sent.figures)
    roll = pupils.of_class(Scope.everything(), commune.session, 1)
    lines = [Line.absent(one.id, Reason.ILL) for one in roll[:5]]
    attendance.report(by(commune, HOA, at("22 16:30")), 1, FRIDAY, Half.MORNING, lines, base=1)
    assert commune.session.get_one(RegularReport, sent.id).figures == before
    now = week_figures.of_school(machine(commune, at("22 17:00")), school, FRIDAY)
    assert now.absent == WeekFigures.from_json(before).absent + 4
    again = regular_report.report(by(commune, SON, at("22 17:00")), school, FRIDAY, base=1)
    assert WeekFigures.from_json(again.figures).absent == now.absent
    assert (again.revision, commune.session.get_one(RegularReport, sent.id).is_current) == (2, False)


def test_the_second_of_two_heads_is_told_that_somebody_was_first(commune: World) -> None:
    regular_report.report(by(commune, SON), commune.school().id, FRIDAY)
    with pytest.raises(Refused, match="report_changed_meanwhile"):
        regular_report.report(by(commune, SON), commune.school().id, FRIDAY)


def test_a_week_to_come_and_one_long_over_are_refused(commune: World) -> None:
    for day, code in ((date(2024, 3, 29), "day_to_come"), (date(2024, 3, 8), "report_is_closed")):
        with pytest.raises(Refused, match=code):
            regular_report.report(by(commune, SON), commune.school().id, day)


@pytest.mark.parametrize("name", [HOA, ROT, THU])
def test_only_the_head_of_the_school_writes_it(commune: World, name: str) -> None:
    with pytest.raises(Refused, match=r"not_allowed|outside_scope"):
        regular_report.report(by(commune, name), commune.school().id, FRIDAY)


@pytest.mark.parametrize("name", [HOA, ROT])
def test_teachers_and_village_heads_do_not_read_it(commune: World, name: str) -> None:
    sent = regular_report.report(by(commune, SON), commune.school().id, FRIDAY)
    with pytest.raises(Refused, match="not_allowed"):
        regular_report.look(by(commune, name), sent.id)
    assert regular_report.look(by(commune, THU), sent.id).figures.school == commune.school().name


def test_the_evening_digest_names_the_school_that_has_not_sent_it(commune: World) -> None:
    from bot.conversations import reports

    work = by(commune, THU, at("25 17:00"))
    shown = reports.figures_of(Chat(work, Reader("vi", "chị", "Thu")), work.today)
    assert f"Trường chưa gửi báo cáo tuần: {commune.school().name}" in shown.text
