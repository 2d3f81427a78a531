"""A pick-list whose ticks are set beforehand, and that may be left unsaid: asked only when its line is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogue.conversation import Chat
from bot.dialogue.questions import BACK, SKIP, Answer, Misread, Outcome, Tick
from bot.messages import Choice, Incoming, Kind, Outgoing

UNSAID = "unsaid"  # a kept answer: nobody was asked


@dataclass(frozen=True)
class Ticks(Tick):
    """A pick-list with ticks set beforehand (`first`), that may be left out, and that only words and presses answer.

    Without an answer it holds UNSAID: it is then asked only when its line is changed. `also` are further answers that
    follow from the ticks.
    """

    first: tuple[int, ...] = ()
    is_optional: bool = False
    also: Callable[[Chat, list[int]], dict[str, Any]] | None = None

    def show(self, chat: Chat) -> Outgoing:
        shown = super().show(chat)
        if not self.is_optional:
            return shown
        skip = Choice(SKIP, chat.say("Skip"), typed=chat.say("To skip, type: skip"), is_short=True)
        return shown.with_choices(tuple(skip if choice.value == BACK else choice for choice in shown.choices))

    def press(self, chat: Chat, value: str) -> Outcome:
        return self._with_also(chat, super().press(chat, value))

    def read(self, chat: Chat, incoming: Incoming) -> Outcome:
        if incoming.kind is not Kind.TEXT:
            raise Misread(self._hint(chat))
        return self._with_also(chat, super().read(chat, incoming))

    def _with_also(self, chat: Chat, outcome: Outcome) -> Outcome:
        if self.also is None or not isinstance(outcome, Answer):
            return outcome
        return replace(outcome, also={**outcome.also, **self.also(chat, outcome.value)})

    def ticked(self, chat: Chat) -> list[int]:
        if f"~{self.name}" in chat.draft:
            return super().ticked(chat)
        return [entry.key for entry in self.entries if entry.key in self.first]

    def accepts(self, chat: Chat, answer: Any) -> bool:
        return bool(answer == UNSAID) or super().accepts(chat, answer)

    @property
    def may_skip(self) -> bool:
        return self.is_optional
