"""What a month's report costs for 400 and for 10,000 pupils: seconds, the longest transaction, how long others wait for
an answer meanwhile, memory. `make bench-reports`."""

from __future__ import annotations

import asyncio
import os
import platform
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.clock import HandClock
from bot.i18n import Reader
from bot.reports.requests import Request
from bot.service.app import Service
from bot.service.making import Making
from bot.service.press import Press
from storage import people, places
from storage.attendance import Absence, Register
from storage.database import Database, migrate, open_database
from storage.people import Role
from storage.pupils import Enrolment
from tests import large
from tests.phone import PhoneChannel, Screens
from tests.play import SURROUNDINGS

MARCH = [date(2024, 3, n) for n in range(1, 30) if date(2024, 3, n).weekday() < 5]
SIZES = ((400, 16), (10_000, 320))
REASONS = (("excused", "ill"), ("unexcused", "fields"), ("unknown", "unknown"))


@dataclass
class Seen:
    """What was measured of one report."""

    seconds: dict[str, float] = field(default_factory=dict)
    longest_transaction: float = 0.0
    longest_answer: float = 0.0
    answers: int = 0
    worker_mb: int = 0


class Watched(Database):
    """Remembers the longest transaction of those that read for the paper; waiting for their turn is not theirs."""

    longest = 0.0

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            session.connection()
            begun = time.monotonic()
            yield session
            if not threading.current_thread().name.startswith("database"):
                self.longest = max(self.longest, time.monotonic() - begun)


def build(database: Database, pupils: int, classes: int) -> int:
    """A commune with a month of registers, one pupil in twenty away each day; the id of an official."""
    with database.transaction() as session:
        large.build(session, pupils=pupils, classes=classes, people=300, cases=min(200, pupils // 10))
        of_class: dict[int, list[int]] = {}
        for class_id, pupil_id in session.execute(select(Enrolment.class_id, Enrolment.pupil_id)):
            of_class.setdefault(class_id, []).append(pupil_id)
        registers = [_register(class_id, day, len(of_class[class_id])) for day in MARCH for class_id in of_class]
        ids = session.scalars(insert(Register).returning(Register.id), registers).all()
        session.execute(insert(Absence), list(_absences(list(zip(ids, registers, strict=True)), of_class)))
        officials = people.with_role(session, Role.OFFICIAL, MARCH[-1], commune_id=_commune(session))
        return officials[0].id


def _commune(session: Session) -> int:
    commune = places.commune(session)
    assert commune is not None
    return commune.id


def _register(class_id: int, day: date, enrolled: int) -> dict[str, Any]:
    at = large.at(7, 20, day=day)
    return {"class_id": class_id, "day": day, "half": "morning", "revision": 1, "is_current": True,
            "enrolled": enrolled, "reported_by": 1, "written_at": at, "reported_at": at,
            "is_late_entry": False}  # fmt: skip


def _absences(kept: list[tuple[int, dict[str, Any]]], of_class: dict[int, list[int]]) -> Iterator[dict[str, Any]]:
    for number, (register_id, register) in enumerate(kept):
        for pupil_id in of_class[register["class_id"]]:
            if (pupil_id * pupil_id + 13 * number + pupil_id // 16) % 20 == 0:
                mark, reason = REASONS[(pupil_id + number) % 3]
                yield {"register_id": register_id, "pupil_id": pupil_id, "mark": mark, "reason": reason, "note": ""}


async def measure(folder: Path, pupils: int, classes: int) -> Seen:
    """The month in each form, while somebody else writes to the service all the time."""
    url = f"sqlite:///{folder / f'{pupils}.sqlite3'}"
    made = open_database(url, create=True)
    migrate(made)
    official = build(made, pupils, classes)
    made.close()
    database, seen, clock = Watched(url), Seen(), HandClock(large.at(17, day=MARCH[-1]))
    channel, press = PhoneChannel(Screens()), Press()
    service = Service(database, [channel], clock, SURROUNDINGS, press=press)
    making = Making(database, clock, press)
    done = asyncio.Event()
    others = asyncio.create_task(_others(service, channel, seen, done))
    try:
        for name in ("docx, cold", "docx", "pdf", "xlsx"):
            form = name.partition(",")[0]
            request = Request("month", form, subject_id=1, on=MARCH[-1].isoformat(), person_id=official)
            begun = time.monotonic()
            file = await making.made(Reader("vi"), request)
            seen.seconds[name] = time.monotonic() - begun
            assert file.content
            assert not file.trouble
            seen.worker_mb = max(seen.worker_mb, _peak_mb(press.process_id))
    finally:
        done.set()
        await others
        press.close()
        database.close()
    seen.longest_transaction = database.longest
    return seen


async def _others(service: Service, channel: PhoneChannel, seen: Seen, done: asyncio.Event) -> None:
    """Somebody who types, waits for the answer, and types again."""
    while not done.is_set():
        begun = time.monotonic()
        await service.take(channel, [channel.update("máy 200", service.clock.now(), text=f"câu {seen.answers}")])
        await service.handle()
        await service.delivery.drain()
        seen.longest_answer = max(seen.longest_answer, time.monotonic() - begun)
        seen.answers += 1
        await asyncio.sleep(0.05)


def _peak_mb(process_id: int | None) -> int:
    """The most memory that a process has held (Linux)."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        for pupils, classes in SIZES:
            seen = asyncio.run(measure(Path(folder), pupils, classes))
            forms = ", ".join(f"{form} {seconds:.2f} s" for form, seconds in seen.seconds.items())
            print(f"{pupils:6} pupils, a month: {forms}; longest transaction {1000 * seen.longest_transaction:.0f} ms; "
                  f"{seen.answers} answers meanwhile, the longest {1000 * seen.longest_answer:.0f} ms; "
                  f"press {seen.worker_mb} MB, "
                  f"service {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")  # fmt: skip


if __name__ == "__main__":
    main()
