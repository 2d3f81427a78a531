"""Zalo's events as `Incoming`, read from plain JSON: only the fields we need, under every name they are known by."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from bot.channels.channel import Unparsable, understood
from bot.channels.plain import clean
from bot.messages import Attachment, Incoming, Kind, Received

_MAX_TEXT = 16_000  # Zalo takes 2,000
_MAX_ID = 200
_MILLISECONDS = 10**11  # a larger date counts these: seconds reach it in the year 5138
WITHHELD = "message.unsupported.received"


def received(value: Any) -> list[Received]:
    """The updates in an answer or a webhook call, as the inbox keeps them: clean JSON under the message's id.

    Zalo documents one object, and knows no id but `message_id`; an update without one gets a hash. A call without an
    update (Zalo probes a webhook with something) holds none.
    """
    return [_received(one) for one in _unwrapped(value)]


def _unwrapped(value: Any) -> list[Any]:
    if isinstance(value, dict) and "ok" in value:
        return _unwrapped(value.get("result"))
    if isinstance(value, list):
        return [one for inner in value for one in _unwrapped(inner)]
    return [value] if value else []


def _received(update: Any) -> Received:
    raw = clean(update)
    if not isinstance(raw, dict):
        raw = {"odd": raw}
    found = _inner(raw, "message").get("message_id")
    if isinstance(found, str | int) and not isinstance(found, bool) and 0 < len(str(found)) <= _MAX_ID:
        return Received(str(found), raw)
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    return Received(f"x{digest[:32]}", raw)


def parse(update: Received, bot: str, now: datetime) -> Incoming | None:
    """Understands an update; None is one that needs no answer. `now` (UTC) dates one that tells no date.

    Raises Unparsable, which names the place and never the content.
    """
    return understood(_parse, update, bot, now)


def _parse(update: Received, bot: str, now: datetime) -> Incoming | None:
    event, message = update.raw.get("event_name"), _inner(update.raw, "message")
    if not message:
        if isinstance(event, str):
            return None  # an event that nobody has documented, and nobody's words
        raise Unparsable("update.message")
    sender, chat = _inner(message, "from"), _inner(message, "chat")
    if sender.get("is_bot") is True:
        return None  # our own words perhaps (reference §5); two bots would answer each other for ever
    address = _id(chat.get("id")) or _id(sender.get("id"))
    if not address:
        raise Unparsable("message.chat.id")
    base: dict[str, Any] = {"channel": "zalo", "bot": bot, "update_id": update.update_id, "address": address}
    base["written_at"] = moment(message.get("date"), now)
    if not _is_private(chat, sender):
        return Incoming(**base, kind=Kind.ROOM)
    kind, text, attachment = _content(event, message)
    return Incoming(
        **base,
        kind=kind,
        text=text,
        attachment=attachment,
        message_id=_id(message.get("message_id")),
        sender_name=" ".join(_text(sender, "display_name").split())[:130],
        is_withheld=event == WITHHELD,
    )


def _is_private(chat: dict[str, Any], sender: dict[str, Any]) -> bool:
    """Where the type is missing, the chat of a person has that person's id (reference §5)."""
    kind = chat.get("chat_type")
    if isinstance(kind, str):
        return kind.upper() == "PRIVATE"
    return not chat or chat.get("id") == sender.get("id")


def _content(event: Any, message: dict[str, Any]) -> tuple[Kind, str, Attachment | None]:
    """What was sent: of a photo the documentation says `photo`, and what really comes says `photo_url`."""
    caption = _text(message, "caption")
    photo = _text(message, "photo_url") or _text(message, "photo")
    if photo and event in (None, "message.image.received"):
        return Kind.PHOTO, caption, _attachment(Kind.PHOTO, photo, message)
    voice = _text(message, "voice_url")
    if voice and event in (None, "message.voice.received"):
        return Kind.VOICE, caption, _attachment(Kind.VOICE, voice, message)
    text = _text(message, "text")
    if text and event in (None, "message.text.received"):
        return Kind.TEXT, text, None
    return Kind.OTHER, caption, None


def _attachment(kind: Kind, address: str, message: dict[str, Any]) -> Attachment:
    size, seconds = message.get("file_size"), message.get("duration")
    return Attachment(
        kind,
        file_id=address,
        seconds=seconds if isinstance(seconds, int) and 0 <= seconds < 86_400 else 0,
        size_bytes=size if isinstance(size, int) and size >= 0 else 0,
    )


def moment(date: Any, now: datetime) -> datetime:
    """A Unix time in milliseconds (documented) or seconds as UTC; `now` where there is none that can be."""
    try:
        number = 0.0 if isinstance(date, bool) else float(date)
        number = number / 1000 if number >= _MILLISECONDS else number
        return datetime.fromtimestamp(number, UTC) if number > 0 else now
    except (TypeError, ValueError, OverflowError, OSError):
        return now


def _inner(data: Any, key: str) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _id(value: Any) -> str:
    """Ids are opaque: never a number to us."""
    return str(value)[:_MAX_ID] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key, "")
    return value[:_MAX_TEXT] if isinstance(value, str) else ""
