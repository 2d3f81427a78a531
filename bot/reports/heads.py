"""The head and foot of a place's papers: its own words where it has set any, else those that are usual (domain §10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.i18n import Reader
from bot.reports.paper import Head, Signature
from bot.rules import letterheads
from bot.rules.work import Work
from storage import places
from storage.places import Place, PlaceKind


def head(reader: Reader, work: Work, place: Place, kind: str, on: date) -> Head:
    """The upper halves of a paper of a commune or a school; `kind` is its short form ("BC", "BB", "GM").

    Number and signature stay empty: they are the office's. The day and the months 1 and 2 have two digits (Decree 30).
    """
    own = letterheads.of(work, place.id)
    mark = own.mark or _mark(reader, place)
    return Head(
        superior=(own.superior or _superior(reader, work, place)).upper(),
        body=(own.body or _body(reader, place)).upper(),
        number=reader.say("No.:        /%(kind)s-%(mark)s", kind=kind, mark=mark),
        nation=reader.say("SOCIALIST REPUBLIC OF VIET NAM"),
        motto=reader.say("Independence - Freedom - Happiness"),
        place_and_date=reader.say(
            "%(place)s, day %(day)s month %(month)s year %(year)s",
            place=own.seat or seat(work, place),
            day=f"{on.day:02d}",
            month=f"{on.month:02d}" if on.month < 3 else str(on.month),
            year=on.year,
        ),
    )


def signature(reader: Reader, work: Work, place: Place) -> Signature:
    """Who signs for a place; a name that nobody has set is left to be written by hand."""
    own = letterheads.of(work, place.id)
    if place.kind == PlaceKind.SCHOOL:
        titles = [own.on_behalf, own.signer_title or reader.say("HEAD OF SCHOOL")]
    else:
        titles = [own.on_behalf or reader.say("FOR THE PEOPLE'S COMMITTEE"), own.signer_title or reader.say("CHAIRMAN")]
    return Signature([title.upper() for title in titles if title], own.signer)


def recipients(reader: Reader, work: Work, place: Place, usual: Sequence[str] = ()) -> list[str]:
    """The lines of "Nơi nhận", the archive last."""
    lines = letterheads.of(work, place.id).recipients or usual
    return [*(reader.say("- %(line)s;", line=line.strip("-;. ")) for line in lines), reader.say("- Archive: office.")]


def seat(work: Work, place: Place) -> str:
    """The place's name before the date: the commune, for its schools too."""
    if place.kind == PlaceKind.SCHOOL:
        commune = places.get(work.session, place.parent_id)
        return commune.name if commune is not None else place.name
    return place.name


def _superior(reader: Reader, work: Work, place: Place) -> str:
    """A school writes the commune's committee above its name; a commune has nothing above since 1/7/2025."""
    if place.kind != PlaceKind.SCHOOL:
        return ""
    return reader.say("PEOPLE'S COMMITTEE OF %(commune)s COMMUNE", commune=seat(work, place))


def _body(reader: Reader, place: Place) -> str:
    if place.kind == PlaceKind.SCHOOL:
        return place.name
    return reader.say("PEOPLE'S COMMITTEE OF THE COMMUNE OF %(commune)s", commune=place.name)


def _mark(reader: Reader, place: Place) -> str:
    return reader.say("SCH") if place.kind == PlaceKind.SCHOOL else reader.say("PC")
