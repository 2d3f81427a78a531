"""The school year of one pupil as a calendar, a week a line: there, away with leave, away without, not known.

Who is away is said by given name and class, without any reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from bot.i18n import N_, Reader
from bot.reports.drawing import (
    GREY,
    INK,
    MARGIN,
    PALE,
    SKY,
    SMALL,
    TITLE,
    VERMILION,
    WHITE,
    WIDTH,
    YELLOW,
    Drawing,
    Sheet,
    nothing,
)
from bot.reports.exports import Transaction
from bot.reports.paper import Column, Table
from bot.rules import pupil_days
from bot.rules.counts import monday
from bot.rules.pupil_days import AWAY, PupilYear, State

WORDS = {
    State.PRESENT: N_("in class"),
    State.EXCUSED: N_("away with leave (P)"),
    State.UNEXCUSED: N_("away without leave (K)"),
    State.UNKNOWN: N_("away, not known whether with leave"),
    State.NOT_REPORTED: N_("class not reported"),
    State.GONE: N_("had dropped out"),
}
LOOKS = {  # letter, ground, colour of the letter
    State.PRESENT: ("✓", WHITE, GREY),
    State.EXCUSED: ("P", SKY, INK),
    State.UNEXCUSED: ("K", VERMILION, INK),
    State.UNKNOWN: ("?", YELLOW, INK),
    State.NOT_REPORTED: ("–", PALE, INK),
    State.GONE: ("×", WHITE, INK),
}
DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
LETTERS = {State.EXCUSED: N_("P"), State.UNEXCUSED: N_("K")}
CELL, DATE, BETWEEN = 26.0, 54.0, 26.0
WEEK = timedelta(days=7)
ONE_COLUMN = 9  # so many weeks stand in one column, more in two


def read(transaction: Transaction, pupil_id: int) -> PupilYear:
    """The year of a pupil within the scope; an audited look. Raises Refused."""
    with transaction() as work:
        return pupil_days.year(work, pupil_id)


def draw(reader: Reader, facts: PupilYear) -> Drawing:
    """The picture: weeks from the first lesson to the last, breaks left empty."""
    who = reader.say("%(given)s, class %(class_name)s", given=facts.given, class_name=facts.class_name)
    asked = {day: state for day, state in facts.days.items() if state in (State.PRESENT, *AWAY)}
    if not asked:
        return nothing(reader.say("%(who)s: no roll has been reported in this school year yet.", who=who))
    title = _title(reader, who, asked)
    sheet = Sheet()
    sheet.paragraph(title, size=TITLE, bold=True)
    sheet.y += 4
    sheet.paragraph(_from(reader, facts.days), size=SMALL, colour=GREY)
    _calendar(sheet, reader, facts.days)
    present = set(facts.days.values())
    sheet.key(
        high=CELL + 4,
        entries=[
            (partial(_cell, sheet, reader, state), 24.0, reader.say(WORDS[state]))
            for state in State
            if state in present
        ],
    )
    sheet.paragraph(reader.say("Empty: no lessons on that day."), size=SMALL, colour=GREY)
    return sheet.drawing(title, f"{title}. {_from(reader, facts.days)}", _table(reader, facts.days))


def _title(reader: Reader, who: str, asked: Mapping[date, State]) -> str:
    away = [state for state in asked.values() if state in AWAY]
    if not away:
        return reader.say_n(
            "%(who)s: in class on the only day reported",
            "%(who)s: in class on all %(n)d school days",
            len(asked),
            who=who,
        )
    return reader.say(
        "%(who)s: away on %(away)d of %(days)d school days (%(share)s), %(without)d without leave",
        who=who,
        away=len(away),
        days=len(asked),
        share=reader.share(len(away), len(asked)),
        without=away.count(State.UNEXCUSED),
    )


def _from(reader: Reader, days: Mapping[date, State]) -> str:
    return reader.say("From %(since)s to %(until)s.", since=reader.date(min(days)), until=reader.date(max(days)))


def _calendar(sheet: Sheet, reader: Reader, days: Mapping[date, State]) -> None:
    """The weeks in one column or two, the days of the week above each."""
    first, last = monday(min(days)), monday(max(days))
    weeks = [first + n * WEEK for n in range((last - first).days // 7 + 1)]
    shown = range(max(5, 1 + max(day.weekday() for day in days)))
    columns = 1 if len(weeks) <= ONE_COLUMN else 2
    high = -(-len(weeks) // columns)
    wide = (WIDTH - 2 * MARGIN - (columns - 1) * BETWEEN) / columns
    cell = min(52.0, (wide - DATE) / len(shown))
    top = sheet.y + 8
    for place in range(columns):
        left = MARGIN + place * (wide + BETWEEN)
        for weekday in shown:
            x = left + DATE + cell * (weekday + 0.5)
            sheet.text(x, top + SMALL, reader.say(DAYS[weekday]), size=SMALL, align="center", colour=GREY)
        for line, week in enumerate(weeks[place * high : (place + 1) * high]):
            _week(sheet, reader, days, week, shown, (left, top + SMALL + 8 + line * CELL), cell)
    sheet.y = top + SMALL + 8 + high * CELL + 4


def _week(
    sheet: Sheet,
    reader: Reader,
    days: Mapping[date, State],
    week: date,
    shown: Sequence[int],
    corner: tuple[float, float],
    cell: float,
) -> None:
    left, top = corner
    is_new = week.day <= 7
    sheet.text(left + DATE - 8, top + 18, reader.date(week), size=SMALL, align="right", bold=is_new)
    if not any(week + timedelta(days=weekday) in days for weekday in shown):
        middle = left + DATE + cell * len(shown) / 2
        sheet.text(middle, top + 18, reader.say("no lessons"), size=SMALL, align="center", colour=GREY)
    for weekday in shown:
        state = days.get(week + timedelta(days=weekday))
        if state is not None:
            _box(sheet, reader, state, left + DATE + cell * weekday, top, cell)


def _box(sheet: Sheet, reader: Reader, state: State, x: float, y: float, wide: float) -> None:
    letter, ground, colour = LOOKS[state]
    words = reader.say(LETTERS[state]) if state in LETTERS else letter
    sheet.box(x + 1, y + 1, wide - 2, CELL - 2, ground, edge=PALE if ground == WHITE else INK)
    sheet.text(x + wide / 2, y + 18, words, size=SMALL, colour=colour, align="center", bold=state in AWAY)


def _cell(sheet: Sheet, reader: Reader, state: State, x: float, y: float) -> None:
    """A sample of a day for the key."""
    _box(sheet, reader, state, x, y - 18, 24.0)


def _table(reader: Reader, days: Mapping[date, State]) -> Table:
    """By month: the days on which the roll says something, and what."""
    states = (State.PRESENT, *AWAY, State.NOT_REPORTED, State.GONE)
    columns = [
        Column(reader.say("Month (of a year)"), 1.2),
        *(Column(reader.say(WORDS[one]), align="right") for one in states),
    ]
    months = dict.fromkeys((day.year, day.month) for day in days)
    rows: list[Sequence[str | int | None]] = []
    for year, month in months:
        of_month = [state for day, state in days.items() if (day.year, day.month) == (year, month)]
        rows.append((f"{month}/{year}", *(of_month.count(state) for state in states)))
    whole = list(days.values())
    totals: list[Sequence[str | int | None]] = [(reader.say("Total"), *(whole.count(state) for state in states))]
    return Table(columns, rows, totals)
