"""How pupils are told apart in a list, and what is said to whoever asks for one they do not look after."""

from __future__ import annotations

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.messages import Outgoing
from bot.parsing import given_name
from storage import places, pupils
from storage.pupils import Listed, Relation


def told_apart(chat: Chat, one: Listed) -> str:
    """`Đinh Thị Bé, 6A, Cà Xen, con anh Lía`."""
    values = {"name": one.pupil.name, "class_name": one.class_name, "village": one.village}
    for guardian in pupils.guardians(chat.scope, chat.session, one.pupil.id):
        parent = given_name(guardian.name)
        if guardian.relation == Relation.FATHER:
            return chat.say("%(name)s, %(class_name)s, %(village)s, father %(parent)s", parent=parent, **values)
        if guardian.relation == Relation.MOTHER:
            return chat.say("%(name)s, %(class_name)s, %(village)s, mother %(parent)s", parent=parent, **values)
    return wording.all_of([part for part in (one.pupil.name, one.class_name, one.village) if part])


def unknown_here(chat: Chat, name: str) -> str:
    """What this person sees, and nothing about who exists elsewhere (voice.md V11)."""
    villages, classes = _places_seen(chat)
    if chat.scope.communes or chat.scope.schools:
        return chat.say("There is no pupil called %(text)s here. Please type the name as it is in the list.", text=name)
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


def nobody(chat: Chat, name: str) -> Outgoing:
    """The same as an answer of its own, with ways on."""
    villages, classes = _places_seen(chat)
    options = [(chat.to("tasks"), chat.say("My tasks"))]
    if len(villages) == 1 and not classes and not chat.scope.communes:
        options.insert(0, (chat.to("pupils"), chat.say("List of %(place)s", place=villages[0])))
    elif not chat.scope.is_empty:
        options.insert(0, (chat.to("pupils"), chat.say("Pupil list")))
    return chat.menu_of(unknown_here(chat, name), *options)


def _places_seen(chat: Chat) -> tuple[list[str], list[str]]:
    villages = [places.get(chat.session, place_id) for place_id in sorted(chat.scope.villages)]
    classes = [places.school_class(chat.session, class_id) for class_id in sorted(chat.scope.classes)]
    return [one.name for one in villages if one is not None], [one.name for one in classes if one is not None]
