"""Families without an account: whom to invite by mouth, what to say, who came; and the pupils at risk at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversations import cases_words, wording
from bot.conversations import meetings_words as words
from bot.conversations.guests_named import named, read_names
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.ticks import Ticks
from bot.messages import Outgoing
from bot.rules import guests as rules
from bot.rules import meeting_chairs
from bot.rules.guests import Guest
from bot.rules.work import Refused
from storage import meetings as stored
from storage import visits
from storage.meetings import Meeting, MeetingStatus
from storage.pupils import Relation
from storage.scope import Scope

A_PAGE = 6


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """Of a meeting (`12`): whom to invite (`12.6` from the seventh on), `12.risk`, or who came (`12.came`)."""
    first, _, act = argument.partition(".")
    if not first.isdigit():
        raise Refused("outside_scope")
    meeting_id = int(first)
    what, _, start = act.partition(".")
    if what == "risk":
        return at_risk(chat, meeting_id, int(start) if start.isdigit() else 0)
    if what == "came":
        return noting(chat, meeting_id)
    return to_invite(chat, meeting_id, int(what) if what.isdigit() else 0)


# Whom to invite


def to_invite(chat: Chat, meeting_id: int, start: int) -> Outgoing:
    """The pupils with their parents, and what to say; of one's own villages."""
    meeting, found = rules.look(chat.work, meeting_id)
    if not found:
        return _nobody(chat, meeting)
    page = found[start : start + A_PAGE]
    rows = [
        chat.say(
            "Families to invite to the meeting %(hour)s, %(when)s:",
            hour=chat.reader.hour(meeting.starts_at),
            when=words.when(chat, meeting.starts_at),
        ),
        *(_with_parents(chat, one) for one in page),
        chat.say("Say for example: Nobody is blamed. Come and talk about how the children can go to school."),
    ]
    return _listed(chat, meeting, rows, len(found), start, "")


def _with_parents(chat: Chat, guest: Guest) -> str:
    """`• Đinh Thị Chi, 6A: mẹ Đinh Thị Nương`."""
    pupil = guest.listed.pupil
    values = {"name": pupil.name, "class_name": guest.listed.class_name}
    for guardian in rules.parents(chat.work, guest):
        if guardian.relation == Relation.FATHER:
            return chat.say("• %(name)s, %(class_name)s: father %(parent)s", parent=guardian.name, **values)
        if guardian.relation == Relation.MOTHER:
            return chat.say("• %(name)s, %(class_name)s: mother %(parent)s", parent=guardian.name, **values)
        return chat.say("• %(name)s, %(class_name)s: guardian %(parent)s", parent=guardian.name, **values)
    return chat.say("• %(name)s, %(class_name)s", **values)


def _nobody(chat: Chat, meeting: Meeting) -> Outgoing:
    return chat.menu_of(
        chat.say("No pupil of these villages is at risk now, so no family needs to be invited by mouth."),
        (chat.to("meetings", str(meeting.id)), chat.say("See the meeting")),
    )


def _listed(chat: Chat, meeting: Meeting, rows: Sequence[str], n: int, start: int, act: str) -> Outgoing:
    options = []
    if start + A_PAGE < n:
        following = f"{act}.{start + A_PAGE}" if act else str(start + A_PAGE)
        options.append((chat.to("guests", f"{meeting.id}.{following}"), chat.say("See the next ones")))
    if meeting.status == MeetingStatus.PLANNED and meeting.starts_at > chat.work.at:
        options.append((chat.to("aloud", str(meeting.id)), chat.say("For the loudspeaker, and what to say")))
    options.append((chat.to("meetings", str(meeting.id)), chat.say("See the meeting")))
    return replace(chat.menu_of("\n".join(rows), *options), is_private=True)


# The pupils at risk, for whoever runs the meeting


def at_risk(chat: Chat, meeting_id: int, start: int) -> Outgoing:
    """One line a pupil: name, class, since when, what was done, whose the next step is."""
    meeting, found = rules.look(chat.work, meeting_id)
    if not found:
        return _nobody(chat, meeting)
    where = words.of_village(chat, meeting)
    rows = [
        chat.say_n(
            "%(where)s: %(n)d pupil at risk",
            "%(where)s: %(n)d pupils at risk",
            len(found),
            where=where[:1].upper() + where[1:],
        ),
        *(_standing(chat, one) for one in found[start : start + A_PAGE]),
    ]
    return _listed(chat, meeting, rows, len(found), start, "risk")


def _standing(chat: Chat, guest: Guest) -> str:
    """`• Đinh Thị Chi, 6A: từ 20/3, đã thăm 21/3; bác Rớt đang lo`."""
    values = {"name": guest.listed.pupil.name, "class_name": guest.listed.class_name}
    if guest.case is None:
        return chat.say("• %(name)s, %(class_name)s: no longer at risk", **values)
    values["since"] = chat.reader.date(words.local_day(chat.reader, guest.case.opened_at))
    values["state"] = cases_words.state(chat, guest.case)
    made = visits.of_pupil(chat.scope, chat.session, guest.listed.pupil.id)
    if not made:
        return chat.say("• %(name)s, %(class_name)s: since %(since)s, not visited yet; %(state)s", **values)
    visited = chat.reader.date(made[0].visited_on)
    return chat.say(
        "• %(name)s, %(class_name)s: since %(since)s, visited %(visited)s; %(state)s", visited=visited, **values
    )


# Who came


def noting(chat: Chat, meeting_id: int) -> Draft | Reply:
    """Ticks, once the meeting has begun."""
    meeting = rules.require(chat.work, meeting_id)
    if meeting.status == MeetingStatus.CANCELLED:
        raise Refused("meeting_cancelled")
    if meeting.starts_at > chat.work.at:
        return to_invite(chat, meeting_id, 0)
    if not _seen(chat, meeting):
        return _nobody(chat, meeting)
    return {"meeting": meeting.id}


def _seen(chat: Chat, meeting: Meeting) -> list[Guest]:
    villages = None if meeting_chairs.runs(chat.work, meeting) else rules.own_villages(chat.work, meeting)
    return chat.once(("guests seen", meeting.id), lambda: rules.expected(chat.work, meeting, villages=villages))


def which(chat: Chat) -> Ticks:
    """Whose families came."""
    known = _in_hand(chat)
    return Ticks(
        "came",
        chat.say("Which pupils' families came to the meeting? Tap each name and then Done."),
        named(chat, known),
        done=lambda n: chat.say_n("Done: %(n)d pupil", "Done: %(n)d pupils", n),
        plain=chat.say("Which pupils' families came to the meeting? Type the numbers, for example: 1 3"),
        read_line=lambda chat, text, _: read_names(chat, text, known),
        first=tuple(one.listed.pupil.id for one in known if one.came),
    )


def _in_hand(chat: Chat) -> list[Guest]:
    meeting = stored.get(Scope.everything(), chat.session, int(chat.draft["meeting"]))
    return _seen(chat, meeting) if meeting is not None else []


def record(chat: Chat) -> Reply:
    """Notes it at once; it can be changed by the same way."""
    meeting_id = int(chat.draft["meeting"])
    n = rules.note_came(chat.work, meeting_id, chat.answer("came", []))
    text = chat.say_n("✅ Noted: the family of %(n)d pupil came.", "✅ Noted: the families of %(n)d pupils came.", n)
    again = wording.change(chat, chat.to("guests", f"{meeting_id}.came"))
    return Outgoing(text, (again,))


GUESTS = Conversation(
    name="guests",
    title=lambda chat: chat.say("The families at the meeting"),
    may="meetings.see",
    opens=opening,
    steps=(Step("came", which),),
    finish=record,
)
