"""Whom to telephone because no message reaches them: the list of the day, and chats that are closed for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.dialogue.questions import MORE_NUMBER
from bot.messages import Brief, Choice, Outgoing
from bot.parsing import given_name
from bot.rules import closed_chats, unreached
from bot.rules.tasks import Moment, Task
from bot.rules.unreached import About, Unreached
from storage import cases, people, places, promises, pupils
from storage.people import Person

A_PAGE = 7  # lines, each with its choice; the eighth stands for all of them


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The list (`7`: from the eighth on); `all.7`, `called.12`, `gone.12`."""
    what, _, key = argument.partition(".")
    if what == "called" and key.isdecimal():
        return called(chat, [int(key)])
    if what == "all":
        start = int(key) if key.isdecimal() else 0
        page = unreached.to_call(chat.work, chat.me.id)[start : start + A_PAGE]
        return called(chat, [one.person.id for one in page])
    if what == "gone" and key.isdecimal():
        return gone(chat, closed_chats.look(chat.work, int(key)))
    return listed(chat, int(what) if what.isdecimal() else 0)


def listed(chat: Chat, start: int = 0, above: str = "") -> Outgoing:
    """`Hôm nay tin nhắn chưa tới 3 người. Chị gọi giúp ạ:`, each with the number and what about."""
    found = unreached.look(chat.work)
    start = start if start < len(found) else 0
    page = found[start : start + A_PAGE]
    if not page:
        text = chat.say("Nobody needs to be telephoned now.")
        text = f"{above}\n{text}" if above else text
        return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))
    head = chat.say_n(
        "No message has reached %(n)d person today. Please telephone:",
        "No message has reached %(n)d people today. Please telephone:",
        len(found),
    )
    rows = [_line(chat, one) for one in page]
    options = [
        (chat.to("unreached", f"called.{one.person.id}"), chat.say("Telephoned: %(who)s", who=who))
        for one, who in zip(page, _names(chat, page), strict=True)
    ]
    if len(page) > 1:
        options.insert(0, (chat.to("unreached", f"all.{start}"), chat.say("I have telephoned all of them")))
    message = chat.menu_of("\n".join([*([above] if above else []), head, *rows]), *options)
    if len(found) <= A_PAGE:
        return message
    on = chat.to("unreached", str(start + A_PAGE if start + A_PAGE < len(found) else 0))
    more = Choice(on, chat.say("More"), number=MORE_NUMBER, is_bare=True)
    return message.with_choices((*message.choices, more))


def _line(chat: Chat, one: Unreached) -> str:
    """`• bác Rin 0900 000 001: thăm nhà em Chi, 6A`."""
    who = wording.with_phone(chat, one.person)
    if not one.person.phone:
        who = chat.say("%(name)s (no number)", name=who)
    return chat.say("• %(who)s: %(what)s", who=who, what=about(chat, one))


def _names(chat: Chat, page: Sequence[Unreached]) -> list[str]:
    """As they are called; by the whole name where two are called alike."""
    short = [wording.person(chat.reader, one.person) for one in page]
    count = Counter(short)
    return [one.person.name if count[name] > 1 else name for one, name in zip(page, short, strict=True)]


def about(chat: Chat, one: Unreached) -> str:
    """Half a line: what the message was about, never why."""
    if one.about == About.ROLL:
        school_class = places.school_class(chat.session, one.subject_id)
        name = school_class.name if school_class is not None else ""
        return chat.say("the absences of class %(class_name)s", class_name=name)
    if one.about == About.VISIT:
        case = cases.get(chat.scope, chat.session, one.subject_id)
        pupil = _pupil(chat, case.pupil_id) if case is not None else None
        return chat.say("a home visit to %(name)s, %(class_name)s", **pupil) if pupil else chat.say("a home visit")
    if one.about == About.PROMISE:
        promise = promises.get(chat.scope, chat.session, one.subject_id)
        pupil = _pupil(chat, promise.pupil_id) if promise is not None else None
        if pupil:
            return chat.say("whether %(name)s, %(class_name)s, is back at school", **pupil)
        return chat.say("whether a pupil is back at school")
    if one.about == About.TASKS:
        return chat.say("the tasks of the day")
    return chat.say("a message that waits")


def _pupil(chat: Chat, pupil_id: int) -> dict[str, str] | None:
    found = pupils.listed(chat.scope, chat.session, pupil_ids=[pupil_id], studying_only=False)
    return {"name": given_name(found[0].pupil.name), "class_name": found[0].class_name} if found else None


def called(chat: Chat, person_ids: Sequence[int]) -> Outgoing:
    """Noted for everybody who has them on their list; then who is left."""
    done = unreached.note_called(chat.work, person_ids)
    if len(done) == 1:
        above = chat.say("✅ Noted: %(who)s has been telephoned.", who=wording.person(chat.reader, done[0]))
    else:
        above = chat.say_n(
            "✅ Noted: %(n)d person telephoned.", "✅ Noted: %(n)d people telephoned. Thank you.", len(done)
        )
    return listed(chat, 0, above)


def remind(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """The list, as a push at 14:30."""
    return listed(chat) if unreached.to_call(chat.work, chat.me.id) else None


# Chats that are closed


def gone(chat: Chat, person: Person) -> Outgoing:
    """`Bác Rin, trưởng thôn Làng Trê, không nhận được tin nữa.`"""
    position = wording.position(chat, person)
    who = wording.with_phone(chat, person) if person.phone else wording.person(chat.reader, person)
    who = who[:1].upper() + who[1:]
    if position:
        text = chat.say("%(who)s, %(position)s, gets no message any more.", who=who, position=position)
    else:
        text = chat.say("%(who)s gets no message any more.", who=who)
    if closed_chats.may_invite(chat.work, person):
        text = "\n".join([text, chat.say("Please telephone and invite anew.")])
        again = (chat.to("people", f"again.{person.id}"), chat.say("Invite anew"))
        return chat.menu_of(text, again, (chat.to("tasks"), chat.say("My tasks")))
    text = "\n".join([text, chat.say("Please telephone; an administrator can invite anew.")])
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


def told_gone(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """The same as a push; in a line with others it opens the card."""
    person = people.get(chat.session, task.subject_id)
    if person is None or person.status != people.Status.UNREACHABLE:
        return None
    opens = Choice(chat.to("unreached", f"gone.{person.id}"), _gone_label(chat, person))
    text = chat.say("%(who)s gets no message any more", who=wording.person(chat.reader, person))
    return replace(gone(chat, person), brief=Brief(text, opens))


def _gone_label(chat: Chat, person: Person) -> str:
    return chat.say("Reach %(who)s again", who=wording.person(chat.reader, person))


def task_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Gọi giúp người tin chưa tới (3)`; `Nối lại với bác Rin`; `Mời lại người chưa vào`."""
    if task.kind == unreached.KIND:
        n = len(unreached.to_call(chat.work, chat.me.id))
        return (chat.to("unreached"), chat.say("Telephone those no message reached (%(n)d)", n=n)) if n else None
    if task.kind == closed_chats.NEVER:
        return chat.to("people", "waiting.0"), chat.say("Invite anew who has not joined")
    person = people.get(chat.session, task.subject_id)
    return (chat.to("unreached", f"gone.{person.id}"), _gone_label(chat, person)) if person is not None else None


UNREACHED = Conversation(
    name="unreached",
    title=lambda chat: chat.say("The telephone calls"),
    may="unreached.call",
    words=("gọi giúp", "to telephone"),
    opens=opening,
    is_lookup=True,
)
REMINDERS = {unreached.KIND: remind, closed_chats.GONE: told_gone}
