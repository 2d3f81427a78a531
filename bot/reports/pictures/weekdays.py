"""On which weekdays pupils are away, and why: of a hundred pupil-days of each weekday those missed, by reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bot.i18n import N_, WEEKDAYS, Reader
from bot.reports.code_words import REASONS_SHORT
from bot.reports.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MARGIN,
    ORANGE,
    PURPLE,
    SKY,
    SMALL,
    TITLE,
    WHITE,
    WIDTH,
    Drawing,
    Sheet,
    nothing,
)
from bot.reports.exports import Transaction
from bot.reports.paper import Column, Table
from bot.reports.pictures.places import Facts, called, covered, per_cent
from bot.reports.pictures.places import read as read_place
from bot.rules.counts import Tally
from storage.attendance import Reason

LOOKS = {
    Reason.ILL: (BLUE, ""),
    Reason.FIELDS: (ORANGE, "//"),
    Reason.DISTANCE: (GREEN, "--"),
    Reason.FAMILY: (PURPLE, "xx"),
    Reason.UNKNOWN: (WHITE, ""),
    Reason.OTHER: (SKY, "\\\\"),
}
TITLES = {  # whether the weekdays are alike, whether the reason is mostly not known
    (False, False): N_("%(place)s: absent most on %(weekday)s (%(share)s), mostly: %(reason)s"),
    (False, True): N_("%(place)s: absent most on %(weekday)s (%(share)s), mostly without a known reason"),
    (True, False): N_("%(place)s: absent alike on all weekdays, %(low)s to %(high)s, mostly: %(reason)s"),
    (True, True): N_("%(place)s: absent alike on all weekdays, %(low)s to %(high)s, mostly without a known reason"),
}
BAR, GAP = 30.0, 12.0
LEFT, RIGHT = MARGIN + 78, 68.0
ALIKE = 1.0  # per cent: weekdays that differ by less are alike


def read(transaction: Transaction) -> Facts:
    """This school year of the acting person's place; audited. Raises Refused."""
    return read_place(transaction)


def draw(reader: Reader, facts: Facts) -> Drawing:
    """The picture: one bar a weekday, from 0; the reasons that are most frequent stand first in each."""
    days = {day: tally for day, tally in sorted(facts.this.by_weekday().items()) if tally.enrolled}
    whole = facts.this.total.attendance
    if not days:
        return nothing(
            reader.say("%(place)s: no roll has been reported in this period yet.", place=called(reader, facts))
        )
    if not whole.absent:
        return nothing(reader.say("%(place)s: nobody was absent in this period.", place=called(reader, facts)))
    order = [Reason(code) for code, n in whole.ranked if n]
    title, alt = _title(reader, facts, days), _alt(reader, days)
    sheet = Sheet()
    sheet.paragraph(title, size=TITLE, bold=True)
    sheet.y += 4
    sheet.paragraph(covered(reader, facts), size=SMALL, colour=GREY)
    sheet.paragraph(reader.say("Of 100 pupil-days of each weekday, those missed:"), size=SMALL)
    _bars(sheet, reader, days, order)
    _key(sheet, reader, order)
    return sheet.drawing(title, f"{title}. {alt}", _table(reader, days, order))


def _title(reader: Reader, facts: Facts, days: Mapping[int, Tally]) -> str:
    """The weekday with most absence and its first reason; or that no weekday stands out."""
    shares = {day: _away(tally) for day, tally in days.items()}
    most, least = max(shares, key=lambda day: shares[day]), min(shares, key=lambda day: shares[day])
    is_alike = len(days) > 1 and shares[most] - shares[least] < ALIKE
    first = Reason((facts.this.total.attendance if is_alike else days[most]).ranked[0][0])
    values = {
        "place": called(reader, facts),
        "weekday": reader.say(WEEKDAYS[most]),
        "share": _share(reader, days[most]),
        "low": _share(reader, days[least]),
        "high": _share(reader, days[most]),
        "reason": reader.say(REASONS_SHORT[first]),
    }
    return reader.say(TITLES[is_alike, first == Reason.UNKNOWN], **values)


def _away(tally: Tally) -> float:
    return per_cent(tally.absent / tally.enrolled)


def _share(reader: Reader, tally: Tally) -> str:
    return reader.share(tally.absent, tally.enrolled)


def _alt(reader: Reader, days: Mapping[int, Tally]) -> str:
    listed = [
        reader.say("%(weekday)s %(share)s", weekday=reader.say(WEEKDAYS[day]), share=_share(reader, tally))
        for day, tally in days.items()
    ]
    return reader.say("Absent by weekday: %(list)s.", list=", ".join(listed))


def _bars(sheet: Sheet, reader: Reader, days: Mapping[int, Tally], order: Sequence[Reason]) -> None:
    """Bars from a common zero; the sum of each at its end."""
    wide = WIDTH - LEFT - RIGHT
    scale = wide / max(tally.absent / tally.enrolled for tally in days.values())
    top = sheet.y + 10
    sheet.y = top
    for day, tally in days.items():
        sheet.text(LEFT - 8, sheet.y + BAR / 2 + 5, reader.say(WEEKDAYS[day]), align="right")
        x = LEFT
        for reason in order:
            part = scale * tally.reasons.get(reason, 0) / tally.enrolled
            if part:
                colour, hatch = LOOKS[reason]
                sheet.box(x, sheet.y, part, BAR, colour, edge=INK, hatch=hatch)
            x += part
        sheet.text(x + 6, sheet.y + BAR / 2 + 5, _share(reader, tally), bold=True)
        sheet.y += BAR + GAP
    sheet.line([(LEFT, top - 6), (LEFT, sheet.y - GAP + 6)], INK, width=1.2)
    sheet.y += 2


def _key(sheet: Sheet, reader: Reader, order: Sequence[Reason]) -> None:
    """What each colour and pattern means, in the order of the bars."""
    sheet.key([(partial(_sample, sheet, reason), 20.0, reader.say(REASONS_SHORT[reason])) for reason in order])


def _sample(sheet: Sheet, reason: Reason, x: float, y: float) -> None:
    colour, hatch = LOOKS[reason]
    sheet.box(x, y - 13, 20, 15, colour, edge=INK, hatch=hatch)


def _table(reader: Reader, days: Mapping[int, Tally], order: Sequence[Reason]) -> Table:
    columns = [
        Column(reader.say("Weekday"), 1.4),
        Column(reader.say("Pupil-days (of the roll)"), align="right"),
        Column(reader.say("Away (pupil-days)"), align="right"),
        Column(reader.say("Absent (share)"), align="right"),
        *(Column(reader.say(REASONS_SHORT[reason]), align="right") for reason in order),
    ]
    rows: list[Sequence[str | int | None]] = [
        (
            reader.say(WEEKDAYS[day]),
            tally.enrolled,
            tally.absent,
            _share(reader, tally),
            *(tally.reasons.get(reason, 0) for reason in order),
        )
        for day, tally in days.items()
    ]
    return Table(columns, rows)
