"""Deciding about school days: closing, opening, watching, taking back; the week of a class, the year of a school."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.clock import moment
from bot.parsing import fold, school_year_of
from bot.rules import attendance, early_warning, hooks_out, people, roll_times, school_days
from bot.rules.school_days import Week
from bot.rules.work import Refused, Work
from storage import attendance as registers
from storage import calendar, places, pupils
from storage import people as stored
from storage.attendance import Half
from storage.calendar import ClassSession, Closure, Effect, SchoolYear, Why
from storage.people import Role
from storage.places import Place, PlaceKind, SchoolClass

LONGEST = timedelta(days=120)  # a longer closure is a mistyped year


@dataclass(frozen=True)
class Where:
    """What a decision concerns: at most one of these; none is the whole commune."""

    school_id: int | None = None
    site_id: int | None = None
    class_id: int | None = None
    village_id: int | None = None


@dataclass(frozen=True)
class Days:
    """From a day to a day, both included, the whole of them or one session each."""

    since: date
    until: date
    half: Half | None = None


def close(work: Work, where: Where, days: Days, why: Why, words: str = "") -> Closure:
    """No school. Teachers, the other leaders and, of a village, its head hear of it at once.

    Raises Refused: not allowed, outside the scope, `days_turned_round`, `too_many_days`, `nothing_changes`.
    """
    return _decide(work, Effect.CLOSED, where, days, why, words)


def open(work: Work, where: Where, days: Days) -> Closure:
    """School after all, on days that the calendar or a former decision gave off; a single free day is made up."""
    return _decide(work, Effect.OPEN, where, days, Why.OTHER, "")


def watch(work: Work, where: Where, days: Days, why: Why, words: str = "") -> Closure:
    """Declares days in which every absence is asked about at once (R7); nobody is told."""
    return _decide(work, Effect.WATCH, where, days, why, words)


def take_back(work: Work, closure_id: int) -> Closure:
    """A decision counts no more; those who heard of it hear that. Raises Refused("nothing_waits") the second time."""
    decision = calendar.closure(work.session, closure_id)
    if decision is None:
        raise Refused("outside_scope")
    _require(work, _where(decision))
    if decision.taken_back_at is not None:
        raise Refused("nothing_waits")
    decision.taken_back_at, decision.taken_back_by = work.now, work.actor_id
    work.session.flush()
    school_days.forget(work)
    work.withdraw(f"calendar:{decision.id}")
    work.audit("calendar.taken_back", "closure", decision.id, effect=decision.effect)
    _tell(work, decision, "calendar.taken_back")
    hooks_out.days_closed(work, decision)
    _what_follows(work, decision)
    return decision


def set_week(work: Work, class_id: int, week: Week) -> None:
    """The weekly sessions of a class from now on; an empty week is the usual one again.

    Raises Refused("impossible_hour") for a session that begins at an hour at which none can.
    """
    school_class = places.school_class(work.session, class_id)
    if school_class is None:
        raise Refused("outside_scope")
    _require(work, Where(class_id=class_id))
    for half, at in ((half, at) for of_day in week.values() for half, at in of_day.items()):
        if not roll_times.is_possible(half, at):
            raise Refused("impossible_hour", time=f"{at:%H:%M}")
    for row in calendar.weeks(work.session, [class_id]):
        work.session.delete(row)
    work.session.flush()
    for weekday, of_day in week.items():
        for half, at in of_day.items():
            row = ClassSession(class_id=class_id, weekday=weekday, half=half, starts_at=f"{at:%H:%M}")
            work.session.add(row)
    work.session.flush()
    school_days.forget(work)
    work.audit("calendar.week_set", "class", class_id, sessions=sum(len(of_day) for of_day in week.values()))
    early_warning.recompute(work, [class_id])


def set_year(work: Work, school_id: int, starts_on: date, ends_on: date) -> None:
    """The first and last day of a school's year. Raises Refused("impossible_year")."""
    _require(work, Where(school_id=school_id))
    year = school_year_of(starts_on)
    if not (starts_on < ends_on and school_year_of(ends_on) == year):
        raise Refused("impossible_year")
    row = next((one for one in calendar.years(work.session, [school_id]) if one.year == year), None)
    if row is None:
        row = SchoolYear(school_id=school_id, year=year)
        work.session.add(row)
    row.starts_on, row.ends_on = starts_on, ends_on
    work.session.flush()
    school_days.forget(work)
    work.audit("calendar.year_set", "school", school_id, year=year, starts_on=str(starts_on), ends_on=str(ends_on))
    classes = school_days.classes_of_year(work, school_ids=(school_id,), on=starts_on)
    early_warning.recompute(work, [one.id for one in classes])


def set_site(work: Work, class_id: int, name: str) -> Place | None:
    """Where a class sits: a site of its school, made if it is new; "" is the school itself."""
    school_class = places.school_class(work.session, class_id)
    if school_class is None:
        raise Refused("outside_scope")
    _require(work, Where(class_id=class_id))
    known = places.named(work.session, PlaceKind.SITE, fold(name), school_class.school_id) if name else []
    site = known[0] if known else None
    if name and site is None:
        site = people.make_place(work, PlaceKind.SITE, name, parent_id=school_class.school_id)
    school_class.site_id = site.id if site is not None else None
    work.session.flush()
    school_days.forget(work)
    work.audit("calendar.site_set", "class", class_id, site=school_class.site_id)
    return site


def set_boarders(work: Work, class_id: int, pupil_ids: Collection[int]) -> int:
    """Who of a class lodges at the school (bán trú): the Sunday-evening head-count asks about them. Returns how many.

    Raises Refused("not_on_the_roll") for a pupil of another class.
    """
    if work.person is not None:
        attendance.require_class(work, class_id)
    roll = pupils.of_class(work.scope, work.session, class_id)
    if not set(pupil_ids) <= {pupil.id for pupil in roll}:
        raise Refused("not_on_the_roll")
    for pupil in roll:
        pupil.is_boarder = pupil.id in pupil_ids
    work.session.flush()
    work.audit("calendar.boarders_set", "class", class_id, count=len(set(pupil_ids)))
    return len(set(pupil_ids))


def may_decide(work: Work, where: Where) -> bool:
    """Whether the acting person decides about this place: a school about its own, officials about all or a village."""
    if work.person is None:
        return work.scope.is_everything
    held = people.roles(work)
    if not people.may(work, "calendar.manage"):
        return False
    if Role.ADMIN in held:
        return _commune_id(work, where) == work.person.commune_id
    if where.village_id is not None:
        return _commune_id(work, where) == work.person.commune_id
    if where == Where():
        return Role.OFFICIAL in held
    return Role.SCHOOL in held and school_of(work, where) in work.scope.schools


def may_take_back(work: Work, decision: Closure) -> bool:
    """Whether the acting person may take a decision back: whoever could make it."""
    return may_decide(work, _where(decision))


def school_of(work: Work, where: Where) -> int | None:
    """The school that a decision lies in."""
    if where.class_id is not None:
        school_class = places.school_class(work.session, where.class_id)
        return school_class.school_id if school_class is not None else None
    if where.site_id is not None:
        site = places.get(work.session, where.site_id)
        return site.parent_id if site is not None else None
    return where.school_id


def in_force(work: Work, since: date, until: date, commune_id: int | None = None) -> list[Closure]:
    """The decisions that touch these days and were not taken back, of a commune or of all, by their first day."""
    all_communes = places.of_kind(work.session, PlaceKind.COMMUNE)
    communes = [commune_id] if commune_id is not None else [commune.id for commune in all_communes]
    return sorted(calendar.closures(work.session, communes, since, until), key=lambda one: (one.from_on, one.id))


def concerns(work: Work, decision: Closure, where: Where) -> bool:
    """Whether a decision touches a place: it is of it, or of a larger one around it."""
    if where.village_id is not None or decision.village_id is not None:
        return decision.village_id == where.village_id
    school_class = places.school_class(work.session, where.class_id)
    site_id = school_class.site_id if school_class is not None else where.site_id
    is_school = decision.school_id in (None, school_of(work, where))
    return is_school and decision.site_id in (None, site_id) and decision.class_id in (None, where.class_id)


def classes_of(work: Work, decision: Closure) -> list[SchoolClass]:
    """The classes that a decision concerns; of a village, those in which its pupils sit."""
    if decision.village_id is not None:
        ids = pupils.classes_of_village(work.session, decision.village_id)
        return [one for one in (places.school_class(work.session, class_id) for class_id in ids) if one is not None]
    if decision.class_id is not None:
        found = places.school_class(work.session, decision.class_id)
        return [found] if found is not None else []
    school = school_of(work, _where(decision))
    classes = school_days.classes_of_year(
        work,
        commune_id=decision.commune_id,
        school_ids=(school,) if school is not None else (),
        on=decision.from_on,
    )
    return [one for one in classes if decision.site_id in (None, one.site_id)]


# --- how a decision is made ----------------------------------------------------------------------------------


def _decide(work: Work, effect: Effect, where: Where, days: Days, why: Why, words: str) -> Closure:
    _require(work, where)
    if days.until < days.since:
        raise Refused("days_turned_round")
    if days.until - days.since > LONGEST:
        raise Refused("too_many_days", n=LONGEST.days)
    decision = Closure(
        commune_id=_commune_id(work, where),
        school_id=school_of(work, where),
        site_id=where.site_id,
        class_id=where.class_id,
        village_id=where.village_id,
        half=days.half or "",
        effect=effect,
        why=why,
        words=" ".join(words.split())[:60],
        from_on=days.since,
        until_on=days.until,
        made_by=work.actor_id,
        made_at=work.now,
    )
    if _is_there(work, decision):
        raise Refused("nothing_changes")
    work.session.add(decision)
    work.session.flush()
    school_days.forget(work)
    details = {"since": str(days.since), "until": str(days.until), "half": decision.half, "why": why}
    work.audit(f"calendar.{effect}", "closure", decision.id, **details)
    if effect != Effect.WATCH:
        _tell(work, decision, f"calendar.{effect}")
    hooks_out.days_closed(work, decision)
    _what_follows(work, decision)
    return decision


def _is_there(work: Work, new: Closure) -> bool:
    """The same decision, in force and the last one of its days: pressed twice, it is made once."""
    found = calendar.closures(work.session, [new.commune_id], new.from_on, new.until_on)
    places_of = ("school_id", "site_id", "class_id", "village_id", "half")
    alike = [one for one in found if all(getattr(one, name) == getattr(new, name) for name in places_of)]
    return bool(alike) and (alike[-1].effect, alike[-1].from_on, alike[-1].until_on, alike[-1].why) == (
        new.effect, new.from_on, new.until_on, new.why
    )  # fmt: skip


def _require(work: Work, where: Where) -> None:
    if work.person is not None:
        people.require(work, "calendar.manage")
    if not may_decide(work, where):
        raise Refused("outside_scope")


def _commune_id(work: Work, where: Where) -> int:
    place_id = where.village_id or school_of(work, where)
    place = places.get(work.session, place_id)
    if place is not None and place.parent_id is not None:
        return place.parent_id
    return people.commune_of(work).id


def _where(decision: Closure) -> Where:
    if decision.village_id is not None:
        return Where(village_id=decision.village_id)
    if decision.class_id is not None:
        return Where(class_id=decision.class_id)
    if decision.site_id is not None:
        return Where(site_id=decision.site_id)
    return Where(school_id=decision.school_id)


# --- what follows from it ------------------------------------------------------------------------------------


def _tell(work: Work, decision: Closure, kind: str) -> None:
    """Everybody once: the teachers, the heads of the schools, the officials, the village's own; not who decided.

    What is over is told to nobody.
    """
    if decision.until_on < work.today or decision.effect == Effect.WATCH:
        return
    ends = moment(decision.until_on + timedelta(days=1), time(0), work.zone)
    for person_id in hearers(work, decision):
        work.tell(person_id, kind, decision.id, always=True, useful_until=ends)


def hearers(work: Work, decision: Closure) -> list[int]:
    """Who hears of a decision, apart from whoever made it."""
    classes = classes_of(work, decision)
    ids = {one.id for one in classes}
    found = [teacher for teacher, _ in stored.class_teachers(work.session, work.today, class_ids=ids)]
    for school_id in sorted({one.school_id for one in classes}):
        found += [one.id for one in people.with_role_at_school(work, school_id)]
    found += [one.id for one in people.officials(work, decision.commune_id)]
    if decision.village_id is not None:
        for role in (Role.VILLAGE_HEAD, Role.VILLAGE_FRONT):
            there = stored.with_role(work.session, role, work.today, place_id=decision.village_id)
            found += [one.id for one in there]
    return [person_id for person_id in dict.fromkeys(found) if person_id != work.actor_id]


def _what_follows(work: Work, decision: Closure) -> None:
    """The question about a closed session is not asked; rules are read anew where a register lies in these days."""
    classes = [one.id for one in classes_of(work, decision)]
    if decision.village_id is None and decision.effect == Effect.CLOSED and decision.taken_back_at is None:
        for class_id in classes:
            if decision.from_on <= work.today <= decision.until_on and not _is_open(work, class_id):
                work.withdraw(attendance.task_subject(class_id), "attendance.report", "attendance.asked_again")
    until = min(decision.until_on, work.today)
    reported = registers.classes_reported(work.session, classes, decision.from_on, until)
    if reported:
        early_warning.recompute(work, sorted(reported))


def _is_open(work: Work, class_id: int) -> bool:
    """Whether a session of today is still held and goes on, so that its question stays."""
    held = school_days.starts_of(work, [class_id], work.today)[class_id]
    return any(
        roll_times.moments(work.today, half, at, work.zone)[0].at
        <= work.now
        <= roll_times.useful_until(work.today, half, work.zone)
        for half, at in held.items()
    )
