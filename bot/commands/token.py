"""`ralop token …`: tokens that programs read our data with, made, listed and ended on this machine."""

from __future__ import annotations

import click
from sqlalchemy import select

from bot.commands import common
from bot.i18n import N_, Reader
from bot.parsing import same_name_key
from bot.rules import api_tokens as rules
from bot.rules.work import Refused, Work
from bot.settings import Stop
from storage import api_tokens
from storage.api_tokens import ApiToken
from storage.people import Person, Status

REFUSED = {
    "no_token_for": N_("%(name)s has left: no token reads for somebody who is gone."),
    "no_such_token": N_("There is no token with this number; ralop token list has them all."),
    "nothing_waits": N_("It has ended already."),
}
STATES = {"good": N_("good"), "expired": N_("expired"), "revoked": N_("revoked")}


@click.group("token")
def command() -> None:
    """Tokens for programs that read the data, each with the rights of one person."""


@command.command("make")
@click.option("--for", "who", required=True, metavar="NAME", help="Whose roles it reads with; or the person's number.")
@click.option("--name", required=True, help="What it is for; it stands in the list and in the audit.")
@click.option(
    "--days",
    type=click.IntRange(1, rules.LONGEST_DAYS),
    default=rules.LASTS_DAYS,
    show_default=True,
    help="For how many days it is good.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one object for scripts.")
def make(who: str, name: str, days: int, as_json: bool) -> None:
    """Make a token and print it once. It sees what the person's roles see on the day of its use."""
    with common.ruled(_refused) as (machine, work):
        person = _person(machine.reader, work, who)
        made = rules.make(work, person, name, days=days)
        if as_json:
            common.print_json({"id": made.row.id, "token": made.token, "expires_at": made.row.expires_at.isoformat()})
            return
        say = machine.reader.say
        until = machine.reader.day(made.row.expires_at.astimezone(machine.clock.zone).date())
        click.echo(made.token)
        click.echo(say("Number %(id)d, reads as %(person)s until %(day)s. It is shown only now.", id=made.row.id,
                       person=person.name, day=until))  # fmt: skip


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one list for scripts.")
def list_(as_json: bool) -> None:
    """Every token that was made: whose, what for, until when, when it was used last."""
    with common.ruled(_refused) as (machine, work):
        rows = api_tokens.all_of(work.session)
        people = {one.id: one for one in work.session.scalars(select(Person))} if rows else {}
        if as_json:
            common.print_json([_as_json(work, one, people[one.person_id]) for one in rows])
            return
        for one in rows:
            click.echo(_line(machine.reader, work, one, people[one.person_id]))
        if not rows:
            click.echo(machine.reader.say("There is no token."))


@command.command("revoke")
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """End a token at once; `list` has the numbers."""
    with common.ruled(_refused) as (machine, work):
        row = rules.revoke(work, number)
        click.echo(machine.reader.say("revoked: %(id)d, %(what)s", id=row.id, what=row.name))


def _refused(reader: Reader, refused: Refused) -> Stop:
    """What a rule refuses, in one line."""
    return Stop(reader.say(REFUSED[refused.code], **refused.details))


def _person(reader: Reader, work: Work, who: str) -> Person:
    """By number, or by the name as it is written; of several with one name the number is asked for."""
    everybody = list(work.session.scalars(select(Person).order_by(Person.id)))
    if who.isdecimal():
        found = [one for one in everybody if one.id == int(who)]
    else:
        found = [one for one in everybody if same_name_key(one.name) == same_name_key(who)]
        found = [one for one in found if one.status != Status.LEFT] or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise Stop(reader.say("Nobody here is called %(wanted)s; ralop export people lists everybody.", wanted=who))
    numbers = ", ".join(str(one.id) for one in found)
    raise Stop(
        reader.say("Several are called %(wanted)s; please take the number: %(known)s", wanted=who, known=numbers)
    )


def _as_json(work: Work, one: ApiToken, person: Person) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "person_id": person.id,
        "person": person.name,
        "state": _state(work, one, person),
        "made_at": one.made_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
        "used_at": None if one.used_at is None else one.used_at.isoformat(),
    }


def _line(reader: Reader, work: Work, one: ApiToken, person: Person) -> str:
    used = "–" if one.used_at is None else reader.day(one.used_at.astimezone(work.zone).date())
    return reader.say(
        "%(id)d  %(what)s  %(person)s  %(state)s until %(day)s, last used: %(used)s",
        id=one.id,
        what=one.name,
        person=person.name,
        state=reader.say(STATES[_state(work, one, person)]),
        day=reader.day(one.expires_at.astimezone(work.zone).date()),
        used=used,
    )


def _state(work: Work, one: ApiToken, person: Person) -> str:
    return "revoked" if person.status == Status.LEFT else rules.state(one, work)
