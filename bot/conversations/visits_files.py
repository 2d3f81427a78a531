"""The voice notes and photos of a home visit, sent on to whoever may hear and see them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversations import files as sending
from bot.conversations import visits_news, wording
from bot.dialogue.conversation import Chat
from bot.messages import Kind, Outgoing
from bot.rules import people as roles
from bot.rules import visit_files, visits
from storage import people
from storage.visits import Visit, VisitFile, VisitReason

SENDS = {  # what a choice of the visit sends
    "hear": frozenset({Kind.VOICE.value}),
    "photos": frozenset({Kind.PHOTO.value, Kind.FILE.value}),
}
PLATFORMS = {"telegram": "Telegram", "zalo": "Zalo"}  # a proper name is the same in every language


def seen(chat: Chat, visit: Visit) -> Outgoing:
    """The visit, with the choices to hear and to see what was sent along, or where it can be had."""
    files = visit_files.open_to(chat.work, visit)
    here = [file for file in files if sending.can_send(chat, Kind(file.kind))]
    labels = {"hear": chat.say("Listen to the voice note"), "photos": chat.say("See the photos")}
    options = [
        (chat.to("visits", f"{what}.{visit.first_id}"), labels[what])
        for what, kinds in SENDS.items()
        if any(file.kind in kinds for file in here)
    ]
    if visit.reason == VisitReason.PRIVATE and visit.case_id and roles.may(chat.work, "cases.reason"):
        options.append((chat.to("case_why", str(visit.case_id)), chat.say("Write down the reason")))
    away = [file for file in files if file not in here]
    return visits_news.whole(chat, visit, *options, remark=_elsewhere(chat, visit, away))


def sent(chat: Chat, what: str, first_id: int) -> list[Outgoing]:
    """The voice notes or the photos, one message each; below the last of them the way on."""
    if not any(sending.can_send(chat, Kind(kind)) for kind in SENDS[what]):
        return [seen(chat, visits.look(chat.work, first_id))]  # pressed where none can be sent
    visit, files = visit_files.look(chat.work, first_id, SENDS[what])
    if not files:
        return [seen(chat, visits.look(chat.work, first_id))]  # left out since
    pupil = visits_news.short(chat, visit)
    *others, last = (_message(chat, file, pupil) for file in files)
    again = (chat.to("visits", f"see.{first_id}"), chat.say("See the visit again"))
    way_on = chat.menu_of(last.text, again, (chat.to("tasks"), chat.say("My tasks")))
    return [*others, last.with_choices(way_on.choices)]


def _message(chat: Chat, file: VisitFile, pupil: str) -> Outgoing:
    if file.kind == Kind.VOICE and not file.seconds:
        text = chat.say("Voice note: the home visit to %(pupil)s.", pupil=pupil)
    elif file.kind == Kind.VOICE:
        text = chat.say(
            "Voice note of %(seconds)d seconds: the home visit to %(pupil)s.", seconds=file.seconds, pupil=pupil
        )
    elif file.kind == Kind.PHOTO:
        text = chat.say("Photo: the home visit to %(pupil)s.", pupil=pupil)
    else:
        text = chat.say("File: the home visit to %(pupil)s.", pupil=pupil)
    return sending.handed_on(chat, file, text, seconds=file.seconds)


def _elsewhere(chat: Chat, visit: Visit, away: Sequence[VisitFile]) -> str:
    """`Bác Rớt gửi tin thoại, ảnh qua Telegram: cô hỏi bác Rớt để nghe, xem.`; the visitor knows."""
    visitor = people.get(chat.session, visit.visitor_id)
    if not away or visitor is None or visitor.id == chat.me.id:
        return ""
    return chat.say(
        "The voice note or photo came over %(platform)s: to listen and look, %(you)s may ask %(visitor)s.",
        platform=PLATFORMS.get(away[0].channel, away[0].channel),
        visitor=wording.person(chat.reader, visitor),
    )
