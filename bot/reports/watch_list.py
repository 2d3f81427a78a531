"""The list of pupils away or at risk in a report: personal data, for the place's own papers; no reasons."""

from __future__ import annotations

from bot.i18n import N_, Reader
from bot.reports import report_words as words
from bot.reports.gathered import LEAST_AWAY, Gathered
from bot.reports.paper import Column, Part, Table
from bot.reports.report_words import DAY
from bot.rules import watch_list
from bot.rules.watch_list import State, Watched
from storage.promises import NO, YES

STATES = {
    State.DROPPED_OUT: N_("Has dropped out"),
    State.BACK: N_("Is back in class"),
    State.AWAY: N_("Is away"),
    State.THERE: N_("Is in class"),
}


def part(reader: Reader, of: Gathered) -> Part:
    """One line a pupil, by class."""
    heading = reader.say("Pupils who are away or at risk of dropping out")
    if not of.listed:
        return Part(heading, paragraphs=[reader.say("None.")])
    columns = [
        Column(reader.say("No."), 0.6, "right"),
        Column(reader.say("Full name"), 2.8),
        Column(reader.say("Born"), 1.3),
        Column(reader.say("Class"), 0.9),
        Column(reader.say("Village"), 1.8),
        Column(reader.say("Days absent"), 0.9, "right"),
        Column(reader.say("Away since"), 1.4),
        Column(reader.say("Visits"), 0.9, "right"),
        Column(reader.say("Last visit"), 1.3),
        Column(reader.say("Result"), 2.4),
    ]
    rows = [_row(reader, of, n, one) for n, one in enumerate(of.listed, start=1)]
    return Part(heading, paragraphs=[_summary(reader, of), *_who(reader, of)], table=Table(columns, rows))


def _summary(reader: Reader, of: Gathered) -> str:
    counted = watch_list.states(of.listed)
    return reader.say(
        "%(n)d pupils: %(gone)d have dropped out, %(away)d are away now, %(back)d were brought back to class.",
        n=len(of.listed),
        gone=counted[State.DROPPED_OUT],
        away=sum(one.is_away and one.state != State.DROPPED_OUT for one in of.listed),
        back=counted[State.BACK],
    )


def _who(reader: Reader, of: Gathered) -> list[str]:
    if of.span.kind == DAY:
        return []
    return [
        reader.say(
            "Listed is who missed %(n)d days or more, is looked after or visited, or has dropped out this year.",
            n=LEAST_AWAY[of.span.kind],
        )
    ]


def _row(reader: Reader, of: Gathered, n: int, one: Watched) -> list[str | int | None]:
    return [
        n,
        one.name,
        _born(one.birth_date),
        one.class_name,
        words.village(reader, of.villages, one.village_id),
        one.missed,
        _since(reader, one),
        one.visits,
        words.full_date(one.last_visit) if one.last_visit else "",
        result(reader, one),
    ]


def _born(birth_date: str) -> str:
    """`10/05/2012` as rosters have it; a year alone stays one."""
    year, _, rest = birth_date.partition("-")
    month, _, day = rest.partition("-")
    return f"{day}/{month}/{year}" if day else year


def _since(reader: Reader, one: Watched) -> str:
    if one.away_since is None:
        return ""
    day = words.full_date(one.away_since)
    return reader.say("before %(date)s", date=day) if one.is_longer else day


def result(reader: Reader, one: Watched) -> str:
    """What came of it: back, promised, nobody has been there yet."""
    if one.state in (State.DROPPED_OUT, State.BACK):
        return reader.say(STATES[one.state])
    if one.promised_on is not None and one.kept != YES:
        date = reader.date(one.promised_on)
        if one.kept == NO:
            return reader.say("Promised for %(date)s, not come", date=date)
        return reader.say("Promised for %(date)s", date=date)
    if one.state != State.AT_RISK:
        return reader.say(STATES[one.state])
    if not one.is_away:
        return reader.say("Is in class, being watched")
    return reader.say("Being visited") if one.last_visit else reader.say("Not visited yet")
