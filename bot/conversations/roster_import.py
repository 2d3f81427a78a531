"""/nhapds: a school's roster sent as a file: what it would change is shown; then it is taken in as by the command."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict

from bot.conversations import files as sending
from bot.conversations import row_reasons, sent_papers, wording
from bot.conversations.sent_papers import TROUBLE, Paper
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Choose, Confirm, Misread, Option
from bot.i18n import N_
from bot.importers import as_json, kept
from bot.importers.roster_facts import RejectedRow, Roster
from bot.messages import Attachment, Choice, Kind, Outgoing
from bot.parsing import fold, school_year_of
from bot.reports.writers import Csv
from bot.rules import roster_import
from bot.rules.roster_import import Trial
from bot.rules.work import Refused
from storage import files
from storage.files import FOREIGN_KEPT, OURS, KeptFile

WRONG_SHOWN, WRONG_AT_MOST, ALIKE_SHOWN, PLACES_SHOWN = 8, 30, 3, 6
OTHER, ROWS = "other", "rows"
ASKED = "~other"  # in a draft: another school than the file's was asked for


# The file


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The command; `file.12` goes on with a file that was read, `rows.12` sends the rows that were not taken."""
    what, _, key = argument.partition(".")
    if what == ROWS and key.isdigit():
        return [sent_rows(chat, int(key))]
    held = sent_papers.of_mine(chat, ROSTER, key) if what == "file" else None
    if held is not None:
        return {"file": key} if held.read_at is None else sent_papers.begun(chat, ROSTER, held)
    roster_import.schools(chat.work)
    return sent_papers.by_page(chat, ROSTER, chat.say("A school's roster comes as a file (.xlsx, .xls, .csv).")) or {}


def begin(chat: Chat, held: KeptFile) -> Draft:
    """The first answers of a roster that was read; where no row can be taken, why."""
    read = kept.roster_of(held.read or {})
    if read.rows:
        return {"file": str(held.id)}
    text = chat.say("No pupil can be taken from the file %(file)s.", file=sent_papers.shown(held.name))
    files.forget(held)
    return {TROUBLE: "\n".join([text, *_wrong(chat, read.rejected[:WRONG_SHOWN])])}


def which_file(chat: Chat) -> Choose:
    """The question that a file answers."""
    return sent_papers.asked(chat, ROSTER, chat.say("Please send the roster (.xlsx, .xls, .csv) into this chat."))


def received(chat: Chat, file: Attachment, is_busy: bool) -> Draft | Reply | None:
    """A spreadsheet that was sent, out of the blue too, or that is read by now."""
    return sent_papers.received(chat, ROSTER, file, is_busy)


ROSTER = Paper(kept.ROSTER, "roster_import", "/nhap", begin)


def _held(chat: Chat) -> KeptFile:
    held = sent_papers.of_mine(chat, ROSTER, chat.answer("file"))
    if held is None:
        raise Refused("file_is_gone")
    return held


def _read(chat: Chat) -> Roster:
    held = _held(chat)
    return chat.once(("roster", held.id), lambda: kept.roster_of(held.read or {}))


# Of which school


def wants_school(chat: Chat) -> bool:
    """Where the file does not say whose it is, or another school was asked for."""
    held = _held(chat)
    if chat.draft.get(ASKED) or "asks" in held.tried:
        return bool(chat.draft.get(ASKED) or held.tried["asks"])
    try:
        roster_import.target(chat.work, _read(chat))
        asks = False
    except Refused as refused:
        if refused.code != "which_school":
            raise
        asks = True
    held.tried = {**held.tried, "asks": asks}
    return asks


def which_school(chat: Chat) -> Choose:
    """One of those whose rosters this person may bring."""
    known = roster_import.schools(chat.work)
    if not known:
        raise Refused("no_school_yet")
    hint = chat.say("Please choose a number or type the name. For example: %(name)s", name=known[0].name)

    def typed(chat: Chat, text: str) -> str:
        for one in known:
            if one.folded == fold(text):
                return str(one.id)
        raise Misread(hint)

    return Choose(
        chat.say("Of which school is this roster?"),
        [Option(str(one.id), one.name) for one in known[:8]],
        hint=hint,
        free=typed,
        valid=lambda _, answer: answer in {str(one.id) for one in known},
        required=True,
        back=True,
    )


def _school_id(chat: Chat) -> int | None:
    answer = chat.answer("school")
    return int(answer) if answer else None


# What it would change


def trial(chat: Chat) -> Trial:
    """What taking it in would change as things stand today; tried once, and kept beside the file."""
    held = _held(chat)
    key = f"{chat.today.isoformat()} {_school_id(chat) or ''}"
    if key not in held.tried:
        found = roster_import.look(chat.work, _read(chat), _school_id(chat))
        held.tried = {**held.tried, key: as_json.dumped(asdict(found))}
    return as_json.loaded(Trial, held.tried[key])


def summary(chat: Chat) -> Confirm:
    """`Nhập 312 em`, with what is new, and each row that is not taken."""
    found, read = trial(chat), _read(chat)
    lines = [
        chat.say("Please look it over: the roster in %(file)s", file=sent_papers.shown(_held(chat).name)),
        chat.say("• School year: %(year)s", year=read.year or school_year_of(chat.work.today)),
        _school_line(chat, found),
        chat.say(
            "• New %(added)d, changed %(changed)d, as before %(unchanged)d",
            added=found.added,
            changed=found.changed,
            unchanged=found.unchanged,
        ),
        *([] if found.added or found.changed else [chat.say("• Nothing is new: all of it stands there already")]),
        *_notes(chat, found),
    ]
    if read.rejected:
        lines.append(chat.say("• Rows with something wrong, not taken: %(n)d", n=len(read.rejected)))
        lines += _wrong(chat, read.rejected[:WRONG_SHOWN])
    extra = [Option(OTHER, chat.say("Choose another school"))] if len(roster_import.schools(chat.work)) > 1 else []
    if len(read.rejected) > WRONG_SHOWN:
        extra.append(Option(ROWS, chat.say("See all wrong rows")))
    return Confirm(
        "\n".join(lines),
        [],
        send=chat.say_n("Take in %(n)d pupil", "Take in %(n)d pupils", found.pupils),
        extra=extra,
        drop=chat.say("Drop it, take in nothing"),
    )


def _school_line(chat: Chat, found: Trial) -> str:
    if found.named:
        return chat.say("• School: %(school)s (the file says: %(named)s)", school=found.school, named=found.named)
    return chat.say("• School: %(school)s", school=found.school)


def _notes(chat: Chat, found: Trial) -> list[str]:
    """What the school should look at before it says yes."""
    lines = []
    if found.schools:
        lines.append(_schools(chat, found.schools))
    if found.villages:
        lines.append(_villages(chat, found.villages))
    if found.from_elsewhere:
        lines.append(chat.say("• Up to now on another school's list: %(n)d pupils", n=found.from_elsewhere))
    if found.left_out:
        lines.append(chat.say("• Rows of other schools, not taken: %(n)d", n=found.left_out))
    for row, name, near in found.alike[:ALIKE_SHOWN]:
        lines.append(chat.say("• Row %(row)d: %(who)s, taken as another pupil than %(near)s", row=row, who=name,
                              near=near))  # fmt: skip
    if len(found.alike) > ALIKE_SHOWN:
        lines.append(chat.say("• and %(n)d more of nearly the same name", n=len(found.alike) - ALIKE_SHOWN))
    return lines


def _schools(chat: Chat, names: Sequence[str]) -> str:
    shown, left = wording.all_of(names[:PLACES_SHOWN]), len(names) - PLACES_SHOWN
    if left <= 0:
        return chat.say("• New schools: %(names)s", names=shown)
    return chat.say_n(
        "• New schools: %(names)s and %(n)d more school",
        "• New schools: %(names)s and %(n)d more schools",
        left,
        names=shown,
    )


def _villages(chat: Chat, names: Sequence[str]) -> str:
    shown, left = wording.all_of(names[:PLACES_SHOWN]), len(names) - PLACES_SHOWN
    if left <= 0:
        return chat.say("• New villages: %(names)s", names=shown)
    return chat.say_n(
        "• New villages: %(names)s and %(n)d more village",
        "• New villages: %(names)s and %(n)d more villages",
        left,
        names=shown,
    )


def further(chat: Chat, act: str) -> Outgoing | Draft | None:
    """`Chọn trường khác`, `Xem các dòng lỗi`."""
    if act == OTHER:
        return {"school": None, ASKED: True}
    return sent_rows(chat, _held(chat).id)


# Rows that are not taken


def _wrong(chat: Chat, rejected: Sequence[RejectedRow]) -> list[str]:
    return [
        chat.say("– sheet %(sheet)s, row %(row)d: %(reason)s", sheet=one.sheet, row=one.row,
                 reason=row_reasons.sentence(chat.reader, one))
        if one.sheet
        else chat.say("– row %(row)d: %(reason)s", row=one.row, reason=row_reasons.sentence(chat.reader, one))
        for one in rejected
    ]  # fmt: skip


def sent_rows(chat: Chat, file_id: int) -> Outgoing:
    """All rows that are not taken: as a file, by a link, or as many as a message holds."""
    held = sent_papers.of_mine(chat, ROSTER, str(file_id))
    made = files.find(chat.session, OURS, OURS, _rows_id(file_id)) if held is None else keep_rows(chat, held)
    if made is None or made.address != sending.mine(chat):
        raise Refused("file_is_gone")
    text = chat.say("The rows that are not taken, each with its number and what is wrong.")
    ways = (chat.to("roster_import"), chat.say("Send another file"))
    if held is not None and not sending.can_send(chat, Kind.FILE):
        rejected = kept.roster_of(held.read or {}).rejected
        return Outgoing("\n".join([text, *_wrong(chat, rejected[:WRONG_AT_MOST])]), is_private=True)
    message = sending.message(chat, made, text)
    return message if held is not None else message.with_choices((Choice(ways[0], ways[1], number="1"),))


def keep_rows(chat: Chat, held: KeptFile) -> KeptFile | None:
    """The rows that are not taken as a file of ours; None where there are none."""
    rejected = kept.roster_of(held.read or {}).rejected
    if not rejected:
        return None
    out = io.BytesIO()
    header = [chat.say("Sheet"), chat.say("Row"), chat.say("Full name"), chat.say("What is wrong")]
    table = Csv(out, header, chat.work.zone)
    for one in rejected:
        table.row([one.sheet, one.row, str(one.details.get("name", "")), row_reasons.sentence(chat.reader, one)])
    table.end()
    return files.put(
        chat.session, channel=OURS, bot=OURS, file_id=_rows_id(held.id), address=sending.mine(chat), kind=Kind.FILE,
        content=out.getvalue(), media_type="text/csv", name=chat.say("wrong-rows.csv"), at=chat.now,
        keep_until=chat.now + FOREIGN_KEPT,
    )  # fmt: skip


def _rows_id(file_id: int) -> str:
    return f"rows-{file_id}"


# Taking it in


def record(chat: Chat) -> Reply:
    """Takes the roster in; the file itself is forgotten."""
    held, read = _held(chat), _read(chat)
    done = roster_import.facts(*roster_import.take(chat.work, read, _school_id(chat)))
    wrong = keep_rows(chat, held)
    files.forget(held)
    chat.work.audit("file.forgotten", "file", held.id)
    lines = [
        chat.say(
            "✅ Taken in at %(time)s: %(added)d new, %(changed)d changed, %(unchanged)d as before.",
            time=chat.reader.clock(chat.now),
            added=done.added,
            changed=done.changed,
            unchanged=done.unchanged,
        ),
        chat.say("Nobody was deleted. What is wrong can be put right in the file, which is then sent once more."),
    ]
    options = [(chat.to("pupils"), chat.say("Pupil list")), (chat.to("roster_import"), chat.say("Send another file"))]
    if wrong is not None:
        lines.append(chat.say("Rows with something wrong, not taken: %(n)d", n=len(read.rejected)))
        if sending.can_send(chat, Kind.FILE):
            options.insert(0, (chat.to("roster_import", f"{ROWS}.{held.id}"), chat.say("See all wrong rows")))
    return chat.menu_of("\n".join(lines), *options)


ROSTER_IMPORT = Conversation(
    name="roster_import",
    title=lambda chat: chat.say("The roster"),
    command="nhapds",
    words=("nhập danh sách", "import a roster"),
    may="roster.import",
    opens=opening,
    receives=received,
    steps=(
        Step("file", which_file),
        Step(
            "reading",
            lambda chat: sent_papers.waiting(chat, ROSTER),
            when=lambda chat: sent_papers.is_waiting(chat, ROSTER),
        ),
        Step("school", which_school, when=wants_school),
        Step("check", summary),
    ),
    extra=further,
    finish=record,
    help=N_("Bring a school's roster from a file (.xlsx, .xls, .csv)"),
)
