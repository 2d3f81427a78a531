"""The README's pictures, made by playing a morning on the demo: `make pictures`.

Beside each picture stand the words that it shows; a test plays the morning again and compares, so that a picture never
shows words which the product no longer says.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.web.thread import Item, folded
from tests.running import ROOT, WIDE_S
from tests.web import rehearsal
from tests.web.office import scenes

FOLDER = ROOT / "docs" / "pictures"
WORDS = FOLDER / "demo.txt"
OFFICE_WORDS = FOLDER / "office.txt"

# Who does what, at which hour: [a button], or words that are typed.
MORNING = (
    ("rot", "[1. Đi được]"),
    ("hoa", "[1. Đi được]"),
    ("clock", "2024-03-20T07:15"),
    ("hoa", "vắng 6A: Chi"),
    ("hoa", "[5. Chưa rõ]"),
    ("clock", "2024-03-20T07:20"),
    ("hoa", "[1. Gửi]"),
    ("clock", "2024-03-20T10:20"),
    ("rot", "thăm em Chi 6A: gặp mẹ, ốm, hẹn thứ 6"),
    ("rot", "[1. Gửi]"),
    ("clock", "2024-03-20T10:30"),
    ("thu", "[1. Xem]"),
    ("thu", "lịch họp"),
)


@dataclass
class Hands:
    """Does what a person would do on the page, by the same posts that the page makes without a script."""

    client: httpx.Client

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get("/demo/after").raise_for_status().json()
        return found

    def play(self, who: str, act: str) -> None:
        if who == "clock":
            self._post("/demo/clock", at=act)
        elif act.startswith("["):
            self._press(who, act.strip("[]"))
        else:
            self._post("/demo/say", phone=who, text=act)

    def _press(self, who: str, caption: str) -> None:
        shown = [item for phone in self.state()["phones"] if phone["phone"] == who for item in phone["items"]]
        for item in reversed(shown):
            for choice in item["choices"]:
                if choice["caption"] == caption:
                    self._post("/demo/press", phone=who, message=item["id"], press=choice["value"])
                    return
        raise LookupError(f"{who} sees no [{caption}], but: {[item['text'] for item in shown[-2:]]}")

    def _post(self, path: str, **fields: str) -> None:
        self.client.post(path, data=fields).raise_for_status()


@contextmanager
def hands(address: str) -> Iterator[Hands]:
    """Hands at a demo's page."""
    origin = address.rstrip("/")
    headers = {"Origin": origin, "Accept": "application/json"}
    with httpx.Client(base_url=origin, headers=headers, trust_env=False, timeout=WIDE_S) as client:
        yield Hands(client)


def performed(address: str) -> str:
    """Plays the morning, and returns every word that stands on the page then."""
    with hands(address) as busy:
        for who, act in MORNING:
            busy.play(who, act)
        return as_words(busy.state())


def as_words(found: dict[str, Any]) -> str:
    """The words of the three phones, of the clock and of the list, in one text."""
    lines = [f"{found['state']['now']} {found['state']['today']}"]
    for phone in found["phones"]:
        lines += ["", f"# {phone['phone']}"]
        for item in folded([Item(**one) for one in phone["items"]]):
            lines += [("> " if item.mine else "< ") + item.text.replace("\n", "\n  ")]
            lines += ["  " + " ".join(f"[{choice['caption']}]" for choice in item.choices)] * bool(item.choices)
    lines += ["", "# told"]
    lines += [f"{line['time']} {line['who']}: {line['text']}" for line in found["state"]["told"]]
    return "\n".join(lines) + "\n"


def photograph(address: str, folder: Path) -> None:
    """The page as it stands: on a desk's screen, and one phone of it on a phone's."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=rehearsal.CHROMIUM_ARGS)
        for name, size, anchor in (("demo", (1280, 800), ""), ("demo-phone", (390, 844), "#rot")):
            with browser.new_context(
                viewport={"width": size[0], "height": size[1]}, locale="vi-VN", reduced_motion="reduce"
            ) as context:
                page = context.new_page()
                page.goto(address + anchor)
                page.locator("body.scripted").wait_for()
                page.screenshot(path=folder / f"{name}.png")
        with browser.new_context(
            viewport={"width": 390, "height": 844}, locale="vi-VN", reduced_motion="reduce"
        ) as context:
            page = context.new_page()
            page.goto(f"{address}#hoa")
            page.locator("body.scripted").wait_for()
            context.set_offline(True)
            page.locator("#hoa-text").fill("vắng 6A: Chi ốm")
            page.keyboard.press("Enter")
            page.locator("#hoa .bubble.waits").wait_for()
            page.screenshot(path=folder / "no-signal.png")
        browser.close()


def main() -> int:
    """Makes the pictures anew."""
    if shutil.which("chromium") is None:
        print("pictures need a browser: apt-get install chromium", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = rehearsal.start(Path(folder))
        try:
            WORDS.write_text(performed(demo.address), "utf-8")
            photograph(demo.address, FOLDER)
        finally:
            demo.stop()
    OFFICE_WORDS.write_text(asyncio.run(scenes.performed()), "utf-8")
    scenes.photograph(FOLDER)
    print(f"made: {', '.join(sorted(path.name for path in FOLDER.iterdir()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
