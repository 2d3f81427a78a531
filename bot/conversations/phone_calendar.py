"""My meetings in my phone's calendar: as a file, or as an address of my own that the phone reads again by itself."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from bot.conversations import files as sending
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.messages import Kind, Outgoing
from bot.reports import calendars
from bot.rules import calendar_tokens, meetings
from storage import files
from storage.files import OURS, KeptFile

KEPT = timedelta(days=1)


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The file; or `address`, `end`."""
    return {"address": address, "end": ended}.get(argument, file)(chat)


def file(chat: Chat) -> Outgoing:
    """The meetings as they are now. Opened a second time, the phone changes what has changed."""
    if not sending.can_send(chat, Kind.FILE):
        return chat.menu_of(chat.say("Here Ra Lớp can send no file."), *_ways(chat))
    n = len(meetings.upcoming(chat.work))
    held = _made(chat)
    chat.work.audit("calendar.made", "person", chat.me.id)
    text = chat.say_n(
        "The meetings of %(you)s as a calendar: %(n)d to come. Please open the file, and the phone asks to take it in.",
        "The meetings of %(you)s as a calendar: %(n)d to come. Please open the file, and the phone asks to take them "
        "in.",
        n,
    )
    ways = chat.menu_of("", *_ways(chat))
    return sending.message(chat, held, text).with_choices(ways.choices)


def _made(chat: Chat) -> KeptFile:
    content = calendars.of_person(chat.work, chat.me, chat.reader)
    return files.put(
        chat.session, channel=OURS, bot=OURS, file_id=f"calendar-{chat.me.id}-{sha256(content).hexdigest()[:16]}",
        address=sending.mine(chat), kind=Kind.FILE, content=content, media_type=calendars.MEDIA_TYPE,
        name=chat.say("meetings.ics"), at=chat.now, keep_until=chat.now + KEPT,
    )  # fmt: skip


def address(chat: Chat) -> Outgoing:
    """A new address. It must be copied, so the message is not locked; it opens nothing but hours and places."""
    if not chat.surroundings.public_url:
        return chat.menu_of(chat.say("Here Ra Lớp has no page that a phone could read."), *_ways(chat))
    link = f"{chat.surroundings.public_url}/lich/{calendar_tokens.make(chat.work)}.ics"
    lines = [
        chat.say("In the calendar of the phone choose “Add by URL”, and put this address in:"),
        link,
        chat.say("It follows by itself when a meeting is moved. Please give it to nobody."),
    ]
    return chat.menu_of("\n".join(lines), *_ways(chat))


def ended(chat: Chat) -> Outgoing:
    """No address opens any more; what a phone has read stays there."""
    if not calendar_tokens.mine(chat.work):
        return chat.menu_of(chat.say("No address of %(you)s is open."), *_ways(chat))
    n = calendar_tokens.end_mine(chat.work)
    text = chat.say_n(
        "✅ Ended: %(n)d address. It opens the meetings of %(you)s no longer.",
        "✅ Ended: %(n)d addresses. They open the meetings of %(you)s no longer.",
        n,
    )
    return chat.menu_of(text, *_ways(chat))


def _ways(chat: Chat) -> list[tuple[str, str]]:
    found = []
    if chat.surroundings.public_url:
        found.append((chat.to("phone_calendar", "address"), chat.say("An address that updates itself")))
    if n := len(calendar_tokens.mine(chat.work)):
        found.append((chat.to("phone_calendar", "end"), chat.say("End the addresses (%(n)d)", n=n)))
    return [*found, (chat.to("preferences"), chat.say("Settings")), (chat.to("menu"), chat.say("Menu"))]


PHONE_CALENDAR = Conversation(
    name="phone_calendar",
    title=lambda chat: chat.say("The phone's calendar"),
    words=("lịch họp vào điện thoại", "lịch điện thoại", "phone calendar"),
    may="meetings.see",
    opens=opening,
    is_lookup=True,
)

__all__ = ["PHONE_CALENDAR"]
