"""A file that somebody asked for and that the platform does not take: a sentence and a way on."""

from __future__ import annotations

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.messages import Outgoing
from bot.rules.work import Notice


def tell_refused(chat: Chat, notice: Notice) -> Outgoing | None:
    """In place of the file, to whoever asked for it."""
    text = chat.say("This file cannot be sent here. Whoever needs it may call %(helper)s.", helper=wording.helper(chat))
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


NOTICES = {"files.refused": tell_refused}
