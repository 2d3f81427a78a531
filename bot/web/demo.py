"""The demo's page: three phones side by side, a clock that can be moved, and what has been sent to whom."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web import WebChannel
from bot.clock import HandClock
from bot.conversations import wording
from bot.i18n import Reader
from bot.messages import Outgoing, Received
from bot.rules.work import Work
from bot.service.outbox import chat_for
from bot.service.schedule import Schedule
from bot.web import forms
from bot.web.pages import fresh_id
from bot.web.site import Served, Site
from bot.web.stream import event
from bot.web.thread import Thread, cursor_of, folded
from storage import people, web
from storage.chat import Outbox, OutboxStatus
from storage.people import Person
from storage.scope import Scope

LOOKS_AHEAD = tuple(timedelta(hours=hours) for hours in (4, 16, 72, 14 * 24))  # a near event is found soonest
FARTHEST = timedelta(days=14)
HOUR = timedelta(hours=1)
TOLD_ROWS, TOLD_SHOWN, NAMES_SHOWN, TITLE_SIGNS = 120, 14, 3, 90


class Rehearsed(Served, Protocol):
    """A service whose clock stands still until it is moved."""

    @property
    def schedule(self) -> Schedule: ...
    async def settle(self) -> None: ...
    async def advance(self, clock: HandClock, until: datetime) -> None: ...


@dataclass(frozen=True)
class Phone:
    """One phone of the page; `key` is its anchor and its address."""

    key: str
    name: str
    position: str


@dataclass(frozen=True)
class Told:
    """One line of "sent to whom": the same kind of message at one moment is one line, with the words for its first."""

    time: str
    day: str
    who: str
    text: str
    is_waiting: bool


class DemoPages:
    """The routes of the demo. One thing at a time: a post returns when everything that follows from it has happened."""

    def __init__(self, site: Site, service: Rehearsed, clock: HandClock, keys: Sequence[str], locale: str) -> None:
        self.site, self.service, self.clock = site, service, clock
        self.keys = tuple(keys)
        self.reader = Reader(locale=locale, zone=clock.zone)
        self._tag = f"demo-{fresh_id()}"  # what a page of a former demo still holds back is not for this one
        self._one_at_a_time = asyncio.Lock()
        self._state: dict[str, Any] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.page),
            Route("/demo/say", self.say, methods=["POST"]),
            Route("/demo/press", self.press, methods=["POST"]),
            Route("/demo/clock", self.move, methods=["POST"]),
            Route("/demo/stream", self.stream),
            Route("/demo/after", self.after),
        ]

    async def page(self, request: Request) -> Response:
        """The three phones as they stand."""
        threads = self._threads("")

        def read(session: Session) -> list[dict[str, Any]]:
            return [
                {**asdict(self._phone(session, key)), "items": folded(thread.read(session))}
                for key, thread in zip(self.keys, threads, strict=True)
            ]

        phones = await self.service.database.run(read)
        return self.site.pages.show(
            "demo.html", self.reader, phones=phones, cursor=_cursors(threads), tag=self._tag, **await self._current()
        )

    def _phone(self, session: Session, key: str) -> Phone:
        address = people.at_address(session, web.CHANNEL, web.CHANNEL, key)
        person = people.get(session, address.person_id) if address is not None else None
        if person is None:
            raise LookupError(key)
        chat = chat_for(self._work(session), person.id, self.site.wording)
        return Phone(
            key, wording.person(self.reader, person), wording.position(chat, person) if chat is not None else ""
        )

    def _threads(self, cursors: str) -> list[Thread]:
        places = [cursor_of(place) for place in cursors.split("-")]
        places += [0] * (len(self.keys) - len(places))
        return [
            Thread(key, self.reader, self.site.web.profile, place)
            for key, place in zip(self.keys, places, strict=False)
        ]

    # What is done

    async def say(self, request: Request) -> Response:
        form = await forms.fields(request)
        key, text = self._key(form), forms.typed(form)
        if text:
            await self._take(WebChannel.update(key, at=self.clock.now(), text=text, client_id=forms.client_id(form)))
        return forms.done(request, f"/#{key}-text")

    async def press(self, request: Request) -> Response:
        form = await forms.fields(request)
        key = self._key(form)
        message, value = forms.pressed(form)
        await self._take(
            WebChannel.update(
                key, at=self.clock.now(), press=value, message_id=message, client_id=forms.client_id(form)
            )
        )
        return forms.done(request, f"/#{key}-text")

    def _key(self, form: dict[str, str]) -> str:
        if form.get("phone") not in self.keys:
            raise HTTPException(400)
        return form["phone"]

    async def _take(self, update: Received) -> None:
        async with self._one_at_a_time:
            await self.service.take(self.site.web, [update])
            await self.service.settle()
            await self._refresh()

    async def move(self, request: Request) -> Response:
        """The clock goes on by an hour, to the next event, or to a wall time; what is due between happens."""
        form = await forms.fields(request)
        async with self._one_at_a_time:
            until = await self._until(form)
            said = ""
            if until is None:
                said = self.reader.say("Nothing is due in the next 14 days.")
            elif until <= self.clock.now():
                said = self.reader.say("The clock only goes forward. Please choose a later time.")
            elif until - self.clock.now() > FARTHEST:
                said = self.reader.say("That is too far: at most 14 days at a time.")
            else:
                await self.service.advance(self.clock, until)
                await self._refresh()
        return forms.done(request, "/#clock", said)

    async def _until(self, form: dict[str, str]) -> datetime | None:
        now = self.clock.now()
        if form.get("go") == "hour":
            return now + HOUR
        if form.get("go") == "next":
            return await self.service.database.run(self._following)
        try:
            wall = datetime.fromisoformat(form.get("at", ""))
        except ValueError:
            raise HTTPException(400) from None
        return wall.replace(tzinfo=self.clock.zone)

    # What is told

    async def stream(self, request: Request) -> Response:
        """All three phones, the clock and the list in one stream: a browser has six lines to a host."""
        threads = self._threads(request.headers.get("last-event-id") or request.query_params.get("after", ""))
        shown: dict[str, Any] = {}

        async def look() -> Iterable[str]:
            found = await self._news(threads)
            events = [event("items", news, _cursors(threads)) for news in found]
            state = await self._current()
            if state != shown:
                shown.clear()
                shown.update(state)
                events.append(event("state", state))
            return events

        return self.site.hub.answer(self.keys, look)

    async def after(self, request: Request) -> Response:
        """The same for a page whose stream does not come through."""
        threads = self._threads(request.query_params.get("id", ""))
        found = await self._news(threads)
        return JSONResponse({"cursor": _cursors(threads), "phones": found, "state": await self._current()})

    async def _news(self, threads: Sequence[Thread]) -> list[dict[str, Any]]:
        def read(session: Session) -> list[dict[str, Any]]:
            found = [(thread.address, thread.read(session)) for thread in threads]
            return [{"phone": key, "items": [item.as_json() for item in items]} for key, items in found if items]

        return await self.service.database.run(read)

    def _following(self, session: Session) -> datetime | None:
        """When something is due next."""
        now = self.clock.now()
        looks = (self.service.schedule.next_moment(session, now + ahead) for ahead in LOOKS_AHEAD)
        return next((at for at in looks if at is not None), None)

    async def _current(self) -> dict[str, Any]:
        """What stands beside the phones; the hands are those of this moment, also while the clock is running."""
        if not self._state:
            await self._refresh()
        return {**self._state, **self._hands()}

    def _hands(self) -> dict[str, str]:
        now = self.clock.now()
        at = now.astimezone(self.clock.zone).strftime("%Y-%m-%dT%H:%M")
        return {"now": self.reader.clock(now), "today": self._date(now), "at": at}

    async def _refresh(self) -> None:
        """The clock, what comes next, and who was told what; pages hear of it."""
        self._state = await self.service.database.run(self._read_state)
        self.site.hub.ring_all()

    def _read_state(self, session: Session) -> dict[str, Any]:
        now = self.clock.now()
        following = self._following(session)
        return {
            "following": self._moment(following, now) if following is not None else "",
            "told": [asdict(line) for line in self._told(session, now)],
        }

    def _date(self, at: datetime) -> str:
        wall = at.astimezone(self.clock.zone)
        return self.reader.say(
            "%(weekday)s, %(date)s/%(year)d",
            weekday=self.reader.weekday(wall.date()),
            date=self.reader.date(wall.date()),
            year=wall.year,
        )

    def _moment(self, at: datetime, now: datetime) -> str:
        """`7:15`; with its day when that is another."""
        day, today = (one.astimezone(self.clock.zone).date() for one in (at, now))
        if day == today:
            return self.reader.clock(at)
        return self.reader.say("%(time)s %(day)s", time=self.reader.clock(at), day=self.reader.near_day(day, today))

    def _told(self, session: Session, now: datetime) -> list[Told]:
        """The pushes, the newest first; answers are not among them: they stand on the phones."""
        together: dict[tuple[object, ...], list[tuple[Outbox, Person]]] = {}
        for row, person in web.pushed(Scope.everything(), session, TOLD_ROWS):
            together.setdefault((row.sent_at or row.due_at, row.status, row.kind), []).append((row, person))
        return [self._line(rows, now) for rows in list(together.values())[:TOLD_SHOWN]]

    def _line(self, rows: list[tuple[Outbox, Person]], now: datetime) -> Told:
        first = rows[-1][0]
        names = list(dict.fromkeys(wording.person(self.reader, person) for _, person in reversed(rows)))
        rest = len(names) - NAMES_SHOWN
        who = self.reader.join(names)
        if rest > 1:
            who = self.reader.say_n(
                "%(names)s and %(n)d more", "%(names)s and %(n)d more", rest, names=", ".join(names[:NAMES_SHOWN])
            )
        at = first.sent_at or first.due_at
        title = Outgoing.from_json(first.payload or {}).text.partition("\n")[0]
        return Told(
            self.reader.clock(at),
            self.reader.near_day(at.astimezone(self.clock.zone).date(), now.astimezone(self.clock.zone).date()),
            who,
            title if len(title) <= TITLE_SIGNS else title[: TITLE_SIGNS - 1] + "…",
            first.status == OutboxStatus.QUEUED,
        )

    def _work(self, session: Session) -> Work:
        return Work(session=session, now=self.clock.now(), today=self.clock.today(), zone=self.clock.zone, via="demo")


def _cursors(threads: Sequence[Thread]) -> str:
    return "-".join(str(thread.cursor) for thread in threads)
