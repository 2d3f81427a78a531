"""What a conversation is: questions in order, and the draft of answers that is its whole state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.orm import Session

from bot.i18n import Reader
from bot.messages import Attachment, Choice, Incoming, Outgoing, Profile
from bot.rules.meeting_times import ReminderTimes
from bot.rules.work import Work
from storage.people import Person
from storage.scope import Scope

if TYPE_CHECKING:
    from bot.dialogue.questions import Question

T = TypeVar("T")
Draft = dict[str, Any]
SKIPPED = {"~": "skipped"}  # an answer that somebody will ask for later
ENTRY = "!"  # begins the value of a choice that opens something, rather than answering a question


@dataclass(frozen=True)
class Surroundings:
    """What a conversation may know of the deployment: whom a stranger may call, the keys of invites, the reminders."""

    contact: str = ""
    invite_key: bytes = b""
    public_url: str = ""
    join_links: Callable[[str], list[tuple[str, str]]] | None = None
    ways: Callable[[], list[tuple[str, str]]] | None = None  # each channel, and what is opened or searched there
    reminder_times: ReminderTimes = field(default_factory=ReminderTimes)
    limits: Mapping[tuple[str, str], int] = field(default_factory=dict)  # messages a month; 0: no limit
    bot_links: Mapping[tuple[str, str], str] = field(default_factory=dict)  # where a bot is opened that cannot tell


@dataclass
class Chat:
    """One person's turn: who, what was said, the draft, and `say`, the only way to words."""

    work: Work
    reader: Reader
    incoming: Incoming | None = None
    profile: Profile = field(default_factory=lambda: Profile(buttons=True, edits=True))
    surroundings: Surroundings = field(default_factory=Surroundings)
    draft: Draft = field(default_factory=dict)
    shown: Sequence[Choice] = ()  # what a typed number refers to
    shown_since: Sequence[Choice] = ()  # what went after the message was written, and was not seen yet
    fix: str = ""  # the value of the last ↩️ that this person was shown
    is_genuine: bool = True  # a press of a button that really stood on one of our messages

    _read: dict[object, Any] = field(default_factory=dict)

    def once(self, key: object, read: Callable[[], T]) -> T:
        """What `read` returns, read once a turn: every step of a conversation looks at the same class list."""
        if key not in self._read:
            self._read[key] = read()
        found: T = self._read[key]
        return found

    @property
    def session(self) -> Session:
        return self.work.session

    @property
    def person(self) -> Person | None:
        return self.work.person

    @property
    def me(self) -> Person:
        """The person, where there must be one."""
        if self.work.person is None:
            raise LookupError("nobody has joined from this address")
        return self.work.person

    @property
    def scope(self) -> Scope:
        return self.work.scope

    @property
    def now(self) -> datetime:
        return self.work.now

    @property
    def today(self) -> date:
        """The day that the message speaks of: a late message counts for the day it was written."""
        return self.work.at.astimezone(self.work.zone).date()

    def say(self, sentence: str, /, **values: object) -> str:
        """A whole sentence in the reader's language."""
        return self.reader.say(sentence, **values)

    def say_n(self, one: str, many: str, n: int, /, **values: object) -> str:
        return self.reader.say_n(one, many, n, **values)

    def answer(self, step: str, default: Any = None) -> Any:
        """The answer to a step; the default when it is missing or was skipped."""
        value = self.draft.get(step, default)
        return default if value == SKIPPED else value

    def is_skipped(self, step: str) -> bool:
        return bool(self.draft.get(step) == SKIPPED)

    def to(self, name: str, argument: str = "") -> str:
        """The value of a choice that opens a conversation by name: no conversation imports another."""
        return f"{ENTRY}{name}:{argument}" if argument else f"{ENTRY}{name}"

    def menu_of(self, text: str, *options: tuple[str, str], plain: str = "") -> Outgoing:
        """A message whose numbered choices open things: `(value, label)` in order."""
        choices = tuple(
            Choice(value, label, number=str(place)) for place, (value, label) in enumerate(options, start=1)
        )
        return Outgoing(text, choices, plain=plain)


Ask = Callable[[Chat], "Question"]
Reply = Outgoing | list[Outgoing]


@dataclass(frozen=True)
class Step:
    """One question. `when` says whether it is asked at all.

    With `each`, the step is asked once for every key (`why.12`, `why.15`): `ask` then finds the key in `chat.key`.
    """

    name: str
    ask: Callable[..., Question]
    when: Callable[[Chat], bool] | None = None
    each: Callable[[Chat], Sequence[str]] | None = None

    def expanded(self, chat: Chat) -> list[tuple[str, Ask]]:
        """The questions of this step as they stand now, each with the name that its answer is kept under."""
        if self.when is not None and not self.when(chat):
            return []
        if self.each is None:
            return [(self.name, self.ask)]
        return [(f"{self.name}.{key}", self._for(key)) for key in self.each(chat)]

    def _for(self, key: str) -> Ask:
        return lambda chat: self.ask(chat, key)


@dataclass(frozen=True)
class Conversation:
    """Questions in order and what to do with the answers. Menu, help, commands and plain words follow from this.

    `opens` is called with the argument of the choice that opened it ("" for the command) and returns the first
    answers, or a reply when there is nothing to ask. `fast` reads one whole line into first answers, or None.
    `finish` calls one rule and returns the receipt. `title` names the thing in hand ("Việc thăm nhà em Chi").
    `receives` takes a file that was sent out of the blue, or that was sent before and is here now: first answers, a
    reply, or None; the last argument says that something else is half done, which must not be pushed aside.
    `attach` takes a photo or voice note that came while another question was open; True if it was put into the draft.
    `extra` answers a further choice of the summary: with a message to show before the summary comes again, with answers
    to change (None takes one out, so that it is asked), or None to finish. `counted` names the steps of "(2/5)".
    `is_lookup`: nothing is written down in it, so leaving it half done loses nothing and is not spoken of.
    `instead` names the conversation that command and words open for whoever may not this one but may that one.
    `helper` names who helps on ("cô Hoa"), `caller` the same with the number to telephone.
    """

    name: str
    title: Callable[[Chat], str]
    steps: tuple[Step, ...] = ()
    finish: Callable[[Chat], Reply] | None = None
    command: str = ""
    words: tuple[str, ...] = ()
    may: str = ""
    instead: str = ""
    opens: Callable[[Chat, str], Draft | Reply] | None = None
    fast: Callable[[Chat, str], Draft | Reply | None] | None = None
    helper: Callable[[Chat], str] | None = None
    caller: Callable[[Chat], str] | None = None
    attach: Callable[[Chat, Attachment], bool] | None = None
    receives: Callable[[Chat, Attachment, bool], Draft | Reply | None] | None = None
    extra: Callable[[Chat, str], Outgoing | Draft | None] | None = None
    counted: tuple[str, ...] = ()
    help: str = ""
    is_lookup: bool = False
    for_strangers: bool = False


__all__ = ["ENTRY", "SKIPPED", "Ask", "Chat", "Conversation", "Draft", "Reply", "Step", "Surroundings"]
