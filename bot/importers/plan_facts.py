"""What a plan says about itself: number, date, issuer, subject, signer, recipients.

The parts stand where Nghị định 30/2020/NĐ-CP puts them (reference/domain.md §10); scans and texts lose the two
columns of the letterhead, so each part is looked for by its form, the letterhead column by column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from bot.importers.plan_recipients import addressed_lines, recipient_lines
from bot.importers.plan_tables import Block, Paragraph, Table
from bot.importers.plan_words import flat, one_line


@dataclass(frozen=True)
class Facts:
    """`as_of`: the day to count from where a date has no year; the first of the month when the day is blank.

    `addressed`: the bodies of *Kính gửi*.
    """

    number: str | None
    issued_on: date | None
    as_of: date | None
    issuer: str | None
    signer: str | None
    subject: str | None
    recipients: tuple[str, ...]
    addressed: tuple[str, ...]


_NUMBER = re.compile(
    r"\bSố\s*:?\s*([0-9]{1,5}[a-z]?)\s*/\s*((?:[0-9]{4}/)?[A-ZĐ]{1,6}(?:\s?[-–]\s?[A-ZĐ&.]{2,20})*)",
    re.IGNORECASE,
)
_PLACE_AND_DATE = re.compile(
    r"[^\W\d_][\w\s]{1,40},\s*ngày\s*([0-9]{1,2}|[.…\s]*)\s*tháng\s*([0-9]{1,2})\s*năm\s*([0-9]{4})",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^(?:KẾ HOẠCH|LỊCH(?: HỌP| LÀM VIỆC)?|GIẤY MỜI|THÔNG BÁO|CHƯƠNG TRÌNH)\b(.*)$")
_BODY_BEGINS = re.compile(r"^(?:thuc hien|can cu|kinh gui|de |nham |trong thoi gian|[ivx]+\.|[0-9]+\.|-)")
_BODIES = re.compile(
    r"^(?:[ỦU][YỶ] BAN (?:NHÂN DÂN|MTTQ|MẶT TRẬN)|UBND|HĐND|HỘI ĐỒNG NHÂN DÂN|ĐẢNG [ỦU][YỶ]|BAN CHỈ ĐẠO|TRƯỜNG|UBMTTQ)",
    re.IGNORECASE,
)
_UNIT = re.compile(r"^(?:XÃ|HUYỆN|THỊ XÃ|PHƯỜNG|TỈNH|THỊ TRẤN)\b", re.IGNORECASE)
_UNIT_INSIDE = re.compile(r"\b(?:XÃ|HUYỆN|PHƯỜNG|TỈNH|THỊ TRẤN)\b", re.IGNORECASE)
_IN_TEXT = re.compile(
    r"(?:UBND|[ỦU][yỷ] ban nhân dân)\s+((?:xã|phường|thị trấn)(?:\s+[A-ZÀ-ỸĐ][^\W\d_]*(?:['’][^\W\d_]+)?){1,4})"
)
_OFFICE = re.compile(
    r"^(?:(?:TM|KT|TL|TUQ|Q)\s?\.\s?)?(?:PHÓ )?"
    r"(?:CHỦ TỊCH|BÍ THƯ|HIỆU TRƯỞNG|TRƯỞNG BAN|TRƯỞNG PHÒNG|CHÁNH VĂN PHÒNG)(?: .{0,60})?$"
)
_NAME = re.compile(r"^(?:[^\W\d_][^\W\d_'’]*)(?: [^\W\d_][^\W\d_'’]*){1,5}$")


def facts_of(blocks: Sequence[Block]) -> Facts:
    """Reads what the paper says about itself; a part that is not there is None."""
    lines = list(_reading_order(blocks))
    head = lines[: _title_at(lines)] if _title_at(lines) is not None else lines[:25]
    issued_on, as_of = _dates(head, _PLACE_AND_DATE.search)
    if as_of is None:
        issued_on, as_of = _dates(lines, _PLACE_AND_DATE.fullmatch)
    return Facts(
        number=_number(head) or _number(lines[:25]),
        issued_on=issued_on,
        as_of=as_of,
        issuer=_issuer_in_head(head) or _issuer_in_text(lines),
        signer=_signer(lines),
        subject=_subject(lines),
        recipients=recipient_lines(lines),
        addressed=addressed_lines(lines),
    )


def _reading_order(blocks: Sequence[Block]) -> Iterator[str]:
    """Lines; what stands in two columns (letterhead, recipients and signature) column after column."""
    pending: list[list[str]] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            for line in block.text.split("\n"):
                columns = [one_line(part) for part in line.split("\t")]
                if len(columns) > 1:
                    pending.append(columns)
                    continue
                yield from _by_column(pending)
                pending = []
                if columns[0]:
                    yield columns[0]
            continue
        yield from _by_column(pending)
        pending = []
        yield from _by_column(_two_columns(block))
    yield from _by_column(pending)


def _two_columns(table: Table) -> list[list[str]]:
    """A letterhead or a signature has two columns that hold something; a table with more of them is none."""
    columns = [list(dict.fromkeys(cells)) for cells in zip(*table.rows, strict=True) if any(cells)]
    if len(columns) > 2:
        return []
    lines = [[one_line(line) for cell in column for line in cell.split("\n")] for column in columns]
    return [list(row) for row in zip_longest(*lines, fillvalue="")]


def _by_column(rows: list[list[str]]) -> Iterator[str]:
    for at in range(max(map(len, rows), default=0)):
        yield from (row[at] for row in rows if at < len(row) and row[at])


def _title_at(lines: Sequence[str]) -> int | None:
    return next((at for at, line in enumerate(lines[:60]) if _TITLE.match(line)), None)


def _number(lines: Sequence[str]) -> str | None:
    for line in lines:
        if found := _NUMBER.search(line):
            body = "".join(found[2].split()).replace("–", "-").upper()
            return f"{found[1]}/{body}"
    return None


def _dates(lines: Sequence[str], find: Callable[[str], re.Match[str] | None]) -> tuple[date | None, date | None]:
    for line in lines:
        if found := find(line):
            try:
                if found[1].strip(". …"):
                    day = date(int(found[3]), int(found[2]), int(found[1]))
                    return day, day
                return None, date(int(found[3]), int(found[2]), 1)
            except ValueError:
                continue
    return None, None


def _issuer_in_head(head: Sequence[str]) -> str | None:
    """The last body of the left column; the one above it is its superior."""
    bodies: list[str] = []
    for line in head:
        if _BODIES.match(line) and len(line) < 100 and "CỘNG HÒA" not in line.upper():
            bodies.append(line)
        elif bodies and _UNIT.match(line) and not _UNIT_INSIDE.search(bodies[-1]):
            bodies[-1] += " " + line
    own = [body for body in bodies if re.search(r"\b(?:XÃ|PHƯỜNG|TRƯỜNG|THỊ TRẤN)\b", body.upper())]
    return _as_written_in_text(own[-1]) if own else None


_SHORT = {"UBND", "HĐND", "UBMTTQ", "UBMTTQVN", "MTTQ", "MTTQVN", "PTDTBT", "PTDTNT", "TH&THCS", "TH", "THCS"}
_SMALL = {"XÃ", "PHƯỜNG", "HUYỆN", "THỊ", "TRẤN", "TỈNH"}


def _as_written_in_text(body: str) -> str:
    """ "ỦY BAN NHÂN DÂN XÃ MINH RIN" is "UBND xã Minh Rin" in every sentence of the paper."""
    body = re.sub(r"^[ỦU][YỶ] BAN NHÂN DÂN", "UBND", body, flags=re.IGNORECASE)
    body = re.sub(r"^HỘI ĐỒNG NHÂN DÂN", "HĐND", body, flags=re.IGNORECASE)
    if not body.isupper():
        return body
    words = []
    for at, word in enumerate(body.split()):
        is_small = word in _SMALL or (at > 0 and word in ("ỦY", "BAN", "CHỈ", "ĐẠO"))
        words.append(word if word in _SHORT else word.lower() if is_small else word.capitalize())
    return " ".join(words)


def _issuer_in_text(lines: Sequence[str]) -> str | None:
    """Without a letterhead: the body that "builds" the plan, else the one named most."""
    names: Counter[str] = Counter()
    for line in lines:
        for found in _IN_TEXT.finditer(line):
            name = f"UBND {found[1]}"
            names[name] += (
                10 if flat(line[found.end() :]).lstrip(" ,").startswith(("xay dung", "ban hanh", "to chuc")) else 1
            )
    return names.most_common(1)[0][0] if names else None


def _subject(lines: Sequence[str]) -> str | None:
    at = _title_at(lines)
    if at is None:
        return None
    found = _TITLE.match(lines[at])
    parts = [found[1].strip()] if found and found[1].strip() else []
    for line in lines[at + 1 : at + 5]:
        if (_BODY_BEGINS.match(flat(line)) and parts) or len(line) > 250 or re.fullmatch(r"\W*", line):
            break
        parts.append(line)
    subject = re.sub(r"^(?:v/v|về việc)\s*:?\s*", "", one_line(" ".join(parts)), flags=re.IGNORECASE)
    return subject or None


def _signer(lines: Sequence[str]) -> str | None:
    """The name below the last office ("CHỦ TỊCH"); "(Đã ký)" in between is passed over."""
    for at in range(len(lines) - 1, -1, -1):
        if not (_OFFICE.match(lines[at]) and lines[at].isupper()):
            continue
        for line in lines[at + 1 : at + 6]:
            if _NAME.match(line) and not _OFFICE.match(line) and flat(line) not in ("da ky", "ky ten"):
                return line
        return None
    return None
