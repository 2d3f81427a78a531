"""What a plan is for, and what it asks of whom (*Tổ chức thực hiện*), in the paper's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.importers.plan_invitees import InviteeRole, roles_of
from bot.importers.plan_tables import Block, Paragraph
from bot.importers.plan_words import flat, one_line

PURPOSE_AT_MOST = 600
DUTY_AT_MOST = 4000
HEAD_AT_MOST = 160

_PART = re.compile(r"^(?:[IVX]{1,5}|[A-D])\s*[.)/]\s")
_ITEM = re.compile(r"^\d{1,2}(?:\.\d{1,2})?\s*[.)/]\s*(?=\D)")
_BULLET = re.compile(r"^\s*[-–+•*]\s*")
_PURPOSE = re.compile(r"^(?:\W*(?:[ivx]+|\d{1,2}|[a-d])\s*[.)/]\s*)?muc dich\b(?:\s*,?\s*(?:va )?yeu cau)?\s*:?\s*")
_DEMANDS = re.compile(r"^(?:\W*(?:\d{1,2}|[a-d])\s*[.)/]\s*)?yeu cau\b")
_DUTIES = re.compile(
    r"^(?:\W*(?:[ivx]+|\d{1,2})\s*[.)/]\s*)?(?:to chuc thuc hien|phan cong|trach nhiem|nhiem vu)\b"
    r"(?!.*\b(?:nham|theo)\b)"
)
_ENDS = re.compile(r"^\W*(?:noi nhan|tren day la)\b")
_CLOSING = re.compile(r"\b(?:yeu cau|de nghi|giao)\b(?=.*\b(?:thuc hien|trien khai)\b)")
# Where a sentence without a colon stops naming who, and begins to say what.
_VERB = re.compile(
    r"\b(?:day manh|chu tri|phoi hop|co trach nhiem|chiu trach nhiem|chi dao|tham muu|trien khai|thuc hien|tang cuong"
    r"|to chuc (?:thuc hien|tuyen truyen|hop|van dong)|nghiem tuc|quan tam|theo doi|ra soat|phan cong|bo tri"
    r"|can cu|chuan bi|xay dung|nam (?:bat|tinh hinh)|tiep tuc|thuong xuyen|huong dan|don doc|kiem tra|thong bao"
    r"|(?<!to chuc )tuyen truyen|van dong)\b"
)
_WITH_TEACHERS, _WITH_VILLAGES = "school", "front"


@dataclass(frozen=True)
class Duty:
    """What one part of the paper asks; `words` as written, `roles` of those it names."""

    words: str
    roles: tuple[InviteeRole, ...]


def read_purpose(blocks: Sequence[Block]) -> str:
    """The first aim below *Mục đích*, as written; empty where the paper names none."""
    lines = _lines(blocks)
    for at, line in enumerate(lines):
        found = _PURPOSE.match(flat(line))
        if found is None or len(line) > PURPOSE_AT_MOST:
            continue
        text = line[found.end() :].strip()
        if text:
            return _tidy(text)[:PURPOSE_AT_MOST]
        for below in lines[at + 1 : at + 3]:
            if _PART.match(below) or _DEMANDS.match(flat(below)):
                break
            if not _PURPOSE.match(flat(below)):
                return _tidy(_ITEM.sub("", below))[:PURPOSE_AT_MOST]
    return ""


def read_duties(blocks: Sequence[Block]) -> tuple[Duty, ...]:
    """The numbered parts of *Tổ chức thực hiện* and the closing demand, each with the roles that its head names."""
    lines = _lines(blocks)
    found: list[list[str]] = []
    is_within = False
    for line in lines:
        if _is_heading(line):
            is_within = True
        elif _ENDS.match(flat(line)) or _PART.match(line):
            is_within = False
        elif is_within and _ITEM.match(line):
            found.append([_ITEM.sub("", line)])
        elif is_within and found:
            found[-1].append(line)
    duties = [_duty(part) for part in found]
    closing = _closing(lines)
    return tuple(duty for duty in (*duties, *([closing] if closing else [])) if duty.roles)


def _is_heading(line: str) -> bool:
    return len(line) < HEAD_AT_MOST and _DUTIES.match(flat(line)) is not None


def _duty(part: Sequence[str]) -> Duty:
    words = "\n".join(one_line(line) for line in part)[:DUTY_AT_MOST]
    return Duty(words, _named(_head(part[0])))


def _head(line: str) -> str:
    """Who is named: before the colon, or before the first verb."""
    before, colon, _ = line.partition(":")
    if colon and len(before) <= HEAD_AT_MOST:
        return before
    verb = _VERB.search(flat(line))
    return line[: verb.start()] if verb else line[:HEAD_AT_MOST]


def _named(head: str) -> tuple[InviteeRole, ...]:
    """A school's duties are its teachers' too; the Front's reach down to its committees where the words say so."""
    roles = dict.fromkeys(roles_of(head))
    names = {role.role for role in roles}
    if _WITH_TEACHERS in names:
        roles[InviteeRole("teacher", "commune")] = None
    if _WITH_VILLAGES in names and re.search(r"\b(?:den|cac|o) (?:cac )?thon\b", flat(head)):
        roles[InviteeRole("village_front", "commune")] = None
    return tuple(roles)


def _closing(lines: Sequence[str]) -> Duty | None:
    """ "Trên đây là Kế hoạch … Yêu cầu các ban, ngành, trưởng thôn nghiêm túc thực hiện./." """
    for line in reversed(lines):
        if not flat(line).lstrip().startswith("tren day la"):
            continue
        found = _CLOSING.search(flat(line))
        if found is None:
            return None
        words = line[found.start() :]
        return Duty(_tidy(words[:1].upper() + words[1:]), _named(_head(words)))
    return None


def _lines(blocks: Sequence[Block]) -> list[str]:
    """The paragraphs; tables say other things."""
    texts = (block.text for block in blocks if isinstance(block, Paragraph) and "\t" not in block.text)
    return [line.strip() for text in texts for line in text.split("\n") if line.strip()]


def _tidy(text: str) -> str:
    return one_line(_BULLET.sub("", text)).removesuffix("/.").strip()
