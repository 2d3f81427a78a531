"""The offer to go on with what somebody left half written: once, half an hour later, and with the way to drop it."""

from __future__ import annotations

from bot.dialogue.conversation import Chat
from bot.messages import Outgoing
from bot.rules import unfinished
from bot.rules.tasks import Moment, Task
from storage.chat import OpenConversation


def offer(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """`Việc thăm nhà em Chi đang ghi dở (2/5), chưa gửi. [1. Ghi tiếp …] [2. Thôi]`; nothing where nothing is lost."""
    from bot.conversations import DIALOGUE

    row = chat.session.get_one(OpenConversation, task.subject_id)
    found = DIALOGUE.by_instance(chat, row.address_key, row.instance)
    unfinished.note_offered(chat.work, row.id)
    return found.offered_again() if found is not None and found.is_worth_keeping else None


REMINDERS = {"conversation.nudge": offer}
