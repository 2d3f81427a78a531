"""What to say to the family: one tap before a visit or in the middle of it, after which its question comes again."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations import advice_words as words
from bot.conversations import support_words
from bot.dialogue.conversation import ENTRY, Chat, Conversation, Draft, Reply
from bot.messages import Outgoing
from bot.rules import advice, cases
from bot.rules.reasons import Why
from bot.rules.work import Refused
from storage import chat as memory


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """`pupil.12`, `case.5`; `visit.12.poverty` in the middle of a visit. Without one: what was shown last."""
    what, _, key = (argument or _last_shown(chat)).partition(".")
    number, _, said = key.partition(".")
    if not number.isdigit() or what not in ("pupil", "case", "visit"):
        return chat.menu_of(
            chat.say("To which family? Please choose the pupil first."),
            (chat.to("tasks"), chat.say("My tasks")),
            (chat.to("pupils"), chat.say("Pupil list")),
        )
    pupil_id = cases.look(chat.work, int(number)).pupil_id if what == "case" else int(number)
    return told(chat, pupil_id, said if said in set(Why) else "", is_aside=what == "visit")


def _last_shown(chat: Chat) -> str:
    """Typed words mean the choice of the message that was shown last."""
    found = next((one.value for one in chat.shown if one.value.startswith(f"{ENTRY}advice:")), "")
    return found.partition(":")[2]


def told(chat: Chat, pupil_id: int, said: str, *, is_aside: bool) -> Outgoing:
    """The lines; in the middle of a visit without choices of its own, so that its question follows at once."""
    found = advice.of_pupil(chat.work, pupil_id, said)
    one = support_words.pupil(chat, pupil_id)
    if one is None:
        raise Refused("outside_scope")
    first = chat.say("What to say to the family of %(pupil)s:", pupil=support_words.short(chat, pupil_id))
    text = "\n".join([first, *words.lines(chat, found, is_at_the_door=bool(said))])
    if is_aside and _is_visiting(chat):
        return Outgoing(text, is_private=True)
    message = chat.menu_of(
        text,
        (chat.to("visits", f"pupil.{pupil_id}"), chat.say("Report a home visit")),
        (chat.to("tasks"), chat.say("My tasks")),
    )
    return replace(message, is_private=True)


def _is_visiting(chat: Chat) -> bool:
    """Whether a visit is being written down just now."""
    row = memory.open_conversation(chat.session, chat.me.id, "")
    return row is not None and row.name == "visits"


ADVICE = Conversation(
    name="advice",
    title=lambda chat: chat.say("What to say to the family"),
    words=("nói gì", "nói gì với gia đình", "what to say"),
    may="visits.report",
    opens=opening,
)
