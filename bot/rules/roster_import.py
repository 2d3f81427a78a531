"""A school's roster sent in the chat: whose it may be, what it would change, taking it in (interface.md, /nhapds)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.parsing import fold
from bot.rules import newcomers, people, roster
from bot.rules.roster import Outcome, Row
from bot.rules.trial import tried
from bot.rules.work import Refused, Work
from storage.people import Role
from storage.places import Place, PlaceKind

# Taking in a row that is new costs 0.4 ms, while everybody else waits: 3,000 are somewhat over a second, once to look
# and once to take in. More is for the machine itself (`ralop import`).
ROWS_AT_MOST = 3000


class Read(Protocol):
    """What an importer read of a roster."""

    @property
    def school(self) -> str | None: ...
    @property
    def year(self) -> str | None: ...
    @property
    def rows(self) -> Sequence[Row]: ...
    @property
    def repeats(self) -> Sequence[object]: ...


@dataclass(frozen=True)
class Target:
    """Which rows go into which school. `school` is None where each row goes where it says itself.

    `named`: how the file calls the school, where that is another name; `left_out`: rows of other schools.
    """

    rows: Sequence[Row]
    school: Place | None
    name: str
    named: str = ""
    left_out: int = 0


@dataclass(frozen=True)
class Trial:
    """What a roster would lead to; counts of pupils, names of places, and rows that are taken although in doubt.

    `alike`: (row, name, the pupil of nearly that name).
    """

    school: str
    named: str
    left_out: int
    added: int
    changed: int
    unchanged: int
    from_elsewhere: int
    villages: tuple[str, ...]
    schools: tuple[str, ...]
    alike: tuple[tuple[int, str, str], ...]

    @property
    def pupils(self) -> int:
        return self.added + self.changed + self.unchanged


def schools(work: Work) -> list[Place]:
    """The schools whose rosters the acting person may bring: an administrator all, a school's head the own."""
    people.require(work, "roster.import")
    return newcomers.schools(work)


def target(work: Work, read: Read, school_id: int | None = None) -> Target:
    """Where the rows of a roster go; `school_id` is what the person chose, and then counts for all of them.

    Raises Refused: not allowed, `outside_scope`, `too_many_rows`, `which_school`, `other_schools` for a file that names
    several, none of them the acting person's.
    """
    own = schools(work)
    if len(read.rows) > ROWS_AT_MOST:
        raise Refused("too_many_rows", limit=ROWS_AT_MOST)
    if school_id is not None:
        chosen = next((one for one in own if one.id == school_id), None)
        if chosen is None:
            raise Refused("outside_scope")
        return Target(read.rows, chosen, chosen.name, _otherwise(read.school, chosen))
    names = {row.school or read.school or "" for row in read.rows}
    if Role.ADMIN in people.roles(work):
        return _of_administrator(read, own, names)
    return _of_head(read, own, names)


def _of_administrator(read: Read, own: Sequence[Place], names: set[str]) -> Target:
    """The file's own word counts; what it leaves open is of the only school there is."""
    if "" not in names:
        return Target(read.rows, None, ", ".join(sorted(names)))
    if len(own) != 1:
        raise Refused("which_school", schools=[one.name for one in own])
    others = sorted(name for name in names - {""} if fold(name) != own[0].folded)
    return Target(read.rows, None, ", ".join([own[0].name, *others]))


def _of_head(read: Read, own: Sequence[Place], names: set[str]) -> Target:
    """Only the rows of the own school; a file that names one other school calls the own by another name."""
    if len(own) != 1:
        raise Refused("which_school", schools=[one.name for one in own])
    mine = own[0]
    rows = [row for row in read.rows if fold(row.school or read.school or "") in ("", mine.folded)]
    if rows or not read.rows:
        return Target(rows, mine, mine.name, left_out=len(read.rows) - len(rows))
    if len(names) > 1:
        raise Refused("other_schools", school=mine.name)
    return Target(read.rows, mine, mine.name, _otherwise(next(iter(names)), mine))


def _otherwise(named: str | None, school: Place) -> str:
    return named if named and fold(named) != school.folded else ""


def take(work: Work, read: Read, school_id: int | None = None) -> tuple[Target, Outcome]:
    """Takes a roster in, as `ralop import` does. Raises Refused as `target` does."""
    where = target(work, read, school_id)
    only = schools(work)
    school = read.school or (only[0].name if len(only) == 1 else None)
    outcome = roster.take(work, where.rows, school=school, year=read.year, into=where.school)
    outcome.unchanged += len(read.repeats)
    return where, outcome


def look(work: Work, read: Read, school_id: int | None = None) -> Trial:
    """What `take` would do; nothing of it stays. Raises Refused as `target` does."""
    return tried(work, lambda trial: facts(*take(trial, read, school_id)))


def facts(where: Target, outcome: Outcome) -> Trial:
    """What was done, as plain values."""
    made = [(PlaceKind(place.kind), place.name) for place in outcome.made]
    return Trial(
        school=where.name,
        named=where.named,
        left_out=where.left_out,
        added=outcome.added,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        from_elsewhere=outcome.from_elsewhere,
        villages=tuple(name for kind, name in made if kind is PlaceKind.VILLAGE),
        schools=tuple(name for kind, name in made if kind is PlaceKind.SCHOOL),
        alike=tuple((row.row, row.name, near) for row, near in outcome.alike),
    )
