"""Minutes as functions: who is asked when, what they lead to, who may write and correct them."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.reports.export_meetings import INVITATIONS, MEETINGS
from bot.reports.exports import Row, Table, Window, rows
from bot.rules import attendance, cases, meeting_changes, meetings, minutes, reminders
from bot.rules.invitees import USUAL
from bot.rules.meetings import Setting
from bot.rules.minutes import AGREED_AT_MOST, ASK_TASK, Findings
from bot.rules.sent_files import File
from bot.rules.work import Refused, Work
from storage import meetings as stored
from storage import minutes as stored_minutes
from storage import people as stored_people
from storage import promises as stored_promises
from storage.attendance import Half
from storage.audit import Audit
from storage.cases import Case
from storage.meetings import Answer, Invitation, Meeting, MeetingStatus
from storage.people import Person, Status
from storage.pupils import Pupil
from storage.scope import Scope
from tests.world import World

MADE = datetime(2024, 3, 20, 14, 20, tzinfo=VIETNAM)
START = datetime(2024, 3, 21, 18, 30, tzinfo=VIETNAM)
THU, HOA, ROT = "Phạm Thị Thu", "Đinh Thị Hoa", "Đinh Văn Rớt"
MONDAY = date(2024, 3, 25)


def at(text: str) -> datetime:
    """`21 20:30`: an hour of March 2024."""
    return datetime.strptime(f"2024-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


def named(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def pupil(world: World, name: str) -> Pupil:
    return world.session.scalars(select(Pupil).where(Pupil.name == name)).one()


def by(world: World, name: str, moment: datetime) -> Work:
    """What a person does at an hour."""
    person, day = named(world, name), moment.astimezone(VIETNAM).date()
    scope = stored_people.scope_of(world.session, person, day)
    return Work(session=world.session, now=moment, today=day, person=person, scope=scope)


def machine(world: World, moment: datetime) -> Work:
    return Work(session=world.session, now=moment, today=moment.astimezone(VIETNAM).date(), scope=Scope.everything())


def planned(world: World, start: datetime = START) -> Meeting:
    return meetings.create(by(world, THU, MADE), Setting(start, (world.village("Cà Xen").id,), USUAL))


def asked(world: World, moment: datetime, since: datetime | None = None) -> list[str]:
    """Whose minutes question is due at a tick."""
    due = reminders.due(machine(world, moment), since or moment - timedelta(seconds=15))
    return [world.session.get_one(Person, one.task.person_id).name for one in due if one.task.kind == ASK_TASK]


def owed(world: World, name: str, moment: datetime) -> list[str]:
    work = by(world, name, moment)
    return [task.kind for task in reminders.of_person(work, work.person.id) if task.kind == ASK_TASK]  # type: ignore[union-attr]


def exported_by(work: Work, table: Table) -> list[Row]:
    return [row for part in rows(lambda: nullcontext(work), table, Window()) for row in part]


# Asking for them


def test_the_organiser_is_asked_two_hours_after_the_start_and_owes_the_minutes_from_then_on(commune: World) -> None:
    meeting = planned(commune)
    assert asked(commune, at("21 20:29")) == []
    assert owed(commune, THU, at("21 20:29")) == []
    assert asked(commune, at("21 20:30")) == [THU]
    assert owed(commune, THU, at("21 20:30")) == [ASK_TASK]
    assert owed(commune, ROT, at("21 20:30")) == []
    minutes.write(by(commune, THU, at("21 20:40")), meeting.id, Findings(came=3))
    assert owed(commune, THU, at("21 20:41")) == []


def test_a_late_meeting_is_asked_about_in_the_morning_not_at_night(commune: World) -> None:
    planned(commune, at("21 19:30"))
    assert asked(commune, at("21 21:30"), at("21 18:00")) == []
    assert asked(commune, at("22 05:59"), at("21 21:30")) == []
    assert asked(commune, at("22 06:00")) == [THU]


def test_written_early_nobody_is_asked(commune: World) -> None:
    meeting = planned(commune)
    minutes.write(by(commune, THU, at("21 19:30")), meeting.id, Findings(came=3))
    assert asked(commune, at("21 20:30")) == []


def test_a_meeting_that_goes_on_is_asked_about_an_hour_later_and_each_hour_once(commune: World) -> None:
    meeting = planned(commune, at("21 08:00"))
    assert asked(commune, at("21 10:00")) == [THU]
    assert minutes.ask_again(by(commune, THU, at("21 10:05")), meeting.id) == at("21 11:05")
    assert asked(commune, at("21 11:05")) == [THU]
    assert asked(commune, at("21 11:06")) == []
    assert minutes.ask_again(by(commune, THU, at("21 11:10")), meeting.id) == at("21 13:30")
    assert asked(commune, at("21 13:30")) == [THU]


def test_one_that_is_cancelled_moved_or_past_when_it_was_made_is_not_asked_about(commune: World) -> None:
    cancelled, moved = planned(commune), planned(commune, at("21 18:00"))
    meeting_changes.cancel(by(commune, THU, at("21 10:00")), cancelled.id)
    meeting_changes.move(by(commune, THU, at("21 10:00")), moved.id, starts_at=at("22 18:00"))
    over = meetings.make(
        machine(commune, MADE), commune.commune().id, Setting(at("20 08:00"), (), USUAL),
        organiser_id=named(commune, THU).id, invited_from=MADE,
    )  # fmt: skip
    assert over.ends_at < MADE
    assert asked(commune, at("21 20:31"), at("20 14:20")) == []
    assert asked(commune, at("22 20:00")) == [THU]


def test_where_the_organiser_cannot_be_reached_another_official_is_asked_and_gets_the_telephone_list(
    commune: World,
) -> None:
    other = commune.official("Đinh Văn Lập", form="anh")
    planned(commune)
    named(commune, THU).status = Status.UNREACHABLE
    due = reminders.due(machine(commune, at("21 15:00")), at("21 14:59"))
    assert [one.task.person_id for one in due if one.task.kind == "meetings.call"] == [other.id]
    assert asked(commune, at("21 20:30")) == ["Đinh Văn Lập"]


def test_after_days_without_the_machine_the_minutes_of_the_last_week_are_asked_once(commune: World) -> None:
    planned(commune)
    assert asked(commune, at("26 09:00"), at("21 10:00")) == [THU]
    assert asked(commune, at("26 09:01"), at("26 09:00")) == []


def test_a_black_out_that_swallowed_the_meeting_is_counted_for_the_organiser(commune: World) -> None:
    meeting = planned(commune)
    reminders.due(machine(commune, at("21 09:00")), at("20 14:20"))
    assert minutes.not_reminded(machine(commune, at("21 09:00")), meeting) == 0
    assert asked(commune, at("21 20:45"), at("21 09:00")) == [THU]
    assert minutes.not_reminded(machine(commune, at("21 20:45")), meeting) == 2


# What they lead to


def test_minutes_hold_the_meeting_note_who_came_and_make_each_promise_on_a_case(commune: World) -> None:
    meeting, chi, binh = planned(commune), pupil(commune, "Đinh Thị Chi"), pupil(commune, "Đinh Văn Dút")
    cases.open(by(commune, HOA, MADE), chi.id)
    rot = named(commune, ROT)
    meetings.answer(by(commune, ROT, MADE + timedelta(minutes=5)), meeting.id, Answer.YES)
    minutes.write(
        by(commune, THU, at("21 20:50")),
        meeting.id,
        Findings(came=12, agreed="2 nhà hứa", families=(chi.id, binh.id), promised_on=MONDAY, attended=(rot.id,)),
    )
    assert meeting.status == MeetingStatus.HELD
    found = stored_promises.of_meeting(Scope.everything(), commune.session, meeting.id)
    assert [(one.pupil_id, one.day, one.to_id) for one in found] == [
        (chi.id, MONDAY, named(commune, THU).id),
        (binh.id, MONDAY, named(commune, THU).id),
    ]
    assert {one.case_id for one in found} == {
        case.id for case in commune.session.scalars(select(Case).where(Case.pupil_id.in_((chi.id, binh.id))))
    }
    came = {one.person_id: one.attended for one in stored.invitations(Scope.everything(), commune.session, meeting.id)}
    assert came == {rot.id: True, named(commune, HOA).id: False}
    assert [one.came for one in stored_minutes.guests(Scope.everything(), commune.session, meeting.id)] == [True, True]
    assert "minutes.written" in commune.session.scalars(select(Audit.action)).all()


def test_a_promise_of_the_meeting_is_checked_on_its_morning_and_the_chair_hears_of_it(commune: World) -> None:
    meeting, chi = planned(commune), pupil(commune, "Đinh Thị Chi")
    findings = Findings(came=5, families=(chi.id,), promised_on=MONDAY)
    minutes.write(by(commune, THU, at("21 20:50")), meeting.id, findings)
    work = by(commune, HOA, at("25 07:20"))
    attendance.report(work, commune.school_class("6A").id, MONDAY, Half.MORNING, [])
    heard = {(notice.person_id, notice.kind) for notice in work.notices}
    assert (named(commune, THU).id, "promises.kept") in heard
    assert stored_promises.of_meeting(Scope.everything(), commune.session, meeting.id)[0].kept == "yes"


def test_a_correction_keeps_the_former_minutes_and_moves_or_takes_back_the_promises(commune: World) -> None:
    meeting, chi, dut = planned(commune), pupil(commune, "Đinh Thị Chi"), pupil(commune, "Đinh Văn Dút")
    first = Findings(came=5, families=(chi.id, dut.id), promised_on=MONDAY)
    minutes.write(by(commune, THU, at("21 20:50")), meeting.id, first)
    again = by(commune, THU, at("21 21:10"))
    later = Findings(came=6, families=(chi.id,), promised_on=date(2024, 3, 26))
    written = minutes.correct(again, meeting.id, later, base=1)
    assert (written.revision, written.came) == (2, 6)
    found = stored_promises.of_meeting(Scope.everything(), commune.session, meeting.id)
    assert [(one.pupil_id, one.day) for one in found] == [(chi.id, date(2024, 3, 26))]
    with pytest.raises(Refused, match="minutes_changed_meanwhile"):
        minutes.correct(again, meeting.id, first, base=1)
    with pytest.raises(Refused, match="minutes_are_old"):
        minutes.correct(by(commune, THU, at("22 20:51")), meeting.id, later, base=2)


def test_they_are_written_once_and_only_of_a_meeting_that_has_begun(commune: World) -> None:
    meeting = planned(commune)
    with pytest.raises(Refused, match="meeting_to_come"):
        minutes.write(by(commune, THU, at("21 18:29")), meeting.id, Findings(came=1))
    minutes.write(by(commune, THU, at("21 20:50")), meeting.id, Findings(came=1))
    with pytest.raises(Refused, match="minutes_written"):
        minutes.write(by(commune, THU, at("21 20:51")), meeting.id, Findings(came=2))
    with pytest.raises(Refused, match="meeting_begun"):
        meeting_changes.move(by(commune, THU, at("21 20:52")), meeting.id, starts_at=at("23 18:30"), is_put_off=True)


def test_a_meeting_that_is_called_off_while_its_minutes_are_open_gets_none(commune: World) -> None:
    meeting = planned(commune)
    minutes.open_to_write(by(commune, THU, at("21 20:50")), meeting.id)
    meeting_changes.cancel(by(commune, THU, at("21 20:51")), meeting.id, is_put_off=True)
    with pytest.raises(Refused, match="meeting_cancelled"):
        minutes.write(by(commune, THU, at("21 20:52")), meeting.id, Findings(came=1))
    assert asked(commune, at("22 20:30"), at("21 18:00")) == []


def test_a_text_of_a_megabyte_an_absurd_number_and_a_day_that_is_over_are_bounded_or_refused(commune: World) -> None:
    meeting, chi = planned(commune), pupil(commune, "Đinh Thị Chi")
    work = by(commune, THU, at("21 20:50"))
    with pytest.raises(Refused, match="promise_in_the_past"):
        minutes.write(work, meeting.id, Findings(families=(chi.id,), promised_on=date(2024, 3, 20)))
    written = minutes.write(work, meeting.id, Findings(came=10**9, agreed="x" * 10**6))
    assert (written.came, len(written.agreed)) == (999, AGREED_AT_MOST)


@pytest.mark.parametrize("name", [HOA, ROT])
def test_whoever_neither_organises_nor_leads_the_commune_neither_reads_nor_writes_them(
    commune: World, name: str
) -> None:
    meeting = planned(commune)
    meetings.invited(machine(commune, MADE), meeting)
    with pytest.raises(Refused, match="not_allowed"):
        minutes.write(by(commune, name, at("21 20:50")), meeting.id, Findings(came=1))
    minutes.write(by(commune, THU, at("21 20:50")), meeting.id, Findings(came=1))
    with pytest.raises(Refused, match="not_allowed"):
        minutes.look(by(commune, name, at("21 20:51")), meeting.id)


def test_photos_are_sent_only_over_the_bot_that_received_them_and_the_look_is_audited(commune: World) -> None:
    meeting = planned(commune)
    work = by(commune, THU, at("21 20:50"))
    files = (File("photo", "f1", "telegram", "ours"), File("photo", "f1", "telegram", "ours"))
    minutes.write(work, meeting.id, Findings(came=1, files=files))
    assert len(minutes.look_at_files(work, meeting.id, {"photo"})[1]) == 1
    assert minutes.look_at_files(work, meeting.id, {"voice"})[1] == []
    assert "minutes.files_seen" in commune.session.scalars(select(Audit.action)).all()


def test_the_exports_say_how_many_and_who_came(commune: World) -> None:
    meeting = planned(commune)
    minutes.write(by(commune, THU, at("21 20:50")), meeting.id, Findings(came=12, attended=(named(commune, ROT).id,)))
    work = machine(commune, at("22 08:00"))
    exported = dict(zip(MEETINGS.columns, exported_by(work, MEETINGS)[0], strict=True))
    assert (exported["status"], exported["came"]) == ("held", 12)
    attended = {row[2]: row[7] for row in exported_by(work, INVITATIONS)}
    assert attended == {ROT: True, HOA: False}
    assert commune.session.scalars(select(Invitation.attended)).all().count(True) == 1


# Put off


def test_a_meeting_put_off_is_told_to_everybody_who_knew_of_it_but_not_at_night(commune: World) -> None:
    meeting = planned(commune)
    reminders.due(machine(commune, at("21 18:00")), MADE)
    late = by(commune, THU, at("21 22:00"))
    change = meeting_changes.move(late, meeting.id, starts_at=at("23 18:30"), is_put_off=True)
    assert change.told == 2
    assert not any(notice.urgent for notice in late.notices)
    assert asked(commune, at("23 20:30")) == [THU]
