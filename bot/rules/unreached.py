"""The last way is a human: whom no message has reached today and somebody must telephone, and who is told so.

Once a day, at 14:30, whoever can telephone gets the list (issue 3; the organiser of a meeting has one of their own at
15:00, bot.rules.meeting_tasks). Of teachers it goes to the school, of all others to the commune.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import partial

from bot.clock import moment
from bot.rules import attendance, people, roll_times, second_ways
from bot.rules.second_ways import STUCK
from bot.rules.tasks import Moment, Task
from bot.rules.work import Refused, Work
from storage import cases, places, reminders
from storage import people as stored
from storage import second_ways as ways
from storage.chat import Outbox
from storage.database import insert_once
from storage.people import Person, Role
from storage.scope import Scope

KIND = "unreached.call"
LIST_AT, UNTIL = time(14, 30), time(20)
NO_WAY = ("no channel",)
AWAY = timedelta(days=3)  # for what asks for no answer: a page that was not used for so long is not read


class About(StrEnum):
    """What somebody did not hear of; the gravest stands first."""

    ROLL = "roll"
    VISIT = "visit"
    PROMISE = "promise"
    TASKS = "tasks"
    OTHER = "other"


ABOUT = {
    "attendance.report": About.ROLL,
    "attendance.asked_again": About.ROLL,
    "cases.asked": About.VISIT,
    "cases.asked_again": About.VISIT,
    "promises.check": About.PROMISE,
    "tasks.morning": About.TASKS,
}
# Nobody is telephoned for these: meetings have a list of their own, and the rest is news that keeps.
ELSEWHERE = ("meetings.", "invitation.", "minutes.", "alarms.", "unreached.", "linking.", "devices.")
KEEPS = frozenset(
    {
        "cases.back",
        "cases.withdrawn",
        "cases.reason",
        "cases.listed_again",
        "promises.kept",
        "visits.told",
        "visits.corrected",
        "visits.heard",
        "support.arrived",
        "seen_at_home.told",
        "reports.digest",
        "reports.gap",
        "village_week.page",
        "village_week.commune",
        "conversation.nudge",
        "conversation.again",
        "handover.arrived",
        "handover.accepted",
        "moves.relieved",
        "regular_report.sent",
        "regular_report.corrected",
        "person.joined",
        "person.confirmed",
    }
)
ORDER = list(About)


@dataclass(frozen=True)
class Unreached:
    """One person to telephone, and what about: of a roll the class, of a visit the case, of a promise the promise."""

    person: Person
    about: About
    subject_id: int


# Who is to be telephoned by whom


def to_call(work: Work, caller_id: int) -> list[Unreached]:
    """Whom this person is asked to telephone today, the gravest first. For looks use `look`."""
    person = stored.get(work.session, caller_id)
    return _by_caller(work, person.commune_id).get(caller_id, []) if person is not None else []


def look(work: Work) -> list[Unreached]:
    """The same for the acting person's eyes: an audited look at telephone numbers. Raises Refused."""
    people.require(work, "unreached.call")
    found = to_call(work, work.actor_id or 0)
    if found:
        work.audit("unreached.phones_seen", n=len(found))
    return found


def note_called(work: Work, person_ids: Sequence[int]) -> list[Person]:
    """These have been telephoned today, whoever is on the other lists for them. Raises Refused("nothing_waits")."""
    people.require(work, "unreached.call")
    known = {one.person.id: one.person for one in to_call(work, work.actor_id or 0)}
    called = [known[person_id] for person_id in person_ids if person_id in known]
    if not called:
        raise Refused("nothing_waits")
    for person in called:
        insert_once(
            work.session, ways.Telephoned, person_id=person.id, day=work.today, called_by=work.actor_id,
            called_at=work.now,
        )  # fmt: skip
        work.audit("unreached.called", "person", person.id)
    work.forget(_key(work, called[0].commune_id))
    return called


def _key(work: Work, commune_id: int) -> object:
    return "unreached", commune_id, work.now


def _by_caller(work: Work, commune_id: int) -> dict[int, list[Unreached]]:
    def read() -> dict[int, list[Unreached]]:
        found: dict[int, list[Unreached]] = defaultdict(list)
        for one in _unreached(work, commune_id):
            for caller_id in callers(work, one.person):
                found[caller_id].append(one)
        return found

    return work.once(_key(work, commune_id), read)


def callers(work: Work, person: Person) -> list[int]:
    """Who telephones somebody: of a teacher the school's heads, else the officials, the Front, the administrators;
    the first of these among whom somebody can be reached."""
    groups = [("school", school_id) for school_id in schools(work, person)]
    groups += [(str(role), person.commune_id) for role in (Role.OFFICIAL, Role.FRONT, Role.ADMIN)]
    for group in groups:
        holders, reached = work.once(("callers", *group), partial(_group, work, *group))
        ids = [one for one in holders if one != person.id]
        if reached & set(ids):
            return [one for one in ids if one in reached]
    return []


def _group(work: Work, role: str, place_id: int) -> tuple[list[int], set[int]]:
    """The heads of a school, or who holds a role in a commune; and who of them can be reached."""
    if role == "school":
        found = people.with_role_at_school(work, place_id)
    else:
        found = stored.with_role(work.session, Role(role), work.today, commune_id=place_id)
    ids = [one.id for one in found]
    return ids, second_ways.reached(work, ids)


def schools(work: Work, person: Person) -> list[int]:
    """Whose teacher somebody is (ids)."""
    grants = stored.grants(work.session, person.id, work.today)
    taught = [places.school_class(work.session, one.class_id) for one in grants if one.role == Role.TEACHER]
    return sorted({one.school_id for one in taught if one is not None})


# Who has not been reached


def _unreached(work: Work, commune_id: int) -> list[Unreached]:
    """Everybody of a commune who must be telephoned now, the gravest first."""
    known = {one.id: one for one in ways.using(Scope.everything(), work.session, commune_id)}
    called = set(ways.telephoned(work.session, work.today))
    gravest: dict[int, Unreached] = {}
    found = (*_undelivered(work, list(known)), *_unopened(work, list(known)), *_classes(work, set(known)))
    for person_id, about, subject_id in found:
        if person_id in called or person_id not in known:
            continue
        one, former = Unreached(known[person_id], about, subject_id), gravest.get(person_id)
        if former is None or ORDER.index(about) < ORDER.index(former.about):
            gravest[person_id] = one
    return sorted(gravest.values(), key=lambda one: (ORDER.index(one.about), one.person.sort_key, one.person.id))


def _undelivered(work: Work, person_ids: Sequence[int]) -> Iterator[tuple[int, About, int]]:
    """What was to be said today and was not, or has waited for half an hour; unless the person has written since."""
    heard = ways.heard_at(work.session, person_ids)
    midnight = moment(work.today, time(0), work.zone)
    for row in ways.undelivered(work.session, person_ids, midnight, work.now - STUCK):
        if row.person_id is None or not _is_asking(row) or heard.get(row.person_id, midnight) > row.due_at:
            continue
        about = ABOUT.get(row.kind, About.OTHER)
        if _still_holds(work, row, about):
            yield row.person_id, about, _subject_id(row)
    for kind, person_id, subject_id in reminders.unsaid(work.session, midnight, work.now, NO_WAY):
        if kind in ABOUT and ABOUT[kind] != About.ROLL:
            yield person_id, ABOUT[kind], subject_id


def _unopened(work: Work, person_ids: Sequence[int]) -> Iterator[tuple[int, About, int]]:
    """What stands on a page that nobody has used since, of people whom nothing else reaches or wakes.

    A page tells of its use by what is sent from it, not of its being read: so a list that asks for no answer counts
    as unread only where the page has been left alone for days.
    """
    used = _only_page(work, person_ids)
    midnight = moment(work.today, time(0), work.zone)
    for row in ways.on_page(work.session, used, midnight, work.now - STUCK):
        if row.person_id is None or not _is_asking(row):
            continue
        about = ABOUT.get(row.kind, About.OTHER)
        since = row.queued_at if about in (About.VISIT, About.PROMISE) else work.now - AWAY
        if used[row.person_id] <= since and _still_holds(work, row, about):
            yield row.person_id, about, _subject_id(row)


def _only_page(work: Work, person_ids: Sequence[int]) -> dict[int, datetime]:
    return ways.only_page(work.session, person_ids, second_ways.silent(work))


def _is_asking(row: Outbox) -> bool:
    return not row.kind.startswith(ELSEWHERE) and row.kind not in KEEPS


def _subject_id(row: Outbox) -> int:
    return int(row.subject.rpartition(":")[2] or 0)


def _still_holds(work: Work, row: Outbox, about: About) -> bool:
    """Whether it is worth a call by now: classes are read anew, a visit may be somebody else's."""
    if about == About.ROLL:
        return False
    if about == About.VISIT:
        case = cases.get(Scope.everything(), work.session, _subject_id(row))
        return case is not None and case.closed_at is None and case.owner_id == row.person_id and not case.accepted_at
    return True


def _classes(work: Work, person_ids: set[int]) -> Iterator[tuple[int, About, int]]:
    """The teachers of classes that were asked about half an hour ago and are not reported, where no question has
    reached them; one that stands on a page which nobody has used since has not."""
    by_class: dict[int, list[int]] = defaultdict(list)
    for person_id, class_id in ways.teachers(work.session, work.today):
        if person_id in person_ids:
            by_class[class_id].append(person_id)
    owed = attendance.owed_sessions(work, by_class, work.today)
    asked: dict[int, datetime] = {}
    for class_id, found in owed.items():
        for half, at in found.items():
            first = moment(work.today, roll_times.asked(half, at)[0], work.zone)
            if first <= work.now - STUCK:
                asked[class_id] = min(first, asked.get(class_id, first))
    used = _only_page(work, sorted({one for class_id in asked for one in by_class[class_id]}))
    midnight = moment(work.today, time(0), work.zone)
    for class_id in sorted(asked):
        told = ways.told_today(work.session, attendance.task_subject(class_id), midnight)
        unopened = {person_id for person_id in told if used.get(person_id, work.now) <= asked[class_id]}
        if not (told - unopened) & set(by_class[class_id]):
            yield from ((person_id, About.ROLL, class_id) for person_id in by_class[class_id])


# The task


def moments(work: Work, start: datetime, end: datetime) -> list[datetime]:
    """The hours of the list in (start, end], UTC."""
    first, last = start.astimezone(work.zone).date(), end.astimezone(work.zone).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [at for day in days if start < (at := moment(day, LIST_AT, work.zone)) <= end]


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """The list of whom to telephone, each day at 14:30 between two moments (UTC); for one person, that of today."""
    if person_id is None:
        for at in moments(work, start, end):
            for commune_id in ways.communes(work.session):
                for caller_id in sorted(_by_caller(work, commune_id)):
                    yield _task(work, at.astimezone(work.zone).date(), caller_id)
        return
    task = _task(work, work.today, person_id)
    if task.due <= work.now < task.useful_until and to_call(work, person_id):
        yield task


def _task(work: Work, day: date, caller_id: int) -> Task:
    at = moment(day, LIST_AT, work.zone)
    return Task(
        kind=KIND,
        subject_id=caller_id,
        person_id=caller_id,
        occurrence=day.isoformat(),
        due=at,
        remind=(Moment("list", at),),
        useful_until=moment(day, UNTIL, work.zone),
        always=True,
        listed_from=at,
    )
