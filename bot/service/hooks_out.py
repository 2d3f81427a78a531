"""Telling other programs: what was written for them is sent outside any transaction, and again until they have it.

The form is that of Standard Webhooks: `webhook-id` is the same at every try, `webhook-timestamp` the second of this
one, `webhook-signature` the HMAC-SHA256 of `id.timestamp.body` under the secret that `ralop hook add` has shown.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.rules import hooks_out as rules
from bot.rules.work import Work
from bot.service import outside
from bot.service.outside import Resolve, Unsent
from storage import hooks_out as stored
from storage.database import Database
from storage.hooks_out import DeliveryStatus, HookDelivery

log = structlog.get_logger()

AT_ONCE = 20  # of one address
LOOK_S = 2.0
PREFIX = "whsec_"


@dataclass(frozen=True)
class Letter:
    """One delivery, read from its row."""

    row_id: int
    hook_id: int
    url: str
    secret: str
    public_id: str
    payload: dict[str, Any]


def secret_of(key: bytes, salt: str) -> str:
    """The secret of an address, as it is given to whoever receives: it stands in no database."""
    return PREFIX + base64.b64encode(hmac.new(key, f"hook {salt}".encode(), sha256).digest()).decode()


def signed(secret: str, public_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a try at a moment (UTC)."""
    second = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signature = hmac.new(key, f"{public_id}.{second}.".encode() + body, sha256).digest()
    return {
        "webhook-id": public_id,
        "webhook-timestamp": second,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def trial(secret: str, url: str, hook_id: int) -> Letter:
    """A letter that says nothing, for `ralop hook test`."""
    return Letter(0, hook_id, url, secret, f"msg_{uuid4().hex}", {"type": "ping", "data": {"hook_id": hook_id}})


async def send(letter: Letter, at: datetime, look_up: Resolve = outside.resolve) -> None:
    """One try. Raises Unsent."""
    body = json.dumps(letter.payload, ensure_ascii=False, separators=(",", ":")).encode()
    await outside.post(letter.url, body, signed(letter.secret, letter.public_id, at, body), look_up=look_up)


class HooksOut:
    """The loop's hands. One process sends, so nothing is claimed: what was sent and not noted is sent again."""

    def __init__(self, database: Database, clock: Clock, key: bytes, look_up: Resolve = outside.resolve) -> None:
        self._database, self._clock, self._key, self._look_up = database, clock, key, look_up

    async def pump(self) -> int:
        """Sends what is due, each address by itself; returns how many were taken."""
        letters: dict[int, list[Letter]] = defaultdict(list)
        for letter in await self._database.run(self._due):
            letters[letter.hook_id].append(letter)
        return sum(await asyncio.gather(*(self._send_all(of_hook) for of_hook in letters.values())))

    async def _send_all(self, letters: list[Letter]) -> int:
        """One after the other; an address that fails is left alone until its next look."""
        for sent, letter in enumerate(letters):
            error = ""
            try:
                await send(letter, self._clock.now(), self._look_up)
            except Unsent as unsent:
                error = unsent.reason
            await self._database.run(lambda session, one=letter, why=error: self._noted(session, one, why))  # type: ignore[misc]
            if error:
                log.warning("hook not told", hook=letter.hook_id, delivery=letter.row_id, reason=error)
                return sent
        return len(letters)

    def _due(self, session: Session) -> list[Letter]:
        listening = stored.listening(session)
        if not listening:
            return []
        work = self._work(session)
        rules.days_reported(work)
        found = []
        for hook in listening:
            secret = secret_of(self._key, hook.salt)
            for delivery in stored.due(session, hook.id, work.now, AT_ONCE):
                if rules.is_still_so(work, delivery, hook):
                    found.append(Letter(delivery.id, hook.id, hook.url, secret, delivery.public_id, delivery.payload))
                else:
                    rules.note_withdrawn(work, delivery)
        return found

    def _noted(self, session: Session, letter: Letter, error: str) -> None:
        delivery = session.get_one(HookDelivery, letter.row_id)
        if delivery.status != DeliveryStatus.QUEUED:
            return
        if error:
            rules.note_failed(self._work(session), delivery, error)
        else:
            rules.note_sent(self._work(session), delivery)

    def _work(self, session: Session) -> Work:
        return Work(
            session=session, now=self._clock.now(), today=self._clock.today(), zone=self._clock.zone, via="hooks"
        )
