"""Receiving over a real wire: whatever the platform does, the next message is answered and none is lost."""

import asyncio
import contextlib
import json
import logging
import time
from datetime import UTC, datetime

import pytest

from bot.channels.channel import Unparsable
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_receive import Cursor
from bot.messages import Kind, Received
from tests.channels.test_telegram_updates import ODD_SHAPES
from tests.fakes.telegram_client import FakeTelegram
from tests.fakes.wire import Answer, Server

CHAT = 41


def now():
    return datetime.now(UTC)  # noqa: TID251 - the fake lives in real time


@pytest.fixture
def telegram():
    with FakeTelegram() as running:
        yield running


class Inbox:
    """Stores as the service does: each update once, and a batch only if nothing is in its way."""

    def __init__(self):
        self.rows = {}
        self.failures = 0
        self.batches = []

    async def store(self, batch):
        if self.failures:
            self.failures -= 1
            raise OSError("database is locked")
        self.batches.append(len(batch))
        for update in batch:
            self.rows.setdefault(update.update_id, update)

    def texts(self, channel):
        found = []
        for update in self.rows.values():
            with contextlib.suppress(Unparsable):
                incoming = channel.parse(update)
                if incoming and incoming.kind is Kind.TEXT:
                    found.append(incoming.text)
        return found


async def until(true, seconds=5.0):
    """Waits until something is true; the seconds it took."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, "it never came true"
        await asyncio.sleep(0.02)
    return time.monotonic() - started


@contextlib.asynccontextmanager
async def receiving(telegram, inbox, **options):
    channel = TelegramChannel(telegram.token, now=now, base_url=telegram.url, **options)
    task = asyncio.create_task(channel.run(inbox.store))
    try:
        yield channel
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await channel.close()


def naps(waits, longest=0.05):
    async def nap(seconds):
        waits.append(seconds)
        await asyncio.sleep(min(seconds, longest))

    return nap


async def test_updates_are_stored_first_and_confirmed_afterwards(telegram):
    inbox = Inbox()
    inbox.failures = 2
    telegram.user_says(CHAT, "eins")
    waits = []
    async with receiving(telegram, inbox, sleep=naps(waits)) as channel:
        await until(lambda: channel.health()["trouble"] == "store")
        assert telegram.pending() == 1
        await until(lambda: inbox.texts(channel) == ["eins"])
        await until(lambda: telegram.pending() == 0)
        assert waits[:2] == [1, 2]
        assert channel.health()["trouble"] is None
        assert channel.health()["last_good_poll"].endswith("+00:00")


async def test_only_what_we_understand_is_asked_for_and_an_old_webhook_goes_without_dropping_anything(
    telegram,
):
    telegram.user_says(CHAT, "vorher")
    telegram.steal_webhook()
    inbox = Inbox()
    async with receiving(telegram, inbox) as channel:
        await until(lambda: inbox.texts(channel) == ["vorher"])
    assert telegram.requests("deleteWebhook")[0]["params"].get("drop_pending_updates") != "true"
    asked = json.loads(telegram.requests("getUpdates")[0]["params"]["allowed_updates"])
    assert asked == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert "offset" not in telegram.requests("getUpdates")[0]["params"]


async def test_what_was_not_confirmed_comes_again_after_a_restart_and_is_stored_once(telegram):
    inbox = Inbox()
    for start in range(3):
        telegram.user_says(CHAT, f"{start}")
        async with receiving(telegram, inbox) as channel:
            await until(lambda channel=channel, start=start: f"{start}" in inbox.texts(channel))
    assert inbox.texts(channel) == ["0", "1", "2"]


@pytest.mark.parametrize("shape", [row[1] for row in ODD_SHAPES], ids=[row[0] for row in ODD_SHAPES])
async def test_an_odd_update_is_kept_and_the_next_one_is_received_within_five_seconds(shared, shape):
    inbox = Inbox()
    async with receiving(shared, inbox) as channel:
        for with_id in (True, False):
            known = len(inbox.rows)
            without = {"update_id": None} if isinstance(shape, dict) and not with_id else {}
            shared.inject(shape | without if isinstance(shape, dict) else shape)
            await until(lambda known=known: len(inbox.rows) > known)
            marker = f"next {time.monotonic()}"
            shared.user_says(CHAT, marker)
            await until(lambda marker=marker: marker in inbox.texts(channel), 5)
            if not isinstance(shape, dict):
                break
        await until(lambda: shared.pending() == 0)


@pytest.fixture(scope="module")
def shared():
    with FakeTelegram() as running:
        yield running


async def test_a_bottomless_update_costs_neither_itself_nor_its_neighbours(telegram):
    inbox = Inbox()
    deep = '{"ok":true,"result":[{"update_id":100000002,"message":' + "[" * 5000 + "]" * 5000 + "}]}"
    telegram.user_says(CHAT, "davor")
    telegram.user_says(CHAT, "faul")
    telegram.user_says(CHAT, "danach")
    batch = '{"ok":true,"result":[{"update_id":100000001},' + deep.partition("[")[2]
    telegram.fault("getUpdates", "raw", code=200, text=batch)
    telegram.fault("getUpdates", "none_such", count=0)
    async with receiving(telegram, inbox) as channel:
        await until(lambda: "danach" in inbox.texts(channel))
    polls = telegram.requests("getUpdates")
    assert [poll["params"]["limit"] for poll in polls[:3]] == ["100", "1", "1"]


async def test_an_update_that_stays_unreadable_alone_is_kept_as_its_number(telegram):
    inbox = Inbox()
    deep = '{"ok":true,"result":[{"update_id":100000001,"message":' + "[" * 5000 + "]" * 5000 + "}]}"
    telegram.user_says(CHAT, "faul")
    telegram.user_says(CHAT, "danach")
    telegram.fault("getUpdates", "raw", count=2, code=200, text=deep)
    async with receiving(telegram, inbox) as channel:
        await until(lambda: inbox.texts(channel) == ["danach"])
        assert inbox.rows["100000001"].raw == {"update_id": 100000001, "unreadable": True}
        with pytest.raises(Unparsable):
            channel.parse(inbox.rows["100000001"])


FAULTS = [
    "html404",
    "html403",
    "html502",
    "html200",
    "401",
    "404",
    "500",
    "reset",
    "close",
    "half_after",
    "raw",
]


@pytest.mark.parametrize("fault", FAULTS)
async def test_after_one_wrong_answer_the_next_message_is_received_within_five_seconds(shared, fault):
    inbox = Inbox()
    async with receiving(shared, inbox) as channel:
        await until(lambda: channel.health()["last_good_poll"])
        shared.fault("getUpdates", fault, code=200, text='{"ok":true,"result":{}}')
        shared.user_says(CHAT, f"wakes the poll {fault}")
        await until(lambda: f"wakes the poll {fault}" in inbox.texts(channel))
        shared.user_says(CHAT, f"after {fault}")
        await until(lambda: f"after {fault}" in inbox.texts(channel), 5)
        assert channel.health()["trouble"] is None
    shared.heal()


async def test_trouble_has_a_name_and_waiting_grows_to_twenty_seconds_or_a_minute_for_a_bad_token(telegram):
    inbox, waits = Inbox(), []
    async with receiving(telegram, inbox, sleep=naps(waits, 0)) as channel:
        telegram.go_dark("html404")
        await until(lambda: channel.health()["trouble"] == "no bot api there")
        await until(lambda: len(waits) > 10)
        assert [wait for wait in waits if wait >= 1][:6] == [1, 2, 4, 8, 15, 20]
        assert max(waits) == 20
        telegram.heal()
        await until(lambda: channel.health()["trouble"] is None)
        telegram.go_dark("401")
        await until(lambda: channel.health()["trouble"] == "token refused")
        await until(lambda: 60 in waits)
        assert channel.health()["trouble_since"]


async def test_a_flood_answer_is_waited_out(telegram):
    inbox, waits = Inbox(), []
    telegram.fault("getUpdates", "429", seconds=33)
    async with receiving(telegram, inbox, sleep=naps(waits)):
        await until(lambda: 33 in waits)


async def test_a_second_poller_is_an_alarm_and_half_a_minute_of_patience(telegram):
    first, second, waits = Inbox(), Inbox(), []
    async with receiving(telegram, first, sleep=naps(waits, 1)) as channel:
        await until(lambda: channel.health()["last_good_poll"] or telegram.stats().get("getUpdates"))
        async with receiving(telegram, second, sleep=naps(waits, 1)):
            await until(lambda: telegram.stats().get("conflicts", 0) > 0)
            await until(lambda: channel.health()["last_conflict"])
            assert 30 in waits
        telegram.user_says(CHAT, "hallo")
        await until(lambda: "hallo" in first.texts(channel) + second.texts(channel))


async def test_a_webhook_set_by_somebody_else_is_an_alarm_and_is_removed(telegram):
    inbox, waits = Inbox(), []
    async with receiving(telegram, inbox, sleep=naps(waits)) as channel:
        await until(lambda: telegram.stats().get("getUpdates"))
        telegram.steal_webhook()
        await until(lambda: telegram.webhook() is None)
        assert channel.health()["last_conflict"]
        assert 30 in waits
        telegram.user_says(CHAT, "wieder da")
        await until(lambda: "wieder da" in inbox.texts(channel))


async def test_a_platform_that_is_down_at_the_start_is_waited_for():
    telegram = FakeTelegram()
    telegram.start()
    port = telegram.port
    telegram.stop()
    inbox = Inbox()
    channel = TelegramChannel(telegram.token, now=now, base_url=f"http://127.0.0.1:{port}")
    task = asyncio.create_task(channel.run(inbox.store))
    await until(lambda: channel.health()["trouble"] == "not reached")
    with FakeTelegram(port=port) as again:
        again.user_says(CHAT, "endlich")
        await until(lambda: inbox.texts(channel) == ["endlich"], 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await channel.close()


async def test_five_thousand_updates_come_in_order(telegram):
    inbox = Inbox()
    waiting = [{"message": {"chat": {"id": 1, "type": "private"}, "date": 1, "text": f"{i}"}} for i in range(5000)]
    for update in waiting:
        update["message"] |= {"message_id": 1, "from": {"id": 1, "first_name": "A"}}
    telegram.inject(*waiting)
    async with receiving(telegram, inbox) as channel:
        await until(lambda: len(inbox.rows) == 5000, 20)
        assert inbox.texts(channel) == [f"{i}" for i in range(5000)]
        assert max(inbox.batches) == 100


def test_the_offset_only_passes_what_was_seen():
    cursor = Cursor()
    with_id = [Received("5", {"update_id": 5}), Received("x1", {})]
    cursor.move([Received("x0", {})], at=0)
    assert cursor.offset is None
    cursor.move(with_id, at=0)
    assert cursor.offset == 6
    cursor.move([Received("x2", {})], at=1)
    assert cursor.offset == 6
    cursor.move([Received(f"x{i}", {}) for i in range(100)], at=2)
    assert cursor.offset == 106
    cursor.move([], at=3)
    assert cursor.offset == 106
    cursor.move([], at=90_000)
    assert cursor.offset is None


async def test_after_a_long_silence_lower_ids_are_received_too(telegram):
    inbox, waits = Inbox(), []
    async with receiving(telegram, inbox, sleep=naps(waits)) as channel:
        telegram.user_says(CHAT, "alt")
        await until(lambda: inbox.texts(channel) == ["alt"])
        channel._receiver._cursor.moved_at -= 90_000
        telegram.fault("getUpdates", "raw", code=200, text='{"ok":true,"result":[]}')
        await until(lambda: not telegram.control("pending"))
        telegram.user_says(CHAT, "weckt")
        await until(lambda: "weckt" in inbox.texts(channel))
    assert inbox.texts(channel) == ["alt", "weckt"]


# By webhook


@contextlib.asynccontextmanager
async def webhook_floor(telegram, inbox, **answers):
    """A web floor in miniature: the secret, the body, the inbox, 200, or 503 while the database is ill."""
    made = {}

    async def handle(call):
        channel = made["channel"]
        if not channel.accepts(call.headers.get("x-telegram-bot-api-secret-token")):
            return Answer(403)
        try:
            await inbox.store(channel.receive_body(json.dumps(call.params).encode()))
        except OSError:
            return Answer(503, headers={"Retry-After": "1"})
        return Answer(200)

    server = Server(handle)
    await server.open()
    options = {"webhook": True, "webhook_url": f"http://127.0.0.1:{server.port}/hooks/telegram"}
    try:
        async with receiving(telegram, inbox, webhook_secret="s" * 32, **options, **answers) as channel:
            made["channel"] = channel
            yield channel
    finally:
        server._server.close()
        for connection in list(server._alive):
            connection.transport.abort()
        await asyncio.sleep(0)


async def test_by_webhook_updates_come_in_order_and_wait_for_the_database(telegram):
    inbox = Inbox()
    telegram.fault("setWebhook", "html404")
    telegram.user_says(CHAT, "vorher")
    async with webhook_floor(telegram, inbox) as channel:
        await until(lambda: inbox.texts(channel) == ["vorher"])
        inbox.failures = 1
        telegram.user_says(CHAT, "zwei")
        telegram.user_says(CHAT, "drei")
        took = await until(lambda: inbox.texts(channel) == ["vorher", "zwei", "drei"])
        assert took >= 0.9  # Retry-After was obeyed, and nothing overtook
        assert channel.health()["last_good_poll"]
        await until(lambda: telegram.pending() == 0)
    set_up = telegram.requests("setWebhook")[-1]["params"]
    assert (set_up["secret_token"], set_up.get("drop_pending_updates", "false")) == ("s" * 32, "false")


async def test_a_stolen_webhook_is_noticed_and_taken_back(telegram):
    inbox, waits = Inbox(), []
    async with webhook_floor(telegram, inbox, sleep=naps(waits)) as channel:
        await until(lambda: telegram.webhook())
        ours = telegram.webhook()["url"]
        telegram.steal_webhook()
        await until(lambda: telegram.webhook()["url"] == ours)
        assert channel.health()["last_conflict"]


async def test_only_the_whole_secret_opens_and_only_json_is_read():
    channel = TelegramChannel("1:abc", now=now, webhook=True, webhook_url="https://x/", webhook_secret="s" * 32)
    assert channel.accepts("s" * 32)
    assert not any(channel.accepts(wrong) for wrong in (None, "", "s", "s" * 31, "s" * 33, "é", "\udcff"))
    assert channel.receive_body(b'{"update_id": 5}')[0].update_id == "5"
    for body in (b"", b"[1]", b"x=1", b"<xml/>", b"{" + b" " * 1_000_001):
        with pytest.raises(Unparsable):
            channel.receive_body(body)
    deep = channel.receive_body(b'{"update_id": 6, "message": ' + b"[" * 5000 + b"]" * 5000 + b"}")
    assert deep[0].update_id == "6"
    assert channel.receive_body(b'{"update_id": }')[0].update_id.startswith("x")
    await channel.close()
    polling = TelegramChannel("1:abc", now=now)
    assert not polling.accepts("")
    await polling.close()
    with pytest.raises(ValueError):
        TelegramChannel("1:abc", now=now, webhook=True, webhook_url="https://x/")


async def test_neither_token_nor_words_reach_a_log_while_receiving(telegram, caplog, capfd):
    for name in (None, "httpx", "httpcore", "telegram", "telegram.Bot", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    inbox = Inbox()
    async with receiving(telegram, inbox) as channel:
        await until(lambda: telegram.stats().get("getUpdates"))
        telegram.fault("getUpdates", "raw", code=404, text=f"geheim {telegram.token}")
        telegram.user_says(CHAT, "geheim")
        await until(lambda: inbox.texts(channel))
    written = caplog.text + "".join(capfd.readouterr())
    assert "getUpdates" in written
    assert telegram.token.partition(":")[2] not in written
    assert "geheim" not in written
