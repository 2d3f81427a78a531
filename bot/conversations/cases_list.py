"""The list of cases: whom nobody has first; and the pupils who miss much and have no file yet."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations.cases_words import state, values
from bot.dialogue.conversation import Chat
from bot.dialogue.questions import MORE_NUMBER
from bot.messages import Choice, Outgoing
from storage import alerts
from storage import cases as stored
from storage.alerts import Alert
from storage.cases import Case, CaseStatus

A_PAGE = 6
WATCHED_AT_MOST = 7


def _open_cases(chat: Chat) -> list[Case]:
    """The open cases of the scope; read once a turn."""
    return chat.once("open cases", lambda: [case for case, _, _ in stored.all_open(chat.scope, chat.session)])


def ranked(chat: Chat) -> list[Case]:
    """The open cases of the scope: nobody's first, then the overdue, the open, the watched; within each the oldest."""
    return sorted(_open_cases(chat), key=lambda case: (_urgency(chat, case), case.opened_at, case.id))


def _urgency(chat: Chat, case: Case) -> int:
    if case.status == CaseStatus.WATCHING:
        return 4
    if case.is_with_commune or case.owner_id is None:
        return 0
    if case.overdue or (case.due_at is not None and case.due_at < chat.now):
        return 1
    return 2 if case.accepted_at is None else 3


def page(chat: Chat, start: int) -> Outgoing:
    """A page of the list; each line opens its card."""
    found = ranked(chat)
    if not found:
        text = chat.say("No pupil here needs looking after just now.")
        ways = (chat.to("tasks"), chat.say("My tasks")), (chat.to("pupils"), chat.say("Pupil list"))
        return chat.menu_of(text, *_to_watch_list(chat), *ways)
    shown = found[start : start + A_PAGE]
    watched = sum(case.status == CaseStatus.WATCHING for case in found)
    chat.work.audit("cases.listed", n=len(shown))
    if watched:
        text = chat.say_n(
            "%(n)d pupil is looked after, %(watched)d of them back in class and watched. Which one?",
            "%(n)d pupils are looked after, %(watched)d of them back in class and watched. Which one?",
            len(found),
            watched=watched,
        )
    else:
        text = chat.say_n(
            "%(n)d pupil is looked after. Which one?", "%(n)d pupils are looked after. Which one?", len(found)
        )
    entries = [(chat.to("cases", f"see.{case.id}"), _entry(chat, case)) for case in shown]
    message = chat.menu_of(text, *entries, *_to_watch_list(chat))
    left = len(found) - start - A_PAGE
    if left <= 0:
        return message
    more = Choice(chat.to("cases", f"page.{start + A_PAGE}"), chat.say("More"), number=MORE_NUMBER, is_bare=True)
    return replace(message, choices=(*message.choices, more))


def _entry(chat: Chat, case: Case) -> str:
    """`Em Chi, 6A: bác Rớt đã thăm, hẹn thứ 6, 22/3`."""
    return chat.say("%(pupil)s, %(class_name)s: %(state)s", state=state(chat, case), **values(chat, case.pupil_id))


def _watch_list(chat: Chat) -> list[Alert]:
    """The pupils who miss much (R5) and have no file: watched, nobody is sent."""
    cared_for = {case.pupil_id for case in _open_cases(chat)}
    found = alerts.open_of_rule(chat.scope, chat.session, ("R5.watch",))
    return sorted(
        (one for one in found if one.pupil_id not in cared_for),
        key=lambda one: (-int(one.facts.get("percent", 0)), one.id),
    )


def _to_watch_list(chat: Chat) -> list[tuple[str, str]]:
    n = len(_watch_list(chat))
    return [(chat.to("cases", "much"), chat.say("Pupils who miss much (%(n)d)", n=n))] if n else []


def watch_list(chat: Chat) -> Outgoing:
    """Who has missed a tenth of the school days and more, the most first; each line opens the pupil's card."""
    found = _watch_list(chat)
    chat.work.audit("cases.listed", n=len(found[:WATCHED_AT_MOST]), watch=1)
    text = chat.say_n(
        "%(n)d pupil has missed much this year and has no file yet. Whom does %(you)s look at?",
        "%(n)d pupils have missed much this year and have no file yet. Whom does %(you)s look at?",
        len(found),
    )
    options = [
        (
            chat.to("pupils", f"see.{one.pupil_id}"),
            chat.say(
                "%(pupil)s, %(class_name)s: missed %(percent)d%%",
                percent=one.facts.get("percent", 0),
                **values(chat, one.pupil_id),
            ),
        )
        for one in found[:WATCHED_AT_MOST]
    ]
    return chat.menu_of(text, *options, (chat.to("cases"), chat.say("All cases")))
