"""`ralop init`: makes the database, the commune, and the first administrator's one-time code and link."""

from __future__ import annotations

import click

from bot.commands import common, joining
from bot.i18n import Reader
from bot.rules import people
from bot.rules.people import FIRST_ADMIN_LASTS
from bot.settings import Settings, Stop
from storage import places
from storage.database import Database, migrate, open_database
from storage.people import Role
from storage.places import PlaceKind


@click.command("init")
@click.option("--commune", required=True, help='The name of the commune, as "Long Môn".')
@click.option("--contact", default="", help='Whom a stranger may telephone, as "Ủy ban xã, 0255 000 000".')
@click.option("--admin", default="", help="The first administrator's name.")
@click.option("--json", "as_json", is_flag=True, help="Print one object for scripts.")
def command(commune: str, contact: str, admin: str, as_json: bool) -> None:
    """Make the database and the first administrator's invite, which holds for one hour.

    On a database that exists already it changes nothing and exits with 1.
    """
    settings, reader, clock = common.ready()
    if not commune.strip():
        raise Stop(
            reader.say('The commune needs a name; an example: ralop init --commune "%(name)s"', name="Long Môn"), 2
        )
    with common.database_errors(reader):
        _refuse_existing(settings, reader)
        database = open_database(settings.database_url, create=True)
        try:
            migrate(database)
            machine = common.Machine(settings, clock, reader, database)
            invite = _first_administrator(machine, commune, contact, admin)
        finally:
            database.close()
    joining.show(machine, invite, as_json=as_json)


def _refuse_existing(settings: Settings, reader: Reader) -> None:
    """An `init` that was cut off half-way may be repeated; one that ended may not."""
    file = common.sqlite_file(settings)
    if file is not None and not file.exists():
        return
    database = Database(settings.database_url)
    try:
        if database.version() is None:
            return
        with database.transaction() as session:
            if places.commune(session) is None:
                return
    finally:
        database.close()
    raise Stop(reader.say("There is a database already; nothing was changed. To invite people: ralop invite --help"))


def _first_administrator(machine: common.Machine, commune: str, contact: str, admin: str) -> joining.Made:
    with machine.work() as work:
        place = people.make_place(work, PlaceKind.COMMUNE, commune, parent_id=None, contact=contact.strip())
        person = people.add_person(work, place.id, admin.strip() or machine.reader.say("Administrator"))
        people.grant(work, person, Role.ADMIN, place_id=place.id)
        new = people.invite(work, machine.key, person, lasts=FIRST_ADMIN_LASTS)
        return joining.made(machine, work, person, new)
