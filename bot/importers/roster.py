"""School rosters (.xlsx, .xls, .csv) as facts: `read` finds the pupils in the shapes that schools send.

Every layout of reference/domain.md §10, "Roster files", and our own export of pupils. The file is foreign: it
is opened in a child process (bot.importers.files). What the facts mean for the database, and the words for
them, are decided elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count

from bot.importers import files, roster_cells, roster_fields, roster_header, roster_rows, roster_titles
from bot.importers.files import Kind, Reason, Unreadable
from bot.importers.roster_cells import Row, Sheet, text
from bot.importers.roster_facts import (
    Phone,
    PupilRow,
    RejectedRow,
    Relation,
    RepeatedRow,
    Roster,
    RowReason,
    RowWarning,
    Sex,
    SheetFacts,
    Status,
)
from bot.importers.roster_header import Column, Header
from bot.importers.roster_rows import Table
from bot.importers.roster_same import Rows
from bot.importers.roster_villages import Villages
from bot.parsing import is_old_font

__all__ = [
    "Phone",
    "PupilRow",
    "Reason",
    "RejectedRow",
    "Relation",
    "RepeatedRow",
    "Roster",
    "RowReason",
    "RowWarning",
    "Sex",
    "SheetFacts",
    "Status",
    "Unreadable",
    "read",
]

MAX_TITLE_CELLS = 12  # a fuller row is no title
MAX_TITLE_ROWS = 60  # a sheet without a header in its first rows is no list
_WORDS = (
    Column.NAME, Column.NAME_FIRST, Column.NAME_LAST, Column.FATHER, Column.MOTHER, Column.PARENTS,
    Column.GUARDIAN, Column.VILLAGE, Column.ADDRESS, Column.ETHNICITY, Column.CLASS,
)  # fmt: skip


def read(data: bytes, filename: str, *, known_villages: Sequence[str] = ()) -> Roster:
    """Reads a roster. `known_villages` are names, former ones too, to be found inside addresses.

    At most 5 seconds and 200 MB, in a child process; may be called from any thread. Raises Unreadable.
    """
    files.check_size(data)
    return files.in_child(read_here, data, filename, tuple(known_villages))


def read_here(data: bytes, filename: str, known_villages: tuple[str, ...]) -> Roster:
    """`read` in this very process, with all checks and no limits: what the child runs."""
    kind: Kind = files.check(data, filename, files.SPREADSHEETS)
    sheets = roster_cells.read(data, kind)
    villages = Villages(known_villages)
    found = [_Reading(sheet, villages).run() for sheet in sheets]
    if not any(reading.facts.header_rows for reading in found):
        _refuse_old_font(sheets)
        raise Unreadable(Reason.NO_HEADER)
    return _roster(found)


def _roster(found: "list[_Reading]") -> Roster:
    rows = Rows()
    for reading in found:
        for row in reading.pupils:
            rows.add(row)
    order = {reading.sheet.name: place for place, reading in enumerate(found)}
    rejected = [*(row for reading in found for row in reading.rejected), *rows.rejected]
    facts = [reading.facts for reading in found]
    return Roster(
        school=_only({about.school for about in facts}),
        year=_only({about.year for about in facts}),
        rows=tuple(rows.taken),
        rejected=tuple(sorted(rejected, key=lambda row: (order[row.sheet], row.row))),
        repeats=tuple(rows.repeats),
        sheets=tuple(facts),
    )


def _only(names: set[str | None]) -> str | None:
    """The one name there is; None when there are several."""
    known = names - {None}
    return known.pop() if len(known) == 1 else None


def _refuse_old_font(sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        for number, row in sheet.rows[:MAX_TITLE_ROWS]:
            _refuse_old_font_in(sheet.name, number, (text(cell) for cell in row))


@lru_cache(maxsize=50_000)
def _is_old_font(cell: str) -> bool:
    return is_old_font(cell)


def _refuse_old_font_in(sheet: str, number: int, cells: Iterator[str]) -> None:
    for cell in cells:
        if _is_old_font(cell):
            raise Unreadable(Reason.OLD_FONT, sheet=sheet, row=number, value=cell[:60])


@dataclass
class _Titles:
    """What has been said so far above or between the tables of a sheet."""

    school: str | None = None
    year: str | None = None
    class_name: str | None = None


@dataclass
class _Reading:
    """One sheet, read from top to bottom: titles, a header, its rows; perhaps another header below."""

    sheet: Sheet
    villages: Villages
    pupils: list[PupilRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    titles: _Titles = field(default_factory=_Titles)
    table: Table | None = None
    facts: SheetFacts = field(init=False)

    def run(self) -> "_Reading":
        self.facts = SheetFacts(self.sheet.name, is_hidden=self.sheet.is_hidden)
        last = -1  # the last row of the header found last
        for place in count():
            if place >= len(self.sheet.rows) or (self.table is None and place >= MAX_TITLE_ROWS):
                break
            if place <= last:
                continue
            header = self._header_at(place)
            if header is not None:
                last = place + len(header.rows) - 1
                self._begin(header, last)
            else:
                self._read_row(*self.sheet.rows[place])
        self.facts = replace(
            self.facts,
            school=self.titles.school,
            year=self.titles.year,
            class_name=self.titles.class_name,
            pupils=len(self.pupils),
        )
        return self

    def _header_at(self, place: int) -> Header | None:
        if self.table is not None:
            _, row = self.sheet.rows[place]
            columns = (Column.NAME, Column.NAME_FIRST, Column.NAME_LAST)
            names = [text(cell) for _, cell in self.table.all(row, *columns)]
            if not any(roster_header.is_name_heading(name) for name in names):
                return None
        return roster_header.find(self.sheet, place)

    def _begin(self, header: Header, last: int) -> None:
        if self.titles.class_name is None:
            self.titles.class_name = roster_titles.class_of_sheet(self.sheet.name)
        self.table = Table(
            sheet=self.sheet.name,
            header=header,
            villages=self.villages,
            class_name=self.titles.class_name,
            school=self.titles.school,
            year=self.titles.year,
        )
        below = [row for _, row in self.sheet.rows[last + 1 :]]
        girls = self._cells(below, Column.IS_FEMALE)
        self.table.ticks_girls = any(roster_fields.says_something(cell) for cell in girls)
        states = self._cells(below, Column.STATUS)
        self.table.has_status = any(roster_fields.status(cell) for cell in states)
        self.facts = replace(self.facts, header_rows=(*self.facts.header_rows, *header.rows))

    def _cells(self, rows: Sequence[Row], column: Column) -> Iterator[roster_cells.Cell]:
        table = self.table
        return (cell for row in rows for _, cell in table.all(row, column)) if table else iter(())

    def _read_row(self, number: int, row: Row) -> None:
        found = roster_rows.read(self.table, number, row) if self.table is not None else None
        if found is None:
            self._read_title(row)
            return
        if self.table is not None:
            words = (text(cell) for _, cell in self.table.all(row, *_WORDS))
            _refuse_old_font_in(self.sheet.name, number, words)
        if isinstance(found, PupilRow):
            self.pupils.append(found)
        else:
            self.rejected.append(found)

    def _read_title(self, row: Row) -> None:
        """Above the header the first class named counts; below it, each line with one begins another."""
        if sum(1 for cell in row if cell != "") > MAX_TITLE_CELLS:
            return
        titles = self.titles
        for piece in roster_titles.pieces(row):
            titles.school = titles.school or roster_titles.school_in(piece)
            titles.year = titles.year or roster_titles.year_in(piece)
            label = roster_titles.class_in(piece)
            if label is not None and (titles.class_name is None or self.table is not None):
                titles.class_name = label
                if self.table is not None:
                    self.table.class_name = label
