"""The school year at a desk: which days have school and why others have none; decisions, the year, a class's week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from bot.conversations import calendar_words as spoken
from bot.conversations import wording
from bot.i18n import N_, WEEKDAYS
from bot.parsing import school_year_of
from bot.rules import calendar as rules
from bot.rules import roll_times, school_days
from bot.rules.calendar import Days, Where
from bot.rules.school_days import Week
from bot.rules.work import Refused
from bot.web.office import calendar_words as words
from bot.web.office import editing
from bot.web.office.desk import ROOT, Cell, Desk, Gone, Grid, Room, Row, Sheet
from bot.web.office.editing import Button, Field, Form, Group
from storage import places
from storage.attendance import Half
from storage.calendar import Closure, Effect, Why
from storage.places import Place, PlaceKind, SchoolClass

PATH = "/lich"
YEARS = range(2000, 2100)  # others are mistyped
LAST_DAY_OF_A_MONTH = 31
YEAR, DECIDE, TAKE_BACK = "year", "decide", "undo"
EFFECTS = {
    Effect.CLOSED: N_("No school"),
    Effect.OPEN: N_("School on a day off"),
    Effect.WATCH: N_("School under watch: each absence is asked about at once"),
}
WHYS = (Why.FLOOD, Why.STORM, Why.FEAST, Why.HOLIDAY, Why.TET, Why.OTHER)
TABLE_HEADS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def page(desk: Desk) -> Sheet:
    """A month of one school (`?truong=3&thang=2024-03`), and what was decided in its year."""
    return _sheet(desk)


def change(desk: Desk) -> Sheet | Gone:
    """Decides about days, takes a decision back, or sets the first and last day of the year."""
    act = desk.asked.form.get(editing.ACT, "")
    if act == YEAR:
        return _set_year(desk)
    if act == TAKE_BACK:
        return _taken_back(desk)
    return _decided(desk)


# What is shown


def _schools(desk: Desk) -> list[Place]:
    """The schools of this person's communes, and their own."""
    session, scope = desk.session, desk.scope
    found = [one for commune in sorted(scope.communes) for one in places.of_kind(session, PlaceKind.SCHOOL, commune)]
    found += [one for one in (places.get(session, school) for school in sorted(scope.schools)) if one is not None]
    return list({one.id: one for one in found}.values())


def _school(desk: Desk) -> Place | None:
    known = _schools(desk)
    wanted = desk.number("truong")
    return next((one for one in known if one.id == wanted), known[0] if known else None)


def _month(desk: Desk) -> date:
    found = _day(desk.asked.query.get("thang", "") + "-01")
    return found if found is not None else desk.work.today.replace(day=1)


def _sheet(desk: Desk, *, year_form: Form | None = None, form: Form | None = None, said: str = "", status: int = 200
           ) -> Sheet:  # fmt: skip
    school, month = _school(desk), _month(desk)
    if school is None:
        raise Refused("no_school_yet")
    year = school_year_of(month)
    classes = school_days.classes_of_year(desk.work, school_ids=(school.id,), on=month)
    first, last = words.months(year)[0], words.months(year)[-1].replace(day=31)
    decisions = rules.in_force(desk.work, first, last, school.parent_id)
    values = {
        "school": school,
        "schools": _schools(desk),
        "months": [(one.strftime("%Y-%m"), f"{one.month}/{one.year}", one == month) for one in words.months(year)],
        "month": f"{month.month}/{month.year}",
        "month_value": month.strftime("%Y-%m"),
        "weekdays": [desk.say(one) for one in TABLE_HEADS],
        "weeks": words.weeks(desk, school, classes, month),
        "decisions": [_row(desk, one) for one in decisions if one.school_id in (None, school.id)],
        "form": form or _form(desk, decisions),
        "year_form": year_form or _year_form(desk, school, month),
        "classes": _classes(desk, classes),
        "said": said,
        "undo": TAKE_BACK,
    }
    return Sheet("calendar.html", desk.say("School days"), values, status)


def _row(desk: Desk, decision: Closure) -> dict[str, object]:
    return {
        "id": decision.id,
        "days": words.days(desk, decision),
        "where": spoken.where(desk.chat, decision),
        "what": words.line(desk, _without_place(decision)),
        "may": rules.may_take_back(desk.work, decision),
    }


def _without_place(decision: Closure) -> Closure:
    """The decision without its place, for a row that names the place in a column of its own."""
    return Closure(effect=decision.effect, why=decision.why, words=decision.words, half=decision.half)


def _classes(desk: Desk, classes: list[SchoolClass]) -> Grid:
    pages = desk.page(len(classes))
    rows: list[Row] = []
    for one in classes[pages.rows]:
        week = school_days.week(desk.work, one.id)
        held = sum(half is not Half.EVENING for of_day in week.values() for half in of_day)
        begins = min((at for of_day in week.values() for at in of_day.values()), default=None)
        rows.append([Cell(one.name, f"{ROOT}{PATH}/lop/{one.id}"), held, f"{begins:%H:%M}" if begins else "–"])
    heads = [desk.say("Class (head of a column)"), desk.say("Sessions a week"), desk.say("Earliest")]
    return Grid(heads, rows, desk.say("The weeks of the classes"), numbers=frozenset({1, 2}),
                empty=desk.say("No class of this year is known yet."), pages=pages)  # fmt: skip


# A decision


def _stands(decisions: list[Closure]) -> dict[str, str]:
    """What a decision is made over: the last one that was known when the page was made."""
    return {"last": str(max((one.id for one in decisions), default=0))}


def _form(desk: Desk, decisions: list[Closure]) -> Form:
    today = desk.work.today.isoformat()
    whole = [("", desk.say("The whole day")), *((half, desk.say(name)) for half, name in wording.HALVES.items())]
    fields = [
        Field("effect", desk.say("What shall be"), Effect.CLOSED, "select",
              options=[(one, desk.say(name)) for one, name in EFFECTS.items()]),
        Field("where", desk.say("For whom"), "", "select", options=words.choices(desk, _schools(desk))),
        Field("since", desk.say("From this day on"), today, "date"),
        Field("until", desk.say("Until, that day included"), "", "date", hint=desk.say("Empty: that one day.")),
        Field("half", desk.say("Which session"), "", "select", options=whole),
        Field("why", desk.say("Why"), Why.FLOOD, "select",
              options=[(one, desk.say(wording.CLOSED_FOR[one])) for one in WHYS]),
        Field("words", desk.say("In words of one's own"), "",
              hint=desk.say("May stay empty. At most 60 letters.")),
    ]  # fmt: skip
    return Form([Group("", fields)], [Button(DECIDE, desk.say("Decide it"))], editing.written(_stands(decisions)))


def _decided(desk: Desk) -> Sheet | Gone:
    """The teachers, the heads and the officials hear of it at once, as from the chat."""
    school = _school(desk)
    month = _month(desk)
    all_months = words.months(school_year_of(month))
    decisions = rules.in_force(
        desk.work, all_months[0], all_months[-1].replace(day=31), school.parent_id if school else None
    )
    form = _form(desk, decisions)
    given = {field.name: desk.asked.form.get(field.name, field.value).strip() for field in form}
    errors, where, days = _read(desk, given)
    if errors or days is None:
        return _sheet(desk, form=form.filled(given, errors), status=editing.UNREADABLE)
    fresh = [one for one in decisions if one.id > _last_seen(desk) and _touches(one, days)]
    if fresh:
        said = desk.say("Meanwhile somebody has decided: %(what)s. Please look it over, and press once more.",
                        what="; ".join(_whole(desk, one) for one in fresh[:3]))  # fmt: skip
        return _sheet(desk, form=form.filled(given, {}, said), status=editing.CONFLICT)
    done = editing.attempt(desk, lambda: _decide(desk, given, where, days))
    if isinstance(done, Refused):
        form = form.filled(given, {}, editing.sentence(desk, done))
        return _sheet(desk, form=form, status=editing.UNREADABLE)
    return Gone(_here(desk, days.since))


def _decide(desk: Desk, given: Mapping[str, str], where: Where, days: Days) -> Closure:
    if given["effect"] == Effect.OPEN:
        return rules.open(desk.work, where, days)
    act = rules.watch if given["effect"] == Effect.WATCH else rules.close
    return act(desk.work, where, days, Why(given["why"]), given["words"])


def _read(desk: Desk, given: Mapping[str, str]) -> tuple[dict[str, str], Where, Days | None]:
    """Raises Refused("outside_scope") for what no field of ours can hold."""
    try:
        where = words.where_of(given["where"])
        Effect(given["effect"]), Why(given["why"])
        half = Half(given["half"]) if given["half"] else None
    except ValueError:
        raise Refused("outside_scope") from None
    errors = {}
    since, until = _day(given["since"]), _day(given["until"] or given["since"])
    if since is None:
        errors["since"] = desk.say("Please type a day, for example 25/3/2024.")
    if until is None:
        errors["until"] = desk.say("Please type a day, for example 25/3/2024.")
    elif since is not None and until < since:
        errors["until"] = desk.say("The last day lies before the first.")
    elif since is not None and until - since > rules.LONGEST:
        errors["until"] = desk.say("At most %(n)d days at once.", n=rules.LONGEST.days)
    if len(given["words"]) > 60:
        errors["words"] = desk.say("At most %(n)d letters.", n=60)
    days = Days(since, until, half) if since is not None and until is not None else None
    return errors, where, days


def _day(text: str) -> date | None:
    """A day as a browser's field gives it, or as people write it where the browser knows no such field; of our time."""
    parts = [int(part) if part.isdecimal() else 0 for part in text.replace("-", "/").split("/")]
    if len(parts) != 3:
        return None
    year, month, day = parts if parts[0] > LAST_DAY_OF_A_MONTH else reversed(parts)
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _last_seen(desk: Desk) -> int:
    found = editing.was(desk).get("last", "")
    return int(found) if found.isdecimal() else 0


def _touches(decision: Closure, days: Days) -> bool:
    return decision.from_on <= days.until and decision.until_on >= days.since


def _whole(desk: Desk, decision: Closure) -> str:
    where, what = spoken.where(desk.chat, decision), words.line(desk, _without_place(decision))
    return f"{words.days(desk, decision)}, {where}: {what}"


def _taken_back(desk: Desk) -> Sheet | Gone:
    done = editing.attempt(desk, lambda: rules.take_back(desk.work, desk.number("id")))
    if isinstance(done, Refused):
        return _sheet(desk, said=editing.sentence(desk, done), status=editing.UNREADABLE)
    return Gone(_here(desk, _month(desk)))


def _here(desk: Desk, day: date) -> str:
    school = _school(desk)
    return f"{ROOT}{PATH}?truong={school.id if school else 0}&thang={day:%Y-%m}"


# The year of a school


def _year_form(desk: Desk, school: Place, month: date) -> Form:
    begins, ends = school_days.year_of(desk.work, school.id, month)
    now = {"starts_on": begins.isoformat(), "ends_on": ends.isoformat()}
    fields = [
        Field("starts_on", desk.say("First day of school"), now["starts_on"], "date"),
        Field("ends_on", desk.say("Last day of school"), now["ends_on"], "date"),
    ]
    group = Group(desk.say("The school year %(year)s", year=school_year_of(month)), fields)
    return Form([group], [Button(YEAR, desk.say("Set the year"))], editing.written(now))


def _set_year(desk: Desk) -> Sheet | Gone:
    school, month = _school(desk), _month(desk)
    if school is None:
        raise Refused("no_school_yet")
    form = _year_form(desk, school, month)
    typed = editing.typed(desk, {field.name: field.value for field in form})
    begins, ends = (_day(typed.values[name]) for name in ("starts_on", "ends_on"))
    wrong = desk.say("Please type a day, for example 25/3/2024.")
    errors = {name: wrong for name, day in (("starts_on", begins), ("ends_on", ends)) if day is None}
    if begins is None or ends is None:
        return _sheet(desk, year_form=form.filled(typed.values, errors), status=editing.UNREADABLE)
    if typed.is_stale:
        return _sheet(desk, year_form=form.filled(typed.values, {}, desk.say(editing.MEANWHILE)),
                      status=editing.CONFLICT)  # fmt: skip
    done = editing.attempt(desk, lambda: rules.set_year(desk.work, school.id, begins, ends))
    if isinstance(done, Refused):
        said = desk.say("A school year lies between 1 August and 31 July, its first day before its last.")
        if done.code != "impossible_year":
            said = editing.sentence(desk, done)
        errors = {"ends_on": said}
        return _sheet(desk, year_form=form.filled(typed.values, errors), status=editing.UNREADABLE)
    return Gone(_here(desk, month))


# The week of a class


def week(desk: Desk) -> Sheet:
    """The sessions of a class's week, each with the hour at which it begins; an empty hour is no session."""
    school_class = _class(desk)
    return _week_sheet(desk, school_class, _week_form(desk, school_class))


def change_week(desk: Desk) -> Sheet | Gone:
    school_class = _class(desk)
    form = _week_form(desk, school_class)
    typed = editing.typed(desk, {field.name: field.value for field in form})
    wanted, errors = _read_week(desk, typed.values)
    if errors:
        return _week_sheet(desk, school_class, form.filled(typed.values, errors), editing.UNREADABLE)
    if typed.is_stale:
        filled = form.filled(typed.values, {}, desk.say(editing.MEANWHILE))
        return _week_sheet(desk, school_class, filled, editing.CONFLICT)
    done = editing.attempt(desk, lambda: rules.set_week(desk.work, school_class.id, wanted))
    if isinstance(done, Refused):
        filled = form.filled(typed.values, {}, editing.sentence(desk, done))
        return _week_sheet(desk, school_class, filled, editing.UNREADABLE)
    return Gone(f"{ROOT}{PATH}/lop/{school_class.id}")


def _class(desk: Desk) -> SchoolClass:
    found = places.school_class(desk.session, int(desk.asked.path["number"]))
    if found is None or not rules.may_decide(desk.work, Where(class_id=found.id)):
        raise Refused("outside_scope")
    return found


def _week_form(desk: Desk, school_class: SchoolClass) -> Form:
    now = school_days.week(desk.work, school_class.id)
    groups = []
    for weekday, name in enumerate(WEEKDAYS):
        held = now.get(weekday, {})
        fields = [
            Field(f"{weekday}-{half}", desk.say(label), f"{held[half]:%H:%M}" if half in held else "", "time")
            for half, label in wording.HALVES.items()
        ]
        groups.append(Group(desk.say(name), fields))
    values = {field.name: field.value for group in groups for field in group.fields}
    return Form(groups, [Button("put", desk.say("Set this week"))], editing.written(values))


def _read_week(desk: Desk, values: Mapping[str, str]) -> tuple[Week, dict[str, str]]:
    found: Week = {}
    errors = {}
    for name, text in values.items():
        weekday, _, half = name.partition("-")
        if not text:
            continue
        try:
            at = time.fromisoformat(text if len(text) > 4 else f"0{text}")
        except ValueError:
            errors[name] = desk.say("Please type an hour, for example 07:00.")
            continue
        if not roll_times.is_possible(Half(half), at):
            errors[name] = desk.say("No session begins at %(time)s. Please look at the hour.", time=f"{at:%H:%M}")
        found.setdefault(int(weekday), {})[Half(half)] = at
    return found, errors


def _week_sheet(desk: Desk, school_class: SchoolClass, form: Form, status: int = 200) -> Sheet:
    title = desk.say("The week of class %(class_name)s", class_name=school_class.name)
    back = f"{ROOT}{PATH}?truong={school_class.school_id}"
    return Sheet("class_week.html", title, {"form": form, "back": back}, status)


ROOMS = (
    Room(PATH, "calendar.manage", page, change, label=N_("Calendar")),
    Room(PATH + "/lop/{number:int}", "calendar.manage", week, change_week),
)
