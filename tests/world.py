"""A small commune for the tests: Long Môn in March 2024, with invented people whose names the transcripts use."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.importers.plan import document_of
from bot.importers.plan_tables import as_text
from bot.importers.plan_texts import blocks_of_text
from bot.parsing import class_key, fold, grade, same_name_key, sort_key
from bot.rules import (
    attendance,
    calendar,
    cases,
    entitlements,
    invitees,
    meeting_plan,
    meetings,
    people,
    plan_copies,
    school_days,
    visits,
)
from bot.rules import support as support_rules
from bot.rules.attendance import Line
from bot.rules.support import Gift
from bot.rules.visits import Findings
from bot.rules.work import Work
from storage import people as stored_people
from storage import places, pupils, sample, wrong_clock
from storage.attendance import Half, Reason
from storage.meetings import Answer, Meeting
from storage.people import Organisation, Person, Role, RoleGrant, Status, scope_of
from storage.places import PlaceKind, SchoolClass
from storage.pupils import Enrolment, Guardian, Pupil, PupilStatus
from storage.scope import Scope
from storage.support import NeedKind, Offer
from storage.visits import Met, VisitReason

YEAR = "2023-2024"
FOUNDING_PLAN = Path(__file__).parent / "importers" / "samples" / "ke-hoach-30-KH-UBND.txt"
MORNING = datetime(2024, 3, 20, 7, 15, tzinfo=VIETNAM)
KEY = b"a key of the tests, kept outside"

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

    def done(self) -> None:
        """The hours at which this commune was made are its own: a test's clock may begin before them."""
        self.session.flush()
        wrong_clock.mark(self.session)

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
    world.done()
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


def plan_given(world: World) -> None:
    """The plan 30/KH-UBND as `ralop plan` reads it: its meetings, and its text to its recipients."""
    thu = world.session.scalars(select(Person).where(Person.name == "Phạm Thị Thu")).one()
    _plan_given(world, thu)


def plan_of_no_meetings(world: World) -> None:
    """The same paper without its meetings, given by an administrator."""
    lap = world.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=world.commune().id)
    _plan_given(world, lap, has_meetings=False)


def _plan_given(world: World, organiser: Person, *, has_meetings: bool = True) -> None:
    commune = world.commune().id
    world.person("Đinh Thị Xem", Role.FRONT, form="chị", place_id=commune, phone="0900000012")
    world.person("Đinh Văn Bên", Role.ORGANISATION, form="anh", place_id=commune, joined=False, phone="0900000013")
    world.school_head("Phạm Văn Sơn")
    world.work.now = datetime(2024, 3, 20, 15, 10, tzinfo=VIETNAM)
    text = FOUNDING_PLAN.read_text("utf-8")
    document = document_of(blocks_of_text(text), as_text(blocks_of_text(text)))
    if not has_meetings:
        document = replace(document, meetings=())
    outcome = meeting_plan.take(world.work, document, organiser=organiser)
    plan_copies.distribute(world.work, outcome.plan, document, organiser=organiser)


def a_school_week(world: World) -> None:
    """A school with its head: 6A has reported Monday to Friday (18-22/3), 7A of ten pupils only three days of them."""
    world.school_head("Phạm Văn Sơn")
    na = world.teacher("Đinh Thị Na", of="7A")
    for month, name in enumerate(("Bơ", "Krang", "Đát", "Groi", "Hrin", "Lốc", "Mưng", "Rếp", "Sút", "Vôi"), start=1):
        world.pupil(f"Phạm Văn {name}", of="7A", village="Làng Giữa", born=f"2011-{month:02}-15")
    hoa = world.session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
    away = {18: (Reason.ILL, Reason.ILL), 19: (Reason.FIELDS,), 20: (Reason.ILL, Reason.UNKNOWN), 21: ()}
    away[22] = (Reason.DISTANCE,)
    world.work.now, world.work.today = datetime(2024, 3, 22, 7, 20, tzinfo=VIETNAM), date(2024, 3, 22)
    for teacher, days in ((hoa, away), (na, {20: (), 21: (Reason.FIELDS,), 22: ()})):
        world.acting(teacher)
        class_id = people.classes_taught(world.work)[0]
        roll = pupils.of_class(Scope.everything(), world.session, class_id)
        for day, reasons in days.items():
            lines = [Line.absent(one.id, why) for one, why in zip(roll, reasons, strict=False)]
            attendance.report(world.work, class_id, date(2024, 3, day), Half.MORNING, lines)
    world.work.notices.clear()
    world.work.now, world.work.today = world.at, world.at.date()
    world.acting(None)


def a_village_week(world: World) -> None:
    """Cà Xen in the week of 18-22/3: em Chi visited in time, back on the promised day; em Bình still looked after."""
    front = world.person("Đinh Văn Nghĩa", Role.VILLAGE_FRONT, form="chú", place_id=world.village("Cà Xen").id)
    world.person("Đinh Thị Xem", Role.FRONT, form="chị", place_id=world.commune().id)
    thu, hoa, rot = (
        world.session.scalars(select(Person).where(Person.name == name)).one()
        for name in ("Phạm Thị Thu", "Đinh Thị Hoa", "Đinh Văn Rớt")
    )
    chi, binh = (
        world.session.scalars(select(Pupil).where(Pupil.name == name)).one()
        for name in ("Đinh Thị Chi", "Phạm Văn Bình")
    )
    binh.village_id = chi.village_id
    class_id = world.school_class("6A").id

    def at(text: str, person: Person) -> None:
        world.work.now = datetime.strptime(f"2024-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)
        world.work.today = world.work.now.date()
        world.acting(person)

    def roll(day: int, *away: Pupil) -> None:
        lines = [Line.absent(one.id, Reason.UNKNOWN) for one in away]
        attendance.report(world.work, class_id, date(2024, 3, day), Half.MORNING, lines)

    at("20 07:20", hoa)
    roll(20, chi, binh)
    cases.open_and_ask(world.work, chi.id)
    cases.open(world.work, binh.id)
    at("20 16:30", rot)
    promised = date(2024, 3, 21)
    visits.report(world.work, chi.id, Findings(visited_at=world.work.now, met=Met.PARENTS, promised_on=promised))
    at("20 17:00", front)
    visits.report(world.work, binh.id, Findings(visited_at=world.work.now, met=Met.RELATIVES))
    at("21 07:20", hoa)
    roll(21, binh)
    at("22 07:20", hoa)
    roll(22, binh)
    at("22 08:00", thu)
    village_id = world.village("Cà Xen").id
    meetings.create(
        world.work, meetings.Setting(datetime(2024, 3, 28, 18, 30, tzinfo=VIETNAM), (village_id,), invitees.USUAL)
    )
    world.work.notices.clear()
    world.work.now, world.work.today = world.at, world.at.date()
    world.acting(None)


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
            address.gone_at = world.at - timedelta(days=9)
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


def support(world: World) -> None:
    """A school whose head looks for what pupils need; chi_away beside it."""
    chi_away(world)
    world.school_head("Phạm Văn Sơn")
    needs(world)


def needs(world: World) -> None:
    """One need waits for five weeks, one gift is promised for two."""
    head = world.session.scalars(select(Person).where(Person.name == "Phạm Văn Sơn")).one()
    now = world.work.now
    for name, what, weeks in (("Đinh Văn Dút", NeedKind.CLOTHES, 5), ("Phạm Văn Bình", NeedKind.BOOKS, 3)):
        pupil = world.session.scalars(select(Pupil).where(Pupil.name == name)).one()
        world.work.now = now - timedelta(weeks=weeks)
        world.acting(head)
        need = support_rules.note(world.work, pupil.id, what).need
    world.work.now = now - timedelta(weeks=2)
    support_rules.pledge(world.work, need.id, Gift(name="Nhóm Áo ấm 24", phone="0905111333", words="2 bộ sách"))
    world.work.now = now
    world.work.notices.clear()
    world.acting(None)


def cases_of(world: World, *pupils_at_risk: Pupil) -> None:
    """Open cases, one after the other, that chị Thu has opened and keeps."""
    thu = world.session.scalars(select(Person).where(Person.name == "Phạm Thị Thu")).one()
    world.acting(thu)
    for minute, pupil in enumerate(pupils_at_risk):
        case = cases.open(world.work, pupil.id, owner_id=thu.id)
        case.opened_at = datetime(2024, 3, 18, 8, minute, tzinfo=VIETNAM)
    world.acting(None)
    world.work.notices.clear()


def families(world: World) -> None:
    """Em Chi of 6A and em Bé of 8B, both of Cà Xen, are at risk; em Sim and em Tí of Làng Trê are, too."""
    plan_30(world)
    chi = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    world.session.add(Guardian(pupil_id=chi.id, relation="mother", name="Đinh Thị Nương"))
    be = world.pupil("Đinh Thị Bé", of="8B", father="Đinh Văn Lía")
    sim = world.pupil("Đinh Thị Sim", of="8B", village="Làng Trê", mother="Đinh Thị Mót")
    ti = world.pupil("Đinh Văn Tí", of="8B", village="Làng Giữa")
    cases_of(world, chi, be, sim, ti)


def two_heads(world: World) -> None:
    """The same, and the meeting of Làng Trê and Làng Giữa has a village head of each."""
    world.village_head("Đinh Văn Rin", of="Làng Trê")
    world.village_head("Đinh Văn Vút", of="Làng Giữa", form="anh")
    families(world)


def fourteen(world: World) -> None:
    """Fourteen are invited to the meeting of Cà Xen, eleven say yes; three pupils of the village are at risk."""
    commune = world.commune().id
    world.person("Đinh Thị Xem", Role.FRONT, form="chị", place_id=commune)
    for form, name in (("anh", "Bên"), ("chị", "Dung"), ("chú", "Rơ"), ("bác", "Dôn")):
        world.person(f"Đinh Văn {name}", Role.ORGANISATION, form=form, place_id=commune)
    world.person("Hồ Văn Tú", Role.POLICE, form="anh", place_id=commune)
    for name, of, form in (("Phạm Văn Minh", "8B", "thầy"), ("Đinh Thị Na", "9A", "cô"), ("Đinh Thị Hiền", "4A", "cô")):
        world.teacher(name, of=of, form=form)
    world.village_head("Đinh Văn Rin", of="Làng Trê")
    village = world.village("Cà Xen").id
    world.person("Đinh Văn Nghĩa", Role.VILLAGE_FRONT, form="chú", place_id=village)
    world.person("Đinh Thị Nương", Role.PARENTS, form="chị", place_id=village)
    world.person("Đinh Văn Hùm", Role.PARENTS, form="anh", place_id=village)
    plan_30(world)
    meeting = world.session.get_one(Meeting, 1)
    invited = meetings.invited(world.work, meeting)
    for one in invited[:11]:
        world.acting(one.person)
        meetings.answer(world.work, 1, Answer.YES)
    world.acting(None)
    promised = (("Đinh Thị Bé", "8B"), ("Đinh Văn Ngọc", "9A"), ("Đinh Thị Hạnh", "4A"))
    cases_of(world, *(world.pupil(name, of=of) for name, of in promised))


def chi_twice_away(world: World) -> None:
    """Em Chi was absent on Monday and on Tuesday, and nobody knows why."""
    chi = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    hoa = world.session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
    world.absent(chi, hoa, ("2024-03-18", Reason.UNKNOWN), ("2024-03-19", Reason.UNKNOWN))
    world.work.notices.clear()


def three_away(world: World) -> None:
    """Em Chi and em An have been away in the last days, without leave; nobody has been asked for anything yet."""
    hoa = world.session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
    chi, binh = (
        world.session.scalars(select(Pupil).where(Pupil.name == name)).one()
        for name in ("Đinh Thị Chi", "Phạm Văn Bình")
    )
    world.acting(hoa)
    for day, away in (
        ("2024-03-15", ()),
        ("2024-03-18", (chi,)),
        ("2024-03-19", (chi, binh)),
        ("2024-03-20", (chi, binh)),
    ):
        lines = [Line.absent(one.id, Reason.FIELDS) for one in away]
        attendance.report(
            world.work, people.classes_taught(world.work, hoa)[0], date.fromisoformat(day), Half.MORNING, lines
        )
    world.work.notices.clear()
    world.acting(None)


def a_day_of_cases(world: World) -> None:
    """The same day, and two pupils who have missed three sessions: em Chi has been visited, nobody has em Mai yet."""
    a_day(world)
    chi = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    mai = world.pupil("Hồ Thị Mai", of="7A", village="Làng Trê")
    mai.status = "studying"
    world.person("Đinh Văn Rin", Role.VILLAGE_HEAD, form="bác", place_id=world.village("Làng Trê").id)
    for pupil in (chi, mai):
        cases.open_by_rule(world.work, pupil.id, "R2", date(2024, 3, 20), {"n": 3, "one_session": True})
    world.acting(world.session.scalars(select(Person).where(Person.name == "Đinh Văn Rớt")).one())
    visits.report(world.work, chi.id, Findings(visited_at=world.at, met=Met.PARENTS, promised_on=date(2024, 3, 22)))
    world.work.notices.clear()
    world.acting(None)


def ladder(world: World) -> None:
    """The Front's head in Cà Xen, the Front of the commune, and an organisation: everybody whom a case may pass to."""
    commune = world.commune().id
    world.person("Đinh Văn Nghĩa", Role.VILLAGE_FRONT, form="chú", place_id=world.village("Cà Xen").id)
    world.person("Đinh Thị Xem", Role.FRONT, form="chị", place_id=commune)


def guessed(world: World) -> None:
    """Fifty wrong codes since five to two; a teacher of 7A whom anh Lập has invited has not joined."""
    world.work.now = datetime(2024, 3, 20, 13, 55, tzinfo=VIETNAM)
    admin = world.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=world.commune().id)
    world.pupil("Đinh Văn Nghĩa", of="7A")
    teacher = world.teacher("Đinh Thị Na", of="7A", form="", joined=False)
    world.acting(admin)
    people.invite(world.work, KEY, teacher, code="7K3P-9QXM", token="a-token-of-the-tests")
    world.acting(None)
    for number in range(50):
        people.note_wrong_code(world.work, "phone", "phone", f"máy {number}")


def two_sessions(world: World) -> None:
    """Class 6A sits Wednesday afternoons from 13:00, too, and its two boarders are counted on Sunday evenings."""
    admin_and_school(world)
    of = world.school_class("6A").id
    week = dict(school_days.USUAL_WEEK)
    week[2] = {**week[2], Half.AFTERNOON: time(13)}
    week[6] = {Half.EVENING: time(18)}
    calendar.set_week(world.work, of, week)
    names = {one.name: one.id for one in pupils.of_class(Scope.everything(), world.session, of)}
    calendar.set_boarders(world.work, of, [names["Đinh Thị An"], names["Đinh Thị Chi"]])


def companions(world: World) -> None:
    """Em Chi was away on five mornings; her mother is of the Women's Union, whose branch in the village has joined, and
    the school has rice."""
    support(world)
    head, teacher, village_head = (
        world.session.scalars(select(Person).where(Person.name == name)).one()
        for name in ("Phạm Văn Sơn", "Đinh Thị Hoa", "Đinh Văn Rớt")
    )
    chi = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    world.session.add(Guardian(pupil_id=chi.id, relation="mother", name="Đinh Thị Lê"))
    village, commune = world.village("Cà Xen").id, world.commune().id
    for name, form, place_id, organisation in (
        ("Đinh Thị Nương", "chị", village, Organisation.WOMEN),
        ("Đinh Văn Bên", "anh", commune, Organisation.YOUTH),
        ("Đinh Văn Rơ", "chú", commune, Organisation.FARMERS),
    ):
        person = world.person(name, Role.ORGANISATION, form=form, place_id=place_id)
        people.name_organisation(world.work, person, organisation)
    front = world.person("Đinh Văn Liêu", Role.VILLAGE_FRONT, form="bác", place_id=village)
    front.speaks_hre, village_head.speaks_hre = True, False
    world.acting(head)
    entitlements.set_offers(world.work, world.school().id, [Offer.RICE, Offer.EXTRA_LESSONS])
    away = [(f"2024-03-{day:02d}", Reason.UNKNOWN) for day in (4, 8, 11, 15, 18)]
    world.absent(chi, teacher, *away)
    world.work.notices.clear()


def two_schools(world: World) -> None:
    """Em Chi, 6A, has a file and a promise; a second school with two classes of her grade, each with its head."""
    second = world.school("Trường THCS Long Sơn")
    for name in ("6B", "6C", "7B"):
        world.school_class(name, second)
    world.person("Phạm Thị Lành", Role.SCHOOL, form="cô", place_id=second.id)
    world.person("Hồ Văn Tú", Role.TEACHER, form="thầy", class_id=world.school_class("6B", second).id)
    world.school_head("Phạm Văn Sơn")
    chi_away(world)
    chi = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    world.acting(world.session.scalars(select(Person).where(Person.name == "Đinh Văn Rớt")).one())
    met = Findings(world.at, Met.PARENTS, VisitReason.HOUSEHOLD_WORK, promised_on=date(2024, 3, 25))
    visits.report(world.work, chi.id, met)
    world.work.notices.clear()
    world.acting(None)


def list_says_moved(world: World) -> None:
    """Em Chi has a file, and a new list of the school calls her moved."""
    two_schools(world)
    chi = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    chi.status, chi.left_on = PupilStatus.MOVED, date(2024, 3, 20)


def alike(world: World) -> None:
    """Em Nhi stands twice on the school's lists, in 6A and in 6B; each entry has missed a morning."""
    hoa = world.session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
    na = world.teacher("Đinh Thị Na", of="6B")
    world.school_head("Phạm Văn Sơn")
    nhi = world.pupil("Đinh Thị Nhi", of="6A", born="2012-02-03", mother="Đinh Thị Nương")
    again = world.pupil("Đinh Thị Nhi", of="6B", born="2012", mother="Đinh Thị Nương")
    world.absent(nhi, hoa, ("2024-03-19", Reason.ILL))
    world.absent(again, na, ("2024-03-18", Reason.FIELDS))
    world.work.notices.clear()


def be_and_nghia(world: World) -> None:
    """The same, and em Nghĩa, 7A, has promised the village head to be back at school tomorrow."""
    be_away(world)
    nghia = world.pupil("Đinh Văn Nghĩa", of="7A")
    world.acting(world.session.scalars(select(Person).where(Person.name == "Đinh Văn Rớt")).one())
    visits.report(world.work, nghia.id, Findings(visited_at=world.at, met=Met.PARENTS, promised_on=date(2024, 3, 21)))
    world.work.notices.clear()
    world.acting(None)


def two_ways(world: World) -> None:
    """The plan's meetings; em Chi twice away; the teacher and the village head have a second phone, on Zalo."""
    chi_twice_away(world)
    plan_30(world)
    world.work.now = world.at
    for name, address in (("Đinh Thị Hoa", "cô Hoa/zalo"), ("Đinh Văn Rớt", "bác Rớt/zalo")):
        person = world.session.scalars(select(Person).where(Person.name == name)).one()
        people.link(world.work, person, "zalo", "zalo", address)


def out_of_reach(world: World) -> None:
    """The teacher of 7A and the village head have closed their chats; em Nghĩa, 7A, was promised to be back today."""
    admin_and_school(world)
    nghia = world.pupil("Đinh Văn Nghĩa", of="7A")
    na = world.teacher("Đinh Thị Na", of="7A", phone="0900000006")
    head, son = (
        world.session.scalars(select(Person).where(Person.name == name)).one()
        for name in ("Đinh Văn Rớt", "Phạm Văn Sơn")
    )
    head.phone = "0900000001"
    world.acting(head)
    met = Findings(world.at, Met.PARENTS, promised_on=date(2024, 3, 20))
    visits.report(world.work, nghia.id, met)
    world.acting(son)
    people.invite(world.work, KEY, na)
    world.acting(None)
    world.work.notices.clear()
    for person in (na, head):
        for row in stored_people.addresses(world.session, person.id):
            people.close_address(world.work, row, "blocked")


# What a transcript's `world:` line names; each is built upon the commune that all transcripts share.
def poor_signal(world: World) -> None:
    """Em Ngọc of class 9A lives in Cà Xen, where no signal reaches."""
    world.pupil("Đinh Văn Ngọc", of="9A")


WORLDS = {
    "out_of_reach": out_of_reach,
    "two_ways": two_ways,
    "poor_signal": poor_signal,
    "two_schools": two_schools,
    "list_says_moved": list_says_moved,
    "alike": alike,
    "two_sessions": two_sessions,
    "three_away": three_away,
    "chi_twice_away": chi_twice_away,
    "support": support,
    "needs": needs,
    "companions": companions,
    "many_tasks": many_tasks,
    "a_day": a_day,
    "ladder": ladder,
    "a_day_of_cases": a_day_of_cases,
    "admin_and_school": admin_and_school,
    "guessed": guessed,
    "invited": invited,
    "huy_du_thoi": huy_du_thoi,
    "chi_away": chi_away,
    "plan_30": plan_30,
    "a_school_week": a_school_week,
    "a_village_week": a_village_week,
    "plan_given": plan_given,
    "plan_of_no_meetings": plan_of_no_meetings,
    "twenty_two": twenty_two,
    "many_dinh_thi": many_dinh_thi,
    "two_tasks": two_tasks,
    "be_away": be_away,
    "be_and_nghia": be_and_nghia,
    "be_in_8b": be_in_8b,
    "roles_end": roles_end,
    "families": families,
    "two_heads": two_heads,
    "fourteen": fourteen,
}
