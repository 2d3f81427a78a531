"""The chat of one person: saying, pressing, the stream, and whose it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from bot.web import stream
from storage.attendance import Register
from storage.chat import Inbox
from storage.people import Address, AddressStatus, WebSession
from tests.web.stage import AT, WIDE_S, Browser, Event, House, button, events


def choice(items: list[dict[str, object]], caption: str) -> dict[str, str]:
    """The fields of a press, from the messages as they stand."""
    for item in reversed(items):
        for one in item["choices"]:  # type: ignore[attr-defined]
            if one["caption"] == caption:
                return {"message": str(item["id"]), "press": str(one["value"])}
    raise AssertionError(f"no [{caption}] in {items}")


def says(text: str) -> object:
    return lambda items: any(text in item["text"] for item in items if not item["mine"])


async def test_a_teacher_reports_a_whole_class_by_a_press(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    await teacher.post("/chat/say", text="báo vắng", id="aaaaaaaa")
    items = await teacher.until(says("Em nào vắng"))
    assert [item["text"] for item in items if item["mine"]] == ["báo vắng"]
    await teacher.post("/chat/say", text="đủ", id="bbbbbbbb")
    await teacher.post("/chat/say", text="gửi", id="cccccccc")
    await teacher.until(says("Đã ghi"))
    assert await house.count(Register) == 1


async def test_without_a_script_a_post_comes_back_to_the_page_with_its_answer(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    answer = await teacher.post("/chat/say", page=True, text="menu")
    assert (answer.status_code, answer.headers["location"]) == (303, "/#me-text")
    page = (await teacher.get("/")).text
    assert "Cô Hoa cần việc gì" in page
    await teacher.post("/chat/press", page=True, **button(page, "1. Báo vắng lớp 6A"))
    page = (await teacher.get("/")).text
    assert "Em nào vắng" in page
    assert page.count("1. Báo vắng lớp 6A") == 1  # her own words; the button is gone


async def test_the_same_post_twice_counts_once_and_is_told_yes(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    for _ in range(3):
        answer = await teacher.post("/chat/say", text="menu", id="cccccccc")
        assert (answer.status_code, answer.json()["ok"]) == (200, True)
    items = await teacher.until(says("cần việc gì"))
    press = next(choice(items, one["caption"]) for one in items[-1]["choices"] if "Việc của tôi" in one["caption"])
    for _ in range(3):
        assert (await teacher.post("/chat/press", id="dddddddd", **press)).status_code == 200
    await teacher.until(lambda items: sum(item["mine"] for item in items) == 2)
    assert await house.count(Inbox) == 2


async def test_two_people_may_make_the_same_id(house: House) -> None:
    teacher, head = await house.sits_down("Đinh Thị Hoa"), await house.sits_down("Đinh Văn Rớt")
    for browser, name in ((teacher, "Cô Hoa"), (head, "Bác Rớt")):
        await browser.post("/chat/say", text="menu", id="eeeeeeee")
        await browser.until(says(name))


async def test_a_button_of_another_person_does_nothing(house: House) -> None:
    teacher, head = await house.sits_down("Đinh Thị Hoa"), await house.sits_down("Đinh Văn Rớt")
    await teacher.post("/chat/say", text="báo vắng")
    items = await teacher.until(says("Em nào vắng"))
    await head.post("/chat/press", **choice(items, "Xong: 0 em"))
    seen = await head.until(says("Nút này"))
    assert "Đinh Thị Chi" not in str(seen)
    assert await house.count(Register) == 0


@pytest.mark.parametrize("token", ["", "x", "a" * 22, "ralop"])
async def test_without_a_live_cookie_nothing_is_read_or_written(house: House, token: str) -> None:
    await house.sits_down("Đinh Thị Hoa")
    stranger = house.browser()
    if token:
        stranger.client.cookies.set("ralop", token)
    before = await house.effects()
    for path in ("/chat/stream", "/chat/after"):
        assert (await stranger.client.get(path)).status_code == 401
    for path in ("/chat/say", "/chat/press"):
        assert (await stranger.post(path, text="menu", press="!menu")).status_code == 401
    assert await house.effects() == before


async def test_a_session_is_renewed_by_use_and_dies_after_180_days_without(house: House) -> None:
    teacher, idle = await house.sits_down("Đinh Thị Hoa"), await house.sits_down("Đinh Văn Rớt")
    house.clock.move_to(AT + timedelta(days=170))
    answer = await teacher.post("/chat/say", text="menu")
    assert "Max-Age=15552000" in answer.headers["set-cookie"]
    house.clock.move_to(AT + timedelta(days=181))
    assert (await teacher.client.get("/chat/after")).status_code == 200
    assert (await idle.client.get("/chat/after")).status_code == 401


async def test_an_unlinked_address_is_a_stranger_at_once(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    async with teacher.client.stream("GET", "/chat/stream") as answer:
        told = events(answer)
        assert (await anext(told)).retry == "3000"
        unlinked = update(Address).where(Address.channel == "web").values(status=AddressStatus.UNLINKED)
        await house.run(lambda session: session.execute(unlinked))
        async with asyncio.timeout(WIDE_S):
            assert [event async for event in told if event.name == "items"] == []
    assert (await teacher.client.get("/chat/after")).status_code == 401
    assert "Xin gõ mã mời" in (await teacher.get("/")).text


async def test_a_session_that_is_ended_closes_its_stream(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    async with teacher.client.stream("GET", "/chat/stream") as answer:
        told = events(answer)
        await anext(told)
        ended = update(WebSession).values(ended_at=house.clock.now())
        await house.run(lambda session: session.execute(ended))
        async with asyncio.timeout(WIDE_S):
            assert [event async for event in told if event.name == "items"] == []


async def following(browser: Browser, **headers: str) -> tuple[httpx.Response, AsyncIterator[Event]]:
    request = browser.client.build_request("GET", "/chat/stream", headers=headers)
    answer = await browser.client.send(request, stream=True)
    return answer, events(answer)


async def test_the_stream_tells_at_once_and_resumes_after_the_last_event(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    answer, told = await following(teacher)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert (await anext(told)).retry == "3000"
    await teacher.post("/chat/say", text="menu")
    first = await anext(told)
    texts = [item["text"] for item in first.data["items"]]
    assert texts[0] == "menu"
    assert "Cô Hoa cần việc gì" in texts[1]
    await answer.aclose()
    await teacher.post("/chat/say", text="báo vắng")
    await teacher.until(says("Em nào vắng"))
    answer, told = await following(teacher, **{"Last-Event-ID": first.id})
    await anext(told)
    missed = await anext(told)
    assert missed.data["items"][0]["text"] == "báo vắng"
    assert "cần việc gì" not in str(missed.data)
    await answer.aclose()
    after = (await teacher.client.get("/chat/after", params={"id": missed.id})).json()
    assert after["items"] == []


async def test_a_tick_changes_the_message_in_place_and_an_answer_takes_its_buttons(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    await teacher.post("/chat/say", text="báo vắng")
    items = await teacher.until(says("Em nào vắng"))
    await teacher.post("/chat/press", **choice(items, "☐ Đinh Thị Chi"))
    items = await teacher.until(lambda items: "☑ Đinh Thị Chi" in str(items))
    assert len({item["id"] for item in items if item["do"] == "show" and not item["mine"]}) == 1
    assert sum(item["mine"] for item in items) == 1
    await teacher.post("/chat/press", **choice(items, "Xong: 1 em"))
    items = await teacher.until(lambda items: any(item["do"] == "strip" for item in items))
    page = (await teacher.get("/")).text
    assert "☑ Đinh Thị Chi" not in page
    assert page.count("Em nào vắng") == 1


@pytest.mark.parametrize("cursor", ["-1", "x", "9" * 30, "0x10", "", "1-2", "²"])
async def test_a_cursor_that_nobody_gave_out_reads_from_the_beginning(house: House, cursor: str) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    await teacher.post("/chat/say", text="menu")
    await teacher.until(says("cần việc gì"))
    answer = await teacher.client.get("/chat/after", params={"id": cursor})
    assert len(answer.raise_for_status().json()["items"]) == 2


async def test_the_cursor_of_somebody_else_shows_nothing_of_theirs(house: House) -> None:
    teacher, head = await house.sits_down("Đinh Thị Hoa"), await house.sits_down("Đinh Văn Rớt")
    await head.post("/chat/say", text="menu")
    await head.until(says("Bác Rớt"))
    await teacher.post("/chat/say", text="menu")
    await teacher.until(says("Cô Hoa"))
    for cursor in range(6):
        told = (await teacher.client.get("/chat/after", params={"id": str(cursor)})).json()
        assert "Rớt" not in str(told)


async def test_a_quiet_line_still_beats(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.05)
    teacher = await house.sits_down("Đinh Thị Hoa")
    answer, told = await following(teacher)
    await anext(told)
    beat = await anext(told)
    assert (beat.comment, beat.name) == ("alive", "beat")
    await answer.aclose()


async def test_a_thousandth_page_of_one_person_closes_the_first(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    first, told = await following(teacher)
    await anext(told)
    more = [await following(teacher) for _ in range(8)]
    async with asyncio.timeout(WIDE_S):
        assert [event async for event in told if event.name == "items"] == []
    assert len(house.app.state.site.hub) == stream.STREAMS_AN_ADDRESS
    for answer, _ in more:
        await answer.aclose()
    await first.aclose()


async def test_names_that_look_like_html_stay_text(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    await teacher.post("/chat/say", page=True, text="<script>alert(1)</script><img src=x onerror=alert(1)>")
    page = (await teacher.get("/")).text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_a_database_that_refuses_gets_no_yes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    teacher = await house.sits_down("Đinh Thị Hoa")

    async def refusing(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("disk I/O error"))

    with monkeypatch.context() as broken:
        broken.setattr(house.service, "take", refusing)
        answer = await teacher.post("/chat/say", text="menu", id="ffffffff")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
    assert (await teacher.post("/chat/say", text="menu", id="ffffffff")).status_code == 200
    await teacher.until(says("cần việc gì"))
    assert await house.run(lambda session: len(session.scalars(select(Inbox)).all())) == 1
