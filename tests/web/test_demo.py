"""The demo's page behind its looks: saying, pressing, and a clock that goes through every due moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import WIDE_S
from tests.web import rehearsal
from tests.web.stage import button


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    demo = rehearsal.start(tmp_path_factory.mktemp("demo"))
    yield demo.address
    assert demo.stop() == 0


@pytest.fixture
def page(address: str) -> Iterator[httpx.Client]:
    origin = address.rstrip("/")
    headers = {"Origin": origin, "Accept": "text/html"}
    with httpx.Client(base_url=origin, headers=headers, trust_env=False, timeout=WIDE_S) as client:
        yield client


def state(page: httpx.Client) -> dict[str, object]:
    return page.get("/demo/after").json()["state"]


def clock(page: httpx.Client, **fields: str) -> httpx.Response:
    return page.post("/demo/clock", data=fields, headers={"Accept": "application/json"})


def test_the_whole_morning_without_a_script(page: httpx.Client) -> None:
    assert clock(page, at="2024-03-20T07:15").json() == {"ok": True, "said": ""}
    shown = page.get("/").text
    assert "Sáng nay lớp 6A (31 em) có em nào vắng không ạ?" in shown
    answer = page.post("/demo/press", data=button(shown, "1. Đủ cả 31 em"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/#hoa-text")
    shown = page.get("/").text
    assert "Đã ghi lúc 7:15: lớp 6A đủ 31 em." in shown
    assert "1. Đủ cả 31 em" in re.sub(r"<button.*?</button>", "", shown)
    told = state(page)["told"]
    assert any("cô Hoa" in line["who"] for line in told)  # type: ignore[union-attr, attr-defined]


def test_each_phone_is_its_own(page: httpx.Client) -> None:
    page.post("/demo/say", data={"phone": "rot", "text": "menu"})
    phones = {one["phone"]: str(one["items"]) for one in page.get("/demo/after").json()["phones"]}
    assert "Bác Rớt" in phones["rot"]
    assert "Bác Rớt" not in phones.get("thu", "")


@pytest.mark.parametrize("wrong", [{"phone": "p5", "text": "menu"}, {"text": "menu"}, {"phone": "", "press": "!menu"}])
def test_only_the_three_phones_can_be_used(page: httpx.Client, wrong: dict[str, str]) -> None:
    assert page.post("/demo/say", data=wrong).status_code == 400
    assert page.post("/demo/press", data={"press": "!menu", **wrong}).status_code == 400


def test_the_clock_goes_forward_only_and_not_too_far(page: httpx.Client) -> None:
    before = state(page)["at"]
    for at in ("2024-03-01T07:00", "2034-03-20T07:00", before):
        answer = clock(page, at=str(at)).json()
        assert answer["ok"] is False
        assert answer["said"]
    assert clock(page, at="mai").status_code == 400
    assert clock(page, go="never").status_code == 400
    assert state(page)["at"] == before


def test_the_next_event_is_where_it_was_said_to_be(page: httpx.Client) -> None:
    following = state(page)["following"]
    clock(page, go="next")
    assert state(page)["now"] == str(following).partition(",")[0]


def test_an_hour_is_an_hour(page: httpx.Client) -> None:
    hour, minute = str(state(page)["now"]).split(":")
    clock(page, go="hour")
    assert state(page)["now"] == f"{(int(hour) + 1) % 24}:{minute}"


def test_a_stranger_on_the_network_side_gets_nothing(page: httpx.Client) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert page.post("/demo/clock", data={"go": "hour"}, headers=headers).status_code in (403, 421)


def test_the_script_and_the_style_are_small(address: str) -> None:
    static = Path("bot/web/static")
    with httpx.Client(base_url=address, trust_env=False) as client:
        for name, limit in (("phones.js", 4000), ("style.css", 4000)):
            answer = client.get(f"/static/{name}")
            assert answer.headers["content-encoding"] == "gzip"
            assert int(answer.headers["content-length"]) < limit, name
            assert answer.content == (static / name).read_bytes()
