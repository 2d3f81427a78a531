"""Sentences in the reader's language, and dates and numbers as people here write them.

English sentences are the ids; `locales/<language>/LC_MESSAGES/*.po` hold the others, one file a subject, compiled in
memory at the start. Whole sentences with named places (`%(name)s`), never glued.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.clock import VIETNAM

SOURCE = "en"


def N_(message: str) -> str:
    """Marks a sentence for the catalogues where it cannot be said yet."""
    return message


def locales_folder() -> Path:
    """Where the catalogues are: in the wheel beside `bot`, in a checkout one floor up.

    A checkout installed as editable has a stray copy of neither: look into the package first, then beside it.
    """
    inside = Path(str(files("bot"))) / "locales"
    return inside if inside.is_dir() else Path(str(files("bot"))).parent / "locales"


@lru_cache
def languages() -> tuple[str, ...]:
    """All languages there are: the source, and every folder of catalogues."""
    found = sorted(folder.name for folder in locales_folder().iterdir() if (folder / "LC_MESSAGES").is_dir())
    return (SOURCE, *(name for name in found if name != SOURCE))


@lru_cache
def catalogue(locale: str) -> NullTranslations:
    """All sentences of a language, compiled in memory. Raises FileNotFoundError for a language nobody wrote."""
    folder = locales_folder() / locale / "LC_MESSAGES"
    if locale == SOURCE and not folder.is_dir():
        return NullTranslations()
    merged = Catalog(locale=locale if locale in ("vi", "en") else None)
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as opened:
            for message in read_po(opened, locale=merged.locale):
                if message.id and message.string and not message.fuzzy:
                    merged.add(message.id, message.string, context=message.context)
    if not len(merged) and locale != SOURCE:
        raise FileNotFoundError(f"no catalogue for {locale}")
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)


@dataclass(frozen=True)
class Reader:
    """The one who reads: language, form of address, and wall time. `say` is the only way to words."""

    locale: str = "vi"
    form: str = ""
    given_name: str = ""
    zone: ZoneInfo = VIETNAM

    def say(self, sentence: str, /, **values: object) -> str:
        """The sentence in the reader's language; `%(you)s` and `%(You)s` are the reader's own form of address."""
        return catalogue(self.locale).gettext(sentence) % self._filled(sentence, values)

    def say_n(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The same for a sentence that counts; `%(n)s` is the number."""
        return catalogue(self.locale).ngettext(one, many, n) % self._filled(one, {"n": n, **values})

    def _filled(self, sentence: str, values: dict[str, object]) -> dict[str, object]:
        form = self.form or self._no_form
        if self.locale == SOURCE and self.form and "%(name)s" not in sentence:
            form = f"{form} {self.given_name}"  # a form of address alone is no English: "Can cô Hoa come?"
        return {"you": form, "You": form[:1].upper() + form[1:], "name": self.given_name, **values}

    @property
    def _no_form(self) -> str:
        return "you" if self.locale == SOURCE else "anh/chị"

    def weekday(self, day: Date) -> str:
        """`thứ 5`, `chủ nhật`; in English the day's name."""
        return self.say(WEEKDAYS[day.weekday()])

    def day(self, day: Date) -> str:
        """`thứ 5, 21/3`."""
        return self.say("%(weekday)s, %(date)s", weekday=self.weekday(day), date=self.date(day))

    def date(self, day: Date) -> str:
        """`21/3`."""
        return f"{day.day}/{day.month}"

    def clock(self, at: datetime) -> str:
        """`7:24`, as receipts say it."""
        wall = at.astimezone(self.zone)
        return f"{wall.hour}:{wall.minute:02d}"

    def hour(self, at: datetime) -> str:
        """`18 giờ 30`, `19 giờ`."""
        wall = at.astimezone(self.zone)
        if wall.minute:
            return self.say("%(hour)d:%(minute)02d", hour=wall.hour, minute=wall.minute)
        return self.say("%(hour)d:00", hour=wall.hour)

    def hour_in_words(self, at: datetime) -> str:
        """`18 giờ 30 (6 giờ rưỡi tối)`, as invitations and reminders say it."""
        return self.say("%(hour)s (%(spoken)s)", hour=self.hour(at), spoken=self.spoken(at))

    def spoken(self, at: datetime) -> str:
        """`6 giờ rưỡi tối`, `7 giờ sáng`, `2 giờ 15 chiều`."""
        wall = at.astimezone(self.zone)
        values = {
            "hour": (wall.hour - 1) % 12 + 1,
            "minute": wall.minute,
            "part": self.part_of_day(wall.hour),
        }
        if wall.minute == 30:
            return self.say("half past %(hour)d %(part)s", **values)
        if wall.minute:
            return self.say("%(hour)d:%(minute)02d %(part)s", **values)
        return self.say("%(hour)d o'clock %(part)s", **values)

    def part_of_day(self, hour: int) -> str:
        """sáng until 11, trưa until 13, chiều until 18, tối after."""
        for until, name in PARTS_OF_DAY:
            if hour < until:
                return self.say(name)
        return self.say(PARTS_OF_DAY[-1][1])

    def near_day(self, day: Date, today: Date) -> str:
        """`hôm nay`, `mai`, `hôm qua`, else `thứ 5, 21/3`."""
        near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((day - today) // timedelta(days=1))
        return self.say(NEAR_DAYS[near]) if near else self.day(day)

    def in_words(self, n: int) -> str:
        """`hai`, `ba`; figures above ten, and in other languages."""
        return SMALL_NUMBERS[n] if self.locale == "vi" and 0 < n < len(SMALL_NUMBERS) else str(n)

    def share(self, part: int, whole: int) -> str:
        """`95,5%`; a dash when there is nothing to divide by."""
        if not whole:
            return "–"
        text = f"{100 * part / whole:.1f}%"
        return text if self.locale == SOURCE else text.replace(".", ",")

    def join(self, words: Iterable[str]) -> str:
        """`A, B và C`."""
        listed: Sequence[str] = list(words)
        if len(listed) < 2:
            return "".join(listed)
        return self.say("%(first)s and %(last)s", first=", ".join(listed[:-1]), last=listed[-1])


WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
SMALL_NUMBERS = ("", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
PARTS_OF_DAY = (
    (11, N_("in the morning")),
    (13, N_("at noon")),
    (18, N_("in the afternoon")),
    (24, N_("in the evening")),
)
NEAR_DAYS = {"today": N_("today"), "tomorrow": N_("tomorrow"), "yesterday": N_("yesterday")}
