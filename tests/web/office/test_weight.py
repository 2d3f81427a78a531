"""Each page of the office for 10,000 pupils: how much a phone fetches, and how often the database is asked.

The milliseconds are read by `python -m tests.web.office.speed`.
"""

from __future__ import annotations

import pytest
from sqlalchemy import event

from bot.web.office.rooms import ROOMS
from tests.web.office import visits
from tests.web.office.looking import A_PAGE_BYTES
from tests.web.stage import House, open_house
from tests.web.weight import served

STATEMENTS = 110  # of the largest, today's, which looks at everything; its rest is a dozen a page
A_LIST = 80
LARGEST = ("/bang", "/bang/tin")
MADE = ("/tep", "/hinh/")  # by the press; what they read is measured where it is read


async def test_every_page_is_light_and_asks_the_database_a_bounded_number_of_times(crowded_house: House) -> None:
    browser = await crowded_house.sits_down("Phạm Thị An 0")
    statements: list[str] = []
    event.listen(
        crowded_house.service.database.engine, "after_cursor_execute", lambda *found: statements.append(found[2])
    )
    heavy, busy = {}, {}
    for room in ROOMS:
        path = visits.path_of(room)
        if any(part in path for part in MADE):
            continue
        if room.period is not None:
            await browser.get(path)  # its figures are read in slices, and kept
        statements.clear()
        size = (await served(browser.client, path))[1]
        asked = len(statements)
        heavy |= {path: size} if size > A_PAGE_BYTES else {}
        busy |= {path: asked} if asked > (STATEMENTS if path in LARGEST else A_LIST) else {}
    assert heavy == {}
    assert busy == {}


async def test_a_long_list_comes_in_pages_of_fifty(crowded_house: House) -> None:
    browser = await crowded_house.sits_down("Phạm Thị An 0")
    for path, last in (("/bang/nguoi", 6), ("/bang/ho-so", 4), ("/bang/tuan", 7), ("/bang/tin", 3)):
        first = (await browser.get(path)).text
        assert f"Trang 1/{last}" in first, path
        assert first.count("<tr") < 130, path
        assert f"Trang {last}/{last}" in (await browser.get(f"{path}?trang={last}")).text, path
        assert f"Trang {last}/{last}" in (await browser.get(f"{path}?trang=99")).text, path


@pytest.mark.postgres
async def test_every_page_opens_on_postgresql(postgres_url: str) -> None:
    async with open_house(postgres_url) as house:
        browser = await house.sits_down("Phạm Thị Thu")
        for room in ROOMS:
            if not any(part in room.path for part in MADE):
                answer = await browser.get(visits.path_of(room))
                assert answer.status_code < 500, room.path
        assert (await browser.get("/bang/tuan?tuan=2024-03-13")).status_code == 200
        assert (await browser.get("/bang/ho-so?loc=overdue&thon=2&lop=1")).status_code == 200
