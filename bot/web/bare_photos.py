"""Photos without what they tell beside the picture: where and when it was taken, by whom, with what (T15).

Our script draws a photo anew before it is sent; one that comes without the script is laid bare here, by leaving out
parts of the file. Nothing is decoded. Of all notes only how the phone was held stays, else the picture would lie down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from zlib import crc32

EXIF = b"Exif\0\0"
UPRIGHT = 1
# JPEG (ISO/IEC 10918-1, B.1.1.3): of the application segments, those without which colours would change.
APPLICATION, COMMENT, SCAN, END = range(0xE0, 0xF0), 0xFE, 0xDA, 0xD9
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
COLOURS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
AFTER_A_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
# PNG (third edition, 5.6) and WebP (RFC 9649, 2.7): what makes the picture; texts, times and unknown parts go.
PNG_PARTS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)
WEBP_PARTS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"})
HAS_EXIF, HAS_XMP = 0x08, 0x04


def bare(content: bytes, media_type: str) -> bytes:
    """The same picture without its notes. Raises ValueError for a file that is not built as its type says."""
    strip = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
    return strip[media_type](content)


def _jpeg(content: bytes) -> bytes:
    """What follows the picture's end (a second picture, a film, a maker's notes) goes too."""
    kept, turned = [content[:2]], UPRIGHT
    for marker, segment in _segments(content):
        if marker in APPLICATION and segment[4:].startswith(EXIF):
            turned = _orientation(segment[4:])
        elif _makes_the_picture(marker, segment):
            kept.append(segment)
    if turned != UPRIGHT:
        note = EXIF + _note(turned)
        kept.insert(2 if kept[1:] and kept[1][1] == 0xE0 else 1, b"\xff\xe1" + (len(note) + 2).to_bytes(2) + note)
    return b"".join(kept)


def _makes_the_picture(marker: int, segment: bytes) -> bool:
    if marker in APPLICATION:
        return marker in COLOURS and segment[4:].startswith(COLOURS[marker])
    return marker != COMMENT


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment; the picture itself belongs to the scan that begins it."""
    at = 2
    while at < len(content):
        if content[at] != 0xFF or at + 1 == len(content):
            raise ValueError("no segment where one should begin")
        marker = content[at + 1]
        if marker == 0xFF:  # any number of these may stand before a marker
            at += 1
            continue
        end = at + 2
        if marker not in ALONE and marker != END:
            length = int.from_bytes(content[at + 2 : at + 4])
            end += length
            if length < 2 or end > len(content):
                raise ValueError("a segment that does not end")
        if marker == SCAN:
            following = AFTER_A_SCAN.search(content, end)
            end = following.start() if following else len(content)
        yield marker, content[at:end]
        if marker == END:
            return
        at = end


def _png(content: bytes) -> bytes:
    kept, turned, at = [content[:8]], UPRIGHT, 8
    while at < len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        name, chunk = content[at + 4 : at + 8], content[at:end]
        if len(chunk) < 12 or end > len(content):
            raise ValueError("a chunk that does not end")
        if name == b"eXIf":
            turned = _orientation(chunk[8:-4])
        elif name in PNG_PARTS:
            kept.append(chunk)
        if name == b"IEND":
            break
        at = end
    if turned != UPRIGHT:
        kept.insert(2, _png_chunk(b"eXIf", _note(turned)))
    return b"".join(kept)


def _png_chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + name + content + crc32(name + content).to_bytes(4)


def _webp(content: bytes) -> bytes:
    kept, turned, at = [], UPRIGHT, 12
    last = min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    while at < last:
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        name, end = content[at : at + 4], at + 8 + size
        if len(name) < 4 or end > last:
            raise ValueError("a chunk that does not end")
        if name == b"EXIF":
            turned = _orientation(content[at + 8 : end])
        elif name in WEBP_PARTS:
            kept.append(name + content[at + 4 : end] + b"\0" * (size % 2))
        at = end + size % 2
    if kept and kept[0][:4] == b"VP8X":
        if turned != UPRIGHT:
            note = _note(turned)
            kept.append(b"EXIF" + len(note).to_bytes(4, "little") + note)
        flags = kept[0][8] & ~(HAS_EXIF | HAS_XMP) | (HAS_EXIF if turned != UPRIGHT else 0)
        kept[0] = kept[0][:8] + bytes([flags]) + kept[0][9:]
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _orientation(notes: bytes) -> int:
    """How the phone was held, 1 to 8 (Exif 3.0, 4.6.5: tag 0x0112 of the first directory); else upright."""
    tiff = notes.removeprefix(EXIF)
    orders: dict[bytes, Literal["little", "big"]] = {b"II": "little", b"MM": "big"}
    order = orders.get(tiff[:2])
    if order is None:
        return UPRIGHT
    start = int.from_bytes(tiff[4:8], order)
    count = int.from_bytes(tiff[start : start + 2], order)
    for place in range(start + 2, min(start + 2 + 12 * count, len(tiff)), 12):
        if int.from_bytes(tiff[place : place + 2], order) == 0x0112:
            value = int.from_bytes(tiff[place + 8 : place + 10], order)
            return value if 1 <= value <= 8 else UPRIGHT
    return UPRIGHT


def _note(turned: int) -> bytes:
    """A directory of one entry: one short number, the orientation."""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + turned.to_bytes(2) + b"\0\0\0\0\0\0"
