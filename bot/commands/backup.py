"""`ralop backup FILE`: a consistent copy while the service runs."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands import common
from bot.settings import Stop
from storage import backup
from storage.reminders import remember


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def command(file: Path, force: bool) -> None:
    """Write a consistent copy of the database to FILE, also while the service runs.

    The copy is opened and checked. The key of invite codes (ralop.key) is not in it.
    """
    with common.machine() as machine:
        reader = machine.reader
        source = common.sqlite_file(machine.settings)
        if source is None:
            raise Stop(
                reader.say("On PostgreSQL make a backup with its own tool; an example: pg_dump -Fc -f FILE ralop")
            )
        if machine.settings.backup_passphrase is not None:
            raise Stop(
                reader.say(
                    "BACKUP_PASSPHRASE is set, but this version cannot encrypt a backup. "
                    "Leave it empty, and keep the copy safe."
                ),
                2,
            )
        if file.exists() and not force:
            raise Stop(reader.say("%(file)s exists; nothing was written. To write over it: --force", file=file))
        if file.exists() and file.samefile(source):
            raise Stop(reader.say("%(file)s is the database itself.", file=file), 2)
        with machine.work() as work:
            work.audit("database.backup")
        size = backup.copy(source, file)
        with machine.work() as work:
            remember(work.session, "backup", at=work.now.isoformat())
        click.echo(reader.say("Written and checked: %(file)s, %(size)s kB", file=file, size=-(-size // 1024)))
