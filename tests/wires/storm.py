"""A storm: teachers report while the service is killed again and again; every confirmed report stands exactly once.

*Confirmed* means that the phone shows the sentence which says so. Each report of a phone names other pupils than all
its reports before, so that a lost one and a doubled one are told apart. `make storms` prints the figures of each wire.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from storage.database import migrate, open_database
from tests.crowd import Teacher, populate
from tests.running import WIDE_S
from tests.wires.nursery import Nursed, Nursery
from tests.wires.telegram import TelegramWire
from tests.wires.web import WebWire
from tests.wires.wire import Seen, Wire
from tests.wires.zalo import ZaloWire

PUPILS = 10
SEED = int(os.environ.get("RALOP_SEED", "7"))
SILENCE_S = 20.0  # then a person looks at the phone again, and does what stands there
TYPING_S = 2.1  # a person types no faster; more than 30 texts a minute are a flood
# What is pressed when it stands under the newest message.
PRESSED = ("1. Gửi", "1. Cùng ốm, mệt", "1. Ốm, mệt", "1. Em nào vắng", "↩️ Sửa")
REVISIONS = """
    SELECT register.id, register.revision, pupil.name
    FROM register
    LEFT JOIN absence ON absence.register_id = register.id
    LEFT JOIN pupil ON pupil.id = absence.pupil_id
    WHERE register.reported_by = :person
    ORDER BY register.revision
"""
NAME = re.compile(r"Đinh Thị \w+")
RECEIPT = re.compile(r"✅ Đã ghi lúc .*: lớp \S+ vắng (\d+) em")


@dataclass(frozen=True)
class Weather:
    """One kind of storm: on which wire, and by webhook (which needs a public address) or without."""

    name: str
    wire: type[Wire]
    is_public: bool
    people: int
    may_lose_in_hand: bool = False


STORMS = {
    "telegram": Weather("Telegram by polling", TelegramWire, is_public=False, people=30),
    "zalo-webhook": Weather("Zalo by webhook", ZaloWire, is_public=True, people=12),
    "zalo-polling": Weather("Zalo by polling", ZaloWire, is_public=False, people=12, may_lose_in_hand=True),
    "web": Weather("the web", WebWire, is_public=False, people=12),
}


@dataclass
class Figures:
    """What a storm did. `in_hand`: messages that a platform gave out and that never reached our inbox."""

    name: str
    kills: int
    confirmed: int = 0
    lost: int = 0
    doubled: int = 0
    in_hand: int = 0
    ambiguous: int = 0

    def line(self) -> str:
        return (
            f"{self.name}: {self.kills} kills, {self.confirmed} confirmed reports; lost {self.lost}, doubled"
            f" {self.doubled}, messages lost in hand {self.in_hand}, sends in flight at a kill {self.ambiguous}"
        )


@dataclass
class Reporter:
    """One teacher at a phone; a report is the set of its absent pupils, as the question before Gửi names them."""

    teacher: Teacher
    wire: Wire
    dice: random.Random
    newest: Seen | None = None
    typed: list[list[int]] = field(default_factory=list)
    sent: list[frozenset[str]] = field(default_factory=list)
    confirmed: list[frozenset[str]] = field(default_factory=list)

    def keep_reporting(self, over: threading.Event) -> None:
        """Reports, corrects, reports again, going by what the phone shows: copies and old buttons confuse nobody.

        Ends when the storm is over and one more report is confirmed after it.
        """
        end, before = time.monotonic() + 10 * WIDE_S, None
        while time.monotonic() < end:
            if over.is_set():
                before = len(self.confirmed) if before is None else before
                if len(self.confirmed) > before:
                    return
            self.act()
            self.hear()
        raise TimeoutError(f"{self.teacher.name} is stranded: {self.newest}")

    def act(self) -> None:
        """Presses or types what the newest message asks for."""
        seen = self.newest
        if seen is None or not (self._pressed(seen) if seen.buttons else self._typed(seen)):
            self._says("/baovang")

    def _pressed(self, seen: Seen) -> bool:
        for caption, value in seen.buttons:
            if caption in PRESSED:
                self._notes(caption, seen)
                self.wire.press(self.teacher.name, seen, value)
                return True
        if any(caption.startswith("☐") for caption in seen.captions):
            self._names()
            return True
        return False

    def _typed(self, seen: Seen) -> bool:
        lines = seen.text.split("\n")
        caption = next((line for line in lines if line in PRESSED), None)
        if caption is not None:
            self._notes(caption, seen)
            self._says("1")
        elif "Gõ số các em" in seen.text:
            self._names()
        elif "gõ: sửa" in seen.text:
            self._says("sửa")
        else:
            return False
        return True

    def _notes(self, caption: str, seen: Seen) -> None:
        named = frozenset(NAME.findall(seen.text))
        if caption == "1. Gửi" and named not in self.sent:
            self.sent.append(named)

    def _names(self) -> None:
        """Other pupils than ever before, and of another count than the last few times."""
        count = 1 + (len(self.sent) % (PUPILS - 1))
        while (wanted := sorted(self.dice.sample(range(PUPILS), count))) in self.typed:
            count = 1 + count % (PUPILS - 1)
        self.typed.append(wanted)
        self._says(" ".join(str(number + 1) for number in wanted))

    def _says(self, text: str) -> None:
        if self.wire.name != "telegram":  # there each chat is answered once a second
            time.sleep(self.dice.uniform(TYPING_S, 1.2 * TYPING_S))
        self.wire.says(self.teacher.name, text)

    def hear(self) -> None:
        """Reads what comes next; after a silence the person looks again at what stands there."""
        end = time.monotonic() + SILENCE_S
        while not (found := self.wire.wait(self.teacher.name)) and time.monotonic() < end:
            pass
        for seen in found:
            self.newest = seen
            receipt = RECEIPT.search(seen.text)
            if receipt and self.sent and len(self.sent[-1]) == int(receipt[1]) and self.sent[-1] not in self.confirmed:
                self.confirmed.append(self.sent[-1])


def storm(weather: Weather, kills: int, nursery: Nursery, folder: Path, template: Path) -> Figures:
    """One storm in a folder of its own. Raises AssertionError when a phone is stranded or the database is ill."""
    database = folder / "ralop.sqlite3"
    database.write_bytes(template.read_bytes())
    wire, dice = weather.wire(), random.Random(SEED)
    try:
        crowd = populate(f"sqlite:///{database}", weather.people, wire.link, pupils=PUPILS)
        reporters = [Reporter(one, wire, random.Random(one.chat)) for one in crowd]
        with Nursed(nursery, folder, wire, is_public=weather.is_public) as service:
            _rage(service, reporters, kills, dice)
            assert service.stop() == 0
        return _counted(Figures(weather.name, kills), database, wire, reporters)
    finally:
        wire.close()


def _rage(service: Nursed, reporters: list[Reporter], kills: int, dice: random.Random) -> None:
    over, failures = threading.Event(), []

    def perform(reporter: Reporter) -> None:
        try:
            reporter.keep_reporting(over)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=perform, args=(one,), daemon=True) for one in reporters]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        time.sleep(dice.uniform(0.1, 3.0))
        service.kill()
        service.start()
    over.set()
    for thread in threads:
        thread.join(timeout=12 * WIDE_S)
    assert not failures, failures[:3]


def _counted(figures: Figures, database: Path, wire: Wire, reporters: list[Reporter]) -> Figures:
    """Each confirmed report is one revision of its class's register; nothing is there that nobody pressed Gửi for."""
    with closing(sqlite3.connect(database)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert opened.execute("PRAGMA foreign_key_check").fetchall() == []
        left = "SELECT count(*) FROM inbox WHERE status IN ('new', 'quarantined')"
        assert opened.execute(left).fetchone() == (0,)
        assert opened.execute("SELECT count(*) FROM outbox WHERE status = 'sending'").fetchone() == (0,)
        for one in reporters:
            stored = _stored(opened, one.teacher)
            assert set(stored) <= set(one.sent), f"{one.teacher.name} never sent {set(stored) - set(one.sent)}"
            figures.confirmed += len(one.confirmed)
            figures.lost += len(set(one.confirmed) - set(stored))
            figures.doubled += len(stored) - len(set(stored))
        received = {update_id for (update_id,) in opened.execute("SELECT update_id FROM inbox")}
        figures.in_hand = wire.missing(received)
        figures.ambiguous = opened.execute("SELECT coalesce(sum(unknowns), 0) FROM outbox").fetchone()[0]
    return figures


def _stored(opened: sqlite3.Connection, teacher: Teacher) -> list[frozenset[str]]:
    """The reports of a teacher as they stand: each as the names of its absent pupils."""
    revisions: dict[int, set[str]] = {}
    rows = opened.execute(REVISIONS, {"person": teacher.person_id}).fetchall()
    for register, revision, name in rows:
        assert revision == len(revisions) + (register not in revisions), f"{teacher.name}: {rows}"
        revisions.setdefault(register, set()).update({name} if name else ())
    return [frozenset(names) for names in revisions.values()]


def within(figures: Figures, weather: Weather) -> bool:
    """Whether nothing was lost but, where a platform keeps no copy, the one message in hand at each kill."""
    may_lose = figures.kills if weather.may_lose_in_hand else 0
    return not figures.lost and not figures.doubled and figures.in_hand <= may_lose


def main() -> int:
    """Rages over every wire; 1 when more was lost than may be."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("storms", nargs="*", choices=[[], *STORMS], help="which ones; all without")
    parser.add_argument("--kills", type=int, default=60)
    options = parser.parse_args()
    is_well = True
    with tempfile.TemporaryDirectory(prefix="ralop-") as folder, Nursery() as nursery:
        template = Path(folder) / "empty.sqlite3"
        database = open_database(f"sqlite:///{template}", create=True)
        migrate(database)
        database.close()
        for name in options.storms or STORMS:
            own = Path(folder) / name
            own.mkdir()
            figures = storm(STORMS[name], options.kills, nursery, own, template)
            is_well = is_well and within(figures, STORMS[name])
            print(figures.line(), flush=True)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
