"""A paper as one column of blocks, in the order in which they stand; Word and PDF set the same blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.reports.measure import balanced
from bot.reports.paper import Paper, Part, Picture, Table

Kind = Literal["part", "section", "text", "item", "caption", "table", "picture", "line"]


@dataclass(frozen=True)
class Block:
    """One block. A part's or section's heading, a paragraph, a line of a list, a table's caption: `text`.

    `line` is a dotted line to write on; a text that is `is_open` ends with dots up to the margin, to be written on.
    `is_kept`: stands on one page with what follows.
    """

    kind: Kind
    text: str = ""
    table: Table | None = None
    picture: Picture | None = None
    is_kept: bool = False
    is_open: bool = False


# The page of Decree 30: A4, margins 20/20/30/15 mm. A page that is turned keeps its margins.
WIDTH_MM, HEIGHT_MM = 210.0, 297.0
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 20.0, 20.0, 30.0, 15.0
PICTURE_AT_MOST_MM = 120.0
WHOLE_UP_TO_ROWS = 6  # a table no longer than this stands on one page
OPEN = "…" * 8  # a text that ends like this is to be written on


LEFT_HALF_MM = 66.0
HALF_POINTS, TITLE_POINTS = 12.0, 14.0


def head(paper: Paper) -> dict[str, str]:
    """The words above the parts, long ones in lines of about the same length."""
    found = {name: getattr(paper.head, name) for name in paper.head.__dataclass_fields__}
    found["superior"] = balanced(paper.head.superior, LEFT_HALF_MM, HALF_POINTS, "Regular")
    found["body"] = balanced(paper.head.body, LEFT_HALF_MM, HALF_POINTS)
    found["title"] = balanced(paper.title, room_mm(paper) * 0.86, TITLE_POINTS)
    found["subject"] = balanced(paper.subject, room_mm(paper) * 0.86, TITLE_POINTS)
    return found


def room_mm(paper: Paper) -> float:
    """The width between the margins."""
    return (HEIGHT_MM if paper.is_wide else WIDTH_MM) - LEFT_MM - RIGHT_MM


def blocks(paper: Paper) -> list[Block]:
    """Everything between the subject and the signatures; the last of it stands with the signatures."""
    found = [_said("text", text) for text in paper.opening]
    for part in paper.parts:
        found += _of_part(part)
    found += [_said("text", text) for text in paper.closing]
    return found


def _said(kind: Kind, text: str) -> Block:
    closed = text.rstrip(" .")
    if closed.endswith(OPEN):
        return Block(kind, closed.rstrip("…").rstrip(), is_open=True)
    return Block(kind, text)


def _of_part(part: Part) -> Iterator[Block]:
    if part.heading:
        yield Block("part" if part.level == 1 else "section", part.heading, is_kept=True)
    for text in part.paragraphs:
        yield _said("text", text)
    for text in part.items:
        yield _said("item", text)
    if part.table is not None:
        if part.table.caption:
            yield Block("caption", part.table.caption, is_kept=True)
        yield Block("table", table=part.table)
    if part.picture is not None:
        yield Block("picture", picture=part.picture)
    for _ in range(part.blanks):
        yield Block("line")
