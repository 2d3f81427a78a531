"""Data out: what a table of `ralop export` is, and how it is read in slices (interface.md, Exports)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import moment
from bot.rules.work import Work

# What a cell holds. Times are aware and leave as ISO 8601 with the commune's offset, dates as ISO; None is empty.
# A tuple is a list: joined with "; " in csv and xlsx, an array in json.
Cell = str | int | bool | date | datetime | tuple[str, ...] | dict[str, object] | None
Row = Sequence[Cell]

SLICE = 200  # rows a transaction: on a slow machine below a tenth of a second, so that nobody waits for an export


@dataclass(frozen=True)
class Window:
    """The days asked for, both inclusive, None for no end. `is_sensitive` fills the columns else left empty."""

    since: date | None = None
    until: date | None = None
    is_sensitive: bool = False
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Ho_Chi_Minh"))

    @property
    def start(self) -> datetime | None:
        """The first moment of the first day (UTC)."""
        return None if self.since is None else moment(self.since, time(), self.zone)

    @property
    def end(self) -> datetime | None:
        """The first moment after the last day (UTC)."""
        return None if self.until is None else moment(self.until + timedelta(days=1), time(), self.zone)


@dataclass(frozen=True)
class Part:
    """Where a slice begins (behind the key `after`) and where the table ends (with the key `until`)."""

    window: Window
    after: int
    until: int
    limit: int = SLICE


# The rows of one slice, and the key that it reached: `until` when nothing is left.
Read = Callable[[Work, Part], tuple[list[Row], int]]


@dataclass(frozen=True)
class Source:
    """Rows under a growing whole number as their key. `ends` gives the first and the last key (before and until).

    The last is taken at the start: what is recorded meanwhile belongs to the next export. `many`: a key can have
    several rows (a day its registers).
    """

    read: Read
    ends: Callable[[Work, Window], tuple[int, int]]
    limit: int = SLICE
    many: bool = False


@dataclass(frozen=True)
class Table:
    """One export. `hidden` are its columns that only `--sensitive` fills, `further` those that only it adds."""

    name: str
    columns: tuple[str, ...]
    sources: tuple[Source, ...]
    dated: str = ""
    hidden: frozenset[str] = frozenset()
    further: tuple[str, ...] = ()

    def header(self, window: Window) -> tuple[str, ...]:
        return self.columns + (self.further if window.is_sensitive else ())


Transaction = Callable[[], AbstractContextManager[Work]]


def rows(transaction: Transaction, table: Table, window: Window) -> Iterator[list[Row]]:
    """All rows in slices, each read in a transaction of its own; nobody who writes waits for a whole export."""
    for source in table.sources:
        with transaction() as work:
            after, until = source.ends(work, window)
        while after < until:
            with transaction() as work:
                found, after = source.read(work, Part(window, after, until, source.limit))
            yield [shown(table, window, row) for row in found]


def shown(table: Table, window: Window, row: Row) -> Row:
    """A row as it may be seen: sensitive cells empty, further ones away, unless they were asked for."""
    if window.is_sensitive:
        return row
    wide = table.columns + table.further
    return [
        None if column in table.hidden else cell
        for column, cell in zip(wide, row, strict=True)
        if column not in table.further
    ]
