"""What the roll says of an open case: back in class and watched, away again, or opened by a slip (R9).

Present on 5 days in a row: watched; after 10 the teacher's note; after 20 with 90 % in class a proposal to close, which
a person confirms. Brazil watches 4 × 60 days by hand; the roll lets us watch daily (peers-and-evidence §4).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from bot.rules import assignment, cases, series
from bot.rules import case_events as events
from bot.rules.findings import IN_A_ROW, Finding, evaluate
from bot.rules.series import Series
from bot.rules.thresholds import Thresholds
from bot.rules.work import UNDO, Work
from storage import chat, promises
from storage.cases import Case, CaseEvent, CaseStatus, Outcome
from storage.scope import Scope

WORTH_HEARING = timedelta(days=2)


def follow(work: Work, case: Case, days: Series, numbers: Thresholds, holding: Mapping[str, Finding]) -> None:
    """Brings an open case up to what the roll says now. `holding` are the rules that hold for the pupil."""
    if not days:
        return
    if _was_a_slip(work, case, days, numbers):
        _withdraw(work, case)
        return
    if case.why and case.why["rule"] in holding:
        case.why = {"rule": case.why["rule"], **holding[case.why["rule"]].facts}  # whoever is asked next hears of today
    if case.status == CaseStatus.WATCHING:
        _watch(work, case, days, numbers)
    else:
        _look_for_return(work, case, days, numbers)
    if "R4.dropout" in holding:
        cases.drop_out(work, case)
    elif "R4" in holding and not _has(work, case, events.COMMUNE):
        assignment.to_commune(work, case, "days")


# Opened by a slip


def _was_a_slip(work: Work, case: Case, days: Series, numbers: Thresholds) -> bool:
    """Whether the roll as it is now would not have raised the rule on the day that opened the case.

    A case that somebody has acted upon stays, and its history says that the roll was corrected.
    """
    if not case.why or case.opened_on is None:
        return False
    then = evaluate(series.until(days, case.opened_on), numbers)
    if any(finding.rule == case.why["rule"] for finding in then):
        return False
    if not _is_touched(work, case):
        return True
    if not _has(work, case, events.CORRECTED):
        events.record(work, case, events.CORRECTED)
    return False


def _withdraw(work: Work, case: Case) -> None:
    """Closes a case that a slip had opened. Whoever was asked already hears that they need not go; none is scolded."""
    heard = set(chat.told(work.session, assignment.subject(case), kinds=("cases.asked", "cases.commune")))
    cases.shut(work, case, Outcome.CORRECTED)
    for person_id in sorted(heard):
        work.tell(person_id, "cases.withdrawn", case.id, useful_until=work.now + WORTH_HEARING)


def _has(work: Work, case: Case, kind: str) -> bool:
    """Whether something has happened to a case since it was opened or opened again."""
    return kind in _since_opened(work, case)


def _is_touched(work: Work, case: Case) -> bool:
    return bool(events.BY_HAND & set(_since_opened(work, case)))


def _since_opened(work: Work, case: Case) -> list[str]:
    kinds = list(
        work.session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id))
    )
    opened = [place for place, kind in enumerate(kinds) if kind in (events.OPENED, events.REOPENED)]
    return kinds[opened[-1] :] if opened else kinds


# Back in class


def _look_for_return(work: Work, case: Case, days: Series, numbers: Thresholds) -> None:
    """The first day in class ends what is owed for a run of absences; five in a row begin the watch."""
    present = [one for one in series.present_run(days) if case.opened_on is None or one.day > case.opened_on]
    if not present:
        _look_for_absence(work, case, days, numbers)
    elif len(present) >= numbers["R9.watch"]:
        case.status, case.back_on = CaseStatus.WATCHING, case.back_on or present[0].day
        case.watched_from = days[-1].day
        assignment.settle(work, case, is_back=True)
        events.record(work, case, events.WATCHED, n=len(present))
        _watch(work, case, days, numbers)
    elif case.back_on is None:
        _is_back(work, case, present[0].day.isoformat())
        case.back_on = present[0].day


def _is_back(work: Work, case: Case, day: str) -> None:
    events.record(work, case, events.BACK, day=day)
    if case.why and case.why["rule"] not in IN_A_ROW:
        # Who comes and goes is in class on most days: a visit that was not made yet is still worth making.
        if _is_visited(work, case):
            assignment.settle(work, case, is_back=True)
        return
    was_accepted = case.accepted_at is not None
    assignment.settle(work, case, is_back=True)
    if was_accepted and case.owner_id is not None and case.owner_id != work.actor_id and not _tells_promise(work, case):
        work.tell(case.owner_id, "cases.back", case.id, after=UNDO, useful_until=work.now + WORTH_HEARING)


def _is_visited(work: Work, case: Case) -> bool:
    """Whether somebody has been at the home since a visit was last asked for."""
    kinds = [kind for kind in _since_opened(work, case) if kind in (events.ASKED, events.VISITED)]
    return kinds[-1:] == [events.VISITED]


def _tells_promise(work: Work, case: Case) -> bool:
    """Whether today's roll answers a promise: its good news is told by itself."""
    found = promises.of_pupils(Scope.everything(), work.session, [case.pupil_id])
    return any(one.checked_at == work.now for one in found)


def _look_for_absence(work: Work, case: Case, days: Series, numbers: Thresholds) -> None:
    """Away for R1.days, and nobody is asked for anything, nor is a promise awaited: somebody is asked anew.

    One day away does not send anybody to a home that was visited a short while ago: who comes and goes misses many.
    """
    case.back_on = None
    if not days[-1].is_unexcused or case.due_at is not None or case.is_with_commune or case.asked_at == work.now:
        return
    if len(series.last_run(days)) < numbers["R1.days"] or _awaits_promise(work, case):
        return
    if _was_back(work, case):
        events.record(work, case, events.AWAY_AGAIN, day=days[-1].day.isoformat())
    cases.ask_anew(work, case)


def _was_back(work: Work, case: Case) -> bool:
    """Whether the pupil has been in class since somebody was asked last."""
    kinds = _since_opened(work, case)
    asked = [place for place, kind in enumerate(kinds) if kind == events.ASKED]
    return bool({events.BACK, events.KEPT} & set(kinds[asked[-1] + 1 :] if asked else kinds))


def _awaits_promise(work: Work, case: Case) -> bool:
    found = promises.of_pupils(Scope.everything(), work.session, [case.pupil_id])
    return any(not one.kept for one in found if one.case_id == case.id)


# Watched


def _watch(work: Work, case: Case, days: Series, numbers: Thresholds) -> None:
    """Counts the days since the pupil is back; an absence without leave opens the case again."""
    if days[-1].is_unexcused and case.watched_from is not None and days[-1].day >= case.watched_from:
        case.status = CaseStatus.OPEN
        cases.forget_the_watch(case)
        events.record(work, case, events.AWAY_AGAIN, day=days[-1].day.isoformat())
        cases.ask_anew(work, case)
        return
    since = [one for one in days if case.back_on is not None and one.day >= case.back_on]
    last = since[-numbers["R9.close"] :]
    case.watch_days, case.watch_missed = len(since), len(series.missed(since))
    stays = len(last) >= numbers["R9.close"] and 100 - series.percent_missed(last) >= numbers["R9.share"]
    if stays and case.proposed_at is None:
        case.proposed_at = work.now
        events.record(work, case, events.PROPOSED, n=len(since))
    elif not stays:
        case.proposed_at = None
