"""School days at a desk: closed, opened, watched and taken back; the year; a class's week; and who hears of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.rules import school_days
from storage.attendance import Half
from storage.calendar import Closure
from storage.chat import Outbox
from storage.people import Person
from storage.places import SchoolClass
from tests.web.office.forms import pressing
from tests.web.stage import House
from tests.world import World

PATH = "/bang/lich"
THU = "Phạm Thị Thu"


async def _is_held(house: House, day: date) -> bool:
    def read(session: Session) -> bool:
        class_id = session.scalars(select(SchoolClass.id)).first()
        assert class_id is not None
        return Half.MORNING in school_days.sessions(house.work(session), class_id, day)

    return await house.run(read)


async def test_days_are_closed_the_teacher_hears_of_it_and_it_is_taken_back(house: House) -> None:
    thu = await house.sits_down(THU)
    page = (await thu.get(PATH)).text
    assert "3/2024" in page
    typed = {"since": "2024-03-25", "until": "2024-03-26", "why": "flood"}
    done = await thu.post(PATH, page=True, **pressing(page, "decide", **typed))
    assert done.status_code == 303
    after = (await thu.get(done.headers["location"])).text
    assert "25/3 - 26/3" in after
    assert "Nghỉ học (mưa lũ)" in after
    assert not await _is_held(house, date(2024, 3, 26))
    assert await _is_held(house, date(2024, 3, 27))
    told = await house.run(
        lambda session: session.scalars(select(Outbox.kind).where(Outbox.person_id == _hoa(session))).all()
    )
    assert "calendar.closed" in told
    back = await thu.post(PATH, page=True, **pressing(after, "undo"))
    assert back.status_code == 303
    assert await _is_held(house, date(2024, 3, 26))
    twice = await thu.post(PATH, page=True, **pressing(after, "undo"))
    assert twice.status_code == 422
    assert 'role="alert"' in twice.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"since": "2024-03-26", "until": "2024-03-25"}, "Ngày cuối đang trước ngày đầu."),
        ({"since": "hôm nào"}, "Xin ghi ngày, ví dụ 25/3/2024."),
        ({"since": "2024-03-25", "until": "2025-03-25"}, "Mỗi lần nhiều nhất 120 ngày."),
    ],
)
async def test_days_that_cannot_be_are_refused_beside_the_field(house: House, typed: dict[str, str], said: str) -> None:
    thu = await house.sits_down(THU)
    page = (await thu.get(PATH)).text
    refused = await thu.post(PATH, page=True, **pressing(page, "decide", **typed, words="Mưa to từ chiều qua"))
    assert refused.status_code == 422
    assert said in refused.text
    assert "Mưa to từ chiều qua" in refused.text
    assert await house.count(Closure) == 0


async def test_the_second_of_two_who_decide_about_the_same_days_is_told(house: House) -> None:
    thu, again = await house.sits_down(THU), await house.sits_down(THU)
    first, second = (await thu.get(PATH)).text, (await again.get(PATH)).text
    await thu.post(PATH, page=True, **pressing(first, "decide", since="2024-03-25", why="flood"))
    told = await again.post(PATH, page=True, **pressing(second, "decide", since="2024-03-25", why="storm"))
    assert told.status_code == 409
    assert "Vừa có người khác ghi: thứ 2, 25/3" in told.text
    assert await house.count(Closure) == 1
    assert (await again.post(PATH, page=True, **pressing(told.text, "decide"))).status_code == 303
    assert await house.count(Closure) == 2


async def test_a_school_sets_its_year_and_a_week_and_an_official_does_not(house: House) -> None:
    class_id = await house.run(_with_head)
    head = await house.sits_down("Phạm Văn Sơn")
    page = (await head.get(PATH)).text
    wrong = await head.post(PATH, page=True, **pressing(page, "year", ends_on="2024-09-30"))
    assert wrong.status_code == 422
    assert "Năm học nằm trong khoảng từ 1/8 đến 31/7" in wrong.text
    done = await head.post(PATH, page=True, **pressing(page, "year", ends_on="2024-05-24"))
    assert done.status_code == 303
    assert not await _is_held(house, date(2024, 5, 27))
    assert (await head.post(PATH, page=True, **pressing(page, "year", ends_on="2024-05-28"))).status_code == 409
    week = f"{PATH}/lop/{class_id}"
    page = (await head.get(week)).text
    odd = await head.post(week, page=True, **pressing(page, "put", **{"5-morning": "23:00"}))
    assert odd.status_code == 422
    assert 'value="23:00"' in odd.text
    assert (await head.post(week, page=True, **pressing(page, "put", **{"5-morning": "07:30"}))).status_code == 303
    assert await _is_held(house, date(2024, 3, 23)), "the class has school on Saturday now"
    thu = await house.sits_down(THU)
    assert (await thu.get(week)).status_code == 403


def _hoa(session: Session) -> int:
    return session.scalars(select(Person.id).where(Person.name == "Đinh Thị Hoa")).one()


def _with_head(session: Session) -> int:
    World(session).school_head("Phạm Văn Sơn")
    return session.scalars(select(SchoolClass.id)).one()


async def test_months_and_numbers_of_nowhere_are_no_accident(house: House) -> None:
    thu = await house.sits_down(THU)
    for asked in ("0001-01", "9999-12", "hôm nay", "2024-13", "1/2"):
        assert "3/2024</h2>" in (await thu.get(f"{PATH}?thang={asked}&truong=99")).text
    for path in (f"{PATH}/lop/{'9' * 30}", f"/bang/nhap-danh-sach/{'9' * 30}", f"/bang/trung/1/{'9' * 30}"):
        assert (await thu.get(path)).status_code == 404
    page = (await thu.get(PATH)).text
    odd = {"where": "class.99999999999999999999999"}, {"where": "house.1"}, {"effect": "burnt"}, {"half": "night"}
    for typed in odd:
        refused = await thu.post(PATH, page=True, **pressing(page, "decide", **typed))
        assert refused.status_code in (403, 422), typed
    assert await house.count(Closure) == 0
