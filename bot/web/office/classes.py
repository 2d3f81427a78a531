"""One class's week: who was away on which days, as a register book has it, and who keeps it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from bot.conversations import wording
from bot.i18n import N_
from bot.rules import class_days, coverage
from bot.rules.class_days import ClassDay
from bot.rules.work import Refused
from bot.web.office import lists
from bot.web.office.desk import Cell, Desk, Grid, Room, Row, Sheet
from storage import places, pupils
from storage.attendance import Mark
from storage.places import SchoolClass

# The signs of a register book: with leave, without, not known yet.
SIGNS = {Mark.EXCUSED: N_("P"), Mark.UNEXCUSED: N_("K"), Mark.UNKNOWN: N_("?")}


def page(desk: Desk) -> Sheet:
    """A class within the scope; another is refused as one that is not there."""
    since, until = desk.week()
    found = _class(desk)
    days = class_days.read(desk.scope, desk.work, [found.id], since, until)
    counts = coverage.period(desk.scope, desk.work, since, until, [found]).total
    desk.work.audit("class.seen", "class", found.id, since=since.isoformat())
    teachers = lists.teachers(desk, [found.id], until).get(found.id, [])
    values = {
        **lists.weeks(desk, since),
        "school": places.get(desk.session, found.school_id),
        "teachers": [(person.name, lists.calls([person])) for person in teachers],
        "figures": Grid(
            lists.heads(desk, desk.say("Class (head of a column)")),
            [[found.name, *lists.figures(desk, counts)]], desk.say("The week in figures"), (), lists.NUMBERS,
        ),
        "book": _book(desk, days),
        "days": _days(desk, days),
        "reasons": [f"{wording.reason(desk.chat, code)} {n}" for code, n in counts.attendance.ranked],
        "absent": counts.attendance.absent,
    }  # fmt: skip
    return Sheet("class.html", desk.say("Class %(class_name)s", class_name=found.name), values)


def _class(desk: Desk) -> SchoolClass:
    """Raises Refused("outside_scope")."""
    found = places.class_seen(desk.scope, desk.session, int(desk.asked.path["id"]))
    if found is None:
        raise Refused("outside_scope")
    return found


def _book(desk: Desk, days: list[ClassDay]) -> Grid:
    """Who was away: a row a pupil, a column a day."""
    marks: dict[int, dict[date, str]] = defaultdict(dict)
    for one in days:
        for missed in one.missed:
            marks[missed.pupil_id][one.day] = missed.mark
    listed = pupils.listed(desk.scope, desk.session, pupil_ids=list(marks), studying_only=False)
    rows: list[Row] = []
    for one_pupil in listed:
        of_pupil = marks[one_pupil.pupil.id]
        signs = [_sign(desk, of_pupil.get(one.day), is_reported=one.is_reported) for one in days]
        rows.append([one_pupil.pupil.name, *signs, len(of_pupil)])
    return Grid(
        [desk.say("Pupil"), *_heads(desk, days), desk.say("Days away")],
        rows, desk.say("Who was away"), (), frozenset({len(days) + 1}), desk.say("Nobody was away."),
    )  # fmt: skip


def _heads(desk: Desk, days: list[ClassDay]) -> list[str]:
    return [desk.reader.day(one.day) for one in days]


def _sign(desk: Desk, mark: str | None, *, is_reported: bool) -> str:
    if mark is None:
        return "" if is_reported else "–"
    return desk.say(SIGNS[Mark(mark)])


def _days(desk: Desk, days: list[ClassDay]) -> Grid:
    """How many each day, and the days that nobody reported."""
    rows: list[Row] = []
    for one in days:
        tally = coverage.tally_of(one)
        if one.is_reported:
            rows.append([desk.reader.day(one.day), tally.enrolled, tally.present, tally.absent, tally.late])
        else:
            rows.append([desk.reader.day(one.day), Cell(desk.say("not reported"), is_loud=True), "–", "–", "–"])
    return Grid(
        [desk.say("Day"), desk.say("Roll now"), desk.say("In class"), desk.say("Absent"), desk.say("Late")],
        rows, desk.say("Day by day"), (), frozenset({1, 2, 3, 4}), desk.say("No lessons in this week yet."),
    )  # fmt: skip


ROOMS = (Room("/lop/{id:int}", "office.see", page),)
