"""The villages side by side: the weeks of each on one axis, its attendance, and how many pupils need looking after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.i18n import N_, Reader
from bot.parsing import sort_key
from bot.reports.drawing import (
    BLUE,
    GREY,
    INK,
    MARGIN,
    MIST,
    SIZE,
    SMALL,
    TITLE,
    VERMILION,
    WIDTH,
    Drawing,
    Sheet,
    fitted,
    floor_of,
    nothing,
    width_of,
    wrapped,
)
from bot.reports.exports import Transaction
from bot.reports.paper import Column, Table
from bot.reports.pictures.places import Facts, called, covered
from bot.reports.pictures.places import read as read_place
from bot.reports.pictures.weeks import weeks_of
from bot.rules.counts import Counts, Tally

NOT_KNOWN = N_("Village not known")
ROW, CELL = 40.0, 30.0
NAME, WEEKS, SHARE, RISK = MARGIN, MARGIN + 152, WIDTH - MARGIN - 78, WIDTH - MARGIN
WEEKS_END = SHARE - 72
NO_TALLY = Tally()


@dataclass(frozen=True)
class Village:
    """One row: a village and what is known of it."""

    name: str
    counts: Counts
    weeks: Mapping[date, Tally]

    @property
    def share(self) -> float | None:
        return self.counts.attendance.share

    @property
    def has_pupils(self) -> bool:
        return bool(self.counts.roll or self.counts.attendance.enrolled or self.counts.at_risk)


def read(transaction: Transaction) -> Facts:
    """This school year of the acting person's place; audited. Raises Refused."""
    return read_place(transaction)


def rows_of(reader: Reader, facts: Facts) -> list[Village]:
    """The villages with most pupils at risk first, then those with the lowest attendance; unknown homes last."""
    found = facts.this.villages
    ids: list[int | None] = list(dict.fromkeys([*facts.villages, *(one for one in found if one in facts.villages)]))
    named = [
        Village(facts.villages[one or 0], found.get(one, Counts()), facts.this.village_weeks.get(one, {}))
        for one in ids
    ]
    named.sort(key=lambda one: (-one.counts.at_risk, 2.0 if one.share is None else one.share, sort_key(one.name)))
    others = [one for one in found if one not in facts.villages]
    unknown = [Village(reader.say(NOT_KNOWN), found[one], facts.this.village_weeks.get(one, {})) for one in others]
    return named + [one for one in unknown if one.has_pupils]


def draw(reader: Reader, facts: Facts) -> Drawing:
    """The picture: a row a village, every row with the same axis."""
    villages = rows_of(reader, facts)
    if not any(one.share is not None for one in villages):
        return nothing(
            reader.say("%(place)s: no roll has been reported in this period yet.", place=called(reader, facts))
        )
    title, alt = _title(reader, facts, villages), _alt(reader, villages)
    sheet = Sheet()
    sheet.paragraph(title, size=TITLE, bold=True)
    sheet.y += 4
    sheet.paragraph(covered(reader, facts), size=SMALL, colour=GREY)
    _heads(sheet, reader)
    weeks = [one.monday for one in weeks_of(facts.this)]
    low, _ = floor_of([one.share for village in villages for one in village.weeks.values() if one.share is not None])
    for village in villages:
        _row(sheet, reader, village, weeks, low)
    sheet.y += 4
    sheet.paragraph(
        reader.say(
            "All villages on one axis: %(low)d%% at the lower edge, 100%% at the upper. "
            "Gaps: weeks without lessons, or without a roll.",
            low=low,
        ),
        size=SMALL,
        colour=GREY,
    )
    return sheet.drawing(title, f"{title}. {alt}", _table(reader, villages))


def _title(reader: Reader, facts: Facts, villages: Sequence[Village]) -> str:
    """Where most pupils need somebody; else between which shares the villages lie."""
    total = sum(one.counts.at_risk for one in villages)
    place, first = called(reader, facts), villages[0]
    if total and len(villages) > 1 and first.counts.at_risk > villages[1].counts.at_risk:
        values = {"place": place, "village": first.name, "of": first.counts.at_risk}
        if total == first.counts.at_risk:
            return reader.say_n(
                "%(place)s: %(n)d pupil at risk, in %(village)s",
                "%(place)s: %(n)d pupils at risk, all in %(village)s",
                total,
                **values,
            )
        return reader.say("%(place)s: %(n)d pupils at risk, most of them in %(village)s (%(of)d)", n=total, **values)
    if total:
        return reader.say_n("%(place)s: %(n)d pupil at risk", "%(place)s: %(n)d pupils at risk", total, place=place)
    known = sorted((one for one in villages if one.share is not None), key=lambda one: one.share or 0)
    if len(known) == 1:
        return reader.say(
            "%(place)s: no pupil at risk, %(share)s in class", place=place, share=_share(reader, known[0])
        )
    return reader.say(
        "%(place)s: no pupil at risk; in class from %(low)s (%(village)s) to %(high)s",
        place=place,
        low=_share(reader, known[0]),
        village=known[0].name,
        high=_share(reader, known[-1]),
    )


def _share(reader: Reader, village: Village) -> str:
    return reader.share(village.counts.attendance.present, village.counts.attendance.enrolled)


def _alt(reader: Reader, villages: Sequence[Village]) -> str:
    listed = [
        reader.say("%(village)s %(share)s", village=one.name, share=_share(reader, one))
        for one in villages
        if one.share is not None
    ]
    return reader.say("In class by village: %(list)s.", list=", ".join(listed))


def _heads(sheet: Sheet, reader: Reader) -> None:
    """The heads of the columns, in two lines at most."""
    heads = (
        (NAME, 140.0, "left", reader.say("Village (head)")),
        (WEEKS, WEEKS_END - WEEKS, "left", reader.say("In class, week by week")),
        (SHARE, 66.0, "right", reader.say("In class (share)")),
        (RISK, 74.0, "right", reader.say("At risk (head)")),
    )
    sheet.y += 6
    top = sheet.y
    for x, width, align, words in heads:
        y = top
        for line in wrapped(words, width, SMALL, bold=True):
            y += SMALL + 3
            sheet.text(x, y, line, size=SMALL, bold=True, align="right" if align == "right" else "left")
        sheet.y = max(sheet.y, y)
    sheet.y += 8
    sheet.line([(MARGIN, sheet.y), (WIDTH - MARGIN, sheet.y)], INK, width=0.8)
    sheet.y += 4


def _row(sheet: Sheet, reader: Reader, village: Village, weeks: Sequence[date], low: int) -> None:
    room = WEEKS - NAME - 8
    size = SIZE if width_of(village.name, SIZE) <= room else SMALL
    lines = fitted(village.name, room, 2, size)
    middle = sheet.y + ROW / 2
    for n, line in enumerate(lines):
        sheet.text(NAME, middle + 5 + (n - (len(lines) - 1) / 2) * (SMALL + 3), line, size=size)
    if village.share is None:
        words = reader.say("no roll yet") if village.has_pupils else reader.say("no pupils")
        sheet.text(WEEKS, middle + 5, words, size=SMALL, colour=GREY)
    else:
        _cell(sheet, village, weeks, low, middle - CELL / 2)
        sheet.text(SHARE, middle + 5, _share(reader, village), align="right")
    risk = village.counts.at_risk
    if village.has_pupils:
        sheet.text(RISK, middle + 5, str(risk), align="right", bold=bool(risk), colour=VERMILION if risk else GREY)
    sheet.y += ROW


def _cell(sheet: Sheet, village: Village, weeks: Sequence[date], low: int, top: float) -> None:
    """The village's weeks in a cell whose upper edge is 100 %."""
    wide = WEEKS_END - WEEKS
    sheet.box(WEEKS, top, wide, CELL, MIST)
    sheet.line([(WEEKS, top + CELL), (WEEKS_END, top + CELL)], GREY, width=0.8)
    parts: list[list[tuple[float, float]]] = [[]]
    for n, week in enumerate(weeks):
        share = village.weeks.get(week, NO_TALLY).share
        if share is None:
            parts.append([])
            continue
        y = top + CELL * (100 - 100 * share) / (100 - low)
        parts[-1].append((WEEKS + wide * (n + 0.5) / len(weeks), y))
    for part in (one for one in parts if one):
        sheet.line(part, BLUE, width=2.0, marker="o" if len(part) == 1 else "", size=5)
    last = next(part for part in reversed(parts) if part)[-1]
    sheet.mark(*last, "o", BLUE, size=5)


def _table(reader: Reader, villages: Sequence[Village]) -> Table:
    columns = [
        Column(reader.say("Village (head)"), 2.5),
        Column(reader.say("Pupils (head)"), align="right"),
        Column(reader.say("Pupil-days (of the roll)"), align="right"),
        Column(reader.say("Away (pupil-days)"), align="right"),
        Column(reader.say("In class (share)"), align="right"),
        Column(reader.say("At risk (head)"), align="right"),
    ]
    rows = [
        (
            one.name,
            one.counts.roll,
            one.counts.attendance.enrolled,
            one.counts.attendance.absent,
            _share(reader, one),
            one.counts.at_risk,
        )
        for one in villages
    ]
    return Table(columns, rows)
