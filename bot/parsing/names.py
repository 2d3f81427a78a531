"""Names of people: what makes two of them equal, how they are sorted, and which word a person is called by."""

from __future__ import annotations

import re
import unicodedata

from bot.parsing.text import clean_line, lowered

_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the order of the dictionaries
_TONE = re.compile(f"[{_TONES}]")
_APOSTROPHE = re.compile("[’‘ʼʹ´`′]")
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
# Two characters a letter, so that ă follows a and precedes b wherever plain ASCII is compared.
_PLACES = {"ă": "a1", "â": "a2", "đ": "d1", "ê": "e1", "ô": "o1", "ơ": "o2", "ư": "u1"}
_BREAK = "00"  # sorts before every letter and digit, so An stands before Anh


def _letters_and_tones(word: str) -> tuple[str, str]:
    """A word without its tone, and the tone as a digit ("0" is ngang)."""
    parts = unicodedata.normalize("NFD", word)
    tones = "".join(str(_TONES.index(mark) + 1) for mark in _TONE.findall(parts))
    return unicodedata.normalize("NFC", _TONE.sub("", parts)), tones or "0"


def same_name_key(name: str) -> str:
    """Equal for two spellings of one name: capitals, spaces and the place of a tone (hòa, hoà) do not count.

    The tones themselves and the marks of ă â ê ô ơ ư đ do count: Hà and Hạ, Bé and Bế are different people.
    So do i and y (Quí, Quý), which may be two people.
    """
    words = _APOSTROPHE.sub("'", clean_line(name).casefold()).split()
    return " ".join("{}:{}".format(*_letters_and_tones(word)) for word in words)


def given_name(name: str) -> str:
    """The word a person is called by: the last one. A remark in brackets behind the name is not part of it."""
    words = _REMARK.sub("", clean_line(name)).split() or clean_line(name).split()
    return words[-1] if words else ""


def tidy_name(name: str) -> str:
    """The name in one line; ĐINH THỊ HÀ becomes Đinh Thị Hà, anything else stays as the school wrote it."""
    name = clean_line(name)
    if not name.isupper():
        return name
    return re.sub(r"[^\s-]+", lambda word: word[0][0] + lowered(word[0][1:]), name)


def sort_key(name: str) -> str:
    """A key that sorts names as Vietnamese lists do: by given name, then by the words before it.

    Letters go a ă â b c d đ e ê … y; a tone only decides between equal letters, and Hà with any family name
    stands before Hạ with any other, as in a list sorted by two columns. The key holds nothing but ASCII
    letters of one case and digits, so every collation of every database agrees about it.
    """
    words = lowered(clean_line(_REMARK.sub("", clean_line(name)))).split()
    return _BREAK.join(_weight(part) for part in (words[-1:], words[:-1]))


def _weight(words: list[str]) -> str:
    split = [_letters_and_tones(word) for word in words]
    letters = _BREAK.join("".join(_place(letter) for letter in letters) for letters, _ in split)
    return letters + _BREAK + "".join(tones[0] for _, tones in split)


def _place(letter: str) -> str:
    """Where a letter stands; apostrophes and other signs stand nowhere (H'rê beside Hrê)."""
    if letter in _PLACES:
        return _PLACES[letter]
    base = unicodedata.normalize("NFD", letter)[0]
    if base.isascii():
        return f"{base}0" if base.isalpha() else f"1{base}" if base.isdigit() else ""
    return f"zz{ord(base):06x}" if base.isalnum() else ""
