"""Plans as plain text or Markdown: what is a table in it (by tabs, pipes, gaps, HTML) and what a paragraph."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import zip_longest

from bot.importers.plan_tables import (
    COLUMNS_AT_MOST,
    SPAN_AT_MOST,
    Block,
    Paragraph,
    Table,
    columns_kept,
    grid,
)
from bot.parsing import clean

_TABLE_STARTS = re.compile(r"<table\b", re.IGNORECASE)
_TABLE_ENDS = re.compile(r"</table\s*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_RULE = re.compile(r"[|+:=\-\s]*[=\-]{2,}[|+:=\-\s]*")
_STARS = re.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|__(?=\S)|(?<=\S)__")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>])")
_PIPE = re.compile(r"(?<!\\)\|")
_WIDE_GAP = re.compile(r" {2,}")


def blocks_of_text(text: str) -> list[Block]:
    """Plain text or Markdown: tables by tabs, by pipes (with or without a frame), by wide gaps, or in HTML."""
    blocks: list[Block] = []
    start = 0
    while (first := _TABLE_STARTS.search(text, start)) and (last := _TABLE_ENDS.search(text, first.end())):
        blocks += _blocks_of_lines(text[start : first.start()])
        blocks.append(_html_table(text[first.start() : last.end()]))
        start = last.end()
    return blocks + _blocks_of_lines(text[start:])


def _blocks_of_lines(text: str) -> list[Block]:
    blocks: list[Block] = []
    lines = [line.rstrip("\r ") for line in text.split("\n")]
    at = 0
    while at < len(lines):
        for read in (_pipe_table, _tab_table, _gap_table):
            table, after = read(lines, at)
            if table is not None:
                blocks.append(table)
                at = after
                break
        else:
            if line := columns_kept(lines[at], plain):
                blocks.append(Paragraph(line))
            at += 1
    return blocks


def plain(text: str) -> str:
    """A line or a cell without the marks of Markdown and HTML."""
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = re.sub(r"^\s*(?:>\s?|#{1,6}\s+|```.*)", "", text)
    text = re.sub(r"^\s*\*\s+", "- ", text)
    text = _ESCAPE.sub(r"\1", _STARS.sub("", text))
    return clean(html.unescape(text)).strip()


def _pipe_cells(line: str) -> list[str]:
    return [plain(cell) for cell in _PIPE.split(line.strip().removeprefix("|").removesuffix("|"))]


def _pipe_table(lines: list[str], at: int) -> tuple[Table | None, int]:
    """Rows by `|`. Inside a frame of `+---+` a row takes several lines; without one a line is a row."""
    if lines[at].lstrip().startswith("+-") and "|" in "".join(lines[at + 1 : at + 2]):
        return _framed_table(lines, at)
    if not _is_pipe_row(lines[at]):
        return None, at
    rows = [_pipe_cells(lines[at])]
    at += 1
    while at < len(lines):
        line, cells = lines[at], _pipe_cells(lines[at])
        if _is_rule(line) or _stands_between(lines, at, _is_pipe_row):
            pass
        elif line.strip() and not line.lstrip().startswith("|") and _is_rest(cells, rows):
            _append(cells, rows)
        elif _PIPE.search(line):
            rows.append(cells)
        else:
            break
        at += 1
    return _table(rows), at


def _framed_table(lines: list[str], at: int) -> tuple[Table | None, int]:
    rows: list[list[str]] = []
    is_new_row = True
    while at < len(lines) and (_is_rule(lines[at]) or _PIPE.search(lines[at])):
        if _is_rule(lines[at]):
            is_new_row = True
        else:
            cells = _pipe_cells(lines[at])
            rows = [*rows, cells] if is_new_row else [*rows[:-1], _stacked(rows[-1], cells)]
            is_new_row = False
        at += 1
    return _table(rows), at


def _is_pipe_row(line: str) -> bool:
    return len(_PIPE.findall(line)) >= 2


def _is_rule(line: str) -> bool:
    return ("|" in line or "+" in line) and _RULE.fullmatch(line.strip()) is not None


def _stacked(upper: list[str], lower: list[str]) -> list[str]:
    return [f"{above}\n{below}".strip("\n") for above, below in zip_longest(upper, lower, fillvalue="")]


def _tab_table(lines: list[str], at: int) -> tuple[Table | None, int]:
    """Rows by tabs. A cell of several lines is followed to its end while its row is still short of cells."""
    rows = [[plain(cell) for cell in lines[at].split("\t")]]
    if not rows[0][0] or sum(map(bool, rows[0])) < 2:
        return None, at
    width = len(rows[0])
    at += 1
    while at < len(lines):
        cells = [plain(cell).strip('"') for cell in lines[at].split("\t")]
        if lines[at].strip() and _is_rest(cells, rows):
            _append(cells, rows)
        elif "\t" in lines[at].rstrip("\t") or (len(cells) == width and any(cells)):
            rows.append(cells)
        elif not _stands_between(lines, at, lambda line: line.count("\t") >= max(width - 2, 1)):
            break
        at += 1
    return _table(rows), at


def _gap_table(lines: list[str], at: int) -> tuple[Table | None, int]:
    """Rows by two spaces or more, three columns at least; only whole rows, a cell of two lines ends it."""
    rows: list[list[str]] = []
    while at < len(lines):
        if _is_gap_row(lines[at]):
            rows.append([plain(cell) for cell in _WIDE_GAP.split(lines[at].strip())])
        elif not (rows and _stands_between(lines, at, _is_gap_row)):
            break
        at += 1
    return _table(rows), at


def _is_gap_row(line: str) -> bool:
    return len(_WIDE_GAP.split(line.strip())) >= 3


def _table(rows: list[list[str]]) -> Table | None:
    """One line alone is no table."""
    return grid(rows, shows_merges=False) if len(rows) > 1 else None


def _stands_between(lines: list[str], at: int, is_row: Callable[[str], bool]) -> bool:
    """Whether this is one empty line between two rows of the same table."""
    return not lines[at].strip() and at + 1 < len(lines) and is_row(lines[at + 1])


def _is_rest(cells: list[str], rows: list[list[str]]) -> bool:
    """Whether a line goes on with the last row: that is short of cells, and the line has not more than it lacks."""
    missing = len(rows[0]) - len(rows[-1])
    return len(rows) > 1 and len(rows[0]) > 2 and missing > 0 and len(cells) <= min(missing + 1, 3)


def _append(cells: list[str], rows: list[list[str]]) -> None:
    rows[-1][-1] = f"{rows[-1][-1]}\n{cells[0]}".strip()
    rows[-1] += cells[1:]


class _Html(HTMLParser):
    """Collects the cells of one table with their spans."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[tuple[str, int, int]]] = []
        self._parts: list[str] | None = None
        self._spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._close()
            self.rows.append([])
        elif tag in ("td", "th"):
            self._close()
            given = dict(attrs)
            self._parts = []
            self._spans = (_span(given.get("rowspan")), _span(given.get("colspan")))
        elif tag in ("br", "p", "li", "div") and self._parts is not None:
            self._parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self._parts is not None:
            self._parts.append(re.sub(r"\s+", " ", data))

    def _close(self) -> None:
        if self._parts is not None:
            lines = (line.strip() for line in "".join(self._parts).split("\n"))
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append((plain("\n".join(filter(None, lines))), *self._spans))
            self._parts = None


def _span(value: str | None) -> int:
    return max(1, min(int(value), SPAN_AT_MOST)) if value and re.fullmatch(r"[0-9]{1,4}", value) else 1


def _html_table(source: str) -> Table:
    reader = _Html()
    reader.feed(source)
    reader.close()
    rows: list[list[str]] = []
    hanging: dict[int, tuple[str, int]] = {}  # column -> what hangs down into it, and for how many rows yet
    for cells in reader.rows:
        row, hanging = _html_row(cells, hanging)
        rows.append(row)
    return grid(rows, shows_merges=True)


def _html_row(
    cells: list[tuple[str, int, int]], hanging: dict[int, tuple[str, int]]
) -> tuple[list[str], dict[int, tuple[str, int]]]:
    row: list[str] = []
    below: dict[int, tuple[str, int]] = {}
    waiting = list(cells)
    while len(row) < COLUMNS_AT_MOST and (waiting or any(column >= len(row) for column in hanging)):
        text, down, across = "", 1, 1
        if len(row) in hanging:
            text, down = hanging[len(row)]
        elif waiting:
            text, down, across = waiting.pop(0)
        for column in range(len(row), len(row) + across):
            if down > 1:
                below[column] = (text, down - 1)
        row += [text] * across
    return row, below
