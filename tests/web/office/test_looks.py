"""The rooms that are read, in a real browser on a phone and on a desk. No async test stands beside these: the browser's
own loop runs as long as the module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.office.looking import DESK, PHONE, at_desk, looked_at
from tests.web.office.week_of_two_schools import ADMIN
from tests.web.real import Real, real

PAGES = {
    "/bang": "today-full", "/bang/tuan": "week", "/bang/thon": "villages", "/bang/thon/2": "village",
    "/bang/lop/1": "class", "/bang/ho-so": "cases", "/bang/ho-so/1?so=1": "case", "/bang/hop": "meetings",
    "/bang/hop/1": "meeting", "/bang/nguoi": "people", "/bang/tin": "messages", "/bang/bao-cao": "reports",
    "/bang/nhat-ky": "audit",
}  # fmt: skip
WIDE = ("today-full", "week", "class", "case", "people", "audit")  # on a desk, the others stand in as they do here


@pytest.fixture(scope="module")
def friday(two_schools_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    """The real service on a Friday morning with something to see."""
    folder = tmp_path_factory.mktemp("friday")
    shutil.copy(two_schools_template, folder / "ralop.sqlite3")
    with real(f"sqlite:///{folder / 'ralop.sqlite3'}", folder, at="2024-03-22T09:30+07:00") as running:
        yield running


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_is_right_for_eyes_fingers_and_readers(
    browser: Browser, friday: Real, size: tuple[int, int]
) -> None:
    with at_desk(browser, friday, ADMIN, size, scripted=True) as context:
        page = context.new_page()
        pages = {path: name for path, name in PAGES.items() if size == PHONE or name in WIDE}
        wrong = {path: looked_at(page, friday, path, f"{name}-{size[0]}") for path, name in pages.items()}
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_official_sees_the_day(browser: Browser, service: Real, size: tuple[int, int]) -> None:
    with at_desk(browser, service, "Phạm Thị Thu", size, scripted=True) as context:
        page = context.new_page()
        assert looked_at(page, service, "/bang", f"today-{size[0]}") == []
        assert page.locator("h1").inner_text() == "Hôm nay"
        text = page.locator("main").inner_text()
        assert "Chưa lớp nào báo." in text
        assert "Lớp chưa báo" in text
