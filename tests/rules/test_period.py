"""The figures of a period: what is counted where, and that parts add up to the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.rules import attendance, calendar, cases, coverage
from bot.rules.attendance import Line
from bot.rules.calendar import Days, Where
from bot.rules.counts import PRIMARY, SECONDARY, Tally
from storage.attendance import Half, Reason
from storage.calendar import Why
from storage.cases import Case, Outcome
from storage.people import Person
from storage.pupils import Enrolment, Pupil, PupilStatus
from storage.scope import Scope
from tests.world import World

MONDAY, TUESDAY, WEDNESDAY = date(2024, 3, 18), date(2024, 3, 19), date(2024, 3, 20)
EVERYTHING = Scope.everything()


class School:
    """Two classes of two villages with their teachers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.an, self.chi, self.dut = (world.pupil(f"Đinh Thị {name}", of="6A") for name in ("An", "Chi", "Dút"))
        self.binh = world.pupil("Đinh Văn Bình", of="6A", village="Làng Trê")
        self.gia = world.pupil("Đinh Văn Gia", of="4A", village="Làng Giữa")
        self.hoa, self.na = world.teacher("Cô Hoa", of="6A"), world.teacher("Cô Na", of="4A")
        self.thu = world.official("Phạm Thị Thu")
        world.work.now = datetime(2024, 3, 20, 17, 0, tzinfo=VIETNAM)

    def reports(self, teacher: Person, day: date, *away: tuple[Pupil, Reason], half: Half = Half.MORNING) -> None:
        class_id = attendance.people.classes_taught(self.world.work, teacher)[0]
        self.world.acting(teacher)
        attendance.report(self.world.work, class_id, day, half, [Line.absent(one.id, why) for one, why in away])
        self.world.acting(None)

    def opens_a_case(self, pupil: Pupil) -> Case:
        self.world.acting(self.thu)
        case = cases.open(self.world.work, pupil.id)
        self.world.acting(None)
        return case

    def moves(self, pupil: Pupil, to: str, on: date) -> None:
        """Another class from a day on."""
        stay = self.world.session.scalars(select(Enrolment).where(Enrolment.pupil_id == pupil.id)).one()
        stay.until_on = on
        self.world.session.add(
            Enrolment(pupil_id=pupil.id, class_id=self.world.school_class(to).id, from_on=on, until_on=None)
        )
        self.world.session.flush()

    def period(self, since: date = MONDAY, until: date = WEDNESDAY) -> coverage.PeriodFigures:
        return coverage.period(EVERYTHING, self.world.work, since, until)


@pytest.fixture
def school(world: World) -> School:
    return School(world)


def test_a_day_of_several_sessions_counts_a_pupil_once_by_the_first_one_missed(school: School) -> None:
    school.reports(school.hoa, MONDAY, (school.an, Reason.ILL))
    school.reports(school.hoa, MONDAY, (school.an, Reason.FIELDS), (school.chi, Reason.FIELDS), half=Half.AFTERNOON)
    whole = school.period().total.attendance
    assert (whole.enrolled, whole.excused, whole.unexcused, whole.present) == (4, 1, 1, 2)
    assert dict(whole.reasons) == {Reason.ILL: 1, Reason.FIELDS: 1}


def test_days_that_nobody_reported_are_due_and_never_present(school: School) -> None:
    school.reports(school.hoa, MONDAY)
    school.reports(school.na, TUESDAY)
    found = school.period()
    fourth, sixth = found.classes
    assert (fourth.name, fourth.counts.due, fourth.counts.reported) == ("4A", 3, 1)
    assert fourth.missing_days == (MONDAY, WEDNESDAY)
    assert (sixth.counts.due, sixth.counts.missing, sixth.counts.attendance.enrolled) == (3, 2, 4)
    assert sorted(found.days) == [MONDAY, TUESDAY]


def test_what_was_recorded_before_the_day_was_closed_is_not_counted(school: School) -> None:
    school.reports(school.hoa, TUESDAY, (school.an, Reason.DISTANCE))
    school.world.acting(school.thu)
    calendar.close(school.world.work, Where(), Days(TUESDAY, TUESDAY), Why.FLOOD)
    school.world.acting(None)
    found = school.period()
    assert found.total.attendance == Tally()
    assert (found.total.due, coverage.day(EVERYTHING, school.world.work, TUESDAY).roll) == (4, 0)


def test_villages_count_their_own_pupils_and_add_up_to_the_classes(school: School) -> None:
    school.reports(school.hoa, MONDAY, (school.an, Reason.ILL), (school.binh, Reason.FIELDS))
    school.reports(school.na, MONDAY)
    found = school.period()
    names = {school.world.village(name).id: name for name in ("Cà Xen", "Làng Trê", "Làng Giữa")}
    counted = {names[key]: (one.roll, one.attendance.enrolled, one.attendance.absent)
               for key, one in found.villages.items() if key is not None}  # fmt: skip
    assert counted == {"Cà Xen": (3, 3, 1), "Làng Trê": (1, 1, 1), "Làng Giữa": (1, 1, 0)}
    assert sum(one.attendance.absent for one in found.villages.values()) == found.total.attendance.absent


def test_whoever_changes_class_is_on_one_roll_and_was_on_the_other_when_the_year_began(school: School) -> None:
    school.moves(school.binh, "4A", TUESDAY)
    fourth, sixth = school.period().classes
    assert (sixth.counts.roll_at_start, sixth.counts.roll) == (4, 3)
    assert (fourth.counts.roll_at_start, fourth.counts.roll) == (1, 2)
    assert (fourth.counts.moved_in, sixth.counts.moved_out) == (0, 0)


def test_moved_away_is_no_dropout_and_dropped_out_is_not_on_the_roll(school: School) -> None:
    school.dut.status, school.dut.left_on = PupilStatus.MOVED, TUESDAY
    case = school.opens_a_case(school.an)
    cases.drop_out(school.world.work, case)
    whole = school.period().total
    assert (whole.roll, whole.moved_out, whole.dropped_out, whole.dropped_out_in_year) == (3, 1, 1, 1)
    assert (whole.at_risk, whole.new_cases) == (1, 1)
    before = school.period(MONDAY, MONDAY).total
    assert (before.roll, before.moved_out, before.dropped_out, before.at_risk) == (5, 0, 0, 0)


def test_a_dropout_who_comes_back_is_brought_back_and_on_the_roll_again(school: School) -> None:
    case = school.opens_a_case(school.an)
    cases.drop_out(school.world.work, case)
    school.world.acting(school.thu)
    cases.is_back(school.world.work, case.id)
    school.world.acting(None)
    whole = school.period().total
    assert (whole.roll, whole.dropped_out, whole.brought_back) == (5, 0, 1)


def test_a_case_that_a_slip_opened_is_none(school: School) -> None:
    case = school.opens_a_case(school.an)
    cases.shut(school.world.work, case, Outcome.CORRECTED)
    assert school.period().total.new_cases == 0


def test_classes_read_one_by_one_add_up_to_the_whole(school: School) -> None:
    school.reports(school.hoa, MONDAY, (school.an, Reason.ILL))
    school.reports(school.na, TUESDAY, (school.gia, Reason.UNKNOWN))
    school.moves(school.binh, "4A", TUESDAY)
    classes = coverage.classes_of(EVERYTHING, school.world.work, WEDNESDAY)
    work = school.world.work
    parts = [coverage.period(EVERYTHING, work, MONDAY, WEDNESDAY, [one]) for one in classes]
    whole = school.period()
    assert replace(parts[0] + parts[1]) == whole
    assert {level: one.roll for level, one in whole.by_level().items()} == {PRIMARY: 2, SECONDARY: 3}
    assert whole.by_weekday()[0].absent == 1
    assert [day.isoformat() for day in whole.by_week()] == ["2024-03-18"]


def test_a_period_to_come_is_refused(school: School) -> None:
    with pytest.raises(ValueError, match="today"):
        school.period(MONDAY, date(2024, 3, 21))
