"""A deployment for one play: a commune's database, a clock in a file that stands still, and `ralop run`."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.clock import VIETNAM
from bot.keys import path_in
from storage.columns import INSTANT_FORM
from storage.database import Database
from storage.people import Address
from tests.running import WIDE_S
from tests.wires.nursery import Nursed, Nursery
from tests.wires.wire import CONTACT, Wire
from tests.world import KEY, WORLDS, World

OF_THE_TESTS = ("phone", "zalo")  # the bots of the phones in tests/world.py
LOOK_S = 0.01
FAR_S = 30 * 86_400  # a clock's file of tomorrow: its time stands still until then
WAITING = """
    SELECT (SELECT count(*) FROM inbox WHERE status = 'new'),
           (SELECT count(*) FROM outbox WHERE status = 'sending' OR (status = 'queued' AND due_at <= :now))
               + (SELECT count(*) FROM kept_file WHERE status = 'wanted' OR (reader <> '' AND read_at IS NULL)),
           (SELECT value FROM memo WHERE key = 'tick')
"""


class House(Nursed):
    """`wire` carries its people."""

    def __init__(self, nursery: Nursery, folder: Path, wire: Wire, *, is_public: bool = False) -> None:
        super().__init__(nursery, folder, wire, is_public=is_public)
        self.clock = folder / "clock"
        self.settings = {"RALOP_CLOCK": f"file:{self.clock}", "CONTACT": CONTACT}
        self.at = datetime(2024, 3, 20, 6, 0, tzinfo=VIETNAM)

    def furnish(self, template: Path, world: str) -> None:
        """The commune of the transcripts, with those who live there in this play, each at an address of the wire."""
        shutil.copy(template, self.folder / "ralop.sqlite3")
        path_in(self.folder).write_bytes(KEY)
        database = Database(self.url)
        with database.transaction() as session:
            if world != "long_mon":
                made = World(session)
                WORLDS[world](made)
                made.done()
            self.wire.link(session, session.scalars(select(Address).where(Address.bot.in_(OF_THE_TESTS))).all())
        database.close()

    def start(self, *, wait: bool = True) -> House:
        super().start(wait=wait)
        if wait:
            self.settle()
        return self

    def restart(self) -> None:
        """A power cut, and the next start."""
        self.kill()
        self.start()

    def move_to(self, at: datetime) -> None:
        """Sets the clock, and waits until the service has walked there and said everything that was due."""
        self.at = at
        self.set_clock()
        self.settle()

    def set_clock(self) -> None:
        """Writes the file in one step; read from its modification on, which lies ahead, its time stands."""
        beside = self.clock.with_suffix(".new")
        beside.write_text(self.at.isoformat(), "utf-8")
        ahead = time.time() + FAR_S
        os.utime(beside, (ahead, ahead))
        beside.replace(self.clock)

    def settle(self) -> None:
        """Until everything that was said has arrived, was handled and answered, and nothing more is due."""
        end = time.monotonic() + 2 * WIDE_S
        while not (self.wire.has_arrived(self) and self._is_idle()):
            if time.monotonic() > end:
                raise TimeoutError(f"{self._waiting()}\n{self.log.read_text('utf-8')[-3000:]}")
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text("utf-8")[-3000:]
            time.sleep(LOOK_S)

    def _is_idle(self) -> bool:
        received, due, tick = self._waiting()
        ticked_at = json.loads(tick)["at"] if tick else ""
        return not received and not due and bool(ticked_at) and datetime.fromisoformat(ticked_at) >= self.at

    def _waiting(self) -> tuple[int, int, str | None]:
        [found] = self.look(WAITING, now=self.at.astimezone(UTC).strftime(INSTANT_FORM))
        return found[0], found[1], found[2]

    def look(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Reads behind the scenes."""
        with closing(sqlite3.connect(f"file:{self.folder / 'ralop.sqlite3'}?mode=ro", uri=True)) as opened:
            return opened.execute(query, values).fetchall()

    def hints(self) -> set[str]:
        """What unnumbered choices say where there are no buttons ("Muốn sửa, cô gõ: sửa")."""
        shown: Iterable[tuple[str]] = self.look(
            "SELECT coalesce(joined, payload) FROM outbox WHERE payload IS NOT NULL"
        )
        choices = (choice for (payload,) in shown for choice in json.loads(payload).get("choices", ()))
        return {choice["typed"] for choice in choices if choice["typed"] and not choice["number"]}
