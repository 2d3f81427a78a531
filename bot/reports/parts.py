"""The parts that the reports share, in words: coverage, the whole in a few sentences, causes, what was done, what is
needed and proposed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.i18n import Reader
from bot.reports import report_words as words
from bot.reports.gathered import Gathered
from bot.reports.paper import Column, Part, Table
from bot.reports.report_words import DAY
from bot.rules.counts import Counts

Row = Sequence[str | int | None]
NAMED_AT_MOST = 30
MEETINGS_AT_MOST = 15
VILLAGES_AT_MOST = 5


# How far the figures can be trusted


def coverage(reader: Reader, of: Gathered) -> Part:
    """Who has reported and whose visits were in time: it stands first, as all that follows rests on it."""
    total = of.figures.total
    return Part(
        reader.say("Registers reported, visits in time"),
        paragraphs=[_reported(reader, of, total), *_missing(reader, of)],
        items=[_in_time(reader, total)],
    )


def _reported(reader: Reader, of: Gathered, total: Counts) -> str:
    if not total.due:
        return reader.say("No class had lessons to report on in this time.")
    values = {"reported": total.reported, "due": total.due, "share": reader.share(total.reported, total.due)}
    if of.span.kind == DAY:
        return reader.say("Classes that reported: %(reported)d of %(due)d (%(share)s).", **values)
    return reader.say("Registers reported: %(reported)d of %(due)d class-days (%(share)s).", **values)


def _missing(reader: Reader, of: Gathered) -> list[str]:
    owing = [one for one in of.figures.classes if one.counts.missing]
    if not owing:
        return []
    silent = [one.name for one in owing if not one.counts.reported]
    some = [one for one in owing if one.counts.reported]
    if of.span.kind == DAY:
        lines = [reader.say("Not reported: %(classes)s.", classes=_listed(reader, silent))]
    else:
        named = [reader.say_n("%(class_name)s (%(n)d day)", "%(class_name)s (%(n)d days)", one.counts.missing,
                              class_name=one.name) for one in some]  # fmt: skip
        lines = [reader.say("Days not reported: %(classes)s.", classes=_listed(reader, named))] if named else []
        if silent:
            lines.append(reader.say("Reported on no day: %(classes)s.", classes=_listed(reader, silent)))
    return [*lines, reader.say("The figures below are of the registers that were reported; nobody is taken as present "
                               "where nothing was reported.")]  # fmt: skip


def _listed(reader: Reader, names: Sequence[str]) -> str:
    more = len(names) - NAMED_AT_MOST
    shown = ", ".join(names[:NAMED_AT_MOST])
    return reader.say("%(names)s and %(n)d others", names=shown, n=more) if more > 0 else shown


def _in_time(reader: Reader, total: Counts) -> str:
    if not total.visits_due:
        return reader.say("First visits to homes: none has been due in this time.")
    return reader.say(
        "First visits to homes made in time: %(n)d of %(due)d (%(share)s).",
        n=total.visits_in_time,
        due=total.visits_due,
        share=reader.share(total.visits_in_time, total.visits_due),
    )


# The whole in a few sentences


def whole(reader: Reader, of: Gathered) -> list[str]:
    """Above the tables: the roll, the attendance, and what became of pupils."""
    total = of.figures.total
    kept = total.attendance
    lines = [reader.say("On the roll: %(roll)d pupils (%(start)d at the start of the school year).",
                        roll=total.roll, start=total.roll_at_start)]  # fmt: skip
    if kept.enrolled:
        values = {
            "share": reader.share(kept.present, kept.enrolled), "present": kept.present, "enrolled": kept.enrolled,
            "absent": kept.absent, "excused": kept.excused, "unexcused": kept.unexcused, "unknown": kept.unknown,
        }  # fmt: skip
        sentence = (
            reader.say("Attendance %(share)s: %(present)d of %(enrolled)d pupils present, %(absent)d absent (with "
                       "leave (P) %(excused)d, without leave (K) %(unexcused)d, not known yet %(unknown)d).", **values)
            if of.span.kind == DAY
            else reader.say("Attendance %(share)s: %(present)d of %(enrolled)d pupil-days present, %(absent)d absent "
                            "(with leave (P) %(excused)d, without leave (K) %(unexcused)d, not known yet "
                            "%(unknown)d). A pupil counts once a day.", **values)
        )  # fmt: skip
        lines.append(sentence)
    lines.append(
        reader.say(
            "Dropped out in this time: %(gone)d (%(in_year)d since the school year began); moved out: %(out)d; moved "
            "in: %(into)d; at risk of dropping out: %(risk)d; brought back to class: %(back)d.",
            gone=total.dropped_out,
            in_year=total.dropped_out_in_year,
            out=total.moved_out,
            into=total.moved_in,
            risk=total.at_risk,
            back=total.brought_back,
        )
    )
    return lines


def causes(reader: Reader, of: Gathered) -> Part:
    """Why pupils were away, as the registers say; never by pupil."""
    heading = reader.say("Causes of absence")
    kept = of.figures.total.attendance
    if not kept.absent:
        text = reader.say("Nobody was absent.") if kept.enrolled else reader.say("Nothing has been reported.")
        return Part(heading, paragraphs=[text])
    counted = reader.say("Pupils") if of.span.kind == DAY else reader.say("Pupil-days")
    columns = [
        Column(reader.say("Cause"), 3.0),
        Column(counted, 1.0, "right"),
        Column(reader.say("Share"), 1.0, "right"),
    ]
    rows: list[Row] = [[words.reason(reader, code), n, reader.share(n, kept.absent)] for code, n in kept.ranked]
    total: Row = [reader.say("Total"), kept.absent, reader.share(kept.absent, kept.absent)]
    return Part(heading, table=Table(columns, rows, [total]))


# What was done, is needed, is proposed


def measures(reader: Reader, of: Gathered) -> Part:
    """Visits, promises, meetings, help; and what the schools say themselves."""
    total, found = of.figures.total, []
    if total.visits:
        found.append(reader.say_n("Homes visited: %(n)d time.", "Homes visited: %(n)d times.", total.visits))
    if total.promises_due:
        found.append(reader.say("Promised days of return that the register has answered: %(due)d; kept: %(kept)d.",
                                due=total.promises_due, kept=total.promises_kept))  # fmt: skip
    if of.held:
        found.append(_meetings(reader, of))
    if of.given:
        found.append(reader.say("Help handed over: %(needs)s.", needs=words.needs(reader, of.given)))
    found += _said(reader, of, [(one.school, one.done) for one in of.said])
    heading = reader.say("Measures taken")
    if not found:
        return Part(heading, paragraphs=[reader.say("Nothing was recorded in this time.")])
    return Part(heading, items=found)


def _meetings(reader: Reader, of: Gathered) -> str:
    named = [
        reader.say("%(where)s (%(date)s, %(n)d came)", where=one.where, date=reader.date(one.on), n=one.came)
        if one.came is not None
        else reader.say("%(where)s (%(date)s)", where=one.where, date=reader.date(one.on))
        for one in of.held[:MEETINGS_AT_MOST]
    ]
    where = "; ".join(named)
    if len(of.held) > MEETINGS_AT_MOST:
        return reader.say("Meetings held: %(n)d, among them %(where)s.", n=len(of.held), where=where)
    return reader.say("Meetings held, %(n)d in all: %(where)s.", n=len(of.held), where=where)


def _said(reader: Reader, of: Gathered, said: Sequence[tuple[str, str]]) -> list[str]:
    """A school's own words; before them whose they are, where there are several schools."""
    told = [(school, text.rstrip(". ")) for school, text in said if text.strip()]
    if of.is_school or len(of.schools) < 2:
        return [f"{text}." for _, text in told]
    return [reader.say("%(school)s: %(words)s.", school=school, words=text) for school, text in told]


def needed(reader: Reader, of: Gathered) -> Part:
    heading = reader.say("Difficulties and needs")
    if not of.needed:
        return Part(heading, paragraphs=[reader.say("No need for help is open.")])
    text = reader.say_n("%(n)d need of pupils is open: %(needs)s.", "%(n)d needs of pupils are open: %(needs)s.",
                        sum(of.needed.values()), needs=words.needs(reader, of.needed))  # fmt: skip
    return Part(heading, paragraphs=[text])


def proposals(reader: Reader, of: Gathered) -> Part:
    """The schools' own words where they sent any; else what the figures ask for, for the signer to weigh."""
    found = _said(reader, of, [(one.school, one.proposed) for one in of.said]) or drafted(reader, of)
    heading = reader.say("Proposals")
    return Part(heading, items=found) if found else Part(heading, paragraphs=[reader.say("None.")])


def drafted(reader: Reader, of: Gathered) -> list[str]:
    """Proposals made of the figures alone."""
    total, found = of.figures.total, []
    owing = [one.name for one in of.figures.classes if one.counts.missing]
    if owing and not of.is_school:
        found.append(reader.say("The school sees to it that every class reports daily, first %(classes)s.",
                                classes=_listed(reader, owing)))  # fmt: skip
    if total.visits_in_time < total.visits_due:
        found.append(reader.say_n(
            "Village heads and class teachers visit in time: %(n)d first visit was late.",
            "Village heads and class teachers visit in time: %(n)d first visits were late.",
            total.visits_due - total.visits_in_time,
        ))  # fmt: skip
    if total.at_risk:
        found.append(reader.say_n(
            "Village heads, organisations and teachers go on visiting the family of %(n)d pupil at risk "
            "(%(villages)s).",
            "Village heads, organisations and teachers go on visiting the families of %(n)d pupils at risk "
            "(%(villages)s).",
            total.at_risk, villages=_where(reader, of),
        ))  # fmt: skip
    if total.dropped_out_in_year:
        found.append(reader.say_n(
            "The village meeting takes up %(n)d pupil who has dropped out this year, and who brings the pupil back.",
            "The village meetings take up %(n)d pupils who have dropped out this year, and who brings them back.",
            total.dropped_out_in_year,
        ))  # fmt: skip
    if of.needed:
        found.append(reader.say("Givers are found for what is still needed: %(needs)s.",
                                needs=words.needs(reader, of.needed)))  # fmt: skip
    return found


def _where(reader: Reader, of: Gathered) -> str:
    """`Cà Xen 3, Làng Trê 2`: the villages with most of them."""
    counted = [(counts.at_risk, words.village(reader, of.villages, one)) for one, counts in of.figures.villages.items()]
    ranked = sorted(((n, name) for n, name in counted if n), key=lambda one: -one[0])[:VILLAGES_AT_MOST]
    return ", ".join(f"{name} {n}" for n, name in ranked)
