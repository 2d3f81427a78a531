"""The export of pupils: the roster as a school would read it in again."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import aliased

from bot.reports import lookups
from bot.reports.exports import Part, Row, Source, Table
from bot.rules.work import Work
from storage.places import Place
from storage.pupils import Guardian, Pupil, Relation


def _read(work: Work, part: Part) -> tuple[list[Row], int]:
    village, commune = aliased(Place), aliased(Place)
    wanted = (
        select(Pupil.id, Pupil, village.name, commune.name)
        .outerjoin(village, village.id == Pupil.village_id)
        .join(commune, commune.id == Pupil.commune_id)
        .where(work.scope.pupils())
    )
    found, reached = lookups.slice_of(work, part, Pupil.id, wanted)
    ids = [row[0] for row in found]
    stays, guardians = lookups.stays(work, ids), _guardians(work, ids)
    return [_row(pupil, of, at, stays[id_], guardians[id_]) for id_, pupil, of, at in found], reached


def _row(pupil: Pupil, village: str | None, commune: str, stays: list[lookups.Stay], guardians: list[Guardian]) -> Row:
    stay = lookups.stay_on(stays, None)
    return (
        pupil.id,
        pupil.code,
        pupil.name,
        pupil.birth_date,
        pupil.sex,
        stay.class_name if stay else "",
        stay.grade if stay else None,
        stay.school if stay else "",
        village or "",
        commune,
        *("; ".join(one.name for one in guardians if one.relation == relation and one.name) for relation in Relation),
        pupil.status,
        pupil.enrolled_on,
        pupil.left_on,
        pupil.ethnicity,
        pupil.personal_id,
        tuple(dict.fromkeys(one.phone for one in guardians if one.phone)),
    )


def _guardians(work: Work, pupil_ids: Collection[int]) -> dict[int, list[Guardian]]:
    found: dict[int, list[Guardian]] = {pupil_id: [] for pupil_id in pupil_ids}
    wanted = select(Guardian).where(Guardian.pupil_id.in_(pupil_ids)).order_by(Guardian.id)
    for guardian in work.session.scalars(wanted):
        found[guardian.pupil_id].append(guardian)
    return found


PUPILS = Table(
    "pupils",
    (
        "id", "code", "name", "birth_date", "sex", "class", "grade", "school", "village", "commune",
        "father", "mother", "guardian", "status", "enrolled_on", "left_on",
    ),
    (Source(_read, lookups.by_id(Pupil.id)),),
    further=("ethnicity", "personal_id", "phone"),
)  # fmt: skip
