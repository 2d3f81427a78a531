"""A large commune: 10,000 pupils in 320 classes, 300 people, 30 meetings to come, 200 open cases; for measuring a
tick."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.parsing import fold, same_name_key, sort_key
from bot.rules import invitees
from storage.cases import Case
from storage.meetings import Meeting, MeetingVillage
from storage.people import Address, Person, Role, RoleGrant, Status
from storage.places import SchoolClass
from storage.pupils import Enrolment, Pupil, PupilStatus
from tests.world import YEAR, World

WEDNESDAY = date(2024, 3, 20)
JOINED = datetime(2023, 9, 1, 8, 0, tzinfo=VIETNAM)
GIVEN = ("An", "Bơ", "Chi", "Duy", "Đào", "Gái", "Hà", "Hạ", "Hoa", "Khem", "Lan", "Mơ", "Nga", "Rin")


def at(hour: int, minute: int = 0, second: int = 0, day: date = WEDNESDAY) -> datetime:
    """A moment of a school day of the large commune."""
    return datetime.combine(day, time(hour, minute, second), VIETNAM)


def build(
    session: Session, *, pupils: int = 10_000, people: int = 300, classes: int = 320, meetings: int = 30,
    cases: int = 200, villages: int = 40,
) -> None:  # fmt: skip
    """Fills an empty database. A tenth of the people are officials and village heads, the others teachers, of whom
    some keep two classes."""
    world = World(session, JOINED)
    commune, school = world.commune(), world.school()
    places = [world.village(f"Thôn {number}").id for number in range(1, villages + 1)]
    made = session.scalars(
        insert(SchoolClass).returning(SchoolClass.id),
        [
            {"school_id": school.id, "year": YEAR, "name": name, "key": name, "grade": 1 + n % 9}
            for n in range(classes)
            for name in (f"{1 + n % 9}/{n}",)
        ],
    ).all()
    session.execute(insert(Pupil), [_pupil(commune.id, places[n % villages], n) for n in range(pupils)])
    session.execute(
        insert(Enrolment),
        [
            {"pupil_id": n + 1, "class_id": made[n % classes], "from_on": JOINED.date(), "until_on": None}
            for n in range(pupils)
        ],
    )
    session.execute(insert(Person), [_person(commune.id, n) for n in range(people)])
    session.execute(
        insert(Address),
        [
            {
                "person_id": n + 1, "channel": "phone", "bot": "phone", "address": f"máy {n + 1}", "status": "active",
                "gone_reason": "", "position": 0, "linked_at": JOINED,
            }
            for n in range(people)
        ],
    )  # fmt: skip
    session.execute(insert(RoleGrant), _grants(commune.id, places, list(made), people))
    session.flush()
    for number in range(meetings):
        _meeting(world, places, number)
    session.execute(insert(Case), [_case(n, people) for n in range(cases)])


def _pupil(commune_id: int, village_id: int, number: int) -> dict[str, Any]:
    name = f"Đinh Thị {GIVEN[number % len(GIVEN)]} {number}"
    return {
        "id": number + 1, "commune_id": commune_id, "village_id": village_id, "code": "", "personal_id": "",
        "name": name, "same_key": same_name_key(name), "folded": fold(name), "sort_key": sort_key(name),
        "birth_date": "2012", "sex": "female", "ethnicity": "", "status": PupilStatus.STUDYING,
        "enrolled_on": JOINED.date(),
    }  # fmt: skip


def _person(commune_id: int, number: int) -> dict[str, Any]:
    name = f"Phạm Thị {GIVEN[number % len(GIVEN)]} {number}"
    return {
        "id": number + 1, "commune_id": commune_id, "name": name, "folded": fold(name), "sort_key": sort_key(name),
        "form": "cô", "title": "", "phone": "", "locale": "vi", "status": Status.ACTIVE, "consent_version": "1",
        "consent_at": JOINED, "joined_at": JOINED, "created_at": JOINED,
    }  # fmt: skip


def _grants(commune_id: int, villages: list[int], classes: list[int], people: int) -> list[dict[str, Any]]:
    leaders = max(2, people // 10)
    rows = []
    for number in range(leaders):
        village = villages[number % len(villages)]
        role, place = (Role.OFFICIAL, commune_id) if number < leaders // 3 else (Role.VILLAGE_HEAD, village)
        rows.append({"person_id": number + 1, "role": role, "place_id": place, "class_id": None})
    for number, class_id in enumerate(classes):
        teacher = leaders + 1 + number % (people - leaders)
        rows.append({"person_id": teacher, "role": Role.TEACHER, "place_id": None, "class_id": class_id})
    return [{**row, "from_on": JOINED.date(), "until_on": None} for row in rows]


def _meeting(world: World, villages: list[int], number: int) -> None:
    """Evenings of the coming month, one village each, with the usual invitees and their invitations."""
    starts = at(18, 30, day=WEDNESDAY + timedelta(days=2 + number))
    meeting = Meeting(
        commune_id=world.commune().id, starts_at=starts, ends_at=starts + timedelta(hours=2), venue="Nhà sinh hoạt",
        organiser_id=1, created_by=1, created_at=JOINED, invited_from=at(8, day=date(2024, 3, 1)),
    )  # fmt: skip
    world.session.add(meeting)
    world.session.flush()
    world.session.add(MeetingVillage(meeting_id=meeting.id, village_id=villages[number % len(villages)]))
    world.session.flush()
    heads = (invitees.Part(Role.OFFICIAL, invitees.COMMUNE), invitees.Part(Role.VILLAGE_HEAD, invitees.VILLAGES))
    invitees.compose(world.work, meeting, heads if number % 5 else invitees.USUAL)
    invitees.refresh(world.work, meeting)


def _case(number: int, people: int) -> dict[str, Any]:
    """Two cases in a row are one person's; half of them are asked for a visit."""
    return {
        "pupil_id": 7 * number + 1, "opened_at": at(8, day=date(2024, 3, 18)), "opened_by": "R2", "reason": "unknown",
        "status": "open", "owner_id": 1 + (number // 2) % people, "next_step": "", "outcome": "",
        "due_at": at(17, day=date(2024, 3, 25)) if number % 2 else None,
    }  # fmt: skip
