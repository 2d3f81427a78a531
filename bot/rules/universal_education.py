"""Universal education (Decree 20/2014/NĐ-CP): the share of each age group in school, beside the standards, and what one
dropout costs (domain §4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.parsing import school_year_of
from bot.rules import entitlements
from bot.rules.counts import Counts, level_of
from bot.rules.lives import Lives
from bot.rules.work import Work
from storage import places, support, watched
from storage.places import PlaceKind, SchoolClass
from storage.pupils import PupilStatus
from storage.scope import Scope

NOTHING = Counts()
KINDERGARTEN, PRIMARY, SECONDARY, UPPER = "5", "6-10", "11-14", "15-18"
GROUPS: dict[str, range] = {
    KINDERGARTEN: range(5, 6),
    PRIMARY: range(6, 11),
    SECONDARY: range(11, 15),
    UPPER: range(15, 19),
}


@dataclass(frozen=True)
class Share:
    """So many children known, so many of them there (in school, or past a stage)."""

    known: int = 0
    there: int = 0

    @property
    def missing(self) -> int:
        return self.known - self.there

    def __add__(self, other: Share) -> Share:
        return Share(self.known + other.known, self.there + other.there)


@dataclass(frozen=True)
class Standard:
    """What the decree asks in percent at its levels 1, 2, 3: usually, and in a commune of special difficulty; None
    where that level asks nothing of it."""

    usual: tuple[int | None, int | None, int | None]
    difficult: tuple[int | None, int | None, int | None]


# Decree 20/2014/NĐ-CP, as domain §4 has it: children of 5 in kindergarten; of 6 in grade 1; of 11 and of 14 who have
# finished primary; of 15-18 who have finished lower secondary.
AGED_5, AGED_6, AGED_11, AGED_14, AGED_15 = "aged_5", "aged_6", "aged_11", "aged_14", "aged_15"
STANDARDS = {
    AGED_5: Standard((95, None, None), (90, None, None)),
    AGED_6: Standard((90, 95, 98), (90, 95, 98)),
    AGED_11: Standard((None, 80, 90), (None, 70, 80)),
    AGED_14: Standard((80, None, None), (70, None, None)),
    AGED_15: Standard((80, 90, 95), (70, 80, 90)),
}


@dataclass(frozen=True)
class Child:
    """A child that a school of the commune knows: age by the year of birth, and how far it has come."""

    age: int
    village_id: int | None
    grade: int | None
    is_in_school: bool
    has_finished: bool = False


@dataclass
class Education:
    """The figures of a day; parts of different children add up. Children who moved away are out, and whoever no school
    has ever had on its list is not known here: the commune's own survey has them."""

    groups: dict[str, Share] = field(default_factory=dict)
    levels: dict[str, Share] = field(default_factory=dict)
    villages: dict[int | None, dict[str, Share]] = field(default_factory=dict)
    measures: dict[str, Share] = field(default_factory=dict)
    is_difficult: bool = False
    no_birth_date: int = 0

    def add(self, child: Child) -> None:
        one = Share(1, int(child.is_in_school))
        for group, ages in GROUPS.items():
            if child.age in ages:
                self.groups[group] = self.groups.get(group, Share()) + one
                of_village = self.villages.setdefault(child.village_id, {})
                of_village[group] = of_village.get(group, Share()) + one
        level = level_of(child.grade)
        self.levels[level] = self.levels.get(level, Share()) + one
        for measure, is_there in _measured(child):
            self.measures[measure] = self.measures.get(measure, Share()) + Share(1, int(is_there))


def _measured(child: Child) -> Iterable[tuple[str, bool]]:
    """What the decree asks of a child of this age, and whether it is so."""
    grade = child.grade or 0
    if child.age == 5:
        yield AGED_5, child.is_in_school
    if child.age == 6:
        yield AGED_6, child.is_in_school and grade >= 1
    if child.age == 11:
        yield AGED_11, grade >= 6 or child.has_finished
    if child.age == 14:
        yield AGED_14, grade >= 6 or child.has_finished
    if child.age in GROUPS[UPPER]:
        yield AGED_15, grade >= 10 or (child.has_finished and grade >= 9)


def asked(of: Education, measure: str) -> tuple[int | None, int | None, int | None]:
    """The percentages asked of a measure in a commune of this kind."""
    standard = STANDARDS[measure]
    return standard.difficult if of.is_difficult else standard.usual


def cost_of_one(share: Share) -> float:
    """By how many percentage points one child less lowers a share."""
    return 100 / share.known if share.known else 0.0


def of_classes(
    scope: Scope, work: Work, classes: Sequence[SchoolClass], became: Lives, on: date, into: Education
) -> None:
    """Adds the pupils of these classes as they stood at the end of a day (`became` was read up to it); who is on the
    roll is in school."""
    grades = {one.id: one.grade for one in classes}
    births = {one.id: one.birth_date for one in watched.children(scope, work.session, list(grades))}
    of_pupil: dict[int, Counts] = {}
    for (pupil_id, _), counts in became.counts.items():
        of_pupil[pupil_id] = of_pupil.get(pupil_id, NOTHING) + counts
    for pupil_id, home in became.homes.items():
        counts = of_pupil.get(pupil_id, NOTHING)
        is_gone = pupil_id in became.away_from
        if home.status == PupilStatus.MOVED and is_gone and not counts.dropped_out_in_year:
            continue
        age = _age(births[pupil_id], on)
        if age is None:
            into.no_birth_date += 1
            continue
        has_finished = home.status == PupilStatus.FINISHED and is_gone
        into.add(Child(age, home.village_id, grades[home.class_id], bool(counts.roll), has_finished))


def of_others(scope: Scope, work: Work, on: date, into: Education) -> None:
    """Adds whoever sits in no class this year and has not moved away: gone in an earlier year, or finished."""
    for one in watched.elsewhere(scope, work.session, school_year_of(on)):
        age = _age(one.birth_date, on)
        is_gone = one.status in (PupilStatus.DROPPED_OUT, PupilStatus.FINISHED)
        if is_gone and age is not None and (one.left_on is None or one.left_on <= on):
            into.add(Child(age, one.village_id, one.grade, False, one.status == PupilStatus.FINISHED))


def is_difficult(work: Work, commune_id: int, on: date) -> bool:
    """Whether the commune counts as one of special difficulty: most of its villages stand on that list."""
    villages = places.of_kind(work.session, PlaceKind.VILLAGE, commune_id)
    standings = [support.village_standing(work.session, one.id) for one in villages]
    listed = sum(one is not None and entitlements.is_difficult(one, on) for one in standings)
    return 2 * listed > len(villages)


def _age(birth_date: str, on: date) -> int | None:
    """By the year of birth alone, in the year in which the school year began, as the forms count (6 is grade 1, 11 is
    grade 6); None where it is not known."""
    return counted_in(on) - int(birth_date[:4]) if birth_date[:4].isdigit() else None


def counted_in(on: date) -> int:
    """The calendar year in which ages are counted."""
    return int(school_year_of(on)[:4])
