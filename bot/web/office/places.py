"""The places of the commune at a desk: their names of today and before, a new name, one village into another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.conversations import wording
from bot.i18n import N_
from bot.rules import place_changes as rules
from bot.rules.place_changes import Known
from bot.rules.work import Refused
from bot.web.office import editing
from bot.web.office.desk import ROOT, Cell, Desk, Gone, Grid, Room, Row, Sheet
from bot.web.office.editing import Button, Field, Form, Group
from storage import people as stored
from storage.places import PlaceKind

PATH = "/noi"
RENAME, LOOK, MERGE = "rename", "look", "merge"
KINDS = {
    PlaceKind.COMMUNE: N_("a commune"),
    PlaceKind.VILLAGE: N_("a village"),
    PlaceKind.SCHOOL: N_("a school"),
    PlaceKind.SITE: N_("a site"),
}
BESIDE = {  # which field a refusal stands beside
    "no_place_name": "name", "name_too_long": "name", "nothing_changes": "name", "name_is_taken": "name",
    "day_to_come": "since", "day_too_early": "since",
}  # fmt: skip


def overview(desk: Desk) -> Sheet:
    """Every place with what it is and what it was called."""
    rows: list[Row] = [
        [Cell(one.place.name, f"{ROOT}{PATH}/{one.place.id}"), desk.say(KINDS[PlaceKind(one.place.kind)]),
         _former(desk, one) or "–"]
        for one in rules.known(desk.work)
    ]  # fmt: skip
    heads = [desk.say("Name of the place"), desk.say("Kind"), desk.say("Former names")]
    return Sheet("grids.html", desk.say("Places"), {"grids": [Grid(heads, rows)]})


def _former(desk: Desk, one: Known) -> str:
    shown = []
    for name, until in one.former:
        shown.append(desk.say("%(name)s (until %(day)s)", name=name, day=_full(until)) if until else name)
    return wording.all_of(list(dict.fromkeys(shown)))


def _full(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def page(desk: Desk) -> Sheet:
    """One place: a new name; for a village, what would follow if it went into another."""
    return _sheet(desk)


def change(desk: Desk) -> Sheet | Gone:
    act = desk.asked.form.get(editing.ACT, "")
    return _rename(desk) if act == RENAME else _merge(desk, is_sure=act == MERGE)


def _known(desk: Desk) -> Known:
    return rules.of_mine(desk.work, int(desk.asked.path["place"]))


def _sheet(
    desk: Desk, *, rename: Form | None = None, merge: Form | None = None, preview: Grid | None = None, status: int = 200
) -> Sheet:
    one = _known(desk)
    is_village = one.place.kind == PlaceKind.VILLAGE
    values = {
        "former": _former(desk, one),
        "rename": rename or _rename_form(desk, one),
        "merge": (merge or _merge_form(desk, one)) if is_village and _others(desk, one) else None,
        "preview": preview,
        "back": ROOT + PATH,
    }
    return Sheet("place.html", one.place.name, values, status)


# A new name


def _rename_form(desk: Desk, one: Known) -> Form:
    fields = [
        Field("name", desk.say("The new name"), one.place.name),
        Field("since", desk.say("Holds from"), desk.work.today.isoformat(), "date",
              greatest=desk.work.today.isoformat()),
    ]  # fmt: skip
    was = editing.written({"name": one.place.name})
    return Form([Group("", fields)], [Button(RENAME, desk.say("Give it this name"))], was)


def _rename(desk: Desk) -> Sheet | Gone:
    one = _known(desk)
    form = _rename_form(desk, one)
    given, since, errors = _given(desk, form)
    if errors or since is None:
        return _sheet(desk, rename=form.filled(given, errors), status=editing.UNREADABLE)
    if editing.was(desk).get("name") != one.place.name:
        said = desk.say("Meanwhile somebody has called it %(name)s. Please look it over, and press once more.",
                        name=one.place.name)  # fmt: skip
        return _sheet(desk, rename=form.filled(given, {}, said), status=editing.CONFLICT)
    done = editing.attempt(desk, lambda: rules.rename(desk.work, one.place.id, given["name"], since))
    if isinstance(done, Refused):
        return _sheet(desk, rename=_refused(desk, form, given, done), status=editing.UNREADABLE)
    return Gone(f"{ROOT}{PATH}/{one.place.id}")


def _given(desk: Desk, form: Form) -> tuple[dict[str, str], date | None, dict[str, str]]:
    given = {field.name: desk.asked.form.get(field.name, "").strip() for field in form}
    try:
        return given, date.fromisoformat(given["since"]), {}
    except ValueError:
        return given, None, {"since": desk.say("Please type a day, for example 2024-03-25.")}


def _refused(desk: Desk, form: Form, given: Mapping[str, str], refused: Refused) -> Form:
    said = editing.sentence(desk, refused)
    beside = BESIDE.get(refused.code)
    return form.filled(given, {beside: said}) if beside else form.filled(given, {}, said)


# One village into another


def _others(desk: Desk, one: Known) -> list[tuple[str, str]]:
    return [(str(other.place.id), other.place.name) for other in rules.known(desk.work)
             if other.place.kind == PlaceKind.VILLAGE and other.place.id != one.place.id]  # fmt: skip


def _merge_form(desk: Desk, one: Known, *, is_looked_at: bool = False) -> Form:
    fields = [
        Field("into", desk.say("Into which village"), "", "select", options=_others(desk, one)),
        Field("since", desk.say("Holds from"), desk.work.today.isoformat(), "date",
              greatest=desk.work.today.isoformat()),
    ]  # fmt: skip
    look = Button(LOOK, desk.say("See what would move"), is_looked_at)
    sure = [Button(MERGE, desk.say("Merge them"))] if is_looked_at else []
    return Form([Group("", fields)], [look, *sure])


def _merge(desk: Desk, *, is_sure: bool) -> Sheet | Gone:
    """First what moves and who is told; merging itself is pressed on that page, of just what was seen there."""
    one = _known(desk)
    form = _merge_form(desk, one, is_looked_at=True)
    given, since, errors = _given(desk, form)
    into = int(given["into"]) if given["into"].isdecimal() and len(given["into"]) < 16 else 0
    if into == 0:
        errors = {**errors, "into": desk.say("Please choose the village.")}
    if errors or since is None:
        return _sheet(desk, merge=_merge_form(desk, one).filled(given, errors), status=editing.UNREADABLE)
    looked = editing.attempt(desk, lambda: rules.moving(desk.work, one.place.id, into))
    if isinstance(looked, Refused):
        return _sheet(desk, merge=_refused(desk, _merge_form(desk, one), given, looked), status=editing.UNREADABLE)
    seen = {"pupils": str(looked.pupils), "roles": str(looked.roles), "meetings": str(looked.meetings),
            "into": given["into"], "hearers": str(len(looked.hearers))}  # fmt: skip
    preview = _preview(desk, one, into, looked)
    shown = Form(form.groups, form.buttons, editing.written(seen)).filled(given, {})
    if not is_sure:
        return _sheet(desk, merge=shown, preview=preview)
    if editing.was(desk) != seen:
        said = desk.say(editing.MEANWHILE)
        return _sheet(desk, merge=shown.filled(given, {}, said), preview=preview, status=editing.CONFLICT)
    done = editing.attempt(desk, lambda: rules.merge(desk.work, one.place.id, into, since))
    if isinstance(done, Refused):
        return _sheet(desk, merge=_refused(desk, shown, given, done), preview=preview, status=editing.UNREADABLE)
    return Gone(f"{ROOT}{PATH}/{into}")


def _preview(desk: Desk, one: Known, into: int, looked: rules.Moving) -> Grid:
    names = [wording.person(desk.reader, person) for person_id in looked.hearers
             if (person := stored.get(desk.session, person_id)) is not None]  # fmt: skip
    target = rules.of_mine(desk.work, into).place
    rows: list[Row] = [
        [desk.say("Pupils"), looked.pupils],
        [desk.say("Roles of people"), looked.roles],
        [desk.say("Meetings of the village"), looked.meetings],
        [desk.say("Days off of the village"), looked.days_off],
        [desk.say("Who hears of it"), wording.all_of(names) or desk.say("nobody")],
    ]
    caption = desk.say("%(village)s goes into %(into)s", village=one.place.name, into=target.name)
    return Grid([desk.say("What moves"), desk.say("How many")], rows, caption)


ROOMS = (
    Room(PATH, "places.manage", overview, label=N_("Places")),
    Room(PATH + "/{place:int}", "places.manage", page, change),
)
