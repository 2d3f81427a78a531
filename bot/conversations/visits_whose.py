"""Whose home was visited: those who are to be visited first, then any pupil of the scope by name."""

from __future__ import annotations

from typing import Any

from bot.conversations.pupils_words import told_apart, unknown_here
from bot.conversations.visits_line import find_pupils
from bot.conversations.visits_news import listed_pupil
from bot.dialogue.conversation import Chat
from bot.dialogue.questions import Choose, Misread, Option, Partial
from bot.parsing import given_name
from bot.rules import cases, visits
from bot.rules.work import Refused
from storage import cases as stored_cases
from storage import pupils
from storage.people import Person
from storage.pupils import Listed

AT_MOST = 7  # pupils in a choice of one


def pupil(chat: Chat) -> Listed:
    """Whose home it was. Raises Refused when the pupil left the scope meanwhile."""
    found = listed_pupil(chat, int(chat.draft["pupil"]))
    if found is None:
        raise Refused("outside_scope")
    return found


def given(chat: Chat) -> str:
    return given_name(pupil(chat).pupil.name)


def teacher(chat: Chat) -> Person | None:
    """The homeroom teacher, who hears of the visit; none when it is the visitor."""
    if not str(chat.draft.get("pupil", "")).isdigit():
        return None
    found = visits.teachers(chat.work, int(chat.draft["pupil"]))
    return found[0] if found else None


def known(chat: Chat) -> list[Listed]:
    """All pupils of the scope."""
    return chat.once("known pupils", lambda: pupils.listed(chat.scope, chat.session))


def which_pupil(chat: Chat) -> Choose:
    """Those whose homes are to be visited first; any pupil of the scope by name."""
    found = chat.draft.get("~found")
    options = [Option(str(one.pupil.id), told_apart(chat, one)) for one in _candidates(chat)]
    hint = chat.say("Whose home was it? Type name and class, for example: Chi 6A")
    if found:
        text = chat.say("%(n)d pupils fit. Which one is it?", n=len(options))
    elif options:
        text = chat.say("Whose home did %(you)s visit? Choose a number or type a name, for example: Chi 6A")
    else:
        text = chat.say("Whose home did %(you)s visit? Type name and class, for example: Chi 6A")
    return Choose(
        text,
        options,
        hint=hint,
        free=typed_pupil,
        valid=lambda chat, answer: str(answer).isdigit() and listed_pupil(chat, int(answer)) is not None,
        back=True,
        required=True,
        is_private=True,
    )


def _candidates(chat: Chat) -> list[Listed]:
    """Of a typed name; else of one's tasks and then the other open cases."""
    if chat.draft.get("~found"):
        return pupils.listed(chat.scope, chat.session, pupil_ids=chat.draft["~found"])
    owed = [task.subject_id for task in cases.tasks(chat.work, chat.now, chat.now, chat.me.id)]
    found = sorted(stored_cases.all_open(chat.scope, chat.session), key=lambda row: row[0].id not in owed)
    ids = list(dict.fromkeys(case.pupil_id for case, *_ in found))[:AT_MOST]
    listed = {one.pupil.id: one for one in pupils.listed(chat.scope, chat.session, pupil_ids=ids)}
    return [listed[pupil_id] for pupil_id in ids if pupil_id in listed]


def typed_pupil(chat: Chat, text: str) -> Any:
    """One pupil is the answer, several are a question, none is said without saying who exists."""
    found = find_pupils(text, known(chat))
    if len(found) == 1:
        return str(found[0].pupil.id)
    if not found:
        raise Misread(unknown_here(chat, text))
    if len(found) > AT_MOST:
        raise Misread(too_many(chat, len(found)))
    return Partial({"~found": [one.pupil.id for one in found]})


def too_many(chat: Chat, n: int) -> str:
    return chat.say("%(n)d pupils fit. Please add the whole name, the class or the village.", n=n)
