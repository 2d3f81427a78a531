"""What the titles of a roster and the names of its sheets say: the school, the school year, the class."""

import re
from collections.abc import Iterator

from bot.importers.roster_cells import Row, text
from bot.parsing import class_name, fold, school_year

_LABELS = frozenset({"lop", "ten lop", "lop hoc", "truong", "ten truong", "nam hoc", "don vi"})
# With its marks: folded, trường (school) and trưởng (head) are one word.
_KIND = r"ptdt|th\b|tiểu học|thcs|thpt|trung học|phổ thông|mầm non|mẫu giáo|mn\b|mg\b|liên cấp"
_SCHOOL = re.compile(
    rf"(?:^|đơn vị\s*:?\s*)trường\b\s*:?\s*(.+)|(?<!điểm )\btrường\b\s*:?\s*((?:{_KIND}).*)", re.IGNORECASE
)
_END_OF_SCHOOL = re.compile(
    r"\s*(?:[,;(]|\s[-–]\s*(?=năm|lớp|xã|huyện|tỉnh|khối)|\b(?:năm học|lớp|khối|gvcn)\b)", re.IGNORECASE
)
_SCHOOL_WORDS = ("mầm non", "mẫu giáo", "tiểu học", "trung học cơ sở", "trung học phổ thông", "phổ thông")

_CLASS = re.compile(r"(?<!khối )(?<!các )(?<!mỗi )(?<!số )\bl[ớo]p\b\s*:?\s*(?=\w)", re.IGNORECASE)
_END_OF_CLASS = re.compile(
    r"\s*(?:[;:(|]|\s[-–]\s|"
    r"\b(?:năm học|năm|gvcn|giáo viên|trường|điểm|tại|thôn|xã|khối|có|gồm|học kỳ)\b)",
    re.IGNORECASE,
)
_NO_CLASS = re.compile(r"(hoc|truong|pho|day|chu|o|cua|nay|danh|cuoi|dau|len|tren|duoi|theo|va|don|ghep$)\b")
_LETTERED = r"\b\d{1,2}\s?[a-zđ]\d?\b"
_SEVERAL_CLASSES = re.compile(rf"{_LETTERED}.*(?:,|\bvà\b|\bđến\b|–|-).*{_LETTERED}", re.IGNORECASE)
_REGULAR = re.compile(r"\d{1,2}(?:[^\W\d_]\d{0,2}|/\d{1,2}|\+\d{1,2}(?:\+\d{1,2})?)")
_GROUP = re.compile(
    r"(la|choi|mam(?! non)|mau giao|mg|nha tre|nt|nhom|be|nho|lon|hon hop|\d+ ?(- ?\d+ ?)?(tuoi|thang))\b"
)
_SHEET_WORDS = re.compile(r"^(ds|danh sách|hs|học sinh)\b[\s_.:-]*", re.IGNORECASE)


def pieces(row: Row) -> Iterator[str]:
    """The texts of a title row; a label ("Lớp:") together with what stands beside it."""
    cells = [text(cell) for cell in row if cell != ""]
    skips = False
    for cell, beside in zip(cells, [*cells[1:], ""], strict=True):
        if skips:
            skips = False
        elif beside and fold(cell).rstrip(" :") in _LABELS:
            skips = True
            yield f"{cell.rstrip(' :')}: {beside}"
        else:
            yield cell


def year_in(title: str) -> str | None:
    """The school year, "2025-2026"."""
    return school_year(title)


def school_in(title: str) -> str | None:
    """The school named in a title, "Trường PTDTBT TH&THCS Long Môn" whatever the capitals."""
    found = _SCHOOL.search(title)
    if found is None:
        return None
    name = _END_OF_SCHOOL.split(found[1] or found[2], maxsplit=1)[0].strip(" .:-–")
    return f"Trường {_calmed(name)}" if re.search(r"[^\W\d_]{2}", name) else None


def class_in(title: str) -> str | None:
    """The one class that a title or a line between two classes speaks of."""
    if _SEVERAL_CLASSES.search(title):
        return None
    for found in _CLASS.finditer(title):
        rest = title[found.end() :]
        label = class_name(f"Lớp {_END_OF_CLASS.split(rest, maxsplit=1)[0].strip(' .,-–')}")
        if label and _is_class(label):
            return _calmed_group(label)
        first = class_name(re.split("[ ,]", rest, maxsplit=1)[0])
        if first and _REGULAR.fullmatch(first):
            return first
    return None


def class_of_sheet(name: str) -> str | None:
    """The class that a sheet is named after; "Sheet1", "Danh sách", "6" are nobody's."""
    plain = _SHEET_WORDS.sub("", name).strip()
    label = class_name(plain)
    if label is None or not (_REGULAR.fullmatch(label) or _GROUP.match(fold(label)) or _CLASS.match(plain)):
        return None
    return _calmed_group(label)


def _is_class(label: str) -> bool:
    """A group may be called anything ("Hoa Hồng"), but not by what merely follows "lớp" in a sentence."""
    if _REGULAR.fullmatch(label) or label.isdecimal():
        return True
    plain = fold(label)
    return label[:1].isalpha() and len(plain.split()) <= 5 and not _NO_CLASS.match(plain)


def _calmed_group(label: str) -> str:
    """MẪU GIÁO LỚN A becomes Mẫu giáo lớn A: titles are written in capitals."""
    if not label.isupper() or not label[0].isalpha():
        return label
    words = [word if len(word) == 1 or not _has_vowel(word) else word.lower() for word in label.split()]
    return words[0][:1].upper() + " ".join(words)[1:]


def _calmed(name: str) -> str:
    """LONG MÔN becomes Long Môn, MẦM NON mầm non; PTDTBT and TH&THCS stay."""
    if not name.isupper():
        return name
    calm = " ".join(word.title() if _has_vowel(word) else word for word in name.split())
    for words in _SCHOOL_WORDS:
        calm = re.sub(rf"\b{words}\b", lambda found: found[0].capitalize(), calm, flags=re.IGNORECASE)
    return calm


def _has_vowel(word: str) -> bool:
    return re.search("[aeiouy]", fold(word)) is not None
