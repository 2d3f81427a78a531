"""The API: what is recorded, read-only, for programs with a token; nobody's cookie opens it, and no page of others.

A token sees what its person's roles see at this moment, never a sensitive column, and every look is in the audit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.clock import steady_s
from bot.i18n import N_, Reader
from bot.reports import paging
from bot.reports.exports import Table, Window
from bot.reports.figures import CLASSES_AT_ONCE
from bot.reports.paging import Cursor
from bot.reports.tables import TABLES
from bot.reports.writers import plain
from bot.rules import api_tokens, coverage, people
from bot.rules.counts import PeriodFigures
from bot.rules.people import token_hash
from bot.rules.work import Work
from bot.web import open_figures, openapi
from bot.web.openapi import BASE, OPERATORS
from bot.web.site import Site
from storage import places
from storage.people import Person
from storage.places import SchoolClass

USUAL_LIMIT = 100
A_MINUTE = 120  # requests of one token; and of all that are not known yet, as one
LONGEST = timedelta(days=366)
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)  # a day outside is mistyped
TOKEN = re.compile(r"Bearer +(\S+)", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
PROBLEM = "application/problem+json"

NO_TOKEN = N_("This needs a token: Authorization: Bearer ralop_…")
WRONG_TOKEN = N_("This token is wrong, has ended, or belongs to somebody who has left.")
NO_ROLE = N_("The person of this token holds no role today.")
NOT_SEEN = N_("The roles of this token's person do not see this.")
NO_PATH = N_("There is nothing here. What there is: %(path)s")
TOO_MANY = N_("Too many requests. Please go on in %(n)s seconds.")
NO_DAY = N_("%(name)s is no day; an example: 2024-03-20")
NEEDS_DAYS = N_("Please give from and to; an example: ?from=2024-03-01&to=2024-03-31")
TURNED = N_("to lies before from.")
IN_FUTURE = N_("The period begins after today.")
TOO_LONG = N_("A period has 366 days at most.")
NO_LIMIT = N_("limit is a number from 1 to %(most)s.")
NO_CURSOR = N_("cursor is not one that a page before has given.")
NO_DATES = N_("%(table)s has no date to choose by; leave from and to out.")
UNKNOWN = N_("%(name)s is not known here.")
TWICE = N_("%(name)s stands here twice.")


class Problem(Exception):
    """Ends a request with a status and one sentence."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None, **values: object) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.values, self.headers = status, sentence, values, headers or {}


@dataclass
class Bucket:
    """So many requests a minute, counted by seconds that nobody can set; a full one may be used up at once."""

    left: float
    at_s: float

    def take(self, now_s: float) -> int:
        """0, or after how many seconds to come again."""
        self.left = min(float(A_MINUTE), self.left + (now_s - self.at_s) * A_MINUTE / 60)
        self.at_s = now_s
        if self.left < 1:
            return math.ceil((1 - self.left) * 60 / A_MINUTE)
        self.left -= 1
        return 0


@dataclass
class Pace:
    """The buckets of the tokens that were good once, and one for all others: whoever guesses slows down nobody else."""

    steady: Callable[[], float] = steady_s
    known: dict[str, Bucket] = field(default_factory=dict)
    others: Bucket | None = None

    def take(self, hashed: str) -> int:
        """0, or the seconds to wait."""
        now_s = self.steady()
        if hashed in self.known:
            return self.known[hashed].take(now_s)
        self.others = self.others or Bucket(A_MINUTE, now_s)
        return self.others.take(now_s)

    def is_good(self, hashed: str) -> None:
        self.known.setdefault(hashed, Bucket(A_MINUTE - 1, self.steady()))

    def is_over(self, hashed: str) -> None:
        self.known.pop(hashed, None)


@dataclass(frozen=True)
class Asked:
    """A request whose token was good a moment ago: it is looked at again in each transaction."""

    request: Request
    token: str


class Api:
    """The routes under `/api`, over one site."""

    def __init__(self, site: Site) -> None:
        self.site, self.pace = site, Pace()

    def routes(self) -> list[BaseRoute]:
        found = [Route(f"{BASE}/{table.name}", self._guarded(self._table_of(table))) for table in TABLES.values()]
        return [
            *found,
            Route(f"{BASE}/figures", self._guarded(self.figures)),
            Route(f"{BASE}/openapi.json", self.openapi),
            Route("/api/{rest:path}", self.nothing),
            Route("/api", self.nothing),
        ]

    # Who asks

    def _guarded(self, answer: Callable[[Asked], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def route(request: Request) -> Response:
            try:
                return await answer(Asked(request, self._token(request)))
            except Problem as problem:
                return self._problem(problem)

        return route

    def _token(self, request: Request) -> str:
        """The token of a request whose turn it is. Raises Problem 401 and 429."""
        found = TOKEN.fullmatch(request.headers.get("authorization", ""))
        if found is None:
            raise Problem(401, NO_TOKEN, {"WWW-Authenticate": 'Bearer realm="ralop"'})
        if wait_s := self.pace.take(token_hash(found[1])):
            raise Problem(429, TOO_MANY, {"Retry-After": str(wait_s)}, n=wait_s)
        return found[1]

    def _work(self, session: Session, asked: Asked) -> Work:
        """The work of the token's person with the rights of this moment. Raises Problem 401 and 403."""
        work = self.site.work(session)
        held = api_tokens.holder(work, asked.token)
        if held is None:
            self.pace.is_over(token_hash(asked.token))
            raise Problem(401, WRONG_TOKEN, {"WWW-Authenticate": 'Bearer realm="ralop", error="invalid_token"'})
        self.pace.is_good(token_hash(asked.token))
        row, person = held
        work = self._as(session, person)
        work.known["api_token"] = row.id
        if not people.roles(work):
            raise Problem(403, NO_ROLE)
        return work

    def _as(self, session: Session, person: Person) -> Work:
        work = self.site.work(session, person)
        work.via = "api"
        return work

    # What is answered

    def _table_of(self, table: Table) -> Callable[[Asked], Awaitable[Response]]:
        async def answer(asked: Asked) -> Response:
            return await self.table(asked, table)

        return answer

    async def table(self, asked: Asked, table: Table) -> Response:
        """One page of a table."""
        query = _query(asked.request, "limit", "cursor", "from", "to")
        since, until = _day("from", query), _day("to", query)
        limit, cursor = _limit(query), Cursor.of(query.get("cursor", ""))
        if cursor is None:
            raise Problem(422, NO_CURSOR)
        if (since or until) and not table.dated:
            raise Problem(422, NO_DATES, table=table.name)
        if since and until and until < since:
            raise Problem(422, TURNED)
        window = Window(since, until, zone=self.site.service.clock.zone)

        def read(session: Session) -> tuple[list[dict[str, object]], Cursor | None]:
            work = self._work(session, asked)
            if table.name in OPERATORS:
                raise Problem(403, NOT_SEEN)
            rows, following = paging.page(work, table, window, cursor, limit)
            days = [str(day or "") for day in (since, until)]
            token = work.known["api_token"]
            work.audit("data.read", table.name, token=token, rows=len(rows), page=str(cursor), days=days)
            zone = work.zone
            return [{n: plain(c, zone) for n, c in zip(table.columns, row, strict=True)} for row in rows], following

        rows, following = await self.site.service.database.run(read)
        answer = JSONResponse({"rows": rows, "next": str(following) if following else None})
        if following:
            again = urlencode({**query, "cursor": str(following)})
            answer.headers["Link"] = f'<{BASE}/{table.name}?{again}>; rel="next"'
        return answer

    async def figures(self, asked: Asked) -> Response:
        """The figures of a period, read a few classes at a time: nobody who writes waits for all of them."""
        since, until = _period(_query(asked.request, "from", "to"))
        run = self.site.service.database.run
        classes, until = await run(lambda session: self._classes(session, asked, since, until))
        found = PeriodFigures(since, until)
        for first in range(0, len(classes), CLASSES_AT_ONCE):
            some = classes[first : first + CLASSES_AT_ONCE]
            found += await run(partial(self._some, asked=asked, since=since, until=until, classes=some))
        names = await run(lambda session: _names(session, found))
        return JSONResponse(open_figures.as_json(found, names))

    def _classes(self, session: Session, asked: Asked, since: date, until: date) -> tuple[list[SchoolClass], date]:
        work = self._for_figures(session, asked)
        until = min(until, work.today)
        if since > until:
            raise Problem(422, IN_FUTURE)
        work.audit("figures.read", token=work.known["api_token"], since=str(since), until=str(until))
        return coverage.classes_of(work.scope, work, until), until

    def _some(
        self, session: Session, *, asked: Asked, since: date, until: date, classes: list[SchoolClass]
    ) -> PeriodFigures:
        work = self._for_figures(session, asked)
        return coverage.period(work.scope, work, since, until, classes)

    def _for_figures(self, session: Session, asked: Asked) -> Work:
        work = self._work(session, asked)
        if not people.may(work, "reports.see"):
            raise Problem(403, NOT_SEEN)
        return work

    async def openapi(self, request: Request) -> Response:
        """The description: of the API, not of anybody; it needs no token."""
        own = self.site.origin_of(request.headers.get("host", "")) or ""
        return JSONResponse(openapi.description(own))

    async def nothing(self, request: Request) -> Response:
        return self._problem(Problem(404, NO_PATH, path=f"{BASE}/openapi.json"))

    def _problem(self, problem: Problem) -> Response:
        reader = Reader(locale=self.site.service.default_locale, zone=self.site.service.clock.zone)
        told = {
            "type": "about:blank",
            "title": HTTPStatus(problem.status).phrase,
            "status": problem.status,
            "detail": reader.say(problem.sentence, **problem.values),
        }
        return JSONResponse(told, problem.status, problem.headers, media_type=PROBLEM)


def _query(request: Request, *names: str) -> dict[str, str]:
    """The parameters, each once. Raises Problem 422 for one that means nothing here: a slip would be a wrong answer."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in names:
            raise Problem(422, UNKNOWN, name=name[:40])
        if name in found:
            raise Problem(422, TWICE, name=name)
        found[name] = value
    return found


def _day(name: str, query: dict[str, str]) -> date | None:
    if name not in query:
        return None
    try:
        day = date.fromisoformat(query[name]) if DAY.fullmatch(query[name]) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise Problem(422, NO_DAY, name=name)
    return day


def _period(query: dict[str, str]) -> tuple[date, date]:
    """The days of the figures. Raises Problem 422."""
    since, until = _day("from", query), _day("to", query)
    if since is None or until is None:
        raise Problem(422, NEEDS_DAYS)
    if until < since:
        raise Problem(422, TURNED)
    if until - since > LONGEST:
        raise Problem(422, TOO_LONG)
    return since, until


def _limit(query: dict[str, str]) -> int:
    text = query.get("limit", str(USUAL_LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= paging.MOST:
        raise Problem(422, NO_LIMIT, most=paging.MOST)
    return int(text)


def _names(session: Session, figures: PeriodFigures) -> dict[int, str]:
    """Schools and villages by their numbers."""
    ids = {one.school_id for one in figures.classes} | {one for one in figures.villages if one is not None}
    found = ((one, places.get(session, one)) for one in ids)
    return {place_id: place.name for place_id, place in found if place is not None}
