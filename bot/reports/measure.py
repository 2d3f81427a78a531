"""How wide words are in our paper's font, and how wide a table's columns must be so that none is broken or clipped.

Liberation Serif has the widths of Times New Roman, so that one measure serves PDF and Word.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.reports.paper import Table
from bot.reports.printing import FONTS

MM_A_POINT = 25.4 / 72
SIZES = (12.0, 11.0, 10.0, 9.0)  # points; Decree 30 asks for 13-14 in the body and leaves tables free
PADDING_MM = 1.2  # at each side of a cell
SPARE_MM = 0.4  # lines, and what two engines round differently
WORD_AT_MOST_MM = 60.0  # what is longer is no word: it may be broken
BREAK = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True)
class Fit:
    """How a table is set: the size of its letters in points, the widths of its columns in millimetres."""

    size: float
    widths: tuple[float, ...]


@lru_cache
def advances(face: str) -> dict[int, float]:
    """The width of every character of a face ("Regular", "Bold"), as a share of the size (OpenType: cmap, hmtx)."""
    font = (FONTS / f"LiberationSerif-{face}.ttf").read_bytes()
    tables = {font[12 + 16 * n : 16 + 16 * n]: _number(font, 20 + 16 * n, 4) for n in range(_number(font, 4))}
    em = _number(font, tables[b"head"] + 18)
    metrics, place = _number(font, tables[b"hhea"] + 34), tables[b"hmtx"]
    return {
        sign: _number(font, place + 4 * min(glyph, metrics - 1)) / em
        for sign, glyph in _glyphs(font, tables[b"cmap"]).items()
    }


def _number(font: bytes, place: int, size: int = 2) -> int:
    return int.from_bytes(font[place : place + size], "big")


def _glyphs(font: bytes, cmap: int) -> dict[int, int]:
    """Characters to glyphs, from the table of format 4."""
    places = (cmap + _number(font, cmap + 8 + 8 * n, 4) for n in range(_number(font, cmap + 2)))
    table = next(place for place in places if _number(font, place) == 4)
    count = _number(font, table + 6) // 2
    columns = [table + 14, *(table + 16 + 2 * count * n for n in (1, 2, 3))]
    ends, starts, deltas, offsets = (struct.unpack_from(f">{count}H", font, place) for place in columns)
    found = {}
    for n in range(count):
        for sign in range(starts[n], ends[n] + 1):
            at = columns[3] + 2 * n + offsets[n] + 2 * (sign - starts[n])
            glyph = _number(font, at) if offsets[n] else sign
            found[sign] = (glyph + deltas[n]) & 0xFFFF if glyph or not offsets[n] else 0
    return found


def width_mm(text: str, size: float, face: str = "Regular") -> float:
    """How wide a text is on one line; `size` in points."""
    known = advances(face)
    return sum(known.get(ord(sign), 1.0) for sign in text) * size * MM_A_POINT


def breakable(text: str, room_mm: float, size: float, face: str = "Regular") -> str:
    """The text, with places to break inside each word that is wider than the room; others break at spaces only."""
    if width_mm(text, size, face) <= room_mm:
        return text
    return " ".join(_broken(word, room_mm, size, face) for word in text.split(" "))


def _broken(word: str, room_mm: float, size: float, face: str) -> str:
    if width_mm(word, size, face) <= room_mm:
        return word
    lines, line, wide = [], "", 0.0
    for sign in word:
        more = width_mm(sign, size, face)
        if line and wide + more > room_mm:
            lines.append(line)
            line, wide = "", 0.0
        line, wide = line + sign, wide + more
    return BREAK.join([*lines, line])


def wrapped(text: str, room_mm: float, size: float, face: str = "Regular") -> list[str]:
    """The text in lines, as wide as the room at most."""
    lines, line = [], ""
    for word in breakable(text, room_mm, size, face).replace(BREAK, " ").split():
        longer = f"{line} {word}".lstrip()
        if line and width_mm(longer, size, face) > room_mm:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def balanced(text: str, room_mm: float, size: float, face: str = "Bold") -> str:
    """The text in as few lines as the room asks for, of about the same length: a body's name, a subject."""
    lines = wrapped(text, room_mm, size, face)
    while (room_mm := room_mm - 1) > 0:
        narrower = wrapped(text, room_mm, size, face)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return "\n".join(lines)


def shown(cell: str | int | None, locale: str) -> str:
    """A cell as it is printed: `1.234` in Vietnamese, `1,234` in English."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if locale == "en" else f"{cell:,}".replace(",", ".")


def fit(table: Table, room_mm: float, locale: str) -> Fit:
    """Letters as large as they may be with every word whole, columns by their shares and never below their words."""
    one = _longest_words(table, locale)  # at 1 point
    for size in SIZES:
        least = [min(size * word, WORD_AT_MOST_MM) + 2 * PADDING_MM + SPARE_MM for word in one]
        if sum(least) <= room_mm or size == SIZES[-1]:
            break
    if sum(least) > room_mm:  # more columns than a page bears: words are broken
        return Fit(size, tuple(room_mm * part / sum(least) for part in least))
    return Fit(size, _shared(least, [max(column.width, 0.01) for column in table.columns], room_mm))


def _longest_words(table: Table, locale: str) -> list[float]:
    """The widest word of each column at one point, the head's and totals' in bold."""
    found = []
    for place, column in enumerate(table.columns):
        bold = {word for text in (column.head, *_cells(table.totals, place, locale)) for word in text.split()}
        plain = {word for text in _cells(table.rows, place, locale) for word in text.split()}
        wide = [width_mm(word, 1, "Bold") for word in bold] + [width_mm(word, 1) for word in plain]
        found.append(max(wide, default=0.0))
    return found


def _cells(rows: Iterable[Sequence[str | int | None]], place: int, locale: str) -> list[str]:
    return [shown(row[place], locale) for row in rows if place < len(row)]


def _shared(least: Sequence[float], shares: Sequence[float], room_mm: float) -> tuple[float, ...]:
    """The room by shares; a column whose share is too narrow for its words gets what they need, the others the rest."""
    fixed: set[int] = set()
    while True:
        rest = room_mm - sum(least[n] for n in fixed)
        whole = sum(share for n, share in enumerate(shares) if n not in fixed)
        narrow = {n for n, share in enumerate(shares) if n not in fixed and rest * share / whole < least[n]}
        if not narrow:
            return tuple(least[n] if n in fixed else rest * share / whole for n, share in enumerate(shares))
        fixed |= narrow
