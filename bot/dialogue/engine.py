"""The engine: asks the first question that has no acceptable answer, and hears what comes back.

Its whole state is the row of the open conversation, and there the draft of answers. That one rule gives resuming after
a restart, correcting any answer, branches, a deploy that inserts a question, and a pupil who left the roster meanwhile.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.dialogue.conversation import ENTRY, SKIPPED, Chat, Conversation, Draft, Reply
from bot.dialogue.questions import (
    BACK,
    DROP,
    EDIT,
    MORE,
    NONE,
    SEND,
    SKIP,
    Choose,
    Confirm,
    Misread,
    Option,
    Outcome,
    Partial,
    Question,
    Tick,
)
from bot.dialogue.recognition import Word, pick, reserved, reserved_folded, spelled
from bot.i18n import N_
from bot.messages import Act, Choice, Incoming, Kind, Outgoing
from bot.parsing import fold
from bot.rules import people
from bot.rules.work import Refused
from storage import chat as memory
from storage.chat import ConversationStatus, OpenConversation

SIGNS = string.ascii_letters + string.digits
EDITING, WHICH, PATH, WAS = "~edit", "~which", "~path", "~was"
RESUME = "~resume"


@dataclass
class Turn:
    """What one message led to: the replies, and whether it answered the question that was shown last."""

    replies: list[Outgoing] = field(default_factory=list)
    answered: bool = False


class Dialogue:
    """All conversations, by name, command and words."""

    def __init__(
        self,
        conversations: Sequence[Conversation],
        *,
        refusal: Callable[[Chat, Refused], Outgoing],
        lost: Callable[[Chat], Outgoing],
        helper: Callable[[Chat], str],
    ) -> None:
        """`refusal` words a refusal, `lost` answers what nobody understands, `helper` names whom to telephone."""
        self.conversations = {conversation.name: conversation for conversation in conversations}
        self._commands = {c.command: c for c in conversations if c.command}
        self._words = {spelled(word): c for c in conversations for word in c.words}
        self._folded = {fold(word): c for c in conversations for word in c.words}
        self._refusal, self._lost, self._helper = refusal, lost, helper

    def hear(self, chat: Chat, address_key: str) -> Turn:
        """One message of one person: everything that follows from it happens in the chat's transaction."""
        row = self._open_row(chat, address_key)
        turn = Turn()
        savepoint = chat.session.begin_nested()
        try:
            self._hear(chat, row, address_key, turn)
            savepoint.commit()
        except Refused as refused:
            savepoint.rollback()
            row = self._open_row(chat, address_key)
            turn.replies = [self._refusal(chat, refused)]
        return turn

    def _hear(self, chat: Chat, row: OpenConversation | None, key: str, turn: Turn) -> None:
        incoming = _incoming(chat)
        if incoming.is_edited:
            turn.replies = [self._aside(chat, row, chat.say(EDITED))]
        elif incoming.kind is Kind.PRESS:
            self._press(chat, row, key, incoming.press, turn)
        elif incoming.is_forwarded:
            turn.replies = [self._aside(chat, row, chat.say(FORWARDED))]
        elif chat.person is None and row is None:
            self._start(chat, None, key, self._for_strangers(), incoming.text, turn)
        elif incoming.kind is Kind.TEXT:
            self._text(chat, row, key, incoming, turn)
        else:
            self._thing(chat, row, incoming, turn)

    # What is open

    def _open_row(self, chat: Chat, key: str) -> OpenConversation | None:
        person_id = None if chat.person is None else chat.person.id
        row = memory.open_conversation(chat.session, person_id, key)
        if row is not None and (row.name not in self.conversations or is_stale(chat, row)):
            row.status = ConversationStatus.EXPIRED
            chat.session.flush()
            row = None
        if row is not None:
            chat.draft = dict(row.draft)
        return row

    def _question(self, chat: Chat, row: OpenConversation) -> tuple[str, Question | None]:
        """The first question without an acceptable answer, and the name of its step; none: all are answered."""
        conversation = self.conversations[row.name]
        if chat.draft.get(WHICH):
            return WHICH, self._which(chat)
        for step in conversation.steps:
            for name, ask in step.expanded(chat):
                answer = chat.draft.get(name)
                if answer == SKIPPED:
                    continue
                question = ask(chat)
                if isinstance(question, Confirm) and chat.draft.get(EDITING):
                    return EDITING, self._edit_which(chat, question)
                if answer is None or not question.accepts(chat, answer):
                    return name, question
        return "", None

    def _edit_which(self, chat: Chat, confirm: Confirm) -> Choose:
        options = [Option(step, label, is_short=True) for step, label in confirm.lines]
        return Choose(chat.say("Change which line?"), options, back=True, required=True)

    def _which(self, chat: Chat) -> Choose:
        text, word = chat.draft[WHICH]
        return Choose(
            chat.say("Is “%(text)s” somebody in the list?", text=text),
            [
                Option("name", chat.say("Yes, the one called %(text)s", text=text)),
                Option("word", chat.say(MEANINGS[Word(word)])),
            ],
            required=True,
        )

    def pending(self, chat: Chat, address_key: str) -> Outgoing | None:
        """The open question again, for whoever must be reminded of it."""
        row = self._open_row(chat, address_key)
        if row is None:
            return None
        return self._shown(chat, row)

    def _shown(self, chat: Chat, row: OpenConversation) -> Outgoing:
        name, question = self._question(chat, row)
        if question is None:
            return self._lost(chat)
        row.step = name
        return bound(question.show(chat), row.instance, name)

    # Presses

    def _press(self, chat: Chat, row: OpenConversation | None, key: str, value: str, turn: Turn) -> None:
        if not chat.is_genuine:
            turn.replies = [self._aside(chat, row, chat.say(OLD_BUTTON))]
            return
        turn.answered = True
        if value.startswith(ENTRY):
            self._enter(chat, row, key, value, turn)
            return
        instance, _, rest = value.partition(":")
        step, _, chosen = rest.partition(":")
        if row is None or row.instance != instance:
            turn.replies = [self._too_late(chat, row, key, instance)]
            return
        name, question = self._question(chat, row)
        if name != step or question is None:
            turn.replies = [self._aside(chat, row, chat.say(ALREADY_ANSWERED))]
            return
        self._chosen(chat, row, key, name, question, chosen, turn)

    def _chosen(
        self,
        chat: Chat,
        row: OpenConversation,
        key: str,
        name: str,
        question: Question,
        chosen: str,
        turn: Turn,
    ) -> None:
        if chosen == BACK:
            self._obey(chat, row, key, Word.BACK, turn)
        elif chosen == SKIP:
            self._obey(chat, row, key, Word.SKIP, turn)
        else:
            try:
                outcome = question.press(chat, chosen)
            except Misread as misread:
                turn.answered = False
                turn.replies = [with_first_line(self._shown(chat, row), misread.sentence)]
                return
            self._outcome(chat, row, key, name, question, outcome, turn)

    def _too_late(self, chat: Chat, row: OpenConversation | None, key: str, instance: str) -> Outgoing:
        """A button of a conversation that is over: when it was recorded, then what is open now, or the menu."""
        person_id = None if chat.person is None else chat.person.id
        old = memory.by_instance(chat.session, person_id, key, instance)
        if old is not None and old.status == ConversationStatus.KEPT:
            return self._resume(chat, row, old)
        if old is not None and old.status == ConversationStatus.DONE and old.finished_at is not None:
            return self._aside(chat, row, chat.say(RECORDED_AT, time=chat.reader.clock(old.finished_at)))
        return self._aside(chat, row, chat.say(ALREADY_ANSWERED))

    def _aside(self, chat: Chat, row: OpenConversation | None, sentence: str) -> Outgoing:
        """A sentence, and then the open question or the menu: never a dead end."""
        if row is not None:
            still = chat.say("%(sentence)s Now there is this question:", sentence=sentence)
            return with_first_line(self._shown(chat, row), still)
        return with_first_line(self._lost(chat), sentence)

    # Typed words

    def _text(self, chat: Chat, row: OpenConversation | None, key: str, incoming: Incoming, turn: Turn) -> None:
        text = incoming.text
        opened = self._exactly_named(text)
        if opened is not None:
            self._start(chat, row, key, opened, "", turn)
            return
        word = reserved(text)
        if word is not None and self._obey(chat, row, key, word, turn):
            return
        if text.startswith("/"):
            self._command(chat, row, key, text, turn)
            return
        self._recognised(chat, row, key, incoming, turn)

    def _recognised(self, chat: Chat, row: OpenConversation | None, key: str, incoming: Incoming, turn: Turn) -> None:
        """Options exactly, then without marks against reserved words, then other conversations, then the question."""
        text = incoming.text
        name, question = self._question(chat, row) if row is not None else ("", None)
        choice, exact = pick(text, chat.shown)
        fits = question.fits(chat, text) if question is not None else None
        if choice is not None and exact and not (fits is True and isinstance(question, Tick)):
            self._press(chat, row, key, choice.value, turn)
            return
        if row is not None and question is not None and fits is True:
            self._read(chat, row, key, name, question, incoming, turn)
            return
        word = reserved_folded(text)
        if row is not None and word is not None and (choice is not None or fits is False):
            self._merge(chat, row, {WHICH: [text, word.value]})
            turn.replies = [self._shown(chat, row)]
        elif choice is not None:
            self._press(chat, row, key, choice.value, turn)
        elif row is not None and question is not None and fits is False:
            self._read(chat, row, key, name, question, incoming, turn)
        elif word is not None and self._obey(chat, row, key, word, turn):
            return
        else:
            self._elsewhere(chat, row, key, name, question, incoming, turn)

    def _elsewhere(
        self,
        chat: Chat,
        row: OpenConversation | None,
        key: str,
        name: str,
        question: Question | None,
        incoming: Incoming,
        turn: Turn,
    ) -> None:
        other = self._folded.get(fold(incoming.text))
        if other is not None:
            self._start(chat, row, key, other, "", turn)
        elif chat.person is not None and self._fast(chat, row, key, incoming.text, turn):
            return
        elif row is not None and question is not None:
            self._read(chat, row, key, name, question, incoming, turn)
        else:
            turn.replies = [self._lost(chat)]

    def _exactly_named(self, text: str) -> Conversation | None:
        return self._words.get(spelled(text))

    def _command(self, chat: Chat, row: OpenConversation | None, key: str, text: str, turn: Turn) -> None:
        command, _, argument = text[1:].partition(" ")
        conversation = self._commands.get(fold(command.partition("@")[0]))
        if conversation is not None:
            self._start(chat, row, key, conversation, argument.strip(), turn)
        elif row is not None:
            turn.replies = [self._aside(chat, row, chat.say(NO_COMMAND))]
        else:
            turn.replies = [with_first_line(self._lost(chat), chat.say(NO_COMMAND))]

    def _fast(self, chat: Chat, row: OpenConversation | None, key: str, text: str, turn: Turn) -> bool:
        """One line that holds everything (voice.md §3.7)."""
        draft = chat.draft
        for conversation in self.conversations.values():
            if conversation.fast is None or (conversation.may and not people.may(chat.work, conversation.may)):
                continue
            chat.draft = {}
            first = conversation.fast(chat, text)
            if first is not None:
                chat.draft = draft
                self._begin(chat, row, key, conversation, first, turn)
                return True
        chat.draft = draft
        return False

    def _read(
        self,
        chat: Chat,
        row: OpenConversation,
        key: str,
        name: str,
        question: Question,
        incoming: Incoming,
        turn: Turn,
    ) -> None:
        try:
            outcome = question.read(chat, incoming)
        except Misread as misread:
            turn.replies = self._misread(chat, row, key, name, question, misread)
            return
        turn.answered = True
        self._outcome(chat, row, key, name, question, outcome, turn)

    def _misread(
        self, chat: Chat, row: OpenConversation, key: str, name: str, question: Question, misread: Misread
    ) -> list[Outgoing]:
        """Three steps (voice.md §3.8): an example; the options, a voice note, skip; then on without the answer."""
        row.misses += 1
        helper = self._helper_of(chat, row)
        if row.misses == 1:
            return [Outgoing(misread.sentence)]
        if row.misses == 2 or not question.may_skip:
            return [self._offered(chat, row, name, question, helper)]
        self._merge(chat, row, {name: SKIPPED, PATH: [*chat.draft.get(PATH, []), name]})
        turn = Turn()
        self._go_on(chat, row, key, turn)
        return [Outgoing(chat.say(LATER, helper=helper)), *turn.replies]

    def _offered(self, chat: Chat, row: OpenConversation, name: str, question: Question, helper: str) -> Outgoing:
        shown = question.show(chat)
        sentence = chat.say(HARD_VOICE if chat.profile.voice and question.may_skip else HARD, helper=helper)
        choices = shown.choices
        if question.may_skip and not any(choice.value == SKIP for choice in choices):
            choices = (
                *choices,
                Choice(SKIP, chat.say("Skip this question"), typed=chat.say("To skip, type: skip")),
            )
        return bound(replace(shown, text=sentence, plain="", choices=choices), row.instance, name)

    # Other kinds of message

    def _thing(self, chat: Chat, row: OpenConversation | None, incoming: Incoming, turn: Turn) -> None:
        """A photo, a voice note, a sticker: taken where it is welcome, answered everywhere."""
        if row is not None and incoming.attachment is not None:
            name, question = self._question(chat, row)
            if question is not None:
                try:
                    outcome = question.read(chat, incoming)
                except Misread:
                    pass
                else:
                    turn.answered = True
                    self._outcome(chat, row, "", name, question, outcome, turn)
                    return
            attach = self.conversations[row.name].attach
            if attach is not None and attach(chat, incoming.attachment):
                self._merge(chat, row, {})
                turn.replies = [with_first_line(self._shown(chat, row), chat.say("Received."))]
                return
        helper = self._helper_of(chat, row)
        turn.replies = [self._aside(chat, row, chat.say(CANNOT_SEE, helper=helper))]
        if row is None:
            return
        turn.replies = [Outgoing(chat.say(CANNOT_SEE, helper=helper))]

    # What an answer leads to

    def _outcome(
        self,
        chat: Chat,
        row: OpenConversation,
        key: str,
        name: str,
        question: Question,
        outcome: Outcome,
        turn: Turn,
    ) -> None:
        row.misses = 0
        row.touched_at = chat.now
        if isinstance(outcome, Partial):
            self._merge(chat, row, outcome.also)
            turn.replies = [self._in_place(chat, self._shown(chat, row))]
            turn.answered = False
        elif name == WHICH:
            self._decided(chat, row, key, str(outcome.value), turn)
        elif name == EDITING:
            self._edit(chat, row, str(outcome.value))
            self._go_on(chat, row, key, turn)
        elif isinstance(question, Confirm):
            self._confirmed(chat, row, str(outcome.value), turn)
        else:
            path = [step for step in chat.draft.get(PATH, []) if step != name]
            self._merge(chat, row, {**outcome.also, name: outcome.value, PATH: [*path, name], WAS: None})
            self._go_on(chat, row, key, turn)

    def _in_place(self, chat: Chat, message: Outgoing) -> Outgoing:
        """A pressed list changes where it stands; a typed answer makes a new message, so that it is at the bottom."""
        incoming = _incoming(chat)
        if incoming.kind is Kind.PRESS and chat.profile.edits and incoming.message_id:
            return replace(message, act=Act.EDIT, target=incoming.message_id)
        return message

    def _decided(self, chat: Chat, row: OpenConversation, key: str, value: str, turn: Turn) -> None:
        text, word = chat.draft[WHICH]
        self._merge(chat, row, {WHICH: None})
        if value == "word":
            self._obey(chat, row, key, Word(word), turn)
            return
        name, question = self._question(chat, row)
        if question is not None:
            typed = replace(_incoming(chat), kind=Kind.TEXT, text=text)
            self._read(chat, row, key, name, question, typed, turn)

    def _edit(self, chat: Chat, row: OpenConversation, step: str) -> None:
        """Opens one line of the summary again; the old answer comes back if the person turns round."""
        was = {name: value for name, value in chat.draft.items() if name == step or name.startswith(step + ".")}
        self._merge(chat, row, {EDITING: None, WAS: was, **dict.fromkeys(was)})

    def _confirmed(self, chat: Chat, row: OpenConversation, act: str, turn: Turn) -> None:
        conversation = self.conversations[row.name]
        if act == EDIT:
            self._merge(chat, row, {EDITING: True})
            turn.replies = [self._shown(chat, row)]
        elif act == DROP:
            turn.replies = [self._cancel(chat, row)]
        elif act != SEND and conversation.extra is not None:
            shown = conversation.extra(chat, act)
            turn.replies = [shown, self._shown(chat, row)] if shown is not None else self._finish(chat, row)
        else:
            turn.replies = self._finish(chat, row)

    def _go_on(self, chat: Chat, row: OpenConversation, key: str, turn: Turn) -> None:
        """The next question, or the end."""
        _, question = self._question(chat, row)
        turn.replies = [self._shown(chat, row)] if question is not None else self._finish(chat, row)

    def _finish(self, chat: Chat, row: OpenConversation) -> list[Outgoing]:
        finish = self.conversations[row.name].finish
        row.status = ConversationStatus.DONE
        row.finished_at = row.touched_at = chat.now
        chat.session.flush()
        replies = as_list(finish(chat)) if finish is not None else []
        return self._with_kept(chat, replies)

    def _with_kept(self, chat: Chat, replies: list[Outgoing]) -> list[Outgoing]:
        """Something set aside earlier is offered with the receipt."""
        kept = self._kept(chat)
        if kept is None or not replies:
            return replies
        offer = self._resume_choice(chat, kept)
        last = replies[-1]
        return [*replies[:-1], last.with_choices(renumbered((*last.choices, offer)))]

    def _merge(self, chat: Chat, row: OpenConversation, also: Draft) -> None:
        """Changes the draft, in the chat and in the row; None takes an answer out."""
        for name, value in also.items():
            if value is None:
                chat.draft.pop(name, None)
            else:
                chat.draft[name] = value
        row.draft = dict(chat.draft)
        row.touched_at = chat.now

    # Reserved words

    def _obey(self, chat: Chat, row: OpenConversation | None, key: str, word: Word, turn: Turn) -> bool:
        """Does what a reserved word says; False where it says nothing here."""
        if word is Word.FIX and row is None and chat.fix:
            self._press(chat, row, key, chat.fix, turn)
            return True
        if row is None:
            return self._obey_without(chat, word, turn)
        name, question = self._question(chat, row)
        turn.answered = word is not Word.HELP
        if word is Word.CANCEL:
            turn.replies = [self._cancel(chat, row)]
        elif word is Word.BACK:
            turn.replies = [self._back(chat, row)]
        elif word is Word.SKIP and question is not None and question.may_skip:
            self._merge(chat, row, {name: SKIPPED, PATH: [*chat.draft.get(PATH, []), name]})
            self._go_on(chat, row, key, turn)
        elif word is Word.SKIP:
            turn.replies = [with_first_line(self._shown(chat, row), chat.say("This question needs an answer."))]
        elif word is Word.HELP:
            turn.replies = [self._offered_help(chat, row)]
        elif word is Word.FIX:
            self._fix_open(chat, row, question, turn)
        elif isinstance(question, Tick) and word in (Word.ALL, Word.MORE):
            value = NONE if word is Word.ALL else MORE
            self._outcome(chat, row, key, name, question, question.press(chat, value), turn)
        else:
            turn.answered = False
            return False
        return True

    def _obey_without(self, chat: Chat, word: Word, turn: Turn) -> bool:
        if word is Word.CANCEL:
            turn.replies = [with_first_line(self._lost(chat), chat.say("There is nothing open to leave."))]
        elif word is Word.HELP and "help" in self.conversations:
            self._start(chat, None, "", self.conversations["help"], "", turn)
        elif word in (Word.BACK, Word.FIX, Word.SKIP):
            turn.replies = [self._lost(chat)]
        else:
            return False
        return True

    def _fix_open(self, chat: Chat, row: OpenConversation, question: Question | None, turn: Turn) -> None:
        if isinstance(question, Confirm):
            self._confirmed(chat, row, EDIT, turn)
        else:
            turn.replies = [self._back(chat, row)]

    def _offered_help(self, chat: Chat, row: OpenConversation) -> Outgoing:
        return with_first_line(
            self._shown(chat, row),
            chat.say(HELP_HERE, helper=self._helper_of(chat, row)),
        )

    def _cancel(self, chat: Chat, row: OpenConversation) -> Outgoing:
        row.status = ConversationStatus.CANCELLED
        row.finished_at = row.touched_at = chat.now
        chat.session.flush()
        return chat.menu_of(chat.say(LEFT), (chat.to("tasks"), chat.say("My tasks")))

    def _back(self, chat: Chat, row: OpenConversation) -> Outgoing:
        """One question back; before the first one, out of the conversation with nothing recorded."""
        if chat.draft.get(WAS) is not None:
            self._merge(chat, row, {**chat.draft[WAS], WAS: None})
        elif chat.draft.get(EDITING):
            self._merge(chat, row, {EDITING: None})
        elif chat.draft.get(WHICH):
            self._merge(chat, row, {WHICH: None})
        else:
            path = list(chat.draft.get(PATH, []))
            if not path:
                row.status = ConversationStatus.CANCELLED
                row.finished_at = chat.now
                chat.session.flush()
                return self._lost(chat)
            last = path.pop()
            former = chat.draft.get(last)
            prefilled = {f"~{last}": former} if isinstance(former, list) else {}
            self._merge(chat, row, {last: None, PATH: path, **prefilled})
        row.misses = 0
        return self._shown(chat, row)

    # Opening

    def _enter(self, chat: Chat, row: OpenConversation | None, key: str, value: str, turn: Turn) -> None:
        name, _, argument = value.removeprefix(ENTRY).partition(":")
        if name == RESUME:
            person_id = None if chat.person is None else chat.person.id
            old = memory.by_instance(chat.session, person_id, key, argument)
            open_again = (ConversationStatus.OPEN, ConversationStatus.KEPT)
            if old is not None and old.status in open_again:
                turn.replies = [self._resume(chat, row, old)]
            else:
                turn.replies = [self._too_late(chat, row, key, argument)]
            return
        conversation = self.conversations.get(name)
        if conversation is None:
            turn.replies = [self._aside(chat, row, chat.say(OLD_BUTTON))]
            return
        self._start(chat, row, key, conversation, argument, turn)

    def _start(
        self,
        chat: Chat,
        row: OpenConversation | None,
        key: str,
        conversation: Conversation,
        argument: str,
        turn: Turn,
    ) -> None:
        if chat.person is None and not conversation.for_strangers:
            conversation = self._for_strangers()
        if conversation.may and not people.may(chat.work, conversation.may):
            raise Refused("not_allowed", action=conversation.may)
        draft, chat.draft = chat.draft, {}
        first = conversation.opens(chat, argument) if conversation.opens is not None else {}
        chat.draft = draft
        self._begin(chat, row, key, conversation, first, turn)

    def _begin(
        self,
        chat: Chat,
        row: OpenConversation | None,
        key: str,
        conversation: Conversation,
        first: Draft | Reply,
        turn: Turn,
    ) -> None:
        """Starts with first answers, or gives the reply and comes back to what was open."""
        if row is not None and row.status != ConversationStatus.OPEN:
            row = None
        if not isinstance(first, dict):
            replies = as_list(first)
            turn.replies = self._digression(chat, row, replies) if row is not None else self._with_kept(chat, replies)
            return
        line = self._set_aside(chat, row) if row is not None else ""
        chat.draft = dict(first)
        new = OpenConversation(
            instance="".join(secrets.choice(SIGNS) for _ in range(8)),
            person_id=None if chat.person is None else chat.person.id,
            address_key=key,
            name=conversation.name,
            draft=dict(first),
            started_at=chat.now,
            touched_at=chat.now,
        )
        chat.session.add(new)
        chat.session.flush()
        self._go_on(chat, new, key, turn)
        if line and turn.replies:
            turn.replies[0] = with_first_line(turn.replies[0], line)

    def _set_aside(self, chat: Chat, row: OpenConversation) -> str:
        line = self._kept_line(chat, row) if row.draft.get(PATH) else ""
        row.status = ConversationStatus.KEPT if line else ConversationStatus.CANCELLED
        row.touched_at = chat.now
        chat.session.flush()
        return line

    def _digression(self, chat: Chat, row: OpenConversation, replies: list[Outgoing]) -> list[Outgoing]:
        """Another thing is answered in between; the draft is kept and offered again (voice.md V11)."""
        chat.draft = dict(row.draft)
        last = replies[-1]
        if not any(choice.number for choice in last.choices):
            return [*replies, self._shown(chat, row)]
        choices = renumbered((self._resume_choice(chat, row), *last.choices))
        return [*replies[:-1], with_first_line(last.with_choices(choices), self._kept_line(chat, row))]

    def _kept_line(self, chat: Chat, row: OpenConversation) -> str:
        conversation = self.conversations[row.name]
        draft, chat.draft = chat.draft, dict(row.draft)
        title, place = conversation.title(chat), self._progress(chat, row)
        chat.draft = draft
        if place:
            return chat.say("%(title)s is half done (%(place)s); Ra Lớp keeps it for you.", title=title, place=place)
        return chat.say("%(title)s is half done; Ra Lớp keeps it for you.", title=title)

    def _progress(self, chat: Chat, row: OpenConversation) -> str:
        counted = self.conversations[row.name].counted
        name, _ = self._question(chat, row)
        return f"{counted.index(name) + 1}/{len(counted)}" if name in counted else ""

    def _resume_choice(self, chat: Chat, row: OpenConversation) -> Choice:
        draft, chat.draft = chat.draft, dict(row.draft)
        title = self.conversations[row.name].title(chat)
        chat.draft = draft
        label = chat.say("Go on: %(title)s", title=title[:1].lower() + title[1:])
        return Choice(f"{ENTRY}{RESUME}:{row.instance}", label, number="1")

    def _resume(self, chat: Chat, row: OpenConversation | None, old: OpenConversation) -> Outgoing:
        if row is not None and row.id != old.id:
            self._set_aside(chat, row)
        old.status = ConversationStatus.OPEN
        old.touched_at = chat.now
        chat.session.flush()
        chat.draft = dict(old.draft)
        return self._shown(chat, old)

    def _kept(self, chat: Chat) -> OpenConversation | None:
        if chat.person is None:
            return None
        kept = memory.kept_conversation(chat.session, chat.person.id, chat.now - timedelta(days=2))
        return kept if kept is not None and not is_stale(chat, kept) and kept.name in self.conversations else None

    def _for_strangers(self) -> Conversation:
        return next(c for c in self.conversations.values() if c.for_strangers)

    def _helper_of(self, chat: Chat, row: OpenConversation | None) -> str:
        own = None if row is None else self.conversations[row.name].helper
        return (own(chat) if own is not None else "") or self._helper(chat)


def _incoming(chat: Chat) -> Incoming:
    if chat.incoming is None:
        raise LookupError("nothing was said")
    return chat.incoming


def is_stale(chat: Chat, row: OpenConversation) -> bool:
    """A draft is kept until the end of the day after it was last touched (voice.md §3.9)."""
    touched: datetime = row.touched_at
    return (chat.work.today - touched.astimezone(chat.work.zone).date()).days > 1


def bound(message: Outgoing, instance: str, step: str) -> Outgoing:
    """Choices bound to conversation and step: `instance:step:value`."""
    choices = tuple(
        choice if choice.value.startswith(ENTRY) else replace(choice, value=f"{instance}:{step}:{choice.value}")
        for choice in message.choices
    )
    return message.with_choices(choices)


def with_first_line(message: Outgoing, line: str) -> Outgoing:
    """The message below a line of its own."""
    return replace(message, text=f"{line}\n{message.text}", plain=f"{line}\n{message.plain}" if message.plain else "")


def renumbered(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Numbers 1, 2, … again, in order; what has no number keeps none, and 0 stays 0."""
    place = 0
    result = []
    for choice in choices:
        if choice.number and choice.number != "0":
            place += 1
            choice = replace(choice, number=str(place))
        result.append(choice)
    return tuple(result)


def as_list(reply: Reply) -> list[Outgoing]:
    return reply if isinstance(reply, list) else [reply]


EDITED = N_("To correct something, please type it anew: a message changed afterwards is not read.")
FORWARDED = N_("A forwarded message is not taken as an answer. Please type it or choose a number.")
OLD_BUTTON = N_("This button is no longer in use.")
ALREADY_ANSWERED = N_("You have already answered this one.")
RECORDED_AT = N_("This was already recorded at %(time)s.")
NO_COMMAND = N_("There is no such command.")
LATER = N_("Never mind, %(helper)s will ask you that later. On to the next question.")
HARD_VOICE = N_("If it is hard to choose, send a voice note and %(helper)s will write it down.")
HARD = N_("If it is hard to choose, please call %(helper)s.")
CANNOT_SEE = N_("Ra Lớp cannot see this kind of message yet. Please type words or a number, or call %(helper)s.")
HELP_HERE = N_("Choose a number or type an answer. 0 goes back, “cancel” leaves. If it is hard, call %(helper)s.")
LEFT = N_("Left. Nothing was recorded this time; what was sent before stays.")
MEANINGS = {
    Word.BACK: N_("No, go back"),
    Word.SKIP: N_("No, skip this"),
    Word.CANCEL: N_("No, leave without recording"),
    Word.MORE: N_("No, show more"),
    Word.HELP: N_("No, I need help"),
    Word.ALL: N_("No, everybody is present"),
    Word.FIX: N_("No, correct something"),
}
