"""Meetings that a plan gives without a table: one a paragraph, or as lines *Thời gian*, *Địa điểm*, *Thành phần*."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.importers.plan_places import named_villages
from bot.importers.plan_schedule import Row
from bot.importers.plan_tables import Block, Paragraph
from bot.importers.plan_words import flat, time_and_place

_ITEM = r"^\s*(?:[0-9]{1,2}[.)]|[a-z]\)|[-+–•*])?\s*(?:[0-9.]{1,4}\s+)?"
_LABELS = {
    "when": re.compile(_ITEM + r"(?:thoi gian|thoi gian hop|ngay gio|thoi gian to chuc)\s*:\s*(?=\S)"),
    "where": re.compile(_ITEM + r"(?:dia diem|noi hop|dia diem hop|dia diem to chuc)\s*:\s*(?=\S)"),
    "who": re.compile(_ITEM + r"thanh phan(?: (?:tham du|tham gia|du hop|du|moi|hop))*\s*(?:gom(?: co)?)?\s*:\s*"),
    "note": re.compile(_ITEM + r"ghi chu\s*:\s*"),
}
_OTHER_LABEL = re.compile(_ITEM + r"(?:noi dung|chu tri|kinh phi|yeu cau|luu y|phuong tien)\b[^:]{0,40}:")
_CLOCK = re.compile(
    r"\b[0-9]{1,2}\s?(?:giờ|h|g)\s?(?:[0-9]{2})?\b|\b[0-9]{1,2}:[0-9]{2}\b|\b(?:sáng|chiều|tối)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b[0-9]{1,2}\s?[/.-]\s?[0-9]{1,2}\b|\bngày\s+[0-9]{1,2}\b", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-+–•*]|[0-9]{1,2}[.)]|[a-zđ]\))\s*")
_SPOT = re.compile(r"\btại\b|nhà văn h[oó][aá]|điểm trường|hội trường", re.IGNORECASE)
_GROUNDS = re.compile(
    r"\b(?:can cu|thuc hien|bao cao|cuoc hop ngay|trien khai|hoan thanh|gui ve|cham nhat|truoc ngay)\b"
)


def lines_of(blocks: Iterable[Block]) -> list[str]:
    """The lines of running text."""
    return [line.strip() for block in blocks if isinstance(block, Paragraph) for line in block.text.split("\n")]


def rows_of_lists(blocks: Sequence[Block]) -> list[Row]:
    """The meetings that paragraphs describe, in the shape of a table's rows."""
    lines = lines_of(blocks)
    rows = list(_labelled(lines)) or list(_itemised(lines))
    shared = common_invitees(blocks)
    return [replace(row, number=number, who=row.who or shared) for number, row in enumerate(rows, 1)]


def common_invitees(blocks: Sequence[Block]) -> str:
    """What stands after "Thành phần:" outside of any table; empty where there is none."""
    lines = lines_of(blocks)
    return next((_people(lines, at) for at, line in enumerate(lines) if _LABELS["who"].match(flat(line))), "")


def _people(lines: Sequence[str], at: int) -> str:
    """What the label in this line introduces: the rest of the line, or the bullets of one kind below it."""
    found = _LABELS["who"].match(flat(lines[at]))
    value = lines[at][found.end() if found else 0 :].strip()
    if value and not value.endswith(":"):
        return value
    people: list[str] = []
    for line in lines[at + 1 :]:
        bullet = _BULLET.match(line)
        if bullet is None or _is_other_part(line) or (people and _kind(bullet) != _kind(_BULLET.match(people[0]))):
            break
        people.append(line)
    return "\n".join(people)


def _kind(bullet: re.Match[str] | None) -> str:
    sign = bullet.group().strip() if bullet else ""
    return "1" if sign[:1].isdigit() else "a" if sign.endswith(")") else sign


def _is_other_part(line: str) -> bool:
    is_labelled = any(label.match(flat(line)) for label in _LABELS.values()) or _OTHER_LABEL.match(flat(line))
    return bool(is_labelled) or _is_item(line)


@dataclass
class _Draft:
    heading: str = ""
    day: str = ""
    place: str = ""
    who: str = ""
    note: str = ""

    def row(self) -> Row:
        place = self.place
        if self.heading and not named_villages(place):
            place = f"{self.heading}, {place}".strip(", ")
        return Row(0, day=self.day, place=place, who=self.who, note=self.note)


def _labelled(lines: Sequence[str]) -> Iterator[Row]:
    heading, draft = "", _Draft()
    for at, line in enumerate(lines):
        label = next((name for name, label in _LABELS.items() if label.match(flat(line))), None)
        if label is None:
            if len(line) < 80 and named_villages(line) and not _BULLET_OF_PEOPLE.search(flat(line)):
                if draft.day:
                    yield draft.row()
                    draft = _Draft()
                heading = _BULLET.sub("", line).strip(" :.")
            continue
        found = _LABELS[label].match(flat(line))
        value = line[found.end() if found else 0 :]
        if label == "when":
            if draft.day:
                yield draft.row()
                draft = _Draft()
            draft.day, draft.heading, heading = value, heading, ""
        elif label == "where":
            draft.place = value
        elif label == "who":
            draft.who = _people(lines, at)
        else:
            draft.note = value
    if draft.day:
        yield draft.row()


_BULLET_OF_PEOPLE = re.compile(r"truong (?:cac )?thon|bi thu|mat tran|phu huynh|lanh dao|giao vien")


def _is_item(line: str) -> bool:
    """A line that tells a whole meeting: an hour, a day and a place."""
    return bool(
        len(line) < 600
        and _CLOCK.search(line)
        and _DATE.search(line)
        and (named_villages(line) or _SPOT.search(line))
        and not _GROUNDS.search(flat(line))
    )


def _itemised(lines: Sequence[str]) -> Iterator[Row]:
    """ "1. Thôn Cà Xen: lúc 18 giờ 30, ngày 21/3/2024, tại nhà văn hóa thôn."""
    for at, line in enumerate(lines):
        if not _is_item(line):
            continue
        text = _BULLET.sub("", line)
        who = ""
        if found := re.search(r"[.;,]?\s*thanh phan[^:]{0,20}:\s*", flat(text)):
            text, who = text[: found.start()], text[found.end() :]
        elif at + 1 < len(lines) and _LABELS["who"].match(flat(lines[at + 1])):
            who = _people(lines, at + 1)
        when, place = time_and_place(text)
        yield Row(0, day=when, place=place, who=who.strip())
