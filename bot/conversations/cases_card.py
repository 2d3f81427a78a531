"""A case's card: the pupil in full, why, whose turn it is, the year so far, and what can be done."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations import advice_words, cases_news, handover_words
from bot.conversations.cases_words import history, listed, state, values, why_of
from bot.dialogue.conversation import Chat
from bot.messages import Outgoing
from bot.rules import cases, early_warning, handover, people
from bot.rules.work import Refused
from storage.cases import Case
from storage.pupils import PupilStatus


def see(chat: Chat, case_id: int) -> Outgoing:
    """One case: the pupil in full, why, whose turn it is, the year so far, and what can be done."""
    case = cases.look(chat.work, case_id)
    one = listed(chat, case.pupil_id)
    if one is None:
        raise Refused("outside_scope")
    standing = early_warning.standing(chat.work, [case.pupil_id])[case.pupil_id]
    lines = [
        chat.say("%(name)s, class %(class_name)s, %(village)s", name=one.pupil.name, class_name=one.class_name,
                 village=one.village),
        chat.say("Why: %(why)s", why=why_of(chat, case)),
        chat.say("Now: %(state)s", state=state(chat, case)),
        chat.say(
            "This year: %(n)d missed, %(left)d left of %(limit)d",
            n=standing.sessions_missed,
            left=standing.left,
            limit=standing.limit,
        ),
        *_handed(chat, case),
        *history(chat, case),
    ]  # fmt: skip
    return replace(with_advice(chat, case, chat.menu_of("\n".join(lines), *_choices(chat, case))), is_private=True)


def _handed(chat: Chat, case: Case) -> list[str]:
    """An offer that waits: the sender keeps the file until somebody there says yes."""
    offer = handover.waiting_of(chat.work, case.id)
    if offer is None:
        return []
    return [chat.say("Waits for %(school)s to take it over", school=handover_words.school_name(chat, offer))]


def with_advice(chat: Chat, case: Case, message: Outgoing) -> Outgoing:
    """Beside the choices: what to say to the family, for whoever may visit."""
    if case.closed_at is not None or not people.may(chat.work, "visits.report"):
        return message
    return message.with_choices((*message.choices, advice_words.beside(chat, f"case.{case.id}")))


def _choices(chat: Chat, case: Case) -> list[tuple[str, str]]:
    """What the reader may do with a case, the likeliest first; at most eight."""
    if case.closed_at is not None:
        return [(chat.to("cases"), chat.say("All cases"))]
    found = []
    if case.owner_id == chat.me.id and case.accepted_at is None and case.asked_at is not None:
        found += cases_news.answers(chat, case)
    if case.proposed_at is not None and (case.owner_id == chat.me.id or people.may(chat.work, "cases.manage")):
        found.append((chat.to("cases", f"end.{case.id}.0"), chat.say("Close the file")))
    if people.may(chat.work, "visits.report"):
        found.append((chat.to("visits", f"pupil.{case.pupil_id}"), chat.say("Report a home visit")))
    if people.may(chat.work, "cases.manage"):
        found.append((chat.to("cases", f"assign.{case.id}"), chat.say("Give it to somebody")))
        found.append((chat.to("cases", f"more.{case.id}"), chat.say("Something else")))
    found.append((chat.to("cases"), chat.say("All cases")))
    return found[:8]


def more(chat: Chat, case_id: int) -> Outgoing:
    """What is needed less often."""
    people.require(chat.work, "cases.manage")
    case = cases.require(chat.work, case_id)
    one = listed(chat, case.pupil_id)
    status = one.pupil.status if one is not None else ""
    is_away = status == PupilStatus.DROPPED_OUT
    back = (chat.to("cases", f"back.{case.id}"), chat.say("Is in class again"))
    gone = (chat.to("cases", f"gone.{case.id}"), chat.say("No longer comes to school"))
    options = [
        back if is_away else gone,
        (chat.to("cases", f"along.{case.id}"), chat.say("Ask somebody along")),
        (chat.to("handover", str(case.id)), chat.say("Hand it to another school")),
        (chat.to("case_why", str(case.id)), chat.say("Write down the reason")),
        *([(chat.to("handover", f"left.{case.id}"), chat.say("Has moved away"))] if status in handover.LEFT else []),
        (chat.to("cases", f"close.{case.id}"), chat.say("Close the file")),
        (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")),
    ]
    text = chat.say("%(pupil)s, class %(class_name)s: what shall be done?", **values(chat, case.pupil_id))
    return chat.menu_of(text, *options)
