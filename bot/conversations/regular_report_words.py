"""How a school's regular report is said: its week, its figures in lines, its classes; a line of the task list."""

from __future__ import annotations

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.i18n import N_
from bot.rules.regular_report import Facts
from bot.rules.tasks import Task
from bot.rules.week_figures import ClassWeek, WeekFigures
from storage import places
from storage.attendance import Reason

MISSING_AT_MOST = 8
SHORTER = {Reason.UNKNOWN: N_("not known"), Reason.DISTANCE: N_("far away")}


def week_of(chat: Chat, figures: WeekFigures) -> str:
    """`18/3-22/3`."""
    first, last = chat.reader.date(figures.starts_on), chat.reader.date(figures.ends_on)
    return chat.say("%(first)s-%(last)s", first=first, last=last)


def average(chat: Chat, figures: WeekFigures) -> str:
    """`Đi học trung bình 95,5%`."""
    if not figures.enrolled:
        return chat.say("No class has reported this week")
    return chat.say("In class on average %(share)s", share=chat.reader.share(figures.present, figures.enrolled))


def lines(chat: Chat, figures: WeekFigures) -> list[str]:
    """Average, absences by reason, what nobody reported, cases: each a line with its bullet."""
    rows = [average(chat, figures)]
    if figures.enrolled and figures.absent:
        reasons = wording.all_of([f"{_reason(chat, code)} {n}" for code, n in figures.reasons])
        rows.append(chat.say("Absent %(n)d days in all: %(reasons)s", n=figures.absent, reasons=reasons))
    if figures.missing:
        rows.append(chat.say("Not reported: %(classes)s", classes=_missing(chat, figures)))
    if figures.opened or figures.closed or figures.still_open:
        rows.append(
            chat.say(
                "Cases: %(opened)d opened, %(closed)d closed, %(open)d still open",
                opened=figures.opened,
                closed=figures.closed,
                open=figures.still_open,
            )
        )
    return [chat.say("• %(line)s", line=row) for row in rows]


def _reason(chat: Chat, code: str) -> str:
    return chat.say(SHORTER[Reason(code)]) if code in SHORTER else wording.reason(chat, code)


def _missing(chat: Chat, figures: WeekFigures) -> str:
    shown = [
        chat.say_n("%(class_name)s %(n)d day", "%(class_name)s %(n)d days", n, class_name=name)
        for name, n in figures.missing[:MISSING_AT_MOST]
    ]
    more = len(figures.missing) - len(shown)
    listed = wording.all_of(shown)
    return chat.say("%(names)s and %(n)d more", names=listed, n=more) if more > 0 else listed


def said(chat: Chat, done: str, proposed: str) -> list[str]:
    """The head's own words."""
    rows = []
    if done:
        rows.append(chat.say("• Done: %(words)s", words=done))
    if proposed:
        rows.append(chat.say("• Proposed: %(words)s", words=proposed))
    return rows


def classes(chat: Chat, figures: WeekFigures) -> str:
    """A line a class."""
    head = chat.say("By class, %(week)s:", week=week_of(chat, figures))
    return "\n".join([head, *(_class(chat, one) for one in figures.classes)])


def _class(chat: Chat, one: ClassWeek) -> str:
    """`• 6A (31 em): 96,1%, vắng 6`."""
    values = {"class_name": one.name, "roll": one.roll, "n": one.enrolled - one.present}
    values |= {"share": chat.reader.share(one.present, one.enrolled), "missing": len(one.missing)}
    if not one.enrolled:
        return chat.say("• %(class_name)s (%(roll)d pupils): not reported", **values)
    if one.missing:
        return chat.say(
            "• %(class_name)s (%(roll)d pupils): %(share)s, absent %(n)d, %(missing)d days not reported", **values
        )
    return chat.say("• %(class_name)s (%(roll)d pupils): %(share)s, absent %(n)d", **values)


def whole(chat: Chat, facts: Facts) -> str:
    """A report as it was sent."""
    rows = [
        chat.say("Weekly report %(week)s, %(school)s", week=week_of(chat, facts.figures), school=facts.figures.school),
        *lines(chat, facts.figures),
        *said(chat, facts.done, facts.proposed),
        chat.say(
            "%(who)s sent it on %(day)s at %(time)s.",
            who=wording.person(chat.reader, facts.by)[:1].upper() + wording.person(chat.reader, facts.by)[1:],
            day=chat.reader.day(facts.at.astimezone(chat.work.zone).date()),
            time=chat.reader.clock(facts.at),
        ),
    ]
    if facts.revision > 1:
        rows.append(chat.say("It has been corrected; the former one is kept."))
    return "\n".join(rows)


def task_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Báo cáo tuần gửi xã`."""
    school = places.get(chat.session, task.subject_id)
    if school is None:
        return None
    return chat.to("regular_report", f"write.{school.id}"), chat.say("Weekly report to the commune")
