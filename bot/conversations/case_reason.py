"""A case's reason from somebody who knows the family, and the teacher's short note once the pupil is back."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations.advice_words import LABELS
from bot.conversations.cases_words import values, who
from bot.conversations.visits_news import REASONS, small
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Ask, Choose, Misread, Option
from bot.messages import Outgoing
from bot.parsing import clean
from bot.rules import advice, cases, people, reasons
from bot.rules import case_events as events
from bot.rules.reasons import Why
from bot.rules.work import Refused
from storage import cases as stored
from storage.cases import Case

NOTE_AT_MOST = 500


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """`5` asks for the reason of a case; `see.5` shows what somebody said."""
    act, _, number = argument.rpartition(".")
    if not number.isdigit() or act not in ("", "see"):
        raise Refused("outside_scope")
    if act == "see":
        return seen(chat, int(number))
    return {"case": cases.require(chat.work, int(number)).id}


def case_of(chat: Chat) -> Case:
    return cases.require(chat.work, int(chat.draft["case"]))


def why(chat: Chat) -> Choose:
    case = case_of(chat)
    options = [Option(code, chat.say(label)) for code, label in REASONS.items()]
    return Choose(
        chat.say("Why does %(pupil)s, class %(class_name)s, stay away?", **values(chat, case.pupil_id)),
        options,
        hint=chat.say("Please type a number from 1 to %(last)d. For work at home, type: 1", last=len(options)),
        back=True,
    )


def record(chat: Chat) -> Reply:
    """The reason stands on the file, and the teacher hears that it is known."""
    code = str(chat.draft["why"])
    case = cases.learn_reason(chat.work, int(chat.draft["case"]), code)
    teacher = who(chat, cases.teacher_id_of(chat.work, case.pupil_id))
    first = chat.say("✅ Recorded. Thank you, %(you)s.")
    if teacher and cases.teacher_id_of(chat.work, case.pupil_id) != chat.me.id:
        first += "\n" + chat.say("Ra Lớp tells %(teacher)s.", teacher=teacher)
    return chat.menu_of(
        first,
        (chat.to("visits", f"pupil.{case.pupil_id}"), chat.say("Report a home visit")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


def seen(chat: Chat, case_id: int) -> Outgoing:
    """What was said, to those who may see the file; a private matter is told by whoever heard it."""
    case = cases.look(chat.work, case_id)
    told = [one for one in stored.events(chat.scope, chat.session, case.id) if one.kind == events.REASON]
    pupil = values(chat, case.pupil_id)
    if not told or case.reason == Why.PRIVATE or advice.is_hidden(chat.work, case):
        teller = who(chat, case.reason_by or (told[-1].actor_id if told else None))
        text = chat.say(
            "It is a private matter of %(pupil)s, class %(class_name)s. Please ask %(who)s.", who=teller, **pupil
        )
    else:
        label = LABELS.get(reasons.known(case.reason), LABELS[Why.OTHER])
        text = chat.say(
            "%(pupil)s, class %(class_name)s, stays away: %(reason)s.", reason=small(chat.say(label)), **pupil
        )
    options = [(chat.to("cases", f"see.{case.id}"), chat.say("See the file"))]
    if case.closed_at is None and people.may(chat.work, "cases.reason"):
        options.append((chat.to("case_why", str(case.id)), chat.say("Write down the reason")))
    return replace(chat.menu_of(text, *options), is_private=True)


CASE_REASON = Conversation(
    name="case_reason",
    title=lambda chat: chat.say("The reason of an absence"),
    may="visits.report",
    opens=opening,
    steps=(Step("why", why),),
    finish=record,
)


# The teacher's note


def note_opening(chat: Chat, argument: str) -> Draft | Reply:
    if not argument.isdigit():
        raise Refused("outside_scope")
    return {"case": cases.require(chat.work, int(argument)).id}


def note(chat: Chat) -> Ask:
    case = case_of(chat)
    return Ask(
        chat.say(
            "%(pupil)s, class %(class_name)s, has been in class for %(n)d days. How is it going? A few words will do.",
            n=case.watch_days,
            **values(chat, case.pupil_id),
        ),
        _read_note,
        hint=chat.say("Please type a few words. For example: learns well, still needs a raincoat"),
        skip=True,
    )


def _read_note(chat: Chat, text: str) -> str:
    tidy = clean(text).strip()[:NOTE_AT_MOST]
    if not tidy:
        raise Misread(chat.say("Please type a few words. For example: learns well, still needs a raincoat"))
    return tidy


def note_record(chat: Chat) -> Reply:
    case = cases.write_note(chat.work, int(chat.draft["case"]), str(chat.answer("note") or ""))
    text = chat.say("✅ Recorded. Thank you, %(you)s, for keeping an eye on %(pupil)s.", **values(chat, case.pupil_id))
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


CASE_NOTE = Conversation(
    name="case_note",
    title=lambda chat: chat.say("The note on a pupil who is back"),
    may="cases.manage",
    opens=note_opening,
    steps=(Step("note", note),),
    finish=note_record,
)
