"""What happened in a case, on one line of days: away and there, calls, visits, promises, back in class.

The pupil is named by given name and class; no reason is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from bot.i18n import N_, Reader
from bot.reports.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MARGIN,
    PALE,
    PURPLE,
    SIZE,
    SKY,
    SMALL,
    TITLE,
    VERMILION,
    WHITE,
    WIDTH,
    Drawing,
    Sheet,
    nothing,
    width_of,
)
from bot.reports.exports import Transaction
from bot.reports.paper import Column, Table
from bot.rules import pupil_days
from bot.rules.counts import monday
from bot.rules.pupil_days import AWAY, CaseLine, State
from storage.promises import NO, YES

LANES = (N_("Roll"), N_("Calls (lane)"), N_("Visits (lane)"), N_("Promises (lane)"))
LEFT, HIGH, BAR = MARGIN + 96, 48.0, 26.0
DAY, WEEK = timedelta(days=1), timedelta(days=7)
DAYS_AT_LEAST = 28  # of the axis
SIGNS = {
    "call": ("^", BLUE, True, N_("call answered")),
    "no_call": ("^", BLUE, False, N_("call not answered")),
    "visit": ("D", PURPLE, True, N_("visit, somebody met")),
    "no_visit": ("D", PURPLE, False, N_("visit, nobody met")),
    YES: ("o", GREEN, True, N_("promise kept")),
    NO: ("X", VERMILION, True, N_("promise not kept")),
    "": ("o", INK, False, N_("promise still open")),
}
ROLL = {
    State.PRESENT: N_("in class"),
    State.EXCUSED: N_("away with leave (P)"),
    State.UNEXCUSED: N_("away without leave (K)"),
    State.UNKNOWN: N_("away, not known whether with leave"),
    State.GONE: N_("had dropped out"),
}


@dataclass(frozen=True)
class Scale:
    """Where a day stands: points a day from the left end."""

    since: date
    a_day: float

    def x(self, day: date) -> float:
        return LEFT + self.a_day * ((day - self.since).days + 0.5)


def read(transaction: Transaction, case_id: int) -> CaseLine:
    """A case within the scope; an audited look. Raises Refused."""
    with transaction() as work:
        return pupil_days.case(work, case_id)


def draw(reader: Reader, facts: CaseLine) -> Drawing:
    """The picture, from the first day away that led to the case up to its end, or today."""
    title = _title(reader, facts)
    events = _events(reader, facts)
    if not events:
        return nothing(title)
    sheet = Sheet()
    sheet.paragraph(title, size=TITLE, bold=True)
    last = max([facts.until, *(day for day, _ in facts.promises)])
    days = max(DAYS_AT_LEAST, (last - facts.since).days + 2)
    scale = Scale(facts.since - DAY, (WIDTH - MARGIN - LEFT) / (days + 1))
    _lanes(sheet, reader, facts, scale)
    _key(sheet, reader, facts)
    table = Table(
        [Column(reader.say("Day (of an event)")), Column(reader.say("What happened"), 3)],
        [(reader.date(day), words) for day, words in events],
    )
    return sheet.drawing(title, f"{title}. {_alt(reader, facts)}", table)


def _title(reader: Reader, facts: CaseLine) -> str:
    """How long the pupil was away, what was done, and how it stands."""
    values = {
        "who": reader.say("%(given)s, class %(class_name)s", given=facts.given, class_name=facts.class_name),
        "away": sum(state in AWAY for state in facts.days.values()),
        "visits": _visits(reader, len(facts.visits)),
    }
    coming = [day for day, kept in facts.promises if not kept and day >= facts.until]
    if facts.gone is not None:
        values["date"] = reader.date(facts.gone)
        return reader.say("%(who)s: %(away)d days away, %(visits)s, dropped out on %(date)s", **values)
    if facts.back is not None:
        values["date"] = reader.date(facts.back)
        return reader.say("%(who)s: %(away)d days away, %(visits)s, back in class since %(date)s", **values)
    if facts.ended is not None:
        values["date"] = reader.date(facts.ended)
        return reader.say("%(who)s: %(away)d days away, %(visits)s, case closed on %(date)s", **values)
    if coming:
        values["date"] = reader.date(coming[0])
        return reader.say("%(who)s: %(away)d days away, %(visits)s, promised for %(date)s", **values)
    return reader.say("%(who)s: %(away)d days away, %(visits)s, not back yet", **values)


def _visits(reader: Reader, n: int) -> str:
    return reader.say_n("%(n)d visit", "%(n)d visits", n) if n else reader.say("not visited yet")


def _alt(reader: Reader, facts: CaseLine) -> str:
    return reader.say(
        "Days from %(since)s to %(until)s: %(calls)d calls, %(promises)d promises, %(kept)d of them kept.",
        since=reader.date(facts.since),
        until=reader.date(facts.until),
        calls=len(facts.calls),
        promises=len(facts.promises),
        kept=sum(kept == YES for _, kept in facts.promises),
    )


def _events(reader: Reader, facts: CaseLine) -> list[tuple[date, str]]:
    """Everything that the picture shows but the days in class, by day."""
    found = [(day, ROLL[state]) for day, state in facts.days.items() if state in AWAY]
    found += [(day, SIGNS[sign][3]) for day, sign in _marks(facts)]
    if facts.back is not None:
        found.append((facts.back, N_("back in class (from this day)")))
    if facts.gone is not None:
        found.append((facts.gone, ROLL[State.GONE]))
    return [(day, reader.say(words)) for day, words in sorted(found, key=lambda one: one[0])]


def _marks(facts: CaseLine) -> list[tuple[date, str]]:
    calls = [(day, "call" if is_reached else "no_call") for day, is_reached in facts.calls]
    visits = [(day, "visit" if is_met else "no_visit") for day, is_met in facts.visits]
    return [*calls, *visits, *facts.promises]


def _lanes(sheet: Sheet, reader: Reader, facts: CaseLine, scale: Scale) -> None:
    """The days above; a lane each for the roll, calls, visits and promises."""
    top = sheet.y + 10
    _days(sheet, reader, facts, scale, top + SMALL, top + SMALL + 6 + HIGH * len(LANES))
    top += SMALL + 6
    lanes = (None, facts.calls, facts.visits, facts.promises)
    for n, (name, marks) in enumerate(zip(LANES, lanes, strict=True)):
        middle = top + HIGH * (n + 0.5)
        sheet.text(MARGIN, middle + 5, reader.say(name), size=SIZE)
        sheet.line([(MARGIN, top + HIGH * (n + 1)), (WIDTH - MARGIN, top + HIGH * (n + 1))], PALE, width=0.8)
        if marks is None:
            _roll(sheet, facts, scale, middle)
        elif not marks:
            sheet.text(LEFT + 4, middle + 5, reader.say("none so far"), size=SMALL, colour=GREY)
    for day, sign in _marks(facts):
        lane = 1 if "call" in sign else 2 if "visit" in sign else 3
        marker, colour, is_filled, _ = SIGNS[sign]
        lift = 9 if lane > 1 else 0  # room for the date
        sheet.mark(scale.x(day), top + HIGH * (lane + 0.5) - lift, marker, colour, filled=is_filled)
    for lane, dates in ((2, [day for day, _ in facts.visits]), (3, [day for day, _ in facts.promises])):
        _dates(sheet, reader, dates, scale, top + HIGH * (lane + 0.5) + 17)
    sheet.y = top + HIGH * len(LANES)


def _days(sheet: Sheet, reader: Reader, facts: CaseLine, scale: Scale, y: float, bottom: float) -> None:
    """Mondays with their dates, as many as there is room for."""
    step = next(weeks for weeks in (1, 2, 4, 8, 16) if weeks * 7 * scale.a_day >= 48)
    day = monday(facts.since + 6 * DAY)
    while scale.x(day) < WIDTH - MARGIN:
        sheet.line([(scale.x(day), y + 4), (scale.x(day), bottom)], PALE, width=0.8)
        words = reader.date(day)
        if scale.x(day) + width_of(words, SMALL) / 2 <= WIDTH - MARGIN:
            sheet.text(scale.x(day), y, words, size=SMALL, align="center", colour=GREY)
        day += step * WEEK


def _roll(sheet: Sheet, facts: CaseLine, scale: Scale, middle: float) -> None:
    """Away is a high bar, with leave a half one, not known an empty one; in class a low one."""
    foot, wide = middle + BAR / 2, max(1.5, scale.a_day * 0.84)
    for day, state in facts.days.items():
        if day >= facts.since:
            _bar(sheet, state, scale.x(day) - wide / 2, foot, wide)


def _bar(sheet: Sheet, state: State, x: float, foot: float, wide: float, scale: float = 1.0) -> None:
    looks = {
        State.PRESENT: (5.0, GREEN, None),
        State.EXCUSED: (BAR / 2, SKY, INK),
        State.UNEXCUSED: (BAR, VERMILION, None),
        State.UNKNOWN: (BAR, WHITE, INK),
        State.GONE: (BAR, PALE, None),
    }
    if state in looks:
        high, colour, edge = looks[state]
        sheet.box(x, foot - high * scale, wide, high * scale, colour, edge=edge)


def _dates(sheet: Sheet, reader: Reader, days: Sequence[date], scale: Scale, y: float) -> None:
    """The date below each sign for which there is room."""
    end = 0.0
    for day in sorted(set(days)):
        words = reader.date(day)
        half = width_of(words, SMALL) / 2
        x = min(max(scale.x(day), LEFT + half - 10), WIDTH - MARGIN - half)
        if x - half > end + 4:
            sheet.text(x, y, words, size=SMALL, align="center")
            end = x + half


def _key(sheet: Sheet, reader: Reader, facts: CaseLine) -> None:
    """What the bars and signs mean, of those that there are."""
    entries: list[tuple[Callable[[float, float], None], float, str]] = []
    shown = {state for day, state in facts.days.items() if day >= facts.since}
    for state, words in ROLL.items():
        if state in shown:
            entries.append((partial(_sample, sheet, state), 12.0, reader.say(words)))
    used = {sign for _, sign in _marks(facts)}
    for sign, (marker, colour, is_filled, words) in SIGNS.items():
        if sign in used:
            entries.append((partial(_sign, sheet, marker, colour, is_filled), 12.0, reader.say(words)))
    sheet.y += 4
    sheet.key(entries)


def _sample(sheet: Sheet, state: State, x: float, y: float) -> None:
    _bar(sheet, state, x + 1, y + 1, 9.0, 0.6)


def _sign(sheet: Sheet, marker: str, colour: str, is_filled: bool, x: float, y: float) -> None:
    sheet.mark(x + 6, y - 5, marker, colour, filled=is_filled)
