"""Everything that a report says, read in short transactions: figures, the list, universal education, what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from bot.clock import moment
from bot.i18n import Reader
from bot.reports import heads
from bot.reports.exports import Transaction
from bot.reports.paper import Head, Signature
from bot.reports.report_words import DAY, MONTH, WEEK, Span
from bot.rules import coverage, lives, people, universal_education, watch_list
from bot.rules.counts import PeriodFigures
from bot.rules.universal_education import Education
from bot.rules.watch_list import Watched
from bot.rules.work import Refused, Work
from storage import meetings, minutes, places, regular_reports, support
from storage.meetings import MeetingStatus
from storage.places import Place, PlaceKind, PlaceName
from storage.scope import Scope
from storage.support import OPEN, NeedStatus

CLASSES_AT_ONCE = 6  # of 10,000 pupils some 190: a transaction of about a tenth of a second
LEAST_AWAY = {DAY: 1, WEEK: 3, MONTH: 5}  # days missed from which on somebody stands on the list
REPORTS_AT_MOST = 60


@dataclass(frozen=True)
class Held:
    """A meeting that took place; `came` is None where its minutes do not say."""

    on: date
    where: str
    came: int | None


@dataclass(frozen=True)
class Said:
    """A school's own words in its regular report."""

    school: str
    done: str
    proposed: str


@dataclass
class Gathered:
    """What a report of a place says, without its words. Personal data stand in `listed` alone."""

    place: Place
    commune: Place
    span: Span
    head: Head
    signature: Signature
    recipients: Sequence[str]
    figures: PeriodFigures
    listed: list[Watched] = field(default_factory=list)
    education: Education = field(default_factory=Education)
    held: Sequence[Held] = ()
    given: Mapping[str, int] = field(default_factory=dict)
    needed: Mapping[str, int] = field(default_factory=dict)
    said: Sequence[Said] = ()
    schools: Mapping[int, str] = field(default_factory=dict)
    villages: Mapping[int, str] = field(default_factory=dict)
    renamed: Sequence[tuple[str, str]] = ()  # a village, and a name that it bore until some day of the period
    renamed_since: Sequence[tuple[str, str]] = ()  # and one that it bore until a later day
    joined: Sequence[tuple[str, str]] = ()  # and a village that has become part of it since the period began
    teachers: Mapping[int, str] = field(default_factory=dict)

    @property
    def shown(self) -> Span:
        """The span as it is named: a week from its first day with lessons."""
        days = [*self.figures.days, *(day for one in self.figures.classes for day in one.missing_days)]
        return replace(self.span, since=min(days)) if self.span.kind == WEEK and days else self.span

    @property
    def is_school(self) -> bool:
        return self.place.kind == PlaceKind.SCHOOL


def gather(reader: Reader, transaction: Transaction, place: Place, span: Span, usual: Sequence[str]) -> Gathered:
    """Reads it a few classes at a time. Raises Refused: not allowed, `outside_scope`, `day_to_come`.

    What is recorded meanwhile may stand in a later slice only. Every look is audited.
    """
    own = _narrowed(transaction, place)
    with own() as work:
        if span.since > work.today:
            raise Refused("day_to_come")
        span = replace(span, until=min(span.until, work.today))
        classes = coverage.classes_of(work.scope, work, span.until)
        work.audit("report.made", "place", place.id, what=span.kind, since=span.since.isoformat())
        commune = _commune(work, place)
        found = Gathered(
            place=place,
            commune=commune,
            span=span,
            head=heads.head(reader, work, place, reader.say("REP"), work.today),
            signature=heads.signature(reader, work, place),
            recipients=heads.recipients(reader, work, place, usual),
            figures=PeriodFigures(span.since, span.until),
            education=Education(is_difficult=universal_education.is_difficult(work, commune.id, span.until)),
            schools={one.id: one.name for one in places.of_kind(work.session, PlaceKind.SCHOOL, commune.id)},
        )
        _done(work, found)
        _villages(work, found)
        universal_education.of_others(work.scope, work, span.until, found.education)
    for first in range(0, len(classes), CLASSES_AT_ONCE):
        _slice(own, found, [one.id for one in classes[first : first + CLASSES_AT_ONCE]])
    return found


def _slice(own: Transaction, found: Gathered, class_ids: Sequence[int]) -> None:
    """One short transaction: the figures, and who stands behind them."""
    since, until = found.span.since, found.span.until
    with own() as work:
        classes = [one for one in (places.school_class(work.session, each) for each in class_ids) if one is not None]
        became = lives.read(work.scope, work, class_ids, since, until)
        found.figures += coverage.period(work.scope, work, since, until, classes, became=became)
        least = LEAST_AWAY[found.span.kind]
        found.listed += watch_list.listed(work.scope, work, classes, became, since, until, least)
        universal_education.of_classes(work.scope, work, classes, became, until, found.education)
        teachers = {each: people.homeroom_teachers(work, each) for each in class_ids}
        found.teachers = {**found.teachers, **{each: who[0].name for each, who in teachers.items() if who}}


def _narrowed(transaction: Transaction, place: Place) -> Transaction:
    """Transactions that see this place alone, for whoever may see it."""

    @contextmanager
    def opened() -> Iterator[Work]:
        with transaction() as work:
            if work.person is not None:
                people.require(work, "reports.see")
            sees = work.scope.is_everything or place.id in work.scope.communes | work.scope.schools
            if not sees and place.parent_id not in work.scope.communes:
                raise Refused("outside_scope")
            is_school = place.kind == PlaceKind.SCHOOL
            one = frozenset({place.id})
            work.scope = Scope(schools=one) if is_school else Scope(communes=one)
            yield work

    def own() -> AbstractContextManager[Work]:
        return opened()

    return own


def _commune(work: Work, place: Place) -> Place:
    commune = places.get(work.session, place.parent_id) if place.kind == PlaceKind.SCHOOL else place
    return commune if commune is not None else place


def _done(work: Work, found: Gathered) -> None:
    """What was done and is needed: meetings, help, and the schools' own words."""
    span = found.span
    start, end = (moment(day, time(0), work.zone) for day in (span.since, span.until + timedelta(days=1)))
    if not found.is_school:
        found.held = _held(work, list(meetings.between(work.scope, work.session, start, min(end, work.now))))
    given = support.listed(work.scope, work.session, [NeedStatus.HANDED_OVER])
    found.given = Counter(one.what for one in given if one.handed_over_at and start <= one.handed_over_at < end)
    found.needed = Counter(one.what for one in support.listed(work.scope, work.session, OPEN))
    schools = [found.place.id] if found.is_school else list(found.schools)
    sent = regular_reports.latest(work.scope, work.session, schools, REPORTS_AT_MOST)
    found.said = [
        Said(found.schools.get(one.school_id, ""), one.done, one.proposed)
        for one in reversed(sent)
        if span.kind != DAY and span.since <= one.ends_on <= span.whole_until and (one.done or one.proposed)
    ]


def _held(work: Work, begun: Sequence[meetings.Meeting]) -> list[Held]:
    kept = [one for one in begun if one.status != MeetingStatus.CANCELLED]
    came = minutes.came(work.session, [one.id for one in kept])
    written = minutes.written(work.session, [one.id for one in kept])
    found = []
    for one in kept:
        if one.id in written:
            names = ", ".join(village.name for village in meetings.villages(work.session, one.id))
            on = one.starts_at.astimezone(work.zone).date()
            found.append(Held(on, names or one.venue, came.get(one.id)))
    return found


def _villages(work: Work, found: Gathered) -> None:
    """Villages by their present names, and the names of the period that they or their parts bear no more."""
    here = places.of_kind(work.session, PlaceKind.VILLAGE, found.commune.id)
    found.villages = {one.id: one.name for one in here}
    ended = places.ended_names(work.session, list(found.villages), found.span.since, work.today)
    gone = {(one.parent_id, one.name) for one in places.of_kind(work.session, PlaceKind.FORMER_VILLAGE)}
    joined = [one for one in ended if (one.place_id, one.name) in gone]
    named = [one for one in ended if one not in joined and found.villages[one.place_id] != one.name]
    within = [one for one in named if one.valid_until is not None and one.valid_until <= found.span.until]

    def pairs(rows: Iterable[PlaceName]) -> list[tuple[str, str]]:
        return [(found.villages[one.place_id], one.name) for one in rows]

    found.joined, found.renamed = pairs(joined), pairs(within)
    found.renamed_since = pairs(one for one in named if one not in within)
