"""Universal education in a report: each age group's share in school beside the standards, and what a dropout costs."""

from __future__ import annotations

from bot.i18n import N_, Reader
from bot.reports import report_words as words
from bot.reports.gathered import Gathered
from bot.reports.paper import Column, Part, Table
from bot.rules import universal_education as rules
from bot.rules.counts import LEVELS
from bot.rules.universal_education import GROUPS, Share

AGES = {
    rules.KINDERGARTEN: N_("5 years"),
    rules.PRIMARY: N_("6 to 10 years"),
    rules.SECONDARY: N_("11 to 14 years"),
    rules.UPPER: N_("15 to 18 years"),
}
MEASURES = {
    rules.AGED_5: N_("Children of 5 in kindergarten"),
    rules.AGED_6: N_("Children of 6 in grade 1"),
    rules.AGED_11: N_("Children of 11 who have finished primary school"),
    rules.AGED_14: N_("Children of 14 who have finished primary school"),
    rules.AGED_15: N_("Young people of 15 to 18 who have finished lower secondary school"),
}


def parts(reader: Reader, of: Gathered) -> list[Part]:
    """Four short tables; one sentence where no school knows a child of these ages."""
    heading = reader.say("Universal education")
    if not of.education.groups:
        return [Part(heading, paragraphs=[reader.say("No list holds a child from 5 to 18 years.")])]
    return [
        Part(heading, paragraphs=_notes(reader, of)),
        _by_age(reader, of),
        _by_level(reader, of),
        _by_village(reader, of),
        *_standards(reader, of),
    ]


def _notes(reader: Reader, of: Gathered) -> list[str]:
    notes = [
        reader.say(
            "Counted are the children on the schools' lists, by their age in %(year)d, without those who moved away. "
            "Whoever no school has ever listed is in the commune's own survey alone.",
            year=rules.counted_in(of.span.until),
        )
    ]
    if of.education.no_birth_date:
        notes.append(reader.say_n("%(n)d pupil without a date of birth is left out.",
                                  "%(n)d pupils without a date of birth are left out.",
                                  of.education.no_birth_date))  # fmt: skip
    return notes


def _counted(reader: Reader, first: Column) -> list[Column]:
    return [
        first,
        Column(reader.say("Children"), 1.0, "right"),
        Column(reader.say("In school"), 1.0, "right"),
        Column(reader.say("Not in school"), 1.0, "right"),
        Column(reader.say("Share"), 1.0, "right"),
        Column(reader.say("One dropout costs"), 1.4, "right"),
    ]


def _cells(reader: Reader, share: Share) -> list[str | int | None]:
    return [share.known, share.there, share.missing, reader.share(share.there, share.known), cost(reader, share)]


def cost(reader: Reader, share: Share) -> str:
    """`3,3 điểm %`: by so much one child less lowers the share."""
    points = f"{rules.cost_of_one(share):.1f}"
    return reader.say("%(points)s points", points=points if reader.locale == "en" else points.replace(".", ","))


def _by_age(reader: Reader, of: Gathered) -> Part:
    groups = of.education.groups
    rows = [[reader.say(AGES[group]), *_cells(reader, groups[group])] for group in GROUPS if group in groups]
    total = [reader.say("Total"), *_cells(reader, sum(groups.values(), Share()))]
    columns = _counted(reader, Column(reader.say("Age"), 2.4))
    return Part(reader.say("By age"), table=Table(columns, rows, [total]), level=2)


def _by_level(reader: Reader, of: Gathered) -> Part:
    """By the level of the grade in which a child sits, or sat last."""
    levels = of.education.levels
    rows = [[words.level(reader, one), *_cells(reader, levels[one])] for one in LEVELS if one in levels]
    columns = _counted(reader, Column(reader.say("Level"), 2.4))
    return Part(reader.say("By level"), table=Table(columns, rows), level=2)


def _by_village(reader: Reader, of: Gathered) -> Part:
    """`12/13 (92,3%)` for each age group."""
    shown = [group for group in GROUPS if group in of.education.groups]
    columns = [Column(reader.say("Village"), 2.0), *(Column(reader.say(AGES[one]), 1.4, "right") for one in shown)]
    villages = of.education.villages
    order = [*(one for one in of.villages if one in villages), *(one for one in villages if one not in of.villages)]
    rows = [
        [words.village(reader, of.villages, one), *(_part(reader, villages[one].get(each)) for each in shown)]
        for one in order
    ]
    return Part(reader.say("By village: in school, of the children"), table=Table(columns, rows), level=2)


def _part(reader: Reader, share: Share | None) -> str:
    if share is None:
        return "–"
    return reader.say("%(there)d/%(known)d (%(share)s)", there=share.there, known=share.known,
                      share=reader.share(share.there, share.known))  # fmt: skip


def _standards(reader: Reader, of: Gathered) -> list[Part]:
    """What Decree 20/2014/NĐ-CP asks at its three levels, beside what is."""
    measures = of.education.measures
    shown = [one for one in MEASURES if one in measures]
    if not shown:
        return []
    columns = [
        Column(reader.say("Measure"), 3.6),
        Column(reader.say("Children"), 0.9, "right"),
        Column(reader.say("Reached"), 0.9, "right"),
        Column(reader.say("Share"), 1.0, "right"),
        Column(reader.say("Level 1"), 0.9, "right"),
        Column(reader.say("Level 2"), 0.9, "right"),
        Column(reader.say("Level 3"), 0.9, "right"),
        Column(reader.say("One child is"), 1.3, "right"),
    ]
    rows = [[reader.say(MEASURES[one]), *_measure(reader, of, one)] for one in shown]
    kind = (
        reader.say("The standards are those for a commune of special difficulty.")
        if of.education.is_difficult
        else reader.say(
            "The standards are the usual ones: most villages of the commune are on no list of special difficulty."
        )
    )
    heading = reader.say("Beside the standards of Decree 20/2014/NĐ-CP")
    return [Part(heading, paragraphs=[kind], table=Table(columns, rows), level=2)]


def _measure(reader: Reader, of: Gathered, measure: str) -> list[str | int | None]:
    share = of.education.measures[measure]
    standards = [f"{one}%" if one is not None else "–" for one in rules.asked(of.education, measure)]
    return [share.known, share.there, reader.share(share.there, share.known), *standards, cost(reader, share)]
