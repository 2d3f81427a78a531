"""Several pushes to one person that leave in the same minute are one message: one greeting, a line each, one numbered
set (voice.md §3.12)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.dialogue.conversation import ENTRY
from bot.dialogue.replies import renumbered
from bot.i18n import N_, Reader
from bot.messages import Act, Choice, Outgoing
from storage import chat as memory
from storage.chat import Outbox
from storage.people import Address

OPTIONS = 8  # numbered, in one message (voice.md §3.2)
PUSH, LIST = 300, 900  # characters of one push, and of a list of several (voice.md §2)
OWN_OPTIONS = 2  # a push with more asks for an answer of its own
MINUTE = timedelta(minutes=1)
GREETING = N_("Good morning, %(you)s %(name)s.")
SIGN = re.compile("^[✅📅🔔⚠⏳]\ufe0f?\\s*")  # signs stand at the start of a message, and a line is none
PARTICLE = re.compile(r" ạ\b")
EVERYWHERE = (f"{ENTRY}tasks", f"{ENTRY}menu")  # choices that lead to no thing of their own


def may_join(message: Outgoing) -> bool:
    """Whether a push may stand among others: news in a line, with what can be opened; no question, no open draft."""
    if message.act is not Act.SEND or message.attachment is not None or not message.text:
        return False
    if not all(choice.value.startswith(ENTRY) and choice.number and not choice.mark for choice in message.choices):
        return False
    if message.is_list or message.brief is not None:
        return True
    is_question = "?" in message.text or len(message.choices) > OWN_OPTIONS
    return not (is_question or message.plain or "\n•" in message.text or len(message.text) > PUSH)


def joined(reader: Reader, parts: Sequence[Outgoing]) -> Outgoing | None:
    """The one message of several pushes in their order, a list of tasks last; None when they do not fit into one.

    They do not with more than eight numbered options, with two options of one label that open different things, or
    with more text than a list may have.
    """
    if len(parts) == 1:
        return parts[0]
    news, lists = [one for one in parts if not one.is_list], [one for one in parts if one.is_list]
    choices = _choices(news, lists)
    text = _text(reader, news, lists)
    labels = {choice.label for choice in choices}
    numbered = [choice for choice in choices if choice.number not in ("0", "99")]
    if len(lists) > 1 or len(labels) < len(choices) or len(numbered) > OPTIONS or len(text) > LIST:
        return None
    return Outgoing(text, renumbered(choices), is_private=any(one.is_private for one in parts))


def _choices(news: Sequence[Outgoing], lists: Sequence[Outgoing]) -> list[Choice]:
    """What the tasks' lines open, then what the news opens, each thing once; the way to the tasks where there is room.

    Turning the list's page stays at the end.
    """
    own = [choice for one in lists for choice in one.choices if choice.number != "99"]
    pages = [choice for one in lists for choice in one.choices if choice.number == "99"]
    found = {choice.value: choice for choice in own}
    everywhere: dict[str, Choice] = {}
    for one in news:
        brief = one.brief
        offered = one.choices if brief is None else () if brief.choice is None else (brief.choice,)
        for choice in offered:
            (everywhere if choice.value in EVERYWHERE else found).setdefault(choice.value, choice)
    tasks = [everywhere[value] for value in EVERYWHERE if value in everywhere][:1]
    if found and (lists or len(found) >= OPTIONS):
        tasks = []
    return [*(replace(choice, number="1") for choice in found.values()), *tasks, *pages]


def _text(reader: Reader, news: Sequence[Outgoing], lists: Sequence[Outgoing]) -> str:
    greeting = reader.say(GREETING)
    texts = [one.brief.text if one.brief is not None else one.text for one in news]
    whole = [one.text for one in lists]
    is_greeting = any(text.startswith(greeting) for text in (*texts, *whole))
    texts, whole = ([text.removeprefix(greeting).strip() for text in some] for some in (texts, whole))
    n = len(texts)
    head = reader.say_n("%(You)s has %(n)d piece of news:", "%(You)s has %(n)d pieces of news:", n)
    rows = [reader.say("• %(line)s", line=_line(text)) for text in texts]
    return _respectful([f"{greeting} {head}" if is_greeting else head, *rows, *whole])


def _line(text: str) -> str:
    """One push as a line of a list."""
    return SIGN.sub("", " ".join(text.split("\n")))


def _respectful(lines: list[str]) -> str:
    """Respect is one particle a message (voice.md §1): the last line that has one keeps it."""
    last = max((place for place, line in enumerate(lines) if PARTICLE.search(line)), default=-1)
    return "\n".join(line if place == last else PARTICLE.sub("", line) for place, line in enumerate(lines))


def in_short(message: Outgoing) -> Outgoing:
    """What a push says in one line, as a message of its own: what waits for the list is no page by then."""
    brief = message.brief
    if brief is None:
        return message
    choices = () if brief.choice is None else (replace(brief.choice, number="1"),)
    return replace(message, text=brief.text, choices=choices)


def mates(session: Session, reader: Reader, address: Address, message: Outgoing, due_at: datetime) -> list[Outbox]:
    """What waits to leave in the same minute and makes one message with this one; empty when it goes by itself."""
    start = due_at.replace(second=0, microsecond=0)
    waiting = memory.waiting_together(session, address.channel, address.bot, address.address, start, start + MINUTE)
    groups: dict[int | None, list[Outbox]] = {}
    for row in waiting:
        groups.setdefault(row.together_id, []).append(row)
    for rows in groups.values():
        if joined(reader, [*(own(row) for row in rows), message]) is not None:
            return rows
    return []


def company(
    session: Session, reader: Reader, address: Address, message: Outgoing, due_at: datetime, kinds: Collection[str]
) -> list[Outbox]:
    """What waits for the morning list and can go along with news that leaves anyway; empty when they make no message.

    A request keeps its answers to itself: in a list they would cost a message more each.
    """
    if message.brief is not None or message.is_list:
        return []
    rows = list(memory.waiting_later(session, address.channel, address.bot, address.address, due_at, kinds))
    return rows if rows and joined(reader, [*(own(row) for row in rows), message]) is not None else []


def join(row: Outbox, others: Sequence[Outbox], *, at: datetime | None = None) -> None:
    """Makes a queued row part of the message that others make; all leave when the last of them may, or `at` a time."""
    latest = at or max(one.due_at for one in (row, *others))
    for one in (row, *others):
        one.together_id, one.due_at = others[0].together_id, latest


def own(row: Outbox) -> Outgoing:
    """What a row says by itself."""
    return Outgoing.from_json(row.payload or {})
