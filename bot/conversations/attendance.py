"""/baovang: who is not in class in this session, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.conversations import wording
from bot.conversations.attendance_line import read_line, split_class
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Answer, Choose, Confirm, Misread, Named, Option, Outcome, Tick
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.parsing import class_name as class_label
from bot.parsing import fold, given_name
from bot.rules import attendance
from bot.rules.attendance import MARK_OF, Line
from bot.rules.tasks import Moment, Task
from bot.rules.work import Notice, Refused
from storage import attendance as stored
from storage import places, pupils
from storage.attendance import Half, Mark, Reason, Register
from storage.places import SchoolClass
from storage.pupils import Pupil

EACH = "each"
QUARTER = timedelta(minutes=15)
COMMON = (
    (Reason.ILL, N_("All ill")),
    (Reason.FIELDS, N_("All in the fields, helping at home")),
    (Reason.DISTANCE, N_("All because of distance, rain or flood")),
    (Reason.FAMILY, N_("Family matters for all")),
)
ALSO = {
    Reason.ILL: N_("Ill too"),
    Reason.FIELDS: N_("In the fields too, helping at home"),
    Reason.DISTANCE: N_("Far, rain or flood too"),
    Reason.FAMILY: N_("Family matters too"),
    Reason.UNKNOWN: N_("Not known either"),
    Reason.OTHER: N_("Another reason too"),
}
CAUSES = tuple(wording.REASONS)


@dataclass(frozen=True)
class Session:
    """The class, day and half-day that the draft speaks of."""

    school_class: SchoolClass
    day: date
    half: Half


def chosen(chat: Chat) -> Session:
    """What is being reported; the day is the one on which the message was written."""
    school_class = places.school_class(chat.session, int(chat.draft["class"]))
    if school_class is None:
        raise Refused("outside_scope")
    return Session(school_class, date.fromisoformat(chat.draft["day"]), Half(chat.draft["half"]))


def roll(chat: Chat) -> Sequence[Pupil]:
    """The pupils of the chosen class, in register order."""
    class_id = int(chat.draft["class"])
    return chat.once(("roll", class_id), lambda: pupils.of_class(chat.scope, chat.session, class_id))


def absent(chat: Chat) -> list[Pupil]:
    """Those who are absent, in register order; who of two was meant is known by now."""
    meant = {
        int(chat.draft[f"which.{name}"])
        for name in unsure(chat)
        if chat.draft.get(f"which.{name}", "").isdigit()
    }
    both = {
        key
        for name in unsure(chat)
        if chat.draft.get(f"which.{name}") == "all"
        for key in chat.draft["~unsure"][name]
    }
    wanted = set(chat.answer("absent", [])) | meant | both
    return [pupil for pupil in roll(chat) if pupil.id in wanted]


def unsure(chat: Chat) -> list[str]:
    """Typed names that fit several pupils of the class."""
    return sorted(chat.draft.get("~unsure", {}))


def header(chat: Chat) -> str:
    """`Lớp 6A, sáng thứ 4, 20/3`."""
    session = chosen(chat)
    return chat.say(
        "Class %(class_name)s, %(half)s of %(day)s",
        class_name=session.school_class.name,
        half=chat.say(wording.HALVES[session.half]),
        day=chat.reader.day(session.day),
    )


def own_classes(chat: Chat) -> list[SchoolClass]:
    """The classes whose register this person may report."""
    ids = chat.once("own classes", lambda: attendance.reportable_classes(chat.work))
    return [one for one in (places.school_class(chat.session, class_id) for class_id in ids) if one is not None]


# Questions


def which_class(chat: Chat) -> Choose:
    """A teacher of several classes, or a school; any class can also be typed."""
    known = own_classes(chat)

    def typed(chat: Chat, text: str) -> str:
        wanted = fold(class_label(text) or text)
        for one in known:
            if fold(one.name) == wanted:
                return str(one.id)
        raise Misread(chat.say("Which class? For example: 6A"))

    day, half = chat.draft["day"], chat.draft["half"]
    reported = stored.reported_classes(chat.session, date.fromisoformat(day), half, {one.id for one in known})
    waiting = [one for one in known if one.id not in reported]
    options = [Option(str(one.id), one.name, is_short=True) for one in (waiting or known)[:8]]
    return Choose(
        chat.say("Which class?"),
        options,
        hint=chat.say("Which class? For example: 6A"),
        free=typed,
        valid=lambda _, answer: answer in {str(one.id) for one in known},
        back=True,
        required=True,
    )


def who(chat: Chat) -> Tick:
    """Several pupils or none: a class with nobody absent is a report too."""
    entries = [Named(pupil.id, pupil.name, (pupil.name, given_name(pupil.name))) for pupil in roll(chat)]
    asked = bool(chat.draft.get("~asked"))
    question = chat.say("Who is absent? Tap each name and then Done, or type the names.")
    return Tick(
        "absent",
        question if asked else chat.say("%(header)s.\n%(question)s", header=header(chat), question=question),
        entries,
        done=lambda n: chat.say_n("Done: %(n)d pupil", "Done: %(n)d pupils", n),
        plain=chat.say(
            "%(header)s. Who is absent?\nType the numbers, for example: 1 3 4\nIf all are present, type: all present",
            header=header(chat),
        ),
        none="" if asked else chat.say("All %(n)d present", n=len(entries)),
        hint=chat.say(
            "Who is absent? Type the names or numbers, for example: 1 3 4. If all are present, type: all present"
        ),
        read_line=typed_names,
    )


def typed_names(chat: Chat, text: str, entries: Sequence[Named]) -> Outcome:
    """Names typed into the open list, with or without reasons."""
    found = read_line(text, roll(chat))
    if found is None:
        raise Misread(
            chat.say(
                "Nobody in class %(class_name)s is called %(text)s. Type the names or numbers, for example: 1 3 4",
                class_name=chosen(chat).school_class.name,
                text=text,
            )
        )
    also = {name: value for name, value in found.items() if name != "absent"}
    return Answer(found["absent"], also)


def which_of_same_name(chat: Chat, name: str) -> Choose:
    """Two children of one class are called alike: which one is not guessed."""
    listed = pupils.listed(chat.scope, chat.session, pupil_ids=chat.draft["~unsure"][name])
    options = [
        Option(str(one.pupil.id), chat.say("%(name)s, %(village)s", name=one.pupil.name, village=one.village))
        for one in listed
    ]
    text = chat.say_n(
        "Class %(class_name)s has %(n)d pupil called %(given)s. Who is absent?",
        "Class %(class_name)s has %(n)d pupils called %(given)s. Who is absent?",
        len(options),
        class_name=chosen(chat).school_class.name,
        given=name,
    )
    all_of_them = chat.say("Both") if len(options) == 2 else chat.say("All of them")
    return Choose(text, [*options, Option("all", all_of_them)], required=True)


def all_alike(chat: Chat) -> Choose:
    """One reason stood at the end of the line: is it everybody's, or only the last one's?"""
    reason = Reason(chat.draft["~last_reason"])
    last = next(pupil for pupil in absent(chat) if pupil.id == last_named(chat))
    n = len(absent(chat))
    short_reason = wording.reason(chat, reason)
    return Choose(
        chat.say("Are all %(n)d of them absent for this: %(reason)s?", n=n, reason=short_reason),
        [
            Option("all", chat.say("All %(n)d: %(reason)s", n=n, reason=short_reason)),
            Option(
                "last",
                chat.say_n(
                    "Only %(given)s: %(reason)s, the other is not known yet",
                    "Only %(given)s: %(reason)s, the other %(count)s are not known yet",
                    n - 1,
                    count=chat.reader.in_words(n - 1),
                    given=given_name(last.name),
                    reason=short_reason,
                ),
            ),
        ],
        required=True,
    )


def last_named(chat: Chat) -> int:
    """The pupil that the reason stood behind."""
    named = chat.draft["~last"]
    if isinstance(named, int):
        return named
    return int(chat.draft.get(f"which.{named}", 0) or 0)


def why(chat: Chat) -> Choose:
    """One reason for all who have none yet, or one for each."""
    missing = without_reason(chat)
    if len(missing) == 1:
        return _one_reason(chat, missing[0], "", back=True)
    options = [Option(reason, chat.say(label)) for reason, label in COMMON]
    options += [
        Option(Reason.UNKNOWN, chat.say("Not known yet")),
        Option(EACH, chat.say("A reason for each")),
    ]
    names = wording.all_of([pupil.name for pupil in missing])
    if len(missing) < len(absent(chat)):
        return Choose(chat.say("And why are these absent: %(names)s?", names=names), options, back=True)
    plain = chat.say_n(
        "%(n)d absent: %(names)s. Why are they absent?",
        "%(n)d absent: %(names)s. Why are they absent?",
        len(missing),
        names=names,
    )
    return Choose(chat.say("Why are they absent?"), options, plain=plain, back=True)


def why_one(chat: Chat, key: str) -> Choose:
    """The reason of one of several; the one before is offered first, since brothers and neighbours share theirs."""
    missing = absent(chat)
    keys = reasons_to_ask(chat)
    pupil = next(pupil for pupil in missing if str(pupil.id) == key)
    place = keys.index(key)
    before = chat.answer(f"one.{keys[place - 1]}") if place else None
    progress = f" ({place + 1}/{len(keys)})" if len(keys) > 1 else ""
    return _one_reason(chat, pupil, progress, first=before)


def _one_reason(
    chat: Chat, pupil: Pupil, progress: str, *, first: str | None = None, back: bool = False
) -> Choose:
    ordered = [Reason(first), *(r for r in CAUSES if r != first)] if first else list(CAUSES)
    options = [
        Option(reason, chat.say(ALSO[reason] if reason == first else wording.REASONS[reason]))
        for reason in ordered
    ]
    return Choose(
        chat.say("Why is %(pupil)s absent?%(progress)s", pupil=pupil.name, progress=progress),
        options,
        hint=chat.say(
            "The reason is not clear. Please type a number from 1 to %(last)d. For example, if ill, type: 1",
            last=len(options),
        ),
        back=back,
    )


def excused(chat: Chat) -> Tick:
    """Asked only when the teacher wants to change P and K."""
    entries = [Named(pupil.id, pupil.name, (pupil.name, given_name(pupil.name))) for pupil in absent(chat)]
    return Tick(
        "excused",
        chat.say("Who is absent with permission (P)? Those you do not tap are without permission (K)."),
        entries,
        done=lambda n: chat.say_n("Done: %(n)d pupil", "Done: %(n)d pupils", n),
        plain=chat.say(
            "Who is absent with permission (P)? Type the numbers; the others are without permission (K)."
        ),
    )


def summary(chat: Chat) -> Confirm:
    """What will be recorded, before it is."""
    missing, n = lines(chat), len(roll(chat))
    names = {pupil.id: pupil.name for pupil in absent(chat)}
    reasons = {(line.reason, line.mark) for line in missing}
    first = chat.say("%(header)s: %(n)d of %(whole)d absent", header=header(chat), n=len(missing), whole=n)
    if not missing:
        first, rows = chat.say("%(header)s: all %(whole)d present", header=header(chat), whole=n), []
    elif len(reasons) == 1 and len(missing) > 1:
        label = chat.say(wording.REASONS_SHORT[missing[0].reason])
        rows = [
            chat.say(
                "• %(reason)s%(mark)s: %(names)s",
                reason=label[:1].upper() + label[1:],
                mark=wording.mark(chat, missing[0].mark),
                names=wording.all_of([names[line.pupil_id] for line in missing]),
            )
        ]
    else:
        rows = [
            chat.say(
                "• %(name)s: %(reason)s%(mark)s",
                name=names[line.pupil_id],
                reason=wording.reason(chat, line.reason),
                mark=wording.mark(chat, line.mark),
            )
            for line in missing
        ]
    text = "\n".join([chat.say("Please look it over:"), first, *rows])
    changes = [("absent", chat.say("Who is absent"))]
    if missing:
        changes += [("why", chat.say("Reasons")), ("excused", chat.say("With or without permission"))]
    return Confirm(text, changes)


def lines(chat: Chat) -> list[Line]:
    """The register's lines as the answers have them."""
    found = []
    for pupil in absent(chat):
        reason = _reason_of(chat, pupil)
        found.append(Line(pupil.id, reason, _mark_of(chat, pupil, reason), _note_of(chat, pupil)))
    return found


def _reason_of(chat: Chat, pupil: Pupil) -> Reason:
    own = chat.answer(f"one.{pupil.id}") or chat.draft.get("~reasons", {}).get(str(pupil.id))
    if chat.answer("alike") == "all":
        return Reason(chat.draft["~last_reason"])
    if chat.answer("alike") == "last" and pupil.id == last_named(chat):
        return Reason(chat.draft["~last_reason"])
    common = chat.answer("why")
    return Reason(own or (common if common != EACH else None) or Reason.UNKNOWN)


def _mark_of(chat: Chat, pupil: Pupil, reason: Reason) -> Mark:
    if chat.answer("excused") is None:
        kept = chat.draft.get("~marks", {}).get(str(pupil.id))
        return Mark(kept) if kept else MARK_OF[reason]
    return Mark.EXCUSED if pupil.id in chat.answer("excused") else Mark.UNEXCUSED


def _note_of(chat: Chat, pupil: Pupil) -> str:
    return str(chat.draft.get("~notes", {}).get(str(pupil.id), ""))


# When a question is asked


def has_reason_at_end(chat: Chat) -> bool:
    return bool(chat.draft.get("~last_reason")) and len(absent(chat)) > 1


def needs_reason(chat: Chat) -> bool:
    return bool(absent(chat)) and not has_reason_at_end(chat) and bool(without_reason(chat))


def without_reason(chat: Chat) -> list[Pupil]:
    """Absent pupils for whom no reason was typed."""
    typed = chat.draft.get("~reasons", {})
    return [pupil for pupil in absent(chat) if str(pupil.id) not in typed]


def reasons_to_ask(chat: Chat) -> list[str]:
    return [str(pupil.id) for pupil in without_reason(chat)]


def asks_each(chat: Chat) -> bool:
    return needs_reason(chat) and chat.answer("why") == EACH


# Opening, recording


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
    first: Draft = {"day": chat.today.isoformat(), "half": Half.MORNING.value}
    if len(own) == 1 or argument.isdigit():
        first["class"] = argument if argument.isdigit() else str(own[0])
        attendance.require_class(chat.work, int(first["class"]))
        return already(chat, first) or first
    return first


def asked(chat: Chat, class_id: str, day: str, half: str, act: str) -> Draft | Reply:
    """An answer to the morning question: all present is recorded at once, with the way to correct it."""
    first: Draft = {"class": class_id, "day": day, "half": half, "~asked": True}
    attendance.require_class(chat.work, int(class_id))
    if (there := already(chat, first)) is not None:
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
    chat.work.tell(
        chat.me.id, "attendance.asked_again", class_id, after=QUARTER, always=True, occurrence=occurrence
    )
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
            chat.say(
                "The register can be corrected until the end of its day. For later changes call the school."
            ),
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
        return {"day": chat.today.isoformat(), "half": Half.MORNING.value} if rest == "" else None
    school_class = known[name] if name else next(iter(known.values()))
    first: Draft = {"class": str(school_class.id), "day": chat.today.isoformat(), "half": Half.MORNING.value}
    if (there := already(chat, first)) is not None:
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
    register = attendance.report(
        chat.work, session.school_class.id, session.day, session.half, found, base=base
    )
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
    if not found:
        text = chat.say("✅ Recorded at %(time)s: class %(class_name)s, all %(whole)d present.", **values)
    elif len(reasons) == 1 and len(found) > 1 and Reason.UNKNOWN not in reasons:
        text = chat.say(
            "✅ Recorded at %(time)s: class %(class_name)s, %(n)d absent, all for this: %(reason)s.",
            reason=wording.reason(chat, found[0].reason),
            **values,
        )
    else:
        text = chat.say("✅ Recorded at %(time)s: class %(class_name)s, %(n)d absent.", **values)
    if Reason.UNKNOWN in reasons:
        text += "\n" + chat.say("You can correct it at any time today.")
    return Outgoing(text, (fix_choice(chat, register),))


def fix_choice(chat: Chat, register: Register) -> Choice:
    """The way to correct what was just recorded."""
    return Choice(
        chat.to("attendance", f"fix.{register.id}"),
        chat.say("Change"),
        mark="↩️",
        typed=chat.say("To correct it, type: change"),
    )


def remind(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """The morning question, as a push: all present is one tap."""
    return morning_question(chat, task.subject_id, task.occurrence)


def ask_again(chat: Chat, notice: Notice) -> Outgoing | None:
    """The same, a quarter of an hour later, because the teacher wished so."""
    return morning_question(chat, notice.subject_id, str(notice.facts["occurrence"]))


def morning_question(chat: Chat, class_id: int, occurrence: str) -> Outgoing | None:
    """`occurrence` is the session: `2024-03-20.morning`."""
    school_class = places.school_class(chat.session, class_id)
    day, _, half = occurrence.partition(".")
    if school_class is None:
        return None
    n = pupils.roll_size(chat.session, school_class.id)
    text = chat.say(
        "Good morning, %(you)s %(name)s. Is anybody of class %(class_name)s (%(n)d pupils) absent this morning?",
        class_name=school_class.name,
        n=n,
    )
    to = f"{school_class.id}.{day}.{half}"
    return chat.menu_of(
        text,
        (chat.to("attendance", f"{to}.all"), chat.say("All %(n)d present", n=n)),
        (chat.to("attendance", f"{to}.some"), chat.say("Somebody is absent")),
        (chat.to("attendance", f"{to}.later"), chat.say("Ask again in 15 minutes")),
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
    opens=opening,
    fast=fast,
    steps=(
        Step("class", which_class, when=lambda chat: not chat.draft.get("class")),
        Step("absent", who),
        Step("which", which_of_same_name, each=unsure),
        Step("alike", all_alike, when=has_reason_at_end),
        Step("why", why, when=needs_reason),
        Step("one", why_one, when=asks_each, each=reasons_to_ask),
        Step(
            "excused", excused, when=lambda chat: bool(chat.draft.get("~ask.excused")) and bool(absent(chat))
        ),
        Step("check", summary),
    ),
    finish=record,
    help=N_("Report who is absent: pick the names, or type for example: absent 6A: An, Bình ill"),
)

REMINDERS = {"attendance.report": remind}
NOTICES = {"attendance.asked_again": ask_again}
