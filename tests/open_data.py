"""A commune with something in every export, for the tests of what leaves it: two classes, three villages, six roles."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.rules import api_tokens, cases, invitees, meetings, support, visits
from bot.rules.support import Gift
from bot.rules.visits import Findings
from storage.database import Database
from storage.people import Person, Role
from storage.places import SchoolClass
from storage.pupils import Enrolment, Pupil
from storage.support import NeedKind
from storage.visits import Met
from tests.world import World, a_school_week

NOW = datetime(2024, 3, 22, 18, 0, tzinfo=VIETNAM)
PRIVATE = "điều chỉ người thăm nhà biết"  # the note of a visit, which leaves by no door
# Who looks on, by role: each has a token; `left` and `stranger` are somebody who has gone and somebody who never came.
PEOPLE = {
    "teacher": "Đinh Thị Hoa",
    "village_head": "Đinh Văn Rớt",
    "school": "Phạm Văn Sơn",
    "official": "Phạm Thị Thu",
    "organisation": "Đinh Văn Bên",
    "parents": "Đinh Thị Nương",
}


@dataclass(frozen=True)
class Furnished:
    """The database as a file, to be copied; and the token of each role."""

    file: Path
    tokens: dict[str, str]

    def copy(self, folder: Path) -> str:
        """A copy of its own for a test; returns its address."""
        shutil.copy(self.file, folder / "ralop.sqlite3")
        return f"sqlite:///{folder / 'ralop.sqlite3'}"


def furnish(template: Path, folder: Path) -> Furnished:
    """Fills a copy of the transcripts' commune."""
    file = folder / "open.sqlite3"
    shutil.copy(template, file)
    database = Database(f"sqlite:///{file}")
    with database.transaction() as session:
        world = World(session)
        tokens = _fill(world)
        world.done()
    database.close()
    return Furnished(file, tokens)


def named(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


def pupil(session: Session, name: str) -> Pupil:
    return session.scalars(select(Pupil).where(Pupil.name == name)).one()


def _fill(world: World) -> dict[str, str]:
    a_school_week(world)
    commune = world.commune().id
    world.person(PEOPLE["organisation"], Role.ORGANISATION, form="anh", place_id=commune)
    world.person(PEOPLE["parents"], Role.PARENTS, form="chị", class_id=world.school_class("6A").id)
    world.work.now, world.work.today = NOW, NOW.date()
    thu = named(world.session, PEOPLE["official"])
    for number, name in enumerate(("Đinh Thị Chi", "Hồ Văn Thanh", "Phạm Văn Bơ")):
        _looked_after(world, thu, pupil(world.session, name), number)
    world.acting(thu)
    villages = (world.village("Cà Xen").id,), (world.village("Làng Trê").id,)
    for day, village_ids in zip((28, 29), villages, strict=True):
        start = datetime(2024, 3, day, 18, 30, tzinfo=VIETNAM)
        meetings.create(world.work, meetings.Setting(start, village_ids, invitees.USUAL))
    world.work.notices.clear()
    world.acting(None)
    made = {role: api_tokens.make(world.work, named(world.session, name), role) for role, name in PEOPLE.items()}
    return {role: one.token for role, one in made.items()}


def _looked_after(world: World, thu: Person, child: Pupil, number: int) -> None:
    """A case, a visit with a note, a need with a giver."""
    world.acting(thu)
    cases.open_and_ask(world.work, child.id)
    findings = Findings(visited_at=world.work.now, met=Met.PARENTS, note=PRIVATE, promised_on=date(2024, 3, 25))
    visits.report(world.work, child.id, findings)
    need = support.note(world.work, child.id, NeedKind.OTHER, "áo mưa").need
    support.pledge(world.work, need.id, Gift(name=f"người cho {number}", words="áo mưa"))


def foreign_names(session: Session, role: str) -> set[str]:
    """The names that this role may not read anywhere, found without any scope: of pupils, and of who gave to them."""
    everybody = select(Pupil.name)
    if role == "teacher":
        of_6a = select(Enrolment.pupil_id).join(SchoolClass).where(SchoolClass.name == "6A")
        return {*session.scalars(everybody.where(Pupil.id.not_in(of_6a))), "người cho 2"}
    if role == "village_head":
        village = World(session).village("Cà Xen").id
        elsewhere = set(session.scalars(everybody.where(Pupil.village_id != village)))
        return {*elsewhere, "người cho 1", "người cho 2"}
    if role in ("organisation", "parents"):
        return {*session.scalars(everybody), "người cho 0", "người cho 1", "người cho 2"}
    return set()
