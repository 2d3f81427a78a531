"""The meetings, coming and past; one meeting: who answered what, who is silent and how to telephone, its minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.conversations import meetings_words as words
from bot.conversations import minutes_card, wording
from bot.i18n import N_
from bot.rules import meeting_chairs, meetings
from bot.rules.invitees import Invited
from bot.rules.work import Refused
from bot.web.office import lists
from bot.web.office.desk import ROOT, Cell, Desk, Grid, Room, Row, Sheet
from storage import meetings as stored_meetings
from storage import minutes as stored_minutes
from storage import office as stored
from storage import people as stored_people
from storage.meetings import Answer, Meeting, MeetingStatus
from storage.minutes import Minutes

AHEAD, BACK = timedelta(days=120), timedelta(days=120)
ANSWERS = {
    Answer.YES: N_("comes"),
    Answer.LATE: N_("comes late"),
    Answer.NO: N_("cannot come"),
    "": N_("no answer yet"),
}


def oversees(desk: Desk, meeting: Meeting) -> bool:
    """Whether this person may see everybody's answers."""
    return meeting.commune_id in desk.scope.communes or meeting.organiser_id == desk.work.actor_id


def page(desk: Desk) -> Sheet:
    """Those to come by time, then those that have begun, the latest first."""
    now = desk.work.now
    coming = stored.meetings(desk.scope, desk.session, now, now + AHEAD)
    past = stored.meetings(desk.scope, desk.session, now - BACK, now, is_latest_first=True)
    values = {
        "coming": grid_of(desk, coming, desk.say("Meetings to come")),
        "past": grid_of(desk, past, desk.say("Meetings that have begun or are over"), "qua"),
    }
    return Sheet("meetings.html", desk.say("Meetings"), values)


def grid_of(desk: Desk, found: Sequence[Meeting], caption: str, pages: str = "trang") -> Grid:
    """A table of meetings with how many gave which answer, as far as this person may see answers."""
    shown = desk.page(len(found), pages)
    rows = found[shown.rows]
    ids = [one.id for one in rows]
    answers = stored.answers(desk.scope, desk.session, ids)
    villages = stored.villages_of(desk.session, ids)
    written = stored_minutes.written(desk.session, ids)
    return Grid(
        [
            desk.say("When"), desk.say("Where"), desk.say("Coming"), desk.say("Not coming"),
            desk.say("No answer yet"), desk.say("Minutes"),
        ],
        [_row(desk, one, answers.get(one.id, {}), villages.get(one.id, []), one.id in written) for one in rows],
        caption,
        numbers=frozenset({2, 3, 4}),
        empty=desk.say("No meeting here."),
        pages=shown,
    )  # fmt: skip


def _row(desk: Desk, meeting: Meeting, answers: dict[str, int], villages: list[str], is_written: bool) -> Row:
    when = Cell(words.hour_and_day(desk.chat, meeting.starts_at), f"{ROOT}/hop/{meeting.id}")
    where = wording.all_of(villages) or words.place(desk.chat, meeting)
    if meeting.status == MeetingStatus.CANCELLED:
        return [when, where, "–", "–", "–", Cell(desk.say("called off"), is_loud=True)]
    is_over = meeting.ends_at < desk.work.now
    minutes = desk.say("written") if is_written else desk.say("not written yet") if is_over else ""
    if not oversees(desk, meeting):
        return [when, where, "–", "–", "–", minutes]
    silent = answers.get("", 0)
    return [
        when,
        where,
        answers.get(Answer.YES, 0) + answers.get(Answer.LATE, 0),
        answers.get(Answer.NO, 0),
        Cell(silent, is_loud=bool(silent) and not is_over),
        Cell(minutes, is_loud=is_over and not is_written),
    ]


# One meeting


def one(desk: Desk) -> Sheet:
    """One meeting within the scope. Raises Refused("outside_scope")."""
    meeting = stored_meetings.get(desk.scope, desk.session, int(desk.asked.path["id"]))
    if meeting is None or (meeting.status == MeetingStatus.DRAFT and not oversees(desk, meeting)):
        raise Refused("outside_scope")
    values = {
        "lines": words.lines_of(desk.chat, words.said(desk.chat, meeting)),
        "purpose": words.purpose(desk.chat, meeting.purpose),
        "is_off": meeting.status == MeetingStatus.CANCELLED,
        "counts": "",
        "silent": None,
        "answers": None,
        "minutes": _minutes(desk, meeting),
        "number": meeting.id if _keeps_papers(desk, meeting) else 0,
    }
    if oversees(desk, meeting):
        values |= _standing(desk, meeting)
    title = desk.say("Meeting of %(where)s", where=words.of_village(desk.chat, meeting))
    return Sheet("meeting.html", title, values)


def _standing(desk: Desk, meeting: Meeting) -> dict[str, object]:
    """An audited look at everybody's answers and numbers."""
    standing = meetings.standing(desk.work, meeting)
    desk.work.audit("meeting.phones_seen", "meeting", meeting.id, people=standing.invited)
    counts = {
        "yes": len(standing.coming) + len(standing.late), "no": len(standing.declined), "silent": len(standing.silent)
    }  # fmt: skip
    answered = (*standing.coming, *standing.late, *standing.declined)
    pages = desk.page(len(answered))
    is_coming = meeting.starts_at > desk.work.now and meeting.status == MeetingStatus.PLANNED
    heads = [desk.say("Who"), desk.say("Role"), desk.say("Telephone")]
    to_call = standing.to_call if is_coming else standing.silent
    calling = desk.page(len(to_call), "goi")
    shown = (*to_call[calling.rows], *answered[pages.rows])
    roles = lists.positions(desk, [who.person for who in shown])
    return {
        "counts": desk.say("%(yes)d come, %(no)d cannot, %(silent)d have not answered.", **counts),
        "silent": Grid(
            [*heads, desk.say("State")],
            [[*_person(who, roles), _state(desk, who)] for who in to_call[calling.rows]],
            desk.say("Please telephone") if is_coming else desk.say("Did not answer"),
            empty=desk.say("Nobody needs to be telephoned."), pages=calling,
        ),
        "answers": Grid(
            [*heads, desk.say("Answer")],
            [[*_person(who, roles), _answer(desk, who)] for who in answered[pages.rows]],
            desk.say("Answers"), empty=desk.say("Nobody has answered yet."), pages=pages,
        ),
    }  # fmt: skip


def _person(who: Invited, roles: Mapping[int, str]) -> Row:
    return [who.person.name, roles.get(who.person.id, ""), lists.numbers([who.person])]


def _state(desk: Desk, who: Invited) -> Cell:
    if not who.is_reachable:
        return Cell(desk.say("no message reaches them"), is_loud=True)
    return Cell(_answer(desk, who))


def _answer(desk: Desk, who: Invited) -> str:
    if who.invitation.stand_in:
        return desk.say("cannot come, %(stand_in)s comes instead", stand_in=who.invitation.stand_in)
    return desk.say(ANSWERS[who.invitation.answer])


def _keeps_papers(desk: Desk, meeting: Meeting) -> bool:
    """Whether its invitation and its minutes are this person's to print: the organiser's and the chair's."""
    try:
        meeting_chairs.require(desk.work, meeting.id)
    except Refused:
        return False
    return meeting.status != MeetingStatus.CANCELLED


def _minutes(desk: Desk, meeting: Meeting) -> list[str] | None:
    """The lines of the minutes for whoever may see them: an audited look; None where there are none."""
    try:
        meeting_chairs.require(desk.work, meeting.id)
    except Refused:
        return None
    found = stored_minutes.current(desk.scope, desk.session, meeting.id)
    if found is None:
        return None
    desk.work.audit("minutes.seen", "meeting", meeting.id)
    return [line.removeprefix("• ") for line in _lines(desk, meeting, found)]


def _lines(desk: Desk, meeting: Meeting, found: Minutes) -> list[str]:
    lines = minutes_card.lines(desk.chat, meeting, minutes_card.told_of(desk.chat, meeting, found))
    writer = stored_people.get(desk.session, found.written_by)
    if writer is None:
        return lines
    return [*lines, desk.say("Written by %(who)s", who=wording.person(desk.reader, writer))]


ROOMS = (
    Room("/hop", "meetings.see", page, label=N_("Meetings")),
    Room("/hop/{id:int}", "meetings.see", one),
)
