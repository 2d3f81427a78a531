"""Giấy mời: the invitation to a meeting, with its invitees by composition, ready to be signed."""

from __future__ import annotations

from bot.i18n import N_, Reader
from bot.reports import form_words as words
from bot.reports import heads
from bot.reports.paper import Paper, Part
from bot.rules import invitees, meeting_chairs
from bot.rules.invitees import COMMUNE
from bot.rules.work import Refused, Work
from storage import meetings, people, places
from storage.meetings import Meeting, MeetingStatus
from storage.people import Role
from storage.places import Place

INVITED = {
    Role.ADMIN: N_("Officials of the commune in charge"),
    Role.OFFICIAL: N_("Leaders of the commune's People's Committee and officials in charge"),
    Role.FRONT: N_("The Fatherland Front of the commune"),
    Role.ORGANISATION: N_("The organisations of the people in the commune"),
    Role.POLICE: N_("The police of the commune"),
    Role.SCHOOL: N_("The school's board"),
    Role.TEACHER: N_("The class teachers"),
    Role.VILLAGE_HEAD: N_("The head of the village of %(villages)s"),
    Role.VILLAGE_FRONT: N_("The head of the Front in the village of %(villages)s"),
    Role.PARENTS: N_("The parents' committee of the village of %(villages)s"),
}


def paper(reader: Reader, work: Work, meeting_id: int) -> Paper:
    """The invitation of a meeting that the acting person runs; an audited look.

    Raises Refused: not allowed, `outside_scope`, `meeting_cancelled`.
    """
    meeting = meeting_chairs.require(work, meeting_id)
    if meeting.status == MeetingStatus.CANCELLED:
        raise Refused("meeting_cancelled")
    commune = places.get(work.session, meeting.commune_id)
    if commune is None:
        raise Refused("outside_scope")
    work.audit("invitation.printed", "meeting", meeting.id)
    return _paper(reader, work, meeting, commune)


def _paper(reader: Reader, work: Work, meeting: Meeting, commune: Place) -> Paper:
    values = {"where": words.of_where(reader, work, meeting), "purpose": words.purpose(reader, meeting)}
    day = meeting.starts_at.astimezone(reader.zone).date()
    return Paper(
        name=reader.say("invitation-%(day)s-%(n)d", day=day.isoformat(), n=meeting.id),
        kind="invitation",
        locale=reader.locale,
        head=heads.head(reader, work, commune, reader.say("INV"), work.today),
        title=reader.say("INVITATION"),
        subject=reader.say("To the meeting of %(where)s on %(purpose)s", **values),
        opening=[
            reader.say("The People's Committee of the commune of %(commune)s kindly invites:", commune=commune.name)
        ],
        parts=[
            Part(items=invited(reader, work, meeting)),
            Part(paragraphs=_when_and_where(reader, work, meeting, values)),
        ],
        closing=[reader.say("We ask all who are invited to come in good time.")],
        signatures=[heads.signature(reader, work, commune)],
        recipients_label=reader.say("Recipients:"),
        recipients=heads.recipients(reader, work, commune, [reader.say("All who are invited")]),
    )


def invited(reader: Reader, work: Work, meeting: Meeting) -> list[str]:
    """The lines of invitees: as a plan wrote them, else the roles of the composition."""
    if meeting.invitees_as_written:
        lines = [line.strip().lstrip("-–•").strip(" ;.") for line in meeting.invitees_as_written]
        return [reader.say("%(line)s;", line=line) for line in lines if line]
    own = list(meetings.villages(work.session, meeting.id))
    lines = []
    for part in invitees.parts_of(work, meeting):
        named = [one for one in (places.get(work.session, place) for place in part.village_ids) if one is not None]
        where = "" if part.where == COMMUNE else words.villages(reader, named or own)
        lines.append(reader.say(INVITED[Role(part.role)], villages=where))
    return [reader.say("%(line)s;", line=line) for line in dict.fromkeys(lines)]


def _when_and_where(reader: Reader, work: Work, meeting: Meeting, values: dict[str, str]) -> list[str]:
    chair = words.who(reader, work, people.get(work.session, meeting.organiser_id))
    lines = [
        reader.say("To attend: the meeting of %(where)s.", **values),
        reader.say("Content: %(purpose)s.", **values),
        reader.say("Time: %(when)s.", when=words.hour_and_day(reader, meeting.starts_at)),
        reader.say("Place: %(venue)s.", venue=words.venue(reader, work, meeting)),
    ]
    return [*lines, reader.say("Chair: %(who)s.", who=chair)] if chair else lines
