"""The pages of a running service on a real port, and a browser for those who look at them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from tests.web.stage import House, open_house


@pytest.fixture
async def open_at(long_mon_url: str) -> AsyncIterator[Callable[..., asyncio.Future[House]]]:
    """Opens a house with chosen settings; it is closed at the end."""
    async with AsyncExitStack() as stack:

        async def opened(**more: object) -> House:
            return await stack.enter_async_context(open_house(long_mon_url, **more))  # type: ignore[arg-type]

        yield opened  # type: ignore[misc]


@pytest.fixture
async def house(long_mon_url: str) -> AsyncIterator[House]:
    """The usual house: on this machine, with a teacher at her web page."""
    async with open_house(long_mon_url) as opened:
        yield opened
