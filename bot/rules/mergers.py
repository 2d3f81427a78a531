"""Two entries of one child (gần giống): found, seen side by side, made one with all that follows, and undone for a day.

Alike are two of a commune with the same name without marks, born on the same day or in the same year, of one village or
with one parent; two different codes are two children (interface.md, "Same pupil, odd rows").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from bot.parsing import fold
from bot.rules import case_events as events
from bot.rules import cases, early_warning, merger_rows, moves, people
from bot.rules.tasks import Task
from bot.rules.work import Refused, Work
from storage import attendance, pupils
from storage import cases as stored_cases
from storage import mergers as stored
from storage import people as stored_people
from storage.attendance import Mark
from storage.cases import Case, Outcome
from storage.database import insert_once
from storage.mergers import Merger, ToldApart
from storage.people import Role
from storage.pupils import Guardian, Listed, Pupil, PupilStatus
from storage.scope import Scope

UNDO_FOR = timedelta(hours=24)
MERGING = frozenset({Role.SCHOOL, Role.ADMIN, Role.OFFICIAL})


@dataclass(frozen=True)
class Side:
    """One of two entries as they are looked at side by side."""

    listed: Listed
    guardians: tuple[Guardian, ...]
    missed: int
    case: Case | None


# Finding


def pairs(work: Work, *, folded: str = "", scope: Scope | None = None) -> list[tuple[Pupil, Pupil]]:
    """The pairs of the scope that may be one child, those told apart left out; only of one name if given."""
    seen = scope or work.scope
    by_name: dict[tuple[int, str], list[Pupil]] = defaultdict(list)
    for pupil in stored.namesakes(seen, work.session, folded=folded):
        by_name[pupil.commune_id, pupil.folded].append(pupil)
    alike = [pair for same in by_name.values() for pair in combinations(same, 2) if _may_be_one(*pair)]
    ids = {pupil.id for pair in alike for pupil in pair}
    if not ids:
        return []
    parents: dict[int, set[str]] = defaultdict(set)
    for pupil_id, name in stored.guardian_names(seen, work.session, ids):
        parents[pupil_id].add(fold(name))
    apart = stored.told_apart(work.session, ids)
    return [
        (one, two)
        for one, two in alike
        if (one.id, two.id) not in apart and _are_near(one, two, bool(parents[one.id] & parents[two.id]))
    ]


def _may_be_one(one: Pupil, two: Pupil) -> bool:
    for name in ("code", "personal_id", "sex"):
        if getattr(one, name) and getattr(two, name) and getattr(one, name) != getattr(two, name):
            return False
    return not one.birth_date or not two.birth_date or _born_alike(one.birth_date, two.birth_date)


def _born_alike(one: str, two: str) -> bool:
    """The same day; a year alone is any day of that year."""
    return one == two or (4 in (len(one), len(two)) and one[:4] == two[:4])


def _are_near(one: Pupil, two: Pupil, has_parent: bool) -> bool:
    """One village or one parent; where a birth date is not known, a parent must say it."""
    if not one.birth_date or not two.birth_date:
        return has_parent
    return has_parent or (one.village_id is not None and one.village_id == two.village_id)


def alike(work: Work, pupil_id: int) -> list[int]:
    """The pupils of the scope who may be the same child as this one (ids); nobody for whoever may not merge."""
    pupil = pupils.get(work.scope, work.session, pupil_id)
    if pupil is None or not people.may(work, "pupils.merge"):
        return []
    found = pairs(work, folded=pupil.folded)
    return [two.id if one.id == pupil_id else one.id for one, two in found if pupil_id in (one.id, two.id)]


# Looking


def look(work: Work, first_id: int, second_id: int) -> tuple[Side, Side]:
    """Two entries side by side; an audited look. Raises Refused: not allowed, `outside_scope`."""
    first, second = _require(work, first_id, second_id)
    work.audit("pupils.compared", "pupil", first.id, other=second.id)
    return _side(work, first), _side(work, second)


def _require(work: Work, first_id: int, second_id: int) -> tuple[Pupil, Pupil]:
    people.require(work, "pupils.merge")
    first = pupils.get(work.scope, work.session, first_id)
    second = pupils.get(work.scope, work.session, second_id)
    if first is None or second is None or first.id == second.id or first.commune_id != second.commune_id:
        raise Refused("outside_scope")
    return first, second


def _side(work: Work, pupil: Pupil) -> Side:
    began = pupil.enrolled_on or work.today.replace(month=1, day=1)
    lines = attendance.of_pupil(work.scope, work.session, pupil.id, began)
    return Side(
        listed=pupils.listed(work.scope, work.session, pupil_ids=[pupil.id], studying_only=False)[0],
        guardians=tuple(pupils.guardians(work.scope, work.session, pupil.id)),
        missed=sum(line.mark != Mark.LATE for line, _ in lines),
        case=stored_cases.open_of(work.scope, work.session, pupil.id),
    )


def tell_apart(work: Work, first_id: int, second_id: int) -> None:
    """They are two children: nobody is asked about them again. Raises Refused: not allowed, `outside_scope`."""
    first, second = sorted(pupil.id for pupil in _require(work, first_id, second_id))
    insert_once(
        work.session, ToldApart, first_id=first, second_id=second, said_by=work.actor_id, said_at=work.now
    )  # fmt: skip
    work.audit("pupils.told_apart", "pupil", first, other=second)


# Merging


def merge(work: Work, kept_id: int, other_id: int) -> Merger:
    """Makes two entries one child: everything follows to the one kept, of two open cases the older goes on.

    The kept one's class, village and name hold; what only the other knew is taken over. Raises Refused: not allowed,
    `outside_scope`, `two_codes` when the ministry says that they are two children.
    """
    kept, other = _require(work, kept_id, other_id)
    if not _may_be_one(kept, other):
        raise Refused("two_codes")
    ids, session = (kept.id, other.id), work.session
    before = merger_rows.snapshot(session, ids)
    classes = {one.id for pupil_id in ids if (one := pupils.class_of(session, pupil_id)) is not None}
    _one_case(work, kept, other)
    merger_rows.follow(work, kept, other)
    moves.settle(work, [kept.id])
    early_warning.recompute(work, sorted(classes))
    changes = merger_rows.differences(before, merger_rows.snapshot(session, ids))
    row = Merger(kept_id=kept.id, other_id=other.id, merged_by=work.actor_id, merged_at=work.now, changes=changes)
    session.add(row)
    session.flush()
    work.audit("pupils.merged", "pupil", kept.id, other=other.id, merger=row.id)
    return row


def _one_case(work: Work, kept: Pupil, other: Pupil) -> None:
    """The older of two open cases goes on; whoever was asked about the other hears that they need not go."""
    found = stored_cases.open_of_pupils(Scope.everything(), work.session, [kept.id, other.id])
    if len(found) < 2:
        return
    goes_on, ends = sorted(found.values(), key=lambda case: (case.opened_at, case.id))
    owner_id, was_asked = ends.owner_id, ends.due_at is not None
    merger_rows.move_case(work, ends, goes_on)
    events.record(work, ends, events.MERGED, into=goes_on.id)
    events.record(work, goes_on, events.MERGED, case=ends.id)
    cases.shut(work, ends, Outcome.MERGED)
    if was_asked and owner_id is not None and owner_id != goes_on.owner_id:
        moves.relieve(work, goes_on, owner_id)


def undoable(work: Work, kept_id: int) -> Merger | None:
    """The last merger into a pupil, while it can be undone by the acting person."""
    if not people.may(work, "pupils.merge"):
        return None
    return stored.latest(work.scope, work.session, kept_id, work.now - UNDO_FOR)


def undo(work: Work, merger_id: int) -> Merger:
    """Makes them two again as they were; what came since stays with the one kept.

    Raises Refused: not allowed, `outside_scope`, `merger_undone`, `merger_is_old` after 24 hours.
    """
    people.require(work, "pupils.merge")
    row = stored.get(work.scope, work.session, merger_id)
    if row is None:
        raise Refused("outside_scope")
    if row.undone_at is not None:
        raise Refused("merger_undone")
    if work.now - row.merged_at > UNDO_FOR:
        raise Refused("merger_is_old")
    for table, row_id in row.changes["added"]:
        if table == Case.__tablename__:
            work.withdraw(f"cases:{row_id}")
    merger_rows.restore(work.session, row.changes)
    row.undone_at, row.undone_by = work.now, work.actor_id
    work.session.flush()
    early_warning.recompute(work, _reported_since(work, row))
    work.audit("pupils.parted", "pupil", row.kept_id, other=row.other_id, merger=row.id)
    return row


def _reported_since(work: Work, row: Merger) -> list[int]:
    """The classes of the two that have had a register since the merger; for the others what was restored is right."""
    found = [pupils.class_of(work.session, pupil_id) for pupil_id in (row.kept_id, row.other_id)]
    ids = {one.id for one in found if one is not None}
    return sorted(attendance.classes_reported_since(work.session, ids, row.merged_at))


# Whose turn it is


def waiting(work: Work) -> list[tuple[Pupil, Pupil]]:
    """The pairs that the acting person looks at: a school its own; an administrator those of two schools."""
    if not people.may(work, "pupils.merge"):
        return []
    return _of_scope(work, people.roles(work), work.scope)


def _of_scope(work: Work, held: Collection[Role], scope: Scope) -> list[tuple[Pupil, Pupil]]:
    found = pairs(work, scope=scope)
    if Role.SCHOOL in held or Role.ADMIN not in held:
        return found
    schools = _schools(work, [pupil.id for pair in found for pupil in pair])
    return [(one, two) for one, two in found if schools[one.id] != schools[two.id]]


def _schools(work: Work, pupil_ids: Sequence[int]) -> dict[int, int | None]:
    classes = {one: pupils.class_of(work.session, one) for one in set(pupil_ids)}
    return {one: school_class.school_id if school_class else None for one, school_class in classes.items()}


def tasks(work: Work, start: object, end: object, person_id: int | None = None) -> Iterator[Task]:
    """At most one line for a school (and an administrator): some pupils are alike. Nothing is pushed for it."""
    person = stored_people.get(work.session, person_id)
    if person is None:
        return
    held = people.roles(work, person)
    if not held & {Role.SCHOOL, Role.ADMIN}:
        return
    found = _of_scope(work, held, stored_people.scope_of(work.session, person, work.today))
    studying = [pair for pair in found if any(pupil.status == PupilStatus.STUDYING for pupil in pair)]
    if studying:
        yield Task(
            kind="mergers.look",
            subject_id=person.id,
            person_id=person.id,
            occurrence="alike",
            due=work.now + timedelta(days=1),
            remind=(),
            useful_until=work.now + timedelta(days=2),
        )
