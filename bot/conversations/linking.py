"""The channels of a person: which is written to first, and a further one by a code that is typed there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.conversations import seats, wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.messages import Outgoing
from bot.rules import preferences, second_ways
from bot.rules.second_ways import ASK, LINKED, NO, REFUSED, YES
from bot.rules.work import Notice
from storage.second_ways import LinkRequest


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The channels in order; `first`, `first.zalo`, `add`, `yes.12`, `no.12`."""
    what, _, rest = argument.partition(".")
    if what in (YES, NO) and rest.isdecimal():
        return answered(chat, int(rest), is_me=what == YES)
    if what == "first" and rest:
        return put_first(chat, rest)
    return ACTS.get(what, listed)(chat)


def listed(chat: Chat) -> Outgoing:
    """The channels in order, and what can be changed about them."""
    known = preferences.channels(chat.work)
    lines = [
        chat.say("Ra Lớp writes to %(you)s over, in this order:"),
        *(chat.say("• %(line)s", line=wording.channel(one)) for one in known),
    ]
    options = []
    if len(known) > 1:
        lines.append(chat.say("Where one does not work, Ra Lớp writes over the next one."))
        options.append((chat.to("linking", "first"), chat.say("Which one first")))
    options.append((chat.to("linking", "add"), chat.say("Add a channel")))
    if "web" in known or chat.surroundings.public_url:
        options.append((chat.to("devices"), chat.say("Devices")))
    return chat.menu_of("\n".join(lines), *options, *_way_back(chat))


def which_first(chat: Chat) -> Outgoing:
    """`Nhắn qua đâu trước ạ?`"""
    known = preferences.channels(chat.work)
    options = [(chat.to("linking", f"first.{one}"), wording.channel(one)) for one in known]
    return chat.menu_of(chat.say("Over which channel shall Ra Lớp write first?"), *options, *_way_back(chat)[:1])


def put_first(chat: Chat, channel: str) -> Outgoing:
    """From the next message on."""
    second_ways.put_first(chat.work, channel)
    text = chat.say(
        "✅ Changed: from now on Ra Lớp writes to %(you)s over %(channel)s first.", channel=wording.channel(channel)
    )
    return chat.menu_of(text, (chat.to("linking"), chat.say("Channels")), (chat.to("menu"), chat.say("Menu")))


def add(chat: Chat) -> Outgoing:
    """A code, shown this once, and where to type it: a channel without links is told by its name."""
    known = preferences.channels(chat.work)
    ways = chat.surroundings.ways() if chat.surroundings.ways is not None else []
    others = [(channel, where) for channel, where in ways if channel not in known]
    if not others:
        text = chat.say(
            "Here Ra Lớp has no channel but those of %(you)s. For another one call %(helper)s.",
            helper=wording.helper(chat),
        )
        return chat.menu_of(text, *_way_back(chat))
    made = second_ways.new_code(chat.work, chat.surroundings.invite_key)
    lines = [
        chat.say("The code of %(you)s: %(code)s. It works once, until %(time)s.", code=made.code,
                 time=chat.reader.clock(made.expires_at)),
        chat.say("Open another channel and type it there:"),
        *(_where(chat, channel, where) for channel, where in others),
        chat.say("Then Ra Lớp asks here once more."),
    ]  # fmt: skip
    return replace(chat.menu_of("\n".join(lines), *_way_back(chat)), is_private=True)


def _where(chat: Chat, channel: str, where: str) -> str:
    """`• Zalo: Ra Lớp Long Môn`; where nobody here knows its link, whom to ask for it."""
    where = where or seats.link(chat.work, channel, chat.surroundings.bot_links)
    values = {"channel": wording.channel(channel), "where": where, "helper": wording.helper(chat)}
    if where:
        return chat.say("• %(channel)s: %(where)s", **values)
    return chat.say("• %(channel)s: the chat of Ra Lớp there; %(helper)s knows its link", **values)


def _way_back(chat: Chat) -> list[tuple[str, str]]:
    return [(chat.to("preferences"), chat.say("Settings")), (chat.to("menu"), chat.say("Menu"))]


ACTS: dict[str, Callable[[Chat], Outgoing]] = {"first": which_first, "add": add}


# A code that was typed


def typed_here(chat: Chat, text: str) -> Reply | None:
    """A code of these that somebody types where they have joined already: it belongs into another chat."""
    request = second_ways.of_code(chat.work, chat.surroundings.invite_key, text)
    if request is None:
        return None
    if request.person_id == chat.me.id:
        said = chat.say("%(You)s can use this chat already. The code is for the other channel.")
    else:
        said = chat.say("This chat is %(you)s's, and the code is somebody else's. It cannot be used here.")
    return chat.menu_of(said, (chat.to("linking"), chat.say("Channels")), (chat.to("menu"), chat.say("Menu")))


def ask(chat: Chat, notice: Notice) -> Outgoing | None:
    """`⚠️ Có người vừa gõ mã của bác trên Zalo, tên hiện ở đó là Ted. Có phải bác không ạ?`"""
    request = chat.session.get(LinkRequest, notice.subject_id)
    if request is None or request.answer:
        return None
    values = {"channel": wording.channel(request.channel), "shown": request.shown_as}
    if request.shown_as:
        text = chat.say(
            "⚠️ Somebody has just typed the code of %(you)s on %(channel)s; the name there is %(shown)s. Is it you?",
            **values,
        )
    else:
        text = chat.say("⚠️ Somebody has just typed the code of %(you)s on %(channel)s. Is it you?", **values)
    return chat.menu_of(
        text,
        (chat.to("linking", f"{YES}.{request.id}"), chat.say("It is me")),
        (chat.to("linking", f"{NO}.{request.id}"), chat.say("It is not me")),
    )


def answered(chat: Chat, request_id: int, *, is_me: bool) -> Outgoing:
    """The person's word: the other chat is theirs, or the code is dead."""
    request = second_ways.answer(chat.work, request_id, is_me=is_me)
    channel = wording.channel(request.channel)
    if is_me:
        return chat.menu_of(
            chat.say("✅ Done: %(you)s can use %(channel)s, too. What was begun here goes on there.", channel=channel),
            (chat.to("linking", "first"), chat.say("Which one first")),
            (chat.to("menu"), chat.say("Menu")),
        )
    return chat.menu_of(
        chat.say("✅ That code is over, and whoever typed it sees nothing. Please show a code to nobody."),
        (chat.to("linking", "add"), chat.say("Another code")),
        (chat.to("menu"), chat.say("Menu")),
    )


def linked(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the chat that was brought in."""
    known = preferences.channels(chat.work)
    text = chat.say(
        "✅ From now on this chat is %(you)s %(name)s's, too. Ra Lớp still writes over %(channel)s first.",
        channel=wording.channel(known[0]) if known else "",
    )
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


def refused(chat: Chat, notice: Notice) -> Outgoing | None:
    """To whoever typed the code and is not the person: nothing about anybody."""
    return Outgoing(
        chat.say(
            "This chat was not connected. Please type your own invite code, or call %(contact)s.",
            contact=wording.helper(chat),
        )
    )


LINKING = Conversation(
    name="linking",
    title=lambda chat: chat.say("The channels"),
    words=("kênh", "kênh nhắn tin", "channels"),
    opens=opening,
    fast=typed_here,
    is_lookup=True,
)
NOTICES = {ASK: ask, LINKED: linked, REFUSED: refused}
