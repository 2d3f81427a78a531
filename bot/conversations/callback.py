"""Asking to be called back: one tap, for whoever would rather talk than type (voice.md V11)."""

from __future__ import annotations

from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.messages import Outgoing
from bot.parsing import phone_shown
from bot.rules import callbacks
from bot.rules.quiet import is_quiet
from bot.rules.work import Notice
from storage import people


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """Passes the wish on, and says who will call."""
    asked = callbacks.ask(chat.work)
    who, listener = wording.person(chat.reader, asked.listener), asked.listener
    lines = [
        chat.say("✅ Ra Lớp has asked %(who)s to call %(you)s.", who=who)
        if asked.is_new
        else chat.say("Ra Lớp has just asked %(who)s already.", who=who)
    ]
    if is_quiet(chat.now, chat.work.zone):
        time = chat.reader.clock(asked.hears_at)
        lines.append(chat.say("At this hour Ra Lớp writes to nobody; the message arrives at %(time)s.", time=time))
    if listener.phone:
        phone = phone_shown(listener.phone)
        lines.append(chat.say("If it is urgent, please call %(who)s: %(phone)s.", who=who, phone=phone))
    return chat.menu_of("\n".join(lines), (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


def tell(chat: Chat, notice: Notice) -> Outgoing | None:
    """`Bác Rớt, trưởng thôn Cà Xen, nhờ cô gọi lại: 0900 000 005.`"""
    person = people.get(chat.session, notice.subject_id)
    if person is None:
        return None
    name, position = wording.person(chat.reader, person), wording.position(chat, person)
    values = {"who": wording.all_of([part for part in (name[:1].upper() + name[1:], position) if part])}
    if person.phone:
        text = chat.say("%(who)s: please call back, %(phone)s.", phone=phone_shown(person.phone), **values)
    else:
        text = chat.say("%(who)s: please call back. Ra Lớp has no number of theirs.", **values)
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


CALLBACK = Conversation(
    name="callback",
    title=lambda chat: chat.say("The wish to be called"),
    words=("gọi lại", "nhờ gọi lại", "call me back"),
    opens=opening,
    help=N_("Ask to be called"),
)
NOTICES = {callbacks.KIND: tell}
