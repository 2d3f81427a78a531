"""Why pupils stay away: the codes of domain §6, which of them are private, and which organisation fits which."""

from __future__ import annotations

from enum import StrEnum

from storage.people import Organisation


class Why(StrEnum):
    """What a case can hold; a visitor chooses among eight of them, the teacher among all."""

    HOUSEHOLD_WORK = "household_work"
    POVERTY = "poverty"
    MIGRATION = "migration"
    OWN_WORK = "own_work"
    WEAK_LEARNING = "weak_learning"
    DISTANCE = "distance"
    ILLNESS = "illness"
    EARLY_MARRIAGE = "early_marriage"
    FAMILY = "family"
    GAME_PEER = "game_peer"
    CUSTOM = "custom"
    NOT_USEFUL = "not_useful"
    PRIVATE = "private"
    OTHER = "other"
    UNKNOWN = "unknown"


# Shown in the chat to nobody but whoever said it (voice.md V06, option 7): all others read "a private matter".
PRIVATE = frozenset({Why.EARLY_MARRIAGE, Why.FAMILY, Why.PRIVATE})

# Who is asked along, the first first (domain §6). The police stand in no list: never as first visitor.
FITTING: dict[Why, tuple[Organisation, ...]] = {
    Why.EARLY_MARRIAGE: (Organisation.WOMEN,),
    Why.FAMILY: (Organisation.WOMEN,),
    Why.PRIVATE: (Organisation.WOMEN,),
    Why.HOUSEHOLD_WORK: (Organisation.FARMERS,),
    Why.OWN_WORK: (Organisation.YOUTH,),
    Why.WEAK_LEARNING: (Organisation.YOUTH,),
    Why.GAME_PEER: (Organisation.YOUTH,),
    Why.POVERTY: (Organisation.WOMEN, Organisation.FARMERS),
    Why.MIGRATION: (Organisation.FARMERS,),
    Why.NOT_USEFUL: (Organisation.VETERANS, Organisation.YOUTH),
}


def known(code: str) -> Why:
    """A code as it is stored; what is none of ours counts as another reason."""
    return Why(code) if code in set(Why) else Why.OTHER


def kept(former: str, said: str) -> str:
    """What stands on a case after somebody said a reason: nothing known changes nothing, and "a private matter" does
    not wipe out what the teacher has found behind it."""
    if said == Why.UNKNOWN or (said == Why.PRIVATE and former in PRIVATE):
        return former
    return said
