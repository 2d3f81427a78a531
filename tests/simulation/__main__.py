"""`make simulate`: draws school years from both generators and prints what the rules find, beside the goals."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time

from bot import logs, settings
from bot.rules.thresholds import DEFAULTS
from storage.database import migrate, open_database
from tests.simulation import chances
from tests.simulation.clock import ClockYear
from tests.simulation.figures import lines, measure


def by_clock(seed: int) -> list[str]:
    """One year of the second generator lived through by the real service; its figures, and what was not as promised."""
    logs.configure(settings.load(_env_file=None), quiet=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/year.sqlite3"
        database = open_database(url, create=True)
        migrate(database)
        database.close()
        counts = asyncio.run(ClockYear(url, chances.SECOND, seed).live())
    return [*counts.lines(), *counts.wrong]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--years", type=int, default=10, help="how many years of each generator")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a number of the rules")
    parser.add_argument("--clock", action="store_true", help="live one year through with the real service instead")
    given = parser.parse_args()
    changes = {key: int(value) for key, _, value in (one.partition("=") for one in given.set)}
    begun, unmet = time.monotonic(), []
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    if given.clock:
        print("\n".join(by_clock(given.seed)))
        print(f"{time.monotonic() - begun:.0f} s")
        return
    for one in (chances.FIRST, chances.SECOND):
        figures = measure(one, range(given.seed, given.seed + given.years), {**DEFAULTS, **changes})
        print("\n".join(lines(figures, f"{one.name} generator")))
        unmet += figures.unmet()
    print(f"{time.monotonic() - begun:.0f} s")
    sys.exit(1 if unmet else 0)


if __name__ == "__main__":
    main()
