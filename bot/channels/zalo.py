"""Zalo: what goes out to a chat, and the channel as the rest of the house sees it.

A bot of the Zalo Bot Platform has no buttons, no edits and no files of its own: text, and numbers to answer with.
Receiving is `zalo_receive.py`, reading updates `zalo_updates.py`, the meaning of errors `zalo_errors.py`, long texts
`zalo_text.py`, the line `zalo_wire.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog

from bot.channels import zalo_errors as errors
from bot.channels import zalo_text
from bot.channels import zalo_updates as updates
from bot.channels.channel import Later, Receive, Rejected, SendError
from bot.channels.line import Line
from bot.channels.server_clock import ServerClock
from bot.channels.zalo_receive import Receiver
from bot.channels.zalo_wire import NotFetched, Refused, Wire
from bot.messages import Act, Incoming, Outgoing, Profile, Received, menu_of

QUICK_SECONDS = 8.0
TEXT_LIMIT = 1900  # of 2,000 "characters", of which nobody says what they are (reference §4)
HALF_SENT = 200  # long messages that we remember half-way, and for how long: a message is not tried longer
HALF_SENT_LASTS = timedelta(hours=3)

log = structlog.get_logger()


class ZaloChannel:
    """One bot of Zalo, by polling or by webhook. The token leaves this object in requests only."""

    name = "zalo"
    is_paced = False
    profile = Profile(
        buttons=False,
        edits=False,
        files=False,
        text_limit=TEXT_LIMIT,
        files_expire=True,
        sends_files=False,
        leaves=False,
    )

    def __init__(
        self,
        token: str,
        *,
        now: Callable[[], datetime],
        base_url: str = "https://bot-api.zaloplatforms.com",
        mode: str = "polling",
        webhook_url: str = "",
        webhook_secret: str = "",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`now` is aware and in UTC; `base_url` is what stands before `/bot<token>/`; `webhook_url` is the whole
        public address that Zalo posts to (while polling: the one that was ours, should it still be set).

        Raises ValueError for a webhook without its address or secret.
        """
        if mode == "webhook" and not (webhook_url and webhook_secret):
            raise ValueError("a webhook needs its address and its secret")
        self.bot = token.partition(":")[0]
        self._now = now
        self._server_clock = ServerClock(now)
        self._wire = Wire(token, base_url, on_date=self._server_clock.note, transport=transport)
        self._receiver = Receiver(
            self._wire,
            now=now,
            sleep=sleep,
            is_webhook=mode == "webhook",
            webhook_url=webhook_url,
            webhook_secret=webhook_secret,
        )
        self._suspects = errors.Suspects()
        self._half_sent: dict[str, tuple[int, datetime]] = {}  # by chat and text: how many of its parts arrived
        self._refusals = 0  # 429 in a row
        self._trouble: tuple[str, datetime] | None = None  # of sending
        self._line = Line(self._is_alive)

    def __repr__(self) -> str:
        return f"<ZaloChannel {self.bot}>"

    # Receiving

    async def run(self, store: Receive) -> None:
        """Receives until cancelled, see Channel.run; by webhook it only keeps the webhook ours."""
        await self._receiver.run(store)

    def accepts(self, secret_header: str | None) -> bool:
        """Whether a webhook call carries our secret; ask before reading the body."""
        return self._receiver.accepts(secret_header)

    def receive_body(self, body: bytes) -> list[Received]:
        """What is in an accepted webhook call: store it, then answer 200. Empty where Zalo only tries the address."""
        return self._receiver.receive_body(body)

    def parse(self, received: Received) -> Incoming | None:
        """Understands a stored update; None is one that needs no answer. Raises Unparsable."""
        incoming = updates.parse(received, self.bot, self._now())
        if incoming is not None:
            self._suspects.clear(incoming.address)  # whoever writes has not closed the chat
        return incoming

    # Sending

    def parts_of(self, message: Outgoing) -> list[str]:
        """The texts that a message becomes: each one counts against the month's quota."""
        return zalo_text.parts(message.plain or message.text, menu_of(message), TEXT_LIMIT)

    async def send(self, address: str, message: Outgoing) -> str:
        """Sends a text, with its choices as numbered lines; returns the id of its last part.

        What is attached stays behind: Zalo takes no files. An edit is a new message; what needs a button, a deletion
        or a way out of a group does nothing. Raises SendError.
        """
        if message.act not in (Act.SEND, Act.EDIT):
            return ""
        texts = self.parts_of(message)
        if not texts:
            raise Rejected("nothing that Zalo can show")
        return await self._say_all(address, texts)

    async def send_file(self, address: str, message: Outgoing, content: bytes) -> str:
        """The text alone, as `send`."""
        return await self.send(address, message)

    async def _say_all(self, address: str, texts: list[str]) -> str:
        """All parts in order; what arrived is not sent again when a later part must be tried once more."""
        key = hashlib.sha256("\n".join((address, *texts)).encode()).hexdigest()
        done, at = self._half_sent.pop(key, (0, self._now()))
        done = done if self._now() - at <= HALF_SENT_LASTS else 0
        message_id = ""
        for text in texts[done:]:
            try:
                message_id = await self._say(address, text)
            except SendError:
                if done:
                    self._remember(key, done)
                raise
            done += 1
        return message_id

    def _remember(self, key: str, done: int) -> None:
        while len(self._half_sent) >= HALF_SENT:
            self._half_sent.pop(next(iter(self._half_sent)))
        self._half_sent[key] = (done, self._now())

    async def _say(self, address: str, text: str) -> str:
        await self._line.need()
        try:
            sent = await self._wire.call("sendMessage", {"chat_id": address, "text": text})
        except Exception as error:
            failure = self._failed(address, error)
        else:
            self._reached(address)
            return str(sent.get("message_id") or "") if isinstance(sent, dict) else ""
        raise failure  # outside, so that the traceback carries no text along

    def _reached(self, address: str) -> None:
        self._line.is_up, self._refusals, self._trouble = True, 0, None
        self._suspects.reached(address, self._now())

    def _failed(self, address: str, error: Exception) -> SendError:
        if errors.is_line_trouble(error):
            self._line.is_up = False
        code = error.code if isinstance(error, Refused) else 0
        if code == 403:
            return self._suspects.refused(address, self._now())
        if code == 429:
            self._refusals += 1
            self._note_trouble("quota")
        elif code == 401:
            self._note_trouble("token refused")
        return errors.meaning(error, self._refusals)

    def _note_trouble(self, code: str) -> None:
        if self._trouble is None or self._trouble[0] != code:
            log.warning("zalo trouble", trouble=code, bot=self.bot)
            self._trouble = (code, self._now())

    async def _is_alive(self) -> bool:
        """Whether Zalo itself answers; refusing the token, or asking us to wait, is an answer."""
        try:
            await self._wire.call("getMe", read_s=QUICK_SECONDS)
        except Exception as error:
            return not errors.is_line_trouble(error)
        return True

    # Files, health

    async def fetch(self, file_id: str, limit_bytes: int = 5_000_000) -> tuple[bytes, str]:
        """Content and media type of a photo or voice note; its id is an address that Zalo soon forgets.

        Raises Rejected if it is too large, gone, or nowhere on Zalo's hosts; else Later.
        """
        try:
            return await self._wire.fetch(file_id, limit_bytes)
        except NotFetched as error:
            reason, is_final = error.reason, error.is_final
        raise Rejected(reason) if is_final else Later(reason, errors.UNREACHABLE_SECONDS)

    def health(self) -> dict[str, Any]:
        """`last_good_poll`, `trouble` (of receiving, else of sending) with `trouble_since`, `last_conflict` (a webhook
        that is not ours) and `server_ahead_s`: how far Zalo's clock (the `Date` of its last answer) stands before ours
        now."""
        receiver = self._receiver
        trouble, since = receiver.trouble, receiver.trouble_since
        if trouble is None and self._trouble is not None:
            trouble, since = self._trouble
        return {
            "last_good_poll": _iso(receiver.last_good),
            "trouble": trouble,
            "trouble_since": _iso(since),
            "last_conflict": _iso(receiver.last_conflict),
            "server_ahead_s": self._server_clock.ahead_s(),
        }

    async def close(self) -> None:
        """Lets connections go."""
        await self._line.close()
        await self._wire.close()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
