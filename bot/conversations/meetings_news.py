"""What is pushed about meetings: invitation, reminders, the telephone list, changes, and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversations import guests_named as guests
from bot.conversations import meetings_words as words
from bot.conversations import wording
from bot.conversations.meetings_words import choice
from bot.dialogue.conversation import Chat
from bot.messages import Brief, Outgoing
from bot.rules.meeting_times import URGENT
from bot.rules.meetings import ANSWER_TASK, CALL_TASK, INVITATION, INVITED_AGAIN
from bot.rules.tasks import Moment, Task
from bot.rules.work import Notice
from storage import meetings as stored
from storage import people
from storage.meetings import Answer, Meeting

HOUR = timedelta(hours=1)


def remind(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """The invitation and its reminders; what comes late is said as it then is."""
    meeting = stored.get(chat.scope, chat.session, task.subject_id)
    if meeting is None:
        return None
    if chat.now >= meeting.starts_at:
        return begun(chat, meeting)
    if moment.name in (INVITATION, INVITED_AGAIN):
        return words.invitation(chat, meeting)
    return _reminder(chat, meeting)


def begun(chat: Chat, meeting: Meeting) -> Outgoing:
    """Late, and still of use."""
    text = chat.say(
        "🔔 The meeting at %(where)s began at %(hour)s, %(place)s.",
        where=words.of_where(chat, meeting),
        hour=chat.reader.hour_in_words(meeting.starts_at),
        place=words.place(chat, meeting),
    )
    return chat.menu_of(text, (chat.to("meetings", str(meeting.id)), chat.say("See the meeting")))


def _reminder(chat: Chat, meeting: Meeting) -> Outgoing:
    hour, place = chat.reader.hour_in_words(meeting.starts_at), words.place(chat, meeting)
    to_invite: list[str] = []
    more = 0
    if meeting.starts_at - chat.now <= URGENT:
        text = _soon(chat, meeting.starts_at, place)
        line, more = guests.line(chat, meeting)
        to_invite = [line] if line else []
    else:
        when = words.when(chat, meeting.starts_at)
        text = chat.say(
            "🔔 %(when)s there is a meeting: %(hour)s, %(place)s.",
            when=when[:1].upper() + when[1:],
            hour=hour,
            place=place,
        )
    invitation = stored.invitation(chat.session, meeting.id, chat.me.id)
    if invitation is not None and not invitation.answer:
        asked = "\n".join([text, *to_invite, chat.say("Can %(you)s come?")])
        return chat.menu_of(asked, *words.answers(chat, meeting), *_others(chat, meeting, more))
    return chat.menu_of(
        "\n".join([text, *to_invite]),
        choice(chat, meeting, "know", chat.say("I remember")),
        choice(chat, meeting, Answer.NO, chat.say("I cannot come after all")),
        *_others(chat, meeting, more),
    )


def _others(chat: Chat, meeting: Meeting, more: int) -> list[tuple[str, str]]:
    """Where the reminder could not name all the families."""
    return [(chat.to("guests", str(meeting.id)), chat.say("See all the families"))] if more else []


def _soon(chat: Chat, starts_at: datetime, place: str) -> str:
    hour, spoken = chat.reader.hour(starts_at), chat.reader.spoken(starts_at)
    is_today = words.local_day(chat.reader, starts_at) == words.local_day(chat.reader, chat.now)
    values = {"hour": hour, "spoken": spoken, "place": place, "left": _left(chat, starts_at - chat.now)}
    if is_today:
        return chat.say("🔔 %(left)s until the meeting.\n%(hour)s (%(spoken)s today), %(place)s.", **values)
    return chat.say("🔔 %(left)s until the meeting.\n%(hour)s (%(spoken)s), %(place)s.", **values)


def _left(chat: Chat, left: timedelta) -> str:
    """`2 tiếng`, `1 tiếng 20 phút`, `25 phút`."""
    minutes = max(1, round(left.total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return chat.say_n("%(n)d minute", "%(n)d minutes", minutes)
    if not rest:
        return chat.say_n("%(n)d hour", "%(n)d hours", hours)
    return chat.say("%(hours)d h %(minutes)d min", hours=hours, minutes=rest)


def call(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """The organiser's telephone list, as a push."""
    meeting = stored.get(chat.scope, chat.session, task.subject_id)
    return words.call_list(chat, meeting) if meeting is not None else None


def moved(chat: Chat, notice: Notice) -> Outgoing | None:
    """`⚠️ Đổi giờ họp tối nay, thứ 6, 22/3: 19 giờ (7 giờ tối). Giờ cũ 18 giờ 30 bỏ.`"""
    meeting = stored.get(chat.scope, chat.session, notice.subject_id)
    if meeting is None:
        return None
    was = datetime.fromisoformat(notice.facts["was"])
    has_moved = "was_at" in notice.facts
    if was == meeting.starts_at:
        text = _other_place(chat, meeting)
    else:
        line = _where_now(chat, meeting, has_moved=has_moved)
        text = f"{_other_time(chat, meeting, was)}\n{line}"
    text = "\n".join([text, *guests.line_of_change(chat, meeting, was)])
    return chat.menu_of(text, *_after_change(chat, meeting, is_time=was != meeting.starts_at))


def _other_time(chat: Chat, meeting: Meeting, was: datetime) -> str:
    values = {
        "hour": chat.reader.hour_in_words(meeting.starts_at),
        "old": chat.reader.hour(was),
        "old_when": words.hour_and_day(chat, was),
        "day": _near_and_day(chat, meeting.starts_at),
    }
    if words.local_day(chat.reader, was) == words.local_day(chat.reader, meeting.starts_at):
        return chat.say("⚠️ New hour of the meeting %(day)s: %(hour)s. The old hour %(old)s is off.", **values)
    return chat.say("⚠️ New day of the meeting: %(hour)s, %(day)s. The old one, %(old_when)s, is off.", **values)


def _near_and_day(chat: Chat, at: datetime) -> str:
    """`tối nay, thứ 6, 22/3`."""
    close, day = words.near(chat, at), chat.reader.day(words.local_day(chat.reader, at))
    return chat.say("%(near)s, %(day)s", near=close, day=day) if close else day


def _where_now(chat: Chat, meeting: Meeting, *, has_moved: bool) -> str:
    place = words.place(chat, meeting)
    if has_moved:
        return chat.say("The place is new: %(place)s.", place=place)
    return chat.say("The place stays: %(place)s.", place=place)


def _other_place(chat: Chat, meeting: Meeting) -> str:
    return chat.say(
        "⚠️ New place of the meeting %(day)s: %(place)s.\nThe hour stays: %(hour)s.",
        day=_near_and_day(chat, meeting.starts_at),
        place=words.place(chat, meeting),
        hour=chat.reader.hour_in_words(meeting.starts_at),
    )


def _after_change(chat: Chat, meeting: Meeting, *, is_time: bool) -> list[tuple[str, str]]:
    """Answers are kept; whoever can no longer come says so, whoever could not is asked whether it suits now."""
    invitation = stored.invitation(chat.session, meeting.id, chat.me.id)
    if invitation is not None and invitation.answer == Answer.NO:
        return [
            choice(chat, meeting, Answer.YES, chat.say("Now I can come")),
            choice(chat, meeting, Answer.NO, chat.say("I still cannot come")),
        ]
    cannot = chat.say("I cannot come at the new hour") if is_time else chat.say("I cannot come to the new place")
    return [choice(chat, meeting, "know", chat.say("I know")), choice(chat, meeting, Answer.NO, cannot)]


def cancelled(chat: Chat, notice: Notice) -> Outgoing | None:
    """`⚠️ Hoãn họp tối nay, thứ 6, 22/3: …`"""
    meeting = stored.get(chat.scope, chat.session, notice.subject_id)
    if meeting is None:
        return None
    text = chat.say(
        "⚠️ The meeting %(day)s, %(hour)s, %(place)s is called off.\nWhen there is a new date Ra Lớp tells %(you)s.",
        day=_near_and_day(chat, meeting.starts_at),
        hour=chat.reader.hour(meeting.starts_at),
        place=words.place(chat, meeting),
    )
    text = "\n".join([text, *guests.line_of_change(chat, meeting, meeting.starts_at)])
    return chat.menu_of(text, choice(chat, meeting, "know", chat.say("I know")))


def declined(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the organiser: who cannot come, and who comes instead."""
    found = stored.invitation_by_id(chat.scope, chat.session, notice.subject_id)
    if found is None:
        return None
    invitation, meeting = found
    values = {**_who(chat, invitation.person_id), "when": words.when(chat, meeting.starts_at)}
    values |= {"where": words.of_where(chat, meeting), "instead": invitation.stand_in}
    if invitation.answer != Answer.NO:
        text = chat.say("Meeting %(when)s, %(where)s: %(who)s can come after all.", **values)
    elif invitation.stand_in:
        text = chat.say("Meeting %(when)s, %(where)s: %(who)s cannot come, %(instead)s comes instead.", **values)
    else:
        text = chat.say("Meeting %(when)s, %(where)s: %(who)s cannot come.", **values)
    shown = chat.menu_of(
        text,
        choice(chat, meeting, "who", chat.say("See the whole list")),
        (chat.to("tasks"), chat.say("My tasks")),
    )
    label = chat.say("Answers: %(meeting)s", meeting=words.short_label(chat, meeting))
    return replace(shown, brief=Brief(text, replace(shown.choices[0], label=label)))


def _who(chat: Chat, person_id: int) -> dict[str, str]:
    person = people.get(chat.session, person_id)
    if person is None:
        return {"who": ""}
    name, position = wording.person(chat.reader, person), wording.position(chat, person)
    return {"who": chat.say("%(name)s (%(position)s)", name=name, position=position) if position else name}


REMINDERS = {ANSWER_TASK: remind, CALL_TASK: call}
NOTICES = {
    "meetings.moved": moved,
    "meetings.cancelled": cancelled,
    "invitation.declined": declined,
    "invitation.comes_after_all": declined,
}
