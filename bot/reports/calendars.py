"""A person's meetings as a calendar file (RFC 5545), which a phone takes in once or reads again and again.

A meeting keeps its UID for ever; SEQUENCE grows when it is moved or called off, so that a phone changes what it has.
Nothing stands in it but hours and places: what a meeting is about may name a child, and an address can be passed on.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.i18n import Reader
from bot.rules.work import Work
from storage import meetings, places
from storage.meetings import Answer, Meeting, MeetingStatus
from storage.people import Person

if TYPE_CHECKING:
    from icalendar import Alarm, Event, Timezone

LOOK_BACK = timedelta(days=60)
MEDIA_TYPE = "text/calendar"
PRODUCT = "-//Ra Lop//ralop//VI"
READ_AGAIN = timedelta(hours=1)


def of_person(work: Work, person: Person, reader: Reader) -> bytes:
    """The meetings that a person runs or is invited to, since two months ago; the same bytes while nothing changes."""
    from icalendar import Calendar

    found = Calendar()
    for name, value in (("version", "2.0"), ("prodid", PRODUCT), ("method", "PUBLISH"), ("calscale", "GREGORIAN")):
        found.add(name, value)
    found.add("x-wr-calname", reader.say("Ra Lớp: meetings"))
    found.add("x-published-ttl", READ_AGAIN)
    found.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    found.add_component(_zone(reader.zone.key))
    for meeting, answer in meetings.on_calendar(work.session, person.id, work.now - LOOK_BACK, work.now):
        found.add_component(_event(work, meeting, answer, reader))
    ical: bytes = found.to_ical()
    return ical


@lru_cache
def _zone(key: str) -> Timezone:
    from icalendar import Timezone

    return Timezone.from_tzid(key, first_date=date(2020, 1, 1), last_date=date(2038, 1, 1))


def _event(work: Work, meeting: Meeting, answer: str, reader: Reader) -> Event:
    from icalendar import Event

    is_off = meeting.status == MeetingStatus.CANCELLED
    made = Event()
    made.add("uid", f"meeting-{meeting.id}-{meeting.created_at:%Y%m%dT%H%M%S}@ralop")
    made.add("sequence", meeting.revision - 1 + is_off)
    made.add("dtstamp", max(meeting.created_at, meeting.invited_from or meeting.created_at).replace(microsecond=0))
    made.add("dtstart", meeting.starts_at.astimezone(reader.zone))
    made.add("dtend", meeting.ends_at.astimezone(reader.zone))
    summary = reader.say("Meeting of %(where)s", where=_where(work, meeting, reader))
    made.add("summary", summary)
    made.add("location", _place(work, meeting, reader))
    made.add("status", "CANCELLED" if is_off else "CONFIRMED")
    is_busy = not is_off and answer != Answer.NO
    made.add("transp", "OPAQUE" if is_busy else "TRANSPARENT")
    if is_busy:
        for moment in work.reminder_times.moments(meeting.starts_at, reader.zone):
            made.add_component(_alarm(moment.at - meeting.starts_at, summary))
    return made


def _alarm(before: timedelta, summary: str) -> Alarm:
    from icalendar import Alarm

    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", summary)
    made.add("trigger", before)
    return made


def _where(work: Work, meeting: Meeting, reader: Reader) -> str:
    """`thôn Làng Trê và Làng Giữa`; `xã Long Môn` for a meeting of no village."""
    villages = meetings.villages(work.session, meeting.id)
    if villages:
        return reader.say("village %(village)s", village=reader.join(one.name for one in villages))
    commune = places.get(work.session, meeting.commune_id)
    return reader.say("%(commune)s commune", commune=commune.name if commune is not None else "")


def _place(work: Work, meeting: Meeting, reader: Reader) -> str:
    """Where: as somebody chose it, else the village's hall, else as the paper has it."""
    villages = meetings.villages(work.session, meeting.id)
    if meeting.venue or len(villages) != 1:
        joined = reader.join(one.name for one in villages)
        return meeting.venue or meeting.place_as_written or joined or reader.say("the commune office")
    return villages[0].hall or reader.say("the village hall of %(village)s", village=villages[0].name)
