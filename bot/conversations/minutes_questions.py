"""The questions of minutes: how many came, what was agreed, whose families promised; and what is asked on a change."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.conversations import wording
from bot.conversations.guests_named import named, read_names
from bot.conversations.minutes_card import known_guests
from bot.conversations.visits_days import NONE, is_day, typed_day
from bot.conversations.visits_questions import with_file
from bot.dialogue.conversation import Chat
from bot.dialogue.count import Count
from bot.dialogue.questions import Answer, Ask, Choose, Misread, Named, Option, Outcome
from bot.dialogue.recognition import reserved_folded
from bot.dialogue.ticks import Ticks
from bot.messages import Attachment, Incoming, Kind
from bot.parsing import ImpossibleDate, WeekdayMismatch, clean_line, day, fold
from bot.rules import meetings, minutes, school_days
from bot.rules.meetings import Standing
from bot.rules.minutes import AGREED_AT_MOST, CAME_AT_MOST
from bot.rules.work import Refused
from storage import meetings as stored
from storage import minutes as stored_minutes
from storage.meetings import Meeting, MeetingStatus

GONE = "gone"  # in place of the meeting, when its minutes can no longer be written
NOBODY = ("không ai", "không có ai", "không ai đến", "không có ai đến", "không có người nào", "nobody")
PROMISES = re.compile(r"\b(?:hua|hen|cam ket)\b")
SPEAKS_OF_SCHOOL = re.compile(r"\b(?:hua|hen|cam ket|di hoc|ra lop|den lop|den truong|tro lai)\b")
DAYS_OFFERED = 3


@dataclass(frozen=True)
class Words(Ask):
    """Free words of which several are never taken for the beginning of something else."""

    def fits(self, chat: Chat, text: str) -> bool | None:
        if len(fold(text).split()) > 1 and reserved_folded(text) is None:
            return True
        return super().fits(chat, text)


# What the draft says


def meeting_of(chat: Chat) -> Meeting:
    """The meeting in hand. Raises Refused when it is no longer this person's to see."""
    found = stored.get(chat.scope, chat.session, int(chat.draft["meeting"]))
    if found is None:
        raise Refused("outside_scope")
    return found


def standing(chat: Chat) -> Standing:
    return chat.once(("standing", chat.draft["meeting"]), lambda: meetings.standing(chat.work, meeting_of(chat)))


def somebody_came(chat: Chat) -> bool:
    return chat.draft.get("came") != 0


def has_guests(chat: Chat) -> bool:
    return somebody_came(chat) and bool(known_guests(chat, meeting_of(chat)))


def families(chat: Chat) -> list[int]:
    """The pupils whose families promised."""
    found = chat.answer("families", [])
    return found if isinstance(found, list) and somebody_came(chat) else []


def has_families(chat: Chat) -> bool:
    return bool(families(chat))


def promised_on(chat: Chat) -> date | None:
    value = chat.answer("promised")
    return date.fromisoformat(value) if has_families(chat) and value and value != NONE else None


def agreed(chat: Chat) -> str:
    said_before = chat.answer("agreed", "")
    return str(said_before) if somebody_came(chat) and said_before != NONE else ""


def files_of(chat: Chat) -> list[dict[str, Any]]:
    """The photos and voice notes, unless they were left out again."""
    found: list[dict[str, Any]] = chat.draft.get("files", [])
    return [] if chat.draft.get("agreed") == NONE else found


def photos(chat: Chat) -> int:
    return sum(one["kind"] != Kind.VOICE for one in files_of(chat))


def voices(chat: Chat) -> int:
    return sum(one["kind"] == Kind.VOICE for one in files_of(chat))


def attended(chat: Chat) -> tuple[int, ...] | None:
    """Who came: as ticked; else those who said so, if as many came as had said so; else nobody knows."""
    ticked = chat.draft.get("people")
    if isinstance(ticked, list):
        return tuple(ticked)
    if chat.draft.get("came") == 0:
        return ()
    expected = standing(chat).expected
    if chat.draft.get("came") == len(expected):
        return tuple(one.person.id for one in expected)
    return None


def guests_who_came(chat: Chat) -> tuple[int, ...] | None:
    """The pupils whose families came, if somebody ticked them."""
    ticked = chat.draft.get("guests")
    if not isinstance(ticked, list):
        return () if chat.draft.get("came") == 0 else None
    return tuple(dict.fromkeys([*ticked, *families(chat)]))


# Questions


def gone(chat: Chat) -> Choose:
    """Called off, moved, or written by somebody else while this one was being written: said, and left."""
    meeting = stored.get(chat.scope, chat.session, int(chat.draft["meeting"]))
    if meeting is not None and meeting.status == MeetingStatus.CANCELLED:
        text = chat.say("This meeting has been called off, so there are no minutes.")
    elif meeting is not None and stored_minutes.current(chat.scope, chat.session, meeting.id) is not None:
        text = chat.say("Somebody else has just written these minutes. They can be read under: lịch họp")
    else:
        text = chat.say("The minutes of this meeting can no longer be written here.")
    options = [Option(GONE, chat.say("All right, leave it"))]
    return Choose(text, options, hint=text, valid=can_be_written, required=True)


def can_be_written(chat: Chat, meeting_id: object) -> bool:
    """Whether the meeting in hand is still to be written of, or its minutes still to be corrected."""
    try:
        if "base" in chat.draft:
            minutes.correctable(chat.work, int(str(meeting_id)))
        else:
            minutes.open_to_write(chat.work, int(str(meeting_id)))
    except (Refused, ValueError):
        return False
    return True


def unless_gone(*conditions: Callable[[Chat], bool]) -> Callable[[Chat], bool]:
    """Asked only while the minutes can be written, and where every condition holds."""
    return lambda chat: chat.draft.get("meeting") != GONE and all(condition(chat) for condition in conditions)


def _place(chat: Chat, n: int) -> str:
    """`(2/3)`; there are two where no pupil of the villages is at risk."""
    last = 3 if known_guests(chat, meeting_of(chat)) else 2
    return chat.say("(%(n)d/%(last)d)", n=n, last=last)


def how_many(chat: Chat) -> Count:
    """How many came (1/3): as many as had said so is one press."""
    found = standing(chat)
    n, invited = len(found.expected), found.invited
    values = {"invited": invited, "coming": len(found.coming) + len(found.late), "place": _place(chat, 1)}
    if found.replaced:
        text = chat.say(
            "How many people came? Invited %(invited)d, said yes %(coming)d, in their stead %(others)d. %(place)s",
            others=len(found.replaced),
            **values,
        )
    else:
        text = chat.say("How many people came? Invited %(invited)d, said yes %(coming)d. %(place)s", **values)
    example = n or invited or 10
    hint = chat.say("Please type how many people came, for example: %(n)d. If nobody: không ai", n=example)
    return Count(
        text,
        likely=n,
        label=chat.say_n("%(n)d person", "%(n)d people", n),
        most=CAME_AT_MOST,
        hint=hint,
        too_many=chat.say(
            "The meeting invited %(invited)d people. Please type once more how many came.", invited=invited
        ),
        typed=chat.say("Type the number, for example: %(n)d", n=example),
        words=NOBODY,
    )


def what_was_agreed(chat: Chat) -> Words:
    """What was agreed (2/3): words, a voice note, or a photo of the paper."""
    options = []
    if files_of(chat) and chat.draft.get("~ask.agreed"):
        options = [Option(NONE, chat.say("Leave out what was sent before"))]
    place = _place(chat, 2)
    if chat.profile.voice and chat.profile.photos:
        text = chat.say(
            "What was agreed? %(place)s\n%(You)s can type a few lines, send a voice note, or a photo of the paper.",
            place=place,
        )
    elif chat.profile.photos:
        text = chat.say(
            "What was agreed? %(place)s\n%(You)s can type a few lines, or send a photo of the paper.", place=place
        )
    else:
        text = chat.say("What was agreed? %(place)s\n%(You)s can type a few lines.", place=place)
    return Words(
        text,
        typed_words,
        hint=chat.say("Please type a few words, for example: 3 nhà hứa cho con đi học từ thứ 2. Or type: bỏ qua"),
        takes=frozenset({Kind.PHOTO, Kind.FILE, Kind.VOICE}),
        take=take_file,
        skip=True,
        options=options,
    )


def typed_words(chat: Chat, text: str) -> Outcome:
    if len(fold(text)) < 2:
        raise Misread(
            chat.say("Please type a few words, for example: 3 nhà hứa cho con đi học từ thứ 2. Or type: bỏ qua")
        )
    return said(chat, text)


def said(chat: Chat, text: str, **also: Any) -> Answer:
    """What was agreed, and the day that the words name for going back to school."""
    found = named_day(chat, text)
    return Answer(text[:AGREED_AT_MOST], {**({"promised": found.isoformat()} if found else {}), **also})


def named_day(chat: Chat, text: str) -> date | None:
    """`3 nhà hứa cho con đi học từ thứ 2`: Monday; a day that is over, or that cannot be, is asked for."""
    if not SPEAKS_OF_SCHOOL.search(fold(text)):
        return None
    try:
        found = day(text, chat.today)
    except (ImpossibleDate, WeekdayMismatch):
        return None
    return found if found is not None and chat.today < found <= chat.today + timedelta(days=60) else None


def take_file(chat: Chat, incoming: Incoming) -> Outcome:
    """A photo or a voice note, with its caption; what was said before stays."""
    before = (chat.draft.get("~was") or {}).get("agreed")
    text = clean_line(incoming.text) or (before if isinstance(before, str) and before != NONE else "")
    return said(chat, text, files=with_file(chat, incoming.attachment))


def attach(chat: Chat, attachment: Attachment) -> bool:
    """A photo or voice note while another question is open; its caption, if nothing else was said."""
    if attachment.kind not in (Kind.PHOTO, Kind.FILE, Kind.VOICE):
        return False
    chat.draft["files"] = with_file(chat, attachment)
    chat.draft["~attached"] = True
    caption = clean_line(chat.incoming.text) if chat.incoming is not None else ""
    if caption and not agreed(chat):
        chat.draft["agreed"] = caption[:AGREED_AT_MOST]
    return True


def whose_families(chat: Chat) -> Ticks:
    """Whose families promised (3/3)."""
    entries = named(chat, known_guests(chat, meeting_of(chat)))
    if PROMISES.search(fold(agreed(chat))):
        asked = chat.say("Whose families are they? %(place)s", place=_place(chat, 3))
    else:
        asked = chat.say(
            "Which pupils' families promised that they go to school again? %(place)s", place=_place(chat, 3)
        )
    text = " ".join(part for part in (received(chat), asked) if part)
    return Ticks(
        "families",
        text,
        entries,
        done=lambda n: chat.say_n("Done: %(n)d pupil", "Done: %(n)d pupils", n),
        plain="\n".join([text, chat.say("Type the numbers, for example: 1 3. If none, type: bỏ qua")]),
        hint=chat.say("Please type the pupils' names or numbers, for example: 1 3. If none, type: bỏ qua"),
        read_line=typed_pupils,
        is_optional=True,
    )


def received(chat: Chat) -> str:
    """`Đã nhận 1 ảnh.`; what came later has been acknowledged already."""
    if chat.draft.get("~attached"):
        return ""
    n, heard = photos(chat), [one for one in files_of(chat) if one["kind"] == Kind.VOICE]
    if n and heard:
        return chat.say("%(n)d photos and a voice note received.", n=n)
    if n:
        return chat.say_n("%(n)d photo received.", "%(n)d photos received.", n)
    if heard and heard[-1]["seconds"]:
        return chat.say("Voice note of %(seconds)d seconds received.", seconds=heard[-1]["seconds"])
    return chat.say("Voice note received.") if heard else ""


def typed_pupils(chat: Chat, text: str, entries: Sequence[Named]) -> Outcome:
    return read_names(chat, text, known_guests(chat, meeting_of(chat)))


def which_day(chat: Chat) -> Choose:
    """The day on which the pupils come back: the next school days."""
    options: list[Option] = []
    for ahead in range(1, 61):
        one = chat.today + timedelta(days=ahead)
        if len(options) < DAYS_OFFERED and school_days.is_school_day(chat.work, one):
            label = chat.reader.day(one)
            label = chat.say("Tomorrow, %(day)s", day=label) if ahead == 1 else label[:1].upper() + label[1:]
            options.append(Option(one.isoformat(), label))
    return Choose(
        chat.say("From which day do they go to school again? %(You)s can choose a number or type the day."),
        [*options, Option(NONE, chat.say("No date promised"))],
        hint=chat.say("The day is not clear. Please type it, for example: 25/3"),
        free=typed_day("promise"),
        valid=lambda _, answer: is_day(answer) or answer == NONE,
    )


def who_came(chat: Chat) -> Ticks:
    """Who of the invited came; on a change only."""
    found = standing(chat)
    everybody = (*found.coming, *found.late, *found.declined, *found.silent)
    entries = []
    for one in everybody:
        name, instead = wording.person(chat.reader, one.person), one.invitation.stand_in
        label = chat.say("%(name)s (%(who)s in their stead)", name=name, who=instead) if instead else name
        entries.append(Named(one.person.id, label, (one.person.name, name, *([instead] if instead else []))))
    return Ticks(
        "people",
        chat.say("Who came? Tap each name and then Done."),
        entries,
        done=lambda n: chat.say_n("Done: %(n)d person", "Done: %(n)d people", n),
        plain=chat.say("Who came? Type the numbers, for example: 1 3 4"),
        first=tuple(one.person.id for one in found.expected),
        also=at_least_as_many,
    )


def at_least_as_many(chat: Chat, ticked: Collection[int]) -> dict[str, Any]:
    """More names than the number said is the greater number."""
    came = chat.answer("came")
    return {"came": len(ticked)} if not isinstance(came, int) or len(ticked) > came else {}


def which_guests(chat: Chat) -> Ticks:
    """Whose families came; on a change only."""
    known = known_guests(chat, meeting_of(chat))
    return Ticks(
        "guests",
        chat.say("Which pupils' families came to the meeting? Tap each name and then Done."),
        named(chat, known_guests(chat, meeting_of(chat))),
        done=lambda n: chat.say_n("Done: %(n)d pupil", "Done: %(n)d pupils", n),
        plain=chat.say("Which pupils' families came to the meeting? Type the numbers, for example: 1 3"),
        read_line=typed_pupils,
        first=tuple(one.listed.pupil.id for one in known if one.came or one.listed.pupil.id in families(chat)),
    )
