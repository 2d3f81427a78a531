"""The weekly page of a village: what was done for its children, thanks first; counts of what was late, nobody's name.

Friday at 17:30 to the village head, the head of its Front committee and the commune's officials (peers-and-evidence §3,
6: supervisors want a page with praise, done in time, late, and children back; §4, Chile: weekly, not only bad news).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from bot.clock import moment
from bot.rules import case_events, people, thresholds
from bot.rules.tasks import Moment, Task
from bot.rules.work import Refused, Work
from storage import cases, places, promises, village_week
from storage import people as stored_people
from storage.cases import Case, CaseEvent, CaseStatus
from storage.meetings import Meeting
from storage.people import Role
from storage.places import Place, PlaceKind
from storage.promises import YES, Promise
from storage.scope import Scope

PAGE_TASK, COMMUNE_TASK = "village_week.page", "village_week.commune"
AT = time(17, 30)
WORTH_READING = timedelta(days=2)
A_WEEK = timedelta(days=7)
A_DAY = timedelta(days=1)
OF_VILLAGE = (Role.VILLAGE_HEAD, Role.VILLAGE_FRONT)
DONE = frozenset({case_events.VISITED, case_events.CALLED})
ASKED = frozenset({case_events.ASKED, case_events.ACCEPTED})


@dataclass(frozen=True)
class Open:
    """A pupil for whom something is still to be done: by its owner, by the commune, or the promised day is awaited."""

    case: Case
    owner_id: int | None
    promised_on: date | None


@dataclass(frozen=True)
class Page:
    """One village's seven days up to `until` (UTC). `visited` says who was at how many homes, the most first.

    `in_time` and `late` count what somebody had been asked to do and did this week.
    """

    village: Place
    since: datetime
    until: datetime
    homes: int
    visited: tuple[tuple[int, int], ...]
    back: tuple[int, ...]
    kept: int
    promised: int
    in_time: int
    late: int
    still_open: tuple[Open, ...]
    meetings: tuple[Meeting, ...]

    @property
    def has_something_to_say(self) -> bool:
        """Something was done this week, or somebody waits since before it.

        What is new and waits was told when it arose, and a meeting by its invitation.
        """
        was_done = self.homes or self.back or self.promised or self.in_time or self.late
        return bool(was_done or any(one.case.opened_at < self.since for one in self.still_open))


def page(work: Work, village_id: int, on: date) -> Page:
    """A village's page of the week that ends on a day at 17:30, or now. Raises Refused: not allowed, `outside_scope`.

    A look that is audited.
    """
    people.require(work, "village_week.see")
    village = places.get(work.session, village_id)
    if village is None or not _may_see(work, village):
        raise Refused("outside_scope")
    work.audit("village_week.seen", "place", village_id)
    return _page(work, village, on)


def _may_see(work: Work, village: Place) -> bool:
    return village.id in work.scope.villages or village.parent_id in work.scope.communes


def pages(work: Work, commune_id: int, on: date) -> list[Page]:
    """The pages of a commune's villages that have something to say. Raises Refused as `page`."""
    people.require(work, "village_week.see")
    if commune_id not in work.scope.communes:
        raise Refused("outside_scope")
    work.audit("village_week.seen", "place", commune_id)
    return _pages(work, commune_id, on)


def _pages(work: Work, commune_id: int, on: date) -> list[Page]:
    villages = places.of_kind(work.session, PlaceKind.VILLAGE, commune_id)
    found = (_page(work, village, on) for village in villages)
    return [one for one in found if one.has_something_to_say]


def week_of(work: Work, commune_id: int) -> date:
    """The day on which the present week's page is sent: today's, or the next."""
    weekday = thresholds.value(work, "village.weekday", commune_id) - 2
    return work.today + timedelta(days=(weekday - work.today.weekday()) % 7)


def _page(work: Work, village: Place, on: date) -> Page:
    return work.once(("village week", village.id, on), lambda: _counted(work, village, on))


def _counted(work: Work, village: Place, on: date) -> Page:
    end = moment(on, AT, work.zone)
    start, until = end - A_WEEK, min(end, work.now)
    scope = Scope(villages=frozenset({village.id}))
    visits = village_week.visits(scope, work.session, village.id, start, until)
    answered = village_week.promises(scope, work.session, village.id, start, until)
    since_day = start.astimezone(work.zone).date() + A_DAY
    back = village_week.back(scope, work.session, village.id, since_day, on)
    in_time, late = _in_time(village_week.events(scope, work.session, village.id, start, until), start)
    by_visitor = Counter(visitor_id for visitor_id, _ in {(visit.visitor_id, visit.pupil_id) for visit in visits})
    return Page(
        village=village,
        since=start,
        until=until,
        homes=len({visit.pupil_id for visit in visits}),
        visited=tuple(sorted(by_visitor.items(), key=lambda one: (-one[1], one[0]))),
        back=tuple(dict.fromkeys(case.pupil_id for case in back)),
        kept=sum(1 for one in answered if one.kept == YES),
        promised=len(answered),
        in_time=in_time,
        late=late,
        still_open=tuple(_still_open(work, scope)),
        meetings=tuple(village_week.meetings(work.session, village.id, until, until + A_WEEK)),
    )


def _in_time(history: Sequence[CaseEvent], start: datetime) -> tuple[int, int]:
    """Of what was asked for and done since `start`: how much before its time was over, and how much after."""
    in_time = late = 0
    for _, of_case in groupby(history, key=lambda event: event.case_id):
        is_asked = is_late = False
        for event in of_case:
            if event.kind in ASKED:
                is_asked = True
            elif event.kind == case_events.OVERDUE:
                is_late = True
            elif event.kind in DONE:
                if is_asked and event.at >= start:
                    in_time, late = in_time + (not is_late), late + is_late
                is_asked = is_late = False
    return in_time, late


def _still_open(work: Work, scope: Scope) -> Iterator[Open]:
    found = [case for case, _, _ in cases.all_open(scope, work.session) if _waits(case)]
    said = _last_promises(work, scope, [case.pupil_id for case in found])
    for case in found:
        promise = said.get(case.pupil_id)
        is_awaited = promise is not None and not promise.kept and promise.day >= work.today
        yield Open(
            case,
            owner_id=None if case.is_with_commune else case.owner_id,
            promised_on=promise.day if promise is not None and is_awaited else None,
        )


def _waits(case: Case) -> bool:
    return case.status == CaseStatus.OPEN and case.back_on is None and case.handed_at is None


def _last_promises(work: Work, scope: Scope, pupil_ids: Sequence[int]) -> dict[int, Promise]:
    found = promises.of_pupils(scope, work.session, pupil_ids) if pupil_ids else ()
    return {promise.pupil_id: promise for promise in reversed(found)}


# When it is sent


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """The pages of the week, on the commune's weekday at 17:30; a village without news sends none."""
    if person_id is not None:
        return
    day, last = start.astimezone(work.zone).date(), end.astimezone(work.zone).date()
    while day <= last:
        at = moment(day, AT, work.zone)
        if start < at <= end:
            for commune in places.of_kind(work.session, PlaceKind.COMMUNE):
                if day.weekday() == thresholds.value(work, "village.weekday", commune.id) - 2:
                    yield from _of_commune(work, commune.id, day, at)
        day += A_DAY


def _of_commune(work: Work, commune_id: int, day: date, at: datetime) -> Iterator[Task]:
    found = _pages(work, commune_id, day)
    for one in found:
        readers = {
            person.id: None
            for role in OF_VILLAGE
            for person in stored_people.with_role(work.session, role, day, place_id=one.village.id)
        }
        for person_id in readers:
            yield _task(PAGE_TASK, one.village.id, person_id, day, at)
    if found:
        for official in people.officials(work, commune_id):
            yield _task(COMMUNE_TASK, commune_id, official.id, day, at)


def _task(kind: str, subject_id: int, person_id: int, day: date, at: datetime) -> Task:
    return Task(
        kind=kind,
        subject_id=subject_id,
        person_id=person_id,
        occurrence=day.isoformat(),
        due=at,
        remind=(Moment("page", at),),
        useful_until=at + WORTH_READING,
        is_listed=False,
    )
