"""Photos keep nothing of where and when they were taken, in every kind that is taken; how they were held stays."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest

from bot.web.bare_photos import bare

PLACE = b"14.98 N, 108.74 E"


def notes(turned: int, order: str = "<") -> bytes:
    """What a phone writes beside a picture (Exif): its maker, how it was held, where it was taken."""
    sign = b"II*\0" if order == "<" else b"MM\0*"
    entries = [(0x010F, 2, 4, struct.pack(f"{order}I", 50)), (0x0112, 3, 1, struct.pack(f"{order}HH", turned, 0))]
    entries.append((0x8825, 4, 1, struct.pack(f"{order}I", 50)))
    parts = b"".join(struct.pack(f"{order}HHI", tag, kind, count) + value for tag, kind, count, value in entries)
    return sign + struct.pack(f"{order}IH", 8, 3) + parts + b"\0\0\0\0" + PLACE


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


SCAN = b"\x12\xff\0\x34\xff\xd0\x56"  # with an escaped byte and a mark to restart at
JFIF = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
COLOUR = segment(0xE2, b"ICC_PROFILE\0\x01\x01 colours") + segment(0xEE, b"Adobe\0d\0\0\0\0\x01")
PICTURE = segment(0xDB, bytes(65)) + segment(0xC2, b"\x08\0\x1e\0\x28\x03") + segment(0xC4, bytes(20))
SCANS = segment(0xDA, b"\x01\x01\0\0?\0") + SCAN + segment(0xC4, bytes(9)) + segment(0xDA, b"\x01\x02\0\0?\0") + SCAN


def jpeg(turned: int) -> bytes:
    """A progressive one of two scans, with everything that phones and programs add, a film behind it included."""
    told = [segment(0xE1, b"Exif\0\0" + notes(turned)), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE)]
    told += [segment(0xED, b"Photoshop 3.0\0" + PLACE), segment(0xE2, b"MPF\0" + PLACE), segment(0xFE, PLACE)]
    return b"\xff\xd8" + JFIF + b"".join(told) + COLOUR + b"\xff" + PICTURE + SCANS + b"\xff\xd9" + b"ftyp" + PLACE


def test_of_a_jpeg_the_picture_stays_byte_for_byte_and_nothing_else() -> None:
    assert bare(jpeg(1), "image/jpeg") == b"\xff\xd8" + JFIF + COLOUR + PICTURE + SCANS + b"\xff\xd9"


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


HEAD, CLEAR = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 3, 8, 0, 0, 0, 0)), chunk(b"tRNS", b"\0\0")
ROWS = chunk(b"IDAT", zlib.compress(bytes(15))) + chunk(b"IEND", b"")


def png(turned: int) -> bytes:
    told = chunk(b"eXIf", notes(turned, ">")) + chunk(b"tEXt", b"Location\0" + PLACE) + chunk(b"tIME", bytes(7))
    return b"\x89PNG\r\n\x1a\n" + HEAD + told + CLEAR + chunk(b"iTXt", PLACE) + chunk(b"prVt", PLACE) + ROWS + PLACE


def test_of_a_png_the_picture_stays_and_no_text() -> None:
    assert bare(png(1), "image/png") == b"\x89PNG\r\n\x1a\n" + HEAD + CLEAR + ROWS


def piece(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*pieces: bytes) -> bytes:
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extended(flags: int) -> bytes:
    return piece(b"VP8X", bytes((flags, 0, 0, 0, 3, 0, 0, 2, 0, 0)))


IMAGE = piece(b"ALPH", b"\0" * 7) + piece(b"VP8 ", b"a frame of an odd length")


def webp(turned: int) -> bytes:
    told = piece(b"EXIF", notes(turned)), piece(b"XMP ", PLACE), piece(b"note", PLACE)
    return riff(extended(0x1C), IMAGE, *told) + PLACE


def test_of_a_webp_the_picture_stays_and_its_head_promises_no_notes() -> None:
    assert bare(webp(1), "image/webp") == riff(extended(0x10), IMAGE)
    assert bare(riff(piece(b"VP8L", b"simple")), "image/webp") == riff(piece(b"VP8L", b"simple"))


MADE: dict[str, Callable[[int], bytes]] = {"image/jpeg": jpeg, "image/png": png, "image/webp": webp}


@pytest.mark.parametrize("media_type", MADE)
@pytest.mark.parametrize("turned", [1, 3, 6, 8, 0, 9])
def test_no_place_stays_and_a_second_time_changes_nothing(media_type: str, turned: int) -> None:
    given = MADE[media_type](turned)
    kept = bare(given, media_type)
    assert PLACE in given
    assert PLACE not in kept
    assert bare(kept, media_type) == kept
    is_told = b"MM\0*\0\0\0\x08\0\x01\x01\x12" in kept
    assert is_told == (turned in (3, 6, 8)), "a picture lies down only if this is lost"
    assert not is_told or kept.count(bytes((0, 0, 0, 1, 0, turned, 0, 0))) == 1


@pytest.mark.parametrize("media_type", MADE)
def test_a_photo_that_breaks_off_is_refused_or_bare_but_never_falls_over(media_type: str) -> None:
    given = MADE[media_type](6)
    refused = 0
    for length in range(12, len(given)):
        try:
            assert PLACE not in bare(given[:length], media_type)
        except ValueError:
            refused += 1
    assert refused > 20
