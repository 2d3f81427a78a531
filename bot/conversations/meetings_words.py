"""How meetings are said aloud: their hour, their place, who chairs; the invitation, and a line of the task list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.i18n import N_, Reader
from bot.messages import Outgoing
from bot.parsing import fold
from bot.rules import meetings as rules
from bot.rules.invitees import Invited
from bot.rules.meetings import CALL_TASK
from bot.rules.tasks import Task
from storage import meetings as stored
from storage import people, places
from storage.meetings import Answer, Meeting
from storage.people import Person
from storage.places import Place

WORDS_AT_MOST = 80
NAMES_AT_MOST = 25
CALLS_AT_MOST = 8
USUAL = "van dong hoc sinh ra lop"  # folded: what a paper's long title comes to
THIS = {
    "morning": N_("this morning"),
    "noon": N_("this noon"),
    "afternoon": N_("this afternoon"),
    "evening": N_("this evening"),
}
TOMORROW = {
    "morning": N_("tomorrow morning"),
    "noon": N_("tomorrow noon"),
    "afternoon": N_("tomorrow afternoon"),
    "evening": N_("tomorrow evening"),
}
YESTERDAY = {
    "morning": N_("yesterday morning"),
    "noon": N_("yesterday noon"),
    "afternoon": N_("yesterday afternoon"),
    "evening": N_("yesterday evening"),
}
ANSWERS = {Answer.YES: N_("I can come"), Answer.LATE: N_("I come late"), Answer.NO: N_("I cannot come")}
GIVEN = {
    Answer.YES: N_("Your answer: %(you)s can come."),
    Answer.LATE: N_("Your answer: %(you)s comes late."),
    Answer.NO: N_("Your answer: %(you)s cannot come."),
}


@dataclass(frozen=True)
class Said:
    """What is said of a meeting, made or about to be made: `place` in words, times in UTC."""

    purpose: str
    starts_at: datetime
    place: str
    organiser: Person | None


def said(chat: Chat, meeting: Meeting) -> Said:
    """A stored meeting in words."""
    organiser = people.get(chat.session, meeting.organiser_id)
    return Said(purpose(chat, meeting.purpose), meeting.starts_at, place(chat, meeting), organiser)


def part_of_day(hour: int) -> str:
    for until, name in ((11, "morning"), (13, "noon"), (18, "afternoon")):
        if hour < until:
            return name
    return "evening"


def local_day(reader: Reader, at: datetime) -> date:
    return at.astimezone(reader.zone).date()


def near(chat: Chat, at: datetime) -> str:
    """`tối nay`, `tối mai`, `tối qua`; empty for a day farther off."""
    wall = at.astimezone(chat.reader.zone)
    ahead = (wall.date() - local_day(chat.reader, chat.now)).days
    table = {0: THIS, 1: TOMORROW, -1: YESTERDAY}.get(ahead)
    return chat.say(table[part_of_day(wall.hour)]) if table else ""


def when(chat: Chat, at: datetime) -> str:
    """`tối nay`, else `thứ 5, 21/3`."""
    return near(chat, at) or chat.reader.day(local_day(chat.reader, at))


def hour_and_day(chat: Chat, at: datetime) -> str:
    """`18 giờ 30, thứ 5, 21/3`."""
    day = chat.reader.day(local_day(chat.reader, at))
    return chat.say("%(hour)s, %(day)s", hour=chat.reader.hour(at), day=day)


def hall(chat: Chat, village: places.Place) -> str:
    """`nhà sinh hoạt thôn Cà Xen`, or where this village meets otherwise."""
    return village.hall or chat.say("the village hall of %(village)s", village=village.name)


def place(chat: Chat, meeting: Meeting) -> str:
    """Where: as somebody chose it, else the village's hall, else as the paper has it."""
    if meeting.venue:
        return clipped(meeting.venue)
    villages = stored.villages(chat.session, meeting.id)
    if len(villages) == 1:
        return hall(chat, villages[0])
    written = meeting.place_as_written or names(chat, villages) or chat.say("the commune office")
    return clipped(written)


def clipped(written: str) -> str:
    """A paper's words, shortened where they are long."""
    return written if len(written) <= WORDS_AT_MOST else f"{written[:WORDS_AT_MOST].rpartition(' ')[0]} …"


def names(chat: Chat, villages: Sequence[places.Place]) -> str:
    """`Làng Trê và Làng Giữa`."""
    return chat.reader.join(village.name for village in villages)


def of_where(chat: Chat, meeting: Meeting) -> str:
    """`Cà Xen`, `Làng Trê và Làng Giữa`; the commune's name for a meeting of no village."""
    villages = _villages(chat, meeting)
    if villages:
        return names(chat, villages)
    commune = places.get(chat.session, meeting.commune_id)
    return chat.say("%(commune)s commune", commune=commune.name if commune is not None else "")


def _villages(chat: Chat, meeting: Meeting) -> Sequence[Place]:
    """Read once in a transaction: the morning lists of everybody name the same meetings."""
    return chat.work.once(("villages of", meeting.id), lambda: stored.villages(chat.session, meeting.id))


def of_village(chat: Chat, meeting: Meeting) -> str:
    """`thôn Cà Xen`, `thôn Làng Trê và Làng Giữa`; `xã Long Môn` for a meeting of no village."""
    villages = stored.villages(chat.session, meeting.id)
    return chat.say("village %(village)s", village=names(chat, villages)) if villages else of_where(chat, meeting)


def purpose(chat: Chat, written: str) -> str:
    """`vận động học sinh ra lớp`, also for a paper's longer title; other purposes as written, shortened."""
    if not written or USUAL in fold(written):
        return chat.say("bringing pupils back to class")
    return clipped(written)


def lines_of(chat: Chat, one: Said) -> list[str]:
    """The lines that say when, where and who chairs."""
    day = chat.reader.day(local_day(chat.reader, one.starts_at))
    hour, close = chat.reader.hour_in_words(one.starts_at), near(chat, one.starts_at)
    lines = [
        chat.say("When: %(hour)s, %(day)s, %(near)s", hour=hour, day=day, near=close)
        if close
        else chat.say("When: %(hour)s, %(day)s", hour=hour, day=day),
        chat.say("Where: %(place)s", place=one.place),
    ]
    if one.organiser is not None:
        chair, position = wording.person(chat.reader, one.organiser), wording.position(chat, one.organiser)
        lines.append(
            chat.say("Chair: %(name)s, %(position)s", name=chair, position=position)
            if position
            else chat.say("Chair: %(name)s", name=chair)
        )
    return lines


def invitation_text(chat: Chat, one: Said) -> str:
    """The invitation, as V07 has it."""
    head = chat.say("📅 %(You)s is invited to a meeting about %(purpose)s", purpose=one.purpose)
    return "\n".join([head, *lines_of(chat, one), chat.say("Can %(you)s come?")])


def card_text(chat: Chat, one: Said) -> str:
    """A meeting to look at."""
    return "\n".join([chat.say("📅 Meeting about %(purpose)s", purpose=one.purpose), *lines_of(chat, one)])


def answers(chat: Chat, meeting: Meeting) -> list[tuple[str, str]]:
    """The three answers; they carry the revision, so that an answer to the old hour is not taken for the new one."""
    return [
        (chat.to("meetings", f"{meeting.id}.{meeting.revision}.{answer}"), chat.say(label))
        for answer, label in ANSWERS.items()
    ]


def choice(chat: Chat, meeting: Meeting, act: str, label: str) -> tuple[str, str]:
    return chat.to("meetings", f"{meeting.id}.{meeting.revision}.{act}"), label


def invitation(chat: Chat, meeting: Meeting) -> Outgoing:
    """The invitation with its three answers."""
    return chat.menu_of(invitation_text(chat, said(chat, meeting)), *answers(chat, meeting))


def person_and_phone(chat: Chat, one: Invited) -> str:
    """`bác Rin 0900 000 001`; `Đinh Văn Rin (chưa có số máy)`."""
    name = wording.person(chat.reader, one.person)
    return wording.with_phone(chat, one.person) if one.person.phone else chat.say("%(name)s (no number)", name=name)


def some_names(chat: Chat, invited: Sequence[Person]) -> str:
    """Names in a line, and how many more."""
    found = [wording.person(chat.reader, one) for one in invited[:NAMES_AT_MOST]]
    more = len(invited) - len(found)
    listed = wording.all_of(found)
    return chat.say("%(names)s and %(n)d more", names=listed, n=more) if more > 0 else listed


def short_label(chat: Chat, meeting: Meeting) -> str:
    """`18 giờ 30, thứ 5, 21/3, Cà Xen`: a meeting as a choice."""
    return chat.say("%(when)s, %(where)s", when=hour_and_day(chat, meeting.starts_at), where=of_where(chat, meeting))


def task_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Họp thôn 18 giờ 30 tối nay`; `Trả lời họp thôn 18 giờ 30 tối mai`; `Gọi mời họp tối nay (3)`."""
    mine = chat.once("own invitations", lambda: stored.invited_to(chat.session, chat.me.id, chat.now))
    own = next((one for one in mine if one[0].id == task.subject_id), None)
    meeting = own[0] if own is not None else stored.get(chat.scope, chat.session, task.subject_id)
    if meeting is None:
        return None
    if task.kind == CALL_TASK:
        n = len(rules.standing(chat.work, meeting).to_call)
        label = chat.say("Telephone for the meeting %(when)s (%(n)d)", when=when(chat, meeting.starts_at), n=n)
        return choice(chat, meeting, "call", label)
    is_answered = own is not None and bool(own[1].answer)
    is_today = local_day(chat.reader, meeting.starts_at) == local_day(chat.reader, chat.now)
    sentence = LINES[_is_ours(chat, meeting), is_answered or is_today]
    label = chat.say(
        sentence,
        hour=chat.reader.hour(meeting.starts_at),
        when=when(chat, meeting.starts_at),
        where=of_where(chat, meeting),
    )
    return chat.to("meetings", str(meeting.id)), label


def _is_ours(chat: Chat, meeting: Meeting) -> bool:
    """`Họp thôn` to those of the village, `Họp Cà Xen` to those who go to several."""
    return bool({village.id for village in _villages(chat, meeting)} & chat.scope.villages)


# Whether it is the reader's own village, and whether it only has to be gone to -> the line of the task list.
LINES = {
    (True, True): N_("Village meeting %(hour)s %(when)s"),
    (True, False): N_("Answer: village meeting %(hour)s %(when)s"),
    (False, True): N_("Meeting at %(where)s %(hour)s %(when)s"),
    (False, False): N_("Answer: meeting at %(where)s %(hour)s %(when)s"),
}


def call_list(chat: Chat, meeting: Meeting) -> Outgoing:
    """How the answers stand, and whom to telephone, with numbers; only for who organises."""
    found = rules.standing(chat.work, meeting)
    head = _standing(chat, meeting, found)
    whole = choice(chat, meeting, "who", chat.say("See the whole list"))
    if not found.to_call:
        return chat.menu_of(f"{head} {chat.say('Nobody needs to be telephoned.')}", whole)
    chat.work.audit("meeting.phones_seen", "meeting", meeting.id, people=len(found.to_call))
    rows = [chat.say("• %(who)s", who=person_and_phone(chat, one)) for one in found.to_call[:CALLS_AT_MOST]]
    more = len(found.to_call) - len(rows)
    if more > 0:
        rows.append(chat.say("• and %(n)d more", n=more))
    text = "\n".join([chat.say("%(head)s Please telephone:", head=head), *rows])
    return chat.menu_of(text, choice(chat, meeting, "called", chat.say("I have telephoned all of them")), whole)


def _standing(chat: Chat, meeting: Meeting, found: rules.Standing) -> str:
    """`Họp tối nay: 17 người nhận lời, 2 bận, 3 chưa trả lời.`"""
    values = {
        "when": _when_or_where(chat, meeting),
        "coming": len(found.coming) + len(found.late),
        "no": len(found.declined),
        "silent": len(found.silent),
        "others": len(found.replaced),
    }
    if found.replaced:
        return chat.say(
            "Meeting %(when)s: %(coming)d are coming, %(no)d are not (%(others)d come in their stead), %(silent)d have "
            "not answered.",
            **values,
        )
    if found.silent:
        return chat.say(
            "Meeting %(when)s: %(coming)d are coming, %(no)d are not, %(silent)d have not answered.", **values
        )
    return chat.say("Meeting %(when)s: %(coming)d are coming, %(no)d are not.", **values)


def _when_or_where(chat: Chat, meeting: Meeting) -> str:
    """`tối nay`; with the place where the organiser has two meetings that day."""
    day = local_day(chat.reader, meeting.starts_at)
    others = [
        one
        for one in stored.organised_by(chat.session, meeting.organiser_id or 0, chat.now)
        if one.id != meeting.id and local_day(chat.reader, one.starts_at) == day
    ]
    close = when(chat, meeting.starts_at)
    return chat.say("%(when)s, %(where)s", when=close, where=of_where(chat, meeting)) if others else close


def by_file(chat: Chat) -> str:
    """That a plan's meetings need not be typed one by one; the words open the way also where a chat takes no files."""
    return chat.say("There is a plan as a file (.docx, .txt, .md)? Then type: send a plan")
