"""The figures of a day: one place counts, and chat and digest say the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.clock import VIETNAM
from bot.rules import attendance, coverage, report_times
from bot.rules.attendance import Line
from storage.attendance import Half, Mark, Reason
from storage.people import Person
from storage.pupils import Pupil
from storage.scope import Scope
from tests.world import World

DAY = date(2024, 3, 20)


def report(world: World, teacher: Person, *lines: Line, day: date = DAY) -> None:
    class_id = attendance.people.classes_taught(world.work, teacher)[0]
    former = attendance.attendance.register(Scope.everything(), world.session, class_id, day, Half.MORNING)
    world.acting(teacher)
    base = former.revision if former is not None else 0
    attendance.report(world.work, class_id, day, Half.MORNING, lines, base=base)
    world.acting(None)


def two_classes(world: World) -> tuple[Person, Person, list[Pupil]]:
    roll = [world.pupil(f"Đinh Thị {name}", of="6A") for name in ("An", "Bình", "Chi", "Dút")]
    world.pupil("Đinh Văn Em", of="7A")
    world.pupil("Đinh Văn Gia", of="8B")
    return world.teacher("Cô Hoa", of="6A"), world.teacher("Cô Na", of="7A"), roll


def test_present_includes_the_late_and_only_classes_that_reported_are_counted(world: World) -> None:
    hoa, _, roll = two_classes(world)
    late = Line(roll[1].id, Reason.ILL, Mark.LATE)
    report(world, hoa, Line.absent(roll[0].id, Reason.ILL), late)
    figures = coverage.day(Scope.everything(), world.work, DAY)
    assert (figures.roll, figures.present, figures.absent) == (4, 3, 1)
    assert figures.reasons == ((Reason.ILL, 1),)
    assert figures.missing == ("7A", "8B")


def test_the_latest_revision_alone_counts(world: World) -> None:
    hoa, _, roll = two_classes(world)
    report(world, hoa, Line.absent(roll[0].id, Reason.ILL), Line.absent(roll[1].id, Reason.FIELDS))
    report(world, hoa, Line.absent(roll[1].id, Reason.FAMILY))
    figures = coverage.day(Scope.everything(), world.work, DAY)
    assert figures.reasons == ((Reason.FAMILY, 1),)


def test_reasons_that_are_equally_many_stand_in_their_usual_order(world: World) -> None:
    hoa, _, roll = two_classes(world)
    reasons = (Reason.UNKNOWN, Reason.DISTANCE, Reason.ILL)
    report(world, hoa, *(Line.absent(one.id, why) for one, why in zip(roll, reasons, strict=False)))
    figures = coverage.day(Scope.everything(), world.work, DAY)
    assert [reason for reason, _ in figures.reasons] == [Reason.ILL, Reason.DISTANCE, Reason.UNKNOWN]


def test_a_teacher_sees_the_figures_of_the_own_class_only(world: World) -> None:
    hoa, na, roll = two_classes(world)
    report(world, hoa, Line.absent(roll[0].id, Reason.ILL))
    report(world, na)
    world.acting(na)
    figures = coverage.day(world.work.scope, world.work, DAY)
    assert (figures.roll, figures.absent, figures.missing) == (1, 0, ())


def test_before_monday_stands_friday(world: World) -> None:
    hoa, _, roll = two_classes(world)
    report(world, hoa, Line.absent(roll[0].id, Reason.ILL), day=date(2024, 3, 15))
    before = coverage.day_before(Scope.everything(), world.work, date(2024, 3, 18))
    assert before is not None
    assert before.day == date(2024, 3, 15)


def test_the_digest_goes_to_officials_on_school_days_at_five(world: World) -> None:
    two_classes(world)
    thu = world.official("Phạm Thị Thu")
    world.official("Đinh Văn Lập", joined=False, form="")
    start = datetime(2024, 3, 22, 12, tzinfo=VIETNAM)
    tasks = [
        one
        for one in report_times.tasks(world.work, start, start + timedelta(days=3, hours=6))
        if one.kind == "reports.digest"
    ]
    assert [(one.person_id, one.occurrence) for one in tasks] == [(thu.id, "2024-03-22"), (thu.id, "2024-03-25")]
    assert {one.due.astimezone(VIETNAM).hour for one in tasks} == {17}


def test_the_school_hears_at_half_past_ten_only_if_a_class_is_missing(world: World) -> None:
    hoa, na, _ = two_classes(world)
    world.teacher("Thầy Minh", of="8B")
    head = world.school_head("Phạm Văn Sơn")
    start, end = datetime(2024, 3, 20, 10, tzinfo=VIETNAM), datetime(2024, 3, 20, 11, tzinfo=VIETNAM)
    assert [one.person_id for one in report_times.tasks(world.work, start, end)] == [head.id]
    for teacher in (hoa, na):
        report(world, teacher)
    assert report_times.missing_of_school(world.work, world.school().id, DAY) == ["8B"]
