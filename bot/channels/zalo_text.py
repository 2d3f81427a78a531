"""Long texts for Zalo: cut into numbered parts, none of them too long and nothing lost (reference §4, §14.11)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from bot.channels.plain import clean

NUMBER_UNITS = len("(99/99) ")


def parts(text: str, menu: Sequence[str], limit: int) -> list[str]:
    """What to send, one after the other: plain text in NFC, each at most `limit` UTF-16 units.

    The lines of the menu stay together in the last part, right below the end of the text, wherever they fit in one.
    """
    text, lines = _tidy(text), [_tidy(line) for line in menu]
    whole = "\n".join(line for line in (text, *lines) if line)
    if units(whole) <= limit:
        return [whole] if whole else []
    room = limit - NUMBER_UNITS
    block = "\n".join(lines)
    if block and units(block) <= room:
        head, tail = _apart(text, room - units(block) - 1)
        pieces = [*pieces_of(head, room), f"{tail}\n{block}" if tail else block]
    else:
        pieces = pieces_of(whole, room)
    return [f"({number}/{len(pieces)}) {piece}" for number, piece in enumerate(pieces, start=1)]


def units(text: str) -> int:
    """The length as Zalo counts it, as far as anybody knows."""
    return len(text.encode("utf-16-le")) // 2


def pieces_of(text: str, room: int) -> list[str]:
    """Cut after a paragraph, else after a line, else after a word, else anywhere but inside a sign.

    A border in the first half is passed over for a later one: every part counts against the month's quota.
    """
    pieces = []
    while units(text) > room:
        head = _first(text, room)
        borders = [at for at in (head.rfind("\n\n"), head.rfind("\n"), head.rfind(" ")) if at > 0]
        cut = next((at for at in borders if at > len(head) // 2), max(borders, default=len(head)))
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip("\n ")
    return [piece for piece in (*pieces, text) if piece]


def _apart(text: str, room: int) -> tuple[str, str]:
    """The text without its last lines, and as many of these (whole paragraphs, if one fits) as have room."""
    for border in ("\n\n", "\n"):
        head, tail = text, ""
        while head:
            rest, _, last = head.rpartition(border)
            longer = f"{last}{border}{tail}" if tail else last
            if units(longer) > room:
                break
            head, tail = rest, longer
        if tail:
            return head, tail
    return text, ""


def _first(text: str, room: int) -> str:
    """As much of the beginning as has room; a sign of two units is never halved, nor a mark cut off its letter."""
    end, used = 0, 0
    for sign in text:
        used += 2 if ord(sign) > 0xFFFF else 1
        if used > room:
            break
        end += 1
    while 1 < end < len(text) and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f"):
        end -= 1
    return text[:end]


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", str(clean(text))).strip("\n")
