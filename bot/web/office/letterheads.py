"""The head and foot of the papers of the commune and its schools: names of bodies, who signs, who gets a copy."""

from __future__ import annotations

from dataclasses import asdict, replace

from bot.i18n import N_
from bot.reports import heads
from bot.rules import letterheads as rules
from bot.rules.letterheads import LENGTH_AT_MOST, RECIPIENTS_AT_MOST, OwnWords
from bot.rules.trial import tried
from bot.rules.work import Refused, Work
from bot.web.office import editing
from bot.web.office.desk import ROOT, Cell, Desk, Gone, Grid, Room, Row, Sheet
from bot.web.office.editing import Button, Field, Form, Group, Typed
from storage.places import Place, PlaceKind

PATH = "/giay-to"
TRY = "try"
HEAD = (
    ("superior", N_("The body above"), N_("Stands first at the upper left; a commune has none since 1 July 2025.")),
    ("body", N_("The body that issues"), N_("Stands below it, in capitals.")),
    ("seat", N_("Place before the date"), N_("For example: Long Môn")),
    ("mark", N_("Letters behind the number"), N_("For example: UBND")),
)
FOOT = (
    ("on_behalf", N_("On whose behalf"), N_("For example: TM. ỦY BAN NHÂN DÂN")),
    ("signer_title", N_("Title of whoever signs"), N_("For example: PHÓ CHỦ TỊCH")),
    ("signer", N_("Full name of whoever signs"), N_("May stay empty: then it is written by hand.")),
)


def overview(desk: Desk) -> Sheet:
    """The places whose papers this person may word; a single one is shown at once."""
    mine = rules.mine(desk.work)
    if len(mine) == 1:
        form = replace(_form(desk, rules.of(desk.work, mine[0].id)), action=f"{ROOT}{PATH}/{mine[0].id}")
        return _sheet(desk, mine[0], form, _preview(desk, mine[0]))
    rows: list[Row] = [
        [Cell(place.name, f"{ROOT}{PATH}/{place.id}"), rules.of(desk.work, place.id).signer or "–"] for place in mine
    ]
    grid = Grid([desk.say("Whose papers"), desk.say("Who signs")], rows, empty=desk.say("No place of yours."))
    return Sheet("grids.html", desk.say("Head and foot of papers"), {"grids": [grid]})


def page(desk: Desk) -> Sheet:
    """One place's words, and how its papers look with them."""
    place = _place(desk)
    return _sheet(desk, place, _form(desk, rules.of(desk.work, place.id)), _preview(desk, place))


def change(desk: Desk) -> Sheet | Gone:
    """The words hold for the next paper; `try` shows them and writes nothing."""
    place = _place(desk)
    now = rules.of(desk.work, place.id)
    form, typed = _form(desk, now), editing.typed(desk, _texts(now))
    errors = _too_long(desk, typed)
    if errors:
        return _sheet(desk, place, form.filled(typed.values, errors), _preview(desk, place), editing.UNREADABLE)
    words = _words(typed)
    if desk.asked.form.get(editing.ACT) == TRY:
        shown = tried(desk.work, lambda work: _put_and_preview(desk, work, place.id, words))
        return _sheet(desk, _place(desk), form.filled(typed.values, {}), shown, is_tried=True)
    if typed.is_stale:
        errors = {name: desk.say("Set meanwhile by somebody else: %(n)s", n=_texts(now)[name] or "–")
                  for name in typed.conflicts}  # fmt: skip
        filled = form.filled(typed.values, errors, desk.say(editing.MEANWHILE))
        return _sheet(desk, place, filled, _preview(desk, place), editing.CONFLICT)
    done = editing.attempt(desk, lambda: rules.put(desk.work, place.id, words))
    if isinstance(done, Refused):
        filled = form.filled(typed.values, {}, editing.sentence(desk, done))
        return _sheet(desk, place, filled, _preview(desk, place), editing.UNREADABLE)
    return Gone(f"{ROOT}{PATH}/{place.id}")


def _place(desk: Desk) -> Place:
    wanted = int(desk.asked.path["place"])
    found = next((place for place in rules.mine(desk.work) if place.id == wanted), None)
    if found is None:
        raise Refused("outside_scope")
    return found


# The form


def _texts(words: OwnWords) -> dict[str, str]:
    found = {name: str(value) for name, value in asdict(words).items() if name != "recipients"}
    return {**found, "recipients": "\n".join(words.recipients)}


def _words(typed: Typed) -> OwnWords:
    values = dict(typed.values)
    lines = [line.strip() for line in values.pop("recipients").split("\n") if line.strip()]
    return OwnWords(**values, recipients=tuple(lines))


def _form(desk: Desk, now: OwnWords) -> Form:
    texts = _texts(now)

    def fields(wanted: tuple[tuple[str, str, str], ...]) -> list[Field]:
        return [Field(name, desk.say(label), texts[name], hint=desk.say(hint)) for name, label, hint in wanted]

    lines = Field(
        "recipients",
        desk.say("Who gets a copy"),
        texts["recipients"],
        kind="textarea",
        hint=desk.say("One a line; the archive is added by itself."),
    )
    groups = [Group(desk.say("Head"), fields(HEAD)), Group(desk.say("Foot"), [*fields(FOOT), lines])]
    buttons = [Button("put", desk.say("Set these words")), Button(TRY, desk.say("Look how it becomes"), True)]
    return Form(groups, buttons, editing.written(texts))


def _too_long(desk: Desk, typed: Typed) -> dict[str, str]:
    found = {}
    for name, value in typed.values.items():
        lines = value.split("\n")
        if any(len(line) > LENGTH_AT_MOST for line in lines):
            found[name] = desk.say("A line may have %(n)d letters.", n=LENGTH_AT_MOST)
        elif len(lines) > RECIPIENTS_AT_MOST:
            found[name] = desk.say("There may be %(n)d lines.", n=RECIPIENTS_AT_MOST)
    return found


# How it looks


def _put_and_preview(desk: Desk, work: Work, place_id: int, words: OwnWords) -> dict[str, object]:
    rules.put(work, place_id, words)
    place = next(one for one in rules.mine(work) if one.id == place_id)
    return _preview(desk, place, work)


def _preview(desk: Desk, place: Place, work: Work | None = None) -> dict[str, object]:
    """Head and foot of a report of today as plain texts."""
    used = work or desk.work
    head = heads.head(desk.reader, used, place, desk.say("REP"), used.today)
    sign = heads.signature(desk.reader, used, place)
    return {
        "left": [line for line in (head.superior, head.body, head.number) if line],
        "right": [head.nation, head.motto, head.place_and_date],
        "titles": list(sign.titles),
        "signer": sign.name,
        "recipients": heads.recipients(desk.reader, used, place),
    }


def _sheet(
    desk: Desk, place: Place, form: Form, preview: dict[str, object], status: int = 200, *, is_tried: bool = False
) -> Sheet:
    title = desk.say("Head and foot of papers: %(place)s", place=_named(desk, place))
    values = {"form": form, "preview": preview, "is_tried": is_tried, "back": ROOT + PATH}
    return Sheet("letterhead.html", title, values, status)


def _named(desk: Desk, place: Place) -> str:
    if place.kind == PlaceKind.SCHOOL:
        return place.name
    return desk.say("the commune of %(commune)s", commune=place.name)


ROOMS = (
    Room(PATH, "letterheads.set", overview, label=N_("Papers' heads")),
    Room(PATH + "/{place:int}", "letterheads.set", page, change),
)
