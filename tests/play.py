"""Plays: a transcript performed on the real dispatcher and a real database (see transcripts/README.md).

Between any two lines the program is thrown away and started again, and every message is delivered twice: what lives
only
in memory, or counts twice, is found at once.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bot.clock import VIETNAM, HandClock
from bot.dialogue.conversation import Surroundings
from bot.messages import Kind, Profile
from bot.reports import pictures
from bot.reports.paper import Paper
from bot.reports.requests import Made
from bot.service.app import Service
from bot.service.press import Press
from storage.database import Database
from storage.people import Address
from tests import papers
from tests.phone import BUTTONS, NUMBERS, PhoneChannel, Screens, Shown
from tests.world import KEY

PROFILES: dict[str, Profile] = {"buttons": BUTTONS, "numbers": NUMBERS}
SURROUNDINGS = Surroundings(contact="chị Thu, UBND xã: 0255 000 000", invite_key=KEY)
WAYS = [("telegram", "@ralop_bot"), ("zalo", "Ra Lớp Long Môn")]
CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b")
CHOICE = re.compile(r"\[([^\]]+)\]")


@dataclass
class Line:
    """One line of a play: a scene (`@`), what the person does (`>`), or what must be seen (`<`, `<<`, `~`)."""

    sign: str
    text: list[str]
    only: str = ""
    number: int = 0


@dataclass
class Play:
    """`only` names the one profile it belongs to; `world` the commune it is set in. `channels` is "two" where people
    have a second phone, on Zalo: `@ cô Hoa/zalo`."""

    title: str
    lines: list[Line] = field(default_factory=list)
    only: str = ""
    world: str = "long_mon"
    channels: str = "one"


def read(path: Path) -> Play:
    """Reads a transcript file."""
    play = Play(path.stem)
    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if raw.startswith("#") or not raw.strip():
            continue
        if raw.startswith(("only:", "world:", "channels:")):
            key, _, value = raw.partition(":")
            setattr(play, key, value.strip())
            continue
        found = re.match(r"(<<|[@<>~])\s?(?:(buttons|numbers):\s?)?(.*)$", raw)
        if found is not None:
            play.lines.append(Line(found[1], [found[3]], found[2] or "", number))
        else:
            play.lines[-1].text.append(raw.strip())
    return play


class QuickPress(Press):
    """Makes no real paper: what one says is read and named. A picture is drawn, for the words below it."""

    async def begin(self) -> None:
        """No process is needed."""

    async def make(self, function: Callable[..., Any], *args: Any) -> Any:
        reader, request, facts, _ = args
        if isinstance(facts, Paper):
            return Made(b"a paper", f"{facts.name}.{request.form}")
        drawing = pictures.draw(request.name, reader, facts)
        return Made(b"a picture", f"{request.name}.png", sentence=drawing.title)


class Stage:
    """Performs on one database file and one profile."""

    def __init__(self, url: str, profile: str, channels: str = "one") -> None:
        self.url, self.profile, self.has_two = url, profile, channels == "two"
        self.screens = Screens()
        self.files = itertools.count(1)
        self.clock = HandClock(datetime(2024, 3, 20, 6, 0, tzinfo=VIETNAM))
        self.who = self.code = ""
        self._begin()
        if self.has_two:
            with self.database.transaction() as session:
                session.execute(
                    update(Address).where(Address.channel == "phone").values(channel="telegram", bot="telegram")
                )

    def _begin(self) -> None:
        former = getattr(self, "database", None)
        self.database = Database(self.url)
        if former is not None:  # a new connection, but statements that need not be compiled anew
            self.database.engine = former.engine
        first = PhoneChannel(self.screens, PROFILES[self.profile], "telegram" if self.has_two else "phone")
        self.channels = [first, PhoneChannel(self.screens, NUMBERS, "zalo")] if self.has_two else [first]
        surroundings = replace(SURROUNDINGS, ways=lambda: WAYS) if self.has_two else SURROUNDINGS
        self.service = Service(self.database, self.channels, self.clock, surroundings, press=QuickPress())

    @property
    def channel(self) -> PhoneChannel:
        """That of the phone on stage."""
        return self.channels[-1 if self.who.endswith("/zalo") else 0]

    def restart(self) -> None:
        """Throws the program away and starts it again."""
        self.database.close()
        self._begin()

    def close(self) -> None:
        self.database.close()

    async def deliver(self, written_at: datetime | None = None, **raw: Any) -> None:
        """One message of the person on stage, delivered twice; it may have been written earlier."""
        if self.has_two:
            raw["sender_name"] = self.who.partition("/")[0]
        came = self.channel.update(self.who, written_at or self.clock.now(), **raw)
        await self.service.take(self.channel, [came])
        await self.service.settle()
        self.restart()
        await self.service.take(self.channel, [came])
        await self.service.settle()

    async def move(self, at: datetime) -> None:
        await self.service.advance(self.clock, at)

    async def does(self, text: str) -> None:
        """Types, presses (`[1. Gửi]`), sends `(photo)`, `(voice 18s)`, `(sticker)`; `(forwarded) …`, `(edited) …`.

        `(file name.xlsx)` sends a file of tests/papers.py. `(17:05) …` was written at that hour, and arrives now.
        `(code)` is the last code that was shown.
        """
        text = text.replace("(code)", self.code)
        if found := re.fullmatch(r"\((\d\d:\d\d)\) (.*)", text):
            hour, minute = map(int, found[1].split(":"))
            wall = self.clock.now().astimezone(VIETNAM).replace(hour=hour, minute=minute)
            await self.deliver(text=found[2], written_at=wall)
            return
        if found := re.fullmatch(r"\((forwarded|edited)\) (.*)", text):
            await self.deliver(text=found[2], **{f"is_{found[1]}": True})
            return
        if found := re.fullmatch(r"\(file (.+)\)", text):
            held = papers.content(found[1])
            file_id = f"file-{next(self.files)}"
            self.screens.contents[file_id] = held
            attachment = {"kind": "file", "file_id": file_id, "name": found[1], "size_bytes": len(held)}
            await self.deliver(kind="file", attachment=attachment)
            return
        if found := re.fullmatch(r"\((photo|voice|sticker)(?: (\d+)s)?\)(.*)", text):
            kind = Kind.OTHER if found[1] == "sticker" else Kind(found[1])
            file_id = f"file-{found[1]}-{next(self.files)}"
            attachment = {"kind": found[1], "file_id": file_id, "seconds": int(found[2] or 0)}
            extra = {} if kind is Kind.OTHER else {"attachment": attachment}
            await self.deliver(kind=kind, text=found[3].strip(), **extra)
        elif found := re.fullmatch(r"\[(.+)\]", text):
            await self.press(found[1])
        else:
            await self.deliver(text=text)

    async def press(self, caption: str) -> None:
        shown = self._with_choice(caption)
        choice = next(one for one in shown.message.choices if same(one.caption, caption))
        if self.channel.profile.buttons:
            await self.deliver(kind="press", press=choice.value, press_id="p", message_id=shown.id)
        else:
            await self.deliver(text=choice.number or choice.label)

    def _with_choice(self, caption: str) -> Shown:
        for shown in reversed(self.screens.screens[self.who]):
            if any(same(choice.caption, caption) for choice in shown.message.choices):
                return shown
        seen = [shown.captions for shown in self.screens.screens[self.who][-3:]]
        raise AssertionError(f"{self.who} sees no [{caption}], only {seen}")


def same(caption: str, wanted: str) -> bool:
    return caption == wanted or caption.replace("☑", "☐") == wanted.replace("☑", "☐")


async def perform(play: Play, stage: Stage) -> list[str]:
    """Performs a play and returns what differs: empty when everything was seen as written."""
    wrong: list[str] = []
    for line in play.lines:
        if line.only and line.only != stage.profile:
            continue
        if line.sign == "@":
            wrong += _unseen(stage, line)
            await _scene(stage, line.text[0])
        elif line.sign == ">":
            wrong += _unseen(stage, line)
            await stage.does(line.text[0])
        elif line.sign == "~" and not PROFILES[stage.profile].edits:
            continue
        else:
            wrong += _seen(stage, line)
        stage.restart()
    wrong += _unseen(stage, Line("", []))
    return wrong


async def _scene(stage: Stage, text: str) -> None:
    """`@ 2024-03-20 07:15 cô Hoa`, `@ 07:18`, `@ cô Hoa`."""
    found = re.fullmatch(r"(?:(\d{4}-\d\d-\d\d) )?(?:(\d\d:\d\d))?\s*(.*)", text)
    assert found is not None, text
    now = stage.clock.now().astimezone(VIETNAM)
    if found[2]:
        day = found[1] or now.date().isoformat()
        await stage.move(datetime.fromisoformat(f"{day}T{found[2]}").replace(tzinfo=VIETNAM))
    if found[3]:
        stage.who = found[3]


def _unseen(stage: Stage, line: Line) -> list[str]:
    """What the person on stage was shown but the play does not mention."""
    left, stage.screens.unread[stage.who] = stage.screens.unread[stage.who], []
    return [f"line {line.number}: {stage.who} also saw:\n{_as_written(stage, shown)}" for shown in left]


def _seen(stage: Stage, line: Line) -> list[str]:
    unread = stage.screens.unread[stage.who]
    if not unread:
        return [f"line {line.number}: {stage.who} saw nothing, but should see:\n{' / '.join(line.text)}"]
    shown = unread.pop(0)
    if found := CODE.search(shown.message.text):
        stage.code = found[0]
    if line.text == ["…"]:
        return []
    wanted, actual = _expected(stage, line), _actual(stage, shown)
    if not stage.channel.profile.buttons and wanted == _with_typed(stage, shown):
        actual = wanted
    if wanted.endswith("[…]") and actual.startswith(wanted.removesuffix("[…]").rstrip()):
        actual = wanted
    sign = "~" if shown.is_edit else "<"
    if wanted == actual and (line.sign == "~") == shown.is_edit:
        return []
    return [f"line {line.number} ({stage.profile}) should be:\n{wanted}\nbut {stage.who} saw ({sign}):\n{actual}"]


def _expected(stage: Stage, line: Line) -> str:
    words = [text.replace("(code)", stage.code) for text in line.text if not text.startswith("[")]
    choices = [found for text in line.text if text.startswith("[") for found in CHOICE.findall(text)]
    return _joined(stage, words, choices)


def _actual(stage: Stage, shown: Shown) -> str:
    message = shown.message
    buttons = stage.channel.profile.buttons
    words = [*shown.attached, *(message.text if buttons else message.plain or message.text).split("\n")]
    captions = [c.caption if buttons or not c.number else f"{c.number}. {c.label}" for c in message.choices]
    return _joined(stage, words, captions)


def _with_typed(stage: Stage, shown: Shown) -> str:
    """As on a phone without buttons, with the hints of unnumbered choices ("Muốn sửa, cô gõ: sửa")."""
    hints = [choice.typed for choice in shown.message.choices if choice.typed and not choice.number]
    words = [*shown.attached, *(shown.message.plain or shown.message.text).split("\n")]
    captions = [f"{c.number}. {c.label}" for c in shown.message.choices if c.number]
    return _joined(stage, [*words, *hints], captions)


def _joined(stage: Stage, words: list[str], choices: list[str]) -> str:
    if not stage.channel.profile.buttons:
        choices = [choice for choice in choices if re.match(r"\d+\. |…", choice)]
    return "\n".join([*(word.strip() for word in words), " ".join(f"[{choice}]" for choice in choices)]).strip()


def _as_written(stage: Stage, shown: Shown) -> str:
    lines = [*shown.attached, *shown.message.text.split("\n")]
    return "\n".join(
        [
            f"< {lines[0]}",
            *(f"  {line}" for line in lines[1:]),
            "   " + " ".join(f"[{caption}]" for caption in shown.captions),
        ]
    )
