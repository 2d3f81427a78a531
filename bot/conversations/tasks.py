"""/viec: what this person owes, overdue first, then by time; each line opens what it asks for."""

from __future__ import annotations

from collections.abc import Callable

from bot.conversations import meetings_words
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.parsing import given_name
from bot.rules import reminders
from bot.rules.tasks import Task
from storage import cases, places, pupils, visits

AT_MOST = 5
Line = Callable[[Chat, Task], tuple[str, str] | None]


def class_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Báo vắng lớp 6A, sáng nay`."""
    school_class = places.school_class(chat.session, task.subject_id)
    if school_class is None:
        return None
    return chat.to("attendance", str(task.subject_id)), chat.say(
        "Report absences of class %(class_name)s", class_name=school_class.name
    )


def case_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Thăm nhà em Bé, 8B`."""
    case = cases.get(chat.scope, chat.session, task.subject_id)
    return _home(chat, case.pupil_id) if case is not None else None


def again_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """The same, where nobody was at home the last time."""
    visit = visits.current(chat.scope, chat.session, task.subject_id)
    return _home(chat, visit.pupil_id) if visit is not None else None


def _home(chat: Chat, pupil_id: int) -> tuple[str, str] | None:
    listed = pupils.listed(chat.scope, chat.session, pupil_ids=[pupil_id])
    if not listed:
        return None
    values = {"name": given_name(listed[0].pupil.name), "class_name": listed[0].class_name}
    return chat.to("visits", f"pupil.{pupil_id}"), chat.say("Home visit to %(name)s, %(class_name)s", **values)


LINES: dict[str, Line] = {
    "attendance.report": class_line,
    "cases.visit": case_line,
    "visits.again": again_line,
    "meetings.answer": meetings_words.task_line,
    "meetings.call": meetings_words.task_line,
}


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """At most five lines; nothing to do is said, too."""
    found = [
        line
        for task in reminders.of_person(chat.work, chat.me.id)
        if task.kind in LINES and (line := LINES[task.kind](chat, task)) is not None
    ]
    if not found:
        return chat.menu_of(
            chat.say("%(You)s %(name)s has no task waiting."), (chat.to("menu"), chat.say("Menu"))
        )
    text = chat.say_n("%(You)s has %(n)d task:", "%(You)s has %(n)d tasks:", len(found))
    if len(found) > AT_MOST:
        text = chat.say("%(You)s has %(n)d tasks; the first five:", n=len(found))
    return chat.menu_of(text, *found[:AT_MOST])


TASKS = Conversation(
    name="tasks",
    title=lambda chat: chat.say("My tasks"),
    command="viec",
    words=("việc", "việc của tôi", "tasks", "my tasks"),
    opens=opening,
    help=N_("What waits for me"),
)
