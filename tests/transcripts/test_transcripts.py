"""Every transcript passes on every profile it belongs to, restarted between any two lines, each message sent twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage.database import Database
from tests.play import PROFILES, Stage, perform, read
from tests.world import WORLDS, World

FOLDER = Path(__file__).parent
PLAYS = sorted(FOLDER.glob("*.txt"))
# PostgreSQL performs every eighth, a database of its own for each: all of them with RALOP_TESTS=long.
ON_POSTGRESQL = PLAYS if os.environ.get("RALOP_TESTS") == "long" else PLAYS[::8]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", PLAYS, ids=lambda path: path.stem)
async def test_the_conversation_goes_as_written(path: Path, profile: str, long_mon_url: str) -> None:
    await _perform(path, profile, long_mon_url)


@pytest.mark.postgres
@pytest.mark.parametrize("path", ON_POSTGRESQL, ids=lambda path: path.stem)
async def test_the_conversation_goes_as_written_on_postgresql(path: Path, postgres_url: str) -> None:
    await _perform(path, read(path).only or "buttons", postgres_url)


async def _perform(path: Path, profile: str, url: str) -> None:
    play = read(path)
    if play.only and play.only != profile:
        return
    if play.world != "long_mon":
        database = Database(url)
        with database.transaction() as session:
            world = World(session)
            WORLDS[play.world](world)
            world.done()
        database.close()
    stage = Stage(url, profile, play.channels)
    try:
        wrong = await perform(play, stage)
    finally:
        stage.close()
    assert not wrong, "\n\n".join(wrong)
