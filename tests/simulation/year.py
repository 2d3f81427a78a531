"""A school year by chance: 400 pupils of three kinds in 16 classes and three villages, day by day, the truth known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from bot.rules import holidays
from bot.rules.series import SchoolDay
from storage.attendance import Mark, Reason
from tests.simulation.chances import Chances, Habit

YEAR = "2023-2024"
WEEKS = 35
CLASSES = ("1A", "1B", "2A", "2B", "3A", "3B", "4A", "4B", "5A", "5B", "6A", "6B", "7A", "8A", "8B", "9A")
VILLAGES = {"Cà Xen": 0.42, "Làng Trê": 0.33, "Làng Giữa": 0.25}
MARKET_DAY = {"Cà Xen": 3, "Làng Trê": 1, "Làng Giữa": 4}  # Thursday, Tuesday, Friday
TWO_SESSIONS = (1, 3)  # weekdays on which the primary classes have an afternoon too
A_PHASE = 10  # school days of coming and going before a pause may come


class Kind(StrEnum):
    REGULAR = "regular"
    ON_AND_OFF = "on_and_off"  # học giã gạo
    LEAVING = "leaving"  # drops out


@dataclass(frozen=True)
class Away:
    """What the register says of a pupil who is not there; `is_half`: only in the afternoon."""

    mark: Mark
    reason: Reason
    is_half: bool = False


def school_days(first: date = date(2023, 9, 5), weeks: int = WEEKS) -> list[date]:
    """The days of a school year: Monday to Friday, without public holidays and the two weeks of Tết."""
    tet, found, day = holidays.tet_break(YEAR), list[date](), first
    while len(found) < weeks * 5:
        if day.weekday() < 5 and day not in holidays.public(day.year) and day not in tet:
            found.append(day)
        day += timedelta(days=1)
    return found


@dataclass
class Child:
    """One pupil of a known kind, asked day by day. `begins`: the school day on which coming and going, or the absence
    that does not end, begins; for regular pupils -1."""

    number: int
    kind: Kind
    village: str
    class_name: str
    begins: int
    habit: Habit
    chances: Chances
    dice: Random
    is_away: bool = False
    has_left: bool = False
    back_at: int = -1
    pauses_until: int = -1
    excused: bool = False
    away: Away = field(default=Away(Mark.UNKNOWN, Reason.UNKNOWN))

    def day(self, n: int, on: date) -> Away | None:
        """Whether the pupil is away on the n-th school day; asked once for each day, in order."""
        if self.kind is Kind.LEAVING and n == self.begins:
            self.has_left = True
            if self.dice.random() < self.chances.comes_back:
                self.back_at = n + self.dice.randint(5, 12)
        if self.has_left and n == self.back_at:
            self.comes_back()
        if self.has_left:
            return self._reason(Habit(0, 0, excused=0.05, unknown=0.5))
        was_away, self.is_away = self.is_away, self._is_away(n, on)
        if not self.is_away:
            return None
        if not was_away:
            self.away = self._reason(self._habit(n))
        half = on.weekday() in TWO_SESSIONS and self.class_name[0] in "12345"
        return Away(self.away.mark, self.away.reason, half and self.dice.random() < self.chances.half_days)

    def comes_back(self) -> None:
        """After a visit that helped."""
        self.has_left = self.is_away = False

    def _habit(self, n: int) -> Habit:
        if self.kind is Kind.LEAVING:
            return self.chances.leaving
        if self.kind is Kind.ON_AND_OFF and n >= self.begins:
            return self.habit
        return self.habit if self.kind is Kind.REGULAR else self.chances.regular

    def _is_away(self, n: int, on: date) -> bool:
        habit = self._habit(n)
        if self.is_away:
            return self.dice.random() < habit.goes_on
        starts = habit.starts * (self.chances.ill_season if on.month in (12, 1) else 1.0)
        if self.kind is Kind.ON_AND_OFF and n >= self.begins:
            if self._pauses(n):
                return self.dice.random() < self.chances.regular.starts
            starts *= self.chances.market if on.weekday() in (0, MARKET_DAY[self.village]) else 1.0
            starts *= self.chances.harvest if on.month in (11, 3) else 1.0
        return self.dice.random() < starts

    def _pauses(self, n: int) -> bool:
        is_end = n > self.pauses_until and (n - self.begins) % A_PHASE == A_PHASE - 1
        if is_end and self.dice.random() < self.chances.pause:
            self.pauses_until = n + A_PHASE
        return n <= self.pauses_until

    def _reason(self, habit: Habit) -> Away:
        luck = self.dice.random()
        if luck < habit.excused:
            return Away(Mark.EXCUSED, Reason.ILL if self.dice.random() < 0.8 else Reason.FAMILY)
        if luck < habit.excused + habit.unknown:
            return Away(Mark.UNKNOWN, Reason.UNKNOWN)
        return Away(Mark.UNEXCUSED, Reason.FIELDS)


@dataclass
class School:
    """The pupils of a year, its days, and the registers that never came."""

    chances: Chances
    days: list[date]
    children: list[Child]
    missing: set[tuple[str, date]]

    def series(self) -> Iterator[tuple[Child, list[SchoolDay]]]:
        """Each pupil with what the registers say of the whole year. Draws the year: ask once."""
        for child in self.children:
            found = []
            for n, on in enumerate(self.days):
                away = child.day(n, on)
                if (child.class_name, on) not in self.missing:
                    found.append(as_reported(child, on, away))
            yield child, found


def as_reported(child: Child, on: date, away: Away | None) -> SchoolDay:
    """A day of a pupil as the roll tells it."""
    sessions = 2 if on.weekday() in TWO_SESSIONS and child.class_name[0] in "12345" else 1
    if away is None:
        return SchoolDay(on, sessions)
    missed = 1 if away.is_half else sessions
    return SchoolDay(on, sessions, missed, away.mark == Mark.EXCUSED, away.reason)


def draw(
    chances: Chances, seed: int, *, pupils: int = 400, weeks: int = WEEKS, classes: tuple[str, ...] = CLASSES
) -> School:
    """A school by chance: the same seed, the same year."""
    dice = Random(f"{chances.name} {seed}")
    days = school_days(weeks=weeks)
    leaving, on_and_off = (round(pupils * share) for share in (chances.share_leaving, chances.share_on_and_off))
    kinds = [Kind.LEAVING] * leaving + [Kind.ON_AND_OFF] * on_and_off
    kinds += [Kind.REGULAR] * (pupils - len(kinds))
    dice.shuffle(kinds)
    children = [_child(chances, dice, number, kind, days, classes) for number, kind in enumerate(kinds)]
    careless = dice.choice(classes)
    missing = {
        (name, on)
        for name in classes
        for on in days
        if dice.random() < (max(chances.missing, chances.careless) if name == careless else chances.missing)
    }
    return School(chances, days, children, missing)


def _child(
    chances: Chances, dice: Random, number: int, kind: Kind, days: list[date], classes: tuple[str, ...]
) -> Child:
    village = dice.choices(list(VILLAGES), list(VILLAGES.values()))[0]
    begins = -1
    if kind is Kind.ON_AND_OFF:
        latest = min(chances.begins_by, len(days) * 2 // 3)
        begins = 0 if dice.random() < chances.from_start else dice.randint(1, latest)
    elif kind is Kind.LEAVING:
        begins = _leaves(dice, days)
    usual = chances.on_and_off if kind is Kind.ON_AND_OFF else chances.regular
    varies = usual.varies ** dice.uniform(-1, 1)
    habit = Habit(usual.starts * varies, usual.goes_on, usual.excused, usual.unknown)
    class_name = classes[number % len(classes)]
    return Child(number, kind, village, class_name, begins, habit, chances, Random(dice.random()))


def _leaves(dice: Random, days: list[date]) -> int:
    """When a pupil stays away: after Tết more than at any other time (GiadinhNet, Sơn Liên: peers-and-evidence §4)."""
    after_tet = next((n for n, on in enumerate(days) if on > date(2024, 2, 10)), len(days) // 2)
    last = len(days) - 5
    if dice.random() < 0.4 and after_tet < last:
        return dice.randint(after_tet, min(after_tet + 10, last))
    return dice.randint(min(10, last), last)
