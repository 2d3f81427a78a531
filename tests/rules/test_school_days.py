"""When a class has school: the usual week, days off from the calendar, decisions, other weeks and years."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event

from bot.clock import VIETNAM
from bot.rules import holidays, people, school_days
from storage.attendance import Half
from storage.calendar import ClassSession, Closure, Effect, SchoolYear, Why
from storage.places import PlaceKind
from tests.world import World

AM, PM, EVENING = Half.MORNING, Half.AFTERNOON, Half.EVENING


@pytest.fixture
def of(commune: World) -> int:
    """Class 6A."""
    return commune.school_class("6A").id


def decide(world: World, since: str, until: str = "", *, effect: Effect = Effect.CLOSED, **more: object) -> Closure:
    """A decision as the rules store it."""
    row = Closure(
        commune_id=world.commune().id,
        from_on=date.fromisoformat(since),
        until_on=date.fromisoformat(until or since),
        effect=effect,
        made_at=world.work.now,
        **{"why": Why.FLOOD, **more},
    )
    world.session.add(row)
    world.session.flush()
    school_days.forget(world.work)
    return row


def sit(world: World, class_id: int, *week: tuple[int, Half, str]) -> None:
    """The week of a class."""
    for weekday, half, starts_at in week:
        world.session.add(ClassSession(class_id=class_id, weekday=weekday, half=half, starts_at=starts_at))
    world.session.flush()
    school_days.forget(world.work)


def sessions(world: World, class_id: int, day: str) -> tuple[Half, ...]:
    return school_days.sessions(world.work, class_id, date.fromisoformat(day))


# --- what the calendar gives ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "first"),
    [(2024, "02-10"), (2025, "01-29"), (2026, "02-17"), (2027, "02-06"), (2028, "01-26"), (2029, "02-13")],
)
def test_tet_begins_on_the_days_of_the_domain_page(year: int, first: str) -> None:
    assert holidays.tet(year) == date.fromisoformat(f"{year}-{first}")


@pytest.mark.parametrize("day", ["2024-04-18", "2025-04-07", "2026-04-26", "2027-04-16", "2028-04-04"])
def test_the_day_of_the_hung_kings_follows_the_moon(day: str) -> None:
    assert date.fromisoformat(day) in holidays.public(int(day[:4]))
    assert holidays.name(date.fromisoformat(day), "vi") == "Ngày Giỗ Tổ Hùng Vương"


def test_the_day_of_culture_is_free_from_2026_on_and_2_september_has_a_day_beside_it() -> None:
    assert date(2025, 11, 24) not in holidays.public(2025)
    assert date(2026, 11, 24) in holidays.public(2026)
    for year in range(2024, 2030):
        second = date(year, 9, 2)
        assert {second - timedelta(days=1), second + timedelta(days=1)} & holidays.public(year)


def test_schools_rest_the_two_weeks_around_tet() -> None:
    assert holidays.tet_break("2023-2024") == holidays.Break(date(2024, 2, 5), date(2024, 2, 18))
    assert holidays.tet_break("2026-2027") == holidays.Break(date(2027, 2, 1), date(2027, 2, 14))


@pytest.mark.parametrize("year", range(2020, 2045))
def test_the_break_of_every_year_is_two_whole_weeks_with_tet_in_them(year: int) -> None:
    found = holidays.tet_break(f"{year - 1}-{year}")
    assert (found.first.weekday(), found.last.weekday(), (found.last - found.first).days) == (0, 6, 13)
    assert holidays.tet(year) in found


@pytest.mark.parametrize(
    ("day", "held"),
    [
        ("2023-09-04", ()),  # the year begins on the 5th
        ("2023-09-05", (AM,)),
        ("2024-03-20", (AM,)),
        ("2024-03-23", ()),  # a Saturday
        ("2024-02-05", ()),  # Tết
        ("2024-02-16", ()),
        ("2024-02-19", (AM,)),
        ("2024-04-18", ()),  # Hùng Kings
        ("2024-04-30", ()),
        ("2024-05-31", (AM,)),
        ("2024-06-03", ()),
        ("2024-09-06", ()),  # of the next year, in which this class is no more
    ],
)  # fmt: skip
def test_the_usual_class_has_mornings_of_its_own_year(commune: World, of: int, day: str, held: tuple[Half]) -> None:
    assert sessions(commune, of, day) == held


def test_a_session_that_is_not_held_says_why(commune: World, of: int) -> None:
    decide(commune, "2024-03-21", why=Why.STORM)
    for day, why in {
        "2024-03-20": "", "2024-03-21": "storm", "2024-03-23": "week", "2024-02-06": "tet", "2024-02-09": "holiday",
        "2024-04-30": "holiday", "2024-07-01": "year",
    }.items():  # fmt: skip
        assert school_days.verdict(commune.work, of, date.fromisoformat(day), AM).why == why, day


# --- what people decide ---------------------------------------------------------------------------------------


def test_a_closure_takes_out_the_session_it_names_or_the_whole_day(commune: World, of: int) -> None:
    sit(commune, of, *((day, half, at) for day in range(5) for half, at in ((AM, "07:00"), (PM, "13:30"))))
    decide(commune, "2024-03-20", half=PM)
    decide(commune, "2024-03-21", "2024-03-22")
    assert sessions(commune, of, "2024-03-20") == (AM,)
    assert sessions(commune, of, "2024-03-21") == sessions(commune, of, "2024-03-22") == ()
    assert sessions(commune, of, "2024-03-25") == (AM, PM)


def test_a_closure_concerns_the_place_it_names(commune: World, of: int) -> None:
    school, other = commune.school(), commune.school("Trường Làng Giữa")
    site = people.make_place(commune.work, PlaceKind.SITE, "Điểm trường Cà Xen", parent_id=school.id)
    at_site, elsewhere = commune.school_class("1A"), commune.school_class("1A", other)
    at_site.site_id = site.id
    commune.session.flush()
    decide(commune, "2024-03-18", school_id=school.id)
    decide(commune, "2024-03-19", site_id=site.id)
    decide(commune, "2024-03-20", class_id=of)
    decide(commune, "2024-03-21", village_id=commune.village("Cà Xen").id)
    held = {
        name: [day.day for day, _ in found]
        for name, found in zip(
            ("6A", "1A", "elsewhere"),
            school_days.held(
                commune.work, [of, at_site.id, elsewhere.id], date(2024, 3, 18), date(2024, 3, 22)
            ).values(),
            strict=True,
        )
    }
    assert held == {"6A": [19, 21, 22], "1A": [20, 21, 22], "elsewhere": [18, 19, 20, 21, 22]}


def test_what_was_taken_back_counts_no_more(commune: World, of: int) -> None:
    decision = decide(commune, "2024-03-20")
    assert sessions(commune, of, "2024-03-20") == ()
    decision.taken_back_at = commune.work.now
    commune.session.flush()
    school_days.forget(commune.work)
    assert sessions(commune, of, "2024-03-20") == (AM,)


def test_of_two_decisions_the_later_counts(commune: World, of: int) -> None:
    decide(commune, "2024-03-20", "2024-03-22")
    decide(commune, "2024-03-21", effect=Effect.OPEN)
    assert [sessions(commune, of, f"2024-03-{day}") for day in (20, 21, 22)] == [(), (AM,), ()]
    decide(commune, "2024-03-21", why=Why.STORM)
    assert sessions(commune, of, "2024-03-21") == ()


def test_a_school_may_open_a_day_off_and_make_up_a_day_on_a_saturday(commune: World, of: int) -> None:
    decide(commune, "2024-04-29", effect=Effect.OPEN)
    decide(commune, "2024-02-16", "2024-02-18", effect=Effect.OPEN)
    decide(commune, "2024-03-23", effect=Effect.OPEN)
    decide(commune, "2024-03-30", effect=Effect.OPEN, half=PM)
    assert sessions(commune, of, "2024-04-29") == sessions(commune, of, "2024-02-16") == (AM,)
    assert sessions(commune, of, "2024-02-17") == sessions(commune, of, "2024-02-18") == ()  # only the days it has
    assert sessions(commune, of, "2024-03-23") == (AM,)
    assert sessions(commune, of, "2024-03-30") == (PM,)


def test_the_days_of_tet_that_a_school_sets_stand_for_the_two_weeks(commune: World, of: int) -> None:
    decide(commune, "2024-02-07", "2024-02-14", why=Why.TET, school_id=commune.school().id)
    assert sessions(commune, of, "2024-02-06") == (AM,)
    assert sessions(commune, of, "2024-02-07") == sessions(commune, of, "2024-02-14") == ()
    assert sessions(commune, of, "2024-02-15") == (AM,)
    elsewhere = commune.school_class("6A", commune.school("Trường khác"))
    assert sessions(commune, elsewhere.id, "2024-02-15") == ()


def test_a_school_sets_its_year(commune: World, of: int) -> None:
    school = commune.school()
    days = {"starts_on": date(2023, 8, 28), "ends_on": date(2024, 5, 25)}
    commune.session.add(SchoolYear(school_id=school.id, year="2023-2024", **days))
    commune.session.flush()
    assert school_days.year_of(commune.work, school.id, date(2024, 3, 20)) == tuple(days.values())
    assert school_days.year_of(commune.work, school.id, date(2024, 8, 1)) == (date(2024, 9, 5), date(2025, 5, 31))
    assert sessions(commune, of, "2023-08-28") == (AM,)
    assert sessions(commune, of, "2024-05-27") == ()


def test_days_off_of_a_village_are_told_by_session(commune: World, of: int) -> None:
    cut, feast = commune.village("Cà Xen").id, commune.village("Làng Trê").id
    decide(commune, "2024-03-20", "2024-03-22", village_id=cut)
    decide(commune, "2024-03-22", village_id=cut, effect=Effect.OPEN)
    decide(commune, "2024-03-21", village_id=feast, half=AM, why=Why.FEAST)
    off = school_days.village_days_off(commune.work, [cut, feast], date(2024, 3, 21), date(2024, 3, 31))
    assert off == {(cut, date(2024, 3, 21), ""), (feast, date(2024, 3, 21), "morning")}
    assert sessions(commune, of, "2024-03-21") == (AM,)


# --- weeks of their own ---------------------------------------------------------------------------------------


def test_a_class_with_a_week_of_its_own_has_that_and_nothing_else(commune: World, of: int) -> None:
    sit(commune, of, (0, AM, "07:15"), (5, AM, "07:00"), (2, PM, "13:00"), (6, EVENING, "18:30"))
    shown = [sessions(commune, of, f"2024-03-{day}") for day in range(18, 25)]
    assert shown == [(AM,), (), (PM,), (), (), (AM,), (EVENING,)]
    starts = school_days.starts_at(commune.work, of, date(2024, 3, 18), AM)
    assert starts == datetime(2024, 3, 18, 7, 15, tzinfo=VIETNAM)
    assert school_days.starts_at(commune.work, of, date(2024, 3, 19), PM) == datetime(
        2024, 3, 19, 13, 30, tzinfo=VIETNAM
    )


def test_the_head_count_of_an_evening_is_no_lesson(commune: World, of: int) -> None:
    sit(commune, of, (0, AM, "07:00"), (6, EVENING, "18:00"))
    held = school_days.held(commune.work, [of], date(2024, 3, 18), date(2024, 3, 25))
    assert held == {of: [(date(2024, 3, 18), AM), (date(2024, 3, 25), AM)]}
    assert not school_days.is_school_day(commune.work, date(2024, 3, 24))
    assert school_days.lessons(commune.work, of, date(2024, 3, 24)) == ()


# --- days in a row --------------------------------------------------------------------------------------------


def test_the_next_school_day_passes_over_everything_that_is_off(commune: World, of: int) -> None:
    decide(commune, "2024-03-25", "2024-03-26")
    assert school_days.next_school_day(commune.work, of, date(2024, 3, 20)) == date(2024, 3, 21)
    assert school_days.next_school_day(commune.work, of, date(2024, 3, 22)) == date(2024, 3, 27)
    assert school_days.next_school_day(commune.work, of, date(2024, 3, 20), n=4) == date(2024, 3, 28)
    assert school_days.next_school_day(commune.work, of, date(2024, 2, 2)) == date(2024, 2, 19)
    assert school_days.next_school_day(commune.work, of, date(2024, 5, 31)) == date(2024, 9, 5)


def test_any_class_in_school_makes_a_school_day(commune: World, of: int) -> None:
    away = commune.school_class("6A", commune.school("Trường khác"))
    decide(commune, "2024-03-20", class_id=of)
    assert school_days.is_school_day(commune.work, date(2024, 3, 20))
    assert not school_days.is_school_day(commune.work, date(2024, 3, 20), school_id=commune.school().id)
    decide(commune, "2024-03-20", class_id=away.id)
    assert not school_days.is_school_day(commune.work, date(2024, 3, 20))


def test_a_school_without_classes_has_the_usual_week(world: World) -> None:
    assert school_days.is_school_day(world.work, date(2024, 3, 20))
    world.school()
    school_days.forget(world.work)
    assert school_days.is_school_day(world.work, date(2024, 3, 20))
    assert not school_days.is_school_day(world.work, date(2024, 2, 7))
    assert not school_days.is_school_day(world.work, date(2024, 7, 3))


# --- the watch ------------------------------------------------------------------------------------------------


def watched(world: World, class_id: int, *days: str) -> list[str]:
    return [school_days.watched(world.work, class_id, date.fromisoformat(day)) for day in days]


def test_the_first_five_school_days_after_tet_are_watched(commune: World, of: int) -> None:
    assert watched(commune, of, "2024-02-19", "2024-02-23") == ["after_tet"] * 2
    assert watched(commune, of, "2024-02-02", "2024-02-10", "2024-02-24", "2024-02-26") == [""] * 4


def test_the_first_days_after_a_long_break_are_watched_after_a_short_one_not(commune: World, of: int) -> None:
    decide(commune, "2023-11-13", "2023-11-17")
    decide(commune, "2023-12-04", "2023-12-07")
    assert watched(commune, of, "2023-11-20", "2023-11-24", "2023-11-27") == ["after_break", "after_break", ""]
    assert watched(commune, of, "2023-12-08") == [""]
    assert school_days.watched(commune.work, of, date(2023, 11, 21), first_days=1) == ""


def test_a_declared_week_is_watched_for_its_reason(commune: World, of: int) -> None:
    decide(commune, "2024-03-18", "2024-03-24", effect=Effect.WATCH, why=Why.OTHER, words="thu hoạch keo")
    assert watched(commune, of, "2024-03-15", "2024-03-18", "2024-03-23", "2024-03-25") == ["", "other", "", ""]
    assert sessions(commune, of, "2024-03-18") == (AM,)


def test_the_first_days_of_the_year_are_not_after_a_break(commune: World, of: int) -> None:
    assert watched(commune, of, "2023-09-05", "2023-09-06") == ["", ""]


# --- what it costs --------------------------------------------------------------------------------------------


def test_the_year_of_many_classes_costs_a_handful_of_queries(commune: World) -> None:
    classes = [commune.school_class(f"{grade}{letter}").id for grade in range(1, 10) for letter in "ABCDE"]
    decide(commune, "2023-11-13", "2023-11-17")
    asked: list[str] = []
    engine = commune.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    found = school_days.held(commune.work, classes, date(2023, 9, 5), date(2024, 5, 31))
    assert {len(days) for days in found.values()} == {174}
    assert len(asked) <= 4
    school_days.held(commune.work, classes, date(2024, 3, 1), date(2024, 3, 31))
    assert school_days.sessions(commune.work, classes[0], date(2024, 3, 20)) == (AM,)
    assert len(asked) <= 4
