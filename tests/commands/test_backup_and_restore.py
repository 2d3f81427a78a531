"""`ralop backup` and `ralop restore`: a whole moment of a busy database, and nothing old sent after a restore."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot import settings as configuration
from bot.clock import VIETNAM, HandClock
from bot.commands import one_process
from bot.dialogue.conversation import Surroundings
from bot.i18n import Reader
from bot.rules import reminders
from bot.rules.work import Work
from bot.service.app import Service
from storage import backup
from storage.chat import Inbox, InboxStatus, Outbox, OutboxStatus
from storage.database import Database, DatabaseError
from storage.reminders import Announced
from tests.commands.shell import Shell
from tests.phone import BUTTONS, PhoneChannel, Screens

NOW = datetime(2024, 3, 20, 7, 15, tzinfo=VIETNAM)
BACKUPS = 10


def contents(path: Path) -> list[str]:
    """Everything a database holds, but for what the machine notes of itself."""
    with closing(sqlite3.connect(path)) as opened:
        dump = list(opened.iterdump())
    return [line for line in dump if not line.startswith(('INSERT INTO "memo"', 'INSERT INTO "audit"'))]


def test_a_backup_equals_the_database_and_is_the_owners_alone(shell: Shell) -> None:
    target = shell.folder / "elsewhere" / "b.sqlite3"
    ended = shell.ralop("backup", str(target))
    assert (ended.code, ended.err) == (0, "")
    assert str(target) in ended.out
    assert contents(target) == contents(shell.file)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [one.name for one in target.parent.iterdir()] == ["b.sqlite3"]


def test_a_backup_under_writes_is_one_moment_of_them(shell: Shell) -> None:
    """Each writer's transaction adds two rows: a copy with an odd number would hold half a transaction."""
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        with shell.database() as database:
            while not stop.is_set():
                with database.transaction() as session:
                    for _ in range(2):
                        session.execute(
                            text("INSERT INTO code_try (channel, bot, address, at) VALUES ('a', 'b', 'c', 'd')")
                        )
                wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wrote.wait()
        counts = []
        for number in range(BACKUPS):
            target = shell.folder / f"{number}.sqlite3"
            backup.copy(shell.file, target)
            with closing(sqlite3.connect(target)) as opened:
                counts.append(opened.execute("SELECT count(*) FROM code_try").fetchone()[0])
    finally:
        stop.set()
        writer.join()
    assert all(count % 2 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_a_backup_does_not_write_over_a_file_unless_it_is_told_to(shell: Shell) -> None:
    target = shell.folder / "b.sqlite3"
    target.write_bytes(b"precious")
    ended = shell.ralop("backup", str(target))
    assert ended.code == 1
    assert ended.err == f"ralop: {target} exists; nothing was written. To write over it: --force\n"
    assert target.read_bytes() == b"precious"
    assert shell.ralop("backup", str(target), "--force").code == 0
    assert contents(target) == contents(shell.file)


def test_a_backup_over_the_database_itself_is_refused(shell: Shell) -> None:
    before = shell.file.read_bytes()
    assert shell.ralop("backup", str(shell.file), "--force").code == 2
    assert shell.file.read_bytes() == before


def test_a_backup_that_fails_leaves_no_half_file(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(path: Path) -> str:
        assert path.stat().st_size > 0
        raise DatabaseError("it is no whole database of Ra Lớp")

    monkeypatch.setattr(backup, "check", damaged)
    ended = shell.ralop("backup", str(shell.folder / "b.sqlite3"))
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert sorted(one.name for one in shell.folder.iterdir()) == ["clock", "data"]


def test_an_encrypted_backup_is_refused_rather_than_written_open(shell: Shell) -> None:
    ended = shell.ralop("backup", str(shell.folder / "b.sqlite3"), BACKUP_PASSPHRASE="bay-chu-trau")
    assert ended.code == 2
    assert "bay-chu-trau" not in ended.err
    assert not (shell.folder / "b.sqlite3").exists()


def test_postgresql_is_sent_to_its_own_tools(shell: Shell) -> None:
    ended = shell.ralop("restore", str(shell.file), DATABASE_URL="postgresql+psycopg://ralop@127.0.0.1:1/ralop")
    assert ended.code == 1
    assert "pg_restore" in ended.err


def test_a_restore_brings_back_what_was_and_keeps_the_former_database(shell: Shell) -> None:
    saved = shell.folder / "b.sqlite3"
    shell.ralop("backup", str(saved))
    whole = contents(saved)
    with shell.database() as database, database.transaction() as session:
        session.execute(text("DELETE FROM guardian"))
        session.execute(text("UPDATE pupil SET name = 'nobody'"))
    ended = shell.ralop("restore", str(saved), "--force")
    assert (ended.code, ended.err) == (0, "")
    assert contents(shell.file) == whole
    assert stat.S_IMODE(shell.file.stat().st_mode) == 0o600
    (former,) = [one for one in shell.file.parent.glob("*.before-*") if not one.name.endswith("-journal")]
    with closing(sqlite3.connect(former)) as opened:
        assert opened.execute("SELECT DISTINCT name FROM pupil").fetchall() == [("nobody",)]


def test_a_restore_over_a_database_needs_force(shell: Shell) -> None:
    saved = shell.folder / "b.sqlite3"
    shell.ralop("backup", str(saved))
    before = shell.file.read_bytes()
    ended = shell.ralop("restore", str(saved))
    assert ended.code == 1
    assert "nothing was changed" in ended.err
    assert shell.file.read_bytes() == before


def test_a_restore_on_a_new_machine_needs_no_init(shell: Shell, tmp_path: Path) -> None:
    saved = shell.folder / "b.sqlite3"
    shell.ralop("backup", str(saved))
    (tmp_path / "new").mkdir()
    new = Shell(tmp_path / "new", shell.settings)
    assert new.ralop("restore", str(saved)).code == 0
    assert new.ralop("invite", "--role", "official").code == 0


def test_a_restore_refuses_while_the_service_runs(shell: Shell) -> None:
    saved = shell.folder / "b.sqlite3"
    shell.ralop("backup", str(saved))
    settings = configuration.load(_env_file=None, database_url=shell.url)
    with one_process.alone(settings, Reader(locale="en"), "running already"):
        ended = shell.ralop("restore", str(saved), "--force")
        assert ended.code == 1
        assert ended.err == "ralop: The service is running. Stop it first, then restore.\n"
        assert shell.ralop("backup", str(saved), "--force").code == 0
    assert shell.ralop("restore", str(saved), "--force").code == 0


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "flipped", "another", "newer"])
def test_what_is_no_whole_database_of_ours_is_never_put_in_place(shell: Shell, kind: str) -> None:
    saved = shell.folder / "b.sqlite3"
    shell.ralop("backup", str(saved))
    content = bytearray(saved.read_bytes())
    if kind == "newer":
        with closing(sqlite3.connect(saved)) as opened, opened:
            opened.execute("UPDATE alembic_version SET version_num = '9999'")
    elif kind == "another":
        saved.unlink()
        with closing(sqlite3.connect(saved)) as opened, opened:
            opened.execute("CREATE TABLE t (x)")
    else:
        content[3 * 4096 : 4 * 4096] = bytes(4096) if kind == "flipped" else content[3 * 4096 : 4 * 4096]
        saved.write_bytes({"empty": b"", "text": b"xin chao", "cut": bytes(content[:50_000])}.get(kind, bytes(content)))
    before = shell.file.read_bytes()
    ended = shell.ralop("restore", str(saved), "--force")
    assert ended.code == 1
    assert ended.err.startswith("ralop: The database cannot be used: it ")
    assert ended.err.count("\n") == 1
    assert shell.file.read_bytes() == before
    assert not list(shell.file.parent.glob(".*"))


def queued(database: Database, **more: object) -> int:
    """A message that waits."""
    values: dict[str, object] = {
        "channel": "phone", "bot": "phone", "address": "cô Hoa", "kind": "visits.reported", "payload": {"act": "send"},
        "due_at": NOW, "queued_at": NOW,
    }  # fmt: skip
    with database.transaction() as session:
        row = Outbox(**{**values, **more})
        session.add(row)
        session.flush()
        return row.id


def test_nothing_that_waited_in_the_backup_is_sent_but_deletions_are(shell: Shell) -> None:
    with shell.database() as database:
        waiting = queued(database)
        in_hand = queued(database, status=OutboxStatus.SENDING)
        sent = queued(database, status=OutboxStatus.SENT)
        deletion = queued(database, payload={"act": "delete", "target": "7"})
        with database.transaction() as session:
            session.add(Inbox(channel="phone", bot="phone", update_id="1", raw={}, received_at=NOW))
    saved = shell.folder / "b.sqlite3"
    shell.ralop("backup", str(saved))
    assert shell.ralop("restore", str(saved), "--force").code == 0
    with shell.database() as database, database.transaction() as session:
        status = {row.id: (row.status, row.error) for row in session.scalars(select(Outbox))}
        (update,) = session.scalars(select(Inbox))
        assert (update.status, update.error) == (InboxStatus.REFUSED, "restored")
    assert status[waiting] == status[in_hand] == (OutboxStatus.MISSED, "restored")
    assert status[sent] == (OutboxStatus.SENT, "")
    assert status[deletion] == (OutboxStatus.QUEUED, "")
    listed = json.loads(shell.ralop("export", "deliveries", "--format", "json").out)
    assert ("missed", "restored") in [(row["status"], row["error"]) for row in listed]
    restored = json.loads(shell.ralop("export", "audit", "--format", "json").out)[-2]
    assert restored["action"] == "data.exported"


def test_reminders_said_before_the_restore_are_not_said_again_and_later_ones_are(shell: Shell) -> None:
    """The backup is older than the 7:15 question, which went out before the disk died."""
    saved = shell.folder / "b.sqlite3"
    shell.ralop("backup", str(saved))
    (shell.folder / "clock").write_text("2024-03-20T07:30:00+07:00", "utf-8")
    assert shell.ralop("restore", str(saved), "--force").code == 0

    def due(at: datetime) -> list[str]:
        with database.transaction() as session:
            work = Work(session=session, now=at, today=at.date())
            return [one.moment.name for one in reminders.due(work, NOW - timedelta(minutes=30))]

    with shell.database() as database:
        assert due(NOW.replace(minute=31)) == []
        assert len(due(NOW.replace(minute=46))) == 1
        with database.transaction() as session:
            told = [(row.status, row.reason) for row in session.scalars(select(Announced).order_by(Announced.due_at))]
    assert told == [("missed", "restored"), ("told", "")]


async def test_after_a_restore_the_service_sends_nothing_old(shell: Shell) -> None:
    with shell.database() as database:
        queued(database)
    saved = shell.folder / "b.sqlite3"
    shell.ralop("backup", str(saved))
    assert shell.ralop("restore", str(saved), "--force").code == 0
    screens = Screens()
    with shell.database() as database:
        clock = HandClock(NOW + timedelta(minutes=5))
        service = Service(database, [PhoneChannel(screens, BUTTONS)], clock, Surroundings())
        await service.tick()
        await service.settle()
        assert not screens.screens["cô Hoa"]
        await service.advance(clock, NOW + timedelta(minutes=31))
    assert len(screens.screens["cô Hoa"]) == 1


def test_a_hot_journal_of_the_former_database_is_not_rolled_back_into_the_restored_one(shell: Shell) -> None:
    """A service killed in the middle of a write leaves a journal beside the file."""
    saved = shell.folder / "b.sqlite3"
    shell.ralop("backup", str(saved))
    image = shell.folder / "image"
    image.mkdir()
    with closing(sqlite3.connect(shell.file, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode=TRUNCATE")
        opened.execute("PRAGMA cache_size=1")
        opened.execute("PRAGMA cache_spill=ON")
        opened.execute("BEGIN IMMEDIATE")
        opened.execute("UPDATE pupil SET name = hex(randomblob(4000))")
        for part in ("ralop.sqlite3", "ralop.sqlite3-journal"):
            shutil.copy(shell.file.parent / part, image / part)
        opened.execute("ROLLBACK")
    assert (image / "ralop.sqlite3-journal").stat().st_size > 0
    for part in ("ralop.sqlite3", "ralop.sqlite3-journal"):
        shutil.copy(image / part, shell.file.parent / part)
    assert shell.ralop("restore", str(saved), "--force").code == 0
    assert contents(shell.file) == contents(saved)
