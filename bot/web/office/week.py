"""A week in figures: what was reported first of all, then classes, levels, schools, reasons, and what is missing."""

from __future__ import annotations

from bot.conversations import wording
from bot.i18n import N_
from bot.reports.report_words import LEVELS
from bot.rules.counts import ClassFigures, Counts, PeriodFigures
from bot.web.office import lists
from bot.web.office.desk import ROOT, Cell, Desk, Grid, Room, Row, Sheet
from storage import places


def page(desk: Desk) -> Sheet:
    """`?tuan=2024-03-18` names the week by any of its days."""
    found = desk.figures or PeriodFigures(*desk.week())
    total = found.total
    desk.work.audit("figures.seen", since=found.since.isoformat(), until=found.until.isoformat())
    days = total.attendance
    values = {
        **lists.weeks(desk, found.since),
        "until": found.until,
        "total": total,
        "coverage": _coverage(desk, total),
        "share": desk.reader.share(days.present, days.enrolled),
        "reasons": [f"{wording.reason(desk.chat, code)} {n}" for code, n in days.ranked],
        "levels": _levels(desk, found, total),
        "schools": _schools(desk, found),
        "classes": _classes(desk, found, total),
        "missing": _missing(desk, found),
    }
    return Sheet("week.html", desk.say("The week"), values)


def _coverage(desk: Desk, total: Counts) -> list[str]:
    """What the figures stand on."""
    reported = desk.say(
        "Reported: %(n)d of %(of)d class days (%(share)s).",
        n=total.reported, of=total.due, share=desk.reader.share(total.reported, total.due),
    )  # fmt: skip
    visits = desk.say(
        "Visits in time: %(n)d of %(of)d (%(share)s).",
        n=total.visits_in_time, of=total.visits_due, share=desk.reader.share(total.visits_in_time, total.visits_due),
    )  # fmt: skip
    return [reported, visits]


def _levels(desk: Desk, found: PeriodFigures, total: Counts) -> Grid:
    rows: list[Row] = [
        [desk.say(LEVELS[level]), *lists.figures(desk, counts)] for level, counts in found.by_level().items()
    ]
    totals: list[Row] = [[desk.say("In all"), *lists.figures(desk, total)]]
    return Grid(
        lists.heads(desk, desk.say("Level")), rows, desk.say("By level"), totals, lists.NUMBERS,
        desk.say("No class is known yet."),
    )  # fmt: skip


def _schools(desk: Desk, found: PeriodFigures) -> Grid | None:
    """Of several schools only."""
    by_school = found.by_school()
    if len(by_school) < 2:
        return None
    rows: list[Row] = [
        [_school(desk, school_id), *lists.figures(desk, counts)] for school_id, counts in by_school.items()
    ]
    return Grid(lists.heads(desk, desk.say("School")), rows, desk.say("By school"), (), lists.NUMBERS)


def _school(desk: Desk, school_id: int) -> str:
    place = places.get(desk.session, school_id)
    return place.name if place is not None else ""


def _classes(desk: Desk, found: PeriodFigures, total: Counts) -> Grid:
    pages = desk.page(len(found.classes))
    schools = len({one.school_id for one in found.classes})
    rows: list[Row] = [
        [_class(desk, one, found, with_school=schools > 1), *lists.figures(desk, one.counts)]
        for one in found.classes[pages.rows]
    ]
    totals: list[Row] = [[desk.say("In all"), *lists.figures(desk, total)]]
    return Grid(
        lists.heads(desk, desk.say("Class (head of a column)")), rows, desk.say("By class"),
        totals if pages.shown == pages.last else (), lists.NUMBERS, desk.say("No class is known yet."), pages,
    )  # fmt: skip


def _class(desk: Desk, one: ClassFigures, found: PeriodFigures, *, with_school: bool) -> Cell:
    name = f"{one.name}, {_school(desk, one.school_id)}" if with_school else one.name
    return lists.class_cell(name, one.class_id, found.since)


def _missing(desk: Desk, found: PeriodFigures) -> Grid:
    """The classes with days that nobody reported, the most first, with whom to ask."""
    behind = sorted(
        (one for one in found.classes if one.missing_days), key=lambda one: (-len(one.missing_days), one.class_id)
    )
    shown = behind[:20]
    teachers = lists.teachers(desk, [one.class_id for one in shown], desk.work.today)
    rows: list[Row] = []
    for one in shown:
        names = ", ".join(person.name for person in teachers.get(one.class_id, ()))
        days = ", ".join(desk.reader.date(day) for day in one.missing_days)
        number = lists.numbers(teachers.get(one.class_id, ()))
        rows.append([lists.class_cell(one.name, one.class_id, found.since), days, names or "–", number])
    rest = len(behind) - len(shown)
    more = desk.say_n("and %(n)d class more", "and %(n)d classes more", rest) if rest else ""
    return Grid(
        [
            desk.say("Class (head of a column)"), desk.say("Days not reported"), desk.say("Teacher"),
            desk.say("Telephone"),
        ],
        rows,
        desk.say("Reports that are missing"),
        [[Cell(more, f"{ROOT}/tuan?tuan={found.since}"), None, None, None]] if more else (),
        empty=desk.say("No report is missing."),
    )  # fmt: skip


ROOMS = (Room("/tuan", "office.see", page, label=N_("Week in figures"), period=Desk.week),)
