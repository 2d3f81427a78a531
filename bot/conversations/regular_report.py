"""The school's regular report: the week's figures stand ready, the head adds a few words and sends; officials read."""

from __future__ import annotations

from datetime import date

from bot.conversations import files as sending
from bot.conversations import regular_report_words as words
from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Ask, Confirm, Misread, Option
from bot.i18n import N_
from bot.messages import Choice, Kind, Outgoing
from bot.parsing import clean_line
from bot.rules import people, regular_report
from bot.rules.regular_report import ASK_TASK, CORRECTED, SENT, WORDS_AT_MOST
from bot.rules.tasks import Moment, Task
from bot.rules.week_figures import WeekFigures
from bot.rules.work import Notice, Refused
from storage import regular_reports
from storage.regular_reports import RegularReport

CLASSES = "classes"
LATEST = 5


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """Writes what is owed, else shows what was sent; `write.3` for a school, `5`, `5.classes`, `fix.5` of a report."""
    first, _, rest = argument.partition(".")
    if first == "write" and rest.isdigit():
        return write(chat, int(rest))
    if first == "fix" and rest.isdigit():
        return fix(chat, int(rest))
    if first.isdigit():
        return by_class(chat, int(first)) if rest == CLASSES else card(chat, int(first))
    if people.may(chat.work, "regular_report.send"):
        schools = sorted(chat.scope.schools)
        waiting = next((one for one in schools if regular_report.owed(chat.work, one) is not None), None)
        if waiting is not None:
            return write(chat, waiting)
    return listing(chat)


# Reading


def listing(chat: Chat) -> Reply:
    """The last reports; a head may write this week's before it is asked for."""
    found = regular_report.latest(chat.work, LATEST)
    options = [(chat.to("regular_report", str(one.id)), _label(chat, one)) for one in found]
    if people.may(chat.work, "regular_report.send"):
        options += [(chat.to("regular_report", f"write.{one}"), chat.say("Write this week's report now"))
                    for one in sorted(chat.scope.schools)[:2] if not _is_sent(chat, one)]  # fmt: skip
    if not found:
        text = chat.say("No weekly report has been sent yet.")
        return chat.menu_of(text, *(options or [(chat.to("menu"), chat.say("Menu"))]))
    return chat.menu_of(chat.say("Which weekly report does %(you)s want to see?"), *options)


def _is_sent(chat: Chat, school_id: int) -> bool:
    ends_on = regular_report.period(chat.work, school_id, chat.work.today).ends_on
    return regular_reports.current(chat.scope, chat.session, school_id, ends_on) is not None


def _label(chat: Chat, one: RegularReport) -> str:
    figures = WeekFigures.from_json(one.figures)
    if chat.scope.schools and not chat.scope.communes:
        return words.week_of(chat, figures)
    return chat.say("%(week)s, %(school)s", week=words.week_of(chat, figures), school=figures.school)


def card(chat: Chat, report_id: int) -> Outgoing:
    """One report as it was sent."""
    facts = regular_report.look(chat.work, report_id)
    options = [(chat.to("regular_report", f"{report_id}.{CLASSES}"), chat.say("See each class"))]
    found = regular_reports.get(chat.scope, chat.session, report_id)
    if found is not None and regular_report.may_correct(chat.work, found):
        options.append((chat.to("regular_report", f"fix.{report_id}"), chat.say("Correct this report")))
    if sending.can_send(chat, Kind.FILE):
        paper = f"week.{facts.figures.ends_on}.docx.{facts.school_id}"
        options.append((chat.to("papers", paper), chat.say("As a Word file")))
    options.append((chat.to("regular_report"), chat.say("Other weeks")))
    return chat.menu_of(words.whole(chat, facts), *options)


def by_class(chat: Chat, report_id: int) -> Outgoing:
    """A line a class."""
    facts = regular_report.look(chat.work, report_id)
    return chat.menu_of(
        words.classes(chat, facts.figures),
        (chat.to("regular_report", str(report_id)), chat.say("Back to the report")),
        (chat.to("menu"), chat.say("Menu")),
    )


# Writing


def write(chat: Chat, school_id: int) -> Draft | Reply:
    """The report that is owed, else that of this week; one that is there already is shown."""
    regular_report.require_school(chat.work, school_id)
    found = regular_report.owed(chat.work, school_id) or regular_report.period(chat.work, school_id, chat.work.today)
    sent = regular_reports.current(chat.scope, chat.session, school_id, found.ends_on)
    if sent is not None:
        return card(chat, sent.id)
    return {"school": school_id, "ends_on": found.ends_on.isoformat(), "base": 0}


def fix(chat: Chat, report_id: int) -> Draft | Reply:
    """A report that was sent, to be corrected: the summary comes at once."""
    found = regular_reports.get(chat.scope, chat.session, report_id)
    if found is None:
        raise Refused("outside_scope")
    current = regular_reports.current(chat.scope, chat.session, found.school_id, found.ends_on)
    if current is None or not regular_report.may_correct(chat.work, current):
        raise Refused("report_is_closed")
    return {
        "school": current.school_id,
        "ends_on": current.ends_on.isoformat(),
        "base": current.revision,
        "done": current.done or {"~": "skipped"},
        "proposed": current.proposed or {"~": "skipped"},
    }


def figures_of(chat: Chat) -> WeekFigures:
    """The figures of the draft's week, as they stand now."""
    ends_on = date.fromisoformat(str(chat.draft["ends_on"]))
    return regular_report.figures(chat.work, int(chat.draft["school"]), ends_on)


def what_was_done(chat: Chat) -> Ask:
    """The first of two questions, with the figure that matters above it."""
    figures = figures_of(chat)
    text = [
        chat.say(
            "Weekly report %(week)s: %(average)s. (1/2)",
            week=words.week_of(chat, figures),
            average=_small(words.average(chat, figures)),
        ),
        chat.say("What did the school do this week to keep the pupils coming?"),
        chat.say("%(You)s types a few lines, or skips this."),
    ]
    return Ask("\n".join(text), _words, skip=True)


def what_is_proposed(chat: Chat) -> Ask:
    """What the commune is asked for."""
    text = [
        chat.say("What does the school propose to the commune? (2/2)"),
        chat.say("%(You)s types a few lines, or skips this."),
    ]
    return Ask("\n".join(text), _words, skip=True, back=True)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _words(chat: Chat, text: str) -> str:
    line = clean_line(text)
    if not any(sign.isalpha() for sign in line):
        raise Misread(chat.say("Please type a few words, or leave this out."))
    if len(line) > WORDS_AT_MOST:
        raise Misread(chat.say("That is long. Please type it in at most %(n)d letters.", n=WORDS_AT_MOST))
    return line


def summary(chat: Chat) -> Confirm:
    """What the commune will read."""
    figures = figures_of(chat)
    rows = [
        chat.say("Please look it over:"),
        chat.say("Weekly report %(week)s, %(school)s", week=words.week_of(chat, figures), school=figures.school),
        *words.lines(chat, figures),
        *words.said(chat, chat.answer("done", ""), chat.answer("proposed", "")),
    ]
    lines = (("done", chat.say("What was done")), ("proposed", chat.say("What is proposed")))
    return Confirm("\n".join(rows), lines, last=(Option(CLASSES, chat.say("See each class")),))


def look_at_classes(chat: Chat, choice: str) -> Outgoing | Draft | None:
    """The classes, before the summary comes again."""
    return Outgoing(words.classes(chat, figures_of(chat))) if choice == CLASSES else None


def record(chat: Chat) -> Reply:
    """Sends it, and says who reads it."""
    school_id, base = int(chat.draft["school"]), int(chat.draft["base"])
    ends_on = date.fromisoformat(str(chat.draft["ends_on"]))
    sent = regular_report.report(
        chat.work,
        school_id,
        ends_on,
        done=chat.answer("done", ""),
        proposed=chat.answer("proposed", ""),
        base=base,
    )
    week = words.week_of(chat, WeekFigures.from_json(sent.figures))
    values = {"time": chat.reader.clock(chat.now), "week": week}
    rows = [
        chat.say("✅ Corrected at %(time)s: weekly report %(week)s. The former one is kept.", **values)
        if base
        else chat.say("✅ Sent at %(time)s: weekly report %(week)s. Thank you, %(you)s.", **values)
    ]
    who = [wording.person(chat.reader, one) for one in regular_report.hearers(chat.work, school_id)]
    if who:
        rows.append(chat.say("In 2 minutes Ra Lớp tells %(who)s.", who=wording.all_of(who[:4])))
    return Outgoing("\n".join(rows), (_fix_choice(chat, sent),))


def _fix_choice(chat: Chat, sent: RegularReport) -> Choice:
    return wording.change(chat, chat.to("regular_report", f"fix.{sent.id}"))


# What is pushed


def asked(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """To the head, on the week's last school day: the figures are there already."""
    ends_on = date.fromisoformat(task.occurrence)
    if regular_reports.current(chat.scope, chat.session, task.subject_id, ends_on) is not None:
        return None
    figures = regular_report.figures(chat.work, task.subject_id, ends_on)
    rows = [
        chat.say("The weekly report to the commune, %(week)s, is due, %(you)s.", week=words.week_of(chat, figures)),
        chat.say("%(average)s. The figures are there already; only a few words are missing.",
                 average=words.average(chat, figures)),
    ]  # fmt: skip
    return chat.menu_of(
        "\n".join(rows),
        (chat.to("regular_report", f"write.{task.subject_id}"), chat.say("See it and send it")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


def told(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the officials: the school's week, with its figures."""
    found = regular_reports.get(chat.scope, chat.session, notice.subject_id)
    if found is None:
        return None
    figures = WeekFigures.from_json(found.figures)
    values = {"week": words.week_of(chat, figures), "school": figures.school}
    head = (
        chat.say("%(school)s has corrected its weekly report %(week)s.", **values)
        if notice.kind == CORRECTED
        else chat.say("%(school)s has sent its weekly report %(week)s.", **values)
    )
    return chat.menu_of(
        "\n".join([head, *words.lines(chat, figures)[:3]]),
        (chat.to("regular_report", str(found.id)), chat.say("See the report")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


REGULAR_REPORT = Conversation(
    name="regular_report",
    title=lambda chat: chat.say("The weekly report"),
    words=("báo cáo tuần", "weekly report"),
    may="regular_report.see",
    opens=opening,
    steps=(Step("done", what_was_done), Step("proposed", what_is_proposed), Step("check", summary)),
    finish=record,
    extra=look_at_classes,
    counted=("done", "proposed"),
    help=N_("The school's weekly report to the commune"),
)
REMINDERS = {ASK_TASK: asked}
NOTICES = {SENT: told, CORRECTED: told}
