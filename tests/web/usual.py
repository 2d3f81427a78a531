"""What the measures of the page measure: a commune in a folder of its own, and the thread of a usual day in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import Database, migrate, open_database
from tests.world import long_mon

WHO = "Đinh Thị Hoa"
SAID = ("menu", "vắng 6A: An ốm", "1", "gửi", "việc", "lịch họp", "menu")  # a report, a look at a list, the menu


@contextmanager
def commune() -> Iterator[tuple[str, Path]]:
    """The commune of the transcripts: the address of its database, and the folder in which it lies until the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ralop.sqlite3'}"
        database = open_database(url, create=True)
        migrate(database)
        database.close()
        database = Database(url)
        with database.transaction() as session:
            long_mon(session)
        database.close()
        yield url, folder
