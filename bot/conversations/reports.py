"""/baocao and the 17:00 digest: the day's figures with yesterday's beside, what is missing, tomorrow's meetings."""

from __future__ import annotations

from datetime import date, time, timedelta

from bot.clock import moment
from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.messages import Outgoing
from bot.rules import coverage, meetings, people
from bot.rules.coverage import DayFigures
from bot.rules.tasks import Moment, Task
from storage import meetings as stored
from storage import places
from storage.attendance import Reason
from storage.meetings import Meeting

MISSING_AT_MOST = 12
MEETINGS_AT_MOST = 4


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """Today's figures as they stand now."""
    return figures_of(chat, chat.work.today)


def figures_of(chat: Chat, on: date) -> Outgoing:
    """At most ten lines, and what can be looked at next."""
    figures = coverage.day(chat.scope, chat.work, on)
    chat.work.audit("figures.seen", day=on.isoformat())
    lines = [
        chat.say("%(where)s, %(day)s", where=_where(chat), day=chat.reader.day(on)),
        *_attending(chat, figures),
        *_missing(chat, figures.missing),
        *_meetings(chat, on + timedelta(days=1)),
    ]
    choices = [(chat.to("meetings"), chat.say("Meetings"))] if people.may(chat.work, "meetings.see") else []
    return chat.menu_of("\n".join(lines), *choices, (chat.to("pupils"), chat.say("Pupil list")))


def _where(chat: Chat) -> str:
    """The commune of an official, the school of its head."""
    schools = sorted(chat.scope.schools)
    if schools and not chat.scope.communes:
        school = places.get(chat.session, schools[0])
        return school.name if school is not None else ""
    return chat.say("%(name)s commune", name=people.commune_of(chat.work).name)


def _attending(chat: Chat, figures: DayFigures) -> list[str]:
    if not figures.reported:
        return [chat.say("No class has reported yet.")]
    values = {
        "present": figures.present,
        "roll": figures.roll,
        "share": chat.reader.share(figures.present, figures.roll),
    }
    before = coverage.day_before(chat.scope, chat.work, figures.day)
    if before is None:
        first = chat.say("In class: %(present)d of %(roll)d (%(share)s)", **values)
    else:
        yesterday = chat.reader.share(before.present, before.roll)
        sentence = YESTERDAY if (figures.day - before.day).days == 1 else SCHOOL_DAY_BEFORE
        first = chat.say(sentence, before=yesterday, **values)
    if not figures.absent:
        return [first]
    reasons = [f"{_reason(chat, code)} {count}" for code, count in figures.reasons]
    return [first, chat.say("Absent %(n)d: %(reasons)s", n=figures.absent, reasons=wording.all_of(reasons))]


def _reason(chat: Chat, code: str) -> str:
    """Shorter than in the register: `chưa rõ`, `đường xa`."""
    return chat.say(SHORTER[Reason(code)]) if code in SHORTER else wording.reason(chat, code)


def _missing(chat: Chat, missing: tuple[str, ...]) -> list[str]:
    if not missing:
        return []
    named = wording.all_of(missing[:MISSING_AT_MOST])
    if len(missing) > MISSING_AT_MOST:
        return [chat.say("Not reported: %(n)d classes, among them %(classes)s", n=len(missing), classes=named)]
    return [
        chat.say_n("Not reported: class %(classes)s", "Not reported: classes %(classes)s", len(missing), classes=named)
    ]


def _meetings(chat: Chat, on: date) -> list[str]:
    start, end = moment(on, EARLIEST, chat.work.zone), moment(on + timedelta(days=1), EARLIEST, chat.work.zone)
    found = stored.between(chat.scope, chat.session, start, end) if chat.scope.communes else []
    return [_meeting(chat, one) for one in found[:MEETINGS_AT_MOST]]


def _meeting(chat: Chat, meeting: Meeting) -> str:
    """`Họp Cà Xen tối mai: 11 nhận lời, 1 bận, 2 chưa trả lời`."""
    standing = meetings.standing(chat.work, meeting)
    villages = [village.name for village in stored.villages(chat.session, meeting.id)]
    hour = meeting.starts_at.astimezone(chat.work.zone).hour
    return chat.say(
        "Meeting %(where)s, %(part)s of tomorrow: %(coming)d are coming, %(no)d are not, %(silent)d have not answered",
        where=wording.all_of(villages) or meeting.venue,
        part=chat.reader.part_of_day(hour),
        coming=len(standing.coming) + len(standing.late),
        no=len(standing.declined),
        silent=len(standing.silent),
    )


def digest(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """What an official reads in the evening."""
    return figures_of(chat, date.fromisoformat(task.occurrence))


def gap(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """10:30: the school sees who has not reported; nobody is scolded."""
    missing = coverage.missing_of_school(chat.work, task.subject_id, date.fromisoformat(task.occurrence))
    if not missing:
        return None
    text = chat.say_n(
        "This morning class %(classes)s has not reported yet. Please ask the teacher.",
        "This morning classes %(classes)s have not reported yet. Please ask the teachers.",
        len(missing),
        classes=wording.all_of(missing[:MISSING_AT_MOST]),
    )
    return chat.menu_of(
        text, (chat.to("attendance"), chat.say("Report for a class")), (chat.to("menu"), chat.say("Menu"))
    )


EARLIEST = time(0)
SHORTER = {Reason.UNKNOWN: N_("not known"), Reason.DISTANCE: N_("far away")}
YESTERDAY = N_("In class: %(present)d of %(roll)d (%(share)s), yesterday %(before)s")
SCHOOL_DAY_BEFORE = N_("In class: %(present)d of %(roll)d (%(share)s), the school day before %(before)s")

REPORTS = Conversation(
    name="reports",
    title=lambda chat: chat.say("The day's figures"),
    command="baocao",
    words=("báo cáo", "report"),
    may="reports.see",
    opens=opening,
    help=N_("The day's figures: present, absent, not reported"),
)
REMINDERS = {"reports.digest": digest, "reports.gap": gap}
