"""Where a code is typed on a channel whose bots cannot tell their own link: told by the operator, or only named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import settings as configuration
from bot.conversations import linking, seats
from bot.dialogue.conversation import Chat
from bot.i18n import Reader
from tests.play import SURROUNDINGS
from tests.world import World

ONE, TWO = ("zalo", "11"), ("zalo", "22")
LINKS = {ONE: "https://zalo.me/s/mot", TWO: "https://zalo.me/s/hai"}
READER = Reader(locale="en")
JOIN = [("Telegram", "https://t.me/ralop_bot?start=x"), ("Web", "https://ralop.minhlong.vn/join/x")]


@pytest.fixture
def counted(world: World) -> World:
    world.work.limits = {ONE: 3000, TWO: 3000}
    return world


def test_the_link_of_the_bot_with_room_stands_in_the_invitation(counted: World) -> None:
    assert seats.lines(READER, counted.work, LINKS) == ["Zalo: open https://zalo.me/s/mot and type the code."]
    only_two = {TWO: LINKS[TWO]}
    assert seats.lines(READER, counted.work, only_two) == ["Zalo: open the commune's bot number 1 and type the code."]


def test_a_card_names_it_behind_the_link_that_joins_by_itself(counted: World) -> None:
    assert seats.on_card(counted.work, JOIN, LINKS) == [
        JOIN[0],
        ("Zalo zalo.me/s/mot", "https://zalo.me/s/mot"),
        JOIN[1],
    ]
    assert seats.on_card(counted.work, (), LINKS) == [("Zalo zalo.me/s/mot", "https://zalo.me/s/mot")]
    assert seats.on_card(counted.work, JOIN, {}) == JOIN


def test_who_brings_zalo_in_as_a_second_channel_is_shown_the_link(counted: World) -> None:
    counted.pupil("Đinh Thị An", of="6A")
    counted.work.person = counted.teacher("Đinh Thị Hoa", of="6A", channel="telegram", address="hoa")
    surroundings = replace(SURROUNDINGS, ways=lambda: [("telegram", "https://t.me/x"), ("zalo", "")])
    chat = Chat(counted.work, READER, surroundings=surroundings)
    assert "• Zalo: the chat of Ra Lớp there" in linking.add(chat).text
    chat.surroundings = replace(surroundings, bot_links=LINKS)
    assert "• Zalo: https://zalo.me/s/mot" in linking.add(chat).text.splitlines()


def test_links_stand_in_the_order_of_the_tokens() -> None:
    tokens = "11:ABC,22:DEF"
    read = configuration.load(_env_file=None, zalo_bot_token=tokens, zalo_bot_link=" https://zalo.me/s/mot ,")
    assert read.bot_links == {ONE: "https://zalo.me/s/mot"}
    read = configuration.load(_env_file=None, zalo_bot_token=tokens, zalo_bot_link=", https://zalo.me/s/hai")
    assert read.bot_links == {TWO: "https://zalo.me/s/hai"}
    assert configuration.load(_env_file=None, zalo_bot_token=tokens).bot_links == {}
