"""Whose home was visited: those who are to be visited first, then any pupil of the scope by name."""

from __future__ import annotations

from typing import Any

from bot.conversations import wording
from bot.conversations.visits_line import find_pupils
from bot.conversations.visits_news import listed_pupil
from bot.dialogue.conversation import Chat
from bot.dialogue.questions import Choose, Misread, Option, Partial
from bot.messages import Outgoing
from bot.parsing import given_name
from bot.rules import cases, visits
from bot.rules.work import Refused
from storage import cases as stored_cases
from storage import places, pupils
from storage.people import Person
from storage.pupils import Listed, Relation

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


def told_apart(chat: Chat, one: Listed) -> str:
    """`Đinh Thị Bé, 6A, Cà Xen, con anh Lía`."""
    values = {"name": one.pupil.name, "class_name": one.class_name, "village": one.village}
    for guardian in pupils.guardians(chat.scope, chat.session, one.pupil.id):
        parent = given_name(guardian.name)
        if guardian.relation == Relation.FATHER:
            return chat.say("%(name)s, %(class_name)s, %(village)s, father %(parent)s", parent=parent, **values)
        if guardian.relation == Relation.MOTHER:
            return chat.say("%(name)s, %(class_name)s, %(village)s, mother %(parent)s", parent=parent, **values)
    return chat.say("%(name)s, %(class_name)s, %(village)s", **values)


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


def unknown_here(chat: Chat, text: str) -> str:
    """Says what this person sees, and nothing about who exists elsewhere (voice.md V11)."""
    if chat.scope.communes or chat.scope.schools:
        return chat.say("There is no pupil called %(text)s here. Please type the name as it is in the list.", text=text)
    villages, classes = _places_seen(chat)
    if villages:
        return chat.say(
            "%(You)s can see the pupils of %(places)s. For pupils of another village please ask their teacher.",
            places=wording.all_of(villages),
        )
    if classes:
        return chat.say(
            "%(You)s can see the pupils of class %(places)s. For another class please ask its teacher.",
            places=wording.all_of(classes),
        )
    return chat.say("No pupil has been entrusted to %(you)s yet. Please ask the commune.")


def _places_seen(chat: Chat) -> tuple[list[str], list[str]]:
    villages = [places.get(chat.session, place_id) for place_id in sorted(chat.scope.villages)]
    classes = [places.school_class(chat.session, class_id) for class_id in sorted(chat.scope.classes)]
    return [one.name for one in villages if one is not None], [one.name for one in classes if one is not None]


def nobody_called(chat: Chat, text: str) -> Outgoing:
    """The same as an answer to a whole line, with ways on."""
    villages, classes = _places_seen(chat)
    options = [(chat.to("tasks"), chat.say("My tasks"))]
    if len(villages) == 1 and not classes:
        options.insert(0, (chat.to("pupils"), chat.say("List of %(place)s", place=villages[0])))
    elif not chat.scope.is_empty:
        options.insert(0, (chat.to("pupils"), chat.say("Pupil list")))
    return chat.menu_of(unknown_here(chat, text), *options)
