"""/menu: what this person can do now, what waits for them first; and what is said when nothing was understood."""

from __future__ import annotations

from collections.abc import Callable

from bot.conversations import tasks, wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.dialogue.questions import MORE_NUMBER
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.rules import attendance, callbacks, people
from storage import places
from storage.attendance import Half
from storage.people import Role

Entry = tuple[str, str, str]  # conversation, right, label

# Everything that can stand on the menu. What a role cannot do is not shown.
ENTRIES: tuple[Entry, ...] = (
    ("attendance", "attendance.report", N_("Report absences")),
    ("tasks", "", N_("My tasks")),
    ("visits", "visits.report", N_("Home visit")),
    ("meetings", "meetings.see", N_("Meetings")),
    ("pupils", "pupils.see", N_("Pupil list")),
    ("reports", "reports.see", N_("Figures of the day")),
)
MORE: tuple[Entry, ...] = (
    ("cases", "cases.see", N_("Pupils who are looked after")),
    ("people", "people.invite", N_("Invite somebody")),
    ("roster_import", "roster.import", N_("Bring a roster from a file")),
    ("calendar", "calendar.manage", N_("School days, days off")),
    ("seen_at_home", "attendance.seen_at_home", N_("Pupil at home in school hours")),
    ("support", "support.manage", N_("Support, givers")),
    ("rules", "thresholds.set", N_("Numbers of the rules")),
    ("preferences", "", N_("Settings")),
    ("help", "", N_("Guide")),
    ("callback", "", ""),
)
MORE_AT_MOST, A_PAGE = 7, 6  # eight options with the way back, and with the next page
# A greeting is answered with what a villager comes for (voice.md V11).
GREETING_OF_VILLAGE: tuple[Entry, ...] = (
    ("tasks", "", N_("My tasks")),
    ("visits", "visits.report", N_("Report a home visit")),
    ("meetings", "meetings.see", N_("Meetings")),
    ("callback", "", ""),
)
IN_VILLAGES = frozenset({Role.VILLAGE_HEAD, Role.VILLAGE_FRONT, Role.PARENTS})


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The menu, or what else there is (`more`, from the seventh on `more.6`)."""
    what, _, start = argument.partition(".")
    if what == "more":
        return _more(chat, int(start) if start.isdecimal() else 0)
    return _main(chat)


def _more(chat: Chat, start: int) -> Outgoing:
    """What does not stand on the first page; who may do much turns the page."""
    rest = _allowed(chat, MORE)[start:]
    fits = len(rest) <= MORE_AT_MOST
    page = rest if fits else rest[:A_PAGE]
    shown = chat.menu_of(
        chat.say("%(You)s, what else do you need?"), *page, (chat.to("menu"), chat.say("Back to the menu"))
    )
    if fits:
        return shown
    following = chat.to("menu", f"more.{start + A_PAGE}")
    return shown.with_choices((*shown.choices, Choice(following, chat.say("More"), number=MORE_NUMBER, is_bare=True)))


def _main(chat: Chat) -> Outgoing:
    options = [*_allowed(chat, ENTRIES), (chat.to("menu", "more"), chat.say("Something else"))]
    plain = chat.say("%(You)s %(name)s, type a number to choose:")
    return chat.menu_of(chat.say("%(You)s %(name)s, what do you need?"), *options, plain=plain)


def _allowed(chat: Chat, entries: tuple[Entry, ...]) -> list[tuple[str, str]]:
    from bot.conversations import DIALOGUE

    found = []
    for name, right, label in entries:
        if name not in DIALOGUE.conversations or (right and not people.may(chat.work, right)):
            continue
        shown = LABELS[name](chat, label) if name in LABELS else chat.say(label)
        if shown:
            found.append((chat.to(name), shown))
    return found


# What waits is said on the entry itself.


def _attendance_label(chat: Chat, label: str) -> str:
    """`Báo vắng lớp 6A (sáng nay chưa báo)`."""
    own = people.classes_taught(chat.work)
    if len(own) != 1:
        return chat.say(label)
    school_class = places.school_class(chat.session, own[0])
    name = school_class.name if school_class is not None else ""
    owed = [
        task
        for task in attendance.tasks(chat.work, chat.now, chat.now, chat.me.id)
        if task.subject_id == own[0] and task.due <= chat.now < task.useful_until
    ]
    if owed:
        return chat.say(NOT_YET[Half(owed[0].occurrence.rpartition(".")[2])], class_name=name)
    return chat.say("Report absences of class %(class_name)s", class_name=name)


def _tasks_label(chat: Chat, label: str) -> str:
    """`Việc của tôi (2)`."""
    n = tasks.count(chat)
    return chat.say("My tasks (%(n)d)", n=n) if n else chat.say(label)


def _pupils_label(chat: Chat, label: str) -> str:
    """`Danh sách lớp`, `Danh sách thôn`."""
    if chat.scope.communes or chat.scope.schools:
        return chat.say(label)
    if chat.scope.classes:
        return chat.say("Class list")
    return chat.say("Village list") if chat.scope.villages else ""


def _callback_label(chat: Chat, label: str) -> str:
    """`Nhờ cô Hoa gọi lại`."""
    who = callbacks.listener(chat.work)
    return chat.say("Ask %(who)s to call back", who=wording.person(chat.reader, who)) if who is not None else ""


NOT_YET = {
    Half.MORNING: N_("Report absences of class %(class_name)s (not yet this morning)"),
    Half.AFTERNOON: N_("Report absences of class %(class_name)s (not yet this afternoon)"),
    Half.EVENING: N_("Report absences of class %(class_name)s (not yet this evening)"),
}
LABELS: dict[str, Callable[[Chat, str], str]] = {
    "attendance": _attendance_label,
    "tasks": _tasks_label,
    "pupils": _pupils_label,
    "callback": _callback_label,
}


def greet(chat: Chat, argument: str) -> Draft | Reply:
    """A greeting is no error (voice.md V11)."""
    text = chat.say("Hello, %(you)s %(name)s. What do you need?")
    if not people.roles(chat.work) <= IN_VILLAGES:
        return chat.menu_of(text, *_main_options(chat))
    return chat.menu_of(text, *_allowed(chat, GREETING_OF_VILLAGE))


def _main_options(chat: Chat) -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in _main(chat).choices]


def lost(chat: Chat) -> Outgoing:
    """What is said when nothing was understood and nothing is open: the menu, never a guess."""
    if chat.person is None:
        return Outgoing(
            chat.say("Please type the invite code. No code yet? Call %(contact)s.", contact=wording.helper(chat))
        )
    return _main(chat)


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
