"""`ralop import FILE`: a school's roster; twice the same file changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.commands.common import Machine, machine, print_json, progress
from bot.conversations import row_reasons, unreadable
from bot.i18n import N_, Reader
from bot.importers import roster as importer
from bot.importers.files import Unreadable
from bot.importers.kept import known_villages
from bot.importers.roster_facts import RejectedRow, Roster
from bot.parsing import school_year
from bot.rules import roster
from bot.rules.roster import Outcome
from bot.rules.work import Refused, Work
from bot.settings import Stop
from storage.places import PlaceKind


class _DryRun(Exception):
    pass


@click.command("import", short_help="read a roster (.xlsx, .xls, .csv)")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--school", help="the school, where the file names none")
@click.option("--year", metavar="2023-2024", help="the school year, where the file names none")
@click.option("--dry-run", is_flag=True, help="show what would happen, write nothing")
@click.option("--no-new-places", is_flag=True, help="make no village or school that is not there yet")
@click.option("--json", "as_json", is_flag=True, help="one object for scripts")
def command(file: Path, school: str | None, year: str | None, dry_run: bool, no_new_places: bool, as_json: bool) -> int:
    """Reads a school's roster. Twice the same file changes nothing; nobody is ever deleted."""
    with machine() as here:
        if year is not None and school_year(year) is None:
            raise Stop(here.reader.say("--year is not right; an example: --year 2023-2024"), 2)
        read = _read(here, file)
        outcome = Outcome()
        try:
            with here.work() as work:
                outcome = _take(here, work, read, school, school_year(year or "") or read.year, not no_new_places)
                if dry_run:
                    raise _DryRun
        except _DryRun:
            pass
        if as_json:
            print_json(_as_json(here.reader, read, outcome))
        else:
            _tell(here.reader, read, outcome)
        return 1 if read.rejected else 0


def _read(here: Machine, file: Path) -> Roster:
    with here.work() as work:
        villages = known_villages(work.session)
    try:
        return importer.read(file.read_bytes(), file.name, known_villages=villages)
    except Unreadable as error:
        raise Stop(unreadable.sentence(here.reader, error)) from None
    except OSError:
        raise Stop(here.reader.say("The file cannot be opened.")) from None


def _take(here: Machine, work: Work, read: Roster, school: str | None, year: str | None, makes_places: bool) -> Outcome:
    try:
        with progress(len(read.rows), here.reader.say("Reading the roster")) as bar:
            outcome = roster.take(
                work,
                read.rows,
                school=read.school or school,
                year=year,
                makes_places=makes_places,
                each=lambda: bar.update(1),
            )
    except Refused as refused:
        if refused.code != "which_school":
            raise
        known = refused.details["schools"]
        example = known[0] if known else "Trường TH&THCS Long Môn"
        line = here.reader.say('The file names no school. Please add it; an example: --school "%(name)s"', name=example)
        raise Stop(line, 2) from None
    outcome.unchanged += len(read.repeats)
    return outcome


def _tell(reader: Reader, read: Roster, outcome: Outcome) -> None:
    for rejected in read.rejected:
        click.echo(_rejected_line(reader, rejected))
    for row, near in outcome.alike:
        click.echo(reader.say("Row %(row)d: %(who)s is taken as another pupil than %(near)s; please look.",
                              row=row.row, who=row.name, near=near))  # fmt: skip
    for row in outcome.without_village:
        click.echo(reader.say("Row %(row)d: the village %(village)s is not known; it was left empty.",
                              row=row.row, village=row.village))  # fmt: skip
    for place in outcome.made:
        sentence = N_("New village: %(place)s") if place.kind == PlaceKind.VILLAGE else N_("New school: %(place)s")
        click.echo(reader.say(sentence, place=place.name))
    click.echo(
        f"added {outcome.added}, changed {outcome.changed}, unchanged {outcome.unchanged}, "
        f"rejected {len(read.rejected)}"
    )


def _rejected_line(reader: Reader, rejected: RejectedRow) -> str:
    reason = row_reasons.sentence(reader, rejected)
    if rejected.sheet:
        return reader.say("Sheet %(sheet)s, row %(row)d rejected: %(reason)s", sheet=rejected.sheet,
                          row=rejected.row, reason=reason)  # fmt: skip
    return reader.say("Row %(row)d rejected: %(reason)s", row=rejected.row, reason=reason)


def _as_json(reader: Reader, read: Roster, outcome: Outcome) -> dict[str, Any]:
    return {
        "added": outcome.added,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "rejected": len(read.rejected),
        "rows": [
            {"row": one.row, "sheet": one.sheet, "reason": row_reasons.sentence(reader, one)} for one in read.rejected
        ],
        "places": [place.name for place in outcome.made],
    }
