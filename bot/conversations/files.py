"""Files that go out: over a channel that carries them, else by a one-time link to a page; and one that is refused."""

from __future__ import annotations

from typing import Protocol

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.messages import Attachment, Kind, Outgoing
from bot.rules import page_links
from bot.rules.work import Notice
from storage import files
from storage.files import KeptFile


def can_send(chat: Chat, kind: Kind) -> bool:
    """Whether such a file can reach this person at all: over the chat, or by a page of ours."""
    return chat.profile.carries(kind) or bool(chat.surroundings.public_url)


def message(chat: Chat, held: KeptFile, text: str) -> Outgoing:
    """A file that we hold, with a line that says what it is; where the chat carries none, the line and a link.

    Call it only where the file is really sent: each link is a new one, and works once.
    """
    if chat.profile.carries(Kind(held.kind)):
        return Outgoing(text, is_private=True, attachment=attached(held))
    link = page_links.url(chat.work, chat.surroundings.public_url, f"/tep/{held.id}")
    line = chat.say("Once, within 30 minutes, it can be opened here: %(link)s", link=link)
    return Outgoing(f"{text}\n{line}", is_private=True)


class Sent(Protocol):
    """A photo, voice note or file that somebody sent with a report, where its platform keeps it."""

    @property
    def kind(self) -> str: ...
    @property
    def file_id(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def bot(self) -> str: ...


def handed_on(chat: Chat, file: Sent, text: str, *, seconds: int = 0) -> Outgoing:
    """What came over one channel, sent on over this one; call it only after the right to it was checked.

    Delivery fetches its content where it came from. A page shows it a moment later: it is fetched meanwhile.
    """
    kind = Kind(file.kind)
    if chat.profile.carries(kind):
        attachment = Attachment(kind, file.file_id, seconds=seconds, channel=file.channel, bot=file.bot)
        return Outgoing(text, is_private=True, attachment=attachment)
    held = files.want(
        chat.session, channel=file.channel, bot=file.bot, file_id=file.file_id, address="", kind=kind, at=chat.now
    )
    return message(chat, held, text)


def mine(chat: Chat) -> str:
    """The address of a file that we made for this person: nobody else is sent it."""
    return f"person-{chat.me.id}"


def attached(held: KeptFile) -> Attachment:
    """The file as it goes along with a message, over whatever channel."""
    return Attachment(
        Kind(held.kind),
        held.file_id,
        size_bytes=held.size_bytes,
        name=held.name,
        channel=held.channel,
        bot=held.bot,
    )


def tell_refused(chat: Chat, notice: Notice) -> Outgoing | None:
    """In place of the file, to whoever asked for it."""
    text = chat.say("This file cannot be sent here. Whoever needs it may call %(helper)s.", helper=wording.helper(chat))
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


NOTICES = {"files.refused": tell_refused}
