"""Telegram's wire: with a public address by webhook, without one by polling; every update is handed out twice."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from tests import papers
from tests.fakes.telegram_client import FakeTelegram
from tests.wires.wire import WAIT_S, Phone, Seen, Wire

if TYPE_CHECKING:
    from tests.wires.house import House
    from tests.wires.nursery import Nursed

SECRET = "a-secret-of-the-tests"
NAMES = {"document": "file"}  # as plays write it
FIRST_CHAT = 7001


class TelegramWire(Wire):
    """Its phones press by what stood on their screen: buttons that are gone at Telegram too, as a slow phone does."""

    name, profile, spoken = "telegram", "buttons", "Telegram"

    def __init__(self, clock: Path | None = None) -> None:
        super().__init__(clock)
        self.telegram = FakeTelegram(**{"clock": f"file:{clock}", "copies": 2} if clock else {}).start()
        self._chats = itertools.count(FIRST_CHAT)
        self._said: dict[str, int] = {}
        self._seconds: dict[str, int] = {}

    @property
    def bot(self) -> str:
        return self.telegram.token.partition(":")[0]

    def settings(self, house: Nursed) -> dict[str, str]:
        given = {"TELEGRAM_BOT_TOKEN": self.telegram.token, "TELEGRAM_API_BASE_URL": self.telegram.url}
        return given | ({"TELEGRAM_MODE": "webhook", "WEBHOOK_SECRET": SECRET} if house.is_public else {})

    def new_phone(self, session: Session, person_id: int | None) -> Phone:
        chat = next(self._chats)
        self.telegram.chat(chat, is_started=True, first_name=" ")
        return Phone(str(chat))

    def _chat(self, who: str) -> int:
        return int(self.phones[who].address)

    def says(self, who: str, text: str, how: str = "", ago_s: int = 0) -> None:
        chat = self._chat(who)
        if how == "forwarded":
            self.telegram.forward(chat, text)
        elif how == "edited":
            self.telegram.edit(chat, self._said[who], text)
        else:
            self._said[who] = self.telegram.user_says(chat, text, ago_s=ago_s)

    def sends(self, who: str, kind: str, seconds: int, caption: str, name: str = "") -> None:
        more: dict[str, Any] = {"duration": seconds} if kind == "voice" else {}
        content = papers.content(name).decode("latin-1") if name else "content"
        said = {"kind": kind, "content": content, "caption": caption, "name": name}
        self.telegram.control("file", chat=self._chat(who), **said, **more)

    def press(self, who: str, seen: Seen, value: str) -> None:
        self.telegram.press_data(self._chat(who), value, int(seen.id))

    def has_arrived(self, house: House) -> bool:
        return self.telegram.pending() == 0

    def look(self, who: str) -> list[Seen]:
        phone = self.phones[who]
        found = self.telegram.events(self._chat(who), phone.cursor, ["message", "edit"])
        phone.cursor = max((event["seq"] for event in found), default=phone.cursor)
        return [self._seen(event) for event in found]

    def wait(self, who: str) -> list[Seen]:
        self.telegram.wait(self._chat(who), self.phones[who].cursor, ["message", "edit"], WAIT_S)
        return self.news(who)

    def _seen(self, event: dict[str, Any]) -> Seen:
        buttons = [(one["text"], one.get("callback_data", "")) for row in event["keyboard"] for one in row]
        return Seen(
            str(event["message_id"]), event["text"], buttons, self._attached(event), is_edit=event["kind"] == "edit"
        )

    def _attached(self, event: dict[str, Any]) -> list[str]:
        [kind] = [one for one in event.get("content", ()) if one in ("photo", "voice", "document")] or [""]
        if not kind:
            return []
        message = next(
            one for one in self.telegram.messages(event["chat"], True) if one["message_id"] == event["message_id"]
        )
        seconds = message["voice"]["duration"] if kind == "voice" else 0
        return [f"({kind} {seconds}s)" if seconds else f"({NAMES.get(kind, kind)})"]

    def close(self) -> None:
        self.telegram.stop()
