"""The browsers that a person's messages are open in: which they are, ending them, and the link that opens another."""

from __future__ import annotations

from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.messages import Outgoing
from bot.rules import devices, page_links
from bot.rules.work import Notice
from storage.people import WebSession

SHOWN = 4  # more than these nobody reads; all others can be ended at once


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The list; or `end.12`, `others`, `link`."""
    what, _, key = argument.partition(".")
    if what == "end" and key.isdecimal():
        return ended(chat, int(key))
    if what == "others":
        return others_ended(chat)
    if what == "link":
        return link(chat)
    return listed(chat)


def listed(chat: Chat) -> Outgoing:
    """Each browser with since when and when it was used last; all but this one can be ended."""
    found = devices.listed(chat.work)
    others = [one for one in found if not _is_here(chat, one)]
    lines = [chat.say("Devices that have the page of %(you)s open: %(n)d", n=len(found))]
    lines += [_line(chat, one) for one in found[:SHOWN]]
    options = [
        (chat.to("devices", f"end.{one.id}"), chat.say("End %(device)s", device=_name(one))) for one in others[:SHOWN]
    ]
    if len(others) > 1:
        options.append((chat.to("devices", "others"), chat.say("End all other devices")))
    return chat.menu_of("\n".join(lines), *options, *_link_option(chat), *_way_back(chat))


def _line(chat: Chat, one: WebSession) -> str:
    reader = chat.reader
    since = reader.date(one.created_at.astimezone(reader.zone).date())
    day = reader.near_day(one.seen_at.astimezone(reader.zone).date(), chat.today)
    values = {"device": _name(one), "since": since, "time": reader.clock(one.seen_at), "day": day}
    if _is_here(chat, one):
        return chat.say("• %(device)s (this device): since %(since)s", **values)
    return chat.say("• %(device)s: since %(since)s, last used at %(time)s %(day)s", **values)


def _name(one: WebSession) -> str:
    return one.shown_as or "Web"


def _is_here(chat: Chat, one: WebSession) -> bool:
    return chat.incoming is not None and (chat.incoming.channel, chat.incoming.address) == ("web", one.address)


def _link_option(chat: Chat) -> list[tuple[str, str]]:
    if not chat.surroundings.public_url:
        return []
    return [(chat.to("devices", "link"), chat.say("Open in a browser"))]


def _way_back(chat: Chat) -> list[tuple[str, str]]:
    return [(chat.to("preferences"), chat.say("Settings")), (chat.to("menu"), chat.say("Menu"))]


def ended(chat: Chat, session_id: int) -> Outgoing:
    """One browser less; somebody else's, or one that is over, is refused by the rule."""
    over = devices.end(chat.work, session_id)
    text = chat.say("✅ Ended: %(device)s no longer opens the page of %(you)s.", device=_name(over))
    return chat.menu_of(text, (chat.to("devices"), chat.say("Devices")), *_way_back(chat))


def others_ended(chat: Chat) -> Outgoing:
    """Only where it is pressed does the page stay open."""
    here = chat.incoming.address if chat.incoming is not None and chat.incoming.channel == "web" else ""
    n = devices.end_others(chat.work, here)
    text = chat.say_n("✅ Ended: %(n)d device.", "✅ Ended: %(n)d devices.", n)
    return chat.menu_of(text, (chat.to("devices"), chat.say("Devices")), *_way_back(chat))


def link(chat: Chat) -> Outgoing:
    """A link that makes one browser a channel of this person; without a page that can be reached, a word instead."""
    address = page_links.url(chat.work, chat.surroundings.public_url, "/", is_login=True)
    if not address:
        return chat.menu_of(chat.say("Here Ra Lớp has no page that a browser could open."), *_way_back(chat))
    text = "\n".join(
        [
            chat.say("Please open this link on the phone or computer of %(you)s:"),
            address,
            chat.say("It is good for half an hour, once. Please pass it on to nobody."),
        ]
    )
    return Outgoing(text, chat.menu_of("", *_way_back(chat)).choices, is_private=True)


def told_of_new(chat: Chat, notice: Notice) -> Outgoing:
    """To the other channel: whoever did not do it takes it back with one press."""
    text = chat.say("⚠️ A new device has just opened the page of %(you)s. If that was not %(you)s, choose 1.")
    return chat.menu_of(text, (chat.to("devices", f"end.{notice.subject_id}"), chat.say("End its access")))


DEVICES = Conversation(
    name="devices",
    title=lambda chat: chat.say("The devices"),
    words=("máy đang dùng", "devices"),
    opens=opening,
    is_lookup=True,
)

NOTICES = {"devices.new": told_of_new}

__all__ = ["DEVICES", "NOTICES"]
