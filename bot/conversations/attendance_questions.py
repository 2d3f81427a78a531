"""The questions of an absence report: which class, who, which of two, why, and the summary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.conversations import attendance_next, wording
from bot.conversations.attendance_draft import (
    EACH,
    absent,
    chosen,
    header,
    last_named,
    lines,
    own_classes,
    reasons_to_ask,
    roll,
    without_reason,
)
from bot.conversations.attendance_line import read_line
from bot.dialogue.conversation import Chat
from bot.dialogue.questions import Answer, Choose, Confirm, Misread, Named, Option, Outcome, Tick, as_shown
from bot.i18n import N_
from bot.parsing import class_name as class_label
from bot.parsing import fold, given_name
from bot.reports.code_words import REASONS, REASONS_SHORT
from bot.rules import school_days
from storage import attendance as stored
from storage import pupils
from storage.attendance import Reason
from storage.places import SchoolClass
from storage.pupils import Pupil

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
NUMBERS = N_("%(header)s. Who is absent?\nType the numbers, for example: 1 3 4\nIf all are present, type: all present")
# Where a channel counts messages, the reasons come along.
NUMBERS_AT_ONCE = N_(
    "%(header)s. Who is absent?\nType numbers and reasons, for example: 1 ill, 3 4 fields\n"
    "If all are present, type: all present"
)
CAUSES = tuple(REASONS)


def which_class(chat: Chat) -> Choose:
    """A teacher of several classes, or a school; any class can also be typed."""
    known = _with_session(chat) or own_classes(chat)

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


def _with_session(chat: Chat) -> list[SchoolClass]:
    """Those of one's classes that have the session in question."""
    day, half = date.fromisoformat(chat.draft["day"]), chat.draft["half"]
    own = own_classes(chat)
    held = chat.once(("held", day), lambda: school_days.starts_of(chat.work, [one.id for one in own], day))
    return [one for one in own if half in held[one.id]]


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
        plain=chat.say(NUMBERS_AT_ONCE if attendance_next.offers_line(chat) else NUMBERS, header=header(chat)),
        none="" if asked else chat.say("All %(n)d present", n=len(entries)),
        hint=chat.say(
            "Who is absent? Type the names or numbers, for example: 1 3 4. If all are present, type: all present"
        ),
        read_line=typed_names,
    )


def typed_names(chat: Chat, text: str, entries: Sequence[Named]) -> Outcome:
    """Names or numbers typed into the open list, with or without reasons: `1 ốm, 3 4 rẫy`."""
    found = read_line(text, roll(chat), as_shown(chat, entries))
    if found is None:
        raise Misread(
            chat.say(
                "Nobody in class %(class_name)s is called %(text)s. Type the names or numbers, for example: 1 3 4",
                class_name=chosen(chat).school_class.name,
                text=text,
            )
        )
    also = {name: value for name, value in found.items() if name != "absent"}
    if "~reasons" in also or "~last_reason" in also:
        also[attendance_next.AT_ONCE] = True
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


def _one_reason(chat: Chat, pupil: Pupil, progress: str, *, first: str | None = None, back: bool = False) -> Choose:
    ordered = [Reason(first), *(r for r in CAUSES if r != first)] if first else list(CAUSES)
    options = [Option(reason, chat.say(ALSO[reason] if reason == first else REASONS[reason])) for reason in ordered]
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
        plain=chat.say("Who is absent with permission (P)? Type the numbers; the others are without permission (K)."),
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
        label = chat.say(REASONS_SHORT[missing[0].reason])
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
