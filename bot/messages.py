"""The words that channels and conversations share: what came in, what goes out, and what can be pressed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What sort of message arrived."""

    TEXT = "text"
    PRESS = "press"
    PHOTO = "photo"
    VOICE = "voice"
    FILE = "file"
    CONTACT = "contact"
    LOCATION = "location"
    OTHER = "other"  # a sticker, a video, a dice: answered, never understood
    BLOCKED = "blocked"  # the person closed this chat to us
    UNBLOCKED = "unblocked"
    ROOM = "room"  # a group, a channel, a topic: not a private chat; left without an answer


@dataclass(frozen=True)
class Attachment:
    """A photo, voice note or file that stays on the platform until somebody fetches it.

    `channel` and `bot` say whose `file_id` it is, where that is not the chat that it goes to.
    """

    kind: Kind
    file_id: str
    unique_id: str = ""
    seconds: int = 0
    size_bytes: int = 0
    name: str = ""
    channel: str = ""
    bot: str = ""

    @staticmethod
    def from_json(data: dict[str, Any]) -> Attachment:
        """The inverse of `asdict`; what a later version added is ignored."""
        known = {one.name: data[one.name] for one in fields(Attachment) if one.name in data}
        return Attachment(**{**known, "kind": Kind(data["kind"])})


@dataclass(frozen=True)
class Incoming:
    """One update of a platform, understood as far as the platform goes: who wrote from which address is not known yet.

    `written_at` (UTC) is the moment that the person wrote it, which may lie long before it arrived.
    `message_id` is the message that carries it; for a press, the message whose button was pressed.
    """

    channel: str
    bot: str
    update_id: str
    address: str
    kind: Kind
    written_at: datetime
    text: str = ""
    press: str = ""
    press_id: str = ""
    message_id: str = ""
    attachment: Attachment | None = None
    sender_name: str = ""
    is_forwarded: bool = False
    is_edited: bool = False
    is_withheld: bool = False  # the platform says that there was something, and does not hand it over


@dataclass(frozen=True)
class Choice:
    """Something to press, or to type the number of.

    `value` travels in the button (at most 64 bytes of ASCII) and means nothing by itself: rights are checked at
    every press. With buttons the caption is number and label (`1. Gửi`), or mark and label (`☐ Đinh Thị An`). Without
    buttons a choice is a numbered line; one without a number is left out, or told in words by `typed`
    ("Muốn sửa, cô gõ: sửa").
    """

    value: str
    label: str
    number: str = ""
    mark: str = ""
    typed: str = ""
    is_short: bool = False  # may share its row with a neighbour
    is_bare: bool = False  # the number stands only where there are no buttons

    @property
    def caption(self) -> str:
        """What stands on the button."""
        if self.mark:
            return f"{self.mark} {self.label}"
        return f"{self.number}. {self.label}" if self.number and not self.is_bare else self.label

    @property
    def line(self) -> str:
        """What stands in the list of a channel without buttons; empty for a choice that is left out there."""
        return f"{self.number}. {self.label}" if self.number else self.typed


class Act(StrEnum):
    """What the channel is asked to do."""

    SEND = "send"
    EDIT = "edit"  # the message `target` shows this text and these choices from now on
    STRIP = "strip"  # the message `target` loses its choices
    TOAST = "toast"  # the press `target` is answered, shortly and perhaps with a word
    DELETE = "delete"
    LEAVE = "leave"  # walk out of a group


@dataclass(frozen=True)
class Brief:
    """What a push says in one line, with at most one choice, where others go with it in one message."""

    text: str
    choice: Choice | None = None


@dataclass(frozen=True)
class Outgoing:
    """One message to one person, in that person's language but for no channel in particular.

    `text` is for channels with buttons. `plain` replaces it where there are none (other hints stand there, such as
    "Gõ số các em"); empty means the same text. `is_private` asks the channel to stop forwarding, where it can.
    `attachment` (a voice note, photo or file) goes along, the text below it; a channel that carries none shows the text
    alone.
    `brief` is how a push stands among others. `is_list`: its choices are lines of its text and stand right below it.
    """

    text: str = ""
    choices: tuple[Choice, ...] = ()
    plain: str = ""
    act: Act = Act.SEND
    target: str = ""
    is_private: bool = False
    attachment: Attachment | None = None
    brief: Brief | None = None
    is_list: bool = False

    def as_json(self) -> dict[str, Any]:
        """A value that survives JSON."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Outgoing:
        """The inverse of `as_json`; what a later version added is ignored."""
        known = {name: data[name] for name in ("text", "plain", "target", "is_private", "is_list") if name in data}
        choices = tuple(Choice(**choice) for choice in data.get("choices", ()))
        attachment = Attachment.from_json(data["attachment"]) if data.get("attachment") else None
        brief = data.get("brief")
        if brief is not None:
            choice = brief.get("choice")
            brief = Brief(brief["text"], None if choice is None else Choice(**choice))
        act = Act(data.get("act", Act.SEND))
        return Outgoing(choices=choices, act=act, attachment=attachment, brief=brief, **known)

    def with_choices(self, choices: tuple[Choice, ...]) -> Outgoing:
        return replace(self, choices=choices)


@dataclass(frozen=True)
class Profile:
    """What a channel can do; the renderer goes by this and by nothing else.

    `photos`, `voice` and `files` are what people can send over it. `files_expire`: what comes in must be fetched at
    once.
    """

    buttons: bool
    edits: bool
    photos: bool = True
    voice: bool = True
    files: bool = True
    text_limit: int = 4096
    files_expire: bool = False
    sends_files: bool = True  # of ours to a person; without it only the text of a message goes
    leaves: bool = True  # whether a bot can walk out of a group

    def carries(self, kind: Kind) -> bool:
        """Whether we can send a file of this kind over it."""
        able = {Kind.PHOTO: self.photos, Kind.VOICE: self.voice, Kind.FILE: self.files}
        return self.sends_files and able.get(kind, False)


def rendered(message: Outgoing, profile: Profile) -> str:
    """The text as this channel shows it: with the choices as numbered lines where it has no buttons.

    Text never exceeds `profile.text_limit`; a longer list is cut at a line's end, since a channel refuses it whole.
    """
    if profile.buttons:
        return clipped(message.text, profile.text_limit)
    lines = [message.plain or message.text, *menu_of(message)]
    return clipped("\n".join(line for line in lines if line), profile.text_limit)


def menu_of(message: Outgoing) -> list[str]:
    """The numbered lines below the text on a channel without buttons."""
    return [choice.line for choice in message.choices if choice.line]


def clipped(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units (how Telegram counts), cut at the end of a line."""
    while len(text.encode("utf-16-le")) // 2 > limit:
        shorter = text.rpartition("\n")[0]
        text = shorter if shorter else text[: limit // 2 - 1] + "…"
    return text


@dataclass(frozen=True)
class Received:
    """An update as the platform sent it, before anybody understood it: what the inbox keeps."""

    update_id: str
    raw: dict[str, Any] = field(default_factory=dict)
