"""/viec: what this person owes, overdue first, then by time; each line opens what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.conversations import (
    calls,
    handover_words,
    meetings_words,
    merging,
    minutes_card,
    plans_words,
    regular_report_words,
    support,
    unreached,
)
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.dialogue.questions import MORE_NUMBER
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.parsing import given_name
from bot.rules import reminders
from bot.rules.morning import list_of
from bot.rules.tasks import Moment, Task
from storage import cases, people, places, promises, pupils, visits
from storage.attendance import Half

AT_MOST = 5
Line = Callable[[Chat, Task], tuple[str, str] | None]


def class_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Báo vắng lớp 6A, sáng nay`."""
    school_class = places.school_class(chat.session, task.subject_id)
    if school_class is None:
        return None
    day, _, half = task.occurrence.partition(".")
    if half == Half.MORNING:
        opens = chat.to("attendance", str(task.subject_id))
        return opens, chat.say("Report absences of class %(class_name)s", class_name=school_class.name)
    opens = chat.to("attendance", f"{task.subject_id}.{day}.{half}.some")
    return opens, chat.say(CLASS_LINES[Half(half)], class_name=school_class.name)


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


def file_line(label: str) -> Line:
    """A line that opens a case's card: `Giao việc em Mai, 7A`."""

    def line(chat: Chat, task: Task) -> tuple[str, str] | None:
        case = cases.get(chat.scope, chat.session, task.subject_id)
        found = pupils.listed(chat.scope, chat.session, pupil_ids=[case.pupil_id], studying_only=False) if case else []
        if not found:
            return None
        values = {"name": given_name(found[0].pupil.name), "class_name": found[0].class_name}
        to = OPENS.get(task.kind, "cases:see.%d").partition(":")
        return chat.to(to[0], to[2] % task.subject_id), chat.say(label, **values)

    return line


OPENS = {"cases.note": "case_note:%d", "cases.decide": "cases:assign.%d"}


def promise_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Em Nghĩa, 7A, đã đi học lại chưa` (voice.md V13)."""
    promise = promises.get(chat.scope, chat.session, task.subject_id)
    found = pupils.listed(chat.scope, chat.session, pupil_ids=[promise.pupil_id]) if promise is not None else []
    if not found:
        return None
    values = {"name": given_name(found[0].pupil.name), "class_name": found[0].class_name}
    return chat.to("promises", str(task.subject_id)), chat.say("Is %(name)s, %(class_name)s, back at school", **values)


def newcomer_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Người mới: Đinh Văn Lập, có đúng người không`."""
    person = people.get(chat.session, task.subject_id)
    if person is None:
        return None
    return chat.to("people", f"see.{person.id}"), chat.say(
        "Newcomer %(name)s: is it the right person?", name=person.name
    )


def role_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Gia hạn vai trò, trước ngày 19/9`."""
    date = chat.reader.date(task.due.astimezone(chat.work.zone).date())
    return chat.to("role_ends", str(task.subject_id)), chat.say("Renew a role, before %(date)s", date=date)


CLASS_LINES = {
    Half.AFTERNOON: N_("Report absences of class %(class_name)s, this afternoon"),
    Half.EVENING: N_("Report absences of class %(class_name)s, this evening"),
}
LINES: dict[str, Line] = {
    "handover.answer": handover_words.task_line,
    "handover.late": handover_words.task_line,
    "moves.confirm": handover_words.task_line,
    "mergers.look": merging.task_line,
    "attendance.report": class_line,
    "cases.visit": case_line,
    "cases.decide": file_line(N_("Who goes to %(name)s, %(class_name)s")),
    "cases.note": file_line(N_("A note on %(name)s, %(class_name)s, who is back")),
    "cases.close": file_line(N_("Close the file of %(name)s, %(class_name)s")),
    "promises.check": promise_line,
    "alerts.call": calls.task_line,
    "visits.again": again_line,
    "people.confirm": newcomer_line,
    "people.role_ends": role_line,
    "meetings.answer": meetings_words.task_line,
    "meetings.call": meetings_words.task_line,
    "minutes.ask": minutes_card.task_line,
    "plans.read": plans_words.task_line,
    "plans.call": plans_words.task_line,
    "regular_report.ask": regular_report_words.task_line,
    "support.hand_over": support.task_line,
    "support.find_donor": support.task_line,
    "unreached.call": unreached.task_line,
    "unreached.gone": unreached.task_line,
    "unreached.never": unreached.task_line,
}


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """At most five lines (`5`: from the sixth on); nothing to do is said, too."""
    found = _lines(chat)
    if not found:
        return chat.menu_of(chat.say("%(You)s %(name)s has no task waiting."), (chat.to("menu"), chat.say("Menu")))
    start = int(argument) if argument.isdigit() and int(argument) < len(found) else 0
    if start:
        text = chat.say("The tasks after these:")
    elif len(found) > AT_MOST:
        text = chat.say("%(You)s has %(n)d tasks; the first five:", n=len(found))
    else:
        text = chat.say_n("%(You)s has %(n)d task:", "%(You)s has %(n)d tasks:", len(found))
    return _page(chat, text, found, start)


def _lines(chat: Chat, owed: Sequence[Task] | None = None) -> list[tuple[str, str]]:
    """What this person owes, each as the choice that opens it; two tasks that open the same thing are one line."""
    found: dict[str, str] = {}
    for task in reminders.of_person(chat.work, chat.me.id) if owed is None else owed:
        line = LINES[task.kind](chat, task) if task.kind in LINES else None
        if line is not None:
            found.setdefault(*line)
    return list(found.items())


def left(chat: Chat) -> list[tuple[str, str]]:
    """What this person owes now, each as the choice that opens it."""
    return _lines(chat)


def count(chat: Chat) -> int:
    """How many lines the list has now."""
    return len(_lines(chat))


def _page(chat: Chat, text: str, found: list[tuple[str, str]], start: int) -> Outgoing:
    left = len(found) - start - AT_MOST
    message = chat.menu_of(text, *found[start : start + AT_MOST])
    if left <= 0:
        return message
    more = Choice(chat.to("tasks", str(start + AT_MOST)), chat.say("More"), number=MORE_NUMBER, is_bare=True)
    text = "\n".join([text, chat.say_n("%(n)d more task is waiting.", "%(n)d more tasks are waiting.", left)])
    return replace(message, text=text, choices=(*message.choices, more))


def morning(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """`Chào bác Rớt. Hôm nay, thứ 5, 21/3, bác có 3 việc:` (voice.md V13)."""
    found = _lines(chat, list_of(chat.work, chat.me.id))
    if not found:
        return None
    text = chat.say_n(
        "Good morning, %(you)s %(name)s. Today, %(day)s, there is %(n)d task:",
        "Good morning, %(you)s %(name)s. Today, %(day)s, there are %(n)d tasks:",
        len(found),
        day=chat.reader.day(chat.work.today),
    )
    return replace(_page(chat, text, found, 0), is_list=True)


TASKS = Conversation(
    name="tasks",
    title=lambda chat: chat.say("My tasks"),
    command="viec",
    words=("việc", "việc của tôi", "tasks", "my tasks"),
    opens=opening,
    help=N_("What waits for me"),
)

REMINDERS = {"tasks.morning": morning}
