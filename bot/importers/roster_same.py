"""Rows of one file about one pupil: exact repeats, rows that contradict an earlier one, and namesakes.

The rules are those of interface.md, "Same pupil, odd rows": a code or personal ID decides first, then the
name with its marks and the birth, within the school; class, parents and village tell namesakes apart.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from bot.importers.roster_facts import PupilRow, RejectedRow, RepeatedRow, RowReason, RowWarning
from bot.parsing import class_key, same_name_key

# What two rows about one pupil may not say differently, in the order in which a difference is named.
_OF_ONE_CODE = ("name", "birth", "birth_year", "class_name", "sex", "father", "mother", "guardian", "village")
_OF_ONE_NAME = (
    "class_name",
    "sex",
    "ethnicity",
    "code",
    "personal_id",
    "guardian",
    "status",
    "policy",
    "phones",
)
_OF_NAMESAKES = ("father", "mother", "village")
_COMPLETED = (
    "code", "personal_id", "birth", "birth_year", "sex", "village", "village_text", "ethnicity", "father",
    "mother", "guardian", "phones", "policy", "status",
)  # fmt: skip
_NAMES = frozenset({"name", "father", "mother", "guardian", "village"})

# A hundred rows of one name and birth are no class list; comparing each with all takes a minute for 20,000.
_MOST_NAMESAKES = 50

Key = tuple[str, ...]


class Rows:
    """Takes the rows in their order and sorts them out."""

    def __init__(self) -> None:
        self.taken: list[PupilRow] = []
        self.rejected: list[RejectedRow] = []
        self.repeats: list[RepeatedRow] = []
        self._by_number: dict[Key, int] = {}
        self._by_name: dict[Key, list[int]] = {}

    def add(self, row: PupilRow) -> None:
        """Takes a row, or notes which earlier row it repeats or contradicts."""
        numbered = next((self._by_number[key] for key in _numbers(row) if key in self._by_number), None)
        if numbered is not None:
            self._compare(numbered, row, _OF_ONE_CODE)
            return
        key = _name(row)
        namesakes = self._by_name.get(key, [])[:_MOST_NAMESAKES]
        same = next((place for place in namesakes if _is_same(self.taken[place], row)), None)
        if same is not None and (_birth(row) or _says_the_same(self.taken[same], row)):
            self._compare(same, row, _OF_ONE_NAME)
            return
        if namesakes and _birth(row):
            row = replace(row, warnings=(*row.warnings, RowWarning.NAMESAKE))
        self._take(key, row)

    def _take(self, key: Key, row: PupilRow) -> None:
        place = len(self.taken)
        self.taken.append(row)
        self._remember(place, row)
        self._by_name.setdefault(key, []).append(place)

    def _remember(self, place: int, row: PupilRow) -> None:
        for key in _numbers(row):
            self._by_number.setdefault(key, place)

    def _compare(self, place: int, row: PupilRow, fields: Iterable[str]) -> None:
        earlier = self.taken[place]
        details: dict[str, str | int]
        differs = next((name for name in fields if _differ(earlier, row, name)), None)
        if differs is not None:
            details = {"name": row.name, "sheet": earlier.sheet, "row": earlier.row, "field": differs}
            self.rejected.append(RejectedRow(row.sheet, row.row, RowReason.CONTRADICTS, details))
            return
        added = {name: getattr(row, name) for name in _COMPLETED if not getattr(earlier, name)}
        self.taken[place] = replace(earlier, **added)
        self._remember(place, row)
        self.repeats.append(RepeatedRow(row.sheet, row.row, earlier.sheet, earlier.row))


def _numbers(row: PupilRow) -> list[Key]:
    """The ministry's numbers are nobody else's; a school's own may be another school's too."""
    numbers = (("code", row.code, row.school or ""), ("personal", row.personal_id, ""))
    return [(kind, number.casefold(), school) for kind, number, school in numbers if number]


def _name(row: PupilRow) -> Key:
    return (row.school or "", _name_key(row.name), _birth(row))


@lru_cache(maxsize=50_000)
def _name_key(name: str) -> str:
    return same_name_key(name)


def _birth(row: PupilRow) -> str:
    return str(row.birth or row.birth_year or "")


def _is_same(earlier: PupilRow, row: PupilRow) -> bool:
    """Whether two rows of one name and birth are one pupil: nothing that tells namesakes apart differs."""
    return not any(_differ(earlier, row, name) for name in (*_OF_NAMESAKES, "code", "personal_id"))


def _says_the_same(earlier: PupilRow, row: PupilRow) -> bool:
    """Without a birth date only an exact repeat is the same pupil."""
    fields = ("class_name", "code", *_OF_NAMESAKES, "sex", "phones")
    return all(getattr(earlier, name) == getattr(row, name) for name in fields)


def _differ(earlier: PupilRow, row: PupilRow, name: str) -> bool:
    """Whether both say something, and not the same."""
    first, second = getattr(earlier, name), getattr(row, name)
    if not first or not second or first == second:
        return False
    return _comparable(name, first) != _comparable(name, second)


@lru_cache(maxsize=50_000)
def _comparable(name: str, value: str | int | date) -> str | int | date:
    if isinstance(value, str) and name in _NAMES:
        return _name_key(value)
    return class_key(value) if isinstance(value, str) and name == "class_name" else value
