"""Fixtures of the rules' tests."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def commune(commune_of_the_transcripts: World) -> World:
    """The commune of the transcripts, within one open transaction."""
    return commune_of_the_transcripts
