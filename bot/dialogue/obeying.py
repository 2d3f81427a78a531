"""What the reserved words do: leave, back, skip, help, correct, all, more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.questions import EDIT, MORE, MORE_NUMBER, NONE, Confirm, Tick
from bot.dialogue.recognition import Word
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.dialogue.hearing import Hearing

HELP_HERE = N_("Choose a number or type an answer. 0 goes back, “cancel” leaves. If it is hard, call %(helper)s.")


def obey(hearing: Hearing, word: Word) -> bool:
    """Does what a reserved word says; False where it says nothing here."""
    if hearing.open is None:
        return _obey_without(hearing, word)
    name, question = hearing.open.question()
    answered, hearing.answered = hearing.answered, word is not Word.HELP
    if word is Word.CANCEL:
        hearing.cancel()
    elif word is Word.BACK:
        hearing.back()
    elif word is Word.SKIP and question is not None and question.may_skip:
        hearing.open.skip(name)
        hearing.go_on()
    elif word is Word.SKIP:
        hearing.show(above=hearing.chat.say("This question needs an answer."))
    elif word is Word.HELP:
        hearing.show(above=hearing.chat.say(HELP_HERE, helper=hearing.caller))
    elif word is Word.FIX and isinstance(question, Confirm):
        hearing.confirmed(EDIT)
    elif word is Word.FIX:
        hearing.back()
    elif isinstance(question, Tick) and word in (Word.ALL, Word.MORE):
        hearing.outcome(name, question, question.press(hearing.chat, NONE if word is Word.ALL else MORE))
    elif word is Word.MORE and turn_page(hearing):
        return True
    else:
        hearing.answered = answered
        return False
    return True


def _obey_without(hearing: Hearing, word: Word) -> bool:
    if word is Word.FIX and hearing.chat.fix:
        hearing.press(hearing.chat.fix)
    elif word is Word.CANCEL:
        hearing.aside(hearing.chat.say("There is nothing open to leave."))
    elif word is Word.HELP and "help" in hearing.dialogue.conversations:
        hearing.start(hearing.dialogue.conversations["help"], "")
    elif word in (Word.BACK, Word.FIX, Word.SKIP):
        hearing.replies = [hearing.dialogue.lost(hearing.chat)]
    else:
        return word is Word.MORE and turn_page(hearing)
    return True


def turn_page(hearing: Hearing) -> bool:
    """The next page of the list that this person was last shown."""
    more = next((choice for choice in hearing.chat.shown if choice.number == MORE_NUMBER), None)
    if more is not None:
        hearing.press(more.value)
    return more is not None
