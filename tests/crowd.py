"""A crowd of teachers, each with a class and a phone on the fake Telegram: for the storms and the benchmark."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.clock import RealClock
from storage.database import Database
from storage.people import Address, Person
from tests.fakes.telegram_client import FakeTelegram
from tests.world import World

FIRST_CHAT = 5000
GIVEN = ("An", "Bơ", "Chi", "Duy", "Đào", "Ế", "Gái", "Hà", "Hạ", "Hoa", "Khem", "Lan", "Mơ", "Nga", "Rin")


@dataclass(frozen=True)
class Teacher:
    """One of the crowd: chat number, class, person."""

    chat: int
    class_name: str
    person_id: int


def settle_in(url: str, telegram: FakeTelegram, count: int, *, pupils: int = 10) -> list[Teacher]:
    """`count` teachers who have joined over Telegram, each with a class of `pupils`."""
    bot = telegram.token.partition(":")[0]
    database = Database(url)
    crowd = []
    with database.transaction() as session:
        world = World(session, RealClock().now())
        world.village("Cà Xen")
        for place in range(count):
            class_name = f"{6 + place % 4}/{place + 1}"
            for number in range(pupils):
                world.pupil(f"Đinh Thị {GIVEN[number % len(GIVEN)]}", of=class_name, born=f"2012-01-{number + 1:02d}")
            person: Person = world.teacher(
                f"Đinh Thị Cô{place}", of=class_name, channel="telegram", address=str(FIRST_CHAT + place)
            )
            crowd.append(Teacher(FIRST_CHAT + place, class_name, person.id))
        for address in session.scalars(select(Address).where(Address.channel == "telegram")):
            address.bot = bot
    database.close()
    for teacher in crowd:
        telegram.chat(teacher.chat)
    return crowd
