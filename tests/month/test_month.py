"""The month in small: three days of five classes, with enough messages and with far too few."""

from __future__ import annotations

from datetime import date

import pytest

from bot.rules.budget import Stage
from tests.month.__main__ import lived
from tests.month.month import Seen
from tests.simulation.chances import SECOND

FIRST, LAST = date(2024, 3, 20), date(2024, 3, 22)
CONVENED = ((2, ("Cà Xen",)),)
REMINDERS = {"meetings", "class questions"}


def three_days(url: str, limit: int) -> Seen:
    return lived(
        url, SECOND, 1, first=FIRST, last=LAST, warm_up=0, limit=limit, pupils=100, classes=5, convened=CONVENED
    )


@pytest.mark.parametrize(("limit", "stage"), [(10_000, Stage.PLENTY), (60, Stage.SPENT)])
def test_every_reminder_comes_however_few_messages_are_left(empty_url: str, limit: int, stage: Stage) -> None:
    seen = three_days(empty_url, limit)
    assert seen.missing == []
    assert set(seen.due) >= REMINDERS
    assert seen.delivered == seen.due
    assert seen.stages[-1][1] is stage
    assert bool(seen.kept_back) is (stage is Stage.SPENT)
    assert seen.out["reports.digest"] + seen.merged["reports.digest"] == (5 if stage is Stage.SPENT else 5 * 3)
