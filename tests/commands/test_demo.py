"""`ralop demo`: no account, no configuration, one address; it ends with 0 and leaves nothing behind."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import httpx
import pytest

from tests.running import command
from tests.web import rehearsal


def test_a_demo_prints_one_address_and_ends_with_nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    demo = rehearsal.start(tmp_path)
    assert next(path.name for path in tmp_path.iterdir()).startswith("ralop-demo-")
    page = httpx.get(demo.address, trust_env=False)
    assert page.status_code == 200
    assert "7:00" in page.text
    assert "thứ 4, 20/3/2024" in page.text
    for name in ("Cô Hoa", "Bác Rớt", "Chị Thu"):
        assert name.lower() in page.text.lower()
    assert httpx.get(f"{demo.address}readyz", trust_env=False).status_code == 200
    assert demo.stop() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_demo_starts_where_it_is_told_and_speaks_english(tmp_path: Path) -> None:
    demo = rehearsal.start(tmp_path, "--at", "2024-03-21 16:45", "--lang", "en")
    page = httpx.get(demo.address, trust_env=False).text
    assert demo.stop() == 0
    assert "16:45" in page
    assert "Thursday, 21/3/2024" in page
    assert "Sent to whom" in page
    assert "Đã gửi" not in page


def test_a_wrong_hour_is_wrong_usage_in_one_line(tmp_path: Path) -> None:
    done = command("sqlite:///none.sqlite3", "demo", "--at", "mai", "--no-open", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("ralop: ")
    assert '--at "2024-03-20 07:00"' in done.stderr


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = command("sqlite:///none.sqlite3", "demo", "--port", port, "--no-open", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert port in done.stderr


def test_a_wrong_setting_and_a_real_database_are_no_business_of_the_demo(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TELEGRAM_MODE=pigeon\nDATABASE_URL=sqlite:///real.sqlite3\n", "utf-8")
    (tmp_path / "real.sqlite3").write_bytes(b"somebody's")
    demo = rehearsal.start(tmp_path)
    assert demo.stop() == 0
    assert (tmp_path / "real.sqlite3").read_bytes() == b"somebody's"
