"""Storms: teachers report while the service is killed again and again (tests/wires/storm.py); nothing is lost.

On Telegram, on Zalo by webhook and on the web; `make storms` has sixty kills on each, and Zalo by polling. RALOP_KILLS
sets the number. The figures are printed (`pytest -s`).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.wires.nursery import Nursery
from tests.wires.storm import STORMS, storm, within


@pytest.mark.parametrize(("name", "kills"), [("telegram", 10), ("zalo-webhook", 4), ("web", 4)])
def test_kills_lose_no_confirmed_report_and_no_conversation(
    name: str, kills: int, template: Path, tmp_path: Path
) -> None:
    with Nursery() as nursery:
        figures = storm(STORMS[name], int(os.environ.get("RALOP_KILLS", kills)), nursery, tmp_path, template)
    print(f"\n{figures.line()}")
    assert within(figures, STORMS[name])
