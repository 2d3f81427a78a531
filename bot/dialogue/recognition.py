"""What typed words mean, in one order: reserved words with their marks, options exactly, then without marks."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from unicodedata import normalize

from bot.messages import Choice
from bot.parsing import clean_line, fold, number


class Word(StrEnum):
    """The words that work at every question (voice.md §3.4)."""

    BACK = "back"
    SKIP = "skip"
    CANCEL = "cancel"
    MORE = "more"
    HELP = "help"
    ALL = "all"
    FIX = "fix"


SPELLED: dict[Word, tuple[str, ...]] = {
    Word.BACK: ("0", "lùi", "lùi lại", "quay lại", "back"),
    Word.SKIP: ("bỏ qua", "skip"),
    Word.CANCEL: ("hủy", "huỷ", "thôi", "cancel", "/huy"),
    Word.MORE: ("99", "thêm", "xem thêm", "more"),
    Word.HELP: ("?", "giúp", "help"),
    Word.ALL: ("đủ", "đủ cả", "đủ cả lớp", "all present"),
    Word.FIX: ("sửa", "change"),
}
EXACT = {spelling: word for word, spellings in SPELLED.items() for spelling in spellings}
FOLDED = {fold(spelling) or spelling: word for spelling, word in EXACT.items()}


def spelled(text: str) -> str:
    """A typed text as it is compared with marks: one line, NFC, no capitals, no full stop at its end."""
    return normalize("NFC", clean_line(text)).casefold().rstrip(".!").strip()


def reserved(text: str) -> Word | None:
    """The reserved word that a text is, typed with its marks."""
    return EXACT.get(spelled(text))


def reserved_folded(text: str) -> Word | None:
    """The reserved word that a text is without its marks."""
    return FOLDED.get(fold(text))


def pick(text: str, shown: Sequence[Choice]) -> tuple[Choice | None, bool]:
    """The choice of the last shown list that a text names, and whether exactly: its label or its number.

    Without marks a label or its unique beginning counts too, but not exactly. Ticks of a list are not picked here: a
    typed name or number answers the whole question, and the question reads it.
    """
    options = [choice for choice in shown if choice.mark not in ("☐", "☑")]
    typed, folded = spelled(text), fold(text)
    for choice in options:
        if typed and typed == spelled(choice.label):
            return choice, True
    counted = number(text)
    for choice in options:
        if counted is not None and choice.number == str(counted):
            return choice, True
    if len(folded) < 2:
        return None, False
    for choice in options:
        if folded == fold(choice.label):
            return choice, False
    beginning = [choice for choice in options if fold(choice.label).startswith(folded + " ")]
    return (beginning[0], False) if len(beginning) == 1 else (None, False)
