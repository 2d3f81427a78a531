"""What goes out: in order within a chat, never held up by another chat, and never a third time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.channels.channel import Gone, Later, Rejected, Unknown
from bot.messages import Outgoing
from bot.rules import people as who
from bot.rules.work import Work
from storage import people
from storage.chat import Outbox, OutboxStatus
from storage.people import AddressStatus, Person
from tests.service.stage import Bench


def queue(bench: Bench, address: str, *texts: str, is_push: bool = True) -> None:
    """Puts messages into the outbox, as a rule's notices are put there."""
    with bench.database.transaction() as session:
        known = people.at_address(session, "phone", "phone", address)
        assert known is not None
        for text in texts:
            session.add(
                Outbox(
                    channel="phone", bot="phone", address=address, person_id=known.person_id, kind="test",
                    is_push=is_push, payload=Outgoing(text).as_json(), due_at=bench.clock.now(),
                    queued_at=bench.clock.now(),
                )
            )  # fmt: skip


def rows(bench: Bench) -> list[Outbox]:
    with bench.database.transaction() as session:
        return list(session.scalars(select(Outbox).order_by(Outbox.id)))


async def test_messages_of_a_chat_arrive_in_order_and_a_slow_chat_holds_up_nobody(bench: Bench) -> None:
    bench.channel.gates["cô Hoa"] = asyncio.Event()
    queue(bench, "cô Hoa", "một", "hai", "ba")
    queue(bench, "bác Rớt", "bốn", "năm")
    draining = asyncio.create_task(bench.service.delivery.drain())
    while len(bench.seen("bác Rớt")) < 2:
        await asyncio.sleep(0)
    assert bench.seen("cô Hoa") == []
    bench.channel.gates["cô Hoa"].set()
    await draining
    assert bench.seen("cô Hoa") == ["một", "hai", "ba"]
    assert bench.seen("bác Rớt") == ["bốn", "năm"]


async def test_a_send_whose_answer_was_lost_goes_out_once_more_and_never_a_third_time(bench: Bench) -> None:
    bench.channel.fails = lambda address, message: Unknown("answer lost")
    queue(bench, "cô Hoa", "một")
    for _ in range(5):
        await bench.service.settle()
        bench.clock.move_to(bench.clock.now() + timedelta(seconds=61))
    assert bench.channel.attempts == [("cô Hoa", "một")] * 2


async def test_a_lost_answer_inside_a_dialogue_is_not_repeated_once_the_person_went_on(bench: Bench) -> None:
    bench.channel.fails = lambda address, message: Unknown("answer lost")
    await bench.says("cô Hoa", "menu")
    bench.channel.fails = lambda address, message: None
    await bench.says("cô Hoa", "việc")
    bench.clock.move_to(bench.clock.now() + timedelta(seconds=61))
    await bench.service.settle()
    assert len(bench.channel.attempts) == 2


async def test_a_wait_that_the_platform_asked_for_survives_a_restart(bench: Bench) -> None:
    bench.channel.fails = lambda address, message: Later("too many requests", 30)
    queue(bench, "cô Hoa", "một", "hai")
    await bench.service.settle()
    bench.channel.fails = lambda address, message: None
    await bench.restart()
    await bench.service.settle()
    assert len(bench.channel.attempts) == 1
    bench.clock.move_to(bench.clock.now() + timedelta(seconds=31))
    await bench.service.settle()
    assert bench.seen("cô Hoa") == ["một", "hai"]


async def test_what_a_dead_process_had_in_its_hands_is_sent_once_more(bench: Bench) -> None:
    queue(bench, "cô Hoa", "một")
    with bench.database.transaction() as session:
        row = session.scalars(select(Outbox)).one()
        row.status, row.claimed_at = OutboxStatus.SENDING, bench.clock.now()
    await bench.restart()
    bench.clock.move_to(bench.clock.now() + timedelta(seconds=61))
    await bench.service.settle()
    assert bench.seen("cô Hoa") == ["một"]


async def test_a_blocked_chat_is_closed_and_the_next_one_of_the_person_is_tried_at_once(bench: Bench) -> None:
    with bench.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
        work = Work(session=session, now=bench.clock.now(), today=bench.clock.today())
        who.link(work, person, "phone", "phone", "máy thứ hai của cô Hoa")
    bench.channel.fails = lambda address, message: Gone("blocked") if address == "cô Hoa" else None
    queue(bench, "cô Hoa", "một")
    await bench.service.settle()
    assert bench.seen("máy thứ hai của cô Hoa") == ["một"]
    with bench.database.transaction() as session:
        closed = people.at_address(session, "phone", "phone", "cô Hoa")
        assert closed is not None
        assert closed.status == AddressStatus.GONE
    bench.channel.fails = lambda address, message: None
    await bench.says("cô Hoa", "menu")
    with bench.database.transaction() as session:
        opened = people.at_address(session, "phone", "phone", "cô Hoa")
        assert opened is not None
        assert opened.status == AddressStatus.ACTIVE


async def test_a_message_past_its_use_is_missed_with_the_reason(bench: Bench) -> None:
    queue(bench, "cô Hoa", "một")
    with bench.database.transaction() as session:
        session.scalars(select(Outbox)).one().useful_until = bench.clock.now()
    bench.clock.move_to(bench.clock.now() + timedelta(minutes=1))
    await bench.service.settle()
    assert bench.seen("cô Hoa") == []
    assert [(row.status, row.error) for row in rows(bench)] == [(OutboxStatus.MISSED, "too late")]


async def test_a_message_that_the_platform_refuses_stops_neither_the_chat_nor_the_others(bench: Bench) -> None:
    bench.channel.fails = lambda address, message: Rejected("bad") if message.text == "một" else None
    queue(bench, "cô Hoa", "một", "hai")
    await bench.service.settle()
    assert bench.seen("cô Hoa") == ["hai"]
    assert [row.status for row in rows(bench)] == [OutboxStatus.FAILED, OutboxStatus.SENT]


async def test_nothing_is_pushed_to_somebody_who_left_or_whose_phone_was_unlinked(bench: Bench) -> None:
    queue(bench, "cô Hoa", "một")
    with bench.database.transaction() as session:
        address = people.at_address(session, "phone", "phone", "cô Hoa")
        assert address is not None
        address.status = AddressStatus.UNLINKED
    await bench.service.settle()
    assert bench.channel.attempts == []
    assert [row.status for row in rows(bench)] == [OutboxStatus.WITHDRAWN]


# The pace that a platform takes


class Seconds:
    """Monotonic seconds that pass only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sent: list[tuple[float, str, str]] = []

    async def passes(self, bench: Bench, n: int) -> None:
        """Until so many messages are sent: the pump as the service turns it, sleeping for as long as it asks."""
        while True:
            await bench.service.delivery.drain()
            fresh = bench.channel.attempts[len(self.sent) :]
            self.sent += [(self.now, address, text) for address, text in fresh]
            if len(self.sent) >= n:
                return
            assert bench.service.delivery.pause_s > 0
            self.now += bench.service.delivery.pause_s


def paced(bench: Bench) -> Seconds:
    seconds = Seconds()
    bench.channel.is_paced = True
    bench.service.delivery.pacer.now = lambda: seconds.now
    return seconds


def put(bench: Bench, address: str, *texts: str) -> None:
    """Answers to somebody who need not have joined."""
    now = bench.clock.now()
    with bench.database.transaction() as session:
        session.add_all(
            Outbox(
                channel="phone", bot="phone", address=address, kind="test", payload=Outgoing(text).as_json(),
                due_at=now, queued_at=now,
            )
            for text in texts
        )  # fmt: skip


async def test_a_hundred_messages_at_once_leave_at_the_platforms_pace(bench: Bench) -> None:
    seconds = paced(bench)
    for n in range(100):
        put(bench, f"máy {n}", "một")
    await seconds.passes(bench, 100)
    times = [at for at, _, _ in seconds.sent]
    assert sorted(address for _, address, _ in seconds.sent) == sorted(f"máy {n}" for n in range(100))
    assert max(sum(1 for at in times if first <= at < first + 1) for first in times) == 28
    assert times[-1] - times[0] < 4


async def test_a_burst_to_one_chat_keeps_its_order_and_waits_and_nobody_else_does(bench: Bench) -> None:
    seconds = paced(bench)
    put(bench, "máy 1", "một", "hai", "ba", "bốn", "năm")
    put(bench, "máy 2", "sáu")
    await seconds.passes(bench, 6)
    own = [(round(at - 1000, 3), text) for at, address, text in seconds.sent if address == "máy 1"]
    assert [text for _, text in own] == ["một", "hai", "ba", "bốn", "năm"]
    assert [at for at, _ in own] == [0, 0, 0, 3, 4]
    assert [at for at, address, _ in seconds.sent if address == "máy 2"] == [1000]


async def test_a_platform_that_does_not_count_is_not_held_up(bench: Bench) -> None:
    seconds = paced(bench)
    bench.channel.is_paced = False
    put(bench, "máy 1", *(f"{n}" for n in range(40)))
    await seconds.passes(bench, 40)
    assert {at for at, _, _ in seconds.sent} == {1000}
