"""What was sent or pressed once more is recorded once: the person hears when it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.open import SAID
from bot.dialogue.recognition import spelled
from bot.i18n import N_
from storage.chat import ConversationStatus

if TYPE_CHECKING:
    from bot.dialogue.hearing import Hearing

ALREADY_ANSWERED = N_("You have already answered this one.")
RECORDED_AT = N_("This was already recorded at %(time)s.")
HEARD_ALREADY = N_("Ra Lớp has this message already; it is recorded only once.")


def pressed(hearing: Hearing, instance: str) -> None:
    """A button of a conversation that is over: when it was recorded, then what is open now, or the menu."""
    old = hearing.dialogue.by_instance(hearing.chat, hearing.key, instance)
    if old is not None and old.row.status == ConversationStatus.KEPT:
        hearing.resume(old)
    elif old is not None and old.row.status == ConversationStatus.DONE and old.row.finished_at is not None:
        hearing.aside(hearing.chat.say(RECORDED_AT, time=hearing.chat.reader.clock(old.row.finished_at)))
    else:
        hearing.aside(hearing.chat.say(ALREADY_ANSWERED))


def said(hearing: Hearing, text: str) -> bool:
    """A line that the open conversation was begun with, once more: the question again. False for any other."""
    if hearing.open is None or hearing.open.row.draft.get(SAID) != spelled(text):
        return False
    hearing.show(above=hearing.chat.say(HEARD_ALREADY))
    return True
