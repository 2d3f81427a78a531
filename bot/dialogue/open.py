"""One open conversation: its row, its draft, and the first question that has no acceptable answer.

That one rule gives resuming after a restart, correcting any answer, branches, a deploy that inserts a question, and a
pupil who left the roster meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.dialogue.conversation import ENTRY, SKIPPED, Chat, Conversation, Draft
from bot.dialogue.questions import Choose, Confirm, Option, Question
from bot.dialogue.recognition import Word
from bot.dialogue.replies import bound
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from storage.chat import ConversationStatus, OpenConversation

T = TypeVar("T")

# What the engine itself keeps in a draft, beside the answers: a line of the summary is being chosen; a name or a
# reserved word must be told apart; the steps answered so far; the answers that a change of line has put aside; the one
# line that began it all (sent again, it counts once: voice.md V15).
EDITING, WHICH, PATH, WAS, SAID = "~edit", "~which", "~path", "~was", "~said"
RESUME, LEAVE = "~resume", "~leave"  # choices that take up, or drop, a conversation by its instance

MEANINGS = {
    Word.BACK: N_("No, go back"),
    Word.SKIP: N_("No, skip this"),
    Word.CANCEL: N_("No, leave without recording"),
    Word.MORE: N_("No, show more"),
    Word.HELP: N_("No, I need help"),
    Word.ALL: N_("No, everybody is present"),
    Word.FIX: N_("No, correct something"),
}


@dataclass
class Open:
    """The conversation in hand; `chat.draft` is its draft while it is open."""

    chat: Chat
    row: OpenConversation
    conversation: Conversation

    def question(self) -> tuple[str, Question | None]:
        """The first question without an acceptable answer, and the name of its step; none: all are answered."""
        chat = self.chat
        if chat.draft.get(WHICH):
            return WHICH, self._which()
        for step in self.conversation.steps:
            for name, ask in step.expanded(chat):
                answer = chat.draft.get(name)
                if answer == SKIPPED:
                    continue
                question = ask(chat)
                if isinstance(question, Confirm) and chat.draft.get(EDITING):
                    return EDITING, self._edit_which(question)
                if answer is None or not question.accepts(chat, answer):
                    return name, question
        return "", None

    def _edit_which(self, confirm: Confirm) -> Choose:
        options = [Option(step, label, is_short=True) for step, label in confirm.lines]
        return Choose(self.chat.say("Change which line?"), options, back=True, required=True)

    def _which(self) -> Choose:
        text, word = self.chat.draft[WHICH]
        say = self.chat.say
        options = [
            Option("name", say("Yes, the one called %(text)s", text=text)),
            Option("word", say(MEANINGS[Word(word)])),
        ]
        return Choose(say("Is “%(text)s” somebody in the list?", text=text), options, required=True)

    def shown(self) -> Outgoing | None:
        """The open question as a message; None when there is none."""
        name, question = self.question()
        if question is None:
            return None
        self.row.step = name
        return bound(question.show(self.chat), self.row.instance, name)

    def merge(self, also: Draft) -> None:
        """Changes the draft, in the chat and in the row; None takes an answer out."""
        draft = self.chat.draft
        for name, value in also.items():
            if value is None:
                draft.pop(name, None)
            else:
                draft[name] = value
        self.row.draft = dict(draft)
        self.row.touched_at = self.chat.now

    def answer(self, name: str, value: object, also: Draft | None = None) -> None:
        """Keeps an answer, and that it was given after the others."""
        path = [step for step in self.chat.draft.get(PATH, []) if step != name]
        self.merge({**(also or {}), name: value, PATH: [*path, name], WAS: None})

    def skip(self, name: str) -> None:
        """Goes on without an answer; somebody asks for it later."""
        self.merge({name: SKIPPED, PATH: [*self.chat.draft.get(PATH, []), name]})

    def edit(self, step: str) -> None:
        """Opens one line of the summary again; the old answer comes back if the person turns round."""
        draft = self.chat.draft
        was = {name: value for name, value in draft.items() if name == step or name.startswith(step + ".")}
        self.merge({EDITING: None, WAS: was, **dict.fromkeys(was), f"~ask.{step}": True})

    def back(self) -> bool:
        """One question back; False before the first one: then the conversation is left, with nothing recorded."""
        draft = self.chat.draft
        self.row.misses = 0
        if draft.get(WAS) is not None:
            self.merge({**draft[WAS], WAS: None})
        elif draft.get(EDITING):
            self.merge({EDITING: None})
        elif draft.get(WHICH):
            self.merge({WHICH: None})
        elif path := list(draft.get(PATH, [])):
            last = path.pop()
            former = draft.get(last)
            prefilled = {f"~{last}": former} if isinstance(former, list) else {}
            self.merge({last: None, PATH: path, **prefilled})
        else:
            self.end(ConversationStatus.CANCELLED)
            return False
        return True

    def end(self, status: ConversationStatus) -> None:
        """Closes the conversation; the person may open another one."""
        self.row.status = status
        self.row.touched_at = self.chat.now
        if status in (ConversationStatus.DONE, ConversationStatus.CANCELLED):
            self.row.finished_at = self.chat.now
        self.chat.session.flush()

    def set_aside(self) -> str:
        """Makes room for another conversation; returns the line that says so, or "" when nothing had been answered."""
        line = self.kept_line() if self.is_worth_keeping else ""
        self.end(ConversationStatus.KEPT if line else ConversationStatus.CANCELLED)
        return line

    @property
    def is_worth_keeping(self) -> bool:
        """Whether something was answered, or typed in one line, that would be lost."""
        if self.conversation.is_lookup:
            return False
        draft = self.row.draft
        return bool(draft.get(PATH) or draft.get(SAID)) or isinstance(self._with_own_draft(self.question)[1], Confirm)

    def _with_own_draft(self, read: Callable[[], T]) -> T:
        """What `read` finds when the chat holds this conversation's draft, whatever it holds just now."""
        draft, self.chat.draft = self.chat.draft, dict(self.row.draft)
        try:
            return read()
        finally:
            self.chat.draft = draft

    def title(self) -> str:
        """What is in hand, whatever draft the chat holds just now."""
        return self._with_own_draft(lambda: self.conversation.title(self.chat))

    def kept_line(self) -> str:
        """`Việc thăm nhà em Chi đang ghi dở (2/5), Ra Lớp giữ lại cho bác.`"""
        title, place, say = self.title(), self._progress(), self.chat.say
        if place:
            return say("%(title)s is half done (%(place)s); Ra Lớp keeps it for you.", title=title, place=place)
        return say("%(title)s is half done; Ra Lớp keeps it for you.", title=title)

    def _progress(self) -> str:
        counted = self.conversation.counted
        name, _ = self._with_own_draft(self.question)
        return f"{counted.index(name) + 1}/{len(counted)}" if name in counted else ""

    def resume_choice(self) -> Choice:
        """`1. Ghi tiếp việc thăm nhà em Chi`."""
        title = self.title()
        label = self.chat.say("Go on: %(title)s", title=title[:1].lower() + title[1:])
        return Choice(f"{ENTRY}{RESUME}:{self.row.instance}", label, number="1")

    def offered_again(self) -> Outgoing:
        """What was left half done, as an offer to go on with it or to drop it."""
        title, place, say = self.title(), self._progress(), self.chat.say
        if place:
            text = say("%(title)s is half done (%(place)s) and not sent yet.", title=title, place=place)
        else:
            text = say("%(title)s is half done and not sent yet.", title=title)
        leave = Choice(f"{ENTRY}{LEAVE}:{self.row.instance}", say("Leave it"), number="2")
        return Outgoing(text, (self.resume_choice(), leave))


def is_stale(chat: Chat, row: OpenConversation) -> bool:
    """A draft is kept until the end of the day after it was last touched (voice.md §3.9)."""
    touched: datetime = row.touched_at
    return (chat.work.today - touched.astimezone(chat.work.zone).date()).days > 1
