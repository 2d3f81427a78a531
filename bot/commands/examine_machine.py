"""What `ralop doctor` looks at on the machine: database, files, clock, disk, backups."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bot import keys
from bot.commands import common
from bot.commands.examining import SOME, Finding, Level, Patient
from bot.rules import people
from bot.settings import Settings
from storage import people as stored
from storage import wrong_clock
from storage.database import WAL_IS_SAFE_FROM
from storage.people import Role
from storage.reminders import recall

CLOCK_IS_BEHIND = timedelta(minutes=10)
BACKUP_IS_OLD = timedelta(hours=26)
DISK_IS_FULL = 200 * 1024 * 1024
DISK_IS_LOW = 1024 * 1024 * 1024


def database(patient: Patient) -> Iterable[Finding]:
    """The tables are of this version (`open` has seen that), and the file is sound."""
    say = patient.say
    with patient.machine.work() as work:
        commune = people.commune_of(work)
        is_sound = True
        if patient.machine.database.is_sqlite:
            found = [row[0] for row in work.session.execute(text("PRAGMA integrity_check(5)"))]
            strays = work.session.execute(text("PRAGMA foreign_key_check")).first()
            is_sound = found == ["ok"] and strays is None
        admins = stored.with_role(work.session, Role.ADMIN, work.today)
    if not is_sound:
        yield Finding(
            "database",
            Level.FAIL,
            say("The database file is damaged."),
            say("Put a backup back: ralop restore FILE --force"),
        )
        return
    yield Finding("database", Level.OK, say("The database of %(commune)s is sound.", commune=commune.name))
    if not commune.contact and not patient.settings.contact:
        yield Finding(
            "database",
            Level.WARN,
            say("CONTACT is empty: a stranger hears of nobody to telephone."),
            say("An example: CONTACT=%(example)s", example="chị Thu, UBND xã: 0255 000 000"),
        )
    if not admins:
        yield Finding(
            "database",
            Level.WARN,
            say("No administrator has joined yet."),
            say('A new code: ralop invite --role admin --name "%(example)s"', example="Phạm Thị Thu"),
        )
    if patient.machine.database.is_sqlite and sqlite3.sqlite_version_info < WAL_IS_SAFE_FROM:
        yield Finding(
            "database",
            Level.OK,
            say(
                "SQLite %(version)s: the safe journal is used (write-ahead logs have a bug before 3.51.3).",
                version=sqlite3.sqlite_version,
            ),
        )


def files(patient: Patient) -> Iterable[Finding]:
    """Who else on this machine can read the database, its key and its backups (T26)."""
    say, file = patient.say, common.sqlite_file(patient.settings)
    key = keys.path_in(patient.settings.data_folder)
    wanted = [key, *([file] if file is not None else []), *sorted(_backup_files(patient.settings))]
    open_ones = [path for path in wanted if _is_open(path)]
    for path in open_ones[:SOME]:
        found = say("%(file)s can be read by other users of this machine.", file=path)
        yield Finding("files", Level.FAIL, found, f"chmod 600 {path}")
    folder = patient.settings.data_folder.resolve()
    if _is_open(folder):
        found = say("Other users of this machine can look into the folder %(folder)s.", folder=folder)
        yield Finding("files", Level.WARN, found, f"chmod 700 {folder}")
    if not key.exists():
        yield Finding(
            "files",
            Level.WARN,
            say("The key of invite codes is missing; a new one is made, and codes not used yet no longer work."),
            say("Put %(file)s back from the former machine, or invite again.", file=key.name),
        )
    elif not open_ones:
        yield Finding("files", Level.OK, say("Only the owner can read the database and its key."))


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _backup_files(settings: Settings) -> Iterable[Path]:
    folder = settings.backup_dir or settings.data_folder / "backups"
    return folder.glob("*.sqlite3") if folder.is_dir() else ()


def clock(patient: Patient) -> Iterable[Finding]:
    """The hour against the newest row: an office computer with a dead battery wakes up in the past."""
    say, now = patient.say, patient.clock.now()
    local = now.astimezone(patient.clock.zone)
    shown = say(
        "%(clock)s, %(day)s, %(zone)s",
        clock=patient.reader.clock(now),
        day=patient.reader.day(local.date()),
        zone=patient.settings.timezone,
    )
    with patient.machine.work() as work:
        newest = wrong_clock.newest(work.session)
    if newest is not None and newest - now > CLOCK_IS_BEHIND:
        yield Finding(
            "clock",
            Level.FAIL,
            say("The clock says %(shown)s, but something was recorded later than that.", shown=shown),
            say("Set the clock of this machine, and let it follow a time server."),
        )
        return
    yield Finding("clock", Level.OK, say("The clock says %(shown)s.", shown=shown))
    if patient.settings.timezone != "Asia/Ho_Chi_Minh":
        yield Finding(
            "clock",
            Level.WARN,
            say("TIMEZONE is not that of Vietnam."),
            say("An example: TIMEZONE=%(example)s", example="Asia/Ho_Chi_Minh"),
        )


def disk(patient: Patient) -> Iterable[Finding]:
    """Room beside the database, and for the backups."""
    folder = patient.settings.data_folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    level = Level.FAIL if free < DISK_IS_FULL else Level.WARN if free < DISK_IS_LOW else Level.OK
    to_do = "" if level is Level.OK else patient.say("Make room on this disk, or put BACKUP_DIR on another one.")
    yield Finding("disk", level, patient.say("%(free)s MB are free.", free=free // 1024 // 1024), to_do)


def backups(patient: Patient) -> Iterable[Finding]:
    """The last backup: nobody looks at it until it is needed."""
    say, now = patient.say, patient.clock.now()
    if not patient.machine.database.is_sqlite:
        yield Finding("backup", Level.OK, say("On PostgreSQL backups are the server's business."))
        return
    with patient.machine.work() as work:
        last = recall(work.session, "backup").get("at")
    to_do = say("Make one: ralop backup FILE. The service makes one every night at 2:00.")
    if last is None:
        yield Finding("backup", Level.WARN, say("There is no backup yet."), to_do)
        return
    hours = max(0, round((now - datetime.fromisoformat(last)) / timedelta(hours=1)))
    is_old = now - datetime.fromisoformat(last) > BACKUP_IS_OLD
    found = patient.reader.say_n("The last backup is %(n)s hour old.", "The last backup is %(n)s hours old.", hours)
    yield Finding("backup", Level.FAIL if is_old else Level.OK, found, to_do if is_old else "")
