"""Telephoning a family: whom, why, and what was heard, in two taps; and the absences of the day nobody can explain."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations import wording
from bot.conversations.cases_words import listed, values, who, why
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.messages import Outgoing
from bot.parsing import given_name
from bot.reports.code_words import REASONS
from bot.rules import calls, early_warning
from bot.rules.tasks import Moment, Task
from bot.rules.work import Notice, Refused
from storage import alerts, attendance, places

NAMED_AT_MOST = 6


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """`12`: whom to telephone about a pupil; `spoke.12`, `heard.12.ill`, `silent.12`, `visit.12`."""
    act, _, key = argument.rpartition(".") if argument.isdigit() else argument.partition(".")
    number, _, code = key.partition(".")
    if not number.isdigit() or act not in ACTS:
        raise Refused("outside_scope")
    return heard(chat, int(number), code) if act == "heard" else ACTS[act](chat, int(number))


def asked(chat: Chat, pupil_id: int) -> Outgoing:
    """The family's numbers, and what came of it."""
    found = calls.look(chat.work, pupil_id)
    one = listed(chat, pupil_id)
    if one is None:
        raise Refused("outside_scope")
    alert = calls.reason_to_call(chat.work, pupil_id)
    pupil = {"name": one.pupil.name, "class_name": one.class_name}
    cause = why(chat, alert.rule, alert.facts) if alert is not None else ""
    first = (
        chat.say("%(name)s, class %(class_name)s: %(why)s.", why=cause, **pupil)
        if cause
        else chat.say("%(name)s, class %(class_name)s, is not in class.", **pupil)
    )
    numbers = [wording.phone_line(chat, guardian) for guardian in found]
    last = (
        chat.say("Please telephone. What did the family say?")
        if numbers
        else chat.say("The school has no number of the family. What does %(you)s know?")
    )
    message = chat.menu_of(
        "\n".join([first, *numbers, last]),
        (chat.to("calls", f"spoke.{pupil_id}"), chat.say("I have spoken with them")),
        (chat.to("calls", f"silent.{pupil_id}"), chat.say("Nobody answers")),
        (chat.to("calls", f"visit.{pupil_id}"), chat.say("Ask the village to call at the house")),
    )
    return replace(message, is_private=True)


def spoke(chat: Chat, pupil_id: int) -> Outgoing:
    calls.require(chat.work, pupil_id)
    text = chat.say("Why does %(pupil)s, class %(class_name)s, stay away?", **values(chat, pupil_id))
    options = [(chat.to("calls", f"heard.{pupil_id}.{code}"), chat.say(label)) for code, label in REASONS.items()]
    return chat.menu_of(text, *options)


def heard(chat: Chat, pupil_id: int, code: str) -> Outgoing:
    if code not in REASONS:
        raise Refused("outside_scope")
    calls.log(chat.work, pupil_id, is_reached=True, reason=code)
    return _done(chat, chat.say("✅ Recorded. Thank you for telephoning, %(you)s."))


def silent(chat: Chat, pupil_id: int) -> Outgoing:
    calls.log(chat.work, pupil_id, is_reached=False)
    pupil = values(chat, pupil_id)
    return _done(chat, chat.say("✅ Recorded. If %(pupil)s stays away, Ra Lớp asks the village to go there.", **pupil))


def visit(chat: Chat, pupil_id: int) -> Outgoing:
    case = calls.ask_for_a_visit(chat.work, pupil_id)
    owner = who(chat, case.owner_id)
    pupil = values(chat, pupil_id)
    if owner and case.owner_id != chat.me.id:
        return _done(chat, chat.say("✅ Ra Lớp asks %(who)s to call at the house of %(pupil)s.", who=owner, **pupil))
    return _done(chat, chat.say("✅ Ra Lớp asks for a visit to the house of %(pupil)s.", **pupil))


def _done(chat: Chat, text: str) -> Outgoing:
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


def please_call(chat: Chat, notice: Notice) -> Outgoing | None:
    """`Bác Rớt nhờ cô gọi gia đình em Chi, lớp 6A.`"""
    pupil = values(chat, notice.subject_id)
    if not pupil["pupil"]:
        return None
    asker = who(chat, int(notice.facts.get("by") or 0))
    text = chat.say(
        "%(who)s asks %(you)s to telephone the family of %(pupil)s, class %(class_name)s.",
        who=asker[:1].upper() + asker[1:],
        **pupil,
    )
    return chat.menu_of(text, (chat.to("calls", str(notice.subject_id)), chat.say("Whom to telephone")))


def why_today(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """Once, in the afternoon: the absences of the day whose reason nobody knows (R0)."""
    found = early_warning.unknown_today(chat.work, task.subject_id)
    school_class = places.school_class(chat.session, task.subject_id)
    registers = [
        one
        for one in attendance.registers_of_day(chat.scope, chat.session, chat.work.today)
        if one.class_id == task.subject_id
    ]
    if not found or school_class is None or not registers:
        return None
    named = [values(chat, one.pupil_id)["pupil"] for one in found[:NAMED_AT_MOST]]
    text = chat.say(
        "Class %(class_name)s, absent today and nobody knows why: %(pupils)s. Does %(you)s know by now?",
        class_name=school_class.name,
        pupils=wording.all_of(named),
    )
    return chat.menu_of(
        text,
        (chat.to("attendance", f"fix.{registers[-1].id}"), chat.say("Write the reason")),
        (chat.to("tasks"), chat.say("I do not know yet")),
    )


def task_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Gọi hỏi thăm em Chi, 6A`."""
    alert = alerts.get(chat.scope, chat.session, task.subject_id)
    if alert is None:
        return None
    one = listed(chat, alert.pupil_id)
    if one is None:
        return None
    label = chat.say(
        "Telephone about %(name)s, %(class_name)s", name=given_name(one.pupil.name), class_name=one.class_name
    )
    return chat.to("calls", str(alert.pupil_id)), label


ACTS = {"": asked, "spoke": spoke, "silent": silent, "visit": visit, "heard": asked}

CALLS = Conversation(
    name="calls", title=lambda chat: chat.say("The call to a family"), may="attendance.report", opens=opening
)
NOTICES = {"calls.asked": please_call}
REMINDERS = {"alerts.why": why_today}
