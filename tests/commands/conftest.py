"""Fixtures: an empty folder, and one in which the commune of the transcripts works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot import keys
from tests.commands.shell import Shell

# Wednesday 20 March 2024, 7:15: the morning of the transcripts.
MORNING = "2024-03-20T07:15:00+07:00"


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """A machine on which nothing was ever done."""
    clock = tmp_path / "clock"
    clock.write_text(MORNING, "utf-8")
    return Shell(tmp_path, {"RALOP_CLOCK": f"file:{clock}"})


@pytest.fixture
def shell(bare: Shell, long_mon_template: Path) -> Shell:
    """A machine with the commune of the transcripts."""
    bare.file.parent.mkdir(mode=0o700)
    shutil.copy(long_mon_template, bare.file)
    bare.file.chmod(0o600)
    keys.load_or_make(bare.file.parent)
    return bare
