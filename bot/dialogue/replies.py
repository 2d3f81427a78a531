"""Small changes to messages: binding their choices, a line above, numbers anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.conversation import ENTRY, Reply
from bot.dialogue.questions import MORE_NUMBER
from bot.messages import Choice, Outgoing

PARTICLE = " ạ"


def bound(message: Outgoing, instance: str, step: str) -> Outgoing:
    """Choices bound to conversation and step: `instance:step:value`; those that open something stay as they are."""
    choices = tuple(
        choice if choice.value.startswith(ENTRY) else replace(choice, value=f"{instance}:{step}:{choice.value}")
        for choice in message.choices
    )
    return message.with_choices(choices)


def with_first_line(message: Outgoing, line: str) -> Outgoing:
    """The message below a line of its own."""
    plain = _above(line, message.plain) if message.plain else ""
    return replace(message, text=_above(line, message.text), plain=plain)


def _above(line: str, text: str) -> str:
    """Respect is one particle a message (voice.md §1): the question below keeps it, the line above gives it up."""
    return f"{line.replace(PARTICLE, '') if PARTICLE in text else line}\n{text}"


def renumbered(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Numbers 1, 2, … again, in order; what has no number keeps none, 0 and 99 stay."""
    place = 0
    result = []
    for choice in choices:
        if choice.number and choice.number not in ("0", MORE_NUMBER):
            place += 1
            choice = replace(choice, number=str(place))
        result.append(choice)
    return tuple(result)


def as_list(reply: Reply) -> list[Outgoing]:
    return reply if isinstance(reply, list) else [reply]
