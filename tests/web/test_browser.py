"""The demo in a real browser: three phones in a story, by hand, by keyboard, without a script; and for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, expect

from bot.clock import RealClock
from bot.rules import people
from storage.database import Database
from tests import pictures
from tests.running import Running
from tests.web import rehearsal
from tests.world import KEY, World

pytestmark = pytest.mark.browser

expect.set_options(timeout=20_000)  # wide: a busy machine is no fault of the page


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    demo = rehearsal.start(tmp_path_factory.mktemp("demo"))
    yield demo.address
    assert demo.stop() == 0


@pytest.fixture
def wide(browser: Browser, address: str) -> Iterator[Page]:
    """A desk's screen; whatever the page complains of fails the test."""
    with browser.new_context(
        reduced_motion="reduce", viewport={"width": 1280, "height": 800}, locale="vi-VN"
    ) as context:
        page = context.new_page()
        trouble = watched(page)
        page.goto(address)
        yield page
        assert trouble == []


def watched(page: Page) -> list[str]:
    """Errors, blocked scripts and requests to anywhere else."""
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if is_trouble(message) else None)
    page.on("request", lambda request: None if "127.0.0.1" in request.url else trouble.append(request.url))
    return trouble


CUT = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_EMPTY_RESPONSE",
    "ERR_CONNECTION",
    "ERR_INCOMPLETE_CHUNKED",
    "ERR_SOCKET",
    "ERR_CONTENT_LENGTH",
)


def is_trouble(message: ConsoleMessage) -> bool:
    """An error that is not simply the missing line which a test has cut."""
    return message.type == "error" and not any(sign in message.text for sign in CUT)


def phone(page: Page, key: str) -> Locator:
    return page.locator(f"#{key}")


def press(page: Page, key: str, caption: str) -> None:
    phone(page, key).get_by_role("button", name=caption, exact=True).last.click()


def typed(page: Page, key: str, text: str) -> None:
    phone(page, key).get_by_role("textbox").fill(text)
    page.keyboard.press("Enter")


def sees(page: Page, key: str, text: str) -> None:
    expect(phone(page, key).get_by_role("log").get_by_text(text).last).to_be_visible()


def test_a_teacher_reports_and_the_register_is_there_for_the_next_question(wide: Page) -> None:
    wide.get_by_role("button", name="Tới việc kế tiếp").click()
    sees(wide, "hoa", "Sáng nay lớp 6A (31 em) có em nào vắng không ạ?")
    press(wide, "hoa", "2. Có em vắng")
    sees(wide, "hoa", "Em nào vắng ạ?")
    press(wide, "hoa", "☐ Đinh Thị Chi")
    press(wide, "hoa", "Xong: 1 em")
    press(wide, "hoa", "1. Ốm, mệt")
    press(wide, "hoa", "1. Gửi")
    sees(wide, "hoa", "Đã ghi lúc 7:15: lớp 6A vắng 1 em.")
    expect(phone(wide, "hoa").get_by_role("button", name="Đinh Văn Dút")).to_have_count(0)
    expect(wide.locator("#told")).to_contain_text("cô Hoa")
    expect(phone(wide, "rot").get_by_role("log")).not_to_contain_text("Đinh Thị Chi")


def test_the_three_phones_in_a_story(wide: Page) -> None:
    press(wide, "rot", "1. Đi được")
    sees(wide, "rot", "bác đi họp 18 giờ 30, thứ 5, 21/3")
    typed(wide, "hoa", "vắng 6A: Chi chưa rõ")
    press(wide, "hoa", "1. Gửi")
    sees(wide, "hoa", "Đã ghi lúc 7:00: lớp 6A vắng 1 em.")
    typed(wide, "rot", "thăm em Chi 6A: gặp mẹ, ốm, hẹn thứ 6")
    press(wide, "rot", "1. Gửi")
    sees(wide, "rot", "Cảm ơn bác đã đến tận nhà.")
    expect(phone(wide, "thu").locator(".bubble")).to_have_count(0)
    wide.get_by_role("button", name="Tới việc kế tiếp 7:02").click()
    for key in ("hoa", "thu"):
        sees(wide, key, "Bác Rớt vừa đến thăm nhà em Chi, lớp 6A.")
    wide.get_by_text("Tới giờ…").click()
    wide.get_by_label("Ngày giờ").fill("2024-03-20T17:00")
    wide.get_by_role("button", name="Tới", exact=True).click()
    sees(wide, "thu", "Xã Long Môn, thứ 4, 20/3")
    press(wide, "thu", "1. Xem")
    sees(wide, "thu", "Người thăm: bác Rớt")


def test_ticking_keeps_the_list_where_it_is(wide: Page) -> None:
    phone(wide, "hoa").get_by_label("Tin của cô Hoa").fill("báo vắng")
    wide.keyboard.press("Enter")
    last = phone(wide, "hoa").get_by_role("button", name="☐ Đinh Văn Ý", exact=True)
    last.scroll_into_view_if_needed()
    before = last.bounding_box()
    last.click()
    ticked = phone(wide, "hoa").get_by_role("button", name="☑ Đinh Văn Ý", exact=True)
    expect(ticked).to_be_focused()
    after = ticked.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 3
    expect(phone(wide, "hoa").get_by_text("Em nào vắng ạ?")).to_have_count(1)


def test_everything_can_be_done_by_keyboard(wide: Page) -> None:
    wide.locator("#hoa-text").focus()
    wide.keyboard.type("đủ")
    wide.keyboard.press("Tab")
    wide.keyboard.press("Enter")
    sees(wide, "hoa", "Đã ghi")
    wide.keyboard.press("Shift+Tab")
    wide.keyboard.press("Shift+Tab")
    focused = wide.locator(":focus")
    expect(focused).to_have_text("↩️ Sửa")
    assert focused.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    wide.keyboard.press("Enter")
    sees(wide, "hoa", "Sửa mục nào ạ?")


def test_a_page_that_is_loaded_again_shows_the_same(wide: Page) -> None:
    for key in ("hoa", "rot"):
        phone(wide, key).get_by_role("textbox").fill("menu")
        phone(wide, key).get_by_role("button", name="Gửi").click()
        sees(wide, key, "cần việc gì ạ?")
    expect(wide.locator(".pending")).to_have_count(0)
    before = wide.locator(".log").all_inner_texts()
    wide.reload()
    assert wide.locator(".log").all_inner_texts() == before


def test_what_is_typed_without_a_line_goes_out_once_when_it_is_back(wide: Page) -> None:
    wide.context.set_offline(True)
    phone(wide, "hoa").get_by_role("textbox").fill("menu")
    wide.keyboard.press("Enter")
    expect(phone(wide, "hoa").locator(".bubble.waits")).to_contain_text("chờ sóng")
    wide.context.set_offline(False)
    sees(wide, "hoa", "Cô Hoa cần việc gì ạ?")
    expect(phone(wide, "hoa").locator(".bubble.mine")).to_have_count(1)
    expect(phone(wide, "hoa").get_by_text("Cô Hoa cần việc gì ạ?")).to_have_count(1)


def test_a_name_that_is_a_script_runs_nothing(wide: Page) -> None:
    nasty = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"
    phone(wide, "thu").get_by_role("textbox").fill(nasty)
    wide.keyboard.press("Enter")
    sees(wide, "thu", "Chị Thu cần việc gì ạ?")
    wide.reload()
    sees(wide, "thu", nasty)
    assert wide.title() == "Ra Lớp: dùng thử"


@pytest.fixture
def small(browser: Browser, driver: Playwright, address: str) -> Iterator[Page]:
    """A cheap phone of ten years ago."""
    with browser.new_context(reduced_motion="reduce", **driver.devices["Galaxy S5"], locale="vi-VN") as context:
        page = context.new_page()
        trouble = watched(page)
        page.goto(address)
        yield page
        assert trouble == []


def test_on_a_small_phone_one_person_at_a_time(small: Page) -> None:
    page = small
    expect(phone(page, "hoa")).to_be_visible()
    expect(phone(page, "rot")).to_be_hidden()
    page.get_by_role("link", name="bác Rớt").tap()
    expect(phone(page, "rot")).to_be_visible()
    expect(phone(page, "hoa")).to_be_hidden()
    page.get_by_role("button", name="Tới việc kế tiếp").tap()
    expect(page.get_by_role("link", name="cô Hoa")).to_have_class("news")
    page.get_by_role("link", name="Đã gửi").tap()
    expect(page.locator("#told")).to_contain_text("cô Hoa")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = "[...document.querySelectorAll('button, input:not([type=hidden]), .tabs a, summary')]"
    sizes = f"{small}.map(one => one.getBoundingClientRect()).filter(one => one.height && one.height < 48).length"
    assert page.evaluate(sizes) == 0


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo in the middle of a report, with everything that a page can show; nobody changes it any more."""
    demo = rehearsal.start(tmp_path_factory.mktemp("prepared"))
    with pictures.hands(demo.address) as hands:
        hands.play("clock", "2024-03-20T07:15")
        hands.play("hoa", "[2. Có em vắng]")
        hands.play("rot", "menu")
    yield demo.address
    assert demo.stop() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 900, 1280])
def test_nothing_keeps_anybody_out(browser: Browser, prepared: str, scheme: Any, width: int) -> None:
    with browser.new_context(
        reduced_motion="reduce",
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        locale="vi-VN",
    ) as context:
        page = context.new_page()
        page.goto(prepared)
        sees(page, "hoa", "Em nào vắng ạ?")
        page.get_by_text("Tới giờ…").click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_without_a_script_everything_works(browser: Browser, address: str) -> None:
    with browser.new_context(
        reduced_motion="reduce", java_script_enabled=False, viewport={"width": 390, "height": 800}, locale="vi-VN"
    ) as context:
        page = context.new_page()
        page.goto(address)
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("button", name="Tới việc kế tiếp").click()
        sees(page, "hoa", "Sáng nay lớp 6A (31 em) có em nào vắng không ạ?")
        with page.expect_navigation(wait_until="load"):
            press(page, "hoa", "1. Đủ cả 31 em")
        sees(page, "hoa", "Đã ghi lúc 7:15: lớp 6A đủ 31 em.")
        phone(page, "thu").get_by_role("textbox").fill("menu")
        with page.expect_navigation(wait_until="load"):
            phone(page, "thu").get_by_role("button", name="Gửi", exact=True).click()
        sees(page, "thu", "Chị Thu cần việc gì ạ?")
        page.get_by_text("Tới giờ…").click()
        page.get_by_label("Ngày giờ").fill("2024-03-20T09:30")
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("button", name="Tới", exact=True).click()
        expect(page.locator(".hands")).to_contain_text("9:30")


def test_a_link_opens_the_chat_of_the_real_service(browser: Browser, long_mon_url: str, tmp_path: Path) -> None:
    database = Database(long_mon_url)
    with database.transaction() as session:
        world = World(session, RealClock().now())
        person = world.teacher("Đinh Thị Lành", of="6A", joined=False)
        token = people.invite(world.work, KEY, person).token
    database.close()
    with (
        Running(long_mon_url, tmp_path) as running,
        browser.new_context(reduced_motion="reduce", viewport={"width": 390, "height": 800}) as context,
    ):
        page = context.new_page()
        trouble = watched(page)
        for path in ("/", f"/join/{token}"):
            page.goto(f"http://127.0.0.1:{running.port}{path}")
            card = page.locator(".card").bounding_box()
            assert card is not None
            assert card["x"] + card["width"] <= 390 - card["x"] + 1, "the card hangs over the edge"
            found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.get_by_role("button", name="Bắt đầu").click()
        press(page, "me", "1. Đúng, tôi đồng ý")
        press(page, "me", "1. Cô")
        sees(page, "me", "Xong rồi ạ.")
        typed(page, "me", "menu")
        sees(page, "me", "Cô Lành cần việc gì ạ?")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.reload()
        sees(page, "me", "Cô Lành cần việc gì ạ?")
        assert trouble == []
        assert running.stop() == 0
