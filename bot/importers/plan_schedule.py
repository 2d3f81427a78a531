"""Which table of a plan is the schedule of its meetings, and the rows of it: who stands under which head.

A plan holds other tables too (letterhead, signature, duties with their deadlines): a schedule has a head that
says when and where or for whom, or, without a head, rows that do (reference/domain.md §10).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.importers.plan_tables import Block, Paragraph, Table
from bot.importers.plan_words import flat, is_ditto, one_line, time_and_place


class Column(StrEnum):
    """What a column of a schedule holds."""

    ORDINAL = "ordinal"
    DAY = "day"  # a date, or date and hour together
    HOUR = "hour"
    END_HOUR = "end_hour"
    SESSION = "session"  # morning, afternoon, evening
    WEEKDAY = "weekday"
    VILLAGE = "village"
    PLACE = "place"
    DAY_AND_PLACE = "day_and_place"
    TOPIC = "topic"
    WHO = "who"
    NOTE = "note"
    OTHER = "other"


@dataclass(frozen=True)
class Row:
    """One row of a schedule, as written. `number` is its place among the schedule's rows, from 1."""

    number: int
    day: str = ""
    hour: str = ""
    village: str = ""  # where villages have a column of their own
    place: str = ""
    who: str = ""
    note: str = ""
    topic: str = ""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return one_line(" ".join((self.day, self.hour, self.village, self.place, self.who, self.note)))


_WHEN = {Column.DAY, Column.HOUR, Column.DAY_AND_PLACE}
_WHERE = {Column.VILLAGE, Column.PLACE, Column.DAY_AND_PLACE}

# In this order; the words of a head without marks, brackets and full stops.
_HEADS: tuple[tuple[Column, str], ...] = (
    (Column.ORDINAL, r"s?tt|so tt|so thu tu|so"),
    (Column.OTHER, r".*(?:hoan thanh|bao cao|truoc ngay|thoi han|\bhan\b|nop|phu trach|chu tri|thuc hien xong).*"),
    (Column.TOPIC, r"noi dung.*|cuoc hop|hoi nghi"),
    (Column.SESSION, r"buoi"),
    (Column.WEEKDAY, r"thu|thu trong tuan"),
    (Column.END_HOUR, r"(?:gio |thoi gian )?(?:ket thuc|den)(?: gio)?"),
    (Column.HOUR, r"gio|gio hop|gio bat dau|thoi gian bat dau|bat dau|tu gio|gio to chuc|luc"),
    (Column.DAY_AND_PLACE, r"(?:thoi gian|ngay).*(?:dia diem|noi hop).*|dia diem.*thoi gian.*"),
    (Column.DAY, r"(?:du kien )?(?:thoi (?:gian|diem).*|(?:ngay|gio|thu)(?:[, -/]+(?:va )?(?:ngay|gio|thu|thang|nam|hop"
                 r"|to chuc|tien hanh|thuc hien|du kien|dien ra|bat dau))*)"),
    (Column.VILLAGE, r"(?:ten |cac )?(?:thon|ban|khu dan cu)(?:[,/ ]+(?:ban|xom|kdc|hop|to chuc))*|don vi thon"
                     r"|dia ban(?: thon)?"),
    (Column.PLACE, r"dia diem.*|noi (?:hop|to chuc|tien hanh).*|noi|dia chi|diem hop"),
    (Column.WHO, r"(?:thanh phan|dai bieu|khach moi).*|(?:nguoi|doi tuong) (?:tham|du|duoc moi|moi).*"),
    (Column.NOTE, r"ghi chu|gc|luu y"),
)  # fmt: skip
_COMPILED = tuple((column, re.compile(pattern)) for column, pattern in _HEADS)

_DATE = re.compile(r"\b[0-9]{1,2}\s?[/.-]\s?[0-9]{1,2}\b|\bngay\s+[0-9]{1,2}\b|cung ngay|hom sau")
_HOUR = re.compile(
    r"\b[0-9]{1,2}\s?(?:giờ|gio|h|g)(?:\b|[0-9])|\b[0-9]{1,2}:[0-9]{2}\b|\b(?:sáng|chiều|tối)\b",
    re.IGNORECASE,
)
_SPOT = re.compile(r"\bthon\b|nha van hoa|diem truong|hoi truong|\bubnd xa\b|nha sinh hoat")
_PEOPLE = re.compile(r"^(?!nha ).*(?:truong thon|lanh dao|phu huynh|giao vien|dai dien|mat tran)", re.DOTALL)
_INDEX_ROW = re.compile(r"\(?(?:[0-9]{1,2}|[a-e])\)?")
_DUTY_HEAD = re.compile(r"phu trach|phan cong|nhiem vu|thuc hien|chu tri|noi dung cong viec")
_PUPIL_HEAD = re.compile(r"^(?:ho (?:va )?ten|ten hoc sinh|hoc sinh|lop|ngay sinh)")


def rows_of(blocks: Iterable[Block]) -> list[Row]:
    """The rows of every schedule of the paper, numbered through, merged and repeated cells filled in."""
    rows: list[Row] = []
    columns: tuple[Column, ...] = ()
    sentence = ""
    for block in blocks:
        if isinstance(block, Paragraph):
            sentence = block.text
        elif schedule := _schedule_of(block, columns):
            columns = schedule.columns
            rows += schedule.rows(sentence)
    return [replace(row, number=number) for number, row in enumerate(rows, 1)]


def _schedule_of(table: Table, columns: tuple[Column, ...]) -> _Schedule | None:
    if not table.rows:
        return None
    schedule = _Schedule.of(table) or _Schedule.of(_turned(table))
    return schedule or _continued(table, columns) or _without_head(table)


@dataclass(frozen=True)
class _Schedule:
    table: Table
    head: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, table: Table) -> _Schedule | None:
        """By a head among the first rows, of one row or two."""
        for at, cells in enumerate(table.rows[:4]):
            columns = tuple(_column_of(cell) for cell in cells)
            if not (_WHEN & set(columns) and (_WHERE | {Column.WHO}) & set(columns)):
                continue
            head = [cells]
            if at + 1 < len(table.rows) and _is_second_head(cells, table.rows[at + 1]):
                below = table.rows[at + 1]
                head.append(below)
                columns = tuple(_refined(column, cell) for column, cell in zip(columns, below, strict=True))
            found = cls(Table(table.rows[at + len(head) :], table.shows_merges), tuple(head), columns)
            return found if found._holds_meetings() else None
        return None

    def _holds_meetings(self) -> bool:
        """A table of duties may have a day and a village, but never an hour; a list of pupils may have all three."""
        if any(_PUPIL_HEAD.search(flat(cell)) for row in self.head for cell in row):
            return False
        if Column.PLACE in self.columns and Column.WHO in self.columns:
            return True
        if any(_HOUR.search(cell) for row in self.table.rows for cell in row):
            return True
        is_of_duties = any(_DUTY_HEAD.search(flat(cell)) for row in self.head for cell in row)
        return not is_of_duties and Column.PLACE in self.columns

    def rows(self, sentence: str = "") -> Iterator[Row]:
        """The rows; where no column has the day, it is that of the heading above or of the `sentence` before."""
        above = Row(0)
        heading = sentence if self._lacks_days() and len(_DATE.findall(flat(sentence))) == 1 else ""
        for cells in self.table.rows:
            if self._is_no_row(cells):
                continue
            if _is_heading(cells):
                if _DATE.search(flat(text := next(filter(None, cells)))):
                    heading, above = text, replace(above, day="")
                continue
            above = self._filled(self._row(cells), above, heading)
            yield above

    def _lacks_days(self) -> bool:
        return not {Column.DAY, Column.DAY_AND_PLACE} & set(self.columns)

    def _is_no_row(self, cells: Sequence[str]) -> bool:
        filled = [cell for cell in cells if cell]
        return not filled or tuple(cells) in self.head or (
            len(filled) > 2 and all(_INDEX_ROW.fullmatch(flat(cell)) for cell in filled)
        )  # fmt: skip

    def _row(self, cells: Sequence[str]) -> Row:
        def texts(*wanted: Column) -> list[str]:
            found = (cell for column, cell in zip(self.columns, cells, strict=True) if column in wanted)
            return list(dict.fromkeys(filter(None, found)))

        hours = [_as_hour(text) for text in texts(Column.HOUR)]
        hours += [f"đến {text}" for text in texts(Column.END_HOUR)]
        both = [time_and_place(text) for text in texts(Column.DAY_AND_PLACE)]
        days = [_as_weekday(text) for text in texts(Column.WEEKDAY)] + texts(Column.DAY) + [day for day, _ in both]
        return Row(
            0,
            day=" ".join(days),
            hour=" ".join(hours + texts(Column.SESSION)),
            village=", ".join(texts(Column.VILLAGE)),
            place=", ".join(texts(Column.PLACE) + [place for _, place in both]),
            who=self._who(cells),
            note=", ".join(texts(Column.NOTE)),
            topic=", ".join(texts(Column.TOPIC)),
        )

    def _who(self, cells: Sequence[str]) -> str:
        """Several columns of invitees ("Cấp xã", "Ở thôn") become parts of one list under their heads."""
        at = [number for number, column in enumerate(self.columns) if column is Column.WHO and cells[number]]
        if len({cells[number] for number in at}) < 2:
            return cells[at[0]] if at else ""
        return "\n".join(f"{one_line(self.head[-1][number])}:\n{cells[number]}" for number in at)

    def _filled(self, row: Row, above: Row, heading: str) -> Row:
        """An empty cell means the one above it, where a paper would have merged the two."""
        day = above.day if is_ditto(row.day) else row.day or heading or above.day
        hour = above.hour if is_ditto(row.hour) or self._hides_hour(row) else row.hour
        is_placed = bool(row.place or row.village) or self.table.shows_merges
        place = above.place if is_ditto(row.place) or not is_placed else row.place
        village = above.village if is_ditto(row.village) or not is_placed else row.village
        return replace(row, day=day, hour=hour, village=village, place=place, who=row.who or above.who)

    def _hides_hour(self, row: Row) -> bool:
        """In a text file an empty cell of hours, below a day that is empty too, was a merged one."""
        return Column.HOUR in self.columns and not (self.table.shows_merges or row.hour or row.day)


def _column_of(cell: str) -> Column:
    head = re.sub(r"\(.*?\)|[^\w\s/,-]", " ", flat(cell))
    head = one_line(head).strip(" -/,")
    return next((column for column, pattern in _COMPILED if pattern.fullmatch(head)), Column.OTHER)


def _is_second_head(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """The row below a head belongs to it when it only repeats what is merged down, or names parts of it."""
    text = flat(" ".join(lower))
    if re.search(r"[0-9]", text) or not any(lower):
        return False
    if any(above == below and above for above, below in zip(upper, lower, strict=True)):
        return True
    is_sparse = sum(map(bool, lower)) * 2 <= len(lower)
    return is_sparse or any(_column_of(cell) is not Column.OTHER for cell in lower)


def _refined(column: Column, below: str) -> Column:
    found = _column_of(below)
    if column is Column.WHO or not below or found is Column.OTHER:
        return column
    return found


def _is_heading(cells: Sequence[str]) -> bool:
    """A cell over the whole width; or only the first cell is filled, and not with a number."""
    if len(cells) < 2 or len({cell for cell in cells if cell}) != 1:
        return False
    return all(cells) or (bool(cells[0]) and not cells[0].strip(" .").isdigit())


def _as_hour(text: str) -> str:
    bare = text.strip(" .")
    return f"{bare} giờ" if re.fullmatch(r"[0-9]{1,2}", bare) else text


def _as_weekday(text: str) -> str:
    bare = flat(text.strip())
    return text if re.search(r"\bthu\b|chu nhat|\bcn\b", bare) else f"thứ {text.strip()}"


def _turned(table: Table) -> Table:
    """A paper may write its heads in the first column and a meeting in each other one."""
    return Table(tuple(zip(*table.rows, strict=True)), table.shows_merges)


def _continued(table: Table, columns: tuple[Column, ...]) -> _Schedule | None:
    """A schedule cut by the end of a page goes on as a table without a head."""
    if len(columns) != len(table.rows[0]) or _without_head(table) is None:
        return None
    return _Schedule(table, (), columns)


def _without_head(table: Table) -> _Schedule | None:
    """Columns by what stands in them: a day and an hour, a place, a list of people."""
    if len(table.rows[0]) < 2:
        return None
    columns = tuple(_guessed([row[at] for row in table.rows]) for at in range(len(table.rows[0])))
    has_hour = any(_HOUR.search(cell) for row in table.rows for cell in row)
    if not (_WHEN & set(columns) and _WHERE & set(columns) and has_hour):
        return None
    return _Schedule(table, (), columns)


def _guessed(cells: list[str]) -> Column:
    filled = [cell for cell in cells if cell]
    if not filled:
        return Column.NOTE

    def most(pattern: re.Pattern[str], at_most: int) -> bool:
        return sum(bool(pattern.search(cell)) and len(cell) <= at_most for cell in letters) * 2 > len(filled)

    letters = filled
    if most(_HOUR, 40) and not any(_DATE.search(flat(cell)) for cell in filled):
        return Column.HOUR
    letters = [flat(cell) for cell in filled]
    if all(_INDEX_ROW.fullmatch(cell.strip(" .")) for cell in letters):
        return Column.ORDINAL
    if most(_DATE, 90):
        return Column.DAY
    if most(_PEOPLE, 5000):
        return Column.WHO
    return Column.PLACE if most(_SPOT, 120) else Column.NOTE
