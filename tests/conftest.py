"""Fixtures: databases that are built once and copied for every test; and what is left out where a program is
missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database, migrate, open_database
from tests import postgres
from tests.running import free_port
from tests.world import World, long_mon

# Programs that some tests need: mark -> (is it there, what to do). In CI a left-out test is a failure.
NEEDS = {
    "postgres": (postgres.binaries() is not None, "apt-get install postgresql"),
    "browser": (shutil.which("chromium") is not None, "apt-get install chromium"),
}
LEFT_OUT: dict[str, int] = {}
# begun first
LONGEST = (
    "test_kills.py",
    "test_wires.py",
    "test_school_year.py",
    "test_telegram_dead.py",
    "test_month.py",
    "test_every_button.py",
    "test_first_evening.py",
    "test_short_pages.py",
    "test_app.py",
    "test_looks.py",
    "test_change_pages.py",
    "test_browser.py",
    "test_hooks_out.py",
)


MEMORY = Path("/dev/shm")
ROOM_BYTES = 2_000_000_000


def pytest_configure(config: pytest.Config) -> None:
    """Databases of tests live in memory where there is room: a commit waits for the disk, and there are many.

    What a power cut would do to them is not tested this way; kill -9 leaves a file as it was.
    """
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what this machine cannot run, and says so at the end; in CI nothing is left out.

    The longest begin first, so that none is left running alone at the end.
    """
    items.sort(key=lambda item: item.path.name not in LONGEST)
    if os.environ.get("CI"):
        return
    kept, left = [], []
    for item in items:
        wanting = [mark for mark, (is_there, _) in NEEDS.items() if item.get_closest_marker(mark) and not is_there]
        (left if wanting else kept).append(item)
        for mark in wanting:
            LEFT_OUT[mark] = LEFT_OUT.get(mark, 0) + 1
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each program that is missing."""
    for mark, (is_there, install) in NEEDS.items():
        if not is_there and not os.environ.get("CI"):
            terminalreporter.write_line(f"{mark} tests left out; to have them run: {install}")


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
    build(f"sqlite:///{path}")
    return path


def build(url: str) -> None:
    """Fills an empty database with the commune of the transcripts."""
    database = Database(url)
    with database.transaction() as session:
        long_mon(session)
    database.close()


@pytest.fixture
def empty_url(template: Path, tmp_path: Path) -> str:
    shutil.copy(template, tmp_path / "ralop.sqlite3")
    return f"sqlite:///{tmp_path / 'ralop.sqlite3'}"


@pytest.fixture
def long_mon_url(long_mon_template: Path, tmp_path: Path) -> str:
    shutil.copy(long_mon_template, tmp_path / "ralop.sqlite3")
    return f"sqlite:///{tmp_path / 'ralop.sqlite3'}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server of our own, with one database that others are copied from."""
    server = postgres.Server(free_port())
    url = server.create("long_mon")
    database = Database(url)
    migrate(database)
    database.close()
    build(url)
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> str:
    """The commune of the transcripts on PostgreSQL."""
    return postgres_server.copy("long_mon")


@pytest.fixture
def world(empty_url: str) -> Iterator[World]:
    """An empty database and the hands to fill it, within one open transaction."""
    database = Database(empty_url)
    with database.transaction() as session:
        yield World(session)
    database.close()


@pytest.fixture
def commune_of_the_transcripts(long_mon_url: str) -> Iterator[World]:
    """The same within one open transaction, with the commune of the transcripts in it, which is built once."""
    database = Database(long_mon_url)
    with database.transaction() as session:
        session.connection()  # the transaction is open before the test's first line
        yield World(session)
    database.close()
