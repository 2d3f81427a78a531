"""Deciding about school days: who may, who hears of it, what follows for questions, lists, figures and exports."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from sqlalchemy import event, select

from bot.clock import VIETNAM
from bot.rules import attendance, calendar, coverage, people, report_times, roll_times, rolls, school_days
from bot.rules.attendance import Line
from bot.rules.calendar import Days, Where
from bot.rules.work import Refused
from storage.attendance import Half, Reason
from storage.audit import Audit
from storage.calendar import Why
from storage.people import Person, Role
from storage.pupils import Pupil
from storage.scope import Scope
from tests.world import World

AM, PM, EVENING = Half.MORNING, Half.AFTERNOON, Half.EVENING
TODAY = date(2024, 3, 20)
TOMORROW = date(2024, 3, 21)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-03-{text}:00").replace(tzinfo=VIETNAM)


@pytest.fixture
def school(commune: World) -> World:
    """The commune with the head of its school, who acts."""
    commune.acting(commune.school_head("Phạm Văn Sơn"))
    return commune


def someone(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def of(world: World) -> int:
    return world.school_class("6A").id


def whole(world: World) -> Where:
    return Where(school_id=world.school().id)


def asked(world: World, after: str, until: str) -> list[tuple[str, str]]:
    """(occurrence, moment) of the class questions in a window."""
    start, end = at(after), at(until)
    return [
        (task.occurrence, moment.name)
        for task in attendance.tasks(world.work, start, end)
        for moment in task.remind
        if start < moment.at <= end
    ]


# --- who may, who hears ----------------------------------------------------------------------------------------


def test_a_school_closes_itself_and_its_teachers_and_the_officials_hear_of_it(school: World) -> None:
    decision = calendar.close(school.work, whole(school), Days(TODAY, TODAY, AM), Why.FLOOD)
    assert school_days.sessions(school.work, of(school), TODAY) == ()
    told = {(notice.person_id, notice.kind, notice.always) for notice in school.work.notices}
    heard = {someone(school, name).id for name in ("Đinh Thị Hoa", "Phạm Thị Thu")}
    assert told == {(person_id, "calendar.closed", True) for person_id in heard}
    line = school.session.scalars(select(Audit).where(Audit.action == "calendar.closed")).one()
    assert (line.subject_id, line.details["why"]) == (decision.id, "flood")


def test_who_does_not_lead_a_school_closes_nothing(commune: World) -> None:
    for name in ("Đinh Thị Hoa", "Đinh Văn Rớt"):
        commune.acting(someone(commune, name))
        with pytest.raises(Refused, match="not_allowed"):
            calendar.close(commune.work, whole(commune), Days(TODAY, TODAY), Why.OTHER)


def test_a_school_decides_about_no_other_and_not_about_the_commune(school: World) -> None:
    other = school.school("Trường khác")
    for where in (Where(school_id=other.id), Where(class_id=school.school_class("1A", other).id), Where()):
        with pytest.raises(Refused, match="outside_scope"):
            calendar.close(school.work, where, Days(TODAY, TODAY), Why.OTHER)


def test_an_official_closes_the_whole_commune_and_no_single_school(commune: World) -> None:
    commune.acting(someone(commune, "Phạm Thị Thu"))
    calendar.close(commune.work, Where(), Days(TODAY, TODAY), Why.STORM)
    assert not school_days.is_school_day(commune.work, TODAY)
    with pytest.raises(Refused, match="outside_scope"):
        calendar.close(commune.work, whole(commune), Days(TOMORROW, TOMORROW), Why.STORM)


def test_a_village_off_is_told_to_its_head_and_the_teachers_of_its_pupils(school: World) -> None:
    village = school.village("Cà Xen")
    school.teacher("Đinh Thị Na", of="7A")
    calendar.close(school.work, Where(village_id=village.id), Days(TODAY, TOMORROW), Why.FEAST)
    heard = {someone(school, name).id for name in ("Đinh Thị Hoa", "Đinh Văn Rớt", "Phạm Thị Thu")}
    assert {notice.person_id for notice in school.work.notices} == heard
    assert school_days.sessions(school.work, of(school), TODAY) == (AM,)


def test_what_is_over_is_told_to_nobody(school: World) -> None:
    calendar.close(school.work, whole(school), Days(date(2024, 3, 18), date(2024, 3, 19)), Why.STORM)
    assert school.work.notices == []


def test_a_decision_is_taken_back_once_and_told(school: World) -> None:
    decision = calendar.close(school.work, whole(school), Days(TODAY, TODAY), Why.STORM)
    school.work.notices.clear()
    calendar.take_back(school.work, decision.id)
    assert school_days.sessions(school.work, of(school), TODAY) == (AM,)
    assert {notice.kind for notice in school.work.notices} == {"calendar.taken_back"}
    with pytest.raises(Refused, match="nothing_waits"):
        calendar.take_back(school.work, decision.id)


def test_the_same_decision_is_made_once(school: World) -> None:
    calendar.close(school.work, whole(school), Days(TODAY, TODAY), Why.STORM)
    with pytest.raises(Refused, match="nothing_changes"):
        calendar.close(school.work, whole(school), Days(TODAY, TODAY), Why.STORM)


@pytest.mark.parametrize(
    ("days", "code"),
    [(Days(TOMORROW, TODAY), "days_turned_round"), (Days(TODAY, date(2025, 3, 20)), "too_many_days")],
)
def test_days_that_cannot_be_meant_are_refused(school: World, days: Days, code: str) -> None:
    with pytest.raises(Refused, match=code):
        calendar.close(school.work, whole(school), days, Why.OTHER)


def test_a_watch_closes_nothing_and_tells_nobody(school: World) -> None:
    calendar.watch(school.work, whole(school), Days(TODAY, TOMORROW), Why.FLOOD)
    assert school_days.watched(school.work, of(school), TODAY) == "flood"
    assert school_days.sessions(school.work, of(school), TODAY) == (AM,)
    assert school.work.notices == []


def test_a_school_sets_its_year_and_no_impossible_one(school: World) -> None:
    calendar.set_year(school.work, school.school().id, date(2023, 8, 28), date(2024, 5, 25))
    assert school_days.sessions(school.work, of(school), date(2024, 5, 27)) == ()
    calendar.set_year(school.work, school.school().id, date(2023, 8, 28), date(2024, 5, 31))
    assert school_days.sessions(school.work, of(school), date(2024, 5, 27)) == (AM,)
    for first, last in ((date(2024, 5, 31), date(2023, 9, 5)), (date(2023, 9, 5), date(2024, 9, 5))):
        with pytest.raises(Refused, match="impossible_year"):
            calendar.set_year(school.work, school.school().id, first, last)


def test_a_class_gets_a_week_and_a_site(school: World) -> None:
    calendar.set_week(school.work, of(school), {0: {AM: time(7)}, 5: {AM: time(7, 30)}})
    assert school_days.sessions(school.work, of(school), TODAY) == ()
    assert school_days.sessions(school.work, of(school), date(2024, 3, 23)) == (AM,)
    with pytest.raises(Refused, match="impossible_hour"):
        calendar.set_week(school.work, of(school), {0: {AM: time(3)}})
    site = calendar.set_site(school.work, of(school), "Cà Xen")
    assert calendar.set_site(school.work, of(school), "ca xen") == site
    calendar.close(
        school.work, Where(site_id=site.id if site else 0), Days(date(2024, 3, 25), date(2024, 3, 25)), Why.FLOOD
    )
    assert school_days.sessions(school.work, of(school), date(2024, 3, 25)) == ()
    calendar.set_week(school.work, of(school), {})
    assert school_days.sessions(school.work, of(school), TODAY) == (AM,)


# --- when classes are asked ------------------------------------------------------------------------------------


def test_mornings_at_seven_are_asked_at_the_hours_of_the_voice_page(commune: World) -> None:
    assert asked(commune, "20T06:00", "20T12:00") == [
        ("2024-03-20.morning", "07:15"), ("2024-03-20.morning", "07:45"), ("2024-03-20.morning", "09:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("half", "start", "moments", "gap"),
    [
        (AM, "07:00", ["07:15", "07:45", "09:00"], "10:30"),
        (AM, "06:45", ["07:00", "07:30", "08:45"], "10:30"),
        (AM, "08:30", ["08:45", "09:15", "10:30"], "11:29"),
        (PM, "13:00", ["13:30", "14:00", "15:15"], "16:30"),
        (PM, "14:00", ["14:15", "14:45", "16:00"], "17:15"),
        (EVENING, "18:00", ["18:15", "18:45", "20:00"], "20:59"),
        (EVENING, "19:30", ["19:45", "20:15"], "20:59"),
    ],
)
def test_the_moments_of_a_session_follow_its_start(half: Half, start: str, moments: list[str], gap: str) -> None:
    begins = time.fromisoformat(start)
    assert [f"{one:%H:%M}" for one in roll_times.asked(half, begins)] == moments
    assert f"{roll_times.gap(half, begins):%H:%M}" == gap


def test_each_session_of_a_week_is_asked_about_in_its_turn(school: World) -> None:
    calendar.set_week(school.work, of(school), {2: {AM: time(7, 30), PM: time(13)}, 6: {EVENING: time(18)}})
    assert asked(school, "20T06:00", "20T18:00") == [
        ("2024-03-20.morning", "07:45"), ("2024-03-20.morning", "08:15"), ("2024-03-20.morning", "09:30"),
        ("2024-03-20.afternoon", "13:30"), ("2024-03-20.afternoon", "14:00"), ("2024-03-20.afternoon", "15:15"),
    ]  # fmt: skip
    assert asked(school, "20T07:44", "20T07:45") == [("2024-03-20.morning", "07:45")]
    assert asked(school, "21T06:00", "21T23:00") == []


def test_sunday_evenings_ask_only_about_those_who_lodge(school: World) -> None:
    calendar.set_week(school.work, of(school), {6: {EVENING: time(18)}})
    assert asked(school, "24T18:00", "24T19:00") == []
    chi = school.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    assert calendar.set_boarders(school.work, of(school), [chi.id]) == 1
    assert [moment for _, moment in asked(school, "24T18:00", "24T19:00")] == ["18:15", "18:45"]
    roll = attendance.on_roll(Scope.everything(), school.work, of(school), EVENING)
    assert [pupil.name for pupil in roll] == ["Đinh Thị Chi"]
    other = school.pupil("Đinh Văn Bế", of="7A")
    with pytest.raises(Refused, match="not_on_the_roll"):
        calendar.set_boarders(school.work, of(school), [other.id])


def test_a_closed_class_is_neither_asked_nor_missing(school: World) -> None:
    calendar.close(school.work, whole(school), Days(TODAY, TODAY), Why.STORM)
    assert asked(school, "20T06:00", "20T12:00") == []
    assert report_times.missing_of_school(school.work, school.school().id, TODAY) == []
    assert coverage.day(Scope.everything(), school.work, TODAY).missing == ()
    start, end = at("20T06:00"), at("20T18:00")
    assert [task.kind for task in report_times.tasks(school.work, start, end)] == []
    assert asked(school, "21T06:00", "21T07:30") == [("2024-03-21.morning", "07:15")]


def test_a_class_not_reported_is_seen_by_the_school_and_never_counted_as_present(school: World) -> None:
    start, end = at("20T10:29"), at("20T10:30")
    found = [task for task in report_times.tasks(school.work, start, end) if task.kind == "reports.gap"]
    assert [(task.occurrence, task.due) for task in found] == [("2024-03-20.morning.10:30", end)]
    figures = coverage.day(Scope.everything(), school.work, TODAY)
    assert (figures.present, figures.missing) == (0, ("6A",))


def test_a_register_of_a_day_that_turns_out_closed_is_kept_and_not_counted(school: World) -> None:
    """Closing a day backwards is followed by the rules; so are the head-counts of evenings left out."""
    chi = school.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    attendance.report(school.work, of(school), date(2024, 3, 18), AM, [Line.absent(chi.id, Reason.UNKNOWN)])
    attendance.report(school.work, of(school), date(2024, 3, 17), EVENING, [])
    assert [one.day.day for one in rolls.of_pupils(school.work, [chi.id])[chi.id]] == [18]
    calendar.close(school.work, whole(school), Days(date(2024, 3, 18), date(2024, 3, 18)), Why.STORM)
    assert rolls.of_pupils(school.work, [chi.id]) == {chi.id: []}
    held = school_days.held(school.work, [of(school)], date(2024, 3, 18), TODAY)[of(school)]
    assert [day.day for day, _ in held] == [19, 20]


# --- what it costs ---------------------------------------------------------------------------------------------


def test_nothing_is_read_when_nothing_is_due_and_one_index_at_an_unusual_minute(commune: World) -> None:
    commune.session.flush()
    statements: list[str] = []
    event.listen(commune.session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    between = at("20T07:15"), at("20T07:15").replace(second=45)
    assert list(attendance.tasks(commune.work, *between)) == list(report_times.tasks(commune.work, *between)) == []
    assert statements == []
    assert list(attendance.tasks(commune.work, at("20T10:03"), at("20T10:04"))) == []
    assert len(statements) == 1
    assert "class_session" in statements[0]


def test_two_roles_of_one_person_hear_once(school: World) -> None:
    hoa = someone(school, "Đinh Thị Hoa")
    people.grant(school.work, hoa, Role.OFFICIAL, place_id=school.commune().id)
    calendar.close(school.work, whole(school), Days(TODAY, TODAY), Why.STORM)
    assert [notice.person_id for notice in school.work.notices].count(hoa.id) == 1
