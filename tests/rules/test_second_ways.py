"""A person's channels in order, a further one by a code, and over which of them silence moves on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rules import people, reminders, second_ways
from bot.rules.tasks import Moment, Task, Way
from bot.rules.work import Refused
from storage import people as stored
from storage.alarms import Alarm, AlarmKind
from storage.audit import Audit
from storage.chat import Outbox, OutboxStatus, Pace
from storage.people import AddressStatus, Person
from storage.second_ways import LinkRequest
from tests.world import KEY, MORNING, World

ZALO = ("zalo", "zalo", "5001")
TED = ("zalo", "zalo", "666")


@pytest.fixture
def rin(world: World) -> Person:
    """A village head who acts, with one chat."""
    person = world.village_head("Đinh Văn Rin", of="Làng Trê")
    world.acting(person)
    return person


def claimed(world: World, place: tuple[str, str, str] = ZALO) -> LinkRequest:
    """A code that was made and typed in a chat."""
    code = second_ways.new_code(world.work, KEY).code
    request = second_ways.of_code(world.work, KEY, code)
    assert request is not None
    second_ways.claim(world.work, request, place, "Ted")
    return request


def order(world: World) -> list[str]:
    return [row.channel for row in second_ways.addresses(world.work)]


def test_a_typed_code_asks_on_the_first_channel_and_yes_makes_the_chat_the_last_in_order(
    world: World, rin: Person
) -> None:
    request = claimed(world)
    [asked] = world.work.notices
    assert (asked.person_id, asked.kind, asked.urgent, asked.always) == (rin.id, second_ways.ASK, True, True)
    assert order(world) == ["phone"]
    second_ways.answer(world.work, request.id, is_me=True)
    assert order(world) == ["phone", "zalo"]
    assert world.work.notices[-1].place == ZALO
    second_ways.put_first(world.work, "zalo")
    assert order(world) == ["zalo", "phone"]
    with pytest.raises(Refused, match="no_such_channel"):
        second_ways.put_first(world.work, "telegram")


def test_no_ends_request_and_code_and_says_nothing_about_anybody_there(world: World, rin: Person) -> None:
    code = second_ways.new_code(world.work, KEY).code
    request = second_ways.of_code(world.work, KEY, code)
    assert request is not None
    second_ways.claim(world.work, request, TED, "Ted")
    second_ways.answer(world.work, request.id, is_me=False)
    assert stored.at_address(world.session, *TED) is None
    assert (world.work.notices[-1].kind, world.work.notices[-1].place) == (second_ways.REFUSED, TED)
    for again in (True, False):
        with pytest.raises(Refused, match="nothing_waits"):
            second_ways.answer(world.work, request.id, is_me=again)
    with pytest.raises(Refused, match="used_link_code"):
        second_ways.claim(world.work, request, ZALO, "")
    actions = world.session.scalars(select(Audit.action).where(Audit.subject_type == "link_request")).all()
    assert actions == ["link.code_made", "link.code_typed", "link.refused"]


def test_a_code_holds_for_a_quarter_of_an_hour_and_a_new_one_ends_it(world: World, rin: Person) -> None:
    first = second_ways.new_code(world.work, KEY)
    assert first.expires_at == world.work.now + timedelta(minutes=15)
    second = second_ways.new_code(world.work, KEY)
    for code, minutes in ((first.code, 0), (second.code, 15)):
        world.work.now = MORNING + timedelta(minutes=minutes)
        request = second_ways.of_code(world.work, KEY, code.lower().replace("-", " "))
        assert request is not None
        with pytest.raises(Refused, match="expired_link_code"):
            second_ways.claim(world.work, request, ZALO, "")


def test_the_question_is_the_persons_own_and_open_for_a_day(world: World, rin: Person) -> None:
    request = claimed(world)
    world.acting(world.village_head("Đinh Văn Rớt", of="Cà Xen"))
    with pytest.raises(Refused, match="nothing_waits"):
        second_ways.answer(world.work, request.id, is_me=True)
    world.acting(rin)
    world.work.now = MORNING + timedelta(days=1)
    with pytest.raises(Refused, match="nothing_waits"):
        second_ways.answer(world.work, request.id, is_me=True)
    assert second_ways.waiting_at(world.work, ZALO) is None


def test_a_chat_that_has_become_somebody_elses_is_never_taken_over(world: World, rin: Person) -> None:
    request = claimed(world)
    other = world.village_head("Đinh Văn Rớt", of="Cà Xen")
    row = people.link(world.work, other, *ZALO)
    with pytest.raises(Refused, match="chat_is_taken"):
        second_ways.answer(world.work, request.id, is_me=True)
    assert row.person_id == other.id
    row.status = AddressStatus.UNLINKED
    request.answer = ""
    world.session.flush()
    second_ways.answer(world.work, request.id, is_me=True)
    assert row.person_id == rin.id


# Silence


def told(world: World, person: Person, status: OutboxStatus = OutboxStatus.SENT, **more: object) -> Outbox:
    """The question of class 7, as it was told at 7:15 over the first chat."""
    row = Outbox(
        channel="phone", bot="phone", address="bác Rin", person_id=person.id, kind="attendance.report",
        subject="attendance:7", is_push=True, payload={}, due_at=MORNING, queued_at=MORNING, claimed_at=MORNING,
        status=status, **more,
    )  # fmt: skip
    world.session.add(row)
    world.session.flush()
    return row


def where(world: World, person: Person, way: Way) -> str:
    """The channel of a route, "as usual", or why it is not said."""
    moment = Moment("again", MORNING + timedelta(minutes=30), way=way)
    task = Task("attendance.report", 7, person.id, "today", MORNING, (Moment("first", MORNING), moment), MORNING)
    world.work.known.clear()
    route = second_ways.route(world.work, task, moment)
    return route.missed or (route.address.channel if route.address is not None else "as usual")


def test_silence_goes_to_the_next_channel_that_works_and_a_sign_of_life_ends_it(world: World, rin: Person) -> None:
    assert where(world, rin, Way.NEXT_IF_SILENT) == "as usual"
    assert where(world, rin, Way.ONLY_NEXT) == "not told yet"
    told(world, rin)
    assert where(world, rin, Way.NEXT_IF_SILENT) == "as usual"
    assert where(world, rin, Way.ONLY_NEXT) == "no second way"
    zalo = people.link(world.work, rin, *ZALO)
    assert [where(world, rin, way) for way in Way] == ["as usual", "zalo", "zalo"]
    world.session.add(Pace(channel="zalo", bot="zalo", address="", not_before=world.work.now + timedelta(seconds=1)))
    world.session.flush()
    assert [where(world, rin, way) for way in Way] == ["as usual", "as usual", "no second way"]
    world.work.now += timedelta(seconds=2)
    zalo.heard_at = MORNING + timedelta(minutes=5)
    world.session.flush()
    assert [where(world, rin, way) for way in Way] == ["as usual", "as usual", "heard"]


def test_what_waits_to_leave_is_not_silence_and_what_moved_is_silent_where_it_went(world: World, rin: Person) -> None:
    people.link(world.work, rin, *ZALO)
    row = told(world, rin, OutboxStatus.QUEUED)
    assert where(world, rin, Way.ONLY_NEXT) == "not told yet"
    row.status = OutboxStatus.WITHDRAWN
    copy = told(world, rin, moved_from=row.id)
    copy.channel, copy.bot, copy.address = ZALO
    world.session.flush()
    assert where(world, rin, Way.NEXT_IF_SILENT) == "phone"


def test_a_bot_that_an_alarm_calls_silent_reaches_nobody(world: World, rin: Person) -> None:
    assert second_ways.reached(world.work, [rin.id]) == {rin.id}
    world.session.add(Alarm(kind=AlarmKind.SILENT, channel="phone", bot="phone", raised_at=world.work.now))
    world.session.flush()
    world.work.known.clear()
    assert second_ways.reached(world.work, [rin.id]) == set()
    people.link(world.work, rin, *ZALO)
    assert second_ways.reached(world.work, [rin.id]) == {rin.id}


def test_a_try_over_the_next_channel_takes_no_reminders_place(world: World, rin: Person) -> None:
    """After an outage both have passed: the reminder is said, and nobody is tried a second time for it."""
    usual, again = Moment("evening", MORNING), Moment("again", MORNING + timedelta(minutes=1), way=Way.ONLY_NEXT)
    assert reminders._last([usual, again], [usual, again]) is usual
    assert reminders._last([usual, again], [again]) is again
    assert reminders._last([again, usual], [again]) is None
