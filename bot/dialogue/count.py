"""A question whose answer is a number: the likeliest is on one button without a number of its own (voice.md §3.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.dialogue.conversation import Chat
from bot.dialogue.questions import Answer, Misread, Outcome
from bot.messages import Choice, Incoming, Outgoing
from bot.parsing import clean_line, fold, number


@dataclass(frozen=True)
class Count:
    """How many: `likely` with its `label` (`11 người`) is one press, any other number is typed.

    Where there are no buttons `typed` says how to answer. A number beyond `most` is asked again with `too_many`.
    `words` say none ("không ai"), since a typed 0 goes back.
    """

    text: str
    likely: int
    label: str
    most: int
    hint: str
    too_many: str
    typed: str = ""
    words: Sequence[str] = ()
    free: Callable[[Chat, str], Outcome] | None = None

    def show(self, chat: Chat) -> Outgoing:
        choices = (Choice(str(self.likely), self.label, typed=self.typed),) if self.likely else ()
        return Outgoing(self.text, choices)

    def press(self, chat: Chat, value: str) -> Outcome:
        if not value.isdecimal():
            raise Misread(self.hint)
        return self._checked(int(value))

    def fits(self, chat: Chat, text: str) -> bool | None:
        """A number always answers, also where an older list has a choice of that number."""
        return True if self._number(text) is not None else None

    def read(self, chat: Chat, incoming: Incoming) -> Outcome:
        counted = self._number(incoming.text)
        if counted is not None:
            return self._checked(counted)
        if self.free is not None and clean_line(incoming.text):
            return self.free(chat, incoming.text)
        raise Misread(self.hint)

    def accepts(self, chat: Chat, answer: Any) -> bool:
        return isinstance(answer, int) and 0 <= answer <= self.most

    @property
    def may_skip(self) -> bool:
        return True

    def _number(self, text: str) -> int | None:
        return 0 if fold(text) in {fold(word) for word in self.words} else number(text)

    def _checked(self, counted: int) -> Outcome:
        if counted > self.most:
            raise Misread(self.too_many)
        return Answer(counted)
