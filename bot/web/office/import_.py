"""A school's roster or an official plan handed in at a desk: what it would change is seen, then it is taken in."""

from __future__ import annotations

from dataclasses import asdict
from uuid import uuid4

from bot.conversations import files as sending
from bot.conversations import plan_import as plans
from bot.conversations import row_reasons, unreadable
from bot.conversations.sent_papers import RIGHTS, TROUBLE
from bot.i18n import N_
from bot.importers import as_json, kept
from bot.importers.files import MAX_BYTES, Reason, Unreadable
from bot.importers.roster_facts import RejectedRow, Roster
from bot.messages import Kind, Outgoing
from bot.parsing import clean_line, school_year_of
from bot.rules import people, plan_import, roster_import
from bot.rules.roster_import import Trial
from bot.rules.work import Refused
from bot.web.office import editing
from bot.web.office.desk import ROOT, TOO_LARGE, Desk, Gone, Grid, Room, Row, Sheet
from storage import files
from storage.files import FOREIGN_KEPT, OURS, FileStatus, KeptFile

PATH = "/nhap-danh-sach"
TAKE, DROP = "take", "drop"
DONE = "done"  # in `tried`: what taking it in led to
LOOKS_AGAIN_S = 2  # while a file is being read


def page(desk: Desk) -> Sheet:
    """Where a file is handed in, and those that wait for a word."""
    _require_any(desk)
    return _page(desk)


def _require_any(desk: Desk) -> None:
    if not any(people.may(desk.work, right) for right in RIGHTS.values()):
        raise Refused("not_allowed")


def _page(desk: Desk, error: str = "", status: int = 200) -> Sheet:
    waiting = [(f"{ROOT}{PATH}/{one.id}", one.name) for one in files.of_address(desk.session, _mine(desk))
               if one.status == FileStatus.KEPT and DONE not in one.tried]  # fmt: skip
    kinds = [kind for kind, right in RIGHTS.items() if people.may(desk.work, right)]
    values = {
        "error": error, "waiting": waiting, "takes_roster": kept.ROSTER in kinds, "takes_plan": kept.PLAN in kinds
    }  # fmt: skip
    return Sheet("import.html", desk.say("Import"), values, status)


def hand_in(desk: Desk) -> Sheet | Gone:
    """The file is read beside everything else; one that cannot be says why at once."""
    _require_any(desk)
    upload = desk.asked.upload
    name = clean_line(upload.name) if upload is not None else ""
    kind = kept.kind_of(name)
    if desk.asked.form.get(TOO_LARGE) or (upload is not None and len(upload.content) > MAX_BYTES):
        return _page(desk, unreadable.sentence(desk.reader, Unreadable(Reason.TOO_LARGE)), 413)
    if upload is None or not upload.name or not upload.content:
        return _page(desk, desk.say("Please choose a file first."), editing.UNREADABLE)
    if not kind:
        return _page(desk, unreadable.sentence(desk.reader, Unreadable(Reason.UNSUPPORTED)), editing.UNREADABLE)
    people.require(desk.work, RIGHTS[kind])
    file_id, at = f"office-{uuid4().hex}", desk.work.now
    files.put(
        desk.session, channel=OURS, bot=OURS, file_id=file_id, address=_mine(desk), kind=Kind.FILE,
        content=upload.content, media_type="", name=name, at=at,
    )  # fmt: skip
    held = files.want(
        desk.session, channel=OURS, bot=OURS, file_id=file_id, address=_mine(desk), kind=Kind.FILE, name=name,
        reader=kind, at=at,
    )  # fmt: skip
    desk.work.audit("file.handed_in", "kept_file", held.id)
    return Gone(f"{ROOT}{PATH}/{held.id}", is_written=False)


def _mine(desk: Desk) -> str:
    return sending.mine(desk.chat)


# One file


def look(desk: Desk) -> Sheet:
    """Being read, what it would change, or what it has changed."""
    held = _held(desk)
    if DONE in held.tried:
        return _told(desk, held)
    if held.read_at is None:
        return Sheet("import_waits.html", desk.say("Import"), {"name": held.name}, again_s=LOOKS_AGAIN_S)
    try:
        return _plan(desk, held) if held.reader == kept.PLAN else _roster(desk, held)
    except Unreadable as error:
        files.forget(held)
        return _page(desk, f"{held.name}: {unreadable.sentence(desk.reader, error)}", editing.UNREADABLE)


def decide(desk: Desk) -> Sheet | Gone:
    """Takes it in or drops it; pressed twice it is taken in once."""
    held = _held(desk)
    here = f"{ROOT}{PATH}/{held.id}"
    if DONE in held.tried or held.read_at is None:
        return Gone(here, is_written=False)
    if desk.asked.form.get(editing.ACT) == DROP:
        files.forget(held)
        desk.work.audit("file.forgotten", "file", held.id)
        return Gone(ROOT + PATH, is_written=False)
    asked = desk.asked.form
    if asked.get(editing.ACT) != TAKE or asked.get("school", "") != asked.get("looked", ""):
        return look(desk)  # another school was chosen: it is taken in as it was seen
    done = editing.attempt(desk, lambda: _taken(desk, held))
    if isinstance(done, Refused):
        return _page(desk, editing.sentence(desk, done), editing.UNREADABLE)
    return Gone(here)


def _held(desk: Desk) -> KeptFile:
    held = desk.session.get(KeptFile, int(desk.asked.path["file"]))
    if held is None or held.address != _mine(desk) or held.status != FileStatus.KEPT or held.reader not in RIGHTS:
        raise Refused("file_is_gone")
    people.require(desk.work, RIGHTS[held.reader])
    return held


def _taken(desk: Desk, held: KeptFile) -> None:
    """The content is forgotten; what was done, and the rows that were not taken, stay for as long as a file does."""
    if held.reader == kept.PLAN:
        document = kept.plan_of(held.read or {})
        result = plan_import.take(desk.work, document, organiser=desk.chat.person)
        held.tried = {DONE: {"meetings": result.added}}
    else:
        read = kept.roster_of(held.read or {})
        done = roster_import.facts(*roster_import.take(desk.work, read, _school_id(desk)))
        wrong = [as_json.dumped(one) for one in read.rejected]
        held.tried = {DONE: {"trial": as_json.dumped(asdict(done)), "wrong": wrong}}
    held.content, held.read = None, None
    held.keep_until = desk.work.now + FOREIGN_KEPT
    desk.work.audit("file.forgotten", "file", held.id)


def _told(desk: Desk, held: KeptFile) -> Sheet:
    """`Đã nhập 312 em`, and the rows that were not taken."""
    done = held.tried[DONE]
    if "meetings" in done:
        said = desk.say_n("%(n)d meeting was made.", "%(n)d meetings were made.", done["meetings"])
        return Sheet("import_done.html", desk.say("Import"), {"said": said, "facts": None, "wrong": None})
    trial = as_json.loaded(Trial, done["trial"])
    said = desk.say_n("%(n)d pupil stands on the list now.", "%(n)d pupils stand on the list now.", trial.pupils)
    wrong = [as_json.loaded(RejectedRow, one) for one in done["wrong"]]
    values = {"said": said, "facts": _facts(desk, trial, len(wrong)), "wrong": _wrong(desk, wrong)}
    return Sheet("import_done.html", desk.say("Import"), values)


# A roster


def _school_id(desk: Desk) -> int | None:
    return desk.number("school") or None


def _roster(desk: Desk, held: KeptFile) -> Sheet:
    read = kept.roster_of(held.read or {})
    values: dict[str, object] = {
        "name": held.name,
        "take": TAKE,
        "drop": DROP,
        "facts": None,
        "notes": None,
        "wrong": _wrong(desk, read.rejected),
        "caption": "",
        "school": str(_school_id(desk) or ""),
        "schools": [(str(one.id), one.name) for one in roster_import.schools(desk.work)],
        "said": "",
    }
    title = desk.say("What the list would change")
    if not read.rows:
        values["said"] = desk.say("No pupil can be taken from this file.")
        return Sheet("import_roster.html", title, values)
    found = editing.attempt(desk, lambda: _trial(desk, held, read))
    if isinstance(found, Refused):
        asks = desk.say("Of which school is this roster?")
        values["said"] = asks if found.code == "which_school" else editing.sentence(desk, found)
        return Sheet("import_roster.html", title, values)
    year = read.year or school_year_of(desk.work.today)
    values["facts"] = _facts(desk, found, len(read.rejected), year)
    values["notes"] = _notes(desk, found)
    values["caption"] = _caption(desk, found.pupils, len(read.rejected))
    return Sheet("import_roster.html", title, values)


def _trial(desk: Desk, held: KeptFile, read: Roster) -> Trial:
    """Tried once a day and school, and kept beside the file."""
    key = f"{desk.work.today.isoformat()} {_school_id(desk) or ''}"
    if key not in held.tried:
        found = roster_import.look(desk.work, read, _school_id(desk))
        held.tried = {**held.tried, key: as_json.dumped(asdict(found))}
    return as_json.loaded(Trial, held.tried[key])


def _caption(desk: Desk, n: int, wrong: int) -> str:
    """`Nhập 312 em, bỏ 4 dòng lỗi`."""
    take = desk.say_n("Take in %(n)d pupil", "Take in %(n)d pupils", n)
    if not wrong:
        return take
    rows = desk.say_n("%(n)d wrong row left out", "%(n)d wrong rows left out", wrong)
    return desk.say("%(take)s, %(rows)s", take=take, rows=rows)


def _facts(desk: Desk, found: Trial, wrong: int, year: str = "") -> list[tuple[str, str | int]]:
    lines: list[tuple[str, str | int]] = [
        (desk.say("School"), found.school),
        (desk.say("The file calls it"), found.named),
        (desk.say("School year"), year),
        (desk.say("New"), found.added),
        (desk.say("Changed"), found.changed),
        (desk.say("As before"), found.unchanged),
        (desk.say("Up to now on another school's list"), found.from_elsewhere),
        (desk.say("Rows of other schools, not taken"), found.left_out),
        (desk.say("Rows with something wrong, not taken"), wrong),
        (desk.say("New villages"), ", ".join(found.villages)),
        (desk.say("New schools"), ", ".join(found.schools)),
    ]
    always = 3, 4, 5
    return [line for place, line in enumerate(lines) if line[1] or place in always]


def _notes(desk: Desk, found: Trial) -> Grid | None:
    """Rows that are taken as somebody new although a pupil is called nearly so."""
    if not found.alike:
        return None
    rows: list[Row] = [[row, name, near] for row, name, near in found.alike]
    heads = [desk.say("Row"), desk.say("Full name"), desk.say("Nearly the same name as")]
    return Grid(heads, rows, desk.say("Taken as other pupils, please look"), numbers=frozenset({0}))


def _wrong(desk: Desk, rejected: list[RejectedRow] | tuple[RejectedRow, ...]) -> Grid | None:
    """Each row that is not taken, with its number and why."""
    if not rejected:
        return None
    pages = desk.page(len(rejected))
    has_sheets = any(one.sheet for one in rejected)
    rows: list[Row] = [
        [one.row, *([one.sheet] if has_sheets else []), str(one.details.get("name", "")),
         row_reasons.sentence(desk.reader, one)]
        for one in list(rejected)[pages.rows]
    ]  # fmt: skip
    sheet = [desk.say("Sheet")] if has_sheets else []
    heads = [desk.say("Row"), *sheet, desk.say("Full name"), desk.say("What is wrong")]
    return Grid(heads, rows, desk.say("Rows that are not taken"), numbers=frozenset({0}), pages=pages)


# A plan


def _plan(desk: Desk, held: KeptFile) -> Sheet:
    """The meetings that it would make, and what is held back, as the chat says it."""
    if "lines" not in held.tried:
        found = plans.begin(desk.chat, held)
        if isinstance(found, Outgoing):
            return _page(desk, found.text)
        if isinstance(found, dict) and TROUBLE in found:
            return _page(desk, str(found[TROUBLE]), editing.UNREADABLE)
    added = int(held.tried["added"])
    caption = desk.say_n("Make %(n)d meeting and invite them", "Make %(n)d meetings and invite them", added)
    values = {"lines": held.tried["lines"], "caption": caption, "take": TAKE, "drop": DROP}
    return Sheet("import_plan.html", desk.say("What the plan would make"), values)


ROOMS = (
    Room(PATH, "office.see", page, hand_in, label=N_("Import"), takes_file=True),
    Room(PATH + "/{file:int}", "office.see", look, decide),
)
