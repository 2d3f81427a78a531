"""Zalo's wire: with a public address by webhook, without one by polling; no buttons, and every event comes twice."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from tests.fakes.zalo_client import FakeZalo
from tests.wires.telegram import SECRET
from tests.wires.wire import WAIT_S, Phone, Seen, Wire

if TYPE_CHECKING:
    from tests.wires.house import House
    from tests.wires.nursery import Nursed


# A counted bot says some things in fewer messages, in words that no play for every wire has (tests/month).
UNCOUNTED = {"ZALO_MONTHLY_MESSAGES": "0"}


class ZaloWire(Wire):
    """A poll takes an update away before it is kept: what was said has arrived once our inbox has it."""

    name, profile, spoken = "zalo", "numbers", "Zalo"
    left_out = re.compile(r"\((forwarded|edited|file)")  # Zalo tells of no forwarding and no change, and takes no file
    shows_files = False
    tells_seconds = False

    def __init__(self, clock: Path | None = None) -> None:
        super().__init__(clock)
        self.zalo = FakeZalo(**{"clock": f"file:{clock}", "copies": 2} if clock else {"webhook_tries": "0"}).start()
        self._users = itertools.count(1)
        self._under_way: set[str] = set()

    @property
    def bot(self) -> str:
        return self.zalo.token.partition(":")[0]

    def settings(self, house: Nursed) -> dict[str, str]:
        given = {"ZALO_BOT_TOKEN": self.zalo.token, "ZALO_API_BASE_URL": self.zalo.url, **UNCOUNTED}
        return given | ({"ZALO_MODE": "webhook", "WEBHOOK_SECRET": SECRET} if house.is_public else {})

    def new_phone(self, session: Session, person_id: int | None) -> Phone:
        user = f"6ede9afa66b88fe6{next(self._users):04x}"
        self.zalo.user(user, display_name="")
        return Phone(user)

    def _user(self, who: str) -> str:
        return self.phones[who].address

    def says(self, who: str, text: str, how: str = "", ago_s: int = 0) -> None:
        self._under_way.add(self.zalo.user_says(self._user(who), text, ago_s=ago_s))

    def sends(self, who: str, kind: str, seconds: int, caption: str, name: str = "") -> None:
        if kind == "photo":
            self._under_way.add(self.zalo.photo(self._user(who), caption=caption))
        elif kind == "voice":
            self._under_way.add(self.zalo.voice(self._user(who)))
        else:
            self._under_way.add(self.zalo.sticker(self._user(who)))

    def has_arrived(self, house: House) -> bool:
        if self.zalo.pending():
            return False
        if self._under_way:
            self._under_way -= {one for (one,) in house.look("SELECT update_id FROM inbox WHERE channel = 'zalo'")}
        return not self._under_way

    def look(self, who: str) -> list[Seen]:
        phone = self.phones[who]
        found: list[dict[str, Any]] = self.zalo.events(self._user(who), phone.cursor, ["message"])
        phone.cursor = max((event["seq"] for event in found), default=phone.cursor)
        return [Seen(event["message_id"], event["text"]) for event in found]

    def wait(self, who: str) -> list[Seen]:
        self.zalo.wait(self._user(who), self.phones[who].cursor, ["message"], WAIT_S)
        return self.news(who)

    def missing(self, received: set[str]) -> int:
        return len(self._under_way - received)

    def close(self) -> None:
        self.zalo.stop()
