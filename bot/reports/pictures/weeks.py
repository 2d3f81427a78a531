"""The attendance of the weeks of a school year as a line, with last year's beside it, school week by school week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.i18n import Reader
from bot.reports.drawing import (
    BLUE,
    GREY,
    INK,
    MARGIN,
    MIST,
    PALE,
    SIZE,
    SMALL,
    TITLE,
    VERMILION,
    WIDTH,
    Drawing,
    Sheet,
    apart,
    floor_of,
    nothing,
)
from bot.reports.exports import Transaction
from bot.reports.paper import Column, Table
from bot.reports.pictures.places import Facts, called, covered, decimal, per_cent
from bot.reports.pictures.places import read as read_place
from bot.rules import holidays
from bot.rules.counts import PeriodFigures, Tally, monday

LEFT, RIGHT, HIGH = MARGIN + 50, 96.0, 230.0
WEEKS_AT_LEAST = 8  # of the axis, so that the first weeks of a year do not fill it
NO_TALLY = Tally()
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """One week from the first to the last with lessons. `number` counts school weeks; None: a week without lessons."""

    monday: date
    number: int | None
    tally: Tally
    missing: int

    @property
    def share(self) -> float | None:
        return self.tally.share


def read(transaction: Transaction) -> Facts:
    """This school year and the year before of the acting person's place; audited. Raises Refused."""
    return read_place(transaction, has_last=True)


def weeks_of(figures: PeriodFigures) -> list[Week]:
    """All weeks from the first to the last in which lessons were due, breaks among them."""
    known, missing = figures.by_week(), figures.missing_by_week()
    found: list[Week] = []
    due = sorted({*known, *missing})
    day, number = (due[0], 0) if due else (figures.until, 0)
    while due and day <= due[-1]:
        number += day in known or day in missing
        is_break = day not in known and day not in missing
        found.append(Week(day, None if is_break else number, known.get(day, NO_TALLY), missing.get(day, 0)))
        day += WEEK
    return found


def draw(reader: Reader, facts: Facts) -> Drawing:
    """The picture; the last week is the present one, or the last of which anything is known."""
    weeks = weeks_of(facts.this)
    while weeks and weeks[-1].share is None:  # the present week before its first roll
        weeks.pop()
    if not weeks:
        return nothing(
            reader.say("%(place)s: no roll has been reported in this period yet.", place=called(reader, facts))
        )
    former = _former(facts.last)
    title, alt = _title(reader, facts, weeks), _alt(reader, weeks, former)
    sheet = Sheet()
    sheet.paragraph(title, size=TITLE, bold=True)
    sheet.y += 4
    sheet.paragraph(covered(reader, facts), size=SMALL, colour=GREY)
    _plot(sheet, reader, weeks, former)
    return sheet.drawing(title, f"{title}. {alt}", _table(reader, weeks, former))


def _former(last: PeriodFigures | None) -> dict[int, float]:
    """Last year's shares by the number of the school week."""
    weeks = weeks_of(last) if last is not None else []
    return {one.number: one.share for one in weeks if one.number is not None and one.share is not None}


def _title(reader: Reader, facts: Facts, weeks: Sequence[Week]) -> str:
    """The finding: the last week, and how it compares with the school week before it."""
    last = weeks[-1]
    before = next((one for one in weeks if one.number == (last.number or 0) - 1), None)
    share = per_cent(last.share or 0)
    values = {
        "place": called(reader, facts),
        "week": _called(reader, last.monday, facts.today),
        "share": reader.share(last.tally.present, last.tally.enrolled),
    }
    if before is None or before.share is None:
        return reader.say("%(place)s: %(share)s in class %(week)s", **values)
    points = round(share - per_cent(before.share), 1)
    values["points"] = decimal(reader, abs(points))
    if points > 0:
        return reader.say("%(place)s: %(share)s in class %(week)s, %(points)s points more than a week before", **values)
    if points < 0:
        return reader.say("%(place)s: %(share)s in class %(week)s, %(points)s points less than a week before", **values)
    return reader.say("%(place)s: %(share)s in class %(week)s, as a week before", **values)


def _called(reader: Reader, week: date, today: date) -> str:
    if week == monday(today):
        return reader.say("this week")
    return reader.say("in the week from %(date)s", date=reader.date(week))


def _alt(reader: Reader, weeks: Sequence[Week], former: dict[int, float]) -> str:
    lowest = min((one for one in weeks if one.share is not None), key=lambda one: one.share or 0)
    said = [
        reader.say(
            "Lowest: %(share)s in the week from %(date)s.",
            share=reader.share(lowest.tally.present, lowest.tally.enrolled),
            date=reader.date(lowest.monday),
        )
    ]
    if weeks[-1].number in former:
        said.append(_last_year(reader, former[weeks[-1].number]))
    if any(one.number is not None and one.share is None for one in weeks):
        said.append(reader.say("Weeks that no class reported are left out."))
    return " ".join(said)


def _last_year(reader: Reader, share: float) -> str:
    return reader.say("In the same school week of last year: %(share)s.", share=_shown(reader, share))


def _shown(reader: Reader, share: float) -> str:
    return f"{decimal(reader, per_cent(share))}%"


def _plot(sheet: Sheet, reader: Reader, weeks: Sequence[Week], former: dict[int, float]) -> None:
    """The axes, the breaks, two lines, and what each is called at its end."""
    here = [(n, one) for n, one in enumerate(weeks)]
    own = [(n, one.share) for n, one in here]
    then = [(n, former.get(one.number) if one.number else None) for n, one in here]
    low, step = floor_of([share for _, share in own + then if share is not None])
    top, wide = sheet.y + 26, WIDTH - LEFT - RIGHT
    a_week = wide / max(WEEKS_AT_LEAST, len(weeks))

    def x(n: float) -> float:
        return LEFT + a_week * (n + 0.5)

    def y(share: float) -> float:
        return top + HIGH * (100 - 100 * share) / (100 - low)

    for value in range(low, 101, step):
        sheet.line([(LEFT, y(value / 100)), (LEFT + wide, y(value / 100))], INK if value == low else PALE, width=0.8)
        sheet.text(LEFT - 6, y(value / 100) + 5, f"{value}%", size=SMALL, align="right")
    _breaks(sheet, reader, weeks, x, top, a_week)
    _months(sheet, reader, weeks, x, top + HIGH + 20)
    _line(sheet, then, x, y, VERMILION, is_dashed=True)
    _line(sheet, own, x, y, BLUE, is_dashed=False)
    for n, one in here:
        if one.number is not None and one.share is None:
            sheet.mark(x(n), top + HIGH - 6, "x", GREY, size=6)
    _names(sheet, reader, own, then, x, y)
    sheet.y = top + HIGH + 30
    _notes(sheet, reader, weeks, low, former)


def _line(
    sheet: Sheet,
    points: Sequence[tuple[int, float | None]],
    x: Callable[[float], float],
    y: Callable[[float], float],
    colour: str,
    *,
    is_dashed: bool,
) -> None:
    """A line that is broken wherever a week is not known."""
    parts: list[list[tuple[float, float]]] = [[]]
    for n, share in points:
        if share is None:
            parts.append([])
        else:
            parts[-1].append((x(n), y(share)))
    for part in (one for one in parts if one):
        if is_dashed:
            sheet.line(part, colour, width=2.0, dashes=(3, 2), marker="s" if len(part) == 1 else "", size=4)
        else:
            sheet.line(part, colour, width=2.6, marker="o", size=5)


def _breaks(
    sheet: Sheet, reader: Reader, weeks: Sequence[Week], x: Callable[[float], float], top: float, a_week: float
) -> None:
    """Weeks without lessons as grey bands; the one of Tết by its name."""
    for n, one in enumerate(weeks):
        if one.number is None:
            sheet.box(x(n) - a_week / 2, top, a_week, HIGH, MIST)
            if one.monday <= holidays.tet(one.monday.year) < one.monday + WEEK:
                sheet.text(x(n), top - 8, reader.say("Tết"), size=SMALL, align="center")


def _months(sheet: Sheet, reader: Reader, weeks: Sequence[Week], x: Callable[[float], float], y: float) -> None:
    """Under the first week of each month its number."""
    sheet.text(LEFT - 6, y, reader.say("Month"), size=SMALL, align="right")
    firsts = [
        (n, one.monday.month) for n, one in enumerate(weeks) if n == 0 or one.monday.month != weeks[n - 1].monday.month
    ]
    for place, (n, month) in enumerate(firsts):
        is_near = place + 1 < len(firsts) and x(firsts[place + 1][0]) - x(n) < 22
        if not (place == 0 and is_near):
            sheet.text(x(n), y, str(month), size=SMALL, align="center")


def _names(
    sheet: Sheet,
    reader: Reader,
    own: Sequence[tuple[int, float | None]],
    then: Sequence[tuple[int, float | None]],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> None:
    """At the end of each line what it is and where it ends."""
    ends = [(reader.say("This year"), BLUE, own), (reader.say("Last year"), VERMILION, then)]
    shown = [
        (name, colour, known[-1])
        for name, colour, line in ends
        if (known := [one for one in line if one[1] is not None])
    ]
    heights = apart([y(end[1] or 0) for _, _, end in shown], 2 * SIZE + 6)
    for (name, colour, (n, share)), high in zip(shown, heights, strict=True):
        sheet.text(x(n) + 9, high - 2, name, size=SMALL, colour=colour, bold=True)
        sheet.text(x(n) + 9, high + SIZE - 1, _shown(reader, share or 0), colour=colour, bold=True)


def _notes(sheet: Sheet, reader: Reader, weeks: Sequence[Week], low: int, former: dict[int, float]) -> None:
    """What else one must know to read it."""
    said = []
    if weeks[-1].number in former:
        said.append(_last_year(reader, former[weeks[-1].number]))
    if low:
        said.append(reader.say("The axis begins at %(low)d%%, not at 0.", low=low))
    if any(one.number is None for one in weeks):
        said.append(reader.say("Grey: weeks without lessons."))
    if any(one.number is not None and one.share is None for one in weeks):
        said.append(reader.say("×: no class reported in that week."))
    if said:
        sheet.paragraph(" ".join(said), size=SMALL, colour=GREY)


def _table(reader: Reader, weeks: Sequence[Week], former: dict[int, float]) -> Table:
    heads = (
        reader.say("School week"),
        reader.say("From (day)"),
        reader.say("In class (share)"),
        reader.say("Pupil-days (of the roll)"),
        reader.say("Away (pupil-days)"),
        reader.say("Last year (share)"),
        reader.say("Rolls not reported"),
    )
    rows = [
        (
            one.number,
            reader.date(one.monday),
            reader.share(one.tally.present, one.tally.enrolled),
            one.tally.enrolled,
            one.tally.absent,
            _shown(reader, former[one.number]) if one.number in former else "–",
            one.missing,
        )
        for one in weeks
        if one.number is not None
    ]
    return Table([Column(head, align="right") for head in heads], rows)
