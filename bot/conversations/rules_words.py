"""The rules and their numbers in words, for the chat and for `ralop rules`."""

from __future__ import annotations

from bot.i18n import N_, WEEKDAYS, Reader
from bot.rules.thresholds import NUMBERS

# What a number means where it stands; %(n)s is the number.
MEANINGS = {
    "R1.days": N_("absent %(n)s days in a row, the last two without leave: the class teacher telephones"),
    "R1.ill_days": N_("ill %(n)s days in a row: the class teacher asks how the pupil is"),
    "R2.days": N_("absent %(n)s days in a row, the last two without leave: a case"),
    "R2.visit_days": N_("the home of such a pupil is visited within %(n)s days"),
    "R3.window": N_("coming and going is looked for in the last %(n)s school days"),
    "R3.spells": N_("in them absent at least %(n)s separate times"),
    "R3.days": N_("in them absent at least %(n)s days in all"),
    "R3.not_excused": N_("of them at least %(n)s days without leave"),
    "R4.days": N_("absent %(n)s days in a row: the commune and the Front hear of it"),
    "R4.overdue": N_("a visit not made in time %(n)s times: the commune and the Front hear of it"),
    "R4.dropout": N_("absent %(n)s days in a row: the pupil counts as having left school"),
    "R5.from_day": N_("the share of days missed is looked at after %(n)s school days"),
    "R5.watch": N_("%(n)s%% of the days missed: on the watch list"),
    "R5.case": N_("%(n)s%% of the days missed: a case"),
    "R6.limit": N_("at most %(n)s sessions may be missed in a school year (Circular 22/2021)"),
    "R6.first": N_("the first word about the limit comes at %(n)s sessions"),
    "R6.second": N_("the second word about the limit comes at %(n)s sessions"),
    "R6.third": N_("the last word about the limit comes at %(n)s sessions"),
    "R7.days": N_("on the first %(n)s school days after Tết or a long break each absence is asked about at once"),
    "R8.broken": N_("%(n)s promised days and still not in class: the commune hears of it"),
    "R9.watch": N_("in class %(n)s days in a row: the pupil is back, and is watched"),
    "R9.note": N_("after %(n)s days the class teacher writes a short note"),
    "R9.close": N_("after %(n)s days closing the case is proposed"),
    "R9.share": N_("for that the pupil was in class on %(n)s%% of the days"),
    "R9.reopen": N_("absent again within %(n)s days: the same case goes on"),
    "ladder.hours": N_("no answer for %(n)s hours: the next person is asked"),
    "handover.days": N_("a hand-over that nobody has accepted is asked about after %(n)s days"),
    "report.weekday": N_("the school's regular report is due on %(weekday)s"),
    "report.hour": N_("the school's regular report is asked for at %(n)s:00"),
    "village.weekday": N_("the weekly page of a village comes on %(weekday)s"),
    "plan.days": N_("whoever joins is given the plans of the last %(n)s days"),
    "plan.remind_days": N_("a plan nobody has opened stands on the morning list after %(n)s days"),
    "support.pledge_days": N_("pledged and not handed over after %(n)s days: the school asks"),
    "support.donor_days": N_("a need without a giver after %(n)s days: the school looks for one"),
    "entitlement.km_primary": N_("for grades 1 to 5 the way is far from %(n)s km on"),
    "entitlement.km_secondary": N_("for grades 6 to 9 the way is far from %(n)s km on"),
}

# A number on a button.
LABELS = {
    "R1.days": N_("Absent: call"),
    "R1.ill_days": N_("Ill: call"),
    "R7.days": N_("After Tết"),
    "R2.days": N_("Absent: case"),
    "R2.visit_days": N_("Visit within"),
    "R3.window": N_("Days looked at"),
    "R3.spells": N_("Times"),
    "R3.days": N_("Days missed"),
    "R3.not_excused": N_("Days without leave"),
    "R4.days": N_("Absent for long"),
    "R4.overdue": N_("Visits overdue"),
    "R4.dropout": N_("Left school"),
    "R8.broken": N_("Promised days"),
    "R5.from_day": N_("Looked at after"),
    "R5.watch": N_("Watch list"),
    "R5.case": N_("Case by share"),
    "R6.limit": N_("Whole year"),
    "R6.first": N_("First word"),
    "R6.second": N_("Second word"),
    "R6.third": N_("Last word"),
    "R9.watch": N_("Back, watched"),
    "R9.note": N_("Short note"),
    "R9.close": N_("Closing"),
    "R9.share": N_("Share in class"),
    "R9.reopen": N_("Opened again"),
    "ladder.hours": N_("Hours of silence"),
    "handover.days": N_("Hand-over"),
    "report.weekday": N_("Day of the report"),
    "report.hour": N_("Hour of the report"),
    "village.weekday": N_("Village page"),
    "plan.days": N_("Older plans"),
    "plan.remind_days": N_("Plans not opened"),
    "support.pledge_days": N_("Not handed over"),
    "support.donor_days": N_("Without a giver"),
    "entitlement.km_primary": N_("Grades 1 to 5"),
    "entitlement.km_secondary": N_("Grades 6 to 9"),
}

# What a rule that holds is called, and what it asks for.
RULES = {
    "R0": N_("absent, and nobody knows why"),
    "R1": N_("absent a few days in a row: a call"),
    "R1.ill": N_("ill for long: a call"),
    "R2": N_("absent days in a row: a case"),
    "R3": N_("coming and going: a case"),
    "R4": N_("absent for long: to the commune"),
    "R4.dropout": N_("counts as having left school"),
    "R5.watch": N_("misses much: the watch list"),
    "R5.case": N_("misses very much: a case"),
    "R6.first": N_("sessions missed: first word"),
    "R6.second": N_("sessions missed: second word"),
    "R6.third": N_("sessions missed: last word"),
    "R7": N_("absent in a watched time: a call"),
}

# The numbers by what they are about, as they are chosen in the chat.
GROUPS = {
    "calls": N_("Calls to families"),
    "in_a_row": N_("Absent days in a row"),
    "on_and_off": N_("Coming and going"),
    "commune": N_("When the commune is asked"),
    "share": N_("Share of days missed"),
    "limit": N_("The limit of the year"),
    "back": N_("Once a pupil is back"),
    "asking": N_("Who is asked, and when next"),
    "papers": N_("Reports and plans"),
    "support": N_("Support"),
}
GROUP_OF = {
    "R1.days": "calls",
    "R1.ill_days": "calls",
    "R7.days": "calls",
    "R2.days": "in_a_row",
    "R2.visit_days": "in_a_row",
    "R3.window": "on_and_off",
    "R3.spells": "on_and_off",
    "R3.days": "on_and_off",
    "R3.not_excused": "on_and_off",
    "R4.days": "commune",
    "R4.overdue": "commune",
    "R4.dropout": "commune",
    "R8.broken": "commune",
    "R5.from_day": "share",
    "R5.watch": "share",
    "R5.case": "share",
    "R6.limit": "limit",
    "R6.first": "limit",
    "R6.second": "limit",
    "R6.third": "limit",
    "R9.watch": "back",
    "R9.note": "back",
    "R9.close": "back",
    "R9.share": "back",
    "R9.reopen": "back",
    "ladder.hours": "asking",
    "handover.days": "asking",
    "report.weekday": "papers",
    "report.hour": "papers",
    "village.weekday": "papers",
    "plan.days": "papers",
    "plan.remind_days": "papers",
    "support.pledge_days": "support",
    "support.donor_days": "support",
    "entitlement.km_primary": "support",
    "entitlement.km_secondary": "support",
}


def meaning(reader: Reader, key: str, value: int) -> str:
    """What a number means, with the number in it."""
    return reader.say(MEANINGS[key], n=value, weekday=_weekday(reader, key, value))


def label(reader: Reader, key: str, value: int) -> str:
    """`Hạn thăm nhà: 2`."""
    return reader.say("%(what)s: %(n)s", what=reader.say(LABELS[key]), n=shown(reader, key, value))


def shown(reader: Reader, key: str, value: int) -> str:
    """The number as people write it: `3`, `20%`, `thứ 6`."""
    unit = NUMBERS[key].unit
    return _weekday(reader, key, value) if unit == "weekday" else f"{value}%" if unit == "percent" else str(value)


def _weekday(reader: Reader, key: str, value: int) -> str:
    """`thứ 6`: 2 is thứ 2, Monday."""
    return reader.say(WEEKDAYS[value - 2]) if NUMBERS[key].unit == "weekday" else ""


def why_not(reader: Reader, code: str, details: dict[str, object]) -> str:
    """Why numbers are refused, in a line."""
    if code == "unknown_threshold":
        return reader.say("No number is called %(key)s", key=details["key"])
    if code == "impossible_number":
        return reader.say(
            "%(key)s can be %(least)s to %(greatest)s",
            key=details["key"],
            least=details["least"],
            greatest=details["greatest"],
        )
    return reader.say(
        "%(smaller)s must be smaller than %(greater)s", smaller=details["smaller"], greater=details["greater"]
    )
