"""How fast a platform may be written to: its own limits kept beforehand, and what it asks for when we were too fast."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.chat import Pace
from storage.database import insert_once

ALL_PER_SECOND = 28  # just below Telegram's own limit of 30; a chat takes one a second, and a short burst before
CHAT_AT_ONCE = 3  # then one a second

Chat = tuple[str, str, str]


@dataclass
class Pacer:
    """At most so many messages a second in all, and a chat three at once and then one a second.

    `now` is monotonic, in seconds: a stepped clock must neither open nor close the gate. What a platform itself demands
    (429) is kept in the table Pace, and survives a restart.
    """

    now: Callable[[], float] = time.monotonic
    all_sent: deque[float] = field(default_factory=deque)
    chats: dict[Chat, deque[float]] = field(default_factory=dict)

    def wait_s(self, chat: Chat) -> float:
        """How long this chat must wait now; 0 when it may be written to."""
        now = self.now()
        while self.all_sent and now - self.all_sent[0] >= 1:
            self.all_sent.popleft()
        if len(self.all_sent) >= ALL_PER_SECOND:
            return 1 - (now - self.all_sent[0])
        sent = self.chats.get(chat)
        if sent is None or len(sent) < CHAT_AT_ONCE:
            return 0.0
        return max(0.0, CHAT_AT_ONCE - (now - sent[0]), 1 - (now - sent[-1]))

    def note(self, chat: Chat) -> None:
        """This chat is written to now."""
        now = self.now()
        self.all_sent.append(now)
        sent = self.chats.setdefault(chat, deque(maxlen=CHAT_AT_ONCE))
        sent.append(now)
        if len(self.chats) > 5000:
            self.chats = {key: value for key, value in self.chats.items() if now - value[-1] < 10}


def asked_to_wait(session: Session, now: datetime) -> set[Chat]:
    """The chats (and bots, with an empty address) that a platform asked us to leave alone for a while."""
    rows = session.scalars(select(Pace).where(Pace.not_before > now))
    return {(row.channel, row.bot, row.address) for row in rows}


def leave_alone(session: Session, chat: Chat, until: datetime) -> None:
    """Nothing is sent there before a moment (UTC); with an empty address, nothing by that bot."""
    channel, bot, address = chat
    if insert_once(session, Pace, channel=channel, bot=bot, address=address, not_before=until) is None:
        pace = session.scalars(
            select(Pace).where(Pace.channel == channel, Pace.bot == bot, Pace.address == address)
        ).one()
        pace.not_before = max(pace.not_before, until)
