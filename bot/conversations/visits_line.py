"""What is typed about a home visit, read: one whole line (voice.md §3.7), or the answer to one question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.conversations.attendance_line import fits
from bot.parsing import ImpossibleDate, WeekdayMismatch, clean_line, day, find_class, fold, given_name
from bot.parsing.text import unmarked
from storage.pupils import Listed, Pupil
from storage.visits import Met, NextStep, VisitReason


def words(line: str) -> frozenset[str]:
    """A table of words, written in one line."""
    return frozenset(line.split("|"))


BEGINS = re.compile(
    r"^(?:(?P<gone>(?:hom|toi|chieu|sang|trua) qua) )?(?:(?:sang|trua|chieu|toi|hom) nay )?"
    r"(?:(?:toi|da|vua|moi|bao|di) )*(?:tham|ghe tham|ghe|den tham)\b"
    r"(?P<home> (?:nha|gia dinh))?(?P<pupil> (?:em|chau))?\s*"
)
# Where the next thing begins even if nobody typed a comma before it. Small letters only: Đỗ, Hứa and Vi are names.
TURNS = re.compile(
    r"(?<!không)(?<!khong)(?<!chưa)(?<!chua)\s+"
    r"(?=(?:(?:không|khong) (?:gặp|gap|có ai|co ai)|gặp|gap|(?:chưa |chua )?(?:hẹn|hen)|hứa|vì|lý do|ly do)\b)"
)
BREAK = re.compile(r"[,;:.\n]+(?=\s|$)(?!\s*(?:ngày |ngay )?\d{1,2}/\d)")  # "thứ 5, 21/3" is one day
PARENTS_WORDS = words(
    "cha|me|bo|ma|tia|cha me|bo me|ba me|ba ma|cha ma|tia ma|phu huynh|me em|cha em|bo em|vo chong|"
    "parents|mother|father"
)
RELATIVES_WORDS = words(
    "ong ba|ong noi|ong ngoai|ba noi|ba ngoai|nguoi nha|ong|chu|cau|di|mo|thim|anh chi|anh trai|chi gai|ho hang|"
    "grandparents|relatives"
)
NOBODY_WORDS = words(
    "khong gap ai|khong gap|khong co ai|khong ai|khong ai o nha|khong co ai o nha|nha di vang|di vang|vang nha|"
    "nha khong co ai|nha khong ai|nha dong cua|dong cua|nha khoa cua|nobody|nobody at home"
)
SAID: dict[VisitReason, str] = {
    VisitReason.HOUSEHOLD_WORK: "o nha phu viec|phu viec|viec nha|trong em|giu em|giup nha|phu nha|chan trau|giu trau|"
    "chan bo|o nha lam|housework",
    VisitReason.MIGRATION: "theo cha me|di ray|di lam xa|di lam an xa|lam an xa|vao nam|di lam|moved for work",
    VisitReason.ILLNESS: "om|benh|met|sot|dau|om benh|ill|sick",
    VisitReason.POVERTY: "thieu gao|thieu ao|thieu quan ao|thieu ao quan|thieu sach|thieu sach vo|thieu an|ngheo|"
    "kho khan|poor",
    VisitReason.DISTANCE: "duong xa|xa truong|mua|lu|mua lu|nuoc lon|sat lo|rain|flood",
    VisitReason.WEAK_LEARNING: "chan hoc|hoc yeu|luoi hoc|ngai hoc|khong muon hoc|weak at school",
    VisitReason.PRIVATE: "chuyen rieng|rieng|private",
}
STEPS: dict[NextStep, str] = {
    NextStep.WAIT: "cho em di hoc|cho em|cho|wait",
    NextStep.TEACHER_VISITS: "co giao den nha|co giao den|co den nha|co den|thay den nha|thay den|thay giao den|"
    "nho co giao|nho co|nho thay|the teacher visits",
    NextStep.SUPPORT: "xin ho tro|ho tro|can ho tro|xin gao|xin sach|xin sach vo|xin xe dap|can gao|support",
    NextStep.COMMUNE_VISITS: "xa va thon cung den|xa thon cung den|xa den nha|xa den|xa cung den|the commune visits",
}
REASON_WORDS = {word: reason for reason, line in SAID.items() for word in line.split("|")}
STEP_WORDS = {word: step for step, line in STEPS.items() for word in line.split("|")}
PROMISE = re.compile(r"^(?:gia dinh |nha |me |cha )?(?:hen|hua)\b(?: (?:la|di hoc|di hoc lai|cho em di hoc))?\s*")
BECAUSE = re.compile(r"^(?:vi|do|ly do|tai)\b\s*(?:la\b)?\s*")
OTHER = f"{VisitReason.OTHER}:"  # before the words of a typed reason
FAR = 200  # a school year's half: a day further off was meant of the past


@dataclass
class Said:
    """What one line holds. `doubtful` names the steps that were spoken of and not understood: they are asked."""

    pupils: list[Listed]
    days_ago: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()


def read_line(text: str, known: Sequence[Listed], today: date) -> Said | None:
    """`thăm em Chi 6A: gặp mẹ, hẹn thứ 6`, the parts in any order; None if the line speaks of no visit.

    A line that begins as a visit does, but names nobody in `known`, comes back without pupils.
    """
    line = clean_line(text)
    begun = BEGINS.match(unmarked(line))
    if begun is None:
        return None
    head, *parts = _parts(line[begun.end() :])
    pupils = find_pupils(head, known)
    is_plain = begun["home"] or begun["pupil"] or find_class(head, [one.class_name for one in known])
    if not head or not (pupils or is_plain):
        return None
    said = Said(pupils, days_ago=1 if begun["gone"] else 0)
    given = given_name(pupils[0].pupil.name) if pupils else ""
    for part in parts:
        _take(said, part, given, today)
    return said


def _parts(rest: str) -> list[str]:
    """The line in its parts, as they were typed: at commas and colons, and before words that begin something new."""
    cuts = [match.span() for match in BREAK.finditer(rest)] + [match.span() for match in TURNS.finditer(rest)]
    parts, start = [], 0
    for left, right in sorted(cuts):
        if left >= start:
            parts.append(rest[start:left])
            start = right
    return [part.strip(" ,;:.-") for part in [*parts, rest[start:]]]


def _take(said: Said, part: str, given: str, today: date) -> None:
    """One part into the answers."""
    folded = fold(part)
    if not folded:
        return
    if met := read_met(part, given):
        said.answers.setdefault("met", met)
    elif folded == "chua hen":
        said.answers["promise"] = "none"
    elif begun := PROMISE.match(unmarked(part)):
        _take_day(said, part[begun.end() :], today)
    elif step := STEP_WORDS.get(folded):
        said.answers["next"] = step
    elif reason := read_reason(part):
        said.answers["why"] = reason
    elif begun := BECAUSE.match(unmarked(part)):
        said.answers["why"] = f"{OTHER}{part[begun.end() :]}"
    elif folded.startswith("gap "):
        said.doubtful += ("met",)
    else:
        said.doubtful += ("why",)


def _take_day(said: Said, text: str, today: date) -> None:
    try:
        found = day(text, today)
    except (ImpossibleDate, WeekdayMismatch):
        found = None
    if found is None or not 0 <= (found - today).days <= FAR:
        said.doubtful += ("promise",)
    else:
        said.answers["promise"] = found.isoformat()


def read_met(text: str, given: str) -> Met | None:
    """Who was met: `gặp mẹ`, `mẹ và em`, `ông bà`, `không gặp ai`; None when any word of it is another's.

    `given` is the pupil's given name. Without marks `ba` may be the father or the grandmother, so it is nobody.
    """
    line = clean_line(text).casefold()
    folded = fold(line)
    if folded in NOBODY_WORDS:
        return Met.NOBODY
    line = re.sub(r"^(?:có |co )?(?:gặp|gap)(?: được| duoc)? ", "", line)
    kinds = {_one_met(piece.strip(), fold(given)) for piece in re.split(r"[,&+]| và | va | với | voi | cùng ", line)}
    if None in kinds or not kinds:
        return None
    if Met.PARENTS in kinds:
        return Met.PARENTS_AND_PUPIL if Met.PUPIL in kinds else Met.PARENTS
    return Met.RELATIVES if Met.RELATIVES in kinds else Met.PUPIL


def _one_met(piece: str, given: str) -> Met | None:
    folded = fold(piece)
    if folded in PARENTS_WORDS:
        return Met.PARENTS
    if folded in RELATIVES_WORDS or piece in ("bà", "anh", "chị"):
        return Met.RELATIVES
    pupil = ("em", "chau", "con", "hoc sinh", "pupil", f"em {given}", f"chau {given}")
    return Met.PUPIL if folded in pupil or (given and folded == given) else None


def read_reason(text: str) -> VisitReason | None:
    """One of the reasons, when the text is no more than its words; whatever says more is kept as it was typed."""
    folded = re.sub(r"^(?:vi|do|tai|em|bi) ", "", fold(text))
    return REASON_WORDS.get(re.sub(r"^(?:em|chau|bi|phai) ", "", folded))


def find_pupils(text: str, known: Sequence[Listed]) -> list[Listed]:
    """The pupils that a name may mean; class or village behind it narrow them down."""
    found = find_class(text, list(dict.fromkeys(one.class_name for one in known)))
    if found is not None:
        known = [one for one in known if one.class_name == found[0]]
        text = found[1]
    text = re.sub(r"^(?:em|cháu|chau)\b\s*|^(?:tên|ten)\b\s*", "", text.strip(" ,:-"), flags=re.IGNORECASE)
    fitting = _fitting(text, known)
    if fitting or not text:
        return fitting
    for village in {one.village for one in known if one.village}:
        if fold(text).endswith(" " + fold(village)):
            name = text.split()[: -len(village.split())]
            name = name[:-1] if fold(name[-1]) == "thon" else name
            return _fitting(" ".join(name), [one for one in known if one.village == village])
    return []


def _fitting(text: str, known: Sequence[Listed]) -> list[Listed]:
    if not fold(text):
        return []
    pupils: list[Pupil] = [one.pupil for one in known]
    chosen = {pupil.id for pupil in fits(text, pupils)}
    return [one for one in known if one.pupil.id in chosen]
