"""/thamnha: whom a visitor met at a pupil's home, why the pupil stays away, what was promised, what comes next."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.conversations import visits_files, visits_news, wording
from bot.conversations.pupils_words import nobody
from bot.conversations.visits_days import NONE, again, again_date, chosen_day, promise, promise_date
from bot.conversations.visits_line import OTHER, Said, read_line
from bot.conversations.visits_news import lines, listed_pupil
from bot.conversations.visits_questions import (
    attach,
    files_of,
    met_nobody,
    met_somebody,
    other_day,
    photo,
    photos,
    reason_of,
    voices,
    what_next,
    whom,
    why,
)
from bot.conversations.visits_whose import AT_MOST, given, known, pupil, teacher, too_many, which_pupil
from bot.dialogue.conversation import SKIPPED, Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Confirm, Option
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.parsing import given_name, phone_shown
from bot.rules import cases, promises, visits
from bot.rules.sent_files import File
from bot.rules.visits import Findings
from storage import visits as stored
from storage.people import Person
from storage.visits import Met, NextStep, Visit

QUESTIONS = ("met", "why", "promise", "next", "photo")
A_WEEK = 7
MISSING = {"met": N_("whom met"), "why": N_("reason"), "promise": N_("day promised")}


def visited_at(chat: Chat) -> datetime:
    """When the visit was written of: a late message counts for its own hour."""
    return datetime.fromisoformat(chat.draft["at"])


def visited_on(chat: Chat) -> date:
    return visited_at(chat).astimezone(chat.work.zone).date()


# The summary


def summary(chat: Chat) -> Confirm:
    """What will be recorded, before it is; after a line that left things out, with the way to add them."""
    one = pupil(chat)
    name = wording.full(chat, one) if chat.draft.get("~short") else chat.say("%(given)s (pupil)", given=one.pupil.name)
    code, note = reason_of(chat)
    is_met = met_somebody(chat)
    text = [
        chat.say("Home visit to %(pupil)s, %(day)s", pupil=name, day=chat.reader.day(visited_on(chat))),
        *lines(
            chat,
            given(chat),
            met=chat.answer("met") or "",
            reason=code if is_met else "",
            note=note,
            voices=voices(chat),
            promised=chosen_day(chat, "promise") if is_met else None,
            is_promise_none=is_met and chat.answer("promise") == NONE,
            again=None if is_met else chosen_day(chat, "again"),
            next_step=(chat.answer("next") or "") if is_met else "",
            photos=photos(chat),
        ),
    ]
    return Confirm("\n".join([chat.say("Please look it over:"), *text]), _changes(chat), extra=_more(chat))


def _changes(chat: Chat) -> list[tuple[str, str]]:
    changes = [("met", chat.say("Whom met"))]
    if met_nobody(chat):
        return [*changes, ("again", chat.say("Day of coming again"))]
    return [
        *changes,
        ("why", chat.say("Reason")),
        ("promise", chat.say("Day promised")),
        ("next", chat.say("Next step")),
        ("photo", chat.say("Photos")),
    ]


def _more(chat: Chat) -> list[Option]:
    """`Ghi thêm: gặp ai, lý do`."""
    missing = [chat.say(label) for step, label in MISSING.items() if chat.is_skipped(step)]
    if not chat.draft.get("~short") or not missing or met_nobody(chat):
        return []
    return [Option("more", chat.say("Add: %(missing)s", missing=wording.all_of(missing)))]


def add_more(chat: Chat, act: str) -> Draft:
    """Asks what the line left out."""
    return {step: None for step in QUESTIONS if chat.is_skipped(step)}


# Opening


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The command (a name or a whole line may follow it), `pupil.12`, or a visit: `fix.5`, `see.5`, `hear.5`,
    `photos.5`."""
    what, _, key = argument.partition(".")
    if what == "see" and key.isdigit():
        return visits_files.seen(chat, visits.look(chat.work, int(key)))
    if what in visits_files.SENDS and key.isdigit():
        return visits_files.sent(chat, what, int(key))
    if what == "fix" and key.isdigit():
        return correcting(chat, int(key))
    first: Draft = {"at": chat.work.at.isoformat()}
    if what == "pupil" and key.isdigit():
        cases.require_pupil(chat.work, int(key))
        return {**first, "pupil": key}
    if argument and (read := fast(chat, f"thăm em {argument}")) is not None:
        return read
    return first if not chat.scope.is_empty else nobody(chat, "")


def correcting(chat: Chat, first_id: int) -> Draft:
    """The recorded answers as a draft again: which line shall change?"""
    visit = visits.correctable(chat.work, first_id)
    first: Draft = {
        "at": visit.visited_at.isoformat(),
        "pupil": str(visit.pupil_id),
        "visit": first_id,
        "base": visit.revision,
        "files": [
            {"kind": f.kind, "file_id": f.file_id, "channel": f.channel, "bot": f.bot, "seconds": f.seconds}
            for f in stored.files(chat.scope, chat.session, visit.id)
        ],
        "met": visit.met or SKIPPED,
        "why": f"{OTHER}{visit.note}" if visit.note else visit.reason,
        "promise": visit.promised_on.isoformat() if visit.promised_on else NONE,
        "again": visit.again_on.isoformat() if visit.again_on else NONE,
        "next": visit.next_step or SKIPPED,
        "photo": "yes",
        "~edit": True,
    }
    if visit.met == Met.NOBODY:  # if somebody was met after all, the other questions are asked
        for step in ("why", "promise", "next", "photo"):
            first.pop(step)
        return first
    first.pop("again")
    return {**first, **{step: SKIPPED for step in visit.skipped if step in QUESTIONS}}


def fast(chat: Chat, text: str) -> Draft | Reply | None:
    """`thăm em Chi 6A: gặp mẹ, hẹn thứ 6`."""
    said = read_line(text, known(chat), chat.today)
    if said is None:
        return None
    if not said.pupils:
        return nobody(chat, text)
    if len(said.pupils) > AT_MOST:
        return chat.menu_of(too_many(chat, len(said.pupils)), (chat.to("visits"), chat.say("Home visit")))
    first: Draft = {"at": (chat.work.at - timedelta(days=said.days_ago)).isoformat()}
    if len(said.pupils) == 1:
        first["pupil"] = str(said.pupils[0].pupil.id)
    else:
        first["~found"] = [one.pupil.id for one in said.pupils]
    if said.answers or said.doubtful:
        first |= _short(said)
    return first


def _short(said: Said) -> Draft:
    """What was said is not asked again, nor what was not spoken of; what was not understood is one question."""
    found = dict(said.answers)
    if found.get("met") == Met.NOBODY:
        when = found.pop("promise", None)
        return {"met": Met.NOBODY, "~short": True, "~path": ["met"], **({"again": when} if when else {})}
    left = {step: SKIPPED for step in QUESTIONS if step not in found and step not in said.doubtful}
    return {**found, **left, "~short": True, "~path": list(found)}


# Recording


def findings(chat: Chat) -> Findings:
    """The answers as the rule takes them."""
    code, note = reason_of(chat)
    steps = QUESTIONS[:4] if met_somebody(chat) else ("met",)
    skipped = [s for s in steps if chat.is_skipped(s) or chat.is_skipped(f"{s}.date")]
    return Findings(
        visited_at=visited_at(chat),
        met=chat.answer("met") or "",
        reason=code,
        note=note,
        promised_on=chosen_day(chat, "promise"),
        again_on=chosen_day(chat, "again"),
        next_step=chat.answer("next") or "",
        skipped=tuple(skipped),
        files=tuple(File(**one) for one in files_of(chat)),
    )


def record(chat: Chat) -> Reply:
    """Calls the rule, and says what was recorded and who hears of it."""
    if "visit" in chat.draft:
        visit = visits.correct(chat.work, int(chat.draft["visit"]), findings(chat), base=int(chat.draft["base"]))
        return Outgoing("\n".join(_corrected(chat)), (fix_choice(chat, visit),))
    visit = visits.report(chat.work, int(chat.draft["pupil"]), findings(chat))
    time = chat.reader.clock(chat.now)
    text = [
        chat.say("✅ Recorded at %(time)s. Thank you for going to the house.", time=time),
        *_hearers(chat),
        *_promised(chat, visit),
        chat.say("%(You)s can still correct it within the next 24 hours."),
    ]
    return Outgoing("\n".join(text), (fix_choice(chat, visit), *_ways_on(chat, visit)))


def _ways_on(chat: Chat, visit: Visit) -> tuple[Choice, ...]:
    """After "ask for support": one tap to say what is needed."""
    if visit.next_step != NextStep.SUPPORT:
        return ()
    to = chat.to("support_note", f"pupil.{visit.pupil_id}")
    return (Choice(to, chat.say("Note what the pupil needs"), number="1"),)


def _hearers(chat: Chat) -> list[str]:
    """Who acts next: the teacher, else the commune."""
    listener = teacher(chat)
    if listener is not None:
        return [chat.say("Ra Lớp tells %(teacher)s.", teacher=wording.person(chat.reader, listener))]
    if visits.officials(chat.work, int(chat.draft["pupil"])):
        return [chat.say("Ra Lớp tells the commune.")]
    return []


def _promised(chat: Chat, visit: Visit) -> list[str]:
    """`Sáng thứ 6, Ra Lớp xem em Chi có đến lớp không rồi báo bác.`"""
    if visit.promised_on is None:
        return []
    day = promises.answered_on(chat.work, visit.pupil_id, visit.promised_on)
    is_near = 0 < (day - chat.work.today).days < A_WEEK
    return [
        chat.say(
            "On the morning of %(day)s Ra Lớp looks whether %(pupil)s is in class, and tells %(you)s.",
            day=chat.reader.weekday(day) if is_near else chat.reader.near_day(day, chat.work.today),
            pupil=given(chat),
        )
    ]


def _corrected(chat: Chat) -> list[str]:
    """A correction keeps the old entry and says who was told (voice.md §3.6)."""
    time, name = chat.reader.clock(chat.now), chat.say("%(given)s (pupil)", given=given(chat))
    first = chat.say(
        "✅ Corrected at %(time)s: the visit to %(pupil)s. The former entry is kept.", time=time, pupil=name
    )
    heard = [one.person_id for one in chat.work.notices if one.kind == "visits.corrected"]
    found = (chat.session.get(Person, person_id) for person_id in heard)
    names = [wording.person(chat.reader, one) for one in found if one is not None]
    if not names:
        return [first, *_hearers(chat)]
    return [first, chat.say("Ra Lớp tells them again: %(names)s.", names=wording.all_of(names))]


def fix_choice(chat: Chat, visit: Visit) -> Choice:
    """The way to correct what was just recorded."""
    return wording.change(chat, chat.to("visits", f"fix.{visit.first_id}"))


def title(chat: Chat) -> str:
    """`Việc thăm nhà em Chi`."""
    if not str(chat.draft.get("pupil", "")).isdigit():
        return chat.say("The home visit")
    one = listed_pupil(chat, int(chat.draft["pupil"]))
    return chat.say("The home visit to %(given)s", given=given_name(one.pupil.name) if one else "")


def helper(chat: Chat) -> str:
    """`cô Hoa`: who can write it down; the commune's contact when the teacher has not joined."""
    listener = teacher(chat)
    return wording.person(chat.reader, listener) if listener is not None else ""


def caller(chat: Chat) -> str:
    """`cô Hoa: 0900 000 004`."""
    listener = teacher(chat)
    if listener is None or not listener.phone:
        return ""
    return chat.say("%(who)s: %(phone)s", who=wording.person(chat.reader, listener), phone=phone_shown(listener.phone))


VISITS = Conversation(
    name="visits",
    title=title,
    command="thamnha",
    words=("thăm nhà", "báo thăm nhà", "home visit"),
    may="visits.report",
    opens=opening,
    fast=fast,
    steps=(
        Step("pupil", which_pupil),
        Step("met", whom),
        Step("why", why, when=met_somebody),
        Step("promise", promise, when=met_somebody),
        Step("promise.date", promise_date, when=other_day("promise")),
        Step("next", what_next, when=met_somebody),
        Step("photo", photo, when=met_somebody),
        Step("again", again, when=met_nobody),
        Step("again.date", again_date, when=other_day("again")),
        Step("check", summary),
    ),
    finish=record,
    helper=helper,
    caller=caller,
    attach=attach,
    extra=add_more,
    counted=QUESTIONS,
    help=N_("Report a home visit: five questions, or one line, for example: thăm em Chi 6A: gặp mẹ, hẹn thứ 6"),
)

REMINDERS = visits_news.REMINDERS
NOTICES = visits_news.NOTICES
