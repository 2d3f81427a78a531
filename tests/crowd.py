"""A crowd of teachers, each with a class and an address on some wire: for the storms and the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

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

    @property
    def name(self) -> str:
        """The phone of the tests that is theirs until they move to a wire."""
        return f"phone {self.chat}"


def populate(
    url: str, count: int, link: Callable[[Session, Sequence[Address]], None], *, pupils: int = 10
) -> list[Teacher]:
    """`count` teachers who have joined, each with a class of `pupils`; `link` gives them addresses on their wire."""
    database = Database(url)
    crowd = []
    with database.transaction() as session:
        world = World(session, RealClock().now())
        world.village("Cà Xen")
        for place in range(count):
            class_name = f"{6 + place % 4}/{place + 1}"
            for number in range(pupils):
                world.pupil(f"Đinh Thị {GIVEN[number % len(GIVEN)]}", of=class_name, born=f"2012-01-{number + 1:02d}")
            teacher = Teacher(FIRST_CHAT + place, class_name, 0)
            person: Person = world.teacher(f"Đinh Thị Cô{place}", of=class_name, address=teacher.name)
            crowd.append(Teacher(teacher.chat, class_name, person.id))
        link(session, session.scalars(select(Address).where(Address.channel == "phone")).all())
    database.close()
    return crowd


def settle_in(url: str, telegram: FakeTelegram, count: int, *, pupils: int = 10) -> list[Teacher]:
    """The same over Telegram, in the chats from FIRST_CHAT on."""
    bot = telegram.token.partition(":")[0]

    def link(session: Session, addresses: Sequence[Address]) -> None:
        for row in addresses:
            row.channel, row.bot, row.address = "telegram", bot, row.address.removeprefix("phone ")

    crowd = populate(url, count, link, pupils=pupils)
    for teacher in crowd:
        telegram.chat(teacher.chat)
    return crowd
