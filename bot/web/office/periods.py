"""Figures of a period for a page: read a few classes at a time, and kept for as long as nothing is recorded anew."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from bot.reports.figures import CLASSES_AT_ONCE
from bot.rules import coverage, people
from bot.rules.counts import PeriodFigures
from bot.service import outbox
from bot.web.office.desk import Asked, Desk, Room
from bot.web.site import Site
from storage import audit
from storage.places import SchoolClass
from storage.scope import Scope

KEPT_AT_MOST = 12
# PostgreSQL hands ids out before it commits: a line of the audit may appear below the newest one for a moment.
LATE_LINES = 1000

Key = tuple[Scope, date, date]


@dataclass(frozen=True)
class Kept:
    """Figures, and how many effects the audit told of behind a line of it when they were begun to be read."""

    figures: PeriodFigures
    after: int
    effects: int


@dataclass(frozen=True)
class Reading:
    """What is to be read: by whom, which days and classes; `kept` where it is known already."""

    scope: Scope
    since: date
    until: date
    classes: list[SchoolClass]
    after: int
    effects: int
    kept: PeriodFigures | None = None

    @property
    def key(self) -> Key:
        return self.scope, self.since, self.until


class Periods:
    """Every effect stands in the audit, in the transaction of the effect: figures hold as long as it tells of none."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._reading = asyncio.Lock()  # whoever asks for the same meanwhile finds it kept

    async def of(self, person_id: int, room: Room, asked: Asked) -> PeriodFigures | None:
        """The figures that a room needs, for somebody who may open it; None for anybody else."""
        database = self.site.service.database
        async with self._reading:
            reading = await database.run(partial(self._reading_of, person_id, room, asked))
            if reading is None or reading.kept is not None:
                return None if reading is None else reading.kept
            found = PeriodFigures(reading.since, reading.until)
            for first in range(0, len(reading.classes), CLASSES_AT_ONCE):
                part = reading.classes[first : first + CLASSES_AT_ONCE]
                found += await database.run(partial(self._slice, reading, part))
            self._kept[reading.key] = Kept(found, reading.after, reading.effects)
            while len(self._kept) > KEPT_AT_MOST:
                self._kept.popitem(last=False)
            return found

    def _reading_of(self, person_id: int, room: Room, asked: Asked, session: Session) -> Reading | None:
        chat = outbox.chat_for(self.site.work(session), person_id, self.site.wording)
        if room.period is None or chat is None:
            return None
        work = chat.work
        if not (people.may(work, "office.see") and people.may(work, room.may)):
            return None
        since, until = room.period(Desk(chat, asked))
        # Registers and classes are seen by these alone.
        scope = Scope(communes=work.scope.communes, schools=work.scope.schools, classes=work.scope.classes)
        known = self._kept.get((scope, since, until))
        if known is not None and audit.effects_after(session, known.after) == known.effects:
            self._kept.move_to_end((scope, since, until))
            return Reading(scope, since, until, [], known.after, known.effects, known.figures)
        after = max(0, audit.newest(session) - LATE_LINES)
        classes = coverage.classes_of(scope, work, until)
        return Reading(scope, since, until, classes, after, audit.effects_after(session, after))

    def _slice(self, reading: Reading, classes: list[SchoolClass], session: Session) -> PeriodFigures:
        work = self.site.work(session)
        return coverage.period(reading.scope, work, reading.since, reading.until, classes)
