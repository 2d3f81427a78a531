"""A promise on its day: what the roll says, and what the visitor is asked when it says nothing or no."""

from __future__ import annotations

import dataclasses

from bot.conversations import tasks
from bot.conversations.cases_words import values
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.messages import Brief, Choice, Outgoing
from bot.rules import promises
from bot.rules.tasks import Moment, Task
from bot.rules.work import Notice, Refused
from storage import promises as stored
from storage.promises import Promise, Said


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """`5` asks about a promise, `back.5`, `away.5`, `unsure.5` answer; `call.5` asks the teacher to telephone."""
    act, _, number = argument.rpartition(".")
    if not number.isdigit() or act not in ACTS:
        raise Refused("outside_scope")
    return ACTS[act](chat, int(number))


def _promise(chat: Chat, promise_id: int) -> Promise:
    promise = stored.get(chat.scope, chat.session, promise_id)
    if promise is None:
        raise Refused("outside_scope")
    return promise


def asked(chat: Chat, promise_id: int) -> Outgoing:
    """`Em Nghĩa hẹn hôm nay đi học lại. Em đi chưa ạ?` (voice.md V13)"""
    promise = _promise(chat, promise_id)
    text = chat.say(
        "%(pupil)s promised to be back at school today. Is it so?",
        **values(chat, promise.pupil_id),
    )
    return chat.menu_of(
        text,
        (chat.to("promises", f"back.{promise.id}"), chat.say("Has come")),
        (chat.to("promises", f"away.{promise.id}"), chat.say("Not yet")),
        (chat.to("promises", f"unsure.{promise.id}"), chat.say("I do not know yet")),
    )


def is_back(chat: Chat, promise_id: int) -> Outgoing:
    promise = promises.answer(chat.work, promise_id, Said.BACK)
    text = chat.say(
        "Thank you, %(you)s. When the class has been called, Ra Lớp looks whether %(pupil)s is there.",
        **values(chat, promise.pupil_id),
    )
    return _on(chat, text)


def is_away(chat: Chat, promise_id: int) -> Outgoing:
    promise = promises.answer(chat.work, promise_id, Said.AWAY)
    return _what_now(chat, promise, chat.say("What shall be done for %(pupil)s?", **values(chat, promise.pupil_id)))


def is_unsure(chat: Chat, promise_id: int) -> Outgoing:
    """`Dạ, cô giáo điểm danh xong Ra Lớp báo bác.`"""
    promises.answer(chat.work, promise_id, Said.UNSURE)
    found = tasks.left(chat)
    if not found:
        return _on(chat, chat.say("Yes. When the teacher has called the class, Ra Lớp tells %(you)s."))
    text = chat.say_n(
        "Yes. When the teacher has called the class, Ra Lớp tells %(you)s. %(n)d task is left:",
        "Yes. When the teacher has called the class, Ra Lớp tells %(you)s. %(n)d tasks are left:",
        len(found),
    )
    return chat.menu_of(text, *found[: tasks.AT_MOST])


def comes_again(chat: Chat, promise_id: int) -> Outgoing:
    """`Tôi ghé lại hôm nay`."""
    promise = promises.answer(chat.work, promise_id, Said.AWAY)
    text = chat.say(
        "✅ Recorded: %(you)s goes to the home of %(pupil)s again today. Thank you.", **values(chat, promise.pupil_id)
    )
    return chat.menu_of(
        text,
        (chat.to("visits", f"pupil.{promise.pupil_id}"), chat.say("Report the visit")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


def asks_teacher(chat: Chat, promise_id: int) -> Outgoing:
    """`Nhờ cô giáo gọi`."""
    promise = promises.ask_teacher(chat.work, promise_id)
    pupil = values(chat, promise.pupil_id)
    return _on(chat, chat.say("✅ Ra Lớp asks the teacher to telephone the family of %(pupil)s.", **pupil))


def _what_now(chat: Chat, promise: Promise, text: str) -> Outgoing:
    return chat.menu_of(
        text,
        (chat.to("promises", f"again.{promise.id}"), chat.say("I go there again today")),
        (chat.to("promises", f"call.{promise.id}"), chat.say("Ask the teacher to telephone")),
        (chat.to("case_reason", str(promise.case_id)), chat.say("I know the reason")),
    )


def _on(chat: Chat, text: str) -> Outgoing:
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")))


def remind(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """10:30 and the class has not been called: the visitor is asked."""
    promise = stored.get(chat.scope, chat.session, task.subject_id)
    return asked(chat, promise.id) if promise is not None else None


def kept(chat: Chat, notice: Notice) -> Outgoing | None:
    """`Tin vui: sáng nay em Chi, lớp 6A, đã đi học. Cảm ơn bác.`"""
    promise = stored.get(chat.scope, chat.session, notice.subject_id)
    if promise is None or promise.kept != stored.YES:
        return None
    text = chat.say(
        "Good news: this morning %(pupil)s, class %(class_name)s, came to school. Thank you, %(you)s.",
        **values(chat, promise.pupil_id),
    )
    return _on(chat, text)


def broken(chat: Chat, notice: Notice) -> Outgoing | None:
    """`Sáng nay em Chi chưa đến lớp. Bác biết vì sao không ạ?`"""
    promise = stored.get(chat.scope, chat.session, notice.subject_id)
    if promise is None or promise.kept != stored.NO:
        return None
    text = chat.say(
        "This morning %(pupil)s has not come to school yet. Does %(you)s know why?",
        **values(chat, promise.pupil_id),
    )
    pupil = values(chat, promise.pupil_id)
    line = chat.say("This morning %(pupil)s, class %(class_name)s, has not come to school yet.", **pupil)
    see = Choice(chat.to("promises", f"now.{promise.id}"), chat.say("See %(pupil)s, class %(class_name)s", **pupil))
    return dataclasses.replace(_what_now(chat, promise, text), brief=Brief(line, see))


def what_now(chat: Chat, promise_id: int) -> Outgoing:
    """The same question, from a message that told of several things."""
    promise = _promise(chat, promise_id)
    pupil = values(chat, promise.pupil_id)
    return _what_now(chat, promise, chat.say("What shall be done for %(pupil)s?", **pupil))


ACTS = {
    "": asked,
    "back": is_back,
    "away": is_away,
    "unsure": is_unsure,
    "again": comes_again,
    "call": asks_teacher,
    "now": what_now,
}

PROMISES = Conversation(
    name="promises", title=lambda chat: chat.say("The promise of a family"), may="visits.report", opens=opening
)
NOTICES = {"promises.kept": kept, "promises.broken": broken}
REMINDERS = {"promises.check": remind}
