"""Numbers as people type them in a chat, and yes and no."""

from __future__ import annotations

import re
import unicodedata

from bot.parsing.text import clean_line, fold, lowered

_UNITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_LAST = {1: ("mốt", "một"), 4: ("tư", "bốn"), 5: ("lăm", "nhăm", "năm"), 7: ("bảy", "bẩy")}


def spelled(number: int) -> list[str]:
    """The Vietnamese ways to say a number from 1 to 99: 24 is "hai mươi bốn" and "hai mươi tư"."""
    tens, unit = divmod(number, 10)
    if tens == 0:
        return ["bảy", "bẩy"] if unit == 7 else [_UNITS[unit]]
    start = "mười" if tens == 1 else f"{_UNITS[tens]} mươi"
    if unit == 0:
        return [start]
    return [f"{start} {last}" for last in _LAST.get(unit, (_UNITS[unit],))]


_WORDS = {fold(words): number for number in range(1, 100) for words in spelled(number)}
_COUNTED = "em|nguoi|hs|hoc sinh|ban|chau|dua|con|buoi|lan|ho|nha|gia dinh|thon|ngay|tuan|cai|chiec|suat|phan|bo|quyen"
_LEAD = r"(?:(?:da|thua|co|chon|cau|muc|so|khoang|do|chung|tam|duoc) )*"
_TAIL = r"(?: (?:nhe|nha|thoi|day|do|roi|co|bac|chi|anh|thay|chu))*"
_ONE = re.compile(
    rf"{_LEAD}[\[(]?(?:(?P<digits>\d{{1,9}})|(?P<words>[a-z]+(?: [a-z]+){{0,2}}?))"
    rf"(?: ?[\])./])?(?: ?(?:{_COUNTED}))?{_TAIL}[.!]?"
)
_BESIDE = {*",;.&+", "va", "so", "em"}


def _plain(text: str) -> str:
    """Small letters and ordinary digits, for full-width ones and keycaps (1️⃣) too; without a polite ạ."""
    text = unicodedata.normalize("NFKC", text).replace("\u20e3", "").replace("\ufe0f", "")
    return re.sub(r"\bạ\b", "", lowered(clean_line(text))).strip()


def number(text: str) -> int | None:
    """The one number that the whole text says: "1", "1.", "số 1", "một", "hai em", "khoảng 12 người ạ".

    None if it says anything else: "6 a" is a class, "mốt" the day after tomorrow.
    """
    plain = _plain(text)
    found = _ONE.fullmatch(fold(plain))
    if not found or "mốt" in plain.split()[:1]:
        return None
    return int(found["digits"]) if found["digits"] else _WORDS.get(found["words"])


def numbers(text: str) -> list[int] | None:
    """The numbers of a list, in the order typed: "1 3 4", "1,3 ,4", "1, 3 và 4", "1;3", "số 1, số 3".

    None if anything else stands in it; "1-3" too, which may be two or three.
    """
    tokens = re.findall(r"\d+|[^\W\d_]+|\S", fold(_plain(text)))
    digits = [token for token in tokens if token.isdecimal()]
    is_list = bool(digits) and _BESIDE.issuperset(set(tokens) - set(digits)) and not tokens[-1].isalpha()
    return [int(one) for one in digits] if is_list and all(len(one) < 5 for one in digits) else None


_YES = frozenset(
    [
        "đúng",
        "phải",
        "có",
        "ừ",
        "ừm",
        "uh",
        "um",
        "ok",
        "oke",
        "okie",
        "okê",
        "okay",
        "vâng",
        "dạ",
        "được",
        "rồi",
        "yes",
        "chuẩn",
        "chính xác",
        "đồng ý",
        "nhất trí",
        "đúng vậy",
        "phải vậy",
        "ừ đúng",
        "ừ có",
        "ừ được",
        "vâng đúng",
        "vâng có",
        "vâng được",
        "có chứ",
        "được chứ",
        "tất nhiên",
        "👍",
        "👌",
        "✅",
    ]
)
_NO = frozenset(
    [
        "không",
        "ko",
        "k",
        "kh",
        "khg",
        "hông",
        "hổng",
        "khum",
        "chưa",
        "không phải",
        "không có",
        "không đúng",
        "không được",
        "không đồng ý",
        "chẳng",
        "chưa có",
        "chưa được",
        "chưa đúng",
        "chưa phải",
        "ko phải",
        "ko có",
        "ko đúng",
        "ko được",
        "sai",
        "nhầm",
        "đừng",
        "no",
        "nope",
        "👎",
    ]
)
_PLAIN_YES = frozenset(map(fold, _YES))
_PLAIN_NO = frozenset(map(fold, _NO)) - _PLAIN_YES  # "dung" is đúng far more often than đừng
_POLITE = re.compile(r"^(?:(?:dạ|da|thưa) )+(?=\S)|[ .!]+$")
_PARTICLE = re.compile(r" (?:ạ|nhé|nhe|nha|rồi|roi|đâu|dau|mà|đó|đấy|vậy|cô|bác|chị|anh|thầy|chú|em|a)$")


def _says(text: str, marked: frozenset[str], plain: frozenset[str]) -> bool:
    """Whether the whole text is one of these, politeness aside.

    A text with marks is read by them (cô is not có), one without is read without.
    """
    said = _POLITE.sub("", lowered(clean_line(text)).replace(",", ""))
    while said not in marked and not (said.isascii() and said in plain):
        shorter = _PARTICLE.sub("", said)
        if shorter == said:
            return False
        said = shorter
    return True


def affirmative(text: str) -> bool:
    """Whether the whole text is a yes: "đúng", "dạ phải ạ", "ok", "dong y"."""
    return _says(text, _YES, _PLAIN_YES)


def negative(text: str) -> bool:
    """Whether the whole text is a no: "không", "dạ chưa", "ko phải"."""
    return _says(text, _NO, _PLAIN_NO)
