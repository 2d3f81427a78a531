"""`ralop hook …`: addresses of other programs that hear of new cases and of days, added and removed on this machine."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import click

from bot.commands import common
from bot.commands.common import Machine
from bot.i18n import N_, Reader
from bot.rules import hooks_out as rules
from bot.rules.work import Refused
from bot.service import outside
from bot.service.hooks_out import secret_of, send, trial
from bot.service.outside import Unsent
from bot.settings import Stop
from storage import hooks_out
from storage.hooks_out import DeliveryStatus, Hook, HookEvent

EVENTS = [one.value for one in HookEvent]
RECENT = timedelta(days=7)
REFUSED = {
    "hook_url": N_("An address begins with https:// (http:// only for this machine, 127.0.0.1)."),
    "hook_is_there": N_("This address is told already; ralop hook list has its number."),
    "no_such_hook": N_("There is no address with this number; ralop hook list has them all."),
    "nothing_waits": N_("It has ended already."),
}


@click.group("hook")
def command() -> None:
    """Addresses that are told of new cases, closed days and the figures of a day: numbers, never names."""


@command.command("add")
@click.argument("url")
@click.option(
    "--event", "events", multiple=True, type=click.Choice(EVENTS), help="Only this; may stand several times. Else all."
)
@click.option("--json", "as_json", is_flag=True, help="Print one object for scripts.")
def add(url: str, events: tuple[str, ...], as_json: bool) -> None:
    """Add an address, and print once the secret that its signatures are made with."""
    with common.ruled(_refused) as (machine, work):
        row = rules.add(work, url, [HookEvent(one) for one in events or EVENTS])
        _judge(machine, url)
        secret = secret_of(machine.key, row.salt)
        if as_json:
            common.print_json({"id": row.id, "secret": secret, "events": row.events})
            return
        click.echo(secret)
        click.echo(machine.reader.say("Number %(id)d. The secret is shown only now. Try it: ralop hook test %(id)d",
                                      id=row.id))  # fmt: skip


def _judge(machine: Machine, url: str) -> None:
    """Refuses what leads into a network; a name that nobody knows just now may be known later."""
    try:
        asyncio.run(outside.judged(url))
    except Unsent as unsent:
        if unsent.reason == "private address":
            line = machine.reader.say(
                "This address lies inside a network; only the open internet or 127.0.0.1 is told."
            )
            raise Stop(line) from None


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one list for scripts.")
def list_(as_json: bool) -> None:
    """The addresses, what each is told, and how it fared in the last seven days."""
    with common.ruled(_refused) as (machine, work):
        counts = hooks_out.counts(work.session, work.now - RECENT)
        rows = [(one, counts.get(one.id, {})) for one in hooks_out.listening(work.session)]
        if as_json:
            common.print_json(
                [{"id": one.id, "url": one.url, "events": one.events, "last_week": found} for one, found in rows]
            )
            return
        for one, found in rows:
            click.echo(_line(machine, one, found))
        if not rows:
            click.echo(machine.reader.say("No address is told anything."))


def _line(machine: Machine, one: Hook, found: dict[str, int]) -> str:
    return machine.reader.say(
        "%(id)d  %(url)s  %(events)s  waiting %(waiting)d, sent %(sent)d, given up %(lost)d",
        id=one.id,
        url=one.url,
        events=", ".join(one.events),
        waiting=found.get(DeliveryStatus.QUEUED, 0),
        sent=found.get(DeliveryStatus.SENT, 0),
        lost=found.get(DeliveryStatus.GIVEN_UP, 0),
    )


@command.command("remove")
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Tell an address nothing more; what waits for it is dropped."""
    with common.ruled(_refused) as (machine, work):
        click.echo(machine.reader.say("removed: %(id)d", id=rules.remove(work, number).id))


@command.command("test")
@click.argument("number", type=int)
def test(number: int) -> None:
    """Send a signed letter that says nothing, once, and say how it was received."""
    with common.ruled(_refused) as (machine, work):
        row = rules.find(work, number)
        letter = trial(secret_of(machine.key, row.salt), row.url, row.id)
        now = work.now
    try:
        asyncio.run(send(letter, now))
    except Unsent as unsent:
        raise Stop(machine.reader.say("The address did not take it: %(reason)s", reason=unsent.reason)) from None
    click.echo(machine.reader.say("The address has taken it."))


def _refused(reader: Reader, refused: Refused) -> Stop:
    """What a rule refuses, in one line; an address that cannot be is a wrong use."""
    return Stop(reader.say(REFUSED[refused.code], **refused.details), 2 if refused.code == "hook_url" else 1)
