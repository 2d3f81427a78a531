"""The school's regular report to the commune (plan III.1): asked for once a school week, sent with frozen figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.rules import people, school_days, thresholds, week_figures
from bot.rules.tasks import Moment, Task
from bot.rules.week_figures import WeekFigures
from bot.rules.work import UNDO, Refused, Work
from storage import chat, places, regular_reports
from storage import people as stored_people
from storage.database import insert_once
from storage.people import Person, Role
from storage.places import Place, PlaceKind
from storage.regular_reports import RegularReport
from storage.scope import Scope

ASK_TASK = "regular_report.ask"
SENT, CORRECTED = "regular_report.sent", "regular_report.corrected"
MORNING = time(6, 30)  # of the next day: then the report is missing
WORDS_AT_MOST = 500
WORTH_HEARING = timedelta(days=3)
A_WEEK = timedelta(days=7)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Facts:
    """One report as it was sent, for whoever shows it: the chat, and the paper."""

    report_id: int
    school_id: int
    revision: int
    figures: WeekFigures
    done: str
    proposed: str
    by: Person
    at: datetime


@dataclass(frozen=True)
class Period:
    """The seven days of a report that end on `ends_on`; `asked_at` (UTC) is None in a week without school."""

    ends_on: date
    asked_at: datetime | None

    @property
    def starts_on(self) -> date:
        return self.ends_on - A_WEEK + A_DAY


# Which week


def period(work: Work, school_id: int, on: date) -> Period:
    """The week of a day: up to the commune's weekday for reports, asked for on its last school day."""
    commune_id = _commune_of(work, school_id)
    weekday = thresholds.value(work, "report.weekday", commune_id) - 2
    ends_on = on + timedelta(days=(weekday - on.weekday()) % 7)
    days = [ends_on - timedelta(days=back) for back in range(7)]
    held = next((day for day in days if school_days.is_school_day(work, day, school_id=school_id)), None)
    hour = thresholds.value(work, "report.hour", commune_id)
    return Period(ends_on, None if held is None else moment(held, time(hour), work.zone))


def owed(work: Work, school_id: int) -> Period | None:
    """The week whose report has been asked for and is not there: this one, else the one before.

    What was asked before any head of the school had joined was asked of nobody.
    """
    joined = [head.joined_at for head in people.with_role_at_school(work, school_id) if head.joined_at is not None]
    for on in (work.today, work.today - A_WEEK):
        found = period(work, school_id, on)
        asked_at = found.asked_at
        if asked_at is None or not any(at <= asked_at <= work.now for at in joined):
            continue
        if not _is_sent(work, school_id, found):
            return found
    return None


def _is_sent(work: Work, school_id: int, of: Period) -> bool:
    return bool(regular_reports.reported(work.session, of.ends_on, [school_id]))


def _commune_of(work: Work, school_id: int) -> int:
    school = places.get(work.session, school_id)
    return people.commune_of(work).id if school is None or school.parent_id is None else school.parent_id


def missing(work: Work, commune_id: int) -> list[Place]:
    """The schools whose report of the week before has not come by the morning after it was due (for the officials)."""
    found = []
    for school in places.of_kind(work.session, PlaceKind.SCHOOL, commune_id):
        of = owed(work, school.id)
        if of is not None and work.now >= moment(of.ends_on + A_DAY, MORNING, work.zone):
            found.append(school)
    return found


# Writing it


def figures(work: Work, school_id: int, ends_on: date) -> WeekFigures:
    """The week's figures as they stand now. Raises Refused: not allowed, `outside_scope`."""
    require_school(work, school_id)
    return work.once(("week figures", school_id, ends_on), lambda: week_figures.of_school(work, school_id, ends_on))


def require_school(work: Work, school_id: int) -> None:
    """Raises Refused unless the acting person heads this school."""
    people.require(work, "regular_report.send")
    if school_id not in work.scope.schools:
        raise Refused("outside_scope")


def report(
    work: Work, school_id: int, ends_on: date, *, done: str = "", proposed: str = "", base: int = 0
) -> RegularReport:
    """Sends a week's report, or its next revision (`base`: the one that was seen); its figures are frozen as they are.

    The commune's officials hear of it after the two minutes in which it can be corrected. Raises Refused: not allowed,
    `outside_scope`, `day_to_come` for a week that has not begun, `report_is_closed` for one long over,
    `report_changed_meanwhile`.
    """
    require_school(work, school_id)
    _require_open(work, school_id, ends_on)
    former = regular_reports.current(Scope.everything(), work.session, school_id, ends_on)
    if base != (former.revision if former is not None else 0):
        raise Refused("report_changed_meanwhile")
    frozen = week_figures.of_school(work, school_id, ends_on)
    if former is not None:
        former.is_current = False
        work.session.flush()
    new_id = insert_once(
        work.session,
        RegularReport,
        school_id=school_id,
        ends_on=ends_on,
        revision=base + 1,
        is_current=True,
        figures=frozen.as_json(),
        done=done[:WORDS_AT_MOST],
        proposed=proposed[:WORDS_AT_MOST],
        reported_by=work.actor_id,
        written_at=work.at,
        reported_at=work.now,
    )
    if new_id is None:
        raise Refused("report_changed_meanwhile")
    sent = work.session.get_one(RegularReport, new_id)
    _tell(work, sent, former)
    work.audit("regular_report.sent", "regular_report", sent.id, school=school_id, revision=sent.revision)
    return sent


def _require_open(work: Work, school_id: int, ends_on: date) -> None:
    """This week and the one before can be reported on and corrected."""
    this = period(work, school_id, work.today).ends_on
    if ends_on > this:
        raise Refused("day_to_come")
    if ends_on not in (this, this - A_WEEK):
        raise Refused("report_is_closed")


def hearers(work: Work, school_id: int) -> Sequence[Person]:
    """The officials who hear of this school's reports, without the acting person."""
    found = people.officials(work, _commune_of(work, school_id))
    return [person for person in found if person.id != work.actor_id]


def _tell(work: Work, sent: RegularReport, former: RegularReport | None) -> None:
    """News that waits is taken back and told anew; whoever has heard hears that it was corrected."""
    heard: set[int] = set()
    if former is not None:
        heard = set(chat.told(work.session, subject(former.id), kinds=(SENT, CORRECTED)))
        work.withdraw(subject(former.id))
    for person in hearers(work, sent.school_id):
        kind = CORRECTED if person.id in heard else SENT
        work.tell(person.id, kind, sent.id, after=UNDO, useful_until=work.now + WORTH_HEARING)


def subject(report_id: int) -> str:
    """What the outbox knows the news of a report by."""
    return f"regular_report:{report_id}"


# Reading it


def look(work: Work, report_id: int) -> Facts:
    """A report as it was sent, for somebody's eyes: a look that is audited. Raises Refused("outside_scope")."""
    people.require(work, "regular_report.see")
    found = regular_reports.get(work.scope, work.session, report_id)
    if found is None:
        raise Refused("outside_scope")
    work.audit("regular_report.seen", "regular_report", found.id)
    return facts(work, found)


def facts(work: Work, found: RegularReport) -> Facts:
    """The stored report as a value."""
    return Facts(
        report_id=found.id,
        school_id=found.school_id,
        revision=found.revision,
        figures=WeekFigures.from_json(found.figures),
        done=found.done,
        proposed=found.proposed,
        by=work.session.get_one(Person, found.reported_by),
        at=found.reported_at,
    )


def latest(work: Work, n: int) -> Sequence[RegularReport]:
    """The last reports that the acting person may see, the latest first. Raises Refused: not allowed."""
    people.require(work, "regular_report.see")
    schools = set(work.scope.schools)
    for commune_id in work.scope.communes:
        schools |= {school.id for school in places.of_kind(work.session, PlaceKind.SCHOOL, commune_id)}
    return regular_reports.latest(work.scope, work.session, schools, n)


def may_correct(work: Work, found: RegularReport) -> bool:
    """Whether the acting person may still send another revision of it."""
    if not found.is_current or found.school_id not in work.scope.schools:
        return False
    this = period(work, found.school_id, work.today).ends_on
    return people.may(work, "regular_report.send") and found.ends_on in (this, this - A_WEEK)


# When it is asked for


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """At the commune's hour on the week's last school day the head of each school is asked, once.

    With `person_id`: what this person owes; on days without school it stands on no list (voice.md §3.12).
    """
    if person_id is not None:
        yield from _of_person(work, person_id)
        return
    day, last = start.astimezone(work.zone).date(), end.astimezone(work.zone).date()
    while day <= last:
        for commune in places.of_kind(work.session, PlaceKind.COMMUNE):
            at = moment(day, time(thresholds.value(work, "report.hour", commune.id)), work.zone)
            if start < at <= end:
                yield from _asked(work, commune.id, day, at)
        day += A_DAY


def _asked(work: Work, commune_id: int, day: date, at: datetime) -> Iterator[Task]:
    for school in places.of_kind(work.session, PlaceKind.SCHOOL, commune_id):
        found = period(work, school.id, day)
        if found.asked_at != at or _is_sent(work, school.id, found):
            continue
        for head in people.with_role_at_school(work, school.id):
            yield _task(found, school.id, head.id, at, until=moment(found.ends_on + A_DAY, MORNING, work.zone))


def _of_person(work: Work, person_id: int) -> Iterator[Task]:
    person = stored_people.get(work.session, person_id)
    if person is None or Role.SCHOOL not in people.roles(work, person):
        return
    for school_id in sorted(stored_people.scope_of(work.session, person, work.today).schools):
        found = owed(work, school_id)
        if found is None or found.asked_at is None:
            continue
        is_asked_today = found.asked_at.astimezone(work.zone).date() == work.today
        if is_asked_today or school_days.is_school_day(work, work.today, school_id=school_id):
            yield _task(found, school_id, person_id, found.asked_at, until=found.asked_at + 2 * A_WEEK)


def _task(of: Period, school_id: int, person_id: int, at: datetime, *, until: datetime) -> Task:
    return Task(
        kind=ASK_TASK,
        subject_id=school_id,
        person_id=person_id,
        occurrence=of.ends_on.isoformat(),
        due=at,
        remind=(Moment("ask", at),),
        useful_until=until,
        listed_from=at,
    )
