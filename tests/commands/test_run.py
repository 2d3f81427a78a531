"""`ralop run` as an operator starts it: alone, stopped cleanly, without Telegram, and through every moved hour."""

from __future__ import annotations

import csv
import http.server
import io
import json
import re
import shutil
import signal
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot import keys
from tests.fakes.telegram_client import FakeTelegram
from tests.running import WIDE_S, Running, command, free_port
from tests.world import CLASS_6A

MORNING = "2024-03-20T07:00:00+07:00"


@pytest.fixture
def folder(tmp_path: Path, long_mon_template: Path) -> Path:
    """The commune of the transcripts on a machine whose clock stands at seven in the morning."""
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copy(long_mon_template, tmp_path / "data" / "ralop.sqlite3")
    keys.load_or_make(tmp_path / "data")
    (tmp_path / "clock").write_text(MORNING, "utf-8")
    return tmp_path


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'data' / 'ralop.sqlite3'}"


def clock(folder: Path) -> str:
    return f"file:{folder / 'clock'}"


@pytest.fixture
def telegram(folder: Path) -> Iterator[FakeTelegram]:
    with FakeTelegram(clock=clock(folder)) as fake:
        yield fake


def until(what: str, look: object) -> None:
    """Waits for something the service does in its own time."""
    end = time.monotonic() + WIDE_S
    while time.monotonic() < end:
        if look():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise TimeoutError(what)


def join(folder: Path, telegram: FakeTelegram, chat: int) -> None:
    """A second teacher of 6A types her code and agrees; the first one has no Telegram."""
    told = command(
        url(folder), "invite", "--role", "teacher", "--class", "6A", "--name", "Phạm Thị Mai", "--json",
        cwd=folder, RALOP_CLOCK=clock(folder),
    )  # fmt: skip
    for text, answer in ((json.loads(told.stdout)["code"], "1. Đúng"), ("1", "1. Cô"), ("1", "Việc của tôi")):
        telegram.user_says(chat, text)
        until(answer, lambda answer=answer: any(answer in one for one in telegram.captions(chat)))


def test_sigterm_and_ctrl_c_end_it_cleanly_within_ten_seconds(folder: Path) -> None:
    running = Running(url(folder), folder)
    for number in (signal.SIGTERM, signal.SIGINT):
        running.start()
        assert running.process is not None
        started = time.monotonic()
        running.process.send_signal(number)
        assert running.process.wait(timeout=WIDE_S) == 0
        assert time.monotonic() - started < 10
    assert running.log.read_text("utf-8").count("stopped") == 2


def test_a_second_service_on_the_same_database_refuses_in_one_line(folder: Path) -> None:
    with Running(url(folder), folder):
        second = command(url(folder), "run", cwd=folder, WEB_PORT=str(free_port()), DEFAULT_LOCALE="en")
        assert second.returncode == 1
        assert second.stderr == "ralop: Ra Lớp is running already on this database.\n"


def test_after_a_kill_it_starts_again(folder: Path) -> None:
    with Running(url(folder), folder) as running:
        running.kill()
        running.start()
        assert running.stop() == 0


def test_a_port_in_use_is_told_in_one_line(folder: Path) -> None:
    with Running(url(folder), folder) as running:
        other = f"sqlite:///{folder / 'data' / 'other.sqlite3'}"
        shutil.copy(folder / "data" / "ralop.sqlite3", folder / "data" / "other.sqlite3")
        second = command(other, "run", cwd=folder, WEB_PORT=str(running.port), DEFAULT_LOCALE="en")
    assert second.returncode == 1
    assert second.stderr.startswith(f"ralop: The pages cannot be opened at 127.0.0.1:{running.port}.")
    assert second.stderr.count("\n") == 1


def test_it_starts_and_is_ready_although_telegram_is_down(folder: Path) -> None:
    settings = {"TELEGRAM_BOT_TOKEN": "123456:ABC-DEF_ghi", "TELEGRAM_API_BASE_URL": "http://127.0.0.1:9"}
    with Running(url(folder), folder, settings=settings) as running:
        told = json.loads(running.until_ready())
        assert (told["ready"], set(told["channels"])) == (True, {"telegram", "web"})
        assert running.stop() == 0


def test_a_damaged_database_does_not_start_and_says_what_to_do(folder: Path) -> None:
    file = folder / "data" / "ralop.sqlite3"
    content = bytearray(file.read_bytes())
    content[:100] = b"\x55" * 100
    file.write_bytes(content)
    ended = command(url(folder), "run", cwd=folder, DEFAULT_LOCALE="en")
    assert ended.returncode == 1
    assert ended.stderr == "ralop: The database file is damaged. Put a backup back: ralop restore FILE --force\n"


def test_a_database_of_a_newer_version_is_refused_in_one_sentence(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "data" / "ralop.sqlite3")) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    for arguments in (("run",), ("export", "pupils")):
        ended = command(url(folder), *arguments, cwd=folder, DEFAULT_LOCALE="en")
        assert ended.returncode == 1
        assert ended.stderr.startswith("ralop: The database was written by a newer version of Ra Lớp.")


def test_a_moved_clock_passes_every_due_moment_in_its_own_time(folder: Path, telegram: FakeTelegram) -> None:
    """From 7:00 to 19:00 at once: the morning question and its two repetitions each leave at their hour."""
    with Running(url(folder), folder, telegram, {"RALOP_CLOCK": clock(folder)}) as running:
        join(folder, telegram, 100)
        (folder / "clock").write_text("2024-03-20T19:00:00+07:00", "utf-8")
        until("three questions", lambda: len(asked(folder)) == 3)
        assert asked(folder) == ["2024-03-20T07:15", "2024-03-20T07:45", "2024-03-20T09:00"]
        assert running.stop() == 0


def test_a_service_that_slept_through_them_says_only_the_last(folder: Path, telegram: FakeTelegram) -> None:
    with Running(url(folder), folder, telegram, {"RALOP_CLOCK": clock(folder)}) as running:
        join(folder, telegram, 100)
        running.stop()
        (folder / "clock").write_text("2024-03-20T08:00:00+07:00", "utf-8")
        running.start()
        until("the question", lambda: asked(folder))
        assert running.stop() == 0
    assert len(asked(folder)) == 1


def asked(folder: Path) -> list[str]:
    """When the class was asked for, to the minute."""
    ended = command(url(folder), "export", "deliveries", "--format", "json", cwd=folder, RALOP_CLOCK=clock(folder))
    rows = json.loads(ended.stdout)
    return [
        row["sent_at"][:16]
        for row in rows
        if (row["kind"], row["status"], row["channel"]) == ("attendance.report", "sent", "telegram")
    ]


def test_somebody_outside_hears_a_heartbeat(folder: Path) -> None:
    heard = threading.Event()

    class Watcher(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.set()
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Watcher) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = {"HEARTBEAT_URL": f"http://127.0.0.1:{server.server_port}/ping"}
        with Running(url(folder), folder, settings=settings) as running:
            assert heard.wait(WIDE_S)
            assert running.stop() == 0
        server.shutdown()


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_token_and_no_name_reaches_the_log(folder: Path, telegram: FakeTelegram, form: str) -> None:
    """A report, nonsense, an unreadable update, a refused line and an odd answer, all at DEBUG (T25)."""
    settings = {"RALOP_CLOCK": clock(folder), "LOG_LEVEL": "DEBUG", "LOG_FORMAT": form}
    with Running(url(folder), folder, telegram, settings) as running:
        join(folder, telegram, 100)
        telegram.user_says(100, "vắng 6A: Chi ốm")
        until("the summary", lambda: any("Gửi" in one for one in telegram.captions(100)))
        telegram.user_says(100, "1")
        until("the receipt", lambda: any("Đã ghi" in one for one in telegram.texts(100)))
        telegram.inject({"update_id": 1, "message": {"text": "Đinh Thị Chi", "chat": "nobody"}})
        telegram.fault("sendMessage", "html404")
        telegram.user_says(100, "Đinh Thị Chi đâu rồi")
        until("an answer", lambda: len(telegram.texts(100)) >= 6)
        for page in ("/", "/join/a-token-nobody-knows", "/readyz", "/nowhere"):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{running.port}{page}", timeout=WIDE_S).close()
            except OSError:
                continue
        assert running.stop() == 0
    written = running.log.read_text("utf-8")
    assert "started" in written
    for secret in (telegram.token, telegram.token.partition(":")[2], "a-token-nobody-knows"):
        assert secret not in written
    words = {word for name in CLASS_6A for word in [name, *re.findall(r"[^\W\d]{4,}", name)]}
    assert [word for word in sorted(words) if word in written] == []
    if form == "json":
        assert all(json.loads(line)["event"] for line in written.splitlines())


def test_the_night_makes_a_backup_that_opens(folder: Path) -> None:
    (folder / "clock").write_text("2024-03-20T23:00:00+07:00", "utf-8")
    settings = {"RALOP_CLOCK": clock(folder), "BACKUP_DIR": str(folder / "backups")}
    made = folder / "backups" / "nightly-2024-03-21.sqlite3"
    with Running(url(folder), folder, settings=settings) as running:
        running.stop()
        (folder / "clock").write_text("2024-03-21T02:01:00+07:00", "utf-8")
        running.start()
        until("the backup", made.exists)
        assert running.stop() == 0
    with closing(sqlite3.connect(made)) as opened:
        assert opened.execute("SELECT count(*) FROM pupil").fetchone() == (len(CLASS_6A),)


@pytest.mark.postgres
def test_on_postgresql_it_runs_once_too(folder: Path, postgres_url: str) -> None:
    with Running(postgres_url, folder) as running:
        second = command(postgres_url, "run", cwd=folder, WEB_PORT=str(free_port()), DEFAULT_LOCALE="en")
        assert second.returncode == 1
        assert second.stderr == "ralop: Ra Lớp is running already on this database.\n"
        rows = command(postgres_url, "export", "pupils", cwd=folder).stdout
        assert len(list(csv.reader(io.StringIO(rows)))) == len(CLASS_6A) + 1
        assert running.stop() == 0
