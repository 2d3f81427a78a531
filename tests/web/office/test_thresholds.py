"""The numbers of the rules at a desk: several at once or none, tried first, and never over somebody else's."""

from __future__ import annotations

from storage.audit import Audit
from storage.people import Role
from tests.web.office.forms import pressing
from tests.web.stage import House
from tests.world import World

PATH = "/bang/quy-tac"
THU = "Phạm Thị Thu"


async def test_several_numbers_are_changed_at_once(house: House) -> None:
    thu = await house.sits_down(THU)
    page = (await thu.get(PATH)).text
    done = await thu.post(PATH, page=True, **pressing(page, "put", **{"R2.days": "4", "R1.days": "3"}))
    assert done.status_code == 303
    after = (await thu.get(done.headers["location"])).text
    assert "Đã ghi." in after
    assert 'name="R2.days" value="4"' in after
    assert 'name="R1.days" value="3"' in after
    said = await house.run(lambda session: [row.details["key"] for row in session.query(Audit) if
                                            row.action == "threshold.set"])  # fmt: skip
    assert sorted(said) == ["R1.days", "R2.days"]


async def test_numbers_that_do_not_fit_are_all_refused_and_what_was_typed_stays(house: House) -> None:
    thu = await house.sits_down(THU)
    page = (await thu.get(PATH)).text
    for typed, said in (({"R2.days": "8"}, "Không khớp với"), ({"R2.days": "nhiều"}, "Xin ghi số nguyên từ 2 đến 20.")):
        refused = await thu.post(PATH, page=True, **pressing(page, "put", **typed, **{"R8.broken": "3"}))
        assert refused.status_code == 422
        assert said in refused.text
        assert f'name="R2.days" value="{typed["R2.days"]}"' in refused.text
        assert 'name="R8.broken" value="3"' in refused.text
        assert 'href="#f-R2.days"' in refused.text
    assert 'name="R8.broken" value="2"' in (await thu.get(PATH)).text


async def test_trying_writes_nothing(house: House) -> None:
    thu = await house.sits_down(THU)
    page = (await thu.get(PATH)).text
    tried = await thu.post(PATH, page=True, **pressing(page, "try", **{"R2.days": "4"}))
    assert "Các số này lẽ ra đã báo gì" in tried.text
    assert 'name="R2.days" value="4"' in tried.text
    assert 'name="R2.days" value="3"' in (await thu.get(PATH)).text
    done = await thu.post(PATH, page=True, **pressing(tried.text, "put"))
    assert done.status_code == 303
    assert 'name="R2.days" value="4"' in (await thu.get(PATH)).text


async def test_the_second_of_two_browsers_is_told_and_overwrites_nothing(house: House) -> None:
    thu, again = await house.sits_down(THU), await house.sits_down(THU)
    first, second = (await thu.get(PATH)).text, (await again.get(PATH)).text
    await thu.post(PATH, page=True, **pressing(first, "put", **{"R2.days": "4", "R8.broken": "3"}))
    told = await again.post(PATH, page=True, **pressing(second, "put", **{"R2.days": "5"}))
    assert told.status_code == 409
    assert "Vừa có người khác đặt: 4" in told.text
    assert 'name="R2.days" value="5"' in told.text
    assert 'name="R8.broken" value="3"' in told.text, "what the second left alone is the first one's by now"
    assert 'name="R2.days" value="4"' in (await thu.get(PATH)).text
    assert (await again.post(PATH, page=True, **pressing(told.text, "put"))).status_code == 303
    after = (await thu.get(PATH)).text
    assert 'name="R2.days" value="5"' in after
    assert 'name="R8.broken" value="3"' in after


async def test_a_head_of_school_sees_no_numbers(house: House) -> None:
    def made(session: object) -> None:
        World(session).person("Phạm Văn Sơn", Role.SCHOOL, form="thầy", place_id=World(session).school().id)  # type: ignore[arg-type]

    await house.run(made)
    head = await house.sits_down("Phạm Văn Sơn")
    assert (await head.get(PATH)).status_code == 403
    assert (await head.post(PATH, page=True, act="put")).status_code == 403
    assert PATH not in (await head.get("/bang")).text
