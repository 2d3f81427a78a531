"""What a giver may be shown: needs, no child, and no village in which one could be guessed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bot.rules import people
from bot.rules.work import Work
from storage import places, support
from storage.support import NeedStatus

FEW = 5  # a village with fewer pupils in need is not named: its children could be told


@dataclass(frozen=True)
class ForDonors:
    """Needs as a giver may see them: no child, and no village in which one could be guessed.

    `kinds`: what -> level (kindergarten, primary, secondary) -> pupils. `villages`: (village, pupils).
    """

    kinds: dict[str, Counter[str]]
    villages: tuple[tuple[str, int], ...]


def for_donors(work: Work) -> ForDonors:
    """The needs without a giver as they can be passed on to one."""
    people.require(work, "support.manage")
    rows = support.with_class(work.scope, work.session, (NeedStatus.NEEDED,))
    kinds: dict[str, Counter[str]] = {}
    in_village: dict[int | None, set[int]] = {}
    for what, pupil_id, village_id, class_id in rows:
        school_class = places.school_class(work.session, class_id)
        kinds.setdefault(what, Counter())[_level(None if school_class is None else school_class.grade)] += 1
        in_village.setdefault(village_id, set()).add(pupil_id)
    work.audit("needs.for_donors", n=len(rows))
    return ForDonors(kinds, tuple(_named(work, {key: len(found) for key, found in in_village.items()})))


def _level(grade: int | None) -> str:
    if not grade:
        return "kindergarten"
    return "primary" if grade <= 5 else "secondary"


def _named(work: Work, counts: dict[int | None, int]) -> list[tuple[str, int]]:
    """The villages that may be named: with enough pupils in need, and enough again in all that are not named.

    Otherwise the total would give the few away by subtraction.
    """
    ranked = sorted(((n, village_id) for village_id, n in counts.items() if village_id is not None), reverse=True)
    named = [(n, village_id) for n, village_id in ranked if n >= FEW]
    rest = sum(counts.values()) - sum(n for n, _ in named)
    while named and 0 < rest < FEW:
        rest += named.pop()[0]
    found = ((places.get(work.session, village_id), n) for n, village_id in named)
    return [(place.name, n) for place, n in found if place is not None]
