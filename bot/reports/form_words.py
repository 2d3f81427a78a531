"""Words of the small papers: hours and days as papers write them, who somebody is, and dotted room for the unknown."""

from __future__ import annotations

from datetime import date, datetime

from bot.i18n import N_, Reader
from bot.parsing import fold
from bot.rules import people
from bot.rules.work import Work
from storage import meetings, places
from storage.meetings import Meeting
from storage.people import Person, Role

DOTS = "…" * 22
SHORT_DOTS = "…" * 10
USUAL = "van dong hoc sinh ra lop"  # folded: what a plan's long title comes to
DAYS = (
    N_("on Monday %(day)s"),
    N_("on Tuesday %(day)s"),
    N_("on Wednesday %(day)s"),
    N_("on Thursday %(day)s"),
    N_("on Friday %(day)s"),
    N_("on Saturday %(day)s"),
    N_("on Sunday %(day)s"),
)
POSITIONS = {
    Role.OFFICIAL: N_("official of the commune"),
    Role.ADMIN: N_("official of the commune"),
    Role.FRONT: N_("Fatherland Front of the commune"),
    Role.ORGANISATION: N_("organisation of the commune"),
    Role.POLICE: N_("police of the commune"),
    Role.SCHOOL: N_("head of the school"),
    Role.TEACHER: N_("class teacher of %(place)s"),
    Role.VILLAGE_HEAD: N_("head of the village of %(place)s"),
    Role.VILLAGE_FRONT: N_("head of the Front in the village of %(place)s"),
    Role.PARENTS: N_("for the parents of %(place)s"),
}


def full_date(day: date) -> str:
    """`21/3/2024`."""
    return f"{day.day}/{day.month}/{day.year}"


def day_in_words(reader: Reader, day: date) -> str:
    """`thứ Năm ngày 21/3/2024`."""
    return reader.say(DAYS[day.weekday()], day=full_date(day))


def hour_and_day(reader: Reader, at: datetime) -> str:
    """`18 giờ 30 phút, thứ Năm ngày 21/3/2024`; `at` in UTC."""
    wall = at.astimezone(reader.zone)
    return reader.say(
        "%(hour)d hours %(minute)02d minutes, %(day)s",
        hour=wall.hour,
        minute=wall.minute,
        day=day_in_words(reader, wall.date()),
    )


def birth(written: str) -> str:
    """`10/5/2012`, a year alone as it is."""
    try:
        return full_date(date.fromisoformat(written))
    except ValueError:
        return written


def or_dots(text: str, dots: str = DOTS) -> str:
    return text or dots


def who(reader: Reader, work: Work, person: Person | None) -> str:
    """`Đinh Văn Rớt, trưởng thôn Cà Xen`; empty for nobody."""
    if person is None:
        return ""
    position = _position(reader, work, person)
    return reader.say("%(name)s, %(position)s", name=person.name, position=position) if position else person.name


def _position(reader: Reader, work: Work, person: Person) -> str:
    if person.title:
        return person.title
    held = people.positions(work, person)
    if not held:
        return ""
    return reader.say(POSITIONS[held[0].role], place=held[0].class_name or held[0].place)


# Meetings


def villages(reader: Reader, meeting_villages: list[places.Place]) -> str:
    """`Làng Trê và Làng Giữa`."""
    return reader.join(village.name for village in meeting_villages)


def of_where(reader: Reader, work: Work, meeting: Meeting) -> str:
    """`thôn Cà Xen`; `xã Long Môn` for a meeting of no village."""
    found = list(meetings.villages(work.session, meeting.id))
    if found:
        return reader.say("the village of %(villages)s", villages=villages(reader, found))
    commune = places.get(work.session, meeting.commune_id)
    return reader.say("the commune of %(commune)s", commune=commune.name if commune is not None else "")


def purpose(reader: Reader, meeting: Meeting) -> str:
    """`vận động học sinh ra lớp`, also for a plan's longer title; other purposes as written."""
    if not meeting.purpose or USUAL in fold(meeting.purpose):
        return reader.say("bringing pupils back to class")
    return meeting.purpose


def venue(reader: Reader, work: Work, meeting: Meeting) -> str:
    """Where: as somebody chose it, else the village's hall, else as the plan has it."""
    if meeting.venue:
        return meeting.venue
    found = list(meetings.villages(work.session, meeting.id))
    if len(found) == 1:
        return found[0].hall or reader.say("the hall of the village of %(village)s", village=found[0].name)
    return meeting.place_as_written or villages(reader, found) or reader.say("the office of the commune")
