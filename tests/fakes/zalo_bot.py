"""The fake's own Zalo: updates handed out at most once, webhooks, the few methods, quotas and what is refused."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.platform import Dark, Platform, Refusal
from tests.fakes.wire import Answer, Call, post_json

TEXT_LIMIT = 2000
WEBHOOK_SET = "You cannot use this API while a webhook is set. Please remove the webhook first"
NOTHING = object()  # `{"ok": true}` and no more
TESTS_A_DAY = 5
AGENT = "Java/1.8.0_192"


@dataclass
class User:
    """A person, or a group, as one bot knows it."""

    id: str
    display_name: str = ""
    chat_type: str = "PRIVATE"
    is_served: bool = True
    is_blocked: bool = False


@dataclass
class Kept:
    """A file on Zalo's servers, with what may be wrong about it."""

    content: bytes
    kind: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False


class Files:
    """Photos and voice notes that people sent; `base` is known once the server listens."""

    def __init__(self) -> None:
        self.base = ""
        self.kept: dict[str, Kept] = {}
        self.asked: list[str] = []

    def add(self, content: bytes, kind: str, suffix: str) -> str:
        """Keeps a file and returns its address."""
        name = f"f{len(self.kept) + 1:08x}{suffix}"
        self.kept[name] = Kept(content, kind)
        return f"{self.base}/{name}"

    async def answer(self, name: str) -> Answer:
        self.asked.append(name)
        file = self.kept.get(name)
        if file is None:
            return Answer(404, b"<html>gone</html>", "text/html")
        if file.hangs:
            await asyncio.sleep(3600)
        return Answer(file.status, file.content, file.kind, headers=file.headers)


class Updates:
    """What waits for us: handed out `copies` times (at most once is Zalo's way) and then gone, or for ever back."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._queue: deque[tuple[float, Any]] = deque()
        self._last: Any = None
        self.lost = 0
        self.changed = asyncio.Event()

    def add(self, payload: Any) -> None:
        self._queue.extend([(time.monotonic(), payload)] * self._options.copies)
        self.changed.set()

    def take(self) -> Any:
        """The next one, which is gone with that; None when there is none."""
        while self._queue and time.monotonic() - self._queue[0][0] > self._options.life_s:
            self._queue.popleft()
            self.lost += 1
        if self._queue:
            self._last = self._queue.popleft()[1]
            return self._last
        return self._last if self._options.replay else None

    def __len__(self) -> int:
        return len(self._queue)


class Push:
    """Delivery by POST: in order of one chat, beside each other for several; nobody has documented a second try."""

    def __init__(self, url: str, secret: str, options: argparse.Namespace, stats: dict[str, int]) -> None:
        self.url, self.secret = url, secret
        self._options, self._stats = options, stats
        self.deliveries: list[dict[str, Any]] = []
        self.in_hand = 0
        self._queues: dict[str, deque[Any]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}

    def close(self) -> None:
        for task in self._workers.values():
            task.cancel()

    def add(self, chat: str, payload: Any) -> None:
        queue = self._queues.setdefault(chat, deque())
        queue.extend([payload] * self._options.copies)
        self.in_hand += self._options.copies
        if chat not in self._workers:
            self._workers[chat] = asyncio.create_task(self._serve(chat))

    def take_over(self, former: Push) -> None:
        """What another one, closed by now, has not delivered."""
        self.in_hand += former.in_hand
        for chat, queue in former._queues.items():
            if queue:
                self._queues[chat] = queue
                self._workers[chat] = asyncio.create_task(self._serve(chat))

    async def _serve(self, chat: str) -> None:
        queue = self._queues[chat]
        while queue:
            await self._deliver(chat, queue[0])
            queue.popleft()
            self.in_hand -= 1
        del self._workers[chat]

    async def _deliver(self, chat: str, payload: Any) -> None:
        tries = 0
        while True:
            tries += 1
            status = await self.post(self._wrapped(payload))
            self.deliveries.append({"chat": chat, "status": status, "try": tries, "at": time.time()})
            if 200 <= status < 300:
                return
            if tries == self._options.webhook_tries:
                self._stats["lost"] += 1
                return
            await asyncio.sleep(self._options.webhook_pause_s)

    def _wrapped(self, payload: Any) -> Any:
        if self._options.webhook_body == "wrapped":
            return {"ok": True, "result": payload}
        return [payload] if self._options.webhook_body == "list" else payload

    async def post(self, value: Any) -> int:
        """One call of the webhook; 0 when nobody answers."""
        headers = {"X-Bot-Api-Secret-Token": self.secret, "User-Agent": AGENT}
        try:
            return (await post_json(self.url, value, headers))[0]
        except (OSError, TimeoutError):
            return 0


class Bot(Platform):
    """The bot's side: the methods that exist, and no others."""

    def __init__(self, token: str, options: argparse.Namespace, files: Files) -> None:
        super().__init__(options)
        self.token, self.files = token, files
        self.options = argparse.Namespace(**vars(options))  # of this bot alone
        self.updates = Updates(self.options)
        self.users: dict[str, User] = {}
        self.sent: list[dict[str, Any]] = []
        self.counted = 0  # what the quota counts
        self.hook: Push | None = None
        self.hook_at = 0
        self.had_hook = False
        self._ids = 0

    def handler_of(self, method: str) -> Any:
        return METHODS.get(method)

    def chat_of(self, params: dict[str, Any]) -> str | None:
        return str(params["chat_id"]) if "chat_id" in params else None

    def accepted(self, result: Any) -> Answer:
        told = {"ok": True} if result is NOTHING else {"ok": True, "result": result, "error_code": 0}
        return Answer.of(told)

    def refused(self, refusal: Refusal) -> Answer:
        told = {"ok": False, "description": refusal.description, "error_code": refusal.code}
        return Answer.of(told, refusal.code if self.options.http_errors else 200)

    def unauthorized(self) -> Answer:
        return self.refused(Refusal(401, "Unauthorized"))

    # The world

    def ms(self) -> int:
        return int(self.clock.now() * 1000)

    def next_id(self) -> str:
        self._ids += 1
        return f"{self.rng.getrandbits(48):012x}{self._ids:08x}"

    def user(self, name: str, **facts: Any) -> User:
        """Somebody who has written to the bot; the one too many is not served."""
        if name not in self.users:
            served = sum(one.is_served and one.chat_type == "PRIVATE" for one in self.users.values())
            is_served = facts.get("chat_type") == "GROUP" or served < self.options.users
            self.users[name] = User(name, f"User {name}", is_served=is_served)
        for fact, value in facts.items():
            setattr(self.users[name], fact, value)
        return self.users[name]

    def arrive(self, chat: str, payload: Any) -> None:
        """An event goes to the webhook, or waits for a poll; the one of an unserved user goes nowhere."""
        user = self.users.get(chat)
        if user is not None and not user.is_served:
            self.stats["unserved"] += 1
        elif self.hook is not None:
            self.hook.add(chat, payload)
        else:
            self.updates.add(payload)

    # Receiving

    async def get_updates(self, call: Call) -> Any:
        timeout = min(float(call.params.get("timeout", 30)), self.options.poll_s)
        ends_at = time.monotonic() + timeout
        while True:
            if self.hook is not None:
                raise Refusal(400, WEBHOOK_SET)
            found = self.updates.take()
            left = ends_at - time.monotonic()
            if found is not None:
                return found
            if left <= 0:
                return self._empty()
            if self.faults.darkness():
                raise Dark
            self.updates.changed.clear()
            try:
                await asyncio.wait_for(self.updates.changed.wait(), min(left, 1))
            except TimeoutError:
                continue

    def _empty(self) -> Any:
        if self.options.empty_ok:
            return None
        raise Refusal(408, "Request timeout")

    async def set_webhook(self, call: Call) -> dict[str, Any]:
        url, secret = str(call.params.get("url", "")), str(call.params.get("secret_token", ""))
        if not 8 <= len(secret) <= 256:
            raise Refusal(400, "secret_token must be between 8 and 256 characters")
        if not url.startswith("https://" if self.options.only_public else "http"):
            raise Refusal(400, "url must be https")
        self.put_webhook(url, secret)
        return {"url": url, "updated_at": self.hook_at, "verification": await self._verified()}

    def put_webhook(self, url: str, secret: str) -> None:
        """It is kept even when nothing answers there. What the former one was still trying to deliver goes on here."""
        former = self.hook
        self.drop_webhook()
        self.hook, self.hook_at, self.had_hook = Push(url, secret, self.options, self.stats), self.ms(), True
        if former is not None and self.options.webhook_tries == 0:
            self.hook.take_over(former)
        self.updates.changed.set()

    def drop_webhook(self) -> None:
        if self.hook is not None:
            self.hook.close()
        self.hook = None

    async def _verified(self) -> dict[str, Any]:
        assert self.hook is not None
        host = urlsplit(self.hook.url).hostname or ""
        if self.options.only_public and (host == "localhost" or host.startswith(("127.", "10.", "192.168."))):
            return _verification("webhook.err.blocked", 0)
        status = await self.hook.post({})
        if 200 <= status < 300:
            return _verification("webhook.ok", status)
        if status == 0:
            return _verification("webhook.err.conn", 0)
        told = status if status in (403, 404) else "5xx" if status >= 500 else "other"
        return _verification(f"webhook.http.{told}", status)

    def delete_webhook(self, call: Call) -> dict[str, Any]:
        if not self.had_hook:
            raise Refusal(400, "Webhook is not set")
        self.drop_webhook()
        return {"url": "", "updated_at": self.ms()}

    def webhook_info(self, call: Call) -> dict[str, Any]:
        if self.hook is None:
            raise Refusal(404, "Webhook is not set")
        return {"url": self.hook.url, "updated_at": self.hook_at}

    async def test_webhook(self, call: Call) -> dict[str, Any]:
        self.stats["tests"] += 1
        if self.stats["tests"] > TESTS_A_DAY:
            raise Refusal(426, "Too many tests today")
        if self.hook is None:
            raise Refusal(404, "Webhook is not set")
        return await self._verified()

    # Sending

    def _reach(self, params: dict[str, Any]) -> User:
        user = self.users.get(str(params.get("chat_id", "")))
        if user is None:
            raise Refusal(400, "chat_id is invalid")
        if user.is_blocked or not user.is_served:
            raise Refusal(403, "Internal server error")
        return user

    def _counts(self) -> None:
        if self.counted >= self.options.quota:
            raise Refusal(429, "Quota exceeded")
        self.counted += 1

    def send_message(self, call: Call) -> dict[str, Any]:
        return self._post(call, "text", text=_checked(call.params.get("text"), "text"))

    def send_photo(self, call: Call) -> dict[str, Any]:
        photo = str(call.params.get("photo", ""))
        if not photo:
            raise Refusal(400, "The photo must not be empty")
        if not photo.startswith(("http://", "https://")):
            raise Refusal(400, "The photo must start with http:// or https://")
        caption = call.params.get("caption")
        text = "" if caption is None else _checked(caption, "caption")
        return self._post(call, "photo", text=text, photo=photo) | {"message_type": "CHAT_PHOTO"}

    def send_sticker(self, call: Call) -> dict[str, Any]:
        return self._post(call, "sticker", text="", sticker=str(call.params.get("sticker", "")))

    def send_voice(self, call: Call) -> dict[str, Any]:
        if not str(call.params.get("voice_url", "")).endswith(".aac"):
            raise Refusal(400, "The voice_url must end with .aac")
        return self._post(call, "voice", text="", voice_url=call.params["voice_url"])

    def send_action(self, call: Call) -> Any:
        self._reach(call.params)
        return NOTHING

    def _post(self, call: Call, content: str, **facts: Any) -> dict[str, Any]:
        user = self._reach(call.params)
        self._counts()
        message = {"message_id": self.next_id(), "date": self.ms()}
        self.sent.append({**message, "chat": user.id, "content": content, **facts, "params": dict(call.params)})
        self.note("message", user.id, message_id=message["message_id"], content=content, **facts)
        return message

    def get_me(self, call: Call) -> dict[str, Any]:
        return {
            "id": self.token.partition(":")[0],
            "account_name": "bot.RaLopThu",
            "account_type": "BASIC",
            "can_join_groups": False,
            "display_name": "Bot Ra Lớp",
        }


METHODS: dict[str, Any] = {
    "getMe": Bot.get_me,
    "getUpdates": Bot.get_updates,
    "setWebhook": Bot.set_webhook,
    "deleteWebhook": Bot.delete_webhook,
    "getWebhookInfo": Bot.webhook_info,
    "testWebhook": Bot.test_webhook,
    "sendMessage": Bot.send_message,
    "sendPhoto": Bot.send_photo,
    "sendSticker": Bot.send_sticker,
    "sendVoice": Bot.send_voice,
    "sendChatAction": Bot.send_action,
}


def _checked(text: Any, name: str) -> str:
    """1..2000 characters; the strictest reading of it, UTF-16 units, holds."""
    text = text if isinstance(text, str) else ""
    if not 1 <= len(text.encode("utf-16-le", "surrogatepass")) // 2 <= TEXT_LIMIT:
        raise Refusal(400, f"The {name} must be between 1 and {TEXT_LIMIT} characters")
    return text


def _verification(outcome: str, status: int) -> dict[str, Any]:
    is_ok = outcome == "webhook.ok"
    return {"ok": is_ok, "outcome": outcome, "status_code": status, "latency_ms": 3, "hint": "" if is_ok else "…"}
