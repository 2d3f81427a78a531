"""The office page of today: who may open it, and of which day it speaks."""

from __future__ import annotations

from tests.web.stage import House


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
