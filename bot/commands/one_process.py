"""One service on one database: a lock that the system, or the database server, lets go when a process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from bot.commands import common
from bot.i18n import Reader
from bot.settings import Settings, Stop

ADVISORY = 7_256_701  # "ralop" on a PostgreSQL server; any number nobody else takes


def lock_file(database: Path) -> Path:
    """Beside the SQLite file; it stays when nobody holds it."""
    return database.with_name(f"{database.name}.lock")


@contextmanager
def alone(settings: Settings, reader: Reader, refusal: str) -> Iterator[None]:
    """Holds the lock; raises Stop with `refusal` while another process has it."""
    file = common.sqlite_file(settings)
    held = _file_held(file) if file is not None else _server_held(settings.database_url)
    with held as is_ours:
        if not is_ours:
            raise Stop(reader.say(refusal))
        yield


def is_running(settings: Settings) -> bool:
    """Whether a service holds the lock just now."""
    file = common.sqlite_file(settings)
    if file is not None and not lock_file(file).exists():
        return False
    with _file_held(file) if file is not None else _server_held(settings.database_url) as is_ours:
        return not is_ours


@contextmanager
def _file_held(database: Path) -> Iterator[bool]:
    opened = os.open(lock_file(database), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(opened)


@contextmanager
def _server_held(url: str) -> Iterator[bool]:
    """An advisory lock of a session of its own: it goes with the connection."""
    engine = create_engine(url, hide_parameters=True, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY}))
    finally:
        engine.dispose()
