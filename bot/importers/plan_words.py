"""Small tools for the words of a plan: letters without marks at the same place, repetitions, old fonts."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from bot.parsing import is_old_font

_DITTO = re.compile(
    r"[-–(\"' ]*(?:(?:thanh phan|thoi gian|dia diem|cung)? ?nhu (?:tren|dong tren|o tren|noi tren|muc (?:so )?[0-9]+"
    r"|(?:cuoc|buoi) hop (?:tren|thu nhat|[0-9]+))|n/?t|tuong tu|//|[\"”″〃]|''|,,)[-–.)\"' ]*"
)
_MORE = re.compile(
    r"^[-– ]*(?:thanh phan )?nhu (?:tren|dong tren|muc (?:so )?[0-9]+)[;,.]? *(?:(?:va|\+|;) *)?(?:them|moi them)?:? *"
)


@cache
def _bare(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    return unicodedata.normalize("NFD", letter)[0].lower()[0]


def flat(text: str) -> str:
    """Lower case without marks, every letter at its place: a match in `flat(text)` is a slice of `text`."""
    return "".join(map(_bare, text))


def is_ditto(text: str) -> bool:
    """Whether a cell says "as above" and nothing more."""
    return _DITTO.fullmatch(flat(text.strip())) is not None


def after_ditto(text: str) -> str | None:
    """What a cell adds to the one above it ("Như trên và mời thêm Công an xã"), or None."""
    found = _MORE.match(flat(text.strip()))
    return text.strip()[found.end() :] if found else None


def one_line(text: str) -> str:
    """Any white space becomes one space."""
    return " ".join(text.split())


def proper(name: str) -> str:
    """A name in capitals, or all in small letters, as names are written; any other is left as it is."""
    if (name.isupper() and len(name) > 2) or name.islower():
        return " ".join(word[:1].upper() + word[1:].lower() for word in name.split(" "))
    return name


_WHEN_PART = re.compile(
    r"(?:\b(?:vào |bắt đầu )?(?:lúc|từ)\s+|\bthứ\s+\w+,?\s+)?(?:\b[0-9]{1,2}\s?(?:giờ|h|g)(?:\b|[0-9])"
    r"|\b[0-9]{1,2}:[0-9]{2}|\bngày\s+[0-9]|\b[0-9]{1,2}/[0-9]{1,2}|\b(?:sáng|chiều|tối)\b|\bthứ\s+\w+)",
    re.IGNORECASE,
)
_PLACE_PART = re.compile(r"\btại\b|\bở\b|nhà văn h|điểm trường|hội trường|\bthôn\b", re.IGNORECASE)
_AT = re.compile(r"(?:^họp\s+)?\b(?:tại|địa điểm)\b:?|\b(?:thời gian|lúc|vào|từ)\s*:?\s*$", re.IGNORECASE)


def time_and_place(text: str) -> tuple[str, str]:
    """The words of time (one stretch) and the words of place (before and after it) of a sentence that has both."""
    starts = _WHEN_PART.search(text)
    if starts is None:
        return "", text
    begin = starts.start()
    place = _PLACE_PART.search(text, begin)
    end = place.start() if place else len(text)
    parts = (_AT.sub("", part).strip(" :,;-–.()\n") for part in (text[:begin], text[end:]))
    return text[begin:end].strip(" ,;\n"), ", ".join(filter(None, parts))


def old_font_word(text: str) -> str | None:
    """The first word in the letters of an old font (TCVN3, VNI) when the text is written so, else None."""
    if not is_old_font(text):
        return None
    return next((word[:60] for word in text.split() if is_old_font(word)), "")
