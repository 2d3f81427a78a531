"""/menu: what this person can do now, what waits for them first; and what is said when nothing was understood."""

from __future__ import annotations

from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.messages import Outgoing
from bot.rules import attendance, people, reminders
from storage import places
from storage.people import Role

# Everything that can stand on the menu: conversation, right, label. What a role cannot do is not shown.
ENTRIES = (
    ("attendance", "attendance.report", N_("Report absences")),
    ("tasks", "", N_("My tasks")),
    ("visits", "visits.report", N_("Home visit")),
    ("meetings", "meetings.see", N_("Meetings")),
    ("pupils", "pupils.see", N_("Pupil list")),
)
MORE = (
    ("people", "people.invite", N_("Invite somebody")),
    ("preferences", "", N_("Settings")),
    ("help", "", N_("Guide")),
)


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The menu, or its second page."""
    if argument == "more":
        return chat.menu_of(chat.say("%(You)s, what else do you need?"), *_allowed(chat, MORE))
    return Outgoing(**_main(chat, chat.say("%(You)s %(name)s, what do you need?")))


def _main(chat: Chat, text: str) -> dict[str, object]:
    options = [*_allowed(chat, ENTRIES), (chat.to("menu", "more"), chat.say("Something else"))]
    typed = chat.say("%(You)s %(name)s, type a number to choose:")
    message = chat.menu_of(text, *options, plain=typed)
    return {"text": message.text, "choices": message.choices, "plain": message.plain}


def _allowed(chat: Chat, entries: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str]]:
    from bot.conversations import DIALOGUE

    found = []
    for name, right, label in entries:
        if name not in DIALOGUE.conversations or (right and not people.may(chat.work, right)):
            continue
        found.append((chat.to(name), _label(chat, name, label)))
    return found


def _label(chat: Chat, name: str, label: str) -> str:
    """What waits is said on the entry itself: `Báo vắng lớp 6A (sáng nay chưa báo)`, `Việc của tôi (2)`."""
    if name == "attendance":
        return _attendance_label(chat, label)
    if name == "tasks":
        n = len(reminders.of_person(chat.work, chat.me.id))
        return chat.say("My tasks (%(n)d)", n=n) if n else chat.say(label)
    if name == "pupils" and Role.TEACHER in people.roles(chat.work):
        return chat.say("Class list")
    return chat.say(label)


def _attendance_label(chat: Chat, label: str) -> str:
    own = people.classes_taught(chat.work)
    if len(own) != 1:
        return chat.say(label)
    school_class = places.school_class(chat.session, own[0])
    name = school_class.name if school_class is not None else ""
    owed = any(
        task.kind == "attendance.report" and task.due <= chat.now
        for task in attendance.tasks(chat.work, chat.now.replace(hour=0), chat.now, chat.me.id)
    )
    if owed:
        return chat.say("Report absences of class %(class_name)s (not yet this morning)", class_name=name)
    return chat.say("Report absences of class %(class_name)s", class_name=name)


def greet(chat: Chat, argument: str) -> Draft | Reply:
    """A greeting is no error (voice.md V11)."""
    return Outgoing(**_main(chat, chat.say("Hello, %(you)s %(name)s. What do you need?")))  # type: ignore[arg-type]


def lost(chat: Chat) -> Outgoing:
    """What is said when nothing was understood and nothing is open: the menu, never a guess."""
    if chat.person is None:
        return Outgoing(
            chat.say(
                "Please type the invite code. No code yet? Call %(contact)s.", contact=wording.helper(chat)
            )
        )
    return Outgoing(**_main(chat, chat.say("%(You)s %(name)s, what do you need?")))  # type: ignore[arg-type]


MENU = Conversation(
    name="menu",
    title=lambda chat: chat.say("Menu"),
    command="menu",
    words=("menu", "việc khác", "danh mục"),
    opens=opening,
    help=N_("All that can be done here"),
)
GREETING = Conversation(
    name="greeting",
    title=lambda chat: chat.say("Menu"),
    words=("alo", "a lô", "chào", "xin chào", "chào ra lớp", "hello", "hi"),
    opens=greet,
)
