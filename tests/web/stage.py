"""A house with its door open: the service runs, its pages are served on a port, and somebody sits before them."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from bot.channels.web import WebChannel
from bot.clock import VIETNAM, HandClock
from bot.dialogue.conversation import Surroundings
from bot.rules import people as rules
from bot.rules.work import Work
from bot.service.app import Service
from bot.settings import Settings
from bot.web.app import build, listening, serve
from storage.chat import Inbox
from storage.database import Database
from storage.people import Invite, Person, WebSession
from storage.scope import Scope
from tests.world import KEY

T = TypeVar("T")
AT = datetime(2024, 3, 20, 9, 30, tzinfo=VIETNAM)
WIDE_S = 20.0  # a time-out of the tests: never a promise of the product
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Browser:
    """One browser: its cookies, and what a page of ours would send."""

    client: httpx.AsyncClient
    origin: str

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={"Accept": "text/html", **headers})

    async def post(self, path: str, *, page: bool = False, **fields: str) -> httpx.Response:
        """A post as our script sends it; with `page` as a form without a script does."""
        accept = "text/html" if page else "application/json"
        return await self.client.post(path, data=fields, headers={"Origin": self.origin, "Accept": accept, **FORM})

    async def messages(self) -> list[dict[str, Any]]:
        return list((await self.client.get("/chat/after")).raise_for_status().json()["items"])

    async def until(self, seen: Callable[[list[dict[str, Any]]], Any]) -> list[dict[str, Any]]:
        """The messages, once they are as `seen` wants them."""
        async with asyncio.timeout(WIDE_S):
            while not seen(found := await self.messages()):
                await asyncio.sleep(0.02)
        return found


@dataclass
class House:
    """A service with its pages. `database`, `clock` and `service` are for looking behind them."""

    service: Service
    clock: HandClock
    database: Database
    port: int
    app: Any
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def browser(self, **headers: str) -> Browser:
        """A fresh one, without cookies."""
        client = httpx.AsyncClient(base_url=self.origin, headers=headers, trust_env=False, timeout=WIDE_S)
        self.browsers.append(client)
        return Browser(client, self.origin)

    async def run(self, work: Callable[[Session], T]) -> T:
        return await self.database.run(work)

    async def count(self, table: type[Any]) -> int:
        return await self.run(lambda session: session.scalar(select(func.count()).select_from(table)) or 0)

    def work(self, session: Session) -> Work:
        return Work(session=session, now=self.clock.now(), today=self.clock.today(), scope=Scope.everything())

    async def invite(self, name: str, *, code: str | None = None) -> rules.NewInvite:
        """A fresh invite for somebody of the commune."""

        def made(session: Session) -> rules.NewInvite:
            person = session.scalars(select(Person).where(Person.name == name)).one()
            return rules.invite(self.work(session), KEY, person, code=code)

        return await self.run(made)

    async def sits_down(self, name: str) -> Browser:
        """Somebody who has joined, at a browser with a live session."""
        address, token = f"w{secrets.token_hex(8)}", secrets.token_urlsafe(16)

        def linked(session: Session) -> None:
            person = session.scalars(select(Person).where(Person.name == name)).one()
            rules.link(self.work(session), person, "web", "web", address)
            now = self.clock.now()
            hashed = rules.token_hash(token)
            session.add(
                WebSession(address=address, token_hash=hashed, person_id=person.id, created_at=now, seen_at=now)
            )

        await self.run(linked)
        browser = self.browser()
        browser.client.cookies.set("ralop", token)
        return browser

    async def effects(self) -> tuple[int, int, int]:
        """What a request may change: messages, sessions, used invites."""
        used = await self.run(
            lambda session: session.scalar(select(func.count()).where(Invite.used_at.is_not(None))) or 0
        )
        return await self.count(Inbox), await self.count(WebSession), used


@asynccontextmanager
async def open_house(
    url: str, *, channels: Sequence[Channel] = (), public_url: str | None = None, at: datetime = AT
) -> AsyncIterator[House]:
    """The service of a database, running, with its pages on a free port."""
    database, clock = Database(url), HandClock(at)
    settings = Settings(_env_file=None, web_public_url=public_url, database_url=url)  # type: ignore[call-arg]
    surroundings = Surroundings(contact="chị Thu, UBND xã: 0255 000 000", invite_key=KEY)
    service = Service(database, [*channels, WebChannel()], clock, surroundings)
    app = build(service, settings)
    sock = listening("127.0.0.1", 0)
    house = House(service, clock, database, int(sock.getsockname()[1]), app)
    stop = asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    serving = asyncio.create_task(serve(app, "127.0.0.1", 0, stop, sock=sock))
    async with asyncio.timeout(WIDE_S):
        while service.ticked_at is None:
            await asyncio.sleep(0.01)
    try:
        yield house
    finally:
        for client in house.browsers:
            await client.aclose()
        stop.set()
        await asyncio.wait_for(asyncio.gather(running, serving), WIDE_S)
        database.close()


@dataclass
class Event:
    """One event of a stream."""

    name: str = ""
    data: Any = None
    id: str = ""
    comment: str = ""
    retry: str = ""


async def events(response: httpx.Response) -> AsyncIterator[Event]:
    """The events of a stream, one by one, also comments and `retry`."""
    event, lines = Event(), response.aiter_lines()
    async for line in lines:
        if not line:
            yield event
            event = Event()
            continue
        name, _, value = line.partition(": ")
        if name == "data":
            event.data = json.loads(value)
        elif not name:
            event.comment = value
        else:
            setattr(event, {"event": "name"}.get(name, name), value)


def button(page: str, caption: str) -> dict[str, str]:
    """What a browser without a script sends when a button is pressed, found by the beginning of its caption."""
    for form in re.findall(r'<form class="choices".*?</form>', page, re.S):
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
        for value, shown in re.findall(r'<button name="press" value="([^"]*)"[^>]*>([^<]*)</button>', form):
            if shown.startswith(caption):
                return {**fields, "press": value}
    raise AssertionError(f"no [{caption}] on the page")
