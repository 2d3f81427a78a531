"""Telegram's updates as `Incoming`, read from plain JSON.

Only the fields we need are looked at: a library's types refuse the whole update for a field nobody asked
for, and each new kind of object would do the same (pyTelegramBotAPI #2173: one stopped every bot at its
start).
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

from bot.channels.channel import Unparsable, understood
from bot.channels.plain import clean
from bot.messages import Attachment, Incoming, Kind, Received

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")

# Never asked for, but a server may keep some from former times. They come from rooms, not from a person.
_ROOM_POSTS = (
    "channel_post",
    "edited_channel_post",
    "business_message",
    "edited_business_message",
    "guest_message",
)
# Needs no answer: nobody said anything.
_SILENT = (
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "message_reaction",
    "message_reaction_count",
    "business_connection",
    "deleted_business_messages",
    "purchased_paid_media",
    "managed_bot",
)
_SERVICE = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "connected_website",
    "chat_background_set",
    "boost_added",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "chat_shared",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
)
# Somebody else's words, or a machine's: never a command and never a confirmation (T12).
_FOREIGN_WORDS = ("forward_origin", "forward_date", "forward_from", "forward_from_chat", "via_bot")
_COMMAND_TO_ME = re.compile(r"^(/\w{1,64})@\w+")
_MAX_ID = 2**31  # the server's update ids are 32-bit; a larger one moved the offset past everything to come
_MAX_TEXT = 16_000  # Telegram sends 4,096; a local server need not


def received(update: Any) -> Received:
    """An update as the inbox keeps it: clean JSON under the platform's id, or a hash where it has none."""
    raw = clean(update)
    if not isinstance(raw, dict):
        raw = {"odd": raw}
    number = id_of(raw)
    if number is not None:
        return Received(str(number), raw)
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    return Received(f"x{digest[:32]}", raw)


def id_of(raw: dict[str, Any]) -> int | None:
    """The update's number, if it is one by which the offset may move."""
    number = raw.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return number if 0 <= number < _MAX_ID else None


def parse(update: Received, bot: str, now: datetime) -> Incoming | None:
    """Understands an update; None is one that needs no answer. `now` (UTC) dates a press, which has no date.

    Raises Unparsable, which names the place and never the content.
    """
    return understood(_parse, update, bot, now)


def _parse(update: Received, bot: str, now: datetime) -> Incoming | None:
    raw = update.raw
    base: dict[str, Any] = {"channel": "telegram", "bot": bot, "update_id": update.update_id}
    for name in ("message", "edited_message"):
        if raw.get(name) is not None:
            return _message(part(raw, name, "update"), base, name)
    if raw.get("callback_query") is not None:
        return _press(part(raw, "callback_query", "update"), base, now)
    if raw.get("my_chat_member") is not None:
        return _membership(part(raw, "my_chat_member", "update"), base)
    for name in _ROOM_POSTS:
        if raw.get(name) is not None:
            chat = part(part(raw, name, "update"), "chat", name)
            return _room(chat, base, name, now)
    if any(name in raw for name in _SILENT):
        return None
    raise Unparsable("update of an unknown kind")


def _message(message: dict[str, Any], base: dict[str, Any], place: str) -> Incoming | None:
    chat = part(message, "chat", place)
    is_edited = place == "edited_message"
    written_at = moment(message, "edit_date" if is_edited and "edit_date" in message else "date", place)
    if chat.get("type") != "private":
        return _room(chat, base, place, written_at)
    sender = message.get("from")
    if isinstance(sender, dict) and sender.get("is_bot") is True:
        return None  # two bots would answer each other for ever
    if any(name in message for name in _SERVICE):
        return None
    kind, text, attachment = _content(message, place)
    return Incoming(
        **base,
        address=str(number(chat, "id", f"{place}.chat")),
        kind=kind,
        written_at=written_at,
        text=text,
        message_id=str(number(message, "message_id", place)),
        attachment=attachment,
        sender_name=_name(sender if isinstance(sender, dict) else chat),
        is_forwarded=any(name in message for name in _FOREIGN_WORDS),
        is_edited=is_edited,
    )


def _content(message: dict[str, Any], place: str) -> tuple[Kind, str, Attachment | None]:
    """What was sent, in this order: an animation also carries `document`, a venue also `location`."""
    caption = _text(message, "caption", place)
    if "text" in message:
        return Kind.TEXT, _COMMAND_TO_ME.sub(r"\1", _text(message, "text", place)), None
    if "photo" in message:
        photo = _largest(message["photo"], place)
        return Kind.PHOTO, caption, _attachment(Kind.PHOTO, photo, f"{place}.photo")
    if "voice" in message:
        voice = part(message, "voice", place)
        return Kind.VOICE, caption, _attachment(Kind.VOICE, voice, f"{place}.voice")
    if "document" in message and "animation" not in message:
        document = part(message, "document", place)
        return Kind.FILE, caption, _attachment(Kind.FILE, document, f"{place}.document")
    if "contact" in message:
        return Kind.CONTACT, _own_number(message, place), None
    if "location" in message:
        spot = part(message, "location", place)
        return Kind.LOCATION, f"{float(spot['latitude']):.6f},{float(spot['longitude']):.6f}", None
    return Kind.OTHER, caption, None


def _own_number(message: dict[str, Any], place: str) -> str:
    """The telephone number of a contact if it is the sender's own; anybody else's proves nothing: empty."""
    contact = part(message, "contact", place)
    sender = message.get("from")
    owner = contact.get("user_id")
    is_own = isinstance(sender, dict) and isinstance(owner, int) and owner == sender.get("id")
    return _text(contact, "phone_number", f"{place}.contact") if is_own else ""


def _press(query: dict[str, Any], base: dict[str, Any], now: datetime) -> Incoming | None:
    """A pressed button. When, nobody says: it counts from `now`. Of the message only chat and id are relied
    on."""
    place = "callback_query"
    if query.get("message") is None:
        return None  # a button of an inline message: it belongs to no chat of ours
    message = part(query, "message", place)
    chat = part(message, "chat", f"{place}.message")
    if chat.get("type") != "private":
        return _room(chat, base, place, now)
    return Incoming(
        **base,
        address=str(number(chat, "id", f"{place}.message.chat")),
        kind=Kind.PRESS,
        written_at=now,
        press=_text(query, "data", place)[:256],  # 64 bytes from an honest client
        press_id=str(query["id"]),
        message_id=str(number(message, "message_id", f"{place}.message")),
        sender_name=_name(part(query, "from", place)),
    )


def _membership(change: dict[str, Any], base: dict[str, Any]) -> Incoming | None:
    """The chat was closed to us, or opened. In a room: somebody brought us in; out again, nothing is left
    to do."""
    place = "my_chat_member"
    chat = part(change, "chat", place)
    status = _text(part(change, "new_chat_member", place), "status", f"{place}.new_chat_member")
    is_out = status in ("kicked", "left")
    written_at = moment(change, "date", place)
    if chat.get("type") != "private":
        return None if is_out else _room(chat, base, place, written_at)
    return Incoming(
        **base,
        address=str(number(chat, "id", f"{place}.chat")),
        kind=Kind.BLOCKED if is_out else Kind.UNBLOCKED,
        written_at=written_at,
        sender_name=_name(part(change, "from", place)),
    )


def _room(chat: dict[str, Any], base: dict[str, Any], place: str, written_at: datetime) -> Incoming:
    address = str(number(chat, "id", f"{place}.chat"))
    return Incoming(**base, address=address, kind=Kind.ROOM, written_at=written_at)


def _largest(sizes: Any, place: str) -> dict[str, Any]:
    known = [size for size in sizes if isinstance(size, dict)] if isinstance(sizes, list) else []
    if not known:
        raise Unparsable(f"{place}.photo")
    return max(known, key=lambda size: int(size.get("width") or 0) * int(size.get("height") or 0))


def _attachment(kind: Kind, file: dict[str, Any], place: str) -> Attachment:
    return Attachment(
        kind=kind,
        file_id=_text(file, "file_id", place),
        unique_id=_text(file, "file_unique_id", place),
        seconds=int(file.get("duration") or 0),
        size_bytes=int(file.get("file_size") or 0),
        name=_text(file, "file_name", place),
    )


def _name(person: dict[str, Any]) -> str:
    parts = (person.get("first_name"), person.get("last_name"))
    return " ".join(" ".join(part for part in parts if isinstance(part, str)).split())[:130]


def part(data: dict[str, Any], key: str, place: str) -> dict[str, Any]:
    """The object under `key`; raises Unparsable."""
    value = data.get(key)
    if not isinstance(value, dict):
        raise Unparsable(f"{place}.{key}")
    return value


def number(data: dict[str, Any], key: str, place: str) -> int:
    """The whole number under `key`; raises Unparsable."""
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unparsable(f"{place}.{key}")
    return value


def moment(data: dict[str, Any], key: str, place: str) -> datetime:
    """The Unix time under `key` as UTC; raises Unparsable."""
    value = number(data, key, place)
    if not 0 < value < 2**33:
        raise Unparsable(f"{place}.{key}")
    return datetime.fromtimestamp(value, UTC)


def _text(data: dict[str, Any], key: str, place: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise Unparsable(f"{place}.{key}")
    return value[:_MAX_TEXT]
