"""A correction in one line: `Bình 6A đến rồi` (voice.md V05)."""

from __future__ import annotations

import re

from bot.conversations import wording
from bot.conversations.attendance_line import fits
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Choose, Option
from bot.i18n import N_
from bot.messages import Outgoing
from bot.parsing import clean_line, find_class, fold, given_name
from bot.rules import attendance, people
from bot.rules.work import Refused
from storage import attendance as stored
from storage import places, pupils
from storage.attendance import Half, Mark, Register

CAME = re.compile(r"\s*\b(den roi|den lop roi|co mat|di hoc roi|den muon|has come|is here)\b.*$")


def fast(chat: Chat, text: str) -> Draft | Reply | None:
    """A pupil who is recorded absent this morning, and words for "has come"."""
    line = clean_line(text)
    found = CAME.search(fold(line))
    if found is None:
        return None
    own = {
        one.name: one
        for one in (places.school_class(chat.session, key) for key in attendance.reportable_classes(chat.work))
        if one is not None
    }
    named = find_class(line[: found.start()], list(own))
    name, rest = named if named is not None else ("", line[: found.start()])
    classes = [own[name]] if name else list(own.values())
    for school_class in classes:
        register = _last(chat, school_class.id)
        if register is None:
            continue
        away = [pupil for row, pupil in stored.absences(chat.scope, chat.session, register.id) if row.mark != Mark.LATE]
        fitting = fits(rest.strip(" ,:"), away)
        if fitting:
            return {"register": register.id, "candidates": [pupil.id for pupil in fitting]}
    return None


def _last(chat: Chat, class_id: int) -> Register | None:
    """The last session of today that was reported."""
    found = (stored.register(chat.scope, chat.session, class_id, chat.today, half) for half in reversed(Half))
    return next((register for register in found if register is not None), None)


def which(chat: Chat) -> Choose:
    """Two of that name are absent."""
    listed = pupils.listed(chat.scope, chat.session, pupil_ids=chat.draft["candidates"])
    options = [
        Option(str(one.pupil.id), chat.say("%(name)s, %(village)s", name=one.pupil.name, village=one.village))
        for one in listed
    ]
    return Choose(chat.say("Which pupil has come?"), options, required=True)


def pupil_id(chat: Chat) -> int:
    candidates = chat.draft["candidates"]
    return int(chat.answer("which") or candidates[0])


def change(chat: Chat) -> Choose:
    """Late, present after all, or as it is."""
    register = current(chat)
    row, pupil = next(
        (row, pupil)
        for row, pupil in stored.absences(chat.scope, chat.session, register.id)
        if pupil.id == pupil_id(chat)
    )
    school_class = places.school_class(chat.session, register.class_id)
    return Choose(
        chat.say(
            STANDS[Half(register.half)],
            name=pupil.name,
            class_name=school_class.name if school_class is not None else "",
            reason=wording.reason(chat, row.reason),
        ),
        [
            Option("late", chat.say("Came late")),
            Option("present", chat.say("Present, it was a slip")),
            Option("keep", chat.say("Leave the entry as it is")),
        ],
        required=True,
    )


def current(chat: Chat) -> Register:
    """The register as it stands now."""
    named = stored.register_by_id(chat.scope, chat.session, int(chat.draft["register"]))
    if named is None:
        raise Refused("outside_scope")
    found = stored.register(chat.scope, chat.session, named.class_id, named.day, named.half)
    if found is None:
        raise Refused("outside_scope")
    return found


def record(chat: Chat) -> Reply:
    """Records the correction; the old entry stays."""
    answer = chat.answer("change")
    before = current(chat)
    if answer == "keep":
        return chat.menu_of(chat.say("All right, it stays as it was recorded."), (chat.to("menu"), chat.say("Menu")))
    pupil = pupils.get(chat.scope, chat.session, pupil_id(chat))
    register = attendance.correct_one(chat.work, before, pupil_id(chat), came_late=answer == "late")
    return _receipt(chat, before, register, given_name(pupil.name if pupil is not None else ""), answer)


def _receipt(chat: Chat, before: Register, register: Register, given: str, answer: str) -> Outgoing:
    school_class = places.school_class(chat.session, register.class_id)
    away = [
        given_name(pupil.name)
        for row, pupil in stored.absences(chat.scope, chat.session, register.id)
        if row.mark != Mark.LATE
    ]
    values = {"time": chat.reader.clock(chat.work.now), "given": given}
    text = (
        chat.say("✅ Corrected at %(time)s: %(given)s came late.", **values)
        if answer == "late"
        else chat.say("✅ Corrected at %(time)s: %(given)s is present.", **values)
    )
    name = school_class.name if school_class is not None else ""
    if away:
        still = chat.say_n(
            "Class %(class_name)s still has %(n)d absent: %(names)s.",
            "Class %(class_name)s still has %(n)d absent: %(names)s.",
            len(away),
            class_name=name,
            names=wording.all_of(away),
        )
    else:
        still = chat.say("Class %(class_name)s: all present now.", class_name=name)
    lines = [f"{text} {still}"]
    kept = chat.say("The entry of %(time)s is kept.", time=chat.reader.clock(before.reported_at))
    heads = people.with_role_at_school(chat.work, school_class.school_id) if school_class is not None else []
    if heads:
        kept = chat.say("%(head)s sees the new figure.", head=wording.school_head(chat, heads[0])) + " " + kept
    fix = wording.change(chat, chat.to("attendance", f"fix.{register.id}"), chat.say("Go on correcting"))
    return Outgoing("\n".join([*lines, kept]), (fix,))


STANDS = {
    Half.MORNING: N_("This morning %(name)s (%(class_name)s) stands as absent, %(reason)s. What shall it be?"),
    Half.AFTERNOON: N_("This afternoon %(name)s (%(class_name)s) stands as absent, %(reason)s. What shall it be?"),
    Half.EVENING: N_("This evening %(name)s (%(class_name)s) stands as absent, %(reason)s. What shall it be?"),
}
CORRECTION = Conversation(
    name="correction",
    title=lambda chat: chat.say("The correction"),
    may="attendance.report",
    fast=fast,
    steps=(
        Step("which", which, when=lambda chat: len(chat.draft["candidates"]) > 1),
        Step("change", change),
    ),
    finish=record,
)
