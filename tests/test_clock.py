"""Clocks: one that a file moves, and one that follows it without jumping over anything."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import VIETNAM, FileClock, FollowingClock, HandClock

SEVEN = datetime(2024, 3, 20, 7, 0, tzinfo=VIETNAM)


def test_an_instant_in_the_file_runs_on_from_the_moment_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text("2024-03-20T07:00:00+07:00\n", "utf-8")
    os.utime(path, (path.stat().st_mtime - 90, path.stat().st_mtime - 90))
    first = FileClock(path).now()
    assert SEVEN + timedelta(seconds=90) <= first < SEVEN + timedelta(seconds=150)
    assert FileClock(path).now() >= first


def test_an_instant_without_a_zone_is_the_communes_own_time(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text("2024-03-20 07:00", "utf-8")
    assert SEVEN <= FileClock(path).now() < SEVEN + timedelta(minutes=1)
    assert FileClock(path).today().isoformat() == "2024-03-20"


@pytest.mark.parametrize("text", ["+3600", "-3600", "+0.5"])
def test_an_offset_in_the_file_is_added_to_the_machines_clock(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clock"
    path.write_text("+0", "utf-8")
    plain = FileClock(path).now()
    path.write_text(text, "utf-8")
    moved = FileClock(path).now() - plain - timedelta(seconds=float(text))
    assert timedelta(0) <= moved < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "yesterday", "+", "+1h", "2024-13-01"])
def test_a_file_that_holds_no_time_is_a_value_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clock"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError):
        FileClock(path).now()


def test_the_following_clock_runs_with_small_steps_and_stands_before_a_jump() -> None:
    leader = HandClock(SEVEN)
    clock = FollowingClock(leader)
    leader.move_to(SEVEN + timedelta(seconds=3))
    assert clock.now() == SEVEN + timedelta(seconds=3)
    leader.move_to(SEVEN + timedelta(hours=1))
    assert clock.now() == SEVEN + timedelta(seconds=3)
    assert clock.left_behind() == SEVEN + timedelta(hours=1)
    clock.move_to(SEVEN + timedelta(minutes=15))
    assert clock.now() == SEVEN + timedelta(minutes=15)
    clock.move_to(SEVEN + timedelta(hours=1))
    assert clock.left_behind() is None
    leader.move_to(SEVEN + timedelta(hours=1, seconds=2))
    assert clock.now() == SEVEN + timedelta(hours=1, seconds=2)


def test_the_following_clock_never_goes_back(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text("2024-03-20T07:00:00+07:00", "utf-8")
    clock = FollowingClock(FileClock(path))
    before = clock.now()
    path.write_text("2024-03-19T07:00:00+07:00", "utf-8")
    assert clock.now() == before
    assert clock.left_behind() is None
    assert before.tzinfo is UTC
