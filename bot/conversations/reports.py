"""/baocao and the 17:00 digest: the day's figures with yesterday's beside, what is missing, tomorrow's meetings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from bot.clock import moment
from bot.conversations import cases_words, wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.messages import Brief, Choice, Outgoing
from bot.rules import coverage, decisions, meetings, people, regular_report, report_times
from bot.rules.coverage import DayFigures
from bot.rules.tasks import Moment, Task
from storage import alerts, places
from storage import meetings as stored
from storage.attendance import Half, Reason
from storage.cases import Case
from storage.meetings import Meeting

MISSING_AT_MOST = 12
MEETINGS_AT_MOST = 4
CASES_AT_MOST = 4
DAYS_BACK = 8  # of which the figures can be looked at in the chat


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """Today's figures as they stand now; with a day of the last week (`2024-03-20`), those of that day."""
    today = chat.work.today
    days = {day.isoformat(): day for day in (today - timedelta(days=n) for n in range(DAYS_BACK))}
    return figures_of(chat, days.get(argument, today))


def figures_of(chat: Chat, on: date) -> Outgoing:
    """At most ten lines, and what can be looked at next."""
    figures, cases = coverage.day(chat.scope, chat.work, on), _open_cases(chat)
    coming = _coming(chat, on + timedelta(days=1)) if on == chat.work.today else []
    chat.work.audit("figures.seen", day=on.isoformat())
    lines = [
        chat.say("%(where)s, %(day)s", where=_where(chat), day=chat.reader.day(on)),
        *_attending(chat, figures),
        *_missing(chat, figures.missing),
        *_watched(chat, on),
        *_no_weekly_report(chat),
        *_decisions(chat, cases),
        *(_meeting(chat, one) for one in coming),
    ]
    choices = [*_act_on(chat, cases[0]), *_about_meetings(chat, coming)]
    if cases[0] and len(choices) < 2:
        choices.append((chat.to("cases"), chat.say("Pupils who are looked after")))
    if people.may(chat.work, "regular_report.send"):
        choices.append((chat.to("regular_report"), chat.say("Weekly report to the commune")))
    return chat.menu_of("\n".join(lines), *choices, (chat.to("papers"), chat.say("Charts, reports")))


def _watched(chat: Chat, on: date) -> list[str]:
    """In the first days after Tết and in declared weeks: how many stay away, and how many families were called (R7)."""
    found = [one for one in alerts.open_of_rule(chat.scope, chat.session, ("R7",)) if one.raised_on == on]
    if not found:
        return []
    called = sum(one.answered_at is not None for one in found)
    return [
        chat.say(
            "Days to watch closely: %(n)d away without leave, %(called)d families telephoned",
            n=len(found),
            called=called,
        )
    ]


def _no_weekly_report(chat: Chat) -> list[str]:
    """`Trường chưa gửi báo cáo tuần: …`, from the morning after it was due until it comes (plan III.1)."""
    schools = [one.name for place in chat.scope.communes for one in regular_report.missing(chat.work, place)]
    return [chat.say("The weekly report has not come: %(schools)s", schools=wording.all_of(schools))] if schools else []


def _about_meetings(chat: Chat, coming: Sequence[Meeting]) -> list[tuple[str, str]]:
    """Straight to those who have not answered, if any; else to the meetings."""
    if not people.may(chat.work, "meetings.see"):
        return []
    if any(meetings.standing(chat.work, one).silent for one in coming):
        return [(chat.to("meetings", "silent"), chat.say("Who has not answered about the meeting"))]
    return [(chat.to("meetings"), chat.say("Meetings"))]


def _open_cases(chat: Chat) -> tuple[list[Case], int]:
    """What is new or nobody's, for those who decide."""
    return decisions.for_leaders(chat.scope, chat.work, CASES_AT_MOST) if chat.scope.communes else ([], 0)


def _decisions(chat: Chat, found: tuple[list[Case], int]) -> list[str]:
    """`• Em Mai, 7A, vắng 3 buổi liền: chưa ai nhận`: each with who has it."""
    shown, more = found
    lines = [
        chat.say(
            "• %(pupil)s, %(class_name)s, %(why)s: %(state)s",
            why=cases_words.why_of(chat, case),
            state=cases_words.state(chat, case, is_short=True),
            **cases_words.values(chat, case.pupil_id),
        )
        for case in shown
    ]
    if more:
        lines.append(chat.say_n("• and %(n)d more pupil", "• and %(n)d more pupils", more))
    return [chat.say("For %(you)s to look at:"), *lines] if lines else []


def _act_on(chat: Chat, found: list[Case]) -> list[tuple[str, str]]:
    """`Giao việc em Mai`: the first that nobody has taken on."""
    free = [case for case in found if not decisions.is_anybodys(case)][:1]
    return [
        (
            chat.to("cases", f"assign.{case.id}"),
            chat.say("Give %(pupil)s to somebody", **cases_words.values(chat, case.pupil_id)),
        )
        for case in free
    ]


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


def _coming(chat: Chat, on: date) -> Sequence[Meeting]:
    """The meetings of a day, for those who see the commune's."""
    start, end = moment(on, EARLIEST, chat.work.zone), moment(on + timedelta(days=1), EARLIEST, chat.work.zone)
    found = stored.between(chat.scope, chat.session, start, end) if chat.scope.communes else []
    return found[:MEETINGS_AT_MOST]


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
    """What an official reads in the evening; where the month's messages run short, a line of the next morning."""
    on = date.fromisoformat(task.occurrence)
    label = chat.say("The figures of %(day)s", day=chat.reader.day(on))
    brief = Brief(in_a_line(chat, on), Choice(chat.to("reports", on.isoformat()), label))
    return replace(figures_of(chat, on), brief=brief)


def in_a_line(chat: Chat, on: date) -> str:
    """`Thứ 4, 20/3: đi học 298/312 em (95,5%), vắng 14.`"""
    figures, day = coverage.day(chat.scope, chat.work, on), chat.reader.day(on)
    day = day[:1].upper() + day[1:]
    if not figures.reported:
        return chat.say("%(day)s: no class has reported.", day=day)
    values = {"day": day, "present": figures.present, "roll": figures.roll, "absent": figures.absent}
    values["share"] = chat.reader.share(figures.present, figures.roll)
    if not figures.missing:
        return chat.say("%(day)s: in class %(present)d of %(roll)d (%(share)s), absent %(absent)d.", **values)
    return chat.say_n(
        "%(day)s: in class %(present)d of %(roll)d (%(share)s), absent %(absent)d, %(n)d class not reported.",
        "%(day)s: in class %(present)d of %(roll)d (%(share)s), absent %(absent)d, %(n)d classes not reported.",
        len(figures.missing),
        **values,
    )


def gap(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """Three hours into a session the school sees who has not reported; nobody is scolded."""
    day, half, by = task.occurrence.split(".")
    missing = report_times.missing_of_school(
        chat.work, task.subject_id, date.fromisoformat(day), Half(half), time.fromisoformat(by)
    )
    if not missing:
        return None
    text = _not_reported(chat, Half(half), len(missing), wording.all_of(missing[:MISSING_AT_MOST]))
    return chat.menu_of(
        text, (chat.to("attendance"), chat.say("Report for a class")), (chat.to("menu"), chat.say("Menu"))
    )


def _not_reported(chat: Chat, half: Half, n: int, classes: str) -> str:
    if half is Half.AFTERNOON:
        return chat.say_n(
            "This afternoon class %(classes)s has not reported yet. Please ask the teacher.",
            "This afternoon classes %(classes)s have not reported yet. Please ask the teachers.",
            n,
            classes=classes,
        )
    if half is Half.EVENING:
        return chat.say_n(
            "This evening the boarders of class %(classes)s have not been counted yet. Please ask the teacher.",
            "This evening the boarders of classes %(classes)s have not been counted yet. Please ask the teachers.",
            n,
            classes=classes,
        )
    return chat.say_n(
        "This morning class %(classes)s has not reported yet. Please ask the teacher.",
        "This morning classes %(classes)s have not reported yet. Please ask the teachers.",
        n,
        classes=classes,
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
