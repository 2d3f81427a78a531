"""The rooms that are read: what stands in each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.reports.requests import Made
from bot.rules import attendance
from bot.service.press import Press
from bot.web.office import made
from storage.attendance import Half
from storage.audit import Audit
from storage.cases import Case
from storage.people import Person, scope_of
from storage.visits import Visit
from tests.web.office.week_of_two_schools import HEAD, OFFICIAL, TEACHER
from tests.web.stage import House


async def test_a_week_says_what_was_reported_before_anything_else(office: House) -> None:
    thu = await office.sits_down(OFFICIAL)
    body = (await thu.get("/bang/tuan")).text
    assert body.index("Đã báo 3/5 lượt lớp (60,0%).") < body.index("Tỷ lệ đi học: 95,7%") < body.index("Theo lớp")
    assert "Vắng 4 lượt: chưa rõ lý do 4" in body
    assert "18/3, 19/3" in body  # the days that 6A owes
    assert 'href="tel:0900000004"' in body
    before = (await thu.get("/bang/tuan?tuan=2024-03-13")).text
    assert "Tuần từ 11/3 đến 17/3" in before
    assert "Tuần sau" in before


async def test_figures_that_are_kept_hold_until_something_is_recorded(office: House) -> None:
    thu = await office.sits_down(OFFICIAL)
    first = (await thu.get("/bang/tuan")).text
    statements: list[str] = []
    event.listen(office.service.database.engine, "after_cursor_execute", lambda *found: statements.append(found[2]))
    assert (await thu.get("/bang/tuan")).text == first  # a look changes nothing
    assert not [one for one in statements if "FROM absence" in one]

    def late(session: Session) -> None:
        work = office.work(session)
        work.person = session.scalars(select(Person).where(Person.name == TEACHER)).one()
        work.scope = scope_of(session, work.person, work.today)
        attendance.report(work, 1, date(2024, 3, 19), Half.MORNING, [])

    await office.run(late)
    assert "Đã báo 4/5 lượt lớp (80,0%)." in (await thu.get("/bang/tuan")).text


async def test_a_village_counts_whoever_lives_there(office: House) -> None:
    thu = await office.sits_down(OFFICIAL)
    assert "Cà Xen" in (await thu.get("/bang/thon")).text
    body = (await thu.get("/bang/thon/2")).text
    assert "Đang học 19 em, có nguy cơ 2 em" in body
    assert "Trong 6 tuần: ra lớp lại 1 em, bỏ học 0 em, thăm nhà 2 lần." in body
    assert 'value="93"' in body  # this week's bar
    assert "trưởng thôn Cà Xen" in body


async def test_a_class_shows_its_register_book(office: House) -> None:
    body = (await (await office.sits_down(OFFICIAL)).get("/bang/lop/1")).text
    row = re.search(r"Phạm Văn Bình</td>(.*?)</tr>", body, re.S)
    assert row is not None
    assert re.findall(r">([^<]*)</td>", row[1]) == ["–", "–", "?", "?", "?", "3"]


async def test_a_case_tells_its_history_and_hides_a_private_reason(office: House) -> None:
    def private(session: Session) -> None:
        hoa = session.scalars(select(Person.id).where(Person.name == TEACHER)).one()
        case = session.get_one(Case, 1)
        case.reason, case.reason_by = "early_marriage", hoa
        session.scalars(select(Visit).where(Visit.pupil_id == case.pupil_id)).one().reason = "private"

    await office.run(private)
    thu = await office.sits_down(OFFICIAL)
    body = (await thu.get("/bang/ho-so/1")).text
    assert "20/3: bác Rớt đã đến nhà" in body
    assert "chuyện riêng, xin hỏi cô Hoa" in body
    assert "chuyện riêng, hỏi người thăm" in body
    assert "0900 000 033" not in body  # the family's numbers want a press of their own
    assert "0900 000 033" in (await thu.get("/bang/ho-so/1?so=1")).text

    def looked(session: Session) -> set[str]:
        return set(session.scalars(select(Audit.action)))

    assert {"case.seen", "pupil.phones_seen"} <= await office.run(looked)


async def test_cases_are_narrowed_down_by_state_village_and_class(office: House) -> None:
    thu = await office.sits_down(OFFICIAL)
    assert "2 hồ sơ" in (await thu.get("/bang/ho-so?loc=anything")).text
    assert "2 hồ sơ" in (await thu.get("/bang/ho-so?thon=2&lop=1")).text
    assert "0 hồ sơ" in (await thu.get("/bang/ho-so?thon=3")).text
    assert "0 hồ sơ" in (await thu.get("/bang/ho-so?loc=closed")).text


async def test_who_does_not_organise_a_meeting_sees_nobodys_answer(office: House) -> None:
    path = "/bang/hop/1"
    thu = (await (await office.sits_down(OFFICIAL)).get(path)).text
    assert "Nhờ gọi điện giúp" in thu
    assert "0900 000 001" in thu
    head = (await (await office.sits_down(HEAD)).get(path)).text
    assert "Nhờ gọi điện giúp" not in head
    assert "0900 000 001" not in head


async def test_people_are_found_by_their_names_without_marks(office: House) -> None:
    thu = await office.sits_down(OFFICIAL)
    body = (await thu.get("/bang/nguoi?tim=rot")).text
    assert "1 người" in body
    assert "Đinh Văn Rớt (bác)" in body
    assert "0 người" in (await thu.get("/bang/nguoi?tim=%25")).text  # a sign of the database is a letter


async def test_a_lost_message_stands_there_with_the_number_until_somebody_has_called(office: House) -> None:
    thu = await office.sits_down(OFFICIAL)
    body = (await thu.get("/bang/tin")).text
    assert "việc trong ngày" in body
    button = re.search(r'name="person" value="(\d+)"', body)
    assert button is not None
    done = await thu.post("/bang/tin", page=True, person=button[1])
    assert (done.status_code, done.headers["location"]) == (303, "/bang/tin?xong=1")
    assert "Giờ không còn ai phải gọi." in (await thu.get("/bang/tin?xong=1")).text
    again = await thu.post("/bang/tin", page=True, person=button[1])
    assert again.status_code == 403
    assert "Việc này xong rồi" in again.text


async def test_the_audit_is_for_administrators_and_officials(office: House) -> None:
    assert (await (await office.sits_down(HEAD)).get("/bang/nhat-ky")).status_code == 403
    thu = await office.sits_down(OFFICIAL)
    await thu.get("/bang/ho-so/1")
    body = (await thu.get("/bang/nhat-ky?viec=case.seen")).text
    assert "1 dòng" in body
    assert "hồ sơ (case.seen)" in body
    assert "Đinh Thị Chi" not in body  # ids and codes only
    assert "0 dòng" in (await thu.get("/bang/nhat-ky?ngay=2024-03-01")).text


async def test_a_paper_is_downloaded_and_a_picture_is_no_page_of_ours(office: House) -> None:
    thu = await office.sits_down(OFFICIAL)
    paper = await thu.get("/bang/bao-cao/tep?loai=week&dang=docx")
    assert paper.status_code == 200
    assert paper.headers["content-disposition"].startswith("attachment")
    picture = await thu.get("/bang/hinh/weeks.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in picture.headers["content-security-policy"]
    page = (await thu.get("/bang/hinh/weeks")).text
    assert '<img src="/bang/hinh/weeks.svg"' in page


async def test_what_takes_longer_asks_the_browser_to_look_again(office: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "WAITS_S", 0.01)
    is_ready = asyncio.Event()

    class SlowPress(Press):
        async def begin(self) -> None:
            """No process is needed."""

        async def make(self, function: Callable[..., Any], *args: Any) -> Any:
            await is_ready.wait()
            return Made(b"paper", "bao-cao.docx")

    office.service.making.press = SlowPress()
    thu = await office.sits_down(OFFICIAL)
    waits = await thu.get("/bang/bao-cao/tep")
    assert waits.headers["refresh"] == "3"
    assert "Trang này tự xem lại" in waits.text
    is_ready.set()
    monkeypatch.setattr(made, "WAITS_S", 20.0)
    assert (await thu.get("/bang/bao-cao/tep")).content == b"paper"
