"""Fixtures: a database that is built once and copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database, migrate, open_database
from tests.world import World, long_mon


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    database = open_database(f"sqlite:///{path}", create=True)
    migrate(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def long_mon_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commune of the transcripts."""
    path = tmp_path_factory.mktemp("long_mon") / "long_mon.sqlite3"
    shutil.copy(template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        long_mon(session)
    database.close()
    return path


@pytest.fixture
def empty_url(template: Path, tmp_path: Path) -> str:
    shutil.copy(template, tmp_path / "ralop.sqlite3")
    return f"sqlite:///{tmp_path / 'ralop.sqlite3'}"


@pytest.fixture
def long_mon_url(long_mon_template: Path, tmp_path: Path) -> str:
    shutil.copy(long_mon_template, tmp_path / "ralop.sqlite3")
    return f"sqlite:///{tmp_path / 'ralop.sqlite3'}"


@pytest.fixture
def world(empty_url: str) -> Iterator[World]:
    """An empty database and the hands to fill it, within one open transaction."""
    database = Database(empty_url)
    with database.transaction() as session:
        yield World(session)
    database.close()
