"""What a register means, through `attendance.report`: alerts, cases, who is asked, and what a correction undoes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.clock import VIETNAM
from bot.conversations import ALONE, NOTICES
from bot.rules import assignment, attendance, cases, early_warning, moves, people, reminders, visits
from bot.rules.attendance import Line
from bot.rules.early_warning import Raised
from bot.rules.visits import Findings
from bot.rules.work import Work
from bot.service import outbox
from bot.service.outbox import Wording
from storage import alerts
from storage import attendance as stored
from storage import cases as stored_cases
from storage.alerts import Alert
from storage.attendance import Half, Reason
from storage.calendar import Closure, Effect, Why
from storage.cases import Case, CaseStatus, Outcome
from storage.chat import Outbox, OutboxStatus
from storage.database import Database
from storage.people import Person, Role, RoleGrant
from storage.pupils import PupilStatus
from storage.scope import Scope
from storage.visits import Met, NextStep
from tests.play import SURROUNDINGS
from tests.rules.test_visits import by, named, pupil
from tests.world import World, long_mon

HOA, ROT, THU, CHI, BINH = "Đinh Thị Hoa", "Đinh Văn Rớt", "Phạm Thị Thu", "Đinh Thị Chi", "Phạm Văn Bình"
REASONS = {"K": Reason.FIELDS, "?": Reason.UNKNOWN, "P": Reason.FAMILY, "I": Reason.ILL}
WORDING = Wording(NOTICES, SURROUNDINGS, VIETNAM, ALONE)
MONDAY = date(2024, 3, 4)


@pytest.fixture
def commune(commune_of_the_transcripts: World) -> World:
    """The commune of the transcripts, as it is since September."""
    return since_autumn(commune_of_the_transcripts)


def since_autumn(world: World) -> World:
    """Everybody holds their roles since the school year began."""
    world.session.execute(update(RoleGrant).values(from_on=date(2023, 9, 5)))
    world.session.expire_all()
    return world


def at(day: date, hour: int = 7, minute: int = 20) -> datetime:
    return datetime.combine(day, time(hour, minute), VIETNAM)


def class_id(world: World) -> int:
    return people.classes_taught(by(world, HOA))[0]


def roll(world: World, day: date, away: dict[str, str], *, when: datetime | None = None) -> list[Raised]:
    """Cô Hoa reports the morning of a day (or corrects it); returns what begins to hold. What is to be told is told."""
    work = by(world, HOA, when or at(day))
    former = stored.register(Scope.everything(), world.session, class_id(world), day, Half.MORNING)
    lines = [Line.absent(pupil(world, name).id, REASONS[sign]) for name, sign in away.items() if sign in REASONS]
    base = former.revision if former is not None else 0
    register = attendance.report(work, class_id(world), day, Half.MORNING, lines, base=base)
    outbox.queue_notices(work, WORDING)
    return attendance.raised(work, register)


def play(world: World, signs: str, *, name: str = CHI, start: date = MONDAY) -> list[tuple[str, date]]:
    """One sign a school day for one pupil, each reported on its own morning; returns the rules that begin to hold."""
    found, day = [], start
    for sign in signs:
        while day.weekday() > 4:
            day += timedelta(days=1)
        if sign != "-":
            found += [(one.rule, day) for one in roll(world, day, {name: sign})]
        day += timedelta(days=1)
    return found


def school_day(n: int, start: date = MONDAY) -> date:
    """The n-th school day, the first is 1."""
    return start + timedelta(days=n - 1 + 2 * ((n - 1) // 5))


def holding(world: World, name: str = CHI) -> set[str]:
    return {one.rule for one in alerts.open_of(Scope.everything(), world.session, [pupil(world, name).id])}


def case_of(world: World, name: str = CHI) -> Case | None:
    return stored_cases.open_of(Scope.everything(), world.session, pupil(world, name).id)


def the_case(world: World, name: str = CHI) -> Case:
    found = case_of(world, name)
    assert found is not None
    return found


def owner(world: World, name: str = CHI) -> str:
    owner_id = the_case(world, name).owner_id
    return world.session.get_one(Person, owner_id).name if owner_id is not None else ""


def told(world: World, *kinds: str, status: OutboxStatus = OutboxStatus.QUEUED) -> list[str]:
    """Who is to hear of these kinds, in order."""
    wanted = select(Person.name).join(Outbox, Outbox.person_id == Person.id)
    wanted = wanted.where(Outbox.kind.in_(kinds), Outbox.status == status).order_by(Outbox.id)
    return list(world.session.scalars(wanted))


def send(world: World) -> None:
    """What waits is sent."""
    for row in world.session.scalars(select(Outbox).where(Outbox.status == OutboxStatus.QUEUED)):
        row.status, row.sent_at = OutboxStatus.SENT, row.due_at
    world.session.flush()


def events(world: World, name: str = CHI) -> list[str]:
    case = stored_cases.of_pupil(Scope.everything(), world.session, pupil(world, name).id)[0]
    return [one.kind for one in stored_cases.events(Scope.everything(), world.session, case.id)]


def tick(world: World, now: datetime) -> None:
    """The clock's own step: what nobody has answered passes on."""
    work = Work(session=world.session, now=now, today=now.astimezone(VIETNAM).date(), scope=Scope.everything())
    assignment.escalate(work)
    outbox.queue_notices(work, WORDING)


# The day itself, and the row of days


def test_two_days_in_a_row_ask_the_teacher_to_call(commune: World) -> None:
    assert play(commune, "K?") == [("R1", school_day(2)), ("R0", school_day(2))][::-1]
    kinds = [task.kind for task in reminders.of_person(by(commune, HOA, at(school_day(2))), named(commune, HOA).id)]
    assert "alerts.call" in kinds
    assert case_of(commune) is None


def test_the_third_day_opens_a_case_and_the_receipt_knows_who_is_asked(commune: World) -> None:
    play(commune, "KK")
    raised = roll(commune, school_day(3), {CHI: "?"})
    found = next(one for one in raised if one.rule == "R2")
    assert (found.case_id, found.asked_id) == (the_case(commune).id, named(commune, ROT).id)
    assert found.facts["n"] == 3
    assert the_case(commune).due_at == at(school_day(4), 20, 0)
    assert told(commune, "cases.asked") == [ROT]


def test_an_unreported_day_neither_breaks_nor_counts(commune: World) -> None:
    assert ("R2", school_day(4)) in play(commune, "KK-K")
    assert play(commune, "K-K", name=BINH, start=date(2024, 3, 11)) == [("R1", date(2024, 3, 13))]


def test_nothing_is_counted_across_a_day_on_which_the_village_is_cut_off(commune: World) -> None:
    """Cà Xen has no way to school on Wednesday: a line of that day says nothing."""
    commune.session.add(
        Closure(
            commune_id=commune.commune().id, village_id=commune.village("Cà Xen").id, from_on=school_day(3),
            until_on=school_day(3), effect=Effect.CLOSED, why=Why.FLOOD, made_at=at(school_day(3)),
        )
    )  # fmt: skip
    commune.session.flush()
    assert [rule for rule, _ in play(commune, "KKK")] == ["R1"]
    assert ("R2", school_day(4)) in [(one.rule, school_day(4)) for one in roll(commune, school_day(4), {CHI: "K"})]


def test_each_absence_of_the_first_days_after_tet_is_asked_about(commune: World) -> None:
    monday = date(2024, 2, 19)
    assert play(commune, "K..K.K", start=monday) == [("R7", monday), ("R7", date(2024, 2, 22))]


def test_a_second_day_without_a_reason_is_asked_about_anew(commune: World) -> None:
    play(commune, "??")
    unknown = commune.session.scalars(select(Alert).where(Alert.rule == "R0").order_by(Alert.id)).all()
    assert [(one.raised_on, one.cleared_at is None) for one in unknown] == [
        (school_day(1), False),
        (school_day(2), True),
    ]


def test_coming_and_going_opens_a_case_that_tells_its_days(commune: World) -> None:
    assert play(commune, "K..K.K..K")[-1] == ("R3", school_day(9))  # Monday, Thursday, Monday, Thursday
    why = the_case(commune).why or {}
    assert (why["rule"], why["n"], why["spells"]) == ("R3", 4, 4)
    assert why["weekdays"] == {"0": 2, "3": 2}


def test_seven_in_a_row_go_to_the_commune_and_fifteen_are_a_status(commune: World) -> None:
    front = commune.person("Đinh Thị Xem", Role.FRONT, form="chị", place_id=commune.commune().id)
    since_autumn(commune)
    play(commune, "K" * 7)
    assert the_case(commune).is_with_commune
    assert sorted(told(commune, "cases.commune")) == sorted([THU, front.name])
    play(commune, "K" * 8, start=school_day(8))
    assert pupil(commune).status == PupilStatus.DROPPED_OUT
    assert CHI not in [one.name for one in stored_roll(commune)]


def stored_roll(world: World) -> list[object]:
    from storage import pupils

    return list(pupils.of_class(Scope.everything(), world.session, class_id(world)))


def test_a_pupil_who_has_left_is_not_in_class_because_nobody_names_them(commune: World) -> None:
    play(commune, "K" * 15)
    play(commune, "." * 25, start=school_day(16))
    assert (the_case(commune).status, the_case(commune).proposed_at, the_case(commune).back_on) == ("open", None, None)
    assert "R4.dropout" in holding(commune) or "R2" not in holding(commune)
    days = early_warning.standing(by(commune, THU, at(school_day(40))), [pupil(commune).id])[pupil(commune).id].days
    assert len(days) == 15


def test_a_pupil_who_comes_back_after_leaving_is_watched_from_that_day(commune: World) -> None:
    play(commune, "K" * 15)
    play(commune, "...", start=school_day(16))
    cases.is_back(by(commune, THU, at(school_day(19), 7, 0)), the_case(commune).id)
    assert pupil(commune).status == PupilStatus.STUDYING
    play(commune, ".....", start=school_day(19))
    assert the_case(commune).status == CaseStatus.WATCHING
    standing = early_warning.standing(by(commune, THU, at(school_day(24))), [pupil(commune).id])[pupil(commune).id]
    assert (standing.missed, len(standing.days)) == (15, 20)


def test_the_share_of_the_year_watches_at_ten_and_opens_at_twenty_percent(commune: World) -> None:
    start = date(2024, 1, 8)
    found = play(commune, "I...I...I..." + "." * 9, start=start)
    assert ("R5.watch", school_day(21, start)) in found
    assert case_of(commune) is None
    rules = [rule for rule, _ in play(commune, "I.I.I.I", start=school_day(22, start))]
    assert "R5.case" in rules
    assert (the_case(commune).why or {})["rule"] == "R5.case"


def test_the_meter_speaks_at_fifteen_sessions(commune: World) -> None:
    found = play(commune, "I." * 15, start=date(2024, 1, 8))
    assert [rule for rule, _ in found if rule.startswith("R6")] == ["R6.first"]
    standing = early_warning.standing(by(commune, HOA), [pupil(commune).id])[pupil(commune).id]
    assert (standing.sessions_missed, standing.left) == (15, 30)


# Who is asked


def ladder(world: World) -> None:
    world.person("Đinh Văn Liêu", Role.VILLAGE_FRONT, form="bác", place_id=world.village("Cà Xen").id)
    since_autumn(world)


def test_whoever_is_busy_hands_over_at_once_down_the_ladder(commune: World) -> None:
    ladder(commune)
    play(commune, "KKK")
    asked = []
    for _ in range(3):
        asked.append(owner(commune))
        assignment.decline(by(commune, owner(commune), at(school_day(3), 9, 0)), the_case(commune).id)
    assert asked == [ROT, "Đinh Văn Liêu", HOA]
    assert (the_case(commune).is_with_commune, the_case(commune).owner_id) == (True, None)


def test_a_day_of_silence_passes_the_case_on(commune: World) -> None:
    ladder(commune)
    play(commune, "KKK")
    tick(commune, at(school_day(4), 7, 0))
    assert owner(commune) == ROT
    tick(commune, at(school_day(4), 7, 21))
    assert owner(commune) == "Đinh Văn Liêu"
    assert told(commune, "cases.asked") == ["Đinh Văn Liêu"]  # bác Rớt is not asked any more
    for day in (5, 6):
        tick(commune, at(school_day(day), 20, 0))
        tick(commune, at(school_day(day) + timedelta(days=1), 20, 0))
    assert the_case(commune).is_with_commune


def test_two_visits_not_made_in_time_are_for_the_commune(commune: World) -> None:
    play(commune, "KKK")
    assignment.accept(by(commune, ROT, at(school_day(3), 8, 0)), the_case(commune).id)
    tick(commune, at(school_day(5), 6, 0))
    assert (the_case(commune).overdue, the_case(commune).is_with_commune) == (1, False)
    tick(commune, at(school_day(5) + timedelta(days=2), 6, 0))
    assert (the_case(commune).overdue, the_case(commune).is_with_commune) == (2, True)
    assert told(commune, "cases.commune") == [THU]


# Corrections, late rolls


def test_a_correction_within_two_minutes_withdraws_the_request(commune: World) -> None:
    play(commune, "KKK")
    roll(commune, school_day(3), {}, when=at(school_day(3), 7, 21))
    assert case_of(commune) is None
    assert told(commune, "cases.asked", "cases.withdrawn") == []
    assert told(commune, "cases.asked", status=OutboxStatus.WITHDRAWN) == [ROT]
    closed = stored_cases.of_pupil(Scope.everything(), commune.session, pupil(commune).id)
    assert [one.outcome for one in closed] == [Outcome.CORRECTED]


def test_whoever_was_asked_already_hears_that_they_need_not_go(commune: World) -> None:
    play(commune, "KKK")
    send(commune)
    roll(commune, school_day(3), {}, when=at(school_day(3), 9, 40))
    assert case_of(commune) is None
    assert told(commune, "cases.withdrawn") == [ROT]


def test_a_case_that_somebody_has_acted_upon_stays_and_says_that_the_roll_was_corrected(commune: World) -> None:
    play(commune, "KKK")
    send(commune)
    assignment.accept(by(commune, ROT, at(school_day(3), 8, 0)), the_case(commune).id)
    roll(commune, school_day(3), {}, when=at(school_day(3), 9, 40))
    assert case_of(commune) is not None
    assert "corrected" in events(commune)


def test_a_slip_on_the_day_that_began_the_watch_is_taken_back(commune: World) -> None:
    play(commune, "KKK.....")
    assert the_case(commune).status == CaseStatus.WATCHING
    roll(commune, school_day(8), {CHI: "K"}, when=at(school_day(8), 9, 0))
    assert the_case(commune).status == CaseStatus.OPEN


def test_a_roll_that_comes_a_week_late_raises_no_stale_alarm(commune: World) -> None:
    play(commune, "KK")
    assert roll(commune, school_day(3), {CHI: "K"}, when=at(school_day(3) + timedelta(days=8))) == []
    assert case_of(commune) is None
    assert told(commune, "cases.asked") == []


def test_a_roll_that_comes_days_late_counts_when_it_comes(commune: World) -> None:
    play(commune, "KK")
    raised = roll(commune, school_day(3), {CHI: "K"}, when=at(school_day(4), 16, 0))
    assert "R2" in [one.rule for one in raised]


def test_a_backdated_roll_before_days_in_class_asks_nobody_to_go(commune: World) -> None:
    play(commune, "KK-..")
    assert roll(commune, school_day(3), {CHI: "K"}, when=at(school_day(5), 16, 0)) == []
    assert case_of(commune) is None


def test_following_twice_changes_nothing(commune: World) -> None:
    play(commune, "K.KK?")
    before = (holding(commune), the_case(commune).id, events(commune), told(commune, "cases.asked"))
    work = by(commune, HOA, at(school_day(5), 7, 30))
    assert early_warning.follow(work, class_id(commune), school_day(5)) == []
    assert early_warning.recompute_commune(work, commune.commune().id) == []
    assert work.notices == []
    assert before == (holding(commune), the_case(commune).id, events(commune), told(commune, "cases.asked"))


# Moving, returning, relapse


def test_a_pupil_who_changes_class_keeps_the_days(commune: World) -> None:
    play(commune, "KK")
    na = commune.teacher("Đinh Thị Na", of="6B")
    since_autumn(commune)
    other = commune.school_class("6B")
    moves.enrol(by(commune, THU, at(school_day(3), 6, 50)), pupil(commune), other)
    work = by(commune, na.name, at(school_day(3)))
    lines = [Line.absent(pupil(commune).id, Reason.FIELDS)]
    register = attendance.report(work, other.id, school_day(3), Half.MORNING, lines)
    assert "R2" in [one.rule for one in attendance.raised(work, register)]


def test_back_five_days_is_watched_and_twenty_propose_to_close(commune: World) -> None:
    play(commune, "KKK....")
    assert the_case(commune).status == CaseStatus.OPEN
    play(commune, ".", start=school_day(8))
    assert the_case(commune).status == CaseStatus.WATCHING
    play(commune, "." * 14, start=school_day(9))
    assert the_case(commune).proposed_at is None
    play(commune, ".", start=school_day(23))
    assert the_case(commune).proposed_at is not None
    cases.close(by(commune, HOA, at(school_day(23), 8, 0)), the_case(commune).id, Outcome.BACK)


def test_a_relapse_within_sixty_days_opens_the_same_file_after_two_days(commune: World) -> None:
    play(commune, "KKK")
    first = the_case(commune).id
    cases.close(by(commune, HOA, at(school_day(6), 8, 0)), first, Outcome.BACK)
    play(commune, "...KK", start=school_day(6))
    assert (the_case(commune).id, the_case(commune).reopened) == (first, 1)
    assert (the_case(commune).why or {})["rule"] == "R1"
    assert owner(commune) == ROT


def test_a_relapse_after_sixty_days_is_a_new_file(commune: World) -> None:
    start = date(2024, 1, 8)
    play(commune, "KKK.", start=start)
    first = the_case(commune).id
    cases.close(by(commune, HOA, at(school_day(4, start), 8, 0)), first, Outcome.BACK)
    play(commune, "KK", start=date(2024, 3, 18))
    assert case_of(commune) is None
    play(commune, "K", start=date(2024, 3, 20))
    assert the_case(commune).id != first


def test_a_case_that_a_person_closed_stays_closed_while_the_pupil_is_in_class(commune: World) -> None:
    """The share of the year (R5) holds on for months: that alone opens nothing again."""
    start = date(2024, 1, 8)
    play(commune, "I" * 5 + "." * 16, start=start)
    first = the_case(commune).id
    cases.close(by(commune, HOA, at(school_day(21, start), 8, 0)), first, Outcome.BACK)
    play(commune, "..", start=school_day(22, start))
    assert "R5.case" in holding(commune)
    assert case_of(commune) is None
    play(commune, "K", start=school_day(24, start))
    assert the_case(commune).id == first


def test_a_visit_at_which_nobody_was_met_closes_nothing(commune: World) -> None:
    play(commune, "KKK")
    hour = at(school_day(3), 17, 0)
    visits.report(by(commune, ROT, hour), pupil(commune).id, Findings(hour, Met.NOBODY))
    assert the_case(commune).due_at is not None


def visit(world: World, day: date, name: str = ROT) -> None:
    """Somebody meets the parents, who promise nothing."""
    hour = at(day, 17, 0)
    visits.report(by(world, name, hour), pupil(world).id, Findings(hour, Met.PARENTS, next_step=NextStep.WAIT))


def test_nobody_has_to_look_again_at_a_pupil_who_is_in_class(commune: World) -> None:
    """A visit that promised nothing is looked after by somebody, unless the roll says that the pupil has come."""
    play(commune, "K..K.K..K")
    visit(commune, school_day(9))
    assert the_case(commune).due_at is not None
    play(commune, ".", start=school_day(10))
    assert the_case(commune).due_at is None
    tick(commune, at(school_day(10) + timedelta(days=9), 6, 0))
    assert (the_case(commune).overdue, the_case(commune).is_with_commune) == (0, False)


def test_a_visit_to_a_pupil_who_is_in_class_asks_for_no_second_one(commune: World) -> None:
    play(commune, "K..K.K..K.")
    assert the_case(commune).due_at is not None  # in class today, and the visit is still worth making
    visit(commune, school_day(10))
    assert the_case(commune).due_at is None


def test_one_more_day_away_sends_nobody_and_a_second_one_asks_anew(commune: World) -> None:
    play(commune, "KKK.")
    assert the_case(commune).due_at is None  # back before anybody went
    send(commune)
    play(commune, "K", start=school_day(5))
    assert (the_case(commune).due_at, told(commune, "cases.asked")) == (None, [])
    play(commune, "K", start=school_day(6))
    assert told(commune, "cases.asked") == [ROT]
    assert events(commune)[-2:] == ["away_again", "asked"]


def test_a_case_given_twice_to_the_same_person_asks_once(commune: World) -> None:
    play(commune, "KKK")
    send(commune)
    for minute in (0, 1):
        work = by(commune, THU, at(school_day(3), 17, minute))
        assignment.assign(work, the_case(commune).id, named(commune, HOA).id)
        outbox.queue_notices(work, WORDING)
    assert told(commune, "cases.asked") == [HOA]


# Corrected is as good as right


@pytest.fixture(scope="module")
def fresh(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A commune whose transaction every example rolls back to its beginning."""
    import shutil

    path = tmp_path_factory.mktemp("corrections") / "ralop.sqlite3"
    shutil.copy(template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        yield since_autumn(long_mon(session))
    database.close()


SERIES = st.lists(st.sampled_from("..KK?P"), min_size=3, max_size=9).map("".join)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SERIES, st.data())
def test_a_corrected_roll_leaves_what_a_right_one_would_have(fresh: World, signs: str, data: st.DataObject) -> None:
    """While nobody has acted: the same rules hold, and a case is open or not, whatever was written at first."""
    wrong_on = data.draw(st.integers(0, len(signs) - 1))
    slip = data.draw(st.sampled_from(".K?P"))
    states = []
    for with_slip in (False, True):
        saved = fresh.session.begin_nested()
        for n, sign in enumerate(signs, start=1):
            if with_slip and n == wrong_on + 1:
                roll(fresh, school_day(n), {CHI: slip})
            roll(fresh, school_day(n), {CHI: sign}, when=at(school_day(n), 7, 21))
        case = case_of(fresh)
        states.append((holding(fresh), case is not None, case is not None and (case.why or {})["rule"]))
        saved.rollback()
        fresh.session.expire_all()
    assert states[0] == states[1]
