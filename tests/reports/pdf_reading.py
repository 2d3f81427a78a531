"""What a PDF of ours says, page by page: its glyphs read back through the tables that its fonts bring along."""

from __future__ import annotations

import re
import zlib

from bot.reports.measure import BREAK

TOKEN = re.compile(rb"/(\w+) [\d.]+ Tf|\(|<([0-9A-Fa-f]+)>|\bET\b")
OCTAL = re.compile(rb"[0-7]{1,3}")
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(pdf: bytes) -> list[str]:
    """The text of each page, a line for each run of letters."""
    objects = {int(n): body for n, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL)}
    found = []
    for body in objects.values():
        if re.search(rb"/Type\s*/Page\b(?!s)", body):
            fonts = _fonts(objects, body)
            content = re.search(rb"/Contents (\d+) 0 R", body)
            assert content is not None
            found.append(_said(_opened(objects[int(content[1])]), fonts))
    assert found
    return found


def _opened(body: bytes) -> bytes:
    stream = body.partition(b"stream\n")[2].rpartition(b"endstream")[0].strip(b"\n")
    return zlib.decompress(stream) if b"/FlateDecode" in body.partition(b"stream")[0] else stream


def _fonts(objects: dict[int, bytes], page: bytes) -> dict[bytes, dict[int, str]]:
    resources = re.search(rb"/Resources (\d+) 0 R", page)
    body = objects[int(resources[1])] if resources else page
    named = re.search(rb"/Font<<(.*?)>>", body)
    return {
        name: _letters(objects, objects[int(number)])
        for name, number in re.findall(rb"/(\w+) (\d+) 0 R", named[1] if named else b"")
    }


def _letters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    table = re.search(rb"/ToUnicode (\d+) 0 R", font)
    assert table is not None
    opened = _opened(objects[int(table[1])])
    return {
        int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", opened)
    }


def _said(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    """A line for each text object; strings are read sign by sign, since they hold any byte and balanced brackets."""
    lines, letters, at = [""], {}, 0
    while found := TOKEN.search(content, at):
        at = found.end()
        if found[1]:
            letters = fonts[found[1]]
        elif found[0] == b"(" or found[2]:
            raw, at = _string(content, at) if not found[2] else (bytes.fromhex(found[2].decode()), at)
            if raw.startswith(b"\xfe\xff"):  # what stands beside the letters for a screen reader
                continue
            lines[-1] += "".join(letters[raw[n] * 256 + raw[n + 1]] for n in range(0, len(raw), 2))
        else:
            lines.append("")
    return "\n".join(line for line in lines if line).replace(BREAK, "")


def _string(content: bytes, at: int) -> tuple[bytes, int]:
    """A literal string and where it ends (ISO 32000, 7.3.4.2)."""
    raw, depth = bytearray(), 1
    while True:
        sign = content[at : at + 1]
        at += 1
        assert sign, "a string without an end"
        if sign == b"\\":
            octal = OCTAL.match(content, at)
            if octal:
                raw.append(int(octal[0], 8))
                at = octal.end()
            else:
                raw += ESCAPES.get(content[at : at + 1], content[at : at + 1])
                at += 1
            continue
        depth += (sign == b"(") - (sign == b")")
        if not depth:
            return bytes(raw), at
        raw += sign
