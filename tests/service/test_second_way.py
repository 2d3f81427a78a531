"""A send that fails goes to the person's next channel at once; what was held up leaves in one message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.channels.channel import Later, Rejected, SendError, Unknown
from bot.clock import VIETNAM
from bot.messages import Choice, Outgoing
from bot.rules import people as who
from bot.rules.work import Notice, Work
from bot.service import outbox
from bot.service.app import Service
from storage import people
from storage.alarms import Alarm, AlarmKind
from storage.chat import Outbox, OutboxStatus
from storage.people import Address, Person
from storage.reminders import Announced
from tests.play import SURROUNDINGS
from tests.service.stage import Bench, Shaky

HOA, HOA_ZALO, ROT = "cô Hoa", "cô Hoa/zalo", "bác Rớt"
NO_LINE = Later("not reached", 5, whole_bot=True)


class TwoChannels(Bench):
    """Everybody is on Telegram; cô Hoa has Zalo, too, as her second way."""

    def __init__(self, url: str, at: datetime) -> None:
        super().__init__(url, at)
        self.zalo = Shaky(self.screens)
        self.channel.name = self.channel.bot = "telegram"
        self.zalo.name = self.zalo.bot = "zalo"
        with self.database.transaction() as session:
            session.execute(update(Address).values(channel="telegram", bot="telegram"))
            hoa = session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
            work = Work(session=session, now=self.clock.now(), today=self.clock.today())
            who.link(work, hoa, "zalo", "zalo", HOA_ZALO)
        self.service = Service(self.database, [self.channel, self.zalo], self.clock, SURROUNDINGS)

    def queue(self, address: str, *texts: str, due: datetime | None = None, **more: object) -> None:
        with self.database.transaction() as session:
            known = people.at_address(session, "telegram", "telegram", address)
            assert known is not None
            for text in texts:
                message = Outgoing(text, (Choice("!menu", "Menu", number="1"),))
                values = {"is_push": True, "kind": "test", **more}
                row = Outbox(
                    channel="telegram", bot="telegram", address=address, person_id=known.person_id,
                    payload=message.as_json(), due_at=due or self.clock.now(), queued_at=due or self.clock.now(),
                    **values,
                )  # fmt: skip
                session.add(row)
                session.flush()
                row.together_id = row.id

    def rows(self) -> list[Outbox]:
        with self.database.transaction() as session:
            return list(session.scalars(select(Outbox).order_by(Outbox.id)))

    def down(self, error: SendError = NO_LINE) -> None:
        self.channel.fails = lambda address, message: error

    def back(self) -> None:
        self.channel.fails = lambda address, message: None

    async def later(self, **by: int) -> None:
        self.clock.move_to(self.clock.now() + timedelta(**by))
        await self.service.settle()


@pytest.fixture
def two(long_mon_url: str) -> Iterator[TwoChannels]:
    made = TwoChannels(long_mon_url, datetime(2024, 3, 20, 9, 0, tzinfo=VIETNAM))
    yield made
    made.close()


async def test_a_line_that_is_down_sends_what_is_due_over_the_next_channel_at_once(two: TwoChannels) -> None:
    two.down()
    two.queue(HOA, "một", "hai")
    two.queue(ROT, "ba")
    await two.service.settle()
    assert two.seen(HOA_ZALO) == ["một", "hai"]
    assert [(row.status, row.error) for row in two.rows()[:3]] == [
        (OutboxStatus.WITHDRAWN, "moved"),
        (OutboxStatus.WITHDRAWN, "moved"),
        (OutboxStatus.QUEUED, "not reached"),
    ]
    two.back()
    await two.later(seconds=6)
    assert (two.seen(HOA), two.seen(ROT)) == ([], ["ba"])


async def test_an_answer_stays_where_it_was_asked_for(two: TwoChannels) -> None:
    two.down()
    two.queue(HOA, "trả lời", is_push=False)
    await two.service.settle()
    assert two.seen(HOA_ZALO) == []
    two.back()
    await two.later(seconds=6)
    assert two.seen(HOA) == ["trả lời"]


async def test_what_was_in_both_channels_in_vain_waits_and_is_not_tossed_to_and_fro(two: TwoChannels) -> None:
    two.down()
    two.zalo.fails = lambda address, message: NO_LINE
    two.queue(HOA, "một")
    for _ in range(20):
        await two.later(seconds=6)
    assert [row.status for row in two.rows()] == [OutboxStatus.WITHDRAWN, OutboxStatus.QUEUED]
    two.zalo.fails = lambda address, message: None
    await two.later(seconds=6)
    assert (two.seen(HOA), two.seen(HOA_ZALO)) == ([], ["một"])


async def test_a_refused_message_is_tried_on_the_next_channel(two: TwoChannels) -> None:
    two.down(Rejected("bad"))
    two.queue(HOA, "một")
    two.queue(ROT, "hai")
    await two.service.settle()
    assert two.seen(HOA_ZALO) == ["một"]
    assert [row.status for row in two.rows()] == [OutboxStatus.FAILED, OutboxStatus.FAILED, OutboxStatus.SENT]


async def test_what_perhaps_arrived_goes_out_once_more_by_the_next_channel_and_never_a_third_time(
    two: TwoChannels,
) -> None:
    two.down(Unknown("answer lost"))
    two.queue(HOA, "một")
    await two.service.settle()
    two.down()
    two.zalo.fails = lambda address, message: Unknown("answer lost")
    for _ in range(5):
        await two.later(seconds=61)
    assert [text for _, text in two.channel.attempts].count("một") <= 2
    assert [text for _, text in two.zalo.attempts] == ["một"]
    assert {row.status for row in two.rows()} == {OutboxStatus.SENT}


async def test_a_wait_for_one_chat_moves_nothing(two: TwoChannels) -> None:
    two.down(Later("too many messages", 5))
    two.queue(HOA, "một")
    await two.service.settle()
    two.back()
    await two.later(seconds=6)
    assert (two.seen(HOA), two.seen(HOA_ZALO)) == (["một"], [])


async def test_while_a_bot_is_at_rest_or_long_silent_news_goes_to_the_next_and_then_to_the_first_again(
    two: TwoChannels,
) -> None:
    async def told() -> str:
        def tell(session) -> str:  # type: ignore[no-untyped-def]
            work = Work(session=session, now=two.clock.now(), today=two.clock.today())
            hoa = session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
            work.notices.append(Notice(hoa.id, "alarms.backup", 1, due_at=work.now, always=True))
            session.merge(Alarm(id=1, kind=AlarmKind.BACKUP, raised_at=work.now))
            outbox.queue_notices(work, two.service.dispatcher.wording)
            return str(session.scalars(select(Outbox.channel).order_by(Outbox.id.desc())).first())

        return await two.database.run(tell)

    assert await told() == "telegram"
    two.down(Later("quota", 3600, whole_bot=True))
    await two.service.settle()
    assert await told() == "zalo"
    two.back()
    await two.later(hours=2)
    assert await told() == "telegram"
    with two.database.transaction() as session:
        session.add(Alarm(kind=AlarmKind.SILENT, channel="telegram", bot="telegram", raised_at=two.clock.now()))
    assert await told() == "zalo"


async def test_what_a_dead_bot_holds_up_does_not_hold_up_the_others(two: TwoChannels) -> None:
    two.down()
    two.queue(ROT, *(f"tin {n}" for n in range(410)))
    await two.service.settle()
    with two.database.transaction() as session:
        row = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
        assert row is not None
        session.add(
            Outbox(
                channel="zalo", bot="zalo", address=HOA_ZALO, person_id=None, kind="test", is_push=True,
                payload=Outgoing("còn tôi").as_json(), due_at=two.clock.now(), queued_at=two.clock.now(),
            )
        )  # fmt: skip
    await two.service.settle()
    assert two.seen(HOA_ZALO) == ["còn tôi"]


async def test_when_the_line_is_back_nobody_is_flooded(two: TwoChannels) -> None:
    two.down()
    for n in range(1, 4):
        two.queue(ROT, f"tin {n}", due=two.clock.now() - timedelta(hours=2) + timedelta(minutes=9 * n))
    await two.service.settle()
    two.back()
    await two.later(seconds=6)
    assert two.seen(ROT) == ["Bác có 3 tin:\n• tin 1\n• tin 2\n• tin 3"]
    assert {row.status for row in two.rows()} == {OutboxStatus.SENT}
    await two.later(minutes=5)
    assert len(two.seen(ROT)) == 1


async def test_the_second_question_of_a_class_goes_to_the_other_phone_and_counts_as_announced(
    two: TwoChannels,
) -> None:
    two.clock._at = datetime(2024, 3, 20, 7, 0, tzinfo=VIETNAM)
    two.down()
    await two.service.advance(two.clock, datetime(2024, 3, 20, 7, 20, tzinfo=VIETNAM))
    assert [text[:9] for text in two.seen(HOA_ZALO)] == ["Chào cô H"]
    two.back()
    await two.service.advance(two.clock, datetime(2024, 3, 20, 7, 50, tzinfo=VIETNAM))
    assert (len(two.seen(HOA)), len(two.seen(HOA_ZALO))) == (1, 1)
    with two.database.transaction() as session:
        asked = session.scalars(select(Announced).where(Announced.kind == "attendance.report")).all()
        told = [session.get_one(Outbox, row.outbox_id or 0) for row in asked]
        assert [(row.channel, row.status) for row in told] == [
            ("zalo", OutboxStatus.SENT),
            ("telegram", OutboxStatus.SENT),
        ]
