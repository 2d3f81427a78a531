"""Files handed in at a desk: what they would change is seen first, wrong rows with their numbers, and nothing twice."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.files import KeptFile
from storage.meetings import Meeting
from storage.pupils import Pupil
from tests.web.office.forms import pressing
from tests.web.stage import WIDE_S, Browser, House
from tests.world import World

PATH = "/bang/nhap-danh-sach"
PLAN = Path(__file__).parents[2] / "importers" / "samples" / "ke-hoach-30-KH-UBND.txt"
ROSTER = (
    "STT,Họ và tên,Ngày sinh,Lớp,Thôn\n"
    "1,Đinh Thị Chi,10/05/2012,6A,Cà Xen\n"
    "2,Đinh Thị Mai,11/06/2012,6A,Gò Tranh\n"
    "3,Đinh Văn Kha,31/11/2012,6A,Cà Xen\n"
    "4,Hồ Văn Nam,02/03/2012,,Cà Xen\n"
)


@pytest.fixture
async def head(house: House) -> Browser:
    def made(session: Session) -> None:
        World(session).school_head("Phạm Văn Sơn")

    await house.run(made)
    return await house.sits_down("Phạm Văn Sơn")


async def _handed_in(browser: Browser, name: str, content: bytes) -> tuple[int, str, str]:
    """Status, address and page of a file that is handed in, once it has been read."""
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    answer = await browser.client.post(
        PATH, content=head + content + b"\r\n--x--\r\n",
        headers={"Origin": browser.origin, "Accept": "text/html", "Content-Type": "multipart/form-data; boundary=x"},
    )  # fmt: skip
    if answer.status_code != 303:
        return answer.status_code, "", answer.text
    path = answer.headers["location"].partition("?")[0]
    async with asyncio.timeout(WIDE_S):
        while "refresh" in (shown := await browser.get(path)).headers:
            await asyncio.sleep(0.02)
    return shown.status_code, path, shown.text


def _facts(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))


async def test_a_roster_is_seen_then_taken_in_once(house: House, head: Browser) -> None:
    pupils = await house.count(Pupil)
    _, path, page = await _handed_in(head, "lop6.csv", ROSTER.encode())
    assert "Nhập 2 em, 2 dòng lỗi" in page
    facts = _facts(page)
    assert (facts["Mới"], facts["Như cũ"], facts["Thôn mới"]) == ("1", "1", "Gò Tranh")
    assert "Đinh Văn Kha" in page
    assert "31/11/2012" in page
    assert await house.count(Pupil) == pupils, "nothing is written by looking"
    assert path in (await head.get(PATH)).text
    done = await head.post(path, page=True, **pressing(page, "take"))
    assert done.status_code == 303
    after = (await head.get(done.headers["location"])).text
    assert "Đã nhập 2 em." in after
    assert "Đinh Văn Kha" in after
    assert await house.count(Pupil) == pupils + 1
    await head.post(path, page=True, **pressing(page, "take"))
    assert await house.count(Pupil) == pupils + 1, "pressed twice, taken in once"
    content = await house.run(lambda session: session.scalars(select(KeptFile.content)).all())
    assert content == [None], "the file itself is forgotten"


async def test_a_file_is_dropped_and_nobody_else_sees_it(house: House, head: Browser) -> None:
    _, path, page = await _handed_in(head, "lop6.csv", ROSTER.encode())
    thu = await house.sits_down("Phạm Thị Thu")
    assert (await thu.get(path)).status_code == 403
    assert (await thu.post(path, page=True, act="take")).status_code == 403
    assert (await head.post(path, page=True, **pressing(page, "drop"))).status_code == 303
    assert (await head.get(path)).status_code == 403
    assert path not in (await head.get(PATH)).text


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("", b"", 422, "Xin chọn tệp trước."),
        ("anh.png", b"abc", 422, "Chưa đọc được loại tệp này."),
        ("trong.csv", b"\n\n", 422, "trong.csv: "),
        ("to.csv", b"a" * 5_000_001, 413, "5 MB"),
        ("gia.xlsx", b"not a workbook", 422, "gia.xlsx: "),
    ],
    ids=["none", "a photo", "empty", "too large", "no workbook"],
)
async def test_what_cannot_be_read_is_said_beside_the_field(
    house: House, head: Browser, name: str, content: bytes, status: int, said: str
) -> None:
    found, _, page = await _handed_in(head, name, content)
    assert (found, said in page) == (status, True), page[-1500:]
    assert 'href="#f-file"' in page


async def test_an_official_hands_in_a_plan_and_no_roster(house: House) -> None:
    thu = await house.sits_down("Phạm Thị Thu")
    _, path, page = await _handed_in(thu, "ke-hoach.txt", PLAN.read_bytes())
    assert "Tạo 2 buổi họp" in page
    assert await house.count(Meeting) == 0
    done = await thu.post(path, page=True, **pressing(page, "take"))
    assert done.status_code == 303
    assert "Đã tạo 2 buổi họp." in (await thu.get(done.headers["location"])).text
    assert await house.run(lambda session: session.scalar(select(func.count()).select_from(Meeting))) == 2
    status, _, _ = await _handed_in(thu, "lop6.csv", ROSTER.encode())
    assert status == 403
