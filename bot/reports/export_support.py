"""The export of needs and of what answered them: one row a need."""

from __future__ import annotations

from sqlalchemy import select

from bot.reports import lookups
from bot.reports.exports import Part, Row, Source, Table
from bot.rules.work import Work
from storage.pupils import Pupil
from storage.support import Donor, Need


def _support(work: Work, part: Part) -> tuple[list[Row], int]:
    wanted = (
        select(Need.id, Need, Donor.name)
        .join(Pupil, Pupil.id == Need.pupil_id)
        .outerjoin(Donor, Donor.id == Need.donor_id)
        .where(work.scope.pupils(), *lookups.at_moments(Need.pledged_at, part.window))
    )
    found, reached = lookups.slice_of(work, part, Need.id, wanted)
    return [
        (
            need.id,
            need.pupil_id,
            need.what,
            donor or "",
            need.pledged_at,
            need.handed_over_at,
            need.status,
            need.noted_at,
            need.words,
            need.gift,
        )
        for _, need, donor in found
    ], reached


SUPPORT = Table(
    "support",
    ("id", "pupil_id", "need", "donor", "pledged_at", "handed_over_at", "status"),
    (Source(_support, lookups.by_id(Need.id)),),
    dated="pledged_at",
    hidden=frozenset({"need"}),
    further=("noted_at", "note", "gift"),
)
