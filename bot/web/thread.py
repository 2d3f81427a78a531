"""The thread of one web address, as a phone would show it: what was sent, edited in place, and lost its buttons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.i18n import Reader
from bot.messages import Act, Attachment, Choice, Kind, Outgoing, Profile, rendered
from storage import web
from storage.chat import Inbox, Outbox

TICKS = ("☐", "☑")
SHOWN = 60


@dataclass
class Item:
    """One thing that a phone does: `show` a message (or show it changed), `strip` its buttons, `delete` it."""

    do: str
    id: str
    mine: bool = False
    text: str = ""
    choices: list[dict[str, Any]] = field(default_factory=list)
    at: str = ""
    day: str = ""
    file: dict[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Thread:
    """Reads an address's outbox into items. `cursor` is the last row that was read: the place to read on from."""

    address: str
    reader: Reader
    profile: Profile
    cursor: int = 0
    _seen: set[int] = field(default_factory=set)

    def read(self, session: Session) -> list[Item]:
        """What came since the cursor, and moves it."""
        rows = [row for row in web.sent_after(session, self.address, self.cursor) if row.id not in self._seen]
        if not rows:
            return []
        heard = web.heard(session, {row.inbox_id for row in rows if row.inbox_id is not None})
        items: list[Item] = []
        for row in rows:
            self._seen.add(row.id)
            asked = heard.pop(row.inbox_id, None) if row.inbox_id is not None else None
            if asked is not None:
                items += self._own_words(session, asked, row)
            items += self._shown(row)
        self.cursor = rows[-1].id
        return items

    def _own_words(self, session: Session, asked: Inbox, row: Outbox) -> list[Item]:
        """What the person typed, or the words of the button that was pressed; ticks speak for themselves."""
        raw = asked.raw or {}
        kind = raw.get("kind", Kind.TEXT)
        text = str(raw.get("text", ""))
        if kind == Kind.PRESS:
            text = self._pressed(session, str(raw.get("message_id", "")), str(raw.get("press", "")), row.id)
        file = self._file(raw.get("attachment"), f"i{asked.id}")
        if (not text and file is None) or text.startswith("/start"):
            return []
        return [self._dated(Item("show", _client_id(asked), mine=True, text=text, file=file), _written_at(asked))]

    def _pressed(self, session: Session, message_id: str, value: str, before: int) -> str:
        for row in web.carrying(session, self.address, message_id, before):
            for choice in Outgoing.from_json(row.shown or {}).choices:
                if choice.value == value:
                    return "" if choice.mark in TICKS else choice.caption
        return ""

    def _shown(self, row: Outbox) -> list[Item]:
        items = [self._act(Outgoing.from_json(act), "") for act in row.aside]
        if row.shown is not None:
            items.append(self._act(Outgoing.from_json(row.shown), row.message_id, f"o{row.id}"))
        return [self._dated(item, row.sent_at) for item in items if item is not None]

    def _file(self, told: dict[str, Any] | None, reference: str) -> dict[str, str] | None:
        """A photo, voice note or file as a page shows it; its address is good for this chat only."""
        if not told:
            return None
        attachment, say = Attachment.from_json(told), self.reader.say
        if attachment.kind is Kind.PHOTO:
            label = say("Photo")
        elif attachment.kind is Kind.VOICE:
            minutes, seconds = divmod(attachment.seconds, 60)
            label = say("Voice note %(length)s", length=f"{minutes}:{seconds:02}")
        else:
            label = attachment.name or say("File")
        return {"kind": attachment.kind, "url": f"/chat/file/{reference}", "label": label}

    def _act(self, message: Outgoing, message_id: str, reference: str = "") -> Item | None:
        if message.act in (Act.SEND, Act.EDIT):
            choices = [shown(choice) for choice in message.choices] if self.profile.buttons else []
            file = self._file(asdict(message.attachment), reference) if message.attachment and reference else None
            return Item("show", message_id, text=rendered(message, self.profile), choices=choices, file=file)
        if message.act is Act.STRIP:
            return Item("strip", message.target)
        if message.act is Act.DELETE:
            return Item("delete", message.target)
        return None

    def _dated(self, item: Item, at: datetime | None) -> Item:
        if at is not None:
            item.at = self.reader.clock(at)
            item.day = self.reader.day(at.astimezone(self.reader.zone).date())
        return item


def shown(choice: Choice) -> dict[str, Any]:
    """A button: its value, its caption, and whether it may share its row."""
    return {"value": choice.value, "caption": choice.caption, "short": choice.is_short}


def folded(items: Iterable[Item], last: int = SHOWN) -> Sequence[Item]:
    """The messages as they stand now: the last ones, each once, where it was first shown."""
    screen: dict[str, Item] = {}
    for item in items:
        old = screen.get(item.id)
        if item.do == "show":
            screen[item.id] = item
            if old is not None:
                item.at, item.day = old.at, old.day
        elif old is not None and item.do == "strip":
            old.choices = []
        elif old is not None:
            del screen[item.id]
    return list(screen.values())[-last:]


def _written_at(row: Inbox) -> datetime:
    """When it was written, which may lie long before it came."""
    told = (row.raw or {}).get("written_at")
    return datetime.fromisoformat(told) if isinstance(told, str) else row.received_at


def _client_id(row: Inbox) -> str:
    """The id that the page itself made: the address stands before it."""
    return row.update_id.rpartition(":")[2]


def cursor_of(text: str) -> int:
    """A cursor as a page sends it back; 0, the beginning, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
