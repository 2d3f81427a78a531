"""The demo's page behind its looks: saying, pressing, and a clock that goes through every due moment."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
def desk(address: str) -> Iterator[httpx.Client]:
    origin = address.rstrip("/")
    headers = {"Origin": origin, "Accept": "text/html"}
    with httpx.Client(base_url=origin, headers=headers, trust_env=False, timeout=WIDE_S) as client:
        yield client


def state(desk: httpx.Client) -> dict[str, object]:
    return desk.get("/demo/after").json()["state"]


def clock(desk: httpx.Client, **fields: str) -> httpx.Response:
    return desk.post("/demo/clock", data=fields, headers={"Accept": "application/json"})


def test_the_whole_morning_without_a_script(desk: httpx.Client) -> None:
    assert clock(desk, at="2024-03-20T07:15").json() == {"ok": True, "said": ""}
    shown = desk.get("/").text
    assert "Sáng nay lớp 6A (31 em) có em nào vắng không ạ?" in shown
    answer = desk.post("/demo/press", data=button(shown, "1. Đủ cả 31 em"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/#hoa-text")
    shown = desk.get("/").text
    assert "Đã ghi lúc 7:15: lớp 6A đủ 31 em." in shown
    assert "1. Đủ cả 31 em" in re.sub(r"<button.*?</button>", "", shown)
    told = state(desk)["told"]
    assert any("cô Hoa" in line["who"] for line in told)  # type: ignore[union-attr, attr-defined]


def test_each_phone_is_its_own(desk: httpx.Client) -> None:
    desk.post("/demo/say", data={"phone": "rot", "text": "menu"})
    phones = {one["phone"]: str(one["items"]) for one in desk.get("/demo/after").json()["phones"]}
    assert "Bác Rớt" in phones["rot"]
    assert "Bác Rớt" not in phones.get("thu", "")


@pytest.mark.parametrize("wrong", [{"phone": "p5", "text": "menu"}, {"text": "menu"}, {"phone": "", "press": "!menu"}])
def test_only_the_three_phones_can_be_used(desk: httpx.Client, wrong: dict[str, str]) -> None:
    assert desk.post("/demo/say", data=wrong).status_code == 400
    assert desk.post("/demo/press", data={"press": "!menu", **wrong}).status_code == 400


def test_the_clock_goes_forward_only_and_not_too_far(desk: httpx.Client) -> None:
    before = state(desk)["at"]
    for at in ("2024-03-01T07:00", "2034-03-20T07:00", before):
        answer = clock(desk, at=str(at)).json()
        assert answer["ok"] is False
        assert answer["said"]
    assert clock(desk, at="mai").status_code == 400
    assert clock(desk, go="never").status_code == 400
    assert state(desk)["at"] == before


def test_the_next_event_is_where_it_was_said_to_be(desk: httpx.Client) -> None:
    following = state(desk)["following"]
    clock(desk, go="next")
    assert state(desk)["now"] == str(following).partition(",")[0]


def test_an_hour_is_an_hour(desk: httpx.Client) -> None:
    hour, minute = str(state(desk)["now"]).split(":")
    clock(desk, go="hour")
    assert state(desk)["now"] == f"{(int(hour) + 1) % 24}:{minute}"


def test_a_stranger_on_the_network_side_gets_nothing(desk: httpx.Client) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert desk.post("/demo/clock", data={"go": "hour"}, headers=headers).status_code in (403, 421)
