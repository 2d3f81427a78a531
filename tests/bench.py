"""`make bench`: the absence report by 200 phones at once, against the fake Bot API server on this machine; then a tick
of a commune of 10,000 pupils.

Beside it, on the same machine in the same minute, a bare bot: the same client library, the same number of updates, one
SQLite commit and one answer for each, and no product. The ratio between the two holds on any machine; the seconds do
not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import HandClock
from bot.service.app import Service
from storage.chat import OpenConversation
from storage.database import Database, migrate, open_database
from tests import large
from tests.crowd import FIRST_CHAT, Teacher, settle_in
from tests.fakes.telegram_client import FakeTelegram
from tests.phone import PhoneChannel, Screens
from tests.play import SURROUNDINGS
from tests.running import ROOT, Running, environment

STEPS = 4  # /baovang, two numbers, a reason, Gửi


@dataclass(frozen=True)
class Figures:
    """What one run cost: seconds of wall time for each answer, and seconds of CPU in all."""

    answers: list[float]
    wall_s: float
    cpu_s: float

    def at(self, share: float) -> float:
        return sorted(self.answers)[min(len(self.answers) - 1, int(len(self.answers) * share))]

    def line(self, name: str) -> str:
        n = len(self.answers)
        return (
            f"{name:<10} {n} updates, {n / self.wall_s:6.1f}/s, p50 {self.at(0.5):.2f} s, p95 {self.at(0.95):.2f} s, "
            f"CPU {1000 * self.cpu_s / n:.1f} s per 1,000"
        )


def cpu_s(pid: int) -> float:
    """User and system seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(telegram: FakeTelegram, teacher: Teacher, answered: Callable[[float], None]) -> None:
    """One teacher's report, as a phone makes it."""
    chat = teacher.chat
    for act in (
        lambda: telegram.user_says(chat, "/baovang"),
        lambda: telegram.user_says(chat, "1 3"),
        lambda: telegram.press(chat, "1. Cùng ốm, mệt"),
        lambda: telegram.press(chat, "1. Gửi"),
    ):
        begun = time.monotonic()
        act()
        telegram.next_message(chat, timeout=300)
        answered(time.monotonic() - begun)


def echo(telegram: FakeTelegram, teacher: Teacher, answered: Callable[[float], None]) -> None:
    """The same number of messages to the bare bot."""
    for _ in range(STEPS):
        begun = time.monotonic()
        telegram.user_says(teacher.chat, "1 3")
        telegram.next_message(teacher.chat, timeout=300)
        answered(time.monotonic() - begun)


def measure(telegram: FakeTelegram, crowd: list[Teacher], pid: int, act: Callable[..., None]) -> Figures:
    """All phones at once."""
    answers: list[float] = []
    lock = threading.Lock()

    def answered(seconds: float) -> None:
        with lock:
            answers.append(seconds)

    before, begun = cpu_s(pid), time.monotonic()
    with ThreadPoolExecutor(len(crowd)) as pool:
        list(pool.map(lambda teacher: act(telegram, teacher, answered), crowd))
    return Figures(answers, time.monotonic() - begun, cpu_s(pid) - before)


def of_the_product(folder: Path, phones: int, latency: str) -> Figures:
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    database = open_database(url, create=True)
    migrate(database)
    database.close()
    clock = folder / "clock"
    clock.write_text("+0")  # a rehearsal's clock: what is measured is the work, not the pace that Telegram asks for
    with FakeTelegram(latency=latency) as telegram:
        crowd = settle_in(url, telegram, phones)
        with Running(url, folder, telegram, settings={"RALOP_CLOCK": f"file:{clock}"}) as service:
            assert service.process is not None
            figures = measure(telegram, crowd, service.process.pid, report)
            service.stop()
    return figures


def of_the_bare_bot(folder: Path, phones: int, latency: str) -> Figures:
    with FakeTelegram(latency=latency) as telegram:
        crowd = [Teacher(FIRST_CHAT + place, "", 0) for place in range(phones)]
        for teacher in crowd:
            telegram.chat(teacher.chat)
        command = [sys.executable, "-m", "tests.bench", "--bare", telegram.url, telegram.token, str(folder)]
        with subprocess.Popen(command, cwd=ROOT, env=environment("sqlite://")) as process:
            figures = measure(telegram, crowd, process.pid, echo)
            process.kill()
    return figures


async def bare(url: str, token: str, folder: str) -> None:
    """Fetches, commits, answers: the least that a bot on this library can do."""
    from telegram import Bot
    from telegram.request import HTTPXRequest

    database = sqlite3.connect(Path(folder) / "bare.sqlite3")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE seen (id INTEGER PRIMARY KEY, chat INTEGER)")
    bot = Bot(token, f"{url}/bot", request=HTTPXRequest(connection_pool_size=50), get_updates_request=HTTPXRequest(1))
    offset = 0
    async with bot:
        while True:
            for update in await bot.get_updates(offset=offset, timeout=20):
                offset = update.update_id + 1
                database.execute("INSERT INTO seen VALUES (?, ?)", (update.update_id, update.effective_chat.id))
                database.commit()
                asyncio.get_running_loop().create_task(bot.send_message(update.effective_chat.id, "Đã ghi."))


def of_a_tick(folder: Path) -> list[str]:
    """What a tick costs over 10,000 pupils, 300 people, 30 meetings and 200 cases: by what is due."""
    url = f"sqlite:///{folder / 'large.sqlite3'}"
    database = open_database(url, create=True)
    migrate(database)
    with database.transaction() as session:
        large.build(session)
    clock = HandClock(large.at(6, 20))
    service = Service(database, [PhoneChannel(Screens())], clock, SURROUNDINGS)
    lines = []
    for name, moment in TICKS:
        if name.startswith("10"):
            _leave_open(database, int(name.split()[0]), moment)
        clock.move_to(moment)
        before, begun = time.process_time(), time.monotonic()
        with database.transaction() as session:
            said = service.schedule.tick(session)
        wall, cpu = time.monotonic() - begun, time.process_time() - before
        each = f", {1000 * wall / said:.1f} ms each" if said else ""
        if name:
            lines.append(f"tick: {name:<30} {1000 * wall:7.0f} ms ({1000 * cpu:.0f} ms CPU), {said} messages{each}")
    database.close()
    return lines


def _leave_open(database: Database, count: int, until: datetime) -> None:
    """So many people left a conversation half an hour before: each is asked once whether to go on."""
    with database.transaction() as session:
        for number in range(count):
            session.add(
                OpenConversation(
                    instance=f"{count}.{number}", person_id=30 + count + number, name="attendance", step="absent",
                    draft={"class": "1", "day": "2024-03-20", "half": "morning", "~path": ["class"]},
                    started_at=until - HALF_AN_HOUR, touched_at=until - HALF_AN_HOUR,
                    status="open",
                )
            )  # fmt: skip


# The first tick compiles its statements, and is not counted; the last one of a kind stands for all like it.
HALF_AN_HOUR = timedelta(minutes=30)
TICKS = (
    ("the first of the process", large.at(6, 20, 15)),
    ("nothing due", large.at(6, 20, 30)),
    ("the 6:30 lists", large.at(6, 30)),
    ("nothing due after the lists", large.at(6, 30, 15)),
    ("the class questions", large.at(7, 15)),
    ("nothing due after the questions", large.at(7, 15, 15)),
    ("", large.at(13, 59, 45)),  # what the hours between have left to say
    ("10 due", large.at(14, 0)),
    ("", large.at(14, 59, 45)),
    ("100 due", large.at(15, 0)),
    ("nothing due in the afternoon", large.at(15, 0, 15)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--phones", type=int, default=200)
    parser.add_argument("--latency", default="50-150", help="milliseconds that the server takes")
    parser.add_argument("--ticks", action="store_true", help="only what a tick costs")
    parser.add_argument("--bare", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        asyncio.run(bare(*given.bare))
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", end=", ")
    print(f"SQLite {sqlite3.sqlite_version}")
    with tempfile.TemporaryDirectory() as folder:
        if given.ticks:
            print("\n".join(of_a_tick(Path(folder))))
            return
        product = of_the_product(Path(folder), given.phones, given.latency)
        floor = of_the_bare_bot(Path(folder), given.phones, given.latency)
        ticks = of_a_tick(Path(folder))
    print(product.line("Ra Lớp"))
    print(floor.line("bare bot"))
    per_update = product.cpu_s / len(product.answers), floor.cpu_s / len(floor.answers)
    print(f"CPU of an update, Ra Lớp : bare bot = {per_update[0] / per_update[1]:.1f}")
    print("\n".join(ticks))


if __name__ == "__main__":
    main()
