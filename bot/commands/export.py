"""`ralop export WHAT`: data out as csv, json or xlsx, one row a record; every export is audited."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import BinaryIO

import click

from bot.commands import common
from bot.i18n import Reader
from bot.reports import exports
from bot.reports.exports import Table, Window
from bot.reports.tables import TABLES
from bot.reports.writers import FORMATS, TooLong
from bot.settings import Stop

EXAMPLE = "2024-03-20"


@click.command("export")
@click.argument("what", type=click.Choice(list(TABLES)))
@click.option("--from", "since", default="", metavar="DAY", help=f"The first day, as {EXAMPLE}.")
@click.option("--to", "until", default="", metavar="DAY", help="The last day; it is included.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), help="csv, unless -o ends in .json or .xlsx.")
@click.option("-o", "--output", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--sensitive", is_flag=True, help="Fill reasons and notes too, and add telephone numbers and the like.")
def command(what: str, since: str, until: str, form: str | None, file: Path | None, sensitive: bool) -> None:
    """Give data out, one row a record, to standard output or a file.

    Times are ISO 8601 with offset, values English keys. Each export leaves a line in the audit.
    """
    with common.machine() as machine:
        reader, table = machine.reader, TABLES[what]
        window = Window(_day(reader, "--from", since), _day(reader, "--to", until), sensitive, machine.clock.zone)
        form = _form(form, file)
        _check_usage(reader, table, window, form, file)
        with machine.work() as work:
            work.audit("data.exported", what, format=form, since=since, until=until, sensitive=sensitive)
        with _opened(file) as out:
            count = _write(machine, table, window, form, out)
        if file is not None:
            click.echo(reader.say_n("%(n)s row: %(file)s", "%(n)s rows: %(file)s", count, file=file))


def _day(reader: Reader, option: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        line = reader.say("%(option)s is no day; an example: %(option)s %(example)s", option=option, example=EXAMPLE)
        raise Stop(line, 2) from None


def _form(form: str | None, file: Path | None) -> str:
    """What was asked for; else what the file's name says; else csv."""
    ending = file.suffix.lower().removeprefix(".") if file is not None else ""
    return form or (ending if ending in FORMATS else "csv")


def _check_usage(reader: Reader, table: Table, window: Window, form: str, file: Path | None) -> None:
    if (window.since or window.until) and not table.dated:
        raise Stop(reader.say("%(what)s has no date to choose by; leave --from and --to out", what=table.name), 2)
    if window.since and window.until and window.until < window.since:
        raise Stop(reader.say("--to lies before --from"), 2)
    if form == "xlsx" and file is None:
        line = reader.say(
            "A workbook needs a file; an example: ralop export %(what)s --format xlsx -o %(what)s.xlsx", what=table.name
        )
        raise Stop(line, 2)


def _write(machine: common.Machine, table: Table, window: Window, form: str, out: BinaryIO) -> int:
    writer, count = FORMATS[form](out, table.header(window), window.zone), 0
    try:
        with common.progress(_keys(machine, table, window), machine.reader.say("Writing")) as bar:
            for part in exports.rows(machine.work, table, window):
                for row in part:
                    writer.row(row)
                count += len(part)
                bar.update(len(part))
        writer.end()
    except TooLong:
        line = machine.reader.say("A sheet holds a million rows at most; please take fewer days, or csv")
        raise Stop(line) from None
    return count


def _keys(machine: common.Machine, table: Table, window: Window) -> int:
    """About how many rows there will be, for the progress bar alone."""
    if not sys.stderr.isatty():
        return 0
    with machine.work() as work:
        return sum(until - after for after, until in (source.ends(work, window) for source in table.sources))


@contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a new file."""
    if file is None:
        yield sys.stdout.buffer
        return
    with common.new_file(file) as out:
        yield out
