"""What other programs are told: new cases, decisions that close school days, the figures of a day at 17:00.

A delivery is written in the transaction of what it tells of, and sent later (bot.service.hooks_out). It holds numbers,
codes, figures and the names of places; never a person's name, a reason or a note.
"""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from bot.clock import moment
from bot.rules import coverage, school_days
from bot.rules.counts import Tally
from bot.rules.work import UNDO, Refused, Work
from storage import calendar as stored_calendar
from storage import cases, hooks_out, places, pupils
from storage.calendar import Closure, Effect
from storage.cases import Case, Outcome
from storage.hooks_out import DeliveryStatus, Hook, HookDelivery, HookEvent
from storage.places import PlaceKind
from storage.reminders import recall
from storage.scope import Scope

URL_AT_MOST = 500
GIVEN_UP_AFTER = timedelta(days=1)
A_WEEK = timedelta(days=7)
FIRST_PAUSE = timedelta(minutes=1)
LOCAL = ("127.0.0.1", "::1", "localhost")


# Addresses


def add(work: Work, url: str, events: list[HookEvent]) -> Hook:
    """A new address. Raises Refused: `hook_url` for one that is neither https nor on this machine, `hook_is_there`."""
    if not is_possible(url):
        raise Refused("hook_url", url=url[:URL_AT_MOST])
    if any(one.url == url for one in hooks_out.listening(work.session)):
        raise Refused("hook_is_there")
    row = Hook(url=url, salt=secrets.token_hex(16), events=[*events], added_at=work.now)
    work.session.add(row)
    work.session.flush()
    work.audit("hook.added", "hook", row.id, events=[*events])
    return row


def remove(work: Work, hook_id: int) -> Hook:
    """Nothing more is sent there, also what waits is not. Raises Refused: `no_such_hook`, `nothing_waits`."""
    row = find(work, hook_id)
    if row.removed_at is not None:
        raise Refused("nothing_waits")
    row.removed_at = work.now
    hooks_out.withdraw_all(work.session, row.id, work.now)
    work.audit("hook.removed", "hook", row.id)
    return row


def find(work: Work, hook_id: int) -> Hook:
    """An address by its number. Raises Refused("no_such_hook")."""
    row = work.session.get(Hook, hook_id)
    if row is None:
        raise Refused("no_such_hook")
    return row


def is_possible(url: str) -> bool:
    """Whether an address can be told anything: https, or http to this very machine; no password in it, no fragment.

    Where its name leads is looked at each time something is sent.
    """
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    if not has_host or len(url) > URL_AT_MOST or not re.fullmatch(r"[!-~]+", url) or set(url) & set("\\#"):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)


# What is told


def case_opened(work: Work, case: Case) -> None:
    """A case was opened, or opened again; told after the two minutes in which its roll can still be corrected."""
    listening = hooks_out.listening(work.session, HookEvent.CASE_OPENED)
    if listening:
        _queue(work, listening, HookEvent.CASE_OPENED, f"case:{case.id}:{case.reopened}", _case(work, case), UNDO)


def _case(work: Work, case: Case) -> dict[str, Any]:
    pupil = work.session.get_one(pupils.Pupil, case.pupil_id)
    school_class = pupils.class_of(work.session, pupil.id)
    village = places.get(work.session, pupil.village_id)
    return {
        "case_id": case.id,
        "pupil_id": pupil.id,
        "commune_id": pupil.commune_id,
        "school_id": None if school_class is None else school_class.school_id,
        "class_id": None if school_class is None else school_class.id,
        "class": None if school_class is None else school_class.name,
        "village_id": pupil.village_id,
        "village": None if village is None else village.name,
        "opened_at": _moment(work, case.opened_at),
        "opened_by": "person" if case.opened_by.isdigit() or not case.opened_by else case.opened_by,
        "rule": (case.why or {}).get("rule") or None,
        "reopened": case.reopened,
    }


def days_closed(work: Work, decision: Closure) -> None:
    """A decision closes school days, or such a decision was taken back."""
    if decision.effect != Effect.CLOSED:
        return
    listening = hooks_out.listening(work.session, HookEvent.DAYS_CLOSED)
    if listening:
        what = "closed" if decision.taken_back_at is None else "taken_back"
        _queue(work, listening, HookEvent.DAYS_CLOSED, f"closure:{decision.id}:{what}", _closure(work, decision))


def _closure(work: Work, decision: Closure) -> dict[str, Any]:
    village, school = (places.get(work.session, one) for one in (decision.village_id, decision.school_id))
    school_class = places.school_class(work.session, decision.class_id)
    return {
        "closure_id": decision.id,
        "in_force": decision.taken_back_at is None,
        "commune_id": decision.commune_id,
        "school_id": decision.school_id,
        "school": None if school is None else school.name,
        "site_id": decision.site_id,
        "class_id": decision.class_id,
        "class": None if school_class is None else school_class.name,
        "village_id": decision.village_id,
        "village": None if village is None else village.name,
        "session": decision.half or None,
        "from": decision.from_on.isoformat(),
        "to": decision.until_on.isoformat(),
        "why": decision.why,
    }


def days_reported(work: Work) -> None:
    """The figures of each school day at 17:00, with which the officials' digest goes; for a day, if we were away then.

    What is reported later stands in the exports and in the API only.
    """
    listening = hooks_out.listening(work.session, HookEvent.DAY_REPORTED)
    if not listening:
        return
    restored_at = recall(work.session, "restore").get("at")  # what a backup knows nothing of was told long ago
    since = max(work.now - GIVEN_UP_AFTER, datetime.fromisoformat(restored_at) if restored_at else work.now - A_WEEK)
    for on in (work.today, work.today - timedelta(days=1)):
        at = moment(on, school_days.DIGEST, work.zone)
        wanting = [one for one in listening if one.added_at <= at and since < at <= work.now]
        for commune in places.of_kind(work.session, PlaceKind.COMMUNE) if wanting else ():
            _day_reported(work, wanting, commune.id, on)


def _day_reported(work: Work, listening: list[Hook], commune_id: int, on: date) -> None:
    subject = f"day:{commune_id}:{on.isoformat()}"
    told = hooks_out.told_of(work.session, [subject])
    wanting = [one for one in listening if (one.id, subject) not in told]
    if not wanting or not school_days.is_school_day(work, on, commune_id=commune_id):
        return
    figures = coverage.day(Scope(communes=frozenset({commune_id})), work, on)
    data = {
        "commune_id": commune_id,
        "date": on.isoformat(),
        "classes_due": figures.reported + len(figures.missing),
        "classes_reported": figures.reported,
        "classes_missing": list(figures.missing),
        **attendance(figures.tally),
    }
    _queue(work, wanting, HookEvent.DAY_REPORTED, subject, data)


def attendance(tally: Tally) -> dict[str, Any]:
    """The numbers of a tally, without its reasons."""
    names = ("enrolled", "present", "absent", "excused", "unexcused", "unknown", "late")
    return {name: getattr(tally, name) for name in names}


def _queue(
    work: Work,
    listening: list[Hook],
    event: HookEvent,
    subject: str,
    data: dict[str, Any],
    after: timedelta = timedelta(0),
) -> None:
    payload = {"type": str(event), "timestamp": _moment(work, work.now), "data": data}
    for hook in listening:
        hooks_out.queue(
            work.session,
            hook.id,
            event=event,
            subject=subject,
            public_id=f"msg_{uuid4().hex}",
            payload=payload,
            queued_at=work.now,
            due_at=work.now + after,
        )


def _moment(work: Work, at: datetime) -> str:
    return at.astimezone(work.zone).isoformat(timespec="seconds")


# Sending


def is_still_so(work: Work, delivery: HookDelivery, hook: Hook) -> bool:
    """Whether a delivery may leave: its address is there, its case is no slip of a roll, its decision is in force."""
    if hook.removed_at is not None:
        return False
    kind, number, *rest = delivery.subject.split(":")
    if kind == "case":
        case = cases.get(Scope.everything(), work.session, int(number))
        return case is not None and not (case.closed_at is not None and case.outcome == Outcome.CORRECTED)
    if kind == "closure" and rest == ["closed"]:
        decision = stored_calendar.closure(work.session, int(number))
        return decision is not None and (decision.taken_back_at is None or delivery.attempts > 0)
    return True


def note_sent(work: Work, delivery: HookDelivery) -> None:
    """The address has it; if it did not answer for a while, the rest is told at once."""
    delivery.status, delivery.done_at, delivery.error = DeliveryStatus.SENT, work.now, ""
    delivery.attempts += 1
    work.session.flush()
    hooks_out.hurry(work.session, delivery.hook_id, work.now - UNDO, work.now)


def note_failed(work: Work, delivery: HookDelivery, error: str) -> None:
    """It is tried again after one minute, two, four …; the last time a day after it was written, and then given up.

    What else waits for the same address is not tried before.
    """
    delivery.attempts += 1
    delivery.error = error
    last = delivery.queued_at + GIVEN_UP_AFTER
    if work.now >= last:
        delivery.status, delivery.done_at = DeliveryStatus.GIVEN_UP, work.now
        work.audit("hook.given_up", "hook", delivery.hook_id, delivery=delivery.id, attempts=delivery.attempts)
        return
    pause = FIRST_PAUSE * 2 ** min(delivery.attempts - 1, 11)
    delivery.due_at = min(work.now + pause, last)
    work.session.flush()
    hooks_out.postpone(work.session, delivery.hook_id, delivery.due_at)


def note_withdrawn(work: Work, delivery: HookDelivery) -> None:
    """It is not told any more."""
    delivery.status, delivery.done_at = DeliveryStatus.WITHDRAWN, work.now
