"""A phone that loses its signal, before the real service: nothing lost, nothing twice, each for its own time."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from sqlalchemy import select

from bot.clock import VIETNAM
from storage.chat import Inbox
from storage.files import KeptFile
from storage.visits import Visit
from tests.web.real import Real
from tests.web.test_browser import watched

pytestmark = pytest.mark.browser

expect.set_options(timeout=20_000)
AT_ONCE = "import(document.querySelector('main').dataset.words).then((one) => import(one.default.more))"
LOST = "Mất sóng. Có sóng tin tự gửi, không cần gửi lại."


@pytest.fixture
def phone(browser: Browser, driver: Playwright, service: Real) -> Iterator[BrowserContext]:
    """A cheap phone of ten years ago, in the hands of the village head."""
    with browser.new_context(reduced_motion="reduce", **driver.devices["Galaxy S5"], locale="vi-VN") as context:
        service.line.mend()
        service.sits_down(context, "Đinh Văn Rớt")
        yield context


def wall(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=VIETNAM)


def opened(context: BrowserContext, service: Real) -> Page:
    """The page, once its worker has taken it in; what a phone begins after some seconds is begun at once."""
    page = context.new_page()
    page.goto(service.origin)
    page.evaluate(AT_ONCE)
    until(page, "(await caches.match('/')) && (await navigator.serviceWorker.ready)")
    return page


def until(page: Page, promised: str) -> None:
    """Waits for something that a script has to wait for too."""
    page.evaluate(f"async () => {{ while (!({promised})) await new Promise((again) => setTimeout(again, 50)); }}")


def cut(service: Real, page: Page) -> None:
    """The signal is gone, and the page knows."""
    service.line.cut()
    expect(page.locator(".lost")).to_have_text(LOST)


def says(page: Page, text: str) -> None:
    page.locator("#me-text").fill(text)
    page.keyboard.press("Enter")


def sees(page: Page, text: str) -> None:
    expect(page.get_by_role("log").get_by_text(text).last).to_be_visible()


def presses(page: Page, caption: str) -> None:
    page.get_by_role("button", name=caption).last.click()


def test_three_reports_without_a_signal_each_count_once_for_their_own_time(
    phone: BrowserContext, service: Real
) -> None:
    service.at("2024-03-20T17:00+07:00")
    phone.clock.set_fixed_time(wall("2024-03-20", "17:00"))
    page = opened(phone, service)
    trouble = watched(page)
    cut(service, page)
    for clock, text in (
        ("17:05", "thăm em Chi 6A: gặp mẹ, ốm"),
        ("17:20", "thăm em Rin 6A: gặp mẹ, ốm"),
        ("17:40", "thăm em Vân 6A: gặp mẹ, ốm"),
    ):
        phone.clock.set_fixed_time(wall("2024-03-20", clock))
        says(page, text)
    expect(page.locator(".bubble.waits")).to_have_count(3)
    expect(page.locator(".bubble.waits").last).to_contain_text("⏳ chờ sóng")
    expect(page.locator(".lost")).to_have_text(LOST)
    assert Axe().run(page).violations_count == 0
    page.close()

    page = phone.new_page()  # opened again, still without a signal
    trouble += watched(page)
    page.goto(service.origin)
    expect(page.locator(".bubble.waits")).to_have_count(3)
    service.at("2024-03-20T18:40+07:00")
    phone.clock.set_fixed_time(wall("2024-03-20", "18:40"))
    service.line.mend()
    sees(page, "Tin bác gửi lúc 17:40 đã đến.")
    expect(page.locator(".pending")).to_have_count(0)
    expect(page.locator(".lost")).to_have_text("")
    for clock in ("17:05", "17:20", "17:40"):
        expect(page.get_by_role("log").get_by_text(f"Tin bác gửi lúc {clock} đã đến.")).to_have_count(1)
    expect(page.locator(".bubble.mine").filter(has_text="17:20")).to_have_count(1)
    presses(page, "1. Gửi")
    for name in ("Rin", "Chi"):
        presses(page, f"Ghi tiếp việc thăm nhà em {name}")
        expect(page.get_by_role("button", name=f"Ghi tiếp việc thăm nhà em {name}")).to_have_count(0)
        presses(page, "1. Gửi")
    expect(page.get_by_role("log").get_by_text("Cảm ơn bác đã đến tận nhà.")).to_have_count(3)
    page.goto(f"{service.origin}/?cu")
    expect(page.locator(".bubble.mine").filter(has_text="thăm em")).to_have_count(3)
    with service.database.transaction() as session:
        visits = session.scalars(select(Visit).where(Visit.is_current).order_by(Visit.visited_at)).all()
        assert [f"{one.visited_at.astimezone(VIETNAM):%H:%M}" for one in visits] == ["17:05", "17:20", "17:40"]
        texts = [row.raw["text"] for row in session.scalars(select(Inbox)) if row.raw and row.kind == "text"]
        assert sum(text.startswith("thăm em") for text in texts) == 3
    assert trouble == []
    page.close()


def picture(width: int, height: int) -> bytes:
    """A PNG with a note in it of where it was taken."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = b"".join(b"\0" + bytes((x * y >> 6) & 255 for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"tEXt", b"Location\0Ca Xen 14.98"), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, content) for name, content in parts)


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, from its frame's head."""
    at = 2
    while jpeg[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    height, width = struct.unpack(">HH", jpeg[at + 5 : at + 9])
    return width, height


def size_of_png(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_photo_without_a_signal_waits_over_the_end_of_the_page_and_goes_small(
    phone: BrowserContext, service: Real, tmp_path: Path
) -> None:
    (tmp_path / "nha.png").write_bytes(picture(2000, 1000))
    service.at("2024-03-20T18:50+07:00")
    page = opened(phone, service)
    says(page, "thăm em An 6A: gặp mẹ, hẹn thứ 6")
    sees(page, "Bác xem lại giúp ạ")
    page.locator(".add summary").click()
    expect(page.get_by_role("button", name="Ghi tin thoại")).to_be_visible()
    cut(service, page)
    page.locator("#me-file").set_input_files(tmp_path / "nha.png")
    expect(page.locator(".bubble.waits img")).to_be_visible()
    page.close()

    page = phone.new_page()
    page.goto(service.origin)
    expect(page.locator(".bubble.waits img[src^='blob:']")).to_be_visible()
    service.line.mend()
    sees(page, "Đã nhận.")
    expect(page.locator(".pending")).to_have_count(0)
    page.reload()
    shown = page.locator(".bubble.mine img")
    expect(shown).to_have_count(1)
    assert shown.evaluate("one => one.decode().then(() => [one.naturalWidth, one.naturalHeight])") == [1280, 640]
    with service.database.transaction() as session:
        kept = session.scalars(select(KeptFile).where(KeptFile.kind == "photo")).one()
        assert kept.media_type == "image/jpeg"
        assert size_of(kept.content or b"") == (1280, 640)
        assert b"Ca Xen" not in (kept.content or b"")
    page.close()


def test_a_voice_note_is_recorded_and_can_be_heard(phone: BrowserContext, service: Real) -> None:
    page = opened(phone, service)
    says(page, "thăm nhà")
    sees(page, "em nào")
    page.locator(".add summary").click()
    page.get_by_role("button", name="Ghi tin thoại").click()
    page.get_by_role("button", name="Gửi tin thoại 0:02").click()
    expect(page.locator(".bubble.mine audio").last).to_be_visible()
    expect(page.locator(".pending")).to_have_count(0)
    with service.database.transaction() as session:
        kept = session.scalars(select(KeptFile).where(KeptFile.kind == "voice")).one()
        assert kept.media_type in ("audio/webm", "audio/ogg", "audio/mp4")
        row = session.scalars(select(Inbox).where(Inbox.kind == "voice")).one()
        assert row.raw is not None
        assert row.raw["attachment"]["seconds"] in (2, 3)
    page.close()


def test_without_a_script_words_presses_and_photos_go_too(browser: Browser, service: Real, tmp_path: Path) -> None:
    (tmp_path / "nha.png").write_bytes(picture(40, 30))
    with browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640}) as context:
        service.sits_down(context, "Đinh Văn Rớt")
        page = context.new_page()
        page.goto(service.origin)
        with page.expect_navigation(wait_until="load"):
            says(page, "thăm em Gái 6A: gặp mẹ, hẹn thứ 6")
        sees(page, "Thăm nhà em Đinh Thị Gái")
        page.locator(".add summary").click()
        page.locator("#me-file").set_input_files(tmp_path / "nha.png")
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("button", name="Gửi tệp").click()
        sees(page, "Đã nhận.")
        expect(page.locator(".bubble.mine img")).to_have_count(1)
        with page.expect_navigation(wait_until="load"):
            presses(page, "1. Gửi")
        sees(page, "Cảm ơn bác đã đến tận nhà.")
    with service.database.transaction() as session:
        kept = session.scalars(select(KeptFile).where(KeptFile.media_type == "image/png")).one()
        assert size_of_png(kept.content or b"") == (40, 30)
        assert b"Ca Xen" not in (kept.content or b"")


def test_the_page_opens_without_a_signal_and_no_old_shell_outlives_a_deploy(
    phone: BrowserContext, service: Real
) -> None:
    page = opened(phone, service)
    says(page, "menu")
    sees(page, "Bác Rớt cần việc gì ạ?")
    until(page, "(await (await caches.match('/')).text()).includes('cần việc gì')")
    cut(service, page)
    page.reload()
    sees(page, "Bác Rớt cần việc gì ạ?")
    expect(page.locator(".lost")).to_have_text(LOST)
    service.line.mend()
    page.evaluate("caches.open('ralop-1').then((one) => one.put('/', new Response('an old shell')))")
    page.reload()
    sees(page, "Bác Rớt cần việc gì ạ?")
    page.close()


def test_what_waited_three_days_counts_once_for_its_own_day(phone: BrowserContext, service: Real) -> None:
    service.at("2024-03-21T17:00+07:00")
    phone.clock.set_fixed_time(wall("2024-03-21", "17:00"))
    page = opened(phone, service)
    cut(service, page)
    says(page, "thăm em Trà 6A: gặp mẹ, ốm")
    expect(page.locator(".bubble.waits")).to_have_count(1)
    page.close()
    service.at("2024-03-24T08:00+07:00")
    phone.clock.set_fixed_time(wall("2024-03-24", "08:00"))
    service.line.mend()
    page = phone.new_page()
    page.goto(service.origin)
    sees(page, "Tin bác gửi lúc 17:00, thứ 5, 21/3, đã đến.")
    presses(page, "1. Gửi")
    sees(page, "Cảm ơn bác đã đến tận nhà.")
    with service.database.transaction() as session:
        latest = session.scalars(select(Visit).order_by(Visit.visited_at.desc())).first()
        assert latest is not None
        assert abs(latest.visited_at.astimezone(UTC) - wall("2024-03-21", "17:00")).total_seconds() < 120
    page.close()
