"""The bench of the service's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.stage import Bench


@pytest.fixture
def bench(long_mon_url: str) -> Iterator[Bench]:
    made = Bench(long_mon_url)
    yield made
    made.close()
