"""Alarms: raised once, told at most once an hour a kind, ended when it is over; and codes that somebody guesses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rules import alarms, newcomers, people
from bot.rules.alarms import Line, Signs
from bot.rules.newcomers import Newcomer
from bot.rules.work import Notice, Refused
from storage import alarms as stored
from storage import people as stored_people
from storage.alarms import Alarm, AlarmKind
from storage.audit import Audit
from storage.chat import Outbox, OutboxStatus
from storage.people import Person, Role
from storage.reminders import remember
from tests.world import KEY, World

QUIET = Signs()


def admin(world: World, name: str = "Đinh Văn Lập") -> Person:
    return world.person(name, Role.ADMIN, form="anh", place_id=world.commune().id)


def guesses(world: World, n: int) -> None:
    """Wrong codes, each from a chat of its own."""
    for number in range(n):
        people.note_wrong_code(world.work, "phone", "phone", f"máy {number}")


def told(world: World, signs: Signs = QUIET) -> list[Notice]:
    """What a look tells."""
    world.work.notices.clear()
    alarms.look(world.work, signs)
    return list(world.work.notices)


def later(world: World, **more: float) -> None:
    world.work.now += timedelta(**more)
    world.work.today = world.work.now.astimezone(world.work.zone).date()


def kinds(world: World) -> list[str]:
    return [alarm.kind for alarm in stored.open_ones(world.session)]


def line(world: World, *, well: bool, minutes: float, stolen: bool = False) -> Signs:
    since = world.work.now - timedelta(minutes=minutes)
    return Signs((Line("telegram", "11", well, since, stolen),))


def test_every_administrator_hears_once_of_codes_that_are_guessed(world: World) -> None:
    admins = [admin(world), admin(world, "Đinh Văn Bên")]
    guesses(world, 50)
    assert told(world) == []
    guesses(world, 1)
    heard = told(world)
    assert [(one.person_id, one.kind, one.always, one.urgent) for one in heard] == [
        (one.id, "alarms.codes", True, False) for one in admins
    ]
    later(world, minutes=59)
    assert told(world) == []
    assert kinds(world) == [AlarmKind.CODES]


def test_an_alarm_that_lasts_is_told_once_more_a_day_and_one_that_is_over_is_withdrawn(world: World) -> None:
    admin(world)
    signs = Signs(backs_up=True)
    remember(world.session, "backup", at=(world.work.now - timedelta(hours=26, minutes=1)).isoformat())
    assert len(told(world, signs)) == 1
    times = 0
    for _ in range(48):
        later(world, hours=1)
        times += len(told(world, signs))
    assert times == 2
    alarm = world.session.scalars(select(Alarm)).one()
    row = Outbox(
        channel="phone", bot="phone", address="anh Lập", kind="alarms.backup", subject=f"alarms:{alarm.id}",
        payload={}, due_at=world.work.now, queued_at=world.work.now,
    )  # fmt: skip
    world.session.add(row)
    remember(world.session, "backup", at=world.work.now.isoformat())
    assert told(world, signs) == []
    assert alarm.ended_at == world.work.now
    world.session.refresh(row)
    assert row.status == OutboxStatus.WITHDRAWN
    said = world.session.scalars(select(Audit.action).where(Audit.action.like("alarm.%"))).all()
    assert said == ["alarm.raised", "alarm.told", "alarm.told", "alarm.told", "alarm.ended"]


def test_one_that_begins_anew_within_the_hour_is_open_at_once_and_told_after_the_hour(world: World) -> None:
    admin(world)
    assert len(told(world, line(world, well=False, minutes=0, stolen=True))) == 1
    later(world, minutes=5)
    assert told(world) == []
    later(world, minutes=5)
    assert told(world, line(world, well=False, minutes=0, stolen=True)) == []
    assert kinds(world) == [AlarmKind.STOLEN]
    later(world, minutes=51)
    assert len(told(world, line(world, well=False, minutes=0, stolen=True))) == 1


def test_an_administrator_who_joins_later_hears_of_what_is_open(world: World) -> None:
    guesses(world, 51)
    assert told(world) == []
    joined = admin(world)
    assert [one.person_id for one in told(world)] == [joined.id]


def test_nobody_relies_on_backups_without_a_folder_for_them(world: World) -> None:
    remember(world.session, "backup", at=(world.work.now - timedelta(days=9)).isoformat())
    told(world)
    assert kinds(world) == []
    told(world, Signs(backs_up=True))
    assert kinds(world) == [AlarmKind.BACKUP]


def test_the_first_night_has_a_day_to_make_its_backup(world: World) -> None:
    told(world, Signs(backs_up=True))
    remember(world.session, "nightly", at=(world.work.now - timedelta(hours=25)).isoformat())
    told(world, Signs(backs_up=True))
    assert kinds(world) == []
    later(world, hours=2)
    told(world, Signs(backs_up=True))
    assert kinds(world) == [AlarmKind.BACKUP]


@pytest.mark.parametrize(("minutes", "expected"), [(29, []), (30, [AlarmKind.SILENT])])
def test_a_channel_is_dead_after_half_an_hour(world: World, minutes: int, expected: list[AlarmKind]) -> None:
    admin(world)
    heard = told(world, line(world, well=False, minutes=minutes))
    assert kinds(world) == expected
    assert all(one.avoid == "telegram" for one in heard)


def waits(world: World, minutes: float, channel: str = "telegram") -> None:
    at = world.work.now - timedelta(minutes=minutes)
    world.session.add(Outbox(channel=channel, bot="11", address="x", kind="reply", payload={}, due_at=at, queued_at=at))
    world.session.flush()


def test_messages_wait_too_long_only_on_a_channel_that_answers(world: World) -> None:
    waits(world, 6)
    told(world, line(world, well=False, minutes=10))
    assert kinds(world) == []
    told(world, line(world, well=True, minutes=4))
    assert kinds(world) == []  # it has just come back, and is given time
    told(world, line(world, well=True, minutes=6))
    assert kinds(world) == [AlarmKind.OVERDUE]


def test_what_is_not_due_or_waits_on_another_channel_is_not_overdue(world: World) -> None:
    waits(world, 4)
    waits(world, 60, channel="zalo")
    told(world, line(world, well=True, minutes=60))
    assert kinds(world) == []


def test_a_stolen_token_does_not_wait_for_the_morning_and_is_no_silence(world: World) -> None:
    admin(world)
    heard = told(world, line(world, well=False, minutes=60, stolen=True))
    assert [(one.kind, one.urgent, one.avoid) for one in heard] == [("alarms.stolen", True, "telegram")]
    assert kinds(world) == [AlarmKind.STOLEN]


def test_a_wrong_clock_neither_raises_nor_ends_what_goes_by_the_hour(world: World) -> None:
    admin(world)
    guesses(world, 51)
    told(world)
    later(world, days=5)
    assert [one.kind for one in told(world, Signs(is_clock_wrong=True, backs_up=True))] == ["alarms.clock"]
    assert kinds(world) == [AlarmKind.CODES, AlarmKind.CLOCK]
    later(world, days=-5)
    told(world)
    assert kinds(world) == [AlarmKind.CODES]


def test_only_an_administrator_sees_them(world: World) -> None:
    world.acting(world.official("Phạm Thị Thu"))
    with pytest.raises(Refused, match="not_allowed"):
        alarms.open_ones(world.work)


# While codes are guessed


def teacher_joins(world: World, inviter: Person, *, after: timedelta = timedelta(0)) -> Person:
    """A teacher is invited in the chat, and joins some time after."""
    world.acting(inviter)
    newcomer = Newcomer(Role.TEACHER, "Đinh Thị Na", class_id=world.school_class("6A").id)
    _, invite = newcomers.invite(world.work, KEY, newcomer)
    later(world, seconds=after.total_seconds())
    world.acting(None)
    found = people.find_invite(world.work, KEY, invite.code)
    person = people.join(world.work, found.id, "cô", "phone", "phone", "máy mới")
    world.acting(None)
    return person


def test_while_codes_are_guessed_even_a_teacher_waits_for_the_inviters_word(world: World) -> None:
    inviter = admin(world)
    world.pupil("Đinh Thị An", of="6A")
    guesses(world, 51)
    person = teacher_joins(world, inviter)
    assert people.roles(world.work, person) == frozenset()
    assert stored_people.scope_of(world.session, person, world.work.today).is_empty
    owed = newcomers.tasks(world.work, world.work.now, world.work.now, inviter.id)
    assert [task.subject_id for task in owed] == [person.id]
    world.acting(inviter)
    newcomers.confirm(world.work, person.id)
    assert people.roles(world.work, person) == {Role.TEACHER}


def test_a_wrong_teacher_who_waited_is_undone_for_good(world: World) -> None:
    inviter = admin(world)
    world.pupil("Đinh Thị An", of="6A")
    guesses(world, 51)
    person = teacher_joins(world, inviter)
    world.acting(inviter)
    newcomers.undo(world.work, person.id)
    assert newcomers.waits(world.work, person) == []
    assert people.roles(world.work, person) == frozenset()


def test_a_code_made_on_that_day_waits_also_when_it_is_used_on_the_next(world: World) -> None:
    inviter = admin(world)
    world.pupil("Đinh Thị An", of="6A")
    guesses(world, 51)
    told(world)
    person = teacher_joins(world, inviter, after=timedelta(hours=25))
    told(world)
    assert kinds(world) == []
    assert people.roles(world.work, person) == frozenset()


def test_when_it_is_quiet_again_a_teacher_begins_at_once(world: World) -> None:
    inviter = admin(world)
    world.pupil("Đinh Thị An", of="6A")
    guesses(world, 51)
    told(world)
    later(world, hours=25)
    told(world)
    assert people.roles(world.work, teacher_joins(world, inviter)) == {Role.TEACHER}


def test_codes_typed_while_a_chat_must_wait_are_said_once_and_are_no_guesses(world: World) -> None:
    place = ("phone", "phone", "máy lạ")
    for _ in range(5):
        people.note_wrong_code(world.work, *place)
    assert [people.note_unread_code(world.work, *place) for _ in range(3)] == [True, False, False]
    later(world, minutes=16)
    people.check_guessing(world.work, *place)
    assert people.note_unread_code(world.work, *place)
    assert stored_people.wrong_codes(world.session, world.at - timedelta(days=1)) == 5
