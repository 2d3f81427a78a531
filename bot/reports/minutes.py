"""Biên bản họp thôn: the minutes of a meeting as a paper to sign; what nobody has said is left to be written in."""

from __future__ import annotations

from collections.abc import Sequence

from bot.i18n import Reader
from bot.reports import form_words as words
from bot.reports import heads
from bot.reports.paper import Column, Paper, Part, Signature, Table
from bot.rules import guests, meetings, minutes
from bot.rules.invitees import Invited
from bot.rules.work import Refused, Work
from storage import minutes as stored
from storage import people, places, pupils
from storage.meetings import Meeting, MeetingStatus
from storage.minutes import Minutes
from storage.places import Place

FURTHER_LINES = 2


def paper(reader: Reader, work: Work, meeting_id: int) -> Paper:
    """The minutes of a meeting that the acting person runs, as they stand now; an audited look.

    A meeting without minutes gives the form to be filled in by hand. Raises Refused: not allowed, `outside_scope`,
    `meeting_cancelled`.
    """
    meeting, written = minutes.look(work, meeting_id)
    if meeting.status == MeetingStatus.CANCELLED:
        raise Refused("meeting_cancelled")
    commune = places.get(work.session, meeting.commune_id)
    if commune is None:
        raise Refused("outside_scope")
    work.audit("minutes.printed", "meeting", meeting.id)
    return _paper(reader, work, meeting, written, commune)


def _paper(reader: Reader, work: Work, meeting: Meeting, written: Minutes | None, commune: Place) -> Paper:
    day = meeting.starts_at.astimezone(reader.zone).date()
    chair = people.get(work.session, meeting.organiser_id)
    hint = reader.say("(signature and full name)")
    return Paper(
        name=reader.say("minutes-%(day)s-%(n)d", day=day.isoformat(), n=meeting.id),
        kind="minutes",
        locale=reader.locale,
        head=heads.head(reader, work, commune, reader.say("MIN"), day),
        title=reader.say("MINUTES"),
        subject=reader.say(
            "Meeting of %(where)s on %(purpose)s",
            where=words.of_where(reader, work, meeting),
            purpose=words.purpose(reader, meeting),
        ),
        opening=[
            reader.say("Time: %(when)s.", when=words.hour_and_day(reader, meeting.starts_at)),
            reader.say("Place: %(venue)s.", venue=words.venue(reader, work, meeting)),
        ],
        parts=[
            Part(reader.say("I. Present"), items=_present(reader, work, meeting, written)),
            _content(reader, meeting),
            *_agreed(reader, work, written),
        ],
        closing=[
            reader.say(
                "The meeting ended at %(dots)s hours %(dots)s minutes of the same day. The minutes were read aloud, "
                "and all present agreed to them.",
                dots="……",
            )
        ],
        signatures=[
            Signature([reader.say("SECRETARY")], hint=hint),
            Signature([reader.say("CHAIR")], chair.name if chair is not None else "", hint),
        ],
        recipients_label=reader.say("Recipients:"),
        recipients=heads.recipients(reader, work, commune, [reader.say("People's Committee of the commune")]),
    )


def _present(reader: Reader, work: Work, meeting: Meeting, written: Minutes | None) -> list[str]:
    chair = words.who(reader, work, people.get(work.session, meeting.organiser_id))
    invited = meetings.invited(work, meeting)
    return [
        reader.say("Chair: %(who)s.", who=words.or_dots(chair)),
        reader.say("Secretary: %(who)s.", who=words.DOTS),
        _came(reader, written, len(invited)),
        _absent(reader, work, written, invited),
        *_families_came(reader, work, meeting),
    ]


def _came(reader: Reader, written: Minutes | None, invited: int) -> str:
    if written is None or written.came is None:
        return reader.say("Present: %(dots)s of %(invited)d people invited.", dots="……", invited=invited)
    return reader.say("Present: %(n)d of %(invited)d people invited.", n=written.came, invited=invited)


def _absent(reader: Reader, work: Work, written: Minutes | None, invited: Sequence[Invited]) -> str:
    """Who of the invited did not come; nobody said so: room to write."""
    noted = [one for one in invited if one.invitation.attended is not None]
    away = [words.who(reader, work, one.person) for one in noted if one.invitation.attended is False]
    if written is None or not noted:
        return reader.say("Absent: %(who)s.", who=words.DOTS)
    return reader.say("Absent: %(who)s.", who="; ".join(away)) if away else reader.say("Absent: nobody.")


def _families_came(reader: Reader, work: Work, meeting: Meeting) -> list[str]:
    """How many of the families who were invited by mouth came, where somebody has said so."""
    known = [one for one in guests.expected(work, meeting) if one.came is not None]
    if not known:
        return []
    came = sum(bool(one.came) for one in known)
    return [reader.say("Families of pupils: %(n)d of %(invited)d came.", n=came, invited=len(known))]


def _content(reader: Reader, meeting: Meeting) -> Part:
    return Part(
        reader.say("II. Content and opinions"),
        paragraphs=[reader.say("The meeting spoke about %(purpose)s.", purpose=words.purpose(reader, meeting))],
        blanks=4,
    )


def _agreed(reader: Reader, work: Work, written: Minutes | None) -> list[Part]:
    """What was agreed, and the families that promised, each with the day that they named."""
    lines = [line.strip() for line in (written.agreed if written is not None else "").splitlines() if line.strip()]
    first = Part(reader.say("III. Agreed"), paragraphs=lines, blanks=FURTHER_LINES if lines else 4)
    if written is None:
        return [first]
    ids = stored.families(work.scope, work.session, written.id)
    if not ids:
        return [first]
    known = {one.pupil.id: one for one in pupils.listed(work.scope, work.session, pupil_ids=ids, studying_only=False)}
    day = words.full_date(written.promised_on) if written.promised_on is not None else ""
    rows = [
        (number, known[one].pupil.name, known[one].class_name, known[one].village, day)
        for number, one in enumerate((one for one in ids if one in known), 1)
    ]
    table = Table(
        [
            Column(reader.say("No."), 0.5, "right"),
            Column(reader.say("Pupil"), 2.4),
            Column(reader.say("Class"), 0.8, "center"),
            Column(reader.say("Village"), 1.5),
            Column(reader.say("Promised back on"), 1.3, "center"),
        ],
        rows,
    )
    work.audit("minutes.families_printed", "meeting", written.meeting_id, pupils=[one for one in ids if one in known])
    return [first, Part(reader.say("IV. Families that promised to send their children back to school"), table=table)]
