"""The other side of the fake: what people do, which calls fail, and what the bot did."""

from __future__ import annotations

import itertools
import re
from typing import Any

from tests.fakes.control import Hand
from tests.fakes.telegram_bot import DAY, PRESS_LIFE, Bot, Limits
from tests.fakes.wire import Call


class Control(Hand):
    """What people do and what the bot did, as far as it is Telegram's own."""

    bot: Bot

    def _queue(self, kind: str, payload: Any, life_s: float = DAY, at: float | None = None) -> int | None:
        if self.bot.allowed and kind not in self.bot.allowed:
            return None
        return self.bot.updates.add({kind: payload}, life_s, at)

    def do_chat(self, chat: int, **facts: Any) -> dict[str, Any]:
        """Makes a chat, or changes it: type, first_name, last_name, is_started, is_blocked, is_deactivated
        …"""
        found = self.bot.chat(chat)
        for name, value in facts.items():
            setattr(found, name, value)
        return found.as_json()

    def do_say(
        self,
        chat: int,
        text: str | None = None,
        content: dict[str, Any] | None = None,
        user: int | None = None,
        extra: dict[str, Any] | None = None,
        ago_s: float = 0,
        edit_of: int | None = None,
    ) -> int:
        """A person writes (or edits) a message; returns its id. `user` writes in a room."""
        where = self.bot.chat(chat)
        sender = where if user is None else self.bot.chat(user)
        where.is_started = True
        at = self.bot.clock.now() - ago_s
        message = {
            "message_id": edit_of or self.bot.next_message_id(),
            "from": sender.as_user(),
            "date": int(at),
            **({"text": text} if text is not None else {}),
            **(content or {}),
            **(extra or {}),
            **_entities(text),
        }
        if edit_of:
            message["date"] = self.bot.messages[chat, edit_of]["date"]
            message["edit_date"] = int(at)
        hidden = {"chat_id": chat, "keyboard": [], "protect": False, "deleted": False, "by_bot": False}
        self.bot.messages[chat, message["message_id"]] = message | hidden | {"edits": 0}
        kind = "channel_post" if where.type == "channel" else "message"
        self._queue(f"edited_{kind}" if edit_of else kind, {**message, "chat": where.as_json()}, at=at)
        return int(message["message_id"])

    def do_file(self, chat: int, kind: str, content: str = "", name: str = "", caption: str = "", **more: Any) -> int:
        """A photo, voice, document, sticker or video; `content` is the file in latin-1."""
        file = self.bot.add_file(content.encode("latin-1"), name)
        if kind == "photo":
            sizes = (("s", 90), ("m", 320), ("x", 1280))
            name = file["file_id"]
            value: Any = [{**file, "file_id": name + mark, "width": w, "height": w} for mark, w in sizes]
            for mark, _ in sizes:
                self.bot.files[name + mark] = self.bot.files[name]
        else:
            value = {**file, **more}
            self.bot.durations[file["file_id"]] = int(more.get("duration", 1))
        return self.do_say(chat, content={kind: value}, extra={"caption": caption} if caption else {})

    def do_press(
        self,
        chat: int,
        caption: str | None = None,
        data: str | None = None,
        message_id: int | None = None,
        user: int | None = None,
        inaccessible: bool = False,
        ago_s: float = 0,
    ) -> dict[str, Any]:
        """A person presses: the button with this caption of this message (else of the newest that has it), or
        anything at all (`data`), as a modified client can."""
        message, found = self._button(chat, caption, message_id)
        where, who = self.bot.chat(chat), self.bot.chat(user or chat)
        at = self.bot.clock.now() - ago_s
        query_id = f"{abs(chat)}{len(self.bot.queries) + 1:012d}"
        self.bot.queries[query_id] = {"id": query_id, "at": at, "chat": chat, "answered": False}
        shown = self.bot.message_json(message) if message else {"message_id": message_id or 1, "date": 0}
        if inaccessible:
            shown = {"message_id": shown["message_id"], "date": 0}
        shown["chat"] = where.as_json()
        query = {
            "id": query_id,
            "from": who.as_user(),
            "message": shown,
            "chat_instance": str(chat),
            "data": found if data is None else data,
        }
        self._queue("callback_query", query, PRESS_LIFE, at)
        return {"query": query_id, "message_id": shown["message_id"], "data": query["data"]}

    def _button(self, chat: int, caption: str | None, message_id: int | None) -> tuple[Any, str]:
        shown = [m for (where, _), m in self.bot.messages.items() if where == chat and not m["deleted"]]
        if message_id is not None:
            shown = [m for m in shown if m["message_id"] == message_id]
        if caption is None:
            mine = [m for m in shown if m["by_bot"]]
            return (mine[-1] if mine else None), ""
        for message in reversed(shown):
            for button in itertools.chain(*message["keyboard"]):
                if button["text"] == caption or _bare(button["text"]) == caption:
                    return message, button.get("callback_data", "")
        raise LookupError(f"no button {caption!r} in chat {chat}")

    def do_membership(self, chat: int, status: str, user: int | None = None) -> None:
        """Blocks (`kicked`), unblocks (`member`); in a room the bot is brought in or thrown out."""
        where = self.bot.chat(chat)
        if where.type == "private":
            where.is_blocked = status == "kicked"
            where.is_started = True
        else:
            where.is_member = status not in ("kicked", "left")
        old = "member" if status in ("kicked", "left") else "kicked"
        change = {
            "chat": where.as_json(),
            "from": (self.bot.chat(user) if user else where).as_user(),
            "date": int(self.bot.clock.now()),
            "old_chat_member": {"user": self.bot.me, "status": old},
            "new_chat_member": {"user": self.bot.me, "status": status}
            | ({"until_date": 0} if status == "kicked" else {}),
        }
        self._queue("my_chat_member", change)

    def do_inject(self, updates: list[Any]) -> list[int]:
        """Raw updates, as they are (an `update_id` is added; null leaves it out)."""
        return [self.bot.updates.add(update) for update in updates]

    def do_jump_ids(self, next_id: int) -> None:
        self.bot.updates.jump_to(next_id)

    def do_limits(self, limits: str) -> None:
        self.bot.limits = Limits.named(limits)

    def do_pending(self) -> int:
        return len(self.bot.updates.waiting())

    def do_messages(self, chat: int, everything: bool = False) -> list[dict[str, Any]]:
        """The bot's messages as they stand now; `everything`: the person's too, and deleted ones."""
        mine = [m for (where, _), m in self.bot.messages.items() if where == chat]
        return [m for m in mine if everything or (m["by_bot"] and not m["deleted"])]

    def do_commands(self, language: str = "") -> list[dict[str, str]]:
        return self.bot.commands.get(language, [])

    def do_webhook(self) -> dict[str, Any] | None:
        hook = self.bot.webhook
        if hook is None:
            return None
        return {"url": hook.url, "deliveries": hook.deliveries, "last_error": hook.last_error}

    def do_set_webhook(self, url: str, secret: str = "") -> None:
        """A thief sets the webhook."""
        self.bot.set_webhook(Call("POST", "", {}, {"url": url, "secret_token": secret}))


def _entities(text: str | None) -> dict[str, Any]:
    command = re.match(r"/\w+", text or "")
    return {"entities": [{"type": "bot_command", "offset": 0, "length": command.end()}]} if command else {}


def _bare(caption: str) -> str:
    """A caption without its number or mark: `1. Gửi` is `Gửi`."""
    return re.sub(r"^(\d+\.|\S)\s+", "", caption)
