"""Writes plans as communes write them, each with the truth about its meetings: the layouts of domain.md §10.

A layout is a function that takes a `Hand` (the commune, the days, the dice) and returns a `Paper`. All people and
places are invented.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

VILLAGES = (
    "Gò Lao",
    "Nước Mù",
    "Tà Rinh",
    "Làng Rào",
    "Đồng Vông",
    "Hóc Lách",
    "Yên Ngựa",
    "Lạc Hạ",
    "Lạc Hà",
    "Ba Nhà",
)
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
EVENING = (
    "Lãnh đạo Đảng ủy, HĐND, UBND, UBMTTQVN xã",
    "Giáo viên nhà trường và các tổ chức chính trị xã hội xã; đại diện Công an xã",
    "Ở thôn: Trưởng thôn, Trưởng BCT Mặt trận thôn",
    "Chi hội phụ huynh, học sinh",
)
EVENING_ROLES = frozenset(
    ["official", "front", "teacher", "organisation", "police", "village_head", "village_front", "parents"]
)
HALL = ("Thường trực Đảng ủy, lãnh đạo UBND xã", "Ban giám hiệu các trường", "Trưởng các thôn")
HALL_ROLES = frozenset({"official", "school", "village_head"})


@dataclass(frozen=True)
class Meeting:
    """The truth about one meeting."""

    day: date
    at: time
    villages: tuple[str, ...]
    roles: frozenset[str] = EVENING_ROLES
    ends: time | None = None
    row: int = 0


@dataclass(frozen=True)
class Recipient:
    """The truth about one line of *Nơi nhận*."""

    words: str
    roles: frozenset[str]
    villages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A plan and what a careful reader takes from it; `doubts` are (row, kind)."""

    filename: str
    data: bytes
    meetings: tuple[Meeting, ...]
    doubts: tuple[tuple[int, str], ...] = ()
    skipped: tuple[tuple[int, str], ...] = ()
    number: str = ""
    issued_on: date | None = None
    recipients: tuple[Recipient, ...] = ()
    duties: tuple[frozenset[str], ...] = ()


@dataclass
class Hand:
    """Whose hand writes: the dice, the date of the paper, the villages in an order of its own."""

    seed: int
    issued_on: date = date(2025, 10, 6)
    dice: random.Random = field(init=False)
    villages: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.villages = self.dice.sample(VILLAGES, len(VILLAGES))

    @property
    def number(self) -> str:
        return f"{40 + self.seed}/KH-UBND"

    def day(self, after: int) -> date:
        return self.issued_on + timedelta(days=after)

    def hour(self, at: time) -> str:
        """18:30 in one of the ways it is written."""
        hour, minutes = at.hour, f"{at.minute:02}"
        ways = [f"{hour}h{minutes}", f"{hour} giờ {minutes}", f"{hour} giờ {minutes} phút", f"{hour}:{minutes}"]
        ways += [f"{hour}g{minutes}", f"{hour:02} giờ {minutes}’", f"{hour}h{minutes}'"]
        if at.minute == 0:
            ways += [f"{at.hour} giờ", f"{at.hour}h"]
        if at >= time(18):
            ways.append(f"{at.hour - 12} giờ {minutes} tối")
        return self.dice.choice(ways)

    def date(self, day: date, *, year: bool = True) -> str:
        """A date in one of the ways it is written, often with its weekday."""
        numbers = f"{day.day}/{day.month}" + (f"/{day.year}" if year else "")
        named = WEEKDAYS[day.weekday()]
        spelled = f"ngày {day.day:02} tháng {day.month:02}" + (f" năm {day.year}" if year else "")
        ways = [numbers, f"ngày {numbers}", f"Ngày {numbers}\n({named})", f"{named}, ngày {numbers}", spelled]
        ways.append(f"ngày {numbers} ({short(day)})")
        if year:
            ways += [
                f"{day.day:02}-{day.month:02}-{day.year}",
                f"{day.day}.{day.month}.{day.year}",
                f"{day.day:02}/{day.month:02}/{day.year % 100}",
            ]
        return self.dice.choice(ways)


def short(day: date) -> str:
    return "CN" if day.weekday() == 6 else f"thứ {day.weekday() + 2}"


def numbered(lines: tuple[str, ...], between: str = "\n") -> str:
    return between.join(f"{at}. {line}." for at, line in enumerate(lines, 1))


def bulleted(lines: tuple[str, ...]) -> str:
    return ";\n".join(f"- {line}" for line in lines) + "."


# ------------------------------------------------------------------- to whom it is given, what it asks of whom

RECIPIENTS = (
    ("TT. ĐU; HĐND xã", "official"),
    ("Thường trực Đảng ủy, HĐND xã (b/c)", "official"),
    ("CT, các PCT UBND xã", "official"),
    ("Mặt trận và các hội đoàn thể", "front organisation"),
    ("UBMTTQVN và các tổ chức chính trị - xã hội xã", "front organisation"),
    ("Hội LHPN, Đoàn TNCS Hồ Chí Minh xã", "organisation"),
    ("Các ban, ngành của UBND xã", "official"),
    ("Công an xã (p/h)", "police"),
    ("Trường PTDTBT TH&THCS, Trường Mầm non (t/h)", "school"),
    ("Các trường học; các thôn", "school village_head"),
    ("Trưởng các thôn", "village_head"),
    ("Ban công tác Mặt trận các thôn", "village_front"),
    ("Giáo viên chủ nhiệm", "teacher"),
    ("UBND huyện (b/c)", ""),
    ("Phòng GD&ĐT huyện", ""),
    ("Trang thông tin điện tử", ""),
    ("Đài truyền thanh", ""),
)
DUTIES = (
    ("Trường PTDTBT TH&THCS xã và trường Mầm non xã:", "school teacher"),
    ("Đề nghị UBMTTQVN và các tổ chức chính trị - xã hội xã", "front organisation"),
    ("Công an xã:", "police"),
    ("Trưởng các thôn có trách nhiệm", "village_head"),
    ("Công chức Văn hóa - Xã hội", "official"),
)
ASKED = (
    "Theo dõi học sinh đến lớp, phối hợp với phụ huynh, giáo viên và công an khi cần.",
    "Phối hợp với nhà trường, trưởng thôn và các đoàn thể đến từng nhà vận động.",
)
CLOSING = frozenset({"official", "village_head"})


def recipients(hand: Hand) -> tuple[Recipient, ...]:
    """Some recipients, drawn by dice of their own; the last is a village by its name."""
    dice = random.Random(hand.seed * 7919)
    drawn = [Recipient(words, frozenset(roles.split())) for words, roles in dice.sample(RECIPIENTS, dice.randint(2, 6))]
    if dice.random() < 0.5:
        village = dice.choice(hand.villages)
        drawn.append(Recipient(f"Thôn {village}", frozenset({"village_head"}), (village,)))
    return tuple(drawn)


def recipients_block(hand: Hand) -> str:
    """*Nơi nhận* in one of the ways it is written: by dashes, without them, in one line, with a line that goes on."""
    words = [one.words for one in recipients(hand)]
    dice = random.Random(hand.seed * 104729)
    way = dice.choice(("dashes", "bare", "inline", "broken", "plus"))
    files = dice.choice(("Lưu: VT.", "Lưu VT, VHXH.", "Lưu: VT, hồ sơ"))
    if way == "inline":
        return "Nơi nhận: " + " ".join(f"- {line};" for line in words) + f" - {files}"
    if way == "bare":
        return "\n".join(["Nơi nhận:", *(f"{line};" for line in words), files])
    if way == "broken":
        words = [line.replace(" ", "\n", 1) if at == 0 and " " in line else line for at, line in enumerate(words)]
    sign = "+" if way == "plus" else "-"
    return "\n".join(["Nơi nhận:", *(f"{sign} {line};" for line in words), f"{sign} {files}"])


def duties_drawn(hand: Hand) -> list[tuple[str, str]]:
    dice = random.Random(hand.seed * 15485863)
    return dice.sample(DUTIES, dice.randint(1, 4))


def duties_text(hand: Hand) -> list[str]:
    """*Tổ chức thực hiện*: who is named stands before a colon, or before a verb."""
    lines = ["IV. TỔ CHỨC THỰC HIỆN"]
    for number, (who, _) in enumerate(duties_drawn(hand), 1):
        if who.endswith(":"):
            lines += [f"{number}. {who}", *(f"- {line}" for line in ASKED)]
        else:
            lines.append(f"{number}. {who} {ASKED[1][:1].lower()}{ASKED[1][1:]}")
    return lines


def duties_truth(hand: Hand, *, closing: frozenset[str]) -> tuple[frozenset[str], ...]:
    return (*(frozenset(roles.split()) for _, roles in duties_drawn(hand)), closing)


# ------------------------------------------------------------------------------------------ the paper around


class WordPaper:
    """A .docx with its letterhead, grounds, duties and signature around what a layout adds."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.document = docx.Document()
        on = hand.issued_on
        self.table([
            ("ỦY BAN NHÂN DÂN\nXÃ MINH RIN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"),
            (f"Số: {hand.number}", f"Minh Rin, ngày {on.day:02} tháng {on.month:02} năm {on.year}"),
        ])  # fmt: skip
        self.say("KẾ HOẠCH", "Tuyên truyền, vận động học sinh ra lớp", *grounds(hand))

    def say(self, *lines: str) -> None:
        for line in lines:
            self.document.add_paragraph(line)

    def table(self, rows: list[tuple[str, ...]], merge: tuple[tuple[int, int, int, int], ...] = ()) -> Any:
        """`merge`: (top, left, bottom, right), both ends inside; the first cell's text stays."""
        table = self.document.add_table(len(rows), len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
        for top, left, bottom, right in merge:
            keep = rows[top][left]
            cell = table.cell(top, left).merge(table.cell(bottom, right))
            cell.text = keep
        return table

    def done(self, *meetings: Meeting, **more: Any) -> Paper:
        hand = self.hand
        self.say("III. PHÂN CÔNG PHỤ TRÁCH")
        self.table(duties(hand))
        self.say(*duties_text(hand))
        self.say("Trên đây là Kế hoạch, yêu cầu các ban, ngành nghiêm túc thực hiện./.")
        self.table([(recipients_block(hand), "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\n\nĐinh Thị Bơ Rẫy")])
        data = BytesIO()
        self.document.save(data)
        return Paper(
            "ke-hoach.docx",
            data.getvalue(),
            meetings,
            number=hand.number,
            issued_on=hand.issued_on,
            recipients=recipients(hand),
            duties=duties_truth(hand, closing=frozenset({"official"})),
            **more,
        )


def grounds(hand: Hand) -> tuple[str, ...]:
    """Sentences full of dates and hours that are no meetings."""
    before, after = hand.day(-11), hand.day(14)
    return (
        f"Thực hiện Công văn số 1873/SGDĐT-GDPT ngày {before.day}/{before.month}/{before.year} của Sở Giáo dục và "
        f"Đào tạo và ý kiến của Chủ tịch UBND xã tại cuộc họp lúc 14 giờ 00 ngày {hand.day(-5):%d/%m/%Y} tại Hội "
        f"trường UBND xã, UBND xã Minh Rin xây dựng Kế hoạch:",
        "I. MỤC ĐÍCH, YÊU CẦU",
        "1. Giữ vững kết quả phổ cập giáo dục trên địa bàn 16 thôn; "
        f"báo cáo kết quả trước 17 giờ 00 ngày {after:%d/%m/%Y}.",
        "II. THỜI GIAN, ĐỊA ĐIỂM, THÀNH PHẦN",
    )


def duties(hand: Hand) -> list[tuple[str, ...]]:
    return [
        ("TT", "Thôn", "Cán bộ phụ trách", "Báo cáo kết quả trước ngày"),
        ("1", hand.villages[0], "Đinh Thị Sương - Hội LHPN xã", f"{hand.day(12):%d/%m/%Y}"),
        ("2", hand.villages[1], "Đinh Văn Nhút - Đoàn Thanh niên xã", f"{hand.day(13):%d/%m/%Y}"),
    ]


def text_paper(hand: Hand, body: str, meetings: tuple[Meeting, ...], filename: str, **more: Any) -> Paper:
    """A .txt or .md with the same surroundings."""
    on = hand.issued_on
    text = "\n".join([
        "ỦY BAN NHÂN DÂN\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "XÃ MINH RIN\tĐộc lập - Tự do - Hạnh phúc",
        f"Số: {hand.number}\tMinh Rin, ngày {on.day:02} tháng {on.month:02} năm {on.year}", "",
        "**KẾ HOẠCH**", "**Tuyên truyền, vận động học sinh ra lớp**", "", "\n\n".join(grounds(hand)), "", body, "",
        "III. PHÂN CÔNG PHỤ TRÁCH", "", *("\t".join(row) for row in duties(hand)), "",
        *duties_text(hand), "",
        "Trên đây là Kế hoạch. Yêu cầu các ban, ngành, trưởng thôn nghiêm túc thực hiện./.", "",
        *recipients_block(hand).split("\n"), "",
        "**CHỦ TỊCH**", "", "**Đinh Văn Rẫy**", "",
    ])  # fmt: skip
    return Paper(
        filename,
        text.encode(),
        meetings,
        number=hand.number,
        issued_on=on,
        recipients=recipients(hand),
        duties=duties_truth(hand, closing=CLOSING),
        **more,
    )


# ------------------------------------------------------------------------------------------------- layouts

LAYOUTS: list[Callable[[Hand], Paper]] = []


def layout(write: Callable[[Hand], Paper]) -> Callable[[Hand], Paper]:
    LAYOUTS.append(write)
    return write


@layout
def merged_days_and_invitees(hand: Hand) -> Paper:
    """The head takes two rows; a day is merged over its hours, the invitees over all rows."""
    paper = WordPaper(hand)
    a, b, c, d = hand.villages[:4]
    first, second = hand.day(5), hand.day(6)
    times = (time(7, 30), time(14), time(18, 30), time(18, 30))
    rows = [
        ("TT", "Thời gian", "", "Địa điểm", "Thành phần", "Ghi chú"),
        ("", "Ngày", "Giờ", "", "", ""),
        ("1", hand.date(first), hand.hour(times[0]), f"Thôn {a}", numbered(EVENING), ""),
        ("2", "", hand.hour(times[1]), f"Thôn {b}", "", "Mời thêm già làng"),
        ("3", "", hand.hour(times[2]), f"Nhà văn hóa thôn {c}", "", ""),
        ("4", hand.date(second), hand.hour(times[3]), f"Điểm trường thôn {d}", "", ""),
    ]
    paper.table(
        rows,
        ((0, 1, 0, 2), (0, 0, 1, 0), (0, 3, 1, 3), (0, 4, 1, 4), (0, 5, 1, 5), (2, 1, 4, 1), (2, 4, 5, 4)),
    )
    days = (first, first, first, second)
    return paper.done(
        *(
            Meeting(day, at, (v,), row=n)
            for n, (day, at, v) in enumerate(zip(days, times, (a, b, c, d), strict=True), 1)
        )
    )


@layout
def no_ordinals(hand: Hand) -> Paper:
    """No TT column, day and hour in one cell, two villages in one row, bulleted invitees."""
    paper = WordPaper(hand)
    a, b, c = hand.villages[:3]
    one, two = hand.day(3), hand.day(4)
    paper.table([
        ("Thời gian", "Địa điểm", "Thành phần tham dự"),
        (f"Lúc {hand.hour(time(18, 30))}, {hand.date(one)}", f"Thôn {a} và thôn {b}", bulleted(EVENING)),
        (f"{hand.hour(time(19))} {hand.date(two)}", f"Thôn {c}, tại nhà văn hóa thôn", bulleted(EVENING)),
    ])  # fmt: skip
    return paper.done(Meeting(one, time(18, 30), (a, b), row=1), Meeting(two, time(19), (c,), row=2))


@layout
def weekday_column(hand: Hand) -> Paper:
    """Thứ, Ngày and Giờ are three columns; villages stand bare in a column of their own."""
    paper = WordPaper(hand)
    a, b, c = hand.villages[:3]
    days = [hand.day(n) for n in (2, 3, 6)]
    rows = [("STT", "Thứ", "Ngày", "Giờ", "Thôn", "Thành phần", "Ghi chú")]
    for n, (day, village) in enumerate(zip(days, (a, f"{b}, {c}", b), strict=True), 1):
        said = "CN" if day.weekday() == 6 else str(day.weekday() + 2)
        rows.append(
            (
                str(n),
                said,
                f"{day.day}/{day.month}/{day.year}",
                hand.hour(time(18, 30)),
                village,
                numbered(EVENING),
                "",
            )
        )
    paper.table(rows)
    return paper.done(
        *(
            Meeting(day, time(18, 30), v, row=n)
            for n, (day, v) in enumerate(zip(days, ((a,), (b, c), (b,)), strict=True), 1)
        )
    )


@layout
def as_above(hand: Hand) -> Paper:
    """ "Như trên" for the invitees, once with an addition; the last meeting is of the commune."""
    paper = WordPaper(hand)
    a, b, c = hand.villages[:3]
    rows = [("TT", "Thời gian", "Địa điểm", "Thành phần")]
    cells = (
        (f"Thôn {a}", numbered(EVENING[2:])),
        (f"Điểm trường {b}", "Như trên"),
        (f"Thôn: {c}", "Như trên và mời thêm Công an xã"),
        ("Hội trường UBND xã", bulleted(HALL)),
    )
    for n, (place, who) in enumerate(cells, 1):
        rows.append((str(n), f"{hand.hour(time(19, 30))} ngày {hand.day(n):%d/%m/%Y}", place, who))
    paper.table(rows)
    village = frozenset({"village_head", "village_front", "parents"})
    roles = (village, village, village | {"police"}, HALL_ROLES)
    places: tuple[tuple[str, ...], ...] = ((a,), (b,), (c,), ())
    return paper.done(
        *(
            Meeting(hand.day(n), time(19, 30), v, r, row=n)
            for n, (v, r) in enumerate(zip(places, roles, strict=True), 1)
        )
    )


@layout
def no_year_over_new_year(hand: Hand) -> Paper:
    """A plan of December with dates that have no year: January is next year's."""
    hand.issued_on = date(2025, 12, 22)
    paper = WordPaper(hand)
    a, b, c = hand.villages[:3]
    days = (date(2025, 12, 27), date(2026, 1, 3), date(2026, 1, 10))
    paper.table([("TT", "Ngày, giờ", "Địa điểm", "Thành phần")] + [
        (str(n), f"{hand.hour(time(18))}, {hand.date(day, year=False)}", f"Thôn {v}", numbered(EVENING, " "))
        for n, (day, v) in enumerate(zip(days, (a, b, c), strict=True), 1)
    ])  # fmt: skip
    return paper.done(
        *(Meeting(day, time(18), (v,), row=n) for n, (day, v) in enumerate(zip(days, (a, b, c), strict=True), 1))
    )


@layout
def ranges_and_lists_of_days(hand: Hand) -> Paper:
    """One row, several days: a meeting on each."""
    paper = WordPaper(hand)
    a, b, c = hand.villages[:3]
    paper.table([
        ("TT", "Thời gian", "Địa điểm", "Thành phần"),
        ("1", "19 giờ, từ ngày 10 đến ngày 12/10/2025", f"Thôn {a}", bulleted(EVENING)),
        ("2", "18h30 các ngày 15, 17, 20/10/2025", f"Thôn {b}", "Như trên"),
        ("3", "Từ 18h30 đến 20h30 ngày 22-23/10/2025", f"Thôn {c}", "Như trên"),
    ])  # fmt: skip

    def on(number: int) -> date:
        return date(2025, 10, number)

    return paper.done(
        *(Meeting(on(day), time(19), (a,), row=1) for day in (10, 11, 12)),
        *(Meeting(on(day), time(18, 30), (b,), row=2) for day in (15, 17, 20)),
        *(Meeting(on(day), time(18, 30), (c,), ends=time(20, 30), row=3) for day in (22, 23)),
    )


@layout
def tabs_with_bold_heads(hand: Hand) -> Paper:
    """As the founding plan: a table by tabs, heads in <b>, numbers within one line."""
    a, b, c = hand.villages[:3]
    one, two = hand.day(2), hand.day(3)
    who = " ".join(f"{n}. {line}." for n, line in enumerate(EVENING, 1))
    body = "\n".join([
        "\t".join(f"<b>{head}</b>" for head in ("TT", "Thời gian", "Địa điểm", "Thành phần", "Ghi chú")),
        f"1\tLúc 18 giờ 30 phút, ngày {one:%d/%m/%Y} ({short(one)})\tThôn {a}\t{who}\t",
        f"2\tLúc 18 giờ 30 phút, ngày {two:%d/%m/%Y} ({short(two)})\tThôn {b} và thôn {c}\t{who}\t",
    ])  # fmt: skip
    meetings = (Meeting(one, time(18, 30), (a,), row=1), Meeting(two, time(18, 30), (b, c), row=2))
    return text_paper(hand, body, meetings, "ke-hoach.txt")


@layout
def markdown_pipes(hand: Hand) -> Paper:
    """A Markdown table with <br> and stars; the merged cells of the original are empty below."""
    a, b, c = hand.villages[:3]
    one, two = hand.day(2), hand.day(3)
    who = "<br>".join(f"- {line}" for line in EVENING)
    body = "\n".join([
        "| **TT** | **Thời gian** | **Địa điểm** | **Thành phần** | **Ghi chú** |", "|:---|---|:-:|---|---|",
        f"| 1 | 18h30, {one.day}/{one.month}/{one.year} | Thôn **{a}** | {who} | |",
        f"| 2 | 18h30, {two.day}/{two.month}/{two.year} | Thôn {b} | | Có mưa thì dời |",
        f"| 3 | 20h00, cùng ngày | *Thôn {c}* | | |",
    ])  # fmt: skip
    meetings = (
        Meeting(one, time(18, 30), (a,), row=1),
        Meeting(two, time(18, 30), (b,), row=2),
        Meeting(two, time(20), (c,), row=3),
    )
    return text_paper(hand, body, meetings, "ke-hoach.md")


@layout
def framed_pipes(hand: Hand) -> Paper:
    """A .txt whose table is drawn with + and |, a row over several lines."""
    a, b = hand.villages[:2]
    one, two = hand.day(4), hand.day(5)
    line = "+----+--------------------+----------------------+-------------------------------+"
    body = "\n".join([
        line, "| TT | Thời gian          | Địa điểm             | Thành phần                    |", line,
        f"| 1  | 18 giờ 30,         | Thôn {a:<12} | - Lãnh đạo UBND xã;           |",
        f"|    | ngày {one:%d/%m/%Y}    | (nhà văn hóa thôn)   | - Trưởng thôn, Trưởng ban     |",
        "|    |                    |                      | công tác Mặt trận thôn;       |",
        "|    |                    |                      | - Phụ huynh học sinh.         |", line,
        f"| 2  | 19 giờ, {two:%d/%m/%Y} | Thôn {b:<12} | Như trên                      |", line,
    ])  # fmt: skip
    roles = frozenset({"official", "village_head", "village_front", "parents"})
    meetings = (Meeting(one, time(18, 30), (a,), roles, row=1), Meeting(two, time(19), (b,), roles, row=2))
    return text_paper(hand, body, meetings, "lich-hop.txt")


@layout
def html_table(hand: Hand) -> Paper:
    """A table in HTML with spans, in a .md."""
    a, b, c = hand.villages[:3]
    one, two = hand.day(4), hand.day(5)
    body = f"""<table border="1">
<tr><th rowspan="2">TT</th><th colspan="2">Thời gian</th><th rowspan="2">Địa điểm</th>
<th rowspan="2">Thành phần</th></tr>
<tr><th>Ngày</th><th>Giờ</th></tr>
<tr><td>1</td><td rowspan="2">{one:%d/%m/%Y}<br/>({WEEKDAYS[one.weekday()]})</td><td>18h00</td><td>Thôn {a}</td>
<td rowspan="3"><ol><li>{"</li><li>".join(EVENING)}</li></ol></td></tr>
<tr><td>2</td><td>20h00</td><td>Thôn {b}</td></tr>
<tr><td>3</td><td>{two:%d/%m/%Y}</td><td>18h30</td><td>Nhà sinh hoạt cộng đồng {c}</td></tr>
</table>"""
    meetings = (
        Meeting(one, time(18), (a,), row=1),
        Meeting(one, time(20), (b,), row=2),
        Meeting(two, time(18, 30), (c,), row=3),
    )
    return text_paper(hand, body, meetings, "ke-hoach.md")


@layout
def terms_among_the_rows(hand: Hand) -> Paper:
    """A deadline in the schedule itself, and a table of duties above it."""
    paper = WordPaper(hand)
    a, b = hand.villages[:2]
    paper.table([("TT", "Nội dung công việc", "Đơn vị thực hiện", "Thời gian hoàn thành"),
                 ("1", "Rà soát học sinh thôn", "Nhà trường", f"{hand.day(2):%d/%m/%Y}")])  # fmt: skip
    paper.say("Lịch cụ thể:")
    paper.table([
        ("TT", "Thời gian", "Địa điểm", "Thành phần"),
        ("1", f"18h30 ngày {hand.day(3):%d/%m/%Y}", f"Thôn {a}", bulleted(EVENING)),
        ("2", f"Trước ngày {hand.day(9):%d/%m/%Y}", "UBND xã", "Các trường báo cáo kết quả"),
        ("3", f"18h30 ngày {hand.day(4):%d/%m/%Y}", f"Nhà văn hóa {b}", bulleted(EVENING)),
    ])  # fmt: skip
    return paper.done(
        Meeting(hand.day(3), time(18, 30), (a,), row=1),
        Meeting(hand.day(4), time(18, 30), (b,), row=3),
        skipped=((2, "deadline"),),
    )  # fmt: skip


@layout
def paragraphs(hand: Hand) -> Paper:
    """No table: a paragraph a meeting, the invitees for all of them below."""
    a, b, c = hand.villages[:3]
    one, two = hand.day(2), hand.day(3)
    body = "\n".join([
        f"1. Thôn {a}: lúc 18 giờ 30, ngày {one.day}/{one.month}/{one.year}, tại nhà văn hóa thôn.",
        f"2. Thôn {b} và thôn {c}: lúc 19h00, {WEEKDAYS[two.weekday()]}, ngày {two:%d/%m/%Y}, "
        f"tại nhà văn hóa thôn {b}.",
        f"3. Lúc 7 giờ 30 ngày {two:%d/%m/%Y} tại Hội trường UBND xã.", "",
        "* Thành phần: Lãnh đạo UBND xã; Công an xã; Trưởng thôn; Chi hội phụ huynh.",
    ])  # fmt: skip
    roles = frozenset({"official", "police", "village_head", "parents"})
    meetings = (Meeting(one, time(18, 30), (a,), roles, row=1), Meeting(two, time(19), (b, c), roles, row=2),
                Meeting(two, time(7, 30), (), roles, row=3))  # fmt: skip
    return text_paper(hand, body, meetings, "thong-bao.txt")


@layout
def labelled_lines(hand: Hand) -> Paper:
    """No table: Thời gian, Địa điểm, Thành phần as lines below the name of each village."""
    paper = WordPaper(hand)
    meetings = []
    for n, village in enumerate(hand.villages[:3], 1):
        day = hand.day(n)
        when = f"{hand.hour(time(18, 30))}, {hand.date(day)}".replace("\n", " ")
        paper.say(f"{n}. Thôn {village}:", f"- Thời gian: {when}",
                  "- Địa điểm: Nhà văn hóa thôn.", "- Thành phần:", *(f"+ {line}" for line in EVENING))  # fmt: skip
        meetings.append(Meeting(day, time(18, 30), (village,), row=n))
    return paper.done(*meetings)


@layout
def same_day_and_semicolons(hand: Hand) -> Paper:
    """ "Cùng ngày", "ngày hôm sau"; the invitees in one line with semicolons."""
    paper = WordPaper(hand)
    a, b, c = hand.villages[:3]
    one = hand.day(4)
    who = "Lãnh đạo ĐU, UBND, UBMTTQVN xã; Hội LHPN, ĐTN xã; GVCN; Trưởng thôn, Trưởng BCT Mặt trận thôn; phụ huynh"
    paper.table([
        ("TT", "Thời gian", "Địa điểm", "Thành phần", "Ghi chú"),
        ("1", f"7h30, ngày {one:%d/%m/%Y}", f"Thôn {a}", who, ""),
        ("2", "14 giờ cùng ngày", f"Thôn {b}", who, ""),
        ("3", "18 giờ 30 ngày hôm sau", f"Thôn {c}", who, ""),
    ])  # fmt: skip
    roles = frozenset(["official", "front", "organisation", "teacher", "village_head", "village_front", "parents"])
    return paper.done(Meeting(one, time(7, 30), (a,), roles, row=1), Meeting(one, time(14), (b,), roles, row=2),
                      Meeting(hand.day(5), time(18, 30), (c,), roles, row=3))  # fmt: skip


@layout
def days_as_headings(hand: Hand) -> Paper:
    """A day is a row over the whole width, the hours below it; the head comes again on the next page."""
    paper = WordPaper(hand)
    a, b, c = hand.villages[:3]
    one, two = hand.day(4), hand.day(5)
    head = ("TT", "Giờ", "Địa điểm", "Thành phần")
    paper.table([
        head,
        (f"Ngày {one:%d/%m/%Y} ({WEEKDAYS[one.weekday()]})", "", "", ""),
        ("1", "14h00", f"Thôn {a}", bulleted(EVENING)),
        ("2", "18h30", f"Thôn {b}", bulleted(EVENING)),
        head,
        (f"Ngày {two:%d/%m/%Y} ({WEEKDAYS[two.weekday()]})", "", "", ""),
        ("3", "18.30", f"Thôn {c}", bulleted(EVENING)),
    ], ((1, 0, 1, 3), (5, 0, 5, 3)))  # fmt: skip
    return paper.done(
        Meeting(one, time(14), (a,), row=1),
        Meeting(one, time(18, 30), (b,), row=2),
        Meeting(two, time(18, 30), (c,), row=3),
    )


@layout
def cut_by_a_page(hand: Hand) -> Paper:
    """The schedule goes on in a second table without a head; lunar remarks beside the dates."""
    paper = WordPaper(hand)
    a, b = hand.villages[:2]
    one, two = hand.day(8), hand.day(9)
    paper.table([
        ("TT", "Thời gian", "Địa điểm", "Thành phần", "Ghi chú"),
        ("1", f"18h30 ngày {one:%d/%m/%Y} (nhằm ngày 24/8 âm lịch)", f"Thôn {a}", bulleted(EVENING), ""),
    ])  # fmt: skip
    paper.say("")
    paper.table([("2", f"19h00 ngày {two:%d/%m/%Y} (25/8 ÂL)", f"Thôn {b}", bulleted(EVENING), "")])
    return paper.done(Meeting(one, time(18, 30), (a,), row=1), Meeting(two, time(19), (b,), row=2))


@layout
def without_a_head(hand: Hand) -> Paper:
    """Nobody wrote a head: the rows say what they are."""
    a, b = hand.villages[:2]
    one, two = hand.day(2), hand.day(3)
    body = "\n".join(
        f"{n} | 18h30 ngày {day:%d/%m/%Y} | Thôn {v} | Trưởng thôn; phụ huynh học sinh"
        for n, (day, v) in enumerate(((one, a), (two, b)), 1)
    )
    roles = frozenset({"village_head", "parents"})
    meetings = (
        Meeting(one, time(18, 30), (a,), roles, row=1),
        Meeting(two, time(18, 30), (b,), roles, row=2),
    )
    return text_paper(hand, body, meetings, "lich.txt")


@layout
def invitees_in_two_columns(hand: Hand) -> Paper:
    """Thành phần is split into those of the commune and those of the village."""
    paper = WordPaper(hand)
    a, b = hand.villages[:2]
    who = ("Lãnh đạo UBND xã\nCông an xã", "Trưởng thôn\nPhụ huynh")
    paper.table([
        ("TT", "Thời gian", "Địa điểm", "Thành phần", ""),
        ("", "", "", "Cấp xã", "Ở thôn"),
        ("1", f"18h30 ngày {hand.day(2):%d/%m/%Y}", f"Thôn {a}", *who),
        ("2", f"18h30 ngày {hand.day(3):%d/%m/%Y}", f"Thôn {b}", *who),
    ], ((0, 3, 0, 4), (0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2)))  # fmt: skip
    roles = frozenset({"official", "police", "village_head", "parents"})
    return paper.done(*(Meeting(hand.day(n + 1), time(18, 30), (v,), roles, row=n) for n, v in enumerate((a, b), 1)))


@layout
def decomposed_letters(hand: Hand) -> Paper:
    """Typed on a telephone: NFD, eth for đ, no-break and zero-width spaces."""
    a, b = hand.villages[:2]
    one = hand.day(2)
    body = "\n".join([
        "| TT | Thời gian | Địa điểm | Thành phần |", "|---|---|---|---|",
        f"| 1 | 18\u00a0giờ\u00a030, ngày {one:%d/%m/%Y} | Thôn\u00a0{a} và\u200b thôn {b} "
        "| 1. Lãnh ðạo UBND xã 2. Trưởng thôn |",
    ])  # fmt: skip
    roles = frozenset({"official", "village_head"})
    meetings = (Meeting(one, time(18, 30), (a, b), roles, row=1),)
    paper = text_paper(hand, body, meetings, "ke-hoach.txt")
    text = unicodedata.normalize("NFD", paper.data.decode()).encode("utf-16")
    return replace(paper, data=text)


@layout
def revision_marks(hand: Hand) -> Paper:
    """A hand inserted one hour and deleted another, and both marks are still in the file."""
    paper = WordPaper(hand)
    village = hand.villages[0]
    day = hand.day(3)
    table = paper.table(
        [
            ("TT", "Thời gian", "Địa điểm", "Thành phần"),
            ("1", f" ngày {day:%d/%m/%Y}", f"Thôn {village}", bulleted(EVENING)),
        ]
    )
    paragraph = table.cell(1, 1).paragraphs[0]._p
    for at, (mark, kind, hour) in enumerate((("w:del", "w:delText", "17h00"), ("w:ins", "w:t", "18h30"))):
        wrapper, run, text = OxmlElement(mark), OxmlElement("w:r"), OxmlElement(kind)
        wrapper.set(qn("w:id"), str(at + 1))
        wrapper.set(qn("w:author"), "Rá")
        text.text = hour
        run.append(text)
        wrapper.append(run)
        paragraph.insert(at, wrapper)
    return paper.done(Meeting(day, time(18, 30), (village,), row=1))


@layout
def heads_in_the_first_column(hand: Hand) -> Paper:
    """The table lies on its side: a column a meeting."""
    paper = WordPaper(hand)
    a, b = hand.villages[:2]
    paper.table([
        ("Thời gian", f"18h30 ngày {hand.day(2):%d/%m/%Y}", f"18h30 ngày {hand.day(3):%d/%m/%Y}"),
        ("Địa điểm", f"Thôn {a}", f"Thôn {b}"),
        ("Thành phần", bulleted(EVENING), "Như trên"),
    ])  # fmt: skip
    return paper.done(*(Meeting(hand.day(n + 1), time(18, 30), (v,), row=n) for n, v in enumerate((a, b), 1)))


@layout
def gaps_between_columns(hand: Hand) -> Paper:
    """A .txt whose columns are only set apart by spaces; the end of each meeting has its column."""
    a, b = hand.villages[:2]
    one, two = hand.day(2), hand.day(3)
    body = "\n".join([
        "TT   Ngày         Bắt đầu   Kết thúc   Địa điểm            Thành phần",
        f"1    {one:%d/%m/%Y}   18h30     20h00      Thôn {a}         Trưởng thôn; phụ huynh",
        f"2    {two:%d/%m/%Y}   19h00     20h30      Thôn {b}         Trưởng thôn; phụ huynh",
    ])  # fmt: skip
    roles = frozenset({"village_head", "parents"})
    meetings = (
        Meeting(one, time(18, 30), (a,), roles, time(20), 1),
        Meeting(two, time(19), (b,), roles, time(20, 30), 2),
    )
    return text_paper(hand, body, meetings, "lich.txt")


@layout
def doubts_among_meetings(hand: Hand) -> Paper:
    """Some rows are doubtful: they are held back, the others are not."""
    paper = WordPaper(hand)
    a, b, c, d, e = hand.villages[:5]
    day = hand.day(5)
    wrong = WEEKDAYS[(day.weekday() + 1) % 7]
    paper.table([
        ("TT", "Thời gian", "Địa điểm", "Thành phần", "Ghi chú"),
        ("1", f"18h30, {wrong} ngày {day:%d/%m/%Y}", f"Thôn {a}", bulleted(EVENING), ""),
        ("2", f"Tối ngày {day:%d/%m/%Y}", f"Thôn {b}", "Như trên", ""),
        ("3", "18h30 ngày 31/11/2025", f"Thôn {c}", "Như trên", ""),
        ("4", "18h30, tuần sau", f"Thôn {d}", "Như trên", ""),
        ("5", f"18h30 ngày {hand.day(6):%d/%m/%Y}", f"Thôn {e}", "Như trên", ""),
        ("6", f"18h30 ngày {hand.day(7):%d/%m/%Y}", "Các thôn còn lại", "Như trên", ""),
        ("7", f"7h30 và 14h00 ngày {hand.day(8):%d/%m/%Y}", f"Thôn {b}", "Như trên", ""),
        ("8", "18h30, 20/10/2024", f"Thôn {a}", "Như trên", ""),
        ("9", f"18h30 ngày {hand.day(9):%d/%m/%Y}", f"Thôn {c}", "Như trên", "Hoãn"),
    ])  # fmt: skip
    kinds = (
        "weekday_mismatch",
        "no_hour",
        "impossible_date",
        "no_date",
        "",
        "no_place",
        "several_hours",
        "date_unlikely",
        "called_off",
    )
    doubts = tuple((row, kind) for row, kind in enumerate(kinds, 1) if kind)
    return paper.done(Meeting(hand.day(6), time(18, 30), (e,), row=5), doubts=doubts)
