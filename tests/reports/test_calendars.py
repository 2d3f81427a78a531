"""The calendar file: what a phone reads from it, and that a moved or cancelled meeting changes what the phone has."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.i18n import Reader
from bot.reports import calendars
from bot.rules import invitees, meeting_changes, meetings
from bot.rules.meeting_times import ReminderTimes
from storage.meetings import Answer, Meeting
from storage.people import Person
from storage.pupils import Pupil
from tests.world import World

START = datetime(2024, 3, 21, 18, 30, tzinfo=VIETNAM)
LONG = "nhà văn hóa thôn Làng Trê, cạnh trường; qua cầu treo, rẽ trái chỗ cây gạo to, đi thêm một quãng nữa là tới nơi"


@pytest.fixture
def world(commune_of_the_transcripts: World) -> World:
    """Chị Thu has called a meeting of Cà Xen about em Chi, to which bác Rớt is invited; the two minutes are over."""
    world = commune_of_the_transcripts
    world.acting(named(world, "Phạm Thị Thu"))
    setting = meetings.Setting(
        START, (world.village("Cà Xen").id,), invitees.USUAL, purpose="em Đinh Thị Chi nghỉ học", venue=LONG
    )
    meetings.create(world.work, setting)
    world.work.now += timedelta(minutes=5)
    return world


def named(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def read(world: World, name: str = "Đinh Văn Rớt", **more: Any) -> tuple[bytes, list[Any]]:
    """The file as it leaves, and its events as a phone understands them."""
    content = calendars.of_person(world.work, named(world, name), Reader(**more))
    return content, list(Calendar.from_ical(content).walk("VEVENT"))


def meeting(world: World) -> Meeting:
    return world.session.scalars(select(Meeting)).one()


def test_a_meeting_stands_with_its_hour_place_and_reminders(world: World) -> None:
    content, (event,) = read(world)
    assert event["SUMMARY"] == "Họp thôn Cà Xen"
    assert event["LOCATION"] == LONG
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (START, START + timedelta(hours=2))
    assert event["DTSTART"].params["TZID"] == "Asia/Ho_Chi_Minh"
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CONFIRMED", 0, "OPAQUE")
    triggers = [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]
    assert [START + one for one in triggers] == [
        moment.at for moment in ReminderTimes().moments(START, VIETNAM)
    ] == [datetime(2024, 3, 20, 19, tzinfo=VIETNAM), datetime(2024, 3, 21, 16, 30, tzinfo=VIETNAM)]  # fmt: skip
    zone = Calendar.from_ical(content).walk("VTIMEZONE")[0]
    assert (zone["TZID"], zone.walk("STANDARD")[0]["TZOFFSETTO"].td) == ("Asia/Ho_Chi_Minh", timedelta(hours=7))


def test_no_line_is_longer_than_75_bytes_and_no_sign_is_cut(world: World) -> None:
    content, _ = read(world)
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode("utf-8") is not None for line in lines)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_no_pupil_no_purpose_and_nobodys_answer_stand_in_it(world: World) -> None:
    for name in ("Đinh Văn Rớt", "Phạm Thị Thu"):
        text = read(world, name)[0].replace(b"\r\n ", b"").decode()
        names = [*world.session.scalars(select(Pupil.name)), *world.session.scalars(select(Person.name))]
        assert [one for one in (*names, "nghỉ học", "0900") if one in text] == []


def test_read_twice_it_is_the_same_to_the_byte(world: World) -> None:
    first, _ = read(world)
    world.work.now += timedelta(hours=3)
    assert read(world)[0] == first


def test_a_moved_meeting_keeps_its_uid_and_grows_in_sequence(world: World) -> None:
    _, (before,) = read(world)
    meeting_changes.move(world.work, meeting(world).id, starts_at=START + timedelta(days=1))
    _, (after,) = read(world)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt
    assert after["DTSTART"].dt == START + timedelta(days=1)
    assert after["STATUS"] == "CONFIRMED"


def test_a_meeting_that_was_moved_and_called_off_is_cancelled_on_the_phone_and_rings_no_more(world: World) -> None:
    uid = read(world)[1][0]["UID"]
    meeting_changes.move(world.work, meeting(world).id, starts_at=START + timedelta(days=1))
    moved = read(world)[1][0]["SEQUENCE"]
    meeting_changes.cancel(world.work, meeting(world).id)
    _, (event,) = read(world)
    assert (event["UID"], event["STATUS"], event["TRANSP"]) == (uid, "CANCELLED", "TRANSPARENT")
    assert event["SEQUENCE"] > moved
    assert event.walk("VALARM") == []


def test_whoever_does_not_come_is_not_rung_out_of_bed(world: World) -> None:
    world.acting(named(world, "Đinh Văn Rớt"))
    meetings.answer(world.work, meeting(world).id, Answer.NO, stand_in="chú Nghĩa")
    _, (event,) = read(world)
    assert (event["STATUS"], event["TRANSP"], event.walk("VALARM")) == ("CONFIRMED", "TRANSPARENT", [])


def test_the_organiser_has_it_and_whoever_is_not_invited_has_not(world: World) -> None:
    assert len(read(world, "Phạm Thị Thu")[1]) == 1
    world.village_head("Đinh Văn Nghĩa", of="Làng Trê")
    assert read(world, "Đinh Văn Nghĩa")[1] == []


def test_what_is_held_back_or_can_still_be_taken_back_is_on_no_phone(world: World) -> None:
    world.work.now = meeting(world).invited_from - timedelta(seconds=1)  # type: ignore[operator]
    assert read(world)[1] == []
    setting = replace(meetings.Setting(START, (), invitees.USUAL), village_ids=(world.village("Cà Xen").id,))
    meetings.create(world.work, setting, as_draft=True)
    assert read(world, "Phạm Thị Thu")[1] == []


def test_in_another_zone_the_hour_is_the_same_moment(world: World) -> None:
    _, (event,) = read(world, zone=ZoneInfo("America/New_York"))
    assert event["DTSTART"].dt == START
    assert event["DTSTART"].params["TZID"] == "America/New_York"
