"""Receiving from Telegram: stored first and confirmed afterwards, by polling or by webhook, whatever happens.

PTB's Updater confirms updates before they are handled (527 of 1,000 lost at kill -9, M1), dies of one HTML
404 (E3) and loops for ever on one unreadable update (E4, M2); so this loop is ours.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channels import telegram_errors as errors
from bot.channels import telegram_updates as updates
from bot.channels.channel import Receive, Unparsable
from bot.channels.plain import read_json
from bot.channels.telegram_wire import Flood, NoAnswer, Request
from bot.messages import Received

BATCH = 100
# A line that hangs is noticed after READ seconds: by so much an outage lasts longer for us (F8, F11: 30 s).
POLL_SECONDS, READ_SECONDS = 20, 29
# One odd answer costs a second (E3: the next message within 5 s), the end of an outage is noticed within 20.
BACKOFF_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 20.0)
CONFLICT_SECONDS = 30.0
TOKEN_SECONDS = 60.0
WATCH_SECONDS = 60.0
FORGET_SECONDS = 86_400.0
BODY_LIMIT = 1_000_000

log = structlog.get_logger()


@dataclass
class Cursor:
    """Where the loop stands. It is never stored: after a week without updates Telegram's ids start anew."""

    offset: int | None = None
    limit: int = BATCH
    moved_at: float = 0.0
    failures: int = 0

    def move(self, batch: list[Received], at: float) -> None:
        """Past everything that was stored; `at` is the loop's time.

        Without a single id the offset stays: the next update that has one passes them all, while a guess
        could pass an update that nobody has seen. Only a full batch of such must be guessed past.
        """
        ids = [number for number in (updates.id_of(update.raw) for update in batch) if number is not None]
        if ids:
            self.offset, self.moved_at = max(ids) + 1, at
        elif self.offset is not None and len(batch) >= self.limit:
            self.offset, self.moved_at = self.offset + len(batch), at
        elif at - self.moved_at > FORGET_SECONDS:
            self.offset = None  # everything before it is long confirmed, and the next id may be a lower one

    def backoff(self, longest: float = BACKOFF_SECONDS[-1]) -> float:
        """How long to wait after one more failure."""
        self.failures += 1
        steps = (*BACKOFF_SECONDS, longest)
        return min(longest, steps[min(self.failures, len(steps)) - 1])


class Receiver:
    """The receiving half of the channel, and what it knows about its health."""

    def __init__(
        self,
        api: Bot,
        poller: Request,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        webhook_url: str,
        webhook_secret: str,
    ) -> None:
        """With a `webhook_url` Telegram posts to it, without one we poll."""
        self._api, self._poller = api, poller
        self._now, self._sleep = now, sleep
        self._webhook_url, self._webhook_secret = webhook_url, webhook_secret
        self._is_ours = False  # whether Telegram delivers our way, as far as we know
        self._cursor = Cursor()
        self.last_good: datetime | None = None
        self.last_conflict: datetime | None = None
        self.trouble: str | None = None
        self.trouble_since: datetime | None = None

    async def run(self, store: Receive) -> None:
        """Receives until cancelled; see Channel.run. By webhook it sees to it that the webhook stays ours."""
        self._cursor = Cursor(moved_at=asyncio.get_running_loop().time())
        while True:
            wait_s = await (self._watch() if self._webhook_url else self._receive(store))
            await self._sleep(wait_s)

    async def _receive(self, store: Receive) -> float:
        """One poll: stored now, confirmed by the next one. Returns the seconds to wait; never raises."""
        loop, before = asyncio.get_running_loop(), self._cursor.offset
        started = loop.time()
        try:
            batch = await self._poll()
        except Exception as error:
            return self._failed(error)
        try:
            if batch:
                await store(batch)
        except Exception as error:  # the database is ill: Telegram keeps what we do not confirm
            return self._note_trouble("store", self._cursor.backoff(), error)
        self._cursor.move(batch, loop.time())
        self._note_good()
        # At once and without progress: updates without ids, or a server that does not hold the line open.
        is_hasty = before == self._cursor.offset and loop.time() - started < 1
        return 0.5 if is_hasty else 0.0

    async def _poll(self) -> list[Received]:
        if not self._is_ours:
            await self._remove_webhook()
        # The first poll, at the start or after trouble, does not wait: it tells at once whether all is well.
        is_well = self.last_good is not None and self.trouble is None
        query: dict[str, Any] = {"timeout": POLL_SECONDS if is_well else 0, "limit": self._cursor.limit}
        query["allowed_updates"] = json.dumps(updates.ALLOWED)
        if self._cursor.offset is not None:
            query["offset"] = self._cursor.offset
        url = f"{self._api.base_url}/getUpdates?{urlencode(query)}"
        try:
            found: Any = await self._poller.post(url, read_timeout=READ_SECONDS)
        except NoAnswer as error:
            return self._around_the_unreadable(error)
        if not isinstance(found, list):
            raise TypeError("getUpdates gave no list")
        if not found:
            self._cursor.limit = BATCH
        return [updates.received(update) for update in found]

    def _around_the_unreadable(self, error: NoAnswer) -> list[Received]:
        """A batch that no JSON reader takes (an update nested 10,000 deep) would come again for ever.

        So it is fetched one by one, and of the guilty update its number is kept. Raises `error` if it is
        none of this, but a page or a 5xx.
        """
        if not error.update_ids:
            raise error
        if self._cursor.limit > 1:
            self._cursor.limit = 1
            return []
        self._cursor.limit = BATCH
        guilty = error.update_ids[0]
        return [Received(str(guilty), {"update_id": guilty, "unreadable": True})]

    async def _remove_webhook(self) -> None:
        """Back to polling, without dropping what waits. If it fails, polling itself says whether one is
        left."""
        try:
            await self._api.delete_webhook(drop_pending_updates=False)
        except TelegramError:
            return
        self._is_ours = True

    async def _watch(self) -> float:
        """Sets our webhook, and looks once a minute whether it is still the one that is set."""
        try:
            if self._is_ours and (await self._api.get_webhook_info()).url != self._webhook_url:
                self._is_ours, self.last_conflict = False, self._now()
                return self._note_trouble("foreign webhook", CONFLICT_SECONDS)
            if not self._is_ours:
                await self._set_webhook()
        except Exception as error:
            return self._failed(error)
        self._note_good()
        return WATCH_SECONDS

    async def _set_webhook(self) -> None:
        await self._api.set_webhook(
            self._webhook_url,
            secret_token=self._webhook_secret,
            allowed_updates=list(updates.ALLOWED),
            drop_pending_updates=False,
        )
        self._is_ours = True

    def accepts(self, secret_header: str | None) -> bool:
        """Whether a webhook call carries our secret (PTB compares with `!=` and logs the wrong one)."""
        ours, theirs = self._webhook_secret.encode(), (secret_header or "").encode("utf-8", "replace")
        return bool(ours) and hmac.compare_digest(ours, theirs)

    def receive_body(self, body: bytes) -> list[Received]:
        """The update in the body of an accepted webhook call.

        Raises Unparsable for a body over 1 MB or one that does not even begin like a JSON object. One that
        does but cannot be read is handed over as its number: Telegram holds back this chat until it is
        answered 200.
        """
        if len(body) > BODY_LIMIT:
            raise Unparsable("body over 1 MB")
        if body.lstrip()[:1] != b"{":
            raise Unparsable("body is no JSON object")
        update = read_json(body)
        if update is None:
            guilty = NoAnswer(200, body).update_ids
            update = {"unreadable": True, "update_id": guilty[0] if guilty else None}
        self._note_good()
        return [updates.received(update)]

    def _failed(self, error: Exception) -> float:
        """Notes the trouble and returns how long to wait; what the network does to us is waited out for
        ever."""
        if isinstance(error, Conflict):
            return self._conflict(error)
        if isinstance(error, Flood):
            return self._note_trouble("too many requests", error.seconds, error)
        if isinstance(error, InvalidToken):
            return self._note_trouble("token refused", self._cursor.backoff(TOKEN_SECONDS), error)
        code = "no bot api there" if isinstance(error, NoAnswer) else "not reached"
        return self._note_trouble(code, self._cursor.backoff(), error)

    def _conflict(self, error: Conflict) -> float:
        """Somebody else uses our token (T14): an alarm, and no quick retry, which would only starve both."""
        self.last_conflict = self._now()
        if not errors.says(error, "webhook"):
            return self._note_trouble("conflict", CONFLICT_SECONDS, error)
        # Ours from an earlier mode goes at once; one that appears while we poll was set by somebody else.
        wait_s = CONFLICT_SECONDS if self._is_ours else BACKOFF_SECONDS[0]
        self._is_ours = False
        return self._note_trouble("foreign webhook", wait_s, error)

    def _note_trouble(self, code: str, wait_s: float, error: Exception | None = None) -> float:
        if code != self.trouble:
            log.warning("telegram trouble", trouble=code, error=type(error).__name__)
            self.trouble, self.trouble_since = code, self._now()
        return wait_s

    def _note_good(self) -> None:
        if self.trouble is not None:
            log.info("telegram well again", trouble=self.trouble)
        self._cursor.failures = 0
        self.last_good, self.trouble, self.trouble_since = self._now(), None, None
