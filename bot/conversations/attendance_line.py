"""One typed line as a register: `vắng 6A: An, Bình, Chi ốm` (voice.md §3.7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.parsing import clean_line, find_class, fold, given_name, numbers, same_name_key
from storage.attendance import Reason
from storage.pupils import Pupil

BEGINS = ("vang", "nghi", "bao vang", "absent")
PRESENT = ("du", "du ca", "du ca lop", "all present")
SAID = {
    Reason.ILL: ("om", "benh", "met", "sot", "ill", "sick"),
    Reason.FIELDS: ("di ray", "ray", "giup nha", "di lam", "phu nha", "chan trau", "giu em", "fields"),
    Reason.DISTANCE: ("duong xa", "mua", "lu", "mua lu", "nuoc lon", "flood", "rain"),
    Reason.FAMILY: ("nha co viec", "viec nha", "dam", "dam cuoi", "dam ma", "family"),
    Reason.UNKNOWN: ("chua ro", "khong ro", "unknown"),
}
WORDS = sorted(((word, reason) for reason, words in SAID.items() for word in words), key=lambda one: -len(one[0]))
SPLIT = re.compile(r"[,;:\n]+|\bvà\b|\bva\b")
BEFORE_NUMBER = re.compile(r"(?<=[^\W\d_])(?<!\bsố)(?<!\bso) +(?=\d)")  # `1 ốm 3 rẫy`
SHARED = re.compile(r" (?:deu|cung)$")


def split_class(text: str, known: Sequence[str]) -> tuple[str, str | None] | None:
    """(class or "", the rest), the rest None for "all present"; None if the line is no report.

    A line is one when it begins with *vắng* or *nghỉ*, or when it names a class and says that all are present.
    """
    line = clean_line(text)
    found = find_class(line, known)
    name, rest = found if found is not None else ("", line)
    folded = fold(rest).strip(" :,.-")
    if folded in PRESENT and (name or fold(line) in PRESENT):
        return name, None
    for word in BEGINS:
        if folded == word:
            return (name, "") if name else None
        if folded.startswith((word + " ", word + ":", word + ",")):
            return name, _after(rest, word)
    return None


def _after(rest: str, word: str) -> str:
    """The rest of a line behind its first word(s), as spelled."""
    words = rest.split()
    count = len(word.split())
    first = words[:count]
    last = first[-1] if first else ""
    tail = last.partition(":")[2]
    return " ".join([tail, *words[count:]]).strip(" :,-")


def read_line(text: str, roll: Sequence[Pupil], numbered: Mapping[int, int] | None = None) -> dict[str, Any] | None:
    """Typed names with reasons as first answers of the conversation, or None when a name is nobody's.

    With the numbers of a list that was shown (`numbered`: the pupil of each), `1 ốm, 3 4 rẫy` says the same.
    A reason belongs to the name right before it, or with *đều* or *cùng* to all before it; one at the very end may be
    everybody's, which is asked once (`~last_reason`). A name that fits several pupils is kept in `~unsure`.
    """
    parts = [part for part in SPLIT.split(clean_line(text)) if part.strip()]
    if numbered is not None:
        parts = [one for part in parts for one in BEFORE_NUMBER.split(part)]
    certain: list[int] = []
    unsure: dict[str, list[int]] = {}
    reasons: dict[str, Reason] = {}
    order: list[int | str] = []
    for part in parts:
        name, reason = _name_and_reason(part)
        if not name and reason is not None and order:
            _note(reasons, order[-1], reason)
            continue
        is_shared = reason is not None and SHARED.search(fold(name)) is not None
        if is_shared:
            name = " ".join(name.split()[:-1])
        ids, doubtful = _meant(name, roll, numbered or {})
        keys: list[int | str] = [*ids, *doubtful]
        if not keys:
            return None
        certain, unsure, order = [*certain, *ids], {**unsure, **doubtful}, [*order, *keys]
        if reason is not None:
            for one in order if is_shared else keys:
                _note(reasons, one, reason)
    if not order:
        return None
    return _answers(certain, unsure, reasons, order)


def _meant(name: str, roll: Sequence[Pupil], numbered: Mapping[int, int]) -> tuple[list[int], dict[str, list[int]]]:
    """Whom `An` or `3 4` means: those who are certain, or a given name with all whom it fits; both empty: nobody."""
    listed = [numbered.get(number) for number in numbers(name) or ()]
    if listed and None not in listed:
        return [one for one in listed if one is not None], {}
    fitting = fits(name, roll)
    if len(fitting) == 1:
        return [fitting[0].id], {}
    return [], {given_name(fitting[0].name): [pupil.id for pupil in fitting]} if fitting else {}


def _note(reasons: dict[str, Reason], key: int | str, reason: Reason) -> None:
    reasons[str(key)] = reason


def _answers(
    certain: list[int], unsure: dict[str, list[int]], reasons: dict[str, Reason], order: list[int | str]
) -> dict[str, Any]:
    answers: dict[str, Any] = {"absent": certain}
    if unsure:
        answers["~unsure"] = unsure
    only_last = list(reasons) == [str(order[-1])] and len(order) > 1
    if only_last:
        answers["~last"], answers["~last_reason"] = order[-1], reasons[str(order[-1])]
    elif reasons:
        answers["~reasons"] = {key: reason for key, reason in reasons.items() if key.isdigit()}
    return answers


def _name_and_reason(part: str) -> tuple[str, Reason | None]:
    """`Chi ốm` -> ("Chi", ill); a part may also be only a name, or only a reason."""
    folded = fold(part)
    for word, reason in WORDS:
        if folded == word:
            return "", reason
        if folded.endswith(" " + word):
            words = part.split()
            return " ".join(words[: len(words) - len(word.split())]), reason
    return part.strip(), None


def fits(name: str, roll: Sequence[Pupil]) -> list[Pupil]:
    """The pupils that a typed name may mean: spelled exactly, else without marks; whole name, its end, or given
    name."""
    typed = clean_line(name)
    if typed.casefold().startswith("em "):
        typed = typed[3:]
    for key in KEYS:
        for part in PARTS:
            found = [pupil for pupil in roll if key(part(pupil)) == key(typed)]
            if found:
                return found
    return []


def _last_two(pupil: Pupil) -> str:
    return " ".join(pupil.name.split()[-2:])


def _whole(pupil: Pupil) -> str:
    return pupil.name


def _given(pupil: Pupil) -> str:
    return given_name(pupil.name)


KEYS: tuple[Callable[[str], str], ...] = (same_name_key, fold)
PARTS: tuple[Callable[[Pupil], str], ...] = (_whole, _last_two, _given)
