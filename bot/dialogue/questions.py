"""The kinds of question: each shows itself and reads an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from bot.dialogue.conversation import Chat
from bot.messages import Choice, Incoming, Kind, Outgoing
from bot.parsing import clean_line, fold, numbers

BACK, SKIP, MORE, DONE, NONE = "~back", "~skip", "~more", "~done", "~none"
TICKS = ("☐", "☑")
MORE_NUMBER = "99"  # of a choice that turns a list's page, wherever it stands
PAGE = 40  # a class's pick-list stands whole up to here (voice.md V03)


class Misread(Exception):
    """The answer was not understood; `sentence` says what would be, with an example, in the reader's language."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Answer:
    """The step is answered. `also` holds further answers that the same words gave."""

    value: Any
    also: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Partial:
    """Not yet an answer: `also` goes into the draft and the question is shown again, in place where it was a press."""

    also: dict[str, Any]


Outcome = Answer | Partial


class Question(Protocol):
    """What the engine asks of a question."""

    def show(self, chat: Chat) -> Outgoing:
        """The message; the values of its choices are bare, the engine binds them to conversation and step."""

    def press(self, chat: Chat, value: str) -> Outcome:
        """Reads a choice. Raises Misread for one that it does not offer (any more)."""

    def fits(self, chat: Chat, text: str) -> bool | None:
        """Whether typed text names an option: True exactly, False only without its marks, None not at all."""

    def read(self, chat: Chat, incoming: Incoming) -> Outcome:
        """Reads free text or another kind of message. Raises Misread."""

    def accepts(self, chat: Chat, answer: Any) -> bool:
        """Whether a kept answer still holds."""

    @property
    def may_skip(self) -> bool:
        """Whether the conversation can go on without an answer."""


@dataclass(frozen=True)
class Option:
    """One of the numbered options. `words` are further ways to type it."""

    value: str
    label: str
    words: tuple[str, ...] = ()
    is_short: bool = False


@dataclass(frozen=True)
class Choose:
    """One of at most eight options. `free` reads typed text that is no option; it returns a value or raises Misread.

    `back` shows `0. Lùi lại`, `skip` shows `Bỏ qua`; both words work everywhere. `hint` is the first thing said when
    the answer is not understood. `beside` stand after all others: they open something else, and the question comes
    again.
    """

    text: str
    options: Sequence[Option]
    plain: str = ""
    hint: str = ""
    free: Callable[[Chat, str], Any] | None = None
    valid: Callable[[Chat, Any], bool] | None = None
    back: bool = False
    skip: bool = False
    takes: frozenset[Kind] = frozenset()
    take: Callable[[Chat, Incoming], Outcome] | None = None
    required: bool = False
    is_private: bool = False
    beside: Sequence[Choice] = ()

    def show(self, chat: Chat) -> Outgoing:
        choices = [
            Choice(option.value, option.label, number=str(place), is_short=option.is_short)
            for place, option in enumerate(self.options, start=1)
        ]
        if self.skip:
            choices.append(Choice(SKIP, chat.say("Skip"), typed=chat.say("To skip, type: skip")))
        if self.back:
            choices.append(Choice(BACK, chat.say("Back"), number="0"))
        return Outgoing(self.text, (*choices, *self.beside), plain=self.plain, is_private=self.is_private)

    def press(self, chat: Chat, value: str) -> Outcome:
        if any(option.value == value for option in self.options):
            return Answer(value)
        raise Misread(self._hint(chat))

    def fits(self, chat: Chat, text: str) -> bool | None:
        return self._option(text)[1]

    def read(self, chat: Chat, incoming: Incoming) -> Outcome:
        if incoming.kind in self.takes and self.take is not None:
            return self.take(chat, incoming)
        text = clean_line(incoming.text)
        option, _ = self._option(text)
        if option is not None:
            return Answer(option.value)
        if self.free is not None and text:
            value = self.free(chat, text)
            return value if isinstance(value, Answer | Partial) else Answer(value)
        raise Misread(self._hint(chat, text))

    def accepts(self, chat: Chat, answer: Any) -> bool:
        if any(option.value == answer for option in self.options):
            return True
        if self.valid is not None:
            return self.valid(chat, answer)
        return self.free is not None and answer is not None

    @property
    def may_skip(self) -> bool:
        return not self.required

    def _option(self, text: str) -> tuple[Option | None, bool | None]:
        """The option that a text names, and whether exactly; a unique prefix counts as without its marks."""
        spelled, folded = clean_line(text).casefold(), fold(text)
        if not folded:
            return None, None
        for option in self.options:
            if spelled in (name.casefold() for name in (option.label, *option.words)):
                return option, True
        for option in self.options:
            if folded in (fold(name) for name in (option.label, *option.words)):
                return option, False
        beginning = [option for option in self.options if fold(option.label).startswith(folded)]
        if len(beginning) == 1 and len(folded) > 1 and not folded.isdigit():
            return beginning[0], False
        return None, None

    def _hint(self, chat: Chat, text: str = "") -> str:
        if numbers(text) is not None:
            return chat.say("Only 1 to %(last)d, please. Type one of these numbers again.", last=len(self.options))
        return self.hint or chat.say(
            "That was not clear. Please type a number from 1 to %(last)d. For example: 1",
            last=len(self.options),
        )


@dataclass(frozen=True)
class Named:
    """A pupil (or another) in a pick-list: shown by `label`, also found by the other `names`."""

    key: int
    label: str
    names: tuple[str, ...]


def as_shown(chat: Chat, entries: Sequence[Named]) -> dict[int, int]:
    """The key behind each number: of the list that this person was last shown, even if the roll has changed since."""
    known = {str(entry.key): entry.key for entry in entries}
    shown = {
        int(choice.number): known[key]
        for choice in chat.shown
        if choice.mark in TICKS and choice.number and (key := choice.value.rpartition(":")[2][1:]) in known
    }
    return shown or {place: entry.key for place, entry in enumerate(entries, start=1)}


@dataclass(frozen=True)
class Tick:
    """Several of a list of names, or none. Typed names and numbers answer at once; ticks wait for `Xong`.

    `done` makes the label of the closing choice from the number ticked. `none` is the label of "nobody", if offered.
    `typed` reads what is no name of the list (an own reader of the conversation), returning an Outcome or raising
    Misread.
    """

    name: str
    text: str
    entries: Sequence[Named]
    done: Callable[[int], str]
    plain: str = ""
    none: str = ""
    hint: str = ""
    read_line: Callable[[Chat, str, Sequence[Named]], Outcome] | None = None
    may_be_empty: bool = True

    def show(self, chat: Chat) -> Outgoing:
        ticked = set(self.ticked(chat))
        page = int(chat.draft.get(f"~page.{self.name}", 0))
        first = page * PAGE
        whole = len(self.entries) <= PAGE
        choices = []
        if self.none and not ticked:
            choices.append(Choice(NONE, self.none))
        for place, entry in enumerate(self.entries[first : first + PAGE], start=first + 1):
            sign, mark = ("-", "☑") if entry.key in ticked else ("+", "☐")
            choices.append(Choice(f"{sign}{entry.key}", entry.label, number=str(place), mark=mark, is_short=True))
        if not whole:
            choices.append(Choice(MORE, chat.say("More"), typed=chat.say("99. More")))
        choices.append(Choice(DONE, self.done(len(ticked)), is_short=True))
        choices.append(Choice(BACK, chat.say("Back"), number="0", is_bare=True, is_short=True))
        return Outgoing(self.text, tuple(choices), plain=self.plain, is_private=True)

    def press(self, chat: Chat, value: str) -> Outcome:
        if value == DONE:
            return Answer(self.ticked(chat))
        if value == NONE:
            return Answer([])
        if value == MORE:
            pages = -(-len(self.entries) // PAGE)
            return Partial({f"~page.{self.name}": (int(chat.draft.get(f"~page.{self.name}", 0)) + 1) % pages})
        return Partial({f"~{self.name}": self._toggled(chat, value)})

    def _toggled(self, chat: Chat, value: str) -> list[int]:
        """Ticks are sets, so that a double tap is one tick: `+12` puts it there, `-12` takes it away."""
        sign, key = value[:1], value[1:]
        known = {str(entry.key): entry.key for entry in self.entries}
        if sign not in "+-" or key not in known:
            raise Misread(self._hint(chat))
        without = [ticked for ticked in self.ticked(chat) if ticked != known[key]]
        return [*without, known[key]] if sign == "+" else without

    def ticked(self, chat: Chat) -> list[int]:
        """What is ticked so far, in the order of the list."""
        present = set(chat.draft.get(f"~{self.name}", ()))
        return [entry.key for entry in self.entries if entry.key in present]

    def fits(self, chat: Chat, text: str) -> bool | None:
        if numbers(text) is not None:
            return True
        spelled, folded = clean_line(text).casefold(), fold(text)
        names = [name for entry in self.entries for name in entry.names]
        if spelled in (name.casefold() for name in names):
            return True
        return False if folded in (fold(name) for name in names) else None

    def read(self, chat: Chat, incoming: Incoming) -> Outcome:
        text = clean_line(incoming.text)
        if not text:
            raise Misread(self._hint(chat))
        counted = numbers(text)
        if counted is not None:
            return Answer(self._numbered(chat, counted))
        if self.read_line is not None:
            return self.read_line(chat, text, self.entries)
        raise Misread(self._hint(chat))

    def _numbered(self, chat: Chat, counted: Sequence[int]) -> list[int]:
        listed = as_shown(chat, self.entries)
        keys = [str(listed.get(number, "")) for number in counted]
        known = {str(entry.key) for entry in self.entries}
        if not all(key in known for key in keys):
            raise Misread(
                chat.say("The numbers here go from 1 to %(last)d. Please type again.", last=len(self.entries))
            )
        return [entry.key for entry in self.entries if str(entry.key) in keys]

    def accepts(self, chat: Chat, answer: Any) -> bool:
        if not isinstance(answer, list):
            return False
        known = {entry.key for entry in self.entries}
        return all(key in known for key in answer) and (bool(answer) or self.may_be_empty)

    @property
    def may_skip(self) -> bool:
        return False

    def _hint(self, chat: Chat) -> str:
        return self.hint or chat.say("That was not clear. Please type the numbers, for example: 1 3 4")


@dataclass(frozen=True)
class Ask:
    """Free words, or a photo or voice note. `reader` returns a value (or an Outcome) or raises Misread."""

    text: str
    reader: Callable[[Chat, str], Any]
    hint: str = ""
    plain: str = ""
    takes: frozenset[Kind] = frozenset()
    take: Callable[[Chat, Incoming], Outcome] | None = None
    skip: bool = False
    back: bool = False
    options: Sequence[Option] = ()

    def show(self, chat: Chat) -> Outgoing:
        return self._choices().show(chat)

    def press(self, chat: Chat, value: str) -> Outcome:
        return self._choices().press(chat, value)

    def fits(self, chat: Chat, text: str) -> bool | None:
        return self._choices().fits(chat, text)

    def read(self, chat: Chat, incoming: Incoming) -> Outcome:
        return self._choices().read(chat, incoming)

    def accepts(self, chat: Chat, answer: Any) -> bool:
        return answer is not None

    @property
    def may_skip(self) -> bool:
        return self.skip

    def _choices(self) -> Choose:
        return Choose(
            self.text,
            self.options,
            plain=self.plain,
            hint=self.hint,
            free=self.reader,
            back=self.back,
            skip=self.skip,
            takes=self.takes,
            take=self.take,
        )


SEND, EDIT, DROP = "send", "edit", "drop"


@dataclass(frozen=True)
class Confirm:
    """The summary before anything is recorded: `1. Gửi`, `2. Sửa`, `3. Bỏ, không ghi`.

    It is sealed: the value of its choices is derived from the draft that it displays, so the button of an old summary
    cannot record what it never showed. `lines` are what can be changed: (step, label). `extra` options stand after
    the first, `last` ones at the end; pressing one calls the conversation's `extra`.
    """

    text: str
    lines: Sequence[tuple[str, str]]
    send: str = ""
    extra: Sequence[Option] = ()
    drop: str = ""
    has_drop: bool = True
    last: Sequence[Option] = ()

    def show(self, chat: Chat) -> Outgoing:
        seal = self.seal(chat)
        labels = [(SEND, self.send or chat.say("Send"))]
        labels += [(option.value, option.label) for option in self.extra]
        labels += [(EDIT, chat.say("Change"))] if self.lines else []
        labels += [(DROP, self.drop or chat.say("Drop it, record nothing"))] if self.has_drop else []
        labels += [(option.value, option.label) for option in self.last]
        choices = [
            Choice(f"{value}.{seal}", label, number=str(place)) for place, (value, label) in enumerate(labels, start=1)
        ]
        return Outgoing(self.text, tuple(choices), is_private=True)

    def seal(self, chat: Chat) -> str:
        """Six signs of a digest over the answers and the words that show them."""
        answers = {key: value for key, value in chat.draft.items() if not key.startswith("~")}
        shown = json.dumps([answers, self.text], ensure_ascii=False, sort_keys=True)
        return sha256(shown.encode()).hexdigest()[:10]

    def press(self, chat: Chat, value: str) -> Outcome:
        act, _, seal = value.partition(".")
        if seal != self.seal(chat):
            raise Misread(chat.say("Something has changed since then. Please look at it once more."))
        return Answer(act)

    def fits(self, chat: Chat, text: str) -> bool | None:
        return None

    def read(self, chat: Chat, incoming: Incoming) -> Outcome:
        last = len(self.show(chat).choices)
        raise Misread(chat.say("Please type a number from 1 to %(last)d. To send it, type: 1", last=last))

    def accepts(self, chat: Chat, answer: Any) -> bool:
        return False

    @property
    def may_skip(self) -> bool:
        return False
