"""Pupils as people look for them: lists, search by name, and one pupil's card; every look is audited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import JaroWinkler

from bot.parsing import clean_line, find_class, fold, given_name, grade, same_name_key, school_year_of
from bot.rules import early_warning, people
from bot.rules.work import Refused, Work
from storage import attendance, cases, places, pupils, visits
from storage.attendance import Absence, Mark, Register
from storage.places import PlaceKind
from storage.pupils import Guardian, Listed

NEAR_AT_MOST = 4
NEAR_GIVEN = 0.8  # Jaro-Winkler of the given names: xoan meets Xuân and Loan, not Lan
NEAR_OTHER = 0.75  # of each word before it
EXACT, FOLDED, BEGINS = range(3)


@dataclass(frozen=True)
class Found:
    """What a search met. `name` is what was typed without class and village.

    `hits` fit every typed word, the closest first; `near` only sound alike and are looked for when nothing fits, so
    nobody ever takes one of them unasked. `beginning` is how all hits begin, as the list spells it. `is_sure`: the
    first hit alone can be meant. `class_id` and `village_id` are the place that was typed, if any.
    """

    name: str
    hits: tuple[Listed, ...] = ()
    near: tuple[Listed, ...] = ()
    beginning: str = ""
    is_sure: bool = False
    class_id: int | None = None
    village_id: int | None = None


@dataclass(frozen=True)
class Away:
    """A session that a pupil missed."""

    day: date
    half: str
    reason: str
    mark: str


@dataclass(frozen=True)
class Card:
    """One pupil as the card shows it. `this_month` counts sessions missed; `promised_on` is the last visit's.

    `missed` counts towards the `limit` of a year (R6; TT 22/2021, Điều 12). `case_id`: the open case, if any.
    """

    listed: Listed
    guardians: tuple[Guardian, ...]
    this_month: int
    last: Away | None
    promised_on: date | None
    missed: int = 0
    limit: int = 0
    case_id: int | None = None


def require_pupil(work: Work, pupil_id: int) -> Listed:
    """A pupil within the scope of the acting person; else Refused, whether the pupil exists or not."""
    people.require(work, "pupils.see")
    found = pupils.listed(work.scope, work.session, pupil_ids=[pupil_id], studying_only=False)
    if not found:
        raise Refused("outside_scope")
    return found[0]


def card(work: Work, pupil_id: int) -> Card:
    """Everything on the card of one pupil; an audited look. Raises Refused outside the scope."""
    listed = require_pupil(work, pupil_id)
    missed = _missed(work, pupil_id, _school_year_began(work.today))
    first = work.today.replace(day=1)
    made = visits.of_pupil(work.scope, work.session, pupil_id)
    work.audit("pupil.seen", "pupil", pupil_id)
    standing = early_warning.standing(work, [pupil_id])[pupil_id]
    case = cases.open_of(work.scope, work.session, pupil_id)
    return Card(
        listed=listed,
        guardians=tuple(pupils.guardians(work.scope, work.session, pupil_id)),
        this_month=sum(away.day >= first for away in missed),
        last=missed[0] if missed else None,
        promised_on=made[0].promised_on if made else None,
        missed=standing.sessions_missed,
        limit=standing.limit,
        case_id=case.id if case is not None else None,
    )


def absences(work: Work, pupil_id: int) -> tuple[Listed, list[Away]]:
    """The sessions that a pupil missed this school year, the latest first; an audited look."""
    listed = require_pupil(work, pupil_id)
    work.audit("pupil.absences_seen", "pupil", pupil_id)
    return listed, _missed(work, pupil_id, _school_year_began(work.today))


def phones(work: Work, pupil_id: int) -> tuple[Listed, list[Guardian]]:
    """The guardians who can be telephoned; an audited look of its own (voice.md V12)."""
    listed = require_pupil(work, pupil_id)
    work.audit("pupil.phones_seen", "pupil", pupil_id)
    found = pupils.guardians(work.scope, work.session, pupil_id)
    return listed, [guardian for guardian in found if guardian.phone]


def roll(work: Work, *, class_id: int | None = None, village_id: int | None = None) -> list[Listed]:
    """The pupils of a class, of a village, or of both, within the scope, by name; an audited look."""
    people.require(work, "pupils.see")
    found = [
        one
        for one in everybody(work)
        if class_id in (None, one.class_id) and village_id in (None, one.pupil.village_id)
    ]
    work.audit("pupils.listed", "class" if class_id else "village", class_id or village_id, n=len(found))
    return found


def everybody(work: Work) -> list[Listed]:
    """All pupils of the scope, for counting and choosing among them; what is shown of them is audited elsewhere."""
    return pupils.listed(work.scope, work.session)


def _missed(work: Work, pupil_id: int, since: date) -> list[Away]:
    rows: Iterable[tuple[Absence, Register]] = attendance.of_pupil(work.scope, work.session, pupil_id, since)
    return [Away(register.day, register.half, row.reason, row.mark) for row, register in rows if row.mark != Mark.LATE]


def _school_year_began(today: date) -> date:
    return date(int(school_year_of(today)[:4]), 8, 1)


# Search


def search(work: Work, text: str) -> Found:
    """Whom a typed text can mean, within the scope: a name or parts of it, a class, a village, in any order.

    Exact spelling stands first, then what is equal without marks, then names of which every typed word begins a word,
    the given name weighing most. A class or village narrows. Nothing fits: what sounds alike.
    """
    people.require(work, "pupils.see")
    known = everybody(work)
    name, class_id, village_id = _without_places(work, clean_line(text)[:80], known)
    # Classes of the same name in two schools are both meant.
    class_names = {one.class_name for one in known if class_id in (None, one.class_id)}
    within = [one for one in known if one.class_name in class_names and village_id in (None, one.pupil.village_id)]
    hits = _fitting(name, within)
    near = [] if hits or not name else _sounding(name, within) or _sounding(name, known)
    work.audit("pupils.searched", n=len(hits) + len(near))
    return Found(
        name=name,
        hits=tuple(hits),
        near=tuple(near),
        beginning=_beginning(name, hits),
        is_sure=_is_sure(name, hits),
        class_id=class_id,
        village_id=village_id,
    )


def _without_places(work: Work, text: str, known: Sequence[Listed]) -> tuple[str, int | None, int | None]:
    """The text without the class and the village that it names, and these two."""
    class_id = village_id = None
    by_class = {one.class_name: one.class_id for one in known if one.class_name}
    found = find_class(text, list(by_class))
    if found is not None:
        class_id, text = by_class[found[0]], found[1]
    villages = {one.pupil.village_id for one in known}
    for place_id, village in places.all_names(work.session, PlaceKind.VILLAGE):
        if place_id not in villages:
            continue
        rest = _without_village(text, fold(village))
        if rest is not None:
            village_id, text = place_id, rest
            break
    return text.strip(" ,.:;-"), class_id, village_id


def _without_village(text: str, village: str) -> str | None:
    """A village of one word must be introduced by "thôn", since many of them are names of people too."""
    before = r"\b(?:o )?(?:thon |lang )?" if " " in village else r"\b(?:o )?thon "
    found = re.search(rf"{before}{re.escape(village)}\b", fold(text))
    if found is None:
        return None
    words_before = len(fold(text)[: found.start()].split())
    words_within = len(found[0].split())
    words = text.split()
    return " ".join([*words[:words_before], *words[words_before + words_within :]])


def _fitting(name: str, within: Sequence[Listed]) -> list[Listed]:
    ranked = [(rank, one) for one in within if (rank := _rank(name, one.pupil.name)) is not None]
    ranked.sort(key=lambda pair: (pair[0], *_order(pair[1])))
    return [one for _, one in ranked]


def _rank(name: str, whole: str) -> tuple[int, int] | None:
    """How closely a pupil's name fits what was typed; None when some typed word begins none of its words."""
    if same_name_key(name) == same_name_key(whole):
        return EXACT, 0
    if fold(name) == fold(whole):
        return FOLDED, 0
    typed, words = fold(name).split(), fold(whole).split()
    if not _each_begins(typed, words):
        return None
    given, last = words[-1], typed[-1] if typed else ""
    if last == given:
        is_spelled = same_name_key(name.split()[-1]) == same_name_key(given_name(whole))
        return BEGINS, 0 if is_spelled else 1
    return BEGINS, 2 if given.startswith(last) else 3


def _each_begins(typed: Sequence[str], words: Sequence[str]) -> bool:
    """Whether every typed word begins another word of the name; the longest look for theirs first."""
    left = list(words)
    for word in sorted(typed, key=len, reverse=True):
        begun = next((one for one in left if one == word), None) or next((o for o in left if o.startswith(word)), None)
        if begun is None:
            return False
        left.remove(begun)
    return True


def _order(one: Listed) -> tuple[str, int, str, str, int]:
    return one.pupil.sort_key, grade(one.class_name) or 0, one.class_name, one.village, one.pupil.id


def _beginning(name: str, hits: Sequence[Listed]) -> str:
    n = len(name.split())
    if not n or not hits:
        return ""
    firsts = [" ".join(one.pupil.name.split()[:n]) for one in hits]
    return firsts[0] if all(fold(first) == fold(name) for first in firsts) else ""


def _is_sure(name: str, hits: Sequence[Listed]) -> bool:
    """One hit; or several, of which one is spelled exactly as a text with marks was typed."""
    if len(hits) == 1:
        return True
    exact = [one for one in hits if same_name_key(one.pupil.name) == same_name_key(name)]
    return len(exact) == 1 and fold(name) != name.casefold()


def _sounding(name: str, within: Sequence[Listed]) -> list[Listed]:
    """Names that sound alike: the given names much, and each typed word before it some word of the other name."""
    *before, last = fold(name).split()
    found = []
    for one in within:
        *family, given = fold(one.pupil.name).split() or [""]
        alike = JaroWinkler.similarity(last, given)
        others = [max((JaroWinkler.similarity(w, other) for other in family), default=0.0) for w in before]
        if alike >= NEAR_GIVEN and all(other >= NEAR_OTHER for other in others):
            found.append((round(alike + sum(others) / (len(others) or 1), 3), one))
    found.sort(key=lambda pair: (-pair[0], *_order(pair[1])))
    return [one for _, one in found[:NEAR_AT_MOST]]
