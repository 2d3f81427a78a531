"""A school year by clock: what is promised of every morning holds on every day, whoever reports late, or not at all.

Here five weeks of a small school; the whole year of 400 pupils in 16 classes with RALOP_TESTS=long (`make simulate
ARGS=--clock` prints the same figures).
"""

from __future__ import annotations

import os

from tests.simulation.chances import SECOND
from tests.simulation.clock import ClockYear

IS_LONG = os.environ.get("RALOP_TESTS") == "long"


async def test_nothing_is_forgotten_and_nobody_disturbed_over_a_school_year(empty_url: str) -> None:
    """Every class that has not reported is chased and named, every promise looked at on its morning; no push in quiet
    hours, at most four counted ones a person a day, none after its use, none twice."""
    year = (
        ClockYear(empty_url, SECOND, 1)
        if IS_LONG
        else ClockYear(empty_url, SECOND, 1, pupils=60, weeks=5, classes=("6A", "7A"))
    )
    counts = await year.live()
    print("\n" + "\n".join(counts.lines()))
    assert counts.wrong == []
    assert min(counts.registers, counts.late, counts.never, counts.questions, counts.gaps) > 0
    assert min(counts.cases, counts.accepted, counts.visits, counts.promised) > 0
