"""What every page is given: the service behind it, its templates, its streams, and the hosts it answers for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from bot.channels.web import WebChannel
from bot.clock import Clock
from bot.conversations import ALONE, NOTICES
from bot.dialogue.conversation import Surroundings
from bot.messages import Received
from bot.rules.work import Work
from bot.service.delivery import Delivery
from bot.service.keeping import Keeping
from bot.service.making import Making
from bot.service.outbox import Wording
from bot.web.pages import Pages
from bot.web.stream import Hub
from storage import people, web
from storage.database import Database
from storage.people import Person

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Served(Protocol):
    """The running service, as far as the pages know it (service/app.py stands above them)."""

    @property
    def database(self) -> Database: ...
    @property
    def channels(self) -> Sequence[Channel]: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def surroundings(self) -> Surroundings: ...
    @property
    def default_locale(self) -> str: ...
    @property
    def delivery(self) -> Delivery: ...
    @property
    def keeping(self) -> Keeping: ...
    @property
    def making(self) -> Making: ...
    @property
    def ticked_at(self) -> datetime | None: ...
    @property
    def is_ticking(self) -> bool: ...
    async def take(
        self, channel: Channel, batch: list[Received], also: Callable[[Session], None] | None = None
    ) -> None: ...


@dataclass
class Site:
    """`public_url` is the address that people reach us by, empty when there is none."""

    service: Served
    public_url: str = ""
    pages: Pages = field(default_factory=Pages)
    hub: Hub = field(default_factory=Hub)

    @property
    def web(self) -> WebChannel:
        """The channel of the pages. Raises LookupError where there is none."""
        for channel in self.service.channels:
            if isinstance(channel, WebChannel):
                return channel
        raise LookupError("the service has no web channel")

    @property
    def wording(self) -> Wording:
        """How notices and positions are put into words here."""
        return Wording(NOTICES, self.service.surroundings, self.service.clock.zone, ALONE)

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).netloc.lower()

    def origin_of(self, host: str) -> str | None:
        """The origin of our pages under a Host header; None for a host that is not ours (DNS rebinding, T22)."""
        host = host.lower()
        if self.public_host and host == self.public_host:
            return f"{urlsplit(self.public_url).scheme}://{host}"
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return None
        return f"http://{host}" if name in LOOPBACK else None

    def work(self, session: Session, person: Person | None = None) -> Work:
        """A piece of work of whoever is at the page."""
        clock = self.service.clock
        work = Work(
            session=session, now=clock.now(), today=clock.today(), person=person, zone=clock.zone, via=web.CHANNEL
        )
        work.scope = people.scope_of(session, person, work.today)
        return work

    def is_secure(self, host: str) -> bool:
        """Whether the browser speaks https with us under this host."""
        return (self.origin_of(host) or "").startswith("https://")
