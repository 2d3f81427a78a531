"""What a picture of a commune or a school is made of, and words that these pictures share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.i18n import Reader
from bot.parsing import school_year_of
from bot.reports import figures
from bot.reports.exports import Transaction
from bot.rules import people
from bot.rules.counts import PeriodFigures
from bot.rules.work import Work
from storage import places
from storage.places import Place, PlaceKind


@dataclass(frozen=True)
class Facts:
    """Figures of a place: plain values that go to the process that draws. No pupil is named.

    `this` may be any period of the school year, `last` is the whole year before; `villages` are the names of the
    commune's villages, of a school's picture those that its figures speak of.
    """

    place: str
    is_school: bool
    today: date
    this: PeriodFigures
    last: PeriodFigures | None = None
    villages: Mapping[int, str] = field(default_factory=dict)


def read(transaction: Transaction, *, has_last: bool = False) -> Facts:
    """The school year up to today of what the scope of `transaction` sees; with `has_last` the year before, too.

    Audited. Raises Refused where the acting person does not see reports.
    """
    with transaction() as work:
        if work.person is not None:
            people.require(work, "reports.see")
        today, place = work.today, place_of(work)
        named = {one.id: one.name for one in places.of_kind(work.session, PlaceKind.VILLAGE, _commune_id(place))}
    first = date(int(school_year_of(today)[:4]), 8, 1)
    this = figures.period(transaction, first, today)
    last = figures.period(transaction, first.replace(year=first.year - 1), _day_before(first)) if has_last else None
    is_school = place.kind == PlaceKind.SCHOOL
    shown = {key: name for key, name in named.items() if not is_school or key in this.villages}
    return Facts(place.name, is_school, today, this, last if last and last.days else None, shown)


def place_of(work: Work) -> Place:
    """The place whose pictures somebody sees: the school of whoever sees one school alone, else the commune."""
    if len(work.scope.schools) == 1 and not work.scope.communes:
        school = places.get(work.session, min(work.scope.schools))
        if school is not None:
            return school
    return places.get(work.session, min(work.scope.communes, default=None)) or people.commune_of(work)


def _commune_id(place: Place) -> int | None:
    return place.parent_id if place.kind == PlaceKind.SCHOOL else place.id


def _day_before(first: date) -> date:
    return date.fromordinal(first.toordinal() - 1)


def called(reader: Reader, facts: Facts) -> str:
    """`Xã Long Môn`, `Trường THCS Long Môn`, as a title begins."""
    return facts.place if facts.is_school else reader.say("Commune of %(place)s", place=facts.place)


def covered(reader: Reader, facts: Facts) -> str:
    """How much of it was reported: what stands first wherever figures are shown."""
    total, days = facts.this.total, sorted(facts.this.days)
    return reader.say(
        "Rolls of classes reported: %(reported)s of %(due)s, %(since)s to %(until)s.",
        reported=number(reader, total.reported),
        due=number(reader, total.due),
        since=reader.date(days[0]),
        until=reader.date(days[-1]),
    )


def number(reader: Reader, n: int) -> str:
    """`3.842`; in English `3,842`."""
    return f"{n:,}" if reader.locale == "en" else f"{n:,}".replace(",", ".")


def decimal(reader: Reader, value: float) -> str:
    """`1,2`; in English `1.2`."""
    return f"{value:.1f}" if reader.locale == "en" else f"{value:.1f}".replace(".", ",")


def per_cent(share: float) -> float:
    """A share from 0 to 1 in per cent, rounded as it is shown, so that differences are those of the figures shown."""
    return float(f"{100 * share:.1f}")
