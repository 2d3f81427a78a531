"""Files that were sent in the chat, read as the commands read them; what is found is kept as JSON beside the file.

A reader runs outside any transaction (bot.service.keeping), and opens the foreign file in a child process of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from bot.importers import as_json, plan, roster
from bot.importers.files import Reason, Unreadable
from bot.importers.plan import PlanDocument
from bot.importers.roster_facts import Roster
from storage import places
from storage.places import PlaceKind

ROSTER, PLAN = "roster", "plan"
SUFFIXES = {".xlsx": ROSTER, ".xls": ROSTER, ".csv": ROSTER, ".docx": PLAN, ".doc": PLAN, ".txt": PLAN, ".md": PLAN}
READ, UNREADABLE, DETAILS = "read", "unreadable", "details"

Facts = dict[str, Any]
Reader = Callable[[bytes, str], Facts]  # of a content and its file name


def kind_of(name: str) -> str:
    """What a file would be by its name: a roster, a plan, or nothing that is read here."""
    return next((kind for suffix, kind in SUFFIXES.items() if name.lower().endswith(suffix)), "")


def known_villages(session: Session) -> list[str]:
    """The names of the villages, present and former, that an address may hold."""
    return list(dict.fromkeys(name for _, name in places.all_names(session, PlaceKind.VILLAGE)))


def roster_reader(session: Session) -> Reader:
    """Reads a roster; the villages that are known now are looked for in addresses."""
    villages = known_villages(session)

    def read(content: bytes, name: str) -> Facts:
        return _facts(lambda: roster.read(content, name, known_villages=villages))

    return read


def plan_reader(session: Session) -> Reader:
    """Reads an official plan."""
    return lambda content, name: _facts(lambda: plan.read(content, name))


def _facts(read: Callable[[], object]) -> Facts:
    try:
        return {READ: as_json.dumped(read())}
    except Unreadable as error:
        return {UNREADABLE: error.reason.value, DETAILS: error.details}


def roster_of(facts: Facts) -> Roster:
    """The roster that was read. Raises Unreadable for a file that could not be."""
    _require_read(facts)
    return as_json.loaded(Roster, facts[READ])


def plan_of(facts: Facts) -> PlanDocument:
    """The plan that was read. Raises Unreadable for a file that could not be."""
    _require_read(facts)
    return as_json.loaded(PlanDocument, facts[READ])


def _require_read(facts: Facts) -> None:
    if UNREADABLE in facts:
        raise Unreadable(Reason(facts[UNREADABLE]), **facts.get(DETAILS, {}))


READERS: dict[str, Callable[[Session], Reader]] = {ROSTER: roster_reader, PLAN: plan_reader}
