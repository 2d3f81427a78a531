"""What a tick costs follows what is due, not how many pupils, people and meetings there are: counted in statements."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from storage.database import Database
from storage.people import Role
from storage.places import Place, PlaceKind
from tests import large
from tests.large import at
from tests.service.stage import Bench
from tests.world import World

SMALL = {"pupils": 40, "people": 12, "classes": 8, "meetings": 2, "cases": 4, "villages": 3}
LARGE = {"pupils": 800, "people": 60, "classes": 80, "meetings": 12, "cases": 40, "villages": 12}
NOTHING = 60  # statements of a tick that says nothing
A_LIST, A_QUESTION = 40, 20  # of one morning list, of one class question
QUIET = (at(6, 25), at(7, 20), at(10, 0, 20), at(14), at(20))


class Counted(Bench):
    """A bench that counts the statements of a tick."""

    async def tick(self, moment: datetime) -> tuple[int, int]:
        """(statements, messages queued)."""
        counted = 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        self.clock.move_to(moment)
        event.listen(self.database.engine, "before_cursor_execute", count)
        said = await self.database.run(self.service.schedule.tick)
        event.remove(self.database.engine, "before_cursor_execute", count)
        return counted, said


@pytest.fixture(scope="module")
def communes(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("communes")
    for name, sizes in (("small", SMALL), ("large", LARGE)):
        shutil.copy(template, folder / name)
        database = Database(f"sqlite:///{folder / name}")
        with database.transaction() as session:
            large.build(session, **sizes)
        database.close()
    return {name: folder / name for name in ("small", "large")}


@pytest.fixture
def counted(communes: dict[str, Path], tmp_path: Path) -> Iterator[dict[str, Counted]]:
    made = {}
    for name, path in communes.items():
        shutil.copy(path, tmp_path / name)
        made[name] = Counted(f"sqlite:///{tmp_path / name}", at(6, 20))
    yield made
    for bench in made.values():
        bench.close()


async def test_a_tick_with_nothing_due_costs_the_same_in_a_commune_twenty_times_as_large(
    counted: dict[str, Counted],
) -> None:
    costs: dict[str, list[int]] = {}
    for name, bench in counted.items():
        costs[name] = []
        for moment in QUIET:
            await bench.tick(moment)  # whatever the hours before have left to say
            statements, said = await bench.tick(moment.replace(second=moment.second + 15))
            assert said == 0
            costs[name].append(statements)
    assert max(costs["large"]) <= NOTHING
    assert all(large <= small + 5 for small, large in zip(costs["small"], costs["large"], strict=True)), costs


async def test_somebody_who_joins_or_gets_a_role_makes_no_later_tick_of_the_day_dearer(
    counted: dict[str, Counted],
) -> None:
    bench = counted["large"]
    await bench.tick(at(9, 30))
    with bench.database.transaction() as session:
        village = session.scalars(select(Place.id).where(Place.kind == PlaceKind.VILLAGE)).first()
        world = World(session, at(9, 40))
        world.person("Đinh Văn Mới", Role.VILLAGE_HEAD, form="bác", place_id=village, address="máy mới")
    _, said = await bench.tick(at(9, 40, 5))
    assert said > 0
    for moment in (at(9, 40, 20), at(11), at(11, 0, 15), at(20)):
        await bench.tick(moment)
        statements, said = await bench.tick(moment + timedelta(seconds=15))
        assert (said, statements <= NOTHING) == (0, True), statements


async def test_what_is_due_costs_by_its_number_and_is_not_looked_for_again(counted: dict[str, Counted]) -> None:
    bench = counted["large"]
    await bench.tick(at(6, 25))
    statements, lists = await bench.tick(at(6, 30))
    assert lists > 40
    assert statements <= NOTHING + A_LIST * lists
    statements, said = await bench.tick(at(6, 30, 15))
    assert (said, statements <= NOTHING) == (0, True)
    statements, asked = await bench.tick(at(7, 15))
    assert asked == LARGE["classes"]
    assert statements <= NOTHING + A_QUESTION * asked
