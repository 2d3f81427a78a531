"""Opening the database, transactions, inserting once, and migrations."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from storage.columns import Base

T = TypeVar("T")

# A bug of SQLite 3.7.0-3.51.2 can corrupt a WAL database when two connections checkpoint at the same moment.
WAL_IS_SAFE_FROM = (3, 51, 3)
STATEMENTS_KEPT = 2000  # compiled once; a tick alone has some hundreds
HEAD = "0017"


class DatabaseError(Exception):
    """The database cannot be used; the text is one line for the operator, without data."""


class Database:
    """One database. On SQLite: one connection, one thread, BEGIN IMMEDIATE, synchronous=FULL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = (
            _sqlite_engine(url)
            if self.is_sqlite
            else create_engine(
                url, pool_size=8, pool_pre_ping=True, hide_parameters=True, query_cache_size=STATEMENTS_KEPT
            )
        )
        self._threads = ThreadPoolExecutor(max_workers=1 if self.is_sqlite else 4, thread_name_prefix="database")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction: commits at the end, rolls everything back when anything raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def run(self, work: Callable[[Session], T]) -> T:
        """Runs `work` in one transaction on the database thread."""

        def committed() -> T:
            with self.transaction() as session:
                return work(session)

        return await asyncio.get_running_loop().run_in_executor(self._threads, committed)

    def queue_up(self) -> None:
        """Waits until what was asked for earlier by `run` is done; for a thread that reads a lot in short transactions.

        SQLite has one connection, and whoever gives it back and takes it again at once would be first every time.
        """
        self._threads.submit(lambda: None).result()

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self.engine.dispose()

    def version(self) -> str | None:
        """The migration that the tables stand at; None for an empty database. One query, without Alembic's import."""
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return version


def open_database(url: str, *, create: bool = False) -> Database:
    """Opens a database. Raises DatabaseError when a SQLite file is missing and `create` is not asked for."""
    parsed = make_url(url)
    if url.startswith("sqlite") and parsed.database:
        path = Path(parsed.database)
        if not path.exists():
            if not create:
                raise DatabaseError(f"no database at {path}")
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return Database(url)


def insert_once(session: Session, table: type[Base], **values: Any) -> int | None:
    """Inserts a row unless its natural key exists; returns the new row's id, or None if somebody was first."""
    dialect = session.get_bind().dialect.name
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(table.__table__.c.id)
    return session.scalar(statement)  # type: ignore[no-any-return]


def insert_all_once(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts many rows at once; those whose natural key exists stay as they are."""
    if rows:
        dialect = session.get_bind().dialect.name
        insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
        session.execute(insert(table).on_conflict_do_nothing(), list(rows))


def migrate(database: Database) -> bool:
    """Brings the tables to the newest form; True if anything changed.

    Raises DatabaseError for a database written by a newer Ra Lớp.
    """
    version = database.version()
    if version == HEAD:
        return False
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if version is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(version)
        except CommandError:
            raise DatabaseError("the database was written by a newer version of Ra Lớp") from None
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


def _sqlite_engine(url: str) -> Engine:
    """A pool of one connection, with SQLAlchemy's legacy pysqlite transactions replaced by our own BEGIN.

    The driver's own transactions do not roll DDL back, and a deferred read-then-write fails at once with
    SQLITE_BUSY_SNAPSHOT whatever busy_timeout says; BEGIN IMMEDIATE waits and wins.
    """
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": 5},
        hide_parameters=True,
        query_cache_size=STATEMENTS_KEPT,
    )
    mode = "WAL" if sqlite3.sqlite_version_info >= WAL_IS_SAFE_FROM else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "busy_timeout=5000",
            "foreign_keys=ON",
            f"journal_mode={mode}",
            "synchronous=FULL",
            "trusted_schema=OFF",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
