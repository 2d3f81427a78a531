"""What the rules find in drawn years, counted against the truth, beside the goals of the issue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from bot.rules.replay import Hit, replay
from bot.rules.series import SchoolDay
from bot.rules.thresholds import DEFAULTS, Thresholds
from tests.simulation.chances import Chances
from tests.simulation.year import VILLAGES, Child, Kind, School, draw

WITHIN = 40  # school days: half of the pupils who come and go have a case by then
GOALS = {"late": 0, "within": 50.0, "year": 95.0, "false": 8.0, "load": 4.0}


@dataclass
class Figures:
    """Counts over several years. Delays are in school days, the first day counted as 1."""

    years: int = 0
    pupils: int = 0
    of_kind: Counter[Kind] = field(default_factory=Counter)
    found: Counter[Kind] = field(default_factory=Counter)  # have a case within the year
    soon: int = 0  # on and off: within 40 school days
    delays: dict[Kind, list[int]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    by_rule: Counter[tuple[Kind, str]] = field(default_factory=Counter)  # cases by kind of pupil and rule
    false_r3: int = 0  # regular pupils with a case by R3
    false_any: int = 0  # regular pupils with a case
    weeks: list[int] = field(default_factory=list)  # cases of each week in each village
    three_in_a_row: int = 0
    three_late: int = 0  # of them without a case when the day's register was in
    calls: int = 0
    to_commune: int = 0
    watched: int = 0
    missed: int = 0
    school_days: int = 0

    def share(self, part: int, kind: Kind) -> float:
        return 100.0 * part / max(1, self.of_kind[kind])

    @property
    def measured(self) -> dict[str, float]:
        """The figures that the goals speak of."""
        return {
            "late": float(self.three_late),
            "within": self.share(self.soon, Kind.ON_AND_OFF),
            "year": self.share(self.found[Kind.ON_AND_OFF], Kind.ON_AND_OFF),
            "false": self.share(self.false_r3, Kind.REGULAR),
            "load": sum(self.weeks) / max(1, len(self.weeks)),
        }

    def unmet(self) -> list[str]:
        """The goals that are missed."""
        got = self.measured
        at_least = {"within", "year"}
        return [
            goal for goal, wanted in GOALS.items() if (got[goal] < wanted if goal in at_least else got[goal] > wanted)
        ]


def measure(chances: Chances, seeds: Iterable[int], numbers: Thresholds | None = None, **size: int) -> Figures:
    """Draws the years of these seeds and counts what the rules find, by the numbers given (the defaults)."""
    figures = Figures()
    for seed in seeds:
        _count_year(figures, draw(chances, seed, **size), numbers or DEFAULTS)
    return figures


def _count_year(figures: Figures, school: School, numbers: Thresholds) -> None:
    place = {on: n for n, on in enumerate(school.days)}
    mondays = sorted({(on.isocalendar().year, on.isocalendar().week) for on in school.days})
    weeks: Counter[tuple[str, tuple[int, int]]] = Counter()
    for child, series in school.series():
        hits = replay(series, numbers)
        figures.of_kind[child.kind] += 1
        figures.missed += sum(one.is_missed for one in series)
        figures.school_days += len(series)
        _count_child(figures, child, hits, place)
        _count_threes(figures, series, hits, numbers)
        for hit in hits:
            if hit.opens:
                weeks[child.village, (hit.on.isocalendar().year, hit.on.isocalendar().week)] += 1
    figures.years += 1
    figures.pupils += len(school.children)
    figures.weeks += [weeks[village, week] for village in VILLAGES for week in mondays]


def _count_child(figures: Figures, child: Child, hits: list[Hit], place: dict[date, int]) -> None:
    opened = [hit for hit in hits if hit.opens]
    figures.by_rule.update((child.kind, hit.rule) for hit in opened)
    figures.calls += sum(hit.rule == "R1" for hit in hits)
    figures.to_commune += sum(hit.rule == "R4" for hit in hits)
    figures.watched += sum(hit.rule == "R5.watch" for hit in hits)
    if child.kind is Kind.REGULAR:
        figures.false_any += bool(opened)
        figures.false_r3 += any(hit.rule == "R3" for hit in opened)
        return
    delay = _delay(child, hits, place)
    if delay is not None:
        figures.found[child.kind] += 1
        figures.delays[child.kind].append(delay)
        figures.soon += child.kind is Kind.ON_AND_OFF and delay <= WITHIN


def _delay(child: Child, hits: list[Hit], place: dict[date, int]) -> int | None:
    """School days until there is a case: 0 when one was open already, so that somebody looks after the pupil."""
    is_open = False
    for hit in hits:
        if place[hit.on] >= child.begins and (is_open or hit.opens):
            return 0 if is_open else place[hit.on] - child.begins + 1
        is_open = hit.opens or (is_open and hit.rule != "R9")
    return 0 if is_open else None


def _count_threes(figures: Figures, series: list[SchoolDay], hits: list[Hit], numbers: Thresholds) -> None:
    """Every first time that three reported days in a row are without leave: by then R2 has been raised."""
    raised = {hit.on for hit in hits if hit.rule in ("R2", "R3", "R5.case") and hit.opens}
    run: list[SchoolDay] = []
    for one in series:
        run = [*run, one] if one.is_unexcused else []
        if len(run) == 3:
            figures.three_in_a_row += 1
            figures.three_late += not any(hit.rule == "R2" and hit.on <= one.day for hit in hits) and not (
                raised & {day.day for day in run}
            )


def lines(figures: Figures, name: str) -> list[str]:
    """The figures of one generator in words, with the goals beside them."""
    got, unmet = figures.measured, figures.unmet()

    def goal(key: str, words: str) -> str:
        return f"goal {words}: {'missed' if key in unmet else 'met'}"

    on_and_off, leaving = figures.delays[Kind.ON_AND_OFF], figures.delays[Kind.LEAVING]
    found = figures.share(figures.found[Kind.LEAVING], Kind.LEAVING)
    weeks = len(figures.weeks)
    quiet = 100 * sum(week <= GOALS["load"] for week in figures.weeks) / weeks
    return [
        f"{name}: {figures.years} years of {figures.pupils // figures.years} pupils,"
        f" {100 * figures.missed / figures.school_days:.1f} % of all days missed",
        f"  three unexcused days in a row: {figures.three_in_a_row} times, without a case by then {figures.three_late}"
        f" ({goal('late', 'always')})",
        f"  on and off (giã gạo), {figures.of_kind[Kind.ON_AND_OFF]}: a case within {WITHIN} school days"
        f" {got['within']:.0f} % ({goal('within', '50 %')})",
        f"    within the year {got['year']:.0f} % ({goal('year', '95 %')}),"
        f" after {median(on_and_off):.0f} school days at the median, {max(on_and_off)} at worst",
        f"  dropping out, {figures.of_kind[Kind.LEAVING]}: a case for {found:.0f} %,"
        f" after {median(leaving):.0f} school days at the median, {max(leaving)} at worst",
        f"  regular, {figures.of_kind[Kind.REGULAR]}: a case by R3 for {got['false']:.1f} % a year"
        f" ({goal('false', '8 %')}), by any rule for {figures.share(figures.false_any, Kind.REGULAR):.1f} %",
        f"  a week a village: {got['load']:.1f} cases ({goal('load', '4')} on average), in {quiet:.1f} % of the weeks"
        f" at most 4, {max(figures.weeks)} in the worst",
        f"    {figures.calls / weeks:.1f} calls, {figures.to_commune / weeks:.1f} to the commune",
    ]
