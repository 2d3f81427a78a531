"""Home visits: what was found at a pupil's home, in revisions; who hears of it, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from bot.clock import moment
from bot.rules import cases, people
from bot.rules import promises as promise
from bot.rules.sent_files import File
from bot.rules.tasks import Moment, Task
from bot.rules.work import UNDO, Refused, Work
from storage import chat, promises, pupils, visits
from storage import people as stored_people
from storage.cases import Case
from storage.database import insert_once
from storage.people import Person
from storage.reminders import is_sent
from storage.scope import Scope
from storage.visits import Met, Reported, Visit, VisitFile, VisitReason

CORRECTED_WITHIN = timedelta(hours=24)  # voice.md §3.6
GATHERED = timedelta(minutes=30)  # further visits go to the officials together (voice.md §3.12)
WORTH_HEARING = timedelta(days=2)
COMES_AGAIN = timedelta(days=30)  # a visit put off for longer is no task any more
FIRST, FURTHER = "first", "further"


@dataclass(frozen=True)
class Findings:
    """What the visitor says. `visited_at` (UTC) is when it was written; what is empty is not known.

    `skipped` names the questions that somebody will ask later.
    """

    visited_at: datetime
    met: str = ""
    reason: str = VisitReason.UNKNOWN
    note: str = ""
    promised_on: date | None = None
    again_on: date | None = None
    next_step: str = ""
    companions: str = ""
    skipped: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


def report(work: Work, pupil_id: int, findings: Findings) -> Visit:
    """Records a visit, moves the pupil's case on, and notes whom to tell.

    Raises Refused: not allowed, outside the scope, `day_to_come`, `promise_in_the_past`.
    """
    people.require(work, "visits.report")
    cases.require_pupil(work, pupil_id)
    day = _day_of(work, findings)
    visit = Visit(pupil_id=pupil_id, visitor_id=work.actor_id, **_columns(work, findings, day))
    case = _move_case(work, visit)
    visit.case_id = case.id if case is not None else None
    work.session.add(visit)
    work.session.flush()
    visit.first_id = visit.id
    _keep_promise(work, visit)
    _keep_files(work, visit, findings)
    _tell_teachers(work, visit)
    work.audit("visit.reported", "visit", visit.id, pupil=pupil_id)
    return visit


def correct(work: Work, first_id: int, findings: Findings, *, base: int) -> Visit:
    """Records the next revision of a visit, by its visitor and within 24 hours.

    `base` is the revision that the visitor saw. Who has heard of the visit hears of the correction. Raises Refused:
    as `correctable`, and `visit_changed_meanwhile`.
    """
    former = correctable(work, first_id)
    if former.revision != base:
        raise Refused("visit_changed_meanwhile")
    day = _day_of(work, findings)
    former.is_current = False
    work.session.flush()
    new_id = insert_once(
        work.session,
        Visit,
        first_id=first_id,
        revision=former.revision + 1,
        is_current=True,
        pupil_id=former.pupil_id,
        visitor_id=former.visitor_id,
        case_id=former.case_id,
        **_columns(work, findings, day),
    )
    if new_id is None:
        raise Refused("visit_changed_meanwhile")
    visit = work.session.get_one(Visit, new_id)
    _keep_files(work, visit, findings)
    if visits.of_pupil(Scope.everything(), work.session, visit.pupil_id)[0].id == visit.id:
        _move_case(work, visit)
    _keep_promise(work, visit)
    _tell_anew(work, visit)
    work.audit("visit.corrected", "visit", visit.id, pupil=visit.pupil_id, first=first_id)
    return visit


def correctable(work: Work, first_id: int) -> Visit:
    """The current revision of a visit that the acting person may correct now.

    Raises Refused: not allowed, `outside_scope`, `not_your_visit`, `visit_is_old` after 24 hours.
    """
    people.require(work, "visits.report")
    visit = visits.current(work.scope, work.session, first_id)
    if visit is None:
        raise Refused("outside_scope")
    if visit.visitor_id != work.actor_id:
        raise Refused("not_your_visit")
    first = work.session.get_one(Visit, first_id)
    if work.at > first.reported_at + CORRECTED_WITHIN:
        raise Refused("visit_is_old")
    return visit


def look(work: Work, first_id: int) -> Visit:
    """The current revision of a visit, for somebody's eyes: a look that is audited. Raises Refused("outside_scope")."""
    visit = visits.current(work.scope, work.session, first_id)
    if visit is None:
        raise Refused("outside_scope")
    work.audit("visit.seen", "visit", visit.id, pupil=visit.pupil_id)
    return visit


def _day_of(work: Work, findings: Findings) -> date:
    """The day of the visit, which is the day it was written of, never one to come."""
    day = findings.visited_at.astimezone(work.zone).date()
    if findings.visited_at > work.now or day > work.at.astimezone(work.zone).date():
        raise Refused("day_to_come")
    for promised in (findings.promised_on, findings.again_on):
        if promised is not None and promised < day:
            raise Refused("promise_in_the_past")
    return day


def _columns(work: Work, findings: Findings, day: date) -> dict[str, object]:
    """Nobody at home has told nothing: no reason, no promise."""
    nobody = findings.met == Met.NOBODY
    return {
        "visited_on": day,
        "visited_at": findings.visited_at,
        "companions": findings.companions,
        "met": findings.met,
        "reason": VisitReason.UNKNOWN if nobody else findings.reason,
        "note": findings.note,
        "promised_on": None if nobody else findings.promised_on,
        "again_on": findings.again_on if nobody else None,
        "next_step": "" if nobody else findings.next_step,
        "skipped": list(findings.skipped),
        "reported_at": work.now,
    }


def _move_case(work: Work, visit: Visit) -> Case | None:
    """What the visit means for the pupil's case, by its latest revision."""
    return cases.note_visit(
        work,
        visit.pupil_id,
        reason=visit.reason,
        next_step=visit.next_step,
        is_done=visit.met != Met.NOBODY or visit.again_on is not None,
        case_id=visit.case_id,
        again_on=visit.again_on,
        is_promised=visit.promised_on is not None,
    )


def _keep_promise(work: Work, visit: Visit) -> None:
    """The day that the family named becomes a promise, which that morning's roll will answer."""
    first_id = visit.first_id or visit.id
    former = promises.of_visit(Scope.everything(), work.session, first_id)
    if promise.replace(work, former, visit.promised_on) and visit.promised_on is not None and visit.case_id is not None:
        promise.make(work, visit.pupil_id, visit.promised_on, visit_id=first_id)


def _keep_files(work: Work, visit: Visit, findings: Findings) -> None:
    for file in findings.files:
        insert_once(
            work.session,
            VisitFile,
            visit_id=visit.id,
            channel=file.channel,
            bot=file.bot,
            kind=file.kind,
            file_id=file.file_id,
            seconds=file.seconds,
        )


# Who hears of it


def teachers(work: Work, pupil_id: int) -> Sequence[Person]:
    """The homeroom teachers of a pupil who have joined, without the acting person."""
    school_class = pupils.class_of(work.session, pupil_id)
    found = people.homeroom_teachers(work, school_class.id) if school_class is not None else ()
    return [teacher for teacher in found if teacher.id != work.actor_id]


def officials(work: Work, pupil_id: int) -> Sequence[Person]:
    """The commune's officials who will hear of a visit to this pupil, without the acting person."""
    pupil = work.session.get_one(pupils.Pupil, pupil_id)
    return [person for person in people.officials(work, pupil.commune_id) if person.id != work.actor_id]


def subject(visit: Visit) -> str:
    """What the outbox knows the news of a visit by."""
    return f"visits:{visit.first_id}"


def _tell_teachers(work: Work, visit: Visit, heard: frozenset[int] = frozenset()) -> None:
    """The class teacher, after the two minutes in which it can be corrected (voice.md §3.6)."""
    for teacher in teachers(work, visit.pupil_id):
        if teacher.id not in heard:
            work.tell(
                teacher.id,
                "visits.told",
                visit.first_id or visit.id,
                after=UNDO,
                useful_until=work.now + WORTH_HEARING,
            )


def _tell_anew(work: Work, visit: Visit) -> None:
    """News that still waits is taken back and told anew; whoever has heard hears that it was corrected.

    The officials' first news is derived (`tasks`): it reads the revision that is current when it goes, and waits two
    minutes after it.
    """
    heard = _have_heard(work, visit)
    work.withdraw(subject(visit), "visits.told", "visits.corrected")
    _tell_teachers(work, visit, heard)
    for person_id in sorted(heard - {visit.visitor_id}):
        work.tell(
            person_id,
            "visits.corrected",
            visit.first_id or visit.id,
            after=UNDO,
            useful_until=work.now + WORTH_HEARING,
        )


def _have_heard(work: Work, visit: Visit) -> frozenset[int]:
    """The people whose phones have been told of a visit, in whichever message."""
    heard = set(chat.told(work.session, subject(visit), kinds=("visits.told", "visits.corrected")))
    first = work.session.get_one(Visit, visit.first_id)
    start = _midnight(work, first.reported_at)
    rows = visits.reported(work.session, start, start + timedelta(days=1), commune_id=_commune_of(work, visit))
    for official in officials(work, visit.pupil_id):
        for news in _news(rows, official.id):
            if first.id in {row.first_id for row in news.rows} and _was_sent(work, official.id, news):
                heard.add(official.id)
    return frozenset(heard)


def _was_sent(work: Work, person_id: int, news: News) -> bool:
    return is_sent(
        work.session,
        kind="visits.heard",
        subject_id=news.key,
        person_id=person_id,
        occurrence=news.occurrence,
    )


def _commune_of(work: Work, visit: Visit) -> int:
    return work.session.get_one(pupils.Pupil, visit.pupil_id).commune_id


def _midnight(work: Work, at: datetime) -> datetime:
    return moment(at.astimezone(work.zone).date(), time(0), work.zone)


@dataclass(frozen=True)
class News:
    """One message to the officials: a first visit alone, or the further ones of its half hour together.

    `key` is the first visit of the half hour, whichever visits the message tells of; `at` (UTC) is when it goes.
    """

    key: int
    occurrence: str
    rows: tuple[Reported, ...]
    at: datetime


def _news(rows: Sequence[Reported], person_id: int) -> list[News]:
    """What somebody is told of one day's visits (in the order of their reports), their own left out.

    A half hour begins with the first visit that lies in no other. It is derived from when visits were first reported,
    which never changes, so that the same visits always make the same messages. A correction before the message goes
    moves it to two minutes after itself. What one visitor reports of one home twice in a half hour is told once.
    """
    groups: list[list[Reported]] = []
    for row in rows:
        if row.visitor_id == person_id:
            continue
        if groups and row.first_at < groups[-1][0].first_at + GATHERED:
            if row.home not in {one.home for one in groups[-1]}:
                groups[-1].append(row)
        else:
            groups.append([row])
    found = []
    for first, *further in groups:
        found.append(News(first.first_id, FIRST, (first,), first.last_at + UNDO))
        if further:
            at = max(first.first_at + GATHERED, *(row.last_at + UNDO for row in further))
            found.append(News(first.first_id, FURTHER, tuple(further), at))
    return found


def told_together(work: Work, person_id: int, first_id: int, occurrence: str) -> list[Visit]:
    """The visits (their current revisions, within the scope) that one message of `tasks` tells a person of."""
    first = work.session.get(Visit, first_id)
    if first is None:
        return []
    start = _midnight(work, first.reported_at)
    rows = visits.reported(work.session, start, start + timedelta(days=1), commune_id=_commune_of(work, first))
    news = next((one for one in _news(rows, person_id) if (one.key, one.occurrence) == (first_id, occurrence)), None)
    found = (visits.current(work.scope, work.session, row.first_id) for row in (news.rows if news else ()))
    return [visit for visit in found if visit is not None]


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """News of visits for the officials between two moments (UTC); for one person, the homes to come to again.

    News stands on nobody's list, and a home to come to again is said by the list alone.
    """
    if person_id is None:
        yield from _news_between(work, start, end)
    else:
        yield from _homes_again(work, end, person_id)


def _news_between(work: Work, start: datetime, end: datetime) -> Iterator[Task]:
    since = _midnight(work, start - GATHERED - UNDO)
    rows = visits.reported(work.session, since, end)
    if not any(row.first_at > start - GATHERED or row.last_at > start - UNDO for row in rows):
        return  # the news of all of them lies before
    by_day = groupby(rows, key=lambda row: (row.commune_id, row.first_at.astimezone(work.zone).date()))
    for (commune_id, _), of_day in by_day:
        listed = tuple(of_day)
        for official in people.officials(work, commune_id):
            for news in _news(listed, official.id):
                if start < news.at <= end:
                    yield _task(news, official.id)


def _task(news: News, person_id: int) -> Task:
    return Task(
        kind="visits.heard",
        subject_id=news.key,
        person_id=person_id,
        occurrence=news.occurrence,
        due=news.at,
        remind=(Moment("told", news.at),),
        useful_until=news.at + WORTH_HEARING,
        is_listed=False,
    )


def _homes_again(work: Work, end: datetime, person_id: int) -> Iterator[Task]:
    """Nobody was at home, and the visitor said when to come again."""
    person = stored_people.get(work.session, person_id)
    scope = stored_people.scope_of(work.session, person, work.today)
    last = end.astimezone(work.zone).date()
    owed = {task.subject_id for task in cases.tasks(work, end, end, person_id)}
    for visit in visits.to_come_again(scope, work.session, person_id, last - COMES_AGAIN, last):
        if visit.again_on is None or visit.case_id in owed:
            continue
        day = moment(visit.again_on, time(0), work.zone)
        yield Task(
            kind="visits.again",
            subject_id=visit.first_id or visit.id,
            person_id=person_id,
            occurrence=visit.again_on.isoformat(),
            due=day + timedelta(hours=17),
            remind=(),
            useful_until=end + timedelta(days=1),
            listed_from=day,
        )
