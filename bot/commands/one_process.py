"""One service on one database: a lock that the system, or the database server, lets go when a process dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from bot.commands import common
from bot.i18n import Reader
from bot.settings import Settings, Stop

PATIENCE_S = 1.0  # somebody who only looks whether the service runs holds the lock for a moment
LOOK_S = 0.05
ADVISORY = 7_256_701  # "ralop" on a PostgreSQL server; any number nobody else takes


def lock_file(database: Path) -> Path:
    """Beside the SQLite file; it stays when nobody holds it."""
    return database.with_name(f"{database.name}.lock")


@contextmanager
def alone(settings: Settings, reader: Reader, refusal: str) -> Iterator[None]:
    """Holds the lock; raises Stop with `refusal` while another process has it."""
    end = time.monotonic() + PATIENCE_S
    while True:
        with _held(settings) as is_ours:
            if is_ours:
                yield
                return
        if time.monotonic() > end:
            raise Stop(reader.say(refusal))
        time.sleep(LOOK_S)


def is_running(settings: Settings) -> bool:
    """Whether a service holds the lock just now."""
    file = common.sqlite_file(settings)
    if file is not None and not lock_file(file).exists():
        return False
    with _held(settings) as is_ours:
        return not is_ours


def _held(settings: Settings) -> AbstractContextManager[bool]:
    file = common.sqlite_file(settings)
    return _file_held(file) if file is not None else _server_held(settings.database_url)


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
