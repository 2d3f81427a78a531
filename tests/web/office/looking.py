"""Looking at a page of the office as an office does: on a phone and on a desk, with a list of what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.real import Real

PHONE, DESK = (360, 740), (1280, 800)
A_PAGE_BYTES = 30_000  # compressed (issue 4)
PICTURES = os.environ.get("RALOP_PICTURES", "")  # a folder: every page that is looked at leaves a picture there


def at_desk(
    browser: Browser, service: Real, name: str, size: tuple[int, int], *, scripted: bool = False
) -> BrowserContext:
    """A browser that somebody has joined with; the pages must do without JavaScript."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="vi-VN", java_script_enabled=scripted
    )
    service.sits_down(context, name)
    return context


def complaints(page: Page) -> list[str]:
    """What is wrong with the page as it stands: axe's findings, a scroll to the side, targets too small to hit."""
    found = [f"axe: {one['id']} {one['nodes'][0]['html']}" for one in Axe().run(page).response["violations"]]
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if width > 0:
        found.append(f"{width} px stand out to the side")
    small = page.evaluate(
        """[...document.querySelectorAll('a, button, input, select, summary')].filter(one => {
            const box = one.getBoundingClientRect();
            return box.height > 0 && box.height < 44 && !one.closest('label') && !one.matches('.skip');
        }).map(one => one.outerHTML.slice(0, 80))"""
    )
    return found + [f"small: {one}" for one in small]


def looked_at(page: Page, service: Real, path: str, name: str) -> list[str]:
    """Opens a page, takes its picture where pictures are asked for, and returns the complaints.

    axe needs JavaScript: the context must allow it.
    """
    page.goto(service.origin + path)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    return complaints(page)
