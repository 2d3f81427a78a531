"""Sending over Zalo: exactly what is asked, and what each way of failing means. Nobody is marked gone wrongly."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.channels.channel import Gone, Later, Rejected, SendError, Unknown
from bot.channels.zalo import ZaloChannel
from bot.channels.zalo_updates import received
from bot.messages import Act, Attachment, Choice, Kind, Outgoing
from tests.channels.zalo_stage import BASE, ME, SENT, TOKEN, Time, Zalo, channel_on, page, refusal

TED = "6ede9afa66b88fe6d6a9"
ANNA = "7fff9afa66b88fe6d6b0"
HELLO = Outgoing("Xin chào")


@pytest.fixture
def zalo() -> Zalo:
    return Zalo()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def channel(zalo: Zalo, time: Time) -> AsyncIterator[ZaloChannel]:
    made = channel_on(zalo, time)
    yield made
    await made.close()


async def failure(channel: ZaloChannel, address: str = TED, message: Outgoing = HELLO) -> SendError:
    with pytest.raises(SendError) as told:
        await channel.send(address, message)
    return told.value


async def test_a_question_goes_as_plain_text_with_its_choices_as_numbered_lines(
    zalo: Zalo, channel: ZaloChannel
) -> None:
    choices = (
        Choice("a", "Đủ cả lớp", "1"), Choice("b", "Có em vắng", "2"), Choice("c", "Gửi", mark="☐"),
        Choice("d", "Sửa", typed="Muốn sửa, cô gõ: sửa"),
    )  # fmt: skip
    message = Outgoing("Bấm nút", choices, plain="Lớp 6A (30 em) có em nào vắng không ạ?")
    assert await channel.send(TED, message) == "82599fa32f56d00e8941"
    assert zalo.asked[-1] == (
        "sendMessage",
        {
            "chat_id": TED,
            "text": "Lớp 6A (30 em) có em nào vắng không ạ?\n1. Đủ cả lớp\n2. Có em vắng\nMuốn sửa, cô gõ: sửa",
        },
    )
    request = zalo.requests[-1]
    assert (request.method, str(request.url)) == ("POST", f"{BASE}/bot{TOKEN}/sendMessage")
    assert request.headers["content-type"] == "application/json"


async def test_text_is_composed_and_a_nul_does_not_reach_zalo(zalo: Zalo, channel: ZaloChannel) -> None:
    await channel.send(TED, Outgoing("Tie\u0302\u0301ng\0"))
    assert zalo.calls("sendMessage") == [{"chat_id": TED, "text": "Tiếng\ufffd"}]


async def test_an_edit_is_a_new_message_and_what_needs_a_button_does_nothing(zalo: Zalo, channel: ZaloChannel) -> None:
    assert await channel.send(TED, Outgoing("Mới", act=Act.EDIT, target="m1"))
    for act in (Act.STRIP, Act.TOAST, Act.DELETE, Act.LEAVE):
        assert await channel.send(TED, Outgoing("x", act=act, target="m1")) == ""
    assert [said["text"] for said in zalo.calls("sendMessage")] == ["Mới"]


async def test_of_a_file_only_its_words_go(zalo: Zalo, channel: ZaloChannel) -> None:
    photo = Attachment(Kind.PHOTO, "f1", channel="telegram", bot="1")
    await channel.send_file(TED, Outgoing("Ảnh nhà em", attachment=photo), b"jpeg")
    assert [said["text"] for said in zalo.calls("sendMessage")] == ["Ảnh nhà em"]
    assert isinstance(await failure(channel, message=Outgoing(attachment=photo)), Rejected)
    assert not channel.profile.carries(Kind.PHOTO)


async def test_a_long_text_goes_in_numbered_parts_and_an_arrived_part_never_twice(
    zalo: Zalo, channel: ZaloChannel
) -> None:
    text = "\n".join(f"{number:03}. Đinh Thị Hoa Mai, lớp 6A" for number in range(150))
    zalo.lay("sendMessage", SENT, httpx.ReadTimeout("slow"))
    assert isinstance(await failure(channel, message=Outgoing(text)), Unknown)
    await channel.send(TED, Outgoing(text))
    texts = [said["text"] for said in zalo.calls("sendMessage")]
    assert [one[:6] for one in texts] == ["(1/3) ", "(2/3) ", "(2/3) ", "(3/3) "]
    assert "\n".join(one[6:] for one in (texts[0], *texts[2:])) == text
    assert all(len(one.encode("utf-16-le")) <= 3800 for one in texts)
    await channel.send(TED, Outgoing(text))
    assert len(zalo.calls("sendMessage")) == 7


@pytest.mark.parametrize(
    ("answer", "kind", "is_whole_bot", "words"),
    [
        (refusal(400, "chat_id is invalid"), Rejected, None, "400: chat_id is invalid"),
        (refusal("400"), Rejected, None, "400: No"),
        (refusal(400, status=400), Rejected, None, "400: No"),
        (refusal(404), Rejected, None, "404: No"),
        (refusal(426), Rejected, None, "426: No"),
        (refusal(401), Later, True, "the token was refused"),
        (refusal(None, status=401), Later, True, "the token was refused"),
        (refusal(403), Later, False, "refused (403)"),
        (refusal(429), Later, True, "quota exceeded"),
        (refusal(408), Unknown, None, "no answer (408)"),
        (refusal(500), Unknown, None, "no answer (500)"),
        (refusal("odd"), Later, False, "refused (0)"),
        (page(200), Later, True, "a page in the way (200)"),
        (page(403), Later, True, "a page in the way (403)"),
        (page(429), Later, True, "too many requests"),
        (page(502), Unknown, None, "no answer (502)"),
        (httpx.Response(200, content=b'{"ok": tr'), Unknown, None, "no answer (200)"),
        (httpx.Response(200, json={"result": 1}), Unknown, None, "no answer (200)"),
        (httpx.Response(200, json={"ok": "yes"}), Unknown, None, "no answer (200)"),
        (httpx.ConnectError("no"), Later, True, "not reached (ConnectError)"),
        (httpx.ConnectTimeout("no"), Later, True, "not reached (ConnectTimeout)"),
        (httpx.ReadTimeout("no"), Unknown, None, "answer lost (ReadTimeout)"),
        (httpx.RemoteProtocolError("half"), Unknown, None, "answer lost (RemoteProtocolError)"),
        (httpx.WriteError("reset"), Unknown, None, "answer lost (WriteError)"),
    ],
)  # fmt: skip
async def test_each_failure_says_what_happens_next(
    zalo: Zalo, channel: ZaloChannel, answer: Any, kind: type[SendError], is_whole_bot: bool | None, words: str
) -> None:
    zalo.lay("sendMessage", answer)
    error = await failure(channel)
    assert (type(error), error.reason) == (kind, words)
    if isinstance(error, Later):
        assert error.whole_bot is is_whole_bot


async def test_ok_decides_whatever_the_status(zalo: Zalo, channel: ZaloChannel) -> None:
    zalo.lay("sendMessage", httpx.Response(500, json=SENT), {"ok": True, "result": "odd"}, {"ok": True})
    assert await channel.send(TED, HELLO) == "82599fa32f56d00e8941"
    assert await channel.send(TED, HELLO) == ""
    assert await channel.send(TED, HELLO) == ""


async def test_a_quota_that_is_used_up_is_waited_for_long_and_told_until_a_message_passes(
    zalo: Zalo, channel: ZaloChannel
) -> None:
    zalo.lay("sendMessage", *[refusal(429, "Quota exceeded") for _ in range(3)])
    waits = [error.after_s for error in [await failure(channel) for _ in range(3)] if isinstance(error, Later)]
    assert waits == [300, 1800, 1800]
    assert channel.health()["trouble"] == "quota"
    await channel.send(TED, HELLO)
    assert channel.health()["trouble"] is None


async def test_a_dead_token_is_told(zalo: Zalo, channel: ZaloChannel) -> None:
    zalo.always["getMe"] = zalo.always["sendMessage"] = {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert (await failure(channel)).reason == "the token was refused"
    assert channel.health()["trouble"] == "token refused"


# 403: "Internal server error", or a block; nobody knows


async def refused_for(zalo: Zalo, channel: ZaloChannel, time: Time, *hours: float) -> list[SendError]:
    found = []
    for wait in hours:
        time.at += timedelta(hours=wait)
        zalo.lay("sendMessage", refusal(403))
        found.append(await failure(channel))
    return found


async def test_a_chat_is_closed_only_after_a_day_of_refusals_while_others_are_reached(
    zalo: Zalo, channel: ZaloChannel, time: Time
) -> None:
    early = await refused_for(zalo, channel, time, 0, 0.1, 1, 12)
    assert [type(error) for error in early] == [Later] * 4
    assert [error.after_s for error in early if isinstance(error, Later)] == [60, 300, 3600, 3600]
    await channel.send(ANNA, HELLO)
    assert isinstance((await refused_for(zalo, channel, time, 12))[0], Gone)
    assert isinstance((await refused_for(zalo, channel, time, 0))[0], Later)


async def test_while_zalo_refuses_everybody_nobody_is_gone(zalo: Zalo, channel: ZaloChannel, time: Time) -> None:
    assert {type(error) for error in await refused_for(zalo, channel, time, 0, 1, 24, 24, 24)} == {Later}


async def test_a_message_that_arrives_or_is_heard_clears_the_suspicion(
    zalo: Zalo, channel: ZaloChannel, time: Time
) -> None:
    await refused_for(zalo, channel, time, 0, 1)
    await channel.send(TED, HELLO)
    assert isinstance((await refused_for(zalo, channel, time, 30))[0], Later)
    await channel.send(ANNA, HELLO)
    await refused_for(zalo, channel, time, 1, 1)
    said = {"from": {"id": TED}, "chat": {"id": TED, "chat_type": "PRIVATE"}, "text": "1", "message_id": "m"}
    channel.parse(received({"event_name": "message.text.received", "message": said})[0])
    assert isinstance((await refused_for(zalo, channel, time, 30))[0], Later)


# The line


async def test_after_trouble_a_harmless_call_goes_first_and_no_message_is_risked(
    zalo: Zalo, channel: ZaloChannel
) -> None:
    zalo.lay("sendMessage", httpx.ReadTimeout("dark"))
    assert isinstance(await failure(channel), Unknown)
    zalo.lay("getMe", page(502), httpx.ConnectError("dark"))
    for _ in range(2):
        error = await failure(channel)
        assert isinstance(error, Later)
        assert (error.reason, error.whole_bot) == ("the line is down", True)
    assert len(zalo.calls("sendMessage")) == 1
    await channel.send(TED, HELLO)
    assert len(zalo.calls("sendMessage")) == 2
    await channel.send(TED, HELLO)
    assert [name for name, _ in zalo.asked].count("getMe") == 4


async def test_the_token_stands_in_no_error_no_log_and_no_description(
    zalo: Zalo, channel: ZaloChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = f"bad address /bot{TOKEN}/sendMessage"
    zalo.lay("sendMessage", refusal(400, told), httpx.ReadTimeout(told), page(502), refusal(401, told))
    for _ in range(4):
        error = await failure(channel, message=Outgoing("Đinh Thị Bí Mật"))
        shown = "".join(traceback.format_exception(error)) + repr(error.__cause__) + repr(error.__context__)
        assert "SECRET" not in shown
        assert "Bí Mật" not in shown
    assert "SECRET" not in caplog.text + repr(channel) + repr(channel._wire)
    assert "INFO" in caplog.text  # httpx did log


async def test_how_far_zalos_clock_stands_before_ours_is_told(zalo: Zalo, time: Time) -> None:
    zalo.lay("getMe", httpx.Response(200, json=ME, headers={"Date": "Thu, 08 Oct 2026 02:00:00 GMT"}))
    channel = channel_on(zalo, time)
    assert channel.health()["server_ahead_s"] is None
    await channel.send(TED, HELLO)
    assert channel.health()["server_ahead_s"] == pytest.approx(3600, abs=60)
    await channel.close()


# Files


async def fetched(zalo: Zalo, answers: list[httpx.Response], address: str, base: str = "https://z.example") -> Any:
    zalo.lay(address.rpartition("/")[2], *answers)
    channel = channel_on(zalo, Time(), base_url=base)
    try:
        return await channel.fetch(address, 10)
    except SendError as error:
        return type(error), error.reason
    finally:
        await channel.close()


async def test_a_photo_is_fetched_from_zalos_hosts(zalo: Zalo) -> None:
    answer = httpx.Response(200, content=b"jpeg", headers={"Content-Type": "image/JPEG; q=1"})
    moved = httpx.Response(302, headers={"Location": "https://f2.zdn.vn/b.jpg"})
    zalo.lay("b.jpg", answer)
    assert await fetched(zalo, [moved], "https://f1.zdn.vn/a.jpg") == (b"jpeg", "image/jpeg")
    assert [request.method for request in zalo.requests] == ["GET", "GET"]


@pytest.mark.parametrize(
    "address",
    [
        "http://f1.zdn.vn/a", "https://evil.example/a", "https://zdn.vn.evil.example/a", "https://evilzdn.vn/a",
        "https://u:p@f1.zdn.vn/a", "https://f1.zdn.vn:8443/a", "http://127.0.0.1/a", "https://169.254.169.254/a",
        "file:///etc/passwd", "//f1.zdn.vn/a", "", "https://[/a", "https://f1.zdn.vn:x/a", "https://f1.zdn.vn\n/a",
    ],
)  # fmt: skip
async def test_nothing_else_is_ever_called(zalo: Zalo, address: str) -> None:
    assert (await fetched(zalo, [], address))[0] is Rejected
    assert zalo.requests == []


async def test_a_redirect_to_elsewhere_is_not_followed(zalo: Zalo) -> None:
    moved = httpx.Response(302, headers={"Location": "http://127.0.0.1:22/"})
    assert await fetched(zalo, [moved], "https://f1.zdn.vn/a") == (Rejected, "the address is not Zalo's")
    circle = [httpx.Response(302, headers={"Location": "https://f1.zdn.vn/a"}) for _ in range(3)]
    assert await fetched(zalo, circle, "https://f1.zdn.vn/a") == (Rejected, "too many redirects")
    assert len(zalo.requests) == 4


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (httpx.Response(200, content=b"x" * 11), Rejected, "the file is too large"),
        (httpx.Response(404), Rejected, "status 404"),
        (httpx.Response(502), Later, "status 502"),
        (httpx.Response(429), Later, "status 429"),
        (httpx.ReadTimeout("slow"), Later, "not reached (ReadTimeout)"),
    ],
)
async def test_a_file_that_does_not_come_is_tried_again_or_given_up(
    zalo: Zalo, answer: Any, kind: type[SendError], reason: str
) -> None:
    assert await fetched(zalo, [answer], "https://f1.zdn.vn/a") == (kind, reason)


async def test_on_a_rehearsal_the_files_are_on_this_machine(zalo: Zalo) -> None:
    content = httpx.Response(200, content=b"jpeg")
    assert (await fetched(zalo, [content], "http://127.0.0.1:9/files/a", BASE))[0] == b"jpeg"
