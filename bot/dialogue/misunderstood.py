"""An answer that a question cannot read: three steps, and on (voice.md §3.8)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.dialogue.questions import SKIP, Confirm, Misread, Question
from bot.dialogue.replies import bound, with_first_line
from bot.i18n import N_
from bot.messages import Choice, Outgoing

if TYPE_CHECKING:
    from bot.dialogue.hearing import Hearing

LATER = N_("Never mind, %(helper)s will ask you that later. On to the next question.")
HARD_VOICE = N_("If it is hard to choose, send a voice note and %(helper)s will write it down.")
HARD = N_("If it is hard to choose, please call %(helper)s.")


def misread(hearing: Hearing, name: str, question: Question, found: Misread) -> None:
    """Three steps (voice.md §3.8): an example; the options, a voice note, skip; then on without the answer."""
    assert hearing.open is not None
    hearing.open.row.misses += 1
    if hearing.open.row.misses == 1:
        hearing.replies = [Outgoing(found.sentence)]
    elif hearing.open.row.misses == 2 or not question.may_skip:
        hearing.replies = [_offered(hearing, name, question)]
    else:
        hearing.open.row.misses = 0
        hearing.open.skip(name)
        later = Outgoing(hearing.chat.say(LATER, helper=hearing.helper))
        hearing.go_on()
        hearing.replies = [later, *hearing.replies]


def _offered(hearing: Hearing, name: str, question: Question) -> Outgoing:
    """The options once more, and two further ways out."""
    assert hearing.open is not None
    shown, say = question.show(hearing.chat), hearing.chat.say
    with_voice = hearing.chat.profile.voice and question.may_skip
    choices = shown.choices
    if question.may_skip and not any(choice.value == SKIP for choice in choices):
        choices = (*choices, Choice(SKIP, say("Skip this question"), typed=say("To skip, type: skip")))
    sentence = say(HARD_VOICE, helper=hearing.helper) if with_voice else say(HARD, helper=hearing.caller)
    if isinstance(question, Confirm):  # whoever sends it must have it before their eyes
        return bound(with_first_line(shown, sentence), hearing.open.row.instance, name)
    return bound(replace(shown, text=sentence, plain="", choices=choices), hearing.open.row.instance, name)
