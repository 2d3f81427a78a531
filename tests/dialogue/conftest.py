"""A commune in which everything can happen: meetings, cases, newcomers, many pupils."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from storage.database import Database
from storage.people import Role
from tests.world import WORLDS, World

CANARIES = ("Đinh Thị Zuynh", "Phạm Văn Wrếch", "Fjoong Thị Kwắm")  # nobody is called so, and nobody types it


@pytest.fixture(scope="session")
def lively_template(long_mon_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lively") / "lively.sqlite3"
    shutil.copy(long_mon_template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        world = World(session)
        for name in ("admin_and_school", "many_dinh_thi", "two_tasks", "needs"):
            WORLDS[name](world)
        world.work.now = world.at
        for number, name in enumerate(CANARIES):
            world.pupil(name, of="7A", village="Làng Trê", mother=f"Đinh Thị Zuynh{number}", code=f"ZUYNH{number}")
        world.person("Hồ Văn Tú", Role.POLICE, form="anh", place_id=world.commune().id)
        world.person("Đinh Thị Nương", Role.PARENTS, form="chị", place_id=world.village("Cà Xen").id)
        world.done()
    database.close()
    return path


@pytest.fixture
def lively_url(lively_template: Path, tmp_path: Path) -> str:
    shutil.copy(lively_template, tmp_path / "ralop.sqlite3")
    return f"sqlite:///{tmp_path / 'ralop.sqlite3'}"


@pytest.fixture
def lively(lively_url: str) -> Iterator[Session]:
    """One open transaction in that commune."""
    database = Database(lively_url)
    with database.transaction() as session:
        yield session
    database.close()
