"""What the office page says of school days: a month as weeks, the decisions of a year, and where they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.conversations import calendar_words as words
from bot.conversations import wording
from bot.i18n import N_
from bot.parsing import school_year_of
from bot.rules import calendar as rules
from bot.rules import holidays, school_days
from bot.rules.calendar import Where
from bot.web.office.desk import Desk
from storage import places
from storage.attendance import Half
from storage.calendar import Closure, Effect
from storage.places import Place, PlaceKind, SchoolClass

DAY = timedelta(days=1)
LINES = {
    Effect.CLOSED: N_("No school (%(why)s)"),
    Effect.OPEN: N_("School after all"),
    Effect.WATCH: N_("Under watch (%(why)s)"),
}


@dataclass(frozen=True)
class DayShown:
    """One day of the month: its number, "school", "part", "off" or "out" of the month, and what is said of it."""

    n: int
    kind: str
    said: str = ""


def months(year: str) -> list[date]:
    """The first days of the months of a school year ("2023-2024"), August to July."""
    first = int(year[:4])
    return [date(first + (month > 12), (month - 1) % 12 + 1, 1) for month in range(8, 20)]


def weeks(desk: Desk, school: Place, classes: Sequence[SchoolClass], month: date) -> list[list[DayShown]]:
    """The weeks of a month, Monday first, with what each day is for a school's classes."""
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY
    decided = _by_day(desk, school, month, last)
    lessons = _lessons(desk, classes, month, last, {row.class_id for rows in decided.values() for row in rows})
    begins, ends = school_days.year_of(desk.work, school.id, month)
    found: list[list[DayShown]] = []
    monday = month - timedelta(days=month.weekday())
    while monday <= last:
        days = [monday + n * DAY for n in range(7)]
        found.append(
            [
                _shown(desk, day, lessons[day], len(classes), decided[day], is_year=begins <= day <= ends)
                if day.month == month.month
                else DayShown(day.day, "out")
                for day in days
            ]
        )
        monday += 7 * DAY
    return found


def _lessons(
    desk: Desk, classes: Sequence[SchoolClass], since: date, until: date, decided: Collection[int | None]
) -> dict[date, int]:
    """On each day, how many classes have lessons. Classes of one site and one week have them alike: of a large school
    a few are looked at, apart from those of which something was decided."""
    school_days.held(desk.work, [one.id for one in classes], since, since)  # reads all of them at once
    alike: dict[object, list[int]] = defaultdict(list)
    for one in classes:
        week = school_days.week(desk.work, one.id)
        of_day = tuple(sorted((weekday, half) for weekday, halves in week.items() for half in halves))
        alike[one.site_id, of_day, one.id if one.id in decided else 0].append(one.id)
    found: dict[date, int] = defaultdict(int)
    held = school_days.held(desk.work, [ids[0] for ids in alike.values()], since, until)
    for ids in alike.values():
        for day in {on for on, _ in held[ids[0]]}:
            found[day] += len(ids)
    return found


def _by_day(desk: Desk, school: Place, since: date, until: date) -> dict[date, list[Closure]]:
    """The decisions of a month that touch a school, its sites, its classes, and the villages."""
    found: dict[date, list[Closure]] = defaultdict(list)
    for one in rules.in_force(desk.work, since, until, school.parent_id):
        if one.school_id in (None, school.id):
            day = max(since, one.from_on)
            while day <= min(until, one.until_on):
                found[day].append(one)
                day += DAY
    return found


def _shown(desk: Desk, day: date, lessons: int, classes: int, decided: Sequence[Closure], *, is_year: bool) -> DayShown:
    said = [line(desk, one) for one in decided]
    if not decided and day in holidays.public(day.year):
        said = [holidays.name(day, desk.reader.locale)]
    elif not decided and not lessons and is_year and day.weekday() < 5 and classes:
        said = [desk.say("Tết break")] if day in holidays.tet_break(school_year_of(day)) else []
    kind = "off" if not lessons else "part" if lessons < classes else "school"
    return DayShown(day.day, kind, "; ".join(said))


def line(desk: Desk, decision: Closure) -> str:
    """`Lớp 6A: nghỉ học (mưa lũ)`, for a day of the table."""
    said = desk.say(LINES[Effect(decision.effect)], why=words.why(desk.chat, decision))
    if decision.half:
        said = desk.say("%(what)s, %(half)s only", what=said, half=desk.say(wording.HALVES[Half(decision.half)]))
    if decision.class_id is None and decision.site_id is None and decision.village_id is None:
        return said
    return desk.say("%(where)s: %(what)s", where=words.where(desk.chat, decision), what=said)


def days(desk: Desk, decision: Closure) -> str:
    """`20/3`, `20/3 - 22/3`."""
    if decision.from_on == decision.until_on:
        return desk.reader.day(decision.from_on)
    return f"{desk.reader.date(decision.from_on)} - {desk.reader.date(decision.until_on)}"


def choices(desk: Desk, schools: Sequence[Place]) -> list[tuple[str, str]]:
    """Where this person decides: (value, label), the largest first."""
    session = desk.session
    found = [("", desk.say("All schools of the commune"))] if rules.may_decide(desk.work, Where()) else []
    found += [(f"school.{one.id}", one.name) for one in schools]
    for one in schools:
        found += [
            (f"site.{site.id}", desk.say("The site %(site)s", site=site.name))
            for site in places.of_kind(session, PlaceKind.SITE, one.id)
        ]
    commune_id = schools[0].parent_id if schools else None
    for village in places.of_kind(session, PlaceKind.VILLAGE, commune_id) if commune_id else ():
        found.append((f"village.{village.id}", desk.say("%(village)s village", village=village.name)))
    for each in school_days.classes_of_year(desk.work, school_ids=tuple(one.id for one in schools)) if schools else ():
        found.append((f"class.{each.id}", desk.say("The class %(class_name)s", class_name=each.name)))
    return [one for one in found if rules.may_decide(desk.work, where_of(one[0]))]


def where_of(value: str) -> Where:
    """`class.12` as a place of a decision; "" is the commune. Raises ValueError for what is none."""
    if not value:
        return Where()
    kind, _, number = value.partition(".")
    if kind not in ("school", "site", "village", "class") or not number.isdecimal():
        raise ValueError(value)
    return Where(**{f"{kind}_id": int(number)})
