"""The day as an office sees it: who has not reported, whom nobody looks after, the meetings, whom to telephone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from bot.clock import moment
from bot.conversations import cases_words, unreached, wording
from bot.i18n import N_
from bot.rules import coverage, decisions, meetings, people
from bot.rules import unreached as rules
from bot.rules.coverage import DayFigures
from bot.rules.meetings import Standing
from bot.web.office import lists
from bot.web.office.desk import ROOT, Cell, Desk, Grid, Room, Row, Sheet
from bot.web.office.meetings import oversees
from storage import meetings as stored
from storage.meetings import Meeting

CASES_AT_MOST = 20


def page(desk: Desk) -> Sheet:
    """Everything of one day on one page; another day by `?ngay=2024-03-20`."""
    on = desk.day()
    figures = coverage.day(desk.scope, desk.work, on)
    desk.work.audit("figures.seen", day=on.isoformat())
    coming, silent = _meetings(desk, on)
    values = {
        "day": on,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1) if on < desk.work.today else None,
        "spoken": desk.reader.day(on),
        "figures": figures,
        "reported": desk.say_n("%(n)d class has reported", "%(n)d classes have reported", figures.reported),
        "share": desk.reader.share(figures.present, figures.roll),
        "reasons": [f"{wording.reason(desk.chat, code)} {n}" for code, n in figures.reasons],
        "missing": _missing(desk, figures),
        "cases": _cases(desk),
        "meetings": coming,
        "silent": silent,
        "calls": _calls(desk) if on == desk.work.today else None,
    }
    return Sheet("today.html", desk.say("Today") if on == desk.work.today else desk.reader.day(on), values)


def _missing(desk: Desk, figures: DayFigures) -> Grid:
    """The classes that nobody has reported, each with its teachers and their numbers."""
    pages = desk.page(len(figures.missing_ids), "chua")
    shown = list(zip(figures.missing_ids, figures.missing, strict=True))[pages.rows]
    teachers = lists.teachers(desk, [class_id for class_id, _ in shown], figures.day)
    rows: list[Row] = []
    for class_id, name in shown:
        names = ", ".join(person.name for person in teachers.get(class_id, ()))
        rows.append([lists.class_cell(name, class_id), names or "–", lists.numbers(teachers.get(class_id, ()))])
    return Grid(
        [desk.say("Class (head of a column)"), desk.say("Teacher"), desk.say("Telephone")],
        rows,
        caption=desk.say("Classes that have not reported"),
        empty=desk.say("Every class has reported."),
        pages=pages,
    )


def _cases(desk: Desk) -> Grid:
    """The cases that are new, or that nobody takes on, those without an owner marked."""
    found, more = decisions.for_leaders(desk.scope, desk.work, CASES_AT_MOST)
    _people = cases_words.read_at_once(desk.chat, found)  # held, so that their names are read once
    rows: list[Row] = []
    for case in found:
        one = cases_words.listed(desk.chat, case.pupil_id)
        rows.append(
            [
                Cell(one.pupil.name if one else "–", f"{ROOT}/ho-so/{case.id}"),
                lists.class_cell(one.class_name, one.class_id) if one and one.class_id else "–",
                cases_words.why_of(desk.chat, case),
                Cell(cases_words.state(desk.chat, case, is_short=True), is_loud=not decisions.is_anybodys(case)),
            ]
        )
    caption = desk.say("Pupils at risk to decide about")
    heads = [desk.say("Pupil"), desk.say("Class (head of a column)"), desk.say("Why"), desk.say("Who does what")]
    rest = desk.say_n("and %(n)d more", "and %(n)d more", more) if more else ""
    totals = [[Cell(rest, f"{ROOT}/ho-so"), None, None, None]] if rest else []
    return Grid(heads, rows, caption, totals, empty=desk.say("Nobody waits for a decision."))


def _meetings(desk: Desk, on: date) -> tuple[Grid, Grid | None]:
    """The meetings of the day and of the next: who comes, who does not, who has not answered; and their numbers."""
    start, later, end = (moment(on + timedelta(days=n), time(0), desk.work.zone) for n in range(3))
    found = stored.between(desk.scope, desk.session, start, end) if people.may(desk.work, "meetings.see") else []
    shown = [(one, meetings.standing(desk.work, one) if oversees(desk, one) else None) for one in found]
    on_day = [standing for one, standing in shown if standing is not None and one.starts_at < later]
    return (
        Grid(
            [
                desk.say("When"), desk.say("Where"), desk.say("Coming"), desk.say("Not coming"),
                desk.say("No answer yet"),
            ],
            [_meeting(desk, one, standing) for one, standing in shown],
            desk.say("Meetings today and tomorrow"),
            numbers=frozenset({2, 3, 4}),
            empty=desk.say("No meeting today or tomorrow."),
        ),
        _silent(desk, on_day),
    )  # fmt: skip


def _meeting(desk: Desk, meeting: Meeting, standing: Standing | None) -> Row:
    villages = [village.name for village in stored.villages(desk.session, meeting.id)]
    begins = desk.say(
        "%(hour)s, %(day)s",
        hour=desk.reader.hour(meeting.starts_at),
        day=desk.reader.day(meeting.starts_at.astimezone(desk.work.zone).date()),
    )
    head: list[Cell | str | int | None] = [
        Cell(begins, f"{ROOT}/hop/{meeting.id}"),
        wording.all_of(villages) or meeting.venue,
    ]
    if standing is None:
        return [*head, "–", "–", "–"]
    silent = len(standing.silent)
    coming = len(standing.coming) + len(standing.late)
    return [*head, coming, len(standing.declined), Cell(silent, is_loud=bool(silent))]


def _silent(desk: Desk, found: Sequence[Standing]) -> Grid | None:
    """Whom to telephone before the meetings of the day, each once; None where there is no meeting."""
    silent = {one.person.id: one.person for standing in found for one in standing.to_call}
    if not found or not silent:
        return None
    desk.work.audit("meeting.phones_seen", people=len(silent))
    pages = desk.page(len(silent), "im")
    shown = list(silent.values())[pages.rows]
    roles = lists.positions(desk, shown)
    return Grid(
        [desk.say("Who"), desk.say("Role"), desk.say("Telephone")],
        [[person.name, roles.get(person.id, ""), lists.numbers([person])] for person in shown],
        desk.say("Today's meetings: who has not answered, please telephone"),
        pages=pages,
    )


def _calls(desk: Desk) -> Grid:
    """Whom no message has reached today, with their numbers: the look is audited."""
    found = rules.look(desk.work) if people.may(desk.work, "unreached.call") else []
    return Grid(
        [desk.say("Who"), desk.say("Telephone"), desk.say("What about")],
        [[one.person.name, lists.numbers([one.person]), unreached.about(desk.chat, one)] for one in found],
        desk.say("Messages that did not arrive: please telephone"),
        empty=desk.say("Every message has arrived."),
    )


ROOMS = (Room("", "office.see", page, label=N_("Today")),)
