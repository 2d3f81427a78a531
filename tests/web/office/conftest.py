"""Communes at the office page: that of the transcripts with a second school, and one of 10,000 pupils, built once."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.reports import requests
from bot.reports.drawing import Drawing
from bot.reports.paper import Table
from bot.reports.requests import Made
from bot.service.press import Press
from storage.database import Database
from tests.web.office import crowded, week_of_two_schools
from tests.web.stage import House, open_house


@pytest.fixture(scope="session")
def crowded_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The large commune, which costs two seconds."""
    path = tmp_path_factory.mktemp("crowded") / "crowded.sqlite3"
    shutil.copy(template, path)
    crowded.build(f"sqlite:///{path}")
    return path


@pytest.fixture
async def crowded_house(crowded_template: Path, tmp_path: Path) -> AsyncIterator[House]:
    shutil.copy(crowded_template, tmp_path / "ralop.sqlite3")
    async with open_house(f"sqlite:///{tmp_path / 'ralop.sqlite3'}", at=crowded.LOOKED_AT) as opened:
        yield opened


@pytest.fixture(scope="session")
def two_schools_template(long_mon_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commune of the transcripts after a week with visits, and a second school with its head."""
    path = tmp_path_factory.mktemp("two_schools") / "two_schools.sqlite3"
    shutil.copy(long_mon_template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        week_of_two_schools.build(session)
    database.close()
    return path


class OpenPress(Press):
    """Gives the facts themselves: what a paper or a picture would be made of stands in the answer, to be read."""

    async def begin(self) -> None:
        """No process is needed."""

    async def make(self, function: Callable[..., Any], *args: Any) -> Any:
        if function is requests.made:
            return Made(repr(args[2]).encode(), "facts.txt")
        return Drawing("Facts", repr(args[2]), Table((), ()), b"png", f"<svg>{args[2]!r}</svg>")


@pytest.fixture
async def office(two_schools_template: Path, tmp_path: Path) -> AsyncIterator[House]:
    """Friday at half past nine."""
    shutil.copy(two_schools_template, tmp_path / "ralop.sqlite3")
    async with open_house(f"sqlite:///{tmp_path / 'ralop.sqlite3'}", at=week_of_two_schools.LOOKED_AT) as opened:
        opened.service.making.press = OpenPress()
        yield opened
