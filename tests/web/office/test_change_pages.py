"""The rooms of change in a browser: nothing stands out to the side, axe finds nothing, on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from storage.people import Role
from storage.places import Place, PlaceKind, SchoolClass
from storage.pupils import Pupil
from tests.web.office.looking import DESK, PHONE, PICTURES, at_desk, complaints, looked_at
from tests.web.real import Real
from tests.world import World

ADMIN = "Đinh Văn Lập"


@pytest.fixture(scope="module", autouse=True)
def commune(service: Real) -> dict[str, int]:
    """An administrator, and a pupil who stands on the list twice; the ids that addresses need."""
    with service.database.transaction() as session:
        world = World(session)
        world.person(ADMIN, Role.ADMIN, form="anh", place_id=world.commune().id)
        chi = session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
        again = world.pupil("Đinh Thị Chi", of="6B", mother="Đinh Thị Nương")
        village = session.scalars(select(Place).where(Place.kind == PlaceKind.VILLAGE)).first()
        class_id = session.scalars(select(SchoolClass.id).where(SchoolClass.name == "6A")).one()
        assert village is not None
        return {
            "chi": chi.id,
            "again": again.id,
            "village": village.id,
            "commune": world.commune().id,
            "class": class_id,
        }


PAGES = {
    "import": "/bang/nhap-danh-sach",
    "rules": "/bang/quy-tac",
    "calendar": "/bang/lich",
    "week": "/bang/lich/lop/{class}",
    "places": "/bang/noi",
    "place": "/bang/noi/{village}",
    "alike": "/bang/trung",
    "pair": "/bang/trung/{chi}/{again}",
    "heads": "/bang/giay-to",
    "head": "/bang/giay-to/{commune}",
}


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_room_of_change_is_read_on_a_phone_and_on_a_desk(
    browser: Browser, service: Real, commune: dict[str, int], size: tuple[int, int]
) -> None:
    with at_desk(browser, service, ADMIN, size, scripted=True) as context:
        page = context.new_page()
        found = {
            name: looked_at(page, service, path.format(**commune), f"{name}-{size[0]}") for name, path in PAGES.items()
        }
        assert {name: wrong for name, wrong in found.items() if wrong} == {}
        assert _refused(page, service) == []
        assert _handed_in(page, service, f"roster-{size[0]}") == []
        assert _looked_at_before_merging(page, service, commune["village"], f"merging-{size[0]}") == []


def _refused(page: Page, service: Real) -> list[str]:
    """A number out of its bounds: the summary has the focus and leads to the field."""
    page.goto(service.origin + "/bang/quy-tac")
    page.locator("[name='R2.days']").fill("99")
    page.get_by_role("button", name="Đặt các số này").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    assert page.evaluate("document.activeElement.name") == "R2.days"
    assert page.evaluate("document.activeElement.value") == "99"
    return _seen(page, f"refused-{page.viewport_size['width']}" if page.viewport_size else "refused")


def _handed_in(page: Page, service: Real, name: str) -> list[str]:
    """A list chosen by its field; the page that waits looks again by itself."""
    page.goto(service.origin + "/bang/nhap-danh-sach")
    content = "STT,Họ và tên,Ngày sinh,Lớp,Thôn\n1,Đinh Thị Mai,11/06/2012,6A,Gò Tranh\n2,Đinh Văn Kha,31/11/2012,6A,\n"
    page.get_by_label("Tệp danh sách hoặc kế hoạch").set_input_files(
        {"name": "lop6.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_role("button", name="Nhập 1 em, 1 dòng lỗi").wait_for()
    return _seen(page, name)


def _looked_at_before_merging(page: Page, service: Real, village: int, name: str) -> list[str]:
    page.goto(f"{service.origin}/bang/noi/{village}")
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_role("button", name="Nhập hai thôn").wait_for()
    return _seen(page, name)


def _seen(page: Page, name: str) -> list[str]:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    return complaints(page)
