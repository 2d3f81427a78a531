"""How long a slow phone on a poor line waits for the first text: `python -m tests.web.first_text`.

Chromium is slowed down to 50 kbit/s, 600 ms and a sixth of its speed; the figure is the middle of five fresh visits.
A figure to be read, not a promise that a busy machine could break (libraries §2.3).
"""

from __future__ import annotations

import shutil
import statistics
import sys
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.web import rehearsal
from tests.web.real import Real, real
from tests.web.usual import SAID, WHO, commune

KBIT_S, LATENCY_MS, SLOWER, VISITS = 50, 600, 6, 5
PAINTED = """() => new Promise((done) => {
  const seen = () => performance.getEntriesByName('first-contentful-paint')[0];
  const look = () => seen() ? done(seen().startTime) : setTimeout(look, 50);
  look();
})"""


def visit(browser: Browser, service: Real, device: dict[str, Any], token: str) -> tuple[float, float, int]:
    """Milliseconds to the first text, and to a page that can send; bytes received until then, heads included."""
    with browser.new_context(**device, locale="vi-VN") as context:
        service.comes_back(context, token)
        page = context.new_page()
        line = context.new_cdp_session(page)
        received = [0]
        line.on(
            "Network.loadingFinished", lambda event: received.__setitem__(0, received[0] + event["encodedDataLength"])
        )
        line.send("Network.enable")
        speed = KBIT_S * 1000 / 8
        line.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": LATENCY_MS, "downloadThroughput": speed, "uploadThroughput": speed},
        )
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(service.origin, wait_until="commit")
        first = float(page.evaluate(PAINTED))
        page.wait_for_function("() => document.body.classList.contains('scripted')")
        ready = float(page.evaluate("performance.now()"))
        return first, ready, int(received[0])


def main() -> int:
    """Prints the figures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("this needs a browser: apt-get install chromium", file=sys.stderr)
        return 1
    with commune() as (url, folder), real(url, folder) as service, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=rehearsal.CHROMIUM_ARGS)
        with browser.new_context() as context:
            token = service.sits_down(context, WHO)
            page = context.new_page()
            page.goto(service.origin)
            for number, text in enumerate(SAID, start=1):
                page.locator("#me-text").fill(text)
                page.keyboard.press("Enter")
                page.locator(".bubble.theirs").nth(number - 1).wait_for()
        found = [visit(browser, service, driver.devices["Galaxy S5"], token) for _ in range(VISITS)]
        browser.close()
    first, ready, size = (statistics.median(column) for column in zip(*found, strict=True))
    print(f"{KBIT_S} kbit/s, {LATENCY_MS} ms, {SLOWER} times slower, {VISITS} fresh visits with a usual thread:")
    print(f"first text {first / 1000:.2f} s, ready to send {ready / 1000:.2f} s, {size} bytes with heads (median)")
    print("first texts: " + " ".join(f"{one[0] / 1000:.2f}" for one in found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
