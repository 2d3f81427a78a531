"""Webhooks: the secret first, stored before 200, and nothing of a wrong one is ever parsed (T13)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.channels.channel import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.zalo import ZaloChannel
from storage.chat import Inbox
from tests.web.stage import AT, House, open_house

SECRET = "mot-chuoi-dai-it-nhat-16-ky-tu"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
ZALO_HEADER = "X-Bot-Api-Secret-Token"
HOST = {"Host": "ralop.example"}
ZALO = {**HOST, ZALO_HEADER: SECRET}
GOOD = {**HOST, HEADER: SECRET, "Content-Type": "application/json"}


def update(number: int = 7) -> bytes:
    chat = {"id": 5, "type": "private", "first_name": "Hoa"}
    message = {"message_id": 1, "date": 1710900000, "chat": chat, "from": {**chat, "is_bot": False}, "text": "menu"}
    return json.dumps({"update_id": number, "message": message}).encode()


@pytest.fixture
async def hooked(long_mon_url: str) -> AsyncIterator[House]:
    telegram = TelegramChannel(
        "123:abc",
        now=lambda: AT,
        base_url="http://127.0.0.1:9",
        webhook=True,
        webhook_url="https://ralop.example/hooks/telegram",
        webhook_secret=SECRET,
    )
    async with open_house(long_mon_url, channels=[telegram], public_url="https://ralop.example") as house:
        yield house


async def stored(house: House) -> list[str]:
    return await house.run(
        lambda session: [row.update_id for row in session.scalars(select(Inbox).where(Inbox.channel == "telegram"))]
    )


async def test_an_update_is_stored_and_only_then_confirmed_and_once(hooked: House) -> None:
    browser = hooked.browser()
    for _ in range(3):
        answer = await browser.client.post("/hooks/telegram", content=update(), headers=GOOD)
        assert answer.status_code == 200
    assert await stored(hooked) == ["7"]


@pytest.mark.parametrize("secret", [None, "", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "é" * 20])
async def test_without_the_secret_nothing_is_parsed(
    hooked: House, secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = hooked.service.channels[0]
    monkeypatch.setattr(channel, "receive_body", lambda body: pytest.fail("parsed"))
    headers: dict[str, str | bytes] = {name: value for name, value in GOOD.items() if name != HEADER}
    if secret is not None:
        headers[HEADER] = secret.encode()
    answer = await hooked.browser().client.post("/hooks/telegram", content=update(), headers=headers)
    assert answer.status_code == 403
    assert await stored(hooked) == []


async def test_what_is_no_update_is_refused_and_the_next_one_taken(hooked: House) -> None:
    client = hooked.browser().client
    assert (await client.post("/hooks/telegram", content=b"[]", headers=GOOD)).status_code == 400
    assert (await client.post("/hooks/telegram", content=b"x" * 1_000_001, headers=GOOD)).status_code == 413
    form = {**GOOD, "Content-Type": "text/plain"}
    assert (await client.post("/hooks/telegram", content=update(), headers=form)).status_code == 415
    foreign = {**GOOD, "Host": "evil.example"}
    assert (await client.post("/hooks/telegram", content=update(), headers=foreign)).status_code == 421
    assert (await client.get("/hooks/telegram", headers=HOST)).status_code == 405
    assert await stored(hooked) == []
    assert (await client.post("/hooks/telegram", content=update(), headers=GOOD)).status_code == 200


async def test_a_database_that_refuses_makes_the_platform_try_again(
    hooked: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refusing(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("disk I/O error"))

    client = hooked.browser().client
    with monkeypatch.context() as broken:
        broken.setattr(hooked.service, "take", refusing)
        answer = await client.post("/hooks/telegram", content=update(), headers=GOOD)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await client.post("/hooks/telegram", content=update(), headers=GOOD)).status_code == 200
    assert await stored(hooked) == ["7"]


# Zalo: one hook a bot


@pytest.fixture
async def two_bots(long_mon_url: str) -> AsyncIterator[House]:
    bots: list[Channel] = [
        ZaloChannel(
            f"{number}:abc",
            now=lambda: AT,
            base_url="http://127.0.0.1:9",
            mode="webhook",
            webhook_url=f"https://ralop.example/hooks/zalo/{number}",
            webhook_secret=SECRET,
        )
        for number in (1, 2)
    ]
    async with open_house(long_mon_url, channels=bots, public_url="https://ralop.example") as house:
        yield house


def event(message_id: str = "2d758cb5e222177a4e35") -> bytes:
    person = {"id": "6ede9afa66b88fe6d6a9", "display_name": "Hoa", "is_bot": False}
    message = {"from": person, "chat": {"id": person["id"], "chat_type": "PRIVATE"}, "text": "menu"}
    told = {"event_name": "message.text.received", "message": {**message, "message_id": message_id}}
    return json.dumps({"ok": True, "result": told}).encode()


async def kept(house: House) -> list[tuple[str, str]]:
    wanted = select(Inbox).where(Inbox.channel == "zalo").order_by(Inbox.id)
    return await house.run(lambda session: [(row.bot, row.update_id) for row in session.scalars(wanted)])


async def test_each_bot_has_its_hook_and_the_first_ones_number_may_be_left_out(two_bots: House) -> None:
    client = two_bots.browser().client
    for path in ("/hooks/zalo", "/hooks/zalo/1", "/hooks/zalo/2"):
        answer = await client.post(path, content=event(), headers=ZALO)
        assert (answer.status_code, answer.json()) == (200, {"message": "Success"})
    assert await kept(two_bots) == [("1", "2d758cb5e222177a4e35"), ("2", "2d758cb5e222177a4e35")]
    for path in ("/hooks/zalo/0", "/hooks/zalo/3", "/hooks/zalo/x", "/hooks/telegram"):
        assert (await client.post(path, content=event(), headers=ZALO)).status_code == 404, path


@pytest.mark.parametrize("secret", [None, "", SECRET[:-1], SECRET + "x", "é" * 20])
async def test_without_the_secret_nothing_of_zalo_is_parsed(
    two_bots: House, secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(two_bots.service.channels[0], "receive_body", lambda body: pytest.fail("parsed"))
    headers: dict[str, str | bytes] = {name: value for name, value in ZALO.items() if name != ZALO_HEADER}
    if secret is not None:
        headers[ZALO_HEADER] = secret.encode()
    answer = await two_bots.browser().client.post("/hooks/zalo", content=event(), headers=headers)
    assert answer.status_code == 403


async def test_zalos_trial_of_the_address_is_answered_and_keeps_nothing(two_bots: House) -> None:
    client = two_bots.browser().client
    for body in (b"", b"{}", b"test", b'{"ok": true}'):
        answer = await client.post("/hooks/zalo", content=body, headers={**HOST, ZALO_HEADER: SECRET})
        assert answer.status_code == 200
    assert (await client.post("/hooks/zalo", content=b"x" * 1_000_001, headers=ZALO)).status_code == 413
    assert await kept(two_bots) == []


async def test_a_database_that_refuses_is_no_success_for_zalo(two_bots: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refusing(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("disk I/O error"))

    monkeypatch.setattr(two_bots.service, "take", refusing)
    assert (await two_bots.browser().client.post("/hooks/zalo", content=event(), headers=ZALO)).status_code == 503


async def test_watchers_see_each_bot_by_its_number(two_bots: House) -> None:
    channels = (await two_bots.browser().client.get("/readyz", headers=HOST)).json()["channels"]
    assert sorted(channels) == ["web", "zalo:1", "zalo:2"]


async def test_without_telegram_and_for_zalo_there_is_no_hook(house: House) -> None:
    client = house.browser().client
    for path in ("/hooks/telegram", "/hooks/zalo", "/hooks/zalo/1", "/hooks/zalo/2"):
        answer = await client.post(path, content=update(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 404, path
