"""Minutes: asked of the chair two hours after the start; three questions, a summary, and 24 hours to correct them."""

from __future__ import annotations

from bot.conversations import meetings_words as words
from bot.conversations import minutes_card as shown
from bot.conversations.minutes_card import Told, fix_choice, given_names, head, lines, past
from bot.conversations.minutes_questions import (
    GONE,
    agreed,
    attach,
    attended,
    families,
    files_of,
    gone,
    guests_who_came,
    has_families,
    has_guests,
    how_many,
    meeting_of,
    photos,
    promised_on,
    somebody_came,
    unless_gone,
    voices,
    what_was_agreed,
    which_day,
    which_guests,
    who_came,
    whose_families,
)
from bot.conversations.visits_days import NONE
from bot.dialogue.conversation import SKIPPED, Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Confirm
from bot.dialogue.ticks import UNSAID
from bot.i18n import N_
from bot.messages import Outgoing
from bot.rules import meetings, minutes
from bot.rules.minutes import ASK_TASK, Findings
from bot.rules.sent_files import File
from bot.rules.tasks import Moment, Task
from bot.rules.work import Refused
from storage import meetings as stored
from storage import minutes as stored_minutes
from storage.meetings import Meeting

QUESTIONS = ("came", "agreed", "families")
WRITTEN = "minutes_written"


# The summary


def summary(chat: Chat) -> Confirm:
    """What will be recorded, before it is (voice.md V08)."""
    meeting = meeting_of(chat)
    came = attended(chat)
    ticked = isinstance(chat.draft.get("people"), list)
    absent = [
        one.person for one in meetings.invited(chat.work, meeting) if ticked and one.person.id not in (came or ())
    ]
    told = Told(
        came=chat.answer("came"),
        agreed=agreed(chat),
        families=families(chat),
        promised_on=promised_on(chat),
        voices=voices(chat),
        photos=photos(chat),
        guests=guests_who_came(chat) or (),
        absent=absent,
    )
    rows = [chat.say("Please look it over:"), head(chat, meeting), *lines(chat, meeting, told)]
    return Confirm("\n".join(rows), _changes(chat))


def _changes(chat: Chat) -> list[tuple[str, str]]:
    changes = [("came", chat.say("How many came")), ("people", chat.say("Who came"))]
    if not somebody_came(chat):
        return changes[:1]
    changes.append(("agreed", chat.say("What was agreed")))
    if has_guests(chat):
        changes.append(("families", chat.say("Families that promised")))
    if has_families(chat):
        changes.append(("promised", chat.say("Day promised")))
    if has_guests(chat):
        changes.append(("guests", chat.say("Families that came")))
    return changes


# Opening


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The meetings that are over (`list.6` from the seventh on), one of them (`12`), or an act of a button
    (`12.done`, `12.later`, `12.fix`, `12.hear`, `12.photos`)."""
    first, _, act = argument.partition(".")
    if not first.isdigit():
        return past(chat, int(act) if first == "list" and act.isdigit() else 0)
    meeting_id = int(first)
    if act in shown.SENDS:
        return shown.sent(chat, act, meeting_id)
    if act in ACTS:
        return ACTS[act](chat, meeting_id)
    return seen(chat, meeting_id)


def seen(chat: Chat, meeting_id: int) -> Outgoing:
    """The minutes, or the question for them; of a meeting still to come, the meeting."""
    meeting, _ = minutes.look(chat.work, meeting_id)
    if meeting.starts_at > chat.work.at:
        return _elsewhere(chat, meeting, chat.say("This meeting is still to come."))
    return shown.card(chat, meeting_id)


def begun(chat: Chat, meeting_id: int) -> Draft | Reply:
    """`Họp xong rồi`: the three questions, unless somebody wrote the minutes already."""
    try:
        meeting = minutes.open_to_write(chat.work, meeting_id)
    except Refused as refused:
        return _refused(chat, meeting_id, refused)
    return {"meeting": meeting.id, "people": UNSAID, "guests": UNSAID}


def _refused(chat: Chat, meeting_id: int, refused: Refused) -> Outgoing:
    if refused.code == WRITTEN:
        return shown.card(chat, meeting_id, chat.say("These minutes have been written already:"))
    meeting = stored.get(chat.scope, chat.session, meeting_id)
    if meeting is None or refused.code not in ("meeting_to_come", "meeting_cancelled"):
        raise refused
    if refused.code == "meeting_cancelled":
        return _elsewhere(chat, meeting, chat.say("This meeting has been called off, so there are no minutes."))
    return _elsewhere(chat, meeting, chat.say("This meeting is still to come."))


def _elsewhere(chat: Chat, meeting: Meeting, text: str) -> Outgoing:
    return chat.menu_of(
        text,
        (chat.to("meetings", str(meeting.id)), chat.say("See the meeting")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


def later(chat: Chat, meeting_id: int) -> Reply:
    """`Đang họp, hỏi lại sau 1 tiếng`; in quiet hours their end, which is said."""
    try:
        at = minutes.ask_again(chat.work, meeting_id)
    except Refused as refused:
        return _refused(chat, meeting_id, refused)
    hour = chat.reader.hour(at)
    if words.local_day(chat.reader, at) == words.local_day(chat.reader, chat.now):
        text = chat.say("All right. Ra Lớp asks again at %(hour)s.", hour=hour)
    else:
        text = chat.say("All right. Ra Lớp asks again at %(hour)s tomorrow, so as not to disturb the night.", hour=hour)
    return chat.menu_of(
        text,
        (chat.to("minutes", f"{meeting_id}.done"), chat.say("Write it now")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


def correcting(chat: Chat, meeting_id: int) -> Draft | Reply:
    """The recorded minutes as a draft again: which line shall change?"""
    try:
        meeting, written = minutes.correctable(chat.work, meeting_id)
    except Refused as refused:
        if refused.code != "minutes_are_old":
            raise
        return shown.card(chat, meeting_id, chat.say("Minutes can be corrected for 24 hours."))
    files = stored_minutes.files(chat.scope, chat.session, written.id)
    invited = meetings.invited(chat.work, meeting)
    known = shown.known_guests(chat, meeting)
    return {
        "meeting": meeting.id,
        "base": written.revision,
        "came": SKIPPED if written.came is None else written.came,
        "agreed": written.agreed or SKIPPED,
        "families": list(stored_minutes.families(chat.scope, chat.session, written.id)),
        "promised": written.promised_on.isoformat() if written.promised_on else NONE,
        "people": [one.person.id for one in invited if one.invitation.attended]
        if any(one.invitation.attended is not None for one in invited)
        else UNSAID,
        "guests": [one.listed.pupil.id for one in known if one.came]
        if any(one.came is not None for one in known)
        else UNSAID,
        "files": [
            {"kind": f.kind, "file_id": f.file_id, "channel": f.channel, "bot": f.bot, "seconds": f.seconds}
            for f in files
        ],
        "~edit": True,
    }


# Recording


def findings(chat: Chat) -> Findings:
    """The answers as the rule takes them."""
    files = files_of(chat)
    return Findings(
        came=chat.answer("came"),
        agreed=agreed(chat),
        families=tuple(families(chat)),
        promised_on=promised_on(chat),
        attended=attended(chat),
        guests=guests_who_came(chat),
        files=tuple(File(**one) for one in files),
    )


def record(chat: Chat) -> Reply:
    """Calls the rule, and says what was recorded and what comes of it."""
    if chat.draft["meeting"] == GONE:
        return past(chat)
    meeting_id = int(chat.draft["meeting"])
    if "base" in chat.draft:
        minutes.correct(chat.work, meeting_id, findings(chat), base=int(chat.draft["base"]))
        text = chat.say(
            "✅ Corrected at %(time)s: the minutes. The former entry is kept.", time=chat.reader.clock(chat.now)
        )
        return Outgoing(text, (fix_choice(chat, meeting_of(chat)),))
    try:
        minutes.write(chat.work, meeting_id, findings(chat))
    except Refused as refused:
        return _refused(chat, meeting_id, refused)
    return receipt(chat, meeting_of(chat))


def receipt(chat: Chat, meeting: Meeting) -> Outgoing:
    """`✅ Đã ghi lúc 20:52. Sáng thứ 2, Ra Lớp xem 3 em có đến lớp không rồi báo chị.`"""
    time, on, promised = chat.reader.clock(chat.now), promised_on(chat), families(chat)
    if on is not None and len(promised) == 1:
        text = chat.say(
            "✅ Recorded at %(time)s. On the morning of %(day)s Ra Lớp looks whether %(given)s (pupil) is in class and "
            "tells %(you)s.",
            time=time,
            day=chat.reader.weekday(on),
            given=given_names(chat, meeting, promised)[0],
        )
    elif on is not None:
        text = chat.say(
            "✅ Recorded at %(time)s. On the morning of %(day)s Ra Lớp looks whether the %(n)d pupils are in class and "
            "tells %(you)s.",
            time=time,
            day=chat.reader.weekday(on),
            n=len(promised),
        )
    elif not somebody_came(chat):
        text = chat.say("✅ Recorded at %(time)s: nobody came. %(You)s can plan another evening.", time=time)
        message = chat.menu_of(text, (chat.to("organise"), chat.say("Plan a new meeting")))
        return message.with_choices((*message.choices, fix_choice(chat, meeting)))
    else:
        text = chat.say(
            "✅ Recorded at %(time)s. Thank you for the minutes. They can be read under: lịch họp", time=time
        )
    return Outgoing(text, (fix_choice(chat, meeting), *shown.word_choice(chat, meeting)))


# What is pushed


def ask(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """Two hours after the start, and again when the meeting went on."""
    meeting = stored.get(chat.scope, chat.session, task.subject_id)
    return shown.question(chat, meeting) if meeting is not None else None


ACTS = {"done": begun, "later": later, "fix": correcting}


def title(chat: Chat) -> str:
    """`Biên bản họp thôn Cà Xen`."""
    key = str(chat.draft.get("meeting", ""))
    meeting = stored.get(chat.scope, chat.session, int(key)) if key.isdigit() else None
    if meeting is None:
        return chat.say("The minutes")
    return chat.say("The minutes of %(where)s", where=words.of_village(chat, meeting))


MINUTES = Conversation(
    name="minutes",
    title=title,
    words=("biên bản", "biên bản họp", "minutes"),
    may="meetings.see",
    opens=opening,
    steps=(
        Step("meeting", gone, when=unless_gone()),
        Step("came", how_many, when=unless_gone()),
        Step("agreed", what_was_agreed, when=unless_gone(somebody_came)),
        Step("families", whose_families, when=unless_gone(has_guests)),
        Step("promised", which_day, when=unless_gone(has_families)),
        Step("people", who_came, when=unless_gone()),
        Step("guests", which_guests, when=unless_gone(has_guests)),
        Step("check", summary, when=unless_gone()),
    ),
    finish=record,
    attach=attach,
    counted=QUESTIONS,
    help=N_("Minutes: how many came, what was agreed, which families promised"),
)
REMINDERS = {ASK_TASK: ask}
