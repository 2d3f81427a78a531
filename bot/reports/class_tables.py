"""The tables of attendance in a report: by class, by level, by village, by day or week; sums in bold at their end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.i18n import N_, Reader
from bot.reports import report_words as words
from bot.reports.gathered import Gathered
from bot.reports.paper import Column, Part, Table
from bot.reports.report_words import DAY, MONTH
from bot.rules.counts import ClassFigures, Counts, Tally, added

Row = Sequence[str | int | None]


def attendance(reader: Reader, of: Gathered) -> list[Part]:
    """The sections of "Tình hình học sinh ra lớp"; one table a school where there are several."""
    schools = list(dict.fromkeys(one.school_id for one in of.figures.classes))
    parts = [_classes(reader, of, school, is_only=len(schools) < 2) for school in schools]
    found = [*parts, _levels(reader, of), _villages(reader, of)]
    return found if of.span.kind == DAY else [*found, _days(reader, of)]


def _classes(reader: Reader, of: Gathered, school_id: int, *, is_only: bool) -> Part:
    own = [one for one in of.figures.classes if one.school_id == school_id]
    heading = reader.say("By class") if is_only else reader.say("%(school)s, by class", school=of.schools[school_id])
    columns = [
        Column(reader.say("Class"), 1.0),
        Column(reader.say("Class teacher"), 2.6),
        *_columns(reader, of),
        Column(reader.say("Remark"), 2.2),
    ]
    rows = [[one.name, of.teachers.get(one.class_id, ""), *_cells(reader, one.counts), _remark(reader, of, one)]
            for one in own]  # fmt: skip
    total = [reader.say("Total"), "", *_cells(reader, added(one.counts for one in own)), ""]
    return Part(heading, table=Table(columns, rows, [total]), level=2)


def _columns(reader: Reader, of: Gathered) -> list[Column]:
    """What is counted of each class, level or village. A period counts pupil-days where a day counts pupils."""
    present = reader.say("Present") if of.span.kind == DAY else reader.say("Present (pupil-days)")
    return [
        Column(reader.say("Roll at the start of the year"), 1.1, "right"),
        Column(reader.say("Roll at present"), 1.1, "right"),
        Column(present, 1.2, "right"),
        *_marks(reader),
        Column(reader.say("Dropped out"), 1.0, "right"),
        Column(reader.say("Moved out"), 1.0, "right"),
        Column(reader.say("Moved in"), 1.0, "right"),
        Column(reader.say("At risk"), 1.0, "right"),
        Column(reader.say("Brought back"), 1.1, "right"),
    ]


def _marks(reader: Reader) -> list[Column]:
    """Away by mark, and the share in class: beside every count of pupils."""
    return [
        Column(reader.say("Absent P"), 1.0, "right"),
        Column(reader.say("Absent K"), 1.0, "right"),
        Column(reader.say("Not known"), 1.0, "right"),
        Column(reader.say("Attendance"), 1.2, "right"),
    ]


def _cells(reader: Reader, counts: Counts) -> list[str | int | None]:
    """In the order of the columns; what nobody reported has no attendance."""
    kept = counts.attendance
    is_known = bool(kept.enrolled)
    return [
        counts.roll_at_start,
        counts.roll,
        *((kept.present, kept.excused, kept.unexcused, kept.unknown) if is_known else (None,) * 4),
        reader.share(kept.present, kept.enrolled),
        counts.dropped_out,
        counts.moved_out,
        counts.moved_in,
        counts.at_risk,
        counts.brought_back,
    ]


def _remark(reader: Reader, of: Gathered, one: ClassFigures) -> str:
    """What stands behind an empty or a thin row."""
    if not one.counts.missing:
        return ""
    if of.span.kind == DAY:
        return reader.say("Not reported")
    if not one.counts.reported:
        return reader.say("Reported on no day")
    return reader.say_n("%(n)d day not reported", "%(n)d days not reported", one.counts.missing)


def _levels(reader: Reader, of: Gathered) -> Part:
    columns = [Column(reader.say("Level"), 2.6), *_columns(reader, of)]
    rows = [[words.level(reader, code), *_cells(reader, counts)] for code, counts in of.figures.by_level().items()]
    total = [reader.say("Total"), *_cells(reader, of.figures.total)]
    return Part(reader.say("By level"), table=Table(columns, rows, [total]), level=2)


def _villages(reader: Reader, of: Gathered) -> Part:
    """By where each pupil lives now; a village under its present name."""
    columns = [Column(reader.say("Village"), 2.6), *_columns(reader, of)]
    found = of.figures.villages
    rows = [[words.village(reader, of.villages, one), *_cells(reader, counts)] for one, counts in found.items()]
    total = [reader.say("Total"), *_cells(reader, added(found.values()))]
    notes = [reader.say(sentence, village=now, former=former) for sentence, now, former in _former(of)]
    return Part(reader.say("By village"), paragraphs=notes, table=Table(columns, rows, [total]), level=2)


def _former(of: Gathered) -> Iterator[tuple[str, str, str]]:
    """Names of the period that are no village's any more: (sentence, village, former name)."""
    for sentence, found in (
        (N_("%(village)s was renamed in this time; before it was %(former)s."), of.renamed),
        (N_("%(village)s was called %(former)s then."), of.renamed_since),
        (N_("%(former)s village is part of %(village)s now and is counted there."), of.joined),
    ):
        for now, former in found:
            yield sentence, now, former


def _days(reader: Reader, of: Gathered) -> Part:
    """The days of a week, the weeks of a month."""
    is_month = of.span.kind == MONTH
    columns = [
        Column(reader.say("Week from Monday") if is_month else reader.say("Day"), 2.0),
        Column(reader.say("On the roll (pupil-days)"), 1.4, "right"),
        Column(reader.say("Present (pupil-days)"), 1.4, "right"),
        *_marks(reader),
    ]
    tallies = sorted((of.figures.by_week() if is_month else of.figures.days).items())
    rows = [[_named(reader, day, is_month), *_tally(reader, one)] for day, one in tallies]
    total = [reader.say("Total"), *_tally(reader, of.figures.total.attendance)]
    heading = reader.say("By week") if is_month else reader.say("By day")
    return Part(heading, table=Table(columns, rows, [total]), level=2)


def _named(reader: Reader, day: date, is_month: bool) -> str:
    if is_month:
        return words.full_date(day)
    weekday = reader.weekday(day)
    return reader.say("%(weekday)s, %(date)s", weekday=weekday[:1].upper() + weekday[1:], date=words.full_date(day))


def _tally(reader: Reader, one: Tally) -> list[str | int | None]:
    share = reader.share(one.present, one.enrolled)
    return [one.enrolled, one.present, one.excused, one.unexcused, one.unknown, share]
