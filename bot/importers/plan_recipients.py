"""To whom a plan is given (*Nơi nhận*): the lines as written, and the roles that each line stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.importers.plan_invitees import Invitee, InviteeRole, roles_of
from bot.importers.plan_places import named_villages
from bot.importers.plan_words import flat, is_ditto, one_line

LINES_AT_MOST = 30
_DASH = re.compile(r"^\s*(?:[-–+•]|\d{1,2}[.)])\s*")
_HEAD = re.compile(r"^\W*noi nhan\W*")
_ADDRESSED = re.compile(r"^\W*kinh gui\s*:?\s*")
_FILES = re.compile(r"^\W*luu\b")
_OFFICE = re.compile(r"^(?:(?:TM|KT|TL|TUQ|Q)\s?\.\s?)?(?:PHÓ )?(?:CHỦ TỊCH|BÍ THƯ|HIỆU TRƯỞNG|TRƯỞNG|CHÁNH)\b")
# "(để b/c)", "(t/h)": what the copy is for, not whom it is for.
_PURPOSE = re.compile(
    r"\(\s*(?:để |thay )?(?:b/c|t/h|p/h|ph|báo cáo|thực hiện|phối hợp|chỉ đạo|biết)[^)]*\)", re.IGNORECASE
)
_VILLAGES = re.compile(r"(?:^|[;,]|\bva\b)\s*(?:cac|[0-9]+) thon\b")
_INLINE = re.compile(r"(?<=[;.,])\s*[-–+•]\s*(?=[^\W\d_])")


def recipient_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines below *Nơi nhận*, as written, without the copy for the files ("Lưu: VT")."""
    start = next((at for at, line in enumerate(lines) if _HEAD.match(flat(line))), None)
    return () if start is None else tuple(_entries(lines[start : start + LINES_AT_MOST], _HEAD))


def addressed_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """The bodies below *Kính gửi*, which "Như trên" among the recipients means."""
    start = next((at for at, line in enumerate(lines) if _ADDRESSED.match(flat(line))), None)
    if start is None:
        return ()
    first = lines[start][_end(_ADDRESSED, lines[start]) :].strip()
    below = []
    for line in lines[start + 1 : start + LINES_AT_MOST]:
        if not _DASH.match(line):
            break
        below.append(line)
    return tuple(_entries([lines[start], *below] if first else ["", *below], _ADDRESSED))


def _end(pattern: re.Pattern[str], line: str) -> int:
    found = pattern.match(flat(line))
    return found.end() if found else 0


def _entries(lines: Sequence[str], head: re.Pattern[str]) -> Iterator[str]:
    """One entry a line; a line without a dash goes on with an unfinished entry, or is one where none has a dash."""
    rest = lines[0][_end(head, lines[0]) :]
    parts = [part for line in (rest, *lines[1:]) for part in _INLINE.split(line)]
    entries: list[str] = []
    for part in parts:
        if not part.strip():
            continue
        if _OFFICE.match(part.strip()) or (part.isupper() and not _DASH.match(part)):
            break
        text = _DASH.sub("", part).strip()
        goes_on = not _DASH.match(part) and bool(entries) and not entries[-1].endswith((";", "."))
        if goes_on and not _FILES.match(flat(text)):
            entries[-1] += f" {text}"
            continue
        entries.append(text)
        if _FILES.match(flat(text)):
            break
    for entry in entries:
        text = one_line(entry).strip(" ;.,")
        if re.search(r"\w", text) and not _FILES.match(flat(text)):
            yield text


def read_recipients(written: Sequence[str], addressed: Sequence[str] = ()) -> tuple[Invitee, ...]:
    """Each recipient as written, with the roles it stands for: none for higher bodies, websites and the like."""
    found = []
    for words in written:
        meant = addressed if is_ditto(words) else (words,)
        roles = dict.fromkeys(role for line in meant for role in _roles(line))
        found.append(Invitee(words, tuple(roles)))
    return tuple(found)


def _roles(words: str) -> tuple[InviteeRole, ...]:
    bare = _PURPOSE.sub("", words).strip()
    roles = roles_of(bare)
    villages = tuple(named_villages(bare)) if not roles else ()
    if villages:
        return (InviteeRole("village_head", "villages", villages),)
    if _VILLAGES.search(flat(bare)) and "village_head" not in {role.role for role in roles}:
        return (*roles, InviteeRole("village_head", "commune"))
    return roles
