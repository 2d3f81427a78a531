"""`ralop run` in its own process, a clock in a file, and people who have joined sitting before browsers."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.sync_api import BrowserContext
from sqlalchemy import select

from bot.rules import people as rules
from bot.rules.work import Work
from storage.database import Database
from storage.people import Person, WebSession
from storage.scope import Scope
from tests.running import WIDE_S, Running
from tests.world import MORNING


class Line:
    """The line between browser and service, which can be cut: everything on it breaks, and nothing new comes through.

    A browser's own switch for being offline lets the first request of a new page pass.
    """

    def __init__(self, port: int) -> None:
        self._port, self._open = port, True
        self._ends: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._open = False
        for end in list(self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._open = True

    def close(self) -> None:
        self.cut()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if not self._open:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._port))
                self._ends |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while (content := one.recv(65_536)) and self._open:
                other.sendall(content)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
        self._ends.discard(one)
        one.close()


@dataclass
class Real:
    """The running service and its database; browsers reach it over `line`."""

    running: Running
    database: Database
    clock: Path
    line: Line

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.line.port}"

    def at(self, wall: str) -> None:
        """Moves the clock (`2024-03-20T08:40+07:00`), until everything up to then has happened."""
        beside = self.clock.with_suffix(".new")
        beside.write_text(wall)
        beside.replace(self.clock)
        wanted = datetime.fromisoformat(wall)
        end = time.monotonic() + WIDE_S
        while time.monotonic() < end:
            told = json.loads(self.running.until_ready())["clock"]["last_tick"]
            if told is not None and datetime.fromisoformat(told) >= wanted:
                return
            time.sleep(0.05)
        raise TimeoutError(f"the clock has not come to {wall}")

    def sits_down(self, context: BrowserContext, name: str) -> str:
        """Somebody who has joined has this browser from now on; returns the cookie."""
        address, token = f"w{secrets.token_hex(8)}", secrets.token_urlsafe(16)
        with self.database.transaction() as session:
            person = session.scalars(select(Person).where(Person.name == name)).one()
            work = Work(session=session, now=MORNING, today=MORNING.date(), scope=Scope.everything())
            rules.link(work, person, "web", "web", address)
            hashed = rules.token_hash(token)
            session.add(
                WebSession(address=address, token_hash=hashed, person_id=person.id, created_at=MORNING, seen_at=MORNING)
            )
        self.comes_back(context, token)
        return token

    def comes_back(self, context: BrowserContext, token: str) -> None:
        """The same session in another browser's hands."""
        context.add_cookies([{"name": "ralop", "value": token, "url": self.origin}])


@contextmanager
def real(url: str, folder: Path, at: str = "2024-03-20T09:30+07:00") -> Iterator[Real]:
    """Runs until the end of the block."""
    clock = folder / "clock"
    clock.write_text(at)
    database = Database(url)
    with Running(url, folder, settings={"RALOP_CLOCK": f"file:{clock}"}) as running:
        line = Line(running.port)
        yield Real(running, database, clock, line)
        line.close()
    database.close()
