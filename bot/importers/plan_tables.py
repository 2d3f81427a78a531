"""An official paper as blocks: paragraphs and tables in their order; here from .docx, in plan_texts.py from text.

A table is a grid of texts. What a merged cell holds stands in every place that the cell covers, so that nobody
after this file has to know about merging; a row that is one cell over the whole width holds the same text
everywhere. Text files cannot show a merged cell: there the places below it are empty (`shows_merges`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import docx
from docx.oxml.ns import qn

from bot.parsing import clean

COLUMNS_AT_MOST = 60
SPAN_AT_MOST = 200


@dataclass(frozen=True)
class Paragraph:
    """Some lines of running text; two columns of a letterhead may still stand in it, separated by a tab."""

    text: str


@dataclass(frozen=True)
class Table:
    """A grid; every row has the same number of texts."""

    rows: tuple[tuple[str, ...], ...]
    shows_merges: bool


Block = Paragraph | Table


def as_text(blocks: Iterable[Block]) -> str:
    """The whole paper as lines, the cells of a row separated by tabs, a merged cell once."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield from block.text.split("\n")
        return
    for row in block.rows:
        yield "\t".join(text for at, text in enumerate(row) if at == 0 or text != row[at - 1])


def columns_kept(line: str, read: Callable[[str], str] = clean) -> str:
    """A line of text made regular; what tabs or wide gaps set apart is still apart, by one tab."""
    parts = [read(part).strip() for part in re.split(r"\t+| {4,}", line.strip())]
    return "\t".join(filter(None, parts))


def grid(rows: list[list[str]], *, shows_merges: bool) -> Table:
    """A table of rows that may differ in length; empty rows are left out."""
    width = min(max(map(len, rows), default=0), COLUMNS_AT_MOST)
    padded = (tuple((row + [""] * width)[:width]) for row in rows)
    return Table(tuple(row for row in padded if any(row)), shows_merges)


_PASSED_OVER = {
    qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), qn("w:tbl"), qn("w:pPr"), qn("w:rPr"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}  # fmt: skip
_MARKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_WRAPPERS = {
    qn("w:sdt"),
    qn("w:sdtContent"),
    qn("w:ins"),
    qn("w:moveTo"),
    qn("w:customXml"),
    qn("w:smartTag"),
}


def blocks_of_docx(data: bytes) -> list[Block]:
    """The body of a Word file: what was inserted with revision marks is in, what was deleted is not.

    Raises whatever python-docx and lxml raise on a damaged file: the caller has one answer to all of it.
    """
    return list(_walk(docx.Document(BytesIO(data)).element.body))


def _walk(parent: Any) -> Iterator[Block]:
    for node in parent:
        if node.tag == qn("w:tbl"):
            yield from _table(node)
        elif node.tag == qn("w:p"):
            yield from _paragraph(node)
        elif node.tag in _WRAPPERS:
            yield from _walk(node)


def _paragraph(node: Any) -> Iterator[Block]:
    if text := "\n".join(filter(None, map(columns_kept, _text(node).split("\n")))):
        yield Paragraph(text)
    for box in node.iter(qn("w:txbxContent")):
        if not any(above.tag in _PASSED_OVER for above in box.iterancestors()):
            yield from _walk(box)


def _text(node: Any) -> str:
    parts = []
    for child in node:
        if child.tag == qn("w:t"):
            parts.append(child.text or "")
        elif child.tag in _MARKS:
            parts.append(_MARKS[child.tag])
        elif child.tag not in _PASSED_OVER:
            parts.append(_text(child))
    return "".join(parts)


def _table(node: Any) -> Iterator[Block]:
    above: list[str] = []
    rows = []
    for row_node in _children(node, qn("w:tr")):
        above = _row(row_node, above)
        rows.append(above)
    yield grid(rows, shows_merges=True)
    for cell in node.iter(qn("w:tc")):
        if next(cell.iterancestors(qn("w:tbl"))) is node:
            yield from (inner for part in _children(cell, qn("w:tbl")) for inner in _table(part))


def _row(node: Any, above: list[str]) -> list[str]:
    row = [""] * _number(node.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}"), 0)
    for cell in _children(node, qn("w:tc")):
        properties = cell.find(qn("w:tcPr"))
        merge = None if properties is None else properties.find(qn("w:vMerge"))
        span = 1 if properties is None else _number(properties.find(qn("w:gridSpan")), 1)
        if merge is not None and merge.get(qn("w:val"), "continue") == "continue" and len(row) < len(above):
            text = above[len(row)]
        else:
            text = clean("\n".join(_text(part) for part in _children(cell, qn("w:p")))).strip()
        row += [text] * span
    return row


def _number(node: Any, default: int) -> int:
    value = "" if node is None else node.get(qn("w:val"), "")
    return min(int(value), SPAN_AT_MOST) if re.fullmatch(r"[0-9]{1,4}", value) else default


def _children(node: Any, tag: str) -> Iterator[Any]:
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tag)
