"""Every address of the office page with something behind it: what the tests of all rooms go through."""

from __future__ import annotations

import re

from bot.web.office.desk import ROOT, Room
from bot.web.office.rooms import ROOMS

NAMES = {"name": "weeks"}
PLACE = re.compile(r"\{(\w+):(?:int|str|path)\}|\{(\w+)\}")


NUMBERS = {"/thon/{id:int}": 3}  # places are numbered too: the commune, the school, then the villages


def path_of(room: Room, number: int = 0) -> str:
    """An address of a room, with a number in each of its places."""
    filled = str(number or NUMBERS.get(room.path, 1))
    return ROOT + PLACE.sub(lambda found: NAMES.get(found[1] or found[2], filled), room.path)


def paths() -> list[str]:
    """One address of every room."""
    return [path_of(room) for room in ROOMS]
