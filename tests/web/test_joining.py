"""Joining on the web: a link or a code opens a chat; consent and form of address are asked in it."""

from __future__ import annotations

from datetime import timedelta

import httpx
from sqlalchemy import select

from storage.people import Address, CodeTry, Person, Status, WebSession
from tests.web.stage import AT, Browser, House, button, open_house


def cookie(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"]


async def answered(browser: Browser, text: str) -> list[dict[str, object]]:
    return await browser.until(lambda items: items and text in items[-1]["text"] and not items[-1]["mine"])


async def test_a_stranger_is_asked_for_a_code_and_gets_no_cookie(house: House) -> None:
    answer = await house.browser().get("/")
    assert answer.status_code == 200
    assert "Xin gõ mã mời" in answer.text
    assert "0255 000 000" in answer.text
    assert "set-cookie" not in answer.headers
    assert await house.count(WebSession) == 0


async def test_a_link_is_not_burnt_by_a_preview(house: House) -> None:
    invite = await house.invite("Đinh Thị Hoa")
    for method in ("GET", "HEAD", "GET"):
        answer = await house.browser().client.request(method, f"/join/{invite.token}")
        assert answer.status_code == 200
        assert "Đinh" not in answer.text
    assert await house.count(WebSession) == 0
    page = await house.browser().get(f"/join/{invite.token}")
    assert page.text.count("<button") == 1
    assert (await house.browser().post(f"/join/{invite.token}", page=True)).status_code == 303


async def test_a_link_a_consent_and_a_form_of_address_make_a_member(house: House) -> None:
    invite = await house.invite("Đinh Thị Hoa")
    browser = house.browser()
    answer = await browser.post(f"/join/{invite.token}", page=True)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = (await browser.get("/")).text
    assert "Người được mời là Đinh Thị Hoa" in page
    assert invite.token not in page
    await browser.post("/chat/press", page=True, **button(page, "1. Đúng, tôi đồng ý"))
    page = (await browser.get("/")).text
    await browser.post("/chat/press", page=True, **button(page, "1. Cô"))
    page = (await browser.get("/")).text
    assert "Xong rồi ạ" in page
    assert "cô Hoa" in page
    person = await house.run(lambda session: session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one())
    assert person.status == Status.ACTIVE
    addresses = await house.run(lambda session: session.scalars(select(Address).where(Address.channel == "web")).all())
    assert [address.person_id for address in addresses] == [person.id]
    await browser.post("/chat/say", text="menu")
    kept = await house.run(lambda session: session.scalars(select(WebSession)).one())
    assert kept.person_id == person.id


async def test_the_cookie_is_kept_from_scripts_and_only_its_hash_is_stored(house: House) -> None:
    invite = await house.invite("Đinh Thị Hoa")
    answer = await house.browser().post(f"/join/{invite.token}", page=True)
    value = cookie(answer).partition("=")[2].partition(";")[0]
    assert cookie(answer).startswith("ralop=")
    assert "HttpOnly" in cookie(answer)
    assert "SameSite=lax" in cookie(answer)
    assert "Max-Age=15552000" in cookie(answer)
    assert "Secure" not in cookie(answer)
    kept = await house.run(lambda session: session.scalars(select(WebSession)).one())
    assert len(value) >= 22
    assert value not in kept.token_hash


async def test_behind_https_the_cookie_is_bound_to_the_host(long_mon_url: str) -> None:
    async with open_house(long_mon_url, public_url="https://ralop.example") as house:
        invite = await house.invite("Đinh Thị Hoa")
        told = {"Host": "ralop.example", "Origin": "https://ralop.example", "Accept": "text/html"}
        answer = await house.browser().client.post(f"/join/{invite.token}", data={"a": ""}, headers=told)
        assert answer.status_code == 303
        assert cookie(answer).startswith("__Host-ralop=")
        assert "Secure" in cookie(answer)
        plain = {**told, "Origin": "http://ralop.example"}
        refused = await house.browser().client.post(f"/join/{invite.token}", data={"a": ""}, headers=plain)
        assert refused.status_code == 403


async def test_a_used_link_opens_nothing(house: House) -> None:
    invite = await house.invite("Đinh Thị Hoa")
    first = house.browser()
    await first.post(f"/join/{invite.token}", page=True)
    for caption in ("1. Đúng, tôi đồng ý", "1. Cô"):
        await first.post("/chat/press", page=True, **button((await first.get("/")).text, caption))
    answer = await house.browser().post(f"/join/{invite.token}", page=True)
    assert answer.status_code == 410
    assert "Mã này đã dùng rồi" in answer.text
    assert "set-cookie" not in answer.headers
    assert await house.count(WebSession) == 1


async def test_an_expired_link_opens_nothing(house: House) -> None:
    invite = await house.invite("Đinh Thị Hoa")
    house.clock.move_to(AT + timedelta(hours=73))
    answer = await house.browser().post(f"/join/{invite.token}", page=True)
    assert answer.status_code == 410
    assert await house.count(WebSession) == 0


async def test_a_code_typed_into_the_page_opens_the_same_chat(house: House) -> None:
    await house.invite("Đinh Thị Hoa", code="7K3P-9QXM")
    browser = house.browser()
    answer = await browser.post("/join", page=True, code="7k3p 9qxn")
    assert answer.status_code == 404
    assert "7K3P-9QXN" in answer.text
    answer = await browser.post("/join", page=True, code=" 7k3p 9qxm ")
    assert answer.status_code == 303
    await answered(browser, "Người được mời là Đinh Thị Hoa")


async def test_guessing_dies_whatever_cookies_are_thrown_away(house: House) -> None:
    await house.invite("Đinh Thị Hoa", code="7K3P-9QXM")
    for _ in range(5):
        assert (await house.browser().post("/join", page=True, code="ABCD-EFG2")).status_code == 404
    answer = await house.browser().post("/join", page=True, code="7K3P-9QXM")
    assert answer.status_code == 429
    assert await house.count(WebSession) == 0
    house.clock.move_to(AT + timedelta(minutes=16))
    assert (await house.browser().post("/join", page=True, code="7K3P-9QXM")).status_code == 303


async def test_guessing_from_many_places_at_once_dies_too(house: House) -> None:
    invite = await house.invite("Đinh Thị Hoa", code="7K3P-9QXM")

    def guessed(session: object) -> None:
        for number in range(50):
            session.add(CodeTry(channel="web", bot="web", address=f"guest:{number}", at=AT))  # type: ignore[attr-defined]

    await house.run(guessed)
    assert (await house.browser().post("/join", page=True, code="7K3P-9QXM")).status_code == 429
    assert (await house.browser().post(f"/join/{invite.token}", page=True)).status_code == 303


async def test_what_is_no_code_is_not_counted_as_a_guess(house: House) -> None:
    for text in ("", "xin chào", "x" * 60, "<script>"):
        answer = await house.browser().post("/join", page=True, code=text)
        assert answer.status_code == 404
        assert "<script>" not in answer.text
    assert await house.count(CodeTry) == 0


async def test_a_new_link_changes_a_shared_device_over(house: House) -> None:
    browser = await house.sits_down("Đinh Thị Hoa")
    old = browser.client.cookies["ralop"]
    invite = await house.invite("Phạm Thị Thu")
    assert "người khác" in (await browser.get(f"/join/{invite.token}")).text
    await browser.post(f"/join/{invite.token}", page=True)
    await answered(browser, "Người được mời là Phạm Thị Thu")
    again = house.browser()
    again.client.cookies.set("ralop", old)
    assert "Xin gõ mã mời" in (await again.get("/")).text
