"""Meetings as functions: who is invited, who hears of what and when, what a move or a cancellation leaves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.rules import invitees, meeting_changes, meeting_tasks, meetings, reminders
from bot.rules.invitees import COMMUNE, USUAL, VILLAGES, Part
from bot.rules.meeting_times import ReminderTimes, call_list_at
from bot.rules.meetings import Setting
from bot.rules.work import Refused, Work
from storage import meetings as stored
from storage import people as stored_people
from storage.audit import Audit
from storage.chat import Outbox, OutboxStatus
from storage.meetings import Answer, Meeting, MeetingStatus
from storage.people import Person, Role
from storage.reminders import Announced
from storage.scope import Scope
from tests.world import World

MADE = datetime(2024, 3, 20, 14, 20, tzinfo=VIETNAM)
START = datetime(2024, 3, 21, 18, 30, tzinfo=VIETNAM)
THU, HOA, ROT = "Phạm Thị Thu", "Đinh Thị Hoa", "Đinh Văn Rớt"


def at(text: str) -> datetime:
    """`20 15:30`: an hour of March 2024."""
    return datetime.strptime(f"2024-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


def named(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def by(world: World, name: str, moment: datetime = MADE) -> Work:
    """What a person does at an hour."""
    person = named(world, name)
    day = moment.astimezone(VIETNAM).date()
    scope = stored_people.scope_of(world.session, person, day)
    return Work(session=world.session, now=moment, today=day, person=person, scope=scope)


def machine(world: World, moment: datetime) -> Work:
    return Work(session=world.session, now=moment, today=moment.astimezone(VIETNAM).date(), scope=Scope.everything())


def planned(world: World, village: str = "Cà Xen", start: datetime = START, made: datetime = MADE) -> Meeting:
    return meetings.create(by(world, THU, made), Setting(start, (world.village(village).id,), USUAL))


def said(world: World, moment: datetime, since: datetime | None = None) -> list[tuple[str, str]]:
    """(person, moment's name) of what is said about meetings at a tick; the tick before it was 15 seconds ago."""
    due = reminders.due(machine(world, moment), since or moment - timedelta(seconds=15))
    return [
        (world.session.get_one(Person, one.task.person_id).name, one.moment.name)
        for one in due
        if one.task.kind.startswith("meetings.")
    ]


def sent(world: World, meeting: Meeting, name: str, moment: datetime, status: OutboxStatus = OutboxStatus.SENT) -> None:
    """A message about the meeting that has left (or waits)."""
    row = Outbox(
        channel="phone", bot="phone", address=name, person_id=named(world, name).id, kind="meetings.answer",
        subject=meetings.subject(meeting.id), is_push=True, payload={}, due_at=moment, queued_at=moment, status=status,
    )  # fmt: skip
    world.session.add(row)
    world.session.flush()


def told(work: Work) -> list[tuple[str, str]]:
    return [(work.session.get_one(Person, one.person_id).name, one.kind) for one in work.notices]


def invited(world: World, meeting: Meeting, moment: datetime = MADE) -> list[str]:
    return [one.person.name for one in meetings.invited(machine(world, moment), meeting)]


# Who is invited


def test_a_composition_means_the_roles_of_the_commune_and_of_the_meetings_villages_only(commune: World) -> None:
    commune.village_head("Đinh Văn Rin", of="Làng Trê")
    commune.person("Đinh Thị Nương", Role.PARENTS, form="chị", place_id=commune.village("Làng Giữa").id)
    commune.school_head("Phạm Văn Sơn")
    assert invited(commune, planned(commune)) == ["Phạm Văn Sơn", HOA, ROT]
    assert invited(commune, planned(commune, "Làng Giữa")) == ["Phạm Văn Sơn", HOA, "Đinh Thị Nương"]


def test_whoever_organises_a_meeting_is_not_invited_to_it(commune: World) -> None:
    assert THU not in invited(commune, planned(commune))


def test_somebody_who_joins_tomorrow_is_invited_then_and_reminded_after(commune: World) -> None:
    meeting = planned(commune)
    assert said(commune, MADE + timedelta(minutes=2)) == [(HOA, "invitation"), (ROT, "invitation")]
    said(commune, at("20 19:00"))
    joined = at("21 09:00")
    commune.work.now, commune.work.today, commune.at = joined, joined.date(), joined
    commune.person("Đinh Văn Nghĩa", Role.VILLAGE_FRONT, form="chú", place_id=commune.village("Cà Xen").id)
    assert said(commune, at("21 09:00") + timedelta(seconds=10)) == [("Đinh Văn Nghĩa", "invitation")]
    assert ("Đinh Văn Nghĩa", "-2h") in said(commune, at("21 16:30"))
    assert "Đinh Văn Nghĩa" in invited(commune, meeting, at("21 16:30"))


def test_somebody_who_joins_at_night_is_invited_in_the_morning(commune: World) -> None:
    planned(commune)
    said(commune, MADE + timedelta(minutes=2))
    said(commune, at("20 19:00"))
    joined = at("20 22:00")
    commune.work.now, commune.work.today, commune.at = joined, joined.date(), joined
    commune.person("Đinh Văn Nghĩa", Role.VILLAGE_FRONT, form="chú", place_id=commune.village("Cà Xen").id)
    assert said(commune, at("20 22:01")) == []
    assert said(commune, at("21 06:00")) == [("Đinh Văn Nghĩa", "invitation")]


def test_whoever_loses_the_role_is_no_longer_invited_unless_they_answered(commune: World) -> None:
    meeting = planned(commune)
    meetings.answer(by(commune, ROT), meeting.id, Answer.YES)
    for name in (ROT, HOA):
        for grant in stored_people.grants(commune.session, named(commune, name).id, MADE.date()):
            grant.until_on = MADE.date()
    assert invited(commune, meeting) == [ROT]


def test_a_role_that_two_lines_name_for_different_villages_is_kept_for_both(commune: World) -> None:
    commune.village_head("Đinh Văn Rin", of="Làng Trê")
    commune.village_head("Đinh Văn Vút", of="Làng Giữa")
    tre = commune.village("Làng Trê").id
    parts = (Part(Role.VILLAGE_HEAD, VILLAGES), Part(Role.VILLAGE_HEAD, VILLAGES, (tre,), 2))
    meeting = meetings.create(by(commune, THU), Setting(START, (commune.village("Cà Xen").id,), parts))
    assert sorted(invited(commune, meeting)) == ["Đinh Văn Rin", ROT]


def test_a_new_meeting_is_composed_as_the_last_plan_was(commune: World) -> None:
    commune.school_head("Phạm Văn Sơn")
    assert invitees.custom(machine(commune, MADE), commune.commune().id).parts == USUAL
    plan = stored.Plan(commune_id=commune.commune().id, number="30/KH-UBND", read_at=MADE)
    commune.session.add(plan)
    commune.session.flush()
    parts = (Part(Role.TEACHER, COMMUNE, (), 1), Part(Role.VILLAGE_HEAD, VILLAGES, (), 2))
    setting = Setting(START, (commune.village("Cà Xen").id,), parts, plan_id=plan.id)
    meetings.make(machine(commune, MADE), commune.commune().id, setting, organiser_id=None, invited_from=MADE, row=1)
    found = invitees.custom(machine(commune, MADE), commune.commune().id)
    assert (found.parts, found.plan) == (parts, plan)


# Who may


def test_a_teacher_makes_no_meeting_and_nothing_is_left_of_the_try(commune: World) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        meetings.create(by(commune, HOA), Setting(START, (), USUAL))
    assert commune.session.scalars(select(Meeting)).all() == []


def test_only_an_invitee_answers(commune: World) -> None:
    meeting = planned(commune, "Làng Trê")
    with pytest.raises(Refused, match="not_invited"):
        meetings.answer(by(commune, ROT), meeting.id, Answer.YES)
    assert stored.get(by(commune, ROT).scope, commune.session, meeting.id) is None


def test_a_start_that_has_passed_is_refused(commune: World) -> None:
    with pytest.raises(Refused, match="past_time"):
        planned(commune, start=MADE - timedelta(minutes=1))


# When


def test_invitations_wait_two_minutes_and_reminders_come_the_evening_before_and_two_hours_before(
    commune: World,
) -> None:
    planned(commune)
    assert said(commune, MADE + timedelta(minutes=1)) == []
    assert said(commune, MADE + timedelta(minutes=2)) == [(HOA, "invitation"), (ROT, "invitation")]
    assert said(commune, MADE + timedelta(minutes=2)) == []
    assert said(commune, at("20 19:00")) == [(HOA, "-1d 19:00"), (ROT, "-1d 19:00")]
    assert said(commune, at("21 15:00")) == [(THU, "telephone list")]
    assert said(commune, at("21 16:30")) == [(HOA, "-2h"), (ROT, "-2h")]


def test_the_settings_move_the_reminders(commune: World) -> None:
    planned(commune)
    work = machine(commune, at("21 17:00"))
    work.reminder_times = ReminderTimes(("-90m",))
    due = reminders.due(work, at("21 16:59"))
    assert {one.moment.name for one in due if one.task.kind == "meetings.answer"} == {"-90m"}


@pytest.mark.parametrize(
    ("start", "reminders_at", "call_at"),
    [
        ("21 18:30", ["20 19:00", "21 16:30"], "21 15:00"),
        ("21 07:30", ["20 19:00", "21 06:00"], "21 06:00"),
        ("21 06:30", ["20 19:00", "20 20:59"], "20 20:59"),
        ("21 14:00", ["20 19:00", "21 11:29"], "21 10:30"),
        ("21 15:00", ["20 19:00", "21 13:30"], "21 13:30"),
    ],
)
def test_a_reminder_in_quiet_hours_moves_to_their_end_or_before_them(
    start: str, reminders_at: list[str], call_at: str
) -> None:
    found = [one.at for one in ReminderTimes().moments(at(start), VIETNAM)]
    assert found == [at(one) for one in reminders_at]
    assert call_list_at(at(start), VIETNAM) == at(call_at)


def test_moments_before_somebody_was_told_do_not_go(commune: World) -> None:
    planned(commune, made=at("20 20:00"))
    assert said(commune, at("20 20:02"), since=at("20 18:00")) == [(HOA, "invitation"), (ROT, "invitation")]
    assert commune.session.scalars(select(Announced).where(Announced.moment == "-1d 19:00")).all() == []


def test_an_invitation_made_at_night_waits_for_the_morning_but_not_when_the_meeting_is_near(commune: World) -> None:
    planned(commune, made=at("20 22:00"))
    assert said(commune, at("20 22:02")) == []
    assert said(commune, at("21 06:00")) == [(HOA, "invitation"), (ROT, "invitation")]
    planned(commune, "Cà Xen", start=at("21 14:30"), made=at("21 12:00"))
    assert said(commune, at("21 12:02")) == [(HOA, "invitation"), (ROT, "invitation")]


def test_a_meeting_that_was_over_when_it_was_made_tells_nobody(commune: World) -> None:
    setting = Setting(START, (commune.village("Cà Xen").id,), USUAL)
    later = at("22 08:00")
    organiser = named(commune, THU).id
    meetings.make(
        machine(commune, later), commune.commune().id, setting, organiser_id=organiser, invited_from=later, row=1
    )
    assert said(commune, later, since=MADE) == []
    assert commune.session.scalars(select(Announced).where(Announced.kind.like("meetings.%"))).all() == []


def test_of_several_moments_that_have_passed_only_the_latest_goes(commune: World) -> None:
    planned(commune)
    assert said(commune, at("21 17:00"), since=MADE) == [(HOA, "-2h"), (ROT, "-2h"), (THU, "telephone list")]
    rows = commune.session.scalars(select(Announced).where(Announced.person_id == named(commune, ROT).id))
    assert {(row.moment, row.reason) for row in rows if row.kind == "meetings.answer"} == {
        ("invitation", "superseded"),
        ("-1d 19:00", "superseded"),
        ("-2h", ""),
    }


def test_past_its_end_a_reminder_is_missed_with_its_reason(commune: World) -> None:
    planned(commune)
    assert said(commune, at("21 21:00"), since=at("21 15:30")) == []
    rows = commune.session.scalars(select(Announced).where(Announced.kind == "meetings.answer"))
    assert {row.reason for row in rows} == {"too late"}


def test_whoever_the_last_reminder_reached_is_not_told_that_it_has_begun(commune: World) -> None:
    meeting = planned(commune)
    said(commune, at("21 16:30"))
    sent(commune, meeting, HOA, at("21 16:30"))
    sent(commune, meeting, ROT, at("21 16:30"), OutboxStatus.QUEUED)
    assert said(commune, at("21 18:30")) == [(ROT, "begun")]
    assert said(commune, at("21 18:45")) == []


# Answers


def test_whoever_declines_is_reminded_of_nothing_and_the_organiser_hears_at_once(commune: World) -> None:
    meeting = planned(commune)
    said(commune, MADE + timedelta(minutes=2))
    work = by(commune, ROT, at("20 15:00"))
    done = meetings.answer(work, meeting.id, Answer.NO, stand_in=" chú  Nghĩa ")
    assert (done.invitation.stand_in, done.told) == ("chú Nghĩa", named(commune, THU))
    assert told(work) == [(THU, "invitation.declined")]
    assert work.notices[0].due_at == at("20 15:00")
    assert said(commune, at("20 19:00")) == [(HOA, "-1d 19:00")]
    assert said(commune, at("21 15:00")) == [(THU, "telephone list")]
    assert said(commune, at("21 16:30")) == [(HOA, "-2h")]


def test_a_refusal_whose_stand_in_is_never_named_is_told_after_two_minutes(commune: World) -> None:
    meeting = planned(commune)
    work = by(commune, ROT, at("20 15:00"))
    meetings.answer(work, meeting.id, Answer.NO, is_final=False)
    assert [one.due_at for one in work.notices] == [at("20 15:02")]


def test_an_answer_can_be_changed_until_the_meeting_starts_and_not_after(commune: World) -> None:
    meeting = planned(commune)
    meetings.answer(by(commune, ROT, at("21 17:00")), meeting.id, Answer.YES)
    meetings.answer(by(commune, ROT, at("21 18:29")), meeting.id, Answer.LATE)
    with pytest.raises(Refused, match="meeting_begun"):
        meetings.answer(by(commune, ROT, at("21 18:30")), meeting.id, Answer.NO)
    late = by(commune, ROT, at("21 19:00"))
    late.written_at = at("21 18:20")
    meetings.answer(late, meeting.id, Answer.NO)
    found = stored.invitation(commune.session, meeting.id, named(commune, ROT).id)
    assert found is not None
    assert (found.answer, found.answered_at) == (Answer.NO, at("21 18:20"))


def test_whoever_could_not_come_and_now_can_is_told_to_the_organiser(commune: World) -> None:
    meeting = planned(commune)
    meetings.answer(by(commune, ROT, at("20 15:00")), meeting.id, Answer.NO)
    work = by(commune, ROT, at("20 16:00"))
    meetings.answer(work, meeting.id, Answer.YES)
    assert told(work) == [(THU, "invitation.comes_after_all")]


def test_the_telephone_list_holds_who_cannot_be_reached_and_who_is_silent(commune: World) -> None:
    cut_off = commune.village_head("Đinh Văn Rin", of="Cà Xen", joined=False)
    commune.person("Đinh Văn Nghĩa", Role.VILLAGE_FRONT, form="chú", place_id=commune.village("Cà Xen").id)
    meeting = planned(commune)
    meetings.answer(by(commune, ROT), meeting.id, Answer.YES)
    meetings.answer(by(commune, HOA), meeting.id, Answer.NO)
    work = by(commune, THU, at("21 15:00"))
    found = meetings.standing(work, meeting)
    assert [one.person.name for one in found.to_call] == [cut_off.name, "Đinh Văn Nghĩa"]
    assert (len(found.coming), len(found.declined), len(found.silent), found.invited) == (1, 1, 2, 4)
    assert meetings.note_called(work, meeting.id) == 2
    assert meetings.standing(work, meeting).to_call == ()


# Moving, calling off


def test_a_move_tells_who_had_been_told_and_withdraws_what_was_waiting(commune: World) -> None:
    meeting = planned(commune)
    sent(commune, meeting, ROT, at("20 14:22"))
    sent(commune, meeting, HOA, at("20 14:22"), OutboxStatus.QUEUED)
    meetings.answer(by(commune, ROT, at("20 15:00")), meeting.id, Answer.YES)
    work = by(commune, THU, at("21 10:00"))
    done = meeting_changes.move(work, meeting.id, starts_at=at("21 19:30"))
    assert told(work) == [(ROT, "meetings.moved")]
    assert not work.notices[0].urgent
    assert done.told == 2
    assert (meeting.revision, meeting.ends_at) == (2, at("21 21:30"))
    waiting = commune.session.scalars(select(Outbox).where(Outbox.person_id == named(commune, HOA).id)).one()
    assert waiting.status == OutboxStatus.WITHDRAWN
    # The answer is kept; who had not been told gets the invitation to the new hour; reminders follow the new hour.
    assert said(commune, at("21 10:00") + timedelta(seconds=5)) == [(HOA, "invitation")]
    assert said(commune, at("21 15:00")) == []
    assert said(commune, at("21 16:00")) == [(THU, "telephone list")]
    assert said(commune, at("21 16:30")) == []
    assert said(commune, at("21 17:30")) == [(HOA, "-2h"), (ROT, "-2h")]
    found = stored.invitation(commune.session, meeting.id, named(commune, ROT).id)
    assert found is not None
    assert found.answer == Answer.YES


def test_within_three_hours_a_change_breaks_the_quiet(commune: World) -> None:
    meeting = planned(commune, start=at("21 14:30"))
    sent(commune, meeting, ROT, at("20 14:22"))
    work = by(commune, THU, at("21 11:45"))
    meeting_changes.cancel(work, meeting.id)
    assert [one.urgent for one in work.notices] == [True]


def test_a_cancelled_meeting_reminds_nobody(commune: World) -> None:
    meeting = planned(commune)
    said(commune, MADE + timedelta(minutes=2))
    sent(commune, meeting, ROT, at("20 14:22"))
    work = by(commune, THU, at("20 16:00"))
    meeting_changes.cancel(work, meeting.id)
    assert told(work) == [(ROT, "meetings.cancelled")]
    assert said(commune, at("21 19:00"), since=at("20 16:00")) == []
    assert meeting.status == MeetingStatus.CANCELLED
    with pytest.raises(Refused, match="meeting_cancelled"):
        meetings.answer(by(commune, ROT, at("20 17:00")), meeting.id, Answer.YES)


def test_a_meeting_can_be_taken_back_until_somebody_was_told(commune: World) -> None:
    meeting = planned(commune)
    meetings.take_back(by(commune, THU, MADE + timedelta(minutes=1)), meeting.id)
    assert said(commune, MADE + timedelta(minutes=3), since=MADE) == []
    meetings.send(by(commune, THU, at("20 15:00")), meeting.id)
    assert said(commune, at("20 15:02")) == [(HOA, "invitation"), (ROT, "invitation")]
    sent(commune, meeting, ROT, at("20 15:02"))
    with pytest.raises(Refused, match="already_invited"):
        meetings.take_back(by(commune, THU, at("20 15:03")), meeting.id)


def test_a_draft_tells_nobody(commune: World) -> None:
    meetings.create(by(commune, THU), Setting(START, (commune.village("Cà Xen").id,), USUAL), as_draft=True)
    assert said(commune, at("21 17:00"), since=MADE) == []


def test_a_leader_asked_to_two_places_at_one_hour_is_warned_of(commune: World) -> None:
    lap = commune.official("Đinh Văn Lập", form="anh")
    first = planned(commune)
    found = meetings.double_booked(by(commune, THU), [lap], START + timedelta(hours=1), START + timedelta(hours=3))
    assert found == {first: 1}
    assert meetings.double_booked(by(commune, THU), [lap], START + timedelta(hours=2), START + timedelta(hours=4)) == {}


def test_every_effect_stands_in_the_audit_by_id_and_never_by_name(commune: World) -> None:
    meeting = planned(commune)
    meetings.answer(by(commune, ROT), meeting.id, Answer.NO, stand_in="chú Nghĩa")
    meeting_changes.move(by(commune, THU), meeting.id, venue="nhà văn hóa xã")
    meeting_changes.cancel(by(commune, THU), meeting.id)
    rows = commune.session.scalars(select(Audit).where(Audit.action.like("meeting.%")).order_by(Audit.id)).all()
    assert [row.action for row in rows] == [
        "meeting.created", "meeting.answered", "meeting.moved", "meeting.cancelled",
    ]  # fmt: skip
    assert "Nghĩa" not in str([row.details for row in rows])


def test_a_person_owes_what_is_unanswered_and_what_is_today(commune: World) -> None:
    planned(commune)

    def owed(moment: datetime) -> list[str]:
        work = by(commune, ROT, moment)
        return [one.kind for one in reminders.of_person(work, named(commune, ROT).id) if "meetings" in one.kind]

    assert owed(MADE + timedelta(minutes=5)) == ["meetings.answer"]
    work = by(commune, ROT, MADE + timedelta(minutes=6))
    meetings.answer(work, stored.upcoming(Scope.everything(), commune.session, MADE)[0].id, Answer.YES)
    assert owed(at("20 18:00")) == []
    assert owed(at("21 06:30")) == ["meetings.answer"]
    assert meeting_tasks.BEGUN == "begun"
