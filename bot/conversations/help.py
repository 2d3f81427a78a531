"""/trogiup: what this person can type, in the words of the role, and whom to telephone."""

from __future__ import annotations

from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.rules import people

COMMANDS_AT_MOST = 9


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """At most twelve lines: the commands of this role with what each does, the reserved words, and whom to
    telephone."""
    from bot.conversations import CONVERSATIONS

    lines = [
        chat.say("/%(command)s: %(what)s", command=one.command, what=chat.say(one.help))
        for one in CONVERSATIONS
        if one.command and one.help and one.name != "help" and (not one.may or people.may(chat.work, one.may))
    ]
    text = "\n".join(
        [
            chat.say("%(You)s %(name)s can type words or choose a number:"),
            *lines[:COMMANDS_AT_MOST],
            chat.say("At every question: 0 goes back, “skip” skips, “cancel” leaves."),
            chat.say("If it is hard, call %(helper)s.", helper=wording.helper(chat)),
        ]
    )
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


HELP = Conversation(
    name="help",
    title=lambda chat: chat.say("Guide"),
    command="trogiup",
    words=("trợ giúp", "hướng dẫn", "guide"),
    opens=opening,
    help=N_("This guide"),
)
