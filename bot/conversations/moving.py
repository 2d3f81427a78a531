"""A meeting is moved, or called off: confirmed once, and everybody who was told hears of it at once (voice.md V09)."""

from __future__ import annotations

from datetime import date, datetime, time

from bot.conversations import meetings_words as words
from bot.conversations.meetings_line import Line, Move, moved_to, read_move, read_parts
from bot.conversations.meetings_words import choice
from bot.conversations.organise_questions import known_villages, trouble_sentence
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Answer, Choose, Confirm, Misread, Option, Outcome, Partial
from bot.messages import Outgoing
from bot.rules import meeting_changes, meetings
from bot.rules.meeting_changes import Change
from bot.rules.work import Refused
from storage import meetings as stored
from storage.meetings import Meeting, MeetingStatus

TIME, PLACE = "time", "place"
NO_DATE = "none"  # put off, and nobody knows yet until when
AT_MOST = 7


# What the draft says


def chosen(chat: Chat) -> Meeting:
    """The meeting in hand. Raises Refused when it can no longer be changed."""
    return meetings.get_organised(chat.work, int(chat.draft["meeting"]), is_put_off=is_put_off(chat))


def is_put_off(chat: Chat) -> bool:
    """Whether it should have begun already, and did not take place."""
    return bool(chat.draft.get("~put_off"))


def has_no_date(chat: Chat) -> bool:
    return bool(chat.answer("to") == NO_DATE)


def changeable(chat: Chat) -> list[Meeting]:
    """Every meeting to come that this person may change, the next one first; those held back at the end."""
    planned = [one for one in meetings.upcoming(chat.work) if one.commune_id in chat.scope.communes]
    held = stored.drafts(chat.scope, chat.session, chat.me.id, chat.now)
    return [one for one in (*planned, *held) if one.starts_at > chat.now]


def fitting(chat: Chat, line: Line) -> list[Meeting]:
    """Those that a line speaks of: of that day, of those villages; the hour decides between two."""
    found = changeable(chat)
    if line.day is not None:
        found = [one for one in found if words.local_day(chat.reader, one.starts_at) == line.day]
    if line.villages:
        own = {one.id: {place.id for place in stored.villages(chat.session, one.id)} for one in found}
        found = [one for one in found if own[one.id] & set(line.villages)]
    at = [one for one in found if one.starts_at.astimezone(chat.work.zone).time() == line.at]
    return at or found


def can_be_changed(chat: Chat, meeting_id: object) -> bool:
    """Whether a chosen meeting is still to come, and still this person's to change."""
    try:
        meetings.get_organised(chat.work, int(str(meeting_id)), is_put_off=is_put_off(chat))
    except (Refused, ValueError):
        return False
    return True


def target(chat: Chat) -> datetime | None:
    """The new start, as answered or as the line had it; None when only the place changes."""
    given = chat.answer("to")
    if given == NO_DATE:
        return None
    return datetime.fromisoformat(given) if given else said_target(chat)


def said_target(chat: Chat) -> datetime | None:
    """The new start that the line named: what it did not name stays as the meeting has it."""
    day, at = chat.draft.get("~day"), chat.draft.get("~at")
    if not day and not at:
        return None
    line = Line(date.fromisoformat(day) if day else None, time.fromisoformat(at) if at else None)
    return _moved(chat, chosen(chat), line, chat.draft.get("~text", ""))


def asks_time(chat: Chat) -> bool:
    """Whether the new time must be asked: none was named, or one that is over."""
    named = said_target(chat)
    is_clear = named is not None and named > chat.now and not chat.draft.get("~trouble")
    return chat.draft.get("what") == TIME and not is_clear


def new_venue(chat: Chat) -> str | None:
    """The new place in words; None when only the time changes."""
    given = chat.answer("place")
    for village, _ in known_villages(chat):
        if given == str(village.id):
            return words.hall(chat, village)
    return None if given is None else str(given)


# Questions


def which(chat: Chat) -> Choose:
    """Several meetings fit: which one?"""
    ids = chat.draft.get("~fitting") or [one.id for one in changeable(chat)]
    found = [one for one in changeable(chat) if one.id in ids][:AT_MOST]
    return Choose(
        chat.say("Which meeting?") if found else chat.say("There is no coming meeting left to change."),
        [Option(str(one.id), words.short_label(chat, one)) for one in found],
        hint=chat.say("Please type the number of the meeting, for example: 1"),
        valid=can_be_changed,
        back=not found,
        required=True,
    )


def what(chat: Chat) -> Choose:
    """Its time, or its place."""
    return Choose(
        chat.say("What changes for the meeting %(meeting)s?", meeting=words.short_label(chat, chosen(chat))),
        [Option(TIME, chat.say("The day or the hour")), Option(PLACE, chat.say("The meeting place"))],
        hint=chat.say("Please type 1 for the time, 2 for the place."),
        required=True,
    )


def to_when(chat: Chat) -> Choose:
    """The new day, the new hour, or both."""
    trouble = chat.draft.get("~trouble")
    text = chat.say("To which day or hour? Please type it, for example: 19h, or 19h thứ 7")
    options = []
    if is_put_off(chat):
        text = chat.say("To which day or hour is it put off? Please type it, for example: 18h30 thứ 7")
        options = [Option(NO_DATE, chat.say("No new date yet"))]
    if trouble:
        text = trouble_sentence(chat, trouble)
    elif not options and target(chat) is not None:
        text = chat.say("That time is over. To which coming day or hour? For example: 19h thứ 7")
    return Choose(
        text,
        options,
        hint=chat.say("The time is not clear. Please type it, for example: 19h, or 19h thứ 7"),
        free=typed_time,
        valid=lambda chat, answer: datetime.fromisoformat(str(answer)) > chat.now,
        required=True,
    )


def typed_time(chat: Chat, text: str) -> Outcome:
    line = read_parts(text, chat.today, known_villages(chat))
    if line.trouble is not None:
        return Partial({"~trouble": line.trouble})
    if line.day is None and line.at is None:
        raise Misread(chat.say("The time is not clear. Please type it, for example: 19h, or 19h thứ 7"))
    start = _moved(chat, chosen(chat), line, text)
    if start <= chat.now:
        raise Misread(chat.say("That time is over. To which coming day or hour? For example: 19h thứ 7"))
    return Answer(start.isoformat(), {"~trouble": None})


def _moved(chat: Chat, meeting: Meeting, line: Line, text: str) -> datetime:
    return moved_to(meeting.starts_at.astimezone(chat.work.zone), line.day, line.at, text)


def to_where(chat: Chat) -> Choose:
    """Another house."""
    meeting = chosen(chat)
    now = words.place(chat, meeting)
    halls = [(str(one.id), words.hall(chat, one)) for one in stored.villages(chat.session, meeting.id)]
    return Choose(
        chat.say("To which place? Choose a number or type it, for example: nhà văn hóa xã"),
        [Option(value, hall[:1].upper() + hall[1:]) for value, hall in halls if hall != now],
        hint=chat.say("Please type the place, for example: nhà văn hóa xã"),
        free=lambda _, text: text,
        valid=lambda _, answer: bool(answer),
        back=True,
        required=True,
    )


def check_move(chat: Chat) -> Confirm:
    """`Đổi giờ họp tối nay từ 18 giờ 30 sang 19 giờ, báo ngay cho 22 người phải không ạ?`"""
    meeting = chosen(chat)
    if has_no_date(chat):
        return check_off(chat)
    if meeting.status == MeetingStatus.DRAFT:
        text = chat.say(
            "Change this meeting, not yet sent, to %(new)s, %(place)s?",
            new=words.hour_and_day(chat, target(chat) or meeting.starts_at),
            place=new_venue(chat) or words.place(chat, meeting),
        )
        return Confirm(text, (), send=chat.say("Change it"), drop=chat.say("Do not change it"))
    return Confirm(
        "\n".join([_question(chat, meeting), *_warnings(chat, meeting)]),
        (),
        send=chat.say("Move it and tell them now"),
        drop=chat.say("Do not move it"),
    )


def _question(chat: Chat, meeting: Meeting) -> str:
    start, venue = target(chat), new_venue(chat)
    values = {
        "n": len(meetings.invited(chat.work, meeting)),
        "when": words.when(chat, meeting.starts_at),
        "old": chat.reader.hour(meeting.starts_at),
        "old_when": words.hour_and_day(chat, meeting.starts_at),
        "old_place": words.place(chat, meeting),
        "place": venue,
    }
    if start is None:
        return chat.say(
            "Move the meeting %(when)s from %(old_place)s to %(place)s and tell %(n)d people now?", **values
        )
    values |= {"new": chat.reader.hour(start), "new_when": words.hour_and_day(chat, start)}
    if venue is not None:
        return chat.say(
            "Move the meeting %(old_when)s to %(new_when)s at %(place)s and tell %(n)d people now?", **values
        )
    if words.local_day(chat.reader, start) == words.local_day(chat.reader, meeting.starts_at):
        return chat.say("Move the meeting %(when)s from %(old)s to %(new)s and tell %(n)d people now?", **values)
    return chat.say("Move the meeting %(old_when)s to %(new_when)s and tell %(n)d people now?", **values)


def _warnings(chat: Chat, meeting: Meeting) -> list[str]:
    """Who is invited elsewhere at the new hour: said, not refused (domain §9)."""
    start = target(chat)
    if start is None:
        return []
    invited = [one.person for one in meetings.invited(chat.work, meeting)]
    ends = start + (meeting.ends_at - meeting.starts_at)
    found = meetings.double_booked(chat.work, invited, start, ends, but=meeting.id)
    return [
        chat.say("⚠️ %(n)d of them are invited to %(where)s at that hour.", n=n, where=words.of_where(chat, other))
        for other, n in found.items()
        if n
    ][:2]


def check_off(chat: Chat) -> Confirm:
    """Called off, and everybody told."""
    meeting = chosen(chat)
    label = words.short_label(chat, meeting)
    if meeting.status == MeetingStatus.DRAFT:
        text = chat.say("Drop the meeting %(meeting)s? Nobody has been invited yet.", meeting=label)
    else:
        n = len(meetings.invited(chat.work, meeting))
        text = chat.say("Call off the meeting %(meeting)s and tell %(n)d people now?", meeting=label, n=n)
    return Confirm(text, (), send=chat.say("Call the meeting off"), drop=chat.say("Leave it as it is"))


# Opening, recording


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """A meeting by its number, or which one is asked; `12.off`: it did not take place and is put off."""
    number, _, act = argument.partition(".")
    if number.isdigit() and act == "off":
        return put_off(chat, int(number))
    if argument.isdigit():
        meetings.get_organised(chat.work, int(argument))
        return {"meeting": argument}
    return _of(chat, Line(), {})


def put_off(chat: Chat, meeting_id: int) -> Draft | Reply:
    """`Hoãn`, said when its minutes were asked for: the new time is asked. One that is settled meanwhile is shown."""
    try:
        meetings.get_organised(chat.work, meeting_id, is_put_off=True)
    except Refused as refused:
        if refused.code != "meeting_begun":
            raise
        return chat.menu_of(
            chat.say("This meeting has taken place, so it cannot be put off any more."),
            (chat.to("minutes", str(meeting_id)), chat.say("See the minutes")),
        )
    return {"meeting": str(meeting_id), "what": TIME, "~put_off": True}


def _of(chat: Chat, line: Line, first: Draft) -> Draft | Reply:
    """The one meeting that fits is in hand; of several one is asked, of none the list is shown."""
    found = fitting(chat, line)
    if len(found) == 1:
        return {"meeting": str(found[0].id), **first}
    if found:
        return {"~fitting": [one.id for one in found], **first}
    text = chat.say("No coming meeting fits that. %(You)s can look at the list:")
    return chat.menu_of(text, (chat.to("meetings"), chat.say("Coming meetings")))


def fast_move(chat: Chat, text: str) -> Draft | Reply | None:
    """`đổi họp tối nay sang 19h`."""
    read = read_move(text, chat.today, known_villages(chat))
    if read is None or read.is_off:
        return None
    first = _target_of(read)
    first["~text"] = text
    return _of(chat, read.which, first)


def _target_of(read: Move) -> Draft:
    first: Draft = {}
    if read.to.day is not None:
        first["~day"] = read.to.day.isoformat()
    if read.to.at is not None:
        first["~at"] = read.to.at.isoformat("minutes")
    if read.to.trouble is not None:
        first["~trouble"] = read.to.trouble
    if read.to.venue:
        first["place"] = read.to.venue
    elif read.wants_place and read.to.villages:
        first["place"] = str(read.to.villages[0])
    if read.to.trouble or read.to.day or read.to.at:
        first["what"] = TIME
    elif read.wants_place or read.to.venue:
        first["what"] = PLACE
    return first


def fast_off(chat: Chat, text: str) -> Draft | Reply | None:
    """`hoãn họp`, `hoãn họp Cà Xen`."""
    read = read_move(text, chat.today, known_villages(chat))
    return _of(chat, read.which, {}) if read is not None and read.is_off else None


def move(chat: Chat) -> Reply:
    """Moves it, and says who is being told and who must be telephoned."""
    if has_no_date(chat):
        return call_off(chat)
    done = meeting_changes.move(
        chat.work,
        int(chat.draft["meeting"]),
        starts_at=target(chat),
        venue=new_venue(chat),
        is_put_off=is_put_off(chat),
    )
    text = chat.say(
        "✅ Moved at %(clock)s: %(when)s, %(place)s.",
        clock=chat.reader.clock(chat.now),
        when=words.hour_and_day(chat, done.meeting.starts_at),
        place=words.place(chat, done.meeting),
    )
    return _told(chat, done, text)


def call_off(chat: Chat) -> Reply:
    """Calls it off."""
    done = meeting_changes.cancel(chat.work, int(chat.draft["meeting"]), is_put_off=is_put_off(chat))
    text = chat.say(
        "✅ Called off at %(clock)s: the meeting %(meeting)s.",
        clock=chat.reader.clock(chat.now),
        meeting=words.short_label(chat, done.meeting),
    )
    return _told(chat, done, text)


def _told(chat: Chat, done: Change, text: str) -> Outgoing:
    rows = [text]
    if done.told:
        rows.append(chat.say_n("Ra Lớp is telling %(n)d person.", "Ra Lớp is telling %(n)d people.", done.told))
    options = [(chat.to("meetings"), chat.say("Coming meetings"))]
    if done.to_call:
        names = words.some_names(chat, done.to_call)
        rows.append(chat.say("Please telephone: %(names)s.", names=names))
    if done.meeting.status == MeetingStatus.PLANNED:
        options = [(chat.to("meetings", str(done.meeting.id)), chat.say("See the meeting"))]
        if done.to_call:
            options.insert(0, choice(chat, done.meeting, "call", chat.say("Telephone numbers")))
    return chat.menu_of("\n".join(rows), *options)


MOVE = Conversation(
    name="move",
    title=lambda chat: chat.say("The change of a meeting"),
    words=("đổi họp", "đổi lịch họp", "dời họp", "move a meeting"),
    may="meetings.organise",
    opens=opening,
    fast=fast_move,
    steps=(
        Step("meeting", which),
        Step("what", what),
        Step("to", to_when, when=asks_time),
        Step("place", to_where, when=lambda chat: chat.draft.get("what") == PLACE),
        Step("check", check_move),
    ),
    finish=move,
)
CALL_OFF = Conversation(
    name="calloff",
    title=lambda chat: chat.say("Calling off a meeting"),
    words=("hoãn họp", "hủy họp", "call off a meeting"),
    may="meetings.organise",
    opens=opening,
    fast=fast_off,
    steps=(Step("meeting", which), Step("check", check_off)),
    finish=call_off,
)
