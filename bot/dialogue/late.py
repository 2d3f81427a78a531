"""A message that was long on its way: the answer begins by saying so, and which message it answers (voice.md V15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.dialogue.conversation import Chat
from bot.messages import Act, Kind, Outgoing

LATE = timedelta(minutes=10)


def arrived_late(chat: Chat, replies: Sequence[Outgoing]) -> list[Outgoing]:
    """The replies, of which the first names the hour of the message; of a press its receipt speaks for itself."""
    incoming = chat.incoming
    if incoming is None or incoming.kind is Kind.PRESS or not replies or chat.person is None:
        return list(replies)
    written = chat.work.at
    if chat.now - written <= LATE or replies[0].act is not Act.SEND:
        return list(replies)
    first = replies[0]
    changed = replace(first, text=_told(chat, first.text), plain=_told(chat, first.plain) if first.plain else "")
    return [changed, *replies[1:]]


def _told(chat: Chat, text: str) -> str:
    """On the line of the answer itself; a sign (an emoji) keeps the beginning of its own line (voice.md §2)."""
    at = chat.work.at.astimezone(chat.work.zone)
    time, is_sign = chat.reader.clock(at), not text[:1].isascii() and not text[:1].isalpha()
    if at.date() == chat.work.today:
        line = chat.say("The message that %(you)s sent at %(time)s has arrived.", time=time)
    else:
        day = chat.reader.day(at.date())
        line = chat.say("The message that %(you)s sent at %(time)s on %(day)s has arrived.", time=time, day=day)
    return f"{line}\n{text}" if is_sign else f"{line} {text}"
