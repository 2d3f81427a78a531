"""Text as phones, spreadsheets and keyboards send it, made regular: one form to store, one to search by."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ODD = {
    **dict.fromkeys("\t\v\f", " "),
    **dict.fromkeys("\r\x85", "\n"),
    # Blank glyphs that Unicode counts as letters or symbols: an empty name would pass as one.
    **dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " "),
    # Three different letters look like Đ, and NFC keeps them apart.
    "\u00d0": "Đ",
    "\u00f0": "đ",
    "\u0189": "Đ",
    "\u0256": "đ",
}
_DROPPED = {"Cc", "Cf", "Cs"}
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʹ´`′", "'"))
_MARK = re.compile("[\u0300-\u036f]")


def _repaired(char: str) -> str | None:
    category = unicodedata.category(char)
    if char == "\n" or char in _ODD:
        return _ODD.get(char, char)
    if category in ("Zl", "Zp"):
        return "\n"
    if category == "Zs":
        return " "
    return None if category in _DROPPED else char


class _Repairs(dict[int, str | None]):
    """What becomes of each character; filled as they are met, since the whole table has a million rows."""

    def __missing__(self, code: int) -> str | None:
        self[code] = repaired = _repaired(chr(code))
        return repaired


_REPAIRS = _Repairs()


def clean(text: str) -> str:
    """The text in NFC with proper Đ, ordinary spaces and nothing invisible; lines stay lines.

    Invisible characters go first: one between a letter and its mark would keep NFC from joining them.
    """
    text = text.replace("\r\n", "\n").translate(_REPAIRS)
    text = re.sub(" +", " ", unicodedata.normalize("NFC", text))
    return re.sub(" ?\n ?", "\n", text).strip(" \n")


def clean_line(text: str) -> str:
    """`clean`, in one line."""
    return re.sub("[ \n]+", " ", clean(text))


def fold(text: str) -> str:
    """The text as it is searched for: one line, small letters, no marks, d for đ, straight apostrophes.

    "Đinh Thị Hạ" and "dinh thi ha" meet; so do Hà and Hạ, who are two people: rank the exact spelling first.
    """
    return _fold_cached(text) if len(text) <= _NAME_LENGTH else _fold(text)


def _fold(text: str) -> str:
    bare = _MARK.sub("", unicodedata.normalize("NFD", clean_line(text).lower()))
    return re.sub(" +", " ", bare.translate(_APOSTROPHES).replace("đ", "d")).strip()


_NAME_LENGTH = 80  # names and answers come again and again; a long message does not, and would fill the cache
_fold_cached = lru_cache(maxsize=16384)(_fold)


def lowered(text: str) -> str:
    """Small letters, each in its place, so that what is found here can be cut out of the original."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def unmarked(text: str) -> str:
    """`lowered` without marks and with d for đ, each letter in its place."""
    return "".join(_bare(char) for char in lowered(text))


def _bare(char: str) -> str:
    return "d" if char == "đ" else unicodedata.normalize("NFD", char)[0]


def either(phrase: str) -> str:
    """A pattern for these words, each typed with its marks or without any: "tối nay", "toi nay".

    A word with other marks does not match: tôi (I) is not tối (evening).
    """
    return " ".join(f"(?:{word}|{fold(word)})" if fold(word) != word else word for word in phrase.split())


def any_of(*phrases: str) -> str:
    """A pattern for any of these phrases, with or without marks; the longest is tried first."""
    return "(?:" + "|".join(either(phrase) for phrase in sorted(phrases, key=len, reverse=True)) + ")"
