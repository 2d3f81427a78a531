"""A case that ends, or a pupil who leaves school or comes back to it; and one that is opened by hand."""

from __future__ import annotations

from bot.conversations.cases_words import values, who
from bot.dialogue.conversation import Chat
from bot.i18n import N_
from bot.messages import Outgoing
from bot.rules import cases, early_warning
from bot.rules.work import Refused
from storage.cases import Outcome

OUTCOMES = {
    Outcome.BACK: N_("Back in class"),
    Outcome.MOVED: N_("Moved away"),
    Outcome.DROPPED_OUT: N_("No longer comes to school"),
    Outcome.OTHER: N_("Something else"),
}


def gone(chat: Chat, case_id: int) -> Outgoing:
    """Asked once more, since the pupil leaves the roll that is asked about."""
    case = cases.require(chat.work, case_id)
    text = chat.say(
        "%(pupil)s, class %(class_name)s, no longer comes to school at all. Is that right?",
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(
        text,
        (chat.to("cases", f"left.{case.id}"), chat.say("Yes, record it")),
        (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")),
    )


def left(chat: Chat, case_id: int) -> Outgoing:
    case = cases.has_dropped_out(chat.work, case_id)
    text = chat.say(
        "✅ Recorded. %(pupil)s stays on the commune's list until somebody says: in class again.",
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def back(chat: Chat, case_id: int) -> Outgoing:
    case = early_warning.is_back(chat.work, case_id)
    text = chat.say(
        "✅ Recorded: %(pupil)s, class %(class_name)s, is in class again and stands on the list of the class.",
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def close(chat: Chat, case_id: int) -> Outgoing:
    """What came of it; a person confirms, always."""
    case = cases.require(chat.work, case_id)
    text = chat.say("What has come of %(pupil)s, class %(class_name)s?", **values(chat, case.pupil_id))
    options = [(chat.to("cases", f"end.{case.id}.{place}"), chat.say(label)) for place, label in
               enumerate(OUTCOMES.values())]  # fmt: skip
    return chat.menu_of(text, *options, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def end(chat: Chat, case_id: int, place: int = 0) -> Outgoing:
    outcomes = list(OUTCOMES)
    if place >= len(outcomes):
        raise Refused("outside_scope")
    case = cases.close(chat.work, case_id, outcomes[place])
    pupil = values(chat, case.pupil_id)
    if outcomes[place] == Outcome.BACK:
        text = chat.say(
            "✅ Closed. %(pupil)s, class %(class_name)s, is back. Thank you, %(you)s, and everybody.", **pupil
        )
    else:
        text = chat.say("✅ Closed: %(pupil)s, class %(class_name)s.", **pupil)
    return chat.menu_of(text, (chat.to("cases"), chat.say("All cases")), (chat.to("tasks"), chat.say("My tasks")))


def open_by_hand(chat: Chat, pupil_id: int) -> Outgoing:
    """From the pupil's card: somebody sees that this pupil needs looking after before a rule does."""
    case = cases.open_and_ask(chat.work, pupil_id)
    owner = who(chat, case.owner_id)
    pupil = values(chat, pupil_id)
    if owner:
        text = chat.say("✅ Opened. Ra Lớp asks %(who)s to go to %(pupil)s, class %(class_name)s.", who=owner, **pupil)
    else:
        text = chat.say("✅ Opened. Ra Lớp asks the commune who goes to %(pupil)s, class %(class_name)s.", **pupil)
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("The file")))
