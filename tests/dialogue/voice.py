"""What every message of Ra Lớp keeps to, wherever it is said (voice.md §2, §5)."""

from __future__ import annotations

import re
import unicodedata

from bot.messages import Outgoing, rendered
from tests.phone import NUMBERS

SIGNS = set("✅📅🔔⚠️↩️⏳☐☑•…–“”→\ufe0f")
# Words of the machine, of the office and of blame, as whole words.
FORBIDDEN = re.compile(
    r"(?<!\w)(nhập|click|submit|thao tác|truy cập|sai cú pháp|không hợp lệ|lỗi|cập nhật dữ liệu|thành công|tác vụ|"
    r"bản ghi|sự kiện|địa điểm|gvcn|bgh|hs|ph|vui lòng|yêu cầu|bạn|quý vị|hệ thống|trốn học|vi phạm|bỏ học)(?!\w)",
    re.IGNORECASE,
)
# A roster is *nhập*, and its rows may be *lỗi*: those are the words of /nhapds (interface.md), and of no other thing.
OF_ROSTERS = re.compile(r"nhập danh sách|nhập \d+ em|(không|chưa|đã) nhập|dòng lỗi", re.IGNORECASE)
PLACEHOLDER = re.compile(r"%\(|\{\w+\}|: None\b|<[A-Za-z]+\.")
LIMIT = 1900
OPTIONS = 8


def faults(message: Outgoing, locale: str = "vi") -> list[str]:
    """What is wrong with a message; empty when nothing is."""
    shown = rendered(message, NUMBERS)
    whole = "\n".join([message.text, message.plain, *(choice.caption for choice in message.choices), shown])
    found = []
    if not message.text.strip():
        found.append("no words")
    if len(shown.encode("utf-16-le")) // 2 > LIMIT:
        found.append(f"{len(shown)} characters")
    if unicodedata.normalize("NFC", whole) != whole:
        found.append("not NFC")
    if odd := {sign for sign in whole if unicodedata.category(sign) in ("So", "Sk", "Cs", "Co", "Cf")} - SIGNS:
        found.append(f"signs that are not on the list: {odd}")
    if broken := PLACEHOLDER.search(whole):
        found.append(f"a sentence that was not filled: {broken[0]}")
    if locale == "vi":
        found += _in_vietnamese(message)
    numbered = [choice for choice in message.choices if choice.number not in ("", "0", "99")]
    is_pick_list = any(choice.mark in ("☐", "☑") for choice in message.choices)
    if len(numbered) > OPTIONS and not is_pick_list:
        found.append(f"{len(numbered)} numbered options")
    if len({choice.number for choice in numbered}) != len(numbered):
        found.append("two options with one number")
    if any(len(choice.value.encode()) > 64 for choice in message.choices):
        found.append("a button of more than 64 bytes")
    return found


def _in_vietnamese(message: Outgoing) -> list[str]:
    found = []
    for text in (message.text, message.plain):
        if len(re.findall(r"\bạ\b", text)) > 1:
            found.append("ạ more than once")
        if bad := FORBIDDEN.search(OF_ROSTERS.sub("", text)):
            found.append(f"the word {bad[0]}")
    labels = [OF_ROSTERS.sub("", one.label) for one in message.choices]
    found += [f"the word {bad[0]} on a button" for label in labels if (bad := FORBIDDEN.search(label))]
    return found
