"""A photo, a voice note, a file, a sticker: an answer, the beginning of something, or what cannot be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.questions import Misread
from bot.i18n import N_
from bot.messages import Attachment, Outgoing
from bot.rules import people
from storage.chat import ConversationStatus

if TYPE_CHECKING:
    from bot.dialogue.hearing import Hearing

CANNOT_SEE = N_("Ra Lớp cannot see this kind of message yet. Please type words or a number, or call %(helper)s.")


def heard(hearing: Hearing) -> None:
    """A photo, a voice note, a sticker: taken where it is welcome, answered everywhere."""
    file = hearing.incoming.attachment
    if file is not None and file.channel:  # it was sent earlier, answered then, and is here now
        received(hearing, file)
    elif file is not None and hearing.open is not None and taken(hearing):
        return
    elif file is not None and received(hearing, file):
        hearing.answered = True
    elif hearing.open is None:
        hearing.aside(hearing.chat.say(CANNOT_SEE, helper=hearing.caller))
    else:
        hearing.replies = [Outgoing(hearing.chat.say(CANNOT_SEE, helper=hearing.caller))]


def received(hearing: Hearing, file: Attachment) -> bool:
    """Whether a conversation begins with this file, or answers it."""
    chat, draft = hearing.chat, hearing.chat.draft
    for conversation in hearing.dialogue.conversations.values():
        if conversation.receives is None or (conversation.may and not people.may(chat.work, conversation.may)):
            continue
        is_mine = hearing.open is not None and hearing.open.conversation is conversation
        is_busy = hearing.open is not None and not is_mine and not hearing.open.conversation.is_lookup
        chat.draft = {}
        first = conversation.receives(chat, file, is_busy)
        chat.draft = draft
        if first is None:
            continue
        if is_mine and hearing.open is not None:
            hearing.open.end(ConversationStatus.CANCELLED)
            hearing.open = None
        hearing.begin(conversation, first)
        return True
    return False


def taken(hearing: Hearing) -> bool:
    """Whether the open question, or its conversation, could use the attachment."""
    assert hearing.open is not None
    name, question = hearing.open.question()
    try:
        outcome = question.read(hearing.chat, hearing.incoming) if question is not None else None
    except Misread:
        outcome = None
    if outcome is not None and question is not None:
        hearing.answered = True
        hearing.outcome(name, question, outcome)
        return True
    attach = hearing.open.conversation.attach
    if attach is None or hearing.incoming.attachment is None or not attach(hearing.chat, hearing.incoming.attachment):
        return False
    hearing.open.merge({})
    hearing.show(above=hearing.chat.say("Received."))
    return True
