"""A meeting of 18:30 and a machine, or a line, that fails before it: late has other words, useless has none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.channels.channel import Later, SendError
from bot.clock import VIETNAM
from bot.messages import Outgoing
from storage.chat import Outbox, OutboxStatus
from storage.database import Database
from storage.people import Role
from storage.reminders import Announced
from tests.service.stage import Bench
from tests.world import World, plan_30

ROT = "bác Rớt"
BEGUN = "🔔 Họp ở Cà Xen đã bắt đầu lúc 18 giờ 30 (6 giờ rưỡi tối), nhà sinh hoạt thôn Cà Xen."


def at(text: str) -> datetime:
    """`21 16:30`: an hour of March 2024."""
    return datetime.strptime(f"2024-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


@pytest.fixture
def evening(long_mon_url: str) -> Iterator[Bench]:
    """The plan 30/KH-UBND has been read; the meeting at Cà Xen is on the 21st at 18:30."""
    database = Database(long_mon_url)
    with database.transaction() as session:
        plan_30(World(session))
    database.close()
    bench = Bench(long_mon_url, at("20 15:00"))
    yield bench
    bench.close()


async def until(bench: Bench, text: str) -> None:
    """Through every due moment."""
    await bench.service.advance(bench.clock, at(text))


async def off_until(bench: Bench, text: str) -> None:
    """The machine is off meanwhile, and then ticks once."""
    bench.clock.move_to(at(text))
    await bench.restart()
    await bench.service.tick()
    await bench.service.settle()


def about_meetings(bench: Bench, who: str = ROT) -> list[str]:
    return [text for text in bench.seen(who) if "họp" in text.lower() and not text.startswith("Chào")]


async def announced(bench: Bench, moment: str) -> set[tuple[str, str]]:
    """(status, reason) of a moment of the meetings' reminders."""
    found = await bench.service.database.run(
        lambda session: session.scalars(
            select(Announced).where(Announced.kind == "meetings.answer", Announced.moment == moment)
        ).all()
    )
    return {(row.status, row.reason) for row in found}


async def test_a_machine_that_was_off_over_the_start_says_once_that_the_meeting_has_begun(evening: Bench) -> None:
    await until(evening, "21 16:20")
    before = about_meetings(evening)
    await off_until(evening, "21 19:20")
    assert about_meetings(evening)[len(before) :] == [BEGUN]
    await until(evening, "21 20:00")
    assert about_meetings(evening)[len(before) :] == [BEGUN]
    assert await announced(evening, "-2h") == {("missed", "superseded")}


async def test_a_line_that_was_down_over_the_start_brings_one_message_with_the_right_words(evening: Bench) -> None:
    await until(evening, "21 16:20")
    before = about_meetings(evening)

    def down(address: str, message: Outgoing) -> SendError | None:
        return Later("no line", 30)

    evening.channel.fails = down
    await until(evening, "21 19:20")
    assert about_meetings(evening) == before
    evening.channel.fails = lambda address, message: None
    await until(evening, "21 19:22")
    assert about_meetings(evening)[len(before) :] == [BEGUN]
    rows = await evening.service.database.run(
        lambda session: session.scalars(
            select(Outbox).where(Outbox.kind == "meetings.answer").order_by(Outbox.id)
        ).all()
    )
    late = [row for row in rows if "2 tiếng" in str(row.payload)]
    assert late
    assert {(row.status, row.error) for row in late} == {(OutboxStatus.MISSED, "too late")}


async def test_a_meeting_that_is_over_is_told_to_nobody_any_more_and_missed_with_its_reason(evening: Bench) -> None:
    await until(evening, "21 16:20")
    before = about_meetings(evening)
    await off_until(evening, "21 20:45")
    assert about_meetings(evening)[len(before) :] == []
    assert await announced(evening, "-2h") == {("missed", "too late")}


async def test_a_black_out_over_a_meeting_is_summed_up_once_for_its_organiser(evening: Bench) -> None:
    await until(evening, "21 16:20")
    await off_until(evening, "21 20:45")
    summary = "Quanh giờ họp Ra Lớp mất liên lạc, 2 người chưa được nhắc.\nBuổi họp thôn Cà Xen tối nay thế nào ạ?"
    assert about_meetings(evening, "chị Thu").count(summary) == 1
    await until(evening, "22 06:10")
    assert about_meetings(evening, "chị Thu").count(summary) == 1


async def test_a_late_reminder_says_the_time_that_is_left(evening: Bench) -> None:
    await until(evening, "21 16:20")
    await off_until(evening, "21 17:45")
    assert about_meetings(evening)[-1].startswith("🔔 Còn 45 phút nữa là họp ạ.\n18 giờ 30 (6 giờ rưỡi tối nay)")


async def test_what_comes_late_at_night_waits_for_the_morning_and_says_this_evening_then(evening: Bench) -> None:
    await until(evening, "20 18:50")
    await off_until(evening, "20 21:30")
    assert not about_meetings(evening)[-1].startswith("🔔")
    await until(evening, "21 06:05")
    assert about_meetings(evening)[-1].startswith("🔔 Tối nay họp ạ: 18 giờ 30 (6 giờ rưỡi tối)")


async def test_a_moved_meeting_is_told_although_the_old_reminder_never_left(evening: Bench) -> None:
    await until(evening, "21 16:20")
    before = about_meetings(evening)
    evening.channel.fails = lambda address, message: Later("no line", 30) if address == ROT else None
    await until(evening, "21 16:40")
    await evening.says("chị Thu", "đổi họp tối nay sang 19h")
    await evening.says("chị Thu", "1")
    evening.channel.fails = lambda address, message: None
    await until(evening, "21 16:45")
    assert [text.partition("\n")[0] for text in about_meetings(evening)[len(before) :]] == [
        "⚠️ Đổi giờ họp tối nay, thứ 5, 21/3: 19 giờ (7 giờ tối). Giờ cũ 18 giờ 30 bỏ."
    ]


async def test_somebody_who_joins_after_the_invitations_gets_one_at_the_next_tick(evening: Bench) -> None:
    await until(evening, "21 09:00")

    def joins(session: object) -> None:
        world = World(session, at("21 09:00"))  # type: ignore[arg-type]
        world.person("Đinh Văn Nghĩa", Role.VILLAGE_FRONT, form="chú", place_id=world.village("Cà Xen").id)

    await evening.service.database.run(joins)
    await off_until(evening, "21 09:01")
    assert [text.partition("\n")[0] for text in about_meetings(evening, "chú Nghĩa")] == [
        "📅 Mời chú họp về việc vận động học sinh ra lớp"
    ]
