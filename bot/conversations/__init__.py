"""All words of the chat, one file a command. A conversation is a line in the table below; none imports another."""

from __future__ import annotations

from bot.conversations import (
    attendance,
    callback,
    correction,
    help,
    meetings,
    meetings_news,
    menu,
    moving,
    organise,
    people,
    preferences,
    pupils,
    reports,
    role_ends,
    seen_at_home,
    start,
    tasks,
    unfinished,
    visits,
    wording,
)
from bot.dialogue.engine import Dialogue

CONVERSATIONS = (
    start.START,
    menu.MENU,
    menu.GREETING,
    tasks.TASKS,
    attendance.ATTENDANCE,
    seen_at_home.SEEN_AT_HOME,
    correction.CORRECTION,
    visits.VISITS,
    meetings.MEETINGS,
    moving.MOVE,
    moving.CALL_OFF,
    organise.ORGANISE,
    reports.REPORTS,
    pupils.PUPILS,
    people.PEOPLE,
    preferences.PREFERENCES,
    callback.CALLBACK,
    role_ends.ROLE_ENDS,
    help.HELP,
)

# Who is told what, in which words: kind of notice -> its sentence.
NOTICES = {
    **people.NOTICES,
    **attendance.NOTICES,
    **seen_at_home.NOTICES,
    **visits.NOTICES,
    **meetings_news.NOTICES,
    **callback.NOTICES,
}

# The sentence of each kind of task, beside the conversation that answers it.
REMINDERS = {
    **attendance.REMINDERS,
    **visits.REMINDERS,
    **meetings_news.REMINDERS,
    **reports.REMINDERS,
    **role_ends.REMINDERS,
    **tasks.REMINDERS,
    **unfinished.REMINDERS,
}

DIALOGUE = Dialogue(CONVERSATIONS, refusal=wording.refusal, lost=menu.lost, helper=wording.helper)
