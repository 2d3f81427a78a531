"""The village inside what a roster writes about a home: "Thôn Cà Xen, xã Minh Long" is Cà Xen."""

import re
from collections.abc import Sequence

from bot.parsing import clean_line, fold, tidy_name

MAX_NAME = 60

_KIND = r"(?:thôn|thon|xóm|xom|bản|ban|buôn|buon|ấp|kdc|khu dân cư|tổ dân phố|tdp)"
_VILLAGE = re.compile(rf"(?:^|[\s,;.-]){_KIND}\b\.?\s*:?\s*(?=\w)", re.IGNORECASE)
_INNER = re.compile(rf"\b{_KIND}\b.*?\s(?=(?:thôn|thon)\b\s*\w)", re.IGNORECASE)  # "xóm 2 thôn Gò Tranh"
_SEPARATOR = r"[,;()]|\s[-–]\s?|[-–]\s|\b[HTX]\."
_NEXT_PLACE = re.compile(rf"\s*(?:{_SEPARATOR}|\b(?:xã|huyện|tỉnh|phường|thị trấn)\b)", re.IGNORECASE)
_NEXT_PLACE_UNMARKED = re.compile(rf"\s*(?:{_SEPARATOR}|\b(?:xa|huyen|tinh)\b)", re.IGNORECASE)
_NO_VILLAGE = re.compile(
    r"(xa|huyen|tinh|phuong|quan|thi tran|thi xa|thanh pho|tp|so|nha|duong|to|doi|khong|chua)\b|\W*\d"
)


class Villages:
    """Finds villages, first of all those that are known; `known` may hold former names."""

    def __init__(self, known: Sequence[str]) -> None:
        names = sorted(filter(None, {plain_name(clean_line(name)) for name in known}), key=len, reverse=True)
        # "Cà Xen 2" is not Cà Xen.
        self._known = [(name, re.compile(rf"(?<!\w){re.escape(fold(name))}(?!\w| ?\d)")) for name in names]

        self._found: dict[tuple[str, bool], str | None] = {}

    def find(self, written: str, *, is_address: bool) -> str | None:
        """The plain name of the village, a known one as it is known; None where none is named."""
        if not written:
            return None
        if (written, is_address) not in self._found:
            self._found[written, is_address] = self._find(written, is_address)
        return self._found[written, is_address]

    def _find(self, written: str, is_address: bool) -> str | None:
        found = self._known_in(written)
        if found is not None:
            return found
        return _in_address(written) if is_address else (plain_name(written)[:MAX_NAME] or None)

    def _known_in(self, written: str) -> str | None:
        """The first one that the text names: an address goes from the house outwards."""
        plain = fold(written)
        places = [(match.start(), name) for name, pattern in self._known if (match := pattern.search(plain))]
        return min(places, key=lambda place: place[0])[1] if places else None


def plain_name(written: str) -> str:
    """ "Thôn Cà Xen, xã Minh Long" and "CÀ XEN" are "Cà Xen"; "Làng Trê" keeps its first word."""
    start = _VILLAGE.match(written)
    rest = written[start.end() :] if start else written
    end = _NEXT_PLACE_UNMARKED if rest.isascii() else _NEXT_PLACE
    return tidy_name(end.split(rest, maxsplit=1)[0].strip(" .:-–"))


def _in_address(written: str) -> str | None:
    """What stands behind "thôn"; else the first of several places, unless it is a house or a commune."""
    written = _INNER.sub("", written)
    if marked := _VILLAGE.search(written):
        return plain_name(written[marked.start() :].lstrip(" ,;.-"))[:MAX_NAME] or None
    first, *others = re.split(r"\s*[,;]\s*|\s+[-–]\s+", written)
    if not others or _NO_VILLAGE.match(fold(first)):
        return None
    return tidy_name(first)[:MAX_NAME] or None
