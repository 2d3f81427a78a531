"""The pages of a running service on a real port."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.web.stage import House, open_house


@pytest.fixture
async def house(long_mon_url: str) -> AsyncIterator[House]:
    """The usual house: on this machine only, without Telegram."""
    async with open_house(long_mon_url) as opened:
        yield opened
