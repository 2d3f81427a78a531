"""Every export in every format within every role's scope: exactly its columns, and nobody else's names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from bot.reports import exports
from bot.reports.exports import Window
from bot.reports.tables import TABLES
from bot.reports.writers import BOM, FORMATS
from bot.rules.work import Work
from storage.database import Database
from storage.people import scope_of
from tests.open_data import NOW, PEOPLE, PRIVATE, Furnished, foreign_names, furnish, named
from tests.reports.test_exports import PROMISED

# What else stands behind the promised columns.
BEHIND = {"cases": ["rule", "accepted_at", "back_on", "reopened"]}


@pytest.fixture(scope="module")
def furnished(long_mon_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return furnish(long_mon_template, tmp_path_factory.mktemp("open"))


@pytest.fixture(scope="module")
def database(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database(furnished.copy(tmp_path_factory.mktemp("scopes")))
    yield opened
    opened.close()


@contextmanager
def transaction(database: Database, role: str) -> Iterator[Work]:
    """One of somebody of this role."""
    with database.transaction() as session:
        person = named(session, PEOPLE[role])
        work = Work(session=session, now=NOW, today=NOW.date(), person=person)
        work.scope = scope_of(session, person, work.today)
        yield work


def written(form: str, what: str, rows: list[Any]) -> bytes:
    out = io.BytesIO()
    writer = FORMATS[form](out, TABLES[what].header(Window()), NOW.tzinfo)  # type: ignore[arg-type]
    for row in rows:
        writer.row(row)
    writer.end()
    return out.getvalue()


def read(form: str, content: bytes) -> tuple[list[str], list[list[Any]]]:
    """The header and the rows of a file."""
    if form == "json":
        records = json.loads(content)
        return list(records[0]) if records else [], [list(record.values()) for record in records]
    if form == "csv":
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8").removeprefix(BOM), newline=""))
        return header, rows
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return header, rows


@pytest.mark.parametrize("role", PEOPLE)
def test_every_format_has_the_promised_columns_and_no_foreign_name(database: Database, role: str) -> None:
    with transaction(database, role) as work:
        foreign = foreign_names(work.session, role)
    found = 0
    for what, table in TABLES.items():
        parts = exports.rows(partial(transaction, database, role), table, Window())
        rows = [list(row) for part in parts for row in part]
        found += len(rows)
        for form in FORMATS:
            content = written(form, what, rows)
            header, cells = read(form, content)
            assert len(cells) == len(rows), (what, form)
            if header or form != "json":
                assert header == PROMISED[what].split(", ") + BEHIND.get(what, []), (what, form)
            seen = {cell for row in cells for cell in row if isinstance(cell, str)}
            assert not seen & foreign, (what, form)
            assert PRIVATE not in seen
    assert found > 0
