"""The morning list, the half-hour's offer to go on, and the wish to be called: whom they reach, when, how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.clock import VIETNAM
from bot.rules import callbacks, cases, reminders, unfinished
from bot.rules.work import Refused, Work
from storage.chat import ConversationStatus, OpenConversation, Outbox
from storage.people import Person, Role
from tests.world import World


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-03-{text}").replace(tzinfo=VIETNAM)


def kinds(work: Work, start: datetime, end: datetime) -> list[tuple[str, int, str]]:
    found = reminders.tasks(work, start, end)
    return [(f"{one.due.astimezone(VIETNAM):%d %H:%M}", one.person_id, one.kind) for one in found]


def case_for(world: World, owner: Person) -> None:
    pupil = world.pupil("Đinh Thị Chi", of="6A")
    world.acting(world.teacher("Đinh Thị Hoa", of="6A"))
    cases.open(world.work, pupil.id, owner_id=owner.id, due_at=at("20T17:00"))
    world.acting(None)


def test_the_morning_list_goes_to_whoever_owes_something_and_to_nobody_else(world: World) -> None:
    rot, _ = world.village_head("Đinh Văn Rớt", of="Cà Xen"), world.village_head("Đinh Văn Vút", of="Làng Giữa")
    case_for(world, rot)
    mornings = [one for one in kinds(world.work, at("20T06:00"), at("22T07:00")) if one[2] == "tasks.morning"]
    assert mornings == [(f"{day} 06:30", rot.id, "tasks.morning") for day in (20, 21, 22)]


def test_the_morning_list_stands_on_no_list_itself(world: World) -> None:
    rot = world.village_head("Đinh Văn Rớt", of="Cà Xen")
    case_for(world, rot)
    assert [one.kind for one in reminders.of_person(world.work, rot.id)] == ["cases.visit"]


def left(world: World, who: Person | None, touched: datetime, **more: object) -> OpenConversation:
    row = OpenConversation(
        instance=f"abcdefg{len(more)}",
        person_id=who.id if who is not None else None,
        address_key="phone:phone:x",
        name="attendance",
        draft={},
        started_at=touched,
        touched_at=touched,
        **more,
    )
    world.session.add(row)
    world.session.flush()
    return row


def offers(world: World, start: datetime, end: datetime) -> list[str]:
    found = unfinished.tasks(world.work, start, end)
    return [f"{one.due.astimezone(VIETNAM):%d %H:%M}" for one in found]


@pytest.mark.parametrize(
    ("touched", "offered"),
    [("20T15:00", "20 15:30"), ("20T11:20", "20 13:30"), ("20T20:45", "21 06:00"), ("20T20:29", "20 20:59")],
)
def test_what_was_left_is_offered_after_half_an_hour_and_never_in_quiet_hours(
    world: World, touched: str, offered: str
) -> None:
    left(world, world.teacher("Đinh Thị Hoa", of="6A"), at(touched))
    assert offers(world, at("20T11:00"), at("21T12:00")) == [offered]


def test_it_is_offered_once_and_only_while_it_is_open(world: World) -> None:
    hoa = world.teacher("Đinh Thị Hoa", of="6A")
    row = left(world, hoa, at("20T15:00"))
    unfinished.note_offered(replace(world.work, now=at("20T15:30")), row.id)
    world.session.flush()
    assert not offers(world, at("20T15:00"), at("21T12:00"))
    row.nudged_at, row.status = None, ConversationStatus.DONE
    world.session.flush()
    assert not offers(world, at("20T15:00"), at("21T12:00"))


def test_a_stranger_is_not_written_to(world: World) -> None:
    left(world, None, at("20T15:00"))
    assert not offers(world, at("20T15:00"), at("21T12:00"))


def test_the_teacher_of_the_pupil_to_be_visited_is_asked_to_call(world: World) -> None:
    rot = world.village_head("Đinh Văn Rớt", of="Cà Xen")
    for number in range(3):
        world.pupil(f"Đinh Văn Nam {number}", of="9A")
    world.teacher("Hồ Thị Phương", of="9A")
    case_for(world, rot)
    world.acting(rot)
    asked = callbacks.ask(world.work)
    assert asked.listener.name == "Đinh Thị Hoa"
    assert [(one.person_id, one.kind) for one in world.work.notices] == [(asked.listener.id, callbacks.KIND)]


def test_without_a_case_the_teacher_of_most_pupils_calls_and_without_a_teacher_an_official(world: World) -> None:
    rot = world.village_head("Đinh Văn Rớt", of="Cà Xen")
    world.acting(rot)
    with pytest.raises(Refused, match="nobody_to_call"):
        callbacks.ask(world.work)
    thu = world.official("Phạm Thị Thu")
    assert callbacks.ask(world.work).listener == thu
    for of, n in (("6A", 1), ("9A", 2)):
        for number in range(n):
            world.pupil(f"Đinh Văn Nam {number}", of=of)
    world.teacher("Đinh Thị Hoa", of="6A")
    phuong = world.teacher("Hồ Thị Phương", of="9A")
    assert callbacks.ask(world.work).listener == phuong


def test_a_wish_repeated_within_the_hour_is_the_same_wish(world: World) -> None:
    world.official("Phạm Thị Thu")
    nuong = world.person("Đinh Thị Nương", Role.PARENTS, form="chị", place_id=world.village("Cà Xen").id)
    world.acting(nuong)
    push = {"channel": "phone", "bot": "phone", "address": "x", "kind": callbacks.KIND, "is_push": True, "payload": {}}
    world.session.add(Outbox(subject=f"callback:{nuong.id}", due_at=world.at, queued_at=world.at, **push))
    world.session.flush()
    world.work.now = world.at + timedelta(minutes=59)
    assert not callbacks.ask(world.work).is_new
    world.work.now = world.at + timedelta(minutes=61)
    assert callbacks.ask(world.work).is_new
