"""Telegram dead for three days of the clock: whoever has another way hears everything, the rest are telephoned."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from bot.channels.telegram import TelegramChannel
from bot.clock import VIETNAM, HandClock
from bot.rules import people
from bot.rules.meetings import INVITED_AGAIN
from bot.rules.work import Work
from bot.service.app import Service
from storage.chat import Outbox, OutboxStatus
from storage.database import Database
from storage.people import Address, Person, Role
from storage.reminders import Announced, AnnouncedStatus
from tests.fakes.telegram_client import FakeTelegram
from tests.phone import NUMBERS, PhoneChannel, Screens
from tests.play import SURROUNDINGS
from tests.running import WIDE_S
from tests.world import World, chi_twice_away, plan_30

# Telegram chats; who has Zalo, too (the school's head nothing but Zalo).
CHATS = {"Đinh Thị Hoa": 101, "Đinh Văn Rớt": 102, "Phạm Thị Thu": 103, "Phạm Văn Minh": 104}
ZALO = {"Đinh Thị Hoa": "hoa", "Phạm Thị Thu": "thu", "Phạm Văn Sơn": "sơn"}
TRIED_AGAIN = (INVITED_AGAIN, "next morning")  # what was heard on Zalo and met with silence
NUMBER = {"Đinh Văn Rớt": "0900000001", "Phạm Văn Minh": "0900000008"}


def at(text: str) -> datetime:
    """`20 07:15`: an hour of March 2024."""
    return datetime.strptime(f"2024-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


@dataclass
class Commune:
    """The service on Telegram's real wire and a Zalo phone; the clock is a hand's."""

    service: Service
    clock: HandClock
    telegram: FakeTelegram
    channel: TelegramChannel
    screens: Screens
    zalo: PhoneChannel

    async def until(self, text: str) -> None:
        """Through every due moment."""
        await self.service.advance(self.clock, at(text))

    async def walk(self, text: str) -> None:
        """As a running service does it: in steps so short that it sees for how long a line has been dead."""
        while self.clock.now() < at(text):
            await self.service.advance(self.clock, min(at(text), self.clock.now() + timedelta(seconds=110)))

    async def says(self, who: str, text: str) -> None:
        update = self.zalo.update(ZALO[who], self.clock.now(), text=text)
        await self.service.take(self.zalo, [update])
        await self.service.settle()

    def on_zalo(self, who: str) -> list[str]:
        return [shown.text for shown in self.screens.screens[ZALO[who]]]

    def lists(self, who: str) -> list[str]:
        """The telephone lists that somebody got, of the day and of a meeting."""
        return [text for text in self.on_zalo(who) if "gọi giúp ạ:" in text]

    async def trouble(self, is_there: bool) -> None:
        await until(lambda: (self.channel.health()["trouble"] is not None) == is_there)


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WIDE_S
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def settle_in(url: str, bot: str) -> None:
    """The people of the transcripts on Telegram, two of them on Zalo, too; a second class, and the school's head."""
    database = Database(url)
    with database.transaction() as session:
        world = World(session)
        chi_twice_away(world)
        plan_30(world)
        world.work.now = world.at
        world.pupil("Đinh Thị Bé", of="8B")
        world.teacher("Phạm Văn Minh", of="8B", form="thầy")
        world.person("Phạm Văn Sơn", Role.SCHOOL, form="thầy", place_id=world.school().id)
        session.execute(delete(Address))
        for person in session.scalars(select(Person)):
            person.phone = NUMBER.get(person.name, person.phone)
            work = Work(session=session, now=world.at, today=world.at.date())
            if person.name in CHATS:
                people.link(work, person, "telegram", bot, str(CHATS[person.name]))
            if person.name in ZALO:
                people.link(work, person, "zalo", "zalo", ZALO[person.name])
        world.done()
    database.close()


@pytest.fixture
async def commune(long_mon_url: str) -> AsyncIterator[Commune]:
    clock, screens = HandClock(at("20 06:00")), Screens()
    with FakeTelegram() as telegram:
        channel = TelegramChannel(telegram.token, now=clock.now, base_url=telegram.url, is_paced=False)
        settle_in(long_mon_url, channel.bot)
        for chat in CHATS.values():
            telegram.chat(chat, is_started=True)
        database, zalo = Database(long_mon_url), PhoneChannel(screens, NUMBERS, "zalo")
        service = Service(database, [channel, zalo], clock, SURROUNDINGS)

        async def store(batch: list) -> None:  # type: ignore[type-arg]
            await service.take(channel, batch)

        receiving = asyncio.create_task(channel.run(store))
        yield Commune(service, clock, telegram, channel, screens, zalo)
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
        await channel.close()
        database.close()


async def test_three_days_without_telegram(commune: Commune) -> None:
    await commune.until("20 06:40")
    assert commune.on_zalo("Đinh Thị Hoa") == []
    before = len(commune.telegram.messages(CHATS["Đinh Văn Rớt"]))
    commune.telegram.go_dark()
    await commune.trouble(True)

    # The first morning: the class is asked over Zalo, reported there, and the request for a visit cannot leave.
    await commune.until("20 07:16")
    assert "Sáng nay lớp 6A (31 em)" in commune.on_zalo("Đinh Thị Hoa")[-1]
    await commune.says("Đinh Thị Hoa", "vắng 6A: Chi chưa rõ")
    await commune.says("Đinh Thị Hoa", "1")
    assert "Ra Lớp sẽ nhờ bác Rớt" in commune.on_zalo("Đinh Thị Hoa")[-1]
    await commune.until("20 13:55")
    await commune.walk("20 14:31")
    assert commune.lists("Phạm Thị Thu") == [
        "Hôm nay tin nhắn chưa tới 1 người. Chị gọi giúp ạ:\n"
        "• bác Rớt 0900 000 001: thăm nhà em Chi, 6A\n"
        "1. Đã gọi bác Rớt"
    ]
    assert commune.lists("Phạm Văn Sơn") == [
        "Hôm nay tin nhắn chưa tới 1 người. Thầy gọi giúp ạ:\n"
        "• thầy Minh 0900 000 008: báo vắng lớp 8B\n"
        "1. Đã gọi thầy Minh"
    ]
    await commune.says("Phạm Thị Thu", "1")
    assert commune.on_zalo("Phạm Thị Thu")[-1].startswith("✅ Đã ghi: đã gọi bác Rớt.")

    # The second day: a meeting in the evening; its organiser telephones before 15:00.
    await commune.until("21 13:55")
    await commune.walk("21 14:31")
    await commune.until("21 15:00")
    [_, _, meeting] = commune.lists("Phạm Thị Thu")
    assert meeting.startswith("Họp tối nay:")
    assert "• bác Rớt 0900 000 001" in meeting
    assert "• thầy Minh 0900 000 008" in meeting
    invited = [text for text in commune.on_zalo("Đinh Thị Hoa") if text.startswith("📅 Mời cô họp")]
    assert len(invited) == len(set(invited)) == 2

    # The third day, and its meeting.
    await commune.until("22 13:55")
    await commune.walk("22 14:31")
    await commune.until("22 18:00")
    assert any("Họp tối nay:" in text for text in commune.lists("Phạm Thị Thu")[3:])
    assert len(commune.lists("Phạm Văn Sơn")) == 3
    await _everybody_with_a_second_way_heard_everything(commune)

    # Telegram is back: nobody gets a flood, nothing twice, and it comes first again.
    await commune.until("23 06:00")
    heard = {who: commune.on_zalo(who) for who in ZALO}
    commune.telegram.heal()
    await commune.trouble(False)
    await commune.walk("23 06:05")
    await commune.until("23 11:00")
    for who, chat in CHATS.items():
        assert len(commune.telegram.messages(chat)) <= before + 1, who
        texts = commune.telegram.texts(chat)
        assert len(texts) == len(set(texts)), who
    assert {who: commune.on_zalo(who)[len(texts) :] for who, texts in heard.items()} == {who: [] for who in ZALO}
    await commune.until("25 07:16")
    assert "Sáng nay lớp 6A (31 em)" in commune.telegram.texts(CHATS["Đinh Thị Hoa"])[-1]


async def _everybody_with_a_second_way_heard_everything(commune: Commune) -> None:
    def look(session) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
        rows = session.execute(
            select(Person.name, Announced)
            .join(Announced, Announced.person_id == Person.id)
            .where(Announced.due_at > at("20 06:40"), Announced.status == AnnouncedStatus.TOLD)
            .where(Announced.moment.not_in(TRIED_AGAIN))
        ).all()
        assert len(rows) > 20
        return [
            (name, row.kind)
            for name, row in rows
            if name in ZALO and session.get_one(Outbox, row.outbox_id).status != OutboxStatus.SENT
        ]

    assert await commune.service.database.run(look) == []
