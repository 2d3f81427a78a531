"""Which plays are performed on which wire, and performing many of them side by side."""

from __future__ import annotations

import re
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from tests.play import Play, read
from tests.transcripts.test_transcripts import PLAYS
from tests.wires.house import House
from tests.wires.instead import without_files
from tests.wires.nursery import Nursery
from tests.wires.performer import Performance
from tests.wires.telegram import TelegramWire
from tests.wires.two import TwoWires
from tests.wires.web import WebWire
from tests.wires.wire import Wire
from tests.wires.zalo import ZaloWire

WIRES: dict[str, type[Wire]] = {"telegram": TelegramWire, "zalo": ZaloWire, "web": WebWire, "two": TwoWires}
PAGE = re.compile(r"https?://(?!t\.me/|zalo\.me/)")
# A number to choose, a word to type, somebody to call, or a question.
WAY_ON = re.compile(r"(?m)^\d+\. |\b([Gg]õ|[Gg]ọi|[Gg]ửi|[Cc]họn|[Cc]hạm|hỏi)\b|\?")
SIDE_BY_SIDE = 5  # a chat of Telegram's is written to once a second: most of a performance is waiting


@dataclass(frozen=True)
class Part:
    """One play on one wire, with a public address of the pages or without."""

    path: Path
    wire: str
    is_public: bool

    @property
    def name(self) -> str:
        return f"{self.path.stem} on {self.wire}{' with WEB_PUBLIC_URL' if self.is_public else ''}"


@dataclass
class Outcome:
    """What came of it; `wrong` is empty when everything was seen as written."""

    part: Part
    wrong: list[str] = field(default_factory=list)
    messages: int = 0


def everything(wires: Sequence[str] = (), only: str = "") -> list[Part]:
    """Every play on every wire that it belongs to, without a public address and with one."""
    parts = []
    for path in PLAYS:
        play = read(path)
        for name in WIRES:
            if only in play.title and name in (wires or WIRES) and _belongs(play, name):
                parts += [Part(path, name, is_public=False), Part(path, name, is_public=True)]
    return parts


def _belongs(play: Play, name: str) -> bool:
    """Whether the play can be seen here: where no file can be sent, one about files has nothing to show."""
    if (play.channels == "two") != (name == "two"):
        return False
    is_about_files = any(line.text[0].startswith("(file") for line in play.lines)
    return play.only in ("", WIRES[name].profile) and not (is_about_files and WIRES[name].left_out.match("(file"))


def perform_all(
    parts: Sequence[Part], template: Path, done: Callable[[Outcome], None] = lambda _: None
) -> list[Outcome]:
    """Performs them, some side by side; `done` hears of each as it ends."""
    outcomes = []
    with Nursery() as nursery, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for future in as_completed([pool.submit(perform, part, nursery, template) for part in parts]):
            outcomes.append(future.result())
            done(outcomes[-1])
    return outcomes


def perform(part: Part, nursery: Nursery, template: Path) -> Outcome:
    """One performance, in a folder of its own; what falls over counts as wrong."""
    outcome = Outcome(part)
    with tempfile.TemporaryDirectory(prefix="ralop-") as name:
        folder = Path(name)
        wire = WIRES[part.wire](folder / "clock")
        house = House(nursery, folder, wire, is_public=part.is_public)
        performance = Performance(Play(part.path.stem), house)
        try:
            has_files = wire.shows_files or part.is_public
            performance.play = read(part.path) if has_files else without_files(part.path, folder)
            house.set_clock()
            house.furnish(template, performance.play.world)
            with house:
                performance.perform()
        except Exception:
            performance.wrong.append(traceback.format_exc())
        finally:
            wire.close()
    outcome.messages = len(performance.seen)
    outcome.wrong = [*performance.wrong, *_stranding(performance)]
    return outcome


def _stranding(performance: Performance) -> Iterator[str]:
    """Nobody is left without a way on, and without a public address no message leads to a page of ours."""
    for number, who, seen in performance.seen:
        if not performance.house.is_public and PAGE.search(seen.text):
            yield f"line {number}: {who} is shown a link to a page where there is none:\n{seen.text}"
    for number, who, seen in performance.last_words:
        if not seen.buttons and not WAY_ON.search(seen.text):
            yield f"line {number}: {who} is left without a way on:\n{seen.text}"
