"""The fake keeps the original's rules: a test is worth as much as what it is tested against."""

import asyncio
import json
import time

import httpx
import pytest

from tests.fakes.telegram_client import FakeTelegram

CHAT = 41


@pytest.fixture
def telegram():
    with FakeTelegram() as running:
        yield running


@pytest.fixture
async def call(telegram):
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:

        async def post(method, token=telegram.token, **params):
            return (await client.post(f"{telegram.url}/bot{token}/{method}", data=params)).json()

        yield post


async def test_an_update_is_handed_out_until_a_higher_offset_confirms_it(telegram, call):
    telegram.user_says(CHAT, "eins")
    telegram.user_says(CHAT, "zwei")
    first = (await call("getUpdates"))["result"]
    assert [update["message"]["text"] for update in first] == ["eins", "zwei"]
    assert (await call("getUpdates"))["result"] == first
    rest = (await call("getUpdates", offset=first[1]["update_id"]))["result"]
    assert [update["message"]["text"] for update in rest] == ["zwei"]
    assert telegram.pending() == 1
    assert [update["message"]["text"] for update in (await call("getUpdates", offset=-1))["result"]] == ["zwei"]


async def test_a_long_poll_ends_when_something_happens(telegram, call):
    poll = asyncio.create_task(call("getUpdates", timeout=5))
    await asyncio.sleep(0.2)
    started = time.monotonic()
    telegram.user_says(CHAT, "da")
    assert (await poll)["result"][0]["message"]["text"] == "da"
    assert time.monotonic() - started < 0.5


async def test_updates_live_a_day_and_presses_a_hundred_and_fifty_seconds(telegram, call):
    telegram.user_says(CHAT, "alt")
    telegram.press_data(CHAT, "x")
    telegram.advance(151)
    assert [list(update)[1] for update in (await call("getUpdates"))["result"]] == ["message"]
    telegram.advance(86_400)
    assert (await call("getUpdates"))["result"] == []
    telegram.user_says(CHAT, "sehr alt", ago_s=90_000)
    assert (await call("getUpdates"))["result"] == []


async def test_the_newer_of_two_pollers_wins(telegram, call):
    first = asyncio.create_task(call("getUpdates", timeout=5))
    await asyncio.sleep(0.2)
    second = asyncio.create_task(call("getUpdates", timeout=1))
    assert (await first)["error_code"] == 409
    assert (await second)["ok"]


async def test_sending_obeys_the_real_limits_when_told_so(telegram, call):
    telegram.set_limits("real")
    telegram.user_says(CHAT, "/start")
    answers = [await call("sendMessage", chat_id=CHAT, text="x") for _ in range(6)]
    assert [answer["ok"] for answer in answers] == [True] * 4 + [False] * 2
    assert answers[4]["parameters"]["retry_after"] >= 1
    assert telegram.stats()["impatient"] == 1
    for number in range(100, 150):
        telegram.chat(number, is_started=True)
    await asyncio.sleep(1)
    answers = [await call("sendMessage", chat_id=number, text="x") for number in range(100, 150)]
    assert sum(answer["ok"] for answer in answers) in range(29, 36)


async def test_only_what_can_be_edited_is(telegram, call):
    mine = telegram.user_says(CHAT, "/start")
    keys = json.dumps({"inline_keyboard": [[{"text": "1. Gửi", "callback_data": "a"}]]})
    sent = (await call("sendMessage", chat_id=CHAT, text="x", reply_markup=keys))["result"]
    where = {"chat_id": CHAT, "message_id": sent["message_id"]}
    assert "not modified" in (await call("editMessageText", text="x", reply_markup=keys, **where))["description"]
    assert (await call("editMessageText", text="y", **where))["ok"]
    assert "can't be edited" in (await call("editMessageText", text="y", **where | {"message_id": mine}))["description"]
    telegram.advance(49 * 3600)
    assert "can't be deleted" in (await call("deleteMessage", **where))["description"]


async def test_a_press_carries_what_the_button_held_or_whatever_a_forger_likes(telegram, call):
    telegram.user_says(CHAT, "/start")
    keys = json.dumps({"inline_keyboard": [[{"text": "1. Gửi", "callback_data": "a"}]]})
    await call("sendMessage", chat_id=CHAT, text="x", reply_markup=keys)
    assert telegram.press(CHAT, "Gửi")["data"] == telegram.press(CHAT, "1. Gửi")["data"] == "a"
    query = telegram.press_data(CHAT, "forged")
    assert query["data"] == "forged"
    assert (await call("answerCallbackQuery", callback_query_id=query["query"], text="gut"))["ok"]
    telegram.advance(20)
    assert "too old" in (await call("answerCallbackQuery", callback_query_id=query["query"]))["description"]
    with pytest.raises(LookupError):
        telegram.press(CHAT, "Không có nút này")


@pytest.mark.parametrize(
    ("token", "code"), [("1:wrong", 401), ("nonsense", 404), ("1234567890:FAKE-token_for-tests", 404)]
)
async def test_a_wrong_token_or_method_is_refused(call, token, code):
    assert (await call("getCoffee", token=token))["error_code"] == code


async def test_photos_and_documents_arrive(telegram):
    telegram.user_says(CHAT, "/start")
    async with httpx.AsyncClient(trust_env=False) as client:
        for method, kind in (("sendPhoto", "photo"), ("sendDocument", "document")):
            url = f"{telegram.url}/bot{telegram.token}/{method}"
            answer = await client.post(
                url, data={"chat_id": CHAT, "caption": "Tuần 12"}, files={kind: ("a.docx", b"\r\nPK\x00\r\n")}
            )
            assert answer.json()["ok"]
            found = answer.json()["result"][kind]
            assert (found[0] if kind == "photo" else found)["file_size"] == 7
    assert [event["text"] for event in telegram.events(CHAT)] == ["Tuần 12", "Tuần 12"]


async def test_a_test_can_wait_for_the_bots_next_message(telegram, call):
    telegram.user_says(CHAT, "/start")
    waiting = asyncio.create_task(asyncio.to_thread(telegram.next_message, CHAT, 5))
    await asyncio.sleep(0.1)
    await call("sendMessage", chat_id=CHAT, text="eins")
    await call("sendMessage", chat_id=CHAT, text="zwei")
    assert (await waiting)["text"] == "eins"
    assert telegram.next_message(CHAT)["text"] == "zwei"
    with pytest.raises(TimeoutError):
        telegram.next_message(CHAT, timeout=0.1)


async def test_refused_connections_end_when_they_should(telegram, call):
    telegram.refuse(0.5)
    await asyncio.sleep(0.2)
    with pytest.raises(httpx.TransportError):
        await call("getMe")
    await asyncio.sleep(0.6)
    assert (await call("getMe"))["ok"]


async def test_the_clock_can_be_that_of_a_file(tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("2024-03-20T07:00:00+07:00")
    with FakeTelegram(clock=f"file:{clock}") as telegram:
        telegram.user_says(CHAT, "sáng")
        date = telegram.messages(CHAT, everything=True)[0]["date"]
        assert 0 <= date - 1_710_892_800 < 5
        clock.write_text("+3600")
        assert abs(telegram.advance(0) - time.time() - 3600) < 1


async def test_forty_calls_at_once_are_all_taken_and_none_is_held_to_a_limit_nobody_set(telegram, call):
    """How fast this goes is the machine's affair; `make bench` measures it."""
    telegram.user_says(CHAT, "/start")
    answers = []
    for _ in range(3):
        answers += await asyncio.gather(*(call("sendMessage", chat_id=CHAT, text="x") for _ in range(40)))
    assert all(answer["ok"] for answer in answers)
    assert len({answer["result"]["message_id"] for answer in answers}) == 120
    assert [record["status"] for record in telegram.requests("sendMessage")] == [200] * 120
