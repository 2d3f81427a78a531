"""A morning on Zalo, from outside: `ralop run` by webhook and by polling, a person who joins and reports by digits."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fakes.zalo_client import FakeZalo
from tests.running import WIDE_S, Running, command, free_port

HOA = "6ede9afa66b88fe6d6a9"
SECRET = "mot-chuoi-dai-it-nhat-16-ky-tu"
TOKENS = ("1459232241454765289:FAKE-zalo_one", "2459232241454765289:FAKE-zalo_two")


@pytest.fixture(scope="module")
def zalo() -> Iterator[FakeZalo]:
    with FakeZalo(*TOKENS, poll_s=2, webhook_tries=0) as running:
        yield running


@pytest.fixture(scope="module")
def port() -> int:
    """The same one for both: by polling the service first takes away the webhook that it had set before."""
    return free_port()


def until(zalo: FakeZalo, words: str) -> str:
    """Waits until Hoa's phone shows these words."""
    end = time.monotonic() + WIDE_S
    while (left := end - time.monotonic()) > 0:
        try:
            message = zalo.next_message(HOA, timeout=left)
        except TimeoutError:
            break
        if words in message["text"]:
            return str(message["text"])
    raise TimeoutError(f"{words!r} is not among {zalo.texts(HOA)}")


def says(zalo: FakeZalo, text: str, answer: str) -> str:
    zalo.user_says(HOA, text)
    return until(zalo, answer)


@pytest.mark.parametrize(("mode", "place"), [("webhook", 0), ("polling", 1)])
def test_somebody_joins_by_a_code_and_reports_an_absence_by_digits(
    zalo: FakeZalo, port: int, long_mon_url: str, tmp_path: Path, mode: str, place: int
) -> None:
    phone = zalo.bot(place)
    clock = tmp_path / "clock"
    clock.write_text("2024-03-20T07:20:00+07:00", "utf-8")
    url, more = long_mon_url, {"RALOP_CLOCK": f"file:{clock}"}
    wanted = ("invite", "--json", "--role", "teacher", "--class", "6A", "--name", "Đinh Thị Hoa Mai")
    code = json.loads(command(url, *wanted, cwd=tmp_path, **more).stdout)["code"]
    settings = {**more, "ZALO_MODE": mode, "WEBHOOK_SECRET": SECRET, "WEB_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with Running(url, tmp_path, settings=settings, port=port, zalo=zalo):
        phone.user(HOA, display_name="Hoa")
        while (phone.webhook() is None) == (mode == "webhook"):
            time.sleep(0.02)
        says(phone, code.lower().replace("-", " "), "Đinh Thị Hoa Mai")
        says(phone, "1", "gọi thế nào")
        says(phone, "1", "Xong rồi ạ")
        assert "31. Đinh Văn Ý" in says(phone, "bao vang", "Em nào vắng ạ?")
        says(phone, "3", "vì sao ạ?")
        says(phone, "1", "vắng 1/31 em")
        says(phone, "1", "Đã ghi lúc 7:2")
        told = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=WIDE_S).json()["channels"]
        assert told[f"zalo:{TOKENS[place].partition(':')[0]}"]["trouble"] is None
        assert told[f"zalo:{TOKENS[place].partition(':')[0]}"]["last_good_poll"]
    log = (tmp_path / "run.log").read_text("utf-8")
    assert "FAKE-zalo" not in log
    assert SECRET not in log
