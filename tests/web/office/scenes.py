"""The README's pictures of the office page: today and the week, on a desk and on a phone, and the words on them."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from html import unescape
from pathlib import Path

from sqlalchemy.orm import Session

from storage import wrong_clock
from storage.database import Database
from tests.web import rehearsal
from tests.web.office.looking import DESK, PHONE, at_desk
from tests.web.office.week_of_two_schools import OFFICIAL
from tests.web.real import real
from tests.web.stage import House, open_house
from tests.web.usual import commune
from tests.world import World, a_day_of_cases

AT = "2024-03-20T17:05+07:00"
PAGES = {"today": "/bang", "week": "/bang/tuan"}


def build(session: Session) -> None:
    """A Wednesday with two pupils at risk, of whom nobody has one yet, and two meetings to come."""
    world = World(session)
    a_day_of_cases(world)
    world.work.notices.clear()
    world.done()
    wrong_clock.mark(session)


async def words(house: House) -> str:
    """What stands on the pages."""
    browser = await house.sits_down(OFFICIAL)
    found = [f"# {name}\n{text_of((await browser.get(path)).text)}" for name, path in PAGES.items()]
    return "\n\n".join(found) + "\n"


async def performed() -> str:
    """The same, with a service of its own."""
    with commune() as (url, _):
        _built(url)
        async with open_house(url, at=datetime.fromisoformat(AT)) as house:
            return await words(house)


def _built(url: str) -> None:
    database = Database(url)
    with database.transaction() as session:
        build(session)
    database.close()


def text_of(page: str) -> str:
    """The words of a page's content, a line each."""
    main = page.partition("<main")[2].partition(">")[2]
    lines = (" ".join(unescape(one).split()) for one in re.split(r"<[^>]+>", main))
    return "\n".join(line for line in lines if line)


def photograph(folder: Path) -> None:
    """`office-today-360.png` and its like: the upper part of each page, as it stands before the eyes."""
    from playwright.sync_api import sync_playwright

    with commune() as (url, place), sync_playwright() as playwright:
        _built(url)
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=rehearsal.CHROMIUM_ARGS)
        with real(url, place, at=AT) as service:
            for size in (PHONE, DESK):
                with at_desk(chromium, service, OFFICIAL, size) as context:
                    page = context.new_page()
                    for name, path in PAGES.items():
                        page.goto(service.origin + path)
                        page.screenshot(path=folder / f"office-{name}-{size[0]}.png")
        chromium.close()
