"""What a room of the office page is given and gives back: a turn of the person at the desk, and a sheet to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from bot.dialogue.conversation import Chat
from bot.i18n import Reader
from bot.reports.requests import Request
from bot.rules.counts import PeriodFigures, monday
from bot.rules.work import Work
from bot.web.forms import Upload
from storage.scope import Scope

ROOT = "/bang"
A_PAGE = 50  # rows
TOO_LARGE = "too_large"  # a field of a form whose file was: its content is not there
EARLIEST = date(2000, 1, 3)  # a Monday: no day before it is asked for in earnest


@dataclass(frozen=True)
class Asked:
    """What the browser asks: the numbers and words of the address, the query, and what a form holds."""

    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None


@dataclass
class Desk:
    """One look, or one change, in one transaction: everything a room reads goes by this person's scope."""

    chat: Chat
    asked: Asked
    figures: PeriodFigures | None = None  # of the room's period, read beforehand in transactions of their own

    @property
    def work(self) -> Work:
        return self.chat.work

    @property
    def session(self) -> Session:
        return self.chat.session

    @property
    def scope(self) -> Scope:
        return self.chat.scope

    @property
    def reader(self) -> Reader:
        return self.chat.reader

    def say(self, sentence: str, /, **values: object) -> str:
        return self.chat.say(sentence, **values)

    def say_n(self, one: str, many: str, n: int, /, **values: object) -> str:
        return self.chat.say_n(one, many, n, **values)

    def day(self, name: str = "ngay") -> date:
        """The day that the query names, else today; a day to come or no day at all is today."""
        try:
            found = date.fromisoformat(self.asked.query.get(name, ""))
        except ValueError:
            return self.work.today
        return max(EARLIEST, min(found, self.work.today))

    def week(self) -> tuple[date, date]:
        """Monday and Sunday of the week that `?tuan=` names, or of this one; it ends today at the latest."""
        first = monday(self.day("tuan"))
        return first, min(first + timedelta(days=6), self.work.today)

    def number(self, name: str, default: int = 0) -> int:
        """A whole number of the query or the form; the default for what is none."""
        text = self.asked.form.get(name, self.asked.query.get(name, ""))
        return int(text) if text.isdecimal() and len(text) < 16 else default

    def page(self, n: int, name: str = "trang") -> Pages:
        """Which of `n` rows are shown: the page that the query names; two lists of one page have a name each."""
        last = max(1, -(-n // A_PAGE))
        return Pages(min(max(1, self.number(name, 1)), last), last, dict(self.asked.query), name)


@dataclass(frozen=True)
class Pages:
    """Which page of a list: `shown` of `last`, each of `A_PAGE` rows."""

    shown: int
    last: int
    query: Mapping[str, str]
    name: str = "trang"

    @property
    def rows(self) -> slice:
        return slice((self.shown - 1) * A_PAGE, self.shown * A_PAGE)

    def link(self, page: int) -> str:
        """The same list at another page."""
        return "?" + urlencode({**self.query, self.name: page})


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, where it leads to, whether it wants to be seen; `calls` are telephone numbers as
    they are shown."""

    text: str | int | None
    link: str = ""
    is_loud: bool = False
    calls: Sequence[str] = ()


@dataclass(frozen=True)
class Grid:
    """A table as a page shows it: on a phone each row stands as a card, each cell behind its head."""

    heads: Sequence[str]
    rows: Sequence[Row]
    caption: str = ""
    totals: Sequence[Row] = ()
    numbers: frozenset[int] = frozenset()  # the columns that hold numbers
    empty: str = ""  # said instead of a table without rows
    pages: Pages | None = None


@dataclass(frozen=True)
class Sheet:
    """What is shown: a template of `templates/office/` and its values. `title` is the page's heading.

    `again_s`: the browser asks once more after so many seconds, for a page that waits for something.
    """

    template: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    again_s: int = 0


@dataclass(frozen=True)
class Gone:
    """The browser goes on there; where a change was made it is told that it is written down."""

    to: str
    is_written: bool = True


@dataclass(frozen=True)
class Wanted:
    """A paper or a picture is to be made and given; while it is being made `waits` is shown, which asks again.

    `as_svg`: the bare picture. `page`: the sheet that it is shown on, with the drawing put in as `drawing`.
    """

    request: Request
    waits: Sheet
    as_svg: bool = False
    page: Sheet | None = None


Row = Sequence[Cell | str | int | None]
Get = Callable[[Desk], Sheet | Wanted]
Post = Callable[[Desk], Sheet | Gone]


@dataclass(frozen=True)
class Room:
    """One address below /bang: who may open it, what it shows, and what a form there does.

    `path` may hold numbers (`/truong-hop/{case:int}`). `label` is the entry in the navigation, empty for a page below
    another. Both functions may raise Refused, which becomes one sentence.
    """

    path: str
    may: str
    get: Get
    post: Post | None = None
    label: str = ""
    takes_file: bool = False
    period: Callable[[Desk], tuple[date, date]] | None = None
