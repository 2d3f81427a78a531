"""Labels of classes: 6A, 6/1, 3+4, "Mẫu giáo lớn"; and the class mentioned in a longer text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.parsing.text import clean_line, fold, lowered, unmarked

_PREFIX = re.compile(r"^(?:l[ớo]p|l[ớo]p h[ọo]c)\b\s*[:.]?\s*|^lớp(?=\d)|^lop(?=\d)", re.IGNORECASE)
_MIXED_WORD = re.compile(r"^gh[ée]p\b\s*[:.]?\s*", re.IGNORECASE)
_GRADES = r"(1[0-2]|0?[1-9])"
_MIXED = re.compile(rf"{_GRADES}(?: ?(?:\+|&|,|-|–|và|va) ?{_GRADES})(?: ?(?:\+|&|,|-|–|và|va) ?{_GRADES})?")
_JOINED = re.compile(rf"{_GRADES} ?\+ ?{_GRADES}(?: ?\+ ?{_GRADES})?")
_NUMBERED = re.compile(rf"{_GRADES} ?[/.-] ?0?([1-9]\d?)")
_LETTERED = re.compile(rf"{_GRADES} ?[/.-]? ?([^\W\d_])(?: ?[-./]? ?(\d{{1,2}}))?")
_BARE = re.compile(rf"{_GRADES}(?:\.0)?")  # 6.0 is Excel's way of writing 6
_FREE = re.compile(r"(?=.*[^\W\d_])[\w '’()+./-]{1,40}")
_AGES = re.compile(r"^\d{1,2}(?:\s*[-–]\s*\d{1,2})?\s*(?:tuoi|thang)\b")


def class_name(text: str) -> str | None:
    """One class label in its regular form: "Lớp 6 a" is 6A, "6.1" is 6/1, "Lớp ghép 3 + 4" is 3+4.

    Groups of a kindergarten and other names stay as written, without the word "lớp". None for what can be no
    label: nothing, a number that is no grade, a date, a sentence.
    """
    label = _PREFIX.sub("", unicodedata.normalize("NFKC", clean_line(text)))
    is_mixed = _MIXED_WORD.match(label)
    if is_mixed:
        label = _MIXED_WORD.sub("", label)
    if found := (_MIXED if is_mixed else _JOINED).fullmatch(label):
        return "+".join(str(int(grade)) for grade in found.groups() if grade)
    if found := _BARE.fullmatch(label):
        return str(int(found[1]))
    if found := _NUMBERED.fullmatch(label):
        return f"{int(found[1])}/{found[2]}"
    if found := _LETTERED.fullmatch(label):
        return f"{int(found[1])}{found[2].upper()}{found[3] or ''}"
    return label if _FREE.fullmatch(label) else None


def class_key(text: str) -> str:
    """Equal for two spellings of one class within a school. 6D and 6Đ stay two classes."""
    name = class_name(text) or clean_line(text)
    if name[:1].isdigit() and not _AGES.match(fold(name)):
        return lowered(name).replace(" ", "")
    return re.sub(r"[^\w+]", "", fold(name))


def grade(class_name: str) -> int | None:
    """The grade a class label begins with; the lowest one of a mixed class; None for a kindergarten group."""
    label = _PREFIX.sub("", clean_line(class_name))
    found = re.match(r"\d{1,2}(?!\d)", _MIXED_WORD.sub("", label))
    if not found or _AGES.match(fold(label)) or not 1 <= int(found[0]) <= 12:
        return None
    return int(found[0])


def find_class(text: str, known: Sequence[str]) -> tuple[str, str] | None:
    """The class of `known` that the text mentions first, and the text without it; None if it mentions none.

    Of two that begin at the same place the longer wins, then the one spelled exactly. A class that is only a
    number ("6") must be introduced by "lớp", be followed by a colon, or be all there is.
    """
    line = clean_line(text)
    plain = unmarked(line)
    found = [
        (match.start("label"), -match.end(), not is_exact, name, match.span())
        for name in filter(clean_line, known)
        for match in re.finditer(_mention(name), plain)
        if (is_exact := _is_spelled(name, line[slice(*match.span("label"))])) is not None
    ]
    if not found:
        return None
    *_, name, (start, end) = min(found)
    return name, clean_line(f"{line[:start]} {line[end:]}")


def _mention(name: str) -> str:
    """The pattern of one known class in unmarked text: spaces as one likes, nothing glued to either side."""
    label = class_name(name) or clean_line(name)
    if label.isdigit():
        introduced = rf"(?:\blop (?={label})|(?<![\w/.+-])(?={label} ?:)|^(?={label}$))"
        return rf"{introduced}(?P<label>{label})(?![\w/+]|[.-]\d)"
    first, *others = re.findall(r"\d+|[^\W\d_]+|\S", unmarked(label))
    is_lettered = bool(_LETTERED.fullmatch(label))
    pattern = re.escape(first) + "".join(_joined(piece, i == 1 and is_lettered) for i, piece in enumerate(others))
    return rf"(?<![\w/.+-])(?:lop )?(?:ghep )?(?P<label>{pattern})(?![\w+]|[/.-]\d)"


def _joined(piece: str, is_glued: bool) -> str:
    """A piece of a label behind another. The 1 of 6A1 is glued: "6A 1 em" means one pupil of 6A."""
    if is_glued:
        return piece
    if piece == "/":
        return "(?: ?/ ?|[.-])"
    return f" ?{re.escape(piece)}" + ("" if piece.isalnum() else " ?")


def _is_spelled(name: str, written: str) -> bool | None:
    """Whether a class is written exactly; False if only its marks were left out; None if it is another (lá, là)."""
    theirs, ours = lowered(written).replace(" ", ""), lowered(class_name(name) or name).replace(" ", "")
    if theirs == ours or (unmarked(ours) == ours and theirs.isascii()):
        return True
    return False if all(a == b or a == unmarked(b) for a, b in zip(theirs, ours, strict=False)) else None
