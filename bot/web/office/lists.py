"""What several rooms show alike: people with their numbers, links of weeks, and figures in the columns of a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from bot.conversations import wording
from bot.i18n import N_
from bot.parsing import phone_shown
from bot.rules import people
from bot.rules.counts import Counts
from bot.web.office.desk import ROOT, Cell, Desk, Row
from storage import office as stored
from storage import people as stored_people
from storage.people import Person, Role, RoleGrant
from storage.places import Place, PlaceKind, SchoolClass

NUMBERS = frozenset(range(1, 20))  # a name, and figures behind it


def calls(found: Iterable[Person]) -> list[str]:
    """Their telephone numbers as they are shown, each once."""
    return list(dict.fromkeys(phone_shown(person.phone) for person in found if person.phone))


def numbers(found: Iterable[Person]) -> Cell:
    """The same as a cell of links that a telephone dials; a dash where there is none."""
    shown = calls(found)
    return Cell("" if shown else "–", calls=shown)


def by_id(desk: Desk, person_ids: Collection[int]) -> dict[int, Person]:
    """People who are named beside what they did."""
    return {person.id: person for person in stored_people.several(desk.session, person_ids)}


def teachers(desk: Desk, class_ids: Iterable[int], on: date) -> dict[int, list[Person]]:
    """Class -> its teachers who have joined, two queries in all."""
    pairs = stored_people.class_teachers(desk.session, on, class_ids=list(class_ids))
    known = by_id(desk, {person_id for person_id, _ in pairs})
    found: dict[int, list[Person]] = {}
    for person_id, class_id in pairs:
        found.setdefault(class_id, []).append(known[person_id])
    return found


def positions(desk: Desk, found: Sequence[Person]) -> dict[int, str]:
    """What each of these people is, all roles of today, as `wording.position` says the first; one query in all."""
    held = stored.roles(desk.session, [person.id for person in found], desk.work.today)
    return {
        person.id: "; ".join(filter(None, (person.title, *(_role(desk, *one) for one in held.get(person.id, ())))))
        for person in found
    }


def _role(desk: Desk, grant: RoleGrant, place: Place | None, school_class: SchoolClass | None) -> str:
    where = school_class.name if school_class is not None else place.name if place is not None else ""
    if grant.organisation:
        is_village = place is not None and place.kind == PlaceKind.VILLAGE
        return wording.organisation(desk.reader, grant.organisation, where, is_village=is_village)
    return desk.say(wording.POSITIONS[Role(grant.role)], place=where)


def weeks(desk: Desk, since: date) -> dict[str, object]:
    """The links to the weeks before and after, and this one's days in words."""
    after = since + timedelta(days=7)
    shown = {"since": desk.reader.date(since), "until": desk.reader.date(since + timedelta(days=6))}
    return {
        "week": since,
        "before": since - timedelta(days=7),
        "after": after if after <= desk.work.today else None,
        "spoken": desk.say("Week from %(since)s to %(until)s", **shown),
    }


HEADS = (
    N_("Roll at the start"), N_("Roll now"), N_("In class (share)"), N_("Absent P"), N_("Absent K"),
    N_("P or K not known"), N_("Dropped out"), N_("Moved away / in"), N_("At risk"),
    N_("Brought back"), N_("Reported / due"),
)  # fmt: skip


def heads(desk: Desk, first: str) -> list[str]:
    return [first, *(desk.say(one) for one in HEADS)]


def figures(desk: Desk, found: Counts) -> Row:
    """The figures of a class, a level, a school, as `HEADS` names them; days missed are pupil-days."""
    days = found.attendance
    return [
        found.roll_at_start, found.roll, desk.reader.share(days.present, days.enrolled),
        days.excused, days.unexcused, days.unknown, found.dropped_out,
        f"{found.moved_out} / {found.moved_in}", found.at_risk, found.brought_back,
        Cell(f"{found.reported} / {found.due}", is_loud=found.missing > 0),
    ]  # fmt: skip


def class_cell(name: str, class_id: int, week: date | None = None) -> Cell:
    return Cell(name, f"{ROOT}/lop/{class_id}" + (f"?tuan={week}" if week else ""))


def village_cell(desk: Desk, names: Mapping[int, str], village_id: int | None, week: date) -> Cell:
    """A village by its present name, as a link to its page."""
    if village_id is None or village_id not in names:
        return Cell(desk.say("Village not known"))
    return Cell(names[village_id], f"{ROOT}/thon/{village_id}?tuan={week}")


def commune_ids(desk: Desk) -> set[int]:
    """The communes that this person has to do with."""
    return set(desk.scope.communes) or {people.commune_of(desk.work).id}
