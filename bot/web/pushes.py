"""Web Push: a closed page hears that something has come; never what, and never of whom (voice.md §2)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import structlog
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot import keys
from bot.i18n import Reader
from bot.service.outbox import reader_of
from bot.web import forms, posting, web_push
from bot.web.site import LOOPBACK, Site
from bot.web.web_push import Identity
from storage import people, web, web_pushes
from storage.web_pushes import PushSubscription

log = structlog.get_logger()

# Nobody makes us knock at other doors (SSRF): the push services of the browsers that exist.
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
)
KEY = re.compile(r"[A-Za-z0-9_-]{16,128}=*")
LASTS_S = 12 * 3600
UNSEEN_SINCE = timedelta(days=2)
WAIT_S = 10.0
BROWSERS_AN_ADDRESS = 3
GONE = (404, 410)


@dataclass(frozen=True)
class Call:
    """One browser to be woken, and with what."""

    row_id: int
    endpoint: str
    p256dh: str
    auth: str
    content: bytes


class Pushes:
    """Wakes browsers. `folder` is where our key lies; without one, or without the library, nobody is woken."""

    def __init__(self, site: Site, folder: Path | None) -> None:
        self.site, self._folder = site, folder
        self._identity: Identity | None = None
        self.tasks: set[asyncio.Task[None]] = set()
        if self.is_on:
            site.service.delivery.kept = self._sent

    @property
    def is_on(self) -> bool:
        """Whether pages may ask for it: over https, or on this machine alone."""
        is_private = not self.site.public_url or self.site.public_url.startswith("https://")
        return self._folder is not None and is_private and web_push.is_possible()

    @property
    def identity(self) -> Identity:
        """Our key, made when it is first needed. Raises LookupError where there is none to be."""
        if self._folder is None:
            raise LookupError("no folder for a key")
        if self._identity is None:
            self._identity = Identity(keys.load_or_make(self._folder, keys.PUSH))
        return self._identity

    def may_call(self, endpoint: str) -> bool:
        """Whether an endpoint is one of a known push service; on this machine alone, also one of this machine."""
        try:
            parts = urlsplit(endpoint)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if not self.site.public_url and parts.scheme == "http" and host in LOOPBACK:
            return True
        is_known = any(host == one or host.endswith(f".{one}") for one in SERVICES)
        return parts.scheme == "https" and port in (None, 443) and parts.username is None and is_known

    def _sent(self, chats: Collection[tuple[str, str, str]]) -> None:
        """Open pages hear at once; who has none open is woken, beside delivery and never in its way."""
        self.site.hub.sent(chats)
        closed = {
            address for channel, _, address in chats if channel == web.CHANNEL and not self.site.hub.shows(address)
        }
        if closed:
            task = asyncio.create_task(self.wake(closed))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def wake(self, addresses: Collection[str]) -> None:
        """Calls the browsers of these addresses for which something unasked has come."""
        try:
            calls = await self.site.service.database.run(lambda session: self._calls(session, addresses))
            if calls:
                async with httpx.AsyncClient(timeout=WAIT_S, follow_redirects=False, trust_env=False) as client:
                    gone = [call.row_id for call in calls if not await self._called(client, call)]
                if gone:
                    await self.site.service.database.run(lambda session: self._let_go(session, gone))
        except SQLAlchemyError as error:
            log.error("the database refused", error=type(error).__name__)

    def _calls(self, session: Session, addresses: Collection[str]) -> list[Call]:
        found = []
        for address in sorted(addresses):
            subscriptions = web_pushes.of_address(session, address)
            known = people.at_address(session, web.CHANNEL, web.CHANNEL, address) if subscriptions else None
            if known is None:
                continue
            since = max(known.heard_at or known.linked_at, self.site.service.clock.now() - UNSEEN_SINCE)
            n = web.unseen_pushes(session, address, since)
            if not n:
                continue
            reader = reader_of(people.get(session, known.person_id), self.site.service.clock.zone)
            content = json.dumps(told(reader, n), ensure_ascii=False).encode()
            found += [Call(one.id, one.endpoint, one.p256dh, one.auth, content) for one in subscriptions]
        return found

    async def _called(self, client: httpx.AsyncClient, call: Call) -> bool:
        """Whether the browser is still there, as far as its service tells."""
        now = self.site.service.clock.now()
        subject = self.site.public_url or "https://localhost"
        try:
            body = web_push.sealed(call.content, call.p256dh, call.auth)
        except ValueError:
            return False
        headers = {
            "Authorization": self.identity.authorization(call.endpoint, subject, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(LASTS_S),
            "Topic": "ralop",  # what has not arrived is replaced: one sign is enough
            "Urgency": "high",
        }
        try:
            answer = await client.post(call.endpoint, content=body, headers=headers)
        except httpx.HTTPError as error:
            log.warning("push service not reached", subscription=call.row_id, error=type(error).__name__)
            return True
        if answer.status_code >= 400 and answer.status_code not in GONE:
            log.warning("push refused", subscription=call.row_id, status=answer.status_code)
        return answer.status_code not in GONE

    def _let_go(self, session: Session, row_ids: Collection[int]) -> None:
        for row_id in row_ids:
            session.get_one(PushSubscription, row_id).gone_at = self.site.service.clock.now()


def told(reader: Reader, n: int) -> dict[str, str]:
    """What a locked phone shows: no name, no class, no reason."""
    return {
        "title": reader.say("Ra Lớp has something new"),
        "body": reader.say_n("%(n)d message not seen yet", "%(n)d messages not seen yet", n),
    }


class PushPages:
    """Subscribing, over one site."""

    def __init__(self, site: Site, pushes: Pushes) -> None:
        self.site, self.pushes = site, pushes

    def routes(self) -> list[BaseRoute]:
        if not self.pushes.is_on:
            return []
        return [
            Route("/push/key", self.key),
            Route("/push", self.subscribe, methods=["POST"]),
            Route("/push/end", self.end, methods=["POST"]),
        ]

    async def key(self, request: Request) -> Response:
        """Our public key, for whoever has a chat."""
        await posting.known(self.site, request)
        return JSONResponse({"key": self.pushes.identity.public})

    async def subscribe(self, request: Request) -> Response:
        """This browser may be woken for this chat; the same browser under another chat is of that one from now on."""
        who = await posting.known(self.site, request)
        form = await forms.fields(request)
        endpoint, p256dh, auth = (form.get(name, "") for name in ("endpoint", "p256dh", "auth"))
        if (
            len(endpoint) > 1000
            or not self.pushes.may_call(endpoint)
            or not (KEY.fullmatch(p256dh) and KEY.fullmatch(auth))
        ):
            raise HTTPException(400)
        now = self.site.service.clock.now()

        def kept(session: Session) -> None:
            session.execute(delete(PushSubscription).where(PushSubscription.endpoint == endpoint))
            for old in web_pushes.of_address(session, who.address)[: 1 - BROWSERS_AN_ADDRESS]:
                old.gone_at = now
            session.add(
                PushSubscription(address=who.address, endpoint=endpoint, p256dh=p256dh, auth=auth, created_at=now)
            )

        await self.site.service.database.run(kept)
        return JSONResponse({"ok": True})

    async def end(self, request: Request) -> Response:
        """This browser is not woken any more."""
        who = await posting.known(self.site, request)
        endpoint = (await forms.fields(request)).get("endpoint", "")

        def ended(session: Session) -> None:
            for one in web_pushes.of_address(session, who.address):
                if one.endpoint == endpoint:
                    one.gone_at = self.site.service.clock.now()

        await self.site.service.database.run(ended)
        return JSONResponse({"ok": True})
