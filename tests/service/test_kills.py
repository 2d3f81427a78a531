"""A storm: thirty teachers report while the service is killed sixty times; every confirmed report stands once.

*Confirmed* means that the phone shows the sentence which says so. The numbers are printed (`pytest -s`).
"""

from __future__ import annotations

import contextlib
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
SILENCE_S = 20.0  # then a person looks at the phone again, and presses what stands there
# What is pressed when it stands under the newest message.
PRESSED = ("1. Gửi", "1. Cùng ốm, mệt", "1. Ốm, mệt", "1. Em nào vắng", "↩️ Sửa")


@dataclass
class Phone:
    """What one teacher saw: the receipts, by the register that their `↩️ Sửa` leads to, and what they say."""

    teacher: Teacher
    receipts: dict[str, str] = field(default_factory=dict)
    sends_pressed: int = 0


def keeps_reporting(telegram: FakeTelegram, phone: Phone, over: threading.Event, dice: random.Random) -> None:
    """Reports, corrects, reports again, going by what the phone shows: copies and old buttons confuse nobody for long.

    Ends when the storm is over and one more report is confirmed after it.
    """
    chat, end = phone.teacher.chat, time.monotonic() + 10 * WIDE_S
    before: int | None = None
    while time.monotonic() < end:
        if over.is_set():
            before = len(phone.receipts) if before is None else before
            if len(phone.receipts) > before:
                return
        act(telegram, phone, dice)
        hear(telegram, phone)
    raise TimeoutError(f"chat {chat} is stranded: {telegram.texts(chat)[-2:]}")


def act(telegram: FakeTelegram, phone: Phone, dice: random.Random) -> None:
    """Presses or types what the newest message asks for."""
    chat = phone.teacher.chat
    captions = telegram.captions(chat)
    pressed = next((one for one in captions if one in PRESSED), None)
    if pressed is not None:
        phone.sends_pressed += pressed == "1. Gửi"
        with contextlib.suppress(LookupError):  # another message has come meanwhile
            telegram.press(chat, pressed)
    elif any(one.startswith("☐") for one in captions):
        telegram.user_says(chat, " ".join(str(n) for n in sorted(dice.sample(range(1, 11), dice.randint(1, 3)))))
    else:
        telegram.user_says(chat, "/baovang")


def hear(telegram: FakeTelegram, phone: Phone) -> None:
    """Reads what comes next; after a silence the person looks again at what stands there."""
    try:
        message = telegram.next_message(phone.teacher.chat, timeout=SILENCE_S)
    except TimeoutError:
        return
    for row in message.get("keyboard") or []:
        for button in row:
            if button["text"] == "↩️ Sửa" and "✅ Đã ghi" in message["text"]:
                phone.receipts[button["callback_data"]] = message["text"]


def test_sixty_kills_lose_no_confirmed_report_and_no_conversation(empty_url: str, tmp_path: Path) -> None:
    dice = random.Random(SEED)
    with FakeTelegram() as telegram:
        crowd = settle_in(empty_url, telegram, PEOPLE)
        phones = [Phone(teacher) for teacher in crowd]
        over = threading.Event()
        failures: list[BaseException] = []

        def perform(phone: Phone) -> None:
            try:
                keeps_reporting(telegram, phone, over, random.Random(phone.teacher.chat))
            except BaseException as error:
                failures.append(error)

        with Running(empty_url, tmp_path, telegram) as service:
            threads = [threading.Thread(target=perform, args=(phone,), daemon=True) for phone in phones]
            for thread in threads:
                thread.start()
            for _ in range(KILLS):
                time.sleep(dice.uniform(0.1, 1.5))
                service.kill()
                service.start()
            over.set()
            for thread in threads:
                thread.join(timeout=12 * WIDE_S)
            assert not failures, failures[:3]
            assert service.stop() == 0
    confirmed = sum(len(phone.receipts) for phone in phones)
    print(f"\n{KILLS} kills, {confirmed} confirmed reports of {PEOPLE} teachers, seed {SEED}")
    ambiguous = _check(empty_url, phones)
    print(f"lost 0, doubled 0, conversations lost 0; {ambiguous} sends were in flight at a kill")


def _check(url: str, phones: list[Phone]) -> int:
    """Each confirmed report is one revision of its class's register; nothing is there that nobody pressed Gửi for."""
    database = Database(url)
    with database.transaction() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        for phone in phones:
            rows = session.execute(
                text(
                    "SELECT id, revision, (SELECT count(*) FROM absence WHERE register_id = register.id)"
                    " FROM register WHERE reported_by = :person ORDER BY revision"
                ),
                {"person": phone.teacher.person_id},
            ).all()
            assert [row[1] for row in rows] == list(range(1, len(rows) + 1))
            assert len(rows) <= phone.sends_pressed
            stored = {f"!attendance:fix.{row[0]}": row[2] for row in rows}
            assert phone.receipts.keys() <= stored.keys()
            for register, said in phone.receipts.items():
                assert f"vắng {stored[register]} em" in said
        stuck = session.scalar(text("SELECT count(*) FROM outbox WHERE status = 'sending'"))
        assert stuck == 0
        waiting = session.scalar(text("SELECT count(*) FROM inbox WHERE status IN ('new', 'quarantined')"))
        assert waiting == 0
        ambiguous = int(session.scalar(text("SELECT coalesce(sum(unknowns), 0) FROM outbox")) or 0)
    database.close()
    return ambiguous
