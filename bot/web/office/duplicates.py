"""Pupils who may be one child, at a desk: compared side by side, made one or told apart, and taken back for a day."""

from __future__ import annotations

from datetime import date

from bot.conversations import merging as spoken
from bot.conversations import wording
from bot.i18n import N_
from bot.rules import mergers
from bot.rules.mergers import Side
from bot.rules.work import Refused
from bot.web.office import editing
from bot.web.office.desk import ROOT, Cell, Desk, Gone, Grid, Room, Row, Sheet
from storage import mergers as stored
from storage import pupils
from storage.mergers import Merger
from storage.pupils import Pupil, PupilStatus, Relation

PATH = "/trung"
KEEP, APART, UNDO = "keep", "apart", "undo"


def overview(desk: Desk) -> Sheet:
    """The pairs that nobody has said anything about, and what was merged within a day."""
    return _overview(desk)


def undo(desk: Desk) -> Sheet | Gone:
    """Makes them two again."""
    done = editing.attempt(desk, lambda: mergers.undo(desk.work, desk.number("id")))
    if isinstance(done, Refused):
        return _overview(desk, editing.sentence(desk, done), editing.UNREADABLE)
    return Gone(ROOT + PATH)


def _overview(desk: Desk, said: str = "", status: int = 200) -> Sheet:
    found = mergers.waiting(desk.work)
    desk.work.audit("pupils.alike_listed", n=len(found))
    pages = desk.page(len(found))
    rows = [_row(desk, one, two) for one, two in found[pages.rows]]
    grid = Grid(
        [desk.say("Full name"), desk.say("Born"), desk.say("Class (head of a column)"), desk.say("Compare")],
        rows,
        empty=desk.say("No pupils are alike who have not been looked at."),
        pages=pages,
    )
    since = desk.work.now - mergers.UNDO_FOR
    merged = [_merged(desk, one) for one in stored.since(desk.scope, desk.session, since)]
    values = {"grid": grid, "merged": merged, "said": said, "undo": UNDO}
    return Sheet("duplicates.html", desk.say("Pupils who are alike"), values, status)


def _row(desk: Desk, one: Pupil, two: Pupil) -> Row:
    names = [_class_name(desk, pupil) for pupil in (one, two)]
    born = dict.fromkeys(born_on(pupil.birth_date) or "–" for pupil in (one, two))
    link = Cell(desk.say("See side by side"), f"{ROOT}{PATH}/{one.id}/{two.id}")
    return [one.name, " / ".join(born), " / ".join(names), link]


def _class_name(desk: Desk, pupil: Pupil) -> str:
    school_class = pupils.class_of(desk.session, pupil.id)
    return school_class.name if school_class is not None else desk.say("no class")


def born_on(text: str) -> str:
    """`3/2/2012`, `2012`, or nothing."""
    if len(text) < 10:
        return text
    day = date.fromisoformat(text)
    return f"{day.day}/{day.month}/{day.year}"


def _merged(desk: Desk, one: Merger) -> dict[str, object]:
    pupil = pupils.get(desk.scope, desk.session, one.kept_id)
    return {
        "id": one.id,
        "name": pupil.name if pupil is not None else "",
        "class_name": _class_name(desk, pupil) if pupil is not None else "",
        "at": desk.reader.spoken(one.merged_at),
    }


# Two of them


def pair(desk: Desk) -> Sheet:
    """Both side by side; the look is noted."""
    return _pair(desk)


def decide(desk: Desk) -> Sheet | Gone:
    """One child (`keep.12`: that entry's class and village hold), or two."""
    first, second = _ids(desk)
    act, _, kept = desk.asked.form.get(editing.ACT, "").partition(".")
    looked = editing.attempt(desk, lambda: mergers.look(desk.work, first, second))
    if isinstance(looked, Refused):
        return _overview(desk, _settled(desk, looked), editing.CONFLICT)
    if editing.was(desk) != _stands(desk, looked):
        return _pair(desk, desk.say(editing.MEANWHILE), editing.CONFLICT)
    if act == APART:
        mergers.tell_apart(desk.work, first, second)
        return Gone(ROOT + PATH)
    if act != KEEP or kept not in (str(first), str(second)):
        raise Refused("outside_scope")
    other = second if int(kept) == first else first
    done = editing.attempt(desk, lambda: mergers.merge(desk.work, int(kept), other))
    if isinstance(done, Refused):
        return _pair(desk, editing.sentence(desk, done), editing.UNREADABLE)
    return Gone(ROOT + PATH)


def _settled(desk: Desk, refused: Refused) -> str:
    if refused.code == "outside_scope":
        return desk.say("Somebody has settled these two meanwhile, or they lie outside what you look after.")
    return editing.sentence(desk, refused)


def _ids(desk: Desk) -> tuple[int, int]:
    return int(desk.asked.path["first"]), int(desk.asked.path["second"])


def _pair(desk: Desk, said: str = "", status: int = 200) -> Sheet:
    first, second = mergers.look(desk.work, *_ids(desk))
    rows = [
        [label, one, two, one != two and bool(one) and bool(two)]
        for (label, one), (_, two) in zip(_lines(desk, first), _lines(desk, second), strict=True)
    ]
    values = {
        "rows": rows,
        "said": said,
        "was": editing.written(_stands(desk, (first, second))),
        "back": ROOT + PATH,
        "keeps": [_keep(desk, side, place) for place, side in enumerate((first, second))],
        "apart": APART,
        "is_one_case": first.case is not None and second.case is not None,
    }
    title = desk.say("Is this one child? %(name)s", name=first.listed.pupil.name)
    return Sheet("pair.html", title, values, status)


def _keep(desk: Desk, side: Side, place: int) -> tuple[str, str]:
    caption = desk.say("One child: keep the left entry") if not place else desk.say("One child: keep the right entry")
    return f"{KEEP}.{side.listed.pupil.id}", caption


def _lines(desk: Desk, side: Side) -> list[tuple[str, str]]:
    listed = side.listed
    status = PupilStatus(listed.pupil.status)
    parents = [desk.say(spoken.PARENTS[Relation(one.relation)], parent=one.name) for one in side.guardians]
    return [
        (desk.say("Full name"), listed.pupil.name),
        (desk.say("Born"), born_on(listed.pupil.birth_date)),
        (desk.say("Class (head of a column)"), listed.class_name),
        (desk.say("Village"), listed.village),
        (desk.say("Parents"), wording.all_of(parents)),
        (desk.say("Code"), listed.pupil.code),
        (desk.say("State"), desk.say(spoken.AWAY[status]) if status in spoken.AWAY else desk.say("on the roll")),
        (desk.say("Absences"), desk.say_n("%(n)d session missed", "%(n)d sessions missed", side.missed)),
        (desk.say("Open file"), desk.say("a file is open") if side.case is not None else desk.say("none is open")),
    ]


def _stands(desk: Desk, sides: tuple[Side, Side]) -> dict[str, str]:
    """What the two looked like: whoever merges has seen just this."""
    return {str(side.listed.pupil.id): "|".join(value for _, value in _lines(desk, side)) for side in sides}


ROOMS = (
    Room(PATH, "pupils.merge", overview, undo, label=N_("Alike pupils")),
    Room(PATH + "/{first:int}/{second:int}", "pupils.merge", pair, decide),
)
