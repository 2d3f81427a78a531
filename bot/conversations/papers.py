"""Charts and reports: which picture or paper is wanted, and the file when it is made (voice.md V14, V08)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from bot.conversations import files as sending
from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.messages import Attachment, Kind, Outgoing
from bot.reports import requests
from bot.reports.pictures import PICTURES
from bot.reports.report_words import DAY, MONTH, WEEK
from bot.reports.requests import INVITATION, MINUTES, PICTURE, REPORTS, SHEETS, VISIT_SHEET, Request
from bot.rules import people, school_days
from bot.rules.work import Refused
from storage import files, places
from storage.files import OURS, FileStatus, KeptFile
from storage.places import Place

KEPT_FOR = timedelta(days=3)
AT_ONCE = 4  # files that one person may wait for
FIRST = date(2000, 1, 1)
FORMS = {"docx": N_("Word file"), "pdf": N_("PDF file"), "xlsx": N_("Excel file")}
KINDS = {DAY: N_("Report of a day"), WEEK: N_("Report of a week"), MONTH: N_("Report of a month")}
MAKING_REPORT = N_("Ra Lớp is making the report, and sends it as soon as it is done.")
MAKING = {
    PICTURE: N_("Ra Lớp is drawing it, and sends it as soon as it is done."),
    MINUTES: N_("Ra Lớp is making the minutes, and sends them as soon as they are done."),
    INVITATION: N_("Ra Lớp is making the invitation, and sends it as soon as it is done."),
    VISIT_SHEET: N_("Ra Lớp is making the visit sheet, and sends it as soon as it is done."),
}
NAMES = {
    MINUTES: N_("The minutes (%(file)s). Please look them over before signing."),
    INVITATION: N_("The invitation (%(file)s). Please look it over before signing."),
    VISIT_SHEET: N_("The visit sheet (%(file)s), to be signed at the home."),
}


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The menu; `picture.weeks`, `picture.pupil.12`; `week`, `week.2024-03-22`, `week.2024-03-22.docx.3` (a place);
    `minutes.12` (of a meeting), `visit_sheet.5` (of a pupil)."""
    kind, *rest = argument.split(".")
    if kind == PICTURE and rest and rest[0] in PICTURES:
        return picture(chat, rest[0], _number(rest[1:]))
    if kind in SHEETS and _number(rest):
        return ordered(chat, Request(kind, "docx", subject_id=_number(rest)))
    if kind in REPORTS:
        return report(chat, kind, rest)
    return menu(chat)


def _number(found: list[str]) -> int:
    return int(found[0]) if found and found[0].isdecimal() and len(found[0]) < 12 else 0


# What there is


def menu(chat: Chat) -> Reply:
    """The pictures of the place, and its three reports."""
    people.require(chat.work, "reports.see")
    if not sending.can_send(chat, Kind.FILE):
        return _cannot(chat)
    pictures = [
        (chat.to("papers", f"{PICTURE}.{one.name}"), chat.say(one.label))
        for one in PICTURES.values()
        if not one.subject and sending.can_send(chat, Kind.PHOTO)
    ]
    reports = [(chat.to("papers", kind), chat.say(label)) for kind, label in KINDS.items()]
    text = chat.say("Which chart or report does %(you)s want?")
    return chat.menu_of(text, *pictures, *reports, (chat.to("reports"), chat.say("The day's figures")), *_office(chat))


def _office(chat: Chat) -> list[tuple[str, str]]:
    """The same at a desk, where there is a page that can be reached."""
    return [(chat.to("office"), chat.say("Office page"))] if chat.surroundings.public_url else []


def _cannot(chat: Chat) -> Outgoing:
    text = chat.say(
        "Files cannot be sent here. %(helper)s can print the report for %(you)s.", helper=wording.helper(chat)
    )
    return chat.menu_of(text, (chat.to("reports"), chat.say("The day's figures")), (chat.to("menu"), chat.say("Menu")))


def picture(chat: Chat, name: str, subject_id: int) -> Reply:
    """Draws it; those of a case or a pupil, for whoever sees that."""
    people.require(chat.work, PICTURES[name].right)
    return ordered(chat, Request(PICTURE, "png", subject_id=subject_id, name=name))


def report(chat: Chat, kind: str, rest: list[str]) -> Reply:
    """Asks for the form, with the time before as another choice; then for the school, where somebody heads several."""
    people.require(chat.work, "reports.see")
    if not sending.can_send(chat, Kind.FILE):
        return _cannot(chat)
    on, form, place_id = _day(chat, rest[0] if rest else ""), "".join(rest[1:2]), _number(rest[2:])
    if on > chat.today:
        raise Refused("day_to_come")
    if form not in FORMS:
        return _forms(chat, kind, on)
    known = [_place(chat, place_id)] if place_id else _places(chat)
    if len(known) != 1:
        options = [(chat.to("papers", f"{kind}.{on}.{form}.{one.id}"), one.name) for one in known[:8]]
        return chat.menu_of(chat.say("Of which school?"), *options)
    return ordered(chat, Request(kind, form, subject_id=known[0].id, on=on.isoformat()))


def _place(chat: Chat, place_id: int) -> Place:
    """A place that is named: one of this person's, or a school of this person's commune."""
    place = places.get(chat.session, place_id)
    own = chat.scope.communes | chat.scope.schools
    if place is None or not {place.id, place.parent_id} & own:
        raise Refused("outside_scope")
    return place


def _day(chat: Chat, text: str) -> date:
    """The day asked for; without one, or with what is none, today."""
    try:
        return max(date.fromisoformat(text), FIRST) if text else chat.today
    except ValueError:
        return chat.today


def _places(chat: Chat) -> list[Place]:
    """The commune of whoever sees it whole; else the schools."""
    ids = sorted(chat.scope.communes) or sorted(chat.scope.schools)
    return [place for one in ids if (place := places.get(chat.session, one)) is not None]


def _forms(chat: Chat, kind: str, on: date) -> Outgoing:
    options = [(chat.to("papers", f"{kind}.{on}.{form}"), chat.say(label)) for form, label in FORMS.items()]
    before = _before(chat, kind, on)
    options.append((chat.to("papers", f"{kind}.{before}"), chat.say(EARLIER[kind])))
    options.append((chat.to("papers"), chat.say("Another chart or report")))
    return chat.menu_of(chat.say(ASKED[kind], **_when(chat, kind, on)), *options)


def _before(chat: Chat, kind: str, on: date) -> date:
    """A day of the time before: the school day, the week, the month."""
    if kind == WEEK:
        return on - timedelta(days=7)
    if kind == MONTH:
        return on.replace(day=1) - timedelta(days=1)
    days = (on - timedelta(days=back) for back in range(1, 15))
    return next((one for one in days if school_days.is_school_day(chat.work, one)), on - timedelta(days=1))


def _when(chat: Chat, kind: str, on: date) -> dict[str, object]:
    """The values of the question: a week is named by its days, from the first one with school."""
    if kind != WEEK or not (known := _places(chat)):
        return {"day": chat.reader.day(on), "month": on.month, "year": on.year}
    span = requests.week_of(chat.work, known[0], on)
    days = (span.since + timedelta(days=n) for n in range(7))
    since = next((one for one in days if school_days.is_school_day(chat.work, one)), span.since)
    return {"since": chat.reader.date(since), "until": chat.reader.date(span.until)}


ASKED = {
    DAY: N_("The report of %(day)s: in which form?"),
    WEEK: N_("The report of the week %(since)s - %(until)s: in which form?"),
    MONTH: N_("The report of month %(month)d, %(year)d: in which form?"),
}
EARLIER = {DAY: N_("The day before"), WEEK: N_("The week before"), MONTH: N_("The month before")}


# Ordering it


def ordered(chat: Chat, request: Request) -> Outgoing:
    """`Đang làm báo cáo, xong sẽ gửi ngay.`: it is noted in this transaction, made beside the service, and announced.

    Asked for twice while it is being made, it is made once.
    """
    kind = Kind.PHOTO if request.kind == PICTURE else Kind.FILE
    if not sending.can_send(chat, kind) or chat.incoming is None:
        return _cannot(chat)
    came = chat.incoming
    request = replace(request, person_id=chat.me.id, to=(came.channel, came.bot, came.address))
    waiting = files.to_make(chat.session, sending.mine(chat))
    if len(waiting) >= AT_ONCE:
        text = chat.say("%(n)d files are still being made for %(you)s. Ra Lớp sends each as soon as it is done.",
                        n=len(waiting))  # fmt: skip
        return chat.menu_of(text, (chat.to("menu"), chat.say("Menu")))
    if not any(Request.from_json(one.read or {}) == request for one in waiting):
        held = files.order(
            chat.session, file_id=f"paper-{uuid4().hex}", address=sending.mine(chat), kind=kind,
            what=request.as_json(), keep_until=chat.now + KEPT_FOR, at=chat.now,
        )  # fmt: skip
        chat.work.audit("paper.ordered", "file", held.id, what=request.kind, form=request.form, of=request.subject_id)
    return chat.menu_of(chat.say(MAKING.get(request.kind, MAKING_REPORT)), *_on(request, chat))


def _on(request: Request, chat: Chat) -> list[tuple[str, str]]:
    """What can be done meanwhile, and after."""
    found = [(chat.to("tasks"), chat.say("My tasks"))]
    if people.may(chat.work, "reports.see"):
        found.insert(0, (chat.to("papers"), chat.say("Another chart or report")))
    if request.kind == MINUTES:
        found.insert(0, (chat.to("minutes", str(request.subject_id)), chat.say("See the minutes again")))
    return found


# It has come


def received(chat: Chat, file: Attachment, is_busy: bool) -> Draft | Reply | None:
    """The file that was made for this person, with what it is; or a sentence in its place."""
    held = files.find(chat.session, OURS, OURS, file.file_id) if file.channel == OURS else None
    if held is None or held.address != sending.mine(chat) or not held.file_id.startswith("paper-"):
        return None
    what = dict(held.read or {})
    sentence = str(what.pop("sentence", ""))
    request = Request.from_json(what)
    if held.status == FileStatus.KEPT and held.content is not None:
        shown = sending.message(chat, held, _about(chat, request, held, sentence))
        return shown.with_choices(chat.menu_of("", *_on(request, chat)).choices)
    return _not_made(chat, request, held, sentence)


def _about(chat: Chat, request: Request, held: KeptFile, sentence: str) -> str:
    """One line of what it is; a second one where the office's own template could not be used."""
    if request.kind == PICTURE:
        return sentence
    if request.kind in SHEETS:
        text = chat.say(NAMES[request.kind], file=held.name)
    else:
        text = chat.say(
            "The report (%(file)s). Please look it over, the proposals too, before signing.", file=held.name
        )
    return f"{text}\n{sentence}" if sentence else text


def _not_made(chat: Chat, request: Request, held: KeptFile, sentence: str) -> Outgoing:
    if sentence:  # nothing to draw yet
        return chat.menu_of(sentence, *_on(request, chat))
    again = ".".join(_argument(request))
    text = (
        chat.say("This file cannot be made for %(you)s any more. Whoever needs it may call %(helper)s.",
                 helper=wording.helper(chat))
        if held.reason == "refused"
        else chat.say("The file could not be made. %(You)s can try once more, or call %(helper)s.",
                      helper=wording.helper(chat))
    )  # fmt: skip
    return chat.menu_of(text, (chat.to("papers", again), chat.say("Make it once more")), *_on(request, chat))


def _argument(request: Request) -> list[str]:
    """What asks for the same again."""
    if request.kind == PICTURE:
        return [PICTURE, request.name, *([str(request.subject_id)] if request.subject_id else [])]
    if request.kind in SHEETS:
        return [request.kind, str(request.subject_id)]
    return [request.kind, request.on, request.form, str(request.subject_id)]


PAPERS = Conversation(
    name="papers",
    title=lambda chat: chat.say("Charts and reports"),
    words=("biểu đồ", "charts"),
    opens=opening,
    receives=received,
    is_lookup=True,
)
