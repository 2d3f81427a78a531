"""How long each page of the office takes for 10,000 pupils: `python -m tests.web.office.speed`."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import event

from storage.database import Database, migrate, open_database
from tests.web.office import crowded
from tests.web.office.visits import paths
from tests.web.stage import House, open_house
from tests.web.weight import served

TIMES = 5


async def measured(house: House) -> list[tuple[str, float, float, float, int, int, float]]:
    """Of each page: milliseconds at first, then at the median, of them the processor's; bytes, statements, the longest
    transaction. The processor's milliseconds tell the same on a busy machine."""
    browser = await house.sits_down("Phạm Thị An 0")
    statements: list[str] = []
    engine = house.service.database.engine
    event.listen(engine, "after_cursor_execute", lambda *found: statements.append(found[2]))
    begun, longest = [0.0], [0.0]
    event.listen(engine, "begin", lambda _: begun.__setitem__(0, time.perf_counter()))
    event.listen(engine, "commit", lambda _: longest.__setitem__(0, max(longest[0], time.perf_counter() - begun[0])))
    found = []
    for path in paths():
        took, worked, longest[0] = [], [], 0.0
        for _ in range(TIMES + 1):
            statements.clear()
            start, busy = time.perf_counter(), time.process_time()
            answer = await browser.get(path)
            took.append(1000 * (time.perf_counter() - start))
            worked.append(1000 * (time.process_time() - busy))
        if answer.status_code != 200:
            continue  # a page of something that is not there yet
        n = len(statements)
        _, size = await served(browser.client, path)
        found.append((path, took[0], statistics.median(took[1:]), min(worked[1:]), size, n, 1000 * longest[0]))
    return found


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ralop.sqlite3'}"
        database: Database = open_database(url, create=True)
        migrate(database)
        database.close()
        start = time.perf_counter()
        crowded.build(url)
        print(f"built in {time.perf_counter() - start:.1f} s")
        async with open_house(url, at=crowded.LOOKED_AT) as house:
            print("first ms   ms  cpu   bytes  SQL  longest transaction ms")
            for path, first, usual, cpu, size, n, longest in await measured(house):
                print(f"{first:8.0f} {usual:4.0f} {cpu:4.0f} {size:7} {n:4} {longest:6.0f}  {path}")


if __name__ == "__main__":
    asyncio.run(main())
