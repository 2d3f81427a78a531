"""`ralop plan FILE`: an official plan's meetings, with their invitees; what is doubtful is asked and not created."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from bot.commands.common import Machine, machine, print_json
from bot.conversations import plan_doubts, unreadable
from bot.i18n import Reader
from bot.importers import plan as importer
from bot.importers.files import Unreadable
from bot.importers.plan import Doubt, PlanDocument
from bot.parsing import fold, given_name, same_name_key
from bot.rules import people as rules_people
from bot.rules import plan_import
from bot.rules.plan_import import Result, Shown
from bot.rules.work import Work
from bot.settings import Stop
from storage import people
from storage.people import Person, Role, Status

LINE_AT_MOST = 160


@click.command("plan", short_help="read an official plan with a table of meetings (.docx, .txt, .md)")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", metavar="NAME", default="", help="the organiser, else the first administrator")
@click.option("--dry-run", is_flag=True, help="show what would happen, write nothing")
@click.option("--yes", is_flag=True, help="create the meetings without asking; doubts stay doubts")
@click.option("--json", "as_json", is_flag=True, help="one object for scripts")
def command(file: Path, by: str, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Creates the meetings of a plan, with invitees and reminders. Read a second time it adds nothing."""
    with machine() as here:
        document = _read(here, file)
        result = _take(here, document, by, preview=True)
        created = False
        if not as_json:
            _tell(here.reader, document, result)
        if result.added and not dry_run and (yes or _is_agreed(here.reader, result.added, as_json)):
            result, created = _take(here, document, by, preview=False), True
        added = result.added if created or dry_run else 0
        if as_json:
            print_json(_as_json(here.reader, document, result, added))
        else:
            click.echo(f"added {added}, unchanged {_known(result)}, held back {len(document.doubts)}")
        if result.added and not created and not dry_run:
            raise Stop(here.reader.say("nothing was created; to create the meetings without being asked, add --yes"))
        return 1 if document.doubts or not document.meetings else 0


def _known(result: Result) -> int:
    return len(result.meetings) - result.added


def _is_agreed(reader: Reader, n: int, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        return False
    return click.confirm(reader.say_n("Create this %(n)d meeting?", "Create these %(n)d meetings?", n), default=False)


def _read(here: Machine, file: Path) -> PlanDocument:
    try:
        return importer.read(file.read_bytes(), file.name)
    except Unreadable as error:
        raise Stop(unreadable.sentence(here.reader, error)) from None
    except OSError:
        raise Stop(here.reader.say("The file cannot be opened.")) from None


def _take(here: Machine, document: PlanDocument, by: str, *, preview: bool) -> Result:
    """What the plan leads to; a preview takes it back."""
    with here.work() as work:
        organiser = _organiser(here.reader, work, by)
        act = plan_import.look if preview else plan_import.take
        return act(work, document, organiser=organiser)


def _organiser(reader: Reader, work: Work, by: str) -> Person | None:
    """The person of that name who may organise meetings; without a name the first administrator."""
    commune = rules_people.commune_of(work)
    if not by.strip():
        admins = people.with_role(work.session, Role.ADMIN, work.today, commune_id=commune.id, joined_only=False)
        return next((one for one in admins if one.status != Status.LEFT), None)
    known = {
        one.id: one
        for role in sorted(rules_people.ORGANISERS)
        for one in people.with_role(work.session, role, work.today, commune_id=commune.id, joined_only=False)
        if one.status != Status.LEFT
    }
    for fits in (_same_name, _folded_name, _spoken_name):
        found = [one for one in known.values() if fits(one, by)]
        if len(found) == 1:
            return found[0]
        if found:
            known = {one.id: one for one in found}
            break
    names = ", ".join(sorted(one.name for one in known.values()))
    line = reader.say("--by %(name)s does not name one organiser; there are: %(known)s", name=by, known=names or "–")
    raise Stop(line, 2)


def _same_name(one: Person, name: str) -> bool:
    return same_name_key(one.name) == same_name_key(name)


def _folded_name(one: Person, name: str) -> bool:
    return one.folded == fold(name)


def _spoken_name(one: Person, name: str) -> bool:
    """`Thu`, `chị Thu`."""
    given = fold(given_name(one.name))
    return fold(name) in (given, fold(f"{one.form} {given}"))


# What is printed


def _tell(reader: Reader, document: PlanDocument, result: Result) -> None:
    click.echo(_title(reader, document))
    if result.is_foreign:
        click.echo(reader.say("Please note: this plan is of another body: %(issuer)s", issuer=document.issuer or ""))
    for number, one in enumerate(result.meetings, start=1):
        click.echo(_meeting_line(reader, number, one))
        for invitee in one.planned.invitees:
            click.echo(reader.say("   - %(words)s", words=invitee.words))
        for line in _notes(reader, one):
            click.echo(line)
    if not document.meetings and not document.doubts:
        click.echo(reader.say("No table of meetings was found in this paper."))
    for doubt in document.doubts:
        click.echo(plan_doubts.sentence(reader, doubt))
    for line in _given(reader, result):
        click.echo(line)
    for name in result.villages:
        click.echo(reader.say("New village: %(place)s", place=name))


def _given(reader: Reader, result: Result) -> list[str]:
    """To whom the paper itself goes, line by line as it names them."""
    if not result.given:
        return []
    shown = [reader.say("The plan itself is given to:")]
    for words, n in result.given:
        if n:
            shown.append(reader.say_n("   - %(words)s: %(n)d person", "   - %(words)s: %(n)d people", n, words=words))
        else:
            shown.append(reader.say("   - %(words)s: to be handed over by hand", words=words))
    for words in result.forgotten:
        line = reader.say("   Please note: it asks something of these, who are no recipients: %(words)s", words=words)
        shown.append(line[:LINE_AT_MOST])
    return shown


def _title(reader: Reader, document: PlanDocument) -> str:
    number = document.number or reader.say("without a number")
    if document.issued_on is None:
        return reader.say("Plan %(number)s, without a date", number=number)
    return reader.say("Plan %(number)s of %(date)s", number=number, date=plan_doubts.date_of(document.issued_on))


def _meeting_line(reader: Reader, number: int, one: Shown) -> str:
    values = {
        "number": number,
        "hour": reader.hour(one.starts_at),
        "weekday": reader.weekday(one.starts_at.date()),
        "date": plan_doubts.date_of(one.starts_at.date()),
        "place": one.planned.place_text,
        "n": one.invited,
    }
    if one.is_new:
        return reader.say("%(number)d. %(hour)s, %(weekday)s, %(date)s, %(place)s: %(n)d people are invited", **values)
    return reader.say("%(number)d. %(hour)s, %(weekday)s, %(date)s, %(place)s: is there already", **values)


def _notes(reader: Reader, one: Shown) -> list[str]:
    lines = []
    if one.is_past and one.is_new:
        lines.append(reader.say("   This meeting is over; nobody is told."))
    if one.double_booked:
        lines.append(
            reader.say("   Please note: %(n)d people are invited elsewhere at that hour.", n=one.double_booked)
        )
    without = [invitee.words for invitee in one.planned.invitees if not invitee.roles]
    if without:
        lines.append(reader.say("   To be invited by hand: %(words)s", words="; ".join(without)))
    return lines


def _as_json(reader: Reader, document: PlanDocument, result: Result, added: int) -> dict[str, Any]:
    return {
        "plan": {
            "number": document.number,
            "issued_on": document.issued_on.isoformat() if document.issued_on else None,
            "issuer": document.issuer,
            "signer": document.signer,
            "subject": document.subject,
            "is_foreign": result.is_foreign,
        },
        "added": added,
        "unchanged": _known(result),
        "held_back": len(document.doubts),
        "meetings": [_meeting_json(one) for one in result.meetings],
        "doubts": [
            {
                "row": doubt.row,
                "kind": doubt.kind.value,
                "question": plan_doubts.sentence(reader, doubt),
                **_plain(doubt),
            }
            for doubt in document.doubts
        ],
        "skipped": [{"row": one.row, "reason": one.reason.value, "text": one.text} for one in document.skipped],
        "villages": list(result.villages),
        "recipients": [{"words": words, "people": n} for words, n in result.given],
    }


def _plain(doubt: Doubt) -> dict[str, Any]:
    return {
        "details": {
            name: value.isoformat() if isinstance(value, date) else value for name, value in doubt.details.items()
        }
    }


def _meeting_json(one: Shown) -> dict[str, Any]:
    return {
        "row": one.planned.row,
        "starts_at": one.starts_at.isoformat(timespec="minutes"),
        "ends_at": one.ends_at.isoformat(timespec="minutes"),
        "place": one.planned.place_text,
        "villages": list(one.planned.villages),
        "venue": one.planned.venue,
        "invitees": [
            {"words": invitee.words, "roles": [{"role": role.role, "where": role.where} for role in invitee.roles]}
            for invitee in one.planned.invitees
        ],
        "invited": one.invited,
        "is_new": one.is_new,
        "is_past": one.is_past,
    }
