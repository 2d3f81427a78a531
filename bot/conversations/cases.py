"""/hoso: the pupils somebody looks after: why, who does what next, what has been done; and who takes it on."""

from __future__ import annotations

from collections.abc import Callable

from bot.conversations import cases_assign, cases_card, cases_end, cases_list, cases_news
from bot.conversations.cases_words import values
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.parsing import given_name
from bot.rules import people
from bot.rules.work import Refused
from storage import cases as stored


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The list, `page.6`, or an act upon a case: `see.5`, `take.5`, `pass.5`, `give.5.7` …"""
    act, _, key = argument.partition(".")
    if act in ("", "page"):
        people.require(chat.work, "cases.see")
        return cases_list.page(chat, int(key) if key.isdigit() else 0)
    if act == "much":
        people.require(chat.work, "cases.see")
        return cases_list.watch_list(chat)
    numbers = [int(part) for part in key.split(".") if part.isdigit()]
    if act not in ACTS or not numbers:
        found = _named(chat, argument)
        if found is None:
            raise Refused("outside_scope")
        return found
    return ACTS[act](chat, *numbers[:2]) if act in TAKES_TWO else ACTS[act](chat, numbers[0])


def _named(chat: Chat, text: str) -> Reply | None:
    """A name typed behind the command."""
    found = [
        case
        for case, _, _ in stored.all_open(chat.scope, chat.session)
        if given_name(text).casefold() in values(chat, case.pupil_id)["pupil"].casefold()
    ]
    return (
        cases_card.see(chat, found[0].id) if len(found) == 1 else cases_list.page(chat, 0) if text and found else None
    )


ACTS: dict[str, Callable[..., Reply]] = {
    "see": cases_card.see,
    "more": cases_card.more,
    "take": cases_assign.take,
    "pass": cases_assign.pass_on,
    "assign": cases_assign.assign,
    "give": cases_assign.give,
    "along": cases_assign.along,
    "with": cases_assign.with_,
    "gone": cases_end.gone,
    "left": cases_end.left,
    "back": cases_end.back,
    "close": cases_end.close,
    "end": cases_end.end,
    "open": cases_end.open_by_hand,
}
TAKES_TWO = frozenset({"give", "with", "end"})


CASES = Conversation(
    name="cases",
    title=lambda chat: chat.say("The files"),
    command="hoso",
    words=("hồ sơ", "cases"),
    may="cases.see",
    opens=opening,
    help=N_("Pupils who are looked after: why, and who does what next"),
    is_lookup=True,
)
NOTICES = cases_news.NOTICES
REMINDERS = cases_news.REMINDERS
