"""The exports of home visits and of cases."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from bot.reports import lookups
from bot.reports.exports import Part, Row, Source, Table
from bot.rules.work import Work
from storage.cases import Case
from storage.places import Place
from storage.promises import Promise
from storage.pupils import Pupil
from storage.visits import Visit, VisitReason


def _visits(work: Work, part: Part) -> tuple[list[Row], int]:
    village = aliased(Place)
    wanted = (
        select(Visit.id, Visit, Pupil.name, village.name)
        .join(Pupil, Pupil.id == Visit.pupil_id)
        .outerjoin(village, village.id == Pupil.village_id)
        .where(Visit.is_current, work.scope.pupils(), *lookups.on_days(Visit.visited_on, part.window))
    )
    found, reached = lookups.slice_of(work, part, Visit.id, wanted)
    stays = lookups.stays(work, {visit.pupil_id for _, visit, *_ in found})
    visitors = lookups.names(work, (visit.visitor_id for _, visit, *_ in found))
    kept = _promises(work, [visit.first_id or visit.id for _, visit, *_ in found])
    return [
        (
            visit.first_id or visit.id,
            visit.pupil_id,
            pupil,
            _class_name(stays[visit.pupil_id], visit.visited_on),
            village_name or "",
            visit.visited_at,
            visitors[visit.visitor_id],
            visit.companions,
            visit.met,
            visit.reason,
            visit.promised_on,
            kept.get(visit.first_id or visit.id, ""),
            visit.next_step,
            visit.note,
            visit.reported_at,
            visit.case_id,
            visit.revision,
        )
        for _, visit, pupil, village_name in found
    ], reached


def _promises(work: Work, first_ids: Collection[int]) -> dict[int, str]:
    """`yes` or `no` by the roll of the promised day, by visit; nothing while no roll has answered."""
    wanted = select(Promise.visit_id, Promise.kept).where(
        Promise.visit_id.in_(first_ids), Promise.taken_back_at.is_(None)
    )
    return {row[0]: row[1] for row in work.session.execute(wanted.order_by(Promise.id)) if row[0] is not None}


def _class_name(stays: list[lookups.Stay], day: date) -> str:
    stay = lookups.stay_on(stays, day)
    return stay.class_name if stay else ""


VISITS = Table(
    "visits",
    (
        "id", "pupil_id", "pupil", "class", "village", "visited_at", "visitor", "companions", "met", "reason",
        "promised_date", "promise_kept", "next_step", "note", "reported_at", "case_id", "revision",
    ),
    (Source(_visits, lookups.by_id(Visit.id)),),
    dated="visited_at",
    hidden=frozenset({"reason", "note"}),
)  # fmt: skip


def _cases(work: Work, part: Part) -> tuple[list[Row], int]:
    village = aliased(Place)
    wanted = (
        select(Case.id, Case, Pupil.name, village.name)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .outerjoin(village, village.id == Pupil.village_id)
        .where(work.scope.pupils(), *lookups.at_moments(Case.opened_at, part.window))
    )
    found, reached = lookups.slice_of(work, part, Case.id, wanted)
    cases = [case for _, case, *_ in found]
    stays = lookups.stays(work, {case.pupil_id for case in cases})
    openers = {int(case.opened_by) for case in cases if case.opened_by.isdigit()}
    people = lookups.names(work, openers | {case.owner_id for case in cases})
    heard = _heard(work, [case.id for case in cases])
    return [
        (
            case.id,
            case.pupil_id,
            pupil,
            _class_name(stays[case.pupil_id], lookups.day_of(case.opened_at, work)),
            village_name or "",
            case.opened_at,
            people.get(int(case.opened_by), "") if case.opened_by.isdigit() else case.opened_by,
            case.reason if case.reason != VisitReason.UNKNOWN else heard.get(case.id, VisitReason.UNKNOWN),
            case.status,
            people.get(case.owner_id, ""),
            case.next_step,
            case.due_at,
            case.closed_at,
            case.outcome,
            (case.why or {}).get("rule", ""),
            case.accepted_at,
            case.back_on,
            case.reopened,
        )
        for _, case, pupil, village_name in found
    ], reached


def _heard(work: Work, case_ids: Collection[int]) -> dict[int | None, str]:
    """The reason that the latest visit of each case gave."""
    latest = select(func.max(Visit.id)).where(Visit.case_id.in_(case_ids), Visit.is_current).group_by(Visit.case_id)
    wanted = select(Visit.case_id, Visit.reason).where(Visit.id.in_(latest))
    return {row[0]: row[1] for row in work.session.execute(wanted)}


CASES = Table(
    "cases",
    (
        "id", "pupil_id", "pupil", "class", "village", "opened_at", "opened_by", "reason", "status", "owner",
        "next_step", "due_at", "closed_at", "outcome", "rule", "accepted_at", "back_on", "reopened",
    ),
    (Source(_cases, lookups.by_id(Case.id)),),
    dated="opened_at",
    hidden=frozenset({"reason"}),
)  # fmt: skip
