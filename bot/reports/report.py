"""Báo cáo tình hình học sinh ra lớp: the parts of a day's, a week's or a month's report put together as one paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.i18n import Reader
from bot.reports import class_tables, parts, universal, watch_list
from bot.reports import report_words as words
from bot.reports.exports import Transaction
from bot.reports.gathered import Gathered, gather
from bot.reports.paper import Paper, Part
from bot.reports.report_words import DAY, MONTH, WEEK, Span
from storage.places import Place, PlaceKind

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def made(reader: Reader, transaction: Transaction, place: Place, span: Span) -> Paper:
    """The paper of a commune or a school. Raises Refused: not allowed, `outside_scope`, `day_to_come`."""
    of = gather(reader, transaction, place, span, usual(reader, place))
    when = words.span(reader, of.shown)
    values = {"body": words.body(reader, place), "when": when, "commune": of.commune.name}
    return Paper(
        name=file_name(reader, of.span),
        kind="report",
        locale=reader.locale,
        head=of.head,
        title=reader.say("REPORT"),
        subject=reader.say("Pupils in class, %(when)s", **values),
        to=[reader.say("To: the People's Committee of %(commune)s commune", **values)] if of.is_school else [],
        opening=[reader.say("%(body)s reports on the pupils in class, %(when)s, as follows:", **values)],
        parts=numbered(reader, contents(reader, of)),
        closing=[reader.say("This is the report on the pupils in class, %(when)s.", **values)],
        signatures=[of.signature],
        recipients_label=reader.say("Recipients:"),
        recipients=of.recipients,
        is_wide=True,
    )


def contents(reader: Reader, of: Gathered) -> list[Part]:
    """Coverage first; the day's report leaves universal education out, which changes by the year."""
    return [
        parts.coverage(reader, of),
        Part(reader.say("Pupils in class"), paragraphs=parts.whole(reader, of)),
        *class_tables.attendance(reader, of),
        parts.causes(reader, of),
        parts.measures(reader, of),
        watch_list.part(reader, of),
        *(universal.parts(reader, of) if of.span.kind != DAY else []),
        parts.needed(reader, of),
        parts.proposals(reader, of),
    ]


def numbered(reader: Reader, found: Sequence[Part]) -> list[Part]:
    """`I. …` and below it `1. …`, as Decree 30 numbers them."""
    made, part, section = [], 0, 0
    for one in found:
        if one.level == 1:
            part, section = part + 1, 0
            number = ROMAN[part - 1]
        else:
            section += 1
            number = str(section)
        made.append(replace(one, heading=reader.say("%(number)s. %(heading)s", number=number, heading=one.heading)))
    return made


def usual(reader: Reader, place: Place) -> list[str]:
    """Who receives it where the place's letterhead names nobody."""
    if place.kind == PlaceKind.SCHOOL:
        return [reader.say("People's Committee of the commune (to report)"), reader.say("Class teachers")]
    return [
        reader.say("Party committee and People's Council of the commune"),
        reader.say("Fatherland Front committee of the commune"),
        reader.say("Schools and village heads"),
    ]


def file_name(reader: Reader, span: Span) -> str:
    """`bao-cao-tuan-2024-03-22`: the last day names it, a month its month."""
    if span.kind == MONTH:
        return reader.say("report-month-%(month)s", month=f"{span.since:%Y-%m}")
    if span.kind == WEEK:
        return reader.say("report-week-%(day)s", day=span.until.isoformat())
    return reader.say("report-day-%(day)s", day=span.since.isoformat())
