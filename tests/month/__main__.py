"""`make month`: a month of a commune that lives on one Zalo bot, every message counted, and one of twice the absences.

Exits 1 when the normal month is not under the limit, or a reminder did not come.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time as stopwatch
from dataclasses import replace
from datetime import date, time

from bot import logs, settings
from storage.database import Database, migrate, open_database
from tests.month.commune import CHANNEL, settle
from tests.month.life import Life, at
from tests.month.month import MEETINGS, Convened, Seen, live
from tests.play import SURROUNDINGS
from tests.simulation.chances import SECOND, Chances
from tests.simulation.year import school_days
from tests.world import World

LIMIT = 3000
FIRST, LAST = date(2024, 3, 1), date(2024, 3, 31)
WARM_UP = 9  # school days since the Tết holidays


def twice(chances: Chances) -> Chances:
    """The same commune in a month in which absences begin twice as often."""
    habits = {
        name: replace(getattr(chances, name), starts=2 * getattr(chances, name).starts)
        for name in ("regular", "on_and_off", "leaving")
    }
    return replace(chances, name=f"{chances.name}, twice the absences", **habits)


def lived(
    url: str, chances: Chances, seed: int, *, first: date = FIRST, last: date = LAST, warm_up: int = WARM_UP,
    limit: int = LIMIT, pupils: int = 312, classes: int = 14,
    convened: Convened = MEETINGS,
) -> Seen:  # fmt: skip
    """One month on an empty database with all tables."""
    days = school_days()
    start = days[next(n for n, on in enumerate(days) if on >= first) - warm_up]
    begins = at(start, time(5))
    database = Database(url)
    with database.transaction() as session:
        town = settle(World(session, begins), chances, seed, start, pupils=pupils, classes=classes)
    database.close()
    life = Life(url, town, begins, seed, replace(SURROUNDINGS, limits={(CHANNEL, CHANNEL): limit}))
    try:
        return asyncio.run(live(life, first, last, warm_up=warm_up, convened=convened))
    finally:
        life.database.close()


def lines(seen: Seen, limit: int) -> list[str]:
    """The month in words."""
    verdict = "under" if seen.total < limit else "NOT under"
    due, delivered = sum(seen.due.values()), sum(seen.delivered.values())
    return [
        f"{seen.total} messages, {seen.outbound} sent and {seen.inbound} received, in {seen.days} school days: "
        f"{verdict} {limit}; outbound only: {seen.outbound}",
        "  by subject (sent, received): "
        + ", ".join(f"{group} {out} + {came}" for group, (out, came) in seen.by_group.items()),
        "  sent: " + _listed(seen.out),
        "  received: " + _listed(seen.received),
        "  by people: " + ", ".join(f"{post} {way} {n}" for (post, way), n in sorted(seen.by_post.items())),
        f"  reminders due {due}, delivered {delivered}: "
        + ", ".join(f"{kind} {seen.delivered[kind]}/{n}" for kind, n in seen.due.items()),
        "  the budget: " + ", ".join(f"{stage} from {on}" for on, stage in seen.stages),
        "  merged into another message: " + (_listed(seen.merged) or "nothing"),
        "  kept back: " + (_listed(seen.kept_back) or "nothing"),
        *(f"  missing: {one}" for one in seen.missing[:20]),
    ]


def _listed(found: dict[str, int]) -> str:
    return ", ".join(f"{name or '(nobody)'} {n}" for name, n in sorted(found.items(), key=lambda one: -one[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=LIMIT)
    parser.add_argument("--only", choices=("normal", "twice"), help="one of the two months")
    given = parser.parse_args()
    logs.configure(settings.load(_env_file=None, log_level="WARNING"), quiet=True)
    wrong = False
    both = {"normal": ("A month of March", SECOND), "twice": ("The same with twice the absences", twice(SECOND))}
    for which, (name, chances) in both.items():
        if given.only not in (None, which):
            continue
        begun = stopwatch.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/month.sqlite3"
            database = open_database(url, create=True)
            migrate(database)
            database.close()
            seen = lived(url, chances, given.seed, limit=given.limit)
        print(f"{name}: " + "\n".join(lines(seen, given.limit)))
        print(f"  {stopwatch.monotonic() - begun:.0f} s", flush=True)
        if which == "normal":
            wrong = seen.total >= given.limit or bool(seen.missing)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
