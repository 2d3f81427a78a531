"""The first day of a commune, from outside: commands, `ralop run`, and phones on a Bot API server of its own
process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.telegram_client import FakeTelegram
from tests.running import WIDE_S, Running, command
from tests.world import CLASS_6A

HOA, ROT, THU, STRANGER = 101, 102, 103, 104
PLAN = Path(__file__).parents[1] / "importers" / "samples" / "ke-hoach-30-KH-UBND.txt"


@dataclass
class Commune:
    """A deployment in a folder, its clock in a file, and the phones."""

    folder: Path
    telegram: FakeTelegram
    clock: Path
    service: Running

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'ralop.sqlite3'}"

    def ralop(self, *arguments: str, code: int = 0) -> str:
        done = command(
            self.url, *arguments, cwd=self.folder, RALOP_CLOCK=f"file:{self.clock}",
            TELEGRAM_BOT_TOKEN=self.telegram.token, TELEGRAM_API_BASE_URL=self.telegram.url,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def exported(self, what: str, *more: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.ralop("export", what, "--format", "json", *more))
        return rows

    def at(self, moment: str) -> None:
        """Moves the clock; the running service walks through everything that is due between."""
        self.clock.write_text(f"{moment}+07:00", "utf-8")
        end, there = time.monotonic() + WIDE_S, datetime.fromisoformat(f"{moment}+07:00")
        while self.last_tick() < there:
            assert time.monotonic() < end, "the service does not follow its clock"
            time.sleep(0.05)

    def last_tick(self) -> datetime:
        answer = httpx.get(f"http://127.0.0.1:{self.service.port}/readyz", timeout=WIDE_S)
        return datetime.fromisoformat(answer.json()["clock"]["last_tick"])

    def seen(self, chat: int, words: str) -> str:
        """Waits until a phone shows a message with these words."""
        end = time.monotonic() + WIDE_S
        while time.monotonic() < end:
            message = self.telegram.next_message(chat, timeout=WIDE_S)
            if words in message["text"]:
                return str(message["text"])
        raise TimeoutError(words)

    def says(self, chat: int, text: str, answer: str) -> str:
        self.telegram.user_says(chat, text)
        return self.seen(chat, answer)

    def presses(self, chat: int, caption: str, answer: str) -> str:
        self.telegram.press(chat, caption)
        return self.seen(chat, answer)

    def shows(self, chat: int, caption: str) -> None:
        """Waits until a phone shows a choice, in a message that may have changed in place."""
        end = time.monotonic() + WIDE_S
        while caption not in self.telegram.captions(chat):
            assert time.monotonic() < end, self.telegram.captions(chat)
            time.sleep(0.02)

    def joins(self, chat: int, form: str, *invite: str) -> None:
        """A person is invited by the operator and joins with the code, typed as people type it."""
        code = json.loads(self.ralop("invite", "--json", *invite))["code"]
        self.telegram.chat(chat)
        self.says(chat, "/start", "Xin gõ mã mời")
        self.says(chat, code.lower().replace("-", " "), "Mã đúng. Người được mời là")
        self.presses(chat, "1. Đúng, tôi đồng ý", "Ra Lớp nên gọi thế nào")
        self.presses(chat, form, "Xong rồi ạ")


@pytest.fixture
def commune(tmp_path: Path) -> Iterator[Commune]:
    clock = tmp_path / "clock"
    clock.write_text("2024-03-20T07:00:00+07:00", "utf-8")
    with FakeTelegram(clock=f"file:{clock}") as telegram:
        url = f"sqlite:///{tmp_path / 'ralop.sqlite3'}"
        service = Running(url, tmp_path, telegram, {"RALOP_CLOCK": f"file:{clock}"})
        made = Commune(tmp_path, telegram, clock, service)
        made.ralop("init", "--commune", "Long Môn", "--contact", "chị Thu, UBND xã: 0255 000 000")
        roster = tmp_path / "6A.csv"
        lines = [f"{n},{name},1/{1 + n % 12}/2012,6A,Cà Xen" for n, name in enumerate(CLASS_6A[:30], start=1)]
        title = "Trường PTDTBT TH&THCS Long Môn,,,,\nNăm học 2023-2024,,,,\n"
        roster.write_text(title + "STT,Họ và tên,Ngày sinh,Lớp,Thôn\n" + "\n".join(lines), "utf-8")
        assert made.ralop("import", str(roster)).splitlines()[-1] == "added 30, changed 0, unchanged 0, rejected 0"
        with service:
            yield made


def test_a_commune_begins_the_teacher_reports_the_village_head_visits_and_officials_hear(commune: Commune) -> None:
    commune.joins(HOA, "1. Cô", "--role", "teacher", "--class", "6A", "--name", "Đinh Thị Hoa")
    commune.joins(ROT, "1. Bác", "--role", "village_head", "--village", "Cà Xen", "--name", "Đinh Văn Rớt")
    commune.joins(THU, "5. Chị", "--role", "official", "--name", "Phạm Thị Thu")

    commune.at("2024-03-20T07:15:05")
    commune.seen(HOA, "Sáng nay lớp 6A (30 em) có em nào vắng không ạ?")
    commune.presses(HOA, "2. Có em vắng", "Em nào vắng ạ?")
    for name in ("Đinh Thị An", "Phạm Văn Bình", "Đinh Thị Chi"):
        commune.telegram.press(HOA, f"☐ {name}")
        commune.shows(HOA, f"☑ {name}")
    commune.presses(HOA, "Xong: 3 em", "Các em vắng vì sao ạ?")
    commune.presses(HOA, "6. Mỗi em một lý do", "Em Đinh Thị An vắng vì sao ạ? (1/3)")
    commune.presses(HOA, "1. Ốm, mệt", "(2/3)")
    commune.presses(HOA, "2. Đi rẫy, giúp nhà", "(3/3)")
    commune.presses(HOA, "5. Chưa rõ", "vắng 3/30 em")
    commune.presses(HOA, "1. Gửi", "Đã ghi lúc 7:15: lớp 6A vắng 3 em.")

    commune.at("2024-03-20T09:40:00")
    commune.says(HOA, "Bình 6A đến rồi", "ghi là vắng")
    commune.presses(HOA, "1. Đến muộn", "em Bình đến muộn. Lớp 6A còn vắng 2 em: An, Chi.")

    commune.at("2024-03-20T16:30:00")
    commune.says(ROT, "thăm em Chi 6A: gặp mẹ, hẹn thứ 6", "Chi")
    end = time.monotonic() + WIDE_S
    while "1. Gửi" not in commune.telegram.captions(ROT) and time.monotonic() < end:
        commune.telegram.press(ROT, next(one for one in commune.telegram.captions(ROT) if one.startswith("1.")))
        commune.telegram.next_message(ROT, timeout=WIDE_S)
        if "Bỏ qua" in commune.telegram.captions(ROT):
            commune.telegram.press(ROT, "Bỏ qua")
            commune.telegram.next_message(ROT, timeout=WIDE_S)
    commune.presses(ROT, "1. Gửi", "Đã ghi lúc 16:30")
    commune.at("2024-03-20T16:33:00")
    for chat in (HOA, THU):
        heard = commune.seen(chat, "em Chi")
        assert "Đinh" not in heard
        assert "6A" in heard

    commune.at("2024-03-20T17:00:05")
    digest = commune.seen(THU, "28/30")
    assert "Vắng 2" in digest
    _check_exports(commune)
    assert commune.service.stop() == 0


def _check_exports(commune: Commune) -> None:
    """Each report exactly once, in its latest revision."""
    rows = commune.exported("attendance", "--sensitive")
    told = {row["pupil"]: (row["status"], row["reason"], row["revision"]) for row in rows}
    assert len(rows) == 3
    assert told == {
        "Đinh Thị An": ("excused", "ill", 2),
        "Phạm Văn Bình": ("late", "fields", 2),
        "Đinh Thị Chi": ("unknown", "unknown", 2),
    }
    assert {row["date"] for row in rows} == {"2024-03-20"}
    [register] = commune.exported("registers")
    assert (register["class"], register["enrolled"], register["present"], register["absent"]) == ("6A", 30, 28, 2)
    [visit] = commune.exported("visits")
    assert (visit["pupil"], visit["visitor"], visit["met"]) == ("Đinh Thị Chi", "Đinh Văn Rớt", "parents")
    assert visit["promised_date"] == "2024-03-22"
    assert visit["visited_at"].endswith("+07:00")
    actions = {row["action"] for row in commune.exported("audit")}
    assert {"attendance.reported", "attendance.corrected", "person.joined"} <= actions
    assert {row["name"] for row in commune.exported("people")} >= {"Đinh Thị Hoa", "Đinh Văn Rớt", "Phạm Thị Thu"}


def test_a_proxy_page_a_bad_update_a_blocked_person_and_a_429_keep_nobody_waiting(commune: Commune) -> None:
    commune.joins(HOA, "1. Cô", "--role", "teacher", "--class", "6A", "--name", "Đinh Thị Hoa")
    commune.joins(ROT, "1. Bác", "--role", "village_head", "--village", "Cà Xen", "--name", "Đinh Văn Rớt")
    commune.telegram.fault("getUpdates", "html404", 1)
    commune.telegram.inject({"message": {"date": "yesterday", "chat": 5}})
    commune.telegram.block(ROT)
    commune.says(HOA, "menu", "cần việc gì")
    commune.telegram.unblock(ROT)
    commune.says(ROT, "menu", "cần việc gì")
    commune.telegram.fault("sendMessage", "429", 1, chat=HOA, seconds=3)
    commune.telegram.user_says(HOA, "việc")
    commune.says(ROT, "việc", "việc")
    commune.service.kill()
    commune.service.start()
    assert "việc" in commune.seen(HOA, "việc")


def test_the_plan_of_the_commune_gives_its_two_meetings_and_a_second_reading_none(commune: Commune) -> None:
    commune.ralop("plan", str(PLAN), "--yes")
    rows = commune.exported("meetings")
    assert [(row["starts_at"], row["villages"]) for row in rows] == [
        ("2024-03-21T18:30:00+07:00", ["Cà Xen"]),
        ("2024-03-22T18:30:00+07:00", ["Làng Trê", "Làng Giữa"]),
    ]
    assert {row["plan"] for row in rows} == {"30/KH-UBND"}
    commune.ralop("plan", str(PLAN), "--yes")
    assert len(commune.exported("meetings")) == 2
