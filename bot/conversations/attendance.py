"""/baovang: who is not in class in this session, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bot.conversations import attendance_next, wording
from bot.conversations.attendance_draft import (
    absent,
    asks_each,
    chosen,
    has_reason_at_end,
    header,
    lines,
    needs_reason,
    own_classes,
    reasons_to_ask,
    roll,
    unsure,
)
from bot.conversations.attendance_line import read_line, split_class
from bot.conversations.attendance_questions import (
    all_alike,
    excused,
    summary,
    which_class,
    which_of_same_name,
    who,
    why,
    why_one,
)
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.parsing import given_name
from bot.rules import attendance, morning, school_days
from bot.rules.attendance import Line
from bot.rules.tasks import Moment, Task
from bot.rules.work import Notice, Refused
from storage import attendance as stored
from storage import places, pupils
from storage.attendance import Half, Mark, Reason, Register

QUARTER = timedelta(minutes=15)


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The command, a choice of the morning question (`7.2024-03-20.morning.all`), or a correction (`fix.12`)."""
    if argument.startswith("fix."):
        return correcting(chat, int(argument.removeprefix("fix.")))
    parts = argument.split(".")
    if len(parts) == 4:
        return asked(chat, *parts)
    own = attendance.reportable_classes(chat.work)
    if not own:
        raise Refused("not_allowed", action="attendance.report")
    if len(own) != 1 and not argument.isdigit():
        return {"day": chat.today.isoformat(), "half": now(chat, own)}
    class_id = int(argument) if argument.isdigit() else own[0]
    first: Draft = {"class": str(class_id), "day": chat.today.isoformat(), "half": now(chat, [class_id])}
    attendance.require_class(chat.work, class_id)
    return already(chat, first) or closed(chat, first) or first


def now(chat: Chat, class_ids: Sequence[int]) -> str:
    """The session that is going on."""
    return attendance.session_to_report(chat.work, class_ids, chat.today).value


def closed(chat: Chat, first: Draft) -> Reply | None:
    """A class that has no school needs no report; what the week simply does not have is taken all the same."""
    found = school_days.verdict(chat.work, int(first["class"]), date.fromisoformat(first["day"]), Half(first["half"]))
    if found.is_held or found.why in ("week", "year"):
        return None
    school_class = places.school_class(chat.session, int(first["class"]))
    text = chat.say(
        "Class %(class_name)s has no school on the %(half)s of %(day)s (%(why)s), so there is nothing to report.",
        class_name=school_class.name if school_class is not None else "",
        half=chat.say(wording.HALVES[Half(first["half"])]),
        day=chat.reader.day(date.fromisoformat(first["day"])),
        why=wording.why_closed(chat, found, date.fromisoformat(first["day"])),
    )
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


def asked(chat: Chat, class_id: str, day: str, half: str, act: str) -> Draft | Reply:
    """An answer to the morning question: all present is recorded at once, with the way to correct it."""
    first: Draft = {"class": class_id, "day": day, "half": half, "~asked": True}
    attendance.require_class(chat.work, int(class_id))
    if (there := already(chat, first) or closed(chat, first)) is not None:
        return there
    if act == "later":
        return later(chat, int(class_id), f"{day}.{half}")
    if act == "all":
        chat.draft = first
        session = chosen(chat)
        register = attendance.report(chat.work, session.school_class.id, session.day, session.half, [])
        return receipt(chat, register, [])
    return first


def later(chat: Chat, class_id: int, occurrence: str) -> Reply:
    """`Hỏi lại sau 15 phút`."""
    chat.work.withdraw(attendance.task_subject(class_id), "attendance.asked_again")
    chat.work.tell(chat.me.id, "attendance.asked_again", class_id, after=QUARTER, always=True, occurrence=occurrence)
    time = chat.reader.clock(chat.now + QUARTER)
    return chat.menu_of(
        chat.say("All right. Ra Lớp asks again at %(time)s.", time=time), (chat.to("menu"), chat.say("Menu"))
    )


def already(chat: Chat, first: Draft) -> Reply | None:
    """A class reported before: what was recorded, and `Sửa`."""
    day, half = date.fromisoformat(first["day"]), first["half"]
    register = stored.register(chat.scope, chat.session, int(first["class"]), day, half)
    if register is None:
        return None
    chat.draft = {"class": first["class"], "day": first["day"], "half": first["half"]}
    rows = stored.absences(chat.scope, chat.session, register.id)
    n = sum(row.mark != Mark.LATE for row, _ in rows)
    names = wording.all_of([given_name(pupil.name) for row, pupil in rows if row.mark != Mark.LATE])
    text = (
        chat.say(
            "%(header)s was recorded at %(time)s: %(n)d absent (%(names)s).",
            header=header(chat),
            time=chat.reader.clock(register.reported_at),
            n=n,
            names=names,
        )
        if n
        else chat.say(
            "%(header)s was recorded at %(time)s: all present.",
            header=header(chat),
            time=chat.reader.clock(register.reported_at),
        )
    )
    return Outgoing(text, (fix_choice(chat, register),), is_private=True)


def correcting(chat: Chat, register_id: int) -> Draft | Reply:
    """The recorded answers as a draft again: which line shall change?"""
    register = stored.register_by_id(chat.scope, chat.session, register_id)
    if register is None:
        raise Refused("outside_scope")
    attendance.require_class(chat.work, register.class_id)
    current = stored.register(chat.scope, chat.session, register.class_id, register.day, register.half)
    if current is None or current.day != chat.work.today:
        return chat.menu_of(
            chat.say("The register can be corrected until the end of its day. For later changes call the school."),
            (chat.to("menu"), chat.say("Menu")),
        )
    kept = [line for line in attendance.lines_of(chat.work, current) if line.mark != Mark.LATE]
    first: Draft = {
        "class": str(current.class_id),
        "day": current.day.isoformat(),
        "half": current.half,
        "base": current.revision,
        "absent": [line.pupil_id for line in kept],
        "~reasons": {str(line.pupil_id): line.reason for line in kept},
        "~marks": {str(line.pupil_id): line.mark for line in kept},
        "~notes": {str(line.pupil_id): line.note for line in kept if line.note},
        "~edit": True,
    }
    return first


def fast(chat: Chat, text: str) -> Draft | Reply | None:
    """`vắng 6A: An, Bình, Chi ốm`, `đủ`, `6A đủ`."""
    known = {one.name: one for one in own_classes(chat)}
    found = split_class(text, list(known))
    if found is None:
        return None
    name, rest = found
    if not name and len(known) != 1:
        ids = [one.id for one in known.values()]
        return {"day": chat.today.isoformat(), "half": now(chat, ids)} if rest == "" else None
    school_class = known[name] if name else next(iter(known.values()))
    half = now(chat, [school_class.id])
    first: Draft = {"class": str(school_class.id), "day": chat.today.isoformat(), "half": half}
    if (there := already(chat, first) or closed(chat, first)) is not None:
        return there
    chat.draft = first
    if rest is None:
        return asked(chat, str(school_class.id), first["day"], first["half"], "all")
    if not rest:
        return first
    read = read_line(rest, roll(chat))
    return {**first, **read} if read is not None else first


def record(chat: Chat) -> Reply:
    """Calls the rule, and says what was recorded."""
    session = chosen(chat)
    found = lines(chat)
    base = int(chat.draft.get("base", 0))
    register = attendance.report(chat.work, session.school_class.id, session.day, session.half, found, base=base)
    return receipt(chat, register, found)


def receipt(chat: Chat, register: Register, found: Sequence[Line]) -> Outgoing:
    """`✅ Đã ghi lúc 7:24: lớp 6A vắng 3 em.`"""
    school_class = places.school_class(chat.session, register.class_id)
    values = {
        "time": chat.reader.clock(chat.work.now),
        "class_name": school_class.name if school_class is not None else "",
        "n": len(found),
        "whole": register.enrolled,
    }
    reasons = {line.reason for line in found}
    if register.half != Half.MORNING:
        text = _later_receipt(chat, register, values)
    elif not found:
        text = chat.say("✅ Recorded at %(time)s: class %(class_name)s, all %(whole)d present.", **values)
    elif len(reasons) == 1 and len(found) > 1 and Reason.UNKNOWN not in reasons:
        text = chat.say(
            "✅ Recorded at %(time)s: class %(class_name)s, %(n)d absent, all for this: %(reason)s.",
            reason=wording.reason(chat, found[0].reason),
            **values,
        )
    else:
        text = chat.say("✅ Recorded at %(time)s: class %(class_name)s, %(n)d absent.", **values)
    following, choices = attendance_next.lines(chat, register)
    if Reason.UNKNOWN in reasons:
        following.append(chat.say("You can correct it at any time today."))
    if found:
        following += attendance_next.taught(chat, str(values["class_name"]))
    if register.half == Half.MORNING and morning.take_along(chat.work):
        following, choices = attendance_next.with_list(chat, following, choices)
    return Outgoing("\n".join([text, *following]), (*choices, fix_choice(chat, register)))


def _later_receipt(chat: Chat, register: Register, values: dict[str, Any]) -> str:
    """`✅ Đã ghi lúc 13:50: chiều nay lớp 6A vắng 3 em.`"""
    half = chat.say(wording.HALVES[Half(register.half)])
    if values["n"]:
        sentence = N_("✅ Recorded at %(time)s for this %(half)s: class %(class_name)s, %(n)d absent.")
    elif register.half == Half.EVENING:
        sentence = N_("✅ Recorded at %(time)s for this %(half)s: class %(class_name)s, all %(whole)d boarders there.")
    else:
        sentence = N_("✅ Recorded at %(time)s for this %(half)s: class %(class_name)s, all %(whole)d present.")
    return chat.say(sentence, half=half, **values)


def fix_choice(chat: Chat, register: Register) -> Choice:
    """The way to correct what was just recorded."""
    return wording.change(chat, chat.to("attendance", f"fix.{register.id}"))


def remind(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """The morning question, as a push: all present is one tap."""
    return morning_question(chat, task.subject_id, task.occurrence)


def ask_again(chat: Chat, notice: Notice) -> Outgoing | None:
    """The same, a quarter of an hour later, because the teacher wished so."""
    return morning_question(chat, notice.subject_id, str(notice.facts["occurrence"]))


def morning_question(chat: Chat, class_id: int, occurrence: str) -> Outgoing | None:
    """`occurrence` is the session: `2024-03-20.morning`. Nothing is asked of one that was closed meanwhile."""
    school_class = places.school_class(chat.session, class_id)
    day, _, half = occurrence.partition(".")
    if school_class is None or Half(half) not in school_days.sessions(chat.work, class_id, date.fromisoformat(day)):
        return None
    n = pupils.roll_size(chat.session, school_class.id, boarders_only=half == Half.EVENING)
    text = chat.say(QUESTIONS[Half(half)], class_name=school_class.name, n=n)
    to = f"{school_class.id}.{day}.{half}"
    return chat.menu_of(
        text,
        (chat.to("attendance", f"{to}.all"), chat.say("All %(n)d present", n=n)),
        (chat.to("attendance", f"{to}.some"), chat.say("Somebody is absent")),
        (chat.to("attendance", f"{to}.later"), chat.say("Ask again in 15 minutes")),
        plain="\n".join([text, chat.say(AT_ONCE)]) if attendance_next.offers_line(chat) else "",
    )


def title(chat: Chat) -> str:
    name = chosen(chat).school_class.name if chat.draft.get("class") else ""
    return (
        chat.say("The absence report of class %(class_name)s", class_name=name)
        if name
        else chat.say("The absence report")
    )


ATTENDANCE = Conversation(
    name="attendance",
    title=title,
    command="baovang",
    words=("báo vắng", "vắng", "report absences"),
    may="attendance.report",
    instead="seen_at_home",
    opens=opening,
    fast=fast,
    steps=(
        Step("class", which_class, when=lambda chat: not chat.draft.get("class")),
        Step("absent", who),
        Step("which", which_of_same_name, each=unsure),
        Step("alike", all_alike, when=has_reason_at_end),
        Step("why", why, when=needs_reason),
        Step("one", why_one, when=asks_each, each=reasons_to_ask),
        Step("excused", excused, when=lambda chat: bool(chat.draft.get("~ask.excused")) and bool(absent(chat))),
        Step("check", summary),
    ),
    finish=record,
    help=N_("Report who is absent: pick the names, or type for example: absent 6A: An, Bình ill"),
)
# Where a channel counts messages, the flow opens with this line for whoever has used it (voice.md §3.7).
AT_ONCE = N_("If so, type names and reasons at once, for example: absent An ill, Bình fields")
QUESTIONS = {
    Half.MORNING: N_(
        "Good morning, %(you)s %(name)s. Is anybody of class %(class_name)s (%(n)d pupils) absent this morning?"
    ),
    Half.AFTERNOON: N_(
        "Good afternoon, %(you)s %(name)s. Is anybody of class %(class_name)s (%(n)d pupils) absent this afternoon?"
    ),
    Half.EVENING: N_(
        "Good evening, %(you)s %(name)s. Is any of the %(n)d boarders of class %(class_name)s not at school yet?"
    ),
}
REMINDERS = {"attendance.report": remind}
NOTICES = {"attendance.asked_again": ask_again}
