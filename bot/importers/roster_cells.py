"""The sheets of a .xlsx, .xls or .csv file as rows of plain cells, merged cells filled.

Formulas are never evaluated: a cell is what the file keeps as its value. A text beginning with "=" is a text.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import python_calamine

from bot.importers import files
from bot.importers.files import Kind, Reason, Unreadable
from bot.parsing import clean_line

Cell = str | int | float | dt.date  # "" is an empty cell
Row = list[Cell]

MAX_TEXT = 2_000  # characters of one cell (T19)
_LEAST_SHOWN = "=+-@\t＝＋－＠"


@dataclass(frozen=True)
class Sheet:
    """Rows that hold something, each with its number as the spreadsheet shows it (from 1).

    `beside` has the place of every cell that is merged with the one on its left, "" in `rows`: (row, column),
    the column from 0. Cells merged downwards are filled.
    """

    name: str
    rows: tuple[tuple[int, Row], ...]
    beside: frozenset[tuple[int, int]] = frozenset()
    is_hidden: bool = False


def read(data: bytes, kind: Kind) -> list[Sheet]:
    """Every sheet of the file. Raises Unreadable; the file must have passed `files.check`."""
    sheets = [_csv(files.plain_text(data))] if kind is Kind.CSV else _workbook(data)
    files.check_extent(
        rows=sum(len(sheet.rows) for sheet in sheets),
        columns=max((_width(row) for sheet in sheets for _, row in sheet.rows), default=0),
    )
    if not any(sheet.rows for sheet in sheets):
        raise Unreadable(Reason.EMPTY)
    return sheets


def text(cell: Cell) -> str:
    """The cell as a line of text: whole numbers without ".0", dates as dd/mm/yyyy."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.date):
        return f"{cell:%d/%m/%Y}"
    return cell if isinstance(cell, str) else str(cell)


def _width(row: Row) -> int:
    return max((column + 1 for column, cell in enumerate(row) if cell != ""), default=0)


def _workbook(data: bytes) -> list[Sheet]:
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            shown = {
                about.name: about.visible == python_calamine.SheetVisibleEnum.Visible
                for about in book.sheets_metadata
                if about.typ == python_calamine.SheetTypeEnum.WorkSheet
            }
            left = files.MAX_ROWS
            sheets = []
            for name, is_shown in shown.items():
                sheets.append(_sheet(book.get_sheet_by_name(name), is_hidden=not is_shown, most=left))
                left -= len(sheets[-1].rows)
            return sheets
    except python_calamine.PasswordError as error:
        raise Unreadable(Reason.PASSWORD) from error
    except (python_calamine.CalamineError, OSError) as error:
        raise Unreadable(Reason.DAMAGED, error=type(error).__name__) from error


def _sheet(sheet: python_calamine.CalamineSheet, *, is_hidden: bool, most: int) -> Sheet:
    if is_hidden or sheet.start is None:
        return Sheet(sheet.name, (), is_hidden=is_hidden)
    top, left = sheet.start
    grid: dict[int, Row] = {}
    for number, cells in enumerate(sheet.iter_rows(), top):
        row: Row = [""] * left + [_plain(cell) for cell in cells]
        if any(cell != "" for cell in row):
            grid[number] = row
        if len(grid) > most:
            raise Unreadable(Reason.TOO_MANY_ROWS, rows=files.MAX_ROWS + 1, limit=files.MAX_ROWS)
    beside = frozenset(_fill_merged(grid, sheet.merged_cell_ranges or []))
    return Sheet(sheet.name, tuple((number + 1, row) for number, row in grid.items()), beside)


def _fill_merged(
    grid: dict[int, Row], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterator[tuple[int, int]]:
    """Repeats what a cell merged downwards holds; yields the places (row from 1) that belong to their left.

    Only rows that hold something already: a merged, empty block makes no rows.
    """
    for (top, left), (bottom, right) in merged:
        if top not in grid or left >= len(grid[top]):
            continue
        value = grid[top][left]
        for number in range(top, min(bottom, top + files.MAX_ROWS) + 1):
            row = grid.get(number)
            if row is None:
                continue
            row[left] = value
            yield from ((number + 1, column) for column in range(left + 1, min(right + 1, files.MAX_COLUMNS)))


@lru_cache(maxsize=50_000)  # most cells of a list are like one above
def _line(cell: str) -> str:
    return clean_line(cell[:MAX_TEXT])


def _plain(cell: object) -> Cell:
    if isinstance(cell, str):
        return _line(cell)
    if isinstance(cell, bool):
        return "x" if cell else ""
    if isinstance(cell, int | float):
        return cell
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    return "" if cell is None else str(cell)


def _csv(content: str) -> Sheet:
    try:
        records = csv.reader(io.StringIO(content, newline=""), delimiter=_delimiter(content))
        rows: list[tuple[int, Row]] = []
        for number, record in enumerate(records, 1):
            row: Row = [_line(_unprotected(cell)) for cell in record[: files.MAX_COLUMNS + 1]]
            if any(row):
                rows.append((number, row))
            if len(rows) > files.MAX_ROWS:
                raise Unreadable(Reason.TOO_MANY_ROWS, rows=len(rows), limit=files.MAX_ROWS)
    except csv.Error as error:
        raise Unreadable(Reason.DAMAGED, error=type(error).__name__) from error
    return Sheet("", tuple(rows))


def _delimiter(content: str) -> str:
    """The one that divides most lines into the same number of cells, at least two; titles have none.

    Excel's own "sep=;" in the first line decides.
    """
    if content[:4].lower() == "sep=" and content[4:5] in (",", ";", "\t"):
        return content[4]

    def agreement(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in content[:100_000].splitlines()[:200]]
        usual = max((count for count in set(counts) if count), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max(",;\t", key=agreement)


def _unprotected(cell: str) -> str:
    """Our own export writes an apostrophe before what a spreadsheet would take for a formula (T16)."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" ")[:1] in tuple(_LEAST_SHOWN) else cell
