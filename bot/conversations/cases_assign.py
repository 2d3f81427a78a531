"""Who takes a case on: the answers of whoever is asked, and whom it is given to."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations import cases_card
from bot.conversations.cases_words import listed, values, who, with_position
from bot.dialogue.conversation import Chat
from bot.messages import Outgoing
from bot.rules import assignment, cases, people

GIVEN_AT_MOST = 6


def take(chat: Chat, case_id: int) -> Outgoing:
    """`Tôi sẽ ghé`."""
    case = assignment.accept(chat.work, case_id)
    due = case.due_at or chat.now
    text = chat.say(
        "✅ Recorded: %(you)s goes to the home of %(pupil)s, class %(class_name)s, by %(day)s.",
        day=chat.reader.near_day(due.astimezone(chat.work.zone).date(), chat.work.today),
        **values(chat, case.pupil_id),
    )
    message = chat.menu_of(
        text,
        (chat.to("visits", f"pupil.{case.pupil_id}"), chat.say("Report the visit")),
        (chat.to("cases", f"see.{case.id}"), chat.say("Show me who it is")),
        (chat.to("tasks"), chat.say("My tasks")),
    )
    return cases_card.with_advice(chat, case, message)


def pass_on(chat: Chat, case_id: int) -> Outgoing:
    """`Tôi bận, nhờ người khác`: handed over at once, and said to whom."""
    _, person = assignment.decline(chat.work, case_id)
    if person is not None:
        text = chat.say("Thank you for telling. Ra Lớp asks %(who)s instead.", who=with_position(chat, person))
    else:
        text = chat.say("Thank you for telling. Ra Lớp asks the commune to find somebody.")
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


def assign(chat: Chat, case_id: int) -> Outgoing:
    """`Giao việc em Mai, 7A, thôn Làng Trê cho ai ạ?` (voice.md V14)."""
    people.require(chat.work, "cases.manage")
    case = cases.require(chat.work, case_id)
    owner_id = case.owner_id if case.accepted_at is not None and not case.is_with_commune else None
    found = [one for one in assignment.candidates(chat.work, case) if one[1].id != owner_id]
    one = listed(chat, case.pupil_id)
    text = chat.say(
        "Who shall go to %(pupil)s, class %(class_name)s, %(village)s?",
        pupil=one.pupil.name if one is not None else "",
        class_name=one.class_name if one is not None else "",
        village=one.village if one is not None else "",
    )
    options = [
        (chat.to("cases", f"give.{case.id}.{person.id}"), _capital(with_position(chat, person)))
        for _, person in found[:GIVEN_AT_MOST]
    ]
    message = chat.menu_of(text, *options, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))
    return replace(message, is_private=True)


def give(chat: Chat, case_id: int, person_id: int = 0) -> Outgoing:
    case = assignment.assign(chat.work, case_id, person_id)
    text = chat.say(
        "✅ Ra Lớp asks %(who)s to go to %(pupil)s, class %(class_name)s.",
        who=who(chat, case.owner_id),
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("cases"), chat.say("All cases")), (chat.to("tasks"), chat.say("My tasks")))


def along(chat: Chat, case_id: int) -> Outgoing:
    """An organisation or the police, who see no other pupils than those they are asked to help."""
    people.require(chat.work, "cases.manage")
    case = cases.require(chat.work, case_id)
    found = assignment.companions(chat.work, case)
    if not found:
        text = chat.say("Nobody of the organisations or the police has joined yet.")
        return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))
    options = [
        (chat.to("cases", f"with.{case.id}.{person.id}"), _capital(with_position(chat, person)))
        for person in found[:GIVEN_AT_MOST]
    ]
    text = chat.say("Who shall help with %(pupil)s, class %(class_name)s?", **values(chat, case.pupil_id))
    return chat.menu_of(text, *options, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def with_(chat: Chat, case_id: int, person_id: int = 0) -> Outgoing:
    case = assignment.ask_along(chat.work, case_id, person_id)
    text = chat.say(
        "✅ Ra Lớp asks %(who)s to help with %(pupil)s, class %(class_name)s.",
        who=who(chat, person_id),
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
