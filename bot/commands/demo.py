"""`ralop demo`: no account and no configuration; a throw-away commune, three phones, a clock that can be moved."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
import tempfile
import webbrowser
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import click
from sqlalchemy.orm import Session

from bot import logs
from bot.channels.web import WebChannel
from bot.clock import VIETNAM, HandClock, moment
from bot.dialogue.conversation import Surroundings
from bot.i18n import Reader, languages
from bot.importers import plan
from bot.parsing import class_key, fold
from bot.rules import attendance, meeting_plan, people, plan_copies, roster, school_days
from bot.rules.attendance import Line
from bot.rules.work import Work
from bot.service.app import Service
from bot.settings import Settings, Stop
from bot.web.app import build, listening, serve
from bot.web.demo import DemoPages
from storage import people as stored_people
from storage import places, pupils, sample
from storage.attendance import Half, Reason
from storage.database import migrate, open_database
from storage.people import Person, Role, Status
from storage.places import PlaceKind
from storage.scope import Scope

DEFAULT_AT = "2024-03-20 07:00"
DEFAULT_PORT = 8080
REPORTED = time(7, 20)
HOST = "127.0.0.1"
PHONES = ("hoa", "rot", "thu")


@click.command("demo")
@click.option("--at", default=DEFAULT_AT, show_default=True, help="where the demo's clock starts")
@click.option("--port", type=click.IntRange(0, 65535), help=f"the page's port  [default: {DEFAULT_PORT}]")
@click.option("--no-open", is_flag=True, help="do not open a browser")
@click.option("--lang", type=click.Choice(languages()), default="vi", show_default=True, help="the language")
def command(at: str, port: int | None, no_open: bool, lang: str) -> None:
    """Everything on this machine: no account, no configuration, a clock that can be moved."""
    reader = Reader(locale=lang)
    start = _start(at, reader)
    logs.configure(Settings.model_construct(log_level="WARNING"))  # no configuration: neither environment nor .env
    opened = _port(port, reader)
    with tempfile.TemporaryDirectory(prefix="ralop-demo-") as folder:
        asyncio.run(_run(Path(folder), opened, start, lang, opens=not no_open))


def _start(text: str, reader: Reader) -> datetime:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=VIETNAM)
    except ValueError:
        line = reader.say('--at must be a day and an hour; an example: --at "%(example)s"', example=DEFAULT_AT)
        raise Stop(line, 2) from None


def _port(port: int | None, reader: Reader) -> socket.socket:
    """The port asked for; without one the usual port, or any that is free."""
    for wanted in (DEFAULT_PORT, 0) if port is None else (port,):
        try:
            return listening(HOST, wanted)
        except OSError:
            continue
    raise Stop(reader.say("Port %(port)d is taken; try another: --port %(other)d", port=port or 0, other=8099), 1)


async def _run(folder: Path, opened: socket.socket, start: datetime, lang: str, *, opens: bool) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    clock = HandClock(start)
    database = open_database(f"sqlite:///{folder / 'demo.sqlite3'}", create=True)
    try:
        migrate(database)
        surroundings = Surroundings(contact=sample.CONTACT, invite_key=secrets.token_bytes(32))
        service = Service(database, [WebChannel()], clock, surroundings, lang)
        await fill(service, clock, lang)
        app = build(service, pages=lambda site: DemoPages(site, service, clock, PHONES, lang).routes())
        address = f"http://{HOST}:{opened.getsockname()[1]}/"
        click.echo(Reader(locale=lang).say("Ra Lớp is ready: %(address)s (Ctrl-C ends it)", address=address))
        if opens:
            _open(address)
        await serve(app, HOST, 0, stop, sock=opened)
    finally:
        database.close()


def _open(address: str) -> None:
    """A browser on a screen there is; nowhere else, where it would only print errors."""
    has_screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if has_screen:
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, address)


async def fill(service: Service, clock: HandClock, lang: str) -> None:
    """The sample commune as a real one comes in: places, people who have joined, the roster, the plan."""

    def filled(session: Session) -> None:
        work = Work(
            session=session, now=clock.now(), today=clock.today(), scope=Scope.everything(), zone=clock.zone, via="demo"
        )
        _commune(work)
        _people(work, lang)
        _registers(work)
        document = plan.read(sample.PLAN.encode(), sample.PLAN_FILE)
        outcome = meeting_plan.take(work, document, organiser=_organiser(work))
        plan_copies.distribute(work, outcome.plan, document, organiser=_organiser(work))

    await service.database.run(filled)
    await service.tick()
    await service.settle()


def _commune(work: Work) -> None:
    """Commune, villages, school, and the school's roster of this year."""
    commune = people.make_place(work, PlaceKind.COMMUNE, sample.COMMUNE, parent_id=None, contact=sample.CONTACT)
    for village in sample.VILLAGES:
        people.make_place(work, PlaceKind.VILLAGE, village, parent_id=commune.id)
    people.make_place(work, PlaceKind.SCHOOL, sample.SCHOOL, parent_id=commune.id)
    began = replace(work, today=date(int(sample.YEAR[:4]), 9, 5))  # the roll has stood since the school year began
    roster.take(began, sample.pupils(), school=sample.SCHOOL, year=sample.YEAR)


def _people(work: Work, lang: str) -> None:
    """Everybody with a form of address has joined, on the web channel; the others can only be telephoned."""
    commune = people.commune_of(work)
    for number, human in enumerate(sample.PEOPLE):
        person = people.add_person(work, commune.id, human.name, phone=human.phone, title=human.title)
        role = Role(human.role)
        place_id, class_id = _where(work, human, commune.id)
        people.grant(work, person, role, place_id=place_id, class_id=class_id, organisation=human.organisation)
        person.locale = lang
        if human.form:
            person.form, person.status = human.form, Status.ACTIVE
            person.joined_at = person.consent_at = work.now
            people.link(work, person, "web", "web", human.key or f"p{number}")


def _registers(work: Work) -> None:
    """The last school days before the demo begins, so that its first morning has a story."""
    days: list[date] = []
    day = work.today
    while len(days) < sample.DAYS_BEFORE:
        day -= timedelta(days=1)
        if school_days.is_school_day(work, day):
            days.insert(0, day)
    school = places.of_kind(work.session, PlaceKind.SCHOOL, people.commune_of(work).id)[0]
    for day in days:
        for name, absent in sample.ABSENT_BEFORE.items():
            school_class = places.class_by_key(work.session, school.id, sample.YEAR, class_key(name))
            if school_class is not None:
                _register(work, school_class.id, day, dict(absent))


def _register(work: Work, class_id: int, day: date, absent: dict[str, str]) -> None:
    """One morning of one class, as its teacher reported it then."""
    roll = pupils.of_class(Scope.everything(), work.session, class_id)
    lines = [Line.absent(one.id, Reason(absent[one.name])) for one in roll if one.name in absent]
    teacher = people.homeroom_teachers(work, class_id)[0]
    scope = stored_people.scope_of(work.session, teacher, work.today)
    at = moment(day, REPORTED, work.zone)
    then = replace(work, now=at, person=teacher, scope=scope, known={}, held={}, notices=[])
    attendance.report(then, class_id, day, Half.MORNING, lines)


def _organiser(work: Work) -> Person | None:
    """The official whose phone stands on the page: she plans the meetings."""
    address = stored_people.at_address(work.session, "web", "web", PHONES[-1])
    return None if address is None else stored_people.get(work.session, address.person_id)


def _where(work: Work, human: sample.Human, commune_id: int) -> tuple[int | None, int | None]:
    """(place, class) that a role holds in."""
    school = places.of_kind(work.session, PlaceKind.SCHOOL, commune_id)[0]
    if human.role == Role.TEACHER:
        school_class = places.class_by_key(work.session, school.id, sample.YEAR, class_key(human.of))
        return None, school_class.id if school_class is not None else None
    if human.role == Role.SCHOOL:
        return school.id, None
    if human.of:
        return places.named(work.session, PlaceKind.VILLAGE, fold(human.of), commune_id)[0].id, None
    return commune_id, None
