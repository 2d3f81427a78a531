"""The audit: who did or looked at what, and when. Ids and codes, with the names of those who did it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from bot.clock import moment
from bot.i18n import N_
from bot.web.office import lists
from bot.web.office.desk import ROOT, Cell, Desk, Grid, Room, Row, Sheet
from storage import office as stored
from storage import places
from storage.audit import Audit
from storage.office import AuditAsked
from storage.people import Person
from storage.places import PlaceKind

ACTION_AT_MOST = 60
DETAILS_AT_MOST = 200
# What an act was about, by what its code begins with.
SUBJECTS = {
    "attendance": N_("attendance"),
    "case": N_("a file"),
    "cases": N_("a file"),
    "visit": N_("a home visit"),
    "promise": N_("a promise"),
    "meeting": N_("a meeting"),
    "minutes": N_("minutes"),
    "plan": N_("a plan"),
    "pupil": N_("a pupil"),
    "pupils": N_("pupils"),
    "roster": N_("a class list"),
    "person": N_("a person"),
    "people": N_("people"),
    "role": N_("a role"),
    "invite": N_("an invitation code"),
    "calendar": N_("the calendar"),
    "threshold": N_("the rules"),
    "need": N_("help for a pupil"),
    "needs": N_("help for pupils"),
    "place": N_("a place"),
    "report": N_("a report"),
    "regular_report": N_("a report"),
    "figures": N_("figures"),
    "data": N_("data"),
    "audit": N_("the audit"),
}
NOTHING: tuple[Any, ...] = (None, "", [], {})
LINKS = {"case": "ho-so", "meeting": "hop", "class": "lop"}


def page(desk: Desk) -> Sheet:
    """`?ngay=2024-03-20`, `?nguoi=12`, `?viec=case`, pages. Without a person it shows one day."""
    actor_id = desk.number("nguoi")
    action = desk.asked.query.get("viec", "").strip()[:ACTION_AT_MOST]
    day = desk.day() if "ngay" in desk.asked.query or not actor_id else None
    asked = _asked(desk, day, actor_id, action)
    n = stored.count_audit(desk.session, asked)
    pages = desk.page(n)
    found = stored.audit(desk.session, asked, pages.rows)
    desk.work.audit("audit.seen", n=len(found), day=None if day is None else day.isoformat())
    known = lists.by_id(desk, {row.actor_id for row in found if row.actor_id is not None})
    grid = Grid(
        [desk.say("When"), desk.say("Who"), desk.say("Act"), desk.say("About"), desk.say("Details")],
        [_row(desk, row, known) for row in found],
        desk.say_n("%(n)d line", "%(n)d lines", n),
        empty=desk.say("Nothing stands here."),
        pages=pages,
    )
    values = {
        "day": day,
        "before": day - timedelta(days=1) if day else None,
        "after": day + timedelta(days=1) if day and day < desk.work.today else None,
        "spoken": desk.reader.day(day) if day else "",
        "who": known[actor_id].name if actor_id in known else "",
        "action": action,
        "actor_id": actor_id,
        "lines": grid,
    }
    return Sheet("audit.html", desk.say("Audit"), values)


def _asked(desk: Desk, day: date | None, actor_id: int, action: str) -> AuditAsked:
    """Within the communes of the scope. What no person did names no commune: it is shown where there is but one."""
    zone = desk.work.zone
    return AuditAsked(
        desk.scope.communes,
        len(places.of_kind(desk.session, PlaceKind.COMMUNE)) == 1,
        moment(day, time(0), zone) if day else None,
        moment(day + timedelta(days=1), time(0), zone) if day else None,
        actor_id,
        action,
    )


def _row(desk: Desk, row: Audit, known: dict[int, Person]) -> Row:
    who = known.get(row.actor_id or 0)
    name = Cell(who.name, f"{ROOT}/nhat-ky?nguoi={who.id}") if who is not None else desk.say("the machine")
    return [
        _moment(desk, row.at),
        name,
        _what(desk, row.action),
        _about(row),
        _details(row.details),
    ]


def _moment(desk: Desk, at: datetime) -> str:
    return f"{desk.reader.date(at.astimezone(desk.work.zone).date())}, {desk.reader.clock(at)}"


def _what(desk: Desk, action: str) -> str:
    """`hồ sơ (case.seen)`: the words for a reader, the code for whoever searches."""
    subject = SUBJECTS.get(action.partition(".")[0])
    return f"{desk.say(subject)} ({action})" if subject else action


def _about(row: Audit) -> Cell | str:
    if not row.subject_type:
        return ""
    text = f"{row.subject_type} {row.subject_id or ''}".strip()
    room = LINKS.get(row.subject_type)
    return Cell(text, f"{ROOT}/{room}/{row.subject_id}") if room and row.subject_id else text


def _details(details: dict[str, Any]) -> str:
    text = ", ".join(f"{name}: {value}" for name, value in details.items() if name != "via" and value not in NOTHING)
    return text if len(text) <= DETAILS_AT_MOST else f"{text[:DETAILS_AT_MOST]} …"


ROOMS = (Room("/nhat-ky", "audit.see", page, label=N_("Audit")),)
