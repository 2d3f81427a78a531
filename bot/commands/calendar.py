"""`ralop calendar …`: school days as they stand; closing, opening, watching; a class's week, a school's year."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

import click

from bot.commands import common
from bot.commands.common import Machine
from bot.conversations import calendar_words as words
from bot.i18n import Reader
from bot.parsing import class_key, fold, school_year_of
from bot.rules import calendar as rules
from bot.rules import holidays, school_days
from bot.rules.calendar import Days, Where
from bot.rules.school_days import Week
from bot.rules.work import Refused, Work
from bot.settings import Stop
from storage import places
from storage.attendance import Half
from storage.calendar import Closure, Why
from storage.places import Place, PlaceKind, SchoolClass

EXAMPLE = "2024-03-20"
SHOWN = timedelta(days=60)
WEEK_EXAMPLE = "mon-sat 07:00, tue thu 13:30, sun 18:00"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HALVES = [half.value for half in Half]
DAYS_OF_WEEK = re.compile(r"(?P<days>[a-z ,-]*?)\s*(?P<hour>\d{1,2}:\d{2})")


@click.group("calendar")
def command() -> None:
    """School days and days off, by school, site, class and village."""


def where_options(function: Callable[..., None]) -> Callable[..., None]:
    """The place that a decision concerns; none of these is the whole commune."""
    for option, letter, told in (
        ("--village", "V", "The pupils of this village (a cut road, a feast)."),
        ("--class", "C", "One class."),
        ("--site", "SITE", "The classes of one site of the school."),
        ("--school", "S", "One school."),
    ):
        name = {"--class": "class_name"}.get(option, option.removeprefix("--"))
        function = click.option(option, name, default="", metavar=letter, help=told)(function)
    return function


def day_options(function: Callable[..., None]) -> Callable[..., None]:
    """From a day to a day, and which session."""
    function = click.option("--half", type=click.Choice(HALVES), help="This session only.")(function)
    function = click.option("--to", "until", default="", metavar="DAY", help="The last day; it is included.")(function)
    return click.option("--from", "since", default="", metavar="DAY", help=f"The first day, as {EXAMPLE}; else today.")(
        function
    )


@command.command("show")
@where_options
@click.option("--from", "since", default="", metavar="DAY", help="The first day; else today.")
@click.option("--to", "until", default="", metavar="DAY", help="The last day; else 60 days on.")
def show(**given: Any) -> None:
    """The year, the decisions in force, and the holidays between two days."""
    with common.ruled(_refused) as (machine, work):
        where = _where(machine.reader, work, given)
        days = _days(machine, given, lasts=SHOWN)
        click.echo("\n".join(_shown(machine.reader, work, where, days)))


@command.command("close")
@where_options
@day_options
@click.option("--why", type=click.Choice([why.value for why in Why]), default="other", show_default=True)
@click.option("--words", default="", help="The reason in your own words.")
@click.option("--watch", is_flag=True, help="School goes on, but every absence is asked about at once.")
def close(why: str, words: str, watch: bool, **given: Any) -> None:
    """No school on these days; teachers and officials are told at once."""
    with common.ruled(_refused) as (machine, work):
        where, days = _where(machine.reader, work, given), _days(machine, given)
        decide = rules.watch if watch else rules.close
        _said(machine.reader, work, decide(work, where, days, Why(why), words))


@command.command("open")
@where_options
@day_options
@click.option("--id", "number", type=int, help="Take this decision back; `show` has the numbers.")
def open_(number: int | None, **given: Any) -> None:
    """School after all: on a day off, or by taking a decision back."""
    with common.ruled(_refused) as (machine, work):
        if number is not None:
            click.echo(machine.reader.say("taken back: %(id)d", id=rules.take_back(work, number).id))
            return
        where, days = _where(machine.reader, work, given), _days(machine, given)
        _said(machine.reader, work, rules.open(work, where, days))


@command.command("week")
@click.option("--school", default="", metavar="S", help="The school of the class.")
@click.option("--class", "class_name", required=True, metavar="C", help="The class, as 6A.")
@click.option("--set", "text", default=None, metavar="WEEK", help=f'As "{WEEK_EXAMPLE}"; "" is the usual week.')
@click.option("--site", default=None, metavar="SITE", help='The site that the class sits at; "" is the school.')
def week(school: str, class_name: str, text: str | None, site: str | None) -> None:
    """The weekly sessions of a class: shown, or set. An evening is the head-count of the semi-boarders."""
    with common.ruled(_refused) as (machine, work):
        one = _class(machine.reader, work, school, class_name)
        if text is not None:
            rules.set_week(work, one.id, _week(machine.reader, text))
        if site is not None:
            rules.set_site(work, one.id, site)
        for weekday, of_day in sorted(school_days.week(work, one.id).items()):
            hours = ", ".join(f"{at:%H:%M}" for at in sorted(of_day.values()))
            click.echo(f"{one.name} {WEEKDAYS[weekday]} {hours}")


@command.command("year")
@click.option("--school", default="", metavar="S", help="The school, if there are several.")
@click.option("--from", "since", default="", metavar="DAY", help="The first day.")
@click.option("--to", "until", default="", metavar="DAY", help="The last day.")
def year(school: str, since: str, until: str) -> None:
    """The school year of a school: shown, or set."""
    with common.ruled(_refused) as (machine, work):
        reader, place = machine.reader, _school(machine.reader, work, school)
        if bool(since) != bool(until):
            raise Stop(reader.say("A school year needs --from and --to"), 2)
        if since:
            rules.set_year(work, place.id, _day(reader, "--from", since), _day(reader, "--to", until))
        first, last = school_days.year_of(work, place.id, _day(reader, "--from", since) if since else work.today)
        click.echo(f"{place.name} {first.isoformat()} {last.isoformat()}")


# --- what was meant ------------------------------------------------------------------------------------------


def _refused(reader: Reader, refused: Refused) -> Stop:
    """What the rules refuse, in one line."""
    return Stop(words.refusal(reader, refused))


def _where(reader: Reader, work: Work, given: dict[str, Any]) -> Where:
    school, site, class_name, village = (given.pop(name) for name in ("school", "site", "class_name", "village"))
    if sum(bool(one) for one in (site, class_name, village)) > 1:
        raise Stop(reader.say("Only one of --site, --class and --village at a time"), 2)
    if village:
        found = places.named(work.session, PlaceKind.VILLAGE, fold(village))
        return Where(village_id=_only(reader, village, found).id)
    if class_name:
        return Where(class_id=_class(reader, work, school, class_name).id)
    if site:
        of = _school(reader, work, school)
        return Where(site_id=_only(reader, site, places.named(work.session, PlaceKind.SITE, fold(site), of.id)).id)
    return Where(school_id=_school(reader, work, school).id) if school else Where()


def _school(reader: Reader, work: Work, name: str) -> Place:
    if name:
        return _only(reader, name, places.named(work.session, PlaceKind.SCHOOL, fold(name)))
    known = places.of_kind(work.session, PlaceKind.SCHOOL)
    if len(known) != 1:
        raise Stop(reader.say("Which school? Please name it with --school"), 2)
    return known[0]


def _class(reader: Reader, work: Work, school: str, name: str) -> SchoolClass:
    of = _school(reader, work, school)
    found = places.class_by_key(work.session, of.id, school_year_of(work.today), class_key(name))
    if found is None:
        raise Stop(reader.say("%(name)s is not known here", name=name))
    return found


def _only(reader: Reader, name: str, found: Any) -> Place:
    if not found:
        raise Stop(reader.say("%(name)s is not known here", name=name))
    place: Place = found[0]
    return place


def _days(machine: Machine, given: dict[str, Any], lasts: timedelta = timedelta(0)) -> Days:
    since = _day(machine.reader, "--from", given["since"]) if given["since"] else machine.clock.today()
    until = _day(machine.reader, "--to", given["until"]) if given["until"] else since + lasts
    if until < since:
        raise Stop(machine.reader.say("--to lies before --from"), 2)
    return Days(since, until, Half(given["half"]) if given.get("half") else None)


def _day(reader: Reader, option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        line = reader.say("%(option)s is no day; an example: %(option)s %(example)s", option=option, example=EXAMPLE)
        raise Stop(line, 2) from None


def _week(reader: Reader, text: str) -> Week:
    """`mon-fri 07:00, tue thu 13:30, sun 18:00`: the hour tells which half-day it is."""
    found: Week = {}
    rest = text.strip().lower()
    while rest:
        part = DAYS_OF_WEEK.match(rest)
        days = _weekdays(part["days"]) if part is not None else []
        if part is None or not days:
            raise Stop(reader.say("That is no week; an example: --set %(example)s", example=f'"{WEEK_EXAMPLE}"'), 2)
        at = _hour(reader, part["hour"])
        for weekday in days:
            found.setdefault(weekday, {})[_half(at)] = at
        rest = rest[part.end() :].lstrip(" ,;")
    return found


def _weekdays(text: str) -> list[int]:
    found: list[int] = []
    for word in re.split(r"[ ,]+", text.strip()):
        first, _, last = word.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            return []
        found += range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)
    return found


def _hour(reader: Reader, text: str) -> time:
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        raise Stop(reader.say("%(hour)s is no hour; an example: 07:00", hour=text), 2) from None


def _half(at: time) -> Half:
    if at < time(12):
        return Half.MORNING
    return Half.AFTERNOON if at < time(17) else Half.EVENING


# --- what is shown -------------------------------------------------------------------------------------------


def _said(reader: Reader, work: Work, decision: Closure) -> None:
    """`12 closed 2024-03-20 2024-03-22 morning flood …`: a line that scripts can read."""
    click.echo(_line(work, decision))


def _line(work: Work, decision: Closure) -> str:
    told = decision.words or decision.why
    when = f"{decision.from_on} {decision.until_on} {decision.half or 'day'}"
    return f"{decision.id} {decision.effect} {when} {words.place_name(work, decision)}: {told}"


def _shown(reader: Reader, work: Work, where: Where, days: Days) -> Iterator[str]:
    for school in places.of_kind(work.session, PlaceKind.SCHOOL):
        if rules.school_of(work, where) in (None, school.id):
            first, last = school_days.year_of(work, school.id, days.since)
            yield f"year {first} {last} {school.name}"
    rest = holidays.tet_break(school_year_of(days.since))
    if rest.first <= days.until and rest.last >= days.since:
        yield f"tet {rest.first} {rest.last}"
    day = days.since
    while day <= days.until:
        if day in holidays.public(day.year):
            yield f"holiday {day} {holidays.name(day, reader.locale)}"
        day += timedelta(days=1)
    for decision in rules.in_force(work, days.since, days.until):
        if where == Where() or rules.concerns(work, decision, where):
            yield _line(work, decision)
