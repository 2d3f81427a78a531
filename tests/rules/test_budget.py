"""The budget of a channel that counts messages: counted from rows, forecast by plans, and what goes first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bot.clock import VIETNAM
from bot.rules import alarms, attendance, budget, invitees, meetings, people
from bot.rules.alarms import Signs
from bot.rules.budget import Handling, Stage
from bot.rules.work import Refused
from storage import alarms as stored_alarms
from storage import people as stored_people
from storage.alarms import AlarmKind
from storage.attendance import Half
from storage.chat import Inbox, Outbox, OutboxStatus
from storage.database import Database
from storage.people import Role
from tests.world import KEY, World

BOT = ("zalo", "11")


def sent(world: World, n: int = 1, **more: object) -> None:
    """Rows of the outbox that left now, unless they say otherwise."""
    row: dict[str, object] = {
        "channel": "zalo", "bot": "11", "address": "x", "kind": "reply", "payload": {}, "due_at": world.work.now,
        "queued_at": world.work.now, "claimed_at": world.work.now, "status": OutboxStatus.SENT, "message_id": "m",
    }  # fmt: skip
    world.session.add_all([Outbox(**{**row, **more}) for _ in range(n)])
    world.session.flush()


def came(world: World, n: int = 1, first: int = 0, **more: object) -> None:
    row: dict[str, object] = {"channel": "zalo", "bot": "11", "received_at": world.work.now}
    world.session.add_all([Inbox(**{**row, "update_id": f"u{first + place}", **more}) for place in range(n)])
    world.session.flush()


@pytest.fixture
def counted(world: World) -> World:
    """A commune one of whose bots may carry a hundred messages a month."""
    world.work.limits = {BOT: 100}
    world.village("Cà Xen")
    return world


def used(world: World) -> int:
    world.work.known.clear()
    return budget.used(world.work, *BOT)


def test_both_directions_count_and_only_what_may_have_reached_the_platform(counted: World) -> None:
    sent(counted, 2)
    sent(counted, status=OutboxStatus.SENDING, message_id="")
    sent(counted, status=OutboxStatus.QUEUED, claimed_at=None, message_id="")
    sent(counted, status=OutboxStatus.FAILED, message_id="")
    sent(counted, status=OutboxStatus.WITHDRAWN, claimed_at=None, message_id="")
    came(counted, 4)
    came(counted, update_id="kept:7")  # the arrival of a file is news of our own
    came(counted, update_id="v", bot="22")
    sent(counted, bot="22")
    assert used(counted) == 3 + 4


def test_an_answer_that_was_lost_counts_and_so_does_the_second_try(counted: World) -> None:
    sent(counted, status=OutboxStatus.QUEUED, unknowns=1, message_id="")
    assert used(counted) == 1
    sent(counted, unknowns=1)
    assert used(counted) == 1 + 2


def test_what_went_together_is_one_message(counted: World) -> None:
    sent(counted)
    sent(counted, carrier_id=1)
    assert used(counted) == 1


def test_the_month_is_that_of_the_commune_and_begins_anew(counted: World) -> None:
    counted.work.now = datetime(2024, 3, 31, 23, 59, tzinfo=VIETNAM)
    sent(counted, 5)
    assert used(counted) == 5
    counted.work.now = datetime(2024, 4, 1, 0, 0, tzinfo=VIETNAM)
    assert used(counted) == 0


def test_messages_are_told_apart_by_what_they_were_spent_on(counted: World) -> None:
    came(counted, 2)
    sent(counted, inbox_id=1, subject="attendance")
    sent(counted, kind="attendance.report", is_push=True)
    sent(counted, kind="meetings.answer", subject="meetings:5", is_push=True)
    sent(counted, kind="plans.copy", is_push=True)
    found = budget.usage(counted.work, *BOT, *budget.month_of(counted.work))
    assert (found.outbound, found.inbound, found.total) == (4, 2, 6)
    assert found.by_kind["registers"] == (2, 1)
    assert found.by_kind["meetings"] == (1, 0)
    assert found.by_kind["other"] == (1, 1)


@pytest.mark.postgres
def test_a_province_counts_the_same(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.transaction() as session:
        world = World(session)
        world.work.limits = {BOT: 3000}
        came(world, 2)
        sent(world, subject="attendance")
        sent(world, kind="meetings.answer", subject="meetings:5", is_push=True)
        found = budget.status(world.work, *BOT)
        assert (found.usage.outbound, found.usage.inbound, found.people) == (2, 2, 0)
        assert budget.seats(world.work)[0].bot == "11"
    database.close()


# The forecast


def a_class(world: World) -> None:
    world.pupil("Đinh Thị An", of="6A")
    world.teacher("Đinh Thị Hoa", of="6A", channel="zalo", address="hoa")
    world.session.flush()
    for address in stored_people.addresses(world.session, 1):
        address.bot = "11"


def test_the_registers_of_the_days_left_are_foreseen(counted: World) -> None:
    a_class(counted)
    left = len([day for day in range(20, 32) if date(2024, 3, day).weekday() < 5])
    assert budget.needs(counted.work, *BOT)["registers"] == left * budget.A_REGISTER
    for day in range(13, 20):
        counted.work.now = datetime(2024, 3, day, 7, 30, tzinfo=VIETNAM)
        sent(counted, 6, kind="attendance.report", is_push=True)
    counted.work.now = datetime(2024, 3, 20, 7, 15, tzinfo=VIETNAM)
    days = len([day for day in range(13, 21) if date(2024, 3, day).weekday() < 5])
    assert budget.needs(counted.work, *BOT)["registers"] == round(left * 7 * 6 / days)


def test_a_meeting_to_come_is_foreseen_with_its_answers_and_reminders(counted: World) -> None:
    official = counted.official("Phạm Thị Thu", channel="zalo", address="thu")
    head = counted.village_head("Đinh Văn Rớt", of="Cà Xen", channel="zalo", address="rot")
    for person in (official, head):
        for address in stored_people.addresses(counted.session, person.id):
            address.bot = "11"
    assert budget.needs(counted.work, *BOT)["meetings"] == 0
    counted.acting(official)
    starts = datetime(2024, 3, 22, 18, 30, tzinfo=VIETNAM)
    made = meetings.create(counted.work, meetings.Setting(starts, (counted.village("Cà Xen").id,), invitees.USUAL))
    counted.acting(None)
    each = 1 + 2 + 2  # the invitation, its answer and receipt, two reminders
    assert budget.needs(counted.work, *BOT)["meetings"] == each  # the organiser is not asked
    counted.acting(head)
    counted.work.now += timedelta(minutes=10)
    meetings.answer(counted.work, made.id, "yes")
    counted.acting(None)
    counted.work.known.clear()
    assert budget.needs(counted.work, *BOT)["meetings"] == 2


def test_stages_follow_from_what_is_used_and_what_is_foreseen() -> None:
    stage = budget.stage_of
    assert [stage(0, 9999, 9999), stage(100, 10, 80), stage(100, 10, 81)] == [
        Stage.PLENTY, Stage.PLENTY, Stage.THRIFTY,
    ]  # fmt: skip
    assert [stage(100, one, one) for one in (79, 80, 89, 90, 99, 100)] == [
        Stage.PLENTY, Stage.THRIFTY, Stage.THRIFTY, Stage.RESERVE, Stage.RESERVE, Stage.SPENT,
    ]  # fmt: skip


def test_a_forecast_holds_for_an_hour_and_not_into_the_next_month(counted: World) -> None:
    counted.work.now = datetime(2024, 3, 31, 23, 30, tzinfo=VIETNAM)
    counted.work.limits = {BOT: 60}
    assert budget.stage(counted.work, *BOT) is Stage.PLENTY
    a_class(counted)
    counted.work.now = datetime(2024, 4, 1, 0, 10, tzinfo=VIETNAM)
    counted.work.today = date(2024, 4, 1)
    counted.work.known.clear()
    assert budget.stage(counted.work, *BOT) is Stage.THRIFTY


@pytest.mark.parametrize(
    ("kind", "plenty", "thrifty", "reserve", "spent"),
    [
        ("meetings.answer", Handling.GO, Handling.GO, Handling.GO, Handling.GO),
        ("attendance.report", Handling.GO, Handling.GO, Handling.GO, Handling.GO),
        ("cases.asked", Handling.GO, Handling.GO, Handling.GO, Handling.GO),
        ("promises.kept", Handling.GO, Handling.WAIT, Handling.KEEP, Handling.KEEP),
        ("reports.digest", Handling.GO, Handling.WAIT, Handling.KEEP, Handling.KEEP),
        ("alerts.why", Handling.GO, Handling.KEEP, Handling.KEEP, Handling.KEEP),
        ("tasks.morning", Handling.GO, Handling.GO, Handling.KEEP, Handling.KEEP),
    ],
)
def test_courtesy_is_merged_before_reminders_are_touched(
    kind: str, plenty: Handling, thrifty: Handling, reserve: Handling, spent: Handling
) -> None:
    found = [budget.handling(stage, kind, has_other=False) for stage in Stage]
    assert found == [plenty, thrifty, reserve, spent]


def test_whoever_has_another_chat_hears_there_what_the_last_tenth_is_not_kept_for() -> None:
    kinds = ("promises.kept", "meetings.answer")
    assert [budget.handling(Stage.RESERVE, one, has_other=True) for one in kinds] == [Handling.ELSEWHERE, Handling.GO]
    assert [budget.handling(Stage.SPENT, one, has_other=True) for one in kinds] == [Handling.ELSEWHERE] * 2


def test_four_fifths_are_an_alarm_that_ends_with_the_month(counted: World) -> None:
    lap = counted.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=counted.commune().id)
    sent(counted, 79)
    alarms.look(counted.work, Signs())
    assert stored_alarms.open_ones(counted.session) == []
    sent(counted, 1)
    counted.work.known.clear()
    alarms.look(counted.work, Signs())
    assert [one.kind for one in stored_alarms.open_ones(counted.session)] == [AlarmKind.BUDGET]
    assert [(one.person_id, one.kind, one.avoid) for one in counted.work.notices] == [(lap.id, "alarms.budget", "zalo")]
    counted.work.now = datetime(2024, 4, 1, 6, 0, tzinfo=VIETNAM)
    counted.work.known.clear()
    alarms.look(counted.work, Signs())
    assert stored_alarms.open_ones(counted.session) == []


# People


def joins(world: World, n: int, bot: str = "11", first: int = 0) -> None:
    for place in range(n):
        person = people.add_person(world.work, world.commune().id, f"Đinh Văn {chr(65 + place % 26)}")
        people.link(world.work, person, "zalo", bot, f"máy {first + place}")


def invites(world: World, n: int = 1) -> None:
    for place in range(n):
        person = people.add_person(world.work, world.commune().id, f"Hồ Văn {chr(65 + place % 26)}")
        people.invite(world.work, KEY, person)


def seat(world: World) -> tuple[str, int, int]:
    found = budget.seats(world.work)[0]
    return found.bot, found.number, found.of


def test_no_code_is_meant_for_a_bot_with_forty_eight_people(counted: World) -> None:
    joins(counted, 47)
    invites(counted)
    assert seat(counted) == ("11", 1, 1)
    invites(counted)
    assert seat(counted) == ("", 0, 1)


def test_the_next_bot_is_named_when_codes_that_are_out_fill_the_first(counted: World) -> None:
    counted.work.limits = {BOT: 3000, ("zalo", "22"): 3000}
    joins(counted, 40)
    invites(counted, 8)
    assert seat(counted) == ("11", 1, 2)
    invites(counted)
    assert seat(counted) == ("22", 2, 2)
    joins(counted, 48, bot="22", first=100)
    assert seat(counted) == ("", 0, 2)


def test_a_code_that_has_run_out_takes_no_seat(counted: World) -> None:
    joins(counted, 47)
    invites(counted)
    counted.work.now += people.INVITE_LASTS
    invites(counted)
    assert seat(counted) == ("11", 1, 1)


def test_the_fifty_first_is_not_taken_and_nobody_elsewhere_is_refused(counted: World) -> None:
    joins(counted, 49)
    budget.require_seat(counted.work, *BOT)
    joins(counted, 1, first=60)
    with pytest.raises(Refused, match="bot_full"):
        budget.require_seat(counted.work, *BOT)
    budget.require_seat(counted.work, "web", "web")


def test_a_teachers_list_goes_with_the_register_while_the_class_is_still_asked_for(counted: World) -> None:
    a_class(counted)
    counted.work.now = datetime(2024, 3, 20, 6, 30, tzinfo=VIETNAM)
    assert budget.goes_with_register(counted.work, 1)
    counted.work.now = datetime(2024, 3, 20, 7, 20, tzinfo=VIETNAM)
    counted.acting(stored_people.get(counted.session, 1))
    attendance.report(counted.work, counted.school_class("6A").id, date(2024, 3, 20), Half.MORNING, [])
    assert not budget.goes_with_register(counted.work, 1)
