"""A table page by page, for programs: the same rows as the export, as far as the work's scope sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.reports.exports import Part, Row, Source, Table, Window, shown
from bot.rules.work import Work

MOST = 500  # rows a page: read within one transaction
FORM = re.compile(r"(\d)\.(\d{1,18})\.(\d{1,6})")


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: in which source, behind which key, and how many rows of the next key were given already."""

    source: int = 0
    after: int = 0
    given: int = 0

    def __str__(self) -> str:
        return f"{self.source}.{self.after}.{self.given}"

    @staticmethod
    def of(text: str) -> Cursor | None:
        """The inverse of `str`; the beginning for an empty text, None for one that is no cursor."""
        if not text:
            return Cursor()
        found = FORM.fullmatch(text)
        return None if found is None else Cursor(*map(int, found.groups()))


def page(work: Work, table: Table, window: Window, cursor: Cursor, limit: int) -> tuple[list[Row], Cursor | None]:
    """At most `limit` rows from a cursor on, and where the next page begins; None at the end.

    A page may be empty and not the last one: a long time without registers is passed over in steps.
    """
    while cursor.source < len(table.sources):
        source = table.sources[cursor.source]
        first, until = source.ends(work, window)
        start = Cursor(cursor.source, max(first, cursor.after), cursor.given if cursor.after >= first else 0)
        found, reached = (_days if source.many else _keys)(work, window, source, start, until, limit)
        at_end = reached.after >= until
        cursor = Cursor(cursor.source + 1) if at_end else reached
        if found or not at_end:
            is_over = cursor.source >= len(table.sources)
            return [shown(table, window, row) for row in found], None if is_over else cursor
    return [], None


def _keys(
    work: Work, window: Window, source: Source, start: Cursor, until: int, limit: int
) -> tuple[list[Row], Cursor]:
    if start.after >= until:
        return [], start
    found, reached = source.read(work, Part(window, start.after, until, limit))
    return found, Cursor(start.source, reached)


def _days(
    work: Work, window: Window, source: Source, start: Cursor, until: int, limit: int
) -> tuple[list[Row], Cursor]:
    """Day by day until the page is half full: a day's rows are divided only where they alone are too many."""
    found: list[Row] = []
    key, given = start.after, start.given
    for _ in range(source.limit):
        if key >= until or len(found) * 2 >= limit:
            break
        rows, reached = source.read(work, Part(window, key, until, 1))
        rows = rows[given:]
        room = limit - len(found)
        if len(rows) > room:
            if not found:
                return rows[:room], Cursor(start.source, key, given + room)
            break
        found += rows
        key, given = reached, 0
    return found, Cursor(start.source, key, given)
