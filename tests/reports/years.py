"""School years by chance, as figures: for the pictures, which need many weeks and no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from bot.reports.pictures.places import Facts
from bot.rules import holidays
from bot.rules.counts import ClassFigures, Counts, PeriodFigures, Tally, monday, summed, tally
from bot.rules.pupil_days import State
from storage.attendance import Mark, Reason

TODAY = date(2024, 3, 20)
NAMES = (
    "Cà Xen", "Làng Trê", "Làng Giữa", "Gò Rộc", "Nước Lác", "Mang Đen", "Làng Xã Điệt", "Hà Liệt", "Ka Năng",
    "Đồng Tranh", "Làng Vố", "Tà Cơm", "Gỗ Ruộng", "Yên Ngựa", "Nước Nin", "Thôn Hai Xóm Trên",
)  # fmt: skip
MARKS = ((Mark.EXCUSED, Reason.ILL), (Mark.UNEXCUSED, Reason.FIELDS), (Mark.UNEXCUSED, Reason.DISTANCE),
         (Mark.EXCUSED, Reason.FAMILY), (Mark.UNKNOWN, Reason.UNKNOWN), (Mark.UNEXCUSED, Reason.OTHER))  # fmt: skip


def school_days(until: date = TODAY, first: date = date(2023, 9, 5)) -> list[date]:
    tet = holidays.tet_break(f"{first.year}-{first.year + 1}")
    days = (first + timedelta(days=n) for n in range((until - first).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in tet and day not in holidays.public(day.year)]


def a_year(
    days: Sequence[date],
    villages: int = 3,
    pupils: int = 40,
    seed: int = 1,
    unreported: Sequence[date] = (),
    absence: float = 0.05,
) -> PeriodFigures:
    """The figures of these days: so many villages with so many pupils each; on some days no class reported."""
    dice = Random(seed)
    missing = {day for day in days if day in unreported}
    weeks: dict[int | None, dict[date, Tally]] = {}
    of_days: list[tuple[date, Tally]] = []
    for village in range(1, villages + 1):
        found = [(day, _day(dice, day, pupils, absence)) for day in days if day not in missing]
        of_days += found
        weeks[village] = summed((monday(day), one) for day, one in found)
    risks = [dice.choice((0, 0, 1, 2)) + 3 * (n == 0) for n in range(villages)]
    counts: dict[int | None, Counts] = {
        village: Counts(attendance=sum(weeks[village].values(), Tally()), roll=pupils, at_risk=risks[village - 1])
        for village in range(1, villages + 1)
    }
    attendance = sum((one for _, one in of_days), Tally())
    whole = Counts(attendance, due=len(days), reported=len(days) - len(missing), at_risk=sum(risks))
    one_class = ClassFigures(1, "6A", 6, 1, whole, tuple(sorted(missing)))
    return PeriodFigures(days[0], days[-1], (one_class,), counts, summed(of_days), weeks)


def _day(dice: Random, day: date, pupils: int, absence: float) -> Tally:
    chance = absence * (1.5 if day.weekday() == 0 else 1.0) * (1.6 if day.month in (11, 3) else 1.0)
    away = [dice.choices(MARKS, (30, 26, 16, 12, 10, 6))[0] for _ in range(pupils) if dice.random() < chance]
    return tally(pupils, away)


def a_place(this: PeriodFigures, last: PeriodFigures | None = None, names: Sequence[str] = NAMES) -> Facts:
    return Facts("Long Môn", False, TODAY, this, last, dict(enumerate(names, 1)))


def some_days(days: Sequence[date], seed: int = 1) -> dict[date, State]:
    """One pupil's days: mostly there."""
    dice = Random(seed)
    states = [State.PRESENT, State.EXCUSED, State.UNEXCUSED, State.UNKNOWN, State.NOT_REPORTED]
    return {day: dice.choices(states, (80, 5, 8, 3, 4))[0] for day in days}
