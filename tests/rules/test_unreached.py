"""Whom somebody must telephone because no message reached them, who is asked to, and chats that are closed for good."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.rules import attendance, cases, closed_chats, meetings, people, reminders, unreached
from bot.rules.unreached import About
from bot.rules.work import Refused
from storage import people as stored
from storage.alarms import Alarm, AlarmKind
from storage.attendance import Half
from storage.chat import Outbox, OutboxStatus
from storage.meetings import Meeting
from storage.people import Invite, Person, Role, Status, WebSession
from storage.pupils import Pupil
from storage.reminders import Announced
from storage.second_ways import Telephoned
from storage.web_pushes import PushSubscription
from tests.world import KEY, World, plan_30

LIST = datetime(2024, 3, 20, 14, 30, tzinfo=VIETNAM)
HOA, ROT, THU = "Đinh Thị Hoa", "Đinh Văn Rớt", "Phạm Thị Thu"


def named(world: World, name: str) -> Person:
    return world.session.scalars(select(Person).where(Person.name == name)).one()


def at(world: World, moment: datetime) -> None:
    world.work.now, world.work.today = moment, moment.astimezone(VIETNAM).date()
    world.work.known.clear()


def push(
    world: World, name: str, kind: str, subject: str, due: datetime, status: OutboxStatus, error: str = ""
) -> None:
    """A push that has not arrived."""
    person = named(world, name)
    row = Outbox(
        channel="phone", bot="phone", address=name, person_id=person.id, kind=kind, subject=subject, is_push=True,
        payload={"text": "…"}, due_at=due, queued_at=due, status=status, error=error,
    )  # fmt: skip
    world.session.add(row)
    world.session.flush()


def asked_to_visit(world: World) -> int:
    """Em Chi's case, asked of the village head this morning: no message has left."""
    chi = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    world.acting(named(world, HOA))
    case = cases.open_and_ask(world.work, chi.id)
    world.acting(None)
    push(world, ROT, "cases.asked", f"cases:{case.id}", LIST - timedelta(hours=2), OutboxStatus.QUEUED)
    return case.id


def to_call(world: World, caller: str) -> list[tuple[str, About]]:
    world.work.known.clear()
    return [(one.person.name, one.about) for one in unreached.to_call(world.work, named(world, caller).id)]


def close(world: World, name: str) -> None:
    for row in stored.addresses(world.session, named(world, name).id):
        people.close_address(world.work, row, "blocked")


def report_all_present(world: World) -> None:
    world.acting(named(world, HOA))
    class_id = people.classes_taught(world.work)[0]
    attendance.report(world.work, class_id, world.work.today, Half.MORNING, [])
    world.acting(None)


def test_a_request_that_waits_for_half_an_hour_is_telephoned_and_one_that_is_answered_is_not(commune: World) -> None:
    report_all_present(commune)
    case_id = asked_to_visit(commune)
    at(commune, LIST - timedelta(hours=2) + timedelta(minutes=30))
    assert to_call(commune, THU) == []
    at(commune, LIST)
    assert to_call(commune, THU) == [(ROT, About.VISIT)]
    commune.acting(named(commune, ROT))
    cases.assignment.accept(commune.work, case_id)
    commune.acting(None)
    assert to_call(commune, THU) == []


def test_whoever_wrote_since_is_within_reach_and_news_that_keeps_is_no_reason_to_telephone(commune: World) -> None:
    report_all_present(commune)
    due = LIST - timedelta(hours=3)
    push(commune, ROT, "tasks.morning", "tasks:2", due, OutboxStatus.MISSED, "too late")
    push(commune, ROT, "promises.kept", "promises:1", due, OutboxStatus.FAILED, "too long")
    push(commune, HOA, "cases.back", "cases:1", due, OutboxStatus.QUEUED)
    push(commune, HOA, "meetings.answer", "meetings:1", due, OutboxStatus.QUEUED)
    at(commune, LIST)
    assert to_call(commune, THU) == [(ROT, About.TASKS)]
    stored.addresses(commune.session, named(commune, ROT).id)[0].heard_at = LIST - timedelta(hours=1)
    commune.session.flush()
    assert to_call(commune, THU) == []


def test_what_another_chat_carries_is_not_missing(commune: World) -> None:
    report_all_present(commune)
    push(commune, ROT, "tasks.morning", "tasks:2", LIST - timedelta(hours=3), OutboxStatus.FAILED, "blocked")
    first = commune.session.scalars(select(Outbox)).one()
    push(commune, ROT, "tasks.morning", "tasks:2", LIST - timedelta(hours=3), OutboxStatus.SENT)
    commune.session.scalars(select(Outbox).order_by(Outbox.id.desc())).first().moved_from = first.id  # type: ignore[union-attr]
    commune.session.flush()
    at(commune, LIST)
    assert to_call(commune, THU) == []


def test_a_class_whose_teacher_nothing_reaches_is_the_schools_call_until_it_is_reported(commune: World) -> None:
    close(commune, HOA)
    at(commune, LIST)
    assert to_call(commune, THU) == [(HOA, About.ROLL)]
    head = commune.school_head("Phạm Văn Sơn")
    assert to_call(commune, THU) == []
    assert to_call(commune, "Phạm Văn Sơn") == [(HOA, About.ROLL)]
    close(commune, "Phạm Văn Sơn")
    assert head.status == Status.UNREACHABLE
    assert to_call(commune, THU) == [(HOA, About.ROLL)]
    named(commune, HOA).status = Status.ACTIVE
    report_all_present(commune)
    assert to_call(commune, THU) == []


def test_with_no_official_within_reach_the_front_telephones_then_an_administrator(commune: World) -> None:
    report_all_present(commune)
    asked_to_visit(commune)
    place = commune.commune().id
    commune.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=place, channel="web")
    at(commune, LIST)
    commune.session.add(Alarm(kind=AlarmKind.SILENT, channel="phone", bot="phone", raised_at=LIST))
    commune.session.flush()
    assert (to_call(commune, THU), to_call(commune, "Đinh Văn Lập")) == ([], [(ROT, About.VISIT)])
    commune.person("Đinh Thị Xem", Role.FRONT, form="chị", place_id=place, channel="web")
    assert (to_call(commune, "Đinh Văn Lập"), to_call(commune, "Đinh Thị Xem")) == ([], [(ROT, About.VISIT)])


def test_one_call_takes_a_person_off_everybodys_list_and_is_noted_once_a_day(commune: World) -> None:
    report_all_present(commune)
    asked_to_visit(commune)
    second = commune.official("Hồ Văn Tú", form="anh")
    rot = named(commune, ROT)
    at(commune, LIST)
    commune.acting(named(commune, THU))
    assert [one.person.id for one in unreached.look(commune.work)] == [rot.id]
    assert unreached.note_called(commune.work, [rot.id]) == [rot]
    assert to_call(commune, "Hồ Văn Tú") == []
    commune.acting(second)
    with pytest.raises(Refused, match="nothing_waits"):
        unreached.note_called(commune.work, [rot.id])
    [row] = commune.session.scalars(select(Telephoned)).all()
    assert (row.person_id, row.day, row.called_by) == (rot.id, date(2024, 3, 20), named(commune, THU).id)
    at(commune, LIST + timedelta(days=1))
    commune.acting(None)
    report_all_present(commune)
    assert to_call(commune, THU) == []  # yesterday's message is yesterday's


def on_page(world: World, name: str, seen: datetime) -> WebSession:
    """This person has a page and nothing else, and used it last at this moment."""
    row = stored.addresses(world.session, named(world, name).id)[0]
    row.channel, row.bot, row.heard_at = "web", "web", seen
    browser = WebSession(address=row.address, token_hash=name, created_at=seen, seen_at=seen)
    world.session.add(browser)
    for sent in world.session.scalars(select(Outbox).where(Outbox.person_id == row.person_id)):
        sent.channel, sent.bot, sent.address, sent.status = "web", "web", row.address, OutboxStatus.SENT
    world.session.flush()
    return browser


def test_a_request_on_a_page_that_nobody_opens_is_telephoned(commune: World) -> None:
    """A web chat without a push subscription wakes nobody: that the message stands there is no arrival."""
    report_all_present(commune)
    asked_to_visit(commune)
    browser = on_page(commune, ROT, LIST - timedelta(hours=3))
    at(commune, LIST)
    assert to_call(commune, THU) == [(ROT, About.VISIT)]
    browser.seen_at = LIST - timedelta(hours=1)
    commune.session.flush()
    assert to_call(commune, THU) == []
    browser.seen_at = LIST - timedelta(hours=3)
    commune.session.add(
        PushSubscription(address=browser.address, endpoint="https://push", p256dh="k", auth="a", created_at=LIST)
    )
    commune.session.flush()
    assert to_call(commune, THU) == []


def test_a_page_beside_another_chat_is_no_reason_to_telephone(commune: World) -> None:
    report_all_present(commune)
    asked_to_visit(commune)
    on_page(commune, ROT, LIST - timedelta(hours=3))
    at(commune, LIST)
    people.link(commune.work, named(commune, ROT), "zalo", "11", "rot")
    assert to_call(commune, THU) == []


def test_a_list_that_asks_for_no_answer_is_unread_where_the_page_was_left_alone_for_days(commune: World) -> None:
    report_all_present(commune)
    push(commune, ROT, "tasks.morning", "tasks:2", LIST - timedelta(hours=7), OutboxStatus.SENT)
    browser = on_page(commune, ROT, LIST - timedelta(days=1))
    at(commune, LIST)
    assert to_call(commune, THU) == []
    browser.seen_at = LIST - timedelta(days=4)
    stored.addresses(commune.session, named(commune, ROT).id)[0].heard_at = None
    commune.session.flush()
    assert to_call(commune, THU) == [(ROT, About.TASKS)]


def test_a_class_asked_about_on_a_page_that_nobody_opens_is_telephoned(commune: World) -> None:
    class_id = stored.grants(commune.session, named(commune, HOA).id, commune.work.today)[0].class_id
    asked = datetime(2024, 3, 20, 7, 15, tzinfo=VIETNAM)
    push(commune, HOA, "attendance.report", f"attendance:{class_id}", asked, OutboxStatus.SENT)
    at(commune, LIST)
    assert to_call(commune, THU) == []
    browser = on_page(commune, HOA, asked - timedelta(minutes=5))
    assert to_call(commune, THU) == [(HOA, About.ROLL)]
    browser.seen_at = asked + timedelta(minutes=5)
    commune.session.flush()
    assert to_call(commune, THU) == []


def test_nobody_sees_the_list_but_who_may_telephone(commune: World) -> None:
    commune.acting(named(commune, HOA))
    with pytest.raises(Refused, match="not_allowed"):
        unreached.look(commune.work)


def test_the_list_is_said_once_a_day_at_half_past_two_and_not_where_there_is_nobody(commune: World) -> None:
    report_all_present(commune)

    def said() -> list[int]:
        due = reminders.due(commune.work, commune.work.now - timedelta(seconds=15))
        return [one.task.person_id for one in due if one.task.kind == unreached.KIND]

    at(commune, LIST)
    assert said() == []
    asked_to_visit(commune)
    at(commune, LIST + timedelta(seconds=10))
    assert said() == [named(commune, THU).id]
    at(commune, LIST + timedelta(seconds=12))
    assert said() == []
    owed = reminders.of_person(commune.work, named(commune, THU).id)
    assert [task.kind for task in owed if task.kind == unreached.KIND] == [unreached.KIND]
    at(commune, datetime(2024, 3, 20, 20, 1, tzinfo=VIETNAM))
    assert unreached.KIND not in [task.kind for task in reminders.of_person(commune.work, named(commune, THU).id)]


def test_what_could_not_even_be_queued_counts(commune: World) -> None:
    """A reminder of somebody who has no chat is missed for it."""
    report_all_present(commune)
    commune.session.add(
        Announced(
            kind="promises.check", subject_id=4, person_id=named(commune, ROT).id, occurrence="today", moment="asked",
            due_at=LIST - timedelta(hours=4), picked_at=LIST - timedelta(hours=4), status="missed", reason="no channel",
        )
    )  # fmt: skip
    commune.session.flush()
    at(commune, LIST)
    assert to_call(commune, THU) == [(ROT, About.PROMISE)]


# The organiser's own list


def test_the_meetings_list_holds_who_said_yes_too_where_nothing_reaches_them_now(commune: World) -> None:
    plan_30(commune)
    meeting = commune.session.get_one(Meeting, 1)
    for one in meetings.invited(commune.work, meeting):
        one.invitation.answer = "yes"
    assert meetings.standing(commune.work, meeting).to_call == ()
    close(commune, ROT)
    assert [one.person.name for one in meetings.standing(commune.work, meeting).to_call] == [ROT]
    commune.session.add(Alarm(kind=AlarmKind.SILENT, channel="phone", bot="phone", raised_at=LIST))
    commune.session.flush()
    commune.work.known.clear()
    assert {one.person.name for one in meetings.standing(commune.work, meeting).to_call} == {ROT, HOA}


def test_the_meetings_list_holds_whose_reminder_is_stuck(commune: World) -> None:
    plan_30(commune)
    meeting = commune.session.get_one(Meeting, 1)
    for one in meetings.invited(commune.work, meeting):
        one.invitation.answer = "yes"
    push(commune, HOA, "meetings.answer", meetings.subject(1), LIST - timedelta(hours=1), OutboxStatus.QUEUED)
    at(commune, LIST + timedelta(minutes=30))
    assert [one.person.name for one in meetings.standing(commune.work, meeting).to_call] == [HOA]


# Chats that are closed, and that were never opened


def owed(world: World, name: str) -> list[str]:
    world.work.known.clear()
    return [task.kind for task in closed_chats.tasks(world.work, LIST, LIST, named(world, name).id)]


def test_a_closed_chat_is_a_task_for_whoever_invited_until_the_person_writes_again(commune: World) -> None:
    place = commune.commune().id
    first = commune.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=place)
    commune.person("Hồ Văn Tú", Role.ADMIN, form="anh", place_id=place)
    commune.acting(first)
    people.invite(commune.work, KEY, named(commune, ROT))
    commune.acting(None)
    assert owed(commune, "Đinh Văn Lập") == []
    row = stored.addresses(commune.session, named(commune, ROT).id)[0]
    close(commune, ROT)
    assert (owed(commune, "Đinh Văn Lập"), owed(commune, "Hồ Văn Tú")) == ([closed_chats.GONE], [])
    said = list(closed_chats.tasks(commune.work, commune.at - timedelta(minutes=1), commune.at))
    assert [(task.kind, task.person_id) for task in said] == [(closed_chats.GONE, first.id)]
    people.hear_from(commune.work, row, named(commune, ROT))
    assert owed(commune, "Đinh Văn Lập") == []
    commune.acting(first)
    with pytest.raises(Refused, match="nothing_waits"):
        closed_chats.look(commune.work, named(commune, ROT).id)


def test_without_anybody_who_invites_the_commune_telephones_and_a_role_that_ended_asks_for_nothing(
    commune: World,
) -> None:
    close(commune, ROT)
    assert owed(commune, THU) == [closed_chats.GONE]
    for grant in stored.grants(commune.session, named(commune, ROT).id, commune.work.today):
        grant.until_on = commune.work.today
    commune.session.flush()
    assert owed(commune, THU) == []


def test_a_teachers_closed_chat_is_the_schools_and_a_chat_never_opened_is_asked_about_after_three_days(
    commune: World,
) -> None:
    commune.school_head("Phạm Văn Sơn")
    commune.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=commune.commune().id)
    close(commune, HOA)
    assert owed(commune, "Phạm Văn Sơn")[:1] == [closed_chats.GONE]
    rin = commune.village_head("Đinh Văn Rin", of="Làng Trê", form="", joined=False)
    people.invite(commune.work, KEY, rin)
    assert closed_chats.NEVER not in owed(commune, "Đinh Văn Lập")
    at(commune, commune.at + timedelta(days=3))
    assert closed_chats.NEVER in owed(commune, "Đinh Văn Lập")
    assert closed_chats.NEVER not in owed(commune, THU)
    people.invite(commune.work, KEY, rin)
    assert closed_chats.NEVER not in owed(commune, "Đinh Văn Lập")
    assert len(commune.session.scalars(select(Invite).where(Invite.person_id == rin.id)).all()) == 2
