"""Where a meeting of a plan is: the villages it is for, and the house it is held in.

"Thôn Làng Trê và thôn Làng Giữa" is one meeting for two villages; "Hội trường UBND xã" is a meeting of no
village; "Điểm trường Cà Xen" is both a house and a village (reference/domain.md §10).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.importers.plan_words import flat, one_line, proper

_KEYWORD = re.compile(
    r"\b(?:thôn|bản|buôn|xóm|ấp|tổ dân phố|tdp|khu dân cư|kdc|khu phố)\b(?:\s*(?:số|:))*\s*", re.IGNORECASE
)
_VENUE = re.compile(
    r"(?:nha (?:van hoa|sinh hoat|cong dong|rong|dai|ong|ba|co|thay|anh|chi|hop|truong|dan|hoi hop)"
    r"|nvh\b|nshcd\b|diem (?:truong|le)"
    r"|hoi truong|truong (?:hoc|ptdt|pt\b|pho thong|th\b|thcs|tieu hoc|trung hoc|mam non|mau giao|mn\b|mg\b)"
    r"|tru so|ubnd|uy ban|san (?:van dong|truong|bong|nha|the thao)|phong hop|phong hoc|tram y te|trung tam"
    r"|hoi quan|lop hoc|khu (?:van hoa|the thao)|co quan|dang uy)"
)
_SITE = re.compile(
    r"(?:diem (?:truong|le)|nha (?:van hoa|sinh hoat cong dong|sinh hoat|cong dong|rong)|nvh|nshcd)"
    r"(?: (?:truong|mam non|mau giao|tieu hoc|mn|th|thcs|le))*\s+(?=\S)"
)
_PARTS = re.compile(r"[;,()\n]|\s[-–]\s|\b(?:tại|ở)\b", re.IGNORECASE)
_LINK = re.compile(r"\s*(?:,|;|\+|&|/|\s-\s|–|-|\n|\bvà\b|\bcùng\b)\s*", re.IGNORECASE)
_WORD = re.compile(r"\s*([^\W_]+(?:['’][^\W_]+)*)")
_ALL_VILLAGES = re.compile(r"\b(?:cac|[0-9]{1,2}(?:/[0-9]{1,2})?|tat ca) (?:thon|ban|xom)\b")
_NO_NAME_GOES_ON_WITH = {"xã", "huyện", "tỉnh", "tại", "lúc", "vào", "ngày", "thôn", "các", "và"}
_NO_NAME_BEGINS_WITH = _NO_NAME_GOES_ON_WITH | {
    "ở", "với", "cùng", "gồm", "có", "trong", "trên", "do", "này", "theo", "để", "là", "khác", "nào", "số", "cho",
    "của", "được", "đã", "sẽ", "thuộc", "hoặc", "mời", "bị", "gặp", "ghép", "đến", "từ", "sau", "trước", "giờ",
    "còn", "liên", "chưa", "thăm", "đặc", "phụ", "học", "trưởng", "trường", "phó", "nhà", "sáng", "chiều", "tối",
    "bản", "tất", "địa", "đồng chí", "lãnh", "đại", "công", "hội", "ban",
}  # fmt: skip
_OFFICES = {"trưởng", "phó"}
_NO_VILLAGE = {
    "xa", "chinh", "trung tam", "truc tuyen", "online", "zoom", "ubnd", "hdnd", "ubmttqvn", "chua ro", "khong", "x",
}  # fmt: skip
NAMES_AT_MOST = 40


@dataclass(frozen=True)
class Place:
    """`villages` by their plain names ("Cà Xen"; "Thôn 3" where the name is a number); `venue` as written.

    `is_vague`: it says "the villages" and does not say which.
    """

    villages: tuple[str, ...]
    venue: str | None
    is_vague: bool = False


def read_place(text: str, village: str = "", *, commune: str = "", known: Collection[str] = ()) -> Place:
    """Reads a place as written; `village` is the cell of a column of villages, where there is one.

    `known` are villages of the same paper, named elsewhere in it as such.
    """
    if village:
        place = read_place(village, commune=commune, known=known)
        house = read_place(text, commune=commune) if text else Place((), None)
        return Place(
            place.villages or house.villages,
            house.venue or place.venue,
            place.is_vague and not house.villages,
        )
    line = one_line(text)
    villages = named_villages(line) or _villages_of_sites(line) or _bare_villages(line)
    if not villages:
        villages = [name for name in known if re.search(rf"\b{re.escape(name)}\b", line, re.IGNORECASE)]
    villages = [name for name in _once(villages) if name.casefold() != commune.casefold()]
    venue = _venue(line)
    if not villages and _ALL_VILLAGES.search(flat(line)):
        return Place((), venue, is_vague=venue is None)
    if not villages and venue is None and re.search(r"\w", line):
        venue = line
    return Place(tuple(villages), venue)


def named_villages(text: str) -> list[str]:
    """The names that follow the word village: "thôn A", "các thôn A, B và C", "thôn 1, 2"."""
    names: list[str] = []
    low = flat(text)
    keywords = list(_KEYWORD.finditer(text))
    whole = [keyword for keyword in keywords if keyword.group().lower().startswith("thôn")]
    for keyword in whole or keywords:  # "xóm Đồng, thôn Cà Xen": the hamlet is a part
        names += _names(text, low, keyword.end(), keyword.group().strip(" :").split()[0])
    return _once(names)


def _names(text: str, low: str, start: int, keyword: str) -> list[str]:
    names: list[str] = []
    is_small = text.islower()
    while len(names) < NAMES_AT_MOST and (
        found := _name(text, low, start, is_small=is_small, is_surely_a_name=not names)
    ):
        name, end = found
        names.append(f"{keyword.capitalize()} {name}" if name.isdigit() else proper(name))
        link = _LINK.match(text, end)
        if not link or not _name(text, low, link.end()):
            break
        start = link.end()
    return names


def _name(
    text: str, low: str, start: int, *, is_small: bool = False, is_surely_a_name: bool = False
) -> tuple[str, int] | None:
    """A name that begins here: words with a capital, the second may be small ("Cà xen"); `low` is the text flat."""
    words: list[str] = []
    end = start
    while (found := _WORD.match(text, end)) and len(words) < 4 and not (words and "\n" in found.group()):
        goes_on = _goes_on(words, found[1], is_small=is_small, is_surely_a_name=is_surely_a_name)
        if not goes_on or _VENUE.match(low, found.start(1)):
            break
        words.append(found[1])
        end = found.end()
        if words[0].isdigit():
            break
    return (" ".join(words), end) if words else None


def _goes_on(words: list[str], word: str, *, is_small: bool, is_surely_a_name: bool) -> bool:
    """Whether a name may have this word after those. Behind "thôn" a capital begins any name ("Trường Thành").

    But for an office: "Ở thôn: Trưởng thôn, Trưởng BCT Mặt trận thôn" names no village.
    """
    if not words and word.lower() in _OFFICES:
        return False
    is_capital = word[0].isupper() or (word[0].isdigit() and (not words or words[-1][0].isalpha()))
    if is_capital and (words or is_surely_a_name):
        return word.lower() not in _NO_NAME_GOES_ON_WITH
    return word.lower() not in _NO_NAME_BEGINS_WITH and (is_capital or is_small or len(words) == 1)


def _villages_of_sites(text: str) -> list[str]:
    names: list[str] = []
    low = flat(text)
    for site in _SITE.finditer(low):
        found = _name(text, low, site.end())
        if found and flat(found[0]) not in _NO_VILLAGE and found[0][0].isupper():
            names.append(proper(found[0]))
    return names


def _bare_villages(text: str) -> list[str]:
    """Names alone, as they stand in a column of villages: "Làng Trê, Làng Giữa"; "1" is village 1."""
    parts = [part.strip(" .:") for part in re.split(r"[;,+&/\n]|\s[-–]\s|\bvà\b", text)]
    if not all(parts) or not all(_is_bare(part) for part in parts):
        return []
    return [f"Thôn {part}" if part.isdigit() else proper(part) for part in parts]


def _is_bare(part: str) -> bool:
    words = part.split()
    return (
        1 <= len(words) <= 4
        and not _VENUE.match(flat(part))
        and flat(part) not in _NO_VILLAGE
        and all(re.fullmatch(r"[^\W_]+(?:['’][^\W_]+)*", word) for word in words)
        and all(word[0].isupper() or word[0].isdigit() for word in words)
        and (len(part) > 1 or part.isdigit())
    )


def _venue(line: str) -> str | None:
    parts = [part.strip(" .:") for part in _PARTS.split(line)]
    houses = [part for part in parts if _VENUE.match(flat(part))]
    if len(houses) == len([part for part in parts if part]):
        return line.strip(" .;") if houses else None  # nothing else: as written
    return ", ".join(houses) or None


def _once(names: list[str]) -> list[str]:
    return list({name.casefold(): name for name in names}.values())  # Lạc Hạ and Lạc Hà are two villages
