"""A small commune for the tests: Long Môn in March 2024, with invented people whose names the transcripts use."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.importers.plan import document_of
from bot.importers.plan_texts import blocks_of_text
from bot.parsing import class_key, fold, grade, same_name_key, sort_key
from bot.rules import attendance, cases, meeting_plan, meetings, people, visits
from bot.rules.attendance import Line
from bot.rules.visits import Findings
from bot.rules.work import Work
from storage import people as stored_people
from storage import places, pupils, sample
from storage.attendance import Half, Reason
from storage.meetings import Answer, Meeting
from storage.people import Person, Role, RoleGrant, Status, scope_of
from storage.places import PlaceKind, SchoolClass
from storage.pupils import Enrolment, Guardian, Pupil
from storage.scope import Scope
from storage.visits import Met

YEAR = "2023-2024"
MORNING = datetime(2024, 3, 20, 7, 15, tzinfo=VIETNAM)
KEY = b"a key of the tests, kept outside the database"

CLASS_6A = (
    "Đinh Thị An",
    "Hồ Văn An",
    "Phạm Văn Bình",
    "Đinh Thị Chi",
    "Đinh Văn Dút",
    "Đinh Thị Đào",
    "Đinh Văn Ế",
    "Đinh Thị Gái",
    "Đinh Văn Hà",
    "Đinh Thị Hạ",
    "Phạm Thị Hoa",
    "Đinh Văn Khem",
    "Đinh Thị Lan",
    "Đinh Văn Liêu",
    "Đinh Thị Mơ",
    "Hồ Thị Mận",
    "Đinh Văn Nam",
    "Đinh Thị Nga",
    "Đinh Văn Oanh",
    "Phạm Thị Phượng",
    "Đinh Văn Quý",
    "Đinh Thị Rin",
    "Đinh Văn Sơn",
    "Đinh Thị Thủy",
    "Hồ Văn Thanh",
    "Đinh Thị Trà",
    "Đinh Văn Ửng",
    "Đinh Thị Vân",
    "Đinh Văn Xiêm",
    "Đinh Thị Y",
    "Đinh Văn Ý",
)


@dataclass
class World:
    """Makes places, people and pupils in one session, at one hour."""

    session: Session
    at: datetime = MORNING

    def __post_init__(self) -> None:
        self.work = Work(
            session=self.session,
            now=self.at,
            today=self.at.astimezone(VIETNAM).date(),
            scope=Scope.everything(),
        )

    def commune(self, name: str = "Long Môn", contact: str = "chị Thu, UBND xã: 0255 000 000") -> places.Place:
        found = places.commune(self.session)
        return found or people.make_place(self.work, PlaceKind.COMMUNE, name, parent_id=None, contact=contact)

    def village(self, name: str) -> places.Place:
        commune = self.commune()
        known = places.named(self.session, PlaceKind.VILLAGE, fold(name), commune.id)
        return known[0] if known else people.make_place(self.work, PlaceKind.VILLAGE, name, parent_id=commune.id)

    def school(self, name: str = "Trường PTDTBT TH&THCS Long Môn") -> places.Place:
        commune = self.commune()
        known = places.named(self.session, PlaceKind.SCHOOL, fold(name), commune.id)
        return known[0] if known else people.make_place(self.work, PlaceKind.SCHOOL, name, parent_id=commune.id)

    def school_class(self, name: str, school: places.Place | None = None) -> SchoolClass:
        school = school or self.school()
        known = places.class_by_key(self.session, school.id, YEAR, class_key(name))
        if known is not None:
            return known
        made = SchoolClass(school_id=school.id, year=YEAR, name=name, key=class_key(name), grade=grade(name))
        self.session.add(made)
        self.session.flush()
        return made

    def pupil(
        self,
        name: str,
        *,
        of: str,
        village: str = "Cà Xen",
        born: str = "2012-05-10",
        sex: str = "",
        father: str = "",
        mother: str = "",
        code: str = "",
    ) -> Pupil:
        pupil = Pupil(
            commune_id=self.commune().id,
            village_id=self.village(village).id,
            name=name,
            code=code,
            same_key=same_name_key(name),
            folded=fold(name),
            sort_key=sort_key(name),
            birth_date=born,
            sex=sex or ("female" if " Thị " in f"{name} " else "male"),
            enrolled_on=date(2023, 9, 5),
        )
        self.session.add(pupil)
        self.session.flush()
        self.session.add(
            Enrolment(pupil_id=pupil.id, class_id=self.school_class(of).id, from_on=date(2023, 9, 5), until_on=None)
        )
        for relation, parent in (("father", father), ("mother", mother)):
            if parent:
                self.session.add(Guardian(pupil_id=pupil.id, relation=relation, name=parent))
        self.session.flush()
        return pupil

    def person(
        self,
        name: str,
        role: Role,
        *,
        form: str = "",
        place_id: int | None = None,
        class_id: int | None = None,
        title: str = "",
        phone: str = "",
        joined: bool = True,
        address: str = "",
        channel: str = "phone",
    ) -> Person:
        person = people.add_person(self.work, self.commune().id, name, phone=phone, title=title)
        people.grant(self.work, person, role, place_id=place_id, class_id=class_id)
        if joined:
            person.form = form
            person.status = Status.ACTIVE
            person.joined_at = person.consent_at = self.at
            people.link(self.work, person, channel, channel, address or f"{form} {name.split()[-1]}".strip())
        self.session.flush()
        return person

    def acting(self, person: Person | None) -> None:
        """Who does what follows; nobody again is the operator, who sees everything."""
        self.work.person = person
        self.work.held.clear()
        self.work.scope = Scope.everything() if person is None else scope_of(self.session, person, self.work.today)

    def absent(self, pupil: Pupil, by: Person, *days: tuple[str, Reason]) -> None:
        """Mornings on which a pupil alone was absent, as the class teacher reported them."""
        class_id = people.classes_taught(self.work, by)[0]
        self.acting(by)
        for day, reason in days:
            attendance.report(
                self.work, class_id, date.fromisoformat(day), Half.MORNING, [Line.absent(pupil.id, reason)]
            )
        self.acting(None)

    def teacher(self, name: str, *, of: str, form: str = "cô", **more: object) -> Person:
        return self.person(name, Role.TEACHER, form=form, class_id=self.school_class(of).id, **more)  # type: ignore[arg-type]

    def village_head(self, name: str, *, of: str, form: str = "bác", **more: object) -> Person:
        return self.person(name, Role.VILLAGE_HEAD, form=form, place_id=self.village(of).id, **more)  # type: ignore[arg-type]

    def official(self, name: str, *, form: str = "chị", **more: object) -> Person:
        return self.person(name, Role.OFFICIAL, form=form, place_id=self.commune().id, **more)  # type: ignore[arg-type]

    def school_head(self, name: str, *, form: str = "thầy", **more: object) -> Person:
        return self.person(name, Role.SCHOOL, form=form, place_id=self.school().id, **more)  # type: ignore[arg-type]


def long_mon(session: Session) -> World:
    """The commune of the transcripts: three villages, class 6A of 31, its teacher, a village head, an official."""
    world = World(session)
    for village in ("Cà Xen", "Làng Trê", "Làng Giữa"):
        world.village(village)
    for place, name in enumerate(CLASS_6A):
        village = "Làng Trê" if name.startswith("Hồ") else ("Cà Xen", "Cà Xen", "Làng Giữa")[place % 3]
        if name in ("Đinh Thị An", "Đinh Thị Chi"):
            village = "Cà Xen"
        world.pupil(name, of="6A", village=village)
    world.teacher("Đinh Thị Hoa", of="6A", form="cô", phone="0900000004")
    world.village_head("Đinh Văn Rớt", of="Cà Xen", form="bác")
    world.official("Phạm Thị Thu", form="chị", title="Phó Chủ tịch xã")
    return world


def invited(world: World) -> None:
    """A village head who has a code and has not joined."""
    person = world.village_head("Đinh Văn Nghĩa", of="Làng Trê", form="", joined=False)
    people.invite(world.work, KEY, person, code="7K3P-9QXM", token="a-token-of-the-tests")


def huy_du_thoi(world: World) -> None:
    """A class whose pupils are called as reserved words are."""
    for name in ("Đinh Văn Huy", "Đinh Thị Du", "Đinh Văn Thôi", "Đinh Thị Bé"):
        world.pupil(name, of="7A")
    world.teacher("Đinh Thị Na", of="7A", form="cô")


def chi_away(world: World) -> None:
    """Cô Hoa has opened a case for em Chi, and asks the village head to visit the home today."""
    teacher, head = (
        world.session.scalars(select(Person).where(Person.name == name)).one()
        for name in ("Đinh Thị Hoa", "Đinh Văn Rớt")
    )
    chi = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    world.work.person = teacher
    cases.open(world.work, chi.id, owner_id=head.id, due_at=datetime(2024, 3, 20, 17, tzinfo=VIETNAM))
    world.work.person = None


def plan_30(world: World) -> None:
    """Chị Thu has read the plan 30/KH-UBND at 15:10: its two meetings are there, their invitations due."""
    thu = world.session.scalars(select(Person).where(Person.name == "Phạm Thị Thu")).one()
    world.work.now = datetime(2024, 3, 20, 15, 10, tzinfo=VIETNAM)
    meeting_plan.take(world.work, document_of(blocks_of_text(sample.PLAN), sample.PLAN), organiser=thu)


def many_dinh_thi(world: World) -> None:
    """Twenty-three girls called Đinh Thị …, four of them Bé, Bê or Bế; one of the four was visited at home."""
    thu = world.session.scalars(select(Person).where(Person.name == "Phạm Thị Thu")).one()
    minh = world.teacher("Phạm Văn Minh", of="8B", form="thầy")
    world.pupil("Đinh Thị Bé", of="6A", father="Đinh Văn Lía", born="2012-02-03")
    be = world.pupil("Đinh Thị Bé", of="8B", mother="Đinh Thị Nương", born="2010-06-12")
    world.pupil("Đinh Thị Bê", of="7A", village="Làng Trê", father="Đinh Văn Tro")
    world.pupil("Đinh Thị Bế", of="3A", village="Làng Giữa", father="Đinh Văn Vút")
    world.pupil("Đinh Thị Xuân", of="5A", village="Làng Giữa")
    world.pupil("Đinh Thị Loan", of="9A")
    for name, of in (("Hạnh", "4A"), ("Sương", "9A"), ("Rôi", "5A"), ("Kim", "7A")):
        world.pupil(f"Đinh Thị {name}", of=of)
    world.absent(be, minh, ("2024-03-05", Reason.ILL), ("2024-03-12", Reason.FIELDS), ("2024-03-18", Reason.FIELDS))
    world.absent(be, minh, ("2024-03-19", Reason.FIELDS))
    world.acting(thu)
    visits.report(world.work, be.id, Findings(visited_at=world.at, met=Met.PARENTS, promised_on=date(2024, 3, 25)))
    world.work.notices.clear()
    world.acting(None)


def twenty_two(world: World) -> None:
    """Twenty-two people whom a meeting of Làng Trê and Làng Giữa invites, two without a phone; a plan of last week."""
    commune = world.commune().id
    world.person("Đinh Văn Lập", Role.OFFICIAL, form="anh", place_id=commune)
    world.person("Đinh Thị Xem", Role.FRONT, form="chị", place_id=commune)
    for form, name in (("anh", "Bên"), ("chị", "Dung"), ("chú", "Rơ"), ("bác", "Dôn")):
        world.person(f"Đinh Văn {name}", Role.ORGANISATION, form=form, place_id=commune)
    world.person("Hồ Văn Tú", Role.POLICE, form="anh", place_id=commune)
    for number, name in enumerate(("Hiền", "Na", "Minh", "Phương", "Mến", "Lý", "Sương", "Vân"), start=1):
        world.teacher(f"Đinh Thị {name}", of=f"{number}B")
    heads, fronts = Role.VILLAGE_HEAD, Role.VILLAGE_FRONT
    tre, giua = world.village("Làng Trê").id, world.village("Làng Giữa").id
    rin = world.person("Đinh Văn Rin", heads, form="bác", place_id=tre, phone="0900000001")
    world.person("Đinh Văn Vút", heads, form="anh", place_id=giua, phone="0900000003")
    tro = world.person("Đinh Văn Tro", fronts, form="chú", place_id=tre, phone="0900000002")
    world.person("Đinh Văn Liêu", fronts, form="bác", place_id=giua)
    world.person("Đinh Thị Nương", Role.PARENTS, form="chị", place_id=tre)
    world.person("Đinh Văn Hùm", Role.PARENTS, form="anh", place_id=giua)
    for one in (rin, tro):
        for address in stored_people.addresses(world.session, one.id):
            people.close_address(world.work, address, "blocked")
    document = document_of(blocks_of_text(sample.PLAN), sample.PLAN)
    held = replace(document.meetings[0], day=date(2024, 3, 19))
    meeting_plan.take(world.work, replace(document, meetings=(held,)), organiser=None)


def two_tasks(world: World) -> None:
    """A meeting to answer and a home to visit for the village head, a home to visit for the teacher."""
    plan_30(world)
    chi_away(world)
    hoa = world.session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
    binh = world.session.scalars(select(Pupil).where(Pupil.name == "Phạm Văn Bình")).one()
    world.acting(hoa)
    cases.open(world.work, binh.id, owner_id=hoa.id, due_at=datetime(2024, 3, 20, 18, tzinfo=VIETNAM))
    world.acting(None)


def be_away(world: World) -> None:
    """The meeting of Cà Xen is tonight, and the village head is asked to visit em Bé, 8B."""
    plan_30(world)
    thu, head = (
        world.session.scalars(select(Person).where(Person.name == name)).one()
        for name in ("Phạm Thị Thu", "Đinh Văn Rớt")
    )
    be = world.pupil("Đinh Thị Bé", of="8B", mother="Đinh Thị Nương")
    world.acting(thu)
    cases.open(world.work, be.id, owner_id=head.id, due_at=datetime(2024, 3, 21, 17, tzinfo=VIETNAM))
    world.acting(None)


def admin_and_school(world: World) -> None:
    """An administrator and the head of the school, who invite; two village heads who have not joined."""
    world.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=world.commune().id)
    world.school_head("Phạm Văn Sơn")
    world.village_head("Đinh Văn Rin", of="Làng Trê", form="", joined=False)


def a_day(world: World) -> None:
    """Ten classes of 312 pupils have reported, 8B has not; eleven of fourteen come to tomorrow's meeting."""
    commune, plenty = world.commune().id, itertools.cycle(("Nam", "Lan", "Hùm", "Mơ", "Rê", "Krít"))
    for of, n in {**dict.fromkeys(("1A", "2A", "3A", "4A", "5A", "7A", "8A", "9A"), 31), "9B": 33, "8B": 1}.items():
        world.teacher(f"Phạm Thị {of}", of=of)
        for name in itertools.islice(plenty, n):
            world.pupil(f"Đinh Văn {name}", of=of)
    world.person("Đinh Thị Xem", Role.FRONT, form="chị", place_id=commune)
    world.person("Hồ Văn Tú", Role.POLICE, form="anh", place_id=commune)
    reasons = [*[Reason.UNKNOWN] * 2, *[Reason.ILL] * 6, *[Reason.FIELDS] * 4, *[Reason.DISTANCE] * 2]
    for grant in world.session.scalars(select(RoleGrant).where(RoleGrant.role == Role.TEACHER)).all():
        world.acting(world.session.get_one(Person, grant.person_id))
        roll = pupils.of_class(Scope.everything(), world.session, grant.class_id or 0)
        if len(roll) > 1:
            is_first = world.session.get_one(SchoolClass, grant.class_id).name == "1A"
            for day, away in ((19, [Reason.ILL] * 18), (20, reasons)):
                lines = [Line.absent(one.id, why) for one, why in zip(roll, away, strict=False)] if is_first else []
                attendance.report(world.work, grant.class_id or 0, date(2024, 3, day), Half.MORNING, lines)
    world.acting(None)
    plan_30(world)
    for place, one in enumerate(meetings.invited(world.work, world.session.get_one(Meeting, 1))[:12]):
        world.acting(one.person)
        meetings.answer(world.work, 1, Answer.NO if place == 0 else Answer.YES)
    world.work.notices.clear()
    world.acting(None)


def be_in_8b(world: World) -> None:
    """Em Bé of 8B lives in Cà Xen, whose teacher is thầy Minh; the teacher of 7A, where em Bế is, has not joined."""
    world.teacher("Phạm Văn Minh", of="8B", form="thầy")
    world.pupil("Đinh Thị Bé", of="8B")
    world.pupil("Đinh Văn Bế", of="7A")
    world.teacher("Đinh Thị Na", of="7A", joined=False, phone="0900000006")


def roles_end(world: World) -> None:
    """Cô Hoa's class ends tomorrow, the parents' association of chị Nương in two weeks."""
    nuong = world.person("Đinh Thị Nương", Role.PARENTS, form="chị", place_id=world.village("Cà Xen").id)
    hoa = world.session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
    for person, until in ((hoa, date(2024, 3, 21)), (nuong, date(2024, 4, 3))):
        for held in stored_people.grants(world.session, person.id, world.work.today):
            held.until_on = until


def many_tasks(world: World) -> None:
    """Seven homes for the village head to visit; a school with its head."""
    chi_away(world)
    world.school_head("Phạm Văn Sơn")
    world.acting(world.session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one())
    head = world.session.scalars(select(Person).where(Person.name == "Đinh Văn Rớt")).one()
    of_village = Pupil.village_id == world.village("Cà Xen").id
    others = world.session.scalars(select(Pupil).where(of_village, Pupil.name != "Đinh Thị Chi").order_by(Pupil.id))
    for hour, pupil in enumerate(others.all()[:6]):
        due = datetime(2024, 3, 20, 18, hour, tzinfo=VIETNAM)
        cases.open(world.work, pupil.id, owner_id=head.id, due_at=due)
    world.acting(None)


# What a transcript's `world:` line names; each is built upon the commune that all transcripts share.
WORLDS = {
    "many_tasks": many_tasks,
    "a_day": a_day,
    "admin_and_school": admin_and_school,
    "invited": invited,
    "huy_du_thoi": huy_du_thoi,
    "chi_away": chi_away,
    "plan_30": plan_30,
    "twenty_two": twenty_two,
    "many_dinh_thi": many_dinh_thi,
    "two_tasks": two_tasks,
    "be_away": be_away,
    "be_in_8b": be_in_8b,
    "roles_end": roles_end,
}
