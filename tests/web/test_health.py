"""Health: 503 only for the database or the clock; counts, no names (T32)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from storage.reminders import Memo
from tests.web.stage import AT, House, open_house


async def test_a_well_house_says_so(house: House) -> None:
    client = house.browser().client
    assert (await client.get("/healthz")).json() == {"alive": True}
    answer = await client.get("/readyz")
    told = answer.json()
    assert answer.status_code == 200
    assert told["ready"] is True
    assert told["database"] == {"writable": True}
    assert told["clock"]["ticking"] is True
    assert told["channels"] == {"web": {"trouble": None, "last_good_poll": None}}
    assert told["waiting"]["inbox_new"] == 0


async def test_a_look_leaves_no_trace(house: House) -> None:
    await house.browser().client.get("/readyz")
    keys = await house.run(lambda session: [memo.key for memo in session.scalars(select(Memo))])
    assert "health" not in keys


async def test_a_database_that_takes_nothing_is_not_ready_and_then_is_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = house.browser().client

    async def refusing(work: object) -> None:
        raise OperationalError("insert", {}, Exception("attempt to write a readonly database"))

    with monkeypatch.context() as broken:
        broken.setattr(house.service.database, "run", refusing)
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["database"] == {"writable": False}
        assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 200


async def test_a_clock_that_stands_is_neither_ready_nor_alive(house: House) -> None:
    client = house.browser().client
    house.clock.move_to(AT + timedelta(seconds=61))
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["clock"]["ticking"]) == (503, False)
    assert (await client.get("/healthz")).status_code == 503
    await house.service.tick()
    assert (await client.get("/readyz")).status_code == 200
    assert (await client.get("/healthz")).status_code == 200


async def test_metrics_are_for_this_machine_only(long_mon_url: str) -> None:
    async with open_house(long_mon_url, public_url="https://ralop.example") as house:
        client = house.browser().client
        answer = await client.get("/metrics")
        assert 'ralop_rows{state="inbox_new"} 0' in answer.text
        assert "ralop_ticking 1" in answer.text
        assert (await client.get("/metrics", headers={"Host": "ralop.example"})).status_code == 404
        assert (await client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"})).status_code == 404


async def test_no_name_no_path_no_version_is_told(house: House) -> None:
    client = house.browser().client
    told = "".join([(await client.get(path)).text for path in ("/healthz", "/readyz", "/metrics")])
    for secret in ("Đinh", "Hoa", "sqlite", "/tmp", "Long M", "3.11"):
        assert secret not in told
