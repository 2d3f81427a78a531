"""Home visits as functions: who may report, what a correction does, who hears and when."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.rules import cases, people, reminders, visits
from bot.rules.sent_files import File
from bot.rules.visits import Findings
from bot.rules.work import Refused, Work
from storage import cases as stored_cases
from storage import people as stored_people
from storage import visits as stored
from storage.audit import Audit
from storage.people import Person, Role
from storage.pupils import Pupil
from storage.scope import Scope
from storage.visits import Met, NextStep, VisitReason
from tests.world import World

AT = datetime(2024, 3, 20, 16, 30, tzinfo=VIETNAM)


def named(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def pupil(world: World, name: str = "Đinh Thị Chi") -> Pupil:
    return world.session.scalars(select(Pupil).where(Pupil.name == name)).one()


def by(world: World, name: str, at: datetime = AT) -> Work:
    """What a person does at an hour."""
    person = named(world, name)
    day = at.astimezone(VIETNAM).date()
    scope = stored_people.scope_of(world.session, person, day)
    return Work(session=world.session, now=at, today=day, person=person, scope=scope)


def tick(world: World, at: datetime, since: datetime) -> list[tuple[str, str]]:
    """(person, occurrence) of the news that goes between two moments."""
    work = Work(session=world.session, now=at, today=at.astimezone(VIETNAM).date())
    found = [due.task for due in reminders.due(work, since) if due.task.kind == "visits.heard"]
    return [(world.session.get_one(Person, task.person_id).name, task.occurrence) for task in found]


def test_a_visit_is_kept_with_its_photos_and_opens_a_case(commune: World) -> None:
    work = by(commune, "Đinh Văn Rớt")
    findings = Findings(
        visited_at=AT,
        met=Met.PARENTS,
        reason=VisitReason.HOUSEHOLD_WORK,
        promised_on=date(2024, 3, 22),
        next_step=NextStep.TEACHER_VISITS,
        files=(File("voice", "v", "phone", "phone", 18), File("photo", "p", "phone", "phone")),
    )
    visit = visits.report(work, pupil(commune).id, findings)
    assert (visit.first_id, visit.revision, visit.visited_on) == (visit.id, 1, date(2024, 3, 20))
    assert [file.seconds for file in stored.files(Scope.everything(), commune.session, visit.id)] == [18, 0]
    case = stored_cases.open_of(Scope.everything(), commune.session, pupil(commune).id)
    assert case is not None
    assert (case.id, case.reason, case.next_step) == (visit.case_id, "household_work", "teacher_visits")
    assert case.owner_id == named(commune, "Đinh Thị Hoa").id
    assert case.opened_by == str(work.actor_id)


def test_a_second_visit_moves_the_same_case_on(commune: World) -> None:
    chi = pupil(commune).id
    first = visits.report(by(commune, "Đinh Văn Rớt"), chi, Findings(AT, Met.PARENTS, VisitReason.ILLNESS))
    later = by(commune, "Đinh Thị Hoa", AT + timedelta(hours=1))
    second = visits.report(later, chi, Findings(later.now, Met.PARENTS, next_step=NextStep.WAIT))
    case = stored_cases.open_of(Scope.everything(), commune.session, chi)
    assert case is not None
    assert (first.case_id, second.case_id) == (case.id, case.id)
    assert (case.reason, case.next_step) == ("illness", "wait")  # a reason that is not known changes nothing


def test_a_pupil_outside_the_scope_is_refused_whether_there_is_one_or_not(commune: World) -> None:
    work = by(commune, "Đinh Văn Rớt")
    for pupil_id in (pupil(commune, "Hồ Văn An").id, 10_000):
        with pytest.raises(Refused) as refused:
            visits.report(work, pupil_id, Findings(AT, Met.PARENTS))
        assert refused.value.code == "outside_scope"


def test_parents_may_not_report_a_visit(commune: World) -> None:
    commune.person("Đinh Văn Lía", Role.PARENTS, form="anh", class_id=commune.school_class("6A").id)
    with pytest.raises(Refused) as refused:
        visits.report(by(commune, "Đinh Văn Lía"), pupil(commune).id, Findings(AT, Met.PARENTS))
    assert refused.value.code == "not_allowed"


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        (Findings(AT + timedelta(days=1), Met.PARENTS), "day_to_come"),
        (Findings(AT, Met.PARENTS, promised_on=date(2024, 3, 19)), "promise_in_the_past"),
        (Findings(AT, Met.NOBODY, again_on=date(2024, 3, 19)), "promise_in_the_past"),
    ],
)
def test_days_that_cannot_be_are_refused(commune: World, findings: Findings, code: str) -> None:
    with pytest.raises(Refused) as refused:
        visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, findings)
    assert refused.value.code == code


def test_a_message_that_was_late_counts_for_the_day_it_was_written(commune: World) -> None:
    work = by(commune, "Đinh Văn Rớt", AT + timedelta(hours=20))
    work.written_at = AT
    visit = visits.report(work, pupil(commune).id, Findings(AT, Met.PARENTS))
    assert visit.visited_on == date(2024, 3, 20)
    assert visit.reported_at == work.now


def test_nobody_at_home_leaves_no_reason_and_no_promise(commune: World) -> None:
    findings = Findings(
        AT,
        Met.NOBODY,
        VisitReason.ILLNESS,
        promised_on=date(2024, 3, 22),
        again_on=date(2024, 3, 21),
        next_step=NextStep.WAIT,
    )
    visit = visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, findings)
    assert (visit.reason, visit.promised_on, visit.next_step) == ("unknown", None, "")
    assert visit.again_on == date(2024, 3, 21)


def test_a_home_to_come_to_again_stands_on_the_list_until_somebody_has_been_there(commune: World) -> None:
    work = by(commune, "Đinh Văn Rớt")
    visits.report(work, pupil(commune).id, Findings(AT, Met.NOBODY, again_on=date(2024, 3, 21)))

    def listed(at: datetime) -> list[str]:
        there = by(commune, "Đinh Văn Rớt", at)
        return [task.kind for task in reminders.of_person(there, there.actor_id or 0)]

    assert listed(AT) == []
    assert listed(AT + timedelta(days=1)) == ["visits.again"]
    then = by(commune, "Đinh Văn Rớt", AT + timedelta(days=1))
    visits.report(then, pupil(commune).id, Findings(then.now, Met.PARENTS))
    assert listed(AT + timedelta(days=1, hours=1)) == []


def test_only_the_visitor_corrects_and_only_within_24_hours(commune: World) -> None:
    visit = visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, Findings(AT, Met.PARENTS))
    for name, at, code in (
        ("Đinh Thị Hoa", AT, "not_your_visit"),
        ("Đinh Văn Rớt", AT + timedelta(hours=24, seconds=1), "visit_is_old"),
    ):
        with pytest.raises(Refused) as refused:
            visits.correct(by(commune, name, at), visit.id, Findings(AT, Met.PUPIL), base=1)
        assert refused.value.code == code
    again = visits.correct(
        by(commune, "Đinh Văn Rớt", AT + timedelta(hours=24)), visit.id, Findings(AT, Met.PUPIL), base=1
    )
    assert (again.first_id, again.revision, again.met) == (visit.id, 2, "pupil")
    assert [one.id for one in stored.of_pupil(Scope.everything(), commune.session, visit.pupil_id)] == [again.id]


def test_a_correction_of_what_was_corrected_meanwhile_is_refused(commune: World) -> None:
    visit = visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, Findings(AT, Met.PARENTS))
    visits.correct(by(commune, "Đinh Văn Rớt"), visit.id, Findings(AT, Met.PUPIL), base=1)
    with pytest.raises(Refused) as refused:
        visits.correct(by(commune, "Đinh Văn Rớt"), visit.id, Findings(AT, Met.RELATIVES), base=1)
    assert refused.value.code == "visit_changed_meanwhile"


def test_the_teacher_is_told_after_two_minutes_and_never_of_her_own_visit(commune: World) -> None:
    work = by(commune, "Đinh Văn Rớt")
    visits.report(work, pupil(commune).id, Findings(AT, Met.PARENTS))
    teacher = named(commune, "Đinh Thị Hoa")
    assert [(n.person_id, n.kind, n.due_at) for n in work.notices] == [
        (teacher.id, "visits.told", AT + timedelta(minutes=2))
    ]
    own = by(commune, "Đinh Thị Hoa")
    visits.report(own, pupil(commune).id, Findings(AT, Met.PARENTS))
    assert own.notices == []


def test_officials_hear_of_the_first_visit_alone_and_of_its_half_hour_together(commune: World) -> None:
    chi, an, dut = (pupil(commune, name).id for name in ("Đinh Thị Chi", "Đinh Thị An", "Đinh Văn Dút"))
    for minutes, pupil_id in ((0, chi), (10, an), (29, dut), (30, an)):
        at = AT + timedelta(minutes=minutes)
        visits.report(by(commune, "Đinh Văn Rớt", at), pupil_id, Findings(at, Met.PARENTS))
    official = "Phạm Thị Thu"
    said, since = [], AT
    for minutes in range(70):
        at = AT + timedelta(minutes=minutes)
        said += [(minutes, *one) for one in tick(commune, at, since)]
        assert tick(commune, at, since) == []  # never twice
        since = at
    assert said == [(2, official, "first"), (31, official, "further"), (32, official, "first")]


def test_one_home_reported_twice_in_a_half_hour_is_told_once(commune: World) -> None:
    for minutes in (0, 10):
        at = AT + timedelta(minutes=minutes)
        visits.report(by(commune, "Đinh Văn Rớt", at), pupil(commune).id, Findings(at, Met.PARENTS))
    assert tick(commune, AT + timedelta(minutes=5), AT) == [("Phạm Thị Thu", "first")]
    assert tick(commune, AT + timedelta(minutes=45), AT + timedelta(minutes=5)) == []


def test_a_correction_before_the_news_goes_moves_it_and_sends_it_once(commune: World) -> None:
    visit = visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, Findings(AT, Met.PARENTS))
    soon = AT + timedelta(minutes=1)
    visits.correct(by(commune, "Đinh Văn Rớt", soon), visit.id, Findings(AT, Met.PUPIL), base=1)
    assert tick(commune, AT + timedelta(minutes=2), AT) == []
    assert tick(commune, AT + timedelta(minutes=3), AT) == [("Phạm Thị Thu", "first")]
    late = AT + timedelta(minutes=10)
    visits.correct(by(commune, "Đinh Văn Rớt", late), visit.id, Findings(AT, Met.PARENTS), base=2)
    assert tick(commune, AT + timedelta(minutes=30), AT) == []


def test_an_official_who_visits_hears_only_of_the_others(commune: World) -> None:
    visits.report(by(commune, "Phạm Thị Thu"), pupil(commune).id, Findings(AT, Met.PARENTS))
    assert tick(commune, AT + timedelta(minutes=5), AT) == []


def test_news_of_an_hour_without_power_goes_when_it_is_back(commune: World) -> None:
    visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, Findings(AT, Met.PARENTS))
    assert tick(commune, AT + timedelta(hours=2), AT + timedelta(minutes=1)) == [("Phạm Thị Thu", "first")]


def test_a_look_at_a_visit_is_audited_and_stays_within_the_scope(commune: World) -> None:
    visit = visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, Findings(AT, Met.PARENTS))
    commune.village_head("Đinh Văn Nghĩa", of="Làng Trê")
    with pytest.raises(Refused):
        visits.look(by(commune, "Đinh Văn Nghĩa"), visit.id)
    visits.look(by(commune, "Phạm Thị Thu"), visit.id)
    looks = commune.session.scalars(select(Audit).where(Audit.action == "visit.seen")).all()
    assert [look.actor_id for look in looks] == [named(commune, "Phạm Thị Thu").id]


def test_a_correction_does_not_open_a_closed_case_again(commune: World) -> None:
    visit = visits.report(by(commune, "Đinh Văn Rớt"), pupil(commune).id, Findings(AT, Met.PARENTS))
    cases.close(by(commune, "Đinh Thị Hoa"), visit.case_id or 0, "back at school")
    visits.correct(by(commune, "Đinh Văn Rớt"), visit.id, Findings(AT, Met.PUPIL), base=1)
    assert stored_cases.open_of(Scope.everything(), commune.session, visit.pupil_id) is None


def test_everybody_of_the_interface_may_report_a_visit() -> None:
    assert people.RIGHTS["visits.report"] == frozenset(Role) - {Role.ADMIN, Role.SCHOOL, Role.PARENTS}
