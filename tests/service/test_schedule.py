"""The hours: nothing is said twice, nothing is kept longer than it need be, nobody is stranded by a silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from bot.clock import VIETNAM
from bot.dialogue.conversation import Chat
from bot.messages import Outgoing
from bot.service import outbox
from bot.service.outbox import Telling
from storage import people
from storage.chat import Inbox, OpenConversation, Outbox
from tests.service.stage import Bench

QUESTION = "Sáng nay lớp 6A (31 em) có em nào vắng không ạ?"


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2024, 3, day, hour, minute, tzinfo=VIETNAM)


async def test_the_class_question_comes_three_times_and_stops_at_the_answer(long_mon_url: str) -> None:
    bench = Bench(long_mon_url, at(7))
    await bench.service.tick()
    await bench.service.advance(bench.clock, at(7, 50))
    assert sum(QUESTION in text for text in bench.seen("cô Hoa")) == 2
    await bench.says("cô Hoa", "đủ")
    await bench.service.advance(bench.clock, at(12))
    assert sum(QUESTION in text for text in bench.seen("cô Hoa")) == 2
    bench.close()


async def test_after_a_long_sleep_only_the_last_reminder_is_said_and_the_others_are_kept_as_missed(
    long_mon_url: str,
) -> None:
    bench = Bench(long_mon_url, at(7))
    await bench.service.tick()
    bench.clock.move_to(at(9, 30))
    await bench.service.tick()
    await bench.service.tick()
    await bench.service.settle()
    assert sum(QUESTION in text for text in bench.seen("cô Hoa")) == 1
    bench.close()


async def test_a_clock_that_goes_back_says_nothing_twice(bench: Bench) -> None:
    await bench.service.tick()
    with bench.database.transaction() as session:
        before = session.scalar(select(func.count()).select_from(Outbox))
    bench.clock._at = bench.clock._at - timedelta(hours=1)
    await bench.service.tick()
    with bench.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Outbox)) == before


async def test_a_fifth_push_of_a_day_waits_for_the_next_morning(bench: Bench) -> None:
    with bench.database.transaction() as session:
        address = people.at_address(session, "phone", "phone", "bác Rớt")
        assert address is not None
        work = bench.service.schedule._work(session, bench.clock.now())
        for number in range(5):
            one = Telling(
                address.person_id, "test", "", partial(_said, number), bench.clock.now(), None, is_alone=True
            )  # fmt: skip
            assert isinstance(outbox.tell(work, bench.service.schedule.wording, one), Outbox)
    await bench.service.settle()
    assert bench.seen("bác Rớt") == [f"tin {number}" for number in range(4)]
    await bench.service.advance(bench.clock, at(6, 31, day=21))
    assert "tin 4" in bench.seen("bác Rớt")


def _said(number: int, chat: Chat) -> Outgoing:
    return Outgoing(f"tin {number}")


async def test_after_a_silence_an_open_question_is_asked_once_more(bench: Bench) -> None:
    await bench.service.tick()
    await bench.says("cô Hoa", "báo vắng")
    shown = bench.seen("cô Hoa")[-1]
    bench.clock.move_to(bench.clock.now() + timedelta(minutes=10))
    asked = await bench.service.database.run(bench.service.schedule.after_gap)
    await bench.service.settle()
    assert asked == 1
    assert bench.seen("cô Hoa")[-1] == shown
    await bench.says("cô Hoa", "1 3")
    assert "Các em vắng vì sao ạ?" in bench.seen("cô Hoa")[-1]


async def test_raw_messages_go_after_a_week_and_texts_sent_after_a_month(bench: Bench) -> None:
    await bench.says("cô Hoa", "báo vắng")
    await bench.says("cô Hoa", "hủy")
    await bench.service.tick()
    bench.clock.move_to(bench.clock.now() + timedelta(days=8))
    await bench.service.tick()
    with bench.database.transaction() as session:
        raw = [row.raw for row in session.scalars(select(Inbox))]
        assert len(raw) == 2
        assert not any(raw)
        assert [row.draft for row in session.scalars(select(OpenConversation))] == [{}]
        assert all(row.payload for row in session.scalars(select(Outbox).where(Outbox.kind == "reply")))
    bench.clock.move_to(bench.clock.now() + timedelta(days=31))
    await bench.service.tick()
    with bench.database.transaction() as session:
        assert not any(row.payload for row in session.scalars(select(Outbox).where(Outbox.kind == "reply")))
