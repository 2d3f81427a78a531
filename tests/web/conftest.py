"""The pages of a running service on a real port."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.web import rehearsal
from tests.web.real import Real, real
from tests.web.stage import House, open_house


@pytest.fixture
async def house(long_mon_url: str) -> AsyncIterator[House]:
    """The usual house: on this machine only, without Telegram."""
    async with open_house(long_mon_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """Ours rather than the plugin's, which keeps an event loop running till the end: no async test could follow."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(driver: Playwright) -> Iterator[Browser]:
    """One browser a module; its microphone is a pretended one."""
    pretended = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    found = driver.chromium.launch(
        executable_path=shutil.which("chromium"), args=[*rehearsal.CHROMIUM_ARGS, *pretended]
    )
    yield found
    found.close()


@pytest.fixture(scope="module")
def service(long_mon_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    """The real service, one a module."""
    folder = tmp_path_factory.mktemp("real")
    shutil.copy(long_mon_template, folder / "ralop.sqlite3")
    with real(f"sqlite:///{folder / 'ralop.sqlite3'}", folder) as running:
        yield running
