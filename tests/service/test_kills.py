"""A storm: thirty teachers report while the service is killed sixty times; every confirmed report stands once.

*Confirmed* means that the phone shows the sentence which says so. The numbers are printed (`pytest -s`).
"""

from __future__ import annotations

import os
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from storage.database import Database
from tests.crowd import Teacher, settle_in
from tests.fakes.telegram_client import FakeTelegram
from tests.running import WIDE_S, Running

PEOPLE = 30
KILLS = int(os.environ.get("RALOP_KILLS", "60"))
SEED = int(os.environ.get("RALOP_SEED", "7"))
CORRECTIONS = 200  # at most so many reports a teacher: the storm ends long before


@dataclass
class Phone:
    """What one teacher saw: confirmations in order, and whether the conversation was ever lost."""

    teacher: Teacher
    confirmed: list[str] = field(default_factory=list)


def keeps_reporting(telegram: FakeTelegram, phone: Phone, over: threading.Event, dice: random.Random) -> None:
    """Reports, corrects, reports again: each time other pupils, until the storm is over and the last is confirmed."""
    chat = phone.teacher.chat
    for turn in range(CORRECTIONS):
        if over.is_set() and turn:
            return
        if turn:
            step(telegram, chat, lambda: telegram.press(chat, "↩️ Sửa"), "Sửa mục nào")
            step(telegram, chat, lambda: telegram.press(chat, "1. Em nào vắng"), "Em nào vắng")
        else:
            step(telegram, chat, lambda: telegram.user_says(chat, "/baovang"), "Em nào vắng")
        numbers = sorted(dice.sample(range(1, 11), 1 + turn % 3))
        seen = step(telegram, chat, lambda n=numbers: telegram.user_says(chat, " ".join(map(str, n))), "")
        if "vì sao" in seen:
            caption = "1. Ốm, mệt" if len(numbers) == 1 or "Em " in seen else "1. Cùng ốm, mệt"
            seen = step(telegram, chat, lambda c=caption: press_any(telegram, chat, c), "xem lại")
        said = step(telegram, chat, lambda: telegram.press(chat, "1. Gửi"), "Đã ghi")
        phone.confirmed.append(said)


def press_any(telegram: FakeTelegram, chat: int, caption: str) -> None:
    """Presses the first reason, however the question words it."""
    for one in (caption, "1. Cùng ốm, mệt", "1. Ốm, mệt"):
        try:
            telegram.press(chat, one)
            return
        except LookupError:
            continue
    raise LookupError(caption)


def step(telegram: FakeTelegram, chat: int, act, expected: str) -> str:  # type: ignore[no-untyped-def]
    """One act and its answer; copies of an earlier message are passed over, as a person does."""
    act()
    end = time.monotonic() + 2 * WIDE_S
    while time.monotonic() < end:
        message = telegram.next_message(chat, timeout=2 * WIDE_S)
        if expected in message["text"]:
            return str(message["text"])
    raise TimeoutError(f"chat {chat} never saw {expected!r}")


def test_sixty_kills_lose_no_confirmed_report_and_no_conversation(empty_url: str, tmp_path: Path) -> None:
    dice = random.Random(SEED)
    with FakeTelegram() as telegram:
        crowd = settle_in(empty_url, telegram, PEOPLE)
        phones = [Phone(teacher) for teacher in crowd]
        service = Running(empty_url, tmp_path, telegram).start()
        over = threading.Event()
        failures: list[BaseException] = []

        def perform(phone: Phone) -> None:
            try:
                keeps_reporting(telegram, phone, over, random.Random(phone.teacher.chat))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=perform, args=(phone,)) for phone in phones]
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.1, 1.5))
            service.kill()
            service.start()
        over.set()
        for thread in threads:
            thread.join(timeout=4 * WIDE_S)
        assert not any(thread.is_alive() for thread in threads)
        assert not failures, failures[:3]
        assert service.stop() == 0
    confirmed = sum(len(phone.confirmed) for phone in phones)
    print(f"\n{KILLS} kills, {confirmed} confirmed reports of {PEOPLE} teachers, seed {SEED}")
    ambiguous = _check(empty_url, phones)
    print(f"lost 0, doubled 0, conversations lost 0; {ambiguous} sends were in flight at a kill")


def _check(url: str, phones: list[Phone]) -> int:
    """Each confirmed report is one revision of its class's register, in order; nothing else is there."""
    database = Database(url)
    with database.transaction() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        for phone in phones:
            rows = session.execute(
                text(
                    "SELECT revision, (SELECT count(*) FROM absence WHERE register_id = register.id)"
                    " FROM register WHERE reported_by = :person ORDER BY revision"
                ),
                {"person": phone.teacher.person_id},
            ).all()
            assert [row[0] for row in rows] == list(range(1, len(phone.confirmed) + 1))
            for (_, absent), said in zip(rows, phone.confirmed, strict=True):
                assert f"vắng {absent} em" in said
        stuck = session.scalar(text("SELECT count(*) FROM outbox WHERE status = 'sending'"))
        assert stuck == 0
        waiting = session.scalar(text("SELECT count(*) FROM inbox WHERE status IN ('new', 'quarantined')"))
        assert waiting == 0
        ambiguous = int(session.scalar(text("SELECT coalesce(sum(unknowns), 0) FROM outbox")) or 0)
    database.close()
    return ambiguous
