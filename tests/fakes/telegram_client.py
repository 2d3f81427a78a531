"""The fake Telegram in the hands of a test: starts the server in its own process, types, presses, breaks,
looks."""

from __future__ import annotations

from typing import Any

from tests.fakes.client import Fake

TOKEN = "1234567890:FAKE-token_for-tests"


class FakeTelegram(Fake):
    """`with FakeTelegram(limits="real", latency="50-150") as telegram:`; all methods block until done.

    `url` is the base URL for the channel, `token` its token. Options are those of `python -m
    tests.fakes.telegram`.
    """

    module = "tests.fakes.telegram"

    def __init__(self, token: str = TOKEN, port: int = 0, **options: Any) -> None:
        super().__init__(port, token=token, **options)
        self.token = token

    # People

    def chat(self, chat: int, **facts: Any) -> dict[str, Any]:
        """Makes or changes a chat: first_name, last_name, type, is_started, is_blocked, is_deactivated,
        is_member."""
        return self.control("chat", chat=chat, **facts)

    def user_says(self, chat: int, text: str, **more: Any) -> int:
        """Returns the message's id. `ago_s`: written before; `extra`: more fields of the message."""
        return self.control("say", chat=chat, text=text, **more)

    def forward(self, chat: int, text: str, from_user: int = 999) -> int:
        sender = {"id": from_user, "is_bot": False, "first_name": "X"}
        origin = {"type": "user", "sender_user": sender, "date": 1}
        return self.user_says(chat, text, extra={"forward_origin": origin})

    def via_bot(self, chat: int, text: str) -> int:
        return self.user_says(chat, text, extra={"via_bot": {"id": 5, "is_bot": True, "first_name": "B"}})

    def edit(self, chat: int, message_id: int, text: str) -> int:
        return self.control("say", chat=chat, text=text, edit_of=message_id)

    def room_says(self, room: int, user: int, text: str, type: str = "supergroup") -> int:
        """Somebody writes in a group, supergroup or channel (room ids are negative)."""
        self.chat(room, type=type)
        return self.control("say", chat=room, text=text, user=user)

    def photo(self, chat: int, content: bytes = b"jpeg", caption: str = "") -> int:
        return self._file(chat, "photo", content, caption=caption)

    def voice(self, chat: int, seconds: int = 5, content: bytes = b"ogg") -> int:
        return self._file(chat, "voice", content, duration=seconds)

    def document(self, chat: int, name: str, content: bytes, caption: str = "") -> int:
        return self._file(chat, "document", content, name=name, caption=caption)

    def sticker(self, chat: int) -> int:
        return self._file(chat, "sticker", b"webp", emoji="👍")

    def video(self, chat: int, caption: str = "") -> int:
        return self._file(chat, "video", b"mp4", caption=caption, duration=3)

    def _file(self, chat: int, kind: str, content: bytes, **more: Any) -> int:
        return self.control("file", chat=chat, kind=kind, content=content.decode("latin-1"), **more)

    def contact(self, chat: int, phone: str, user_id: int | None = None) -> int:
        """One's own telephone number, or somebody else's (`user_id`, 0 for none)."""
        owner = chat if user_id is None else user_id
        contact = {"phone_number": phone, "first_name": "C"} | ({"user_id": owner} if owner else {})
        return self.control("say", chat=chat, content={"contact": contact})

    def location(self, chat: int, latitude: float, longitude: float) -> int:
        spot = {"latitude": latitude, "longitude": longitude}
        return self.control("say", chat=chat, content={"location": spot})

    def press(self, chat: int, caption: str, message_id: int | None = None, **more: Any) -> dict[str, Any]:
        """Presses the button with this caption (with or without its number) of this or the newest such
        message.

        Returns `query`, `message_id` and `data`. Raises LookupError when no message shows it.
        """
        return self.control("press", chat=chat, caption=caption, message_id=message_id, **more)

    def press_data(self, chat: int, data: str, message_id: int | None = None, **more: Any) -> dict[str, Any]:
        """Presses a button that may not exist, as a modified client can."""
        return self.control("press", chat=chat, data=data, message_id=message_id, **more)

    def block(self, chat: int) -> None:
        self.control("membership", chat=chat, status="kicked")

    def unblock(self, chat: int) -> None:
        self.control("membership", chat=chat, status="member")

    def join_room(self, room: int, user: int, type: str = "supergroup") -> None:
        """Somebody brings the bot into a group."""
        self.chat(room, type=type)
        self.control("membership", chat=room, status="member", user=user)

    def inject(self, *updates: Any) -> list[int]:
        """Raw updates; each object gets an `update_id` unless it has one (None: it is left out)."""
        return self.control("inject", updates=list(updates))

    # Trouble and time

    def fault(self, method: str, fault: str, count: int = 1, **more: Any) -> None:
        """The next `count` calls of `method` ("*": any) go wrong.

        Faults: 429, 401, 404, 500 … (JSON), html200, html404, html502 …, reset, close, hang, slow, 5xx,
        each of reset close hang 5xx 429 html… half also as `…_after` (it took effect, the answer is lost),
        `error` (code, text, parameters), `raw` (code, text). More: `seconds` (of hang, slow, retry_after),
        `rate` (0-1), `for_s`, `chat`.
        """
        self.control("fault", method=method, fault=fault, count=count, **more)

    def jump_ids(self, next_id: int) -> None:
        self.control("jump_ids", next_id=next_id)

    def set_limits(self, limits: str) -> None:
        self.control("limits", limits=limits)

    def steal_webhook(self, url: str = "http://127.0.0.1:9/", secret: str = "") -> None:
        """Somebody else sets a webhook for this token."""
        self.control("set_webhook", url=url, secret=secret)

    # What the bot did

    def messages(self, chat: int, everything: bool = False) -> list[dict[str, Any]]:
        """The bot's messages as they stand now: message_id, date, text, keyboard (rows), protect, edits."""
        return self.control("messages", chat=chat, everything=everything)

    def texts(self, chat: int) -> list[str]:
        return [message.get("text", "") for message in self.messages(chat)]

    def captions(self, chat: int) -> list[str]:
        """What the buttons of the newest message say."""
        shown = self.messages(chat)
        return [button["text"] for row in shown[-1]["keyboard"] for button in row] if shown else []

    def toasts(self, chat: int) -> list[str]:
        return [event["text"] for event in self.events(chat, kinds=["toast"])]

    def commands(self, language: str = "") -> list[dict[str, str]]:
        return self.control("commands", language=language)
