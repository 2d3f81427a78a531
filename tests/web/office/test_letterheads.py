"""The head and foot of papers at a desk: looked at before they hold, too long refused, and the second one told."""

from __future__ import annotations

from datetime import date

from bot.i18n import Reader
from bot.reports import heads
from bot.rules import people
from tests.web.office.forms import pressing
from tests.web.stage import House

THU = "Phạm Thị Thu"


async def _path(house: House) -> str:
    commune = await house.run(lambda session: people.commune_of(house.work(session)).id)
    return f"/bang/giay-to/{commune}"


async def test_the_words_are_looked_at_then_hold_for_the_next_paper(house: House) -> None:
    thu, path = await house.sits_down(THU), await _path(house)
    assert path in (await thu.get("/bang/giay-to")).text
    page = (await thu.get(path)).text
    words = {"signer": "Phạm Thị Thu", "recipients": "Đảng ủy\nTrường Long Môn"}
    tried = await thu.post(path, page=True, **pressing(page, "try", **words))
    assert "Chưa ghi gì cả." in tried.text
    assert "- Đảng ủy;" in tried.text
    assert "- Đảng ủy;" not in (await thu.get(path)).text
    done = await thu.post(path, page=True, **pressing(tried.text, "put"))
    assert done.status_code == 303
    assert "- Trường Long Môn;" in (await thu.get(path)).text

    def signed(session: object) -> str:
        work = house.work(session)  # type: ignore[arg-type]
        return heads.signature(Reader("vi"), work, people.commune_of(work)).name

    assert await house.run(signed) == "Phạm Thị Thu"
    assert house.clock.today() == date(2024, 3, 20)


async def test_a_line_too_long_is_refused_beside_its_field_and_the_second_browser_is_told(house: House) -> None:
    thu, path = await house.sits_down(THU), await _path(house)
    page = (await thu.get(path)).text
    refused = await thu.post(path, page=True, **pressing(page, "put", signer="A" * 200, seat="Long Môn"))
    assert refused.status_code == 422
    assert "Mỗi dòng nhiều nhất 160 chữ cái." in refused.text
    assert 'name="seat" type="text" value="Long Môn"' in refused.text
    assert (await thu.post(path, page=True, **pressing(page, "put", signer="Phạm Thị Thu"))).status_code == 303
    told = await thu.post(path, page=True, **pressing(page, "put", signer="Đinh Văn Lập", seat="Minh Long"))
    assert told.status_code == 409
    assert "Vừa có người khác đặt: Phạm Thị Thu" in told.text
    assert 'value="Đinh Văn Lập"' in told.text
