"""A meeting is planned: by one line, or by its questions; invitations leave two minutes after it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversations import meetings_words as words
from bot.conversations import wording
from bot.conversations.meetings_line import read_new
from bot.conversations.organise_questions import (
    OTHER,
    Guests,
    chosen_villages,
    custom,
    default_groups,
    guests,
    is_each,
    known_villages,
    other_place,
    parts,
    purpose,
    settings,
    starts_at,
    together,
    venue,
    where,
    which_day,
    which_hour,
    which_villages,
    who,
)
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Confirm, Option
from bot.i18n import N_
from bot.messages import Outgoing
from bot.rules import meetings
from bot.rules.meeting_times import LASTS, leaves_at
from bot.rules.work import UNDO, Refused
from storage.meetings import Meeting

KEEP, PREVIEW = "keep", "preview"


# The summary


def summary(chat: Chat) -> Confirm:
    """What will be sent, to whom, and who must be telephoned (voice.md V09)."""
    shown, found = custom(chat), guests(chat)
    n = len(found.invited)
    is_by_plan = shown.plan is not None and bool(shown.plan.number) and parts(chat) == shown.parts
    number = shown.plan.number if shown.plan is not None else ""
    rows = [
        chat.say("Please look it over:"),
        chat.say("• About: %(purpose)s", purpose=words.purpose(chat, chat.answer("purpose", ""))),
        chat.say("• When: %(when)s", when=words.hour_and_day(chat, starts_at(chat))),
        _place_row(chat),
        chat.say("• Invited: %(n)d people, as in plan %(number)s", n=n, number=number)
        if is_by_plan
        else chat.say_n("• Invited: %(n)d person", "• Invited: %(n)d people", n),
        *_reminder_row(chat),
        *_warning_rows(chat, found),
        _reach_row(chat, found),
    ]
    changes = [("day", chat.say("The day")), ("at", chat.say("The hour")), ("villages", chat.say("The villages"))]
    changes += [] if is_each(chat) else [("where", chat.say("The place"))]
    changes += [("who", chat.say("Who is invited")), ("purpose", chat.say("What it is about"))]
    return Confirm(
        "\n".join(rows),
        changes,
        send=chat.say("Invite them"),
        extra=[Option(PREVIEW, chat.say("See the invitation first"))],
        has_drop=False,
        last=[Option(KEEP, chat.say("Leave it, not yet sent"))],
    )


def _place_row(chat: Chat) -> str:
    if is_each(chat):
        names = words.names(chat, chosen_villages(chat))
        return chat.say("• Where: each in its own village hall: %(names)s", names=names)
    return chat.say("• Where: %(place)s", place=venue(chat))


def _reminder_row(chat: Chat) -> list[str]:
    """`• Nhắc: tối hôm trước và 16 giờ 30 hôm họp`."""
    start, zone = starts_at(chat), chat.work.zone
    told_at = leaves_at(chat.now + UNDO, start, zone)
    said = []
    for one in chat.work.reminder_times.moments(start, zone):
        ahead = (start.astimezone(zone).date() - one.at.astimezone(zone).date()).days
        if one.at <= told_at:
            continue
        if ahead == 0:
            said.append(chat.say("%(hour)s on the day", hour=chat.reader.hour(one.at)))
        elif ahead == 1:
            said.append(chat.say(DAY_BEFORE[words.part_of_day(one.at.astimezone(zone).hour)]))
        else:
            said.append(words.hour_and_day(chat, one.at))
    return [chat.say("• Reminders: %(times)s", times=chat.reader.join(said))] if said else []


DAY_BEFORE = {
    "morning": N_("the morning before"),
    "noon": N_("at noon the day before"),
    "afternoon": N_("the afternoon before"),
    "evening": N_("the evening before"),
}


def _warning_rows(chat: Chat, found: Guests) -> list[str]:
    """A leader who is asked to two places at one hour: said, not refused (domain §9)."""
    start = starts_at(chat)
    rows = []
    if found.to_several:
        rows.append(chat.say("⚠️ %(n)d of them are invited to several of these at one hour.", n=found.to_several))
    for meeting, n in meetings.double_booked(chat.work, found.invited, start, start + LASTS).items():
        where = words.of_where(chat, meeting)
        if meeting.organiser_id == chat.me.id:
            rows.append(chat.say("⚠️ At that hour %(you)s chairs the meeting at %(where)s.", where=where))
        elif n:
            rows.append(chat.say("⚠️ %(n)d of them are invited to %(where)s at that hour.", n=n, where=where))
    return rows[:2]


def _reach_row(chat: Chat, found: Guests) -> str:
    reached = len(found.invited) - len(found.to_call)
    if not found.to_call:
        return chat.say_n("%(n)d person gets it by message.", "%(n)d people get it by message.", reached)
    return chat.say(
        "%(n)d get it by message. %(calls)d must be telephoned: %(names)s.",
        n=reached,
        calls=len(found.to_call),
        names=words.some_names(chat, found.to_call),
    )


def further(chat: Chat, act: str) -> Outgoing | None:
    """`Xem trước lời mời`, `Để đó, chưa gửi`."""
    if act == PREVIEW:
        one = words.Said(
            words.purpose(chat, chat.answer("purpose", "")), starts_at(chat), settings(chat)[0].venue, chat.person
        )
        return Outgoing(chat.say("The invitation reads:\n%(text)s", text=words.invitation_text(chat, one)))
    chat.draft["~keep"] = True
    return None


# Opening, recording


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The questions; `send.12` lets a held one go, `undo.12.13` takes back what was just planned."""
    act, _, rest = argument.partition(".")
    ids = [int(one) for one in rest.split(".") if one.isdigit()]
    if act == "send" and ids:
        return scheduled(chat, [meetings.send(chat.work, ids[0])])
    if act == "undo" and ids:
        return taken_back(chat, ids)
    return {"who": default_groups(chat), "~who": default_groups(chat), "purpose": ""}


def fast(chat: Chat, text: str) -> Draft | Reply | None:
    """`họp 18h30 thứ 6 22/3 Làng Trê, Làng Giữa`: what is clear is not asked again."""
    line = read_new(text, chat.today, known_villages(chat))
    if line is None:
        return None
    first: Draft = {"who": default_groups(chat), "~who": default_groups(chat), "purpose": ""}
    if line.day is not None:
        first["day"] = line.day.isoformat()
    if line.at is not None:
        first["at"] = line.at.isoformat("minutes")
    if line.villages:
        first["villages"] = list(line.villages)
    if line.venue:
        first["where"] = line.venue
    elif len(line.villages) == 1:
        first["where"] = str(line.villages[0])
    if line.trouble is not None:
        first["~trouble"] = line.trouble
    return first


def record(chat: Chat) -> Reply:
    """Makes the meeting, or one in each village."""
    held = bool(chat.draft.get("~keep"))
    made = [meetings.create(chat.work, one, as_draft=held) for one in settings(chat)]
    if not held:
        return scheduled(chat, made)
    return chat.menu_of(
        chat.say("✅ Kept. Nobody has been invited yet; %(you)s finds it under: meetings"),
        *[(chat.to("organise", f"send.{one.id}"), chat.say("Invite them")) for one in made[:1]],
        (chat.to("meetings"), chat.say("Coming meetings")),
    )


def scheduled(chat: Chat, made: Sequence[Meeting]) -> Outgoing:
    """`✅ Đã lên lịch lúc 14:20. Lời mời đi sau 2 phút, trong lúc đó chị rút lại được.`"""
    clock = chat.reader.clock(chat.now)
    leaves = leaves_at(chat.now + UNDO, made[0].starts_at, chat.work.zone)
    if leaves == chat.now + UNDO:
        text = chat.say(
            "✅ Planned at %(clock)s. Invitations leave in 2 minutes; until then %(you)s can take it back.", clock=clock
        )
    else:
        text = chat.say(
            "✅ Planned at %(clock)s. Invitations leave at %(hour)s, %(day)s; until then %(you)s can take it back.",
            clock=clock,
            hour=chat.reader.hour(leaves),
            day=chat.reader.near_day(words.local_day(chat.reader, leaves), chat.work.today),
        )
    value = chat.to("organise", ".".join(["undo", *(str(one.id) for one in made)]))
    back = wording.take_back(chat, value)
    return Outgoing(text, (back,))


def taken_back(chat: Chat, ids: Sequence[int]) -> Outgoing:
    """`Rút lại`: nobody was told, and the meeting is held; once they are told it can only be moved or called off."""
    try:
        back = [meetings.take_back(chat.work, one) for one in ids]
    except Refused as refused:
        if refused.code != "already_invited":
            raise
        return chat.menu_of(
            chat.say("The invitations have left already. The meeting can be moved or called off."),
            (chat.to("move", str(ids[0])), chat.say("Move it to another time or place")),
            (chat.to("calloff", str(ids[0])), chat.say("Call the meeting off")),
        )
    first = back[0].id
    return chat.menu_of(
        chat.say("✅ Taken back at %(clock)s. Nobody has been told.", clock=chat.reader.clock(chat.now)),
        (chat.to("organise", f"send.{first}"), chat.say("Invite them")),
        (chat.to("move", str(first)), chat.say("Move it to another time or place")),
        (chat.to("calloff", str(first)), chat.say("Call the meeting off")),
    )


ORGANISE = Conversation(
    name="organise",
    title=lambda chat: chat.say("The plan of a meeting"),
    words=("lên lịch họp", "lịch họp mới", "tạo buổi họp", "plan a meeting"),
    may="meetings.organise",
    opens=opening,
    fast=fast,
    steps=(
        Step("villages", which_villages),
        Step("together", together, when=lambda chat: len(chosen_villages(chat)) > 1),
        Step("day", which_day),
        Step("at", which_hour),
        Step("where", where, when=lambda chat: not is_each(chat)),
        Step("place", other_place, when=lambda chat: not is_each(chat) and chat.draft.get("where") == OTHER),
        Step("who", who),
        Step("purpose", purpose),
        Step("check", summary),
    ),
    extra=further,
    finish=record,
)
