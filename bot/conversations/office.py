"""The way to the office page: a one-time link, for whoever sits at a desk."""

from __future__ import annotations

from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.messages import Outgoing
from bot.rules import page_links


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The link; without a page that can be reached, the day's figures stay in the chat."""
    address = page_links.url(chat.work, chat.surroundings.public_url, "/bang")
    choices = [(chat.to("reports"), chat.say("The day's figures")), (chat.to("menu"), chat.say("Menu"))]
    if not address:
        text = chat.say("Here Ra Lớp has no page that a browser could open. The figures come in the chat.")
        return chat.menu_of(text, *choices)
    text = "\n".join(
        [
            chat.say("The office page, for a large screen or the phone:"),
            address,
            chat.say("It opens once, and stays open for an hour. Please pass it on to nobody."),
        ]
    )
    return Outgoing(text, chat.menu_of("", *choices).choices, is_private=True)


OFFICE = Conversation(
    name="office",
    title=lambda chat: chat.say("Office page"),
    words=("trang văn phòng", "office page"),
    may="office.see",
    opens=opening,
    is_lookup=True,
)
