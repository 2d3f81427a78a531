"""The page as an app on a phone: installed, opened without a signal, woken while it is closed, read aloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Playwright, expect
from sqlalchemy import select

from storage.chat import Outbox
from storage.people import Address
from storage.web_pushes import PushSubscription
from tests.web.push_service import Beside, Receiver, bytes_of
from tests.web.real import Real
from tests.web.test_browser import watched
from tests.web.test_signal import LOST, opened, says, sees, until

pytestmark = pytest.mark.browser

expect.set_options(timeout=20_000)
SECRET_WORDS = "Em Chi, lớp 6A, vắng 3 buổi liền vì ốm."
# A browser without a push service of its own: it subscribes at ours, with the keys of the test.
SUBSCRIBES = """(() => {
  const made = { endpoint: "%(endpoint)s", keys: %(keys)s };
  const unsubscribe = async () => { localStorage.removeItem("test-push"); return true; };
  const subscription = { ...made, toJSON: () => made, unsubscribe };
  PushManager.prototype.subscribe = async (options) => {
    localStorage.setItem("test-push", String.fromCharCode(...new Uint8Array(options.applicationServerKey)));
    return subscription;
  };
  PushManager.prototype.getSubscription = async () => localStorage.getItem("test-push") ? subscription : null;
})();"""
# A phone with a Vietnamese voice, which notes down what it is told to say.
SPEAKS = """(() => {
  window.spoken = [];
  class Utterance { constructor(text) { this.text = text; } }
  const voices = [{ lang: "en-US", name: "English" }, { lang: "vi_VN", name: "Tiếng Việt" }];
  const speech = Object.assign(new EventTarget(), {
    getVoices: () => voices,
    speak: (one) => {
      window.said = one;
      window.spoken.push({ text: one.text, lang: one.lang, voice: one.voice.name });
    },
    cancel: () => window.spoken.push("cancel"),
  });
  Object.defineProperty(window, "speechSynthesis", { value: speech });
  window.SpeechSynthesisUtterance = Utterance;
})();"""


@pytest.fixture
def phone(browser: Browser, driver: Playwright, service: Real) -> Iterator[BrowserContext]:
    """A cheap phone in the hands of the village head."""
    with browser.new_context(reduced_motion="reduce", **driver.devices["Galaxy S5"], locale="vi-VN") as context:
        service.sits_down(context, "Đinh Văn Rớt")
        yield context


def worker_of(page: Page, origin: str) -> tuple[CDPSession, str]:
    """A line to the browser's workers, and the registration of ours."""
    line, found = page.context.new_cdp_session(page), []
    line.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    line.send("ServiceWorker.enable")
    while not (ours := [one for one in found if one["scopeURL"] == f"{origin}/"]):
        page.wait_for_timeout(50)
    return line, ours[0]["registrationId"]


def arrives(service: Real, clock: str) -> None:
    """Something that nobody asked for goes to the browser that sat down last."""
    now = datetime.fromisoformat(f"2024-03-20T{clock}+07:00")
    with service.database.transaction() as session:
        address = session.scalars(select(Address).where(Address.channel == "web").order_by(Address.id.desc())).first()
        assert address is not None
        session.add(
            Outbox(
                channel="web", bot="web", address=address.address, person_id=address.person_id, kind="visits.asked",
                is_push=True, payload={"text": SECRET_WORDS}, due_at=now, queued_at=now,
            )
        )  # fmt: skip
    service.at(now.isoformat())


def test_a_closed_page_is_woken_and_the_phone_shows_no_name(phone: BrowserContext, service: Real) -> None:
    receiver = Receiver()
    with Beside() as pushes:
        endpoint = f"{pushes.service.origin}/p/1"
        phone.grant_permissions(["notifications"], origin=service.origin)
        phone.add_init_script(SUBSCRIBES % {"endpoint": endpoint, "keys": json.dumps(receiver.keys())})
        page = opened(phone, service)
        trouble = watched(page)
        page.locator(".add summary").click()
        page.get_by_role("button", name="Báo khi có tin mới").click()
        expect(page.get_by_text("Có tin mới, Ra Lớp báo trên máy này.")).to_be_visible()
        assert Axe().run(page).violations_count == 0
        used = page.evaluate("[...localStorage.getItem('test-push')].map((one) => one.charCodeAt(0))")
        page.close()

        arrives(service, "09:40")
        arrival = pushes.next()
        claims = arrival.claims(pushes.service.origin)
        assert bytes(used) == bytes_of(claims["key"]), "the browser was given another key than the one that sends"
        told = receiver.opened(arrival.body).decode()

        page = phone.new_page()
        page.goto(service.origin)
        line, registration = worker_of(page, service.origin)
        line.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": service.origin, "registrationId": registration, "data": told},
        )
        until(page, "(await (await navigator.serviceWorker.ready).getNotifications()).length")
        shown = page.evaluate(
            "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
            ".then((all) => all.map((one) => [one.title, one.body]))"
        )
        assert shown == [["Ra Lớp có tin mới", "1 tin chưa xem"]]
        sees(page, SECRET_WORDS)
        page.locator(".add summary").click()
        page.get_by_role("button", name="Thôi báo trên máy này").click()
        expect(page.get_by_text("Ra Lớp không báo trên máy này nữa.")).to_be_visible()
        expect(page.get_by_role("button", name="Báo khi có tin mới")).to_be_visible()
        assert page.evaluate("localStorage.getItem('test-push')") is None
        assert rows(service, endpoint) == [True]
        assert trouble == []


def rows(service: Real, endpoint: str) -> list[bool]:
    """Of each subscription of an endpoint, whether it is gone."""
    with service.database.transaction() as session:
        found = session.scalars(select(PushSubscription).where(PushSubscription.endpoint == endpoint)).all()
        return [one.gone_at is not None for one in found]


def test_a_browser_that_its_push_service_knows_no_more_is_forgotten(phone: BrowserContext, service: Real) -> None:
    receiver = Receiver()
    with Beside() as pushes:
        endpoint = f"{pushes.service.origin}/p/2"
        phone.grant_permissions(["notifications"], origin=service.origin)
        phone.add_init_script(SUBSCRIBES % {"endpoint": endpoint, "keys": json.dumps(receiver.keys())})
        page = opened(phone, service)
        page.locator(".add summary").click()
        page.get_by_role("button", name="Báo khi có tin mới").click()
        expect(page.get_by_text("Có tin mới, Ra Lớp báo trên máy này.")).to_be_visible()
        page.close()
        pushes.service.status = 410
        arrives(service, "09:50")
        pushes.next()
        minutes = iter(range(51, 60))
        while rows(service, endpoint) != [True]:
            service.at(f"2024-03-20T09:{next(minutes)}+07:00")


def test_the_app_can_be_installed(phone: BrowserContext, service: Real) -> None:
    page = phone.new_page()
    page.goto(service.origin)  # and left alone, until it has become an app by itself
    until(page, "(await caches.match('/')) && (await navigator.serviceWorker.ready)")
    line = phone.new_cdp_session(page)
    told = line.send("Page.getAppManifest")
    assert told["errors"] == []
    assert told["url"] == f"{service.origin}/manifest.webmanifest"
    manifest: dict[str, Any] = json.loads(told["data"])
    assert (manifest["name"], manifest["display"], manifest["lang"]) == ("Ra Lớp", "standalone", "vi")
    errors = [one["errorId"] for one in line.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert errors == ["in-incognito"], "a context of the tests is a private window; nothing else may stand in the way"


def test_without_a_signal_the_last_thirty_messages_are_there(phone: BrowserContext, service: Real) -> None:
    page = phone.new_page()
    page.goto(service.origin)
    for number in range(1, 21):
        says(page, f"hướng dẫn {number}" if number % 2 else "menu")
        expect(page.locator(".bubble.theirs")).to_have_count(number)
    page.close()
    page = opened(phone, service)
    trouble = watched(page)
    expect(page.locator(".bubble")).to_have_count(12)
    until(page, "((await (await caches.match('/')).text()).match(/<div class=.bubble/g) || []).length === 30")
    phone.set_offline(True)
    page.reload()
    expect(page.locator(".lost")).to_have_text(LOST)
    expect(page.locator(".bubble")).to_have_count(30)
    expect(page.locator(".log > .day").filter(has_text="thứ 4, 20/3")).to_have_count(1)
    expect(page.locator("#me-text")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.foot')).display") == "flex"
    says(page, "menu")
    expect(page.locator(".bubble.waits")).to_contain_text("⏳ chờ sóng")
    phone.set_offline(False)
    expect(page.locator(".lost")).to_have_text("")
    expect(page.locator(".pending")).to_have_count(0)
    assert trouble == []


def test_a_message_is_read_aloud_and_a_second_press_stops_it(phone: BrowserContext, service: Real) -> None:
    phone.add_init_script(SPEAKS)
    page = opened(phone, service)
    trouble = watched(page)
    says(page, "menu")
    sees(page, "Bác Rớt cần việc gì ạ?")
    last = page.locator(".bubble.theirs").last
    choices = last.locator(".choices button").all_inner_texts()
    assert choices[0].startswith("1. ")
    read = last.get_by_role("button", name="Đọc to")
    size = read.bounding_box()
    assert size is not None
    assert size["height"] >= 48
    read.click()
    stop = last.get_by_role("button", name="Dừng đọc")
    told = page.evaluate("window.spoken.filter((one) => one.text)")
    text = "\n".join(["Bác Rớt cần việc gì ạ?", *choices])
    assert told == [{"text": text, "lang": "vi-VN", "voice": "Tiếng Việt"}]
    stop.click()
    assert page.evaluate("window.spoken.slice(-1)") == ["cancel"]
    read.click()
    page.evaluate("window.said.onend()")
    expect(read).to_be_visible()
    assert len(page.evaluate("window.spoken.filter((one) => one.text)")) == 2
    expect(page.locator(".bubble.mine").get_by_role("button")).to_have_count(0)
    at_end = "one => one.scrollHeight - one.scrollTop - one.clientHeight < 4"
    assert page.get_by_role("log").evaluate(at_end), "the last choice has slipped below the edge"
    assert Axe().run(page).violations_count == 0
    assert trouble == []


def test_a_phone_without_a_vietnamese_voice_offers_no_reading(phone: BrowserContext, service: Real) -> None:
    phone.add_init_script(SPEAKS.replace("vi_VN", "fr-FR"))
    page = opened(phone, service)
    says(page, "menu")
    sees(page, "Bác Rớt cần việc gì ạ?")
    expect(page.locator(".aloud")).to_have_count(0)
