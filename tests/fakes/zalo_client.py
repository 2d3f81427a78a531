"""The fake Zalo in the hands of a test: starts the server in its own process, types, breaks, looks."""

from __future__ import annotations

import copy
import threading
from typing import Any

from tests.fakes.client import Fake
from tests.fakes.zalo import TOKEN


class FakeZalo(Fake):
    """`with FakeZalo(poll_s=1, quota=20) as zalo:`; all methods block until done.

    `url` is the base URL for the channel, `token` the first bot's token; `bot(1)` is the second one in the same hands.
    Users are texts: `zalo.user_says("6ede9afa66b88fe6d6a9", "1")`. Options are those of `python -m tests.fakes.zalo`.
    """

    module = "tests.fakes.zalo"

    def __init__(self, *tokens: str, port: int = 0, **options: Any) -> None:
        self.tokens = tokens or (TOKEN,)
        super().__init__(port, tokens=",".join(self.tokens), **options)
        self.token = self.tokens[0]

    def bot(self, index: int) -> FakeZalo:
        """The same server, where everything said is about another of its bots. Only the first one stops it."""
        other = copy.copy(self)
        other.token, other._process, other._seen = self.tokens[index], None, {}
        other._connections, other._local = self._connections, threading.local()
        return other

    def control(self, verb: str, **said: Any) -> Any:
        """One order about this bot; raises LookupError with its reason when the server cannot."""
        return super().control(verb, token=self.token, **said)

    # People

    def user(self, user: str, **facts: Any) -> dict[str, Any]:
        """Makes somebody known without a word, or changes him: display_name, is_served, is_blocked."""
        return self.control("user", user=user, **facts)

    def user_says(self, user: str, text: str, **more: Any) -> str:
        """Returns the message's id. `ago_s`: written before; `extra`: more fields of the message."""
        return self.control("say", user=user, content={"text": text}, **more)

    def group_says(self, group: str, user: str, text: str) -> str:
        """Somebody mentions the bot in a group."""
        return self.control("say", user=user, group=group, content={"text": text})

    def bot_says(self, user: str, text: str) -> str:
        """A message of a bot, our own perhaps, comes back as an update."""
        return self.control("say", user=user, content={"text": text}, is_bot=True)

    def photo(self, user: str, content: bytes = b"jpeg", caption: str = "", **more: Any) -> str:
        """`field`: `photo_url` or `photo`, whichever the server uses without it."""
        return self._file(user, "photo", content, "image/jpeg", caption=caption, **more)

    def voice(self, user: str, content: bytes = b"aac", **more: Any) -> str:
        return self._file(user, "voice", content, "audio/aac", **more)

    def _file(self, user: str, kind: str, content: bytes, media_type: str, **more: Any) -> str:
        return self.control(
            "file", user=user, kind=kind, content=content.decode("latin-1"), media_type=media_type, **more
        )

    def sticker(self, user: str) -> str:
        content = {"sticker": "bfe458bf64fa8da4d4eb", "url": "https://zalo-api.zadn.vn/api/emoticon/sticker/webpc"}
        return self.control("say", user=user, kind="sticker", content=content)

    def unsupported(self, user: str) -> str:
        """A file, a location, a contact; or anything at all of somebody whom the law protects."""
        return self.control("say", user=user, kind="unsupported")

    def again(self, message_id: str) -> None:
        """The same event comes once more."""
        self.control("again", message_id=message_id)

    def inject(self, *updates: Any) -> None:
        """Raw updates, as they are."""
        self.control("inject", updates=list(updates))

    def block(self, user: str) -> None:
        """Sends to this user are refused from now on (403, as far as anybody knows)."""
        self.user(user, is_blocked=True)

    def unblock(self, user: str) -> None:
        self.user(user, is_blocked=False)

    # Trouble

    def set(self, **options: Any) -> None:
        """Other options for this bot from now on (poll_s, replay, quota, webhook_tries …)."""
        self.control("options", **options)

    def fault(self, method: str, fault: str, count: int = 1, **more: Any) -> None:
        """The next `count` calls of `method` ("*": any) go wrong.

        Faults: 429, 401, 403, 408, 500 … (as Zalo says them), html429, html502 …, reset, close, hang, slow, 5xx, each
        of these also as `…_after` with half (it took effect, the answer is lost), `error` (code, text), `raw` (code,
        text). More: `seconds` (of hang, slow), `rate` (0-1), `for_s`, `chat`.
        """
        self.control("fault", method=method, fault=fault, count=count, **more)

    def steal_webhook(self, url: str = "http://127.0.0.1:9/", secret: str = "thief-thief") -> None:
        """Somebody else sets a webhook for this token."""
        self.control("set_webhook", url=url, secret=secret)

    def remove_webhook(self) -> None:
        """Somebody else takes the webhook away."""
        self.control("delete_webhook")

    def change_file(self, address: str, **facts: Any) -> None:
        """status, headers, hangs or kind of a file that people sent."""
        self.control("change_file", address=address, **facts)

    def asked(self) -> list[str]:
        """Which files were asked for, by name."""
        return self.control("asked")

    # What the bot did

    def messages(self, user: str) -> list[dict[str, Any]]:
        """What was sent: message_id, date (ms), content (text photo voice sticker), text, params."""
        return self.control("messages", chat=user)

    def texts(self, user: str) -> list[str]:
        return [message["text"] for message in self.messages(user)]

    def counted(self, count: int | None = None) -> int:
        """How many messages the quota has counted; `count` sets it."""
        return self.control("counted", count=count)
