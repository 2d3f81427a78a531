"""The other side of the fake Zalo: what people do, and what the bot sent them."""

from __future__ import annotations

from typing import Any

from tests.fakes.control import Hand
from tests.fakes.zalo_bot import Bot

EVENTS = {
    "text": "message.text.received",
    "photo": "message.image.received",
    "sticker": "message.sticker.received",
    "voice": "message.voice.received",
    "unsupported": "message.unsupported.received",
}
SUFFIXES = {"image/jpeg": ".jpg", "audio/aac": ".aac"}


class Control(Hand):
    """What people do and what the bot did, as far as it is Zalo's own."""

    bot: Bot

    def __init__(self, bot: Bot) -> None:
        super().__init__(bot)
        self._said: dict[str, tuple[str, Any]] = {}

    def do_options(self, **options: Any) -> None:
        """Other options for this bot from now on."""
        for name, value in options.items():
            setattr(self.bot.options, name, value)

    def do_user(self, user: str, **facts: Any) -> dict[str, Any]:
        """Makes somebody known, or changes him: display_name, is_served, is_blocked, chat_type."""
        return vars(self.bot.user(user, **facts))

    def do_say(
        self,
        user: str,
        kind: str = "text",
        content: dict[str, Any] | None = None,
        group: str = "",
        is_bot: bool = False,
        extra: dict[str, Any] | None = None,
        ago_s: float = 0,
    ) -> str:
        """A person sends something, in private or in a group; returns the message's id. `extra`: more fields."""
        who = self.bot.user(user)
        if group:
            self.bot.user(group, chat_type="GROUP")
        message = {
            "from": {"id": who.id, "display_name": who.display_name, "is_bot": is_bot},
            "chat": {"id": group or who.id, "chat_type": "GROUP" if group else "PRIVATE"},
            "message_id": self.bot.next_id(),
            "date": self.bot.ms() - int(ago_s * 1000),
            **(content or {}),
            **(extra or {}),
        }
        payload = {"event_name": EVENTS[kind], "message": message}
        self._said[message["message_id"]] = (group or who.id, payload)
        self.bot.arrive(group or who.id, payload)
        return str(message["message_id"])

    def do_file(
        self, user: str, kind: str, content: str, media_type: str, caption: str = "", field: str = "", **more: Any
    ) -> str:
        """A photo or voice note; `content` is the file in latin-1, `field` where its address stands."""
        address = self.bot.files.add(content.encode("latin-1"), media_type, SUFFIXES.get(media_type, ""))
        name = field or (self.bot.options.photo_field if kind == "photo" else "voice_url")
        told = {name: address} | ({"caption": caption} if caption else {})
        return self.do_say(user, kind, content=told, **more)

    def do_again(self, message_id: str) -> None:
        """The same event is delivered once more."""
        self.bot.arrive(*self._said[message_id])

    def do_inject(self, updates: list[Any], chat: str = "") -> None:
        """Raw updates, as they are."""
        for update in updates:
            self.bot.arrive(chat, update)

    def do_change_file(self, address: str, **facts: Any) -> None:
        """A file that is gone, somewhere else or hangs: status, headers, hangs, kind."""
        file = self.bot.files.kept[address.rpartition("/")[2]]
        for name, value in facts.items():
            setattr(file, name, value)

    def do_asked(self) -> list[str]:
        """Which files were asked for."""
        return self.bot.files.asked

    def do_pending(self) -> int:
        """Updates that wait for a poll or are on their way to the webhook."""
        return len(self.bot.updates) + (self.bot.hook.in_hand if self.bot.hook else 0)

    def do_messages(self, chat: str) -> list[dict[str, Any]]:
        return [message for message in self.bot.sent if message["chat"] == chat]

    def do_counted(self, count: int | None = None) -> int:
        """What the quota has counted; `count` sets it."""
        if count is not None:
            self.bot.counted = count
        return self.bot.counted

    def do_stats(self) -> dict[str, Any]:
        return {**super().do_stats(), "lost in the queue": self.bot.updates.lost}

    def do_webhook(self) -> dict[str, Any] | None:
        hook = self.bot.hook
        return None if hook is None else {"url": hook.url, "secret": hook.secret, "deliveries": hook.deliveries}

    def do_set_webhook(self, url: str, secret: str) -> None:
        """Somebody else sets a webhook for this token."""
        self.bot.put_webhook(url, secret)

    def do_delete_webhook(self) -> None:
        self.bot.drop_webhook()
