"""The short pages on a small phone: a link, a list, a file, a way in for files, and where one cannot go on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.rules import page_links, people
from bot.rules.work import Work
from storage import files
from storage.people import Person
from storage.places import Place, PlaceKind, SchoolClass
from tests import papers
from tests.web.real import Real
from tests.web.test_browser import watched
from tests.web.test_signal import picture
from tests.world import KEY, World, admin_and_school

pytestmark = pytest.mark.browser

NOW = datetime(2024, 3, 20, 9, 30, tzinfo=VIETNAM)
LONG_NAME = "Biên bản họp thôn Cà Xen về việc vận động học sinh ra lớp, tối thứ 5.docx"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NARROW = "document.documentElement.scrollWidth <= innerWidth"
# Whatever is pressed; a number within a sentence counts with the room around it.
SMALL = """[...document.querySelectorAll('button, input:not([type=hidden]), a, summary, audio')]
    .filter((one) => Math.min(one.getBoundingClientRect().height, one.getBoundingClientRect().width) < 48)
    .map((one) => one.outerHTML)"""


@pytest.fixture(scope="module", autouse=True)
def commune(service: Real) -> None:
    with service.database.transaction() as session:
        admin_and_school(World(session, NOW))


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    scheme: Any = getattr(request, "param", "light")
    with browser.new_context(
        viewport={"width": 360, "height": 640}, locale="vi-VN", color_scheme=scheme, reduced_motion="reduce"
    ) as opened:
        yield opened


def link(service: Real, destination: str, name: str = "Đinh Thị Hoa", at: datetime = NOW) -> str:
    """The address of a fresh one-time link of somebody."""
    with service.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.name == name)).one()
        work = Work(session=session, now=at, today=at.date(), person=person)
        return f"{service.origin}/di/{page_links.make(work, destination)}"


def kept(service: Real, **facts: Any) -> str:
    with service.database.transaction() as session:
        return f"/tep/{files.put(session, channel='ralop', bot='ralop', address='', at=NOW, **facts).id}"


def presses(page: Page) -> Response:
    """The one button of the page's form."""
    with page.expect_navigation(wait_until="load") as going:
        page.locator("form button").click()
    answer = going.value
    assert answer is not None
    return answer


def follows(page: Page, service: Real, destination: str) -> None:
    page.goto(link(service, destination))
    presses(page)


def keeps_nobody_out(page: Page) -> None:
    assert page.evaluate(NARROW), page.title()
    assert page.evaluate(SMALL) == []
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("h1").count() == 1


def lists_of(service: Real) -> tuple[str, str]:
    with service.database.transaction() as session:
        school_class = session.scalars(select(SchoolClass)).one().id
        village = session.scalars(select(Place).where(Place.name == "Cà Xen", Place.kind == PlaceKind.VILLAGE)).one().id
        return f"/xem/lop-{school_class}", f"/xem/thon-{village}"


@pytest.mark.parametrize("context", ["light", "dark"], indirect=True)
def test_what_a_link_opens_fits_a_small_phone_and_keeps_nobody_out(context: BrowserContext, service: Real) -> None:
    page = context.new_page()
    trouble = watched(page)
    photo = kept(service, file_id="p", kind="photo", content=picture(800, 600), media_type="image/png", name="")
    paper = kept(service, file_id="w", kind="file", content=b"PK" + bytes(34_000), media_type=WORD, name=LONG_NAME)
    voice = kept(service, file_id="v", kind="voice", content=b"OggS a voice", media_type="audio/ogg", name="")
    page.goto(link(service, "/nhap"))
    keeps_nobody_out(page)
    for destination in (photo, voice, paper, lists_of(service)[0], "/nhap"):
        follows(page, service, destination)
        assert page.url == f"{service.origin}{destination}"
        keeps_nobody_out(page)
    follows(page, service, photo)
    assert page.locator("img.shown").evaluate("one => one.decode().then(() => one.naturalWidth)") == 800
    follows(page, service, paper)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Tải về (34 KB)").click()
    assert saving.value.suggested_filename == LONG_NAME
    assert trouble == []


def test_a_list_of_a_village_shows_whose_children_they_are_to_its_head(context: BrowserContext, service: Real) -> None:
    service.sits_down(context, "Đinh Văn Rớt")
    page = context.new_page()
    page.goto(f"{service.origin}{lists_of(service)[1]}")
    assert page.title() == "Cà Xen, 18 em"
    expect(page.get_by_role("columnheader")).to_have_text(["Số thứ tự", "Họ và tên", "Lớp"])
    keeps_nobody_out(page)


def test_an_invitation_and_a_wrong_code_fit_and_what_was_typed_stays(context: BrowserContext, service: Real) -> None:
    with service.database.transaction() as session:
        world = World(session, NOW)
        token = people.invite(world.work, KEY, world.teacher("Đinh Thị Lành", of="6A", joined=False)).token
    page = context.new_page()
    page.goto(f"{service.origin}/join/{token}")
    keeps_nobody_out(page)
    page.goto(service.origin)
    keeps_nobody_out(page)
    page.locator("#code").fill("7K3P-9QXN")
    assert presses(page).status == 404
    expect(page.get_by_role("alert")).to_have_text("Chưa thấy mã 7K3P-9QXN. Xin xem lại từng chữ rồi gõ lại.")
    expect(page.locator("#code")).to_have_value("7K3P-9QXN")
    keeps_nobody_out(page)


CALL = "Khó quá thì gọi chị Thu, UBND xã: 0255 000 000."


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [
        ("unknown", 404, "Chưa thấy đường dẫn này. Xin nhắn Ra Lớp để lấy đường dẫn mới."),
        ("used", 410, "Đường dẫn này đã dùng rồi. Xin nhắn Ra Lớp để lấy đường dẫn mới."),
        ("expired", 410, "Đường dẫn này chỉ dùng được nửa tiếng. Xin nhắn Ra Lớp để lấy đường dẫn mới."),
    ],
)
def test_a_link_that_is_good_no_more_says_so_in_one_sentence_with_a_way_on(
    context: BrowserContext, service: Real, state: str, status: int, said: str
) -> None:
    page = context.new_page()
    address = link(service, "/nhap", at=NOW - timedelta(hours=1) if state == "expired" else NOW)
    if state == "used":
        page.goto(address)
        presses(page)
    page.goto(f"{service.origin}/di/a-token-of-nobody" if state == "unknown" else address)
    assert presses(page).status == status
    expect(page.get_by_role("alert")).to_have_text(said)
    expect(page.get_by_text(CALL)).to_be_visible()
    assert page.get_by_role("link", name="0255 000 000").get_attribute("href") == "tel:0255000000"
    keeps_nobody_out(page)


def test_who_is_at_the_chat_already_is_led_back_to_it(context: BrowserContext, service: Real) -> None:
    service.sits_down(context, "Đinh Văn Rớt")
    page = context.new_page()
    address = link(service, "/nhap", "Đinh Thị Hoa")
    page.goto(address)
    expect(page.get_by_text("máy này sẽ chuyển sang người đó")).to_be_visible()
    keeps_nobody_out(page)
    presses(page)
    page.goto(address)
    presses(page)
    page.get_by_role("link", name="Về chỗ nhắn tin").click()
    expect(page.locator("#me-text")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nhap", 401, "Trang này đã đóng. Xin nhắn Ra Lớp để lấy đường dẫn mới."),
        ("/nothing", 404, "Chưa thấy trang này."),
    ],
)
def test_a_page_that_is_closed_or_none_says_so(
    context: BrowserContext, service: Real, path: str, status: int, said: str
) -> None:
    page = context.new_page()
    answer = page.goto(f"{service.origin}{path}")
    assert answer is not None
    assert answer.status == status
    expect(page.get_by_text(said)).to_be_visible()
    keeps_nobody_out(page)
    page.get_by_role("link", name="Về trang đầu").click()
    expect(page.locator("#code")).to_be_visible()


def workbook() -> bytes:
    """The roster of class 6A as a workbook."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, line in enumerate(papers.class_6a().decode("utf-8-sig").splitlines()):
            sheet.write_row(place, 0, line.split(","))
    return made.getvalue()


def says(page: Page, text: str) -> None:
    page.locator("#me-text").fill(text)
    page.keyboard.press("Enter")


def hears(page: Page, text: str) -> None:
    expect(page.get_by_role("log").get_by_text(text).last).to_be_visible(timeout=20_000)


def hands_in(page: Page, service: Real, who: str, name: str, content: bytes) -> Response:
    page.goto(link(service, "/nhap", who))
    presses(page)
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    return presses(page)


def test_a_roster_that_is_handed_in_comes_back_in_the_chat_as_a_trial(context: BrowserContext, service: Real) -> None:
    service.sits_down(context, "Phạm Văn Sơn")
    page = context.new_page()
    trouble = watched(page)
    page.goto(service.origin)
    says(page, "/nhapds")
    hears(page, "Thầy gửi tệp danh sách học sinh")
    assert hands_in(page, service, "Phạm Văn Sơn", "Danh sách 6A.xlsx", workbook()).status == 200
    expect(page.get_by_role("status")).to_have_text(
        "✅ Đã nhận tệp Danh sách 6A.xlsx. Ra Lớp trả lời trong khung chat."
    )
    keeps_nobody_out(page)
    page.get_by_role("link", name="Về chỗ nhắn tin").click()
    hears(page, "Em mới: 3 · em có đổi: 1 · giữ nguyên: 30")
    hears(page, "dòng 37: không có lớp")
    expect(page.get_by_role("button", name="1. Nhập 34 em")).to_be_visible()
    assert trouble == []


def test_a_plan_that_is_handed_in_comes_back_in_the_chat_with_its_meetings(
    context: BrowserContext, service: Real
) -> None:
    service.sits_down(context, "Phạm Thị Thu")
    page = context.new_page()
    page.goto(service.origin)
    says(page, "họp")
    hears(page, "Sắp tới chị chưa có buổi họp nào.")
    content = papers.content("plan-merged-cells.docx")
    assert hands_in(page, service, "Phạm Thị Thu", "Kế hoạch 45.docx", content).status == 200
    page.get_by_role("link", name="Về chỗ nhắn tin").click()
    hears(page, "Kế hoạch 45/KH-UBND ngày 6/10/2025")


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("anh.jpg", b"\xff\xd8\xff", 415, "Cô chọn giúp một danh sách (.xlsx, .xls, .csv) hoặc kế hoạch (.docx) ạ."),
        ("ds.xlsx", b"PK" + bytes(5_000_000), 413, "Tệp này to quá: mỗi tệp không quá 5 MB."),
        ("ds.xlsx", b"PK" + bytes(7_000_000), 413, "Tệp này to quá: mỗi tệp không quá 5 MB."),
    ],
    ids=["another kind", "a little too large", "far too large"],
)
def test_another_kind_and_too_much_are_refused_in_a_sentence_and_the_page_asks_again(
    context: BrowserContext, service: Real, name: str, content: bytes, status: int, said: str
) -> None:
    page = context.new_page()
    assert hands_in(page, service, "Đinh Thị Hoa", name, content).status == status
    expect(page.get_by_role("alert")).to_have_text(said)
    expect(page.locator("#file")).to_be_visible()
    keeps_nobody_out(page)
