"""A paper as PDF: what `paper.typ` is filled with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from bot.i18n import Reader
from bot.reports import flow
from bot.reports.flow import Block
from bot.reports.measure import PADDING_MM, SPARE_MM, Fit, breakable, fit, shown, wrapped
from bot.reports.paper import Paper, Table
from bot.reports.printing import printed

BODY_POINTS = 13.0
# A cell of a table costs 8 kB: 10,000 rows of ten took 1 GB and 4 s. A table from this length on is set in bundles of
# rows, one text a column, wrapped here: 230 MB and half a second.
LONG_FROM_ROWS = 1_000
BUNDLE_ROWS = 5
TAGGED_UP_TO_ROWS = 100  # a row of ten cells costs 2 kB of tags: 400 rows would be 840 kB instead of 90 on a weak line


def write(paper: Paper, form: Literal["pdf", "png"] = "pdf") -> bytes:
    """The paper in pages, with our own fonts inside."""
    rows = sum(len(block.table.rows) for block in flow.blocks(paper) if block.table is not None)
    return printed("paper.typ", data(paper), form, is_tagged=rows <= TAGGED_UP_TO_ROWS)


def data(paper: Paper) -> dict[str, Any]:
    """What the layout is filled with: texts and numbers only, so that no name is ever taken for markup."""
    room = flow.room_mm(paper)
    return {
        "lang": paper.locale,
        "is_wide": paper.is_wide,
        "head": flow.head(paper),
        "to": [_line(text, room) for text in paper.to],
        "name": f"{paper.title} {paper.subject}".strip(),
        "blocks": [_block(block, room, paper.locale) for block in flow.blocks(paper)],
        "signatures": [
            {"titles": list(one.titles), "hint": one.hint, "name": one.name} for one in paper.signatures
        ],
        "recipients_label": paper.recipients_label,
        "recipients": [breakable(line, room / 2, 11) for line in paper.recipients],
    }  # fmt: skip


def _line(text: str, room: float) -> str:
    return breakable(text, room - 13, BODY_POINTS, "Bold")


def _block(block: Block, room: float, locale: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": block.kind,
        "text": _line(block.text, room),
        "kept": block.is_kept,
        "open": block.is_open,
    }
    if block.table is not None:
        found["table"] = _table(block.table, room, locale)
    if block.picture is not None:
        found["svg"], found["alt"] = block.picture.svg, block.picture.alt
    return found


def _table(table: Table, room: float, locale: str) -> dict[str, Any]:
    """Cells in one list, row after row, as typst takes them; a row that is too short ends with empty cells."""
    fitted = fit(table, room, locale)
    return {
        "size": fitted.size,
        "whole": len(table.rows) <= flow.WHOLE_UP_TO_ROWS,
        "widths": list(fitted.widths),
        "aligns": [column.align for column in table.columns],
        "head": _cells([[column.head for column in table.columns]], fitted, locale, "Bold"),
        "rows": [] if _is_long(table) else _cells(table.rows, fitted, locale, "Regular"),
        "bundles": _bundles(table, fitted, locale) if _is_long(table) else [],
        "totals": _cells(table.totals, fitted, locale, "Bold"),
        "none": "" if table.rows else Reader(locale=locale).say("(none)"),
    }


def _cells(rows: Sequence[Sequence[str | int | None]], fitted: Fit, locale: str, face: str) -> list[str]:
    rooms = [width - 2 * PADDING_MM for width in fitted.widths]
    return [
        breakable(shown(row[place], locale) if place < len(row) else "", room, fitted.size, face)
        for row in rows
        for place, room in enumerate(rooms)
    ]


def _is_long(table: Table | None) -> bool:
    return table is not None and len(table.rows) >= LONG_FROM_ROWS


def _bundles(table: Table, fitted: Fit, locale: str) -> list[dict[str, Any]]:
    """The rows of a long table: of each bundle a text a column, and below which of its lines a rule is drawn."""
    rooms = [width - 2 * PADDING_MM - SPARE_MM for width in fitted.widths]
    found = []
    for start in range(0, len(table.rows), BUNDLE_ROWS):
        columns: list[list[str]] = [[] for _ in rooms]
        rules = []
        for row in table.rows[start : start + BUNDLE_ROWS]:
            cells = [
                wrapped(shown(row[place], locale) if place < len(row) else "", room, fitted.size)
                for place, room in enumerate(rooms)
            ]
            height = max(len(lines) for lines in cells)
            for column, lines in zip(columns, cells, strict=True):
                column += lines + [""] * (height - len(lines))
            rules.append(len(columns[0]))
        found.append({"columns": ["\n".join(column) for column in columns], "rules": rules[:-1]})
    return found
