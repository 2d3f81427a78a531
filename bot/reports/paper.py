"""What an official paper holds, in words and tables, without a format: Word, PDF and workbook are made from it.

The layout is that of Nghị định 30/2020/NĐ-CP, Phụ lục I: two halves above, the title in the middle, parts, the
recipients at the lower left and the signatures at the lower right. Every text is said already, in the reader's
language; a name in it is data, never markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Head:
    """The upper halves. `superior` and `body` stand in capitals at the left (the first may be empty), `number` below
    them ("Số:     /BC-UBND", left open); the national motto at the right, `place_and_date` below it in italics."""

    superior: str
    body: str
    number: str
    nation: str
    motto: str
    place_and_date: str


@dataclass(frozen=True)
class Signature:
    """One who signs: lines in bold capitals above ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), room, the name in bold.

    `hint` stands below the title in italics ("ký, ghi rõ họ tên").
    """

    titles: Sequence[str]
    name: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its share of the width, how its cells stand."""

    head: str
    width: float = 1.0
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """A table with a repeated head; `totals` are rows in bold at its end. A number is a number, so that a workbook can
    add it up; None is an empty cell, a share is a text ("95,5%")."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str | int | None]]
    totals: Sequence[Sequence[str | int | None]] = ()
    caption: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing as PNG (Word) and SVG (PDF, page); `alt` says the same in words, the numbers stand in a table."""

    png: bytes
    svg: str
    alt: str


@dataclass(frozen=True)
class Part:
    """One part: a heading ("I. Tình hình …", empty: none), paragraphs, a list, a table, a picture, in this order.

    `level` 1 is a part in bold ("I."), 2 a section ("1."). `blanks` are that many dotted lines to write on by hand.
    """

    heading: str = ""
    paragraphs: Sequence[str] = ()
    items: Sequence[str] = ()
    table: Table | None = None
    picture: Picture | None = None
    blanks: int = 0
    level: int = 1


@dataclass(frozen=True)
class Paper:
    """One paper. `name` is the file's name without its ending ("bao-cao-tuan-2024-03-22"), `title` the kind of paper in
    capitals ("BÁO CÁO"), `subject` the line below it, `to` whom a report upwards addresses ("Kính gửi: …").

    `recipients` are the whole lines of "Nơi nhận" with its last ("- Lưu: VT."); `is_wide` turns the page.
    """

    name: str
    kind: str
    locale: str
    head: Head
    title: str
    subject: str
    parts: Sequence[Part]
    signatures: Sequence[Signature]
    to: Sequence[str] = ()
    opening: Sequence[str] = ()
    closing: Sequence[str] = ()
    recipients_label: str = ""
    recipients: Sequence[str] = ()
    is_wide: bool = False
