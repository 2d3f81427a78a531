"""The pictures there are, by name: what each is called, who may see it, what reads it and what draws it.

`read` runs where the database is and checks rights; what it returns goes to a process of its own, which draws:

    facts = PICTURES["case"].read(transaction, case_id)   # Refused outside the scope
    drawing = draw("case", reader, facts)                 # some tenths of a second, no database
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.i18n import N_, Reader
from bot.reports.drawing import Drawing
from bot.reports.exports import Transaction
from bot.reports.pictures import case, pupil, villages, weekdays, weeks


@dataclass(frozen=True)
class Maker:
    """One picture. `label` is the sentence that offers it, `right` whoever may ask for it (`bot.rules.people.RIGHTS`).

    `read(transaction, subject_id)` reads its facts: plain values, which can be pickled; `subject_id` is the pupil or
    the case of those that have a `subject`, and is not looked at by the others. `draw(reader, facts)` is pure.
    """

    name: str
    label: str
    right: str
    read: Callable[[Transaction, int], Any]
    draw: Callable[[Reader, Any], Drawing]
    subject: str = ""


PICTURES: dict[str, Maker] = {
    one.name: one
    for one in (
        Maker("weeks", N_("Attendance week by week"), "reports.see", lambda t, _: weeks.read(t), weeks.draw),
        Maker(
            "weekdays", N_("Absence by weekday and reason"), "reports.see", lambda t, _: weekdays.read(t), weekdays.draw
        ),
        Maker("villages", N_("The villages side by side"), "reports.see", lambda t, _: villages.read(t), villages.draw),
        Maker("case", N_("What was done, day by day"), "cases.see", case.read, case.draw, "case"),
        Maker("pupil", N_("The school year of the pupil"), "pupils.see", pupil.read, pupil.draw, "pupil"),
    )
}


def draw(name: str, reader: Reader, facts: object) -> Drawing:
    """The picture of a name from its facts: a function that a process of its own can be handed."""
    return PICTURES[name].draw(reader, facts)
