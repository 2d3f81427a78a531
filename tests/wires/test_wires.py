"""Transcripts from outside: on the wires of Telegram, Zalo and the web, against `ralop run`, a power cut in each.

In the suite every second play of voice.md passes on one wire, in turn with a public address of the pages and without;
RALOP_TESTS=long performs every play on every wire both ways, as `make wires` does.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.wires.performances import WIRES, Part, everything, perform_all


def shared_out() -> dict[str, list[Part]]:
    """The parts of each wire: each play once, the wires and the public address taking turns."""
    parts = everything()
    if os.environ.get("RALOP_TESTS") != "long":
        spread = [path for path in sorted({part.path for part in parts}) if re.match(r"v\d\d-", path.stem)][::2]
        turns = [[part for part in parts if part.path == path] for path in spread]
        parts = [own[(2 * place + place // 3) % len(own)] for place, own in enumerate(turns)]
    shares = {name: [part for part in parts if part.wire == name] for name in WIRES}
    return {name: share for name, share in shares.items() if share}


@pytest.mark.parametrize("wire", shared_out())
def test_the_plays_pass_from_outside(wire: str, long_mon_template: Path) -> None:
    outcomes = perform_all(shared_out()[wire], long_mon_template)
    wrong = [f"{one.part.name}\n" + "\n\n".join(one.wrong) for one in outcomes if one.wrong]
    assert not wrong, "\n\n".join(wrong)
