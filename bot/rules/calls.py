"""Telephone calls to a family, logged in two taps: the teacher's first answer to an absence (R0, R1, R7)."""

from __future__ import annotations

from bot.rules import case_events as events
from bot.rules import cases, people
from bot.rules.findings import TO_CALL
from bot.rules.work import Work
from storage import alerts, pupils
from storage import cases as stored_cases
from storage.alerts import Alert, Call
from storage.scope import Scope


def require(work: Work, pupil_id: int) -> None:
    """Raises Refused (not allowed, `outside_scope`) unless the acting person keeps the register of the pupil."""
    people.require(work, "attendance.report")
    cases.require_pupil(work, pupil_id)


def look(work: Work, pupil_id: int) -> list[pupils.Guardian]:
    """Whom to telephone: an audited look at the family's numbers. Raises Refused as `require`."""
    require(work, pupil_id)
    work.audit("pupil.phones_seen", "pupil", pupil_id)
    return [one for one in pupils.guardians(work.scope, work.session, pupil_id) if one.phone]


def reason_to_call(work: Work, pupil_id: int) -> Alert | None:
    """The alert that asks for a call, the gravest first; None when nobody asks for one."""
    found = [one for one in alerts.open_of(work.scope, work.session, [pupil_id]) if one.rule in TO_CALL]
    return max(found, key=lambda one: TO_CALL.index(one.rule), default=None)


def log(work: Work, pupil_id: int, *, is_reached: bool, reason: str = "", note: str = "") -> Call:
    """Records a call. It answers the pupil's alerts for now, reached or not: the next absence asks again.

    Raises Refused: not allowed, `outside_scope`.
    """
    require(work, pupil_id)
    call = Call(
        pupil_id=pupil_id,
        caller_id=work.actor_id,
        at=work.now,
        is_reached=is_reached,
        reason=reason,
        note=note[:500],
    )
    work.session.add(call)
    for one in alerts.open_of(Scope.everything(), work.session, [pupil_id]):
        if one.rule in TO_CALL:
            one.answered_at, one.answered_by = work.now, work.actor_id
    work.session.flush()
    case = stored_cases.open_of(Scope.everything(), work.session, pupil_id)
    if case is not None:
        events.record(work, case, events.CALLED, is_reached=int(is_reached), reason=reason)
    work.audit("call.logged", "pupil", pupil_id, is_reached=int(is_reached), reason=reason)
    return call


def ask_for_a_visit(work: Work, pupil_id: int) -> stored_cases.Case:
    """The family needs somebody at the door: the village is asked at once.

    Raises Refused: not allowed, `outside_scope`.
    """
    log(work, pupil_id, is_reached=False)
    case = stored_cases.open_of(Scope.everything(), work.session, pupil_id)
    return case if case is not None else cases.open_and_ask(work, pupil_id)
