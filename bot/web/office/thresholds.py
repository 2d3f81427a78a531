"""The numbers of the rules at a desk: all of them seen, several changed at once, and rehearsed before they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.conversations import rules_words as words
from bot.i18n import N_, WEEKDAYS
from bot.rules import early_warning, people, rehearsal, thresholds
from bot.rules.rehearsal import Rehearsal
from bot.rules.thresholds import NUMBERS, Thresholds
from bot.rules.work import Refused
from bot.web.office import editing
from bot.web.office.desk import ROOT, Desk, Gone, Grid, Room, Sheet
from bot.web.office.editing import Button, Field, Form, Group, Typed
from storage import pupils

PATH = "/quy-tac"
TRY = "try"
TRIED_AT_ONCE = 600  # pupils whose four weeks are rehearsed within a second, while everybody else waits
RAISED = (
    ("cases", N_("Cases")),
    ("calls", N_("Calls to families")),
    ("commune", N_("Passed to the commune")),
    ("watched", N_("New on the watch list")),
    ("most", N_("Most cases of one village in a day")),
)


def page(desk: Desk) -> Sheet:
    """Every number that holds, with what it means and what is usual."""
    return _sheet(desk, _form(desk, _in_force(desk)))


def change(desk: Desk) -> Sheet | Gone:
    """All changed numbers hold, or none does; `try` only says what they would have raised."""
    now = _in_force(desk)
    form, typed = _form(desk, now), editing.typed(desk, _texts(now))
    wanted, errors = _read(desk, typed)
    if errors:
        return _sheet(desk, form.filled(typed.values, errors), editing.UNREADABLE)
    if desk.asked.form.get(editing.ACT) == TRY:
        return _rehearsed(desk, form, typed, now, wanted)
    if typed.is_stale:
        errors = {name: _meanwhile(desk, name, now[name]) for name in typed.conflicts}
        return _sheet(desk, form.filled(typed.values, errors, desk.say(editing.MEANWHILE)), editing.CONFLICT)
    done = editing.attempt(desk, lambda: _put(desk, {key: n for key, n in wanted.items() if n != now[key]}))
    if isinstance(done, Refused):
        return _sheet(desk, _refused(desk, form, typed, wanted, done), editing.UNREADABLE)
    return Gone(ROOT + PATH)


def _put(desk: Desk, changes: Thresholds) -> None:
    commune_id = people.commune_of(desk.work).id
    if not changes:
        raise Refused("nothing_changes")
    thresholds.put(desk.work, commune_id, changes)
    early_warning.recompute_commune(desk.work, commune_id)


# The form


def _in_force(desk: Desk) -> Thresholds:
    return thresholds.of_commune(desk.work, people.commune_of(desk.work).id)


def _texts(numbers: Mapping[str, int]) -> dict[str, str]:
    return {key: str(numbers[key]) for key in NUMBERS}


def _form(desk: Desk, now: Thresholds) -> Form:
    groups = [
        Group(desk.say(title), [_field(desk, key, now[key]) for key in NUMBERS if words.GROUP_OF[key] == group])
        for group, title in words.GROUPS.items()
    ]
    buttons = [Button("put", desk.say("Set these numbers")), Button(TRY, desk.say("Try them on four weeks"), True)]
    return Form(groups, buttons, editing.written(_texts(now)))


def _field(desk: Desk, key: str, now: int) -> Field:
    bounds, reader = NUMBERS[key], desk.reader
    said = words.meaning(reader, key, now)
    hint = desk.say(
        "%(what)s. Usual: %(usual)s, possible: %(least)s to %(greatest)s.",
        what=said[:1].upper() + said[1:],
        usual=words.shown(reader, key, bounds.default),
        least=words.shown(reader, key, bounds.least),
        greatest=words.shown(reader, key, bounds.greatest),
    )
    is_weekday = bounds.unit == "weekday"
    possible = range(bounds.least, bounds.greatest + 1) if is_weekday else ()
    return Field(
        key,
        desk.say(words.LABELS[key]) + (" (%)" if bounds.unit == "percent" else ""),
        str(now),
        kind="select" if is_weekday else "number",
        hint=hint,
        options=[(str(n), desk.say(WEEKDAYS[n - 2])) for n in possible],
    )


def _read(desk: Desk, typed: Typed) -> tuple[Thresholds, dict[str, str]]:
    numbers: Thresholds = {}
    errors: dict[str, str] = {}
    for key, bounds in NUMBERS.items():
        found, error = editing.number(desk, typed.values[key], bounds.least, bounds.greatest)
        if found is None:
            errors[key] = error
        else:
            numbers[key] = found
    return numbers, errors


def _meanwhile(desk: Desk, key: str, now: int) -> str:
    return desk.say("Set meanwhile by somebody else: %(n)s", n=words.shown(desk.reader, key, now))


def _refused(desk: Desk, form: Form, typed: Typed, wanted: Thresholds, refused: Refused) -> Form:
    """Two numbers that do not fit stand together in the sentence, at both of them."""
    if refused.code != "numbers_out_of_order":
        return form.filled(typed.values, {}, editing.sentence(desk, refused))
    smaller, greater = str(refused.details["smaller"]), str(refused.details["greater"])
    errors = {one: _unfit(desk, other, wanted[other]) for one, other in ((smaller, greater), (greater, smaller))}
    return form.filled(typed.values, errors)


def _unfit(desk: Desk, other: str, number: int) -> str:
    return desk.say("This does not fit with: %(what)s", what=words.meaning(desk.reader, other, number))


# Trying


def _rehearsed(desk: Desk, form: Form, typed: Typed, now: Thresholds, wanted: Thresholds) -> Sheet:
    """What the typed numbers would have raised in the last four weeks; nothing is written."""
    people.require(desk.work, "thresholds.set")
    commune_id = people.commune_of(desk.work).id
    found = editing.attempt(desk, lambda: rehearsal.with_changes(desk.work, commune_id, wanted))
    if isinstance(found, Refused):
        return _sheet(desk, _refused(desk, form, typed, wanted, found), editing.UNREADABLE)
    kept = replace(form.filled(typed.values, {}), was=desk.asked.form.get(editing.WAS, form.was))
    if pupils.count(desk.session, commune_id) > TRIED_AT_ONCE:
        return _sheet(desk, kept, is_too_large=True)
    played = rehearsal.lately(desk.work, commune_id, now, wanted)
    return _sheet(desk, kept, tried=_table(desk, played) if played else None, is_too_large=not played)


def _table(desk: Desk, played: Sequence[Rehearsal]) -> Grid:
    before, after = (one.in_brief() for one in played)
    return Grid(
        [desk.say("In the last four weeks"), desk.say("As it is now"), desk.say("With the new numbers")],
        [[desk.say(label), before[key], after[key]] for key, label in RAISED],
        desk.say("What these numbers would have raised"),
        numbers=frozenset({1, 2}),
    )


def _sheet(
    desk: Desk, form: Form, status: int = 200, *, tried: Grid | None = None, is_too_large: bool = False
) -> Sheet:
    values = {"form": form, "tried": tried, "is_too_large": is_too_large}
    return Sheet("thresholds.html", desk.say("The numbers of the rules"), values, status)


ROOMS = (Room(PATH, "thresholds.set", page, change, label=N_("Rules")),)
