"""`/lich/<token>.ics`: one person's meetings for the calendar of that person's phone, without a login."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.i18n import Reader
from bot.reports import calendars
from bot.rules import calendar_tokens
from bot.web.site import Site

TOKEN = re.compile(r"[\w-]{22}", re.ASCII)


class CalendarFeed:
    """The route, over one site; an address that is wrong and one that has ended look the same."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def routes(self) -> list[BaseRoute]:
        return [Route("/lich/{token}.ics", self.feed)]

    async def feed(self, request: Request) -> Response:
        """The calendar as it is now."""
        token = request.path_params["token"]
        content = await self.site.service.database.run(lambda session: self._read(session, token))
        if content is None:
            raise HTTPException(404)
        headers = {"Content-Disposition": 'inline; filename="ralop.ics"'}
        return Response(content, media_type=f"{calendars.MEDIA_TYPE}; charset=utf-8", headers=headers)

    def _read(self, session: Session, token: str) -> bytes | None:
        work = self.site.work(session)
        person = calendar_tokens.reader(work, token) if TOKEN.fullmatch(token) else None
        if person is None:
            return None
        work.reminder_times = self.site.service.surroundings.reminder_times
        reader = Reader(locale=person.locale, form=person.form, zone=work.zone)
        return calendars.of_person(work, person, reader)
