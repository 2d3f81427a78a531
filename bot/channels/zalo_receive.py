"""Receiving from Zalo, by polling or by webhook, whatever happens.

Zalo forgets an update as soon as it has handed it out (reference §6): what a poll brought is stored before the next
poll, and is held in hand while the database refuses it. A process killed in between loses that one update; by webhook
nothing is lost as long as Zalo's call is answered. Two pollers of one token share its messages out between them, and
nobody tells: the lock of `one_process` keeps a second one off the same database, not off another machine.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.channels import zalo_updates as updates
from bot.channels.channel import Receive
from bot.channels.plain import read_json
from bot.channels.zalo_wire import Lost, NoAnswer, Refused, Wire
from bot.messages import Received

POLL_SECONDS, READ_SECONDS = 30, 45  # the server holds a poll for exactly its time-out (reference §6)
TRIAL_SECONDS = 5  # after trouble a shorter poll tells sooner that it is over
BACKOFF_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 20.0)
PAGE_SECONDS = 5.0  # a gateway's 429 answers whoever polls too tightly
AGAIN_SECONDS = 1.0  # between polls that bring what we have already
HASTY_SECONDS = 0.5
SLOW_POLLS = 2
FOREIGN_SECONDS = 60.0
TOKEN_SECONDS = 60.0
WATCH_SECONDS = 60.0
REMEMBERED = 500

log = structlog.get_logger()


class Receiver:
    """The receiving half of the channel, and what it knows about its health."""

    def __init__(
        self,
        wire: Wire,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        is_webhook: bool,
        webhook_url: str,
        webhook_secret: str,
    ) -> None:
        """By webhook Zalo posts to `webhook_url`; while we poll, that address says which webhook was ours."""
        self._wire, self._now, self._sleep = wire, now, sleep
        self._is_webhook, self._webhook_url, self._webhook_secret = is_webhook, webhook_url, webhook_secret
        self._is_ours = False  # whether Zalo delivers our way, as far as we know
        self._failures = self._slow = 0  # in a row: failed, and not answered in time
        self._known: deque[str] = deque(maxlen=REMEMBERED)
        self.last_good: datetime | None = None
        self.last_conflict: datetime | None = None
        self.trouble: str | None = None
        self.trouble_since: datetime | None = None

    async def run(self, store: Receive) -> None:
        """Receives until cancelled; see Channel.run. By webhook it sees to it that the webhook stays ours."""
        while True:
            wait_s = await (self._watch() if self._is_webhook else self._receive(store))
            if wait_s:
                await self._sleep(wait_s)

    # Polling

    async def _receive(self, store: Receive) -> float:
        """One poll, stored when this returns. Returns the seconds to wait; never raises."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            if not self._is_ours and not await self._may_poll():
                return FOREIGN_SECONDS
            batch = await self._poll()
        except Exception as error:
            return self._failed(error)
        if batch is None:
            return self._unanswered()
        await self._keep(store, batch)
        self._note_good()
        if batch:
            is_new = any(update.update_id not in self._known for update in batch)
            self._known.extend(update.update_id for update in batch)
            return 0.0 if is_new else AGAIN_SECONDS
        return HASTY_SECONDS if loop.time() - started < HASTY_SECONDS else 0.0

    async def _poll(self) -> list[Received] | None:
        """What one poll brings, often nothing (reference §6: a 408, or no update); None when nobody answers in time."""
        is_well = self.trouble is None
        try:
            held = {"timeout": POLL_SECONDS if is_well else TRIAL_SECONDS}
            found = await self._wire.call("getUpdates", held, READ_SECONDS)
        except Refused as error:
            if error.code == 408:
                return []
            raise
        except Lost as error:
            if error.is_slow:
                return None
            raise
        return updates.received(found)

    def _unanswered(self) -> float:
        """The next poll follows at once; a line on which nobody answers for long is no good line, though."""
        self._slow += 1
        return self._note_trouble("no answer", 0.0) if self._slow >= SLOW_POLLS else 0.0

    async def _keep(self, store: Receive, batch: list[Received]) -> None:
        """Until it is stored: Zalo will not give it again."""
        while batch:
            try:
                await store(batch)
            except Exception as error:  # the database is ill
                await self._sleep(self._note_trouble("store", self._backoff(), error))
            else:
                return

    async def _may_poll(self) -> bool:
        """Whether no webhook stands in the way. Ours of an earlier mode goes; a stranger's is not ours to remove."""
        url = await self._url_set()
        if url and url == self._webhook_url:
            log.info("our own webhook is taken away, as we poll now")
            await self._wire.call("deleteWebhook")
        elif url:
            self.last_conflict = self._now()
            self._note_trouble("foreign webhook", FOREIGN_SECONDS)
            return False
        self._is_ours = True
        if self.last_good is None:
            self._note_good()  # after trouble only a poll shows that it is over
        return True

    async def _url_set(self) -> str:
        """The webhook's address; empty where none is set, which Zalo calls an error (404)."""
        try:
            told = await self._wire.call("getWebhookInfo")
        except Refused as error:
            if error.code == 404:
                return ""
            raise
        return str(told.get("url") or "") if isinstance(told, dict) else ""

    # Webhook

    async def _watch(self) -> float:
        """Sets our webhook, and looks once a minute whether it is still the one that is set."""
        try:
            if self._is_ours and await self._url_set() != self._webhook_url:
                self._is_ours, self.last_conflict = False, self._now()
                return self._note_trouble("foreign webhook", BACKOFF_SECONDS[-1])
            if not self._is_ours:
                return await self._set_webhook()
        except Exception as error:
            return self._failed(error)
        self._note_good()
        return WATCH_SECONDS

    async def _set_webhook(self) -> float:
        """Zalo keeps the address even when it could not reach it: what its trial showed decides (reference §7)."""
        told = await self._wire.call("setWebhook", {"url": self._webhook_url, "secret_token": self._webhook_secret})
        trial = told.get("verification") if isinstance(told, dict) else None
        if isinstance(trial, dict) and trial.get("ok") is not True:
            outcome = str(trial.get("outcome") or "")[:40]
            return self._note_trouble(f"webhook not verified: {outcome}", max(self._backoff(), WATCH_SECONDS))
        self._is_ours = True
        self._note_good()
        return WATCH_SECONDS

    def accepts(self, secret_header: str | None) -> bool:
        """Whether a webhook call carries our secret; the answer takes the same time for every wrong one."""
        ours = self._webhook_secret.encode() if self._is_webhook else b""
        return bool(ours) and hmac.compare_digest(ours, (secret_header or "").encode("utf-8", "replace"))

    def receive_body(self, body: bytes) -> list[Received]:
        """What is in the body of an accepted webhook call: nothing, where Zalo only tries whether we are there."""
        batch = updates.received(read_json(body))
        self._is_ours = self._is_ours or bool(batch)
        self._note_good()
        return batch

    # How it goes

    def _failed(self, error: Exception) -> float:
        """Notes the trouble and returns how long to wait; what the network does to us is waited out for ever."""
        if isinstance(error, Refused):
            return self._refused(error)
        self._is_ours = self._is_ours and self._is_webhook  # before the next poll, look who receives
        if isinstance(error, NoAnswer):
            wait_s = max(self._backoff(), PAGE_SECONDS) if error.status == 429 else self._backoff()
            return self._note_trouble("too many requests" if error.status == 429 else "no zalo there", wait_s, error)
        return self._note_trouble("not reached", self._backoff(), error)

    def _refused(self, error: Refused) -> float:
        if error.code == 401:
            return self._note_trouble("token refused", TOKEN_SECONDS, error)
        if error.code == 429:
            return self._note_trouble("too many requests", FOREIGN_SECONDS, error)
        if error.code == 400 and not self._is_webhook:
            self._is_ours = False  # a webhook was set while we polled: the next look says whose it is
            return self._note_trouble("poll refused", PAGE_SECONDS, error)
        return self._note_trouble(f"refused ({error.code})", self._backoff(), error)

    def _backoff(self) -> float:
        self._failures += 1
        return BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS)) - 1]

    def _note_trouble(self, code: str, wait_s: float, error: Exception | None = None) -> float:
        if code != self.trouble:
            log.warning("zalo trouble", trouble=code, error=type(error).__name__)
            self.trouble, self.trouble_since = code, self._now()
        return wait_s

    def _note_good(self) -> None:
        if self.trouble is not None:
            log.info("zalo well again", trouble=self.trouble)
        self._failures = self._slow = 0
        self.last_good, self.trouble, self.trouble_since = self._now(), None, None
