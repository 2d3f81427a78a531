"""What a platform's wire offers to a play: people who type, press and send over it, and what their phones show."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from storage.people import Address

if TYPE_CHECKING:
    from tests.wires.house import House
    from tests.wires.nursery import Nursed

CONTACT = "chị Thu, UBND xã: 0255 000 000"
LOOK_S = 0.3
WAIT_S = 3.0


@dataclass
class Seen:
    """A message as a phone shows it: `buttons` are (caption, value), `attached` stands above the words."""

    id: str
    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    is_edit: bool = False

    @property
    def captions(self) -> list[str]:
        return [caption for caption, _ in self.buttons]


class Closed(Exception):
    """Whoever left cannot write here any more: there is a sentence and a way on in place of the chat."""


@dataclass
class Phone:
    """One person's: `screen` is everything it ever showed, buttons that are gone by now included."""

    address: str
    screen: list[Seen] = field(default_factory=list)
    cursor: Any = 0


class Wire:
    """One platform and the phones on it.

    `clock` is the file of the time that platform and service share: then everything said comes twice. Without one they
    go by the machine's, and a platform tries until we take what it has.
    """

    name: str
    profile: str
    spoken: str  # as people call it
    spoken_as: Mapping[str, str] = MappingProxyType({})  # lines of plays that say otherwise here
    left_out = re.compile("$^")  # what cannot be done here at all: the beginning of a play's line
    shows_files = True
    tells_seconds = True  # of a voice note that somebody sent

    def __init__(self, clock: Path | None = None) -> None:
        self.phones: dict[str, Phone] = {}

    def settings(self, house: Nursed) -> dict[str, str]:
        """What `ralop run` is told of this wire."""
        raise NotImplementedError

    def link(self, session: Session, addresses: Sequence[Address]) -> None:
        """Moves people from the phones of the tests to this wire."""
        for row in addresses:
            phone = self.phones[row.address] = self.new_phone(session, row.person_id)
            row.channel, row.bot, row.address = self.name, self.bot, phone.address
        session.flush()

    @property
    def bot(self) -> str:
        raise NotImplementedError

    def appears(self, session: Session, who: str) -> None:
        """A phone that nobody knows."""
        self.phones[who] = self.new_phone(session, None)

    def at(self, who: str) -> Wire:
        """The wire of this phone."""
        return self

    def new_phone(self, session: Session, person_id: int | None) -> Phone:
        """The phone of somebody who lives here, or (without a person) of a stranger."""
        raise NotImplementedError

    def says(self, who: str, text: str, how: str = "", ago_s: int = 0) -> None:
        """Types; `how` is "forwarded" or "edited" (the last message, into this). `ago_s`: written so long before."""
        raise NotImplementedError

    def sends(self, who: str, kind: str, seconds: int, caption: str, name: str = "") -> None:
        """A photo, a voice note, a sticker, or a document of tests/papers.py by its name."""
        raise NotImplementedError

    def press(self, who: str, seen: Seen, value: str) -> None:
        """The button of a message that is, or was, on the screen."""
        raise NotImplementedError

    def has_arrived(self, house: House) -> bool:
        """Whether the service has taken everything that was said."""
        return True

    def look(self, who: str) -> list[Seen]:
        """What came since the last look."""
        raise NotImplementedError

    def news(self, who: str) -> list[Seen]:
        """The same, kept on the screen."""
        found = self.look(who)
        self.phones[who].screen += found
        return found

    def wait(self, who: str) -> list[Seen]:
        """The same, as soon as there is something; empty after a few seconds without."""
        end = time.monotonic() + WAIT_S
        while not (found := self.news(who)) and time.monotonic() < end:
            time.sleep(LOOK_S)
        return found

    def missing(self, received: set[str]) -> int:
        """How many messages were said that our inbox (its update ids) does not have."""
        return 0

    def carries(self, text: str) -> bool:
        """Whether this can be done here at all."""
        return not self.left_out.match(text)

    def close(self) -> None:
        """Lets the platform go."""
