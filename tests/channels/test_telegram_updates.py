"""Recordings: Telegram's JSON in, `Incoming` out; and what is no Telegram JSON at all."""

import json
import random
from datetime import UTC, datetime

import pytest

from bot.channels import telegram_updates as updates
from bot.channels.channel import Unparsable
from bot.channels.plain import read_json
from bot.messages import Attachment, Kind, Received

NOW = datetime(2024, 3, 20, 1, 0, tzinfo=UTC)
THEN = 1_710_892_800  # 2024-03-20 00:00 UTC
HOA = {"id": 41, "is_bot": False, "first_name": "Hoa", "last_name": "Đinh Thị", "username": "co_hoa"}
PRIVATE = {"id": 41, "type": "private", "first_name": "Hoa", "last_name": "Đinh Thị", "username": "co_hoa"}
ROOM = {"id": -1001, "type": "supergroup", "title": "Lớp 6A"}
BOT = {"id": 9, "is_bot": True, "first_name": "Ra Lớp"}


def message(chat=PRIVATE, **content):
    return {"message_id": 7, "from": HOA, "chat": chat, "date": THEN, **content}


def pressed(**changes):
    query = {"id": "q1", "from": HOA, "chat_instance": "1", "data": "d:abc:2:an"}
    return query | {"message": message(**{"from": BOT, "text": "?"})} | changes


def joined(chat, status):
    member = {"user": BOT, "status": status}
    return {"chat": chat, "from": HOA, "date": THEN, "old_chat_member": member, "new_chat_member": member}


FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 12}
SIZES = [{**FILE, "file_id": "small", "width": 90, "height": 90}, {**FILE, "width": 1280, "height": 960}]
SIZES.append({**FILE, "file_id": "middle", "width": 320, "height": 240})
OWN = {"phone_number": "+84905000000", "first_name": "Hoa", "user_id": 41}

# name, update, what it becomes (only the fields that matter to the row)
RECORDINGS = [
    ("a text", {"message": message(text="bà ơi 👍")}, {"kind": Kind.TEXT, "text": "bà ơi 👍"}),
    ("a command", {"message": message(text="/start ab-C")}, {"kind": Kind.TEXT, "text": "/start ab-C"}),
    (
        "a command that names the bot",
        {"message": message(text="/baovang@RaLopBot 6A")},
        {"text": "/baovang 6A"},
    ),
    (
        "a forwarded text",
        {"message": message(text="1", forward_origin={"type": "user", "date": 1, "sender_user": HOA})},
        {"kind": Kind.TEXT, "is_forwarded": True},
    ),
    ("an old server's forward", {"message": message(text="1", forward_date=1)}, {"is_forwarded": True}),
    ("a text via another bot", {"message": message(text="1", via_bot=BOT)}, {"is_forwarded": True}),
    (
        "an edited text",
        {"edited_message": message(text="2", edit_date=THEN + 60)},
        {"is_edited": True, "text": "2", "written_at": datetime(2024, 3, 20, 0, 1, tzinfo=UTC)},
    ),
    (
        "a photo with words",
        {"message": message(photo=SIZES, caption="đơn xin phép")},
        {
            "kind": Kind.PHOTO,
            "text": "đơn xin phép",
            "attachment": Attachment(Kind.PHOTO, "F", "U", size_bytes=12),
        },
    ),
    (
        "a voice note",
        {"message": message(voice={**FILE, "duration": 9})},
        {"kind": Kind.VOICE, "attachment": Attachment(Kind.VOICE, "F", "U", seconds=9, size_bytes=12)},
    ),
    (
        "a document",
        {"message": message(document={**FILE, "file_name": "ds.xlsx"})},
        {"kind": Kind.FILE, "attachment": Attachment(Kind.FILE, "F", "U", size_bytes=12, name="ds.xlsx")},
    ),
    ("one's own number", {"message": message(contact=OWN)}, {"kind": Kind.CONTACT, "text": "+84905000000"}),
    (
        "somebody else's number",
        {"message": message(contact=OWN | {"user_id": 42})},
        {"kind": Kind.CONTACT, "text": ""},
    ),
    (
        "a place",
        {"message": message(location={"latitude": 14.5, "longitude": 108.25})},
        {"kind": Kind.LOCATION},
    ),
    ("a sticker", {"message": message(sticker=FILE)}, {"kind": Kind.OTHER}),
    ("a video with words", {"message": message(video=FILE, caption="a")}, {"kind": Kind.OTHER, "text": "a"}),
    ("a moving picture", {"message": message(animation=FILE, document=FILE)}, {"kind": Kind.OTHER}),
    ("something of the year 2030", {"message": message(hologram={"a": 1})}, {"kind": Kind.OTHER}),
    (
        "a press",
        {"callback_query": pressed()},
        {"kind": Kind.PRESS, "press": "d:abc:2:an", "press_id": "q1", "message_id": "7", "written_at": NOW},
    ),
    (
        "a press under a message that is gone",
        {"callback_query": pressed(message={"chat": PRIVATE, "message_id": 3, "date": 0})},
        {"kind": Kind.PRESS, "message_id": "3"},
    ),
    (
        "a game's button",
        {"callback_query": {k: v for k, v in pressed().items() if k != "data"}},
        {"press": ""},
    ),
    ("the chat was blocked", {"my_chat_member": joined(PRIVATE, "kicked")}, {"kind": Kind.BLOCKED}),
    ("the chat was opened again", {"my_chat_member": joined(PRIVATE, "member")}, {"kind": Kind.UNBLOCKED}),
]

ROOMS = [
    ("a group", {"message": message(ROOM, text="/menu")}),
    ("a topic", {"message": message(ROOM, text="x", message_thread_id=5, is_topic_message=True)}),
    ("an edited group message", {"edited_message": message(ROOM, text="x")}),
    ("a small group", {"message": message(ROOM | {"type": "group"}, text="x")}),
    ("a channel", {"channel_post": message(ROOM | {"type": "channel"}, text="x")}),
    ("a press in a group", {"callback_query": pressed(message=message(ROOM, text="?"))}),
    ("brought into a group", {"my_chat_member": joined(ROOM, "member")}),
    (
        "made administrator of a channel",
        {"my_chat_member": joined(ROOM | {"type": "channel"}, "administrator")},
    ),
    ("a business account's chat", {"business_message": message(ROOM | {"type": "private"}, text="x")}),
    ("a guest's question", {"guest_message": message(ROOM, text="x")}),
    ("a room of an unknown type", {"message": message(ROOM | {"type": "agora"}, text="x")}),
]

NO_ANSWER = [
    ("another bot", {"message": message(text="hi") | {"from": BOT}}),
    ("a pinned message", {"message": message(pinned_message=message(text="x"))}),
    ("thrown out of a group", {"my_chat_member": joined(ROOM, "kicked")}),
    ("an inline query", {"inline_query": {"id": "1"}}),
    ("a poll", {"poll": {"id": "1"}}),
    ("a press of an inline message", {"callback_query": pressed(message=None)}),
]

# M2 found nine shapes on which the plain stack's intake stops for ever; here are they and their kin.
ODD_SHAPES = [
    ("no date", {"message": {k: v for k, v in message(text="x").items() if k != "date"}}),
    ("a date in words", {"message": message(text="x") | {"date": "yesterday"}}),
    ("a date beyond all time", {"message": message(text="x") | {"date": 10**17}}),
    ("no chat", {"message": {k: v for k, v in message(text="x").items() if k != "chat"}}),
    ("a chat without id", {"message": message({"type": "private"}, text="x")}),
    ("a chat that is a list", {"message": message([1], text="x")}),
    ("a chat id in words", {"message": message(PRIVATE | {"id": "41"}, text="x")}),
    ("a message that is a text", {"message": "hello"}),
    ("a message that is a list", {"message": [message(text="x")]}),
    ("a text that is a number", {"message": message(text=5)}),
    ("a photo without sizes", {"message": message(photo=[])}),
    ("a place without numbers", {"message": message(location={"latitude": "north"})}),
    ("a press without sender", {"callback_query": {k: v for k, v in pressed().items() if k != "from"}}),
    ("a press without id", {"callback_query": {k: v for k, v in pressed().items() if k != "id"}}),
    ("a press on a number", {"callback_query": pressed(message=5)}),
    ("no new state", {"my_chat_member": {"chat": PRIVATE, "from": HOA, "date": THEN}}),
    ("an unknown kind", {"from_the_future": {"a": 1}}),
    ("nothing at all", {}),
    ("a null", None),
    ("a list", [1, 2]),
    ("a text", "hello"),
    ("a number", 17),
]


def parsed(update, number=500):
    whole = {"update_id": number, **update} if isinstance(update, dict) else update
    return updates.parse(updates.received(whole), "9", NOW)


@pytest.mark.parametrize(("update", "expected"), [row[1:] for row in RECORDINGS], ids=[r[0] for r in RECORDINGS])
def test_an_update_becomes_an_incoming(update, expected):
    incoming = parsed(update)
    assert (incoming.channel, incoming.bot, incoming.update_id) == ("telegram", "9", "500")
    assert (incoming.address, incoming.sender_name) == ("41", "Hoa Đinh Thị")
    plain = {"is_forwarded": False, "is_edited": False, "written_at": datetime(2024, 3, 20, tzinfo=UTC)}
    wanted = plain | ({"written_at": NOW} if "callback_query" in update else {}) | expected
    assert {name: getattr(incoming, name) for name in wanted} == wanted


@pytest.mark.parametrize("update", [row[1] for row in ROOMS], ids=[row[0] for row in ROOMS])
def test_anything_but_a_private_chat_is_a_room_without_words(update):
    incoming = parsed(update)
    assert (incoming.kind, incoming.address, incoming.text, incoming.press) == (Kind.ROOM, "-1001", "", "")


@pytest.mark.parametrize("update", [row[1] for row in NO_ANSWER], ids=[row[0] for row in NO_ANSWER])
def test_what_nobody_said_needs_no_answer(update):
    assert parsed(update) is None


@pytest.mark.parametrize("update", [row[1] for row in ODD_SHAPES], ids=[row[0] for row in ODD_SHAPES])
def test_an_odd_shape_is_unparsable_and_the_reason_holds_no_content(update):
    with pytest.raises(Unparsable) as caught:
        parsed(update)
    reason = f"{caught.value!r} {caught.value.__context__!r} {caught.value.__cause__!r}"
    assert not any(word in reason for word in ("hello", "yesterday", "north", "Hoa", "41"))


def test_an_update_without_a_usable_id_gets_one_of_its_own_that_stays_the_same():
    shapes = [
        None,
        5,
        {"message": 1},
        {"update_id": "x"},
        {"update_id": True},
        {"update_id": 2**31},
        {"update_id": -1},
    ]
    ids = [updates.received(shape).update_id for shape in shapes]
    assert len(set(ids)) == len(ids)
    assert ids == [updates.received(shape).update_id for shape in shapes]
    assert all(number.startswith("x") and len(number) <= 40 for number in ids)
    assert all(updates.id_of(updates.received(shape).raw) is None for shape in shapes)


def test_what_is_kept_can_be_written_to_any_database():
    payload = b'{"update_id":1,"message":{"text":"a\\ud800b\\u0000c","n":NaN,"i":1e999,"big":' + b"9" * 5000 + b"}}"
    kept = updates.received(read_json(payload))
    assert kept.update_id == "1"
    assert kept.raw["message"] == {"text": "a?b\ufffdc", "n": None, "i": None, "big": None}
    json.dumps(kept.raw, ensure_ascii=False, allow_nan=False).encode()


def test_deep_nesting_is_cut_off():
    deep = {"update_id": 3, "message": {}}
    place = deep["message"]
    for _ in range(600):
        place["reply_to_message"] = place = {}
    assert len(json.dumps(updates.received(deep).raw)) < 2000
    assert read_json(b'{"update_id":1,"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}") is None


def test_a_text_of_a_megabyte_is_understood_and_shortened():
    assert len(parsed({"message": message(text="ă" * 1_000_000)}).text) == 16_000


def mutated(value, rng):
    """The value with one thing changed, somewhere."""
    odd = [None, 0, -1, 1e300, "", "\ud83d", [], {}, True, "9" * 50, 10**30, [[]], {"id": {}}]
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        if rng.random() < 0.15:
            return {name: item for name, item in value.items() if name != key}
        return {**value, key: mutated(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.7:
        at = rng.randrange(len(value))
        return [*value[:at], mutated(value[at], rng), *value[at + 1 :]]
    return rng.choice(odd)


def test_two_thousand_mutated_recordings_never_raise_anything_but_unparsable():
    rng = random.Random(7)
    rows = [row[1] for row in RECORDINGS + ROOMS + NO_ANSWER]
    for _ in range(2000):
        update = {"update_id": 1, **rng.choice(rows)}
        for _ in range(rng.randint(1, 3)):
            update = mutated(update, rng)
        kept = updates.received(update)
        json.dumps(kept.raw, ensure_ascii=False).encode()
        try:
            incoming = updates.parse(kept, "9", NOW)
        except Unparsable:
            continue
        assert incoming is None or incoming.address.lstrip("-").isdigit()


def test_a_stored_update_reads_the_same_after_a_round_through_json():
    kept = updates.received({"update_id": 1, **RECORDINGS[0][1]})
    again = Received(kept.update_id, json.loads(json.dumps(kept.raw)))
    assert updates.parse(again, "9", NOW) == updates.parse(kept, "9", NOW)
