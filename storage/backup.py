"""A consistent copy of a SQLite database while others write to it, and putting one back."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from storage.audit import Audit
from storage.chat import InboxStatus, OutboxStatus
from storage.columns import INSTANT_FORM
from storage.database import HEAD, DatabaseError
from storage.hooks_out import DeliveryStatus, HookDelivery

BUSY_S = 30.0
COMPANIONS = ("", "-journal", "-wal", "-shm")  # a hot journal beside another file would be rolled back into it
# What a restore writes beside the rows it holds back; `deliveries` and the audit show it.
REASON = "restored"


def copy(source: Path, target: Path) -> int:
    """Writes a copy of one moment of `source`, verified by opening it; returns its size in bytes.

    The whole file in one step: with the database under writes a copy in steps begins again at every commit. It is
    written beside its place and moved there when it is whole, so that a power cut leaves no half file. Raises
    DatabaseError, or OSError for a disk that refuses.
    """
    with _beside(target) as fresh:
        try:
            with closing(sqlite3.connect(source, timeout=BUSY_S)) as live, closing(sqlite3.connect(fresh)) as written:
                live.backup(written, pages=-1)
                written.execute("PRAGMA journal_mode=DELETE").close()
        except sqlite3.Error as error:
            raise DatabaseError(f"it cannot be copied ({_reason(error)})") from None
        check(fresh)
    return target.stat().st_size


def check(path: Path) -> str:
    """The version of the tables of a whole and sound database of ours; raises DatabaseError for anything else."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=BUSY_S)) as opened:
            found = [row[0] for row in opened.execute("PRAGMA integrity_check(5)")]
            strays = opened.execute("PRAGMA foreign_key_check").fetchone()
            version = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise DatabaseError(f"it is no whole database of Ra Lớp ({_reason(error)})") from None
    if found != ["ok"] or strays is not None or version is None:
        raise DatabaseError("it is no whole database of Ra Lớp")
    if version[0] > HEAD:
        raise DatabaseError("it was written by a newer version of Ra Lớp")
    return str(version[0])


def restore(backup: Path, target: Path, at: datetime) -> Path | None:
    """Puts a backup in the place of `target`; returns where the former database went, or None if there was none.

    Nothing old is sent and no old message is answered afterwards: what waited is `missed: restored`, and reminders due
    before `at` (UTC) count as missed. Orders to delete what stands on a phone are kept. Raises DatabaseError, OSError.
    """
    with _beside(target) as fresh:
        shutil.copyfile(backup, fresh)
        check(fresh)
        try:
            with closing(sqlite3.connect(fresh)) as opened, opened:
                _hold_back(opened, at)
        except sqlite3.Error as error:
            raise DatabaseError(f"it cannot be prepared ({_reason(error)})") from None
        return _move_aside(target, at)


def _hold_back(opened: sqlite3.Connection, at: datetime) -> None:
    now = at.strftime(INSTANT_FORM)
    opened.execute("PRAGMA secure_delete=ON")
    waiting = opened.execute(
        "SELECT id, payload FROM outbox WHERE status IN (?, ?)", (OutboxStatus.QUEUED, OutboxStatus.SENDING)
    ).fetchall()
    old = [(OutboxStatus.MISSED, REASON, row) for row, payload in waiting if not _deletes(payload)]
    opened.executemany("UPDATE outbox SET status = ?, error = ? WHERE id = ?", old)
    opened.execute(
        "UPDATE inbox SET status = ?, error = ?, handled_at = ? WHERE status = ?",
        (InboxStatus.REFUSED, REASON, now, InboxStatus.NEW),
    )
    if opened.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (HookDelivery.__tablename__,)).fetchone():
        opened.execute(
            "UPDATE hook_delivery SET status = ?, error = ?, done_at = ? WHERE status = ?",
            (DeliveryStatus.WITHDRAWN, REASON, now, DeliveryStatus.QUEUED),
        )
    memo = json.dumps({"at": at.isoformat()})
    opened.execute(
        "INSERT INTO memo (key, value) VALUES ('restore', ?) ON CONFLICT (key) DO UPDATE SET value = ?", (memo, memo)
    )
    opened.execute(
        f"INSERT INTO {Audit.__tablename__} (at, action, subject_type, details) VALUES (?, 'database.restored', '', ?)",  # noqa: S608
        (now, json.dumps({"held_back": len(old), "via": "command"})),
    )


def _deletes(payload: str | None) -> bool:
    return payload is not None and json.loads(payload).get("act") == "delete"


def _move_aside(target: Path, at: datetime) -> Path | None:
    if not target.exists():
        return None
    aside = target.with_name(f"{target.name}.before-{at.strftime('%Y%m%dT%H%M%S')}")
    for companion in COMPANIONS:
        part = target.with_name(target.name + companion)
        if part.exists():
            part.rename(aside.with_name(aside.name + companion))
    return aside


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new file in the folder of `target`, the owner's only; it takes its place when all went well, else it goes."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield fresh
        _to_disk(fresh)
        fresh.replace(target)
        _to_disk(target.parent)
    finally:
        for companion in COMPANIONS:
            fresh.with_name(fresh.name + companion).unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _reason(error: sqlite3.Error) -> str:
    return str(error).partition("\n")[0]
