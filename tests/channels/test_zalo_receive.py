"""Receiving from Zalo: what a poll brought is never let go unstored, and whatever Zalo does is waited out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.channels.zalo import ZaloChannel
from bot.messages import Received
from tests.channels.zalo_stage import EMPTY, Time, Zalo, channel_on, page, refusal

OURS = "https://ralop.example/hooks/zalo/1"
SECRET = "mot-chuoi-dai-it-nhat-16-ky-tu"
THIEF = {"ok": True, "result": {"url": "https://evil.example/", "updated_at": 1}}
SET = {"ok": True, "result": {"url": OURS, "updated_at": 1749538250568}}
VERIFIED = {"ok": True, "result": {"url": OURS, "updated_at": 1, "verification": {"ok": True, "outcome": "webhook.ok"}}}


def update(message_id: str, text: str = "1") -> dict[str, Any]:
    message = {"from": {"id": "u"}, "chat": {"id": "u", "chat_type": "PRIVATE"}, "text": text, "message_id": message_id}
    return {"event_name": "message.text.received", "message": message}


def brings(message_id: str) -> dict[str, Any]:
    return {"ok": True, "result": update(message_id)}


class Inbox:
    """Where batches go; it refuses as often as it is told."""

    def __init__(self, refuses: int = 0) -> None:
        self.ids: list[str] = []
        self.refuses = refuses

    async def store(self, batch: list[Received]) -> None:
        if self.refuses:
            self.refuses -= 1
            raise OSError("disk full")
        self.ids += [one.update_id for one in batch]


@pytest.fixture
def zalo() -> Zalo:
    return Zalo()


@pytest.fixture
def time() -> Time:
    return Time()


async def received(zalo: Zalo, time: Time, inbox: Inbox | None = None, **options: Any) -> tuple[list[str], ZaloChannel]:
    """Runs until every prepared answer is used up and the channel would wait; what was stored, and the channel."""
    inbox, channel = inbox or Inbox(), channel_on(zalo, time, **options)
    done = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await time.sleep(seconds)
        await asyncio.sleep(0)
        if not any(zalo.answers.values()):
            done.set()
            await asyncio.Event().wait()

    channel._receiver._sleep = sleep
    running = asyncio.create_task(channel.run(inbox.store))
    await asyncio.wait_for(done.wait(), 20)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await channel.close()
    return inbox.ids, channel


def slow() -> httpx.ReadTimeout:
    return httpx.ReadTimeout("nobody")


async def test_one_object_a_poll_is_stored_before_the_next_one(zalo: Zalo, time: Time) -> None:
    zalo.lay("getUpdates", brings("a"), brings("b"), {"ok": True, "result": [update("c"), update("d")]}, update("e"))
    ids, channel = await received(zalo, time)
    assert ids == ["a", "b", "c", "d", "e"]
    assert zalo.asked[:2] == [("getWebhookInfo", {}), ("getUpdates", {"timeout": 30})]
    assert zalo.requests[1].extensions["timeout"]["read"] == 45
    assert channel.health()["last_good_poll"]


@pytest.mark.parametrize(
    "empty",
    [
        EMPTY, refusal("408"), httpx.Response(408, json=EMPTY), httpx.Response(408, json={"ok": False}),
        {"ok": True, "result": None}, {"ok": True}, {"ok": True, "result": []},
    ],
)  # fmt: skip
async def test_an_empty_poll_is_no_failure_and_the_next_one_follows(zalo: Zalo, time: Time, empty: Any) -> None:
    zalo.lay("getUpdates", empty, brings("a"))
    ids, channel = await received(zalo, time)
    assert ids == ["a"]
    assert channel.health()["last_good_poll"]
    assert [wait for wait in time.slept if wait >= 1] == [1.0]  # the trouble after the last answer
    assert time.slept[0] == 0.5  # that one was answered at once, which a real Zalo does not do


async def test_a_line_on_which_nobody_answers_is_told_though_every_poll_follows_at_once(zalo: Zalo, time: Time) -> None:
    zalo.lay("getUpdates", slow(), slow(), refusal(401))
    _, channel = await received(zalo, time)
    assert time.slept == [60.0]
    zalo.lay("getUpdates", slow(), slow())
    zalo.always["getUpdates"] = None
    _, channel = await received(zalo, time)
    assert channel.health()["trouble"] == "not reached"  # what the laid out answers end with
    assert [said["timeout"] for said in zalo.calls("getUpdates")[3:]] == [30, 30, 5]


async def test_what_comes_again_is_asked_for_once_a_second(zalo: Zalo, time: Time) -> None:
    zalo.lay("getUpdates", brings("a"), brings("a"), brings("a"), brings("b"))
    ids, _ = await received(zalo, time)
    assert ids == ["a", "a", "a", "b"]  # the inbox keeps each id once
    assert time.slept[:2] == [1.0, 1.0]


async def test_what_the_database_refuses_is_held_and_no_other_is_asked_for(zalo: Zalo, time: Time) -> None:
    zalo.lay("getUpdates", brings("a"), brings("b"))
    ids, _ = await received(zalo, time, Inbox(refuses=3))
    assert ids == ["a", "b"]
    assert time.slept[:3] == [1.0, 2.0, 4.0]


async def test_the_line_is_waited_for_ever_longer_and_then_it_is_looked_who_receives(zalo: Zalo, time: Time) -> None:
    zalo.lay("getUpdates", httpx.ConnectError("no"), page(502), httpx.RemoteProtocolError("half"), page(200), EMPTY)
    await received(zalo, time)
    assert time.slept[:4] == [1.0, 2.0, 4.0, 8.0]
    assert [name for name, _ in zalo.asked[:6]] == ["getWebhookInfo", "getUpdates"] * 3
    assert zalo.calls("getUpdates")[:2] == [{"timeout": 30}, {"timeout": 5}]


async def test_a_gateways_429_is_given_time(zalo: Zalo, time: Time) -> None:
    zalo.lay("getUpdates", page(429), refusal(429), refusal(401))
    _, channel = await received(zalo, time)
    assert time.slept == [5.0, 60.0, 60.0]
    assert channel.health()["trouble"] == "token refused"


async def test_a_strangers_webhook_is_an_alarm_and_never_removed(zalo: Zalo, time: Time) -> None:
    zalo.lay("getWebhookInfo", THIEF, THIEF)
    _, channel = await received(zalo, time, webhook_url=OURS)
    assert time.slept == [60.0, 60.0]
    assert channel.health()["trouble"] == "foreign webhook"
    assert channel.health()["last_conflict"]
    assert [name for name, _ in zalo.asked] == ["getWebhookInfo"] * 2


async def test_a_webhook_that_appears_while_we_poll_is_noticed(zalo: Zalo, time: Time) -> None:
    zalo.lay("getUpdates", brings("a"), refusal(400, "You cannot use this API while a webhook is set."))
    zalo.lay("getWebhookInfo", refusal(404), THIEF)
    _, channel = await received(zalo, time)
    assert channel.health()["trouble"] == "foreign webhook"


async def test_our_own_webhook_of_an_earlier_mode_is_taken_away(zalo: Zalo, time: Time) -> None:
    zalo.lay("getWebhookInfo", SET)
    zalo.lay("deleteWebhook", {"ok": True, "result": {"url": ""}})
    zalo.lay("getUpdates", brings("a"))
    ids, _ = await received(zalo, time, webhook_url=OURS)
    assert [name for name, _ in zalo.asked[:3]] == ["getWebhookInfo", "deleteWebhook", "getUpdates"]
    assert ids == ["a"]


# By webhook


@pytest.fixture
async def hooked(zalo: Zalo, time: Time) -> AsyncIterator[ZaloChannel]:
    made = channel_on(zalo, time, mode="webhook", webhook_url=OURS, webhook_secret=SECRET)
    yield made
    await made.close()


async def test_the_webhook_is_set_with_the_secret_and_looked_at_once_a_minute(zalo: Zalo, time: Time) -> None:
    zalo.lay("setWebhook", VERIFIED)
    zalo.lay("getWebhookInfo", SET, SET)
    _, channel = await received(zalo, time, mode="webhook", webhook_url=OURS, webhook_secret=SECRET)
    assert zalo.asked[0] == ("setWebhook", {"url": OURS, "secret_token": SECRET})
    assert [name for name, _ in zalo.asked] == ["setWebhook", "getWebhookInfo", "getWebhookInfo"]
    assert time.slept == [60.0, 60.0, 60.0]
    assert channel.health()["trouble"] is None
    assert "getUpdates" not in dict(zalo.asked)


async def test_an_address_that_zalo_cannot_reach_is_told_and_set_again(zalo: Zalo, time: Time) -> None:
    blocked = {"ok": False, "outcome": "webhook.http.403", "status_code": 403}
    zalo.lay("setWebhook", {"ok": True, "result": {"url": OURS, "verification": blocked}})
    _, channel = await received(zalo, time, mode="webhook", webhook_url=OURS, webhook_secret=SECRET)
    assert channel.health()["trouble"] == "webhook not verified: webhook.http.403"
    assert time.slept == [60.0]


@pytest.mark.parametrize("found", [THIEF, refusal(404)])
async def test_a_webhook_that_is_no_longer_ours_is_an_alarm_and_set_again(zalo: Zalo, time: Time, found: Any) -> None:
    zalo.lay("setWebhook", VERIFIED, VERIFIED)
    zalo.lay("getWebhookInfo", found)
    _, channel = await received(zalo, time, mode="webhook", webhook_url=OURS, webhook_secret=SECRET)
    assert [name for name, _ in zalo.asked] == ["setWebhook", "getWebhookInfo", "setWebhook"]
    assert time.slept == [60.0, 20.0, 60.0]
    assert channel.health()["last_conflict"]


async def test_a_call_with_an_update_shows_that_the_webhook_works(zalo: Zalo, time: Time, hooked: ZaloChannel) -> None:
    assert hooked.accepts(SECRET)
    assert not any(hooked.accepts(wrong) for wrong in (None, "", "x", SECRET[:-1], SECRET.upper(), "é"))
    for body in (brings("a"), update("a"), [update("a")]):
        assert [one.update_id for one in hooked.receive_body(json.dumps(body).encode())] == ["a"]
    for body in (b"", b"{}", b"not json", b"[]", b'{"ok": true}'):
        assert hooked.receive_body(body) == []
    assert hooked.health()["last_good_poll"]


async def test_while_we_poll_no_call_is_accepted(zalo: Zalo, time: Time) -> None:
    channel = channel_on(zalo, time, webhook_url=OURS)
    assert not any(channel.accepts(secret) for secret in ("", None, SECRET))
    with pytest.raises(ValueError, match="secret"):
        channel_on(zalo, time, mode="webhook", webhook_url=OURS)
    await channel.close()
