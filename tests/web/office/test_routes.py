"""Every address of the office page, tried by those whom it is not for: nothing outside their scope."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.web.office.desk import Room
from bot.web.office.rooms import ROOMS
from storage.audit import IS_A_LOOK, Audit
from storage.people import Person
from storage.places import Place, PlaceKind, SchoolClass
from storage.pupils import Pupil
from storage.second_ways import Telephoned
from tests.web.office import visits
from tests.web.office.week_of_two_schools import ADMIN, OTHER_HEAD, TEACHER, VILLAGE_HEAD
from tests.web.stage import Browser, House

OUT = (401, 403, 404)
# What another school's head must never read: pupils and teachers of 6A, the family, the numbers.
# The answer to a list that was handed in; two pupils who are alike.
FIRST_TO_BE_MADE = ["/nhap-danh-sach/{file:int}", "/trung/{first:int}/{second:int}"]
OF_ONES_OWN = {"file.handed_in"}  # a list for the own school waits to be looked over
SECRETS = ("Đinh Thị Chi", "Phạm Văn Bình", "Em Chi", "em Chi", "Đinh Thị Nương", "0900 000", "Đinh Thị Hoa")


async def _tried(house: House, name: str | None, room: Room) -> list[tuple[str, int, str]]:
    """(address, status, body) of a look, and of an empty form where the room takes one."""
    browser = await house.sits_down(name) if name else house.browser()
    path = visits.path_of(room)
    answers = [(path, await browser.get(path))]
    if room.post is not None:
        answers.append((f"POST {path}", await _posted(browser, room, path)))
    return [(asked, answer.status_code, answer.text) for asked, answer in answers]


async def _posted(browser: Browser, room: Room, path: str) -> httpx.Response:
    """A form as a page without a script sends it."""
    if room.takes_file:
        content = {"file": ("danh-sach.csv", "Họ và tên,Lớp\nĐinh Thị Lạ,6A\n".encode(), "text/csv")}
        return await browser.client.post(
            path, files=content, data={"act": "save"}, headers={"Origin": browser.origin, "Accept": "text/html"}
        )
    return await browser.post(path, page=True, act="save", person="1")


@pytest.mark.parametrize("name", [None, TEACHER, VILLAGE_HEAD], ids=["stranger", "teacher", "village head"])
async def test_nobody_without_a_desk_sees_anything(office: House, name: str | None) -> None:
    for room in ROOMS:
        for asked, status, body in await _tried(office, name, room):
            assert status in OUT, (asked, status)
            assert not [secret for secret in SECRETS if secret in body], asked


async def test_the_head_of_another_school_finds_no_name_of_this_one(office: House) -> None:
    browser = await office.sits_down(OTHER_HEAD)
    seen = 0
    for room in ROOMS:
        numbers = range(1, 4) if "{" in room.path else (1,)
        for number in numbers:
            path = visits.path_of(room, number)
            answer = await browser.get(path)
            assert answer.status_code in (200, *OUT), (path, answer.status_code)
            found = [secret for secret in SECRETS if secret in answer.text]
            assert not found, (path, found)
            seen += answer.status_code == 200
    assert seen > 5  # the head's own pages


async def test_the_head_of_another_school_changes_nothing_of_this_one(office: House) -> None:
    browser = await office.sits_down(OTHER_HEAD)

    def state(session: Session) -> tuple[object, ...]:
        """Everything that this head has no hand in: what the first school and the commune have, but for the audit."""
        own = session.scalars(select(Person.id).where(Person.name == OTHER_HEAD)).one()
        done = session.scalars(select(Audit.action).where(Audit.actor_id == own, ~IS_A_LOOK)).all()
        return (
            sorted(set(done) - OF_ONES_OWN),
            session.scalars(select(Pupil.same_key).order_by(Pupil.id)).all(),
            session.scalars(select(Place.name).order_by(Place.id)).all(),
            session.scalar(select(func.count()).select_from(Telephoned)),
        )

    before = await office.run(state)
    for room in ROOMS:
        if room.post is None:
            continue
        for number in range(1, 4) if "{" in room.path else (1,):
            path = visits.path_of(room, number)
            answer = await _posted(browser, room, path)
            assert answer.status_code < 500, (path, answer.status_code)
            assert not [secret for secret in SECRETS if secret in answer.text], path
    assert await office.run(state) == before


async def test_whoever_may_see_the_office_opens_every_room_of_theirs(office: House) -> None:
    """The counterpart: the addresses that the others are refused are real."""
    browser = await office.sits_down(ADMIN)
    refused = [room.path for room in ROOMS if (await browser.get(visits.path_of(room))).status_code != 200]
    assert refused == FIRST_TO_BE_MADE
    names = (await browser.get("/bang/ho-so")).text
    assert "Đinh Thị Chi" in names


async def test_a_class_and_a_village_of_nowhere_are_refused_as_one_of_another(office: House) -> None:
    thu = await office.sits_down("Phạm Thị Thu")

    def numbers(session: Session) -> tuple[int, int]:
        commune = session.scalars(select(Place.id).where(Place.kind == PlaceKind.COMMUNE)).one()
        return session.scalars(select(SchoolClass.id)).all()[-1], commune

    last_class, commune = await office.run(numbers)
    for path in (f"/bang/lop/{last_class + 1}", f"/bang/thon/{commune}", "/bang/thon/9999", "/bang/ho-so/9999",
                 "/bang/hop/9999", "/bang/hinh/pupil", "/bang/hinh/case"):  # fmt: skip
        assert (await thu.get(path)).status_code == 403, path
