"""Who looks after a village hears that it bears another name now, or has become part of another one."""

from __future__ import annotations

from bot.dialogue.conversation import Chat
from bot.messages import Outgoing
from bot.rules.work import Notice
from storage import places
from storage.places import PlaceKind


def told_of_name(chat: Chat, notice: Notice) -> Outgoing | None:
    """`Thôn Cà Xen nay tên là Gò Tranh. Danh sách và hồ sơ vẫn như trước.`"""
    place = places.get(chat.session, notice.subject_id)
    names = places.names_of(chat.session, [notice.subject_id]).get(notice.subject_id, [])
    former = [one.name for one in names if place is not None and one.name != place.name]
    if place is None or not former:
        return None
    text = chat.say(
        "%(former)s village is called %(village)s now. Lists and files stay as they were.",
        former=former[-1],
        village=place.name,
    )
    return _with_a_way_on(chat, text)


def told_of_merger(chat: Chat, notice: Notice) -> Outgoing | None:
    """`Thôn Làng Giữa nay nhập vào thôn Cà Xen. Các em, hồ sơ và buổi họp theo sang thôn Cà Xen.`"""
    gone = places.get(chat.session, notice.subject_id)
    into = places.get(chat.session, gone.parent_id) if gone is not None else None
    if gone is None or into is None or gone.kind != PlaceKind.FORMER_VILLAGE:
        return None
    text = chat.say(
        "%(former)s village is part of %(village)s village now. Its pupils, files and meetings go along.",
        former=gone.name,
        village=into.name,
    )
    return _with_a_way_on(chat, text)


def _with_a_way_on(chat: Chat, text: str) -> Outgoing:
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


NOTICES = {"places.renamed": told_of_name, "places.merged": told_of_merger}
