"""`ralop restore FILE`: puts a backup back; nothing old is sent afterwards."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands import common, one_process
from bot.i18n import N_
from bot.settings import Stop
from storage import backup

RUNNING = N_("The service is running. Stop it first, then restore.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--force", is_flag=True, help="Put it in the place of a database that exists; that one is kept beside it."
)
def command(file: Path, force: bool) -> None:
    """Put the backup FILE back. It refuses while the service runs.

    Messages and reminders that waited when the backup was made are not sent: they are listed as missed.
    """
    settings, reader, clock = common.ready()
    target = common.sqlite_file(settings)
    if target is None:
        raise Stop(reader.say("On PostgreSQL restore with its own tool; an example: pg_restore -d ralop FILE"))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with one_process.alone(settings, reader, RUNNING), common.database_errors(reader):
        if target.exists() and file.samefile(target):
            raise Stop(reader.say("%(file)s is the database itself.", file=file), 2)
        if target.exists() and not force:
            raise Stop(
                reader.say(
                    "There is a database at %(file)s; nothing was changed. To put the backup in its place: --force",
                    file=target,
                )
            )
        former = backup.restore(file, target, clock.now())
    click.echo(reader.say("Restored: %(file)s. Nothing that waited in it will be sent.", file=target))
    if former is not None:
        click.echo(reader.say("The former database is kept: %(file)s", file=former))
