"""The minutes of a meeting as they are shown: line by line, as a whole, their files; and the meetings that are over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.conversations import files as sending
from bot.conversations import meetings_words as words
from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.messages import Choice, Kind, Outgoing
from bot.parsing import given_name
from bot.rules import guests, meeting_chairs, meetings, minutes
from bot.rules.guests import Guest
from bot.rules.tasks import Task
from bot.rules.work import Refused
from storage import meetings as stored
from storage import minutes as stored_minutes
from storage import people
from storage.meetings import Meeting, MeetingStatus
from storage.minutes import Minutes
from storage.people import Person

AGREED_SHOWN = 300
NAMES_SHOWN = 12
A_PAGE = 6
BACK_TO = timedelta(days=90)
SENDS = {  # what a choice of the minutes sends
    "hear": frozenset({Kind.VOICE.value}),
    "photos": frozenset({Kind.PHOTO.value, Kind.FILE.value}),
}


@dataclass(frozen=True)
class Told:
    """What minutes say, written or about to be: `families` and `guests` by pupil, `absent` are people."""

    came: int | None
    agreed: str
    families: Sequence[int]
    promised_on: date | None
    voices: int = 0
    photos: int = 0
    guests: Sequence[int] = ()
    absent: Sequence[Person] = ()


def known_guests(chat: Chat, meeting: Meeting) -> list[Guest]:
    """The families that are guests of this meeting, as this person may see them."""
    return chat.once(("guests", meeting.id), lambda: guests.expected(chat.work, meeting))


def given_names(chat: Chat, meeting: Meeting, pupil_ids: Collection[int]) -> list[str]:
    """`Bé, Ngọc`; two of one name with their classes."""
    found = [one.listed for one in known_guests(chat, meeting) if one.listed.pupil.id in pupil_ids]
    times = Counter(given_name(one.pupil.name) for one in found)
    names = []
    for one in found:
        given = given_name(one.pupil.name)
        names.append(
            chat.say("%(given)s (%(class_name)s)", given=given, class_name=one.class_name)
            if times[given] > 1
            else given
        )
    return names


def head(chat: Chat, meeting: Meeting) -> str:
    """`Họp thôn Cà Xen, thứ 5, 21/3`."""
    day = chat.reader.day(words.local_day(chat.reader, meeting.starts_at))
    return chat.say("Meeting of %(where)s, %(day)s", where=words.of_village(chat, meeting), day=day)


def lines(chat: Chat, meeting: Meeting, told: Told) -> list[str]:
    """The lines of minutes; what nobody said has none."""
    found = _came(chat, meeting, told)
    agreed = told.agreed if len(told.agreed) <= AGREED_SHOWN else f"{told.agreed[:AGREED_SHOWN].rpartition(' ')[0]} …"
    if agreed and told.voices:
        found.append(chat.say("• Agreed: %(agreed)s (with a voice note)", agreed=agreed))
    elif agreed:
        found.append(chat.say("• Agreed: %(agreed)s", agreed=agreed))
    elif told.voices:
        found.append(chat.say("• Voice notes: %(n)d", n=told.voices))
    names = _some(chat, given_names(chat, meeting, told.families))
    if names and told.promised_on is not None:
        day = chat.reader.day(told.promised_on)
        found.append(chat.say("• Promised back at school on %(day)s: %(names)s", day=day, names=names))
    elif names:
        found.append(chat.say("• Promised back at school, no day named: %(names)s", names=names))
    if others := _some(chat, given_names(chat, meeting, set(told.guests) - set(told.families))):
        found.append(chat.say("• Other families that came: %(names)s", names=others))
    if told.photos:
        found.append(chat.say("• Photos of the paper: %(n)d", n=told.photos))
    return found


def _came(chat: Chat, meeting: Meeting, told: Told) -> list[str]:
    if told.came is None:
        return []
    if not told.came:
        return [chat.say("• Nobody came")]
    invited = meetings.standing(chat.work, meeting).invited
    found = [
        chat.say("• Came: %(n)d people of %(invited)d", n=told.came, invited=invited)
        if told.came <= invited
        else chat.say("• Came: %(n)d people, %(invited)d were invited", n=told.came, invited=invited)
    ]
    if told.absent:
        found.append(chat.say("• Not there: %(names)s", names=words.some_names(chat, told.absent)))
    return found


def _some(chat: Chat, names: Sequence[str]) -> str:
    shown = wording.all_of(names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return chat.say("%(names)s and %(n)d pupils more", names=shown, n=more) if more > 0 else shown


def told_of(chat: Chat, meeting: Meeting, written: Minutes) -> Told:
    """What recorded minutes say, as this person may see it."""
    files = stored_minutes.files(chat.scope, chat.session, written.id)
    voices = sum(file.kind == Kind.VOICE for file in files)
    return Told(
        came=written.came,
        agreed=written.agreed,
        families=stored_minutes.families(chat.scope, chat.session, written.id),
        promised_on=written.promised_on,
        voices=voices,
        photos=len(files) - voices,
        guests=[one.listed.pupil.id for one in known_guests(chat, meeting) if one.came],
        absent=[one.person for one in meetings.invited(chat.work, meeting) if one.invitation.attended is False],
    )


def card(chat: Chat, meeting_id: int, above: str = "") -> Outgoing:
    """The whole minutes, with what can be done about them; of a meeting without any, the way to write them."""
    meeting, written = minutes.look(chat.work, meeting_id)
    text = [above] if above else []
    if written is None:
        return question(chat, meeting, above)
    text += [head(chat, meeting), *lines(chat, meeting, told_of(chat, meeting, written))]
    writer = people.get(chat.session, written.written_by)
    if writer is not None:
        clock, day = chat.reader.clock(written.written_at), words.local_day(chat.reader, written.written_at)
        who = wording.person(chat.reader, writer)
        text.append(chat.say("Written by %(who)s at %(time)s, %(day)s", who=who, time=clock, day=chat.reader.date(day)))
    options = [*_correcting(chat, meeting), *_listening(chat, meeting, written)]
    options += [(one.value, one.label) for one in word_choice(chat, meeting)]
    options.append((chat.to("minutes"), chat.say("Meetings that are over")))
    return replace(chat.menu_of("\n".join(text), *options), is_private=True)


def _correcting(chat: Chat, meeting: Meeting) -> list[tuple[str, str]]:
    try:
        minutes.correctable(chat.work, meeting.id)
    except Refused:
        return []
    return [(chat.to("minutes", f"{meeting.id}.fix"), chat.say("Correct the minutes"))]


def _listening(chat: Chat, meeting: Meeting, written: Minutes) -> list[tuple[str, str]]:
    here = [
        file.kind
        for file in stored_minutes.files(chat.scope, chat.session, written.id)
        if sending.can_send(chat, Kind(file.kind))
    ]
    labels = {"hear": chat.say("Listen to the voice note"), "photos": chat.say("See the photos")}
    return [
        (chat.to("minutes", f"{meeting.id}.{what}"), labels[what]) for what, kinds in SENDS.items() if kinds & set(here)
    ]


def sent(chat: Chat, what: str, meeting_id: int) -> list[Outgoing]:
    """The voice notes or the photos, one message each; below the last of them the way on."""
    if not any(sending.can_send(chat, Kind(kind)) for kind in SENDS[what]):
        return [card(chat, meeting_id)]
    meeting, files = minutes.look_at_files(chat.work, meeting_id, SENDS[what])
    if not files:
        return [card(chat, meeting_id)]
    text = chat.say("From the minutes: %(meeting)s", meeting=head(chat, meeting))
    *others, last = (sending.handed_on(chat, file, text, seconds=file.seconds) for file in files)
    way_on = chat.menu_of(last.text, (chat.to("minutes", str(meeting_id)), chat.say("See the minutes again")))
    return [*others, last.with_choices(way_on.choices)]


# Asking for them


def question(chat: Chat, meeting: Meeting, above: str = "") -> Outgoing:
    """`Buổi họp thôn Cà Xen tối nay thế nào ạ?` (voice.md V08)."""
    text = chat.say(
        "How was the meeting of %(where)s, %(when)s?",
        where=words.of_village(chat, meeting),
        when=words.when(chat, meeting.starts_at),
    )
    missed = minutes.not_reminded(chat.work, meeting)
    if missed:
        above = chat.say_n(
            "Ra Lớp was cut off around the meeting; %(n)d person was not reminded.",
            "Ra Lớp was cut off around the meeting; %(n)d people were not reminded.",
            missed,
        )
    return chat.menu_of(f"{above}\n{text}" if above else text, *statuses(chat, meeting))


def statuses(chat: Chat, meeting: Meeting) -> list[tuple[str, str]]:
    options = [(chat.to("minutes", f"{meeting.id}.done"), chat.say("It has taken place"))]
    if meeting.status == MeetingStatus.PLANNED and meeting_chairs.may_change(chat.work, meeting):
        options.append((chat.to("move", f"{meeting.id}.off"), chat.say("It was put off")))
    return [
        *options,
        (chat.to("minutes", f"{meeting.id}.later"), chat.say("It is still going on, ask again in 1 hour")),
    ]


def task_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Ghi biên bản họp thôn Cà Xen tối nay`."""
    meeting = stored.get(chat.scope, chat.session, task.subject_id)
    if meeting is None:
        return None
    where, when = words.of_village(chat, meeting), words.when(chat, meeting.starts_at)
    return chat.to("minutes", str(meeting.id)), chat.say("Minutes of %(where)s, %(when)s", where=where, when=when)


# What is over


def past(chat: Chat, start: int = 0) -> Outgoing:
    """The meetings that have begun, the latest first: their minutes for whoever runs them, else which families came."""
    found = [option for one in reversed(_begun(chat)) if (option := _entry(chat, one))]
    options = found[start : start + A_PAGE]
    if len(found) > start + A_PAGE:
        options.append((chat.to("minutes", f"list.{start + A_PAGE}"), chat.say("Earlier meetings")))
    options.append((chat.to("meetings"), chat.say("Coming meetings")))
    if not found:
        return chat.menu_of(chat.say("No meeting that %(you)s looks after has taken place yet."), *options)
    return chat.menu_of(chat.say("Meetings that are over. Which one?"), *options)


def has_past(chat: Chat) -> bool:
    """Whether there is a meeting that is over, of which this person can read or write something."""
    return any(_entry(chat, one) for one in _begun(chat))


def _begun(chat: Chat) -> Sequence[Meeting]:
    return chat.once("begun", lambda: stored.between(chat.scope, chat.session, chat.now - BACK_TO, chat.now))


def _entry(chat: Chat, meeting: Meeting) -> tuple[str, str] | None:
    """What opens a meeting that is over; None when it is none of this person's."""
    label = words.short_label(chat, meeting)
    if meeting_chairs.runs(chat.work, meeting):
        is_written = bool(stored_minutes.written(chat.session, [meeting.id]))
        label = label if is_written else chat.say("Not written yet: %(meeting)s", meeting=label)
        return chat.to("minutes", str(meeting.id)), label
    own = guests.own_villages(chat.work, meeting)
    if own and chat.now - meeting.starts_at < minutes.OPEN_FOR and guests.expected(chat.work, meeting, villages=own):
        label = chat.say("Which families came: %(meeting)s", meeting=label)
        return chat.to("guests", f"{meeting.id}.came"), label
    return None


def word_choice(chat: Chat, meeting: Meeting) -> tuple[Choice, ...]:
    """`Biên bản, tệp Word`: the paper to sign, where a file can reach this person."""
    if not sending.can_send(chat, Kind.FILE):
        return ()
    return (
        Choice(chat.to("papers", f"minutes.{meeting.id}"), chat.say("Minutes, Word file"), number="1", is_bare=True),
    )


def fix_choice(chat: Chat, meeting: Meeting) -> Choice:
    """The way to correct what was just recorded."""
    return wording.change(chat, chat.to("minutes", f"{meeting.id}.fix"))
