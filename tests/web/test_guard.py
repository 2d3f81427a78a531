"""Host and Origin on every request, size, and the headers that every answer carries (T22, T23)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.web.stage import FORM, House

GETS = (
    "/",
    "/join/a-token-of-the-tests",
    "/chat/stream",
    "/chat/after",
    "/sw.js",
    "/healthz",
    "/no-such-page",
)
POSTS = ("/chat/say", "/chat/press", "/join", "/join/a-token-of-the-tests")
FOREIGN_HOSTS = ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost@evil.example", "[", "")
FOREIGN_ORIGINS = ("https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "https://127.0.0.1", "")


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
async def test_a_foreign_host_gets_nothing(house: House, host: str) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    before = await house.effects()
    for path in GETS:
        answer = await teacher.client.get(path, headers={"Host": host})
        assert answer.status_code in (400, 421), path
        assert "Ra" not in answer.text
    for path in POSTS:
        answer = await teacher.client.post(
            path, data={"text": "menu"}, headers={"Host": host, "Origin": f"http://{host}"}
        )
        assert answer.status_code in (400, 421), path
    assert await house.effects() == before


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
async def test_a_foreign_origin_changes_nothing_and_reads_nothing(house: House, origin: str) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    before = await house.effects()
    for path in POSTS:
        answer = await teacher.client.post(path, data={"text": "menu", "press": "!menu"}, headers={"Origin": origin})
        assert answer.status_code == 403, path
    for path in GETS:
        assert (await teacher.client.get(path, headers={"Origin": origin})).status_code == 403, path
    assert await house.effects() == before


async def test_a_post_without_an_origin_changes_nothing(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    before = await house.effects()
    for path in POSTS:
        assert (await teacher.client.post(path, data={"text": "menu"})).status_code == 403, path
    assert await house.effects() == before
    assert (await teacher.post("/chat/say", text="menu")).status_code == 200


async def test_no_get_and_no_head_changes_anything(house: House) -> None:
    await house.invite("Đinh Thị Hoa")
    before = await house.effects()
    for path in (*GETS[:2], *GETS[3:], "/chat/say?text=menu", "/chat/press?press=!menu"):
        for method in ("GET", "HEAD"):
            await house.browser().client.request(method, path)
    assert await house.effects() == before


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
async def test_every_name_of_this_machine_is_ours(house: House, name: str) -> None:
    answer = await house.browser().client.get("/", headers={"Host": f"{name}:{house.port}"})
    assert answer.status_code == 200


async def test_every_answer_carries_the_headers(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    answers = [await teacher.get(path) for path in GETS if path != "/chat/stream"]
    answers.append(await teacher.client.get("/", headers={"Host": "evil.example"}))
    answers.append(await teacher.post("/chat/say", text="menu"))
    answers.append(await teacher.client.post("/chat/say", data={"text": "menu"}))
    async with teacher.client.stream("GET", "/chat/stream") as stream:
        answers.append(stream)
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] in ("no-store", "no-cache")
        assert "server" not in answer.headers


async def test_more_than_a_megabyte_is_not_taken(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")

    async def pieces() -> AsyncIterator[bytes]:
        yield b"text="
        for _ in range(11):
            yield b"x" * 100_000

    told = {"Origin": house.origin, **FORM}
    assert (
        await teacher.client.post("/chat/say", content=b"text=" + b"x" * 1_000_000, headers=told)
    ).status_code == 413
    assert (await teacher.client.post("/chat/say", content=pieces(), headers=told)).status_code == 413
    answer = await teacher.post("/chat/say", text="x" * 100_000)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"text": "menu"}', "application/json", 415),
        (b"text=menu", "text/plain", 415),
        (b"text=%ff%fe", FORM["Content-Type"], 400),
        (b"&".join(b"a%d=1" % number for number in range(50)), FORM["Content-Type"], 400),
        (b"text=menu&id=../../etc", FORM["Content-Type"], 400),
        (b"press=" + b"x" * 65, FORM["Content-Type"], 400),
    ],
)
async def test_an_odd_body_is_refused_and_the_next_one_served(
    house: House, content: bytes, kind: str, status: int
) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    before = await house.effects()
    path = "/chat/press" if content.startswith(b"press") else "/chat/say"
    told = {"Origin": house.origin, "Content-Type": kind}
    assert (await teacher.client.post(path, content=content, headers=told)).status_code == status
    assert await house.effects() == before
    assert (await teacher.post("/chat/say", text="menu")).status_code == 200


async def test_other_methods_do_not_exist(house: House) -> None:
    browser = house.browser()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = await browser.client.request(method, "/", headers={"Origin": house.origin})
        assert answer.status_code == 405, method


async def test_a_page_that_falls_over_says_nothing_of_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Đinh Thị Chi")

    site = house.app.state.site
    monkeypatch.setattr(site.pages, "show", broken)
    answer = await house.browser().get("/")
    assert (answer.status_code, answer.text) == (500, "500")
    assert answer.headers["x-content-type-options"] == "nosniff"
