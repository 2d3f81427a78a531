"""One-time links: GET burns nothing, POST uses up; a browser becomes a channel, or sees one page for an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rules import page_links
from storage import files
from storage.audit import Audit
from storage.chat import Outbox
from storage.page_links import PageLink
from storage.people import Address, AddressStatus, Person, WebSession
from storage.places import SchoolClass
from tests.web.stage import House, open_house

HOST = "ralop.minhlong.vn"


@pytest.fixture
async def linked(house: House) -> House:
    """Somebody reached over another channel, who asks for links there."""

    def told(session: object) -> None:
        from bot.rules import people

        person = session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()  # type: ignore[attr-defined]
        people.link(house.work(session), person, "phone", "phone", "cô Hoa")  # type: ignore[arg-type]

    await house.run(told)
    return house


async def made(house: House, destination: str, *, is_login: bool = False) -> str:
    def make(session: object) -> str:
        work = house.work(session)  # type: ignore[arg-type]
        work.person = session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()  # type: ignore[attr-defined]
        return page_links.make(work, destination, is_login=is_login)

    return await house.run(make)


async def test_a_preview_burns_no_link_and_learns_nothing(linked: House) -> None:
    token = await made(linked, "/", is_login=True)
    for method in ("GET", "HEAD", "GET"):
        answer = await linked.browser().client.request(method, f"/di/{token}")
        assert (answer.status_code, "Hoa" in answer.text) == (200, False)
    assert (await linked.browser().get(f"/di/{token}")).text.count("<button") == 1
    row = await linked.run(lambda session: session.scalars(select(PageLink)).one())
    assert row.used_at is None
    assert (await linked.browser().get("/di/unknown-token-of-nobody")).status_code == 200


async def test_a_login_link_makes_a_browser_a_channel_and_the_other_channel_hears_of_it(linked: House) -> None:
    token = await made(linked, "/", is_login=True)
    browser = linked.browser(**{"User-Agent": "Mozilla/5.0 (Linux; Android 9) Chrome/120 Mobile Safari/537.36"})
    answer = await browser.post(f"/di/{token}", page=True)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "cô Hoa" in (await browser.get("/")).text
    told = await linked.run(lambda session: session.scalars(select(Outbox).where(Outbox.kind == "devices.new")).one())
    assert (told.channel, told.address) == ("phone", "cô Hoa")
    assert told.payload is not None
    assert told.payload["text"].startswith("⚠️ Một máy mới vừa mở trang của cô.")
    assert [choice["label"] for choice in told.payload["choices"]] == ["Thu hồi"]
    row = await linked.run(lambda session: session.scalars(select(WebSession)).one())
    assert row.shown_as == "Chrome, Android"
    assert told.payload["choices"][0]["value"] == f"!devices:end.{row.id}"
    for _ in range(2):
        again = await linked.browser().post(f"/di/{token}", page=True)
        assert again.status_code == 410
        assert "Đường dẫn này" in again.text
        assert "set-cookie" not in again.headers


async def test_the_chat_lists_the_browsers_and_ends_them(linked: House) -> None:
    here = linked.browser(**{"User-Agent": "Firefox/130 (Windows NT 10.0)"})
    there = linked.browser(**{"User-Agent": "Chrome/120 Android"})
    for browser in (here, there):
        await browser.post(f"/di/{await made(linked, '/', is_login=True)}", page=True)
    await here.post("/chat/say", text="máy đang dùng")
    items = await here.until(lambda items: items and "Máy đang dùng trang của cô: 2" in items[-1]["text"])
    assert "Firefox, Windows (máy này)" in items[-1]["text"]
    ends = next(one for one in items[-1]["choices"] if "Thu hồi Chrome, Android" in one["caption"])
    await here.post("/chat/press", message=items[-1]["id"], press=ends["value"])
    await here.until(lambda items: items and "Đã thu hồi" in items[-1]["text"])
    assert (await there.client.get("/chat/after")).status_code == 401
    assert (await here.client.get("/chat/after")).status_code == 200
    rows = await linked.run(lambda session: session.scalars(select(Address).where(Address.channel == "web")).all())
    assert sorted(row.status for row in rows) == [AddressStatus.ACTIVE, AddressStatus.UNLINKED]


async def test_somebody_else_s_browser_cannot_be_ended(linked: House) -> None:
    head, teacher = await linked.sits_down("Đinh Văn Rớt"), await linked.sits_down("Đinh Thị Hoa")
    await teacher.post("/chat/say", text="máy đang dùng")
    await teacher.until(lambda items: items and "Máy đang dùng" in items[-1]["text"])
    from bot.rules import devices
    from bot.rules.work import Refused

    def tried(session: object) -> None:
        work = linked.work(session)  # type: ignore[arg-type]
        people = session.scalars(select(Person)).all()  # type: ignore[attr-defined]
        work.person = next(one for one in people if one.name == "Đinh Thị Hoa")
        rows = session.scalars(select(WebSession)).all()  # type: ignore[attr-defined]
        with pytest.raises(Refused, match="no_such_device"):
            devices.end(work, next(row.id for row in rows if row.person_id != work.person.id))

    await linked.run(tried)
    assert (await head.client.get("/chat/after")).status_code == 200


async def test_an_expired_or_unknown_link_is_one_sentence_and_a_way_on(linked: House) -> None:
    token = await made(linked, "/", is_login=True)
    linked.clock.move_to(linked.clock.now() + timedelta(minutes=31))
    for path, status in ((f"/di/{token}", 410), ("/di/a-token-of-nobody", 404)):
        answer = await linked.browser().post(path, page=True)
        assert answer.status_code == status
        assert "đường dẫn" in answer.text
        assert "0255 000 000" in answer.text
    head = await linked.sits_down("Đinh Văn Rớt")
    assert 'href="/"' in (await head.post(f"/di/{token}", page=True)).text


async def test_a_link_to_a_list_opens_that_list_for_an_hour_and_nothing_else(linked: House) -> None:
    number = await linked.run(lambda session: session.scalars(select(SchoolClass)).one().id)
    browser = linked.browser()
    answer = await browser.post(f"/di/{await made(linked, f'/xem/lop-{number}')}", page=True)
    assert answer.headers["location"] == f"/xem/lop-{number}"
    page = await browser.get(f"/xem/lop-{number}")
    assert page.status_code == 200
    assert "Lớp 6A, 31 em" in page.text
    assert page.text.count("<tr>") == 32
    looks = await linked.run(lambda session: session.scalars(select(Audit.action)).all())
    assert "pupils.listed" in looks
    assert "Xin gõ mã mời" in (await browser.get("/")).text
    for other in (f"/xem/lop-{number + 1}", "/xem/thon-1", "/tep/1", "/nhap"):
        assert (await browser.get(other)).status_code in (401, 404), other
    linked.clock.move_to(linked.clock.now() + timedelta(minutes=61))
    assert (await browser.get(f"/xem/lop-{number}")).status_code == 401


async def test_a_list_shows_only_what_its_reader_looks_after(linked: House) -> None:
    head = await linked.sits_down("Đinh Văn Rớt")
    number = await linked.run(lambda session: session.scalars(select(SchoolClass)).one().id)
    page = (await head.get(f"/xem/lop-{number}")).text
    assert "Đinh Thị Chi" in page
    assert "Hồ Văn An" not in page  # of another village
    for odd in ("/xem/lop-x", "/xem/nothing-1", "/xem/lop", "/xem/lop-9999999999999999"):
        assert (await head.get(odd)).status_code == 404, odd
    assert (await head.get("/xem/lop-999")).status_code == 403
    assert (await linked.browser().get(f"/xem/lop-{number}")).status_code == 401


async def test_a_link_to_a_file_gives_that_file(linked: House) -> None:
    def put(session: object) -> int:
        return files.put(
            session, channel="ralop", bot="ralop", file_id="card", address="", kind="file", content=b"%PDF-1.7",
            media_type="application/pdf", name="thẻ mời.pdf", at=linked.clock.now(),
        ).id  # fmt: skip

    number = await linked.run(put)
    browser = linked.browser()
    assert (await browser.get(f"/tep/{number}")).status_code == 401
    await browser.post(f"/di/{await made(linked, f'/tep/{number}')}", page=True)
    assert "thẻ mời.pdf" in (await browser.get(f"/tep/{number}")).text
    answer = await browser.get(f"/tep/{number}/noi-dung")
    assert answer.content == b"%PDF-1.7"
    assert (await browser.get(f"/tep/{number + 1}")).status_code == 401


async def test_a_link_to_somewhere_else_leads_nowhere(linked: House) -> None:
    for destination in ("https://evil.example", "//evil.example", "/chat/say", "/xem/../"):
        answer = await linked.browser().post(f"/di/{await made(linked, destination)}", page=True)
        assert answer.status_code == 404, destination


async def test_without_a_public_address_no_link_is_offered(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    await teacher.post("/chat/say", text="máy đang dùng")
    items = await teacher.until(lambda items: items and "Máy đang dùng" in items[-1]["text"])
    assert "trình duyệt" not in str(items[-1]["choices"])


async def test_over_https_the_cookies_are_bound_to_it(long_mon_url: str) -> None:
    async with open_house(long_mon_url, public_url=f"https://{HOST}") as house:
        browser = house.browser(Host=HOST)
        told = {"Origin": f"https://{HOST}", "Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        answer = await browser.client.post(f"/di/{await made(house, '/nhap')}", headers=told)
        assert answer.headers["set-cookie"].startswith("__Secure-ralop-page=")
        assert "Path=/nhap" in answer.headers["set-cookie"]
        answer = await browser.client.post(f"/di/{await made(house, '/', is_login=True)}", headers=told)
        assert answer.headers["set-cookie"].startswith("__Host-ralop=")
