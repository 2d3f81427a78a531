"""Two wires at once: Telegram, and beside it Zalo for whoever has a second phone (`cô Hoa/zalo` in a play)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from storage.people import Address
from tests.wires.telegram import TelegramWire
from tests.wires.wire import CONTACT, Seen, Wire
from tests.wires.zalo import ZaloWire

if TYPE_CHECKING:
    from tests.wires.house import House
    from tests.wires.nursery import Nursed

SECOND = "/zalo"


class TwoWires(Wire):
    """For plays with `channels: two`."""

    name, profile = "two", "buttons"
    # Nothing tells us what a Zalo bot is found by: whoever invites knows.
    spoken_as = MappingProxyType({"• Zalo: Ra Lớp Long Môn": f"• Zalo: đường dẫn thì hỏi {CONTACT}"})

    def __init__(self, clock: Path | None = None) -> None:
        super().__init__(clock)
        self.first, self.second = TelegramWire(clock), ZaloWire(clock)
        self.first.phones = self.second.phones = self.phones

    def at(self, who: str) -> Wire:
        return self.second if who.endswith(SECOND) else self.first

    def settings(self, house: Nursed) -> dict[str, str]:
        return self.first.settings(house) | self.second.settings(house)

    def link(self, session: Session, addresses: Sequence[Address]) -> None:
        for wire in (self.first, self.second):
            wire.link(session, [row for row in addresses if self.at(row.address) is wire])

    def appears(self, session: Session, who: str) -> None:
        self.at(who).appears(session, who)
        if who.endswith(SECOND):
            self.second.zalo.user(self.phones[who].address, display_name=who.removesuffix(SECOND))

    def says(self, who: str, text: str, how: str = "", ago_s: int = 0) -> None:
        self.at(who).says(who, text, how, ago_s)

    def sends(self, who: str, kind: str, seconds: int, caption: str, name: str = "") -> None:
        self.at(who).sends(who, kind, seconds, caption, name)

    def press(self, who: str, seen: Seen, value: str) -> None:
        self.at(who).press(who, seen, value)

    def has_arrived(self, house: House) -> bool:
        return self.first.has_arrived(house) and self.second.has_arrived(house)

    def look(self, who: str) -> list[Seen]:
        return self.at(who).look(who)

    def close(self) -> None:
        self.first.close()
        self.second.close()
