"""A paper as a workbook: a first sheet with its head and words, then a sheet a table; numbers are numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import xlsxwriter

from bot.i18n import Reader
from bot.reports import flow
from bot.reports.measure import shown, width_mm
from bot.reports.paper import Paper, Table

FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
ILLEGAL = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAME_AT_MOST = 31
CELL_AT_MOST = 32_767
FIRST_WIDTH = 100
MM_A_SIGN = 2.1  # a sign of a workbook's column
WIDEST, NARROWEST = 45.0, 6.0
LOOKED_AT = 200  # rows whose cells say how wide a column is


def write(paper: Paper) -> bytes:
    """The paper as a workbook. No cell is ever taken for a formula or a link."""
    out = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": _text(f"{paper.title} {paper.subject}".strip())[:255], "author": "Ra Lớp"})
    looks = {
        "plain": book.add_format({"font_name": "Times New Roman", "text_wrap": True, "valign": "top"}),
        "bold": book.add_format({"font_name": "Times New Roman", "bold": True, "text_wrap": True, "valign": "top"}),
        "number": book.add_format({"font_name": "Times New Roman", "num_format": "#,##0", "valign": "top"}),
        "total": book.add_format({"font_name": "Times New Roman", "num_format": "#,##0", "bold": True}),
        "head": book.add_format(
            {"font_name": "Times New Roman", "bold": True, "text_wrap": True, "align": "center", "border": 1}
        ),
    }
    said = Reader(locale=paper.locale)
    names = _names(paper, said.say("Summary"), said)
    _first(book.add_worksheet(next(names)), paper, looks)
    for table in _tables(paper):
        _sheet(book.add_worksheet(next(names)), table, looks, paper)
    book.close()
    return out.getvalue()


def _tables(paper: Paper) -> list[Table]:
    return [part.table for part in paper.parts if part.table is not None]


def _names(paper: Paper, first: str, said: Reader) -> Iterator[str]:
    """The sheets' names: the table's caption, else its part's heading; none twice, whatever its capitals."""
    used: set[str] = set()
    wanted = [first]
    wanted += [part.table.caption or part.heading for part in paper.parts if part.table is not None]
    for place, one in enumerate(wanted):
        base = " ".join(FORBIDDEN.sub(" ", _text(one)).split()).strip("' ") or said.say("Table %(n)d", n=place)
        name, number = base[:NAME_AT_MOST].rstrip(), 2
        while name.casefold() in used or name.casefold() == "history":
            end = f" ({number})"
            name, number = base[: NAME_AT_MOST - len(end)].rstrip() + end, number + 1
        used.add(name.casefold())
        yield name


def _text(text: str) -> str:
    return ILLEGAL.sub("", text)[:CELL_AT_MOST]


def _first(sheet: Any, paper: Paper, looks: dict[str, Any]) -> None:
    """Head, title, subject and every word of the paper, a line a row; coverage stands first in a report's parts."""
    sheet.set_column(0, 0, FIRST_WIDTH)
    sheet.hide_gridlines(2)
    head = paper.head
    above = [head.superior, head.body, head.number, head.place_and_date]
    rows = [(text, "plain") for text in above] + [(paper.title, "bold"), (paper.subject, "bold")]
    rows += [(text, "plain") for text in paper.to]
    for block in flow.blocks(paper):
        if block.text:
            rows.append((block.text, "bold" if block.kind in ("part", "section") else "plain"))
        elif block.picture is not None:
            rows.append((block.picture.alt, "plain"))
    for one in paper.signatures:
        rows += [(text, "bold") for text in (*one.titles, one.name)]
    place = 0
    for text, look in rows:
        if text:
            sheet.write_string(place, 0, _text(text), looks[look])
            place += 1


def _sheet(sheet: Any, table: Table, looks: dict[str, Any], paper: Paper) -> None:
    """One table: its head frozen and filtered, rows, totals in bold."""
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, _width(table, place, paper.locale))
        sheet.write_string(0, place, _text(column.head), looks["head"])
    at = 1
    for row in table.rows:
        _row(sheet, at, row, looks["plain"], looks["number"])
        at += 1
    if table.rows and table.columns:
        sheet.autofilter(0, 0, at - 1, len(table.columns) - 1)
    for row in table.totals:
        _row(sheet, at, row, looks["bold"], looks["total"])
        at += 1
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if paper.is_wide:
        sheet.set_landscape()


def _row(sheet: Any, at: int, row: Any, text: Any, number: Any) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, int) and not isinstance(cell, bool):
            sheet.write_number(at, place, cell, number)
        elif cell is not None and cell != "":
            sheet.write_string(at, place, _text(str(cell)), text)


def _width(table: Table, place: int, locale: str) -> float:
    """In signs: the widest of the first cells, the head's longest word."""
    cells = [shown(row[place], locale) for row in (*table.rows[:LOOKED_AT], *table.totals) if place < len(row)]
    words = [*table.columns[place].head.split(), *cells]
    widest = max((width_mm(text, 11, "Bold") for text in words), default=0.0)
    return min(max(widest / MM_A_SIGN + 2, NARROWEST), WIDEST)
