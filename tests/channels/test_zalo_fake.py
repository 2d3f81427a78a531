"""The fake Zalo keeps the rules of the reference: a test is worth as much as what it is tested against."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from bot.channels.zalo import ZaloChannel
from bot.clock import RealClock
from bot.messages import Outgoing, Received
from tests.fakes.zalo_client import FakeZalo

TED = "6ede9afa66b88fe6d6a9"
TOKENS = [f"{number}:FAKE-zalo_{number}" for number in range(1, 31)]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[FakeZalo, Iterator[int]]]:
    with FakeZalo(*TOKENS, poll_s=0.1) as running:
        yield running, itertools.count()


@pytest.fixture
def zalo(server: tuple[FakeZalo, Iterator[int]]) -> FakeZalo:
    """A bot that nobody has used yet: starting a process for each test would cost too much."""
    running, numbers = server
    return running.bot(next(numbers))


class Line:
    """Calls as a client makes them; what came of the last one stands in `status` and `body`."""

    def __init__(self, zalo: FakeZalo) -> None:
        self.zalo, self.status, self.body = zalo, 0, ""
        self.client = httpx.AsyncClient(trust_env=False, timeout=10)

    async def __call__(self, method: str, token: str = "", **params: Any) -> Any:
        url = f"{self.zalo.url}/bot{token or self.zalo.token}/{method}"
        answer = await self.client.post(url, json=params)
        self.status, self.body = answer.status_code, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else None


@pytest.fixture
async def call(zalo: FakeZalo) -> AsyncIterator[Line]:
    line = Line(zalo)
    yield line
    await line.client.aclose()


def code(answer: Any) -> int:
    assert answer["ok"] is False
    return int(answer["error_code"])


async def test_errors_come_with_200_or_with_their_code(zalo: FakeZalo, call: Line) -> None:
    assert code(await call("getUpdates")) == 408
    assert call.status == 200
    assert code(await call("getWebhookInfo")) == 404
    assert code(await call("deleteWebhook")) == 400
    assert code(await call("sendDocument")) == code(await call("getme")) == 404
    assert code(await call("getMe", token="9:wrong")) == 401
    zalo.set(http_errors=True)
    assert code(await call("getUpdates")) == call.status == 408
    zalo.set(empty_ok=True)
    assert await call("getUpdates") == {"ok": True, "result": None, "error_code": 0}


async def test_a_poll_gives_one_update_once_and_it_is_gone(zalo: FakeZalo, call: Line) -> None:
    first, second = zalo.user_says(TED, "1"), zalo.user_says(TED, "2")
    update = (await call("getUpdates", timeout="30"))["result"]
    assert (update["event_name"], update["message"]["text"]) == ("message.text.received", "1")
    assert update["message"]["message_id"] == first
    assert update["message"]["date"] > 10**12
    assert (await call("getUpdates"))["result"]["message"]["message_id"] == second
    assert code(await call("getUpdates")) == 408
    zalo.again(first)
    assert (await call("getUpdates"))["result"]["message"]["message_id"] == first


async def test_some_see_consumed_updates_again_and_some_lose_what_they_did_not_fetch(
    zalo: FakeZalo, call: Line
) -> None:
    zalo.set(replay=True)
    message_id = zalo.user_says(TED, "1")
    for _ in range(3):
        assert (await call("getUpdates"))["result"]["message"]["message_id"] == message_id
    zalo.set(replay=False, life_s=-1)
    zalo.user_says(TED, "2")
    assert code(await call("getUpdates")) == 408
    assert zalo.stats()["lost in the queue"] == 1


async def test_two_pollers_share_the_messages_out(zalo: FakeZalo, call: Line) -> None:
    zalo.set(poll_s=5)
    polls = [asyncio.create_task(call("getUpdates")) for _ in range(2)]
    while zalo.stats().get("getUpdates", 0) < 2:
        await asyncio.sleep(0.01)
    zalo.user_says(TED, "1")
    zalo.user_says(TED, "2")
    texts = [answer["result"]["message"]["text"] for answer in await asyncio.gather(*polls)]
    assert sorted(texts) == ["1", "2"]


async def test_a_webhook_and_polling_exclude_each_other(zalo: FakeZalo, call: Line) -> None:
    answer = await call("setWebhook", url="http://127.0.0.1:9/x", secret_token="eight888")
    assert answer["result"]["verification"]["ok"] is False
    assert answer["result"]["verification"]["outcome"] == "webhook.err.conn"
    assert (await call("getWebhookInfo"))["result"]["url"] == "http://127.0.0.1:9/x"
    refused = await call("getUpdates")
    assert (code(refused), refused["description"][:16]) == (400, "You cannot use t")
    assert (await call("deleteWebhook"))["result"]["url"] == ""
    assert code(await call("getWebhookInfo")) == 404
    assert code(await call("setWebhook", url="http://127.0.0.1:9/x", secret_token="short")) == 400
    zalo.set(only_public=True)
    assert code(await call("setWebhook", url="http://ralop.example/", secret_token="eight888")) == 400
    blocked = await call("setWebhook", url="https://192.168.1.5/", secret_token="eight888")
    assert blocked["result"]["verification"]["outcome"] == "webhook.err.blocked"


async def test_a_webhook_is_pushed_to_with_the_secret_and_not_pushed_again(zalo: FakeZalo, call: Line) -> None:
    heard: list[str] = []
    answers = iter(["200 OK", "500 No", "500 No", "200 OK"])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        heard.append(head)
        writer.write(f"HTTP/1.1 {next(answers)}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    site = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = site.sockets[0].getsockname()[1]
    answer = await call("setWebhook", url=f"http://127.0.0.1:{port}/x", secret_token="eight888")
    assert answer["result"]["verification"] == {
        "ok": True, "outcome": "webhook.ok", "status_code": 200, "latency_ms": 3, "hint": "",
    }  # fmt: skip
    zalo.user_says(TED, "1")
    while zalo.pending():
        await asyncio.sleep(0.01)
    assert zalo.stats()["lost"] == 1
    assert "x-bot-api-secret-token: eight888" in heard[1]
    zalo.set(webhook_tries=0, webhook_pause_s=0)
    zalo.user_says(TED, "2")
    while zalo.pending():
        await asyncio.sleep(0.01)
    hook = zalo.webhook()
    assert hook is not None
    assert [one["status"] for one in hook["deliveries"]] == [500, 500, 200]
    site.close()


async def test_what_can_be_sent_and_what_is_refused(zalo: FakeZalo, call: Line) -> None:
    assert code(await call("sendMessage", chat_id=TED, text="1")) == 400  # nobody can be written to first
    zalo.user(TED)
    good = await call("sendMessage", chat_id=TED, text="🙂" * 1000)
    assert good["result"]["date"] > 10**12
    assert good["error_code"] == 0
    for text in ("", None, "x" * 2001, "🙂" * 1001):
        assert code(await call("sendMessage", chat_id=TED, text=text)) == 400
    assert code(await call("sendPhoto", chat_id=TED, photo="data:image/png;base64,x")) == 400
    photo = await call("sendPhoto", chat_id=TED, photo="https://x.example/a.jpg")
    assert photo["result"]["message_type"] == "CHAT_PHOTO"
    assert await call("sendChatAction", chat_id=TED, action="typing") == {"ok": True}
    zalo.block(TED)
    assert code(await call("sendMessage", chat_id=TED, text="1")) == 403
    zalo.unblock(TED)
    zalo.set(quota=3)
    await call("sendMessage", chat_id=TED, text="3")
    full = await call("sendMessage", chat_id=TED, text="4")
    assert (code(full), "parameters" in full) == (429, False)
    assert zalo.texts(TED)[-1] == "3"


async def test_the_user_one_too_many_is_not_served(zalo: FakeZalo, call: Line) -> None:
    zalo.set(users=2)
    for user in ("a", "b", "c"):
        zalo.user_says(user, "1")
    zalo.group_says("g", "a", "@Bot 1")
    chats = [(await call("getUpdates"))["result"]["message"]["chat"]["id"] for _ in range(3)]
    assert chats == ["a", "b", "g"]
    assert zalo.stats()["unserved"] == 1
    assert code(await call("sendMessage", chat_id="c", text="1")) == 403


async def test_photos_have_an_address_under_either_name_and_can_be_fetched(zalo: FakeZalo, call: Line) -> None:
    zalo.photo(TED, b"jpeg", "đơn")
    zalo.photo(TED, b"jpeg", field="photo")
    zalo.voice(TED, b"aac")
    live, documented, voice = [(await call("getUpdates"))["result"]["message"] for _ in range(3)]
    assert live["caption"] == "đơn"
    assert (await call.client.get(live["photo_url"])).content == b"jpeg"
    assert (await call.client.get(voice["voice_url"])).headers["content-type"] == "audio/aac"
    zalo.change_file(documented["photo"], status=404)
    assert (await call.client.get(documented["photo"])).status_code == 404


async def test_pages_resets_and_halves_stand_in_the_way_when_told(zalo: FakeZalo, call: Line) -> None:
    for fault, status in (("html502", 502), ("html429", 429)):
        zalo.fault("getMe", fault)
        assert await call("getMe") is None
        assert (call.status, call.body[:6]) == (status, "<html>")
    zalo.fault("getMe", "429")
    assert code(await call("getMe")) == 429
    for fault in ("reset", "half_after"):
        zalo.fault("getMe", fault)
        with pytest.raises(httpx.HTTPError):
            await call("getMe")
    assert (await call("getMe"))["result"]["account_type"] == "BASIC"


async def test_our_channel_speaks_with_it_over_a_real_line(zalo: FakeZalo) -> None:
    channel = ZaloChannel(zalo.token, now=RealClock().now, base_url=zalo.url)
    kept: list[Received] = []
    is_there = asyncio.Event()

    async def store(batch: list[Received]) -> None:
        kept.extend(batch)
        is_there.set()

    zalo.photo(TED, b"jpeg", "đơn xin phép")
    running = asyncio.create_task(channel.run(store))
    await asyncio.wait_for(is_there.wait(), 30)
    incoming = channel.parse(kept[0])
    assert incoming is not None
    assert incoming.attachment is not None
    assert await channel.fetch(incoming.attachment.file_id) == (b"jpeg", "image/jpeg")
    sent = await channel.send(TED, Outgoing("Đã nhận ảnh."))
    assert zalo.messages(TED)[0]["message_id"] == sent
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await channel.close()
