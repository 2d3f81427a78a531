"""Words that the reports share: days as papers write them, spans, names of bodies, levels and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.i18n import N_, Reader
from bot.reports.code_words import REASONS
from bot.rules.counts import KINDERGARTEN, PRIMARY, SECONDARY, UPPER
from storage.attendance import Reason
from storage.places import Place, PlaceKind
from storage.support import NeedKind

DAY, WEEK, MONTH = "day", "week", "month"
LEVELS = {
    KINDERGARTEN: N_("Kindergarten"),
    PRIMARY: N_("Primary school"),
    SECONDARY: N_("Lower secondary school"),
    UPPER: N_("Upper secondary school"),
}
NEEDS = {
    NeedKind.RICE: N_("rice"),
    NeedKind.CLOTHES: N_("clothes"),
    NeedKind.BOOKS: N_("books"),
    NeedKind.BICYCLE: N_("bicycle"),
    NeedKind.PAPERS: N_("papers"),
    NeedKind.OTHER: N_("other help"),
}
NOT_KNOWN = N_("Village not known")


@dataclass(frozen=True)
class Span:
    """What a report is about: a day, a week or a month, both ends included; `whole_until` where it is not over yet."""

    kind: str
    since: date
    until: date
    whole_until: date

    @property
    def is_over(self) -> bool:
        return self.until == self.whole_until


def full_date(day: date) -> str:
    """`05/3/2024`: days under ten and the months 1 and 2 with a leading zero (Decree 30/2020)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"


def span(reader: Reader, of: Span) -> str:
    """`ngày 20/3/2024`, `tuần từ ngày 18/3/2024 đến ngày 22/3/2024`, `tháng 3 năm 2024`."""
    values = {
        "since": full_date(of.since),
        "until": full_date(of.until),
        "month": of.since.month,
        "year": of.since.year,
    }
    if of.kind == DAY:
        return reader.say("day %(since)s", **values)
    if of.kind == WEEK:
        return reader.say("week from %(since)s to %(until)s", **values)
    if of.is_over:
        return reader.say("month %(month)d of %(year)d", **values)
    return reader.say("month %(month)d of %(year)d, up to %(until)s", **values)


def body(reader: Reader, place: Place) -> str:
    """Whose report it is, within a sentence."""
    if place.kind == PlaceKind.SCHOOL:
        return place.name
    return reader.say("People's Committee of %(commune)s commune", commune=place.name)


def level(reader: Reader, code: str) -> str:
    return reader.say(LEVELS[code])


def reason(reader: Reader, code: str) -> str:
    return reader.say(REASONS[Reason(code)])


def needs(reader: Reader, counted: Mapping[str, int]) -> str:
    """`gạo 3, quần áo 2`, the most frequent first."""
    order = list(NeedKind)
    ranked = sorted(counted.items(), key=lambda one: (-one[1], order.index(NeedKind(one[0]))))
    return ", ".join(f"{reader.say(NEEDS[NeedKind(what)])} {n}" for what, n in ranked)


def village(reader: Reader, names: Mapping[int, str], village_id: int | None) -> str:
    return names.get(village_id or 0) or reader.say(NOT_KNOWN)
