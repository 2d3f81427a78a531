"""The villages side by side; and one village: its weeks, its cases, its meetings, whom to telephone there."""

from __future__ import annotations

from datetime import date, time, timedelta

from bot.clock import moment
from bot.i18n import N_
from bot.rules import people
from bot.rules.counts import Counts, PeriodFigures, Tally, monday
from bot.rules.work import Refused
from bot.web.office import cases, lists, meetings
from bot.web.office.desk import ROOT, Desk, Grid, Room, Row, Sheet
from storage import office as stored
from storage import places
from storage.office import Which
from storage.places import Place, PlaceKind

WEEKS = 6  # of a village's page
CASES_AT_MOST = 20
AHEAD, BACK = timedelta(days=30), timedelta(days=60)


def page(desk: Desk) -> Sheet:
    """Every village that has pupils of the scope, and of whoever lives nowhere known."""
    found = desk.figures or PeriodFigures(*desk.week())
    desk.work.audit("figures.seen", since=found.since.isoformat(), until=found.until.isoformat())
    names = _names(desk)
    ids: list[int | None] = [one for one in names if one in found.villages or desk.scope.communes]
    ids += [one for one in found.villages if one not in names]
    rows: list[Row] = [
        [lists.village_cell(desk, names, one, found.since), *_figures(desk, found.villages.get(one, Counts()))]
        for one in ids
    ]
    total = sum(found.villages.values(), Counts())
    totals: list[Row] = [[desk.say("In all"), *_figures(desk, total)]]
    grid = Grid(_heads(desk), rows, desk.say("By village"), totals, lists.NUMBERS, desk.say("No village is known yet."))
    return Sheet("villages.html", desk.say("Villages"), {**lists.weeks(desk, found.since), "villages": grid})


def _names(desk: Desk) -> dict[int, str]:
    """The villages of the scope's communes by their present names."""
    return {
        place.id: place.name
        for commune_id in sorted(lists.commune_ids(desk))
        for place in places.of_kind(desk.session, PlaceKind.VILLAGE, commune_id)
    }


def _heads(desk: Desk) -> list[str]:
    return [
        desk.say("Village"), desk.say("Roll now"), desk.say("In class (share)"), desk.say("Absent"),
        desk.say("At risk"), desk.say("Dropped out"), desk.say("Brought back"), desk.say("Homes visited"),
    ]  # fmt: skip


def _figures(desk: Desk, found: Counts) -> Row:
    days = found.attendance
    return [
        found.roll, desk.reader.share(days.present, days.enrolled), days.absent, found.at_risk,
        found.dropped_out, found.brought_back, found.visits,
    ]  # fmt: skip


def weeks(desk: Desk) -> tuple[date, date]:
    """The weeks of a village's page: the named one, and those before it."""
    since, until = desk.week()
    return since - timedelta(weeks=WEEKS - 1), until


def one(desk: Desk) -> Sheet:
    """One village. Raises Refused("outside_scope")."""
    place = places.get(desk.session, int(desk.asked.path["id"]))
    if place is None or place.kind != PlaceKind.VILLAGE or place.parent_id not in lists.commune_ids(desk):
        raise Refused("outside_scope")
    found = desk.figures or PeriodFigures(*weeks(desk))
    desk.work.audit("village.seen", "village", place.id, since=found.since.isoformat())
    counts = found.villages.get(place.id, Counts())
    since = monday(found.until)
    values = {
        **lists.weeks(desk, since),
        "counts": counts,
        "weeks_line": desk.say(
            "In %(weeks)d weeks: brought back %(back)d, dropped out %(gone)d, homes visited %(visits)d.",
            weeks=WEEKS, back=counts.brought_back, gone=counts.dropped_out, visits=counts.visits,
        ),
        "weeks": _weeks(desk, found, place.id),
        "people": _people(desk, place),
        "cases": cases.grid_of(desk, Which.OPEN, village_id=place.id, at_most=CASES_AT_MOST),
        "meetings": _meetings(desk, place),
        "to_cases": f"{ROOT}/ho-so?thon={place.id}",
    }  # fmt: skip
    return Sheet("village.html", desk.say("Village %(village)s", village=place.name), values)


def _weeks(desk: Desk, found: PeriodFigures, village_id: int) -> list[dict[str, object]]:
    """Each week's share in class, for a small bar, and the figures beside it."""
    kept = found.village_weeks.get(village_id, {})
    rows: list[dict[str, object]] = []
    for n in range(WEEKS):
        week = found.since + timedelta(weeks=n)
        tally = kept.get(week, Tally())
        rows.append(
            {
                "week": desk.reader.date(week),
                "percent": round(100 * tally.share) if tally.share is not None else None,
                "share": desk.reader.share(tally.present, tally.enrolled),
                "absent": tally.absent,
            }
        )
    return rows


def _people(desk: Desk, place: Place) -> Grid:
    """Who looks after the village, with numbers, as far as the scope sees them."""
    found = stored.in_village(desk.scope, desk.session, place.id, desk.work.today)
    roles = lists.positions(desk, found)
    rows: list[Row] = [[who.name, roles.get(who.id, ""), lists.numbers([who])] for who in found]
    return Grid(
        [desk.say("Who"), desk.say("Role"), desk.say("Telephone")], rows, desk.say("Whom to telephone"),
        empty=desk.say("Nobody of this village is known here."),
    )  # fmt: skip


def _meetings(desk: Desk, place: Place) -> Grid:
    now = desk.work.today
    start, end = (moment(day, time(0), desk.work.zone) for day in (now - BACK, now + AHEAD))
    found = stored.meetings(desk.scope, desk.session, start, end, village_id=place.id, is_latest_first=True)
    may = people.may(desk.work, "meetings.see")
    return meetings.grid_of(desk, found if may else [], desk.say("Meetings"))


ROOMS = (
    Room("/thon", "office.see", page, label=N_("Villages"), period=Desk.week),
    Room("/thon/{id:int}", "office.see", one, period=weeks),
)
