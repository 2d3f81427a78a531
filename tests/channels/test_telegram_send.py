"""Over a real wire: an Outgoing and the platform's answer in, the exact request and the SendError out."""

import asyncio
import json
import logging
import traceback
from datetime import UTC, datetime

import pytest

from bot.channels.channel import Gone, Later, Rejected, SendError, Unknown
from bot.channels.telegram import TelegramChannel, keyboard
from bot.messages import Act, Attachment, Choice, Kind, Outgoing
from tests.fakes.telegram_client import FakeTelegram

CHAT = 41
SECRET = "FAKE-token_for-tests"


def now():
    return datetime.now(UTC)  # noqa: TID251 - the fake lives in real time


@pytest.fixture(scope="module")
def server():
    with FakeTelegram() as running:
        yield running


@pytest.fixture
def telegram(server):
    server.heal()
    server.chat(CHAT, is_started=True, is_blocked=False, is_deactivated=False)
    server.forget()
    return server


@pytest.fixture
async def channel(telegram):
    channel = TelegramChannel(telegram.token, now=now, base_url=telegram.url)
    yield channel
    await channel.close()


GO = Choice("d:ab:1:go", "Gửi", "1")
FIX = Choice("d:ab:1:fix", "Sửa", "2")


def said(text="Chào bác", **more):
    return Outgoing(text, **more)


def last_request(telegram):
    record = telegram.requests()[-1]
    params = {name: json.loads(v) if v[:1] in "{[" else v for name, v in record["params"].items()}
    return record["method"], params


async def failure(channel, message=None, address=str(CHAT)):
    with pytest.raises(SendError) as caught:
        await channel.send(address, message or said())
    error = caught.value
    assert SECRET not in "".join(traceback.format_exception(error)) + repr(error)
    assert "Chào" not in error.reason
    assert error.__context__ is None
    assert error.__cause__ is None
    return error


NO_PREVIEW = {"is_disabled": True}
ROWS = [
    (
        "a plain message",
        said(),
        ("sendMessage", {"chat_id": "41", "text": "Chào bác", "link_preview_options": NO_PREVIEW}),
    ),
    (
        "a private one with a choice a row",
        said(choices=(GO, FIX), is_private=True),
        (
            "sendMessage",
            {
                "chat_id": "41",
                "text": "Chào bác",
                "link_preview_options": NO_PREVIEW,
                "protect_content": "true",
                "reply_markup": {
                    "inline_keyboard": [
                        [{"text": "1. Gửi", "callback_data": "d:ab:1:go"}],
                        [{"text": "2. Sửa", "callback_data": "d:ab:1:fix"}],
                    ]
                },
            },
        ),
    ),
    (
        "markup that somebody typed is text",
        said("<b>*_Đinh_*</b> https://example.com"),
        (
            "sendMessage",
            {
                "chat_id": "41",
                "text": "<b>*_Đinh_*</b> https://example.com",
                "link_preview_options": NO_PREVIEW,
            },
        ),
    ),
    (
        "leaving a room",
        Outgoing(act=Act.LEAVE),
        ("leaveChat", {"chat_id": "41"}),
    ),
]


@pytest.mark.parametrize(("message", "request_"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
async def test_a_message_becomes_exactly_this_request(channel, telegram, message, request_):
    await channel.send("41", message)
    assert last_request(telegram) == request_


async def test_two_short_neighbours_share_a_row():
    short = [Choice(str(i), f"{i} người", is_short=True) for i in range(3)]
    rows = keyboard((short[0], short[1], short[2], GO, FIX)).inline_keyboard
    assert [[button.text for button in row] for row in rows] == [
        ["0 người", "1 người"],
        ["2 người"],
        ["1. Gửi"],
        ["2. Sửa"],
    ]
    assert keyboard(()) is None


async def test_a_message_is_edited_stripped_and_deleted_by_the_id_that_sending_returned(channel, telegram):
    number = await channel.send("41", said(choices=(GO,)))
    assert await channel.send("41", said("Khác", act=Act.EDIT, target=number, choices=(FIX,))) == number
    assert last_request(telegram)[1]["message_id"] == number
    assert telegram.captions(CHAT) == ["2. Sửa"]
    assert await channel.send("41", Outgoing(act=Act.STRIP, target=number)) == ""
    assert telegram.captions(CHAT) == []
    assert telegram.messages(CHAT)[-1]["text"] == "Khác"
    await channel.send("41", Outgoing(act=Act.DELETE, target=number))
    assert number not in [str(message["message_id"]) for message in telegram.messages(CHAT)]


async def test_doing_again_what_is_done_is_success(channel, telegram):
    number = await channel.send("41", said())
    assert await channel.send("41", said(act=Act.EDIT, target=number)) == number
    await channel.send("41", Outgoing(act=Act.STRIP, target=number))
    await channel.send("41", Outgoing(act=Act.DELETE, target=number))
    await channel.send("41", Outgoing(act=Act.DELETE, target=number))
    await channel.send("41", Outgoing(act=Act.STRIP, target=number))
    await channel.send("-1009", Outgoing(act=Act.LEAVE))


async def test_an_edit_of_a_message_that_is_gone_is_sent_as_a_new_one(channel, telegram):
    for target in ("99999", "", "web-7"):
        telegram.forget()
        number = await channel.send("41", said("Mới", act=Act.EDIT, target=target))
        assert telegram.events(CHAT)[-1]["kind"] == "message"
        assert str(telegram.events(CHAT)[-1]["message_id"]) == number


async def test_an_edit_of_the_persons_own_message_is_sent_as_a_new_one(channel, telegram):
    theirs = str(telegram.user_says(CHAT, "x"))
    assert await channel.send("41", said(act=Act.EDIT, target=theirs)) not in ("", theirs)


FILES = [
    ("voice", Kind.VOICE, "sendVoice"),
    ("photo", Kind.PHOTO, "sendPhoto"),
    ("document", Kind.FILE, "sendDocument"),
]


def sent_by_somebody(telegram, field):
    """The file id of what a person has just sent to the bot."""
    content = {"content": b"PK", "name": "a.docx"} if field == "document" else {}
    getattr(telegram, field)(CHAT, **content)
    found = telegram.messages(CHAT, everything=True)[-1][field]
    return (found[-1] if field == "photo" else found)["file_id"]


@pytest.mark.parametrize(("field", "kind", "method"), FILES, ids=[row[0] for row in FILES])
async def test_what_the_platform_keeps_goes_by_its_id_with_the_words_below(channel, telegram, field, kind, method):
    file_id = sent_by_somebody(telegram, field)
    file = Attachment(kind, file_id, seconds=18)
    number = await channel.send("41", said("Thăm nhà", choices=(GO,), is_private=True, attachment=file))
    markup = {"inline_keyboard": [[{"text": "1. Gửi", "callback_data": "d:ab:1:go"}]]}
    expected = {"chat_id": "41", field: file_id, "caption": "Thăm nhà", "protect_content": "true"}
    assert last_request(telegram) == (method, {**expected, "reply_markup": markup})
    assert str(telegram.messages(CHAT)[-1]["message_id"]) == number
    await channel.send("41", Outgoing(act=Act.STRIP, target=number))
    assert telegram.captions(CHAT) == []


async def test_a_caption_is_cut_at_its_own_limit_and_may_be_missing(channel, telegram):
    file = Attachment(Kind.VOICE, sent_by_somebody(telegram, "voice"))
    await channel.send("41", said("\n".join(["đường xa " * 10] * 100), attachment=file))
    caption = last_request(telegram)[1]["caption"]
    assert caption.endswith("đường xa ")
    assert 900 < len(caption) <= 1024
    await channel.send("41", Outgoing(attachment=file))
    assert last_request(telegram) == ("sendVoice", {"chat_id": "41", "voice": file.file_id})


@pytest.mark.parametrize("file_id", [__file__, f"file://{__file__}", "https://example.com/a.ogg", ""])
async def test_no_file_of_this_machine_and_no_address_is_ever_sent(channel, telegram, file_id):
    error = await failure(channel, said(attachment=Attachment(Kind.FILE, file_id)))
    assert (type(error), error.reason) == (Rejected, "the attachment is no Telegram file")
    assert telegram.requests() == []


async def test_a_file_that_telegram_does_not_know_is_refused_and_a_lost_answer_is_unknown(channel, telegram):
    error = await failure(channel, said(attachment=Attachment(Kind.VOICE, "AwACAgUAAxkB")))
    assert type(error) is Rejected
    assert error.reason.startswith("Wrong remote file identifier specified")
    file = Attachment(Kind.VOICE, sent_by_somebody(telegram, "voice"))
    for fault, kind in (("half_after", Unknown), ("429", Later), ("html403", Later)):
        telegram.fault("sendVoice", fault)
        assert type(await failure(channel, said(attachment=file))) is kind


async def test_a_voice_note_and_a_text_never_turn_into_each_other(channel, telegram):
    file = Attachment(Kind.VOICE, sent_by_somebody(telegram, "voice"))
    voice = await channel.send("41", said(attachment=file))
    text = await channel.send("41", said("Mới", act=Act.EDIT, target=voice))
    again = await channel.send("41", said(act=Act.EDIT, target=text, attachment=file))
    assert len({voice, text, again}) == 3
    assert telegram.messages(CHAT)[-1]["voice"]["file_id"] == file.file_id


async def test_a_press_is_answered_and_a_late_answer_is_no_error(channel, telegram):
    query = telegram.press_data(CHAT, "x")["query"]
    await channel.send("41", Outgoing("Đã ghi", act=Act.TOAST, target=query))
    assert telegram.toasts(CHAT) == ["Đã ghi"]
    await channel.send("41", Outgoing("dài " * 200, act=Act.TOAST, target=query))
    assert len(telegram.toasts(CHAT)[-1]) <= 200
    telegram.advance(30)
    await channel.send("41", Outgoing(act=Act.TOAST, target=query))
    telegram.fault("answerCallbackQuery", "reset")
    await channel.send("41", Outgoing(act=Act.TOAST, target=query))
    await channel.send("41", Outgoing(act=Act.TOAST, target="no such query"))


PAGE = "<html>Trang bị chặn: bot was blocked by the user</html>"
ANSWERS = [
    (
        "blocked",
        {"fault": "error", "code": 403, "text": "Forbidden: bot was blocked by the user"},
        Gone,
        "blocked",
    ),
    (
        "deactivated",
        {"fault": "error", "code": 403, "text": "Forbidden: user is deactivated"},
        Gone,
        "deactivated",
    ),
    (
        "kicked",
        {"fault": "error", "code": 403, "text": "Forbidden: bot was kicked from the group chat"},
        Gone,
        "kicked",
    ),
    (
        "an unknown prohibition",
        {"fault": "error", "code": 403, "text": "Forbidden: bot can't send messages to the user"},
        Later,
        "forbidden: Forbidden: bot can't send messages to the user",
    ),
    (
        "an empty prohibition",
        {"fault": "error", "code": 403, "text": ""},
        Later,
        "forbidden: Forbidden (403)",
    ),
    ("a proxy's 403", {"fault": "html403", "text": PAGE}, Later, "a page in the way (403)"),
    ("a proxy's 404", {"fault": "html404"}, Later, "a page in the way (404)"),
    ("a proxy's 407", {"fault": "html407"}, Later, "a page in the way (407)"),
    ("a portal's 200", {"fault": "html200"}, Later, "a page in the way (200)"),
    ("a portal's redirection", {"fault": "html302"}, Later, "a page in the way (302)"),
    ("a gateway's 502", {"fault": "html502"}, Unknown, "answer lost (no answer (502))"),
    ("Telegram's own 500", {"fault": "500"}, Unknown, "answer lost (no answer (500))"),
    ("a refused token", {"fault": "401"}, Later, "the token was refused"),
    ("the wrong token's 404", {"fault": "404"}, Later, "the token was refused"),
    ("too fast", {"fault": "429", "seconds": 17}, Later, "too many messages"),
    ("too fast, says a proxy", {"fault": "html429"}, Later, "a page in the way (429)"),
    (
        "too fast, without a time",
        {"fault": "error", "code": 429, "text": "Too Many Requests"},
        Later,
        "too many messages",
    ),
    (
        "no such chat",
        {"fault": "error", "code": 400, "text": "Bad Request: chat not found"},
        Gone,
        "chat not found",
    ),
    (
        "no such peer",
        {"fault": "error", "code": 400, "text": "Bad Request: PEER_ID_INVALID"},
        Gone,
        "chat not found",
    ),
    (
        "migrated",
        {"fault": "error", "code": 400, "text": "Bad Request: x", "parameters": {"migrate_to_chat_id": -5}},
        Gone,
        "migrated",
    ),
    (
        "an unknown refusal",
        {"fault": "error", "code": 400, "text": "Bad Request: can't parse entities"},
        Rejected,
        "Can't parse entities",
    ),
    ("cut off at once", {"fault": "reset"}, Unknown, "answer lost (ReadError)"),
    ("closed at once", {"fault": "close"}, Unknown, "answer lost (RemoteProtocolError)"),
    ("half an answer", {"fault": "half_after"}, Unknown, "answer lost (RemoteProtocolError)"),
    (
        "an answer of another kind",
        {"fault": "raw", "code": 200, "text": "[1]"},
        Unknown,
        "answer lost (no answer (200))",
    ),
    (
        "an ok that is not",
        {
            "fault": "raw",
            "code": 200,
            "text": '{"ok":false,"error_code":403,"description":"user is deactivated"}',
        },
        Gone,
        "deactivated",
    ),
    (
        "parameters of odd kinds",
        {
            "fault": "raw",
            "code": 400,
            "text": '{"ok":false,"description":7,"parameters":{"retry_after":"soon"}}',
        },
        Rejected,
        "7",
    ),
]


@pytest.mark.parametrize(("fault", "kind", "reason"), [r[1:] for r in ANSWERS], ids=[r[0] for r in ANSWERS])
async def test_an_answer_becomes_this_error_and_the_next_message_arrives(channel, telegram, fault, kind, reason):
    telegram.fault("sendMessage", **fault)
    error = await failure(channel)
    assert (type(error), error.reason) == (kind, reason)
    assert await channel.send("41", said("và đây"))


async def test_the_waiting_time_of_a_flood_is_handed_on(channel, telegram):
    telegram.fault("sendMessage", "429", seconds=17)
    error = await failure(channel)
    assert (error.after_s, error.whole_bot) == (17, False)


async def test_a_person_who_never_began_is_not_gone_for_good(channel, telegram):
    error = await failure(channel, address="777")
    assert (type(error), error.never_started) == (Gone, True)
    telegram.user_says(777, "/start")
    assert await channel.send("777", said())


async def test_a_person_who_blocked_us_is_gone_until_unblocking(channel, telegram):
    telegram.block(CHAT)
    assert (await failure(channel)).reason == "blocked"
    telegram.unblock(CHAT)
    assert await channel.send("41", said())


@pytest.mark.parametrize("fault", ["reset_after", "5xx_after", "close_after", "half_after", "html502_after"])
async def test_a_message_that_arrived_without_an_answer_is_unknown(channel, telegram, fault):
    telegram.fault("sendMessage", fault)
    assert type(await failure(channel)) is Unknown
    assert len(telegram.events(CHAT)) == 1


async def test_a_message_whose_answer_is_odd_was_sent_all_the_same(channel, telegram):
    telegram.fault("sendMessage", "raw", code=200, text='{"ok":true,"result":{"message_id":"?"}}')
    assert await channel.send("41", said()) == ""


@pytest.mark.parametrize("act", [Act.EDIT, Act.STRIP, Act.DELETE])
async def test_what_does_no_harm_twice_is_tried_again_when_its_answer_is_lost(channel, telegram, act):
    number = await channel.send("41", said(choices=(GO,)))
    telegram.fault("*", "reset_after")
    assert type(await failure(channel, said("Khác", act=act, target=number))) is Later
    await channel.send("41", said("Khác", act=act, target=number))
    kinds = [event["kind"] for event in telegram.events(CHAT)]
    assert len(kinds) == 2, kinds


async def test_too_long_texts_are_cut_at_a_line_and_pass(channel, telegram):
    await channel.send("41", said("\n".join(f"{i}. Đinh Thị 👍" for i in range(900))))
    assert len(telegram.texts(CHAT)[-1].encode("utf-16-le")) // 2 <= 4096
    assert telegram.texts(CHAT)[-1].endswith("👍")


@pytest.mark.parametrize(
    ("message", "address", "reason"),
    [
        (said(""), "41", "Message text is empty"),
        (said(choices=(Choice("é" * 33, "Gửi"),)), "41", "Button_data_invalid"),
        (said(), "@co_hoa", "the address is no Telegram number"),
        (Outgoing(act=Act.DELETE, target="x"), "41", "the target is no Telegram number"),
    ],
)
async def test_our_own_mistakes_are_rejected(channel, message, address, reason):
    error = await failure(channel, message, address)
    assert type(error) is Rejected
    assert error.reason.lower() == reason.lower()


async def test_half_a_character_never_stops_a_message(channel, telegram):
    await channel.send("41", said("a\ud83d b"))
    assert telegram.texts(CHAT)[-1] == "a? b"


async def test_a_server_that_is_not_there_is_tried_later_by_everybody():
    channel = TelegramChannel("1:abc", now=now, base_url="http://127.0.0.1:9")
    error = await failure(channel)
    assert (type(error), error.whole_bot) == (Later, True)
    assert await channel.name_of_bot() is None
    await channel.close()


async def test_a_proxy_that_is_not_there_is_tried_later(telegram):
    channel = TelegramChannel(telegram.token, now=now, base_url=telegram.url, proxy="http://u:pass@127.0.0.1:9")
    error = await failure(channel)
    assert (type(error), "pass" in error.reason) == (Later, False)
    await channel.close()


async def test_in_the_dark_only_the_first_message_is_risked_and_all_arrive_when_it_ends(channel, telegram):
    await channel.send("41", said("zuvor"))
    telegram.go_dark("reset")
    assert type(await failure(channel)) is Unknown
    for _ in range(5):
        error = await failure(channel)
        assert (type(error), error.whole_bot) == (Later, True)
    telegram.heal()
    assert await channel.send("41", said("nachher"))
    assert telegram.texts(CHAT)[-2:] == ["zuvor", "nachher"]


async def test_forty_messages_leave_side_by_side(channel, telegram):
    telegram.set_latency(200, 200)
    await channel.name_of_bot()
    started = asyncio.get_running_loop().time()
    try:
        for number in range(40):
            telegram.chat(500 + number, is_started=True)
        started = asyncio.get_running_loop().time()
        await asyncio.gather(*(channel.send(str(500 + number), said()) for number in range(40)))
    finally:
        telegram.set_latency(0, 0)
    assert asyncio.get_running_loop().time() - started < 2


async def test_the_bots_name_is_asked_once(channel, telegram):
    assert await channel.name_of_bot() == "ralop_bot"
    assert await channel.name_of_bot() == "ralop_bot"
    assert len(telegram.requests("getMe")) == 1


async def test_commands_are_published_as_soon_as_it_can_be_done(telegram):
    waits = []

    async def nap(seconds):
        waits.append(seconds)

    channel = TelegramChannel(telegram.token, now=now, base_url=telegram.url, sleep=nap)
    for fault in ("html404", "reset", "429", "500"):
        telegram.fault("setMyCommands", fault)
    assert await channel.ensure_commands([("/baovang", "Báo vắng"), ("menu", "Menu")], "vi")
    assert telegram.commands("vi") == [
        {"command": "baovang", "description": "Báo vắng"},
        {"command": "menu", "description": "Menu"},
    ]
    assert waits == [5, 10, 20, 40]
    assert not await channel.ensure_commands([("Báo vắng", "x")])
    await channel.close()


async def test_a_file_is_fetched_up_to_its_limit(channel, telegram):
    telegram.document(CHAT, "ds.xlsx", b"PK\x03\x04" * 100)
    file_id = telegram.messages(CHAT, everything=True)[-1]["document"]["file_id"]
    content, _ = await channel.fetch(file_id)
    assert content == b"PK\x03\x04" * 100
    for reason, asked in (("the file is too large", (file_id, 100)), ("Invalid file_id", ("nonsense",))):
        with pytest.raises(Rejected) as caught:
            await channel.fetch(*asked)
        assert caught.value.reason == reason
    telegram.fault("getFile", "reset")
    with pytest.raises(Later):
        await channel.fetch(file_id)


async def test_neither_token_nor_words_reach_a_log(telegram, caplog, capfd):
    names = (None, "httpx", "httpcore", "telegram", "telegram.Bot", "telegram.request", "asyncio")
    for name in names:
        caplog.set_level(logging.DEBUG, logger=name)
    channel = TelegramChannel(telegram.token, now=now, base_url=telegram.url)
    for fault in ("401", "html403", "html502", "reset", "500", "raw"):
        telegram.fault("sendMessage", fault, code=200, text=f"Chào {telegram.token}")
        with pytest.raises(SendError):
            await channel.send("41", said())
    await channel.send("41", said())
    await channel.name_of_bot()
    await channel.close()
    written = caplog.text + "".join(capfd.readouterr())
    assert "httpx" in written
    assert SECRET not in written
    assert "Ch" + "ào" not in written
    assert SECRET not in repr(channel)


async def test_the_servers_clock_is_compared_with_ours(channel, telegram):
    assert channel.health()["server_ahead_s"] is None
    await channel.name_of_bot()
    assert abs(channel.health()["server_ahead_s"]) < 3
