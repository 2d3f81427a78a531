"""Early warning: what the roll means. The one function that menu, reminders, digest, reports and exports all follow.

After every register, correction, closure or change of a threshold the rules are read anew from what is true now, and
alerts and cases are brought up to it: nothing is counted up, so nothing can drift.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from bot.clock import moment
from bot.rules import case_watch, cases, promises, rolls, school_days, series, thresholds
from bot.rules.findings import OPENS_CASE, TO_CALL, Finding, evaluate
from bot.rules.series import SchoolDay
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from storage import alerts, people, pupils
from storage import cases as stored_cases
from storage import promises as stored_promises
from storage.alerts import Alert
from storage.cases import Case
from storage.database import insert_once
from storage.people import Role
from storage.pupils import Enrolment, Pupil, PupilStatus
from storage.scope import Scope

AGAIN = "again"  # of somebody looked after already: away once more, and somebody is asked anew
STALE = timedelta(days=7)  # a roll that came in later than this raises nothing for its own days
NEEDS_DAYS = ("R0", "R1", "R1.ill", "R2", "R4", "R4.dropout", "R7")
CALLS = tuple(rule for rule in TO_CALL if rule != "R0")  # R0 is asked about on its own day
OF_A_DAY = ("R0", "R7")  # asked about anew each day
CALL_BY = time(17)
WHY_ASKED = time(15)  # R0: an absence without a known reason is asked about once, on the day itself
WHY_ENDS = timedelta(hours=4)


@dataclass(frozen=True)
class Raised:
    """A rule that begins to hold for a pupil; `case_id`: the case that it opened, `asked_id`: who is asked to visit."""

    pupil_id: int
    rule: str
    facts: dict[str, Any] = field(default_factory=dict)
    case_id: int | None = None
    asked_id: int | None = None


@dataclass(frozen=True)
class Standing:
    """A pupil's year so far: days missed, sessions that count towards the limit, and the class's average."""

    days: tuple[SchoolDay, ...]
    findings: tuple[Finding, ...]
    missed: int
    sessions_missed: int
    limit: int
    class_average: float | None = None

    @property
    def left(self) -> int:
        """Sessions that may still be missed this year (TT 22/2021)."""
        return max(0, self.limit - self.sessions_missed)


# After a register


def follow(work: Work, class_id: int, day: date) -> list[Raised]:
    """What the register of a class for a day means, for every pupil of its roll; returns what begins to hold.

    Promises for the day are answered first, then alerts, then cases.
    """
    return _bring_up(work, _roll(work, class_id), class_id, day)


def recompute(work: Work, class_ids: Collection[int]) -> list[Raised]:
    """The same for whole classes, after a closure, a threshold, a merger: any change of the truth but a register."""
    raised: list[Raised] = []
    for class_id in class_ids:
        raised += follow(work, class_id, work.today)
    return raised


def recompute_commune(work: Work, commune_id: int) -> list[Raised]:
    """Every class of a commune's school year: what a changed threshold means."""
    return recompute(work, [one.id for one in school_days.classes_of_year(work, commune_id=commune_id)])


def _roll(work: Work, class_id: int) -> list[Pupil]:
    """The pupils of a class, with those who have dropped out and sit in no roll."""
    wanted = (
        select(Pupil)
        .join(Enrolment, Enrolment.pupil_id == Pupil.id)
        .where(Enrolment.class_id == class_id, Enrolment.until_on.is_(None))
        .where(Pupil.status.in_((PupilStatus.STUDYING, PupilStatus.DROPPED_OUT)))
        .order_by(Pupil.sort_key, Pupil.id)
    )
    return list(work.session.scalars(wanted))


def is_back(work: Work, case_id: int) -> Case:
    """A pupil who had dropped out sits in class again, and what the roll means is read anew."""
    case = cases.is_back(work, case_id)
    school_class = pupils.class_of(work.session, case.pupil_id)
    if school_class is not None:
        follow(work, school_class.id, work.today)
    return case


def _bring_up(work: Work, of_class: Collection[Pupil], class_id: int, day: date) -> list[Raised]:
    pupil_ids = [one.id for one in of_class]
    if not pupil_ids:
        return []
    gone = {one.id for one in of_class if one.status == PupilStatus.DROPPED_OUT}  # the roll does not speak of them
    numbers = thresholds.of_commune(work, _commune_of(work, next(iter(pupil_ids))))
    everything = Scope.everything()
    found = rolls.of_pupils(work, pupil_ids)
    opened: dict[int, dict[str, Alert]] = {one: {} for one in pupil_ids}
    for alert in alerts.open_of(everything, work.session, pupil_ids):
        opened[alert.pupil_id][alert.rule] = alert
    files = stored_cases.open_of_pupils(everything, work.session, pupil_ids)
    promised = {one.pupil_id for one in stored_promises.of_pupils(everything, work.session, pupil_ids)}
    raised: list[Raised] = []
    watched: dict[tuple[int, date], str] = {}
    for pupil_id in pupil_ids:
        days = found[pupil_id]
        if days:
            case = files.get(pupil_id)
            missed = None if pupil_id in gone else _missed_on(days, day)
            answered = promises.check(work, pupil_id, case, day, missed) if pupil_id in promised else None
            if answered is not None and answered.kept:
                raised.append(Raised(pupil_id, f"promise.{answered.kept}"))
            holding = _holding(work, class_id, days, numbers, watched)
            new = _alert(work, pupil_id, holding, opened[pupil_id])
            raised += _follow_up(work, pupil_id, days, numbers, holding, new, case, day)
    return raised


def _commune_of(work: Work, pupil_id: int) -> int:
    return work.session.get_one(Pupil, pupil_id).commune_id


def _missed_on(days: list[SchoolDay], day: date) -> bool | None:
    return next((one.is_missed for one in reversed(days) if one.day == day), None)


def _holding(
    work: Work,
    class_id: int,
    days: list[SchoolDay],
    numbers: thresholds.Thresholds,
    watched: dict[tuple[int, date], str],
) -> dict[str, Finding]:
    """The rules that hold now; a roll that came in late raises no alarm for days long gone.

    `watched` says why a class's day is watched, and is filled as it is needed.
    """
    last = days[-1].day
    if days[-1].is_missed and (class_id, last) not in watched:
        watched[class_id, last] = school_days.watched(work, class_id, last, first_days=numbers["R7.days"])
    holding = {one.rule: one for one in evaluate(days, numbers, watched=watched.get((class_id, last), ""))}
    if last != work.today:
        holding.pop("R0", None)
        holding.pop("R7", None)
    if work.today - last > STALE:
        for rule in NEEDS_DAYS:
            holding.pop(rule, None)
    return holding


def _alert(work: Work, pupil_id: int, holding: dict[str, Finding], opened: dict[str, Alert]) -> list[Finding]:
    """Raises, refreshes and clears alerts; returns what is new."""
    for rule, alert in opened.items():
        if rule not in holding or (rule in OF_A_DAY and alert.since != holding[rule].since):
            alert.cleared_at = work.now
        elif alert.facts != holding[rule].facts or alert.since != holding[rule].since:
            alert.facts, alert.since = holding[rule].facts, holding[rule].since
    work.session.flush()
    new = [one for rule, one in holding.items() if rule not in opened or opened[rule].cleared_at is not None]
    for finding in new:
        insert_once(
            work.session, Alert, pupil_id=pupil_id, rule=finding.rule, since=finding.since,
            raised_on=work.today, raised_at=work.now, facts=finding.facts,
        )  # fmt: skip
        work.audit("alert.raised", "pupil", pupil_id, rule=finding.rule)
    return new


def _follow_up(
    work: Work,
    pupil_id: int,
    days: list[SchoolDay],
    numbers: thresholds.Thresholds,
    holding: dict[str, Finding],
    new: list[Finding],
    case: Case | None,
    day: date,
) -> list[Raised]:
    """Opens a case where a rule asks for one, and brings an open one up to the roll."""
    raised = []
    if case is not None:
        case_watch.follow(work, case, days, numbers, holding)
        if case.closed_at is None and case.asked_at == work.now and case.owner_id is not None:
            raised.append(Raised(pupil_id, AGAIN, {}, case.id, case.owner_id))
    elif (opener := _opener(work, pupil_id, holding, new, numbers, days[-1], day)) is not None:
        case = cases.open_by_rule(work, pupil_id, opener.rule, days[-1].day, opener.facts)
        if case is not None and "R4.dropout" in holding:
            cases.drop_out(work, case)
    for finding in new:
        is_opener = case is not None and case.opened_on == days[-1].day and (case.why or {}).get("rule") == finding.rule
        raised.append(
            Raised(
                pupil_id,
                finding.rule,
                finding.facts,
                case.id if case is not None and is_opener else None,
                case.owner_id if case is not None and is_opener else None,
            )
        )
    return raised


def _opener(
    work: Work,
    pupil_id: int,
    holding: dict[str, Finding],
    new: list[Finding],
    numbers: thresholds.Thresholds,
    last: SchoolDay,
    day: date,
) -> Finding | None:
    """The rule that opens a case now: one that begins to hold, or one that still holds when the pupil is away again.

    A case that somebody closed stays closed while the pupil is in class, although a share of the year (R5) still holds.
    Two days suffice for a pupil whose case was closed a short while ago (R9).
    """
    is_away = last.day == day and last.is_unexcused
    for rule in OPENS_CASE:
        if rule in holding and (is_away or holding[rule] in new):
            return holding[rule]
    if "R1" in holding:
        since = work.now - timedelta(days=numbers["R9.reopen"])
        former = stored_cases.last_closed(Scope.everything(), work.session, [pupil_id], since).get(pupil_id)
        if former is not None and former.outcome == stored_cases.Outcome.BACK:
            return holding["R1"]
    return None


# Looking


def standing(work: Work, pupil_ids: Collection[int], *, with_average: bool = False) -> dict[int, Standing]:
    """The year so far of these pupils (the caller has asked for the right to see them)."""
    if not pupil_ids:
        return {}
    numbers = thresholds.of_commune(work, _commune_of(work, next(iter(pupil_ids))))
    found = rolls.of_pupils(work, pupil_ids)
    return {
        pupil_id: Standing(
            days=tuple(days),
            findings=tuple(evaluate(days, numbers)),
            missed=len(series.missed(days)),
            sessions_missed=series.sessions_missed(days),
            limit=numbers["R6.limit"],
            class_average=_average(work, pupil_id) if with_average else None,
        )
        for pupil_id, days in found.items()
    }


def _average(work: Work, pupil_id: int) -> float | None:
    """How many days the others of the class have missed, on average (R11: the family's total beside the class's)."""
    school_class = pupils.class_of(work.session, pupil_id)
    if school_class is None:
        return None
    others = [one.id for one in _roll(work, school_class.id) if one.id != pupil_id]
    if not others:
        return None
    found = rolls.of_pupils(work, others)
    return sum(len(series.missed(days)) for days in found.values()) / len(others)


# What the teacher is asked


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Families to telephone, for whoever keeps the register: the alerts that nobody has answered yet."""
    if person_id is None:
        yield from _unknown_reasons(work, start, end)
        return  # the others are said in the receipt, and on the list
    taught = [
        grant.class_id
        for grant in people.grants(work.session, person_id, work.today)
        if grant.role == Role.TEACHER and grant.class_id is not None
    ]
    if not taught:
        return
    if not school_days.is_school_day(work, work.today):
        return  # school matters wait for a school day (voice.md §3.12)
    for alert in alerts.open_in_classes(Scope.everything(), work.session, taught, CALLS):
        yield Task(
            kind="alerts.call",
            subject_id=alert.id,
            person_id=person_id,
            occurrence=alert.since.isoformat(),
            due=moment(alert.raised_on, CALL_BY, work.zone),
            remind=(),
            useful_until=end + timedelta(days=1),
            listed_from=alert.raised_at,
        )


def _unknown_reasons(work: Work, start: datetime, end: datetime) -> Iterator[Task]:
    """R0: on the afternoon of the day, once, the teacher is asked why; nobody else is told."""
    day, last = start.astimezone(work.zone).date(), end.astimezone(work.zone).date()
    while day <= last:
        at = moment(day, WHY_ASKED, work.zone)
        if start < at <= end:
            for class_id in sorted(alerts.classes_with(work.session, "R0", day)):
                for teacher in people.with_role(work.session, Role.TEACHER, day, class_id=class_id):
                    yield Task(
                        kind="alerts.why",
                        subject_id=class_id,
                        person_id=teacher.id,
                        occurrence=day.isoformat(),
                        due=at,
                        remind=(Moment("why", at),),
                        useful_until=at + WHY_ENDS,
                        is_listed=False,
                    )
        day += timedelta(days=1)


def unknown_today(work: Work, class_id: int) -> list[Alert]:
    """The pupils of a class who are absent today and nobody knows why (the acting person keeps its register)."""
    found = alerts.open_in_classes(work.scope, work.session, [class_id], ("R0",))
    return [one for one in found if one.raised_on == work.today]
