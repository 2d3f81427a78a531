"""Places at a desk: a new name from a day on, and one village into another after a look at what moves."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.chat import Outbox
from storage.people import Person
from storage.places import Place
from storage.pupils import Pupil
from tests.web.office.forms import pressing
from tests.web.stage import House

PATH = "/bang/noi"
THU = "Phạm Thị Thu"


async def _ids(house: House) -> dict[str, int]:
    def read(session: Session) -> dict[str, int]:
        return {one.name: one.id for one in session.scalars(select(Place))}

    return await house.run(read)


async def _told(house: House, name: str) -> list[str]:
    """What is on its way to somebody, or there."""

    def read(session: Session) -> list[str]:
        rows = session.scalars(select(Outbox).join(Person, Person.id == Outbox.person_id).where(Person.name == name))
        return [str(one.payload["text"]) for one in rows if one.payload]

    return await house.run(read)


async def test_a_village_is_renamed_and_its_head_hears_of_it(house: House) -> None:
    thu, village = await house.sits_down(THU), (await _ids(house))["Cà Xen"]
    path = f"{PATH}/{village}"
    page = (await thu.get(path)).text
    odd = await thu.post(path, page=True, **pressing(page, "rename", name="Làng Trê"))
    assert odd.status_code == 422
    assert "Đã có nơi khác tên là Làng Trê." in odd.text
    done = await thu.post(path, page=True, **pressing(odd.text, "rename", name="Gò Tranh", since="2024-03-01"))
    assert done.status_code == 303
    after = (await thu.get(path)).text
    assert "<h1>Gò Tranh</h1>" in after
    assert "Cà Xen (đến 1/3/2024)" in after
    assert "Gò Tranh" in (await thu.get(PATH)).text
    assert any("Thôn Cà Xen nay đổi tên là Gò Tranh." in text for text in await _told(house, "Đinh Văn Rớt"))
    late = await thu.post(path, page=True, **pressing(page, "rename", name="Gò Tre"))
    assert late.status_code == 409
    assert "Vừa có người khác đổi tên thành Gò Tranh." in late.text
    assert 'value="Gò Tre"' in late.text


async def test_one_village_goes_into_another_after_a_look(house: House) -> None:
    thu, ids = await house.sits_down(THU), await _ids(house)
    path = f"{PATH}/{ids['Làng Giữa']}"
    page = (await thu.get(path)).text
    looked = await thu.post(path, page=True, **pressing(page, "look", into=str(ids["Cà Xen"])))
    assert "Làng Giữa nhập vào Cà Xen" in looked.text
    assert "bác Rớt" in looked.text
    assert (await _ids(house)) == ids
    unseen = await thu.post(path, page=True, **pressing(looked.text, "merge", into=str(ids["Làng Trê"])))
    assert unseen.status_code == 409, "only what was looked at is merged"

    def moved(session: Session) -> int:
        pupil = session.scalars(select(Pupil).where(Pupil.village_id == ids["Làng Giữa"])).first()
        assert pupil is not None
        pupil.village_id = ids["Làng Trê"]
        return pupil.id

    await house.run(moved)
    stale = await thu.post(path, page=True, **pressing(looked.text, "merge"))
    assert stale.status_code == 409
    done = await thu.post(path, page=True, **pressing(stale.text, "merge"))
    assert done.status_code == 303
    listed = (await thu.get(PATH)).text
    assert "Làng Giữa (đến 20/3/2024)" in listed
    assert any("Thôn Làng Giữa nay nhập vào thôn Cà Xen." in text for text in await _told(house, "Đinh Văn Rớt"))
    assert (await thu.get(path)).status_code == 403


async def test_nobody_else_changes_places(house: House) -> None:
    for name in ("Đinh Thị Hoa", "Đinh Văn Rớt"):
        browser = await house.sits_down(name)
        assert (await browser.get(PATH)).status_code == 403
        assert (await browser.post(f"{PATH}/2", page=True, act="rename", name="Gò Tranh")).status_code == 403
