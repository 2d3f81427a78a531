"""`ralop report day|week|month -o FILE`: the official report of the commune, or of one of its schools."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from bot.commands import common
from bot.i18n import Reader
from bot.parsing import fold
from bot.reports import writing
from bot.reports.exports import Transaction
from bot.reports.paper import Paper
from bot.reports.requests import REPORTS
from bot.reports.writing import FORMS, TemplateError
from bot.rules import people
from bot.rules.work import Refused, Work
from bot.settings import Stop
from storage import places
from storage.places import Place, PlaceKind

EXAMPLE = "2024-03-20"


@click.command("report")
@click.argument("what", type=click.Choice(list(REPORTS)))
@click.option("--date", "on", default="", metavar="DAY", help=f"A day of it, as {EXAMPLE}; without it, today.")
@click.option("--school", default="", metavar="NAME", help="The report of this school instead of the commune's.")
@click.option("-o", "--output", "file", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="Write to this file: .docx, .pdf or .xlsx.")  # fmt: skip
def command(what: str, on: str, school: str, file: Path) -> None:
    """Make the official report of a day, a week or a month.

    Its number and signature are left to the office. Head and foot are those that the place has set in the chat or on
    the office page, and PAPER_TEMPLATES names a folder with the office's own layout. Each report leaves a line in the
    audit.
    """
    with common.machine() as machine:
        reader = machine.reader
        form, day = _form(reader, file), _day(reader, on, machine.clock.today())
        with machine.work() as work:
            place = _place(reader, work, school)
        paper = _paper(reader, machine.work, what, place, day)
        content = _written(reader, paper, form, machine.settings.paper_templates)
        with common.new_file(file) as out:
            out.write(content)
        click.echo(reader.say("%(subject)s: %(file)s", subject=paper.subject, file=file))


def _form(reader: Reader, file: Path) -> str:
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMS:
        line = reader.say("-o must end in .docx, .pdf or .xlsx; an example: %(example)s", example="-o bao-cao.docx")
        raise Stop(line, 2)
    return form


def _day(reader: Reader, text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        line = reader.say("%(option)s is no day; an example: %(option)s %(example)s", option="--date", example=EXAMPLE)
        raise Stop(line, 2) from None
    if day > today:
        raise Stop(reader.say("--date lies in the future: there is nothing to report yet"), 2)
    return day


def _place(reader: Reader, work: Work, school: str) -> Place:
    """The commune; or the school that is named, as a whole or by a part of its name that no other has."""
    try:
        commune = people.commune_of(work)
    except Refused:
        raise Stop(reader.say("There is no commune yet. First: ralop init")) from None
    if not school.strip():
        return commune
    known = places.of_kind(work.session, PlaceKind.SCHOOL, commune.id)
    exact = places.named(work.session, PlaceKind.SCHOOL, fold(school), commune.id)
    found = list(exact) or [one for one in known if fold(school) in one.folded]
    if len(found) != 1:
        names = "; ".join(one.name for one in found or known)
        raise Stop(reader.say("--school must name one of these: %(names)s", names=names or "–"), 2)
    return found[0]


def _paper(reader: Reader, transaction: Transaction, what: str, place: Place, day: date) -> Paper:
    try:
        return REPORTS[what](reader, transaction, place, day)
    except Refused:
        raise Stop(reader.say("There is nothing to report of that time yet"), 2) from None


def _written(reader: Reader, paper: Paper, form: str, templates: Path | None) -> bytes:
    wanted = next(one for one in FORMS if one == form)
    try:
        return writing.write(paper, wanted, templates)
    except TemplateError as error:
        raise Stop(reader.say(error.sentence, **error.values)) from None
