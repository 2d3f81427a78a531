"""The engine: all conversations by name, command and words, and how one message is heard.

It knows no subject. Its whole state is the row of the open conversation, and there the draft of answers.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.dialogue.conversation import Chat, Conversation, Draft
from bot.dialogue.hearing import Hearing
from bot.dialogue.open import Open, is_stale
from bot.dialogue.recognition import spelled
from bot.dialogue.replies import as_list, bound, renumbered, with_first_line
from bot.messages import Outgoing
from bot.parsing import fold
from bot.rules.work import Refused
from storage import chat as memory
from storage.chat import ConversationStatus, OpenConversation

SIGNS = string.ascii_letters + string.digits
KEPT_FOR = timedelta(days=2)


class Turn:
    """What one message led to: the replies, whether it answered the question that was shown last, and the name of the
    conversation that it was `about` (empty: none)."""

    def __init__(self, replies: list[Outgoing], answered: bool, about: str = "") -> None:
        self.replies, self.answered, self.about = replies, answered, about


class Dialogue:
    """All conversations. `refusal` words a refusal, `lost` answers what nobody understands, `helper` names whom to
    call."""

    def __init__(
        self,
        conversations: Sequence[Conversation],
        *,
        refusal: Callable[[Chat, Refused], Outgoing],
        lost: Callable[[Chat], Outgoing],
        helper: Callable[[Chat], str],
    ) -> None:
        self.conversations = {conversation.name: conversation for conversation in conversations}
        self.commands = {c.command: c for c in conversations if c.command}
        self._words = {spelled(word): c for c in conversations for word in c.words}
        self._folded = {fold(word): c for c in conversations for word in c.words}
        self.refusal, self.lost, self._helper = refusal, lost, helper

    def hear(self, chat: Chat, address_key: str) -> Turn:
        """One message of one person: everything that follows from it happens in the chat's transaction."""
        hearing = Hearing(self, chat, address_key, self.open_of(chat, address_key))
        savepoint = chat.session.begin_nested()
        try:
            hearing.hear()
            savepoint.commit()
        except Refused as refused:
            savepoint.rollback()
            chat.work.notices.clear()
            self._drop_what_refuses(chat, address_key)
            return Turn([self.refusal(chat, refused)], answered=False, about=hearing.about)
        return Turn(hearing.replies, hearing.answered, hearing.about)

    def _drop_what_refuses(self, chat: Chat, key: str) -> None:
        """An open question that cannot be asked any more (the pupil has left, the invited person came meanwhile) ends,
        or it would refuse every message to come."""
        found = self.open_of(chat, key)
        if found is None:
            return
        try:
            found.shown()
        except Refused:
            found.end(ConversationStatus.EXPIRED)

    def pending(self, chat: Chat, address_key: str) -> Outgoing | None:
        """The open question again, for whoever must be reminded of it."""
        found = self.open_of(chat, address_key)
        return found.shown() if found is not None else None

    # Finding conversations

    def open_of(self, chat: Chat, key: str) -> Open | None:
        """What is open with this person (this address, before joining); what is too old ends here."""
        row = memory.open_conversation(chat.session, _person_id(chat), key)
        if row is None:
            return None
        if row.name not in self.conversations or is_stale(chat, row):
            row.status = ConversationStatus.EXPIRED
            chat.session.flush()
            return None
        chat.draft = dict(row.draft)
        return Open(chat, row, self.conversations[row.name])

    def by_instance(self, chat: Chat, key: str, instance: str) -> Open | None:
        """A conversation of this person by what its buttons carry, whatever became of it."""
        row = memory.by_instance(chat.session, _person_id(chat), key, instance)
        if row is None or row.name not in self.conversations:
            return None
        return Open(chat, row, self.conversations[row.name])

    def kept_of(self, chat: Chat) -> Open | None:
        """What this person set aside last, if it still holds."""
        if chat.person is None:
            return None
        row = memory.kept_conversation(chat.session, chat.person.id, chat.now - KEPT_FOR)
        if row is None or is_stale(chat, row) or row.name not in self.conversations:
            return None
        return Open(chat, row, self.conversations[row.name])

    def start(self, chat: Chat, key: str, conversation: Conversation, first: Draft) -> Open:
        """Opens a conversation with its first answers."""
        chat.draft = dict(first)
        row = OpenConversation(
            instance="".join(secrets.choice(SIGNS) for _ in range(8)),
            person_id=_person_id(chat),
            address_key=key,
            name=conversation.name,
            draft=dict(first),
            started_at=chat.now,
            touched_at=chat.now,
        )
        chat.session.add(row)
        chat.session.flush()
        return Open(chat, row, conversation)

    def named(self, text: str) -> Conversation | None:
        """The conversation whose words these are, typed with their marks."""
        return self._words.get(spelled(text))

    def named_loosely(self, text: str) -> Conversation | None:
        """The same without marks."""
        return self._folded.get(fold(text))

    def for_strangers(self) -> Conversation:
        """The one conversation that is open to whoever has not joined."""
        return next(one for one in self.conversations.values() if one.for_strangers)

    def helper_of(self, chat: Chat, found: Open | None) -> str:
        """Whom to telephone: the conversation's own helper (`cô Hoa`), else the commune's contact."""
        own = None if found is None else found.conversation.helper
        return (own(chat) if own is not None else "") or self._helper(chat)


def _person_id(chat: Chat) -> int | None:
    return None if chat.person is None else chat.person.id


__all__ = ["Dialogue", "Turn", "as_list", "bound", "is_stale", "renumbered", "with_first_line"]
