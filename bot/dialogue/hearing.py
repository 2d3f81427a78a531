"""Hearing one message: a press, a typed answer, a reserved word, a line that starts something else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.dialogue import attachments, sent_again
from bot.dialogue.conversation import ENTRY, Chat, Conversation, Draft, Reply
from bot.dialogue.count import Count
from bot.dialogue.misunderstood import misread
from bot.dialogue.obeying import obey
from bot.dialogue.open import EDITING, LEAVE, RESUME, SAID, WHICH, Open
from bot.dialogue.questions import (
    BACK,
    DROP,
    EDIT,
    SEND,
    SKIP,
    Confirm,
    Misread,
    Outcome,
    Partial,
    Question,
    Tick,
)
from bot.dialogue.recognition import Word, pick, reserved, reserved_folded, spelled
from bot.dialogue.replies import as_list, renumbered, with_first_line
from bot.i18n import N_
from bot.messages import Act, Incoming, Kind, Outgoing
from bot.parsing import fold, numbers
from bot.rules import people
from bot.rules.work import Refused
from storage.chat import ConversationStatus

if TYPE_CHECKING:
    from bot.dialogue.engine import Dialogue


@dataclass
class Hearing:
    """One message on its way through the engine: what is open, and what is answered to it."""

    dialogue: Dialogue
    chat: Chat
    key: str
    open: Open | None
    replies: list[Outgoing] = field(default_factory=list)
    answered: bool = False
    about: str = ""  # the conversation that the message led to
    is_elsewhere: bool = False  # the open question was shown in another chat of this person, not in this one

    def hear(self) -> None:
        """Everything that follows from the message; raises Refused."""
        incoming, chat = self.incoming, self.chat
        self.about = "" if self.open is None else self.open.row.name
        if self.open is not None and chat.person is not None:
            self.is_elsewhere = self.open.row.address_key != self.key
            self.open.row.address_key = self.key
        if incoming.is_edited:
            self.aside(chat.say(EDITED))
        elif incoming.kind is Kind.PRESS:
            self.press(incoming.press)
        elif incoming.is_forwarded and incoming.kind is not Kind.FILE:  # of a file nothing is taken without a yes
            self.aside(chat.say(FORWARDED))
        elif chat.person is None and self.open is None:
            self.start(self.dialogue.for_strangers(), incoming.text)
        elif incoming.kind is Kind.TEXT:
            self.text()
        else:
            attachments.heard(self)

    @property
    def incoming(self) -> Incoming:
        if self.chat.incoming is None:
            raise LookupError("nothing was said")
        return self.chat.incoming

    # Presses

    def press(self, value: str) -> None:
        """A button, or the number or label of one. Old, foreign and forged ones change nothing."""
        if not self.chat.is_genuine:
            self.aside(self.chat.say(OLD_BUTTON))
            return
        self.answered = True
        if value.startswith(ENTRY):
            self.enter(value)
            return
        instance, _, rest = value.partition(":")
        step, _, chosen = rest.partition(":")
        if self.open is None or self.open.row.instance != instance:
            sent_again.pressed(self, instance)
            return
        name, question = self.open.question()
        if name != step or question is None:
            self.aside(self.chat.say(sent_again.ALREADY_ANSWERED))
        elif chosen in (BACK, SKIP):
            obey(self, Word.BACK if chosen == BACK else Word.SKIP)
        else:
            self.chosen(name, question, chosen)

    def chosen(self, name: str, question: Question, value: str) -> None:
        try:
            outcome = question.press(self.chat, value)
        except Misread as misread:
            self.answered = False
            self.show(above=misread.sentence)
            return
        self.outcome(name, question, outcome)

    def enter(self, value: str) -> None:
        """A choice that opens something: `!visits:pupil.12`, or what was set aside."""
        name, _, argument = value.removeprefix(ENTRY).partition(":")
        if name in (RESUME, LEAVE):
            old = self.dialogue.by_instance(self.chat, self.key, argument)
            if old is None or old.row.status not in (ConversationStatus.OPEN, ConversationStatus.KEPT):
                sent_again.pressed(self, argument)
            elif name == RESUME:
                self.resume(old)
            else:
                self.leave(old)
            return
        conversation = self.dialogue.conversations.get(name)
        if conversation is None:
            self.aside(self.chat.say(OLD_BUTTON))
        else:
            self.start(conversation, argument)

    # Typed words

    def text(self) -> None:
        """In one order: words of conversations and reserved words with their marks, commands, then what may fit."""
        text = self.incoming.text
        named = self.dialogue.named(text)
        if named is not None:
            self.start(named, "")
            return
        word = reserved(text)
        if word is not None and obey(self, word):
            return
        if text.startswith("/"):
            self.command(text)
        else:
            self.recognised(text)

    def recognised(self, text: str) -> None:
        """Options exactly; without marks against reserved words; other conversations; then the question's own
        reader."""
        name, question = self.open.question() if self.open is not None else ("", None)
        choice, exact = pick(text, self.chat.shown)
        fits = question.fits(self.chat, text) if question is not None else None
        word = reserved_folded(text)
        # A number is the answer to a list or a count, unless something else was shown after the list.
        is_number = fits is True and isinstance(question, Tick | Count)
        is_later = isinstance(question, Tick) and choice is not None and choice.value.startswith(ENTRY)
        if numbers(text) is not None and (self.is_unseen or (self.is_elsewhere and choice is None)):
            self.show()  # a number means what was seen, and here nothing was
        elif choice is not None and exact and (is_later or not is_number):
            self.press(choice.value)
        elif question is not None and fits is True:
            self.read(name, question, self.incoming)
        elif self.open is not None and word is not None and (choice is not None or fits is False):
            self.open.merge({WHICH: [text, word.value]})
            self.show()
        elif choice is not None:
            self.press(choice.value)
        elif question is not None and fits is False:
            self.read(name, question, self.incoming)
        elif word is None or not obey(self, word):
            self.elsewhere(name, question, text)

    @property
    def is_unseen(self) -> bool:
        """Whether the open question went out only after the message was written: 1 typed twice in a dead spot."""
        own = "" if self.open is None else f"{self.open.row.instance}:"
        return bool(own) and any(choice.value.startswith(own) for choice in self.chat.shown_since)

    def elsewhere(self, name: str, question: Question | None, text: str) -> None:
        other = self.dialogue.named_loosely(text)
        if other is not None:
            self.start(other, "")
        elif sent_again.said(self, text) or (self.chat.person is not None and self.fast(text)):
            return
        elif question is not None:
            self.read(name, question, self.incoming)
        else:
            self.replies = [self.dialogue.lost(self.chat)]

    def command(self, text: str) -> None:
        command, _, argument = text[1:].partition(" ")
        conversation = self.dialogue.commands.get(fold(command.partition("@")[0]))
        if conversation is not None:
            self.start(conversation, argument.strip())
        else:
            self.aside(self.chat.say(NO_COMMAND))

    def fast(self, text: str) -> bool:
        """One line that holds everything (voice.md §3.7)."""
        chat, draft = self.chat, self.chat.draft
        for conversation in self.dialogue.conversations.values():
            if conversation.fast is None or (conversation.may and not people.may(chat.work, conversation.may)):
                continue
            chat.draft = {}
            first = conversation.fast(chat, text)
            if first is not None:
                chat.draft = draft
                self.begin(conversation, {**first, SAID: spelled(text)} if isinstance(first, dict) else first)
                return True
        chat.draft = draft
        return False

    def read(self, name: str, question: Question, incoming: Incoming) -> None:
        try:
            outcome = question.read(self.chat, incoming)
        except Misread as found:
            misread(self, name, question, found)
            return
        self.answered = True
        self.outcome(name, question, outcome)

    # What an answer leads to

    def outcome(self, name: str, question: Question, outcome: Outcome) -> None:
        assert self.open is not None
        self.open.row.misses = 0
        if isinstance(outcome, Partial):
            self.open.merge(outcome.also)
            self.show(in_place=True)
            self.answered = False
        elif name == WHICH:
            self.decided(str(outcome.value))
        elif name == EDITING:
            self.open.edit(str(outcome.value))
            self.go_on()
        elif isinstance(question, Confirm):
            self.confirmed(str(outcome.value))
        else:
            self.open.answer(name, outcome.value, outcome.also)
            self.go_on()

    def decided(self, value: str) -> None:
        """Whether a typed word was a name of the list or the reserved word."""
        assert self.open is not None
        text, word = self.chat.draft[WHICH]
        self.open.merge({WHICH: None})
        if value == "word":
            obey(self, Word(word))
            return
        name, question = self.open.question()
        if question is not None:
            self.read(name, question, replace(self.incoming, kind=Kind.TEXT, text=text))

    def confirmed(self, act: str) -> None:
        assert self.open is not None
        extra = self.open.conversation.extra
        if act == EDIT:
            self.open.merge({EDITING: True})
            self.show()
        elif act == DROP:
            self.cancel()
        elif act != SEND and extra is not None:
            more = extra(self.chat, act)
            if more is None:
                self.finish()
            elif isinstance(more, dict):
                self.open.merge(more)
                self.go_on()
            else:
                self.show()
                self.replies = [more, *self.replies]
        else:
            self.finish()

    def go_on(self) -> None:
        """The next question, or the end."""
        assert self.open is not None
        if self.open.question()[1] is not None:
            self.show()
        else:
            self.finish()

    def show(self, *, above: str = "", in_place: bool = False) -> None:
        """The open question; a pressed list changes where it stands, a typed answer gets a new message below."""
        assert self.open is not None
        message = self.open.shown() or self.dialogue.lost(self.chat)
        if above:
            message = with_first_line(message, above)
        incoming = self.incoming
        if in_place and incoming.kind is Kind.PRESS and self.chat.profile.edits and incoming.message_id:
            message = replace(message, act=Act.EDIT, target=incoming.message_id)
        self.replies = [message]

    def finish(self) -> None:
        assert self.open is not None
        finish = self.open.conversation.finish
        self.open.end(ConversationStatus.DONE)
        self.replies = self.with_kept(as_list(finish(self.chat)) if finish is not None else [])

    def with_kept(self, replies: list[Outgoing]) -> list[Outgoing]:
        """Something set aside earlier is offered with the receipt."""
        kept = self.dialogue.kept_of(self.chat)
        if kept is None or not replies:
            return replies
        last = replies[-1]
        return [*replies[:-1], last.with_choices(renumbered((*last.choices, kept.resume_choice())))]

    def aside(self, sentence: str) -> None:
        """A sentence, and then the open question or the menu: never a dead end."""
        if self.open is not None:
            self.show(above=self.chat.say("%(sentence)s Now there is this question:", sentence=sentence))
        else:
            self.replies = [with_first_line(self.dialogue.lost(self.chat), sentence)]

    def cancel(self) -> None:
        assert self.open is not None
        self.leave(self.open)

    def leave(self, left: Open) -> None:
        """Drops what is open, or what was set aside."""
        left.end(ConversationStatus.CANCELLED)
        chat = self.chat
        self.replies = [chat.menu_of(chat.say(LEFT), (chat.to("tasks"), chat.say("My tasks")))]

    def back(self) -> None:
        assert self.open is not None
        if self.open.back():
            self.show()
        else:
            self.replies = [self.dialogue.lost(self.chat)]

    # Opening

    def start(self, conversation: Conversation, argument: str) -> None:
        """Opens a conversation by its command, words or a choice; raises Refused to whom it is not open."""
        chat = self.chat
        if chat.person is None and not conversation.for_strangers:
            conversation = self.dialogue.for_strangers()
        if conversation.may and not people.may(chat.work, conversation.may):
            other = self.dialogue.conversations.get(conversation.instead)
            if argument or other is None or not people.may(chat.work, other.may):
                raise Refused("not_allowed", action=conversation.may)
            conversation = other
        draft, chat.draft = chat.draft, {}
        first = conversation.opens(chat, argument) if conversation.opens is not None else {}
        chat.draft = draft
        self.begin(conversation, first)

    def begin(self, conversation: Conversation, first: Draft | Reply) -> None:
        """Starts with first answers, or gives the reply and comes back to what was open."""
        self.about = conversation.name
        if self.open is not None and self.open.row.status != ConversationStatus.OPEN:
            self.open = None
        if not isinstance(first, dict):
            replies = as_list(first)
            if self.open is not None and self.open.conversation.is_lookup:
                self.open.set_aside()
                self.open = None
            self.replies = self.digression(self.open, replies) if self.open is not None else self.with_kept(replies)
            return
        line = self.open.set_aside() if self.open is not None else ""
        self.open = self.dialogue.start(self.chat, self.key, conversation, first)
        self.go_on()
        if line and self.replies:
            self.replies[0] = with_first_line(self.replies[0], line)

    def digression(self, kept: Open, replies: list[Outgoing]) -> list[Outgoing]:
        """Another thing is answered in between; the draft is kept and offered again (voice.md V11)."""
        self.chat.draft = dict(kept.row.draft)
        last = replies[-1]
        if not any(choice.number for choice in last.choices):
            shown = kept.shown()
            return [*replies, shown] if shown is not None else replies
        choices = renumbered((kept.resume_choice(), *last.choices))
        return [*replies[:-1], with_first_line(last.with_choices(choices), kept.kept_line())]

    def resume(self, old: Open) -> None:
        """Takes up what was set aside."""
        self.about = old.row.name
        if self.open is not None and self.open.row.id != old.row.id:
            self.open.set_aside()
        old.row.status = ConversationStatus.OPEN
        old.row.touched_at = self.chat.now
        self.chat.session.flush()
        self.chat.draft = dict(old.row.draft)
        self.open = old
        self.show()

    @property
    def helper(self) -> str:
        return self.dialogue.helper_of(self.chat, self.open)

    @property
    def caller(self) -> str:
        """The helper with the number to telephone, where the conversation knows one."""
        own = None if self.open is None else self.open.conversation.caller
        return (own(self.chat) if own is not None else "") or self.helper


EDITED = N_("To correct something, please type it anew: a message changed afterwards is not read.")
FORWARDED = N_("A forwarded message is not taken as an answer. Please type it or choose a number.")
OLD_BUTTON = N_("This button is no longer in use.")
NO_COMMAND = N_("There is no such command.")
LEFT = N_("Left. Nothing was recorded this time; what was sent before stays.")
