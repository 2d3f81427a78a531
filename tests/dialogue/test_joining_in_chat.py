"""An invite made in the chat, used on another phone, and the inviter's word on who joined."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from tests.dialogue import hands
from tests.play import PROFILES, Stage


class Phones:
    """Several people at their phones."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def say(self, who: str, *lines: str) -> str:
        """What this person sees after the last line."""
        self.stage.who = who
        for line in lines:
            self.stage.screens.unread[who].clear()
            await self.stage.does(line)
        return self.heard(who)

    def heard(self, who: str) -> str:
        unread, self.stage.screens.unread[who] = self.stage.screens.unread[who], []
        return "\n".join("\n".join([shown.text, *shown.captions]) for shown in unread)


@pytest.fixture(params=PROFILES)
def phones(request: pytest.FixtureRequest, lively_url: str) -> Phones:
    return Phones(Stage(lively_url, request.param))


def code_in(text: str) -> str:
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", text)
    assert found is not None, text
    return found[0]


async def test_an_official_joins_waits_and_begins(phones: Phones) -> None:
    shown = await phones.say("anh Lập", "mời", "[6. Lãnh đạo xã]", "Đinh Thị Hiền", "bỏ qua", "1")
    assert "✅ Đã mời Đinh Thị Hiền, lãnh đạo xã Long Môn." in shown
    code = code_in(shown)
    welcome = await phones.say("máy mới", code.lower(), "1", "chị")
    assert "Chờ anh Lập xem đúng là chị" in welcome
    assert "Đinh Thị Hiền, lãnh đạo xã, đã vào Ra Lớp." in phones.heard("anh Lập")
    assert "không nằm trong phần của chị" in await phones.say("máy mới", "danh sách")
    assert "đúng người không" in await phones.say("anh Lập", "việc")
    assert "✅ Đã nhận Đinh Thị Hiền" in await phones.say("anh Lập", "1", "[1. Đúng người]")
    assert "Ra Lớp nhận chị là lãnh đạo xã Long Môn" in phones.heard("máy mới")
    assert "Có 4 em gần giống" in await phones.say("máy mới", "tìm be")
    assert "Mã này đã dùng rồi" in await phones.say("máy khác", code)
    phones.stage.close()


async def test_the_wrong_person_is_shown_the_door_with_one_tap(phones: Phones) -> None:
    shown = await phones.say("anh Lập", "mời", "[1. Giáo viên chủ nhiệm]", "8B", "Đinh Thị Na", "bỏ qua", "1")
    await phones.say("máy lạ", code_in(shown), "1", "anh")
    assert "Đinh Thị Na, giáo viên chủ nhiệm lớp 8B, đã vào Ra Lớp." in phones.heard("anh Lập")
    assert "Lớp 8B" in await phones.say("máy lạ", "danh sách")
    assert "✅ Đã gỡ" in await phones.say("anh Lập", "[2. Không phải người đó]")
    assert "Xin gõ mã mời" in await phones.say("máy lạ", "danh sách")
    phones.stage.close()


async def test_the_code_is_shown_once_and_no_message_shows_it_again(phones: Phones) -> None:
    shown = await phones.say("anh Lập", "mời", "8", "1", "1")
    code = code_in(shown)
    for line in ("mời", "8", "việc", "menu", "trợ giúp"):
        assert code not in await phones.say("anh Lập", line)
    phones.stage.close()


def test_the_links_that_are_known_stand_with_the_code(lively: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    known = replace(
        hands.SURROUNDINGS, join_links=lambda token: [("Telegram", f"https://t.me/ralop_bot?start={token}")]
    )
    monkeypatch.setattr(hands, "SURROUNDINGS", known)
    hand = hands.Hand(lively, hands.person(lively, "Đinh Văn Lập"))
    hand.types("mời")
    hand.taps("Ai chưa vào")
    hand.taps("Đinh Văn Rin")
    text = hand.taps("1. Lấy mã mời")[0].text
    assert re.search(r"• Telegram: https://t\.me/ralop_bot\?start=[\w-]{22}", text)
