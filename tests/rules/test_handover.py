"""Hand-overs as functions: kept by the sender until taken, the least before that; and what follows who moves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.rules import assignment, attendance, cases, handover, leaving, moves, promises, reminders, rolls, visits
from bot.rules.attendance import Line
from bot.rules.handover import Minimum
from bot.rules.visits import Findings
from bot.rules.work import Refused, Work
from storage import cases as stored_cases
from storage import handovers as stored
from storage import people as stored_people
from storage import pupils
from storage.attendance import Half, Reason
from storage.audit import Audit
from storage.cases import Case
from storage.handovers import HandOverStatus
from storage.people import Role, RoleGrant
from storage.pupils import Enrolment, Pupil, PupilStatus
from storage.scope import Scope
from storage.visits import Met, VisitReason
from tests.rules.test_mergers import row, take
from tests.rules.test_visits import AT, by, named, pupil
from tests.world import World

ALL = Scope.everything()
HOA, HEAD, OTHER_HEAD, ROT = "Đinh Thị Hoa", "Phạm Văn Sơn", "Phạm Thị Lành", "Đinh Văn Rớt"
SECOND = "Trường THCS Long Sơn"


@pytest.fixture
def schools(world: World) -> World:
    """Em Chi of 6A has a file, asked of bác Rớt; another school with its own head."""
    for name in ("Đinh Thị An", "Đinh Thị Chi"):
        world.pupil(name, of="6A")
    second = world.school(SECOND)
    world.pupil("Hồ Văn Xa", of="6A")
    for name in ("6B", "7B"):
        world.school_class(name, second)
    world.teacher(HOA, of="6A")
    world.village_head(ROT, of="Cà Xen")
    world.village_head("Đinh Văn Rin", of="Làng Trê")
    world.official("Phạm Thị Thu")
    world.school_head(HEAD)
    world.person(OTHER_HEAD, Role.SCHOOL, form="cô", place_id=second.id)
    world.person("Hồ Văn Tú", Role.TEACHER, form="thầy", class_id=world.school_class("6B", second).id)
    for grant in world.session.scalars(select(RoleGrant)):
        grant.from_on = date(2023, 9, 5)
    world.session.flush()
    cases.open(by(world, HOA), pupil(world).id, owner_id=named(world, ROT).id, due_at=AT + timedelta(hours=3))
    return world


def case_of(world: World) -> Case:
    return world.session.scalars(select(Case).where(Case.pupil_id == pupil(world).id)).one()


def offered(world: World, *, by_whom: str = HOA, words: str = "") -> stored.HandOver:
    to_id = None if words else world.school(SECOND).id
    return handover.offer(by(world, by_whom), case_of(world).id, to_id=to_id, to_words=words)


def six_b(world: World) -> int:
    return world.school_class("6B", world.school(SECOND)).id


def told(work: Work) -> list[tuple[str, str]]:
    """(person, kind) of what is to be said."""
    return sorted((work.session.get_one(stored_people.Person, one.person_id).name, one.kind) for one in work.notices)


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


# --- offered -------------------------------------------------------------------------------------------------


def test_until_somebody_takes_it_the_case_stays_with_the_sender_and_is_chased(schools: World) -> None:
    work = by(schools, HOA)
    case = case_of(schools)
    row = handover.offer(work, case.id, to_id=schools.school(SECOND).id)
    assert told(work) == [(OTHER_HEAD, "handover.offered")]
    assert (case.status, case.owner_id, case.handed_to_id) == ("open", named(schools, ROT).id, row.to_id)
    owed = [task.kind for task in reminders.of_person(by(schools, ROT), named(schools, ROT).id)]
    assert "cases.visit" in owed
    case.accepted_at, case.escalates_at = None, AT
    assert assignment.escalate(by(schools, HOA)) == 1


def test_it_is_offered_to_one_school_at_a_time_and_never_to_its_own(schools: World) -> None:
    offered(schools)
    with pytest.raises(Refused) as refused:
        offered(schools, words="Trường TH Ba Điền")
    assert code(refused) == "handover_waits"
    handover.take_back(by(schools, HEAD), stored.waiting(ALL, schools.session)[0].id)
    assert (case_of(schools).handed_to_id, stored.waiting(ALL, schools.session)) == (None, [])
    with pytest.raises(Refused) as refused:
        handover.offer(by(schools, HOA), case_of(schools).id, to_id=schools.school().id)
    assert code(refused) == "no_such_school"
    assert offered(schools, words="Trường TH Ba Điền").to_words == "Trường TH Ba Điền"


def test_a_village_head_does_not_hand_over_and_another_school_not_what_it_does_not_see(schools: World) -> None:
    for name, wanted in ((ROT, "not_allowed"), (OTHER_HEAD, "outside_scope")):
        with pytest.raises(Refused) as refused:
            offered(schools, by_whom=name)
        assert code(refused) == wanted


# --- who sees what -------------------------------------------------------------------------------------------


def seen(world: World, name: str) -> Minimum | str:
    offers = world.session.scalars(select(stored.HandOver)).all()
    try:
        return handover.look(by(world, name), offers[-1].id if offers else 1)
    except Refused as refused:
        return refused.code


def test_the_receiver_sees_nothing_before_the_offer_and_the_minimum_before_saying_yes(schools: World) -> None:
    chi = pupil(schools).id
    receiver = by(schools, OTHER_HEAD)
    findings = Findings(AT, Met.PARENTS, VisitReason.HOUSEHOLD_WORK, promised_on=date(2024, 3, 25), note="nhà khó khăn")
    visits.report(by(schools, ROT), chi, findings)
    assert seen(schools, OTHER_HEAD) == "outside_scope"
    offered(schools)
    found = seen(schools, OTHER_HEAD)
    assert isinstance(found, Minimum)
    assert (found.name, found.class_name, found.reason) == ("Đinh Thị Chi", "6A", "household_work")
    assert [one.day for one in found.promises] == [date(2024, 3, 25)]
    assert [one.name for one in found.knows] == [ROT, HOA]
    # The pupil, the file, the visits and the guardians themselves stay hidden.
    assert pupils.get(receiver.scope, schools.session, chi) is None
    assert pupils.guardians(receiver.scope, schools.session, chi) == []
    assert stored_cases.get(receiver.scope, schools.session, case_of(schools).id) is None
    with pytest.raises(Refused) as refused:
        cases.look(by(schools, OTHER_HEAD), case_of(schools).id)
    assert code(refused) == "outside_scope"
    looks = schools.session.scalars(select(Audit).where(Audit.action == "handover.seen")).all()
    assert [(one.actor_id, one.subject_id) for one in looks] == [(receiver.actor_id, case_of(schools).id)]


def test_a_private_reason_is_not_told(schools: World) -> None:
    case_of(schools).reason = VisitReason.PRIVATE
    offered(schools)
    found = seen(schools, OTHER_HEAD)
    assert isinstance(found, Minimum)
    assert found.reason == ""


def test_nobody_of_the_receiving_school_but_its_head_sees_the_offer(schools: World) -> None:
    offered(schools)
    assert seen(schools, "Hồ Văn Tú") == "outside_scope"
    assert seen(schools, "Đinh Văn Rin") == "outside_scope"
    assert isinstance(seen(schools, HEAD), Minimum)
    assert isinstance(seen(schools, "Phạm Thị Thu"), Minimum)


def test_after_a_refusal_the_receiver_sees_nothing_again(schools: World) -> None:
    handover.refuse(by(schools, OTHER_HEAD), offered(schools).id, "Lớp đã đủ chỗ")
    assert seen(schools, OTHER_HEAD) == "outside_scope"


def test_after_the_pupil_is_away_the_sender_sees_that_it_was_taken_and_no_more(schools: World) -> None:
    row = offered(schools)
    case_of(schools).reason = VisitReason.HOUSEHOLD_WORK
    handover.accept(by(schools, OTHER_HEAD), row.id, six_b(schools))
    for name in (HOA, HEAD):
        found = seen(schools, name)
        assert isinstance(found, Minimum)
        assert (found.reason, found.promises, found.knows) == ("", (), ())
        assert pupils.get(by(schools, name).scope, schools.session, row.pupil_id) is None


# --- answered ------------------------------------------------------------------------------------------------


def test_accepted_the_same_file_goes_on_there_with_its_history(schools: World) -> None:
    case, chi = case_of(schools), pupil(schools)
    promised = promises.make(by(schools, HOA), chi.id, date(2024, 3, 25))
    row = offered(schools)
    work = by(schools, OTHER_HEAD, AT + timedelta(hours=1))
    handover.accept(work, row.id, six_b(schools))
    assert row.status == HandOverStatus.HANDED_OVER
    school_class = pupils.class_of(schools.session, chi.id)
    assert school_class is not None
    assert (school_class.id, case.closed_at, case.handed_to_id) == (six_b(schools), None, None)
    receiver = by(schools, OTHER_HEAD)
    kinds = [one.kind for one in stored_cases.events(receiver.scope, schools.session, case.id)]
    assert kinds == ["opened", "promised", "handed", "taken_over"]
    assert promised.case_id == case.id
    # The village head lives where the family does and keeps it; the sender's people hear.
    assert case.owner_id == named(schools, ROT).id
    heard = [(HOA, "handover.accepted"), ("Hồ Văn Tú", "handover.arrived"), (HEAD, "handover.accepted")]
    assert told(work) == sorted(heard)
    with pytest.raises(Refused) as refused:
        handover.accept(by(schools, OTHER_HEAD), row.id, six_b(schools))
    assert code(refused) == "handover_answered"


def test_only_a_class_of_the_own_school_takes_the_pupil_in(schools: World) -> None:
    row = offered(schools)
    with pytest.raises(Refused) as refused:
        handover.accept(by(schools, OTHER_HEAD), row.id, schools.school_class("6A").id)
    assert code(refused) == "class_of_another_school"
    with pytest.raises(Refused) as refused:
        handover.accept(by(schools, HEAD), row.id, six_b(schools))
    assert code(refused) == "outside_scope"
    assert [one.name for one in handover.classes(by(schools, OTHER_HEAD), row)] == ["6B", "7B"]


def test_refused_with_a_reason_it_comes_back(schools: World) -> None:
    row, work = offered(schools), by(schools, OTHER_HEAD)
    with pytest.raises(Refused) as refused:
        handover.refuse(work, row.id, " ")
    assert code(refused) == "no_reason"
    handover.refuse(work, row.id, "Lớp đã đủ chỗ")
    assert (row.status, row.answer, case_of(schools).handed_to_id) == ("refused", "Lớp đã đủ chỗ", None)
    assert told(work) == sorted([(HOA, "handover.refused"), (HEAD, "handover.refused")])
    assert offered(schools).status == "offered"


def test_a_case_that_ended_meanwhile_is_not_taken(schools: World) -> None:
    row = offered(schools)
    cases.close(by(schools, HOA), case_of(schools).id, "back")
    with pytest.raises(Refused) as refused:
        handover.accept(by(schools, OTHER_HEAD), row.id, six_b(schools))
    assert code(refused) == "case_is_closed"


def test_outside_this_database_a_person_notes_who_confirmed_and_only_then_it_closes(schools: World) -> None:
    row, case = offered(schools, words="Trường TH Ba Điền, xã Ba Vinh"), case_of(schools)
    with pytest.raises(Refused) as refused:
        handover.confirm(by(schools, HOA), row.id, "")
    assert (code(refused), case.closed_at) == ("no_name", None)
    handover.confirm(by(schools, HOA), row.id, "cô Lan, hiệu trưởng")
    assert (case.status, case.outcome, row.answer) == ("handed_over", "moved", "cô Lan, hiệu trưởng")
    assert (case.handed_to, case.handed_at, pupil(schools).status) == ("Trường TH Ba Điền, xã Ba Vinh", AT, "moved")


def test_where_a_head_answers_nobody_else_confirms_and_where_none_has_joined_somebody_does(schools: World) -> None:
    row = offered(schools)
    with pytest.raises(Refused) as refused:
        handover.confirm(by(schools, HOA), row.id, "cô Lan")
    assert code(refused) == "the_school_answers"
    named(schools, OTHER_HEAD).status = "invited"
    schools.session.flush()
    handover.confirm(by(schools, HOA), row.id, "cô Lan")
    assert case_of(schools).status == "handed_over"


# --- nobody answers ------------------------------------------------------------------------------------------


def due(world: World, since: datetime, until: datetime) -> list[tuple[str, str]]:
    work = Work(session=world.session, now=until, today=until.astimezone(VIETNAM).date())
    found = [one.task for one in reminders.due(work, since) if one.task.kind.startswith("handover.")]
    return sorted((world.session.get_one(stored_people.Person, task.person_id).name, task.kind) for task in found)


def listed(world: World, name: str, at: datetime) -> list[str]:
    found = reminders.of_person(by(world, name, at), named(world, name).id)
    return [one.kind for one in found if one.kind.startswith(("handover.", "moves."))]


def test_after_two_days_both_schools_hear_of_it_once(schools: World) -> None:
    row = offered(schools)
    late = AT + timedelta(days=2)
    assert listed(schools, OTHER_HEAD, AT) == ["handover.answer"]
    assert listed(schools, HEAD, late - timedelta(hours=1)) == []
    assert due(schools, AT, late - timedelta(minutes=1)) == []
    both = sorted([(OTHER_HEAD, "handover.answer"), (HEAD, "handover.late")])
    assert due(schools, late - timedelta(minutes=1), late) == both
    assert due(schools, late - timedelta(minutes=1), late + timedelta(minutes=1)) == []
    assert listed(schools, HEAD, late) == ["handover.late"]
    handover.accept(by(schools, OTHER_HEAD, late), row.id, six_b(schools))
    assert (listed(schools, HEAD, late), listed(schools, OTHER_HEAD, late)) == ([], [])


def test_outside_the_one_who_offered_it_is_asked_too(schools: World) -> None:
    offered(schools, words="Trường TH Ba Điền")
    late = AT + timedelta(days=2)
    heard = [(HOA, "handover.late"), (HEAD, "handover.late")]
    assert due(schools, late - timedelta(minutes=1), late) == sorted(heard)


# --- the school's list ---------------------------------------------------------------------------------------


def test_a_pupil_whom_the_list_calls_moved_is_asked_about_and_nothing_is_dropped(schools: World) -> None:
    take(schools, row("Đinh Thị Chi", "6A", birth=date(2012, 5, 10), status=PupilStatus.MOVED))
    case = case_of(schools)
    assert (pupil(schools).status, case.closed_at) == ("moved", None)
    assert (HOA, "moves.confirm") in told(schools.work)
    assert listed(schools, HOA, AT) == ["moves.confirm"]
    with pytest.raises(Refused) as refused:
        leaving.confirm_left(by(schools, HOA), case.id, "")
    assert code(refused) == "no_name"
    leaving.confirm_left(by(schools, HOA), case.id, "cô Lan, Trường TH Ba Điền")
    assert (case.status, case.outcome) == ("handed_over", "moved")
    assert listed(schools, HOA, AT) == []


def test_a_list_that_was_mistaken_is_put_right(schools: World) -> None:
    take(schools, row("Đinh Thị Chi", "6A", birth=date(2012, 5, 10), status=PupilStatus.FINISHED))
    leaving.still_here(by(schools, HOA), case_of(schools).id)
    assert (pupil(schools).status, pupil(schools).left_on, case_of(schools).closed_at) == ("studying", None, None)
    with pytest.raises(Refused) as refused:
        leaving.confirm_left(by(schools, HOA), case_of(schools).id, "cô Lan")
    assert code(refused) == "has_not_left"


def test_a_list_of_the_receiving_school_that_names_the_pupil_takes_the_file_over(schools: World) -> None:
    pupil(schools).code = "77"
    schools.session.flush()
    row_ = offered(schools)
    take(schools, row("Đinh Thị Chi", "6B", code="77", school=SECOND))
    assert row_.status == "handed_over"
    assert stored_cases.get(by(schools, OTHER_HEAD).scope, schools.session, case_of(schools).id) is not None


# --- the owner follows ---------------------------------------------------------------------------------------


def test_a_pupil_who_changes_village_is_asked_of_the_new_village_head(schools: World) -> None:
    case = case_of(schools)
    take(schools, row("Đinh Thị Chi", "6A", birth=date(2012, 5, 10), village="Làng Trê"))
    assert (case.owner_id, case.rung) == (named(schools, "Đinh Văn Rin").id, "village_head")
    assert ("Đinh Văn Rin", "cases.asked") in told(schools.work)


def test_a_teacher_who_had_the_case_gives_it_up_with_the_class(schools: World) -> None:
    case, chi = case_of(schools), pupil(schools)
    hoa = named(schools, HOA)
    case.owner_id, case.rung, case.due_at = hoa.id, "teacher", None
    moves.come(by(schools, HEAD), chi, schools.school_class("6B", schools.school(SECOND)))
    moves.settle(by(schools, HEAD), [chi.id])
    assert (case.owner_id, case.rung) == (named(schools, "Hồ Văn Tú").id, "teacher")


def test_whoever_still_sees_the_pupil_keeps_the_case(schools: World) -> None:
    case, chi = case_of(schools), pupil(schools)
    before = (case.owner_id, case.due_at, case.accepted_at)
    moves.come(by(schools, HEAD), chi, schools.school_class("6B", schools.school(SECOND)))
    moves.settle(by(schools, HEAD), [chi.id])
    assert (case.owner_id, case.due_at, case.accepted_at) == before


def test_a_school_of_another_commune_takes_the_pupil_out_of_this_one(schools: World) -> None:
    chi, school = pupil(schools), schools.school(SECOND)
    elsewhere = schools.village("Làng Xa")
    elsewhere.kind, elsewhere.parent_id = "commune", None
    school.parent_id = elsewhere.id
    schools.session.flush()
    moves.come(by(schools, HEAD), chi, schools.school_class("6B", school))
    assert (chi.commune_id, chi.village_id) == (elsewhere.id, None)


# --- the series follows --------------------------------------------------------------------------------------


def absent(world: World, day: str, *, is_there: bool = False) -> None:
    at = datetime.fromisoformat(f"{day}T07:20").replace(tzinfo=VIETNAM)
    lines = [] if is_there else [Line.absent(pupil(world).id, Reason.FIELDS)]
    attendance.report(by(world, HOA, at), world.school_class("6A").id, at.date(), Half.MORNING, lines)


def reported_in_6b(world: World, day: str) -> None:
    at = datetime.fromisoformat(f"{day}T07:20").replace(tzinfo=VIETNAM)
    attendance.report(by(world, "Hồ Văn Tú", at), six_b(world), at.date(), Half.MORNING, [])


def run(world: World) -> list[tuple[int, int]]:
    """(day, sessions missed) of the pupil's series."""
    days = rolls.of_pupils(world.work, [pupil(world).id])[pupil(world).id]
    return [(one.day.day, one.missed) for one in days]


@pytest.mark.parametrize(
    ("is_old_reported", "is_new_reported", "expected"),
    [(True, True, [(19, 1), (20, 1)]), (True, False, [(19, 1), (20, 1)]), (False, True, [(19, 1)])],
)
def test_the_day_of_the_change_is_told_by_the_class_whose_register_has_the_pupil(
    schools: World, is_old_reported: bool, is_new_reported: bool, expected: list[tuple[int, int]]
) -> None:
    absent(schools, "2024-03-19")
    if is_new_reported:
        schools.pupil("Hồ Thị Mới", of="7A")
        other = schools.session.scalars(select(Pupil).where(Pupil.name == "Hồ Thị Mới")).one()
        schools.session.scalars(select(Enrolment).where(Enrolment.pupil_id == other.id)).one().class_id = six_b(schools)
        schools.session.flush()
        reported_in_6b(schools, "2024-03-20")
    if is_old_reported:
        absent(schools, "2024-03-20")
    moves.come(by(schools, HEAD), pupil(schools), schools.school_class("6B", schools.school(SECOND)))
    assert run(schools) == expected


def test_a_run_of_absences_goes_on_in_the_new_class(schools: World) -> None:
    absent(schools, "2024-03-18")
    absent(schools, "2024-03-19")
    moves.come(by(schools, HEAD), pupil(schools), schools.school_class("6B", schools.school(SECOND)))
    at = datetime(2024, 3, 20, 7, 20, tzinfo=VIETNAM)
    lines = [Line.absent(pupil(schools).id, Reason.FIELDS)]
    attendance.report(by(schools, "Hồ Văn Tú", at), six_b(schools), at.date(), Half.MORNING, lines)
    assert run(schools) == [(18, 1), (19, 1), (20, 1)]


def test_a_register_corrected_after_a_pupil_left_the_class_keeps_the_pupils_line(schools: World) -> None:
    absent(schools, "2024-03-20")
    moves.come(by(schools, HEAD), pupil(schools), schools.school_class("6B", schools.school(SECOND)))
    an = pupil(schools, "Đinh Thị An")
    six_a = schools.school_class("6A").id
    corrected = attendance.report(
        by(schools, HOA), six_a, date(2024, 3, 20), Half.MORNING, [Line.absent(an.id, Reason.ILL)], base=1
    )
    assert {one.pupil_id for one in attendance.lines_of(schools.work, corrected)} == {an.id, pupil(schools).id}
    assert (run(schools), corrected.enrolled) == ([(20, 1)], 3)
    with pytest.raises(Refused) as refused:
        absent(schools, "2024-03-19")
    assert code(refused) == "not_on_the_roll"


def test_a_promise_broken_at_the_new_school_is_no_longer_asked_of_the_former_teacher(schools: World) -> None:
    case = case_of(schools)
    promises.make(by(schools, HOA), pupil(schools).id, date(2024, 3, 21))
    handover.accept(by(schools, OTHER_HEAD), offered(schools).id, six_b(schools))
    at = datetime(2024, 3, 21, 7, 20, tzinfo=VIETNAM)
    lines = [Line.absent(pupil(schools).id, Reason.FIELDS)]
    attendance.report(by(schools, "Hồ Văn Tú", at), six_b(schools), at.date(), Half.MORNING, lines)
    assert stored_cases.events(ALL, schools.session, case.id)[-2].kind == "broken"
    assert case.owner_id == named(schools, ROT).id
