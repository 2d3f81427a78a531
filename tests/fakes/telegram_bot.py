"""The fake's own Bot API: updates and their life, limits, webhooks, the methods and what they refuse."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.platform import Clock, Dark, Platform, Refusal
from tests.fakes.wire import Call, post_json

DAY = 86_400
PRESS_LIFE = 150  # a press that nobody fetched (`Client.cpp`)
QUERY_LIFE = 15  # a press that nobody answered; undocumented, 15-20 s measured by others
TEXT_LIMIT, BUTTON_LIMIT, TOAST_LIMIT = 4096, 64, 200
MEDIA = ("photo", "voice", "document", "sticker", "video", "contact", "location")


def bad(text: str) -> Refusal:
    return Refusal(400, f"Bad Request: {text}")


@dataclass
class Chat:
    """A chat as the bot's server sees it."""

    id: int
    type: str = "private"
    first_name: str = ""
    last_name: str = ""
    is_started: bool = False
    is_blocked: bool = False
    is_deactivated: bool = False
    is_member: bool = True
    allowance: float = 0.0
    refilled_at: float = 0.0
    shut_until: float = 0.0
    recent: deque[float] = field(default_factory=deque)

    def as_json(self) -> dict[str, Any]:
        if self.type != "private":
            return {"id": self.id, "type": self.type, "title": self.first_name or f"Room {self.id}"}
        return {"id": self.id, "type": "private", **self._names()}

    def as_user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, **self._names(), "language_code": "vi"}

    def _names(self) -> dict[str, str]:
        names = {"first_name": self.first_name or f"User {self.id}"}
        return names | ({"last_name": self.last_name} if self.last_name else {})


@dataclass
class Limits:
    """How fast is too fast; None is no limit. `burst` messages of a chat pass at once, then `per_chat` a
    second."""

    overall: float | None = None
    per_chat: float | None = None
    burst: int = 4
    per_group_minute: int | None = None

    @staticmethod
    def named(text: str) -> Limits:
        """`none`, `real`, or parts of it: `overall=30,per_chat=1,burst=4,per_group_minute=20`."""
        if text == "real":
            return Limits(30, 1, 4, 20)
        parts = (part.split("=") for part in text.split(",") if "=" in part)
        return Limits(**{name: float(value) for name, value in parts})  # type: ignore[arg-type]


class Updates:
    """The queue of updates: handed out until a higher offset confirms them, dropped when too old.

    Each is there `copies` times: more than once, as after an answer of ours that Telegram did not get.
    """

    def __init__(self, clock: Clock, copies: int = 1) -> None:
        self._clock, self._copies = clock, copies
        self._next_id = 100_000_001
        self._queue: deque[tuple[int, float, Any]] = deque()
        self.changed = asyncio.Event()

    def add(self, payload: Any, life_s: float = DAY, at: float | None = None) -> int:
        """Queues a payload. It gets an `update_id`, unless it is no object or brings its own (None: it has
        none)."""
        number, self._next_id = self._next_id, self._next_id + 1
        if isinstance(payload, dict):
            payload = {"update_id": number, **payload}
            if payload["update_id"] is None:
                del payload["update_id"]
            elif isinstance(payload["update_id"], int) and payload["update_id"] >= self._next_id:
                number, self._next_id = payload["update_id"], payload["update_id"] + 1
        ends_at = (self._clock.now() if at is None else at) + life_s
        self._queue.extend([(number, ends_at, payload)] * self._copies)
        self.changed.set()
        return number

    def jump_to(self, next_id: int) -> None:
        """As after a week without updates: ids go on at random."""
        self._next_id = next_id

    def confirm_before(self, offset: int) -> None:
        while self._queue and self._queue[0][0] < offset:
            self._queue.popleft()

    def keep_last(self, count: int) -> None:
        while len(self._queue) > count:
            self._queue.popleft()

    def drop(self, number: int) -> None:
        """One delivery of it is done."""
        for place, item in enumerate(self._queue):
            if item[0] == number:
                del self._queue[place]
                return

    def waiting(self) -> list[tuple[int, Any]]:
        now = self._clock.now()
        self._queue = deque(item for item in self._queue if item[1] > now)
        return [(number, payload) for number, _, payload in self._queue]


class Webhook:
    """Delivery by POST: in order a chat, again after 2, 4, 8 … 60 s, or as long as Retry-After says."""

    def __init__(self, updates: Updates, url: str, secret: str) -> None:
        self.url, self._secret, self._updates = url, secret, updates
        self.last_error = ""
        self.deliveries: list[dict[str, Any]] = []
        self._workers: dict[Any, asyncio.Task[None]] = {}
        self._loop = asyncio.create_task(self._share_out())

    def close(self) -> None:
        for task in (self._loop, *self._workers.values()):
            task.cancel()

    async def _share_out(self) -> None:
        while True:
            self._updates.changed.clear()
            for _, payload in self._updates.waiting():
                key = _chat_of(payload)
                if key not in self._workers:
                    self._workers[key] = asyncio.create_task(self._serve(key))
            try:
                await asyncio.wait_for(self._updates.changed.wait(), 1)
            except TimeoutError:
                continue

    async def _serve(self, key: Any) -> None:
        failures = 0
        while mine := next((item for item in self._updates.waiting() if _chat_of(item[1]) == key), None):
            wait_s = await self._deliver(*mine)
            if wait_s is None:
                failures = 0
                continue
            failures += 1
            await asyncio.sleep(wait_s or (0 if failures == 1 else min(60, 2 ** (failures - 1))))
        del self._workers[key]

    async def _deliver(self, number: int, payload: Any) -> float | None:
        """None when it was taken; else the seconds that the receiver asked for (0: our own pace)."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        try:
            status, answer = await post_json(self.url, payload, headers)
        except (OSError, TimeoutError) as error:
            self.last_error = repr(error)
            return 0
        self.deliveries.append({"update_id": number, "status": status, "at": time.time()})
        if 200 <= status < 300:
            self._updates.drop(number)
            return None
        self.last_error = f"Wrong response from the webhook: {status}"
        return min(3600.0, float(answer.get("retry-after", 0)))


def _chat_of(payload: Any) -> Any:
    if not isinstance(payload, dict):
        return None
    for content in payload.values():
        if isinstance(content, dict):
            inner = content if "chat" in content else content.get("message", {})
            chat = inner.get("chat") if isinstance(inner, dict) else None
            return chat.get("id") if isinstance(chat, dict) else None
    return None


class Bot(Platform):
    """The bot's side: the Bot API's methods."""

    def __init__(self, token: str, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.token = token
        self.limits = Limits.named(options.limits)
        self.query_life = options.query_life
        self.has_oddities = options.oddities
        self.updates = Updates(self.clock, options.copies)
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.queries: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.durations: dict[str, int] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.webhook: Webhook | None = None
        self.allowed: list[str] = []
        self._message_ids = itertools.count(1)
        self._poll: asyncio.Future[None] | None = None
        self._conflict_at = 0.0
        self._polled: tuple[int | None, float] = (None, 0.0)
        self._sends: deque[float] = deque()
        self.me = {
            "id": int(token.split(":")[0]),
            "is_bot": True,
            "first_name": "Ra Lớp",
            "username": "ralop_bot",
        }

    def handler_of(self, method: str) -> Any:
        return METHODS.get(method.lower())

    def chat_of(self, params: dict[str, Any]) -> int | None:
        return _number(params.get("chat_id"))

    # The world

    def chat(self, number: int) -> Chat:
        if number not in self.chats:
            self.chats[number] = Chat(number, "private" if number > 0 else "supergroup")
        return self.chats[number]

    def next_message_id(self) -> int:
        return next(self._message_ids)

    def message_json(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message as the Bot API writes it."""
        hidden = ("keyboard", "protect", "deleted", "by_bot", "chat_id", "edits", "params")
        value = {name: content for name, content in message.items() if name not in hidden}
        value["chat"] = self.chat(message["chat_id"]).as_json()
        if message["keyboard"]:
            value["reply_markup"] = {"inline_keyboard": message["keyboard"]}
        return value

    # Receiving

    async def get_updates(self, call: Call) -> list[Any]:
        params = call.params
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if "allowed_updates" in params:
            self.allowed = json.loads(params["allowed_updates"] or "[]")
        limit = min(100, max(1, int(params.get("limit", 100))))
        timeout = min(50.0, max(0.0, float(params.get("timeout", 0))))
        offset = _number(params.get("offset"))
        limit, timeout = self._odd(offset, limit, timeout)
        if offset is not None and offset < 0:
            self.updates.keep_last(-offset)
        elif offset:
            self.updates.confirm_before(offset)
        await self._take_over_poll()
        return await self._wait_for_updates(limit, timeout)

    def _odd(self, offset: int | None, limit: int, timeout: float) -> tuple[int, float]:
        """Polling the same offset within 0.5 s gives one update, within 3 s a timeout of at most 3 s."""
        before, at = self._polled
        self._polled = (offset, time.monotonic())
        if not self.has_oddities or before != offset or at == 0:
            return limit, timeout
        since = time.monotonic() - at
        return (1 if since < 0.5 else limit), (min(3.0, timeout) if since < 3 else timeout)

    async def _take_over_poll(self) -> None:
        """A second poller throws the first one out, which is told at most every 3 s."""
        if self._poll and not self._poll.done():
            self._poll.set_exception(
                Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            )
            self.stats["conflicts"] += 1

    async def _wait_for_updates(self, limit: int, timeout: float) -> list[Any]:
        poll = self._poll = asyncio.get_running_loop().create_future()
        poll.add_done_callback(lambda done: done.cancelled() or done.exception())
        ends_at = time.monotonic() + timeout
        try:
            while True:
                waiting = [payload for _, payload in self.updates.waiting()][:limit]
                left = ends_at - time.monotonic()
                if waiting or left <= 0:
                    return waiting
                self.updates.changed.clear()
                changed = asyncio.ensure_future(self.updates.changed.wait())
                try:
                    await asyncio.wait({changed, poll}, timeout=min(left, 1), return_when="FIRST_COMPLETED")
                finally:
                    changed.cancel()
                if poll.done():
                    poll.result()
                if self.faults.darkness():
                    raise Dark
        finally:
            self._polled = (self._polled[0], time.monotonic())
            poll.cancel()

    def set_webhook(self, call: Call) -> bool:
        params = call.params
        url = params.get("url", "")
        if not url:
            return self.delete_webhook(call)
        secret = params.get("secret_token", "")
        if secret and not re.fullmatch(r"[\w-]{1,256}", secret):
            raise bad("secret token contains unallowed characters")
        self.delete_webhook(call)
        self.allowed = json.loads(params.get("allowed_updates") or "[]")
        self.webhook = Webhook(self.updates, url, secret)
        if self._poll and not self._poll.done():
            self._poll.set_exception(Refusal(409, "Conflict: terminated by setWebhook request"))
        return True

    def delete_webhook(self, call: Call) -> bool:
        if call.params.get("drop_pending_updates") in ("true", "True", True):
            self.updates.keep_last(0)
        if self.webhook:
            self.webhook.close()
        self.webhook = None
        return True

    def get_webhook_info(self, call: Call) -> dict[str, Any]:
        hook = self.webhook
        info = {"url": hook.url if hook else "", "has_custom_certificate": False}
        info["pending_update_count"] = len(self.updates.waiting())
        return info | ({"last_error_message": hook.last_error} if hook and hook.last_error else {})

    # Sending

    def _reach(self, params: dict[str, Any]) -> Chat:
        """The chat, if the bot may write there; raises what the original says."""
        number = _number(params.get("chat_id"))
        if number is None:
            raise bad("chat_id is empty")
        chat = self.chats.get(number)
        if chat is None and number < 0:
            raise bad("chat not found")
        if chat is None or (chat.type == "private" and not chat.is_started):
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        if chat.is_deactivated:
            raise Refusal(403, "Forbidden: user is deactivated")
        if chat.is_blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if not chat.is_member:
            raise Refusal(403, "Forbidden: bot is not a member of the supergroup chat")
        self._pace(chat)
        return chat

    def _pace(self, chat: Chat) -> None:
        now = time.monotonic()
        if now < chat.shut_until:
            self.stats["impatient"] += 1  # asked again before the time it was told
            self._too_fast(chat.shut_until - now)
        if self.limits.per_chat and chat.type == "private":
            rate, burst = self.limits.per_chat, self.limits.burst
            refill = (now - chat.refilled_at) * rate if chat.refilled_at else burst
            chat.allowance = min(burst, chat.allowance + refill)
            chat.refilled_at = now
            if chat.allowance < 1:
                chat.shut_until = now + max(1.0, math.ceil((1 - chat.allowance) / self.limits.per_chat))
                self._too_fast(chat.shut_until - now)
        self._pace_group(chat, now)
        if self.limits.overall:
            _forget(self._sends, now - 1)
            if len(self._sends) >= self.limits.overall:
                self._too_fast(1)
        chat.allowance -= 1
        chat.recent.append(now)
        self._sends.append(now)

    def _pace_group(self, chat: Chat, now: float) -> None:
        _forget(chat.recent, now - 60)
        limit = self.limits.per_group_minute
        if limit and chat.type != "private" and len(chat.recent) >= limit:
            chat.shut_until = chat.recent[0] + 60
            self._too_fast(chat.shut_until - now)

    def _too_fast(self, wait_s: float) -> None:
        wait = max(1, math.ceil(wait_s))
        raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    def send_message(self, call: Call) -> dict[str, Any]:
        chat = self._reach(call.params)
        return self._post(chat, call.params, text=_checked_text(call.params.get("text", "")))

    def send_file(self, kind: str, call: Call) -> dict[str, Any]:
        chat = self._reach(call.params)
        name = str(call.params.get(kind, ""))
        if not name:
            raise bad(f"there is no {kind} in the request")
        is_upload = kind in call.files
        if not is_upload and name not in self.files:
            raise bad("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
        caption = str(call.params.get("caption", ""))
        if _units(caption) > 1024:
            raise bad("message caption is too long")
        file = self.add_file(call.files[kind], name) if is_upload else {"file_id": name, "file_unique_id": name}
        if kind == "voice":
            file["duration"] = self.durations.get(name, 1)
        content = [{**file, "width": 90, "height": 90}] if kind == "photo" else file
        return self._post(chat, call.params, **{kind: content}, **({"caption": caption} if caption else {}))

    def add_file(self, content: bytes, name: str) -> dict[str, Any]:
        """Keeps a file and describes it."""
        number = len(self.files) + 1
        file_id = f"FILE{number}"
        self.files[file_id] = content
        return {
            "file_id": file_id,
            "file_unique_id": f"U{number}",
            "file_size": len(content),
            "file_name": name,
        }

    def _post(self, chat: Chat, params: dict[str, Any], **content: Any) -> dict[str, Any]:
        message = {
            "message_id": self.next_message_id(),
            "from": self.me,
            "date": int(self.clock.now()),
            **content,
            "chat_id": chat.id,
            "keyboard": _keyboard(params.get("reply_markup")),
            "protect": params.get("protect_content") in ("true", "True", True),
            "deleted": False,
            "by_bot": True,
            "edits": 0,
            "params": dict(params),
        }
        self.messages[chat.id, message["message_id"]] = message
        self.note(
            "message",
            chat.id,
            message_id=message["message_id"],
            text=content.get("text", content.get("caption", "")),
            keyboard=message["keyboard"],
            protect=message["protect"],
            content=[name for name in content if name != "caption"],
        )
        return self.message_json(message)

    def _editable(self, params: dict[str, Any]) -> tuple[Chat, dict[str, Any]]:
        chat = self._reach(params)
        message = self.messages.get((chat.id, _number(params.get("message_id")) or 0))
        if message is None or message["deleted"]:
            raise bad("message to edit not found")
        if not message["by_bot"]:
            raise bad("message can't be edited")
        return chat, message

    def edit_text(self, call: Call) -> dict[str, Any]:
        chat, message = self._editable(call.params)
        if "text" not in message:
            raise bad("there is no text in the message to edit")
        text = _checked_text(call.params.get("text", ""))
        return self._change(chat, message, text, _keyboard(call.params.get("reply_markup")), "edit")

    def edit_markup(self, call: Call) -> dict[str, Any]:
        chat, message = self._editable(call.params)
        markup = _keyboard(call.params.get("reply_markup"))
        return self._change(chat, message, message.get("text", ""), markup, "markup")

    def _change(self, chat: Chat, message: dict[str, Any], text: str, keyboard: list[Any], kind: str) -> dict[str, Any]:
        if (message.get("text", ""), message["keyboard"]) == (text, keyboard):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )
        message["text"], message["keyboard"], message["edits"] = text, keyboard, message["edits"] + 1
        message["edit_date"] = int(self.clock.now())
        self.note(kind, chat.id, message_id=message["message_id"], text=text, keyboard=keyboard)
        return self.message_json(message)

    def delete_message(self, call: Call) -> bool:
        chat = self._reach(call.params)
        message = self.messages.get((chat.id, _number(call.params.get("message_id")) or 0))
        if message is None or message["deleted"]:
            raise bad("message to delete not found")
        if self.clock.now() - message["date"] > 2 * DAY:
            raise bad("message can't be deleted for everyone")
        message["deleted"] = True
        self.note("delete", chat.id, message_id=message["message_id"])
        return True

    def answer_query(self, call: Call) -> bool:
        query = self.queries.get(str(call.params.get("callback_query_id")))
        if query is None or self.clock.now() - query["at"] > self.query_life:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        text = str(call.params.get("text", ""))
        if len(text) > TOAST_LIMIT:
            raise bad("MESSAGE_TOO_LONG")
        query["answered"] = True
        self.note("toast", query["chat"], text=text, query=query["id"])
        return True

    def leave_chat(self, call: Call) -> bool:
        number = _number(call.params.get("chat_id"))
        chat = self.chats.get(number or 0)
        if chat is None:
            raise bad("chat not found")
        if chat.type == "private":
            raise bad("chat member status can't be changed in private chats")
        if not chat.is_member:
            raise Refusal(403, "Forbidden: bot is not a member of the supergroup chat")
        chat.is_member = False
        self.note("leave", chat.id)
        return True

    # The rest

    def get_me(self, call: Call) -> dict[str, Any]:
        return {**self.me, "can_join_groups": False, "can_read_all_group_messages": False}

    def set_commands(self, call: Call) -> bool:
        wanted = json.loads(call.params.get("commands", "[]"))
        for command in wanted:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(command.get("description", "")) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[call.params.get("language_code", "")] = wanted
        return True

    def get_commands(self, call: Call) -> list[dict[str, str]]:
        return self.commands.get(call.params.get("language_code", ""), [])

    def get_file(self, call: Call) -> dict[str, Any]:
        file_id = str(call.params.get("file_id", ""))
        if file_id not in self.files:
            raise bad("invalid file_id")
        size = len(self.files[file_id])
        if size > 20_000_000:
            raise bad("file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_size": size,
            "file_path": f"files/{file_id}",
        }

    def send_action(self, call: Call) -> bool:
        self._reach(call.params)
        return True


METHODS: dict[str, Any] = {
    "getme": Bot.get_me,
    "getupdates": Bot.get_updates,
    "setwebhook": Bot.set_webhook,
    "deletewebhook": Bot.delete_webhook,
    "getwebhookinfo": Bot.get_webhook_info,
    "sendmessage": Bot.send_message,
    "sendphoto": lambda bot, call: bot.send_file("photo", call),
    "sendvoice": lambda bot, call: bot.send_file("voice", call),
    "senddocument": lambda bot, call: bot.send_file("document", call),
    "editmessagetext": Bot.edit_text,
    "editmessagereplymarkup": Bot.edit_markup,
    "deletemessage": Bot.delete_message,
    "answercallbackquery": Bot.answer_query,
    "leavechat": Bot.leave_chat,
    "setmycommands": Bot.set_commands,
    "getmycommands": Bot.get_commands,
    "getfile": Bot.get_file,
    "sendchataction": Bot.send_action,
}


def _number(value: Any) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()


def _checked_text(text: Any) -> str:
    text = str(text).strip()
    if not text:
        raise bad("message text is empty")
    if _units(text) > TEXT_LIMIT:
        raise bad("message is too long")
    return text


def _keyboard(markup: Any) -> list[Any]:
    """The inline keyboard's rows; raises what the original says of a bad one."""
    if not markup:
        return []
    try:
        rows = json.loads(markup).get("inline_keyboard", [])
    except (ValueError, AttributeError):
        raise bad("can't parse reply keyboard markup JSON object") from None
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        raise bad("reply markup is too long")
    for button in buttons:
        if not str(button.get("text", "")).strip():
            raise bad('can\'t parse inline keyboard button: Field "text" must be of type String')
        size = len(str(button.get("callback_data", "")).encode())
        if "url" not in button and not 1 <= size <= BUTTON_LIMIT:
            raise bad("BUTTON_DATA_INVALID")
    return rows
