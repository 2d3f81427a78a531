"""The office page of today: what stands there, who may open it, and how it looks on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.office.looking import DESK, PHONE, at_desk, looked_at
from tests.web.real import Real
from tests.web.stage import House


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_official_sees_the_day(browser: Browser, service: Real, size: tuple[int, int], tmp_path: Path) -> None:
    with at_desk(browser, service, "Phạm Thị Thu", size, scripted=True) as context:
        page = context.new_page()
        assert looked_at(page, service, "/bang", f"today-{size[0]}") == []
        assert page.locator("h1").inner_text() == "Hôm nay"
        text = page.locator("main").inner_text()
        assert "Chưa lớp nào báo." in text
        assert "Lớp chưa báo" in text


async def test_only_the_office_and_heads_of_school_see_it(house: House) -> None:
    stranger = await house.browser().get("/bang")
    assert stranger.status_code == 401
    for name in ("Đinh Thị Hoa", "Đinh Văn Rớt"):
        browser = await house.sits_down(name)
        answer = await browser.get("/bang")
        assert answer.status_code == 403
        assert "Trang này dành cho văn phòng xã và ban giám hiệu." in answer.text


async def test_a_day_to_come_or_no_day_at_all_is_today(house: House) -> None:
    thu = await house.sits_down("Phạm Thị Thu")
    for asked in ("2030-01-01", "hôm qua", ""):
        assert "<h1>Hôm nay</h1>" in (await thu.get(f"/bang?ngay={asked}")).text
    assert "<h1>thứ 3, 19/3</h1>" in (await thu.get("/bang?ngay=2024-03-19")).text
