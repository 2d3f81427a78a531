"""`ralop invite`: a person with a role and its place, and the one-time code and links to join with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bot.commands import common, joining
from bot.i18n import Reader
from bot.parsing import class_key, fold, same_name_key, school_year_of
from bot.rules import people
from bot.rules.work import Refused, Work
from bot.settings import Stop
from storage import people as stored
from storage import places
from storage.people import Organisation, Person, Role, Status
from storage.places import Place, PlaceKind, SchoolClass

# What a role cannot do without, and a right example of it.
NEEDS = {
    Role.TEACHER: ("--class", 'ralop invite --role teacher --class 6A --name "Đinh Thị Hoa"'),
    Role.VILLAGE_HEAD: ("--village", 'ralop invite --role village_head --village "Cà Xen" --name "Đinh Văn Rớt"'),
    Role.VILLAGE_FRONT: ("--village", 'ralop invite --role village_front --village "Cà Xen" --name "Đinh Văn Rin"'),
}
MAY_HAVE = {
    Role.TEACHER: {"--class", "--school"},
    Role.SCHOOL: {"--school"},
    Role.VILLAGE_HEAD: {"--village"},
    Role.VILLAGE_FRONT: {"--village"},
    Role.PARENTS: {"--class", "--school", "--village"},
    Role.ORGANISATION: {"--organisation", "--village"},
}


@click.command("invite")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What this person is.")
@click.option("--name", default="", help="The person's name; without it the role stands for it.")
@click.option("--village", default="", help="The village, for village_head and village_front.")
@click.option("--class", "class_name", default="", help="The class, for teacher.")
@click.option("--school", default="", help="The school, where there are several.")
@click.option(
    "--organisation",
    default="",
    type=click.Choice(["", *(one.value for one in Organisation)]),
    show_choices=True,
    metavar="|".join(one.value for one in Organisation),
    help="Which one, for organisation; with --village its branch there.",
)
@click.option("--qr", type=click.Path(dir_okay=False, path_type=Path), help="Also write the link as a QR code (PNG).")
@click.option("--card", type=click.Path(dir_okay=False, path_type=Path), help="Also write a card to print (A4, PDF).")
@click.option("--json", "as_json", is_flag=True, help="Print one object for scripts.")
def command(
    role: str,
    name: str,
    village: str,
    class_name: str,
    school: str,
    organisation: str,
    qr: Path | None,
    card: Path | None,
    as_json: bool,
) -> None:
    """Make an invite for a person: a code, where to type it, and one-time links.

    The code holds for 72 hours and works once. Inviting the same person again ends the earlier code.
    """
    given = {"--village": village.strip(), "--class": class_name.strip(), "--school": school.strip()}
    given["--organisation"] = organisation
    with common.machine() as machine:
        _check_usage(machine.reader, Role(role), given)
        with machine.work() as work:
            place_id, class_id = _place_of(machine.reader, work, Role(role), given)
            person = _person(machine.reader, work, Role(role), name, place_id, class_id)
            if organisation:
                people.name_organisation(work, person, organisation)
            invite = joining.made(machine, work, person, people.invite(work, machine.key, person))
        joining.show(machine, invite, as_json=as_json, qr=qr, card=card)


def _check_usage(reader: Reader, role: Role, given: dict[str, str]) -> None:
    option, example = NEEDS.get(role, ("", ""))
    if option and not given[option]:
        line = reader.say(
            "--role %(role)s needs %(option)s; an example: %(example)s", role=role, option=option, example=example
        )
        raise Stop(line, 2)
    for name, value in given.items():
        if value and name not in MAY_HAVE.get(role, set()):
            raise Stop(reader.say("--role %(role)s goes without %(option)s", role=role, option=name), 2)


def _place_of(reader: Reader, work: Work, role: Role, given: dict[str, str]) -> tuple[int | None, int | None]:
    """The place and the class of the role. Raises Stop with the known ones when a name is not among them."""
    commune = people.commune_of(work)
    if given["--village"]:
        village = _named(reader, work, PlaceKind.VILLAGE, given["--village"], commune)
        return village.id, None
    if given["--class"]:
        return None, _class(reader, work, given["--class"], given["--school"], commune).id
    if role == Role.SCHOOL or given["--school"]:
        return _school(reader, work, given["--school"], commune).id, None
    return commune.id, None


def _named(reader: Reader, work: Work, kind: PlaceKind, name: str, commune: Place) -> Place:
    found = places.named(work.session, kind, fold(name), commune.id)
    if len(found) == 1:
        return found[0]
    known = places.of_kind(work.session, kind, commune.id)
    names = ", ".join(place.name for place in found or known)
    if kind is PlaceKind.VILLAGE:
        raise Stop(
            reader.say("No village is called %(wanted)s; there are: %(known)s", wanted=name, known=names)
            if known
            else reader.say("No village is known yet. Read a roster first: ralop import FILE")
        )
    raise Stop(
        reader.say("No school is called %(wanted)s; there are: %(known)s", wanted=name, known=names)
        if known
        else reader.say("No school is known yet. Read a roster first: ralop import FILE")
    )


def _school(reader: Reader, work: Work, name: str, commune: Place) -> Place:
    """The school of that name; the only one there is may go unnamed."""
    if name:
        return _named(reader, work, PlaceKind.SCHOOL, name, commune)
    known = places.of_kind(work.session, PlaceKind.SCHOOL, commune.id)
    if len(known) == 1:
        return known[0]
    if not known:
        raise Stop(reader.say("No school is known yet. Read a roster first: ralop import FILE"))
    names = ", ".join(school.name for school in known)
    raise Stop(reader.say("There are several schools; please name one with --school: %(known)s", known=names), 2)


def _class(reader: Reader, work: Work, name: str, school: str, commune: Place) -> SchoolClass:
    """The class of that name in the latest school year that has classes."""
    schools = (
        [_school(reader, work, school, commune)]
        if school
        else places.of_kind(work.session, PlaceKind.SCHOOL, commune.id)
    )
    known = _latest_classes(work, schools)
    found = [one for one in known if one.key == class_key(name)]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        of = {place.id: place.name for place in schools}
        names = ", ".join(of[one.school_id] for one in found)
        raise Stop(
            reader.say(
                "Several schools have a class %(wanted)s; please name one with --school: %(known)s",
                wanted=name,
                known=names,
            ),
            2,
        )
    if not known:
        raise Stop(reader.say("No class is known yet. Read a roster first: ralop import FILE"))
    names = ", ".join(one.name for one in known)
    raise Stop(reader.say("No class is called %(wanted)s; there are: %(known)s", wanted=name, known=names))


def _latest_classes(work: Work, schools: Sequence[Place]) -> list[SchoolClass]:
    """Those of this school year; of the latest one before it while nobody has read this year's roster."""
    ids = [school.id for school in schools]
    for year in places.years(work.session, schools=ids, until=school_year_of(work.today)):
        return list(places.classes(work.session, schools=ids, year=year))
    return []


def _person(reader: Reader, work: Work, role: Role, name: str, place_id: int | None, class_id: int | None) -> Person:
    """Whoever has this name and this role here already is invited again; else a new person."""
    commune = people.commune_of(work)
    wanted = name.strip() or reader.say(joining.ROLES[role]).capitalize()
    for known in stored.with_role(
        work.session, role, work.today, place_id=place_id, class_id=class_id, joined_only=False
    ):
        if same_name_key(known.name) == same_name_key(wanted) and known.status != Status.LEFT:
            return known
    try:
        person = people.add_person(work, commune.id, wanted)
    except Refused:
        line = reader.say(
            '%(wanted)s is no name; an example: --name "%(example)s"', wanted=name, example="Đinh Thị Hoa"
        )
        raise Stop(line, 2) from None
    people.grant(work, person, role, place_id=place_id, class_id=class_id)
    return person
