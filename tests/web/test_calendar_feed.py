"""The address that a phone's calendar reads: one person's, without a login, ended in one press."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from bot.rules import calendar_tokens, invitees, meeting_changes, meetings, people
from storage import retention
from storage.calendar_tokens import CalendarToken
from storage.chat import Outbox
from storage.meetings import Meeting
from storage.people import Person, scope_of
from storage.places import PlaceKind, of_kind
from tests.web.stage import AT, Browser, House, open_house

PUBLIC = "https://ralop.example"
ADDRESS = re.compile(rf"{PUBLIC}/lich/([\w-]{{22}})\.ics")
START = AT + timedelta(days=1, hours=9)


@pytest.fixture
async def house(long_mon_url: str) -> AsyncIterator[House]:
    """With a public address, and a meeting of Cà Xen."""
    async with open_house(long_mon_url, public_url=PUBLIC) as opened:
        object.__setattr__(opened.service.surroundings, "public_url", PUBLIC)

        def called(session: Any) -> None:
            work = opened.work(session)
            work.person = session.scalars(select(Person).where(Person.name == "Phạm Thị Thu")).one()
            work.scope = scope_of(session, work.person, work.today)
            village = next(one for one in of_kind(session, PlaceKind.VILLAGE) if one.name == "Cà Xen")
            meetings.create(work, meetings.Setting(START, (village.id,), invitees.USUAL))

        await opened.run(called)
        opened.clock.move_to(AT + timedelta(minutes=10))
        yield opened


async def says(browser: Browser, text: str) -> None:
    answer = await browser.post("/chat/say", text=text)
    assert answer.status_code == 200


async def made_in_chat(house: House, browser: Browser) -> str:
    """Bác Rớt asks for the file, then for the address; returns its token."""
    await says(browser, "lịch họp vào điện thoại")
    await browser.until(lambda items: any("Lịch họp của bác" in str(one) for one in items))
    await says(browser, "1")
    items = await browser.until(lambda items: ADDRESS.search(str(items)))
    found = ADDRESS.search(str(items))
    assert found is not None
    return found[1]


async def test_the_phone_follows_a_meeting_that_is_moved_and_the_address_ends_in_the_chat(house: House) -> None:
    browser = await house.sits_down("Đinh Văn Rớt")
    token = await made_in_chat(house, browser)
    stranger = house.browser().client
    answer = await stranger.get(f"/lich/{token}.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    (before,) = Calendar.from_ical(answer.content).walk("VEVENT")

    def moved(session: Any) -> None:
        work = house.work(session)
        meeting_changes.move(work, session.scalars(select(Meeting)).one().id, starts_at=START + timedelta(hours=1))

    await house.run(moved)
    (after,) = Calendar.from_ical((await stranger.get(f"/lich/{token}.ics")).content).walk("VEVENT")
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], before["SEQUENCE"] + 1)
    assert after["DTSTART"].dt - before["DTSTART"].dt == timedelta(hours=1)
    await says(browser, "2")
    await browser.until(lambda items: "Đã ngừng 1 địa chỉ" in str(items))
    assert (await stranger.get(f"/lich/{token}.ics")).status_code == 404


async def test_wrong_old_and_odd_addresses_all_look_the_same(house: House) -> None:
    def made(session: Any) -> tuple[str, str]:
        work = house.work(session)
        work.person = session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
        ended = calendar_tokens.make(work)
        calendar_tokens.end_mine(work)
        gone = calendar_tokens.make(work)
        people.leave(work)
        return ended, gone

    ended, gone = await house.run(made)
    client = house.browser().client
    for token in (ended, gone, "A" * 22, "x", "%2e%2e", "é" * 22, "A" * 5000):
        answer = await client.get(f"/lich/{token}.ics")
        assert (answer.status_code, answer.text) == (404, "404"), token[:30]
    assert (await client.get(f"/lich/{ended}")).status_code == 404


async def test_of_many_addresses_the_oldest_ends(house: House) -> None:
    def made(session: Any) -> list[str]:
        work = house.work(session)
        work.person = session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
        return [calendar_tokens.make(work) for _ in range(calendar_tokens.MOST + 1)]

    tokens = await house.run(made)
    client = house.browser().client
    assert [(await client.get(f"/lich/{token}.ics")).status_code for token in tokens] == [404] + [200] * 5


async def test_no_cookie_is_set_and_the_address_opens_nothing_else(house: House) -> None:
    token = await made_in_chat(house, await house.sits_down("Đinh Văn Rớt"))
    client = house.browser().client
    answer = await client.get(f"/lich/{token}.ics")
    assert answer.cookies == {}
    for path in ("/api/v1/meetings", "/chat/after", "/bang"):
        assert (await client.get(path, headers={"Authorization": f"Bearer {token}"})).status_code in (401, 404)


async def test_the_message_that_showed_the_address_is_blanked_at_night_and_the_address_lives_on(house: House) -> None:
    token = await made_in_chat(house, await house.sits_down("Đinh Văn Rớt"))

    def at_night(session: Any) -> str:
        retention.forget(session, house.clock.now() + timedelta(hours=12))
        return str([row.payload for row in session.scalars(select(Outbox))])

    assert token not in await house.run(at_night)
    assert (await house.browser().client.get(f"/lich/{token}.ics")).status_code == 200
    rows = await house.run(lambda session: list(session.scalars(select(CalendarToken))))
    assert [row.read_at for row in rows] == [house.clock.now()]
