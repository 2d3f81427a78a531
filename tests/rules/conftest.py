"""Fixtures of the rules' tests."""

from __future__ import annotations

import pytest

from tests.world import World, long_mon


@pytest.fixture
def commune(world: World) -> World:
    """The commune of the transcripts, within one open transaction."""
    return long_mon(world.session)
